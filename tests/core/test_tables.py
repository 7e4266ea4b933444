"""Tables of a module, as registries have been written over the years."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.core.tables import constants_of, table_facts


def rows(text: str, table: str = "T", **constants: str) -> dict[str, Any]:
    """Key -> value of a table."""
    facts = table_facts(text.encode(), constants)
    return {key: value for key, _, value, _ in facts["tables"].get(table, {"rows": []})["rows"]}


def odd(text: str) -> list[tuple[str, int]]:
    return [(table, line) for table, line, _ in table_facts(text.encode())["odd"]]


PAIRS = 'U = {"A": ("a", "X"), "B": ("b", "Y"), "C": ("c", "X")}\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('T = {"A": ("a", "X")}', {"A": ["a", "X"]}),
        ('T: dict[str, str] = {"A": "a"}', {"A": "a"}),
        ('T = {"A": X, "B": True}', {"A": {"name": "X"}, "B": True}),
        ('T = dict(A="a", B=False)', {"A": "a", "B": False}),
        ('T = dict()\nT.update({"A": "a"})\nT.update(B="b")', {"A": "a", "B": "b"}),
        ('T = {}\nT["A"] = "a"', {"A": "a"}),
        ('T = {"A": "a"}\nT |= {"B": "b"}', {"A": "a", "B": "b"}),
        ('T = {"A": "a"} | {"B": "b"}', {"A": "a", "B": "b"}),
        ('T = {"A": "a", "A": "b"}', {"A": "b"}),
        (PAIRS + 'T = {**U, "B": ("z", "Z")}', {"A": ["a", "X"], "B": ["z", "Z"], "C": ["c", "X"]}),
        (
            PAIRS + "T = {k: (m, c) for k, (m, c) in U.items() if c == 'X'}",
            {"A": ["a", "X"], "C": ["c", "X"]},
        ),
        (PAIRS + "T = {**{k: v for k, v in U.items() if k != 'A'}}", {"B": ["b", "Y"], "C": ["c", "X"]}),
        ('P = "x.y"\nT = {"A": f"{P}.a.A", "B": P + ".b"}', {"A": "x.y.a.A", "B": "x.y.b"}),
        ('P = "A"\nT = {P: "a"}', {"A": "a"}),
        ('T = {("t", "A"): "a"}', {"t A": "a"}),
        ('T = {"A": "a", "B": "b"}\ndel T["A"]\nT.pop("B")', {}),
        ('GONE = []\nT = {"A": "a"}\nfor each in GONE:\n    del T[each]', {"A": "a"}),
        ('GONE = ["A"]\nT = {"A": "a", "B": "b"}\nfor each in GONE:\n    del T[each]', {"B": "b"}),
        ('try:\n    T = {"A": "a"}\nexcept ImportError:\n    pass', {"A": "a"}),
        ('if TYPE_CHECKING:\n    T = {"A": "a"}', {}),
        ('T = {"A": "a"}\nT = None', {}),
        ('\ufeffT = {"A": "a"}', {"A": "a"}),
    ],
)
def test_what_a_table_holds(text: str, expected: dict[str, Any]) -> None:
    assert rows(text) == expected
    assert odd(text) == []


def test_a_key_has_the_line_of_the_entry_that_wins_and_a_table_its_parts() -> None:
    text = 'A = {\n    "X": "1",\n}\nB = {\n    "X": "2",\n    "Y": "3",\n}\nT = {**A, **B}\n'
    table = table_facts(text.encode())["tables"]["T"]
    assert table == {"line": 8, "rows": [["X", 5, "2", None], ["Y", 6, "3", None]], "parts": ["A", "B"]}


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ('T = {"A": "a"}\nif rocm():\n    T["B"] = "b"', {"A": None, "B": "rocm()"}),
        ('T = {"A": "a"}\nif rocm():\n    T["A"] = "b"', {"A": None}),
        ('T = {"A": "a"}\nif rocm():\n    del T["A"]', {"A": "not (rocm())"}),
        ('if rocm():\n    T = {"A": "a"}\nelse:\n    T = {"B": "b"}', {"A": "rocm()", "B": "not (rocm())"}),
    ],
)
def test_under_which_condition_a_row_is_there(text: str, conditions: dict[str, str | None]) -> None:
    table = table_facts(text.encode())["tables"]["T"]
    assert {key: condition for key, _, _, condition in table["rows"]} == conditions


@pytest.mark.parametrize(
    ("text", "left", "where"),
    [
        ('T = {"A": "a", name(): "b"}', ["A"], [("T", 1)]),
        ('T = {"A": "a", **other()}', ["A"], [("T", 1)]),
        ('T = {"A": "a"}\nT.update(other())', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nT.clear()', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nfor x in things():\n    T[x] = x', ["A"], [("T", 2)]),
        ("T = {k: v for k, v in things()}", [], [("T", 1)]),
        ('U = {"A": "a", **other()}\nT = {**U}', ["A"], [("U", 1), ("T", 1)]),
        ("T = {", [], [("", 1)]),
    ],
)
def test_what_cannot_be_read_is_said_and_takes_nothing_with_it(
    text: str, left: list[str], where: list[tuple[str, int]]
) -> None:
    assert list(rows(text)) == left
    assert odd(text) == where


def test_a_table_that_grows_without_end_is_given_up() -> None:
    lines = ['T0 = {"k%d": "v" % 1}'.replace("% 1", "")] + [
        f"T{at} = {{{', '.join(f'**T{at - 1}' for _ in range(9))}, 'k{at}': 'v'}}" for at in range(1, 3000)
    ]
    facts = table_facts("\n".join(lines).encode())
    assert any("too large" in reason for _, _, reason in facts["odd"])


def test_constants_of_another_module_can_be_keys() -> None:
    assert constants_of(b'A = "Gemma"\nB = 1\nC = D = "x"\n') == {"A": "Gemma", "C": "x"}
    assert rows('from .c import A\nT = {A: "a"}', A="Gemma") == {"Gemma": "a"}
    assert odd('from .c import A\nT = {A: "a"}') == [("T", 2)]
