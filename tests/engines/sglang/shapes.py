"""The shapes of an SGLang registration: one row each, with what the registry makes of it.

A row's files lie in ``sglang/srt/models`` unless their name begins with ``sglang/``; a text alone is ``m.py``. What
is expected of a name is written ``[FILE:]LINE < [FILE:]LINE [if CONDITION]``: the line that registers it, the line
of its class, and the condition as the scan words it. What is expected to be unresolved is (file, line, words).
"""

from __future__ import annotations

from dataclasses import dataclass

MODELS = "sglang/srt/models"


@dataclass(frozen=True)
class Shape:
    """One row.

    Attributes:
        name: what the row shows.
        files: name -> content.
        found: architecture -> where, as described above.
        unresolved: (file, line, words of the reason).
        runs: whether the files can be run for comparison as they are.
    """

    name: str
    files: dict[str, bytes]
    found: dict[str, str]
    unresolved: tuple[tuple[str, int, str], ...] = ()
    runs: bool = True

    def tree(self) -> dict[str, bytes]:
        """The files, by path from the folder that holds the package."""
        return {
            (name if name.startswith("sglang/") else f"{MODELS}/{name}"): data
            for name, data in self.files.items()
        }

    def expected(self) -> dict[str, tuple[str, int, str, int, str | None]]:
        """Architecture -> (file, line, module of the class, its line, condition)."""
        return {name: _place(text) for name, text in self.found.items()}


def _place(text: str) -> tuple[str, int, str, int, str | None]:
    where, _, rest = text.partition(" < ")
    defined, _, condition = rest.partition(" if ")
    file, line = _file_and_line(where, "m.py")
    defined_file, defined_line = _file_and_line(defined, file)
    path = defined_file if defined_file.startswith("sglang/") else f"{MODELS}/{defined_file}"
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return file, line, module, defined_line, condition or None


def _file_and_line(text: str, default: str) -> tuple[str, int]:
    file, _, line = text.rpartition(":")
    return file or default, int(line)


def _shape(
    name: str,
    files: str | bytes | dict[str, str | bytes],
    found: dict[str, str],
    *unresolved: tuple[str, int, str] | tuple[int, str],
    runs: bool = True,
) -> Shape:
    given: dict[str, str | bytes] = files if isinstance(files, dict) else {"m.py": files}
    return Shape(
        name=name,
        files={key: text if isinstance(text, bytes) else text.encode() for key, text in given.items()},
        found=found,
        unresolved=tuple(each if len(each) == 3 else ("m.py", *each) for each in unresolved),
        runs=runs,
    )


A = "class A: pass\n"
AB = "class A: pass\nclass B: pass\n"
NO_CLASS = "the registry takes a class or a list of classes and fails"

PLAIN = (
    _shape("a class", A + "EntryClass = A\n", {"A": "2 < 1"}),
    _shape("a class, no line end", A + "EntryClass = A", {"A": "2 < 1"}),
    _shape("a class and a comment", A + "EntryClass = A  # B\n", {"A": "2 < 1"}),
    _shape("a list", AB + "EntryClass = [A, B]\n", {"A": "3 < 1", "B": "3 < 2"}),
    _shape("an empty list", A + "EntryClass = []\n", {}),
    _shape("a trailing comma", A + "EntryClass = [A,]\n", {"A": "2 < 1"}),
    _shape(
        "a list over lines with comments",
        AB + "EntryClass = [\n    # C,\n    A,  # the first\n\n    B,\n    # ]\n]\n",
        {"A": "5 < 1", "B": "7 < 2"},
    ),
    _shape(
        "a list, the bracket alone", AB + "EntryClass = [\n    A,\n    B\n]\n", {"A": "4 < 1", "B": "5 < 2"}
    ),
    _shape("a class of one letter with digits", "class A1_b: pass\nEntryClass = A1_b\n", {"A1_b": "2 < 1"}),
    _shape(
        "a decorated class", "def d(c): return c\n@d\n@d\nclass A: pass\nEntryClass = A\n", {"A": "5 < 4"}
    ),
    _shape(
        "a class with bases over lines",
        "class A(\n    object,  # )\n):\n    pass\nEntryClass = A\n",
        {"A": "5 < 1"},
    ),
    _shape(
        "a nested class of the same name", A + "class B:\n    class A: pass\nEntryClass = A\n", {"A": "4 < 1"}
    ),
    _shape(
        "a local class of the same name",
        A + "def f():\n    class A: pass\n    return A\nEntryClass = A\n",
        {"A": "5 < 1"},
    ),
    _shape(
        "a local variable of the same name",
        A + "def f():\n    A = 1\n    return A\nEntryClass = A\n",
        {"A": "5 < 1"},
    ),
    _shape("a class used as a value", A + "LIST = [A]\nTABLE = {'a': A}\nEntryClass = A\n", {"A": "4 < 1"}),
    _shape(
        "lines that end with CR LF", b"class A: pass\r\n\r\nEntryClass = [\r\n  A\r\n]\r\n", {"A": "4 < 1"}
    ),
    _shape("lines that end with CR", b"class A: pass\rEntryClass = A\r", {"A": "2 < 1"}),
    _shape("tabs", "class A:\n\tx = 1\nEntryClass\t=\t[\tA\t]\t\n", {"A": "3 < 1"}),
    _shape("a BOM", b"\xef\xbb\xbf" + A.encode() + b"EntryClass = A\n", {"A": "2 < 1"}),
    _shape(
        "a BOM before the class statement's line",
        b"\xef\xbb\xbfclass A: pass\nEntryClass = [A]\n",
        {"A": "2 < 1"},
    ),
    _shape("a form feed alone on a line", "class A: pass\n\f\nEntryClass = A\n", {"A": "3 < 1"}),
    _shape("a form feed before the statements", "\fclass A: pass\n\fEntryClass = A\n", {"A": "2 < 1"}),
    _shape("an underscore module", {"_hidden.py": A + "EntryClass = A\n"}, {"A": "_hidden.py:2 < 1"}),
    _shape("a module that is no identifier", {"a-b.py": A + "EntryClass = A\n"}, {"A": "a-b.py:2 < 1"}),
    _shape("a module with a dot is none", {"a.b.py": A + "EntryClass = A\n", "m.py": ""}, {}),
    _shape("a subpackage's modules", {"sub/m.py": A + "EntryClass = A\n", "m.py": ""}, {}),
    _shape("a subpackage's own module", {"sub/__init__.py": A + "EntryClass = A\n", "m.py": ""}, {}),
    _shape("the package's own module", {"__init__.py": A + "EntryClass = A\n", "m.py": ""}, {}),
    _shape(
        "a subpackage hides a module of its name",
        {"m/__init__.py": AB + "EntryClass = B\n", "m.py": A + "EntryClass = A\n"},
        {},
    ),
    _shape("a Unicode class", "class Größe: pass\nEntryClass = Größe\n", {"Größe": "2 < 1"}),
    _shape("a class in another spelling (NFKC)", "class \u210c: pass\nEntryClass = H\n", {"H": "2 < 1"}),
    _shape("the variable in another spelling (NFKC)", A + "\uff25ntry\U0001d402lass = A\n", {"A": "2 < 1"}),
    _shape("another spelling rebinds the class", AB + "\uff21 = B\nEntryClass = A\n", {"B": "4 < 2"}),
    _shape(
        "a latin-1 file that says so",
        b"# -*- coding: latin-1 -*-\nclass A:\n    'gr\xfc\xdfe'\nEntryClass = A\n",
        {"A": "4 < 2"},
    ),
    _shape(
        "a class name in latin-1",
        b"# coding: latin-1\nclass Gr\xfc\xdfe: pass\nEntryClass = [Gr\xfc\xdfe]\n",
        {"Grüße": "3 < 2"},
    ),
)

