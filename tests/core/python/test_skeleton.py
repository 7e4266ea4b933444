"""The skeleton of a module: what is cut, and that everything else is as Python's parser reads it in the whole file."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.python.module import Module
from archtrack.core.python.skeleton import skeleton
from archtrack.core.python.source import normalise, parse

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def cut(text: str, *words: str) -> str | None:
    found = skeleton(text.encode(), [word.encode() for word in words])
    return None if found is None else found.decode()


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("def f(a, b=1):\n    return a\nx = 1\n", "def f(a, b=1): ...\n\nx = 1\n"),
        ("async  def f() -> int:  # why\n    return 1", "async  def f() -> int: ...\n"),
        ("@d\ndef f(\n    a,\n    b,\n):\n    pass\n", "@d\ndef f(\n    a,\n    b,\n): ...\n\n"),
        (
            "class A(B):\n    x = 1\n\n    def f(self):\n        y\n\n    @d\n    def g(a):\n        z\n\n    w = 2\n",
            "class A(B):\n    x = 1\n\n    def f(self): ...\n\n\n    @d\n    def g(a): ...\n\n\n    w = 2\n",
        ),
        ("def f():\n    def g():\n        pass\n    class A: pass\nx\n", "def f(): ...\n\n\n\nx\n"),
        ("def f():\n    x = '''\ndef g():\n'''\n    return x\ny\n", "def f(): ...\n\n\n\n\ny\n"),
        ('def f():\n    pass\n"""of the next"""\n\ny\n', "def f(): ...\n\n\n\ny\n"),
        ("def f():\n    # it's\n# a remark\n    pass\ny\n", "def f(): ...\n\n\n\ny\n"),
        ("def f(a={'(': ')'}, b=\"]\"):\n    pass\n", "def f(a={'(': ')'}, b=\"]\"): ...\n\n"),
        ("def f(a,  # note:\n    b):\n    pass\n", "def f(a,  # note:\n    b): ...\n\n"),
        ("def f(a=lambda:\n        1):\n    pass\n", "def f(a=lambda:\n        1): ...\n\n"),
        ('def f(a="""x:\n"""):\n    pass\n', 'def f(a="""x:\n"""): ...\n\n'),
        ("def f[T: (int,\n s)](a: T[1:\n -2]):\n    pass\n", "def f[T: (int,\n s)](a: T[1:\n -2]): ...\n\n"),
        ("\ufeffdef f():\r\n    pass\r\rx\r\n", "def f(): ...\n\n\nx\n"),
        ("def f():\n    pass\n\f\ny\n", "def f(): ...\n\n\ny\n"),
    ],
)
def test_bodies_of_functions_and_methods_are_cut_and_lines_stay(text: str, short: str) -> None:
    assert cut(text) == short


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n",
        "class A:\n    x = 1\n",
        "def f(): return 1\n",
        "def f(): \\\n    return 1\n",
        "if x:\n    def f():\n        pass\n",
        "class A:\n    class B:\n        def f(self):\n            pass\n",
        "class A:\n    if x:\n        def f(self):\n            pass\n",
        # A class whose body is not indented by four keeps its methods.
        "class A:\n  def f(self):\n    def g():\n      pass\n  x = 1\n",
        "class A:\n  if x:\n    def f(self):\n      pass\n  x = 1\n",
        "class A:\n\tdef f(self):\n\t    pass\n\tx = 1\n",
        "x = '''\ndef f():\n    pass\n'''\n",
        'x = "\\\ndef f():"\n',
        'def f(a="{"):\n    pass\n',
        "def f(a: T[1:\n-2]):\n    pass\n",
        "",
    ],
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert cut(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("def f():\n    return EntryClass\n", True),
        ("def f():\n    # EntryClass\n    return 1\n", True),
        ("def f():\n    return \uff25ntryClass\n", True),
        ("def f(a=EntryClass):\n    return 1\n", False),
        ("def EntryClass():\n    return 1\n", False),
        ("def f():\n    return Entry\n", False),
    ],
)
def test_a_body_with_one_of_the_words_stays(text: str, *, kept: bool) -> None:
    assert (cut(text, "other", "EntryClass") == text) is kept


@pytest.mark.parametrize(
    "text",
    [
        '"""never closed\n',
        'x = "\nb"""\n',
        'x = \'a \\\n"""\'\n',
        "# a comment that goes on \\\nclass A: pass\n",
        '"""a"""; x = 1\n',
        '"""a""", (x := 1)\n',
        f'"""a"""{" " * 300}; x = 1\n',
        'x = f"""{ f"""a""" }"""\n',
        'x = f"""}}{ {"""\ndef f():\n  pass\n""":1} }"""\n',
        'x = f"{d["#"]}" + """\ndef f():\n    pass\n"""\n',
        "\fclass A: pass\n",
        "x = 'it''s' + \"'''\n",
        "# coding: latin-1\n",
        "x = '\0'\n",
        "x" * 3_000 + ' + "a" + """b"""\n',
    ],
)
def test_what_is_beyond_the_simple_picture_is_left_to_the_parser(text: str) -> None:
    assert cut(text) is None


