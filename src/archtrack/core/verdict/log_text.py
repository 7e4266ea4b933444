"""A log as text: its encoding, and the lines that a terminal broke.

A message is looked for in the log as one line: white space is one blank, whatever stood there, and colours and the
frames that some tools draw are taken out. So a message is found where words were moved to the next line. A terminal
also breaks within a word, where a line is full: such lines are put together again. Whether a line that is just full was
broken within a word or between two cannot be told, so there are two ways to read a log.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections import Counter

__all__ = ["LogText", "read_log"]

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FRAMES = str.maketrans(dict.fromkeys(map(chr, range(0x2500, 0x2580)), " "))
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOOKED_AT = 4096
_WIDTHS = range(60, 321)
"""How wide a terminal is."""
_USUAL_WIDTHS = frozenset({80, 100, 120, 132, 160, 200})
"""Of these one full line is enough to tell the width; of others there have to be two."""
# What begins a line of its own, so that a full line above it is no broken one.
_BEGINS = re.compile(
    r"Traceback|During handling|The above exception|[A-Z]{4,8}[ :]|\[\d|\d{4}-\d\d|[A-Z]\w{0,60}(?:Error|Exception):"
)


def read_log(data: bytes) -> str:
    """The text of a log: UTF-8, or UTF-16 as PowerShell writes it, with its mark or without.

    What is neither is replaced.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    start = data[:_LOOKED_AT]
    even, odd = start[::2].count(0), start[1::2].count(0)
    most, fewest = max(even, odd), min(even, odd)
    if most > len(start) // 8 and fewest * 4 < most:
        return data.decode("utf-16-be" if even > odd else "utf-16-le", "replace")
    return data.decode("utf-8", "replace")


class LogText:
    """A log as one line.

    Attributes:
        text: all of it, with single blanks.
        has_full_lines: whether lines are as wide as a terminal.
    """

    def __init__(self, log: str, *, within_words: bool = True) -> None:
        """Join the lines of a log, full ones as broken within a word or between two."""
        lines = _COLOUR.sub("", log).translate(_FRAMES).split("\n")
        width = _width(lines)
        self.has_full_lines = width > 0
        self._starts: list[int] = []
        pieces: list[str] = []
        length, is_open, joined = 0, False, False
        for line in lines:
            words = " ".join(line.split())
            goes_on = is_open and joined and not line[:1].isspace() and _BEGINS.match(line) is None
            piece = words if goes_on or not (words and length) else f" {words}"
            self._starts.append(length + len(piece) - len(words))
            pieces.append(piece)
            length += len(piece)
            is_open = within_words and len(line.rstrip("\r")) == width
            joined = words != "" and not line.rstrip("\r")[-1:].isspace()
        self.text = "".join(pieces)

    def line(self, at: int) -> int:
        """The number of the line, from 1, in which a place of the text is."""
        return bisect_right(self._starts, at)

    def bounds(self, at: int) -> tuple[int, int]:
        """Where the line of a place begins and ends in the text."""
        number = self.line(at)
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self._starts[number - 1] if number else 0, end


def _width(lines: list[str]) -> int:
    """The width of the terminal that the log went through; 0 if none can be told."""
    lengths = Counter(len(line.rstrip("\r")) for line in lines)
    widest = max(lengths, default=0)
    if widest not in _WIDTHS:
        return 0
    return widest if lengths[widest] > 1 or widest in _USUAL_WIDTHS else 0