NO_REGISTRATION = (
    _shape("an empty module", "", {}),
    _shape("only mentioned", "def f(m):\n    return hasattr(m, 'EntryClass') and m.EntryClass\n", {}),
    _shape("only in a comment", A + "# EntryClass = A\n", {}),
    _shape("only in a docstring", '"""\nclass A: pass\nEntryClass = A\n"""\n', {}),
    _shape("only in a string", A + "x = '''\nEntryClass = [A]\n'''\n", {}),
    _shape("only in __all__", A + '__all__ = ["A", "EntryClass"]\n', {}),
    _shape("a longer name", A + "EntryClassOf = A\nMyEntryClass = A\n", {}),
    _shape("inside a function", A + "def f():\n    EntryClass = A\n    return EntryClass\n", {}),
    _shape("inside a class", A + "class B:\n    EntryClass = A\n", {}),
    _shape("an attribute", A + "class B: pass\nB.EntryClass = A\n", {}),
    _shape("a keyword argument at column 0", A + "x = dict(\nEntryClass=A\n)\n", {}),
    _shape(
        "keyword arguments at column 0, with a comment",
        A + "x = dict(a=1,  # EntryClass\nEntryClass=A\n)\n",
        {},
    ),
    _shape("a default value at column 0", A + "def f(\nEntryClass=A\n): pass\n", {}),
    _shape(
        "a default value at column 0 before an operator",
        "class M:\n    def __matmul__(self, o): return o\nA = M()\ndef f(\nEntryClass=A\n@A): pass\n",
        {},
    ),
    _shape("under TYPE_CHECKING", A + "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    EntryClass = A\n", {}),
    _shape(
        "under typing.TYPE_CHECKING", A + "import typing\nif typing.TYPE_CHECKING:\n    EntryClass = A\n", {}
    ),
    _shape("only when run as a program", A + "if __name__ == '__main__':\n    EntryClass = A\n", {}),
    _shape("under if False", A + "if False:\n    EntryClass = A\n", {}),
    _shape("annotated without a value", A + "EntryClass: list\n", {}),
    _shape("deleted", A + "EntryClass = A\ndel EntryClass\n", {}),
    _shape(
        "behind raise",
        A + "raise ImportError\nEntryClass = A\n",
        {},
        (2, "raises here when it is imported; the engine then skips it"),
    ),
    _shape("only raise", A + "raise ImportError\n# EntryClass = A\n", {}),
    _shape("after a docstring with quotes", '"""a \\""" \'\'\' EntryClass = A"""\n' + A, {}),
    _shape("in a continued string", "x = 'a \\\nEntryClass = A \\\n'\n", {}),
)

