"""How many architectures an engine has registered over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .history import History

__all__ = ["growth"]


def growth(history: History) -> tuple[tuple[str, int], ...]:
    """(day, number of registered architectures) of an engine, oldest first.

    On each day counts the release of the highest version there was: a backport changes nothing.
    """
    counts = dict.fromkeys((each.version for each in history.releases if each.unknown is None), 0)
    for spans in history.architectures.values():
        for span in spans:
            end = len(history.releases) if span.last is None else history.places[span.last] + 1
            starts = [history.places[state.since] for state in span.states]
            for state, start, stop in zip(span.states, starts, [*starts[1:], end], strict=True):
                for release in history.releases[start:stop] if state.runs_as is None else ():
                    if release.unknown is None:
                        counts[release.version] += 1
    points: dict[str, int] = {}
    highest = -1
    dated = sorted(
        (release.date, history.places[release.version])
        for release in history.releases
        if release.unknown is None and release.date is not None
    )
    for day, place in dated:
        highest = max(highest, place)
        points[day] = counts[history.releases[highest].version]
    return tuple(points.items())
