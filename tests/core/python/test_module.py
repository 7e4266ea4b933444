"""What the top level of a module binds, and what makes a name unresolved."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.python.changes import ANY, HIDDEN
from archtrack.core.python.module import Import, Module


def read(text: str) -> Module:
    return Module(text.encode())


def bindings(text: str) -> dict[str, list[tuple[object, int, str | None]]]:
    """Name -> what it is bound to in short, line, condition."""
    return {
        name: [(shown(each.bound), each.line, each.condition) for each in found]
        for name, found in read(text).bindings.items()
    }


def shown(bound: object) -> object:
    if isinstance(bound, ast.expr):
        return ast.unparse(bound)
    return type(bound).__name__ if isinstance(bound, ast.stmt) else bound


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x = 1\nclass A: pass\nx = A\n", {"x": [("1", 1, None), ("A", 3, None)], "A": [("ClassDef", 2, None)]}),
        ("x = y = 1\n", {"x": [("1", 1, None)], "y": [("1", 1, None)]}),
        ("x: int = 1\ny: int\n", {"x": [("1", 1, None)]}),
        ("def f(): x\nasync def g(): x\n", {"f": [("FunctionDef", 1, None)], "g": [("AsyncFunctionDef", 2, None)]}),
        ("class A:\n    x = 1\n    def f(self): y = 1\n", {"A": [("ClassDef", 1, None)]}),
        ("import a.b\n", {"a": [(Import(0, "a", None), 1, None)]}),
        ("import a.b as c\n", {"c": [(Import(0, "a.b", None), 1, None)]}),
        ("from ..a import b as c\n", {"c": [(Import(2, "a", "b"), 1, None)]}),
        ("from . import b\n", {"b": [(Import(1, "", "b"), 1, None)]}),
        ("from .a import *\n", {}),
        ("x, [y, *z] = a\n", {"x": [(None, 1, None)], "y": [(None, 1, None)], "z": [(None, 1, None)]}),
        ("x += 1\n", {"x": [(None, 1, None)]}),
        ("x = 1\ndel x\n", {"x": [("1", 1, None), (None, 2, None)]}),
        ("for x in y:\n    z = 1\n", {"x": [(None, 1, None)], "z": [(None, 1, None)]}),
        ("with a as x:\n    z = 1\n", {"x": [(None, 1, None)], "z": [("1", 2, None)]}),
        ("x.y = 1\nx[0] = 1\nprint(x)\n", {}),
        ("[x for x in y]\nlambda z: z\n", {}),
        # conditions
        ("if c:\n    x = 1\nelse:\n    x = 2\n", {"x": [("2", 4, "not (c)"), ("1", 2, "c")]}),
        ("if c:\n    x = 1\nelif d:\n    x = 2\n", {"x": [("2", 4, "not (c) and d"), ("1", 2, "c")]}),
        ("if c or d:\n    if e:\n        x = 1\n", {"x": [("1", 3, "(c or d) and e")]}),
        ("if TYPE_CHECKING:\n    x = 1\nelse:\n    x = 2\n", {"x": [("2", 4, None)]}),
        ("if True:\n    x = 1\nelse:\n    y = 2\n", {"x": [("1", 2, None)]}),
        (
            "try:\n    x = 1\nexcept E:\n    x = 2\nelse:\n    y = 3\nfinally:\n    z = 4\n",
            {
                "x": [("2", 4, "the try at line 1 fails"), ("1", 2, "the try at line 1 succeeds")],
                "y": [("3", 6, "the try at line 1 succeeds")],
                "z": [("4", 8, None)],
            },
        ),
        ("try:\n    x = 1\nfinally:\n    y = 2\n", {"x": [("1", 2, None)], "y": [("2", 4, None)]}),
        ("with a():\n    x = 1\n", {"x": [("1", 2, None)]}),
        ("with suppress(E):\n    x = 1\n", {"x": [("1", 2, "the with at line 1 succeeds")]}),
    ],
)  # fmt: skip
def test_what_binds_a_name_with_its_line_and_condition(
    text: str, names: dict[str, list[tuple[object, int, str | None]]]
) -> None:
    assert bindings(text) == names


def test_a_name_is_what_binds_it_last() -> None:
    module = read("from a import A\nclass A: pass\nB = 1\nfrom b import B\nC = 1\nC = 2\nD = 1\ndel D\n")
    assert {name: node.lineno for name, node in module.classes.items()} == {"A": 2}
    assert module.imports == {"B": Import(0, "b", "B")}
    assert {name: ast.unparse(node) for name, node in module.values.items()} == {"C": "2"}


@pytest.mark.parametrize(
    ("text", "constants"),
    [
        ('A = "a"\nB = A\nC = f"{A}.b"\nD = A + ".c"\n', {"A": "a", "B": "a", "C": "a.b", "D": "a.c"}),
        ("A = 1\nB = f()\nC = D\n", {}),
        ('A = "a"\nA = "b"\n', {}),
        ('A = "a"\ndef f():\n    global A\n', {"A": "a"}),
        ('if c:\n    A = "a"\n', {"A": "a"}),
        (f'A = "{"x" * 2_001}"\n', {}),
        ('A = "a" * 2\nfor A in x: pass\n', {}),
    ],
)
def test_strings_that_have_a_name(text: str, constants: dict[str, str]) -> None:
    assert read(text).constants == constants


def test_a_global_is_seen_where_the_bodies_with_that_word_are_read() -> None:
    text = 'A = "a"\ndef f():\n    global A\n    A = "b"\n'
    assert Module(text.encode(), HIDDEN).constants == {}
    assert Module(text.encode(), None).constants == {}


@pytest.mark.parametrize(
    ("text", "name", "line", "words"),
    [
        ("for x in y: pass\n", "x", 1, "set inside a `for` block"),
        ("while c:\n    x = 1\n", "x", 1, "set inside a `while` block"),
        ("match c:\n    case [x]: pass\n", "x", 1, "set inside a `match` block"),
        ("with a as x: pass\n", "x", 1, "set by a `with`"),
        ("try: pass\nexcept E as x: pass\n", "x", 2, "set by an `except`"),
        ("x = []\ndef f():\n    global x\n", "x", 3, "also assigned inside a function"),
        ("x = []\nx.append(1)\n", "x", 2, "changed by `.append(…)`"),
        ("x = []\nclass A:\n    x.append(1)\n", "x", 3, "changed by `.append(…)`"),
        ("x = []\ndef f(): x.append(1)\n", "x", 2, "changed by `.append(…)`"),
        ("x = []\nx[0] = 1\n", "x", 2, "an item of `x` is assigned"),
        ("x = 1\nx -= 1\n", "x", 2, "changed by an operator"),
        ("y = [x := 1]\n", "x", 1, "set inside an expression"),
        ("[x := 1 for _ in y]\n", "x", 1, "set inside an expression"),
        ("f = lambda a=(x := 1): 0\n", "x", 1, "set inside an expression"),
        ("def f(a, *, b=(x := 1)) -> int: pass\n", "x", 1, "set inside an expression"),
        ("def f() -> (x := 1): pass\n", "x", 1, "set inside an expression"),
        ("class A((x := B)): pass\n", "x", 1, "set inside an expression"),
        ("@d(x := 1)\ndef f(): pass\n", "x", 1, "set inside an expression"),
        ("def f(): globals()['x'] = 1\n", ANY, 1, "may bind any name"),
        ("exec('x = 2')\n", ANY, 1, "may bind any name"),
        ("globals()[f()] = 2\n", ANY, 1, "may bind any name"),
        ("locals()['x'] = 2\n", ANY, 1, "may bind any name"),
        ("me = sys.modules[__name__]\n", ANY, 1, "through `sys.modules`"),
        ("import sys as s\n", ANY, 1, "through `sys.modules`"),
        ("from sys import modules\n", ANY, 1, "through `sys.modules`"),
        ("A.__name__ = 'B'\n", ANY, 1, "`__name__` of a class may be set"),
        ("type.__setattr__(A, '__name__', 'B')\n", ANY, 1, "`__name__` of a class may be set"),
    ],
)
def test_what_else_changes_a_name_is_told_with_its_line(text: str, name: str, line: int, words: str) -> None:
    reason, where = Module(text.encode(), None).changed[name]
    assert words in reason
    assert where == line


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n",
        "x = []\nprint(x)\ny = sorted(x)\nx.index(1)\nx[0]\n",
        "x = []\ndef f(y): y.append(1)\n",
        "def f():\n    x = 1\n    for x in y: x += 1\n",
        "def f(): return locals()\n",
        "class A:\n    x = 1\n    x += 1\n",
        "setattr(A, '__doc__', 'B')\nA.__qualname__ = 'B'\n",
        "import sys\nsys.path\n",
        "[x for x in y]\n",
        "try: pass\nexcept E: pass\n",
        "with a(): x = 1\n",
    ],
)
def test_what_changes_no_name_is_not_told(text: str) -> None:
    assert not {"x", ANY} & Module(text.encode(), None).changed.keys()


@pytest.mark.parametrize(
    ("text", "raises"),
    [
        ("x = 1\n", []),
        ("x = 1\nraise E\n", [(2, None)]),
        ("if c:\n    raise E\nelse:\n    raise F\n", [(4, "not (c)"), (2, "c")]),
        ("def f(): raise E\n", []),
        ("if TYPE_CHECKING: raise E\n", []),
    ],
)
def test_when_the_module_does_not_run_to_its_end(text: str, raises: list[tuple[int, str | None]]) -> None:
    assert read(text).raises == raises


def test_stars_are_kept_in_order() -> None:
    stars = read("from .a import *\nif c:\n    from b import *\n").stars
    assert [(star.level, star.module) for star, _ in stars] == [(1, "a"), (0, "b")]
    assert stars[0][1] < stars[1][1]


def test_a_function_is_found_by_its_name() -> None:
    module = Module(b"def f(): pass\ndef f():\n    return 1\ng = 1\nclass A:\n    def h(self): pass\n", None)
    found = module.function("f")
    assert found is not None
    assert (found.lineno, ast.unparse(found.body[0])) == (2, "return 1")
    assert [module.function(name) for name in ("g", "h", "missing")] == [None, None, None]


# -- hostile ------------------------------------------------------------------------------------------

BROKEN = {
    "no module": b"x = 1\nclass (:\n",
    "NUL": b"x = 1\nx = '\0'\n",
    "no UTF-8": b"x = 1\nx = '\xff'\n",
    "a long integer": b"x = 1\nx = " + b"9" * 5_000,
    "a deep expression": b"x = 1\nx = " + b"(" * 20_000 + b")" * 20_000,
    "a long file": b"x = 1\n" * 200_000,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_module_that_cannot_be_parsed_is_empty_and_says_why(name: str) -> None:
    module = Module(BROKEN[name])
    assert module.problem is not None
    assert module.problem[1] > 0
    assert (module.bindings, module.statements, module.tree.body, module.changed) == ({}, (), [], {})


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n" + "if a:\n    x = 2\n" * 5_000,
        "if a:\n    x = 1\n" + "elif a:\n    x = 1\n" * 2_500,
        "".join(f"{'    ' * depth}if a:\n" for depth in range(90)) + "    " * 90 + "x = 1\n",
        "x = " + "a." * 5_000 + "a\n",
        "x = " + "-" * 100 + "1\n",
        "x = [" * 50 + "]" * 50 + "\n",
        "x = " + " + ".join(["'a'"] * 3_000) + "\n",
        "x = 1\n" * 20_000,
    ],
    ids=lambda text: repr(text[:20]),
)
def test_much_of_anything_is_read_or_said_to_be_too_much(text: str) -> None:
    module = Module(text.encode(), None)
    assert (module.problem is None) == ("x" in module.bindings)
    assert len(str(module.constants)) + len(str(module.changed)) < 5_000
    assert all(len(each.condition or "") < 5_000 for each in module.bindings.get("x", ()))


@given(st.binary(max_size=60) | st.text("\"'\\#\n \t()[]{}=:;.,@fclasdeimprtx1", max_size=80).map(str.encode))
def test_any_bytes_are_a_module_or_a_problem(data: bytes) -> None:
    module = Module(data, HIDDEN)
    assert module.problem is None or (module.problem[1] > 0 and not module.bindings)
    assert len(module.constants) <= len(module.bindings)
    assert all(line > 0 for _, line in module.changed.values())
