"""How releases are named and ordered: versions of the index, and builds of a repository."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.core.history.data_file import parse_history, write_history
from archtrack.core.history.history import REGISTRY, Entry, Row
from archtrack.core.history.lint import lint_history
from archtrack.core.history.numbering import BUILDS, VERSIONS
from archtrack.core.history.spans import entries_of, span_bounds, spans_of
from archtrack.core.history.tables import rows_of, table_spans
from made_history import made_history, release


@pytest.mark.parametrize(
    ("text", "versions", "builds"),
    [
        ("1.0", "1.0", None),
        ("v1.0", "1.0", None),
        ("0.2.0", "0.2.0", "v0.2.0"),
        ("v0.2.0", "0.2.0", "v0.2.0"),
        ("b5480", None, "b5480"),
        ("b05480", None, None),
        ("b5480-1", None, None),
        ("b" + "9" * 10, None, None),
        ("gguf-v0.19", None, "gguf-v0.19"),
        ("gguf-v", None, None),
        ("2026-08-24", None, "2026-08-24"),
        ("2026-13-24", None, None),
        ("master-abc", None, None),
        ("x" * 300, None, None),
        ("", None, None),
    ],
)
def test_the_normal_form_of_a_name(text: str, versions: str | None, builds: str | None) -> None:
    for numbering, normal in ((VERSIONS, versions), (BUILDS, builds)):
        if normal is None:
            with pytest.raises(ValueError, match=r"[a-z]"):
                numbering.normal(text)
        else:
            assert numbering.normal(text) == normal


@pytest.mark.parametrize(
    ("dates", "ordered"),
    [
        # by their numbers, whatever their days are
        ({"b10": "2026-01-02", "b9": "2026-01-03", "b100": None}, ["b9", "b10", "b100"]),
        # what has no number stands behind the highest one of its day and all days before
        (
            {"b9": "2026-01-01", "b12": "2026-01-05", "2026-01-03": "2026-01-03", "2026-01-05": "2026-01-05"},
            ["b9", "2026-01-03", "b12", "2026-01-05"],
        ),
        ({"b9": "2026-01-05", "gguf-v1.0": "2026-01-01"}, ["gguf-v1.0", "b9"]),
        # a number that came out of order does not move what follows it
        ({"b9": "2026-01-09", "b12": "2026-01-01", "2026-01-10": "2026-01-10"}, ["b9", "b12", "2026-01-10"]),
        ({"gguf-v0.10.0": "2026-01-01", "gguf-v0.9.0": "2026-01-01"}, ["gguf-v0.9.0", "gguf-v0.10.0"]),
        (
            {"x-0.10.0": "2026-01-01", "x-0.9.0": "2026-01-01", "2026-01-01": "2026-01-01"},
            ["2026-01-01", "x-0.9.0", "x-0.10.0"],
        ),
        ({}, []),
    ],
)
def test_builds_are_in_the_order_of_time(dates: dict[str, str | None], ordered: list[str]) -> None:
    assert BUILDS.ordered(dates) == ordered
    assert BUILDS.ordered(dict(reversed(dates.items()))) == ordered


@pytest.mark.parametrize(
    ("one", "other", "before", "following"),
    [
        ("b9", "b10", True, True),
        ("b9", "b11", True, False),
        ("b10", "b9", False, False),
        ("b9", "2026-01-01", False, False),
        ("2026-01-01", "2026-01-02", False, False),
    ],
)
def test_what_lies_between_two_builds(one: str, other: str, before: bool, following: bool) -> None:  # noqa: FBT001
    assert (BUILDS.is_before(one, other), BUILDS.is_next(one, other)) == (before, following)


@pytest.mark.parametrize(
    ("name", "tag", "alone"),
    [("b9", True, True), ("gguf-v1.0", True, True), ("v0.2.0", True, False), ("2026-01-01", False, True)],
)
def test_what_a_name_of_a_build_is_besides(name: str, tag: bool, alone: bool) -> None:  # noqa: FBT001
    assert (BUILDS.is_tag(name), BUILDS.is_alone(name)) == (tag, alone)
    assert not BUILDS.is_alone("1.0")
    assert not VERSIONS.is_alone(name)


A = Entry(file="a.py", at="a.py:1")
RELEASES = (
    release("gguf-v1.0", date="2026-01-01", channel="gguf", silent=(REGISTRY,)),
    release("b9", date="2026-01-02", channel="x"),
    release("b10", date="2026-01-03", channel="x"),
    release("gguf-v1.1", date="2026-01-04", channel="gguf", silent=(REGISTRY,)),
    release("b20", date="2026-01-05", channel="x", remark="it says b21"),
    release("gguf-v1.2", date="2026-01-06", channel="gguf", silent=(REGISTRY,)),
)


def built(found: dict[str, dict[str, Entry]], rows: dict[str, list[str]]) -> Any:
    tables = {
        version: {"runs": {name: Row(at="a.cpp:1") for name in names}} for version, names in rows.items()
    }
    return made_history(RELEASES, found, engine="demo", floor="gguf-v1.0", tables=tables, numbering=BUILDS)


def test_a_release_that_does_not_tell_ends_nothing_and_makes_no_bound_exact() -> None:
    found = {"b9": {}, "b10": {"A": A, "C": A}, "b20": {"A": A, "B": A}}
    rows = {
        "gguf-v1.0": ["a"],
        "b9": ["a"],
        "b10": ["a"],
        "gguf-v1.1": ["a"],
        "b20": ["a"],
        "gguf-v1.2": ["a", "b"],
    }
    history = built(found, rows)
    told = {
        name: [(each.since, each.until) for each in span_bounds(history, name)] for name in history.registered
    }
    # b10 follows on b9; between gguf-v1.1 and b20 lies what nobody has read
    assert told == {"A": [("b10", "")], "B": [("≤b20", "")], "C": [("b10", "≥b10")]}
    assert history.newest is not None
    assert history.newest.version == "b20"
    assert history.names("gguf-v1.2") == frozenset()
    assert history.state("A", "gguf-v1.1") is None
    assert [each.version for each in history.releases if history.row("runs", "b", each.version)] == [
        "gguf-v1.2"
    ]
    assert history.tables["runs"]["a"][0].last is None


def test_the_data_file_keeps_all_of_it() -> None:
    found = {"b9": {"D": A}, "b10": {"A": A}, "b20": {"A": A}}
    history = built(found, {"b9": ["a"], "gguf-v1.1": ["a"]})
    text = write_history(history)
    assert parse_history(text) == history
    assert lint_history(text, "demo") == ()
    assert spans_of(history.releases, entries_of(history)) == history.registered
    assert table_spans(history.releases, rows_of(history)) == history.tables
    for old, new, problem in (
        ('"version":"b10"', '"version":"b8"', "release b8 comes after b9"),
        ('"version":"b10"', '"version":"b010"', "release 'b010' is not a version"),
        ('"floor":"gguf-v1.0"', '"floor":"x"', "'x', is not a version"),
        ('"numbering":"builds"', '"numbering":"x"', "not a history"),
    ):
        assert problem in " ".join(lint_history(text.replace(old, new), "demo"))


def test_versions_that_are_the_same_have_one_order() -> None:
    names = ["1.2.0", "1.2", "1.10", "1.2.0.0"]
    ordered = ["1.2", "1.2.0", "1.2.0.0", "1.10"]
    assert VERSIONS.ordered(dict.fromkeys(names)) == VERSIONS.ordered(dict.fromkeys(names[::-1])) == ordered


@pytest.mark.parametrize(
    ("tag", "versions", "builds"),
    [
        ("v1.2.3", "1.2.3", "v1.2.3"),
        ("v1.2.3.post1", "1.2.3.post1", None),
        ("v0.1.0", "0.1.0", "v0.1.0"),
        ("b9", None, "b9"),
        # A preview, a local build, and what PEP 440 writes otherwise or not at all.
        ("v1.2.3-rc1", None, None),
        ("v1.2.3rc1", None, None),
        ("v1.2.3+cu12", None, None),
        ("v01.2.3", None, "v01.2.3"),
        ("1.2.3", None, None),
        ("v1.2.3-ci0", None, None),
        ("latest", None, None),
        ("v", None, None),
        ("b0009", None, None),
    ],
)
def test_the_final_release_that_a_tag_names(tag: str, versions: str | None, builds: str | None) -> None:
    assert (VERSIONS.of_tag(tag), BUILDS.of_tag(tag)) == (versions, builds)
