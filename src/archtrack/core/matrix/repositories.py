"""Ids of repositories on the Hub."""

from __future__ import annotations

import re

__all__ = ["is_hub_id", "is_repository"]

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
_HUB_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
_HUB_ID = re.compile(rf"(?!.*(?:--|\.\.|\.git\Z)){_HUB_PART}/{_HUB_PART}")


def is_hub_id(text: str) -> bool:
    """Whether the Hub could have a repository of that id; it refuses some that ``is_repository`` lets pass."""
    return _HUB_ID.fullmatch(text) is not None


def is_repository(text: str) -> bool:
    """Whether a text looks like the id of a repository on the Hub: an owner and a name."""
    return _REPOSITORY.fullmatch(text) is not None
