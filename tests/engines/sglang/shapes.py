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
    """

    name: str
    files: dict[str, bytes]
    found: dict[str, str]
    unresolved: tuple[tuple[str, int, str], ...] = ()

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
) -> Shape:
    given: dict[str, str | bytes] = files if isinstance(files, dict) else {"m.py": files}
    return Shape(
        name=name,
        files={key: text if isinstance(text, bytes) else text.encode() for key, text in given.items()},
        found=found,
        unresolved=tuple(each if len(each) == 3 else ("m.py", *each) for each in unresolved),
    )


HELD = "`EntryClass` may be changed through what else holds it"
UNTOLD = "cannot tell which classes `EntryClass` is without running it"
A = "class A: pass\n"
AB = "class A: pass\nclass B: pass\n"

PLAIN = (
    _shape("a class", A + "EntryClass = A\n", {"A": "2 < 1"}),
    _shape("a list", AB + "EntryClass = [A, B]\n", {"A": "3 < 1", "B": "3 < 2"}),
    _shape(
        "a list over lines with comments",
        AB + "EntryClass = [\n    # C,\n    A,  # the first\n\n    B,\n    # ]\n]\n",
        {"A": "5 < 1", "B": "7 < 2"},
    ),
    _shape(
        "a decorated class", "def d(c): return c\n@d\n@d\nclass A: pass\nEntryClass = A\n", {"A": "5 < 4"}
    ),
    _shape(
        "lines that end with CR LF", b"class A: pass\r\n\r\nEntryClass = [\r\n  A\r\n]\r\n", {"A": "4 < 1"}
    ),
    _shape("a BOM", b"\xef\xbb\xbf" + A.encode() + b"EntryClass = A\n", {"A": "2 < 1"}),
    _shape("an underscore module", {"_hidden.py": A + "EntryClass = A\n"}, {"A": "_hidden.py:2 < 1"}),
    _shape("a module with a dot is none", {"a.b.py": A + "EntryClass = A\n", "m.py": ""}, {}),
    _shape("a subpackage's modules", {"sub/m.py": A + "EntryClass = A\n", "m.py": ""}, {}),
    _shape("the package's own module", {"__init__.py": A + "EntryClass = A\n", "m.py": ""}, {}),
    _shape(
        "a subpackage hides a module of its name",
        {"m/__init__.py": AB + "EntryClass = B\n", "m.py": A + "EntryClass = A\n"},
        {},
    ),
    _shape("the variable in another spelling (NFKC)", A + "\uff25ntry\U0001d402lass = A\n", {"A": "2 < 1"}),
    _shape(
        "a class name in latin-1",
        b"# coding: latin-1\nclass Gr\xfc\xdfe: pass\nEntryClass = [Gr\xfc\xdfe]\n",
        {"Grüße": "3 < 2"},
    ),
)

NO_REGISTRATION = (
    _shape("only mentioned", "def f(m):\n    return hasattr(m, 'EntryClass') and m.EntryClass\n", {}),
    _shape("only in a comment", A + "# EntryClass = A\n", {}),
    _shape("only in __all__", A + '__all__ = ["A", "EntryClass"]\n', {}),
    _shape("inside a function", A + "def f():\n    EntryClass = A\n    return EntryClass\n", {}),
    _shape("inside a class", A + "class B:\n    EntryClass = A\n", {}),
    _shape("a keyword argument at column 0", A + "x = dict(\nEntryClass=A\n)\n", {}),
    _shape("under TYPE_CHECKING", A + "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    EntryClass = A\n", {}),
    _shape("annotated without a value", A + "EntryClass: list\n", {}),
    _shape("deleted", A + "EntryClass = A\ndel EntryClass\n", {}, (3, UNTOLD)),
    _shape(
        "behind raise",
        A + "raise ImportError\nEntryClass = A\n",
        {},
        (2, "raises here when it is imported; the engine then skips it"),
    ),
)

ODD = (
    _shape("annotated", A + "EntryClass: list = [A]\n", {"A": "2 < 1"}),
    _shape("reassigned: the last one wins", AB + "EntryClass = A\nEntryClass = [B]\n", {"B": "4 < 2"}),
    _shape("a chain the other way round", A + "Other = EntryClass = [A]\n", {}, (2, HELD)),
    _shape(
        "augmented",
        AB + "EntryClass = [A]\nEntryClass += [B]\n",
        {},
        (4, "`EntryClass` is changed by an operator"),
    ),
    _shape("concatenated", AB + "EntryClass = [A] + [\n    B]\n", {}, (3, UNTOLD)),
    _shape(
        "append",
        AB + "EntryClass = [A]\nEntryClass.append(B)\n",
        {},
        (4, "`EntryClass` is changed by `.append(…)`"),
    ),
    _shape(
        "held by a dict", A + "EntryClass = [A]\nD = {'x': EntryClass}\nD['x'].append(A)\n", {}, (3, HELD)
    ),
    _shape("an alias", A + "Foo = A\nEntryClass = Foo\n", {"A": "3 < 1"}),
    _shape(
        'type("Name", …)',
        A + 'Foo = type("Bar", (A,), {})\nEntryClass = Foo\n',
        {},
        (2, "cannot tell what `type('Bar', (A,), {})` is without running it"),
    ),
    _shape("a name that nothing defines", "EntryClass = Nothing\n", {}, (1, "`Nothing` is not defined")),
)

REJECTED = (
    _shape("a tuple", AB + "EntryClass = (A, B)\n", {}, (3, "neither a class nor a list of classes")),
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
        {},
        (6, "`EntryClass` is bound in more than one way"),
    ),
    _shape(
        "a branch raises",
        A + "if int():\n    raise ImportError\nEntryClass = A\n",
        {"A": "4 < 1 if not (int())"},
    ),
)

X = {"x.py": "# x\n" + AB}
IMPORTS = (
    _shape(
        "star import of the variable in a loop",
        {
            "sub/__init__.py": "",
            "sub/x.py": A + "EntryClass = A\n",
            "m.py": "for _ in [0]:\n    from .sub.x import *\n",
        },
        {},
        (1, "may come from `import *`"),
    ),
    _shape(
        "in a circle, rebound halfway",
        {"m.py": AB + "Z = A\nfrom .n import Y\nZ = B\nEntryClass = Y\n", "n.py": "from .m import Z as Y\n"},
        {},
        (6, "in a circle"),
    ),
    _shape(
        "absolutely", X | {"m.py": "from sglang.srt.models.x import A\nEntryClass = A\n"}, {"A": "2 < x.py:2"}
    ),
    _shape(
        "relatively",
        X | {"m.py": "from .x import A as Z, B\nEntryClass = [Z, B]\n"},
        {"A": "2 < x.py:2", "B": "2 < x.py:3"},
    ),
    _shape("a module", X | {"m.py": "from . import x\nEntryClass = x.A\n"}, {}, (2, UNTOLD)),
    _shape(
        "star import of the variable",
        {"sub/__init__.py": "", "sub/x.py": A + "EntryClass = A\n", "m.py": "from .sub.x import *\n"},
        {},
        (1, "`EntryClass` may come from `import *` of sglang/srt/models/sub/x.py"),
    ),
    _shape(
        "star import of another distribution behind it",
        A + "EntryClass = A\nfrom collections import *\n",
        {},
        (1, "`EntryClass` may come from `import *` of `collections`"),
    ),
    _shape(
        "the variable of another module",
        {
            "sub/__init__.py": "",
            "sub/x.py": AB + "EntryClass = [A, B]\n",
            "m.py": "from .sub.x import EntryClass\n",
        },
        {},
        (1, UNTOLD),
    ),
    _shape(
        "a class of another distribution",
        "from collections import OrderedDict\nEntryClass = OrderedDict\n",
        {},
        (1, "`OrderedDict` comes from `collections`, which is not a file"),
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
)

LIST = AB + "EntryClass = [A]\n"
HELD_ELSEWHERE = (
    _shape(
        "set in a comprehension",
        AB + "EntryClass = A\n_ = [EntryClass := B for _ in [0]]\n",
        {},
        (4, "expression"),
    ),
    _shape(
        "set in a default", AB + "EntryClass = A\ndef f(x=(EntryClass := B)): pass\n", {}, (4, "expression")
    ),
    _shape(
        "set by globals() in a function",
        AB + "def f():\n    globals()['A'] = B\nf()\nEntryClass = A\n",
        {},
        (4, "any name"),
    ),
    _shape("inside a with that binds", A + "with open(__file__) as f:\n    EntryClass = A\n", {"A": "3 < 1"}),
    _shape("held by an attribute", LIST + "A.all = EntryClass\nA.all.append(B)\n", {}, (4, HELD)),
    _shape(
        "set through the module's own entry",
        AB + "EntryClass = B\nimport sys\nsys.modules[__name__].EntryClass = A\n",
        {},
        (5, "may be set through `sys.modules`"),
    ),
    _shape(
        "set in the module's table",
        AB + "EntryClass = A\nimport sys\nsys.modules[__name__].__dict__['EntryClass'] = B\n",
        {},
        (5, "may be set through `sys.modules`"),
    ),
)

SHAPES = (*PLAIN, *NO_REGISTRATION, *ODD, *CONDITIONS, *HELD_ELSEWHERE, *IMPORTS, *REJECTED)
