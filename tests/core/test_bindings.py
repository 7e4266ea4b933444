from __future__ import annotations

import pytest

from archtrack.core.bindings import Bindings, bindings
from archtrack.core.modules import parse
from archtrack.core.values import UNBOUND, Bound, Choice, ClassValue, Constant, ImportValue, Unknown, unwrap


def read(text: str) -> Bindings:
    return bindings(parse(text.encode()))


def test_a_name_is_bound_with_its_line_and_the_last_binding_wins() -> None:
    names = dict(read("x = 1\nclass A: pass\nx = A\ny = (\n  x\n)\n").names)
    assert names["x"] == Bound(value=ClassValue(name="A", line=2), line=3)
    assert names["y"] == Bound(value=ClassValue(name="A", line=2), line=5)


@pytest.mark.parametrize(
    ("text", "name", "level", "module", "attribute"),
    [
        ("import a.b\n", "a", 0, "a", None),
        ("import a.b as c\n", "c", 0, "a.b", None),
        ("from ..a import b as c\n", "c", 2, "a", "b"),
        ("from . import b\n", "b", 1, "", "b"),
    ],
)
def test_an_import_binds_a_name(text: str, name: str, level: int, module: str, attribute: str | None) -> None:
    assert dict(read(text).names) == {
        name: ImportValue(level=level, module=module, attribute=attribute, line=1)
    }


def test_a_name_that_is_gone_is_unbound() -> None:
    assert dict(read("x = 1\ndel x\n").names) == {"x": UNBOUND}


def test_a_condition_that_the_machine_decides_gives_a_choice() -> None:
    names = dict(read("if c:\n    x = 1\nelse:\n    x = 2\n").names)
    found = names["x"]
    assert isinstance(found, Choice)
    assert [(test, unwrap(value)) for test, value in found.options] == [
        ("c", Constant(value=1, line=2)),
        ("not (c)", Constant(value=2, line=4)),
    ]


def test_a_condition_that_nothing_depends_on_leaves_no_choice() -> None:
    names = dict(read("x = 1\nif c:\n    y = 1\n").names)
    assert names["x"] == Bound(value=Constant(value=1, line=1), line=1)


@pytest.mark.parametrize(
    ("text", "condition", "raises"),
    [
        ("x = 1\n", None, None),
        ("if c:\n    raise E\n", "not (c)", None),
        ("if c:\n    x = 1\nelse:\n    raise E\n", "c", None),
        ("if c:\n    if d:\n        raise E\nelse:\n    raise E\n", "c and not (d)", None),
        ("try:\n    import a\nexcept ImportError:\n    raise\n", "the try at line 1 succeeds", None),
        ("try:\n    import a\nexcept ImportError:\n    pass\n", None, None),
        ("try:\n    raise E\nexcept E:\n    x = 1\n", None, None),
        ("try:\n    x = 1\nfinally:\n    y = 1\n", None, None),
        ("x = 1\nraise E\n", None, 2),
        ("if c:\n    raise E\nelse:\n    raise E\nx = 1\n", None, 1),
    ],
)
def test_when_the_module_runs_to_its_end(text: str, condition: str | None, raises: int | None) -> None:
    found = read(text)
    assert (found.condition, found.raises) == (condition, raises)


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("for x in y: pass\n", "x", "set inside a `for` block"),
        ("while c:\n    x = 1\n", "x", "set inside a `while` block"),
        ("with a as x: pass\n", "x", "what a `with` gives"),
        ("def x(): pass\n", "x", "is a function"),
        ("x = []\ndef f():\n    global x\n", "x", "also assigned inside a function"),
        ("x = []\nclass A:\n    x.append(1)\n", "x", "changed inside a function"),
        ("x = []\nlambda: x.append(1)\n", "x", "changed inside a function"),
        ("x = []\nf(x)\n", "x", "handed to a function"),
        ("x = []\nx[0] = 1\n", "x", "an item of `x` is assigned"),
        ("x = 1\nx -= 1\n", "x", "changed by an operator"),
        ("x = y = []\nx.clear()\n", "y", "changed by `.clear(…)`"),
        ("x = 1\nexec('x = 2')\n", "x", "may bind any name"),
        ("x = 1\nglobals()[f()] = 2\n", "x", "a name that is not known"),
        ("x = 1\nsetattr(sys.modules[__name__], 'x', 2)\n", "x", "may bind any name"),
        ("try:\n    import a as x\nexcept E as x:\n    pass\n", "x", None),
    ],
)
def test_what_cannot_be_followed_is_unknown(text: str, name: str, words: str | None) -> None:
    found = unwrap(dict(read(text).names)[name])
    if words is None:
        assert not isinstance(found, Unknown)
    else:
        assert isinstance(found, Unknown)
        assert words in found.reason


@pytest.mark.parametrize(
    "text",
    [
        "x = []\nprint(x)\nlen(x)\n",
        "x = []\ny = sorted(x)\n",
        "x = []\nx.index(1)\n",
        "x = []\ndef f(y): y.append(1)\n",
    ],
)
def test_what_changes_nothing_is_no_reason_to_forget(text: str) -> None:
    assert not isinstance(unwrap(dict(read(text).names)["x"]), Unknown)


@pytest.mark.parametrize(
    "text",
    ["x = 1\n" * 100 + "if c: pass\n" * 90_000, "if a: pass\n" + "elif a: pass\n" * 600],
    ids=["many branches", "a deep branch"],
)
def test_too_much_is_a_problem_not_a_crash(text: str) -> None:
    assert read(text).problem == "it is too large or too deeply nested to evaluate"


def test_too_many_conditions_make_a_name_unknown_not_the_module() -> None:
    found = read("y = 1\n" + "".join(f"if c{index}: x = {index}\n" for index in range(3_000)))
    assert found.problem is None
    assert unwrap(dict(found.names)["y"]) == Constant(value=1, line=1)


def test_stars_are_kept_in_order_with_their_conditions() -> None:
    found = read("from .a import *\nif c:\n    from .b import *\n")
    assert [(star.module, condition) for star, condition in found.stars] == [("a", None), ("b", "c")]
