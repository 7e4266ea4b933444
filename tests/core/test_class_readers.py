"""Registries that are made of classes: attributes, lists of classes, decorators, chains of comparisons."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.core.chains import chained_classes, chained_returns
from archtrack.core.class_attributes import class_attributes
from archtrack.core.class_list import listed_classes
from archtrack.core.decorated import decorated_classes
from archtrack.core.remapped import remapped_classes


def test_classes_with_their_bases_and_the_attributes_asked_for() -> None:
    text = b"""
from .base import Base as B
class A(B, Generic[T]):
    arch = "X"
    other: str = "Y"
    config = Config
    many = ["X"]
    def arch_of(self): self.arch = "Z"
if flag:
    class C: arch = "W"
"""
    found = class_attributes(text, ("arch", "config", "many"))
    assert found["imports"] == {"B": [1, "base", "Base"]}
    assert found["problem"] is None
    assert found["classes"] == {
        "A": {
            "line": 3,
            "bases": ["B"],
            "attributes": {"arch": ["X", 4], "config": [{"name": "Config"}, 6], "many": [None, 7]},
        },
        "C": {"line": 10, "bases": [], "attributes": {"arch": ["W", 10]}},
    }
    assert class_attributes(b"class A(:", ())["problem"] == [1, "invalid syntax"]


@pytest.mark.parametrize(
    ("text", "names", "odd"),
    [
        ("T = {m.a: m for m in [A, B]}", ["A", "B"], []),
        ("T = {m.a: m for m in (A, B)}", ["A", "B"], []),
        ("L = [A]\nT = {m.a: m for m in L + [B]}", ["A", "B"], []),
        ("L = [A]\nT = {m.a: m for m in [*L, B]}", ["A", "B"], []),
        ("T: dict = {m.a: m for m in [A]}", ["A"], []),
        ("T = {m.a: m for m in [A, make()]}", ["A"], [1]),
        ("T = {m.a: m for m in [A] if m.ok}", [], [1]),
        ("T = build()", [], [1]),
        ("L = [A]\nL.append(B)\nT = {m.a: m for m in L}", ["A"], [2]),
        ("T = {m.a: m for m in [A]}\nT.update(more)", ["A"], [2]),
        ("OTHER = 1", [], [0]),
        ("T = {", [], [1]),
    ],
)
def test_the_classes_of_a_table(text: str, names: list[str], odd: list[int]) -> None:
    found = listed_classes(text.encode(), "T")
    assert [name for name, _ in found["classes"]] == names
    assert [line for line, _ in found["odd"]] == odd


@pytest.mark.parametrize(
    ("text", "registered", "odd"),
    [
        ('@register("A")\nclass X: ...', [("A", 1, "X", None)], []),
        ('@Model.register("A", "B")\nclass X: ...', [("A", 1, "X", None), ("B", 1, "X", None)], []),
        (
            '@Model.register(\n    "A",\n    "B",\n)\nclass X: ...',
            [("A", 2, "X", None), ("B", 3, "X", None)],
            [],
        ),
        ('@register("B")\n@register("A")\nclass X: ...', [("A", 2, "X", None), ("B", 1, "X", None)], []),
        ('@register(name="A")\nclass X: ...', [("A", 1, "X", None)], []),
        ('@other("A")\nclass X: ...', [], []),
        ("@register\nclass X: ...", [], []),
        ("@register(*NAMES)\n@register(**more)\nclass X: ...", [], [2, 1]),
        ('@register("A", other=NAME)\nclass X: ...', [("A", 1, "X", None)], []),
        ('if cuda():\n    @register("A")\n    class X: ...', [("A", 2, "X", "cuda()")], []),
        ('class X: ...\nregister("A")(X)', [("A", 2, "X", None)], []),
        ('@register(NAME, "A")\nclass X: ...', [("A", 1, "X", None)], [1]),
        ('# @register("A")\ntext = \'@register("B")\'', [], []),
        ("@register(", [], [1]),
    ],
)
def test_what_decorators_register(text: str, registered: list[tuple[Any, ...]], odd: list[int]) -> None:
    found = decorated_classes(text.encode(), ("register",))
    assert [tuple(each) for each in found["registered"]] == registered
    assert [line for line, _ in found["odd"]] == odd


def test_the_bases_of_decorated_classes_are_known_by_their_last_name() -> None:
    text = b"class A(base.Model): ...\nclass B(Model[int], C): ...\n"
    found = decorated_classes(text, ())["classes"]
    assert {name: each["bases"] for name, each in found.items()} == {"A": ["Model"], "B": ["Model", "C"]}


def test_what_else_stands_above_a_decorated_class_and_what_the_module_imports() -> None:
    text = b"""
