"""Rows of the document that do not say what the sources say: for each cell what it says, they say, and is right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from archtrack.model import Category, MatrixRow

from .examples import example_cell
from .rows import places_of
from .table import COLUMNS, code_cell, escape_cell, name_cell
from .verdicts import status_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from archtrack.model import Inventory, Matrix, Registration

    from .columns import FurtherColumn
    from .document import Document
    from .rows import Row, Table

__all__ = ["Cell", "Change", "Stale", "Truth", "Truths", "passes", "stale_rows"]


class Change(str, Enum):
    """In which way a row is out of date; the value is how it is said."""

    GAINED_NATIVE = "gained native support"
    LOST_NATIVE = "lost native support"
    FILE = "file moved"
    GAINED_HF = "now public in transformers"
    LOST_HF = "no public model class in transformers"
    EXAMPLE = "an example is known"
    COLUMN = "another column is out of date"
    UNREGISTERED = "neither engine has such a model"
    CATEGORY = "stands in another section than archtrack would choose"

    @property
    def in_cells(self) -> bool:
        """Whether a cell is wrong: what ``--refresh`` rewrites. The other changes are information."""
        return self not in {Change.UNREGISTERED, Change.CATEGORY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a row that is out of date, seen from three sides.

    Attributes:
        column: the column's title as archtrack writes it.
        index: which cell of the row it is, from 0.
        document: what the document says: the trimmed cell.
        source: what the sources say, in words.
        place: the file and line that say so; None where nothing can be pointed at.
        written: what has to stand there, as it is written.
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
class Truth:
    """What the sources say of one architecture.

    Attributes:
        known: some inventory has it.
        native: its registration in the engine, if any.
        hf: it is public in transformers; None where no transformers was read.
        hf_class: the class in transformers, public or not, if any.
        row: its row of the matrix, if it gets one.
    """

    known: bool
    native: Registration | None
    hf: bool | None
    hf_class: Registration | None = None
    row: MatrixRow | None

    @property
    def file(self) -> str:
        """What the File cell has to hold."""
        return code_cell(self.native.file) if self.native else ""

    def entry(self, name: str) -> MatrixRow:
        """The row of the matrix, or what it would say of an architecture that gets none."""
        if self.row is not None:
            return self.row
        public = self.hf_class if self.hf else None
        return MatrixRow(
            name=name,
            category=Category.TEXT,  # nothing asks for it
            category_source="",
            status=status_of(self.native, public),
            native=self.native,
            hf=public,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A row that is out of date.

    Attributes:
        row: as the document has it.
        category: the section it stands in.
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


class Truths:
    """Looks up what a matrix says of an architecture by its name as the document writes it."""

    def __init__(self, matrix: Matrix) -> None:
        """Index the rows; what gets no row is looked up only when a document has it."""
        self._rows = {name_cell(row.name): row for row in matrix.rows}
        self._matrix = matrix
        self._rest: dict[str, tuple[Registration | None, Registration | None]] | None = None

    def row(self, name: str) -> MatrixRow | None:
        """The matrix's row, if the architecture gets one."""
        return self._rows.get(name)

    def truth(self, name: str) -> Truth:
        """What is known of an architecture, whether it gets a row or not."""
        row = self._rows.get(name)
        read_transformers = len(self._matrix.inventories) > 1
        if row is not None:
            hf = row.hf is not None if row.hf is not None or read_transformers else None
            return Truth(known=True, native=row.native, hf=hf, hf_class=row.hf, row=row)
        if self._rest is None:
            self._rest = self._without_row()
        if name not in self._rest:
            return Truth(known=False, native=None, hf=False if read_transformers else None, row=None)
        native, hf_class = self._rest[name]
        facts = hf_class.transformers if hf_class else None
        public = (facts is not None and facts.exported) if read_transformers else None
        return Truth(known=True, native=native, hf=public, hf_class=hf_class, row=None)

    def passing(self, rows: Iterable[Row]) -> int | None:
        """How many of the rows count as HF-only and pass the Transformers backend's own check.

        None where the release of transformers that was read has no such check.
        """
        if all(passes(row) is None for row in self._matrix.rows):
            return None
        return sum(row.native != "Y" and row.hf == "Y" and self._passes(row.name) for row in rows)

    def _passes(self, name: str) -> bool:
        row = self._rows.get(name) or self.truth(name).entry(name)
        return passes(row) is True

    def read(self, index: int) -> str:
        """The engine (0) or transformers (1) that was read, in words."""
        if index >= len(self._matrix.inventories):
            return ("the engine", "transformers")[index]
        inventory: Inventory = self._matrix.inventories[index]
        return f"{inventory.engine} {inventory.version or ''}".strip()

    def _without_row(self) -> dict[str, tuple[Registration | None, Registration | None]]:
        engine, transformers = (
            {} if index >= len(self._matrix.inventories) else self._matrix.inventories[index].by_name()
            for index in (0, 1)
        )
        names = self._matrix.known - {row.name for row in self._matrix.rows}
        return {name_cell(name): (engine.get(name), transformers.get(name)) for name in names}