ODD = (
    _shape("nothing but two statements on a line", "class A: pass\nx = 1; EntryClass = A\n", {"A": "2 < 1"}),
    _shape("joined by a semicolon", A + "EntryClass = A; x = 1\n", {"A": "2 < 1"}),
    _shape("continued by a backslash", A + "EntryClass = \\\n    A\n", {"A": "3 < 1"}),
    _shape("in parentheses", A + "EntryClass = (\n    A\n)\n", {"A": "3 < 1"}),
    _shape("annotated", A + "EntryClass: list = [A]\n", {"A": "2 < 1"}),
    _shape("annotated with a type", A + "EntryClass: 'type[A]' = A\n", {"A": "2 < 1"}),
    _shape("reassigned: the last one wins", AB + "EntryClass = A\nEntryClass = [B]\n", {"B": "4 < 2"}),
    _shape("two targets", A + "EntryClass = Other = A\n", {"A": "2 < 1"}),
    _shape("a chain the other way round", A + "Other = EntryClass = [A]\n", {"A": "2 < 1"}),
    _shape("unpacked", AB + "EntryClass, Other = [A], B\n", {"A": "3 < 1"}),
    _shape("unpacked with a star", AB + "*EntryClass, x = A, B\n", {}, (3, "unpacked")),
    _shape("augmented", AB + "EntryClass = [A]\nEntryClass += [B]\n", {"A": "3 < 1", "B": "4 < 2"}),
    _shape(
        "augmented by a tuple", AB + "EntryClass = [A]\nEntryClass += (B,)\n", {"A": "3 < 1", "B": "4 < 2"}
    ),
    _shape("concatenated", AB + "EntryClass = [A] + [\n    B]\n", {"A": "3 < 1", "B": "4 < 2"}),
    _shape("append", AB + "EntryClass = [A]\nEntryClass.append(B)\n", {"A": "3 < 1", "B": "4 < 2"}),
    _shape("extend", AB + "EntryClass = [A]\nEntryClass.extend((B,))\n", {"A": "3 < 1", "B": "4 < 2"}),
    _shape("starred", AB + "L = (A,)\nEntryClass = [*L, B]\n", {"A": "3 < 1", "B": "4 < 2"}),
    _shape("list()", A + "EntryClass = list((A,))\n", {"A": "2 < 1"}),
    _shape(
        "the list has another name too",
        AB + "L = [A]\nEntryClass = L\nL.append(B)\n",
        {"A": "3 < 1", "B": "5 < 2"},
    ),
    _shape(
        "the other name grows in place", AB + "L = EntryClass = [A]\nL += [B]\n", {"A": "3 < 1", "B": "4 < 2"}
    ),
    _shape("a sum is another list", AB + "L = [A]\nEntryClass = L + []\nL.append(B)\n", {"A": "3 < 1"}),
    _shape("a comprehension", AB + "EntryClass = [c for c in (A, B)]\n", {"A": "3 < 1", "B": "3 < 2"}),
    _shape(
        "a comprehension that makes classes",
        A + 'EntryClass = [type(f"{n}ForCausalLM", (A,), {}) for n in ("X", "Y")]\n',
        {"XForCausalLM": "2 < 2", "YForCausalLM": "2 < 2"},
    ),
    _shape(
        "a comprehension with a condition",
        AB + "EntryClass = [c for c in (A, B) if c is A]\n",
        {},
        (3, "cannot tell"),
    ),
    _shape("globals()", A + "globals()['EntryClass'] = A\n", {"A": "2 < 1"}),
    _shape("globals() of a class", A + "EntryClass = globals()['A']\n", {"A": "2 < 1"}),
    _shape(
        "globals() with a made-up name",
        A + "globals()['Entry' + 'Class'] = A  # EntryClass\n",
        {"A": "2 < 1"},
    ),
    _shape("globals().update", AB + "EntryClass = A\nglobals().update(EntryClass=B)\n", {}, (4, "any name")),
    _shape("an item of a list", AB + "L = [A, B]\nEntryClass = L[-1]\n", {"B": "4 < 2"}),
    _shape("an item of a dict", AB + "D = {'a': A}\nD['b'] = B\nEntryClass = [D['b']]\n", {"B": "5 < 2"}),
    _shape(
        "the values of a dict",
        AB + "D = {'a': A}\nD.update({'b': B})\nEntryClass = list(D.values())\n",
        {"A": "3 < 1", "B": "4 < 2"},
    ),
    _shape("an alias", A + "Foo = A\nEntryClass = Foo\n", {"A": "3 < 1"}),
    _shape("an alias in a list", A + "Foo = A\nEntryClass = [\n    Foo]\n", {"A": "4 < 1"}),
    _shape("a class replaced by another", AB + "A = B\nEntryClass = A\n", {"B": "4 < 2"}),
    _shape("a class replaced within brackets", AB + "[A] = [B]\nEntryClass = A\n", {"B": "4 < 2"}),
    _shape("a class replaced in a tuple", AB + "(x, A) = (1, B)\nEntryClass = A\n", {"B": "4 < 2"}),
    _shape(
        "a class replaced behind a call",
        AB + "if bool(1): A = B\nEntryClass = A\n",
        {"B": "4 < 2 if bool(1)", "A": "4 < 1 if not (bool(1))"},
    ),
    _shape("a class defined twice", A + "x = 1\nclass A: pass\nEntryClass = A\n", {"A": "4 < 3"}),
    _shape("a class deleted again", A + "del(A)\nEntryClass = []\n", {}),
    _shape(
        "a class replaced by a loop", AB + "for A in (B,): pass\nEntryClass = A\n", {}, (3, "`for` block")
    ),
    _shape(
        "a class replaced by with",
        AB + "import contextlib\nwith contextlib.nullcontext(B)as(A): pass\nEntryClass = A\n",
        {},
        (4, "`with`"),
    ),
    _shape(
        "a class replaced by an import",
        {"m.py": A + "from .x import A\nEntryClass = A\n", "x.py": "# x\n" + A},
        {"A": "3 < x.py:2"},
    ),
    _shape(
        "a class replaced by global",
        AB + "def f():\n    global A\n    A = B\nf()\nEntryClass = A\n",
        {},
        (4, "global"),
    ),
    _shape('type("Name", …)', A + 'Foo = type("Bar", (A,), {})\nEntryClass = Foo\n', {"Bar": "3 < 2"}),
    _shape(
        "type with a name that is not known",
        A + "Foo = type(str(1), (A,), {})\nEntryClass = Foo\n",
        {},
        (2, "cannot tell"),
    ),
    _shape("renamed", A + 'A.__name__ = "X"\nEntryClass = A\n', {"X": "3 < 1"}),
    _shape("renamed after it was registered", A + 'EntryClass = [A]\nA.__name__ = "X"\n', {"X": "2 < 1"}),
    _shape("renamed by an alias", A + 'B = A\nB.__name__ = "X"\nEntryClass = A\n', {"X": "4 < 1"}),
    _shape("renamed in a list of its own", AB + 'EntryClass = [A]\nA.__name__, x = "X", 1\n', {"X": "3 < 1"}),
    _shape(
        "its name before it was renamed",
        A + 'N = A.__name__\nA.__name__ = "X"\nEntryClass = type(N + "Y", (A,), {})\n',
        {"AY": "4 < 4"},
    ),
    _shape("renamed to what is not known", A + "A.__name__ = str(1)\nEntryClass = A\n", {}, (2, "renames")),
    _shape("renamed by setattr", A + 'setattr(A, "__name__", "X")\nEntryClass = A\n', {}, (2, "__name__")),
    _shape("renamed in a loop", A + 'for c in (A,): c.__name__ = "X"\nEntryClass = A\n', {}, (2, "__name__")),
    _shape(
        "renamed by a function",
        A + 'def f(c):\n    c.__name__ = "X"\nf(A)\nEntryClass = [A]\n',
        {},
        (3, "__name__"),
    ),
    _shape("renamed by an operator", A + 'A.__name__ += "X"\nEntryClass = [A]\n', {}, (2, "__name__")),
    _shape(
        "renamed under a condition",
        A + 'if bool(1):\n    A.__name__ = "X"\nEntryClass = A\n',
        {"X": "4 < 1 if bool(1)", "A": "4 < 1 if not (bool(1))"},
    ),
    _shape(
        "__qualname__ is no name",
        A + '__qualname__ = "Y"\nA.__qualname__ = "X"\nEntryClass = A\n',
        {"A": "4 < 1"},
    ),
    _shape("a walrus", A + "(EntryClass := [A])\n", {"A": "2 < 1"}),
    _shape("a walrus in an assignment", A + "x = (EntryClass := A)\n", {"A": "2 < 1"}),
    _shape("a walrus in an expression", A + "x = [(EntryClass := A)]\n", {}, (2, "inside an expression")),
    _shape("a walrus in a condition", A + "if (EntryClass := A): pass\n", {}, (2, "inside an expression")),
    _shape(
        "a match statement",
        AB + "match 1:\n    case 1: EntryClass = A\n    case _: EntryClass = B\n",
        {},
        (3, "`match` block"),
    ),
    _shape(
        "a capture in a match statement",
        AB + "match B:\n    case (A): pass\nEntryClass = A\n",
        {},
        (3, "`match` block"),
    ),
    _shape("a loop", A + "for EntryClass in (A,): pass\n", {}, (2, "`for` block")),
    _shape(
        "a loop that appends",
        AB + "EntryClass = []\nfor c in (A, B):\n    EntryClass.append(c)\n",
        {},
        (5, "append"),
    ),
    _shape("a while loop", A + "while True:\n    EntryClass = A\n    break\n", {}, (2, "`while` block")),
    _shape(
        "a global in a function",
        A + "EntryClass = []\ndef f():\n    global EntryClass\n    EntryClass = A\nf()\n",
        {},
        (4, "global"),
    ),
    _shape(
        "only a global in a function",
        A + "def f():\n    global EntryClass\n    EntryClass = A\nf()\n",
        {},
        (3, "global"),
    ),
    _shape(
        "a function appends",
        A + "EntryClass = []\ndef f(c):\n    EntryClass.append(c)\n    return c\nf(A)\n",
        {},
        (4, "inside a function"),
    ),
    _shape(
        "a decorator appends",
        "EntryClass = []\ndef f(c):\n    EntryClass.append(c)\n    return c\n@f\nclass A: pass\n",
        {},
        (3, "inside a function"),
    ),
    _shape(
        "handed to a function",
        A + "def f(l): l.append(A)\nEntryClass = []\nf(EntryClass)\n",
        {},
        (4, "handed"),
    ),
    _shape("an item assigned", AB + "EntryClass = [A]\nEntryClass[0] = B\n", {}, (4, "item")),
    _shape("an item deleted", AB + "EntryClass = [A, B]\ndel EntryClass[0]\n", {}, (4, "item")),
    _shape("insert", AB + "EntryClass = [A]\nEntryClass.insert(0, B)\n", {}, (4, "insert")),
    _shape("pop in an assignment", AB + "EntryClass = [A, B]\nx = EntryClass.pop()\n", {}, (4, "pop")),
    _shape("exec", A + 'exec("EntryClass = A")\n', {}, (2, "exec")),
    _shape(
        "a conditional expression",
        AB + "EntryClass = A if bool(1) else B\n",
        {"A": "3 < 1 if bool(1)", "B": "3 < 2 if not (bool(1))"},
    ),
    _shape("a call", A + "def f(): return A\nEntryClass = f()\n", {}, (3, "cannot tell what `f()` is")),
    _shape("an operator", A + "EntryClass = [A] * 1\n", {}, (2, "cannot tell what `[A] * 1` is")),
    _shape("a name that nothing defines", "EntryClass = Nothing\n", {}, (1, "`Nothing` is not defined")),
    _shape("a function", "def f(): pass\nEntryClass = [f]\n", {}, (1, "`f` is a function"), runs=False),
    _shape("an instance", A + "EntryClass = A()\n", {}, (2, "cannot tell what `A()` is")),
    _shape("the class itself is called so", "class EntryClass: pass\n", {"EntryClass": "1 < 1"}),
    _shape("inside if True", "if True:\n    class A: pass\n    EntryClass = A\n", {"A": "3 < 2"}),
    _shape(
        "inside if not TYPE_CHECKING",
        "TYPE_CHECKING = False\nif not TYPE_CHECKING:\n    class A: pass\n    EntryClass = A\n",
        {"A": "4 < 3"},
    ),
    _shape(
        "a class inside if", "if bool(1):\n    class A: pass\nEntryClass = A\n", {"A": "3 < 2 if bool(1)"}
    ),
    _shape(
        "a comment that ends with a backslash",
        "x = 1\ndef f(): pass\n# \\\nclass A: pass\nEntryClass = A\n",
        {"A": "5 < 4"},
    ),
    _shape(
        "strings continued by backslashes",
        'class B: pass\nx = \'a \\\n"""\'\nclass A: pass\ny = \'b \\\n"""\'\nEntryClass = [A]\n',
        {"A": "7 < 4"},
    ),
    _shape(
        "a docstring and a statement on its line",
        'def f(): pass\n"""x"""; EntryClass = []\nclass A: pass\n"""y"""; EntryClass = A\n',
        {"A": "4 < 3"},
    ),
)