from .base import Model as M, Other
import torch
@plain
@models.takes(image, text)
@register("A")
class X(M): ...
if TYPE_CHECKING:
    from .types import T
"""
    found = decorated_classes(text, ("register",))
    assert found["classes"] == {
        "X": {"line": 7, "bases": ["M"], "decorators": {"plain": 4, "takes": 5, "register": 6}}
    }
    assert found["imports"] == {"M": [1, "base", "Model"], "Other": [1, "base", "Other"]}
    assert decorated_classes(b"class X(:", ())["imports"] == {}


CHOICE = """
class Model:
    def choose(arch):
        if arch == "A":
            return First
        elif arch in ["B", "C"]:
            return arches.SECOND
        if arch == "A":
            return Late
        return Model
"""
ALL = {"A": [4, "First"], "B": [6, "SECOND"], "C": [6, "SECOND"]}


@pytest.mark.parametrize(
    ("old", "new", "returned", "otherwise", "odd"),
    [
        ("", "", ALL, "Model", []),
        (
            "return First",
            "return make()",
            {"A": [4, None], "B": [6, "SECOND"], "C": [6, "SECOND"]},
            "Model",
            [],
        ),
        ('["B", "C"]', '("B", C)', {"A": [4, "First"], "B": [6, "SECOND"]}, "Model", [6]),
        ('arch == "A"', 'other == "A"', {"B": [6, "SECOND"], "C": [6, "SECOND"]}, "Model", [4, 8]),
        ("return Model", "raise E(arch)", ALL, None, []),
        ("return Model", "while True: pass", ALL, None, [10]),
        ("def choose", "def other", {}, None, []),
        ("class Model:", "class Model(", {}, None, [2]),
    ],
)
def test_a_chain_that_returns(
    old: str, new: str, returned: dict[str, Any], otherwise: str | None, odd: list[int]
) -> None:
    found = chained_returns(CHOICE.replace(old, new).encode(), "choose", "arch")
    assert (found["returned"], found["otherwise"]) == (returned, otherwise)
    assert [line for line, _ in found["odd"]] == odd
    assert found["found"] == bool(returned)


def test_of_two_functions_of_a_name_the_second_is_said() -> None:
    found = chained_returns((CHOICE + "def choose(): ...\n").encode(), "choose", "arch")
    assert len(found["returned"]) == len(found["odd"]) + 2 == 3


def test_a_chain_of_comparisons() -> None:
    text = b"""
class R:
    def load(self):
        from x.llama import Llama as L
        for arch in archs:
            if arch == "A":
                cls = L
                break
            if arch in ("B", "C"):
                cls = Other
            if other == "D":
                cls = L
            if arch == "E":
                print(arch)
"""
    found = chained_classes(text, "arch")
    assert found["chained"] == [["A", 6, "L"], ["B", 9, "Other"], ["C", 9, "Other"]]
    assert found["imports"] == {"L": [0, "x.llama", "Llama"]}
    assert chained_classes(b"if (", "arch")["problem"] is not None


@pytest.mark.parametrize(
    ("text", "remapped", "odd"),
    [
        ('class X: ...\nR = [("A", X), ("B", Y)]', [["A", 2, "X", 1], ["B", 2, "Y", 0]], []),
        ("R = []", [], []),
        ('R = [("A", X), make()]', [["A", 1, "X", 0]], [1]),
        ('R = [("A", X, 1)]', [], [1]),
        ("R = make()", [], [1]),
        ('# R = [("A", X)]\nS = "R"', [], []),
    ],
)
def test_further_names_of_classes(text: str, remapped: list[list[Any]], odd: list[int]) -> None:
    found = remapped_classes(text.encode(), "R")
    assert found["remapped"] == remapped
    assert [line for line, _ in found["odd"]] == odd
