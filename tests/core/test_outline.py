from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.modules import parse
from archtrack.core.outline import outline
from archtrack.core.strings import normalise

if TYPE_CHECKING:
    from archtrack.core.outline import Outline


def read(text: str) -> Outline:
    found = outline(text.encode())
    assert found is not None
    return found


# -- what a file is to begin with -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "normal"),
    [
        (b"x\n", b"x\n"),
        (b"\xef\xbb\xbfx\n", b"x\n"),
        (b"a\r\nb\rc\r\r\n", b"a\nb\nc\n\n"),
        (b"# coding: utf-8\n", b"# coding: utf-8\n"),
        (b"#!/x\n# -*- coding: UTF_8 -*-\n", b"#!/x\n# -*- coding: UTF_8 -*-\n"),
        (b"# coding: ascii\n", b"# coding: ascii\n"),
        (b"\n\n# coding: latin-1\n", b"\n\n# coding: latin-1\n"),
        (b"# coding: latin-1\n", None),
        (b"\n# vim: set fileencoding=cp1252 :\n", None),
        (b"x = '\0'\n", None),
    ],
)
def test_bytes_become_lines_of_utf8_or_are_refused(data: bytes, normal: bytes | None) -> None:
    assert normalise(data) == normal


@pytest.mark.parametrize(
    "text",
    [
        'x = "a\nb"""\n',
        '"""never closed\n',
        'x = \'a \\\n"""\'\n',
        "# a comment that goes on \\\nclass A: pass\n",
        '"""a"""; class_ = 1\n',
        'x = f"""{ f"""a""" }"""\n',
        "\fclass A: pass\n",
        "x = 'it''s' + \"'''\n",
    ],
)
def test_a_text_beyond_the_simple_picture_is_refused(text: str) -> None:
    assert outline(text.encode()) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("class A: pass\nclass B(A, b.C, metaclass=M): pass\n", {"A": (1, ()), "B": (2, ("A", "b.C"))}),
        (
            "class A(\n    B,  # C, D\n    C,\n):\n    class D: pass\nclass\tE ( ) :\n  pass\n",
            {"A": (1, ("B", "C")), "E": (6, ())},
        ),
        ('"""\nclass A: pass\n"""\nclass B: pass\n', {"B": (4, ())}),
        ("x = '''\nclass A: pass\n''' + \"\"\"'''\nclass A: pass\n\"\"\"\nclass B: pass\n", {"B": (6, ())}),
        ('x = "\\"" + """\\"""\nclass A: pass\n"""\nclass B: pass\n', {"B": (4, ())}),
        ('# it\'s """ not a string\nclass B: pass\n', {"B": (2, ())}),
        ("x = r'a\\d' + '''\nclass A: pass\n'''\n", {}),
        ("x = 1 + \\\nclass_\nclassA = 1\nclass B: pass\n", {"B": (4, ())}),
        ("@d\nclass B: pass\n", {"B": (2, ())}),
        ("if x:\n    class A: pass\n", {}),
    ],
)
def test_class_statements_at_column_0(text: str, names: dict[str, tuple[int, tuple[str, ...]]]) -> None:
    headers = read(text).classes()
    assert headers is not None
    assert {header.name: (header.line, header.bases) for header in headers} == names


@pytest.mark.parametrize(
    "text",
    [
        "class A[T]: pass\n",
        "class A(f(x)): pass\n",
        "class A(B[int]): pass\n",
        "class Größe: pass\n",
        "class A(*B): pass\n",
        "class A\n",
    ],
)
def test_a_header_of_an_unusual_shape_is_not_guessed(text: str) -> None:
    assert read(text).classes() is None


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("import a\nfrom b import c\n", [(1, "import a"), (2, "from b import c")]),
        ("from b import (c,  # )\n    d)\nx = 1\n", [(1, "from b import (c,  \n    d)")]),
        ("from b import c, \\\n    d\n", [(1, "from b import c, \\\n    d")]),
        ("if x:\n    import a\n'''\nimport b\n'''\n# import c\nimportant = 1\n", []),
    ],
)
def test_import_statements_at_column_0(text: str, imports: list[tuple[int, str]]) -> None:
    assert [(line, found.decode()) for line, found in read(text).imports()] == imports


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("x = 1\ny = 2\n", "x = 1"),
        ("x = [\n  1,\n]\ny = 2\n", "x = [\n  1,\n]"),
        ("x = '''\ny = 1\n'''\n\ny = 2\n", "x = '''\ny = 1\n'''\n"),
        ("x = 1", "x = 1"),
        ("x = \\\ny\nz\n", "x = \\\ny"),
    ],
)
def test_a_block_goes_up_to_the_next_statement(text: str, block: str) -> None:
    assert read(text).block(1) == block.encode()


