"""Which models a draft guesses for, read from where the engine writes the draft's name."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from archtrack.engines.sglang.drafts import drafts_of
from archtrack.engines.sglang.files import MODEL_CONFIG
from archtrack.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.sources.library import Library

    Make = Callable[[Mapping[str, str | bytes]], Library]

HEAD = """\
class Config:
    def __init__(self):
        self.a = 1

    def draft(self):
"""
NESTED = """\
if draft:
  if c.architectures[0] == "A":
    if x:
      c.architectures[0] = "A1"
    else:
      c.architectures[0] = "A2"
"""
WRITES = ':\n    c.architectures[0] = "M"\n'


def targets_of(library: Library) -> dict[str, list[tuple[str, int]]]:
    """Draft -> its targets, each with the line that writes it."""
    found: dict[str, list[tuple[str, int]]] = {}
    for target, draft, place in drafts_of(library):
        assert place.file == MODEL_CONFIG
        found.setdefault(draft, []).append((target, place.line))
    return found


def method(text: str) -> bytes:
    return f"{HEAD}{textwrap.indent(text, ' ' * 8)}\n    def last(self):\n        pass\n".encode()


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ('if draft and c.architectures[0] == "A"' + WRITES, {"M": [("A", 7)]}),
        (
            'if draft and c.architectures[0] in ["A", "B"]:\n    c.architectures = ["M"]\n',
            {"M": [("A", 7), ("B", 7)]},
        ),
        ("if draft and c.architectures[0] in SOME" + WRITES, {"M": [("S", 7)]}),
        ("if draft and c.architectures[0] in lists.MORE" + WRITES, {"M": [("L1", 7), ("L2", 7)]}),
        ("if draft and c.architectures[0] in NOWHERE" + WRITES, {}),
        ('if draft and c.architectures[0] in (*SOME, "A")' + WRITES, {"M": [("S", 7), ("A", 7)]}),
        (NESTED, {"A1": [("A", 9)], "A2": [("A", 11)]}),
        (
            'if draft and c.architectures[0] == "A":\n    c.architectures[0] = "M"\n' * 2,
            {"M": [("A", 7), ("A", 9)]},
        ),
        ('if c.architectures[0] == "A"' + WRITES, {}),
        ('if draft and c.architectures[0] != "A"' + WRITES, {}),
        ('if draft and c.model_type == "a"' + WRITES, {}),
        ('if draft and c.architectures[0] == "A":\n    c.other[0] = "M"\n', {}),
        ('if draft and c.architectures[0] == "A":\n    c.architectures[0] = name()\n', {}),
        ('if draft and c.architectures[0] == "A":\n    pass\nelse' + WRITES, {}),
        ('c.architectures[0] = "M"\n', {}),
    ],
)
def test_a_draft_is_written_where_its_target_was_found(
    text: str, targets: dict[str, object], library: Make
) -> None:
    lists = {"sglang/srt/configs/lists.py": 'MORE = ["L1", *["L2"]]\n'}
    data = method(text.replace("draft", "is_draft_model")) + b'from .lists import MORE\nSOME = ("S",)\n'
    assert targets_of(library({MODEL_CONFIG: data, **lists})) == targets


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b'c.architectures[0] = "M"\n',
        b'class A:\n    def f(self):\n        c.architectures[0] = "M"\n      x(\n',
        b'class A:\n    def f(self):\n        c.architectures[0] = "M" ' + b"+ 1 " * 9000 + b"\n",
        method("if x:\n    pass\n" + "elif y:\n    pass\n" * 800 + "else:\n    c.architectures[0] = 'M'\n"),
        method("if x:\n    pass\n" + "elif y:\n    pass\n" * 3000 + "else:\n    c.architectures[0] = 'M'\n"),
    ],
)
def test_text_that_tells_of_no_draft_gives_none(data: bytes, library: Make) -> None:
    assert drafts_of(library({MODEL_CONFIG: data})) == ()


@pytest.mark.parametrize(
    "around", ["{}", "\ufeff{}", "TEXT = '''\ndef other():\n'''\n\n{}", "class Before:\n    pass\n{}"]
)
def test_what_stands_around_does_not_matter(around: str, library: Make) -> None:
    code = (
        "def draft(self):\n"
        '    text = """\nat the margin\n"""\n'
        "    def nested():\n        return 1\n"
        '    if is_draft_model and "A" == c.architectures[0]:  # a remark\n'
        '        c.architectures[0] = "ANextN" if self.x else "AMTP"\n'
    )
    text = around.format(code)
    found = targets_of(library({MODEL_CONFIG: text.replace("\n", "\r\n").encode()}))
    line = next(number for number, one in enumerate(text.split("\n"), 1) if "ANextN" in one)
    assert found == {"ANextN": [("A", line)], "AMTP": [("A", line)]}


def test_more_drafts_than_anybody_wrote_are_refused(library: Make) -> None:
    targets = ", ".join(f"'a{number}'" for number in range(200))
    text = f"def f(self):\n    if is_draft_model and self.architectures[0] in [{targets}]:\n"
    text += "        self.architectures[0] = 'X'\n" * 200
    with pytest.raises(SourceError, match="names more than 10,000 drafts; it is no file of SGLang"):
        drafts_of(library({MODEL_CONFIG: text}))