@pytest.mark.parametrize(
    "text",
    ["def f():\n    return (\nx)\ny = 1\n", "class A:\n    def f(self):\n        return [\n    x]\n"],
)
def test_a_cut_in_the_wrong_place_is_no_module(text: str) -> None:
    short = cut(text)
    assert short is not None
    with pytest.raises(SyntaxError):
        parse(short.encode())
    assert ast.dump(Module(text.encode()).tree) == ast.dump(ast.parse(text))


# -- the law ------------------------------------------------------------------------------------------


def bare(tree: ast.Module) -> str:
    """A tree without the bodies that may be cut, and without texts between statements."""
    tree.body = [node for node in tree.body if not is_text(node)]
    for node in tree.body:
        for each in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(each, FUNCTIONS):
                each.body = []
    for part in ast.walk(tree):
        for attribute in ("end_lineno", "end_col_offset"):
            if hasattr(part, attribute):
                delattr(part, attribute)
    return ast.dump(tree, include_attributes=True)


def is_text(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Expr):
        return False
    parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
    return all(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in parts)


def holds(data: bytes) -> bool:
    """Assert the law of a module that parses; whether anything was cut."""
    short, normal = skeleton(data), normalise(data)
    assert bare(Module(data).tree) == bare(parse(data))
    if short is None or normal is None:
        return False
    assert short.count(b"\n") == normal.count(b"\n")
    return short != normal


def parses(text: str) -> bool:
    try:
        parse(text.encode())
    except SyntaxError:
        return False
    return True


NEW_STRINGS = [
    'f"{x["#"]}"',
    'f"{\nx}"',
    'f"{\n    x}"',
    'f"""{x["""y"""]}"""',
    'f"""}}{ {"""\ndef f():\n  pass\n""":1} }"""',
    'f"{x  # c:\n}"',
]
STRINGS = st.sampled_from(
    [
        *("'a'", '"#"', "'#'", "'\\''", 'r"\\""', '""', "''", '""""""', "'('", '"]"', "'{'", "':'", '"é"'),
        *('"""c"""', "'''it's'''", '"""a\\""""', '\'it"""s\'', "\"''' \""),
        *('"a \\\ndef x"', '"\\\n    def x"', '"""\ndef s():\n  x\n"""', 'rb"""\n    def x\n"""'),
        "'''\nclass S:\n    def m(self):\n        pass\n'''",
        *('f"{x}"', 'f"{x:{y}}"', "f'{{'", "f'''{\nx\n}'''", "f\"{'}'}\"", 'f"{x[1:2]}"'),
        *(NEW_STRINGS if sys.version_info >= (3, 12) else ()),
    ]
)
NAMES = st.sampled_from(["x", "y", "def_", "class_", "Größe", "f", "t"])
BREAKS = st.sampled_from(
    ["", "", "", " ", "\n", "\n    ", "\n  ", " # c:\n", "  # (\n", "\n# '''\n", " \\\n"]
)
PLAIN = NAMES | STRINGS | st.just("1")


