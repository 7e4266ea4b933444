"""Numbers, and names that are not known, in sentences."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["counted", "did_you_mean"]

_LONGEST = 200  # characters that are compared


def counted(count: int, thing: str) -> str:
    """So many things, in words: ``1 row``, ``2 rows``."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def did_you_mean(name: str, known: Collection[str], offered: str = "") -> str:
    """What to do about a name that is not known.

    Args:
        name: the name.
        known: the names that there are; the one that is most like it is what was meant.
        offered: what to choose from where none is like it; all of them by default.
    """
    near = get_close_matches(name[:_LONGEST].casefold(), known, n=1)
    return f"did you mean {near[0]}?" if near else f"choose from {offered or ', '.join(known) or 'nothing'}"
