"""The lines of a document in pieces that fit into a comment: text between paragraphs, a table between rows.

A table is split by the names of its rows. The names' bits make a binary tree, and a piece is a subtree that fits, of a
tree that does not. So where a table is split does not depend on the number of rows above, and a new row changes its own
piece only. A piece that no longer fits is split, and two halves that fit together again are joined.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from archtrack.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Line", "Piece", "pack", "size", "split_rows", "split_table", "split_text"]

_KEY_BYTES = 100  # of a name: far longer than any architecture's
_BEFORE_A = ord("A") - 1
_AFTER_Z = 27


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a document.

    Attributes:
        number: counted from 1.
        text: without its ending.
        name: the architecture whose row it is; empty for any other line.
    """

    number: int
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Lines that stay together.

    Attributes:
        lines: what it holds.
        goes_on: its table goes on in the next piece.
    """

    lines: tuple[Line, ...] = ()
    goes_on: bool = False

    @property
    def texts(self) -> list[str]:
        """Its lines as texts."""
        return [line.text for line in self.lines]

    @property
    def names(self) -> tuple[str, ...]:
        """The architectures whose rows it holds."""
        return tuple(line.name for line in self.lines if line.name)


def size(texts: Iterable[str]) -> int:
    """How much of a limit lines take: their bytes in UTF-8, and two for the end of each.

    GitHub counts characters. These may be code points, UTF-16 units or bytes, and GitHub stores line ends as CRLF where
    text was typed. This is no less than any of these.
    """
    return sum(len(text.encode("utf-8", "surrogatepass")) + 2 for text in texts)


def pack(pieces: Iterable[Piece], room: int) -> list[Piece]:
    """Join neighbours as far as they fit. Two pieces of one table are never joined: a new row would move the rest."""
    runs: list[list[Piece]] = []
    left = 0
    for piece in pieces:
        needed = size(piece.texts)
        if not runs or needed > left or runs[-1][-1].goes_on:
            runs.append([])
            left = room
        runs[-1].append(piece)
        left -= needed
    return [
        Piece(lines=tuple(line for piece in run for line in piece.lines), goes_on=run[-1].goes_on)
        for run in runs
    ]


def split_text(lines: Iterable[Line], hidden: Mapping[int, int], room: int) -> Iterator[Piece]:
    """The paragraphs of a text, each with the blank lines below it. One that does not fit is split into its lines.

    Args:
        lines: the text.
        hidden: first line of each code fence and comment -> its last line: a blank line in one ends no paragraph.
        room: the greatest size of a piece.

    Raises:
        DocumentError: a line does not fit.
    """
    for paragraph in _paragraphs(lines, hidden):
        if _size(paragraph) <= room:
            yield Piece(lines=tuple(paragraph))
            continue
        for line in paragraph:
            _check(line, room)
            yield Piece(lines=(line,))


def split_table(head: Sequence[Line], rows: Sequence[Line], room: int, reserved: int = 0) -> list[Piece]:
    """A table in pieces, each with its head.

    Args:
        head: the lines above the rows.
        rows: the rows, and any lines among them.
        room: the greatest size of a piece.
        reserved: what to leave free of it, if a piece has more than one row.

    Raises:
        DocumentError: a line does not fit.
    """
    room -= _size(head)
    for line in (*head, *rows):
        _check(line, room)
    parts = split_rows(rows, room - reserved)
    return [
        Piece(lines=(*head, *part), goes_on=number < len(parts)) for number, part in enumerate(parts, start=1)
    ]


def split_rows(rows: Sequence[Line], room: int) -> list[list[Line]]:
    """Rows in parts that fit, in the order of their names; within a part they keep their order.

    A line that is not a row stays with the row above it. A single row is a part even if it does not fit.
    """
    named = _named(rows)
    keys = [_key(name) for name, _ in named]
    # For names in order, the highest bit that differs within a range differs between exactly two neighbours.
    jumps = [0, *(before ^ after for before, after in pairwise(keys))]
    ends = list(accumulate((_size([line]) for _, line in named), initial=0))
    parts: list[list[Line]] = []
    waiting = [(0, len(named))]
    while waiting:
        first, end = waiting.pop()
        if end - first <= 1 or ends[end] - ends[first] <= room:
            parts.append(sorted((line for _, line in named[first:end]), key=lambda line: line.number))
            continue
        at = max(range(first + 1, end), key=jumps.__getitem__)
        at = at if jumps[at] else (first + end) // 2  # one and the same name
        waiting += [(at, end), (first, at)]
    return parts


def _named(rows: Sequence[Line]) -> list[tuple[str, Line]]:
    """Each line with the name that it goes by, sorted by these."""
    name = next((row.name for row in rows if row.name), "")
    found = []
    for row in rows:
        name = row.name or name
        found.append((name, row))
    return sorted(found, key=lambda each: each[0])


def _key(name: str) -> int:
    """A name's place in the tree, in the order of the names.

    Each byte is preceded by its position in the alphabet. So the tree halves the alphabet, and the few names that begin
    with a small letter or a digit stay with the capitals next to them.
    """
    data = name.encode("utf-8", "surrogatepass")[:_KEY_BYTES].ljust(_KEY_BYTES, b"\0")
    places = (min(max(byte - _BEFORE_A, 0), _AFTER_Z) for byte in data)
    return int.from_bytes(bytes(each for pair in zip(places, data, strict=True) for each in pair), "big")


def _paragraphs(lines: Iterable[Line], hidden: Mapping[int, int]) -> Iterator[list[Line]]:
    paragraph: list[Line] = []
    hidden_until = 0
    blank = False
    for line in lines:
        if blank and line.text.strip():
            yield paragraph
            paragraph = []
        paragraph.append(line)
        hidden_until = max(hidden_until, hidden.get(line.number, 0))
        blank = not line.text.strip() and line.number > hidden_until
    if paragraph:
        yield paragraph


def _check(line: Line, room: int) -> None:
    if _size([line]) > room:
        raise DocumentError(
            f"line {line.number}: the line does not fit into one comment, which has room for {room} bytes; shorten it"
        )


def _size(lines: Iterable[Line]) -> int:
    return size(line.text for line in lines)
