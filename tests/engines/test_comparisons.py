"""Architectures that a function tells apart by hand."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from archtrack.engines._comparisons import branches, chained_classes, chained_returns

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


SUBJECT = "config.architectures[0]"
LONG = """
def make(config):
    if "only" not in options:
        if config.architectures[0] == "A" or config.architectures[0] in {"B", "C"}:
            m = First(config)
        elif (
            config.architectures[0] == "D"
            and config.size == 1
        ):
            m = Second(config)
        elif only:
            m = Base(config)
        else:
            raise E
"""
READ = [
    (4, [("A", 4), ("B", 4), ("C", 4)], [], False),
    (7, [("D", 7)], ["config.size == 1"], False),
    (11, [], ["only"], False),
    (14, [], [], False),
]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", {}),
        # Another value is another chain, and none of this one.
        ("config.architectures[0]", "config.architectures[1]", None),
        ("config.architectures[0]", "other.architectures[0]", None),
        ('in {"B", "C"}', 'in ("B", "C")', {}),
        ('in {"B", "C"}', 'in {"B", C}', {0: (4, [], [], True)}),
        ('in {"B", "C"}', "in names", {0: (4, [], [], True)}),
        ('== "D"', '!= "D"', {1: (7, [], [], True)}),
        ('== "D"', "== D", {1: (7, [], [], True)}),
        ("config.size == 1", f"{SUBJECT} != config.size", {1: (7, [], [], True)}),
        ("elif only", f"elif only or {SUBJECT} == 'E'", {2: (11, [], [], True)}),
    ],
)
def test_a_chain_with_further_tests(
    old: str, new: str, expected: dict[int, tuple[int, list[Any], list[str], bool]] | None
) -> None:
    (function,) = ast.parse(LONG.replace(old, new) if old else LONG).body
    assert isinstance(function, ast.FunctionDef)
    found = [
        [
            (each.line, list(each.texts), [ast.unparse(test) for test in each.also], each.unread)
            for each in chain
        ]
        for chain in branches(function, SUBJECT)
    ]
    assert found == ([] if expected is None else [[expected.get(at, row) for at, row in enumerate(READ)]])