def broken(template: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A template whose ``~`` are spaces or ends of lines, and whose ``@`` are the parts."""

    def fill(each: tuple[list[str], list[str]]) -> str:
        spaces, values = map(iter, each)
        return "".join(
            {"~": lambda: next(spaces), "@": lambda: next(values)}.get(c, lambda c=c: c)() for c in template
        )

    gaps = st.lists(BREAKS, min_size=template.count("~"), max_size=template.count("~"))
    return st.tuples(gaps, st.tuples(*parts).map(list)).map(fill)


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        broken("(~@~)", inner),
        broken("[~@,~@~]", inner, inner),
        broken("{~@:~@~}", inner, inner),
        broken("(lambda:~@~)", inner),
        broken("(lambda a=@:~@)", inner, inner),
        broken("@[@:~@~]", NAMES, inner, inner),
        broken("(@~-~@)", inner, inner),
        broken("@(~@,~y=@)", NAMES, inner, inner),
        broken("(@ := @)", NAMES, inner),
        broken("@ + @", inner, inner),
    )


EXPRESSIONS = st.recursive(PLAIN, compound, max_leaves=4)
SIMPLE = st.one_of(
    st.sampled_from(
        ["pass", "import a", "from a import (\n    b,\n)", "x = \\\ny", "x = 1; y = 2", "y: int"]
    ),
    broken("@ = @", NAMES, EXPRESSIONS),
    EXPRESSIONS,
    broken("@, (@)", STRINGS, EXPRESSIONS),
)
ARGUMENTS = st.one_of(
    st.just(""),
    st.just("self"),
    broken("~a0,~b0=@~", EXPRESSIONS),
    broken("a0:~@ = @,~", EXPRESSIONS, EXPRESSIONS),
)
WIDTHS = st.sampled_from(["    ", "    ", "    ", "  ", "\t", " " * 8])


def indented(text: str, width: str) -> str:
    return "\n".join(width + line for line in text.split("\n"))


def suite(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """What follows the header of a block: a block, or a statement on the same line."""
    lines = st.lists(inner, min_size=1, max_size=3).map("\n".join)
    block = st.tuples(st.sampled_from(["", " # c:", "  "]), lines, WIDTHS).map(
        lambda each: f"{each[0]}\n{indented(each[1], each[2])}"
    )
    return block | block | SIMPLE.map(lambda text: f" {text}")


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    define = st.sampled_from(["def", "def", "async def", "@d\ndef"])
    return st.one_of(
        broken("@ @(@):@", define, NAMES, ARGUMENTS, suite(inner)),
        broken("@ @(@) -> @:@", define, NAMES, ARGUMENTS, EXPRESSIONS, suite(inner)),
        broken("class A:@", suite(inner)),
        broken("class A(~@~):@", EXPRESSIONS, suite(inner)),
        broken("@\nclass A:@", EXPRESSIONS.map(lambda text: f"@({text})"), suite(inner)),
        broken("if @:@\nelse:@", NAMES, suite(inner), suite(inner)),
    ).filter(parses)


STATEMENTS = st.recursive(SIMPLE.filter(parses), nested, max_leaves=5)
GAPS = st.sampled_from(
    ["\n", "\n", "\n\n", "\n# c:\n", "\n    # '''\n", "\n\f\n", '\n"""\ntext\n"""\n', "\r\n"]
)
MODULES = st.lists(st.tuples(STATEMENTS, GAPS).map("".join), max_size=5).map("".join).filter(parses)


@given(MODULES)
def test_the_rest_is_what_a_parse_of_the_whole_gives(text: str) -> None:
    holds(text.encode())


def test_the_rest_of_real_modules_is_what_a_parse_of_the_whole_gives() -> None:
    files = sorted(Path(ast.__file__).parent.glob("*.py"))[::4]
    cuts = [holds(file.read_bytes()) for file in files]
    assert sum(cuts) > 0.6 * len(files)


# -- hostile ------------------------------------------------------------------------------------------


@given(st.binary(max_size=60) | st.text("\"'\\#\n \t\f()[]{}=:;.,@fclasdeimprt", max_size=80).map(str.encode))
def test_any_bytes_are_cut_or_left_to_the_parser(data: bytes) -> None:
    short, normal = skeleton(data, (b"a",)), normalise(data)
    assert short is None or (normal is not None and short.count(b"\n") == normal.count(b"\n"))


@pytest.mark.parametrize(
    "data",
    [
        b'""""""' * 100_000,
        b"'''" * 200_001,
        b"'" * 500_000,
        b'x = """' + b"\\" * 500_000 + b'"""\n',
        b"def f(" + b"(" * 500_000,
        b"def f():\n" * 50_000,
        b"class A:\n" + b"    def f(self):\n" * 50_000,
        b"\n\f" * 200_000 + b"x",
        b'x = f"""' + b"{" * 200_000 + b'"""\n',
        b'# """ ' * 100_000,
    ],
    ids=lambda data: repr(data[:20]),
)
def test_the_work_grows_with_the_file_alone(data: bytes) -> None:
    short = skeleton(data)
    assert short is None or short.count(b"\n") == data.count(b"\n")
