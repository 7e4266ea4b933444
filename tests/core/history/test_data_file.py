"""What is read of a data file: a history that all that uses one can rely on, or an error that says why not."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.history.data_file import KEYS, WrongHistoryError, checked, parse_history, write_history
from archtrack.core.history.growth import growth
from archtrack.core.history.history import Entry, Row, known_release
from archtrack.core.history.inventory import inventory_of
from archtrack.core.history.lint import lint_history
from archtrack.core.history.spans import bounds_at, entries_of, span_bounds
from archtrack.errors import ArchtrackError
from made_history import made_history, release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.core.history.history import History


def entry(name: str, **more: Any) -> Entry:
    return Entry(file=f"{name.lower()}.py", at=f"demo/{name}.py:7", category="text", **more)


FOUND = {
    "1.0": {"A": entry("A"), "B": entry("B")},
    "1.1": {"A": entry("A", example="o/n", example_at="x.py:1"), "D": entry("A", runs_as="A")},
    "2.0": {
        "A": entry("A", compatible=True, settable=False, flex=True, model_type="a"),
        "B": entry("B", groups=("x", "y")),
    },
}
TABLES = {
    "1.0": {"types": {"a": Row(at="t.py:1")}},
    "2.0": {"types": {"a": Row(at="t.py:2", value={"x": 1}), "b": Row(at="t.py")}},
}
RULES = {"1.0": {"taken": ["a"], "line": 3}, "2.0": {"taken": []}}
GIVEN = made_history(
    [
        release("1.0", transformers=">=4.0,<5", imports="4.1"),
        release("1.1", unresolved=2, transformers=""),
        release("2.0", digest="0" * 64),
    ],
    FOUND,
    floor="1.0",
    tables=TABLES,
    rules=RULES,
)
TEXT = write_history(GIVEN)
OTHERWISE = "it is not written as `archtrack history refresh` writes it"
ENTRIES = st.builds(
    lambda named, **more: Entry(**more, example=named, example_at="x:2" if named else None),
    named=st.sampled_from([None, "o/a", "o/b"]),
    file=st.sampled_from(["a.py", "b.py"]),
    at=st.sampled_from(["x.py:1", "x.py:2", "y.py:1", "y.py"]),
    groups=st.sampled_from([(), ("one",), ("one", "two")]),
    compatible=st.sampled_from([None, True, False]),
    category=st.sampled_from([None, "text", "embedding"]),
    runs_as=st.sampled_from([None, "A", "B"]),
    settable=st.sampled_from([None, True, False]),
    flex=st.sampled_from([None, True, False]),
    model_type=st.sampled_from([None, "a", "b"]),
)
ODD = [
    None, True, -1, 0, 2.5, float("inf"), 10**12, "", "x", "1.0", "1.1", "2.0", "9.9", "9" * 300, "2026-13-01",
    "\u00b2", "a.py:\u00b2", "a.py:" + "1" * 5000, "\ud800", "\n", [], {}, [[]], [None], {"since": "1.0"},
]  # fmt: skip


def places(value: Any, *above: Any) -> Iterator[tuple[Any, ...]]:
    """Every place of a JSON value, as keys from the outermost on."""
    yield above
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, *above, key)


def use(history: History) -> None:
    """As all that reads a history does."""
    entries_of(history)
    growth(history)
    write_history(history)
    for each in history.releases:
        with suppress(ArchtrackError):
            inventory_of(history, known_release(history, each.version))
        for name in history.registered:
            bounds_at(history, name, each)
            if each.unknown is None:
                history.state(name, each.version)
    for name in history.registered:
        assert all(bounds.since and bounds.first.version for bounds in span_bounds(history, name))


def opened_at(place: Any) -> tuple[Any, Any]:
    """The data anew, and what of it holds the value at a place."""
    changed = inner = json.loads(TEXT)
    for key in place[:-1]:
        inner = inner[key]
    return changed, inner


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_a_value_of_another_kind_anywhere_is_refused_or_does_no_harm(odd: Any) -> None:
    use(checked(parse_history(TEXT)))
    for place in filter(None, places(json.loads(TEXT))):
        changed, inner = opened_at(place)
        inner[place[-1]] = odd
        text = json.dumps(changed)
        with suppress(WrongHistoryError):
            use(checked(parse_history(text)))
        lint_history(text, "demo")  # says what is wrong, and raises nothing


def test_a_key_that_is_missing_is_refused_or_does_no_harm() -> None:
    for place in filter(None, places(json.loads(TEXT))):
        changed, inner = opened_at(place)
        del inner[place[-1]]
        text = json.dumps(changed)
        with suppress(WrongHistoryError):
            use(checked(parse_history(text)))
        lint_history(text, "demo")


def test_a_state_in_the_file_says_what_differs_from_the_one_before_and_of_a_place_in_the_same_file_the_line() -> (
    None
):
    moved = {
        "1.0": {"A": entry("A", groups=("x",), model_type="a")},
        "1.1": {"A": replace(entry("A", model_type="a"), at="demo/A.py:9")},
        "2.0": {"A": replace(entry("A", model_type="b"), at="demo/B.py:9", category=None)},
    }
    text = write_history(made_history(GIVEN.releases, moved, floor="1.0"))
    (span,) = json.loads(text)["registered"]["A"]["spans"]
    assert span["states"] == [
        {
            "since": "1.0",
            "file": "a.py",
            "at": "demo/A.py:7",
            "groups": ["x"],
            "category": "text",
            "model_type": "a",
        },
        {"since": "1.1", "at": ":9", "groups": None},
        {"since": "2.0", "at": "demo/B.py:9", "category": None, "model_type": "b"},
    ]


def test_a_row_is_a_span_with_states_and_has_a_value_where_there_is_one() -> None:
    data = json.loads(TEXT)
    assert data["tables"] == {
        "types": {
            "a": [["1.0", "1.0", [["1.0", "t.py:1"]]], ["2.0", None, [["2.0", "t.py:2", {"x": 1}]]]],
            "b": [["2.0", None, [["2.0", "t.py"]]]],
        }
    }
    assert data["rules"] == [
        {"since": "1.0", "rules": {"taken": ["a"], "line": 3}},
        {"since": "1.1", "rules": {}},
        {"since": "2.0", "rules": {"taken": []}},
    ]
    assert [release.get("transformers") for release in data["releases"]] == [">=4.0,<5", "", None]


KEYED = st.dictionaries(st.sampled_from("AB"), ENTRIES, max_size=2)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "x", "\u00e9"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["line", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)
ROWS = st.dictionaries(
    st.sampled_from("st"),
    st.dictionaries(
        st.sampled_from("kl"),
        st.builds(Row, at=st.sampled_from(["t.py:1", "t.py:2", "u.py:1", "u.py"]), value=JSON),
        max_size=2,
    ),
    max_size=2,
)
RULED = st.dictionaries(st.sampled_from(["line", "taken"]), JSON, max_size=2)
READ = st.lists(st.none() | st.tuples(KEYED, ROWS, RULED), min_size=1, max_size=5)


@given(READ, st.sampled_from(KEYS))
def test_what_is_read_of_a_text_is_the_history_that_it_was_written_from(
    read: list[tuple[Any, Any, Any] | None], key: str
) -> None:
    """At once and lazily."""
    known = {f"1.{place}": each for place, each in enumerate(read) if each is not None}
    given_ = made_history(
        [release(f"1.{place}", unknown=None if each else "lost") for place, each in enumerate(read)],
        {version: each[0] for version, each in known.items()},
        key=key,
        tables={version: each[1] for version, each in known.items()},
        rules={version: each[2] for version, each in known.items()},
    )
    text = write_history(given_)
    for lazily in (False, True):
        again = parse_history(text, lazily=lazily)
        assert dict(again.registered) == given_.registered
        assert {name: dict(rows) for name, rows in again.tables.items()} == given_.tables
        assert replace(again, registered={}, tables={}) == replace(given_, registered={}, tables={})
        assert write_history(again) == text


AGAIN = "run `archtrack data update` again"


@pytest.mark.parametrize(
    ("version", "advice"),
    [(3, "upgrade archtrack"), *((version, AGAIN) for version in (0, 1, "2", "3", True, None, 2.0))],
)
def test_data_of_another_format_are_refused_with_what_to_do(version: object, advice: str) -> None:
    text = json.dumps({**json.loads(TEXT), "schema_version": version})
    with pytest.raises(WrongHistoryError) as caught:
        parse_history(text)
    assert str(caught.value) == f"schema version {version}, and this archtrack reads 2; {advice}"
    assert lint_history(text, "demo") == (str(caught.value),)


def test_what_is_wrong_with_a_key_shows_lazily_when_it_is_asked_for() -> None:
    text = TEXT.replace('"file":"a.py"', '"file":7', 1)
    assert text != TEXT
    with pytest.raises(WrongHistoryError, match="'7' is not a str"):
        parse_history(text)
    found = parse_history(text, lazily=True)
    assert list(found.registered) == ["A", "B", "D"]
    assert found.registered["B"] == GIVEN.registered["B"]
    with pytest.raises(TypeError):
        found.registered["A"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('["1.0","1.0",[["1.0","t.py:1"]]]', '["2.0","1.0",[["2.0","t.py:1"]]]', "types a: the span from 2.0 overlaps"),
        ('["1.0","1.0",[["1.0","t.py:1"]]]', '["1.0","9",[["1.0","t.py:1"]]]', "types a: 9 is not a release that"),
        ('[["1.0","t.py:1"]]', "[]", "types a: the states of the span from 1.0 are not in its order"),
        ('[["1.0","t.py:1"]]', '[["1.0","t.py:1"],["1.0","t.py:1",1]]', "types a: the states of the span from 1.0"),
        ('[["2.0","t.py:2",{"x":1}]]', '[["2.0","t.py:2",null]]', OTHERWISE),
        ('"1.0",[["1.0","t.py:1"]]],["2.0",null,[["2.0"', 'null,[["1.0","t.py:1"]]],["2.0",null,[["2.0"',
         "types a: the span from 2.0 overlaps"),
        ('[["2.0","t.py"]]', '[["1.0","t.py"]]', "types b: the states of the span from 2.0 are not in its order"),
        ('"b":[[', '"b":[],"c":[[', "types b: no span"),
        ('"t.py:1"', '"/t.py:1"', "'/t.py:1' is not a place in a source"),
        ('"t.py:1"', '"t.py:0"', "'t.py:0' is not a place in a source"),
        ('"types":', '"":', "'' is empty or has characters that cannot be printed"),
        ('"since":"2.0","rules"', '"since":"1.1","rules"', "its rules are not in the order of the releases"),
        ('"since":"2.0","rules"', '"since":"9","rules"', "its rules are not in the order of the releases"),
        ('{"taken":[]}', "{}", "its rules are not in their shortest form"),
        ('">=4.0,<5"', '"newer"', "release 1.0: 'newer' is not a specifier"),
        ('"key":"architecture"', '"key":"name"', "'name' is nothing that an engine looks a checkpoint up by"),
    ],
)  # fmt: skip
def test_the_lint_names_what_is_wrong_with_tables_and_rules(old: str, new: str, problem: str) -> None:
    assert old in TEXT
    found = lint_history(TEXT.replace(old, new, 1), "demo")
    assert any(problem in each for each in found), found


def test_the_lint_has_nothing_against_tables_and_rules_that_are_right() -> None:
    assert lint_history(TEXT, "demo") == ()
