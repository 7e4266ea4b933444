"""Ids of repositories on the Hub."""

from __future__ import annotations

import re

__all__ = ["HUB_ID", "is_hub_id", "is_repository"]

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)


_HUB_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
HUB_ID = rf"(?!.*(?:--|\.\.|\.git\Z)){_HUB_PART}/{_HUB_PART}"
"""What the Hub takes for the id of a repository with an owner: it refuses some that ``is_repository`` lets pass."""


def is_hub_id(text: str) -> bool:
    """Whether the Hub could have a repository of that id."""
    return re.fullmatch(HUB_ID, text) is not None


def is_repository(text: str) -> bool:
    """Whether a text is an id of a repository on the Hub: an owner and a name."""
    return _REPOSITORY.fullmatch(text) is not None
