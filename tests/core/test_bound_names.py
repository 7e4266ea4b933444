from __future__ import annotations

import pytest

from archtrack.core.bound_names import bound_names, plain_names

BOUND = {
    "class A:\n    inner = 1\n": ["A"],
    "def f(x):\n    y = 1\n": ["f"],
    "async def f():\n    pass\n": ["f"],
    "A = B = 1\n": ["A", "B"],
    "A: int = 1\n": ["A"],
    "a, (b, *c) = x\n": ["a", "b", "c"],
    "import os.path\nimport numpy as np\n": ["os", "np"],
    "from .x import a, b as c\nfrom y import (\n    d,\n)\n": ["a", "c", "d"],
    "if x:\n    A = 1\nelif y:\n    B = 1\nelse:\n    from z import C\n": ["A", "B", "C"],
    "try:\n    A = 1\nexcept E:\n    B = 1\nelse:\n    C = 1\nfinally:\n    D = 1\n": ["A", "C", "D", "B"],
    "with x as y:\n    A = 1\n": ["y", "A"],
    "for i in x:\n    A = 1\n": ["i", "A"],
    "match x:\n    case 1:\n        A = 1\n": ["A"],
    "if TYPE_CHECKING:\n    from .x import A\nelse:\n    B = 1\n": ["B"],
    '"""\nclass A:\n"""\n': [],
    "x.attribute = 1\nx[0] = 1\n": [],
}
PLAIN = ("class A:\n    inner = 1\n", "def f(x):\n    y = 1\n", "A: int = 1\n", '"""\nclass A:\n"""\n')


@pytest.mark.parametrize("text", BOUND)
def test_the_names_that_importing_a_module_gives(text: str) -> None:
    assert bound_names(text.encode()) == {"names": BOUND[text], "stars": [], "open": False}


@pytest.mark.parametrize("text", BOUND)
def test_plain_names_are_among_them(text: str) -> None:
    names = plain_names(text.encode())
    assert set(names) <= set(BOUND[text])
    if text in PLAIN:
        assert names == BOUND[text]


def test_stars_are_named_and_left_to_the_caller() -> None:
    facts = bound_names(b"from .x import *\nif y:\n    from z.w import *\n")
    assert facts == {"names": [], "stars": [[1, "x"], [0, "z.w"]], "open": False}


def test_stars_for_the_checker_alone_give_nothing() -> None:
    assert bound_names(b"if TYPE_CHECKING:\n    from .x import *\n")["stars"] == []


@pytest.mark.parametrize(
    "text", ["def __getattr__(name):\n    return 1\n", "globals()['A'] = 1\n", "class (:\n"]
)
def test_a_module_that_may_give_more_is_open(text: str) -> None:
    assert bound_names(text.encode())["open"] is True
