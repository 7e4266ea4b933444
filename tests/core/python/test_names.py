"""The classes that names stand for, in the module at hand and through imports."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from archtrack.core.python.changes import HIDDEN
from archtrack.core.python.module import Module
from archtrack.core.python.names import ClassAt, Modules, all_names, binding_of, named
from archtrack.core.python.values import UnresolvedError


def stands_for(text: str, expression: str = "X") -> list[Any]:
    return named(Module(text.encode(), HIDDEN), ast.parse(expression, mode="eval").body)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("class X: pass\n", ["class", "X", 1, None]),
        ("class A: pass\nY = A\nX = Y\n", ["class", "A", 1, None]),
        ("class X: pass\nclass X: pass\n", ["class", "X", 2, None]),
        ("class A: pass\nX = A\nA = 1\n", ["class", "A", 1, None]),
        ("if c:\n    class X: pass\n", ["class", "X", 2, "c"]),
        ("if c:\n    class A: pass\nif d:\n    X = A\n", ["class", "A", 2, "d and c"]),
        ("from .a import b as X\n", ["import", 1, "a", "b", 1, None]),
        ("if c:\n    from a import b\nX = b\n", ["import", 0, "a", "b", 2, "c"]),
        ("from .a import *\nclass X: pass\n", ["class", "X", 2, None]),
    ],
)
def test_a_name_stands_for_a_class_or_an_import(text: str, found: list[Any]) -> None:
    assert stands_for(text) == found


TOO_MANY = "through too many other names"


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("", "`X` is not defined at the top level of the module", 1),
        ("def X(): pass\n", "`X` is a function", 1),
        ("import X\n", "`X` is a module", 1),
        ("X = f(\n    1)\n", "cannot tell what `f(1)` is without running it", 1),
        ("class X: pass\ndel X\n", "`X` is bound in a way that is not read", 1),
        ("class X: pass\nfor X in y: pass\n", "`X` is set inside a `for` block", 2),
        ("if c:\n    class X: pass\nelse:\n    X = None\n", "`X` is bound in more than one way", 4),
        ("class X: pass\nfrom .a import *\n", "`X` may come from `import *` of `.a`", 1),
        ("from .a import *\n", "`X` may come from `import *` of `.a`", 1),
        ("class X: pass\nX.__name__ = 'Y'\n", "the `__name__` of a class may be set here", 2),
        ("class X: pass\nexec(text)\n", "`exec(…)` may bind any name", 2),
        ("X = X\n", "`X` is not defined at the top level of the module", 1),
        ("".join(f"X{at} = X{at - 1}\n" for at in range(1, 30)) + "X = X29\n", TOO_MANY, 11),
    ],
)
def test_what_cannot_be_told_is_unresolved_with_its_line(text: str, reason: str, line: int) -> None:
    kind, words, where = stands_for(text)
    assert kind == "unresolved"
    assert reason in words
    assert where == line


@pytest.mark.parametrize("expression", ["a.B", "f(X)", "X[0]", "'X'", "[X]", "X if c else Y", "lambda: X"])
def test_an_expression_that_is_no_name_is_not_evaluated(expression: str) -> None:
    assert stands_for("class X: pass\n", expression)[0] == "unresolved"


def test_a_name_is_what_it_was_when_the_statement_ran() -> None:
    module = Module(b"class A: pass\nx = A\nA = 1\ny = A\n")
    at = [binding_of(module, "A", ast.Pass(lineno=1), position).line for position in (1, 2, 3)]
    assert at == [1, 1, 3]
    with pytest.raises(UnresolvedError, match="not defined"):
        binding_of(module, "A", ast.Pass(lineno=1), 0)


def test_all_names_of_a_module() -> None:
    text = "class A: pass\nfrom .b import B\nx = 1\nfrom .c import *\ndef f():\n    global G\n"
    assert all_names(Module(text.encode(), HIDDEN)) == {
        "names": {
            "A": ["unresolved", "`A` may come from `import *` of `.c`", 1],
            "B": ["unresolved", "`B` may come from `import *` of `.c`", 2],
            "x": ["unresolved", "`x` may come from `import *` of `.c`", 3],
            "f": ["unresolved", "`f` is a function", 5],
            "G": ["unresolved", "`G` is also assigned inside a function (global)", 6],
        },
        "stars": [[1, "c"]],
        "problem": None,
    }
    assert all_names(Module(b"class A: pass\n"))["names"] == {"A": ["class", "A", 1, None]}
    assert all_names(Module(b"class (:\n")) == {"names": {}, "stars": [], "problem": ["invalid syntax", 1]}


# -- through imports ----------------------------------------------------------------------------------

FILES = {
    "p/__init__.py": "",
    "p/a.py": "# a\nclass A: pass\nif c:\n    class C: pass\ndef f(): pass\n",
    "p/b.py": "from .a import A, C as D\nfrom p.a import f\n",
    "p/star.py": "from .a import *\n",
    "p/stars.py": "from .star import *\nfrom outside import *\n",
    "p/circle.py": "from .round import A\n",
    "p/round.py": "from .circle import A\n",
    "p/broken.py": "x = 1\nclass (:\n",
    "p/sub/__init__.py": "from ..a import A\n",
    "p/sub/inner.py": "from . import A\nfrom .. import a\n",
}


def modules(files: dict[str, str]) -> Modules:
    return Modules(
        exists=files.__contains__, names=lambda path: all_names(Module(files[path].encode(), HIDDEN))
    )


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        ("p/a.py", "A", ClassAt(name="A", path="p/a.py", line=2)),
        ("p/a.py", "C", ClassAt(name="C", path="p/a.py", line=4, condition="c")),
        ("p/b.py", "D", ClassAt(name="C", path="p/a.py", line=4, condition="c")),
        ("p/sub/inner.py", "A", ClassAt(name="A", path="p/a.py", line=2)),
    ],
)
def test_a_class_is_found_where_it_is_defined(path: str, name: str, expected: ClassAt) -> None:
    found = all_names(Module(FILES[path].encode(), HIDDEN))["names"][name]
    assert modules(FILES).follow(path, found, 7) == expected


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("from .nowhere import X\n", "`X` comes from `.nowhere`, which is not a file of this source", 1),
        ("\nfrom .a import X\n", "`X` is not defined in `.a` (p/a.py)", 2),
        ("from .star import X\n", "`X` may come from `import *` in p/star.py", 1),
        ("from .b import f as X\n", "`f` is a function (p/a.py:5)", 7),
        ("from .circle import A as X\n", "it is imported in a circle, or through too many modules", 7),
        ("from .broken import X\n", "`.broken` (p/broken.py:2) cannot be read: invalid syntax", 1),
        ("from . import a as X\n", "`a` is not defined in `.` (p/__init__.py)", 1),
        ("from .sub import inner as X\n", "`inner` is not defined in `.sub` (p/sub/__init__.py)", 1),
    ],
)
def test_where_an_import_leads_nowhere_it_is_said_with_the_line(text: str, reason: str, line: int) -> None:
    found = stands_for(text)
    with pytest.raises(UnresolvedError) as caught:
        modules({**FILES, "p/m.py": text}).follow("p/m.py", found, 7)
    assert reason in caught.value.reason
    assert caught.value.line == line


def test_of_a_package_without_an_init_its_modules_are_told_from_classes() -> None:
    files = {"p/m.py": "from . import a as X\n", "p/a.py": "class A: pass\n"}
    with pytest.raises(UnresolvedError, match="as a module: the registry takes a class"):
        modules(files).follow("p/m.py", stands_for(files["p/m.py"]), 1)


@pytest.mark.parametrize(
    ("stars", "name", "source"),
    [
        ([[1, "a"]], "A", "p/a.py"),
        ([[1, "a"]], "B", None),
        ([[1, "star"]], "A", "p/a.py"),
        ([[1, "stars"]], "A", "p/a.py"),
        ([[1, "stars"]], "B", None),
        ([[0, "torch"]], "A", None),
        ([[1, "broken"]], "B", "p/broken.py"),
        ([[1, "loop"]], "B", None),
        ([[1, "any"]], "B", "p/any.py"),
        ([], "A", None),
    ],
)
def test_whether_a_star_may_bring_a_name(stars: list[list[Any]], name: str, source: str | None) -> None:
    more = {"p/loop.py": "from .loop import *\n", "p/any.py": "exec(x)\n"}
    assert modules({**FILES, **more}).may_export("p/m.py", name, stars) == source
