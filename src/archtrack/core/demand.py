"""What people download, held against what an engine does with it: the order in which to port models."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .census import Census, Counted

__all__ = ["BY", "LACKING", "Answered", "DemandStatus", "Share", "Wanted", "chosen", "in_order", "shares"]


class DemandStatus(str, Enum):
    """What an engine does with an architecture: the words of ``list`` and ``check``, and those of the history."""

    NATIVE = "native"
    UNIMPORTABLE = "unimportable"
    FALLBACK = "fallback"
    REFUSED = "refused"
    REMOTE_CODE = "remote code"
    UNSUPPORTED = "unsupported"
    GONE = "gone"
    ABSENT = "absent"
    UNKNOWN = "unknown"


LACKING = tuple(status for status in DemandStatus if status is not DemandStatus.NATIVE)
"""Of what the engine has no implementation of its own that works."""

BY: dict[str, Callable[[Counted], int]] = {
    "downloads": lambda counted: counted.downloads,
    "models": lambda counted: counted.models,
}
"""What architectures can be ordered by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What an engine does with one architecture, and why, where that is known."""

    status: DemandStatus
    because: str | None = None


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
    """How much of a census one answer covers.

    Attributes:
        status: the answer; None for models that name no architecture.
        architectures: how many.
        models: that name them, a model once for each.
        downloads: of those.
        part: of the downloads of all shares, from 0 to 1.
    """

    status: DemandStatus | None
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
    unknown = Answered(status=DemandStatus.UNKNOWN)
    return tuple(
        Wanted(rank=rank, counted=each, answered=answers.get(each.name, unknown))
        for rank, each in enumerate(ordered, 1)
    )


def chosen(wanted: Iterable[Wanted], statuses: Iterable[DemandStatus], top: int) -> tuple[Wanted, ...]:
    """The first ``top`` with one of the answers, 0 for all of them."""
    allowed = frozenset(statuses)
    found = [each for each in wanted if each.answered.status in allowed]
    return tuple(found[:top] if top else found)


def shares(census: Census, wanted: Iterable[Wanted]) -> tuple[Share, ...]:
    """How much each answer covers, in the order of the answers; the nameless last. Only what there is any of.

    What the census counts together only is unknown.
    """
    sums = dict.fromkeys(DemandStatus, (0, 0, 0))
    for each in wanted:
        one = (1, each.counted.models, each.counted.downloads)
        sums[each.answered.status] = _plus(sums[each.answered.status], one)
    rest = (census.rest_names, census.rest_models, census.rest_downloads)
    sums[DemandStatus.UNKNOWN] = _plus(sums[DemandStatus.UNKNOWN], rest)
    rows: list[tuple[DemandStatus | None, tuple[int, int, int]]] = [
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
