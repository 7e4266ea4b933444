"""A document as pieces that may stand apart: paragraphs, headings, blocks that must not be cut, tables.

The lines of all pieces, in their order, are the document's lines, without their line endings. Which tables hold
architectures, and what is a row of one, is the word of the parsed document; any other table is divided by its lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from .table import BOM, cells_of, ending_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .document import Document
    from .rows import Row, Table

__all__ = ["Entry", "Kind", "Piece", "pieces_of"]

_SPAN = re.compile(r"(`+).*?\1")
_HEADING = re.compile(r"#{1,6}(?:\s|$)")
_DETAILS = re.compile(r"</?details\b", re.IGNORECASE)
_DELIMITER = re.compile(r":?-+:?")
_HEAD = 2  # lines: the titles, and the line below them


class Kind(Enum):
    """What a piece is, and so where it may be divided."""

    TEXT = "between its lines"
    HEADING = "not at all, nor from what follows"
    SOLID = "not at all"
    KEPT = "not where it fits into a part, else as the pieces in it"
    TABLE = "between its rows, with its head on both parts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of a piece, below the head of a table.

    Attributes:
        line: its number in the document, from 1.
        text: the line without its ending.
        name: the architecture whose row it is, or beside whose row it stands; empty in any other table or text.
        row: the row that it is, None for any other line.
    """

    line: int
    text: str
    name: str = ""
    row: Row | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Adjacent lines that belong together, with the blank lines below them.

    Attributes:
        kind: what they are.
        head: the lines that head a table, else nothing.
        entries: all other lines; blank ones at the end included.
        table: the table as the document has it, if it holds architectures.
        inner: what a kept piece is made of.
    """

    kind: Kind
    head: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    table: Table | None = None
    inner: tuple[Piece, ...] = ()

    @property
    def lines(self) -> Iterator[str]:
        """All its lines."""
        yield from self.head
        for entry in self.entries:
            yield entry.text


def pieces_of(document: Document, first: int, last: int) -> list[Piece]:
    """The pieces of the lines from ``first`` to ``last``, both included and counted from 1."""
    cutter = _Cutter(document=document)
    return cutter.pieces(first, last)


@dataclass(slots=True, kw_only=True)
class _Cutter:
    """One pass over some lines of a document."""

    document: Document
    _tables: dict[int, Table] = field(default_factory=dict)
    _rows: dict[int, Row] = field(default_factory=dict)
    _hidden: dict[int, int] = field(default_factory=dict)
    _details: dict[int, int] = field(default_factory=dict)
    _unclosed: range = range(0)  # lines from which no comment is closed

    def __post_init__(self) -> None:
        self._hidden.update(self.document.hidden)
        for section in self.document.sections:
            for table in section.tables:
                for row in table.rows:
                    self._rows[row.line] = row
                    self._tables[row.line] = table

    def pieces(self, first: int, last: int, *, whole: bool = True) -> list[Piece]:
        """Those of some lines; ``whole`` for details blocks as pieces."""
        found: list[Piece] = []
        if whole:
            self._find_details(first, last)
        number = first
        while number <= last:
            closed = self._details.get(number, 0) if whole and self._begins_details(number) else 0
            kind, end = (Kind.KEPT, closed) if closed else self._extent(number, last)
            while end < last and not self._text(end + 1).strip():
                end += 1
            found.append(self._kept(number, end) if closed else self._piece(kind, number, end))
            number = end + 1
        return found

    def _kept(self, first: int, end: int) -> Piece:
        entries = tuple(
            Entry(line=number, text=self._text(number), row=self._rows.get(number))
            for number in range(first, end + 1)
        )
        return Piece(kind=Kind.KEPT, entries=entries, inner=tuple(self.pieces(first, end, whole=False)))

    def _find_details(self, first: int, last: int) -> None:
        """Note where each details block that begins a line is closed, in one pass."""
        opened: list[int] = []
        number = first
        while number <= last:
            if number in self._hidden or number in self.document.examples:
                number = self._hidden.get(number, number) + 1
                continue
            for mark in _DETAILS.findall(self._text(number)):
                if "/" not in mark:
                    opened.append(number)
                elif opened:
                    self._details[opened.pop()] = number
            number += 1

    def _text(self, number: int) -> str:
        line = self.document.lines[number - 1]
        text = line[: len(line) - len(ending_of(line))]
        return text.removeprefix(BOM) if number == 1 else text

    def _extent(self, number: int, last: int) -> tuple[Kind, int]:
        """What begins at a line, and the last line of it, without the blank lines below."""
        text = self._text(number)
        stripped = text.strip()
        if _HEADING.match(stripped) and number not in self.document.examples:
            return Kind.HEADING, number
        if number in self._hidden:
            return Kind.SOLID, min(self._hidden[number], last)
        if closed := self._comment(number, last):
            return Kind.SOLID, closed
        tabular = self._tabular(number)
        end = number
        while end < last and self._goes_on(end + 1, last, tabular=tabular):
            end += 1
        return (Kind.TABLE if tabular else Kind.TEXT), end

    def _comment(self, number: int, last: int) -> int:
        """The line that ends a comment which begins in the middle of this one, 0 if there is none.

        Such a comment ends with its paragraph at the latest: else it is shown, and is none.
        """
        if number in self._unclosed or number in self.document.examples or self._tabular(number):
            return 0
        if not _opens(_SPAN.sub("", self._text(number))):
            return 0
        for each in range(number + 1, last + 1):
            text = self._text(each)
            if not text.strip() or each in self._hidden or self._tabular(each):
                self._unclosed = range(number, each)
                return 0
            if "-->" in text:
                return each
        self._unclosed = range(number, last + 1)
        return 0

    def _begins_details(self, number: int) -> bool:
        return self._text(number).strip().casefold().startswith("<details")

    def _tabular(self, number: int) -> bool:
        return number not in self.document.examples and self._text(number).strip().startswith("|")

    def _goes_on(self, number: int, last: int, *, tabular: bool) -> bool:
        stripped = self._text(number).strip()
        if not stripped or self._tabular(number) != tabular:
            return False
        if tabular or number in self.document.examples:
            return True
        return not (
            _HEADING.match(stripped)
            or number in self._hidden
            or self._comment(number, last)
            or (number in self._details and self._begins_details(number))
        )

    def _piece(self, kind: Kind, first: int, end: int) -> Piece:
        texts = [self._text(number) for number in range(first, end + 1)]
        if kind is not Kind.TABLE:
            entries = tuple(Entry(line=first + at, text=text) for at, text in enumerate(texts))
            return Piece(kind=kind, entries=entries)
        table = next((self._tables[each] for each in range(first, end + 1) if each in self._tables), None)
        heads = len(texts) >= _HEAD and _is_delimiter(texts[1])
        below = _HEAD if heads else 0
        return Piece(
            kind=kind,
            head=tuple(texts[:below]),
            entries=tuple(self._entries(texts[below:], first + below)),
            table=table,
        )

    def _entries(self, texts: list[str], first: int) -> Iterator[Entry]:
        """The lines of a table; one that is no row has the name of the row above it, else of the first one."""
        rows = [self._rows.get(first + at) for at in range(len(texts))]
        name = next((row.name for row in rows if row is not None), "")
        for at, (text, row) in enumerate(zip(texts, rows, strict=True)):
            name = row.name if row is not None else name
            yield Entry(line=first + at, text=text, name=name, row=row)


def _opens(line: str) -> bool:
    return line.rfind("<!--") > line.rfind("-->")


def _is_delimiter(line: str) -> bool:
    cells = cells_of(line)
    return bool(cells) and all(_DELIMITER.fullmatch(cell) for cell in cells)