REJECTED = (
    _shape("a tuple", AB + "EntryClass = (A, B)\n", {}, (3, f"a tuple is registered; {NO_CLASS}")),
    _shape("a tuple without parentheses", AB + "EntryClass = A, B\n", {}, (3, "a tuple is registered")),
    _shape("a set", A + "EntryClass = {A}\n", {}, (2, "cannot tell what `{A}` is")),
    _shape("a dict", A + "EntryClass = {'A': A}\n", {}, (2, "a dict is registered")),
    _shape("a string", A + 'EntryClass = "A"\n', {}, (2, f"a string is registered; {NO_CLASS}")),
    _shape(
        "a string in a list",
        A + 'EntryClass = [A,\n    "B"]\n',
        {"A": "2 < 1"},
        (3, "a string is registered"),
    ),
    _shape("None", A + "EntryClass = None\n", {}, (2, f"None is registered; {NO_CLASS}")),
    _shape("a list in a list", A + "EntryClass = [[A]]\n", {}, (2, "a list is registered")),
    _shape("a tuple in a list", A + "EntryClass = [\n(A,)]\n", {}, (3, "a tuple is registered")),
    _shape("a string added", A + 'EntryClass = [A]\nEntryClass += "BC"\n', {}, (3, "not lists"), runs=False),
    _shape(
        "a class twice in a list",
        A + "EntryClass = [A, A]\n",
        {"A": "2 < 1"},
        (2, "A is registered here twice"),
    ),
    _shape(
        "a name in two modules",
        {"a.py": A + "EntryClass = A\n", "b.py": "\n" + A + "EntryClass = [A]\n"},
        {"A": "a.py:2 < 1"},
        ("b.py", 3, "A is registered here and at sglang/srt/models/a.py:2: the engine stops"),
    ),
)

