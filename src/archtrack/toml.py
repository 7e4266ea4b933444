"""TOML for every Python that archtrack runs on."""

from __future__ import annotations

import sys
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["TOMLDecodeError", "loads"]

TOMLDecodeError = tomllib.TOMLDecodeError


def loads(text: str) -> dict[str, Any]:
    """The table that a TOML text describes.

    Raises:
        TOMLDecodeError: it is not TOML; the message names line and column.
    """
    return tomllib.loads(text)
