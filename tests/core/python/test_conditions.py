"""Conditions: those whose outcome is known, and how others are worded."""

from __future__ import annotations

import ast

import pytest

from archtrack.core.python.conditions import both, short, truth


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("True", True),
        ("0", False),
        ("TYPE_CHECKING", False),
        ("typing.TYPE_CHECKING", False),
        ("not TYPE_CHECKING", True),
        ("__name__ == '__main__'", False),
        ("'__main__' == __name__", False),
        ("__name__ != '__main__'", True),
        ("__name__ == 'x'", None),
        ("x == '__main__'", None),
        ("__name__ in '__main__'", None),
        ("x", None),
        ("not x", None),
        ("x and False", False),
        ("x or True", True),
        ("True and x", None),
        ("True and 1", True),
    ],
)
def test_some_conditions_have_an_outcome_whatever_the_machine(text: str, *, outcome: bool | None) -> None:
    assert truth(ast.parse(text, mode="eval").body) is outcome


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        (None, None, None),
        ("a", None, "a"),
        ("", "b", "b"),
        ("a", "b", "a and b"),
        ("a or b", "c", "(a or b) and c"),
        ("a", "b if c else d", "a and (b if c else d)"),
        ("a" * 2_001, "b", "a" * 2_001),
    ],
)
def test_conditions_are_joined(first: str | None, second: str | None, joined: str | None) -> None:
    assert both(first, second) == joined


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f( a )", "f(a)"),
        ("'a' * 100 + " * 20 + "'b'", "'a' * 100 + " * 6 + "'a' *..."),
        ("-" * 300 + "1", "UnaryOp"),
        ("'''a\nb'''", "'a\\nb'"),
        (f"[{'a, ' * 900}]", "List"),
    ],
)
def test_an_expression_is_shown_on_one_short_line(text: str, expected: str) -> None:
    assert short(ast.parse(text, mode="eval").body) == expected
