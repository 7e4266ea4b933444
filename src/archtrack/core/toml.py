"""TOML for every Python that archtrack runs on, and where in a text a key stands."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TOMLDecodeError", "line_of", "lines_of", "loads"]

_MOST_PARTS = 100
"""Of a key: the parser takes the square of them, and those of a table again for each of its lines."""
_KEY = re.compile(r"""(?:[^"'=]|"(?:[^"\\]|\\.)*(?:"|\Z)|'[^']*(?:'|\Z))*""", re.DOTALL)
"""What stands before the ``=``."""
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*(?:"{3,5})?'
    r"|'''(?:[^']|'(?!''))*(?:'{3,5})?"
    r'|"(?:[^"\\]|\\.)*"?|'
    r"'[^']*'?|#[^\n]*|[\[{\]}\n]",
    re.DOTALL,
)
"""What tells where a value ends: strings, comments, brackets, the end of a line."""


class TOMLDecodeError(ValueError):
    """A text is not TOML, or none that is read."""


def loads(text: str) -> dict[str, Any]:
    """The table that a TOML text describes.

    Raises:
        TOMLDecodeError: it is not TOML; the message names line and column where the parser does. Or it is nested
            too deeply, or holds a number, a date or a key that is not read.
    """
    for number, line in enumerate(text.split("\n") if text.count(".") > _MOST_PARTS else (), 1):
        key = line.partition("=")[0].partition("#")[0]
        if key.count(".") > _MOST_PARTS:
            raise TOMLDecodeError(f"a key has more than {_MOST_PARTS} parts (at line {number}, column 1)")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise TOMLDecodeError("it is nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        raise TOMLDecodeError(str(error)) from None
    except ValueError:  # a number of 4,300 digits, a day that no calendar has
        raise TOMLDecodeError("it holds a number of too many digits, or a date that there is not") from None


def lines_of(text: str) -> dict[tuple[str, ...], int]:
    """The line on which a TOML text first mentions each key and table, which the parser does not say.

    The parser takes the keys apart. A key in an inline table has the line of that table.

    Args:
        text: valid TOML.

    Returns:
        The parts of the dotted key -> line, from 1. The empty key is the whole text, on line 1.
    """
    text = text.replace("\r\n", "\n")
    found: dict[tuple[str, ...], int] = {(): 1}
    table: tuple[str, ...] = ()
    at, line = 0, 1
    while at < len(text):
        if text[at] in " \t\n":
            line += text[at] == "\n"
            at += 1
            continue
        end = _end(text, at)
        keys, known = table, len(table)
        if text[at] == "[":
            keys, known = _parts(text[at:end]), 0
            table = keys
        elif text[at] != "#" and (key := _KEY.match(text, at, end)):
            keys = (*table, *_parts(f"{key[0]}= 0"))  # the parser takes a key apart only with a value
        for length in range(known + 1, len(keys) + 1):
            found.setdefault(keys[:length], line)
        line += text.count("\n", at, end)
        at = end
    return found


def line_of(lines: Mapping[tuple[str, ...], int], keys: tuple[str, ...]) -> int:
    """The line of a key by ``lines_of``; that of its table where it has none of its own."""
    return next(lines[keys[:length]] for length in range(len(keys), -1, -1) if keys[:length] in lines)


def _end(text: str, at: int) -> int:
    """Where the statement ends that begins here: at the end of a line, outside of brackets and strings."""
    depth = 0
    for token in _TOKEN.finditer(text, at):
        if token[0] == "\n":
            if not depth:
                return token.start()
        elif token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
    return len(text)


def _parts(statement: str) -> tuple[str, ...]:
    """The parts of the key of a table or value."""
    found: Any = loads(statement)
    parts: list[str] = []
    while isinstance(found, dict) and found:
        ((name, inner),) = found.items()
        parts.append(name)
        found = inner[0] if isinstance(inner, list) else inner
    return tuple(parts)
