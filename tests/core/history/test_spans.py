"""From releases to spans and back, and what a history says of them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.history.data_file import WrongHistoryError, checked, parse_history, write_history
from archtrack.core.history.diff import history_changes
from archtrack.core.history.growth import growth
from archtrack.core.history.history import Entry, History, known_release
from archtrack.core.history.inventory import inventory_of
from archtrack.core.history.lint import lint_history
from archtrack.core.history.refresh_plan import refresh_plan
from archtrack.core.history.spans import entries_of, span_bounds, spans_of
from archtrack.errors import DataError, UsageError
from made_history import SHA, made_history, release


def entry(file: str = "a.py", line: int = 1, *groups: str, example: str | None = None, **more: Any) -> Entry:
    example_at = f"x/c.py:{line}" if example else None
    at = f"x/{file}:{line}"
    return Entry(
        file=file, at=at, groups=groups, example=example, example_at=example_at, **{"category": "text"} | more
    )


def told(given: History, name: str) -> list[str]:
    """Each span as ``first..last``, with what is not certain."""
    return [
        f"{'' if bounds.first_exact else '<='}{bounds.first.version}.."
        f"{'' if bounds.last_exact else '>='}{bounds.last.version if bounds.last else ''}"
        for bounds in span_bounds(given, name)
    ]


A, B = {"A": entry()}, {"B": entry()}
NOTHING: dict[str, Entry] = {}


def history(*found: dict[str, Entry]) -> History:
    """Of releases 1, 2, …"""
    names = [str(at) for at in range(1, len(found) + 1)]
    return made_history([release(name) for name in names], dict(zip(names, found, strict=True)))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"1": A, "2": A, "3": A, "4": A}, ["1.."]),
        ({"1": NOTHING, "2": A, "3": A, "4": A}, ["2.."]),
        ({"1": A, "2": A, "3": NOTHING, "4": NOTHING}, ["1..2"]),
        ({"1": A, "2": NOTHING, "3": A, "4": NOTHING}, ["1..1", "3..3"]),
        ({"1": NOTHING, "2": NOTHING, "3": NOTHING, "4": NOTHING}, []),
        # Of a release that is not in `found` nothing is known: it breaks no span, and what lies beyond is not claimed.
        ({"1": A, "3": A, "4": A}, ["1.."]),
        ({"2": A, "3": A, "4": A}, ["<=2.."]),
        ({"1": A, "2": A, "4": NOTHING}, ["1..>=2"]),
        ({"1": A, "2": A, "3": A}, ["1..>=3"]),
        ({"1": A, "3": NOTHING, "4": A}, ["1..>=1", "4.."]),
        ({"4": A}, ["<=4.."]),
    ],
)
def test_spans_and_how_sure_their_ends_are(found: dict[str, dict[str, Entry]], expected: list[str]) -> None:
    releases = [release(version, unknown=None if version in found else "lost") for version in "1234"]
    assert told(made_history(releases, found), "A") == expected


def test_beside_a_release_that_was_read_in_part_an_end_is_not_sure() -> None:
    releases = [release("1", unresolved=1), release("2"), release("3", unresolved=2)]
    found = {"1": NOTHING, "2": {"A": entry(), "B": entry()}, "3": {"B": entry()}}
    given = made_history(releases, found)
    assert (told(given, "A"), told(given, "B")) == (["<=2..>=2"], ["<=2.."])


def test_a_backport_does_not_count_as_first() -> None:
    """By version, not by date: 1.0.1 came out after 2.0 and has what 2.0 had first."""
    dates = {"1.0": "2026-01-01", "1.0.1": "2026-03-01", "2.0": "2026-02-01"}
    releases = [release(version, date=date) for version, date in dates.items()]
    given = made_history(releases, {"1.0": NOTHING, "1.0.1": A, "2.0": A})
    (bounds,) = span_bounds(given, "A")
    assert (bounds.first.version, bounds.first.date) == ("1.0.1", "2026-03-01")
    assert growth(given) == (("2026-01-01", 0), ("2026-02-01", 1), ("2026-03-01", 1))


def test_a_state_begins_where_more_than_the_line_changes() -> None:
    found = (
        entry("a.py", 1),
        entry("a.py", 7),
        entry("b.py", 8),
        entry("b.py", 9, "table"),
        entry("b.py", 9, "table", compatible=True),
    )
    (span,) = history(*({"A": each} for each in found)).registered["A"]
    told = [f"{state.since} {state.at}" for state in span.states]
    assert told == ["1 x/a.py:1", "3 x/b.py:8", "4 x/b.py:9", "5 x/b.py:9"]


@pytest.mark.parametrize(
    ("named", "examples", "example"),
    [
        # What releases 1, 2, … name: an id, "" for none, "-" for a release without A, "?" for one that is not known.
        (["", "", ""], [[]], None),
        (["o/a", "o/a", "o/a"], [["1 o/a 1"]], ("o/a", "1")),
        (["", "o/a", "o/b"], [["2 o/a 2", "3 o/b 3"]], ("o/b", "3")),
        (["o/a", "", ""], [["1 o/a 1", "2 None None"]], ("o/a", "1")),
        (["o/a", "", "o/a"], [["1 o/a 1", "2 None None", "3 o/a 3"]], ("o/a", "3")),
        (["o/a", "?", "o/a"], [["1 o/a 1"]], ("o/a", "1")),
        (["o/a", "-", "o/a"], [["1 o/a 1"], ["3 o/a 3"]], ("o/a", "3")),
        (["o/a", "-", ""], [["1 o/a 1"], []], ("o/a", "1")),
        (["o/a", "-", "-"], [["1 o/a 1"]], ("o/a", "1")),
    ],
)
def test_the_checkpoint_is_that_of_the_last_release_that_registers_it_and_names_one(
    named: list[str], examples: list[list[str]], example: tuple[str, str] | None
) -> None:
    releases = [release(str(n), unknown="lost" if each == "?" else None) for n, each in enumerate(named, 1)]
    found = {
        str(n): {"B": entry()} if each == "-" else {"A": entry(line=n, example=each or None), "B": entry()}
        for n, each in enumerate(named, 1)
        if each != "?"
    }
    given = made_history(releases, found)
    assert [
        [f"{each.since} {each.example} {each.at and each.at[-1]}" for each in span.examples]
        for span in given.registered["A"]
    ] == examples
    held = given.examples.get("A")
    assert (held and (held.example, held.since)) == example
    assert {version: each["A"].example for version, each in entries_of(given).items() if "A" in each} == {
        version: each["A"].example for version, each in found.items() if "A" in each
    }
    assert parse_history(write_history(given)).registered == given.registered
    assert lint_history(write_history(given), "demo") == ()


def test_a_release_of_the_history_is_an_inventory_that_names_the_checkpoint() -> None:
    given = history({"A": entry(line=7, example="o/a")}, {"A": entry(line=9, example="o/b"), "B": entry()})
    assert [
        [(made.name, made.example, made.example_source) for made in inventory_of(given, each).registrations]
        for each in given.releases
    ] == [[("A", "o/a", "x/c.py:7")], [("A", "o/b", "x/c.py:9"), ("B", None, None)]]


NAMES = st.sampled_from(["A", "B", "C"])
ENTRIES = st.builds(
    lambda named, **more: Entry(**more, example=named, example_at="x:2" if named else None),
    named=st.sampled_from([None, "o/a", "o/b"]),
    file=st.sampled_from(["a.py", "b.py"]),
    at=st.just("x:1"),
    groups=st.sampled_from([(), ("one",), ("one", "two")]),
    compatible=st.sampled_from([None, True, False]),
    category=st.just("text"),
    runs_as=st.sampled_from([None, "A", "B"]),
    settable=st.sampled_from([None, True, False]),
    flex=st.sampled_from([None, True, False]),
    model_type=st.sampled_from([None, "a", "b"]),
)
READ = st.lists(st.none() | st.dictionaries(NAMES, ENTRIES, max_size=3), min_size=1, max_size=8)


def found_in(read: list[dict[str, Entry] | None]) -> dict[str, dict[str, Entry]]:
    return {f"1.{place}": each for place, each in enumerate(read) if each is not None}


def made(read: list[dict[str, Entry] | None]) -> History:
    found = found_in(read)
    versions = [f"1.{place}" for place in range(len(read))]
    return made_history(
        [release(each, unknown=None if each in found else "lost") for each in versions], found
    )


@given(READ)
def test_spans_lose_nothing_of_what_was_read(read: list[dict[str, Entry] | None]) -> None:
    given, found = made(read), found_in(read)
    assert entries_of(given) == found
    assert {version: given.at(version) for version in found} == found
    assert spans_of(given.releases, entries_of(given)) == given.registered


@given(READ)
def test_a_text_is_the_history_that_it_was_written_from(read: list[dict[str, Entry] | None]) -> None:
    given = made(read)
    text = write_history(given)
    again = parse_history(text)
    assert write_history(again) == text
    assert (again.releases, again.categories) == (given.releases, given.categories)
    assert dict(again.registered) == given.registered
    assert list(history_changes(given, again)) == []


@given(READ, st.data())
def test_in_steps_or_from_nothing_the_text_is_one(
    read: list[dict[str, Entry] | None], data: st.DataObject
) -> None:
    """Whichever releases were there before: lines and checkpoints too, which differ in each release here."""
    found = {
        version: {
            name: replace(each, at=f"x:{version}", example_at=each.example and f"c:{version}")
            for name, each in entries.items()
        }
        for version, entries in found_in(read).items()
    }
    releases = made(read).releases
    before = [each for each in releases if data.draw(st.booleans())]
    old = made_history(before, found)
    listed = [(each.version, each.file, frozenset({SHA})) for each in releases]
    plan = refresh_plan(listed, old, floor="1")
    kept = {version: each for version, each in entries_of(old).items() if version in plan.kept}
    stepwise, anew = (made_history(releases, each) for each in ({**found, **kept}, found))
    assert write_history(stepwise) == write_history(anew)


@given(READ)
def test_every_release_registers_just_what_the_spans_say(read: list[dict[str, Entry] | None]) -> None:
    given = made(read)
    for version, each in found_in(read).items():
        for name in "ABC":
            state = given.state(name, version)
            assert (state and (state.file, state.runs_as)) == (
                (each[name].file, each[name].runs_as) if name in each else None
            )


def test_what_is_run_as_another_has_a_span_and_is_no_registration() -> None:
    given = history(A, A | {"B": entry(line=5, runs_as="A")}, A | {"B": entry("b.py")}, A)
    run_as = [given.run_as(each.version).get("B", "not at all") for each in given.releases]
    assert run_as == ["not at all", "A", None, "not at all"]
    assert told(given, "B") == ["2..3"]
    (span,) = given.registered["B"]
    assert [(state.since, state.at, state.runs_as) for state in span.states] == [
        ("2", "x/a.py:5", "A"),
        ("3", "x/b.py:1", None),
    ]
    registered = [["A"], ["A"], ["A", "B"], ["A"]]
    for each, names in zip(given.releases, registered, strict=True):
        assert [made.name for made in inventory_of(given, each).registrations] == names
        assert sorted(given.names(each.version)) == names
    assert lint_history(write_history(given), "demo") == ()
    for second, added, changed in ((A, ("B",), ()), (A | {"B": entry("b.py")}, (), ("B",))):
        before = made_history(given.releases, {**entries_of(given), "2": second})
        (change,) = history_changes(before, given)
        assert (change.release.version, change.corrected) == ("2", True)
        assert (change.added, change.changed) == (added, changed)
    changes = list(history_changes(None, given))
    assert [each.release.version for each in changes] == ["1", "2", "3", "4"]
    assert [each.added for each in changes] == [("A",), ("B",), (), ()]
    assert [each.changed for each in changes] == [(), (), ("B",), ()]


def test_growth_counts_what_is_registered() -> None:
    given = made_history(
        [release(str(day), date=f"2026-01-0{day}") for day in (1, 2, 3)],
        {"1": A | {"B": entry(runs_as="A")}, "2": A | B, "3": A | B | {"C": entry(runs_as="A")}},
    )
    assert growth(given) == (("2026-01-01", 1), ("2026-01-02", 2), ("2026-01-03", 2))


def test_a_state_of_what_is_run_as_another_begins_where_the_line_is_in_another_file() -> None:
    given = history(
        A | {"B": entry(line=5, runs_as="A")},
        A | {"B": entry(line=6, runs_as="A")},
        A | {"B": replace(entry(runs_as="A"), at="x/rules.py:1")},
    )
    (span,) = given.registered["B"]
    assert [(state.since, state.at) for state in span.states] == [("1", "x/a.py:5"), ("3", "x/rules.py:1")]


@pytest.mark.parametrize(
    ("b", "problem"),
    [
        (entry(runs_as="A"), None),
        (entry(runs_as="B"), "B: 1 does not register 'B', which it runs as"),
        (entry(runs_as="Nobody"), "B: 1 does not register 'Nobody'"),
        (entry(runs_as="C"), "B: 1 does not register 'C'"),  # which runs as another itself
        (entry("b.py", runs_as="A"), "B: in 1 it runs as A, but has another file"),
        (entry("a.py", 1, "table", runs_as="A"), "B: in 1 it runs as another one, but has what"),
        (entry(runs_as="A", compatible=True), "B: in 1 it runs as another one, but has what"),
        (entry(runs_as="A", example="o/b"), "B: in 1 it runs as another one, but has what"),
        (entry(runs_as="A", category="embedding"), "B: it runs as A, but has another category"),
    ],
)
def test_the_lint_holds_what_runs_as_another_against_that(b: Entry, problem: str | None) -> None:
    found = lint_history(write_history(history(A | {"B": b, "C": entry(runs_as="A")})), "demo")
    assert [problem in each for each in found] == [True] if problem is not None else not found


GIVEN = made_history(
    [release("1.0"), release("1.1", unknown="lost"), release("2.0")],
    {"1.0": {"A": entry(example="o/a")} | B, "2.0": {"A": entry("b.py", example="o/b"), "C": entry()}},
)


@pytest.mark.parametrize(
    ("version", "error", "said"),
    [
        ("3", UsageError, "the history of demo has no release 3; the nearest are 1.1, 2.0;"),
        ("x", UsageError, "'x' is not a release"),
        ("1.1", DataError, "demo 1.1 was not read: lost"),
    ],
)
def test_a_release_that_cannot_be_shown_is_refused(version: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said.replace(".", r"\.")):
        known_release(GIVEN, version)


@pytest.mark.parametrize("written", ["2.0", "2", "v2.0", "2.0.0"])
def test_a_release_is_found_however_it_is_written(written: str) -> None:
    assert known_release(replace(GIVEN, floor=written), written) == GIVEN.releases[2]


def test_what_became_known() -> None:
    old = made_history(GIVEN.releases[:2], {"1.0": A | {"B": entry()}})
    other = made_history(GIVEN.releases, {"1.0": A | {"X": entry()}, "2.0": GIVEN.at("2.0")})
    for before, after, expected in (
        (old, GIVEN, ("2.0", ("C",), ("B",), False)),
        (GIVEN, other, ("1.0", ("X",), ("B",), True)),
    ):
        (change,) = history_changes(before, after)
        assert (change.release.version, change.added, change.removed, change.corrected) == expected


TEXT = write_history(GIVEN)
OTHERWISE = "it is not written as `archtrack history refresh` writes it"
UNORDERED = "A: the examples of the span from 1.0 are not in its order"
STATELESS = "A: a span without states, or with releases that are not"
SHORTEST = "A: its spans are not in their shortest form"
NOT_IN_SPAN = "A: a span without states, or with releases that are not in it"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"schema_version":2', '"schema_version":3', "schema version 3, and this archtrack reads 2"),
        (
            '"key":"architecture"',
            '"key":"colour"',
            "'colour' is nothing that an engine looks a checkpoint up by",
        ),
        ('"engine":"demo"', '"engine":"other"', "it is the history of other, not of demo"),
        ('"revision":1', '"revision":"1"', "'1' is not a int"),
        ('"version":"1.0"', '"version":"3.0"', "release 1.1 comes after 3.0"),
        ('"version":"1.0"', '"version":"1.0rc1"', "release 1.0rc1 is not final"),
        ('"version":"1.0"', '"version":"01.0"', "release 01.0 should be written 1.0"),
        ('"version":"1.0"', '"version":"one"', "release 'one' is not a version"),
        ('"date":"2026-01-31"', '"date":"2026-02-31"', "release 1.0: '2026-02-31' is not a date"),
        (f'"sha256":"{SHA}"', '"sha256":"00"', "release 1.0: its sha256 is not valid"),
        ('"first":"1.0","last":null', '"first":"1.1","last":null', "A: 1.1 is not a release that was read"),
        ('"first":"1.0","last":"1.0"', '"first":"1.0","last":"9"', "B: 9 is not a release that was read"),
        ('"first":"2.0","last":null', '"first":"2.0","last":"1.0"', "C: the span from 2.0 overlaps"),
        ('"since":"2.0","file":"b.py"', '"since":"1.0","file":"b.py"', "A: the states of the span from 1.0"),
        ('"since":"2.0","file":"b.py"', '"since":"2.0","file":"a.py"', SHORTEST),
        ('"category":"text"', '"category":"poem"', "A: 'poem' is not a category"),
        ('"id":"o/a"', '"id":"o/a.git"', "A: 'o/a.git' is not a checkpoint on the Hub"),
        ('"id":"o/a"', '"id":"o/b"', SHORTEST),
        ('"id":"o/a","at":"x/c.py:1"', '"id":null', SHORTEST),
        ('"since":"1.0","id"', '"since":"2.0","id"', UNORDERED),
        ('"since":"1.0","id"', '"since":"1.1","id"', "A: 1.1 is not a release that was read"),
        ('"at":"x/c.py:1"', '"at":""', "'' is empty or has characters that cannot be printed"),
        ('"at":"x/c.py:1"', '"at":"x/c.py:0"', "'x/c.py:0' is not a place in a source"),
        ('"at":"x/a.py:1"', '"at":"x/a.py:-4"', "'x/a.py:-4' is not a place in a source"),
        ('"at":"x/a.py:1"', '"at":"/x/a.py:1"', "'/x/a.py:1' is not a place in a source"),
        ('"at":"x/a.py:1"', '"at":"x/../a.py:1"', "'x/../a.py:1' is not a place in a source"),
        ('"id":"o/a"', '"id":7', "'7' is not a str"),
        ('"unknown":"lost"', '"unknown": "lost"', OTHERWISE),
        ('"floor":"1"', '"floor":"banana"', "the oldest release that is read, 'banana', is not a version"),
        ('"floor":"1"', '"floor":"1.0.1"', "release 1.0 is older than 1.0.1"),
        ('"distribution":"demo"', '"distribution":""', "it names no distribution"),
        ('"version":"1.0"', f'"version":"{"1" * 5000}"', "is not a version"),
        ('"file":"b.py"', r'"file":"\u001b[31m"', "is empty or has characters that cannot be printed"),
        (f'"sha256":"{SHA}"', f'"sha256":"{SHA}","accepted":true', "is accepted, but its count is plausible"),
        ('"releases":[', '"releases":[[],', "not a history"),
        ("{", "[", "not JSON"),
    ],
)
def test_the_lint_names_what_is_wrong(old: str, new: str, problem: str) -> None:
    assert old in TEXT
    found = lint_history(TEXT.replace(old, new, 1), "demo")
    assert any(problem in each for each in found), found


def test_the_lint_has_nothing_against_what_is_right() -> None:
    assert lint_history(TEXT, "demo") == ()


def test_data_of_an_archtrack_that_kept_no_checkpoints_is_read_as_knowing_none() -> None:
    text = re.sub(r',"examples":\[[^]]*\]', "", TEXT)
    assert text != TEXT
    old = checked(parse_history(text))
    assert (old.examples, list(GIVEN.examples)) == ({}, ["A"])
    assert old.names("2.0") == GIVEN.names("2.0")
    assert lint_history(text, "demo") == ()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"id":"o/a"', '"id":"<o>/a"', "'<o>/a' is not a checkpoint on the Hub"),
        ('"since":"1.0","id":"o/a"', '"since":"9","id":"o/a"', STATELESS),
        ('{"first":"1.0","last":null', '{"first":"2.0","last":null', NOT_IN_SPAN),
        ('{"first":"1.0","last":null', '{"first":"1.0","last":"1.0"', NOT_IN_SPAN),
    ],
)
def test_a_checkpoint_that_no_release_could_name_is_refused(old: str, new: str, problem: str) -> None:
    assert old in TEXT
    with pytest.raises(WrongHistoryError, match=problem):
        checked(parse_history(TEXT.replace(old, new, 1)))


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"schema_version": 2}', "[" * 100_000])
def test_what_is_no_history_is_refused(text: str) -> None:
    with pytest.raises(WrongHistoryError):
        parse_history(text)
