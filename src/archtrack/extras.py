"""How a message names an extra of archtrack's that is not installed."""

from __future__ import annotations

__all__ = ["extra"]


def extra(name: str) -> str:
    """The extra, and how to get it, as the end of a sentence with "needs"."""
    return f"the extra `{name}` (in a clone of archtrack: pip install '.[{name}]')"
