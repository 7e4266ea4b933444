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
        ('T = U = {"A": "a"}\nU["B"] = "b"', {"A": "a", "B": "b"}),
        ('U = T = {"A": "a"}\nU["B"] = "b"', {"A": "a", "B": "b"}),
        (PAIRS + 'T = U\nU["D"] = "d"\ndel T["A"], T["B"]', {"C": ["c", "X"], "D": "d"}),
        (PAIRS + 'T = {**U}\nU["D"] = "d"\nT = {k: v for k, v in T.items() if k == "A"}', {"A": ["a", "X"]}),
        (PAIRS + "T = U.copy()\ndel T['A']\nT = T | {'D': 'd'}\ndel T['B']", {"C": ["c", "X"], "D": "d"}),
        (PAIRS + 'T = {k: v for k, v in U.items() if k not in ("A", "B")}', {"C": ["c", "X"]}),
        (PAIRS + 'T = {k: v for k, v in U.items() if k in ["A", 1]}', {"A": ["a", "X"]}),
        ('T = {}\nT["A"] = T["B"] = "a"', {"A": "a", "B": "a"}),
        ('T = {}\nT["A"]: str = "a"', {"A": "a"}),
        ('T = types.MappingProxyType({"A": "a"})', {"A": "a"}),
        ('T = {"A": "a"} if True else {"B": "b"}', {"A": "a"}),
        ('T = {}\nfor each in ("A", "B"):\n    T[each] = each', {"A": "A", "B": "B"}),
        ('T = {"A": "a", **other()}\nT = {"B": "b"}', {"B": "b"}),
        ('T = {"A": "a"}\ndel T', {}),
        ('T = {"A": "a"}\nimport T', {}),
        ('K = "A"\nL = K\nT = {L: "a"}', {"A": "a"}),
        # What only looks at a table, or a function that nothing calls, changes nothing.
        ('T = {"A": "a"}\nprint(len(T), sorted(T), T.items())\nx = [t for t in T]\ny = "A" in T', {"A": "a"}),
        ('T = {"A": "a"}\nR = Registry({k: v for k, v in T.items()})', {"A": "a"}),
        (
            'T = {"A": "a"}\ndef add(name):\n    T[name] = 1\nclass C:\n    def add(self): T.clear()',
            {"A": "a"},
        ),
        ('T = {"A": "a"}\ndef late():\n    add("B")\ndef add(name):\n    T[name] = 1', {"A": "a"}),
        ('T = {"A": "a"}\nif __name__ == "__main__":\n    T.clear()\n    add(T)', {"A": "a"}),
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
        ('if rocm():\n    T = {"A": "a"}\nelse:\n    T = {"A": "b"}', {"A": None}),
        ('T = {"A": "a"}\nif rocm():\n    T = {"B": "b"}', {"A": "not (rocm())", "B": "rocm()"}),
        ('T = {}\nif x:\n    T["A"] = "a"\nif y:\n    T["A"] = "a"', {"A": "x or y"}),
        ('T = {"A": "a"} if x else {"B": "b"}', {"A": "x", "B": "not (x)"}),
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
        ('U = {"A": "a"}\nT, V = U, U', [], [("T", 2), ("V", 2)]),
        ('U = {"A": "a"}\nT = ChainMap(U)', [], [("U", 2), ("T", 2)]),
        ('U = {"A": "a"}\nT = U or {}', [], [("T", 2)]),
        ('U = {"A": "a"}\nT = {**U}\nR = register(T)', ["A"], [("T", 3), ("R", 3)]),
        ('T = {"A": "a"}\nregister(T)', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nother.register(T)', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nU = T\nU.clear()', ["A"], [("U", 3), ("T", 3)]),
        ('T = {"A": "a"}\nprint(T.pop("A"))', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nx = T.pop("A")', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\ndict.update(T, B="b")', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\n[T.update(d) for d in others]', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nassert T.pop("A")', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nif T.pop("A"):\n    pass', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nT["B"], x = "b", 1', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nwhile more():\n    T["B"] = "b"', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nmatch x:\n    case 1:\n        T["B"] = "b"', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nclass C:\n    T["B"] = "b"', ["A"], [("T", 3)]),
        ('T = {"A": "a"}\nif x:\n    T = other()', ["A"], [("T", 3)]),
        ('T = {"A": "a"}\nif x:\n    del T', ["A"], [("T", 3)]),
        ('T = {"A": "a"}\ndef add(name):\n    T[name] = 1\nadd("B")', ["A"], [("T", 4)]),
        (
            'T = {"A": "a"}\ndef add(name):\n    T[name] = 1\n@add("B")\nclass C: ...',
            ["A"],
            [("T", 4)],
        ),
        (
            'T = {"A": "a"}\ndef make():\n    global T\n    T = {}\nmake()',
            ["A"],
            [("T", 5)],
        ),
        ('T = {"A": "a"}\nfor x in ["B"]:\n    if y: continue\n    T[x] = x', ["A"], [("T", 2)]),
        ('N = ["B"]\nT = {"A": "a"}\nN.append("C")\nfor x in N:\n    T[x] = x', ["A"], [("T", 4)]),
        ('K = "A"\nK += "B"\nT = {K: "a", "B": "b"}', ["B"], [("T", 3)]),
        ('K = "A"\nK = name()\nT = {K: "a", "B": "b"}', ["B"], [("T", 3)]),
        ('K = "A"\nif x:\n    K = "B"\nT = {K: "a", "B": "b"}', ["B"], [("T", 4)]),
        ('K = "A"\ndef f():\n    global K\n    K = "B"\nf()\nT = {K: "a", "B": "b"}', ["B"], [("T", 6)]),
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


@pytest.mark.parametrize("branches", [50, 900, 5_000])
def test_many_branches_are_read_or_said_to_be_too_many(branches: int) -> None:
    text = 'if x0:\n    T = {"A": "a"}\n' + "".join(
        f'elif x{at}:\n    T = {{"A": "a"}}\n' for at in range(1, branches)
    )
    facts = table_facts(text.encode())
    assert bool(facts["odd"]) != bool(facts["tables"])
    assert len(str(facts)) < 50_000
