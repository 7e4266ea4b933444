"""What the parts of an issue hold: pieces of a document in runs that fit, divided where it hurts least.

Between headings first; then between the rows of the one table that is too large, whose head both parts get; a text
between its paragraphs, and a paragraph between its lines. A code fence, a comment and a row are never divided.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.errors import DocumentError

from .dividing import by_hash, by_name, size
from .pieces import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .pieces import Entry, Piece

__all__ = ["Run", "runs_of"]

_SHARE = 4  # text that takes more than this part of a comment gets one of its own
_STEP = 256  # what text takes is rounded up to


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Lines of one part.

    Attributes:
        lines: without the endings.
        names: the architectures whose rows are among them.
        goes_on: they end in the middle of a table.
    """

    lines: tuple[str, ...]
    names: tuple[str, ...] = ()
    goes_on: bool = False


def runs_of(pieces: Sequence[Piece], room: int) -> list[Run]:
    """Divide pieces so that each run takes no more than ``room`` (``dividing.size``).

    Raises:
        DocumentError: a line, a fence or a comment does not fit alone.
    """
    found: list[Run] = []
    all_groups = _groups(_fitting(pieces, room))
    for groups in by_hash(all_groups, lambda some: _size(_flat(some)) <= room, _label_of(all_groups)):
        flat = _flat(groups)
        found += [_run(flat)] if _size(flat) <= room else _group_divided(flat, room)
    return found


def _fitting(pieces: Iterable[Piece], room: int) -> Iterator[Piece]:
    """What should be kept whole and is too long, as the pieces in it."""
    for piece in pieces:
        if piece.kind is Kind.KEPT and _size([piece]) > room:
            yield from piece.inner
        else:
            yield piece


def _groups(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Pieces that should stay together: at most one table, with the text above it from its heading on, and below it."""
    groups: list[list[Piece]] = []
    for piece in pieces:
        last = groups[-1] if groups else None
        full = last is not None and piece.kind is Kind.TABLE and any(each.kind is Kind.TABLE for each in last)
        opens = piece.kind is Kind.HEADING and last is not None and last[-1].kind is not Kind.HEADING
        if last is None or full or opens:
            groups.append([piece])
        else:
            last.append(piece)
    return groups


def _group_divided(group: Sequence[Piece], room: int) -> Iterator[Run]:
    """A group that does not fit: its table between rows, the text around it to the first part and the last."""
    at = next((index for index, piece in enumerate(group) if piece.kind is Kind.TABLE), None)
    if at is None:
        yield from _text_divided(group, room)
        return
    above, table, below = group[:at], group[at], group[at + 1 :]
    if _size(above) > room // _SHARE:
        yield from _text_divided(above, room)
        above = ()
    apart = _size(below) > room // _SHARE
    yield from _table_divided(above, table, () if apart else below, room)
    if apart:
        yield from _text_divided(below, room)


def _table_divided(above: Sequence[Piece], table: Piece, below: Sequence[Piece], room: int) -> Iterator[Run]:
    rows = list(table.entries)
    while rows and not rows[-1].text.strip():
        rows.pop()
    # Every part leaves the same room for the text, so that rows alone decide where the table is divided, and a number
    # that has become longer does not.
    text = size([*_lines(above), "", *_lines(below)])
    left = room - size(table.head) - -(-text // _STEP) * _STEP
    parts = _parts(rows, left, ordered=table.table is None) or [()]
    for number, part in enumerate(parts):
        if _size_of(part) > room - size(table.head):
            raise _too_long(part[0], room - size(table.head))
        first, last = number == 0, number == len(parts) - 1
        lines = [*table.head, *map(_text_of, part)]
        if _size_of(part) > left:  # one row, which leaves no room for text
            if first and above:
                yield _run(above)
            yield Run(lines=tuple(lines), names=_names(part), goes_on=not last)
            if last and below:
                yield _run(below)
            continue
        lines = [*(_lines(above) if first else ()), *lines, *(("", *_lines(below)) if last and below else ())]
        yield Run(lines=tuple(lines), names=_names(part), goes_on=not last)


def _parts(rows: Sequence[Entry], left: int, *, ordered: bool) -> Sequence[Sequence[Entry]]:
    """The rows in parts that fit; where it may mean something, their order is kept."""

    def fits(some: Sequence[Entry]) -> bool:
        return _size_of(some) <= left

    return by_hash(rows, fits, _text_of) if ordered else by_name(rows, fits)


def _text_divided(pieces: Sequence[Piece], room: int) -> Iterator[Run]:
    for some in by_hash(pieces, lambda each: _size(each) <= room, lambda piece: "\n".join(piece.lines)):
        if _size(some) <= room:
            yield _run(some)
            continue
        (piece,) = some
        if piece.kind is Kind.SOLID:
            raise _too_long(piece.entries[0], room, "what begins here, which must not be divided,")
        for part in by_hash(piece.entries, lambda each: _size_of(each) <= room, _text_of):
            if _size_of(part) > room:
                raise _too_long(part[0], room)
            yield Run(lines=tuple(map(_text_of, part)))


def _too_long(entry: Entry, room: int, what: str = "the line") -> DocumentError:
    return DocumentError(
        f"line {entry.line}: {what} does not fit into one comment, which has room for {room} bytes; shorten it"
    )


def _run(pieces: Sequence[Piece]) -> Run:
    names = [name for piece in pieces for name in _names(piece.entries)]
    return Run(lines=tuple(_lines(pieces)), names=tuple(names))


def _names(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(entry.row.name for entry in entries if entry.row is not None)


def _lines(pieces: Iterable[Piece]) -> list[str]:
    return [line for piece in pieces for line in piece.lines]


def _size_of(entries: Iterable[Entry]) -> int:
    return size([entry.text for entry in entries])


def _size(pieces: Iterable[Piece]) -> int:
    return size(_lines(pieces))


def _flat(groups: Iterable[Sequence[Piece]]) -> list[Piece]:
    return [piece for group in groups for piece in group]


def _label_of(groups: Iterable[Sequence[Piece]]) -> Callable[[Sequence[Piece]], str]:
    """What stands for a group: its first line, which changes least; all of it where others begin with the same."""
    seen = Counter(_first_line(group) for group in groups)

    def label(group: Sequence[Piece]) -> str:
        first = _first_line(group)
        return first if seen[first] == 1 else "\n".join(_lines(group))

    return label


def _first_line(group: Sequence[Piece]) -> str:
    return next(group[0].lines, "")


def _text_of(entry: Entry) -> str:
    return entry.text
