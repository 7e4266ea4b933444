"""Runs of releases that have something, where it is told release by release whether they do.

A release of which it is not told does not end a run, as it does not end a span; but it is named, and a run that begins
or ends beside one says that its bound is not exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .history import History, Release

__all__ = ["Run", "runs_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Consecutive releases that have something, those between them included of which it is not told.

    Attributes:
        first: its first release.
        first_exact: the release before is known not to have it.
        last: the last release that is known to have it.
        last_exact: the release after is known not to have it, or there is no end.
        lasts: there is no end: the newest release that was read has it.
        untold: the releases in it of which it is not told; where there is no end, up to the newest one that there is.
        after: the release after ``last``; None where there is no end.
    """

    first: Release
    first_exact: bool
    last: Release
    last_exact: bool
    lasts: bool
    untold: tuple[Release, ...] = ()
    after: Release | None = None

    @property
    def since(self) -> str:
        """The first release; ``≤`` where an earlier one may have it."""
        return self.first.version if self.first_exact else f"≤{self.first.version}"

    @property
    def until(self) -> str:
        """The last release; ``≥`` where a later one may have it; empty where there is no end."""
        if self.lasts:
            return ""
        return self.last.version if self.last_exact else f"≥{self.last.version}"

    @property
    def specifier(self) -> str:
        """As PEP 440 writes it: every release of which it is known that it has it, and no other one that is known.

        Without an end it takes those that come later, too.
        """
        if self.lasts:
            parts = [f">={self.first.version}"]
        elif self.first is self.last or self.after is None:
            parts = [f"=={self.first.version}"]
        else:
            parts = [f">={self.first.version}", f"<{self.after.version}"]
        return ",".join((*parts, *(f"!={each.version}" for each in self.untold)))


def runs_of(history: History, told: Sequence[bool | None]) -> tuple[Run, ...]:
    """The runs, oldest first.

    Args:
        history: of the engine.
        told: for each of its releases, in their order: whether it has it; None where that is not known.
    """
    return tuple(_run(history, told, ends) for ends in _ends(history, told))


def _ends(history: History, told: Sequence[bool | None]) -> Iterator[tuple[int, int, bool]]:
    """The first and the last place of each run, and whether there is no end."""
    first = last = None
    for place, has in enumerate(told):
        if has:
            first, last = place if first is None else first, place
        elif has is False and first is not None and last is not None:
            yield first, last, False
            first = last = None
    if first is not None and last is not None:
        yield first, last, not any(map(_was_read, history.releases[last + 1 :]))


def _run(history: History, told: Sequence[bool | None], ends: tuple[int, int, bool]) -> Run:
    first, last, lasts = ends
    releases = history.releases
    end = len(releases) if lasts else last
    return Run(
        first=releases[first],
        first_exact=history.whole if first == 0 else told[first - 1] is False and _follows(history, first),
        last=releases[last],
        last_exact=lasts or (told[last + 1] is False and _follows(history, last + 1)),
        lasts=lasts,
        untold=tuple(releases[place] for place in range(first, end) if told[place] is None),
        after=None if lasts else releases[last + 1],
    )


def _was_read(release: Release) -> bool:
    """Whether all that an engine's releases say of themselves was read of it."""
    return release.unknown is None and not release.silent


def _follows(history: History, place: int) -> bool:
    """Whether nothing can lie between a release and the one before it."""
    return history.numbering.is_next(history.releases[place - 1].version, history.releases[place].version)
