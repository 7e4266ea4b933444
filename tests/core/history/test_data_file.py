"""What is read of a data file: a history that all that uses one can rely on, or an error that says why not."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.core.history.data_file import WrongHistoryError, checked, parse_history, write_history
from archtrack.core.history.growth import growth
from archtrack.core.history.history import Entry, known_release
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
    "2.0": {"A": entry("A", compatible=True), "B": entry("B", groups=("x", "y"))},
}
TEXT = write_history(
    made_history([release("1.0"), release("1.1", unresolved=2), release("2.0")], FOUND, floor="1.0")
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
        for name in history.architectures:
            bounds_at(history, name, each)
            if each.unknown is None:
                history.state(name, each.version)
    for name in history.architectures:
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
