"""What an engine says when it does not know a model, found in a log."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Message", "find_messages"]

_NAMES = re.compile(r"[\"']([A-Za-z_]\w*)[\"']")
_LONGEST_LINE = 20_000
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    name: str
    pattern: re.Pattern[str]
    meaning: str


_KINDS = (
    _Kind(
        name="unsupported",
        pattern=re.compile(r"Model architectures (?P<names>\[[^\]]*\]) are not supported for now"),
        meaning="the registry has none of these architectures, and no fallback took them",
    ),
    _Kind(
        name="not inspected",
        pattern=re.compile(r"Model architectures (?P<names>\[[^\]]*\]) failed to be inspected"),
        meaning="the architecture is registered, but its class could not be loaded",
    ),
    _Kind(
        name="incompatible",
        pattern=re.compile(
            r"(?<!\w)(?P<name>\w+) has no (?:SGlang|SGLang|vLLM) implementation and the Transformers "
            r"implementation is not compatible"
        ),
        meaning="transformers has the class, but is_backend_compatible() is false: the engine refuses it",
    ),
    _Kind(
        name="incompatible",
        pattern=re.compile(
            r"The Transformers implementation of ['\"](?P<name>\w+)['\"] is not compatible with vLLM"
        ),
        meaning="transformers has the class, but is_backend_compatible() is false: the engine refuses it",
    ),
    _Kind(
        name="fallback",
        pattern=re.compile(
            r"(?<!\w)(?P<name>\w+) has no (?:SGlang|SGLang|vLLM) implementation, falling back to Transformers"
        ),
        meaning="no error: the Transformers backend runs the model, slower and without some features",
    ),
    _Kind(
        name="not found",
        pattern=re.compile(
            r"Cannot find model module\. ['\"](?P<name>\w+)['\"] is not a registered model in the Transformers library"
        ),
        meaning="neither the engine nor transformers has the class, and the config's auto_map brings none",
    ),
    _Kind(
        name="import error",
        pattern=re.compile(r"Ignore import error when loading (?P<module>\w+(?:\.\w+)*)[^\n]*"),
        meaning="the engine skips this module: what it registers is missing from the registry",
    ),
)


def find_messages(text: str) -> tuple[Message, ...]:
    """The messages about models in a log, in order, each once.

    Args:
        text: of the log, or of one message.
    """
    found: dict[tuple[str, tuple[str, ...], str | None], Message] = {}
    for number, line in enumerate(_COLOUR.sub("", text).split("\n"), 1):
        for kind in _KINDS:
            match = kind.pattern.search(line[:_LONGEST_LINE])
            if match is None:
                continue
            groups = match.groupdict()
            listed, name = groups.get("names"), groups.get("name")
            names = tuple(_NAMES.findall(listed)) if listed else (name,) if name else ()
            message = Message(
                kind=kind.name,
                line=number,
                text=" ".join(match[0].split()),
                architectures=names,
                module=groups.get("module"),
                meaning=kind.meaning,
            )
            found.setdefault((kind.name, names, message.module), message)
    return tuple(found.values())