@pytest.mark.parametrize(
    ("text", "plausible"),
    [
        ("x = (1)\ndef f(): return 1\nclass A: pass\n", True),
        ('x = \'(\'\n# (\ny = """)"""\n', True),
        ("from a import b\nnot x\nlambda x: 1\nprint(1)\nmatch x:\n  case 1: pass\n", True),
        ("def f(\n    a) -> int:\n    pass\n", True),
        ("'''\nclass of things\ndef f()\nthis is prose\n'''\n", True),
        ("x = (1\n", False),
        ("x = 1)\n", False),
        ("<<<<<<< HEAD\nx = 1\n", False),
        ("x = 1\nsome words here\n", False),
        ("def f(a)\n    pass\n", False),
        ("class A:\n    def f(self)\n        pass\n", False),
        ("x = " + "(" * 100 + ")" * 100 + "\n", False),
    ],
)
def test_a_file_that_cannot_parse_often_does_not_seem_to(text: str, *, plausible: bool) -> None:
    assert read(text).plausible() is plausible


def test_a_byte_that_is_not_utf8_is_not_plausible() -> None:
    found = outline(b"x = '\xff'\n")
    assert found is not None
    assert not found.plausible()


# -- against Python's own parser --------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        "class A: pass\n",
        "class B(A,\n    c.D):\n    x = 1\n",
        "class C:\n    '''doc\nclass X: pass\n'''\n",
        "def f(a='\"\"\"', b=1):\n    return '''\nclass Y: pass\n'''\n",
        "async def g():\n    global z\n    z = 1\n",
        "@decorated('x')\nclass E: pass\n",
        "x = '''\nclass F: pass\nEntryClass = F\n'''\n",
        'x = """a \\""" b\nimport q\n"""\n',
        "x = \"'''\" + '\"\"\"' # \"\"\" '''\n",
        "x = 'it\\'s' # don't\n",
        "x = r'\\d' + '\\\\'\n",
        "x = 'a \\\nclass G: pass'\n",
        "y = 1 + \\\n  2\n",
        "y = [\n1,\n# ]\n2,\n]\n",
        "y = dict(\nEntryClass=1,\nb=2\n)\n",
        "if x:\n    class H: pass\nelse:\n    import h\n",
        "import a, b.c as d\n",
        "from .e import (f, # )\n  g as h,\n)\n",
        "from i import j; k = 1\n",
        "# class I: pass \\\n",
        "# '''\n",
        "f'''{x}\nclass J: pass\n{{'''\n",
        "z = f\"{'''a'''}\"\n",
        "\n",
        "\f\n",
        "z = '' '''''' \"\"\n",
        "for i in ():\n\tpass\n",
        "'''a\nclass K: pass\n'''\n",
        "b'''\nclass L: pass\n'''.decode()\n",
    ]
)
MODULES = st.lists(PIECES, max_size=12).map("".join)


@given(MODULES)
def test_the_outline_tells_what_the_parser_tells_or_nothing(text: str) -> None:
    tree = parse(text.encode())
    found = outline(text.encode())
    if found is None:
        return
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    headers = found.classes()
    assert headers is not None
    assert [(each.name, each.line) for each in headers] == [(each.name, each.lineno) for each in classes]
    assert [list(each.bases) for each in headers] == [
        [ast.unparse(base) for base in each.bases] for each in classes
    ]
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert [line for line, _ in found.imports()] == [node.lineno for node in imports]
    for (_, statement), node in zip(found.imports(), imports, strict=True):
        assert ast.dump(parse(statement).body[0]) == ast.dump(node)
    assert found.plausible()


@given(MODULES)
def test_what_is_left_without_bodies_binds_the_same_names_on_the_same_lines(text: str) -> None:
    found = outline(text.encode())
    short = found.reduced() if found is not None else None
    if short is None:
        return
    try:
        less = ast.parse(short)
    except SyntaxError:
        return  # then the whole module is read
    assert [(type(node), bound(node), node.lineno) for node in less.body if bound(node)] == [
        (type(node), bound(node), node.lineno) for node in parse(text.encode()).body if bound(node)
    ]


def bound(node: ast.stmt) -> str | None:
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return node.name
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.Assign, ast.If, ast.For)):
        return ast.unparse(node) if not isinstance(node, (ast.If, ast.For)) else type(node).__name__
    return None


@given(st.binary(max_size=60) | st.text("\"'\\#\n \t\f()[]{}=:;.,@fclasdeimprt", max_size=80).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    found = outline(data)
    if found is not None:
        found.classes()
        found.imports()
        found.reduced()
        found.plausible()
        for offset in range(len(found.data) + 1):
            assert found.is_code(offset) in {True, False}
            found.block(offset)
            found.continues(offset)
            assert found.line(offset) >= 0
