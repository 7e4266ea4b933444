"""What people download and what an engine does with it: the order in which to port models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.model import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from archtrack.model import Elsewhere

    from .census import Census, Counted

__all__ = ["BY", "LACKING", "Answered", "Share", "Wanted", "chosen", "in_order", "shares"]


LACKING = tuple(status for status in Status if status is not Status.NATIVE)
"""Every status but ``native``."""

BY: dict[str, Callable[[Counted], int]] = {
    "downloads": lambda counted: counted.downloads,
    "models": lambda counted: counted.models,
}
"""What architectures can be ordered by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What an engine does with one architecture, and why, if that is known.

    Attributes:
        status: what it does.
        because: why.
        elsewhere: the other engines that have it, where this one does not and has no fallback for it.
    """

    status: Status
    because: str | None = None
    elsewhere: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One architecture of a census.

    Attributes:
        rank: its place among all that the census counts, from 1.
        counted: what the census says.
        answered: what the engine does with it.
    """

    rank: int
    counted: Counted
    answered: Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The share of one answer in a census.

    Attributes:
        status: the answer; None for models that name no architecture.
        architectures: how many.
        models: that name them, a model once for each.
        downloads: of those.
        part: of the downloads of all shares, from 0 to 1.
    """

    status: Status | None
    architectures: int
    models: int
    downloads: int
    part: float


def in_order(census: Census, answers: Mapping[str, Answered], by: str) -> tuple[Wanted, ...]:
    """Every architecture of a census, most wanted first.

    Args:
        census: what was counted.
        answers: by name; what has none is unknown.
        by: a key of ``BY``; ties go by the other one, then by name.
    """
    first = BY[by]
    (second,) = (value for key, value in BY.items() if key != by)
    ordered = sorted(census.architectures, key=lambda each: (-first(each), -second(each), each.name))
    unknown = Answered(status=Status.UNKNOWN)
    return tuple(
        Wanted(rank=rank, counted=each, answered=answers.get(each.name, unknown))
        for rank, each in enumerate(ordered, 1)
    )


def chosen(wanted: Iterable[Wanted], statuses: Iterable[Status], top: int) -> tuple[Wanted, ...]:
    """The first ``top`` that have one of the statuses; all of them if ``top`` is 0."""
    allowed = frozenset(statuses)
    found = [each for each in wanted if each.answered.status in allowed]
    return tuple(found[:top] if top else found)


def shares(census: Census, wanted: Iterable[Wanted]) -> tuple[Share, ...]:
    """The share of each status that occurs, in their order, and of models that name no architecture last.

    Architectures that the census only counts together are unknown.
    """
    sums = dict.fromkeys(Status, (0, 0, 0))
    for each in wanted:
        one = (1, each.counted.models, each.counted.downloads)
        sums[each.answered.status] = _plus(sums[each.answered.status], one)
    rest = (census.rest_names, census.rest_models, census.rest_downloads)
    sums[Status.UNKNOWN] = _plus(sums[Status.UNKNOWN], rest)
    rows: list[tuple[Status | None, tuple[int, int, int]]] = [
        (status, found) for status, found in sums.items() if found[0]
    ]
    if census.nameless_models:
        rows.append((None, (0, census.nameless_models, census.nameless_downloads)))
    total = sum(downloads for _, (_, _, downloads) in rows)
    return tuple(
        Share(
            status=status,
            architectures=names,
            models=models,
            downloads=downloads,
            part=downloads / total if total else 0.0,
        )
        for status, (names, models, downloads) in rows
    )


def _plus(one: tuple[int, int, int], other: tuple[int, int, int]) -> tuple[int, int, int]:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]
