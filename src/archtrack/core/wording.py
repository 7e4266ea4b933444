"""Numbers in sentences."""

from __future__ import annotations

__all__ = ["counted"]


def counted(count: int, thing: str) -> str:
    """So many things, in words: ``1 row``, ``2 rows``."""
    return f"{count} {thing}{'' if count == 1 else 's'}"
