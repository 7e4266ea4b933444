"""HTML comments that begin behind other text: which lines they hide, as GitHub renders them.

One that begins a line is a block of its own, and ``parse`` follows it. One behind other text is a comment only where it
ends within the same paragraph; otherwise its characters are text, and what follows is shown.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from .markdown import cells_of, is_delimiter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["InlineComments", "begins_block", "is_left_open"]

_MARK = re.compile(r"\\.|`+|<!--", re.DOTALL)
# What begins another block and so ends a paragraph: a heading, a rule or underline, a fence, a list (a numbered one
# only from 1 on), HTML of the kinds that people write.
_BLOCK = re.compile(
    r"#{1,6}(?:\s|\Z)|(?:=+|-+|(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})\Z|`{3}|~{3}|(?:[-+*]|1[.)])\s|<[!?]"
    r"|</?(?:center|details|div|dl|form|h[1-6]|hr|li|ol|p|pre|script|section|style|summary|table|td|th|tr|ul)(?:[\s/>]|\Z)",
    re.IGNORECASE,
)


def begins_block(text: str) -> bool:
    """Whether a line, without its indentation, ends the paragraph or table above it, as a heading or a list does."""
    return text.startswith(">") or _BLOCK.match(text) is not None


def is_left_open(html: str) -> bool:
    """Whether a comment is still open at the end of a line of HTML."""
    at = 0
    while (start := html.find("<!--", at)) >= 0:
        end = html.find("-->", start + 2)  # `<!-->` is a whole comment, too
        if end < 0:
            return True
        at = end + 3
    return False


class InlineComments:
    """The comments of a document that begin behind other text."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Look at nothing yet."""
        self._lines = lines
        self._quoted = list(_quoted(lines))
        # Of these lines is known that no comment ends below them in their paragraph.
        self._ends_in_none = range(0)

    def last_line(self, number: int) -> int:
        """The last line (from 1) that is hidden by comments that open in line ``number``; that line if none is.

        Of comments that never end in one paragraph only the first is followed: so each line is looked at once.
        """
        start = _opening(self._lines[number - 1], 0)
        while start is not None and number not in self._ends_in_none:
            found = self._end(number)
            if found is None:
                break
            number, start = found[0], _opening(self._lines[found[0] - 1], found[1])
        return number

    def closes_one(self, number: int) -> bool:
        """Whether a comment ends that opens in line ``number``, there or in a line below."""
        line = self._lines[number - 1]
        start = _opening(line, 0)
        return any(end is not None for _, end in _comments(line)) or (
            start is not None and self.last_line(number) > number
        )

    def _end(self, number: int) -> tuple[int, int] | None:
        """The line below ``number`` in which its paragraph closes a comment, and the place behind that.

        The paragraph may be in a quotation, whose marks its lines may have or leave out. Where it began a block, such
        as a list item, a table below is taken for more of its text.
        """
        opening = self._lines[number - 1].lstrip()
        quoted, in_block = self._quoted[number - 1], begins_block(opening)
        for below in range(number + 1, len(self._lines) + 1):
            line = self._lines[below - 1]
            if self._ends_paragraph(below, quoted=quoted, in_block=in_block):
                self._ends_in_none = range(number, below)
                return None
            if (end := line.find("-->")) >= 0:
                return below, end + 3
        self._ends_in_none = range(number, len(self._lines) + 1)
        return None

    def _ends_paragraph(self, number: int, *, quoted: bool, in_block: bool) -> bool:
        line = self._lines[number - 1]
        text = line.strip()
        if quoted and text.startswith(">"):
            text = text[1:].lstrip()
        elif line.startswith(("    ", "\t")) and text:
            return False  # a code block cannot begin within a paragraph
        if not text or begins_block(text):
            return True
        return text.startswith("|") and not in_block and self._is_header(number)

    def _is_header(self, number: int) -> bool:
        below = self._lines[number].strip() if number < len(self._lines) else ""
        header = self._lines[number - 1].strip()
        return below.startswith("|") and is_delimiter(below) and len(cells_of(below)) == len(cells_of(header))


def _quoted(lines: Sequence[str]) -> Iterator[bool]:
    """Whether each line is in a quotation. A line without its mark is, too, where it goes on with a paragraph there."""
    in_paragraph = False
    for line in lines:
        text = line.strip()
        is_marked = text.startswith(">")
        if is_marked:
            text = text.lstrip("> \t")
        in_paragraph = (is_marked or in_paragraph) and text != "" and not begins_block(text)
        yield is_marked or in_paragraph


def _opening(line: str, at: int) -> int | None:
    """The place behind a ``<!--`` that opens a comment and that this line does not close, from ``at`` on."""
    return next((start for start, end in _comments(line, at) if end is None), None)


def _comments(line: str, at: int = 0) -> Iterator[tuple[int, int | None]]:
    """The comments that a line of text opens: the places behind their beginning and their end, None for no end."""
    if line.find("<!--", at) < 0:  # nearly always
        return
    runs: dict[int, list[int]] = {}
    for run in re.finditer("`+", line):
        runs.setdefault(len(run[0]), []).append(run.start())
    while (match := _MARK.search(line, at)) is not None:
        at = match.end()
        if match[0] == "<!--":
            end = line.find("-->", match.start() + 2)
            yield at, end + 3 if end >= 0 else None
            if end < 0:
                return
            at = end + 3
        elif match[0][0] == "`":
            same = runs.get(len(match[0]), [])
            following = bisect_right(same, match.start())
            if following < len(same):  # a code span; a run that nothing closes is text
                at = same[following] + len(match[0])