CONDITIONS = (
    _shape(
        "if and else",
        AB + "if bool(1):\n    EntryClass = A\nelse:\n    EntryClass = [B]\n",
        {"A": "4 < 1 if bool(1)", "B": "6 < 2 if not (bool(1))"},
    ),
    _shape("if alone", A + "if bool(1):\n    EntryClass = A\n", {"A": "3 < 1 if bool(1)"}),
    _shape(
        "what every branch registers has no condition",
        AB + "if bool(1):\n    EntryClass = [A]\nelse:\n    EntryClass = [A, B]\n",
        {"A": "4 < 1", "B": "6 < 2 if not (bool(1))"},
    ),
    _shape(
        "a class of one name in either branch",
        "if bool(1):\n    class A: pass\nelse:\n    class A: pass\nEntryClass = A\n",
        {"A": "5 < 2"},
    ),
    _shape(
        "elif",
        AB
        + "class C: pass\nif int():\n    EntryClass = A\nelif bool(1):\n    EntryClass = B\n"
        + "else:\n    EntryClass = C\n",
        {
            "A": "5 < 1 if int()",
            "B": "7 < 2 if not (int()) and bool(1)",
            "C": "9 < 3 if not (int()) and not (bool(1))",
        },
    ),
    _shape(
        "added under a condition",
        AB + "EntryClass = [A]\nif bool(1):\n    EntryClass.append(B)\n",
        {"A": "3 < 1", "B": "5 < 2 if bool(1)"},
    ),
    _shape(
        "changed after a condition",
        AB + "EntryClass = [A] if bool(1) else []\nEntryClass.append(B)\n",
        {"A": "3 < 1 if bool(1)", "B": "4 < 2"},
    ),
    _shape(
        "one of two lists, which then grows",
        AB + "if bool(1):\n    L = [A]\nelse:\n    L = []\nEntryClass = L\nL.append(B)\n",
        {},
        (8, "the list `L`"),
    ),
    _shape(
        "try and except ImportError",
        AB
        + "try:\n    import nothing_of_this_name\n    EntryClass = A\nexcept ImportError:\n    EntryClass = B\n",
        {
            "A": "5 < 1 if the try at line 3 succeeds",
            "B": "7 < 2 if ImportError is raised in the try at line 3",
        },
    ),
    _shape(
        "try, bound before it fails",
        AB
        + "EntryClass = [A]\ntry:\n    EntryClass = [B]\n    import nothing_of_this_name\n"
        + "except ImportError:\n    pass\n",
        {"B": "5 < 2"},
    ),
    _shape(
        "try, else and finally",
        AB
        + "try:\n    import os\nexcept ImportError:\n    raise\nelse:\n    EntryClass = [A]\nfinally:\n    x = 1\n",
        {"A": "8 < 1 if the try at line 3 succeeds"},
    ),
    _shape(
        "suppressed",
        AB
        + "import contextlib\nEntryClass = A\nwith contextlib.suppress(ImportError):\n"
        + "    import nothing_of_this_name\n    EntryClass = B\n",
        {
            "A": "4 < 1 if any error is raised in the try at line 5",
            "B": "7 < 2 if the try at line 5 succeeds",
        },
    ),
    _shape(
        "inside with",
        A + "import contextlib\nwith contextlib.nullcontext():\n    EntryClass = A\n",
        {"A": "4 < 1"},
    ),
    _shape(
        "a branch raises",
        A + "if int():\n    raise ImportError\nEntryClass = A\n",
        {"A": "4 < 1 if not (int())"},
    ),
    _shape(
        "the other branch raises",
        A + "if bool(1):\n    EntryClass = A\nelse:\n    raise ImportError\n",
        {"A": "3 < 1 if bool(1)"},
    ),
    _shape(
        "a long condition is cut",
        A + "if bool(1) and " + " and ".join(["bool(1)"] * 20) + ":\n    EntryClass = A\n",
        {"A": "3 < 1 if " + ("bool(1) and " * 20)[:77] + "..."},
    ),
    _shape(
        "or in a nested condition",
        A + "if bool(1) or int():\n    if bool(1):\n        EntryClass = A\n",
        {"A": "4 < 1 if (bool(1) or int()) and bool(1)"},
    ),
)

