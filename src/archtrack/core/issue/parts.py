"""A document as a tracking issue: a body and numbered comments, each within a limit.

A document that fits into the body stays there. Otherwise each of its three sections becomes a comment. The body keeps
everything else and the lines that count rows, and says which comment has which section. A section that does not fit
into one comment is split between the rows of its tables, by name (see ``splitting``), and each comment has the head of
its table. So a new row changes its own comment and the counts in the body. Only if that comment would no longer fit, it
is split, and the ones behind it move on by one.

Every line of the document is in exactly one part. Heads of tables and headings of sections may be repeated, rows that
are not wanted are left out, and blank lines at the ends of parts go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from archtrack.core.document.markdown import BOM, LABELS, ending_of
from archtrack.core.document.row_filter import choose

from .splitting import Line, Piece, pack, size, split_table, split_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from archtrack.core.document.parse import Document, Section
    from archtrack.core.document.row_filter import Choice

__all__ = [
    "LEAST",
    "LIMIT",
    "Issue",
    "Part",
    "emptied",
    "issue_of",
    "marker",
    "safe_title",
    "title_of",
]

LIMIT = 65_536
"""What GitHub takes in the body of an issue and in a comment, in whatever way it counts (see ``splitting.size``)."""

LEAST = 2_048
"""A limit below this leaves no room for anything."""

GOES_ON = "_The table continues in the next comment._"
REST = "_Continued from the body:_"
NOTHING = "_This comment is no longer needed._"
_MARKER = re.compile(r"<!-- archtrack: part \d+ of tracking issue (.*) -->")
_LAST_NUMBER = 99_999  # a marker takes no more room than that of this part
_LONGEST_TITLE = 80
_SHARE = 4  # text of more than this part of a comment gets no room beside a table that is split


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The body, or one comment.

    Attributes:
        number: 0 for the body, else which comment.
        section: its section, as the summary calls it; empty for the body and for text.
        text: the whole text, with a line end at the end.
        names: the architectures whose rows it holds, in their order.
        empty: it is a comment that is no longer needed and keeps its number.
    """

    number: int
    section: str
    text: str
    names: tuple[str, ...] = ()
    empty: bool = False

    @property
    def size(self) -> int:
        """As the limit is measured."""
        return size(self.text.split("\n")[:-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """All parts of an issue: the body, then the comments; and which rows were chosen for them."""

    parts: tuple[Part, ...]
    choice: Choice


def marker(number: int, title: str) -> str:
    """The line by which a part is found again; hidden where Markdown is rendered."""
    return f"<!-- archtrack: part {number} of tracking issue {title} -->"


def title_of(text: str) -> str | None:
    """The name of the document in the marker of a part; None for a text that is not a part."""
    match = _MARKER.match(text)
    return match[1] if match is not None else None


def safe_title(text: str) -> str:
    """The name of a document in markers, without anything that could end an HTML comment."""
    return re.sub(r"[^\w.]+", "-", text)[:_LONGEST_TITLE].strip("-") or "document"


def emptied(number: int, title: str) -> Part:
    """The part for a comment that is no longer needed, so that the others keep their numbers."""
    return replace(_part(number, safe_title(title), "", [NOTHING]), empty=True)


def issue_of(document: Document, title: str, *, limit: int = LIMIT, only: Iterable[str] = ()) -> Issue:
    """Split a document.

    Args:
        document: as it was parsed.
        title: its name in markers.
        limit: the greatest size of a part (see ``splitting.size``); not below ``LEAST``.
        only: leave out rows that are none of these (``row_filter.KINDS``); empty for all rows.

    Raises:
        DocumentError: it does not tell the kinds that ``only`` names, or has a line that fits into no part.
    """
    wanted = sorted(set(only))
    choice = choose(document, wanted)
    splitter = _Splitter(
        document=document, choice=choice, title=safe_title(title), limit=limit, note=_note(choice, wanted)
    )
    whole = splitter.whole()
    parts = (whole,) if whole.size <= limit else tuple(splitter.parts())
    return Issue(parts=parts, choice=choice)


@dataclass(frozen=True, kw_only=True)
class _Splitter:
    document: Document
    choice: Choice
    title: str
    limit: int
    note: tuple[str, ...]

    @cached_property
    def _names(self) -> dict[int, str]:
        return {row.line: row.name for row in self.document.rows}

    @cached_property
    def _hidden(self) -> dict[int, int]:
        return dict(self.document.hidden)

    def whole(self) -> Part:
        """All of it in the body."""
        piece = Piece(lines=tuple(self._lines(1, len(self.document.lines))))
        return _part(0, self.title, "", [*self.note, *piece.texts], piece.names)

    def parts(self) -> Iterator[Part]:
        """The body, a comment or more for each section, and further ones for what the body has no room for."""
        comments: list[Part] = []
        body: list[Line] = []
        end = 0
        for section in self.document.sections:
            body += self._lines(end + 1, section.line - 1)
            first = len(comments) + 1
            comments += self._section(section, first)
            body += self._pointer(section, first, len(comments))
            end = section.end
        body += self._lines(end + 1, len(self.document.lines))
        room = self._room([*self.note, REST, ""])
        text, *rest = pack(split_text(body, self._hidden, room), room) or [Piece()]
        yield _part(0, self.title, "", [*self.note, *text.texts], text.names)
        yield from comments
        for number, piece in enumerate(rest, len(comments) + 1):
            yield _part(number, self.title, "", [REST, "", *piece.texts], piece.names)

    def _section(self, section: Section, first: int) -> Iterator[Part]:
        """The comments of a section, the first of which has this number."""
        heading = [f"{self._text(section.line).strip()} (continued)", ""]
        room = self._room([*heading, "", GOES_ON])
        for number, piece in enumerate(pack(self._section_pieces(section, room), room), first):
            lines = [*(heading if number > first else ()), *_trimmed(piece.texts)]
            lines += ["", GOES_ON] if piece.goes_on else []
            yield _part(number, self.title, LABELS[section.category], lines, piece.names)

    def _section_pieces(self, section: Section, room: int) -> Iterator[Piece]:
        """The tables of a section in pieces, and the text above and below them; a table's first piece has its text."""
        texts, tables = [], []
        above, stats = section.line, frozenset(section.stats)
        for table in section.tables:
            begin = table.after - 1 if table.header else table.after + 1
            end = max([table.after, *table.strays, *(row.line for row in table.rows)])
            texts.append(self._lines(above, begin - 1, stats))
            tables.append((self._lines(begin, table.after), self._lines(table.after + 1, end)))
            above = end + 1
        below = self._lines(above, section.end, stats)
        # Each piece of a table leaves the same room for all of the text, so that its rows alone say where it is split.
        text = size(line.text for lines in (*texts, below) for line in lines)
        reserved = text if text <= room // _SHARE else 0
        for lines, (head, rows) in zip(texts, tables, strict=True):
            first, *others = split_table(head, rows, room, reserved)
            both = Piece(lines=(*lines, *first.lines), goes_on=first.goes_on)
            if size(both.texts) <= room:
                yield both
            else:
                yield from split_text(lines, self._hidden, room)
                yield first
            yield from others
        yield from split_text(below, self._hidden, room)

    def _pointer(self, section: Section, first: int, last: int) -> list[Line]:
        """What the body has in place of a section: its counts, which no comment has, and where it is."""
        where = f"_In comment {first}._" if first == last else f"_In comments {first} to {last}._"
        counts = [text for line in section.stats for text in (self._text(line).strip(), "")]
        texts = (self._text(section.line).strip(), "", *counts, where, "")
        return [Line(number=section.line, text=text) for text in texts]

    def _lines(self, first: int, last: int, without: Collection[int] = ()) -> list[Line]:
        """Some lines, without those of other parts and the rows that were left out."""
        return [
            Line(number=number, text=self._text(number), name=self._names.get(number, ""))
            for number in range(first, last + 1)
            if number not in without and number not in self.choice.left_out
        ]

    def _text(self, number: int) -> str:
        line = self.document.lines[number - 1]
        text = line[: len(line) - len(ending_of(line))]
        return text.removeprefix(BOM) if number == 1 else text

    def _room(self, frame: Iterable[str]) -> int:
        """How much of a part is left for the document's own lines."""
        return self.limit - size([marker(_LAST_NUMBER, self.title), "", *frame])


def _note(choice: Choice, wanted: Sequence[str]) -> tuple[str, ...]:
    """The note in the body if rows were left out."""
    if not wanted:
        return ()
    shown = choice.rows - len(choice.left_out)
    kinds = ", ".join(wanted)
    note = f"_Only rows that are {kinds}: {shown} of {choice.rows}. Counts are those of the whole document._"
    return (note, "")


def _part(number: int, title: str, section: str, lines: Sequence[str], names: tuple[str, ...] = ()) -> Part:
    text = "\n".join([marker(number, title), "", *_trimmed(lines), ""])
    return Part(number=number, section=section, text=text, names=names)


def _trimmed(lines: Sequence[str]) -> Sequence[str]:
    """Without the blank lines at both ends."""
    first, end = 0, len(lines)
    while first < end and not lines[first].strip():
        first += 1
    while first < end and not lines[end - 1].strip():
        end -= 1
    return lines[first:end]
