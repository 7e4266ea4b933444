"""Rows of the document that do not say what the sources say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from .table import code_cell, name_cell

if TYPE_CHECKING:
    from archtrack.model import Category, Matrix, MatrixRow, Registration

    from .document import Document
    from .rows import Row

__all__ = ["Change", "Stale", "Truth", "Truths", "stale_rows"]


class Change(str, Enum):
    """In which way a row is out of date; the value is how it is said."""

    GAINED_NATIVE = "gained native support"
    LOST_NATIVE = "lost native support"
    FILE = "file moved"
    GAINED_HF = "now public in transformers"
    LOST_HF = "no longer public in transformers"
    UNREGISTERED = "no longer registered anywhere"
    CATEGORY = "stands in another section than archtrack would choose"

    @property
    def in_cells(self) -> bool:
        """Whether a cell is wrong: what ``--refresh`` rewrites. The other changes are information."""
        return self not in {Change.UNREGISTERED, Change.CATEGORY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What the sources say of one architecture.

    Attributes:
        known: some inventory has it.
        native: its registration in the engine, if any.
        hf: it is public in transformers; None where no transformers was read.
        row: its row of the matrix, if it gets one.
    """

    known: bool
    native: Registration | None
    hf: bool | None
    row: MatrixRow | None

    @property
    def file(self) -> str:
        """What the File cell has to hold."""
        return code_cell(self.native.file) if self.native else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A row that is out of date.

    Attributes:
        row: as the document has it.
        category: the section it stands in.
        changes: what is wrong, in the order of ``Change``.
        truth: what is right.
    """

    row: Row
    category: Category
    changes: tuple[Change, ...]
    truth: Truth

    @property
    def in_cells(self) -> bool:
        """Whether a Native, HF or File cell is wrong."""
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
            return Truth(known=True, native=row.native, hf=hf, row=row)
        if self._rest is None:
            self._rest = self._without_row()
        if name not in self._rest:
            return Truth(known=False, native=None, hf=False if read_transformers else None, row=None)
        native, hf_class = self._rest[name]
        facts = hf_class.transformers if hf_class else None
        public = (facts is not None and facts.exported) if read_transformers else None
        return Truth(known=True, native=native, hf=public, row=None)

    def _without_row(self) -> dict[str, tuple[Registration | None, Registration | None]]:
        engine, transformers = (
            {} if index >= len(self._matrix.inventories) else self._matrix.inventories[index].by_name()
            for index in (0, 1)
        )
        names = self._matrix.known - {row.name for row in self._matrix.rows}
        return {name_cell(name): (engine.get(name), transformers.get(name)) for name in names}


def stale_rows(document: Document, truths: Truths) -> tuple[Stale, ...]:
    """All rows that are out of date, in the document's order."""
    found = []
    for section in document.sections:
        for row in section.rows:
            truth = truths.truth(row.name)
            changes = _changes(row, section.category, truth)
            if changes:
                found.append(Stale(row=row, category=section.category, changes=changes, truth=truth))
    return tuple(found)


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
