"""TOML for every Python that archtrack runs on, and where in a text a key stands."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["TOMLDecodeError", "line_of", "loads"]

TOMLDecodeError = tomllib.TOMLDecodeError

_ESCAPED = r"[\"\\\x00-\x1f\x7f]"  # what may stand in a name only as an escape
_CLOSINGS = tuple(
    f"\n{quotes}{brackets}"
    for brackets in ("", "]", "}", "]]", "]}", "}}", "]}}")
    for quotes in ("", '"""', "'''")
)


def loads(text: str) -> dict[str, Any]:
    """The table that a TOML text describes.

    Raises:
        TOMLDecodeError: it is not TOML; the message names line and column where the parser does. Or it is nested
            too deeply, or holds a number or a date that Python does not read.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise TOMLDecodeError("it is nested too deeply") from None
    except TOMLDecodeError:
        raise
    except ValueError:  # a number of 4,300 digits, a day that no calendar has
        raise TOMLDecodeError("it holds a number of too many digits, or a date that there is not") from None


def line_of(text: str, keys: tuple[str, ...]) -> int:
    """The line on which a TOML text first mentions a key or table, which the parser does not say.

    It is the first line that, with all above it and whatever is open there closed, already holds the key: so
    the parser decides, and there is no second grammar. Costs a parse or two; meant for messages.

    Args:
        text: valid TOML.
        keys: the parts of the dotted key. One that is not there gives the line of its table, in the end 1.
    """
    lines = text.split("\n")
    for length in range(len(keys), 0, -1):
        name = keys[length - 1]
        escape = re.compile(r"\\" if re.search(_ESCAPED, name) else r"\\[uUx]")  # may spell the name
        for number, line in enumerate(lines, 1):
            if (name in line or escape.search(line)) and _holds("\n".join(lines[:number]), keys[:length]):
                return number
    return 1


def _holds(start: str, keys: tuple[str, ...]) -> bool:
    for closing in _CLOSINGS:
        with suppress(TOMLDecodeError):  # not TOML: something else is open
            found: object = loads(start + closing)
            for key in keys:
                if not isinstance(found, dict) or key not in found:
                    return False
                found = found[key]
            return True
    return False
