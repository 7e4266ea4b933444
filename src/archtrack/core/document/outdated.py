"""Rows of the document that differ from the sources: for each cell what it says, what they say, and what is right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from archtrack.core.matrix.examples import example_cell
from archtrack.core.matrix.join import backend_compatible
from archtrack.core.matrix.status import status_of
from archtrack.model import Category, MatrixRow

from .markdown import COLUMNS, code_cell, escape_cell, name_cell
from .rows import column_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from archtrack.model import Matrix, Registration

    from .columns import FurtherColumn
    from .parse import Document
    from .rows import Row, Table

__all__ = ["Cell", "Change", "Expectations", "Expected", "OutdatedRow", "outdated_rows"]


class Change(str, Enum):
    """How a row is out of date; the value is how messages say it."""

    GAINED_NATIVE = "gained native support"
    LOST_NATIVE = "lost native support"
    FILE = "file moved"
    GAINED_HF = "now public in transformers"
    LOST_HF = "no public model class in transformers"
    EXAMPLE = "an example is known"
    COLUMN = "another column is out of date"
    UNREGISTERED = "no engine has such a model"
    CATEGORY = "is in another section than archtrack would choose"

    @property
    def in_cells(self) -> bool:
        """Whether a cell is wrong: what ``--refresh`` rewrites. The other changes are information."""
        return self not in {Change.UNREGISTERED, Change.CATEGORY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of an outdated row: the document's text, the sources' word, and the right text.

    Attributes:
        column: the column's title as archtrack writes it.
        index: which cell of the row it is, from 0.
        document: what the document says: the trimmed cell.
        source: what the sources say, in words.
        place: the file and line that say so, None if there is none.
        written: the right text of the cell.
        added: the table does not have the column yet.
    """

    column: str
    index: int
    document: str
    source: str
    place: str | None
    written: str
    added: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the sources say of one architecture.

    Attributes:
        known: the engine, transformers or another engine has it.
        once: none of them has it any more, and one has had it.
        native: its registration in the engine, if any.
        hf: its class in transformers, public or not, if any.
        public: that class is public.
        row: its row of the matrix, if it gets one.
    """

    known: bool = True
    once: bool = False
    native: Registration | None = None
    hf: Registration | None = None
    public: bool = False
    row: MatrixRow | None = None

    @property
    def file(self) -> str:
        """The right text of the File cell."""
        return code_cell(self.native.file) if self.native else ""

    def entry(self, name: str) -> MatrixRow:
        """The row of the matrix, or the one that the architecture would have if it got one."""
        if self.row is not None:
            return self.row
        public = self.hf if self.public else None
        return MatrixRow(
            name=name,
            category=Category.TEXT,  # nobody asks for it
            category_source="",
            status=status_of(self.native, public),
            native=self.native,
            hf=public,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutdatedRow:
    """A row that is out of date.

    Attributes:
        row: as the document has it.
        category: the section that it is in.
        changes: what is wrong, in the order of ``Change``.
        cells: the cells that ``--refresh`` rewrites, in the order of the columns.
    """

    row: Row
    category: Category
    changes: tuple[Change, ...]
    cells: tuple[Cell, ...] = ()

    @property
    def in_cells(self) -> bool:
        """Whether a cell is wrong."""
        return any(change.in_cells for change in self.changes)

    @property
    def unregistered(self) -> bool:
        """Whether no engine knows the architecture any more."""
        return Change.UNREGISTERED in self.changes


class Expectations:
    """What a matrix says about architectures, by their names as the document writes them."""

    def __init__(self, matrix: Matrix) -> None:
        """Index the rows."""
        self._matrix = matrix
        self._rows = {name_cell(row.name): row for row in matrix.rows}
        self._elsewhere = {name_cell(row.name): row for row in matrix.elsewhere}

    def row(self, name: str) -> MatrixRow | None:
        """The matrix's row, if the architecture gets one."""
        return self._rows.get(name)

    def of(self, name: str) -> Expected:
        """What the sources say of an architecture, whether it gets a row or not."""
        row = self._rows.get(name) or self._elsewhere.get(name)
        if row is not None:
            return Expected(native=row.native, hf=row.hf, public=row.hf is not None, row=row)
        return self._without_row.get(name) or Expected(known=False, once=name in self._once)

    def passing(self, rows: Iterable[Row]) -> int | None:
        """How many of the rows count as HF-only and pass the Transformers backend's own check.

        None if the release of transformers has no such check.
        """
        if all(backend_compatible(row) is None for row in self._matrix.rows):
            return None
        hf_only = (row.name for row in rows if row.native != "Y" and row.hf == "Y")
        return sum(
            backend_compatible(self._rows.get(name) or self.of(name).entry(name)) is True for name in hf_only
        )

    def source(self, index: int) -> str:
        """The engine (0) or transformers (1), with its version."""
        inventory = self._matrix.inventories[index]
        return f"{inventory.engine} {inventory.version or ''}".strip()

    @cached_property
    def _once(self) -> frozenset[str]:
        return frozenset(map(name_cell, self._matrix.once))

    @cached_property
    def _without_row(self) -> dict[str, Expected]:
        """The architectures that get no row; needed only if the document has a row of one."""
        engine, transformers = (inventory.by_name() for inventory in self._matrix.inventories)
        found = {}
        for name in self._matrix.known - {row.name for row in self._matrix.rows}:
            hf = transformers.get(name)
            public = hf is not None and hf.transformers is not None and hf.transformers.exported
            found[name_cell(name)] = Expected(native=engine.get(name), hf=hf, public=public)
        return found


