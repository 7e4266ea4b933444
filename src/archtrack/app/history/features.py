"""Since which release an engine's implementation of an architecture has a feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.history.history import Span, State
from archtrack.core.history.spans import SpanBounds
from archtrack.core.verdict.release_facts import FEATURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.core.history.history import History, RowState

__all__ = ["feature_bounds"]


def feature_bounds(history: History, key: str, feature: str) -> tuple[SpanBounds, ...]:
    """The spans of releases whose implementation of a key has a feature, oldest first.

    A bound beside a release of which that cannot be told is not exact.

    Args:
        history: of the engine.
        key: as its registry has it.
        feature: a key of ``core.verdict.features.TITLES``.
    """
    answers = [_answer(history, key, feature, release.version) for release in history.releases]
    return tuple(_bounds(history, key, answers, first, last) for first, last in _runs(history, answers))


def _answer(history: History, key: str, feature: str, version: str) -> bool | None:
    """Whether a release has it; None where that cannot be told."""
    if version not in history.known:
        return None
    row = _row(history, key, version)
    if row is None:
        return False if history.state(key, version) is None else None
    if feature in row.value.get("has", []):
        return True
    rules = history.rules_at(version)
    decided = [] if rules is None else rules.rules.get("features", {}).get("decided", [])
    return None if feature in row.value.get("unsure", {}) or feature not in decided else False


def _row(history: History, key: str, version: str) -> RowState | None:
    return history.row(FEATURES, key, version)


def _runs(history: History, answers: list[bool | None]) -> Iterator[tuple[int, int]]:
    """The first and the last index of each run of releases that have it; unknown releases end no run."""
    first = last = -1
    for index, answer in enumerate(answers):
        if answer:
            first, last = first if first >= 0 else index, index
        elif first >= 0 and history.releases[index].version in history.known:
            yield first, last
            first = -1
    if first >= 0:
        yield first, last


def _bounds(history: History, key: str, answers: list[bool | None], first: int, last: int) -> SpanBounds:
    releases = history.releases
    row = _row(history, key, releases[first].version)
    at = "" if row is None else row.at
    until = None if not any(each.version in history.known for each in releases[last + 1 :]) else last
    state = State(since=releases[first].version, file=at.rpartition(":")[0] or at, at=at)
    return SpanBounds(
        span=Span(
            first=releases[first].version,
            last=None if until is None else releases[until].version,
            states=(state,),
        ),
        first=releases[first],
        first_exact=history.whole if first == 0 else _follows(history, answers, first, first - 1),
        last=None if until is None else releases[until],
        last_exact=until is None or _follows(history, answers, until + 1, until + 1),
    )


def _follows(history: History, answers: list[bool | None], at: int, other: int) -> bool:
    """Whether the release at an index comes right after the one before it, and the other one surely lacks it."""
    before, after = history.releases[at - 1].version, history.releases[at].version
    return answers[other] is False and history.numbering.is_next(before, after)