X = {"x.py": "# x\n" + AB}
IMPORTS = (
    _shape(
        "absolutely", X | {"m.py": "from sglang.srt.models.x import A\nEntryClass = A\n"}, {"A": "2 < x.py:2"}
    ),
    _shape(
        "relatively",
        X | {"m.py": "from .x import A as Z, B\nEntryClass = [Z, B]\n"},
        {"A": "2 < x.py:2", "B": "2 < x.py:3"},
    ),
    _shape(
        "over lines", X | {"m.py": "from .x import (  # )\n    A,\n)\nEntryClass = A\n"}, {"A": "4 < x.py:2"}
    ),
    _shape("a module", X | {"m.py": "from . import x\nEntryClass = x.A\n"}, {"A": "2 < x.py:2"}),
    _shape(
        "a module by its dotted name",
        X | {"m.py": "import sglang.srt.models.x\nEntryClass = sglang.srt.models.x.A\n"},
        {"A": "2 < x.py:2"},
    ),
    _shape(
        "a module under another name",
        X | {"m.py": "import sglang.srt.models.x as y\nEntryClass = [y.B]\n"},
        {"B": "2 < x.py:3"},
    ),
    _shape(
        "from the folder above",
        {"sglang/srt/layers/x.py": A, "m.py": "from ..layers.x import A\nEntryClass = A\n"},
        {"A": "2 < sglang/srt/layers/x.py:1"},
    ),
    _shape(
        "re-exported by a subpackage",
        {
            "sub/__init__.py": "from .deep import A\n",
            "sub/deep.py": A,
            "m.py": "from .sub import A\nEntryClass = A\n",
        },
        {"A": "2 < sub/deep.py:1"},
    ),
    _shape(
        "re-exported by a module",
        X | {"y.py": "from .x import A as C\n", "m.py": "from .y import C\nEntryClass = C\n"},
        {"A": "2 < x.py:2"},
    ),
    _shape("star import of a class", X | {"m.py": "from .x import *\nEntryClass = A\n"}, {"A": "2 < x.py:2"}),
    _shape(
        "star import through a star import",
        X | {"y.py": "from .x import *\n", "m.py": "from .y import *\nEntryClass = B\n"},
        {"B": "2 < x.py:3"},
    ),
    _shape(
        "star import of the variable",
        {"sub/__init__.py": "", "sub/x.py": A + "EntryClass = A\n", "m.py": "from .sub.x import *\n"},
        {"A": "1 < sub/x.py:1"},
    ),
    _shape(
        "star import of the variable through another",
        {
            "sub/__init__.py": "from .x import *\n",
            "sub/x.py": A + "EntryClass = A\n",
            "m.py": "from .sub import*\n",
        },
        {"A": "1 < sub/x.py:1"},
    ),
    _shape(
        "star import of a module whose __all__ leaves the variable out",
        {
            "sub/__init__.py": "",
            "sub/x.py": A + "__all__ = ['A']\nEntryClass = A\n",
            "m.py": "from .sub.x import *\n",
        },
        {},
    ),
    _shape(
        "star import of a module with an unknown __all__",
        {
            "sub/__init__.py": "",
            "sub/x.py": A + "__all__ = list(globals())\nEntryClass = A\n",
            "m.py": "from .sub.x import *\n",
        },
        {},
        (1, "may come from `import *`"),
    ),
    _shape(
        "star import behind the own variable",
        {
            "sub/__init__.py": "",
            "sub/x.py": A + "EntryClass = A\n",
            "m.py": "class B: pass\nEntryClass = B\nfrom .sub.x import *\n",
        },
        {"A": "3 < sub/x.py:1"},
    ),
    _shape(
        "star import that does not have the variable",
        X | {"m.py": "class C: pass\nEntryClass = C\nfrom .x import *\n"},
        {"C": "2 < 1"},
    ),
    _shape(
        "star import replaces a class",
        X | {"m.py": "# m\n" * 9 + A + "from .x import *\nEntryClass = A\n"},
        {"A": "12 < x.py:2"},
    ),
    _shape(
        "star import before the class",
        X | {"m.py": "from .x import *\nclass A: pass\nEntryClass = A\n"},
        {"A": "3 < 2"},
    ),
    _shape(
        "star import of another distribution before the class",
        "from collections import *\n" + A + "EntryClass = A\n",
        {"A": "3 < 2"},
    ),
    _shape(
        "star import of another distribution behind it",
        A + "EntryClass = A\nfrom collections import *\n",
        {},
        (3, "may come from `import *` of `collections`"),
    ),
    _shape(
        "star import under a condition",
        {
            "sub/__init__.py": "",
            "sub/x.py": A + "EntryClass = A\n",
            "m.py": "if bool(1):\n    from .sub.x import *\n",
        },
        {"A": "2 < sub/x.py:1 if bool(1)"},
    ),
    _shape(
        "a list of another module",
        X
        | {
            "y.py": "from .x import A, B\nLIST = [A, B]\n",
            "m.py": "from .y import LIST\nEntryClass = LIST\n",
        },
        {"A": "2 < x.py:2", "B": "2 < x.py:3"},
    ),
    _shape(
        "a list of another module, spread",
        X
        | {
            "y.py": "from .x import A\nLIST = (A,)\n",
            "m.py": "from .y import LIST\nclass C: pass\nEntryClass = [*LIST,\n C]\n",
        },
        {"A": "3 < x.py:2", "C": "4 < 2"},
    ),
    _shape(
        "a list of another module, added",
        X
        | {
            "y.py": "from .x import A\nLIST = [A]\n",
            "m.py": "from .y import LIST\nclass C: pass\nEntryClass = [C]\nEntryClass += LIST\n",
        },
        {"A": "4 < x.py:2", "C": "3 < 2"},
    ),
    _shape(
        "a list of another module, extended",
        X
        | {
            "y.py": "from .x import A\nLIST = [A]\n",
            "m.py": "from .y import LIST\nclass C: pass\nEntryClass = LIST\nLIST.append(C)\n",
        },
        {"A": "4 < x.py:2", "C": "4 < 2"},
    ),
    _shape(
        "what is spread is no list",
        X | {"m.py": "from .x import A\nEntryClass = [*A]\n"},
        {},
        (2, "not a list"),
        runs=False,
    ),
    _shape(
        "the variable of another module",
        {
            "sub/__init__.py": "",
            "sub/x.py": AB + "EntryClass = [A, B]\n",
            "m.py": "from .sub.x import EntryClass\n",
        },
        {"A": "1 < sub/x.py:1", "B": "1 < sub/x.py:2"},
    ),
    _shape(
        "a class under a condition in another module",
        {
            "x.py": "if bool(1):\n    class A: pass\nelse:\n    A = None\n",
            "m.py": "from .x import A\nEntryClass = A\n",
        },
        {"A": "2 < x.py:2 if bool(1)"},
        (2, "None is registered"),
    ),
    _shape(
        "a class that another module renames",
        {"x.py": A + 'A.__name__ = "X"\n', "m.py": "from .x import A\nEntryClass = A\n"},
        {"X": "2 < x.py:1"},
    ),
    _shape(
        "an imported class is renamed",
        X | {"m.py": 'from .x import A\nA.__name__ = "X"\nEntryClass = A\n'},
        {},
        (2, "renames"),
    ),
    _shape(
        "a class of another distribution",
        "from collections import OrderedDict\nEntryClass = OrderedDict\n",
        {},
        (1, "`OrderedDict` comes from `collections`, which is not a file"),
    ),
    _shape(
        "a module of another distribution",
        "import collections as c\nEntryClass = [c.OrderedDict]\n",
        {},
        (1, "`OrderedDict` comes from `collections`"),
    ),
    _shape(
        "a module that is missing",
        "from .nowhere import A\nEntryClass = A\n",
        {},
        (1, "`A` comes from `.nowhere`, which is not a file"),
    ),
    _shape(
        "a name that the module does not define",
        X | {"m.py": "from .x import Z\nEntryClass = Z\n"},
        {},
        (1, "`Z` is not defined in `.x`"),
    ),
    _shape(
        "a module registered as such",
        X | {"m.py": "from . import x\nEntryClass = [x]\n"},
        {},
        (2, "a module is registered"),
        runs=False,
    ),
    _shape(
        "in a circle",
        {
            "x.py": "from .y import A\n",
            "y.py": "from .x import A\n",
            "m.py": "from .x import A\nEntryClass = A\n",
        },
        {},
        (2, "imported in a circle"),
    ),
    _shape(
        "in a circle, with an end",
        {"x.py": "from . import m\n" + A, "m.py": "from . import x\nEntryClass = x.A\n"},
        {"A": "2 < x.py:2"},
        runs=False,
    ),
    _shape(
        "of a module that cannot be parsed",
        {"x.py": "class A:\n  (\n", "m.py": "from .x import A\nEntryClass = A\n"},
        {},
        (1, "cannot be read"),
        ("x.py", 2, "cannot parse"),
    ),
    _shape(
        "a package comes before a module of its name",
        {"x.py": A, "x/__init__.py": "\n" + A, "m.py": "from .x import A\nEntryClass = A\n"},
        {"A": "2 < x/__init__.py:2"},
    ),
    _shape(
        "an imported list that a function changes",
        {
            "y.py": "class Y: pass\nL = [Y]\n",
            "m.py": "from .y import L\nclass A: pass\ndef f(): L.append(A)\nf()\nEntryClass = L\n",
        },
        {},
        (3, "changed inside a function"),
    ),
    _shape(
        "a list that a star import brings and a function changes",
        {
            "y.py": "class Y: pass\nL = [Y]\n",
            "m.py": "from .y import *\nclass A: pass\ndef f(): L.append(A)\nf()\nEntryClass = L\n",
        },
        {},
        (3, "changed inside a function"),
    ),
    _shape(
        "a global of a function behind a star import",
        {
            "sub/__init__.py": "",
            "sub/y.py": A + "EntryClass = A\n",
            "m.py": "from .sub.y import *\nclass B: pass\n"
            "def f():\n    global EntryClass\n    EntryClass = B\nf()\n",
        },
        {},
        (4, "global"),
    ),
    _shape(
        "a list that a star import brings, which then grows",
        {
            "y.py": "class Y: pass\nL = [Y]\n",
            "m.py": "from .y import *\nclass A: pass\nL.append(A)\nEntryClass = L\n",
        },
        {"Y": "3 < y.py:1", "A": "3 < 2"},
    ),
    _shape(
        "of what a function in the other module changes",
        {
            "x.py": AB + "LIST = []\ndef f(c): LIST.append(c)\nf(A)\n",
            "m.py": "from .x import LIST\nEntryClass = LIST\n",
        },
        {},
        (2, "changed inside a function (sglang/srt/models/x.py:4)"),
    ),
)

