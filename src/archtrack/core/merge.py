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
from .rows import lacking
from .stale import Stale, Truths, stale_rows
from .table import COLUMNS, HEADINGS, Counts, name_cell, with_cells, with_new_cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archtrack.model import Category, Matrix, MatrixRow

    from .columns import FurtherColumn
    from .document import Document
    from .rows import Row, Table

__all__ = ["MergeOptions", "MergeResult", "merge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeOptions:
    """What a merge may do.

    Attributes:
        date: ``YYYY-MM-DD``, written only if anything else changes.
        refresh: bring the cells of existing rows up to date: Native, HF, File, an example that is empty, the
            further columns; add those that a table lacks, and the line that tells how many HF-only rows pass.
        prune: take out rows that no engine knows any more.
        force: add the sections to a document that has text and none of them.
        columns: names of the further columns (see ``columns.FURTHER``).
        notes: where the configuration says the note of an architecture: (name, ``file:line``).
    """

    date: str
    refresh: bool = False
    prune: bool = False
    force: bool = False
    columns: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


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
        repassed: lines that told another number of rows that pass the backend's own check than the sources.
        moved: categories whose existing rows were out of order and have moved.
        created: categories whose section was missing and is there now.
        outside: (name, line) of the matrix's architectures that have a row outside of the sections only.
        before: counts per category in the old document.
        after: counts per category in the new one.
        lacking: (line of the header in the old document, title) of each further column that a table lacks.
        widened: the same of those that were added.
        passing: how many HF-only rows of the new document pass the backend's own check; None where the release
            of transformers has no such check.
        told_passing: the line (from 1, in the old document) below which one was added that says so; 0 for none.
    """

    text: str
    changed: bool
    added: tuple[MatrixRow, ...] = ()
    stale: tuple[Stale, ...] = ()
    refreshed: tuple[Stale, ...] = ()
    pruned: tuple[Stale, ...] = ()
    recounted: tuple[int, ...] = ()
    repassed: tuple[int, ...] = ()
    moved: tuple[Category, ...] = ()
    outside: tuple[tuple[str, int], ...] = ()
    created: tuple[Category, ...] = ()
    before: tuple[tuple[Category, Counts], ...]
    after: tuple[tuple[Category, Counts], ...]
    lacking: tuple[tuple[int, str], ...] = ()
    widened: tuple[tuple[int, str], ...] = ()
    passing: int | None = None
    told_passing: int = 0


def merge(document: Document, matrix: Matrix, *, options: MergeOptions) -> MergeResult:
    """Add what is new, report what is out of date. Merging the result again changes nothing.

    An architecture that has a row in any section is not new, whatever category it would get now; nor is one that
    has a row outside of the sections, which is reported.

    Raises:
        DocumentError: the document has text, but none of the three sections (see ``force``); or it has a
            table whose columns cannot be told.
    """
    _check(document, force=options.force)
    truths, chosen = Truths(matrix), _chosen(options.columns)
    draft = Draft(document, chosen, truths=truths, complete=options.refresh)
    counted = sorted(draft.stale_counts())
    stale = stale_rows(document, truths, chosen, notes=dict(options.notes), complete=options.refresh)
    pruned = tuple(one for one in stale if options.prune and one.unregistered)
    kept = (one for one in stale if not (options.prune and one.unregistered))
    refreshed = tuple(one for one in kept if options.refresh and one.in_cells)
    wider = tuple(_lacking(document, chosen))
    draft.rewrite(_rewritten(document, pruned, refreshed, chosen if options.refresh else ()))
    added = _new(document, matrix)
    for row in added:
        draft.add(row)
    outside = _outside(document, truths)
    before = tuple(document.counts().items())
    touched = {one.row.line for one in (*pruned, *refreshed)}
    left = tuple(one for one in stale if one.row.line not in touched)
    passing = draft.passing()
    untold = 0 if passing is None else draft.place_of_passing_line()
    if not (added or touched or counted or (options.refresh and (wider or untold))):
        return MergeResult(
            text=render(document),
            changed=False,
            stale=left,
            outside=outside,
            before=before,
            after=before,
            lacking=wider,
            passing=passing,
        )
    told = _passing_lines(document)
    return MergeResult(
        text=draft.text(options.date, tell_passing=True),
        changed=True,
        added=added,
        stale=left,
        refreshed=refreshed,
        pruned=pruned,
        recounted=tuple(line for line in counted if line not in told),
        repassed=tuple(line for line in counted if line in told),
        moved=draft.moved(),
        outside=outside,
        created=tuple(category for category in HEADINGS if category in draft.created),
        before=before,
        after=tuple(draft.counts().items()),
        lacking=() if options.refresh else wider,
        widened=wider if options.refresh else (),
        passing=passing,
        told_passing=untold,
    )


def _outside(document: Document, truths: Truths) -> tuple[tuple[str, int], ...]:
    """Name and line of the known architectures whose only row stands outside of the sections."""
    inside = {row.name for row in document.rows}
    return tuple(
        (name, line)
        for name, line, _ in document.outside
        if name not in inside and truths.row(name) is not None
    )


def _passing_lines(document: Document) -> frozenset[int]:
    """The summary's lines that rest on the sources, not on the rows."""
    quotes = document.summary.quotes if document.summary else ()
    return frozenset(line for field, line in quotes if field == "passing")


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
    present = {row.name for row in document.rows} | {name for name, *_ in document.outside}
    added = {}
    for row in matrix.rows:
        name = name_cell(row.name)
        if name not in present:
            added[name] = row  # of two that are written alike the last, as everywhere
    return tuple(added.values())


def _chosen(names: tuple[str, ...]) -> tuple[FurtherColumn, ...]:
    if not names:
        return ()
    from .columns import further  # noqa: PLC0415 -- hardly anybody's document has any

    return further(names)


def _lacking(document: Document, chosen: Sequence[FurtherColumn]) -> Iterator[tuple[int, str]]:
    """The header's line and the title of each column that a table lacks."""
    for section in document.sections:
        for table in section.tables:
            if table.header:
                yield from ((table.after - 1, column.title) for column in lacking(table, chosen))


def _rewritten(
    document: Document,
    pruned: tuple[Stale, ...],
    refreshed: tuple[Stale, ...],
    chosen: Sequence[FurtherColumn],
) -> Mapping[int, Row | None]:
    """Line number -> the row as it has to be, None for a row that goes.

    Args:
        document: where the rows are.
        pruned: those that go.
        refreshed: those that say something that is not true.
        chosen: the columns that every table has to have.
    """
    changes: dict[int, Row | None] = {one.row.line: None for one in pruned}
    by_line = {one.row.line: one for one in refreshed}
    for section in document.sections:
        for table in section.tables:
            added = len(lacking(table, chosen))
            for row in table.rows:
                if row.line not in changes and (added or row.line in by_line):
                    changes[row.line] = _refreshed(row, by_line.get(row.line), table, added)
    return changes


def _refreshed(row: Row, stale: Stale | None, table: Table, added: int) -> Row:
    """The row with the cells that it has to have, and with those of the columns that the table gets."""
    cells = stale.cells if stale else ()
    there = {cell.index: cell.written for cell in cells if not cell.added}
    new = {cell.index - table.width: cell.written for cell in cells if cell.added}
    raw = with_cells(row.raw, there, table.width) if there else row.raw
    if added:
        raw = with_new_cells(raw, [new.get(index, "") for index in range(added)], table.width)
    said = {cell.column: cell.written for cell in cells}
    _, native, hf, file, example = COLUMNS
    return replace(
        row,
        native=said.get(native, row.native),
        hf=said.get(hf, row.hf),
        file=said.get(file, row.file),
        example=said.get(example, row.example),
        raw=raw,
    )