def passes(row: MatrixRow) -> bool | None:
    """What the Transformers backend's own check says of the class; None where there is no class or no answer."""
    if row.hf is None or row.hf.transformers is None:
        return None
    return row.hf.transformers.backend_compatible


def stale_rows(
    document: Document,
    truths: Truths,
    chosen: Sequence[FurtherColumn] = (),
    *,
    notes: Mapping[str, str] | None = None,
    complete: bool = False,
) -> tuple[Stale, ...]:
    """All rows that are out of date, in the document's order.

    Args:
        document: as parsed.
        truths: what the sources say.
        chosen: the further columns that were chosen.
        notes: where the configuration says the note of an architecture: name -> ``file:line``.
        complete: look also at columns that a table does not have yet, and for examples where there is none.
    """
    found = []
    for section in document.sections:
        for table in section.tables:
            places = places_of(table, chosen, complete=complete)
            for row in table.rows:
                truth = truths.truth(row.name)
                changes = _changes(row, section.category, truth)
                more = tuple(_further(row, table, truth, places, notes or {})) if places else ()
                if more:
                    changes = _ordered(changes, Change.COLUMN)
                if complete and _lacks_example(row, table, truth):
                    changes = _ordered(changes, Change.EXAMPLE)
                if changes:
                    cells = (*_cells(row, table, truth, truths, changes), *more)
                    found.append(Stale(row=row, category=section.category, changes=changes, cells=cells))
    return tuple(found)


def _ordered(changes: tuple[Change, ...], more: Change) -> tuple[Change, ...]:
    return tuple(change for change in Change if change in changes or change is more)


def _changes(row: Row, category: Category, truth: Truth) -> tuple[Change, ...]:
    changes: list[Change] = []
    if truth.native is None:
        if row.native == "Y":
            changes.append(Change.LOST_NATIVE)
    elif row.native != "Y":
        changes.append(Change.GAINED_NATIVE)
    elif not _names_file(row.file, truth.native.file):
        changes.append(Change.FILE)
    if truth.hf is not None and truth.hf != (row.hf == "Y"):
        changes.append(Change.GAINED_HF if truth.hf else Change.LOST_HF)
    if not truth.known:
        changes.append(Change.UNREGISTERED)
    elif truth.row is not None and truth.row.category is not category:
        changes.append(Change.CATEGORY)
    return tuple(changes)


def _names_file(cell: str, file: str) -> bool:
    """Whether the cell names the file; a maintainer may have written more beside it."""
    right = code_cell(file)
    return cell == file or (right in cell if right.startswith("`") else cell == right)


def _lacks_example(row: Row, table: Table, truth: Truth) -> bool:
    known = truth.row is not None and example_cell(truth.row) != ""
    return known and not row.example and table.columns.example is not None


def _cells(
    row: Row, table: Table, truth: Truth, truths: Truths, changes: tuple[Change, ...]
) -> Iterator[Cell]:
    """The cells of the five columns that have to be rewritten: none if none of them is wrong."""
    columns, native = table.columns, truth.native
    if not any(change.in_cells and change is not Change.COLUMN for change in changes):
        return
    place = str(native.place) if native else None
    source = "registered" if native else f"not registered in {truths.read(0)}"
    file = row.file if native and _names_file(row.file, native.file) else truth.file
    right = [
        (1, columns.native, row.native, source, place, "Y" if native else ""),
        (3, columns.file, row.file, native.file if native else source, place, file),
    ]
    if truth.hf is not None:
        place = str(truth.hf_class.place) if truth.hf_class else None
        source = f"{'' if truth.hf else 'not '}public in {truths.read(1)}"
        right.insert(1, (2, columns.hf, row.hf, source, place, "Y" * truth.hf))
    if columns.example is not None and _lacks_example(row, table, truth) and truth.row:
        said = example_cell(truth.row)
        source = truth.row.example.source if truth.row.example else "a wrapper of the engine's"
        right.append((4, columns.example, "", said, source, escape_cell(said)))
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
    truth: Truth,
    places: Sequence[tuple[int, FurtherColumn]],
    notes: Mapping[str, str],
) -> Iterator[Cell]:
    """The cells of further columns that have to be rewritten."""
    for index, column in places:
        added = index >= table.width
        document = "" if added else table.cell(row, index)
        entry = truth.entry(row.name)
        written = escape_cell(column.text(entry))
        if document == written or not (written or column.ours(document)):
            continue
        yield Cell(
            column=column.title,
            index=index,
            document=document,
            source=column.source(entry),
            place=column.place(entry) or notes.get(entry.name),
            written=written,
            added=added,
        )
