"""Histories put together by hand: from what each release registers, as a refresh puts them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.history.history import History
from archtrack.core.history.spans import categories_of, spans_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archtrack.core.history.history import Entry, Release


def made_history(
    releases: Sequence[Release],
    found: Mapping[str, Mapping[str, Entry]],
    *,
    engine: str = "demo",
    floor: str = "1",
) -> History:
    """The history of an engine: version -> architecture -> entry, for each release that is not unknown."""
    return History(
        engine=engine,
        distribution=engine,
        floor=floor,
        tool="0",
        revision=1,
        releases=tuple(releases),
        architectures=spans_of(releases, found),
        categories=categories_of(releases, found),
    )
