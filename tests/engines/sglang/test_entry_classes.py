"""The law of the registry: what is read of a module is what running it gives, or it is said to be unresolved."""

from __future__ import annotations

import builtins
import types
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archtrack.core.python.changes import HIDDEN
from archtrack.core.python.module import Module
from archtrack.core.python.names import Modules, all_names
from archtrack.engines.sglang.entry_classes import changed_elsewhere, module_facts, registered

if TYPE_CHECKING:
    from collections.abc import Mapping

MODULES = ("a", "b", "c")
NAMES = st.sampled_from(["A", "B", "C"])
LISTS = st.sampled_from(["EntryClass", "EntryClass", "L"])
OTHERS = st.sampled_from(MODULES)
CONDITIONS = st.sampled_from(
    ["True", "False", "1", "not TYPE_CHECKING", "TYPE_CHECKING", "bool(1)", "bool()", "A is B"]
)


def items(each: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(each, max_size=3).map(lambda found: "[" + ", ".join(found) + "]")


CLASSES = NAMES | st.tuples(OTHERS, NAMES).map(".".join)
VALUES = st.one_of(
    CLASSES,
    items(CLASSES),
    items(CLASSES | st.just("*L")),
    LISTS,
    st.tuples(LISTS, items(CLASSES)).map(" + ".join),
    st.tuples(CLASSES, CONDITIONS, items(CLASSES)).map(lambda each: f"{each[0]} if {each[1]} else {each[2]}"),
    st.sampled_from(
        [
            "[x for x in L]",
            '[type(f"{n}X", (A,), {}) for n in ("P", "Q")]',
            'type("T" + "U", (), {})',
            "(A, B)",
            "list(L)",
            "L[0]",
            "L[-1]",
            "globals()['A']",
            "{'k': A}['k']",
            "list({'k': A, 'l': B}.values())",
            '"A"',
            "None",
            "len(L)",
            "(A := B)",
            "sorted([])",
            "(\n    A\n)",
            "[\n    # B,\n    A,\n]",
        ]
    ),
)
SIMPLE = st.one_of(
    NAMES.map(lambda name: f"class {name}: pass"),
    NAMES.map(lambda name: f"class {name}:\n    '''EntryClass = [{name}]\nclass A: pass\n    '''"),
    NAMES.map(lambda name: f"class {name}: pass\n{name}.__name__ = 'R{name}'"),
    NAMES.map(lambda name: f"class {name}: pass\nsetattr({name}, '__name__', 'S{name}')"),
    st.tuples(LISTS, VALUES).map(" = ".join),
    st.tuples(LISTS, LISTS, VALUES).map(" = ".join),
    st.tuples(NAMES, CLASSES).map(" = ".join),
    st.tuples(LISTS, items(CLASSES)).map(" += ".join),
    st.tuples(LISTS, CLASSES).map(lambda each: f"{each[0]}.append({each[1]})"),
    st.tuples(LISTS, items(CLASSES)).map(lambda each: f"{each[0]}.extend({each[1]})"),
    st.tuples(LISTS, VALUES).map(lambda each: f"{each[0]}: list = {each[1]}"),
    st.tuples(OTHERS, NAMES, NAMES).map(lambda each: f"from .{each[0]} import {each[1]} as {each[2]}"),
    st.tuples(OTHERS, NAMES).map(lambda each: f"from .{each[0]} import {each[1]}"),
    st.tuples(OTHERS, LISTS).map(lambda each: f"from .{each[0]} import {each[1]}"),
    OTHERS.map(lambda name: f"from . import {name}"),
    OTHERS.map(lambda name: f"from .{name} import *"),
    st.tuples(LISTS | NAMES).map(lambda each: f"del {each[0]}"),
    st.tuples(LISTS, CLASSES).map(lambda each: f"globals()['{each[0]}'] = {each[1]}"),
    st.tuples(LISTS, CLASSES).map(
        lambda each: f"def f():\n    global {each[0]}\n    {each[0]} = {each[1]}\nf()"
    ),
    st.tuples(LISTS, CLASSES).map(lambda each: f"def f(): {each[0]}.append({each[1]})\nf()"),
    st.tuples(LISTS, CLASSES).map(lambda each: f"def f(x): x.append({each[1]})\nf({each[0]})"),
    st.tuples(LISTS, LISTS).map(lambda each: f"for x in {each[0]}[:2]: {each[1]}.append(x)"),
    st.sampled_from(
        [
            '"""\nEntryClass = [A]\n"""',
            "# EntryClass = A",
            "x = '''\nclass A: pass\nEntryClass = B\n'''",
            "x = dict(\nEntryClass=1\n)",
            "__all__ = ['A', 'L']",
            "__all__ = ['EntryClass']",
            "y = A; EntryClass = A",
            "EntryClass = \\\n    B",
            "if bool(1): A = B",
            "EntryClass, A = [A], B",
            "def g():\n    EntryClass = 1\n    class A: pass",
            "class Z:\n    EntryClass = 1",
            "match 1:\n    case 1: EntryClass = [B]",
            "raise ImportError",
        ]
    ),
)


def indented(text: str) -> str:
    return "\n".join("    " + line for line in text.split("\n"))


NESTED = st.one_of(
    SIMPLE,
    SIMPLE,
    SIMPLE,
    st.tuples(CONDITIONS, SIMPLE, SIMPLE).map(
        lambda each: f"if {each[0]}:\n{indented(each[1])}\nelse:\n{indented(each[2])}"
    ),
    st.tuples(CONDITIONS, SIMPLE).map(lambda each: f"if {each[0]}:\n{indented(each[1])}"),
    st.tuples(SIMPLE, SIMPLE, SIMPLE, st.booleans()).map(
        lambda each: (
            f"try:\n{indented(each[0])}\n{'    import nothing_of_this_name' if each[3] else '    pass'}\n"
            f"{indented(each[1])}\nexcept Exception:\n{indented(each[2])}"
        )
    ),
)
PRELUDE = (
    "TYPE_CHECKING = False",
    "class A: pass",
    "class B: pass",
    "class C: pass",
    "L = [A]",
    "EntryClass = [B]",
)


def texts(statements: int) -> st.SearchStrategy[str]:
    """Modules that mostly run to their end."""
    return st.lists(NESTED, max_size=statements).map(lambda lines: "\n".join([*PRELUDE, *lines, ""]))


TEXTS = texts(4)
PACKAGES = st.tuples(TEXTS, texts(1), texts(1)).map(lambda each: dict(zip(MODULES, each, strict=True)))


def run(texts: Mapping[str, str], name: str) -> list[str] | None:
    """What the registry gets from one module of a package, imported first; None where it fails."""
    loaded: dict[str, types.ModuleType] = {}
    package = types.ModuleType("p")

    def load(short: str) -> types.ModuleType:
        if short not in loaded:
            module = loaded[short] = types.ModuleType(f"p.{short}")
            space = vars(module)
            space["__builtins__"] = {**vars(builtins), "__import__": find}
            exec(compile(texts[short], f"{short}.py", "exec"), space)  # noqa: S102 -- text that this test wrote
            setattr(package, short, module)
        return loaded[short]

    def find(target: str, _globals: Any = None, _locals: Any = None, _from: Any = (), level: int = 0) -> Any:
        if level == 0:
            raise ImportError(target)
        if target:
            return load(target)
        for short in _from:
            load(short)
        return package

    try:
        entry = vars(load(name)).get("EntryClass", [])
        return [each.__name__ for each in (entry if isinstance(entry, list) else [entry])]
    except Exception:  # noqa: BLE001 -- whatever a made-up module raises
        return None


def read(texts: Mapping[str, str], name: str) -> tuple[set[str], set[str], list[tuple[str, int]]]:
    """What is certain, what is possible, and what is not known, of one module."""
    files = {f"p/{short}.py": text.encode() for short, text in texts.items()}
    modules = Modules(exists=files.__contains__, names=lambda path: all_names(Module(files[path], HIDDEN)))
    found = {path: module_facts(data) for path, data in files.items()}
    entries, problems = registered(f"p/{name}.py", found[f"p/{name}.py"], modules)
    problems += changed_elsewhere(found, modules).get(f"p/{name}.py", [])
    assert all(0 < line <= texts[name].count("\n") + 1 for line, _ in entries)
    certain = {each.name for _, each in entries if not each.condition}
    return certain, {each.name for _, each in entries}, problems


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(
    {
        "a": "from .c import EntryClass\nclass A: pass\nEntryClass += [A]\n",
        "b": "",
        "c": "class B: pass\nEntryClass = [B]\nfrom .a import A\n",
    }
)
@given(PACKAGES)
def test_what_is_read_is_what_running_it_gives_or_unresolved(texts: dict[str, str]) -> None:
    for name in MODULES:
        real = run(texts, name)
        if real is None:
            continue
        certain, possible, problems = read(texts, name)
        assert problems or (certain <= set(real) <= possible)


WEIRD = st.sampled_from(
    ["EntryClass", "A", "[", "]", "(", ")", "*", "=", "+=", ":=", ".", ",", ":", "'x'", "f'{A}'", "\n", "\n    ",
     " if ", " else ", " for ", " in ", "type", "lambda ", "not ", "class ", "del ", "global ", "import ", "from . ",
     "1", "-", "{", "}", "@", "...", "await "]
)  # fmt: skip
ANY = (
    st.binary(max_size=80)
    | st.text(max_size=80).map(str.encode)
    | TEXTS.map(lambda text: text[:-9].encode())
    | st.lists(WEIRD, max_size=14).map(lambda parts: "".join(parts).encode())
)


@given(ANY)
def test_any_bytes_give_facts(data: bytes) -> None:
    facts = module_facts(data)
    modules = Modules(exists=lambda _path: True, names=lambda _path: all_names(Module(data, HIDDEN)))
    entries, problems = registered("p/m.py", facts, modules)
    assert len(facts["entries"]) <= len(entries) + len(problems)
