"""How many architectures an engine has registered over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .history import REGISTRY
from .spans import entries_of

if TYPE_CHECKING:
    from .history import History

__all__ = ["growth"]


def growth(history: History) -> tuple[tuple[str, int], ...]:
    """(day, number of registered architectures) of an engine, oldest first.

    On each day counts the release of the highest version there was: a backport changes nothing.
    """
    entries = entries_of(history)
    points: dict[str, int] = {}
    highest = -1
    dated = sorted(
        (release.date, history.positions[release.version])
        for release in history.releases
        if release.tells(REGISTRY) and release.date is not None
    )
    for day, place in dated:
        highest = max(highest, place)
        newest = entries[history.releases[highest].version]
        points[day] = sum(entry.runs_as is None for entry in newest.values())
    return tuple(points.items())
