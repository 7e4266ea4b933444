from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.python.source import (
    MAX_BYTES,
    candidates,
    longest_line,
    module_name,
    normalise,
    parse,
    undecodable_line,
    unreadable,
)


@pytest.mark.parametrize(
    ("data", "normal"),
    [
        (b"x\n", b"x\n"),
        (b"\xef\xbb\xbfx\n", b"x\n"),
        (b"a\r\nb\rc\r\r\n", b"a\nb\nc\n\n"),
        (b"# coding: utf-8\n", b"# coding: utf-8\n"),
        (b"#!/x\n# -*- coding: UTF_8 -*-\n", b"#!/x\n# -*- coding: UTF_8 -*-\n"),
        (b"\n\n# coding: latin-1\n", b"\n\n# coding: latin-1\n"),
        (b"# coding: latin-1\n", None),
        (b"\n# vim: set fileencoding=cp1252 :\n", None),
        (b"x = '\0'\n", None),
    ],
)
def test_bytes_become_lines_of_utf8_or_are_refused(data: bytes, normal: bytes | None) -> None:
    assert normalise(data) == normal


@pytest.mark.parametrize(
    ("path", "level", "module", "base"),
    [
        ("a/b/c.py", 0, "x.y", "x/y"),
        ("a/b/c.py", 1, "x", "a/b/x"),
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
    assert module_name(path) == name


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
        (b"\nx = " + b"9" * 5_000 + b"\n", 2, "integer"),
        (b"if x:\n pass\n" + b"elif x:\n pass\n" * 20_000, 3, ""),
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


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"x = 1\n" * 1_000, None),
        (b"x" * MAX_BYTES, None),
        (b"a\nb\0", ("it contains a NUL byte (is it UTF-16?)", 2)),
        (b"\n" * (MAX_BYTES + 1), ("it has 1,000,001 bytes; more than 1,000,000 are not read", 1)),
    ],
    ids=["short", "long", "NUL", "too long"],
)
def test_some_files_are_not_given_to_the_parser(data: bytes, expected: tuple[str, int] | None) -> None:
    assert unreadable(data) == expected


FIELDS, PARTS = "an f-string of too many fields", "an import of too many parts"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b'"""a"""\nx = f"' + b"{a}" * 50_000 + b'"\n', FIELDS),
        (b'x = f"' + b"{a}'''" * 50_000 + b'"\n', FIELDS),
        (b"x = f'''" + b'{a}"""\n' * 50_000 + b"'''\n", FIELDS),
        (b'x = f"""' + b'{a}\\"""\n' * 50_000 + b'"""\n', FIELDS),
        (b'x = f"""' + b"{a}\n" * 50_000 + b'"""\n', FIELDS),
        (b"x = 1; import a" + b".a" * 60_000 + b"\n", PARTS),
        (b"from a" + b".\\\na" * 60_000 + b" import b\n", PARTS),
        (b"x = {1: f'{a}', 2: 3}\n" * 10_000, None),
        (b"import a.b.c\n" * 50_000, None),
    ],
)
def test_what_the_parser_takes_the_square_of_is_not_given_to_it(data: bytes, what: str | None) -> None:
    found = unreadable(data)
    assert (found and found[0]) == (what and f"it may have {what} to be parsed in time")
