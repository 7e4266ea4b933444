"""What a cell of a document shows, and the checkpoint that one names."""

from __future__ import annotations

import html
import re

__all__ = ["example_in", "plain_text"]

_HUB = re.compile(r"https://huggingface\.co/([\w.-]+/[\w.-]+)/?")
_LINK = re.compile(r"\[([^\]\[]*)\]\([^)]{0,2000}\)")  # bounded: each opening may be looked at to its end
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_NO_EXAMPLE = re.compile(r"\(.*\)|-*")


def plain_text(cell: str) -> str:
    """What a cell shows: without code quotes, the target of a link, escapes and entities."""
    text = _LINK.sub(r"\1", cell.strip()).replace("`", "").strip("* ")
    return html.unescape(_ESCAPE.sub(r"\1", text))


def example_in(cell: str) -> str:
    """The checkpoint that an example cell names, as the Hub names it.

    Empty for a cell that names none: one that is empty, has words in brackets (``(generic)``), or hyphens.
    """
    text = plain_text(cell)
    address = _HUB.fullmatch(text)
    text = address[1] if address else text
    return "" if _NO_EXAMPLE.fullmatch(text) else text
