from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

import pytest

from archtrack.core.python.source import MAX_BYTES
from archtrack.errors import SourceError
from archtrack.sources.syntax_check import PYTHON, check_syntax, start_check

if TYPE_CHECKING:
    from pathlib import Path

FINE = (
    b"",
    b"x = 1",
    b"\xef\xbb\xbfx = 1\r\n",
    b"# coding: latin-1\nx = '\xff'\n",
    "größe = 'ß'\n".encode(),
    b"x = 'a\\qb'\n",
    b"\fif x:\n\tpass\n",
)
BROKEN = (
    (b"x = = 1\n", 1, "cannot parse it: invalid syntax"),
    (b"x = 1\n\nclass A(\n", 3, "was never closed"),
    (b"x = 1\n  y = 2\n", 2, "unexpected indent"),
    (b"def f():\n    global x\n    x: int = 1\n", 3, "annotated name 'x' can't be global"),
    (b"a\n\x00\n", 2, "it contains a NUL byte (is it UTF-16?)"),
    ("x = 1\n".encode("utf-16"), 1, "NUL"),
    (b"a = 1\nb = '\xff'\n", 2, "cannot parse it"),
    (b"#\n# coding: nonsense\n", 1, "nonsense"),
    (b"x = 1\nx = " + b"[" * 20_000 + b"]" * 20_000, 2, "cannot parse it: too many nested parentheses"),
    (b"x = 1\nx = a" + b".a" * 100_000, 2, "cannot parse it: too deeply nested"),
    (b"x = 1\n#" + b" " * MAX_BYTES, 2, "are not read"),
)


@pytest.mark.parametrize(("data", "line", "words"), BROKEN, ids=lambda value: repr(value)[:40])
def test_what_does_not_parse_is_told_with_its_line(data: bytes, line: int, words: str) -> None:
    problem = check_syntax({"a": data})["a"]
    assert problem is not None
    assert problem[1] == line
    assert words in problem[0]
    assert "\n" not in problem[0]


def test_every_file_has_its_own_answer_whatever_the_others_are() -> None:
    files = {str(index): data for index, (data, _, _) in enumerate(BROKEN)}
    files |= {f"fine{index}": data for index, data in enumerate(FINE)}
    answers = check_syntax(files)
    assert list(answers) == list(files)
    assert [answer and answer[1] for answer in answers.values()] == [line for _, line, _ in BROKEN] + [
        None
    ] * len(FINE)


def test_no_files_need_no_answer() -> None:
    assert check_syntax({}) == {}


def test_a_child_that_dies_is_told_of_the_file_that_it_died_on(monkeypatch: pytest.MonkeyPatch) -> None:
    child = (
        "import sys\n"
        "data = sys.stdin.buffer.read()\n"
        "print('ok', flush=True)\n"
        "sys.exit(1) if b'deadly' in data.split(b'\\n', 3)[-1] or b'deadly' in data else print('ok')\n"
    )
    monkeypatch.setattr("archtrack.sources.syntax_check._CHILD", child)
    answers = check_syntax({"a": b"x = 1\n", "b": b"deadly = 1\n"})
    assert answers == {"a": None, "b": (f"it makes the parser of Python {PYTHON} fail", 1)}


def test_a_python_that_cannot_be_started_is_a_source_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    with pytest.raises(SourceError, match=r"cannot start .* No such file or directory"):
        start_check({"a": b"x = 1\n"})


def test_the_files_are_only_parsed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    text = f"open({str(mark)!r}, 'w').close()\n"
    ast.parse(text)
    assert check_syntax({"a": text.encode()}) == {"a": None}
    assert not mark.exists()
