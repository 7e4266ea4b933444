"""Which lines of a Markdown text are shown as text: code, comments and front matter are not."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Line", "shown_lines"]

_FENCE = re.compile(r"\s{0,99}(`{3,}|~{3,})")
_TICKS = re.compile("`+")
_CODE = 4
"""Blanks that make a line code, beyond those of what it stands in."""
_ITEM = re.compile(r"[ \t]{0,99}([-+*]|\d{1,9}[.)])([ \t]{1,4}(?=\S)|(?=\s))")
_CONTAINER = re.compile(r"[ \t]{0,99}(?:!!!|\?\?\?\+?|===[!+]?(?=\s)|:::|///|\[\^[^\]\s]{1,40}\]:|:\s)")
"""What holds the indented lines below it in the dialects of site generators; and footnotes and definitions."""
_METADATA = re.compile(r"\s|#|-\s|[\w.-]{1,99}\s{0,9}:")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is shown.

    Attributes:
        number: from 1.
        text: with its ending.
        within: what it stands in, in words, where tables are not read; None for the text itself.
    """

    number: int
    text: str
    within: str | None


def shown_lines(lines: Sequence[str]) -> Iterator[Line]:
    """The lines that are no fenced code, no comment and no front matter."""
    comments = _Comments(lines)
    blocks = _Blocks()
    fence, hidden = "", _front_matter(lines)
    for number, line in enumerate(lines, 1):
        if number <= hidden:
            continue
        found = _FENCE.match(line)
        if fence:
            closes = found is not None and found[1].startswith(fence) and not line.strip().strip(fence[0])
            fence = "" if closes else fence
        elif line.lstrip().startswith("<!--"):
            hidden = comments.block(number)
            blocks.goes_on = False
        # A line with more ticks behind those that it begins with is a code span.
        elif found is not None and not (found[1][0] == "`" and "`" in line[found.end() :]):
            fence = found[1]
            blocks.goes_on = False
        else:
            yield Line(number, line, blocks.within(line))
            if "<!--" in line:
                hidden = comments.inline(number)


class _Blocks:
    """What the lines stand in: lists, and what else is indented.

    Attributes:
        goes_on: the line before is one of a paragraph or a table: an indented one goes on with it.
    """

    def __init__(self) -> None:
        self.goes_on = False
        self._inner: list[int] = []

    def within(self, line: str) -> str | None:
        """What a line stands in where tables are not read."""
        text = line.lstrip(" \t")
        if not text.strip():
            self.goes_on = False
            return None
        indent = len(line[: len(line) - len(text)].expandtabs(_CODE))
        item = _ITEM.match(line)
        while self._inner and self._inner[-1] > indent and (item is not None or not self.goes_on):
            self._inner.pop()
        if not self.goes_on and indent - (self._inner[-1] if self._inner else 0) >= _CODE:
            return "indented code"
        if item is not None:
            self._inner.append(indent + len(item[1]) + (len(item[2].expandtabs(_CODE)) or 1))
        elif _CONTAINER.match(line) is not None:
            self._inner.append(indent + _CODE)
        self.goes_on = not text.startswith("#") and _CONTAINER.match(line) is None
        return "a block quote" if text.startswith(">") else None


class _Comments:
    """Where the comments of a text end."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._starts = [number for number, line in enumerate(lines, 1) if "<!--" in line]
        self._ends = [number for number, line in enumerate(lines, 1) if "-->" in line]

    def block(self, number: int) -> int:
        """The last line of a comment with which a line begins: that of the text, where nothing ends it."""
        end = _at_or_behind(self._ends, number) or len(self._lines)
        return self.inline(end) or end

    def inline(self, number: int) -> int:
        """The last line of a comment that begins within a line, and of those that follow on it; 0 where none is open.

        What no mark ends, or another one begins before that, is no comment.
        """
        last = 0
        while _is_open(self._lines[number - 1]):
            end, start = _at_or_behind(self._ends, number + 1), _at_or_behind(self._starts, number + 1)
            if not end or (start and start < end):
                break
            line = self._lines[end - 1]
            if start == end and line.index("<!--") < line.index("-->"):
                break
            number = last = end
        return last


def _at_or_behind(numbers: list[int], number: int) -> int:
    """The first of sorted numbers that is not below one; 0 where none is."""
    at = bisect_left(numbers, number)
    return numbers[at] if at < len(numbers) else 0


def _is_open(line: str) -> bool:
    """Whether a comment begins in a line, outside of code, and does not end there."""
    text = _without_code(line)
    return text.rfind("<!--") > text.rfind("-->")


def _without_code(line: str) -> str:
    """A line without its code spans."""
    ticks = [match.span() for match in _TICKS.finditer(line)]
    ends: dict[int, list[int]] = {}
    for index in reversed(range(len(ticks))):
        ends.setdefault(ticks[index][1] - ticks[index][0], []).append(index)
    pieces, at, index = [], 0, 0
    while index < len(ticks):
        start, end = ticks[index]
        alike = ends[end - start]
        while alike and alike[-1] <= index:
            alike.pop()
        if alike:
            pieces.append(line[at:start])
            index = alike[-1]
            at = ticks[index][1]
        index += 1
    return "".join([*pieces, line[at:]])


def _front_matter(lines: Sequence[str]) -> int:
    """The last line of the metadata that a text begins with; 0 without any."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    for number, line in enumerate(lines[1:], 2):
        if line.rstrip() in {"---", "..."}:
            return number if number > 2 else 0  # noqa: PLR2004 -- nothing between them
        if _METADATA.match(line) is None or (number == 2 and not line.strip()):  # noqa: PLR2004 -- the first one
            return 0
    return 0
