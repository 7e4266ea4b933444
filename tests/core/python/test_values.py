"""What an expression plainly says."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.python.values import UnresolvedError, Value, dotted, last_name, strings, text, value

CONSTANTS = {"P": "x.y", "Q": "z"}


def parsed(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("'a' 'b'", "ab"),
        ("P", "x.y"),
        ("'a' + P + Q", "ax.yz"),
        ("f'{P}.a.{Q}'", "x.y.a.z"),
        ("f''", ""),
        ("f'{\"a\"}b'", "ab"),
        ("f'{UNKNOWN}.a'", None),
        ("f'{P!r}'", None),
        ("f'{P:>9}'", None),
        ("'a' * 2", None),
        ("P.lower()", None),
        ("1", None),
        ("None", None),
        (f"'{'x' * 2_000}'", "x" * 2_000),
        (f"'{'x' * 2_001}'", None),
        (f"'{'x' * 1_500}' + '{'x' * 1_500}'", None),
        (" + ".join(["'x'"] * 90), "x" * 90),
        (" + ".join(["'x'"] * 900), None),
    ],
    ids=lambda source: str(source)[:20],
)
def test_the_string_of_an_expression_of_constants(source: str, expected: str | None) -> None:
    assert text(parsed(source), CONSTANTS) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("P", "x.y"),
        ("('a', P)", ["a", "x.y"]),
        ("['a', 1, C, None]", ["a", None, None, None]),
        ("True", True),
        ("False", False),
        ("C", {"name": "C"}),
        ("m.C", None),
        ("1", None),
        ("None", None),
        ("{'a': 'b'}", None),
        ("C()", None),
    ],
)
def test_what_an_expression_plainly_says(source: str, expected: Value) -> None:
    assert value(parsed(source), CONSTANTS) == expected


@pytest.mark.parametrize(
    ("source", "path", "last"),
    [
        ("C", "C", "C"),
        ("a.b.C", "a.b.C", "C"),
        ("a.C[T]", "a.C", "C"),
        ("a.C(1)", None, "C"),
        ("a[0].C", None, "C"),
        ("f(x)(y)[z]", None, "f"),
        ("f().C", None, "C"),
        ("a + b", None, ""),
    ],
)
def test_the_name_that_an_expression_ends_with(source: str, path: str | None, last: str) -> None:
    assert (dotted(parsed(source)), last_name(parsed(source))) == (path, last)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("'a'", ["a"]),
        ("['a', 1, B, 'b']", ["a", "b"]),
        ("('a',)", ["a"]),
        ("{'a'}", ["a"]),
        ("A", []),
        ("{'a': 'b'}", []),
    ],
)
def test_the_strings_that_are_written_out(source: str, expected: list[str]) -> None:
    assert strings(parsed(source)) == expected


@pytest.mark.parametrize(
    ("source", "reason", "line"),
    [
        ("\nf(\n  A)".strip(), "cannot tell what `f(A)` is without running it", 1),
        ("f(" + "'long', " * 20 + ")", "cannot tell what `f('long', ", 1),
        ("-" * 900 + "1", "cannot tell what `UnaryOp` is", 1),
    ],
)
def test_what_is_unresolved_says_why_and_where(source: str, reason: str, line: int) -> None:
    error = UnresolvedError(parsed(source))
    assert error.reason.startswith(reason)
    assert len(error.reason) < 120
    assert error.line == line


LITERALS = st.recursive(
    st.integers(-9, 9)
    | st.text("ab'\"\\{}\n", max_size=4)
    | st.none()
    | st.booleans()
    | st.binary(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(LITERALS)
def test_a_literal_is_what_python_says_it_is_or_nothing(literal: object) -> None:
    found = value(parsed(repr(literal)), {})
    if isinstance(literal, (str, bool)):
        assert found == literal
    elif isinstance(literal, list):
        assert found == [each if isinstance(each, str) else None for each in literal]
    else:
        assert found is None


@given(st.text("ABP[](){}*+:,.=x'1 -fortypelinsv", max_size=30))
def test_any_expression_has_a_value_or_none(source: str) -> None:
    try:
        node = parsed(source)
    except (SyntaxError, ValueError):
        return
    known = text(node, CONSTANTS)
    assert value(node, CONSTANTS) == known or known is None
    assert isinstance(last_name(node), str)
