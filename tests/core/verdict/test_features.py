"""What is said of a feature: yes, no, or that it cannot be told."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.core.verdict.features import TITLES, Feature, asked_of, features_of, in_words
from archtrack.core.verdict.release_facts import FEATURES, QUANTISATION, Fact, LoadFacts, ReleaseFacts
from archtrack.model import Place

CLASS = Place(file="m.py", line=7)
ANSWERS = {"yes": True, "no": False, "not told": None}


def release(
    row: dict[str, Any] | None, *, decided: list[str] | None = None, methods: tuple[str, ...] = ()
) -> ReleaseFacts:
    """A release that registers one architecture, with a row of features unless that is None."""
    tables: dict[str, dict[str, Fact]] = (
        {} if row is None else {FEATURES: {"A": Fact(key="A", place=CLASS, value=row)}}
    )
    if methods:
        tables[QUANTISATION] = {name: Fact(key=name, place=Place(file="q.py", line=1)) for name in methods}
    rules = {} if decided is None else {"features": {"decided": decided}}
    return ReleaseFacts(engine="demo", version="1", registered={}, load=LoadFacts(tables=tables, rules=rules))


@pytest.mark.parametrize(
    ("row", "decided", "has", "why", "place"),
    [
        ({"has": ["lora"]}, ["lora"], "yes", "`A` has LoRA in demo 1", CLASS),
        (
            {"has": ["lora"]},
            [],
            "yes",
            "`A` has LoRA in demo 1",
            CLASS,
        ),  # what it states counts, decided or not
        ({"has": ["pp"]}, ["lora", "pp"], "no", "`A` has no LoRA in demo 1", CLASS),
        ({}, ["lora"], "no", "`A` has no LoRA in demo 1", CLASS),
        ({}, [], "not told", "demo 1 does not say whether `A` has LoRA", CLASS),
        ({}, None, "not told", "demo 1 does not say whether `A` has LoRA", CLASS),
        ({"unsure": {"lora": "m.py: who knows"}}, ["lora"], "not told", "m.py: who knows", CLASS),
        (None, ["lora"], "not told", "what demo 1 says of LoRA is not read", None),
    ],
)
def test_a_feature_is_there_or_not_or_not_told(
    row: dict[str, Any] | None,
    decided: list[str] | None,
    has: str,
    why: str,
    place: Place | None,
) -> None:
    assert asked_of("lora", "A", release(row, decided=decided)) == Feature(
        name="lora", has=ANSWERS[has], why=why, place=place
    )


def test_nothing_is_known_of_what_has_no_row() -> None:
    found = asked_of("lora", "B", release({"has": ["lora"]}, decided=["lora"]))
    assert (found.has, found.why) == (None, "demo 1 does not say whether `B` has LoRA")
    assert features_of("B", release({"has": ["lora"]}, decided=["lora"])) == ()
    assert features_of(None, release({"has": ["lora"]}, decided=["lora"])) == ()


def test_features_come_in_one_order_with_those_that_are_decided() -> None:
    found = features_of(
        "A", release({"has": ["eagle", "lora"], "unsure": {"image": "x"}}, decided=["pp", "lora"])
    )
    assert [(each.name, each.has) for each in found] == [
        ("lora", True),
        ("pp", False),
        ("image", None),
        ("eagle", True),
    ]
    assert list(TITLES)[:3] == ["lora", "pp", "image"]


@pytest.mark.parametrize(
    ("row", "decided", "words"),
    [
        ({"has": ["pp", "lora"], "unsure": {"image": "x"}}, ["pp"], "features: lora, pp; not known: image"),
        ({"has": ["lora"]}, ["pp"], "features: lora"),
        ({}, ["pp"], ""),
        ({}, [], ""),
        (None, [], ""),
    ],
)
def test_features_in_words(row: dict[str, Any] | None, decided: list[str], words: str) -> None:
    assert in_words(features_of("A", release(row, decided=decided))) == words


@pytest.mark.parametrize(
    ("methods", "has", "why"),
    [
        (("awq", "fp8"), "yes", "demo 1 has the quantisation method `awq`"),
        (("fp8",), "no", "demo 1 has no quantisation method `awq`"),
        ((), "not told", "which quantisation methods demo 1 has is not known"),
    ],
)
def test_a_quantisation_method_is_the_releases_not_the_architectures(
    methods: tuple[str, ...],
    has: str,
    why: str,
) -> None:
    found = asked_of("awq", "A", release({}, methods=methods))
    assert (found.has, found.why) == (ANSWERS[has], why)