SURE = (
    _shape(
        "behind an error that is caught for sure",
        A + "EntryClass = A\ntry:\n    raise ValueError\nexcept ValueError as A:\n    pass\n",
        {"A": "2 < 1"},
    ),
    _shape(
        "in the handler of an error that is caught for sure",
        A + "try:\n    raise ValueError('x')\nexcept (KeyError, ValueError):\n    EntryClass = A\n",
        {"A": "5 < 1"},
    ),
    _shape(
        "behind an error that may not be caught",
        A + "EntryClass = A\ntry:\n    raise ValueError\nexcept TypeError:\n    pass\n",
        {"A": "2 < 1 if TypeError is raised in the try at line 3"},
        runs=False,
    ),
)

HELD = "may be changed through what else holds it"
LIST = AB + "EntryClass = [A]\n"
HELD_ELSEWHERE = (
    _shape("held by a dict", LIST + "D = {'x': EntryClass}\nD['x'].append(B)\n", {}, (4, HELD)),
    _shape("held by a list", LIST + "D = [EntryClass]\nD[0].append(B)\n", {}, (4, HELD)),
    _shape("held by a tuple", LIST + "D = (EntryClass,)\nD[0].append(B)\n", {}, (4, HELD)),
    _shape("held by an attribute", LIST + "A.all = EntryClass\nA.all.append(B)\n", {}, (4, HELD)),
    _shape(
        "held by an attribute from the start",
        AB + "EntryClass = A.all = [A]\nA.all.append(B)\n",
        {},
        (3, HELD),
    ),
    _shape("held by a class body", LIST + "class C:\n    L = EntryClass\n    L.append(B)\n", {}, (5, HELD)),
    _shape("given by a function", LIST + "def f(): return EntryClass\nf().append(B)\n", {}, (4, HELD)),
    _shape("given by a lambda", LIST + "f = lambda: EntryClass\nf().append(B)\n", {}, (4, HELD)),
    _shape("held by a default", LIST + "def f(x=EntryClass): x.append(B)\nf()\n", {}, (4, HELD)),
    _shape("held by a loop", LIST + "for L in [EntryClass]:\n    L.append(B)\n", {}, (4, HELD)),
    _shape(
        "held by a name of a loop", LIST + "for _ in 'x':\n    L = EntryClass\nL.append(B)\n", {}, (5, HELD)
    ),
    _shape(
        "held and renamed",
        AB + "L = [A]\nD = {'x': L}\nEntryClass = L\nL = 1\nD['x'].append(B)\n",
        {},
        (4, HELD),
    ),
    _shape("changed in an assertion", LIST + "assert not EntryClass.append(B)\n", {}, (4, "append")),
    _shape(
        "a list inside a dict that has grown",
        AB + "D = {'x': [A]}\nD['x'].append(B)\nEntryClass = D['x']\n",
        {},
        (5, "cannot tell what `D['x']` is"),
    ),
    _shape(
        "a list inside a dict that grows",
        AB + "D = {'x': [A]}\nEntryClass = D['x']\nD['x'].append(B)\n",
        {},
        (5, "`D` is changed by `.append"),
    ),
    _shape("read in an assertion", LIST + "assert len(EntryClass) == 1\n", {"A": "3 < 1"}),
    _shape(
        "read by its items",
        LIST + "FIRST = EntryClass[0]\nfor c in EntryClass:\n    str(c)\n",
        {"A": "3 < 1"},
    ),
    _shape(
        "a list made of another one", LIST + "D = {'x': [*EntryClass]}\nD['x'].append(B)\n", {"A": "3 < 1"}
    ),
    _shape("another list in a dict", LIST + "L = [B]\nD = {'x': L}\n", {"A": "3 < 1"}),
    _shape(
        "set through the module's own entry",
        AB + "EntryClass = B\nimport sys\nsys.modules[__name__].EntryClass = A\n",
        {},
        (5, "may be set through `sys.modules`"),
    ),
    _shape(
        "set through a name of the module",
        AB + "EntryClass = B\nimport sys\nme = sys.modules[__name__]\nme.EntryClass = A\n",
        {},
        (6, "may be set through `sys.modules`"),
    ),
    _shape(
        "set in the module's table",
        AB + "EntryClass = A\nimport sys\nsys.modules[__name__].__dict__['EntryClass'] = B\n",
        {},
        (5, "may be set through `sys.modules`"),
    ),
    _shape(
        "another attribute beside the module's own entry",
        AB + "EntryClass = B\nimport sys\nsys.modules[__name__].other = A\n",
        {"B": "3 < 2"},
    ),
    _shape(
        "renamed through type",
        A + "EntryClass = A\ntype.__setattr__(A, '__name__', 'N')\n",
        {},
        (3, "`__name__` of a class may be set here"),
    ),
    _shape(
        "another attribute set through type",
        A + "EntryClass = A\ntype.__setattr__(A, '__doc__', 'N')\n",
        {"A": "2 < 1"},
    ),
)

SHAPES = (*PLAIN, *NO_REGISTRATION, *ODD, *REJECTED, *CONDITIONS, *SURE, *IMPORTS, *HELD_ELSEWHERE)
