"""Tables of a module, as registries have been written over the years."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.python.tables import table_facts


def rows(text: str, table: str = "T", **constants: str) -> dict[str, Any]:
    """Key -> value of a table."""
    facts = table_facts(text.encode(), constants)
    return {key: value for key, _, value, _ in facts["tables"].get(table, {"rows": []})["rows"]}


def unresolved(text: str, **constants: str) -> list[tuple[str, int]]:
    return [(table, line) for table, line, _ in table_facts(text.encode(), constants)["unresolved"]]


PAIRS = 'U = {"A": ("a", "X"), "B": ("b", "Y"), "C": ("c", "X")}\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('T = {"A": ("a", "X")}', {"A": ["a", "X"]}),
        ('T: dict[str, str] = {"A": "a"}', {"A": "a"}),
        ('T = {"A": "a"}\nT: dict[str, str]', {"A": "a"}),
        ('with open(f) as g:\n    T = {"A": "a"}', {"A": "a"}),
        ('T = {"A": X, "B": True, "C": f()}', {"A": {"name": "X"}, "B": True, "C": None}),
        ('T = {"A": ["a", X], "B": ()}', {"A": ["a", None], "B": []}),
        ('T = dict(A="a", B=False)', {"A": "a", "B": False}),
        ('T = dict({"A": "a"}, B="b")', {"A": "a", "B": "b"}),
        ('T = dict()\nT.update({"A": "a"})\nT.update(B="b")', {"A": "a", "B": "b"}),
        ('T = OrderedDict([("A", "a"), ["B", ("b", "Y")]])', {"A": "a", "B": ["b", "Y"]}),
        ('T = collections.OrderedDict((("A", "a"),))', {"A": "a"}),
        ('U = {"A": "a"}\nT = OrderedDict([("D", "d"), *list(U.items())])', {"D": "d", "A": "a"}),
        ('U = {"A": "a"}\nT = OrderedDict([*U.items(), ("A", "b")])', {"A": "b"}),
        ('T = {}\nT["A"] = "a"', {"A": "a"}),
        ('T = {"A": "a"}\nT |= {"B": "b"}', {"A": "a", "B": "b"}),
        ('T = {"A": "a"} | {"B": "b"}', {"A": "a", "B": "b"}),
        (PAIRS + 'T = {**U, "B": ("z", "Z")}', {"A": ["a", "X"], "B": ["z", "Z"], "C": ["c", "X"]}),
        (PAIRS + "T = {k: (m, c) for k, (m, c) in U.items() if c == 'X'}", {"A": ["a", "X"], "C": ["c", "X"]}),
        (PAIRS + "T = {**{k: v for k, v in U.items() if k != 'A'}}", {"B": ["b", "Y"], "C": ["c", "X"]}),
        (PAIRS + 'T = {k: v for k, v in U.items() if k not in ("A", "B")}', {"C": ["c", "X"]}),
        (PAIRS + 'T = {k: v for k, v in U.items() if k in ["A", 1]}', {"A": ["a", "X"]}),
        (PAIRS + "T = {c: m for _, (m, c) in U.items()}", {"X": "c", "Y": "b"}),
        ('P = "x.y"\nT = {"A": f"{P}.a.A", "B": P + ".b"}', {"A": "x.y.a.A", "B": "x.y.b"}),
        ('P = "A"\nT = {P: "a"}', {"A": "a"}),
        ('T = {("t", "A"): "a"}', {"t A": "a"}),
        ('T = {"A": "a", "B": "b"}\ndel T["A"]\nT.pop("B")', {}),
        ('T = {"A": "a"}\nif T.pop("A"):\n    pass', {}),
        ('try:\n    T = {"A": "a"}\nexcept ImportError:\n    pass', {"A": "a"}),
        ('if TYPE_CHECKING:\n    T = {"A": "a"}', {}),
        ('T = {"A": "a"}\nT = None', {}),
        ('T = {"A": "a"}\ndel T', {}),
        ('T = {"A": "a"}\nimport T', {}),
        ('T = {}\nT["A"] = T["B"] = "a"', {"A": "a", "B": "a"}),
        ('T = {}\nT["A"]: str = "a"', {"A": "a"}),
        # another name for the same dict, or a view of it
        ('T = U = {"A": "a"}\nU["B"] = "b"', {"A": "a", "B": "b"}),
        (PAIRS + 'T = U\nU["D"] = "d"\ndel T["A"], T["B"]', {"C": ["c", "X"], "D": "d"}),
        ('T = types.MappingProxyType({"A": "a"})', {"A": "a"}),
        (PAIRS + "T = U.copy()\ndel T['A']\nT = T | {'D': 'd'}\ndel T['B']", {"C": ["c", "X"], "D": "d"}),
        # loops over strings that are written out
        ('GONE = []\nT = {"A": "a"}\nfor each in GONE:\n    del T[each]', {"A": "a"}),
        ('GONE = ["A"]\nT = {"A": "a", "B": "b"}\nfor each in GONE:\n    del T[each]', {"B": "b"}),
        ('T = {}\nfor each in ("A", "B"):\n    T[each] = each', {"A": "A", "B": "B"}),
        ('P = "A"\nT = {}\nfor each in [P, P + "B"]:\n    T[f"x{each}"] = (each,)', {"xA": ["A"], "xAB": ["AB"]}),
        # What only looks at a table, or a function that nothing calls, changes nothing.
        ('T = {"A": "a"}\nprint(len(T), sorted(T), T.items())\nx = [t for t in T]\ny = "A" in T', {"A": "a"}),
        ('T = {"A": "a"}\nR = Registry({k: v for k, v in T.items()})', {"A": "a"}),
        ('T = {"A": "a"}\nALL = dict(t=T, u={"v": T})\ndef f(n): return ALL[n]', {"A": "a"}),
        ('T = {"A": "a"}\ndef add(name):\n    T[name] = 1\nclass C:\n    def add(self): T.clear()', {"A": "a"}),
        ('T = {"A": "a"}\ndef late():\n    add("B")\ndef add(name):\n    T[name] = 1', {"A": "a"}),
        ('T = {"A": "a"}\nif __name__ == "__main__":\n    T.clear()\n    add(T)', {"A": "a"}),
        ('from x import *\nT = {"A": "a"}', {"A": "a"}),
    ],
)  # fmt: skip
def test_what_a_table_holds(text: str, expected: dict[str, Any]) -> None:
    assert rows(text) == expected
    assert unresolved(text) == []


def test_a_key_has_the_line_of_the_entry_that_wins_and_a_table_its_parts() -> None:
    text = 'A = {\n    "X": "1",\n}\nB = {\n    "X": "2",\n    "Y": "3",\n}\nT = {**A, **B}\n'
    table = table_facts(text.encode())["tables"]["T"]
    assert table == {"line": 8, "rows": [["X", 5, "2", None], ["Y", 6, "3", None]], "parts": ["A", "B"]}


def test_what_the_module_imports_is_told_beside_its_tables() -> None:
    text = "from .a import A, B as C\nimport d\ntry:\n    from e import F\nexcept ImportError:\n    F = 0\n"
    imports = table_facts(text.encode())["imports"]
    assert imports == {"A": [1, "a", "A"], "C": [1, "a", "B"], "F": [0, "e", "F"]}


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ('T = {"A": "a"}\nif rocm():\n    T["B"] = "b"', {"A": None, "B": "rocm()"}),
        ('T = {"A": "a"}\nif rocm():\n    T["A"] = "a"', {"A": None}),
        ('T = {"A": "a"}\nif rocm():\n    del T["A"]', {"A": "not (rocm())"}),
        ('if rocm():\n    T = {"A": "a"}\nelse:\n    T = {"B": "b"}', {"A": "rocm()", "B": "not (rocm())"}),
        ('if rocm():\n    T = {"A": "a"}\nelse:\n    T = {"A": "a"}', {"A": None}),
        ('T = {"A": "a"}\nif rocm():\n    T = {"B": "b"}', {"A": "not (rocm())", "B": "rocm()"}),
        ('T = {}\nif x:\n    T["A"] = "a"\nif y:\n    T["A"] = "a"', {"A": "x or y"}),
        # between the two `x` may have changed
        ('T = {}\nif x:\n    pass\nelse:\n    T["A"] = "a"\nif x:\n    T["A"] = "a"', {"A": "not (x) or x"}),
        ('T = {}\nif x:\n    T["A"] = "a"\n    T["A"] = "a"', {"A": "x"}),
        ('T = {}\nif x:\n    T["A"] = "a"\nT["A"] = "b"', {"A": None}),
        ('U = {}\nif x:\n    U["A"] = "a"\nif y:\n    T = {**U, "B": "b"}', {"A": "x and y", "B": "y"}),
        (
            'T = {}\ntry:\n    T["A"] = "a"\nexcept ImportError:\n    T["B"] = "b"\nelse:\n    T["C"] = "c"',
            {"B": "the try at line 2 fails"} | dict.fromkeys("AC", "the try at line 2 succeeds"),
        ),
        ('T = {}\nwith suppress(E):\n    T["A"] = "a"', {"A": "the with at line 2 succeeds"}),
        ('T = {}\nwith quiet():\n    T["A"] = "a"', {"A": None}),
        ('T = {"A": "a"}\nif x and T.pop("A"): pass', {"A": None}),
    ],
)
def test_under_which_condition_a_row_is_there(text: str, conditions: dict[str, str | None]) -> None:
    table = table_facts(text.encode())["tables"]["T"]
    assert {key: condition for key, _, _, condition in table["rows"]} == conditions


ADD = 'T = {"A": "a"}\ndef add(name):\n    T[name] = 1\n'


@pytest.mark.parametrize(
    ("text", "left", "where"),
    [
        ('T = {"A": "a", name(): "b"}', ["A"], [("T", 1)]),
        ('T = {"A": "a", **other()}', ["A"], [("T", 1)]),
        ('T = {"A": "a"} if x else {"B": "b"}', [], [("T", 1)]),
        ('T = OrderedDict([("A", "a"), pair(), ("B", "b", "c")])', ["A"], [("T", 1), ("T", 1)]),
        ('T = {"A": "a"}\nT.update(other())', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nT.clear()', ["A"], [("T", 2)]),
        ("T = {k: v for k, v in things()}", [], [("T", 1)]),
        ("T = {k: v for k in A for v in B}", [], [("T", 1)]),
        (PAIRS + "T = {k: v for k, v in U.items() if len(k) > 1}", [], [("T", 2)]),
        (PAIRS + "T = {v: k for k, v in U.items()}", [], [("T", 2)]),
        (PAIRS + "T = {k: 'a' for k in U}", [], [("T", 2)]),
        ('U = {"A": "a", **other()}\nT = {**U}', ["A"], [("U", 1), ("T", 1)]),
        # two values
        ('T = {"A": "a"}\nif x:\n    T["A"] = "b"', ["A"], [("T", 3)]),
        ('if x:\n    T = {"A": "a"}\nelse:\n    T = {"A": "b"}', ["A"], [("T", 2)]),
        # loops
        ('T = {"A": "a"}\nfor x in things():\n    T[x] = x', ["A"], [("T", 3)]),
        ('T = {"A": "a"}\nfor x in ["B"]:\n    if y: continue\n    T[x] = x', ["A"], [("T", 4)]),
        ('T = {"A": "a"}\nfor x in ["B"]:\n    x = "C"\n    T[x] = x', ["A"], [("T", 4)]),
        ('T = {"A": "a"}\nfor x, y in [("B", "b")]:\n    T[x] = y', ["A"], [("T", 3)]),
        ('N = ["B"]\nT = {"A": "a"}\nN.append("C")\nfor x in N:\n    T[x] = x', ["A"], [("T", 5)]),
        ('N = ["B"]\nM = N\nT = {"A": "a"}\nM.append("C")\nfor x in N:\n    T[x] = x', ["A"], [("T", 6)]),
        ('T = {"A": "a"}\nwhile more():\n    T["B"] = "b"', ["A"], [("T", 3)]),
        ('T = {"A": "a"}\nmatch x:\n    case 1:\n        T["B"] = "b"', ["A"], [("T", 4)]),
        ('T = {"A": "a"}\nfor T in x: pass', [], [("T", 2)]),
        ('U = {"A": "a"}\nfor _ in [0]:\n    T = {**U, "B": "b"}', [], [("T", 2), ("_", 2)]),
        # what else holds it
        ('T = X.t = {"A": "a"}\nX.t["B"] = "b"', ["A"], [("T", 1)]),
        ('T = X["t"] = {"A": "a"}', ["A"], [("T", 1)]),
        ('U = {"A": "a"}\nT, V = U, U', [], [("U", 2), ("V", 2), ("T", 2)]),
        ('U = {"A": "a"}\nT = U or {}', [], [("U", 2), ("T", 2)]),
        ('T = {"A": "a"}\nregister(T)', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nother.sorted(T)', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\ndef len(x): x.clear()\nlen(T)', ["A"], [("T", 3)]),
        ('T = {"A": "a"}\nU = T\nU.clear()', ["A"], [("U", 3), ("T", 3)]),
        ('U = {"A": "a"}\nT = types.MappingProxyType(U)\nU["B"] = "b"', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nif x:\n    U = T', ["A"], [("U", 3), ("T", 3)]),
        ('U = T = {"A": "a"}\nif x:\n    T = {}', ["A"], [("T", 3), ("U", 3)]),
        ('T = {"A": "a"}\nALL = {"t": T}\nALL["t"]["B"] = "b"', ["A"], [("T", 2), ("ALL", 3)]),
        ('T = {"A": "a"}\nX.t = T', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nclass C:\n    t = T', ["A"], [("T", 2)]),
        ('T = {"A": ["a"]}\nT["A"].append("b")', ["A"], [("T", 2), ("T", 2)]),
        # changes inside of expressions
        ('T = {"A": "a"}\nprint(T.pop("A"))', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\ndict.update(T, B="b")', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nif not T.pop("A"): pass', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nx = [T := {}]', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nT["B"], x = "b", 1', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nT["A"] += "b"', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nclass C:\n    T["B"] = "b"', ["A"], [("T", 3)]),
        # under a condition
        ('T = {"A": "a"}\nif x:\n    T = other()', ["A"], [("T", 3)]),
        ('T = {"A": "a"}\nif x:\n    del T', ["A"], [("T", 3)]),
        ('T = None\nif x:\n    T = {"A": "a"}', ["A"], [("T", 3)]),
        ('try:\n    T = {"A": "a"}\n    import x\nexcept ImportError:\n    T["B"] = "b"', ["A"], [("T", 5)]),
        # functions that run
        (f'{ADD}add("B")', ["A"], [("T", 4)]),
        (f'{ADD}@add("B")\nclass C: ...', ["A"], [("T", 4)]),
        (f"{ADD}@add\nclass C: ...", ["A"], [("T", 4)]),
        (f"{ADD}more = add", ["A"], [("T", 4)]),
        (f'{ADD}def more():\n    add("B")\nx = 1\nmore()', ["A"], [("T", 7)]),
        ('T = {"A": "a"}\ndef make():\n    global T\n    T = {}\nmake()', ["A"], [("T", 5)]),
        ('T = {"A": "a"}\ndef f():\n    return T\nf()["B"] = "b"', ["A"], [("T", 4)]),
        ('T = {"A": "a"}\nclass C:\n    def __init__(self): T.clear()\nC()', ["A"], [("T", 4)]),
        ('T = {"A": "a"}\n(lambda: T.clear())()', ["A"], [("T", 2)]),
        # anything may have changed
        ('T = {"A": "a"}\nexec(text)', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nglobals()["T"] = {}', ["A"], [("T", 2)]),
        ('T = {"A": "a"}\nfrom x import *', ["A"], [("T", 2)]),
        # names in keys
        ('K = "A"\nK = name()\nT = {K: "a", "B": "b"}', ["B"], [("T", 3)]),
        ('K = "A"\n[K := "B" for _ in [0]]\nT = {K: "a", "B": "b"}', ["B"], [("T", 3)]),
        ('K = "A"\nif x:\n    K = "B"\nT = {K: "a", "B": "b"}', ["B"], [("T", 4)]),
        ('K = "A"\nexec(text)\nT = {K: "a", "B": "b"}', ["B"], [("T", 3)]),
        ("T = {", [], [("", 1)]),
    ],
)
def test_what_cannot_be_read_is_said(text: str, left: list[str], where: list[tuple[str, int]]) -> None:
    assert list(rows(text)) == left
    assert unresolved(text) == where


@pytest.mark.parametrize(
    "text", ["T = things()", "T = manager.dict(A='a')", "def dict(**_): ...\nT = dict(A='a')", "T = [1]"]
)
def test_what_is_no_dict_is_no_table(text: str) -> None:
    assert table_facts(text.encode())["tables"] == {}


# -- keys that are attributes of classes --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("T = {c.key: c for c in [A, B]}", {"A.key": 1, "B.key": 1}),
        ("T = {\n    c.key: c\n    for c in (\n        A,\n        B,\n    )\n}", {"A.key": 4, "B.key": 5}),
        ("T = {m.config.name: m for m in [A]}", {"A.config.name": 1}),
        ("L = [A]\nT = {c.key: c for c in L}", {"A.key": 1}),
        ("L = [A]\nT = {c.key: c for c in L + [B]}", {"A.key": 1, "B.key": 2}),
        ("L = (A,)\nT = {c.key: c for c in [*L, B]}", {"A.key": 1, "B.key": 2}),
        ("T = {c.key: {'m': c} for c in [A]}", {"A.key": 1}),
        ("T = {c.key: c for c in []}", {}),
        ("T = {c.key: c for c in [A, A]}", {"A.key": 1}),
        ("T = {'x': A, **{c.key: c for c in [B]}}", {"x": 1, "B.key": 1}),
        ("T = {c.key: c for c in [A]}\nT['x'] = B\nT.update({'y': A, 'z': B})", {"A.key": 1, "x": 2, "y": 3, "z": 3}),
        ("T = {c.key: c for c in [A]}\nT.update({c.key: c for c in [B]})", {"A.key": 1, "B.key": 2}),
        ("T = {c.key: c for c in [A]}\nfor n in ['x', 'y']:\n    T[n] = B", {"A.key": 1, "x": 3, "y": 3}),
    ],
)  # fmt: skip
def test_a_comprehension_over_classes_has_a_key_for_each(text: str, keys: dict[str, int]) -> None:
    facts = table_facts(text.encode(), of_classes=True)
    assert {key: line for key, line, _, _ in facts["tables"]["T"]["rows"]} == keys
    assert facts["unresolved"] == []
    if "c.key" in text and keys:
        assert ["T", text[: text.index("T")].count("\n") + 1] in [
            each[:2] for each in table_facts(text.encode())["unresolved"]
        ]


def test_the_value_of_such_a_key_is_the_class() -> None:
    facts = table_facts(b"T = {c.key: c for c in [A]}\nU = {c.key: {'m': c} for c in [A]}\n", of_classes=True)
    assert facts["tables"]["T"]["rows"] == [["A.key", 1, {"name": "A"}, None]]
    assert facts["tables"]["U"]["rows"] == [["A.key", 2, None, None]]


OF_A = "T = {c.key: c for c in [A]}"


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        (f"if x:\n    {OF_A}\nelse:\n    T = {{c.key: c for c in [B]}}", {"A.key": "x", "B.key": "not (x)"}),
        (f"try:\n    {OF_A}\nexcept E:\n    T = {{}}", {"A.key": "the try at line 1 succeeds"}),
        (
            f"{OF_A}\ntry:\n    from x import B\n    T['x'] = B\nexcept E:\n    pass",
            {"A.key": None, "x": "the try at line 2 succeeds"},
        ),
    ],
)
def test_classes_under_a_condition(text: str, conditions: dict[str, str | None]) -> None:
    facts = table_facts(text.encode(), of_classes=True)
    assert {key: condition for key, _, _, condition in facts["tables"]["T"]["rows"]} == conditions
    assert facts["unresolved"] == []


@pytest.mark.parametrize(
    ("text", "keys", "lines"),
    [
        ("T = {c.key: c for c in [A, make()]}", ["A.key"], [1]),
        ("T = {c.key: c for c in [A] if c.ok}", [], [1]),
        ("T = {c.key: c for c in [A] for _ in [1]}", [], [1]),
        ("T = {c.key: c for c in classes()}", [], [1]),
        ("T = {c.key.lower(): c for c in [A]}", [], [1]),
        ("T = {c.key[0]: c for c in [A]}", [], [1]),
        ("T = {key(c): c for c in [A]}", [], [1]),
        ("T = {d.key: c for c in [A]}", [], [1]),
        ("L = [A]\nL.append(B)\nT = {c.key: c for c in L}", [], [2]),
        ("T = {c.key: c for c in L}", [], [1]),
        ("L = [A]\nT = {c.key: c for c in [*L, *more()]}", ["A.key"], [2]),
        ("T = {c.key: c for c in " + "[*" * 150 + "[A]" + "]" * 150 + "}", [], [1]),
        ("T = {c.key: c for c in " + "[A] + " * 150 + "[A]}", [], [1]),
    ],
)
def test_classes_that_are_not_written_out(text: str, keys: list[str], lines: list[int]) -> None:
    facts = table_facts(text.encode(), of_classes=True)
    assert [key for key, _, _, _ in facts["tables"]["T"]["rows"]] == keys
    assert [line for _, line, _ in facts["unresolved"]] == lines


# -- constants of other modules -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "keys", "where"),
    [
        ('from .c import A\nT = {A: "a"}', ["Gemma"], []),
        ('from .c import B\nT = {B: "a"}', [], [("T", 2)]),
        ('from .c import A\nA = name()\nT = {A: "a"}', [], [("T", 3)]),
        ('A = "Own"\nT = {A: "a"}', ["Own"], []),
    ],
)
def test_constants_of_another_module_can_be_keys(text: str, keys: list[str], where: list[Any]) -> None:
    assert list(rows(text, A="Gemma")) == keys
    assert unresolved(text, A="Gemma") == where


# -- hostile ------------------------------------------------------------------------------------------

MANY = "".join(f"T{at} = {{'A': 'a'}}\n" for at in range(2_000))
HOSTILE = {
    "tables of tables": "T0 = {'k': 'v'}\n"
    + "".join(f"T{at} = {{{f'**T{at - 1}, ' * 9}'k{at}': 'v'}}\n" for at in range(1, 1_000)),
    "50,000 rows": "T = {" + "'A': 'a', " * 50_000 + "}",
    "anything for many tables": MANY + "exec(x)\n" * 2_000,
    "many tables that may be the same": MANY + "if x:\n" + "    T1 = T2\n" * 2_000,
    "many functions": MANY + "".join(f"def f{at}(): T{at}.clear(); f{at + 1}()\n" for at in range(2_000)) + "f0()\n",
    "many branches": "if x:\n    T = {}\n" + "elif x:\n    T = other()\n" * 2_500,
    "many turns": "T = {}\nfor x in [" + "'a', " * 5_000 + "]:\n" + "    T[x] = 1\n" * 5_000,
    "long turns": "T = {}\nfor x in [" + "'a', " * 1_000 + "]:\n    T[x] = [" + "a, " * 20_000 + "]\n",
    "many copies": "T = {" + "".join(f"'A{at}': 1, " for at in range(5_000)) + "}\n" + "if x: T = {}\n" * 5_000,
    "deep spreads": "T = {" + "**{" * 90 + "}" * 90 + ", name(): 1}",
    "a long sum": "T = {}" + " | {}" * 2_000,
    "a long chain": "T = {}\nT" + ".pop('A')" * 900 + "\n",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_has_no_end_is_given_up_and_said(name: str) -> None:
    facts = table_facts(HOSTILE[name].encode())
    assert 0 < len(facts["unresolved"]) <= 201
    assert sum(len(table["rows"]) for table in facts["tables"].values()) <= 50_000


def test_where_too_much_is_unresolved_the_last_place_stands_for_all_tables() -> None:
    facts = table_facts(HOSTILE["anything for many tables"].encode())
    assert facts["unresolved"][-1] == ["", 2_001, "too much of the module is not written out"]
    assert {name for name, _, _ in facts["unresolved"][:-1]} == {f"T{at}" for at in range(200)}


@pytest.mark.parametrize("branches", [50, 900, 2_500, 20_000])
def test_many_branches_are_read_or_said_to_be_too_many(branches: int) -> None:
    text = 'if x0:\n    T = {"A": "a"}\n' + "".join(
        f'elif x{at}:\n    T = {{"A": "a"}}\n' for at in range(1, branches)
    )
    facts = table_facts(text.encode())
    assert bool(facts["unresolved"]) != bool(facts["tables"])
    assert len(str(facts)) < 50_000


@pytest.mark.parametrize(
    "text",
    [
        'T = {"A": "a", "B": ' + "-" * 100 + "1}",
        'T = {"A": "a", "B": 10 ** 9, "C": ' + "9" * 4_000 + "}",
        'T = {"A": "a"}\n' + "x = 1\n" * 5_000,
        'T = {"A": "a"}\n' + "def f(): return T\n" * 5_000,
        "T = {" + "".join(f"'A{at}': 'a'," for at in range(19_999)) + "'A': 'a'}",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_much_beside_a_table_does_it_no_harm(text: str) -> None:
    assert rows(text)["A"] == "a"
    assert unresolved(text) == []


@given(st.binary(max_size=60) | st.text("TUAB'\"{}[]()*:=,.|#\n \tfordelinpup1", max_size=60).map(str.encode))
def test_any_bytes_are_tables_or_unresolved(data: bytes) -> None:
    facts = table_facts(data, of_classes=True)
    assert all(line > 0 for _, line, _ in facts["unresolved"])
    assert not (facts["tables"] and ["", 1] in [each[:2] for each in facts["unresolved"]])
