"""Which models a draft guesses for, read from where the engine writes the draft's name."""

from __future__ import annotations

import textwrap

import pytest

from archtrack.core.drafts import draft_targets

HEAD = """\
class Config:
    def __init__(self):
        self.a = 1

    def draft(self):
"""


def method(text: str) -> bytes:
    return f"{HEAD}{textwrap.indent(text, ' ' * 8)}\n    def last(self):\n        pass\n".encode()


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ('if draft and c.architectures[0] == "A":\n    c.architectures[0] = "M"\n', {"M": [["A", 7]]}),
        ('if draft and c.architectures[0] in ["A", "B"]:\n    c.architectures = ["M"]\n', {"M": [["A", 7], ["B", 7]]}),
        ('if draft and c.architectures[0] in SOME:\n    c.architectures[0] = "M"\n', {"M": [["*SOME", 7]]}),
        (
            'if draft and c.architectures[0] in (*SOME, "A"):\n    c.architectures[0] = "M"\n',
            {"M": [["*SOME", 7], ["A", 7]]},
        ),
        (
            """if draft:
  if c.architectures[0] == "A":
    if x:
      c.architectures[0] = "A1"
    else:
      c.architectures[0] = "A2"
""",
            {"A1": [["A", 9]], "A2": [["A", 11]]},
        ),
        (
            'if draft and c.architectures[0] == "A":\n    c.architectures[0] = "M"\n' * 2,
            {"M": [["A", 7], ["A", 9]]},
        ),
        ('if c.architectures[0] == "A":\n    c.architectures[0] = "M"\n', {}),
        ('if draft and c.architectures[0] != "A":\n    c.architectures[0] = "M"\n', {}),
        ('if draft and c.model_type == "a":\n    c.architectures[0] = "M"\n', {}),
        ('if draft and c.architectures[0] == "A":\n    c.other[0] = "M"\n', {}),
        ('if draft and c.architectures[0] == "A":\n    c.architectures[0] = name()\n', {}),
        ('if draft and c.architectures[0] == "A":\n    pass\nelse:\n    c.architectures[0] = "M"\n', {}),
        ('c.architectures[0] = "M"\n', {}),
        ("pass\n", {}),
    ],
)  # fmt: skip
def test_a_draft_is_written_where_its_target_was_found(text: str, targets: dict[str, object]) -> None:
    assert draft_targets(method(text.replace("draft", "is_draft_model"))) == targets


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
def test_text_that_tells_of_no_draft_gives_none(data: bytes) -> None:
    assert draft_targets(data) == {}


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "\ufeff{}",
        "def before(x):\n    def inner():\n        return 1\n    return inner\n\n\n{}",
        "TEXT = '''\ndef other():\n'''\n\n{}",
        "{}\n\nclass After:\n    pass\n",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_stands_around_does_not_matter(around: str, newline: str) -> None:
    code = (
        "def draft(self):\n"
        '    text = """\nat the margin\n"""\n'
        "    def nested():\n        return 1\n"
        '    if is_draft_model and "A" == c.architectures[0]:  # a remark\n'
        '        c.architectures[0] = "ANextN" if self.x else "AMTP"\n'
    )
    text = around.format(code)
    found = draft_targets(text.replace("\n", newline).encode())
    line = next(number for number, one in enumerate(text.split("\n"), 1) if "ANextN" in one)
    assert found == {"ANextN": [["A", line]], "AMTP": [["A", line]]}
