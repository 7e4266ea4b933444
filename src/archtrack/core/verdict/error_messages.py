"""Messages in a log with which an engine says that it does not know a model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Message", "find_messages"]

_NAMES = re.compile(r"[\"']([A-Za-z_]\w*)[\"']")
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of an engine.

    Attributes:
        kind: ``unsupported``, ``incompatible``, ``fallback``, ``not found``, ``not inspected`` or ``import error``.
        line: of the log, counted from 1.
        text: the message, cut where it lists everything that the engine supports.
        architectures: that it names.
        module: that could not be imported, dotted; for import errors only.
        meaning: in a sentence.
    """

    kind: str
    line: int
    text: str
    architectures: tuple[str, ...] = ()
    module: str | None = None
    meaning: str = ""


_MEANINGS = {
    "unsupported": "the registry has none of these architectures, and no fallback took them",
    "not inspected": "the architecture is registered, but its class could not be loaded",
    "incompatible": "transformers has the class, but is_backend_compatible() is false: the engine refuses it",
    "fallback": "no error: the Transformers backend runs the model, slower and without some features",
    "not found": "neither the engine nor transformers has the class, and the config's auto_map brings none",
    "import error": "the engine skips this module: what it registers is missing from the registry",
}
_QUOTED = r"['\"](?P<name>\w+)['\"]"
_NO_IMPLEMENTATION = r"(?<!\w)(?P<name>\w+) has no (?:SGlang|SGLang|vLLM) implementation"
_PATTERNS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("unsupported", r"Model architectures (?P<names>\[[^\]\[]*\]) are not supported for now"),
        ("not inspected", r"Model architectures (?P<names>\[[^\]\[]*\]) failed to be inspected"),
        ("incompatible", rf"{_NO_IMPLEMENTATION} and the Transformers implementation is not compatible"),
        ("incompatible", rf"The Transformers implementation of {_QUOTED} is not compatible with vLLM"),
        ("fallback", rf"{_NO_IMPLEMENTATION}, falling back to Transformers"),
        (
            "not found",
            rf"Cannot find model module\. {_QUOTED} is not a registered model in the Transformers library",
        ),
        ("import error", r"Ignore import error when loading (?P<module>\w+(?:\.\w+)*)[^\n]{0,2000}"),
    )
)


_HINT = re.compile("Model architectures|implementation|Cannot find model|Ignore import")
"""In every one of them: most lines of a log have none."""


def find_messages(text: str) -> tuple[Message, ...]:
    """The messages about models in a log, in order, each once.

    Args:
        text: of the log, or of one message.
    """
    found: dict[tuple[str, tuple[str, ...], str | None], Message] = {}
    for number, line in _lines(_COLOUR.sub("", text)):
        for kind, pattern in _PATTERNS:
            match = pattern.search(line)
            if match is None:
                continue
            groups = match.groupdict()
            listed, name = groups.get("names"), groups.get("name")
            names = tuple(_NAMES.findall(listed)) if listed else (name,) if name else ()
            message = Message(
                kind=kind,
                line=number,
                text=" ".join(match[0].split()),
                architectures=names,
                module=groups.get("module"),
                meaning=_MEANINGS[kind],
            )
            found.setdefault((kind, names, message.module), message)
    return tuple(found.values())


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that may hold a message, with their numbers."""
    number, counted, end = 1, 0, -1
    for hint in _HINT.finditer(text):
        if hint.start() < end:
            continue
        start = text.rfind("\n", 0, hint.start()) + 1
        end = text.find("\n", hint.end())
        end = len(text) if end < 0 else end
        number += text.count("\n", counted, start)
        counted = start
        yield number, text[start:end]
