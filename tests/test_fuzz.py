"""Whatever is changed about a text, a reader reads it or refuses it with an error of archtrack's own.

``python tests/fuzz.py READER`` looks for longer, guided by the code that runs (``pip install atheris``).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hostile
from archtrack.errors import ArchtrackError

if TYPE_CHECKING:
    from collections.abc import Callable

ODD = [
    "\x00", "\ufeff", "\u2028", "\r", "\x0c", "\x1b[31m", "9" * 5000, "0x" + "f" * 5000, "1e999", "-",
    "Infinity", "[" * 300, "{" * 300, "(" * 300,
    '"""', "'''", "\\", "null", "\n\n", "é", "1.0.0+x", "2026-02-30", "~nobody/x",
    "https://u:p@[::1/", "__proto__", "</script>", "``", "<!--", "-->", "|", "**", "#", "@", "\t", " " * 300,
]  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, reader: str) -> str:
    """One or two of the reader's texts with pieces cut out, doubled, swapped, and odd ones put in."""
    shapes = list(hostile.READERS[reader][1].values())
    text = "".join(
        draw(st.sampled_from(shapes))(draw(st.integers(0, 4))) for _ in range(draw(st.integers(1, 2)))
    )
    for _ in range(draw(st.integers(0, 5))):
        start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        kept = draw(
            st.sampled_from(["", text[start:end] * 2, draw(st.sampled_from(ODD) | st.text(max_size=3))])
        )
        text = text[:start] + kept + text[end:]
    return text


@pytest.mark.parametrize("reader", hostile.READERS)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_text_is_read_or_refused_in_words_of_our_own(reader: str, data: st.DataObject) -> None:
    read: Callable[[str], object] = hostile.READERS[reader][0]
    text = data.draw(changed(reader)).encode("utf-8", "replace").decode()  # what a file can hold
    with suppress(ArchtrackError):
        read(text)


# What broke a reader once, as small as it gets.
BROKEN = [
    ("sglang/srt/models/b.py", "class X: ...\nif a[0x" + "f" * 6000 + "]:\n    EntryClass = X\n"),
    ("archtrack.toml", "a = " + "[" * 2000),
    ("archtrack.toml", "a = " + "9" * 5000),
    ("pyproject.toml", "a = " + "[" * 2000),
    ("pyproject.toml", "a = " + "9" * 5000),
    ("config.json", "[" * 100_000),
    ("config.json", '{"a": ' + "9" * 5000 + "}"),
    ("a history", "[" * 100_000),
    ("a history", '{"schema_version": ' + "9" * 5000 + "}"),
    ("METADATA", f"Requires-Dist: a{' ' * 4000}x\n"),
    ("METADATA", f"Requires-Dist: a=={'1' * 5000}\n"),
    *(
        (path, text)
        for path in hostile.READERS
        if path.endswith(".py")
        for text in (
            "if a:\n    pass\n" + "elif b:\n    pass\n" * 2500,
            "x = " + "[" * 5000,
            'EntryClass = f"' + "{a}" * 100_000 + '"\n',
            "import a" + ".a" * 200_000 + "\n",
            "EntryClass = -" + "-" * 50_000 + "1\n",
        )
    ),
]


@pytest.mark.parametrize(("reader", "text"), BROKEN)
def test_what_broke_a_reader_once_is_read_or_refused(reader: str, text: str) -> None:
    with suppress(ArchtrackError):
        hostile.READERS[reader][0](text)
