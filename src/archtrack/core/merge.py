"""Bring a document up to date with a matrix: new rows in, everything else as it was.

Nothing new and every count right: the text comes back as it was. Otherwise new rows stand in their places,
the rows of every table are sorted by code point (whole lines move, no byte of them changes), counts and date
are written anew. Rows that are out of date are only reported, unless ``refresh`` or ``prune`` asks for more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archtrack.errors import DocumentError

from .document import render
from .layout import Draft
from .stale import Stale, Truths, stale_rows
from .table import HEADINGS, Counts, escape_cell, name_cell, with_cells

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.model import Category, Matrix, MatrixRow

    from .document import Document
    from .rows import Row, Table

__all__ = ["MergeOptions", "MergeResult", "merge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeOptions:
    """What a merge may do.

    Attributes:
        date: ``YYYY-MM-DD``, written only if anything else changes.
        refresh: rewrite the Native, HF and File cells of rows that are out of date, and fill their example
            if it is empty.
        prune: take out rows that no engine knows any more.
        force: add the sections to a document that has text and none of them.
        columns: titles of further columns in tables that have to be created.
    """

    date: str
    refresh: bool = False
    prune: bool = False
    force: bool = False
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeResult:
    """What a merge did.

    Attributes:
        text: the whole document.
        changed: it differs from what it was.
        added: architectures that got a row, sorted by name.
        stale: rows that are out of date and stay so, in the document's order.
        refreshed: rows that were out of date and are rewritten.
        pruned: rows taken out.
        recounted: lines (from 1, in the old document) whose counts did not agree with its own rows.
        moved: categories whose existing rows were out of order and have moved.
        created: categories whose section was missing and is there now.
        before: counts per category in the old document.
        after: counts per category in the new one.
    """

    text: str
    changed: bool
    added: tuple[MatrixRow, ...] = ()
    stale: tuple[Stale, ...] = ()
    refreshed: tuple[Stale, ...] = ()
    pruned: tuple[Stale, ...] = ()
    recounted: tuple[int, ...] = ()
    moved: tuple[Category, ...] = ()
    created: tuple[Category, ...] = ()
    before: tuple[tuple[Category, Counts], ...]
    after: tuple[tuple[Category, Counts], ...]


def merge(document: Document, matrix: Matrix, *, options: MergeOptions) -> MergeResult:
    """Add what is new, report what is out of date. Merging the result again changes nothing.

    An architecture that has a row in any section is not new, whatever category it would get now.

    Raises:
        DocumentError: the document has text, but none of the three sections (see ``force``); or it has a
            table whose columns cannot be told.
    """
    _check(document, force=options.force)
    draft = Draft(document, options.columns)
    recounted = tuple(sorted(draft.stale_counts()))
    stale = stale_rows(document, Truths(matrix))
    pruned = tuple(one for one in stale if options.prune and one.unregistered)
    kept = (one for one in stale if not (options.prune and one.unregistered))
    refreshed = tuple(one for one in kept if options.refresh and one.in_cells)
    draft.rewrite(_rewritten(document, pruned, refreshed))
    added = _new(document, matrix)
    for row in added:
        draft.add(row)
    before = tuple(document.counts().items())
    touched = {one.row.line for one in (*pruned, *refreshed)}
    left = tuple(one for one in stale if one.row.line not in touched)
    if not (added or touched or recounted):
        text = render(document)
        return MergeResult(text=text, changed=False, stale=left, before=before, after=before)
    return MergeResult(
        text=draft.text(options.date),
        changed=True,
        added=added,
        stale=left,
        refreshed=refreshed,
        pruned=pruned,
        recounted=recounted,
        moved=draft.moved(),
        created=tuple(category for category in HEADINGS if category in draft.created),
        before=before,
        after=tuple(draft.counts().items()),
    )


def _check(document: Document, *, force: bool) -> None:
    if document.problems:
        first = document.problems[0]
        raise DocumentError(f"line {first.line}: {first.message}")
    if document.sections or document.is_blank or force:
        return
    expected = ", ".join(f"'{heading}'" for heading in HEADINGS.values())
    hint = ""
    if document.unclosed:
        hint = f" (a code fence or comment opened in line {document.unclosed} is never closed)"
    message = f"the document has none of the headings {expected}{hint}; add one, rebuild it, or use --force"
    raise DocumentError(message)


def _new(document: Document, matrix: Matrix) -> tuple[MatrixRow, ...]:
    """The matrix's rows that the document does not have, each name as written once."""
    present = {row.name for row in document.rows}
    added = []
    for row in matrix.rows:
        name = name_cell(row.name)
        if name not in present:
            present.add(name)
            added.append(row)
    return tuple(added)


def _rewritten(
    document: Document, pruned: tuple[Stale, ...], refreshed: tuple[Stale, ...]
) -> Mapping[int, Row | None]:
    """Line number -> the row as it has to be, None for a row that goes."""
    changes: dict[int, Row | None] = {one.row.line: None for one in pruned}
    if refreshed:
        by_line = {one.row.line: one for one in refreshed}
        for section in document.sections:
            for table in section.tables:
                for row in table.rows:
                    if row.line in by_line:
                        changes[row.line] = _refreshed(by_line[row.line], table)
    return changes


def _refreshed(stale: Stale, table: Table) -> Row:
    """The row with true Native, HF and File cells, and an example if it had none."""
    row, truth, columns = stale.row, stale.truth, table.columns
    native = "Y" if truth.native else ""
    hf = row.hf if truth.hf is None else "Y" * truth.hf
    example = row.example
    if not example and truth.row and truth.row.example and columns.example is not None:
        example = escape_cell(truth.row.example.id)
    new = {
        columns.native: (row.native, native),
        columns.hf: (row.hf, hf),
        columns.file: (row.file, truth.file),
    }
    if columns.example is not None:
        new[columns.example] = (row.example, example)
    changes = {index: value for index, (old, value) in new.items() if old != value}
    raw = with_cells(row.raw, changes, table.width)
    return replace(row, native=native, hf=hf, file=truth.file, example=example, raw=raw)
