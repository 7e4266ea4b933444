"""Ids of repositories on the Hub."""

from __future__ import annotations

import re

__all__ = ["is_repository"]

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)


def is_repository(text: str) -> bool:
    """Whether a text is an id of a repository on the Hub: an owner and a name."""
    return _REPOSITORY.fullmatch(text) is not None
