"""An engine, and which release or source of it is meant: ``ENGINE``, ``ENGINE==VERSION`` or ``ENGINE@SOURCE``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archtrack.errors import UsageError
from archtrack.sources.redaction import shown_argument

__all__ = ["EngineSource", "parse_engine_source"]

_MARKS = re.compile("[-_.]")
_COMPARED = re.compile(r"(?P<engine>[\w.-]+)\s*(?:=|[<>~!]=?)=?\s*(?P<version>[\w.+-]+)$")
"""What pip would take, and names no single release: ``vllm>=0.10``; or nearly does: ``vllm=0.10``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSource:
    """What a user asks of.

    Attributes:
        engine: its name.
        source: a specification of its source; None for the newest release that is known.
    """

    engine: str
    source: str | None = None


def parse_engine_source(text: str) -> EngineSource:
    """Read what a user gave.

    Args:
        text: ``vllm``, ``vLLM``, ``llama.cpp``, ``vllm==0.11.0``, ``vllm@0.11.0``, ``sglang@installed``,
            ``sglang@git:REPO@main``.

    Raises:
        UsageError: it names no engine, or nothing behind ``==`` or ``@``.
    """
    at, equals = text.find("@"), text.find("==")
    marks = sorted((place, mark) for place, mark in ((at, "@"), (equals, "==")) if place >= 0)
    if not marks:
        if (named := _COMPARED.match(text)) is not None:
            raise UsageError(
                f"{shown_argument(text)}: name one release, as in {named['engine']}=={named['version']}; `archtrack"
                " requires` tells which releases run a model"
            )
        return EngineSource(engine=_name(text))
    place, mark = marks[0]
    engine, source = text[:place], text[place + len(mark) :]
    if not _is_name(engine):  # an address with a password, say: it is shown whole, if at all
        return EngineSource(engine=text)
    if not source:
        what = "the version is empty" if mark == "==" else "the source is empty"
        raise UsageError(
            f"{shown_argument(text)}: {what}; write ENGINE==VERSION, ENGINE@SOURCE, or ENGINE for the newest release"
        )
    return EngineSource(engine=_name(engine), source=None if source == "latest" else source)


def _name(text: str) -> str:
    """The name of an engine as archtrack spells it: ``llama-cpp`` for ``llama.cpp``. What is no name stays as it is."""
    return _MARKS.sub("-", text).lower() if _is_name(text) else text


def _is_name(text: str) -> bool:
    return _MARKS.sub("", text).isalnum()
