"""The law of tables: what is read of a module is what running it gives, or it is said to be unresolved."""

from __future__ import annotations

import builtins
import re
import types
from collections import OrderedDict
from contextlib import nullcontext, suppress
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from archtrack.core.python.tables import table_facts

TABLES = st.sampled_from(["T", "T", "T", "U", "V"])
CONDITIONS = st.sampled_from(
    ["yes", "no", "not no", "bool(1)", "bool()", "TYPE_CHECKING", "not TYPE_CHECKING", "T", "'A' in T"]
) | st.just("yes and no")


def filled(template: str, **parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A template whose ``<name>`` are drawn, each anew."""
    pieces = re.split(r"<(\w)>", template)

    def join(drawn: tuple[str, ...]) -> str:
        return "".join(map("".join, zip(pieces[::2], (*drawn, ""), strict=True)))

    return st.tuples(*(parts[name] for name in pieces[1::2])).map(join)


def one_of(*templates: str, **parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(*(filled(template, **parts) for template in templates))


KEYS = st.sampled_from(
    ["'A'", "'A'", "'B'", "'C'", "P", "f'{P}x'", "P + 'y'", "('t', 'A')", "('t', P)", "name()"]
)
VALUES = st.sampled_from(["'a'", "'b'", "P", "('a', 'X')", "['b', P]", "X", "True", "1", "name()", "None"])
CLASSES = st.sampled_from(
    ["[X]", "[X, Y]", "(X, Z)", "L", "L + [Z]", "[*L, X]", "[X, *M]", "[make()]", "list(L)"]
)
ATTRIBUTES = st.sampled_from(
    ["c.key", "c.key", "c.config.name", "c.bad.name", "c.key.lower()", "c.key[0]", "key(c)", "c.alias"]
)


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    parts = {"k": KEYS, "v": VALUES, "e": inner, "t": TABLES}
    return st.one_of(
        one_of("{<k>: <v>, <k>: <v>}", "{**<e>, <k>: <v>}", "{<k>: <v>, **<e>}", "dict(<e>)", **parts),
        one_of("dict(<e>, A=<v>)", "dict(**<e>, B=<v>)", "dict(B=<v>, **<e>)", **parts),
        one_of("OrderedDict([(<k>, <v>), *<e>.items()])", **parts),
        one_of("OrderedDict([*list(<e>.items()), (<k>, <v>)])", "dict(((<k>, <v>), [<k>, <v>]))", **parts),
        one_of("types.MappingProxyType(<e>)", "(<e> | <e>)", "<e>.copy()", "(<e> or <e>)", **parts),
        filled("(<e> if <c> else <e>)", c=CONDITIONS, **parts),
        one_of("{k: v for k, v in <t>.items()}", "{k: v for k, v in <t>.items() if k != <k>}", **parts),
        one_of("{k: v for k, v in <t>.items() if k in ('A', 'B')}", **parts),
        one_of("{k: v for k, v in <t>.items() if k not in ['A', P]}", **parts),
        one_of("{k: v for k, v in <t>.items() if v == 'a'}", **parts),
        one_of("{k: c for k, (m, c) in <t>.items() if m == 'a'}", **parts),
        one_of("{v: k for k, v in <t>.items()}", "{k: (v, 'z') for k, v in <t>.items()}", **parts),
        one_of("{k: 'z' for k in <t>}", "{'A': v for k, v in <t>.items()}", **parts),
        one_of("{T: v for T, v in <t>.items()}", **parts),
    )


MADE = filled("{<a>: c for c in <l>}", a=ATTRIBUTES, l=CLASSES) | filled(
    "{<a>: <b> for c in <l>}",
    a=ATTRIBUTES,
    b=st.sampled_from(["c", "X", "c.config", "'z'", "{'m': c}"]),
    l=CLASSES,
)
PLAIN = st.sampled_from(
    ["{}", "{'A': 'a'}", "{'A': 'a', 'B': ('a', 'X'), 'C': 'c'}", "dict()", "OrderedDict()"]
)
EXPRESSIONS = st.recursive(
    PLAIN | TABLES | MADE | st.sampled_from(["other()", "dict(other())", "dict(A='a', C=P)"]),
    compound,
    max_leaves=3,
)
PARTS = {"t": TABLES, "e": EXPRESSIONS, "k": KEYS, "v": VALUES, "c": CONDITIONS, "l": CLASSES}
SIMPLE = st.one_of(
    one_of("<t> = <e>", "<t> = <e>", "<t>: dict = <e>", "<t> = <t> = <e>", "<t>, <t> = <e>, <e>", **PARTS),
    one_of("<t> |= <e>", "<t>[<k>] = <v>", "<t>[<k>] = <v>", "<t>[<k>] = <t>[<k>] = <v>", **PARTS),
    one_of("<t>[<k>]: str = <v>", "<t>[<k>], x = <v>, 1", "<t>[<k>] += 'x'", "<t>.update(<e>)", **PARTS),
    one_of("<t>.update(<e>)", "<t>.update(<e>, A=<v>)", "<t>.update([(<k>, <v>)])", **PARTS),
    one_of("<t>.update(B=<v>)", "<t>.update(**<e>)", "del <t>[<k>]", "<t>.pop(<k>, None)", **PARTS),
    one_of("x = <t>.pop(<k>, None)", "x = [<t>.pop(<k>, None)]", **PARTS),
    one_of("print([<t>.pop(<k>, '')], end='\\r')", "if <t>.pop(<k>, None): <t>[<k>] = <v>", **PARTS),
    one_of("<t>.setdefault(<k>, <v>)", "<t>.clear()", "del <t>", "<t>.__setitem__(<k>, <v>)", **PARTS),
    one_of("<t>.__ior__(<e>)", "dict.update(<t>, <e>)", "(<t>)[<k>] = <v>", **PARTS),
    one_of("<t>['C'].append('z')", "<t>.get('C', []).append('z')", **PARTS),
    one_of("x = <t>.get('C', [])\nx.append('z')", "x = list(<t>.values())[0]\nx.append('z')", **PARTS),
    one_of("x = [<t>['C']]\nx[0].append('z')", "for x in <t>.values(): x.append('z')", **PARTS),
    one_of("def f(x): x.append('z')\nf(<t>.get('C', []))", **PARTS),
    one_of("x = (<t>.pop(k, 1) for k in ['A'])\nlist(x)", "[<t>, *x] = [<e>, 1]", "<t>: dict", **PARTS),
    # loops
    one_of("for x in ['A', 'D']: <t>[x] = <v>", "for x in ('A', P): <t>[x] = x", **PARTS),
    one_of("for x in N: <t>[x] = 'n'", "for x in N: <t>.pop(x, None)", **PARTS),
    one_of("for x in ['A']: del <t>[x]", "for x in ['A', 'B']:\n    <t>[f'{x}Z'] = x\n    P = x", **PARTS),
    one_of("for P in ['A', 'B']: <t>[P] = P", "for x in ['A', 'B']: <t>.update({x: x})", **PARTS),
    one_of("for x in ['A', 'B']:\n    if x == 'A': <t>[x] = x", **PARTS),
    one_of("for x in ['A', 'B']: N.append(x); break", "for x in []: <t>[x] = x", **PARTS),
    one_of("for x in ['A']: <t> = <e>", "for k, v in <t>.items(): <t>[k] = v", **PARTS),
    one_of("for k in list(<t>): <t>.pop(k)", "for <t> in [<e>]: pass", **PARTS),
    one_of("for <t> in ['A', 'B']: <t>[<t>] = 'x'", **PARTS),
    one_of("for x in ['A', 'B']:\n    x = 'z'\n    <t>[x] = 'q'", **PARTS),
    one_of("for x in ['A', 'B']: <t>[x] = (x := 'z')", "while <t>: <t>.popitem()", **PARTS),
    # functions
    one_of("def f(): <t>[<k>] = <v>\nf()", "def f(): <t>[<k>] = <v>", **PARTS),
    one_of("def f(d): d['D'] = 'd'\nf(<t>)", "def f(n): <t>[n] = 'n'\ng = f\ng('D')", **PARTS),
    one_of("def f(n): <t>[n] = 'n'\nx = list(map(f, ['D']))", **PARTS),
    one_of("def f(): <t>.clear()\ndef g(): f()\ng()", **PARTS),
    one_of("def f(n):\n    def g(c): <t>[n] = c\n    return g\n@f('D')\nclass W: pass", **PARTS),
    one_of("def f(c): <t>['D'] = c\n@f\nclass W: pass", **PARTS),
    one_of("def f():\n    global <t>\n    <t> = <e>\nf()", "def f(d=<t>): d['D'] = 'd'\nf()", **PARTS),
    one_of("def f(): return <t>\nf()['D'] = 'd'", "def f():\n    x = <t>\n    x['D'] = 'd'\nf()", **PARTS),
    one_of("(lambda: <t>.clear())()", "f = lambda: <t>\nf()['D'] = 'd'", **PARTS),
    one_of("class W:\n    def __init__(self): <t>['D'] = 'd'\nW()", **PARTS),
    one_of("class W:\n    def add(self): <t>['D'] = 'd'\nW().add()", **PARTS),
    one_of("class W:\n    <t>['D'] = 'd'", "class W:\n    t = <t>\n    t['D'] = 'd'", **PARTS),
    one_of("class W:\n    <t> = {}", **PARTS),
    one_of("class W:\n    def __init_subclass__(cls): <t>['D'] = 'd'\nclass Q(W): pass", **PARTS),
    one_of("class W:\n    @property\n    def p(self): <t>['D'] = 'd'\nW().p", **PARTS),
    one_of("class W:\n    @staticmethod\n    def p(): <t>['D'] = 'd'\nW.p()", **PARTS),
    one_of("class W:\n    def p(): <t>['D'] = 'd'\n    p()", **PARTS),
    one_of("def f(): yield <t>.clear()\nlist(f())", "def f(g=lambda: <t>): g()['D'] = 'd'\nf()", **PARTS),
    one_of("def f():\n    def g(): <t>.clear()\n    return g\nf()()", **PARTS),
    # other holders
    one_of("x = <t>\nx['D'] = 'd'", "x = {'t': <t>}\nx['t']['D'] = 'd'", **PARTS),
    one_of("x = [<t>]\nx[0]['D'] = 'd'", "x = (<t>, 1)[0]\nx['D'] = 'd'", **PARTS),
    one_of("X.table = <t>\nX.table['D'] = 'd'", "x = <t> or 1\nx['D'] = 'd'", **PARTS),
    one_of("(x := <t>)['D'] = 'd'", "x = [(<t> := <e>)]", "x = [<t>.update(<e>) for _ in 'ab']", **PARTS),
    one_of("x = f'{<t>.clear()}'", "x = dict(t=<t>)\nx['t']['D'] = 'd'", "x = {'t': <t>}", **PARTS),
    one_of("<t>['D'] = <t>\n<t>['D']['D'] = 'd'", "try: fails()\nexcept ImportError as <t>: pass", **PARTS),
    one_of("globals()['<t>'] = <e>", "globals()['T']['D'] = 'd'", "exec(\"T['D'] = 'd'\")", **PARTS),
    one_of("vars()['T'] = <e>", **PARTS),
    # what only looks
    one_of("print(len(<t>), sorted(<t>), 'A' in <t>, <t>.get('A'))", "x = [k for k in <t>]", **PARTS),
    one_of("assert <t> or not <t>", **PARTS),
    # names beside the tables
    st.sampled_from(
        [
            "P = 'C'",
            "P += 'z'",
            "exec(\"P = 'e'\")",
            "def f(): globals()['P'] = 'e'\nf()",
            "P = name()",
            "for P in 'ab': pass",
            "Q = P\nP = Q + 'q'",
            "def f():\n    global P\n    P = 'g'\nf()",
            "N.append('E')",
            "N = ['F', P]",
            "N += ['G']",
            "del N[0]",
            "N, x = ['H'], 1",
            "L.append(Z)",
            "L = L + [Z]",
            "L += [X]",
            "L = [Z]",
            "M = L",
            "M = L\nM.append(Z)",
            "K = N\nK.append('E')",
            "N = K = ['A']\nK.append('E')",
            "def f(x): x.append('E')\nf(N)",
            "def f(): return L\nf().append(Z)",
            "X = Y",
            "def len(d): d.clear()",
            "def list(x): return [('D', 'd')]",
            "def dict(*_, **__): return {}",
            "OrderedDict = other",
            "from stars import *",
            "from stars import T",
            "import stars as T",
            "del P",
            "M = [*L]\nL.append(X)",
            "yes, no = no, yes",
            "no = 1",
        ]
    ),
)


def indented(text: str) -> str:
    return "\n".join("    " + line for line in text.split("\n"))


BLOCKS = st.lists(SIMPLE, min_size=1, max_size=2).map("\n".join)
NESTED = st.one_of(
    SIMPLE,
    SIMPLE,
    SIMPLE,
    SIMPLE,
    st.tuples(CONDITIONS, BLOCKS).map(lambda each: f"if {each[0]}:\n{indented(each[1])}"),
    st.tuples(CONDITIONS, BLOCKS, BLOCKS).map(
        lambda each: f"if {each[0]}:\n{indented(each[1])}\nelse:\n{indented(each[2])}"
    ),
    st.tuples(CONDITIONS, CONDITIONS, BLOCKS, BLOCKS).map(
        lambda each: f"if {each[0]}:\n{indented(each[2])}\nelif {each[1]}:\n{indented(each[3])}"
    ),
    st.tuples(SIMPLE, SIMPLE, SIMPLE, st.sampled_from(["pass", "fails()"])).map(
        lambda each: (
            f"try:\n{indented(each[0])}\n    {each[3]}\n{indented(each[1])}\nexcept Exception:\n{indented(each[2])}"
        )
    ),
    st.tuples(SIMPLE, st.sampled_from(["quiet()", "quiet() as x", "suppress(Exception)"])).map(
        lambda each: f"with {each[1]}:\n{indented(each[0])}"
    ),
    SIMPLE.map(lambda text: f"match 1:\n    case 1:\n{indented(indented(text))}"),
)
PRELUDE = """\
P = 'p'
N = ['A', 'B']
L = [X]
M = [Y]
U = {'A': 'a', 'B': ('a', 'X'), 'C': ['c']}
V = {'B': 'b'}
T = {'A': 'a'}
"""
LAST = "T = {'A': 'a'}\n"
PRELUDES = st.sampled_from([*[PRELUDE] * 6, PRELUDE.removesuffix(LAST), f"{PRELUDE}T = None\n"])
MODULES = st.tuples(PRELUDES, st.lists(NESTED, min_size=1, max_size=4)).map(
    lambda each: each[0] + "\n".join([*each[1], ""])
)


def fails() -> None:
    raise ImportError


def run(text: str) -> dict[str, Any] | None:
    """The names of a module after it was run; None where it fails."""
    config = type("C", (), {"name": "cn"})
    space: dict[str, Any] = {
        name: type(name, (), {"key": f"k{name}", "config": config, "bad": 1, "alias": name.lower()})
        for name in "XYZ"
    }
    space |= {"OrderedDict": OrderedDict, "types": types, "TYPE_CHECKING": False, "yes": True, "no": False}
    space |= {"name": lambda: "nm", "other": lambda: {"O": "o"}}
    space |= {"make": lambda: space["X"], "key": lambda c: c.key}
    space |= {"print": lambda *_, **__: None, "fails": fails, "quiet": nullcontext, "suppress": suppress}
    stars = types.ModuleType("stars")
    vars(stars).update(T={"S": "s"}, P="star", N=["S"])
    space["__builtins__"] = {**vars(builtins), "__import__": lambda *_: stars}
    try:
        exec(compile(text, "m.py", "exec"), space)  # noqa: S102 -- text that this test wrote
    except Exception:  # noqa: BLE001 -- whatever a made-up module raises
        return None
    return space


def key_of(key: str, space: dict[str, Any]) -> Any:
    """The key for which a row stands: that of a class's attribute is ``Class.attribute``."""
    name, _, path = key.partition(".")
    if not path:
        return tuple(key.split()) if " " in key else key
    found = space[name]
    for attribute in path.split("."):
        found = getattr(found, attribute, None)
    return found


def agrees(said: Any, real: Any, space: dict[str, Any]) -> bool:
    """Whether a value is what was read of it; None stands for what is not told."""
    if said is None:
        return True
    if isinstance(said, dict):
        return real is space[said["name"]]
    if isinstance(said, list):
        return (
            isinstance(real, (list, tuple))
            and len(said) == len(real)
            and all(agrees(*each, space) for each in zip(said, real, strict=True))
        )
    return bool(said == real and type(said) is type(real))


@given(MODULES)
def test_a_table_is_what_running_the_module_gives_or_unresolved(text: str) -> None:
    space = run(text)
    facts = table_facts(text.encode(), of_classes=True)
    unresolved = {name for name, _, _ in facts["unresolved"]}
    assert all(0 < line <= text.count("\n") + 1 for _, line, _ in facts["unresolved"])
    if space is None or "" in unresolved:
        return
    for name, table in facts["tables"].items():
        if name in unresolved or name not in "TUV":
            continue
        event("resolved")
        rows = {key_of(key, space): (value, condition) for key, _, value, condition in table["rows"]}
        certain = {key for key, (_, condition) in rows.items() if condition is None}
        real = space.get(name, {})
        assert isinstance(real, (dict, types.MappingProxyType)), name
        assert certain <= set(real) <= set(rows), name
        for key, value in real.items():
            assert agrees(rows[key][0], value, space), (name, key)
