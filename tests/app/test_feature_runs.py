"""Since which release an implementation has a feature, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from archtrack.app.feature_runs import feature_runs
from archtrack.app.history.store import Histories
from archtrack.core.history.history import Entry, Row
from archtrack.core.verdict.release_facts import FEATURES
from made_history import made_history, release

if TYPE_CHECKING:
    from archtrack.core.history.history import History
    from archtrack.core.history.runs import Run

YES, NO, UNSURE = {"has": ["lora"]}, {}, {"unsure": {"lora": "x"}}
GONE, UNREAD, UNSTATED = "gone", "unread", "unstated"


def made(*rows: Any) -> History:
    """Releases 1, 2, 3, …: each with a row of features, or without the architecture, unread, or without the table."""
    versions = [str(number) for number, _ in enumerate(rows, 1)]
    by_version = dict(zip(versions, rows, strict=True))
    read = {version: row for version, row in by_version.items() if row is not UNREAD}
    stated = {version: row for version, row in read.items() if isinstance(row, dict)}
    return made_history(
        [release(version, unknown="why" if row is UNREAD else None) for version, row in by_version.items()],
        {
            version: {} if row is GONE else {"A": Entry(file="a.py", at="r.py:1")}
            for version, row in read.items()
        },
        tables={
            version: {FEATURES: {"A": Row(at=f"a.py:{version}", value=row)}}
            for version, row in stated.items()
        },
        rules={version: {"features": {"decided": ["lora"]}} for version in stated},
    )


def runs(key: str, feature: str, history: History) -> tuple[Run, ...]:
    return feature_runs(feature, key, history, Histories({}))


@pytest.mark.parametrize(
    ("rows", "spans"),
    [
        ((NO, YES, YES), [("2", "")]),
        ((NO, YES, NO), [("2", "2")]),
        ((YES, NO, YES), [("1", "1"), ("3", "")]),
        ((GONE, YES, GONE), [("2", "2")]),  # without the architecture it surely lacks it
        ((UNSTATED, YES), [("≤2", "")]),
        ((UNSURE, YES, UNSURE), [("≤2", "≥2")]),
        ((NO, UNREAD, YES), [("≤3", "")]),
        ((NO, YES, UNREAD, YES, NO), [("2", "4")]),  # an unread release ends nothing
        ((NO, YES, UNREAD), [("2", "")]),
        ((NO, NO), []),
        ((GONE, UNSURE), []),
    ],
)
def test_spans_of_a_feature(rows: tuple[Any, ...], spans: list[tuple[str, str]]) -> None:
    assert [(each.since, each.until) for each in runs("A", "lora", made(*rows))] == spans


def test_another_feature_or_architecture_has_none() -> None:
    history = made(YES, YES)
    assert runs("A", "pp", history) == ()
    assert runs("B", "lora", history) == ()
