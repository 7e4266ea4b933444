"""From the tables and rules of each release to spans and states of a history, and back.

A table that has no row in a release is not there for it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .history import Row, RowSpan, RowState, RulesState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from .history import History, Release

__all__ = ["rows_of", "rules_of", "rules_states", "table_spans"]

Rows = "Mapping[str, Mapping[str, Row]]"
"""Name of a table -> key -> row, of one release."""


def table_spans(
    releases: Sequence[Release], found: Mapping[str, Mapping[str, Mapping[str, Row]]]
) -> dict[str, dict[str, tuple[RowSpan, ...]]]:
    """The spans of every row.

    Args:
        releases: every release, oldest version first.
        found: version -> table -> key -> row, for each release that is not unknown.
    """
    tables: dict[str, set[str]] = {}
    for release in releases:
        for table, rows in found.get(release.version, {}).items():
            if release.tells(table):
                tables.setdefault(table, set()).update(rows)
    return {table: _of_table(table, tables[table], releases, found) for table in sorted(tables)}


def _of_table(
    table: str,
    keys: Collection[str],
    releases: Sequence[Release],
    found: Mapping[str, Mapping[str, Mapping[str, Row]]],
) -> dict[str, tuple[RowSpan, ...]]:
    telling = [release for release in releases if table not in release.silent]
    known = [release.version for release in telling if release.unknown is None]
    newest = telling[-1].version if telling else None
    return {
        key: tuple(_spans([(version, _row(found, version, table, key)) for version in known], newest))
        for key in sorted(keys)
    }


def rows_of(history: History) -> dict[str, dict[str, dict[str, Row]]]:
    """Version -> table -> key -> row of each release that was read: the reverse of ``table_spans``."""
    found: dict[str, dict[str, dict[str, Row]]] = {
        release.version: {} for release in history.releases if release.unknown is None
    }
    for table, keys in history.tables.items():
        for key, spans in keys.items():
            for span in spans:
                _fill(found, history, (table, key), span)
    return found


def rules_states(
    releases: Sequence[Release], found: Mapping[str, Mapping[str, Any]]
) -> tuple[RulesState, ...]:
    """The states of how releases decide.

    Args:
        releases: every release, oldest version first.
        found: version -> rules, for each release that is not unknown.
    """
    states: list[RulesState] = []
    for release in releases:
        if release.unknown is not None:
            continue
        rules = found.get(release.version, {})
        if not states or not _equal(states[-1].rules, rules):
            states.append(RulesState(since=release.version, rules=rules))
    return () if not any(state.rules for state in states) else tuple(states)


def rules_of(history: History) -> dict[str, Mapping[str, Any]]:
    """Version -> rules of each release that was read; the lines are those of the release with which they began."""
    found: dict[str, Mapping[str, Any]] = {}
    for release in history.releases:
        if release.unknown is None:
            state = history.rules_at(release.version)
            found[release.version] = {} if state is None else state.rules
    return found


def _row(
    found: Mapping[str, Mapping[str, Mapping[str, Row]]], version: str, table: str, key: str
) -> Row | None:
    return found.get(version, {}).get(table, {}).get(key)


def _spans(rows: Sequence[tuple[str, Row | None]], newest: str | None) -> Iterator[RowSpan]:
    states: list[RowState] = []
    last = ""
    for version, row in rows:
        if row is None:
            if states:
                yield RowSpan(first=states[0].since, last=last, states=tuple(states))
                states = []
            continue
        path = row.at.rpartition(":")[0]
        if not states or not _is_same(states[-1], row, path):
            states.append(RowState(since=version, at=row.at, value=row.value))
        last = version
    if states:
        yield RowSpan(first=states[0].since, last=None if last == newest else last, states=tuple(states))


def _is_same(before: RowState, row: Row, path: str) -> bool:
    """Whether nothing but lines has changed."""
    return before.at.rpartition(":")[0] == path and _equal(before.value, row.value)


def _fill(
    found: Mapping[str, dict[str, dict[str, Row]]], history: History, where: tuple[str, str], span: RowSpan
) -> None:
    table, key = where
    end = len(history.releases) if span.last is None else history.positions[span.last] + 1
    starts = [history.positions[state.since] for state in span.states]
    for state, start, stop in zip(span.states, starts, [*starts[1:], end], strict=True):
        row = Row(at=state.at, value=state.value)
        for release in history.releases[start:stop]:
            if release.tells(table):
                found[release.version].setdefault(table, {})[key] = row


def _equal(before: Any, after: Any) -> bool:
    """Whether nothing but lines has changed; as JSON, where 1 is not true."""
    one, other = _without_lines(before), _without_lines(after)
    return one == other and json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _without_lines(value: Any) -> Any:
    """The rules without the values of any key ``line``: another line is no other rule."""
    if isinstance(value, dict):
        return {key: _without_lines(each) for key, each in value.items() if key != "line"}
    if isinstance(value, (list, tuple)):
        return [_without_lines(each) for each in value]
    return value
