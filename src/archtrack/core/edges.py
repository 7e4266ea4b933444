"""Where the spans of an architecture begin and end, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .history import History, Release, Span

__all__ = ["Edge", "edges", "last_begun"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Where a span begins and ends, and how sure that is.

    Attributes:
        span: the span.
        first: its first release.
        first_exact: False where the release before is not known not to register it.
        last: its last release, None where the newest one has it.
        last_exact: False where the release after is not known not to register it; True where there is no end.
    """

    span: Span
    first: Release
    first_exact: bool
    last: Release | None
    last_exact: bool


def edges(history: History, name: str) -> Iterator[Edge]:
    """The spans of an architecture with what is known of their ends; oldest first."""
    for span in history.architectures.get(name, ()):
        begin = history.places[span.first]
        last = None if span.last is None else history.places[span.last]
        after = None if last is None else history.releases[last + 1 : last + 2]
        yield Edge(
            span=span,
            first=history.releases[begin],
            first_exact=history.whole if begin == 0 else history.releases[begin - 1].complete,
            last=None if last is None else history.releases[last],
            last_exact=not after or after[0].complete,
        )


def last_begun(history: History, name: str, release: Release) -> Edge | None:
    """The span of an architecture that holds a release, or the last one before it; None where there is none."""
    place = history.places[release.version]
    begun = [edge for edge in edges(history, name) if history.places[edge.first.version] <= place]
    return begun[-1] if begun else None