def outdated_rows(
    document: Document,
    expectations: Expectations,
    chosen: Sequence[FurtherColumn] = (),
    *,
    notes: Mapping[str, str] | None = None,
    complete: bool = False,
) -> tuple[OutdatedRow, ...]:
    """All outdated rows, in the document's order.

    Args:
        document: as parsed.
        expectations: what the sources say.
        chosen: the further columns that were chosen.
        notes: where the configuration says the note of an architecture: name -> ``file:line``.
        complete: also look at columns that a table does not have yet, and at missing examples.
    """
    found = []
    for section in document.sections:
        for table in section.tables:
            places = column_places(table, chosen, complete=complete)
            for row in table.rows:
                expected = expectations.of(row.name)
                changes = list(_changes(row, table, section.category, expected, complete=complete))
                wrong = any(change.in_cells for change in changes)
                cells = tuple(_cells(row, table, expected, expectations)) if wrong else ()
                more = tuple(_further(row, table, expected, places, notes or {}))
                changes += [Change.COLUMN] if more else []
                if changes:
                    found.append(
                        OutdatedRow(
                            row=row,
                            category=section.category,
                            changes=tuple(change for change in Change if change in changes),
                            cells=(*cells, *more),
                        )
                    )
    return tuple(found)


def _changes(
    row: Row, table: Table, category: Category, expected: Expected, *, complete: bool
) -> Iterator[Change]:
    if expected.native is None:
        if row.native == "Y":
            yield Change.LOST_NATIVE
    elif row.native != "Y":
        yield Change.GAINED_NATIVE
    elif not _names_file(row.file, expected.native.file):
        yield Change.FILE
    if expected.public != (row.hf == "Y"):
        yield Change.GAINED_HF if expected.public else Change.LOST_HF
    if complete and _lacks_example(row, table, expected):
        yield Change.EXAMPLE
    if not expected.known:
        # A row that says of no engine that it has the model, and never was true of one, is a maintainer's own.
        if "Y" in {row.native, row.hf} or expected.once:
            yield Change.UNREGISTERED
    elif expected.row is not None and expected.row.category is not category:
        yield Change.CATEGORY


def _names_file(cell: str, file: str) -> bool:
    """Whether the cell names the file; a maintainer may have added more."""
    right = code_cell(file)
    return cell == file or (right in cell if right.startswith("`") else cell == right)


def _lacks_example(row: Row, table: Table, expected: Expected) -> bool:
    known = expected.row is not None and example_cell(expected.row) != ""
    return known and not row.example and table.columns.example is not None


def _cells(row: Row, table: Table, expected: Expected, expectations: Expectations) -> Iterator[Cell]:
    """The cells of the five columns that have to be rewritten."""
    columns, native, hf = table.columns, expected.native, expected.hf
    place = str(native.place) if native else None
    source = "registered" if native else f"not registered in {expectations.source(0)}"
    file = row.file if native and _names_file(row.file, native.file) else expected.file
    hf_source = f"{'' if expected.public else 'not '}public in {expectations.source(1)}"
    right = [
        (1, columns.native, row.native, source, place, "Y" if native else ""),
        (2, columns.hf, row.hf, hf_source, str(hf.place) if hf else None, "Y" * expected.public),
        (3, columns.file, row.file, native.file if native else source, place, file),
    ]
    if columns.example is not None and _lacks_example(row, table, expected) and expected.row:
        example, found = example_cell(expected.row), expected.row.example
        source = found.source if found else "a wrapper of the engine's"
        right.append((4, columns.example, "", example, source, escape_cell(example)))
    for title, index, document, source, place, written in right:
        if document != written:
            yield Cell(
                column=COLUMNS[title],
                index=index,
                document=document,
                source=source,
                place=place,
                written=written,
            )


def _further(
    row: Row,
    table: Table,
    expected: Expected,
    places: Sequence[tuple[int, FurtherColumn]],
    notes: Mapping[str, str],
) -> Iterator[Cell]:
    """The cells of further columns that have to be rewritten."""
    for index, column in places:
        added = index >= table.width
        document = "" if added else table.cell(row, index)
        entry = expected.entry(row.name)
        cell = column.cell(entry)
        written = escape_cell(cell.text)
        stays = document and not column.ours(document) and (column.words_stay or not written)
        if stays or document == written:
            continue
        yield Cell(
            column=column.title,
            index=index,
            document=document,
            source=cell.source,
            place=cell.place or notes.get(entry.name),
            written=written,
            added=added,
        )
