"""A call's arguments held against the tool's schema: what is wrong is said in one line, with what would be right."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from archtrack.errors import UsageError
from archtrack.render.terminal import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jsonschema import ValidationError

    from .base import Tool

__all__ = ["alike", "checked", "one_line"]

_LONGEST = 600
"""Characters of a message: what was asked for may be a megabyte."""


def checked(tool: Tool, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments, which fit the tool.

    Raises:
        UsageError: they do not; the message names the argument and what it takes.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415 -- of the extra `mcp`
    from jsonschema.exceptions import best_match  # noqa: PLC0415 -- as above

    known = tool.arguments["properties"]
    given = {name: value for name, value in arguments.items() if value is not None}  # null: left out
    for name in given:
        if name not in known:
            raise UsageError(
                f"there is no argument {_short(name)!r}{alike(name, known)}; it takes: {', '.join(known)}"
            )
    error = best_match(Draft202012Validator(dict(tool.arguments)).iter_errors(given))
    if error is not None:
        raise UsageError(_told(error, tool))
    return given


def alike(name: str, known: Iterable[str]) -> str:
    """The name that may have been meant, as words to go on with; empty where none is like it."""
    near = get_close_matches(name[:_LONGEST], list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def one_line(text: str) -> str:
    """A message on one line, without control characters and not endless."""
    line = plain(" ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _told(error: ValidationError, tool: Tool) -> str:
    """What is wrong with an argument: its name, what it has to be, and what it is for."""
    if error.validator == "required":
        return f"give {' and '.join(tool.arguments['required'])}"
    name = str(error.absolute_path[0]) if error.absolute_path else "the arguments"
    about = tool.arguments["properties"].get(name, {}).get("description", "")
    return f"{name}: {_wrong(error)}. {about}".strip()


def _wrong(error: ValidationError) -> str:
    """In words without the value, which may be of any length."""
    value = error.validator_value
    words = {
        "type": f"has to be of type {' or '.join(value) if isinstance(value, list) else value}",
        "enum": f"has to be one of {', '.join(map(repr, value)) if isinstance(value, list) else value}",
        "minLength": "is empty",
        "maxLength": f"is longer than {value} characters",
        "minimum": f"has to be at least {value}",
        "maximum": f"may be at most {value}",
        "minItems": "is an empty list",
        "maxItems": f"has more than {value} entries; ask in several calls",
    }
    what = words.get(str(error.validator), error.message)
    if error.validator == "enum" and isinstance(error.instance, str) and isinstance(value, list):
        what += alike(error.instance, [each for each in value if isinstance(each, str)])
    return what


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"  # noqa: PLR2004 -- enough to recognise
