from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.modules import (
    MAX_BYTES,
    candidates,
    dotted,
    import_of,
    longest_line,
    parse,
    undecodable_line,
    unreadable,
)
from archtrack.core.outline import outline


@pytest.mark.parametrize(
    ("path", "level", "module", "base"),
    [
        ("a/b/c.py", 0, "x.y", "x/y"),
        ("a/b/c.py", 0, "x", "x"),
        ("a/b/c.py", 1, "x", "a/b/x"),
        ("a/b/c.py", 1, "x.y", "a/b/x/y"),
        ("a/b/c.py", 1, "", "a/b"),
        ("a/b/c.py", 2, "x", "a/x"),
        ("a/b/c.py", 3, "x", None),
        ("a/b/__init__.py", 1, "x", "a/b/x"),
    ],
)
def test_an_import_names_a_package_or_a_module(path: str, level: int, module: str, base: str | None) -> None:
    assert candidates(path, level, module) == ((f"{base}/__init__.py", f"{base}.py") if base else ())


@pytest.mark.parametrize(
    ("path", "name"),
    [("a/b/c.py", "a.b.c"), ("a/b/__init__.py", "a.b"), ("a.py", "a"), ("a/my-x.py", "a.my-x")],
)
def test_a_path_has_a_dotted_name(path: str, name: str) -> None:
    assert dotted(path) == name


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("from a import X\n", (0, "a", "X", 1)),
        ("x = 1\nfrom ..a.b import (\n    Y as X,\n)\n", (2, "a.b", "Y", 2)),
        ("from a import X\nfrom b import X\n", (0, "b", "X", 2)),
        ("from a import Y; from b import X\n", (0, "b", "X", 1)),
        ("from . import X\n", (1, "", "X", 1)),
        ("import X\n", None),
        ("from a import XY\n", None),
        ("# from a import X\n", None),
    ],
)
def test_where_a_name_is_imported_from(text: str, origin: tuple[int, str, str, int] | None) -> None:
    read = outline(text.encode())
    assert read is not None
    assert import_of(read, "X") == origin


def test_a_file_that_parses_gives_its_tree_without_warnings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tree = parse(b"x = '\\q'\nassert (1, 2)\n")
    assert [type(node) for node in tree.body] == [ast.Assign, ast.Assert]


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"x =\n", 1, "invalid syntax"),
        (b"\nx = '\0'\n", 2, "NUL"),
        (b"\n\nx = '\xff'\n", 3, ""),
        (b"x = 1\nx = " + b"-" * 50_000 + b"1\n", 2, ""),
        (b"\n#" + b"x" * MAX_BYTES, 2, "more than 1,000,000 are not read"),
        (b"# coding: nothing\n", 1, "nothing"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_file_that_does_not_parse_raises_with_its_line(data: bytes, line: int, words: str) -> None:
    with pytest.raises(SyntaxError) as caught:
        parse(data)
    assert caught.value.lineno == line
    assert words in str(caught.value.msg)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_give_a_tree_or_a_syntax_error_with_a_line(data: bytes) -> None:
    line: int | None = 1
    try:
        parse(data)
    except SyntaxError as error:
        line = error.lineno
    assert line is not None
    assert line > 0


@pytest.mark.parametrize(
    ("data", "longest", "undecodable"), [(b"", 1, 1), (b"a\nbbb\ncc", 2, 1), (b"a\nb\xff\nc", 2, 2)]
)
def test_lines_to_point_at(data: bytes, longest: int, undecodable: int) -> None:
    assert (longest_line(data), undecodable_line(data)) == (longest, undecodable)


def test_almost_every_file_is_read() -> None:
    assert unreadable(b"x = 1\n" * 1_000) is None
