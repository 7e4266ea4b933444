"""Tracking tables: which cell of which line says what.

The columns are found by the names in the header (``Architecture``, ``Native``, ``HF``, ``File`` or ``SGLang
File``, ``Example`` or ``Example HF Model``), in any order and with any others between them. Where names are
missing, a header of at least four columns counts by position, unless a name that it does have stands
elsewhere. A table that has none of the names is taken by position only if its rows' second and third cells
hold nothing but ``Y``; otherwise it is prose that happens to stand in a section.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .table import Counts, cells_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .columns import FurtherColumn

__all__ = [
    "STANDARD",
    "Columns",
    "Problem",
    "Row",
    "Table",
    "count",
    "field_of",
    "lacking",
    "places_of",
    "read_outside",
    "read_table",
]

_DELIMITER = re.compile(r":?-+:?")
_NAME = re.compile(r"\*\*((?:\\.|[^\\])+?)\*\*", re.DOTALL)
_FIELDS = {
    "architecture": "name",
    "native": "native",
    "hf": "hf",
    "file": "file",
    "sglang file": "file",
    "example": "example",
    "example hf model": "example",
}
_ORDER = ("name", "native", "hf", "file", "example")
_REQUIRED = _ORDER[:4]
_FLAGS = frozenset({"", "Y"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which cell of a row, counted from 0, holds what; ``example`` is None where there is no such column."""

    name: int = 0
    native: int = 1
    hf: int = 2
    file: int = 3
    example: int | None = 4


STANDARD = Columns()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One architecture as the document has it.

    Attributes:
        name: what stands between the asterisks, as written.
        native: the trimmed cell, likewise ``hf``, ``file`` and ``example``; ``""`` where there is none.
        extra: the trimmed cells of all other columns.
        line: counted from 1.
        raw: the whole line with its ending.
    """

    name: str
    native: str
    hf: str
    file: str
    example: str
    extra: tuple[str, ...]
    line: int
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Adjacent table lines of a section.

    Attributes:
        after: the line (from 1) below which the first row stands: the delimiter row, where there is one.
        header: the header's cells; empty where the table has none (one that a blank line interrupts).
        columns: where the cells are.
        width: how many cells a row has.
        rows: the rows, in the document's order.
        strays: the lines (from 1) that stand among the rows and are none.
        titles: the header's cells; those of the table above where this one has none and shares its columns.
    """

    after: int
    header: tuple[str, ...]
    columns: Columns
    width: int
    rows: tuple[Row, ...]
    strays: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()

    @property
    def own(self) -> frozenset[int | None]:
        """The cells that hold one of the five columns."""
        columns = self.columns
        return frozenset((columns.name, columns.native, columns.hf, columns.file, columns.example))

    def place(self, title: str) -> int | None:
        """Which cell of a row, from 0, stands in the further column of this title; None where there is none."""
        wanted, own = _plain(title), self.own
        titles = enumerate(self.titles)
        return next((index for index, cell in titles if index not in own and _plain(cell) == wanted), None)

    def cell(self, row: Row, index: int) -> str:
        """The trimmed cell of a further column."""
        at = index - sum(place is not None and place < index for place in self.own)
        return row.extra[at] if at < len(row.extra) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that keeps the document from being updated, and its line (from 1)."""

    line: int
    message: str


def lacking(table: Table, chosen: Sequence[FurtherColumn]) -> tuple[FurtherColumn, ...]:
    """The columns that a table could have and has not. One without titles cannot tell where they are."""
    return tuple(column for column in chosen if table.titles and table.place(column.title) is None)


def places_of(
    table: Table, chosen: Sequence[FurtherColumn], *, complete: bool
) -> list[tuple[int, FurtherColumn]]:
    """Which cell of a row, from 0, holds which of the columns; ``complete`` as it will be once all are there."""
    found = [(table.place(column.title), column) for column in chosen]
    there = [(index, column) for index, column in found if index is not None]
    return there + list(enumerate(lacking(table, chosen), table.width)) if complete else there


def count(rows: Iterable[Row]) -> Counts:
    """Count rows as the format does: Native ``Y``, else HF ``Y``, else neither."""
    native = hf_only = neither = 0
    for row in rows:
        if row.native == "Y":
            native += 1
        elif row.hf == "Y":
            hf_only += 1
        else:
            neither += 1
    return Counts(native=native, hf_only=hf_only, neither=neither)


def field_of(header_cell: str) -> str | None:
    """Which field of ``Row`` a column of this title holds; None for a column that is not archtrack's."""
    return _FIELDS.get(_plain(header_cell))


def _plain(header_cell: str) -> str:
    """A title as it is compared."""
    return " ".join(header_cell.strip("*_` ").casefold().split())


