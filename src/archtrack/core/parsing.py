"""JSON, versions and dates from outside: each is read here, and what is none is a ``ValueError``.

The libraries raise more than that for odd texts: ``RecursionError`` for one that is nested by the thousand,
``OverflowError`` for a number that no float holds. A caller that knows where the text is from catches the
``ValueError`` and says so. TOML has ``core/toml.py``, an address ``sources/address.py``.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LONGEST_VERSION", "parse_date", "parse_json", "parse_version"]

LONGEST_VERSION = 200
"""Characters that a version may have; the longest of any engine has 30."""

Pairs = list[tuple[str, Any]]


def parse_json(
    text: str | bytes,
    *,
    pairs: Callable[[Pairs], Any] | None = None,
    constant: Callable[[str], Any] | None = None,
    fraction: Callable[[str], Any] | None = None,
) -> Any:
    """The value that a JSON text describes.

    Args:
        text: the whole text; bytes are UTF-8, UTF-16 or UTF-32.
        pairs: makes an object of its pairs of name and value; a dict by default, where the last of a name counts.
        constant: gives the value of ``NaN``, ``Infinity`` or ``-Infinity``, which JSON does not have; by default
            such a text is refused.
        fraction: gives the value of a number with a point or an exponent; a float by default.

    Raises:
        ValueError: it is no JSON, or it is nested too deeply or holds a number too long for Python to read.
    """
    hooked = pairs is not None or constant is not None or fraction is not None
    decoder = (
        json.JSONDecoder(object_pairs_hook=pairs, parse_constant=constant or _refuse, parse_float=fraction)
        if hooked
        else _PLAIN
    )
    try:
        return decoder.decode(text if isinstance(text, str) else text.decode(json.detect_encoding(text)))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError as error:
        if "integer string conversion" not in str(error):
            raise
        raise ValueError("it holds a number of too many digits") from None


def parse_version(text: str) -> Version:
    """The version that a text names.

    Raises:
        ValueError: it names none, or is longer than ``LONGEST_VERSION``.
    """
    if len(text) > LONGEST_VERSION:
        raise ValueError(f"a version of {len(text)} characters")
    return Version(text)  # its error is a ValueError


def parse_date(text: str) -> date:
    """The day that a text names as ``2026-01-31``, and no other way.

    Raises:
        ValueError: it names none.
    """
    found = date.fromisoformat(text)
    if found.isoformat() != text:  # newer Pythons take other forms, too
        raise ValueError(f"{text[:40]!r} is no day like 2026-01-31")
    return found


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_PLAIN = json.JSONDecoder(parse_constant=_refuse)
