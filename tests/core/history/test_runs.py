"""Runs of releases that have something, where it is told release by release."""

from __future__ import annotations

from itertools import product

import pytest
from packaging.specifiers import SpecifierSet

from archtrack.core.history.numbering import BUILDS
from archtrack.core.history.runs import Run, runs_of
from made_history import made_history, release

TOLD = {"y": True, "n": False, "?": None, "u": None, "s": None}
"""Of a release: has it, has it not, was read and does not tell, was not read, carries nothing that would tell."""


def runs(told: str, floor: str = "1") -> tuple[Run, ...]:
    releases = [
        release(
            str(at),
            unknown="not read" if each == "u" else None,
            silent=("registered",) if each == "s" else (),
        )
        for at, each in enumerate(told, 1)
    ]
    history = made_history(releases, {each.version: {} for each in releases}, floor=floor)
    return runs_of(history, [TOLD[each] for each in told])


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("nyy", [("2", "", ">=2", "")]),
        ("yyy", [("1", "", ">=1", "")]),
        ("nyyn", [("2", "3", ">=2,<4", "")]),
        ("nyn", [("2", "2", "==2", "")]),
        ("nyny", [("2", "2", "==2", ""), ("4", "", ">=4", "")]),
        ("uyy", [("≤2", "", ">=2", "")]),
        ("?yy", [("≤2", "", ">=2", "")]),
        ("nyuy", [("2", "", ">=2,!=3", "3")]),
        ("ny?yn", [("2", "4", ">=2,<5,!=3", "3")]),
        ("nyu", [("2", "", ">=2,!=3", "3")]),  # what nobody has read ends nothing
        ("nys", [("2", "", ">=2,!=3", "3")]),
        ("ny?", [("2", "≥2", "==2", "")]),  # the newest that was read does not tell
        ("nyyu?", [("2", "≥3", ">=2,<4", "")]),
        ("nyun", [("2", "≥2", "==2", "")]),
        ("nnn", []),
        ("u?n", []),
        ("", []),
    ],
)
def test_a_run_lasts_as_long_as_no_release_that_was_read_ends_it(
    told: str, expected: list[tuple[str, ...]]
) -> None:
    found = [
        (each.since, each.until, each.specifier, ",".join(other.version for other in each.untold))
        for each in runs(told)
    ]
    assert found == expected


@pytest.mark.parametrize(("floor", "since"), [("1", "1"), ("0.9", "≤1")])
def test_the_first_release_of_all_is_exact_where_nothing_can_have_come_before(floor: str, since: str) -> None:
    (run,) = runs("yy", floor)
    assert run.since == since


@pytest.mark.parametrize("length", range(1, 6))
def test_a_specifier_takes_the_releases_of_its_run_and_of_the_others_only_those_to_come(length: int) -> None:
    for letters in product("yn?u", repeat=length):
        told = "".join(letters)
        found = runs(told)
        for at, run in enumerate(found):
            first, last = int(run.first.version), int(run.last.version)
            own = [place for place in range(first, last + 1) if told[place - 1] == "y"]
            taken = SpecifierSet(run.specifier)
            assert [place for place in range(1, length + 1) if taken.contains(str(place))] == own, told
            assert taken.contains("99") == run.lasts, told
            assert not run.lasts or at == len(found) - 1
        named = [place for place, each in enumerate(told, 1) if each == "y"]
        covered = [
            place for run in found for place in range(int(run.first.version), int(run.last.version) + 1)
        ]
        assert set(named) <= set(covered)
        assert len(covered) == len(set(covered))


@pytest.mark.parametrize(
    ("versions", "since", "until"),
    [(("b1", "b2", "b3", "b4"), "b2", "b3"), (("b1", "b5", "b6", "b9"), "≤b5", "≥b6")],
)
def test_between_builds_that_do_not_follow_on_each_other_lies_something_unread(
    versions: tuple[str, ...], since: str, until: str
) -> None:
    releases = [release(each) for each in versions]
    history = made_history(releases, {each: {} for each in versions}, floor="b1", numbering=BUILDS)
    (run,) = runs_of(history, [False, True, True, False])
    assert (run.since, run.until) == (since, until)