def read_table(lines: Sequence[str], block: Sequence[int], before: Table | None) -> Table | Problem | None:
    """The tracking table that adjacent table lines are.

    Args:
        lines: all lines of the document.
        block: the numbers (from 1) of the lines that start with a pipe.
        before: the table above in the same section, whose columns a table without header shares.

    Returns:
        The table; None for one that tracks nothing; a ``Problem`` if it tracks something, but the columns
        cannot be told.
    """
    header = cells_of(lines[block[0] - 1])
    if len(block) == 1 or not _is_delimiter(lines[block[1] - 1]):
        columns, width = (before.columns, before.width) if before else (STANDARD, len(_ORDER))
        rows, strays = _rows(lines, block, columns, width)
        if not rows:
            return None
        titles = before.titles if before else ()
        return Table(
            after=block[0] - 1,
            header=(),
            columns=columns,
            width=width,
            rows=rows,
            strays=strays,
            titles=titles,
        )
    found: dict[str, int] = {}
    for index, cell in enumerate(header):
        name = field_of(cell)
        if name is not None:
            found.setdefault(name, index)
    chosen = _columns(found, len(header))
    rows, strays = _rows(lines, block[2:], chosen or STANDARD, len(header))
    if chosen is None:
        return _unclear(found, block[0]) if rows else None
    if not found.keys() & {"native", "hf", "file"} and not _looks_tracked(rows):
        return None
    titles = tuple(header)
    return Table(
        after=block[1],
        header=titles,
        columns=chosen,
        width=len(titles),
        rows=rows,
        strays=strays,
        titles=titles,
    )


def read_outside(lines: Sequence[str], block: Sequence[int]) -> list[tuple[str, int, bool]]:
    """What looks like rows in adjacent table lines outside of the sections: (name, line, whether they track).

    Args:
        lines: all lines of the document.
        block: the numbers (from 1) of the lines that start with a pipe.
    """
    named = [(cells_of(lines[number - 1]), number) for number in block]
    found = [(name, number) for cells, number in named if cells and (name := _name(cells[0]))]
    if not found:
        return []
    titles = {field_of(cell) for cell in named[0][0]}
    tracked = "name" in titles and not titles.isdisjoint(("native", "hf", "file"))
    return [(name, number, tracked) for name, number in found]


def _columns(found: dict[str, int], width: int) -> Columns | None:
    """The columns by name, else by position; None where the header is neither."""
    if all(name in found for name in _REQUIRED):
        return Columns(
            name=found["name"],
            native=found["native"],
            hf=found["hf"],
            file=found["file"],
            example=found.get("example"),
        )
    if width >= len(_REQUIRED) and all(_ORDER.index(name) == index for name, index in found.items()):
        return Columns(example=4 if width >= len(_ORDER) else None)
    return None


def _unclear(found: dict[str, int], line: int) -> Problem | None:
    """What to say of a header that is neither; nothing if the table is evidently about something else."""
    if not found.keys() & {"native", "hf", "file"}:
        return None
    titles = {"name": "Architecture", "native": "Native", "hf": "HF", "file": "File"}
    missing = ", ".join(title for name, title in titles.items() if name not in found)
    return Problem(line=line, message=f"this table has no column named {missing}; name its columns so")


def _looks_tracked(rows: Sequence[Row]) -> bool:
    return bool(rows) and all(row.native in _FLAGS and row.hf in _FLAGS for row in rows)


def _is_delimiter(line: str) -> bool:
    return all(_DELIMITER.fullmatch(cell) for cell in cells_of(line))


def _rows(
    lines: Sequence[str], block: Sequence[int], columns: Columns, width: int
) -> tuple[tuple[Row, ...], tuple[int, ...]]:
    """The rows among the lines of a table, and the numbers of the lines that are none."""
    rows: list[Row] = []
    strays: list[int] = []
    own = {columns.name, columns.native, columns.hf, columns.file, columns.example}
    rest = [index for index in range(width) if index not in own]
    needed = max(width, len(own))
    for number in block:
        raw = lines[number - 1]
        cells = cells_of(raw, width)
        size = len(cells)
        if size < needed:
            cells += [""] * (needed - size)
        name = _name(cells[columns.name])
        if name is None:
            strays.append(number)
            continue
        extra = tuple([cells[index] for index in rest] + cells[width:]) if rest or size > width else ()
        rows.append(
            Row(
                name=name,
                native=cells[columns.native],
                hf=cells[columns.hf],
                file=cells[columns.file],
                example="" if columns.example is None else cells[columns.example],
                extra=extra,
                line=number,
                raw=raw,
            )
        )
    return tuple(rows), tuple(strays)


def _name(cell: str) -> str | None:
    """The architecture that a cell names in bold at its beginning, if it does."""
    if not cell.startswith("**"):
        return None
    if "\\" not in cell:
        end = cell.find("**", 3)
        return cell[2:end].strip() or None if end > 0 else None
    match = _NAME.match(cell)
    return match.group(1).strip() or None if match else None
