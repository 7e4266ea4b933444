"""Tables and rules of releases as spans and states, and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.history.history import Row
from archtrack.core.history.refresh_plan import refresh_plan
from archtrack.core.history.tables import rows_of, rules_of, rules_states, table_spans
from made_history import SHA, made_history, release

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("xy"), inner, max_size=2),
    max_leaves=4,
)
TABLES = st.dictionaries(
    st.sampled_from("st"),
    st.dictionaries(
        st.sampled_from("kl"),
        st.builds(Row, at=st.sampled_from(["t.py:1", "u.py:1", "u.py"]), value=JSON),
        min_size=1,
        max_size=2,
    ),
    max_size=2,
)
RULES = st.dictionaries(st.sampled_from("xy"), JSON, max_size=2)
READ = st.lists(st.none() | st.tuples(TABLES, RULES), min_size=1, max_size=6)


def made(read: list[tuple[Any, Any] | None]) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """The history of releases 1.0, 1.1, …; the tables and the rules of those that were read."""
    releases = [release(f"1.{at}", unknown=None if each else "lost") for at, each in enumerate(read)]
    tables = {f"1.{at}": each[0] for at, each in enumerate(read) if each is not None}
    rules = {f"1.{at}": each[1] for at, each in enumerate(read) if each is not None}
    nothing: dict[str, Any] = {version: {} for version in tables}
    return made_history(releases, nothing, tables=tables, rules=rules), tables, rules


@given(READ)
def test_spans_and_states_lose_nothing_of_what_was_read(read: list[tuple[Any, Any] | None]) -> None:
    history, tables, rules = made(read)
    assert rows_of(history) == tables
    assert rules_of(history) == rules
    assert table_spans(history.releases, rows_of(history)) == history.tables
    assert rules_states(history.releases, rules_of(history)) == history.rules
    for version, each in tables.items():
        for table in "st":
            for key in "kl":
                row, state = each.get(table, {}).get(key), history.row(table, key, version)
                assert (row and (row.at, row.value)) == (state and (state.at, state.value))


@given(READ, st.data())
def test_in_steps_or_from_nothing_it_is_the_same(
    read: list[tuple[Any, Any] | None], data: st.DataObject
) -> None:
    """Whichever releases were there before: the lines too, which differ in each release here."""

    def lined(version: str, tables: dict[str, dict[str, Row]]) -> dict[str, dict[str, Row]]:
        at = int(version.partition(".")[2]) + 1
        return {
            table: {
                key: Row(at=f"{row.at.partition(':')[0]}:{at}", value=row.value) for key, row in rows.items()
            }
            for table, rows in tables.items()
        }

    history, tables, rules = made(read)
    tables = {version: lined(version, each) for version, each in tables.items()}
    rules = {version: {**each, "line": version} for version, each in rules.items()}
    nothing: dict[str, Any] = {version: {} for version in tables}
    before = [each for each in history.releases if data.draw(st.booleans())]
    old = made_history(before, nothing, tables=tables, rules=rules)
    plan = refresh_plan(
        [(each.version, each.file, frozenset({SHA})) for each in history.releases], old, floor="1"
    )
    kept_tables = {version: each for version, each in rows_of(old).items() if version in plan.kept}
    kept_rules = {version: each for version, each in rules_of(old).items() if version in plan.kept}
    stepwise = made_history(
        history.releases, nothing, tables={**tables, **kept_tables}, rules={**rules, **kept_rules}
    )
    anew = made_history(history.releases, nothing, tables=tables, rules=rules)
    assert (stepwise.tables, stepwise.rules) == (anew.tables, anew.rules)


def rows(*found: Row | None) -> list[str]:
    """Each span of a row that releases 1, 2, … have so, as ``first..last: since at value, …``."""
    releases = [release(str(at)) for at in range(1, len(found) + 1)]
    tables = {str(at): {"t": {"k": row}} for at, row in enumerate(found, 1) if row is not None}
    spans = table_spans(releases, tables).get("t", {}).get("k", ())
    return [
        f"{span.first}..{span.last or ''}: "
        + ", ".join(f"{state.since} {state.at} {state.value}" for state in span.states)
        for span in spans
    ]


A = Row(at="t.py:1", value=1)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ((A, A, A), ["1..: 1 t.py:1 1"]),
        ((A, Row(at="t.py:9", value=1), A), ["1..: 1 t.py:1 1"]),  # another line is no other row
        ((A, Row(at="u.py:1", value=1), A), ["1..: 1 t.py:1 1, 2 u.py:1 1, 3 t.py:1 1"]),
        ((A, Row(at="t.py:1", value=2), A), ["1..: 1 t.py:1 1, 2 t.py:1 2, 3 t.py:1 1"]),
        ((A, Row(at="t.py:1"), None), ["1..2: 1 t.py:1 1, 2 t.py:1 None"]),
        ((A, None, A), ["1..1: 1 t.py:1 1", "3..: 3 t.py:1 1"]),
        (
            (Row(at="t.py:1", value={"x": 1, "line": 4}), Row(at="t.py:2", value={"x": 1, "line": 5})),
            ["1..: 1 t.py:1 {'x': 1, 'line': 4}"],
        ),
        ((None, None), []),
    ],
)
def test_a_state_of_a_row_begins_where_more_than_a_line_changes(
    found: tuple[Row | None, ...], expected: list[str]
) -> None:
    assert rows(*found) == expected


@pytest.mark.parametrize(
    ("found", "since"),
    [
        (({"x": 1}, {"x": 1}), ["1"]),
        (({"x": 1}, {"x": 2}), ["1", "2"]),
        (({"x": 1}, {"x": True}), ["1", "2"]),
        (({"x": 1, "line": 3}, {"x": 1, "line": 4}), ["1"]),
        (({"x": [{"line": 3, "to": "A"}]}, {"x": [{"line": 4, "to": "A"}]}), ["1"]),
        (({"x": [{"line": 3, "to": "A"}]}, {"x": [{"line": 3, "to": "B"}]}), ["1", "2"]),
        (({"x": [3]}, {"x": [4]}), ["1", "2"]),  # only the values of keys called `line` are lines
        (({}, {"x": 1}, {}), ["1", "2", "3"]),
        (({}, {}), []),
    ],
)
def test_a_state_of_the_rules_begins_where_more_than_a_line_changes(
    found: tuple[dict[str, Any], ...], since: list[str]
) -> None:
    releases = [release(str(at)) for at in range(1, len(found) + 1)]
    states = rules_states(releases, {str(at): each for at, each in enumerate(found, 1)})
    assert [state.since for state in states] == since


def test_a_release_that_was_not_read_ends_no_row_and_has_none() -> None:
    releases = [release("1"), release("2", unknown="lost"), release("3")]
    history = made_history(
        releases,
        {"1": {}, "3": {}},
        tables={"1": {"t": {"k": A}}, "3": {"t": {"k": A, "l": A}}},
        rules={"1": {"x": 1}, "3": {"x": 1}},
    )
    assert [(span.first, span.last) for span in history.tables["t"]["k"]] == [("1", None)]
    assert [(span.first, span.last) for span in history.tables["t"]["l"]] == [("3", None)]
    assert rows_of(history).keys() == rules_of(history).keys() == {"1", "3"}
    assert history.row("t", "l", "1") is None
    assert history.row("u", "k", "1") is None
