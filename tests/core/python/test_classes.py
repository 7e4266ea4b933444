"""The classes of a module: bases, decorators, attributes."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.core.python.classes import class_facts
from archtrack.core.python.module import Module


def facts(text: str, *wanted: str) -> dict[str, Any]:
    return class_facts(Module(text.encode()), wanted)


def test_a_class_with_its_bases_decorators_and_the_attributes_asked_for() -> None:
    text = """
from .base import Base as B
@plain
@models.takes(image, text)
class A(B, Generic[T]):
    arch = "X"
    other: str = "Y"
    config = Config
    many = ["X", Z]
    known: bool = True
    def arch_of(self): self.arch = "Z"
"""
    assert facts(text, "arch", "config", "many", "known", "arch_of") == {
        "A": {
            "line": 5,
            "bases": ["B", "Generic"],
            "decorators": {"plain": 3, "takes": 4},
            "attributes": {
                "arch": ["X", 6],
                "config": [{"name": "Config"}, 8],
                "many": [["X", None], 9],
                "known": [True, 10],
            },
        }
    }
    assert facts(text)["A"]["attributes"] == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("class A: pass\nclass A: pass\n", {"A": 2}),
        ("if c:\n    class A: pass\n", {"A": 2}),
        ("try:\n    class A: pass\nexcept E:\n    class A: x\n", {"A": 2}),
        ("class A:\n    class B: pass\ndef f():\n    class C: pass\n", {"A": 1}),
        ("class A: pass\nA = 1\n", {}),
        ("class A(:\n", {}),
        ("", {}),
    ],
)
def test_which_classes_a_module_has(text: str, names: dict[str, int]) -> None:
    assert {name: each["line"] for name, each in facts(text).items()} == names


@pytest.mark.parametrize(
    ("header", "bases"),
    [
        ("class A(B, c.D, metaclass=M):", ["B", "D"]),
        ("class A(B[int], c.D[T]):", ["B", "D"]),
        ("class A(\n    B,  # C, D\n    E,\n):", ["B", "E"]),
        ("class A(f(B)):", ["f"]),
        ("class A(*B):", [""]),
    ],
)
def test_a_base_is_known_by_its_last_name(header: str, bases: list[str]) -> None:
    assert facts(f"{header}\n    pass\n")["A"]["bases"] == bases


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("x = 'a'\n    x = 'b'", ["b", 3]),
        ("x: str", None),
        ("x = y = 'a'", None),
        ("if c:\n        x = 'a'", None),
        ("def f(self):\n        x = 'a'", None),
        ("x = f()", [None, 2]),
    ],
)
def test_an_attribute_is_what_the_body_plainly_assigns_last(body: str, found: list[Any] | None) -> None:
    attributes = facts(f"class A:\n    {body}\n", "x")["A"]["attributes"]
    assert attributes == ({} if found is None else {"x": found})
