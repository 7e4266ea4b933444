"""A census held against an engine: order, choice and shares."""

from __future__ import annotations

from dataclasses import replace
from itertools import starmap

import pytest

from archtrack.core.demand.census import Census, Counted
from archtrack.core.demand.ranking import Answered, Status, in_order, shares


def counted(name: str, downloads: int, models: int) -> Counted:
    return Counted(name=name, models=models, downloads=downloads, example="o/m", example_downloads=0)


COUNTED = [("Zed", 500, 3), ("Beta", 300, 9), ("Alpha", 100, 9), ("Gamma", 0, 1)]
CENSUS = Census(
    source="x",
    date=None,
    measure="downloads",
    models=100,
    downloads=1_000,
    nameless_models=10,
    nameless_downloads=100,
    architectures=tuple(starmap(counted, COUNTED)),
)
ANSWERS = {
    "Zed": Answered(status=Status.NATIVE),
    "Beta": Answered(status=Status.REFUSED, because="said so"),
    "Alpha": Answered(status=Status.UNSUPPORTED),
}


@pytest.mark.parametrize(
    ("by", "names"),
    [("downloads", ["Zed", "Beta", "Alpha", "Gamma"]), ("models", ["Beta", "Alpha", "Zed", "Gamma"])],
)
def test_the_order_is_what_was_asked_for_and_of_ties_the_other(by: str, names: list[str]) -> None:
    found = in_order(CENSUS, ANSWERS, by)
    assert [each.counted.name for each in found] == names
    assert [each.rank for each in found] == [1, 2, 3, 4]


def test_equal_architectures_are_ordered_by_name() -> None:
    census = replace(CENSUS, architectures=tuple(counted(name, 5, 5) for name in "BCA"))
    assert [each.counted.name for each in in_order(census, {}, "models")] == ["A", "B", "C"]


def test_what_nobody_answered_is_unknown_and_not_unsupported() -> None:
    found = {each.counted.name: each.answered for each in in_order(CENSUS, ANSWERS, "downloads")}
    assert found["Gamma"] == Answered(status=Status.UNKNOWN)
    assert found["Beta"].because == "said so"


def test_shares_cover_everything_once_with_the_nameless_last() -> None:
    found = shares(CENSUS, in_order(CENSUS, ANSWERS, "downloads"))
    assert [
        (each.status and each.status.value, each.architectures, each.models, each.downloads) for each in found
    ] == [
        ("native", 1, 3, 500),
        ("refused", 1, 9, 300),
        ("unsupported", 1, 9, 100),
        ("unknown", 1, 1, 0),
        (None, 0, 10, 100),
    ]
    assert sum(each.part for each in found) == pytest.approx(1)
    assert found[0].part == 0.5


def test_what_is_counted_together_is_unknown() -> None:
    census = replace(CENSUS, rest_names=7, rest_models=8, rest_downloads=50)
    found = {each.status: each for each in shares(census, in_order(census, ANSWERS, "downloads"))}
    unknown = found[Status.UNKNOWN]
    assert (unknown.architectures, unknown.models, unknown.downloads) == (8, 9, 50)


def test_of_nothing_there_are_no_shares_and_nothing_is_divided_by_zero() -> None:
    nothing = replace(CENSUS, architectures=(), nameless_models=0, nameless_downloads=0)
    assert shares(nothing, ()) == ()
    (found,) = shares(replace(nothing, nameless_models=3), ())
    assert (found.status, found.part) == (None, 0.0)
