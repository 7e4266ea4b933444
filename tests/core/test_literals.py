from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.conditions import both, short, truth
from archtrack.core.literals import ExhaustedError, Scope, concatenate, evaluate
from archtrack.core.values import Choice, ClassValue, Constant, ImportValue, Sequence, Unknown, Value

CLASS = ClassValue(name="A", line=1)
IMPORTED = ImportValue(level=1, module="x", attribute="B", line=2)
MODULE = ImportValue(level=0, module="p.x", attribute=None, line=3)


def value(text: str, **names: Value) -> Value:
    known: dict[str, Value] = {"A": CLASS, "B": IMPORTED, "m": MODULE, **names}
    return evaluate(ast.parse(text, mode="eval").body, Scope(known))


def plain(found: Value) -> object:
    """A value in short: what a reader of the source would write."""
    if isinstance(found, Constant):
        return found.value
    if isinstance(found, ClassValue):
        return f"class {found.name}"
    if isinstance(found, ImportValue):
        return f"{'.' * found.level}{found.module}:{found.attribute}"
    if isinstance(found, Sequence):
        items = [plain(item) for _, item in found.items]
        if found.kind == "dict":
            return dict(zip([plain(key) for key in found.keys], items, strict=True))
        return tuple(items) if found.kind == "tuple" else items
    if isinstance(found, Choice):
        return {test: plain(option) for test, option in found.options}
    return "?"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("-1.5", -1.5),
        ("None", None),
        ("'a' 'b'", "ab"),
        ("'a' + 'b'", "ab"),
        ("f'{1}-{\"x\"}'", "1-x"),
        ("A", "class A"),
        ("A.__name__", "A"),
        ("B", ".x:B"),
        ("m.C", "p.x:C"),
        ("m.y.C", "p.x.y:C"),
        ("[A, B]", ["class A", ".x:B"]),
        ("(A,)", ("class A",)),
        ("[A] + [B]", ["class A", ".x:B"]),
        ("[*[A], *(B,)]", ["class A", ".x:B"]),
        ("[A, B][-1]", ".x:B"),
        ("{'k': A, 'k': 1, **{'l': 2}}", {"k": 1, "l": 2}),
        ("{'k': A}['k']", "class A"),
        ("list({'k': A}.values())", ["class A"]),
        ("[x for x in (A, B)]", ["class A", ".x:B"]),
        ("[f'{n}M' for n in ('a', 'b')]", ["aM", "bM"]),
        ("[[y, x] for x in [1] for y in [2]]", "?"),
        ("type('X', (A,), {})", "class X"),
        ("type('X\\0', (A,), {})", "?"),
        ("type('\\ud800', (A,), {})", "?"),
        ("type(A)", "?"),
        ("A if True else B", "class A"),
        ("A if c else B", {"c": "class A", "not (c)": ".x:B"}),
        ("[A][5]", "?"),
        ("[A]['x']", "?"),
        ("[A][0:1]", "?"),
        ("{}['k']", "?"),
        ("{A: 1}", "?"),
        ("[*1]", ["?"]),
        ("1 + 1", "?"),
        ("[A] + (B,)", "?"),
        ("[A] * 2", "?"),
        ("f'{A!r}'", "?"),
        ("f'{1:>3}'", "?"),
        ("f(A)", "?"),
        ("undefined", "?"),
        ("lambda: A", "?"),
        ("b'x'", "?"),
        ("...", "?"),
        ("not A", "?"),
        ("-'x'", "?"),
        (f"{1 << 70}", "?"),
        (f"'{'x' * 1500}' + '{'x' * 1500}'", "?"),
    ],
)
def test_an_expression_has_a_value_or_is_unknown(text: str, expected: object) -> None:
    assert plain(value(text)) == expected


def test_a_type_that_the_module_defines_is_not_pythons() -> None:
    assert isinstance(value("type('X', (), {})", type=CLASS), Unknown)
    assert isinstance(value("list([A])", list=CLASS), Unknown)


def test_what_is_unknown_says_why_and_where() -> None:
    assert value("f(\n  A)") == Unknown(reason="cannot tell what `f(A)` is without running it", line=1)
    assert value("undefined") == Unknown(
        reason="`undefined` is not defined at the top level of the module", line=1
    )


@pytest.mark.parametrize(
    "text", ["[" * 80 + "]" * 80, "a" + ".a" * 500, "a" + " + a" * 500, "not " * 900 + "a"]
)
def test_a_deep_expression_is_unknown(text: str) -> None:
    assert isinstance(value(text), (Unknown, Sequence))


def test_a_module_may_cost_only_so_much() -> None:
    scope = Scope()
    with pytest.raises(ExhaustedError):
        scope.spend(10_000_000)


def test_lists_of_other_modules_are_kept_in_place() -> None:
    one = value("[A]")
    joined = concatenate(one, IMPORTED, 7)
    assert isinstance(joined, Sequence)
    assert (plain(joined), joined.spread, joined.line) == (["class A", ".x:B"], frozenset({1}), 7)
    assert isinstance(concatenate(one, CLASS, 1), Unknown)


@given(st.text("AB[](){}*+:,.=x'1 -fortypelinsv", max_size=30))
def test_any_expression_is_evaluated(text: str) -> None:
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return
    evaluate(tree.body, Scope({"A": CLASS}))


LITERALS = st.recursive(
    st.integers(-9, 9) | st.text("ab", max_size=3) | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(LITERALS)
def test_literals_are_what_python_says_they_are(literal: object) -> None:
    assert plain(value(repr(literal))) == literal


# -- conditions -------------------------------------------------------------------------------------


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
        ("x", None),
        ("not x", None),
        ("x and False", False),
        ("x or True", True),
        ("True and x", None),
        ("True and 1", True),
        ("sys.version_info >= (3, 9)", None),
        ("f()", None),
    ],
)
def test_some_conditions_have_an_outcome_whatever_the_machine(text: str, *, outcome: bool | None) -> None:
    assert truth(ast.parse(text, mode="eval").body) is outcome


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        (None, None, None),
        ("a", None, "a"),
        (None, "b", "b"),
        ("", "b", "b"),
        ("a", "b", "a and b"),
        ("a or b", "c", "(a or b) and c"),
    ],
)
def test_conditions_are_joined(first: str | None, second: str | None, joined: str | None) -> None:
    assert both(first, second) == joined


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f( a )", "f(a)"),
        (
            "'a' * 100 + " * 20 + "'b'",
            "'a' * 100 + 'a' * 100 + 'a' * 100 + 'a' * 100 + 'a' * 100 + 'a' * 100 + 'a' *...",
        ),
        ("-" * 300 + "1", "UnaryOp"),
        ("'''a\nb'''", "'a\\nb'"),
    ],
)
def test_an_expression_is_shown_on_one_short_line(text: str, expected: str) -> None:
    assert short(ast.parse(text, mode="eval").body) == expected
