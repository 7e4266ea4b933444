"""Architectures that a function tells apart by hand."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.engines._comparisons import chained_classes, chained_returns

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
    ("old", "new", "returned", "otherwise", "unresolved"),
    [
        ("", "", ALL, "Model", []),
        ("return First", "return make()", {**ALL, "A": [4, None]}, "Model", []),
        ('["B", "C"]', '("B", C)', {"A": [4, "First"], "B": [6, "SECOND"]}, "Model", [6]),
        ('arch == "A"', 'other == "A"', {"B": [6, "SECOND"], "C": [6, "SECOND"]}, "Model", [4, 8]),
        ("return Model", "raise E(arch)", ALL, None, []),
        ("return Model", "while True: pass", ALL, None, [10]),
        ("def choose", "def other", {}, None, []),
        ("class Model:", "class Model(", {}, None, [2]),
    ],
)
def test_a_chain_that_returns(
    old: str, new: str, returned: dict[str, Any], otherwise: str | None, unresolved: list[int]
) -> None:
    found = chained_returns(CHOICE.replace(old, new).encode(), "choose", "arch")
    assert (found["returned"], found["otherwise"]) == (returned, otherwise)
    assert [line for line, _ in found["unresolved"]] == unresolved
    assert found["found"] == bool(returned)


def test_of_two_functions_of_a_name_the_second_is_said() -> None:
    found = chained_returns((CHOICE + "def choose(): ...\n").encode(), "choose", "arch")
    assert found["returned"] == ALL
    assert [line for line, _ in found["unresolved"]] == [11]


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
    assert chained_classes(b"if (", "arch") == {"chained": [], "imports": {}}
