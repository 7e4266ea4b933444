"""Tracking tables: which line is a row, and which cell says what.

The columns are found by the names in the header (``Architecture``, ``Native``, ``HF``, ``File`` or ``SGLang
File``, ``Example`` or ``Example HF Model``), in any order and with any others between them. If names are
missing, a header of at least four columns counts by position, unless one of its names is in another position.
A table with none of the names counts by position only if the second and third cells of its rows are empty or ``Y``;
otherwise it is about something else.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .markdown import cells_of, is_delimiter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .columns import FurtherColumn

__all__ = [
    "STANDARD",
    "Columns",
    "Counts",
    "Problem",
    "Row",
    "Table",
    "column_places",
    "count",
    "field_of",
    "missing_columns",
    "read_outside",
    "read_table",
]

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
MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which cell of a row, counted from 0, is which; ``example`` is None if there is no such column."""

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
        name: the text between the asterisks, as written.
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
        after: the line (from 1) above the first row: the delimiter row, if there is one.
        header: the header's cells; empty where the table has none (one that a blank line interrupts).
        columns: where the cells are.
        width: how many cells a row has.
        rows: the rows, in the document's order.
        strays: the lines (from 1) among the rows that are not rows.
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
        """Which cell of a row, from 0, is in the further column with this title; None if there is no such column."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many rows there are of each kind.

    Attributes:
        native: Native is ``Y``.
        hf_only: Native is not ``Y`` and HF is.
        neither: neither is ``Y`` (the document says "no fallback").
    """

    native: int = 0
    hf_only: int = 0
    neither: int = 0

    @property
    def total(self) -> int:
        """All rows."""
        return self.native + self.hf_only + self.neither

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        """Native, HF only, neither, total: the order in which the document writes them."""
        return self.native, self.hf_only, self.neither, self.total

    def __add__(self, other: Counts) -> Counts:
        """The counts of both together."""
        return Counts(
            native=self.native + other.native,
            hf_only=self.hf_only + other.hf_only,
            neither=self.neither + other.neither,
        )

    def percent(self, number: int) -> int:
        """A number as a percentage of the total, rounded down; 0 if the total is 0."""
        return number * 100 // self.total if self.total else 0


def missing_columns(table: Table, chosen: Sequence[FurtherColumn]) -> tuple[FurtherColumn, ...]:
    """The chosen columns that a table lacks. A table without titles cannot tell which it has."""
    return tuple(column for column in chosen if table.titles and table.place(column.title) is None)


def column_places(
    table: Table, chosen: Sequence[FurtherColumn], *, complete: bool
) -> list[tuple[int, FurtherColumn]]:
    """The cell of a row, from 0, for each of the chosen columns; ``complete``: for those to be added as well."""
    found = [(table.place(column.title), column) for column in chosen]
    there = [(index, column) for index, column in found if index is not None]
    return there + list(enumerate(missing_columns(table, chosen), table.width)) if complete else there


def count(rows: Iterable[Row]) -> Counts:
    """Count rows as the format does: Native ``Y``, else HF ``Y``, else neither."""
    kinds = Counter(
        "native" if row.native == "Y" else "hf_only" if row.hf == "Y" else "neither" for row in rows
    )
    return Counts(**kinds)


def field_of(header_cell: str) -> str | None:
    """The field of ``Row`` for a column with this title; None for a column that archtrack does not know."""
    return _FIELDS.get(_plain(header_cell))


def _plain(header_cell: str) -> str:
    """A title in the form in which titles are compared."""
    return " ".join(header_cell.strip("*_` ").casefold().split())


def read_table(lines: Sequence[str], block: Sequence[int], before: Table | None) -> Table | Problem | None:
    """Adjacent table lines as a tracking table.

    Args:
        lines: all lines of the document.
        block: the numbers (from 1) of the lines that start with a pipe.
        before: the table above in the same section, whose columns a table without header shares.

    Returns:
        The table; None for one that tracks nothing; a ``Problem`` if it tracks something, but the columns
        cannot be told.
    """
    header = cells_of(lines[block[0] - 1])
    if len(block) == 1 or not is_delimiter(lines[block[1] - 1]):
        above = before or Table(after=0, header=(), columns=STANDARD, width=len(_ORDER), rows=())
        rows, strays = _rows(lines, block, above.columns, above.width)
        return replace(above, after=block[0] - 1, header=(), rows=rows, strays=strays) if rows else None
    found: dict[str, int] = {}
    for index, cell in enumerate(header):
        name = field_of(cell)
        if name is not None:
            found.setdefault(name, index)
    if len(header) > MOST_COLUMNS:  # its rows cost their width, however short they are
        message = (
            f"this table has {len(header)} columns, more than the {MOST_COLUMNS} that are read; split it"
        )
        return Problem(line=block[0], message=message) if found else None
    chosen = _columns(found, len(header))
    rows, strays = _rows(lines, block[2:], chosen or STANDARD, len(header))
    if chosen is None:
        return _unclear(found, block[0]) if rows else None
    if not found.keys() & {"native", "hf", "file"} and not _looks_tracked(rows):
        return None
    return Table(
        after=block[1],
        header=tuple(header),
        columns=chosen,
        width=len(header),
        rows=rows,
        strays=strays,
        titles=tuple(header),
    )


def read_outside(lines: Sequence[str], block: Sequence[int]) -> list[tuple[str, int, bool]]:
    """What looks like rows in table lines outside of the sections: (name, line, whether it is a tracking table).

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
    """The problem with a header that is neither; None if the table is evidently about something else."""
    if not found.keys() & {"native", "hf", "file"}:
        return None
    titles = {"name": "Architecture", "native": "Native", "hf": "HF", "file": "File"}
    missing = ", ".join(title for name, title in titles.items() if name not in found)
    return Problem(line=line, message=f"this table has no column named {missing}; rename its columns")


def _looks_tracked(rows: Sequence[Row]) -> bool:
    return bool(rows) and all(row.native in _FLAGS and row.hf in _FLAGS for row in rows)


def _rows(
    lines: Sequence[str], block: Sequence[int], columns: Columns, width: int
) -> tuple[tuple[Row, ...], tuple[int, ...]]:
    """The rows among the lines of a table, and the numbers of all other lines."""
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
    """The architecture that a cell begins with in bold, if it does."""
    if not cell.startswith("**"):
        return None
    if "\\" not in cell:
        end = cell.find("**", 3)
        return cell[2:end].strip() or None if end > 0 else None
    match = _NAME.match(cell)
    return match.group(1).strip() or None if match else None
