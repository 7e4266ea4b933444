"""Which releases a refresh reads, and which of them it believes."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.core.history.history import Entry, History
from archtrack.core.history.plausibility import doubts_of
from archtrack.core.history.refresh_plan import refresh_plan
from made_history import made_history, release


def digest(version: str) -> str:
    return version.replace(".", "").ljust(64, "0")


def listed(*versions: str, changed: str = "") -> tuple[tuple[str, str, frozenset[str]], ...]:
    return tuple(
        (version, f"x-{version}.whl", frozenset({digest("9" if version == changed else version)}))
        for version in versions
    )


def known(*versions: str, unknown: str = "", no_digest: str = "") -> History:
    releases = [
        release(
            version,
            sha256=None if version == no_digest else digest(version),
            unknown="lost" if version == unknown else None,
        )
        for version in versions
    ]
    found: dict[str, dict[str, Entry]] = {version: {} for version in versions if version != unknown}
    return made_history(releases, found)


@pytest.mark.parametrize(
    ("files", "old", "read", "kept"),
    [
        (listed("1", "2", "3"), None, {"1", "2", "3"}, set()),
        (listed("1", "2", "3"), known("1", "2", "3"), set(), {"1", "2", "3"}),
        (listed("1", "2", "3"), known("1", "2"), {"3"}, {"1", "2"}),
        # What a backport begins may continue in the release after it, whose lines are then noted.
        (listed("1", "1.1", "2", "3"), known("1", "2", "3"), {"1.1", "2"}, {"1", "3"}),
        (listed("1", "2", "3", changed="2"), known("1", "2", "3"), {"2", "3"}, {"1"}),
        (listed("1", "2", "3"), known("1", "2", "3", unknown="2"), {"2", "3"}, {"1"}),
        (listed("1", "3"), known("1", "2", "3"), set(), {"1", "2", "3"}),  # one that has left the index stays
        (listed("1", "2"), known("1", "2", no_digest="1"), set(), {"1", "2"}),
        (listed("0.1", "0.9", "1"), None, {"1"}, set()),
    ],
)
def test_what_is_read_again(
    files: tuple[tuple[str, str, frozenset[str]], ...], old: History | None, read: set[str], kept: set[str]
) -> None:
    plan = refresh_plan(files, old, floor="1")
    assert (plan.read, plan.kept) == (read, kept)
    assert all("older than 1" in reason for reason in plan.below.values())


def counts(*numbers: int | tuple[int, int]) -> tuple[list[Any], dict[str, dict[str, Entry]]]:
    """Releases 1, 2, … that register so many architectures: 0 … n, or from … to."""
    ranges = [number if isinstance(number, tuple) else (0, number) for number in numbers]
    found = {
        str(place): {f"N{at}": Entry(file="a", at="a:1") for at in range(*each)}
        for place, each in enumerate(ranges, 1)
    }
    return [release(version) for version in found], found


@pytest.mark.parametrize(
    ("numbers", "accepted", "doubted"),
    [
        ((10, 12, 14), (), []),
        ((3, 6, 11), (), []),  # small numbers double
        ((100, 80), (), []),
        ((100, 79), (), ["2"]),
        ((100, 79), ("2",), []),
        ((100, 151), (), ["2"]),
        ((100, 0, 100), (), ["2"]),
        ((0, 5), (), ["1"]),
        ((8, (8, 9)), (), ["2"]),  # all are gone, few as they were
        ((100, (60, 160)), (), ["2"]),  # as many as before, and others
        ((100, 50, 101), (), ["2"]),  # compared with the last one that is believed
        ((100, 50, 51), (), ["2", "3"]),
        ((100, 50, 51), ("2",), []),
    ],
)
def test_a_count_that_falls_or_jumps_is_not_believed(
    numbers: tuple[int | tuple[int, int], ...], accepted: tuple[str, ...], doubted: list[str]
) -> None:
    releases, found = counts(*numbers)
    judged, doubts = doubts_of(releases, found, accepted)
    assert sorted(doubts) == doubted
    assert [release.version for release in judged if release.unknown] == doubted
    assert all(reason.startswith("implausible: ") for reason in doubts.values())
    assert [release.version for release in judged if release.accepted] == [v for v in accepted if not doubted]
