"""Bring a document up to date with a matrix: new rows in, everything else as it was.

If nothing is new and every count is right, the text comes back as it was. Otherwise new rows are added, the rows of
every table are sorted by code point (whole lines move, and no byte of them changes), and counts and date are updated.
Outdated rows are only reported, unless ``refresh`` or ``prune`` is given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archtrack.errors import DocumentError

from .columns import further
from .layout import Draft
from .markdown import COLUMNS, HEADINGS, name_cell, with_cells, with_new_cells
from .outdated import Expectations, OutdatedRow, outdated_rows
from .parse import render
from .rows import missing_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archtrack.model import Category, Matrix, MatrixRow

    from .columns import FurtherColumn
    from .parse import Document
    from .rows import Counts, Row, Table

__all__ = ["MergeOptions", "MergeResult", "merge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeOptions:
    """What a merge may do.

    Attributes:
        date: ``YYYY-MM-DD``, written only if anything else changes.
        refresh: bring the cells of existing rows up to date: Native, HF, File, an example that is empty, the
            further columns; add those that a table lacks, and the line that tells how many HF-only rows pass.
        prune: remove rows that no engine knows any more.
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
        outdated: rows that are out of date and stay so, in the document's order.
        refreshed: rows that were out of date and are rewritten.
        pruned: rows taken out.
        recounted: lines (from 1, in the old document) whose counts did not match its rows.
        repassed: lines whose number of rows that pass the backend's own check was not that of the sources.
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
    outdated: tuple[OutdatedRow, ...] = ()
    refreshed: tuple[OutdatedRow, ...] = ()
    pruned: tuple[OutdatedRow, ...] = ()
    recounted: tuple[int, ...] = ()
    repassed: tuple[int, ...] = ()
    moved: tuple[Category, ...] = ()
    outside: tuple[tuple[str, int], ...] = ()
    created: tuple[Category, ...] = ()
    before: tuple[tuple[Category, Counts], ...]
    after: tuple[tuple[Category, Counts], ...]
    missing_columns: tuple[tuple[int, str], ...] = ()
    added_columns: tuple[tuple[int, str], ...] = ()
    passing: int | None = None
    passing_added_at: int = 0


def merge(document: Document, matrix: Matrix, *, options: MergeOptions) -> MergeResult:
    """Add what is new, report what is out of date. Merging the result again changes nothing.

    An architecture that has a row in any section is not new, whatever category it would get now; nor is one that
    has a row outside of the sections, which is reported.

    Raises:
        DocumentError: the document has text, but none of the three sections (see ``force``); or it has a
            table whose columns cannot be told.
    """
    _check(document, force=options.force)
    expectations, chosen = Expectations(matrix), further(options.columns)
    draft = Draft(document, chosen, expectations=expectations, complete=options.refresh)
    counted = sorted(draft.outdated_counts())
    outdated = outdated_rows(
        document, expectations, chosen, notes=dict(options.notes), complete=options.refresh
    )
    pruned = tuple(one for one in outdated if options.prune and one.unregistered)
    kept = outdated if not options.prune else (one for one in outdated if not one.unregistered)
    refreshed = tuple(one for one in kept if options.refresh and one.in_cells)
    missing = tuple(_lacking(document, chosen))
    draft.rewrite(_rewritten(document, pruned, refreshed, chosen if options.refresh else ()))
    added = _new(document, matrix)
    for row in added:
        draft.add(row)
    touched = {one.row.line for one in (*pruned, *refreshed)}
    passing = draft.passing()
    untold = 0 if passing is None else draft.place_of_passing_line()
    changed = bool(added or touched or counted or (options.refresh and (missing or untold)))
    told = _passing_lines(document)
    return MergeResult(
        text=draft.text(options.date, tell_passing=True) if changed else render(document),
        changed=changed,
        added=added,
        outdated=tuple(one for one in outdated if one.row.line not in touched),
        refreshed=refreshed,
        pruned=pruned,
        recounted=tuple(line for line in counted if line not in told),
        repassed=tuple(line for line in counted if line in told),
        moved=draft.moved() if changed else (),
        outside=_outside(document, expectations),
        created=tuple(category for category in HEADINGS if category in draft.created),
        before=tuple(document.counts().items()),
        after=tuple(draft.counts().items()),
        missing_columns=() if options.refresh else missing,
        added_columns=missing if options.refresh else (),
        passing=passing,
        passing_added_at=untold if changed else 0,
    )


def _outside(document: Document, expectations: Expectations) -> tuple[tuple[str, int], ...]:
    """Name and line of the known architectures whose only row is outside of the sections."""
    inside = {row.name for row in document.rows}
    return tuple(
        (name, line)
        for name, line, _ in document.outside
        if name not in inside and expectations.row(name) is not None
    )


def _passing_lines(document: Document) -> frozenset[int]:
    """The lines of the summary that depend on the sources, not on the rows."""
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
    """The rows of the matrix that the document lacks, each written name once."""
    present = {row.name for row in document.rows} | {name for name, *_ in document.outside}
    added = {}
    for row in matrix.rows:
        name = name_cell(row.name)
        if name not in present:
            added[name] = row  # of two names that are written alike the last one counts, as everywhere
    return tuple(added.values())


def _lacking(document: Document, chosen: Sequence[FurtherColumn]) -> Iterator[tuple[int, str]]:
    """The header's line and the title of each column that a table lacks."""
    for section in document.sections:
        for table in section.tables:
            if table.header:
                yield from ((table.after - 1, column.title) for column in missing_columns(table, chosen))


def _rewritten(
    document: Document,
    pruned: tuple[OutdatedRow, ...],
    refreshed: tuple[OutdatedRow, ...],
    chosen: Sequence[FurtherColumn],
) -> Mapping[int, Row | None]:
    """Line number -> the row as it should be, None for a row to remove.

    Args:
        document: where the rows are.
        pruned: the rows to remove.
        refreshed: the rows to rewrite.
        chosen: the columns that every table has to have.
    """
    changes: dict[int, Row | None] = {one.row.line: None for one in pruned}
    by_line = {one.row.line: one for one in refreshed}
    for section in document.sections:
        for table in section.tables:
            added = len(missing_columns(table, chosen))
            for row in table.rows:
                if row.line not in changes and (added or row.line in by_line):
                    changes[row.line] = _refreshed(row, by_line.get(row.line), table, added)
    return changes


def _refreshed(row: Row, outdated: OutdatedRow | None, table: Table, added: int) -> Row:
    """The row with its right cells, and with the cells of the columns that the table gets."""
    cells = outdated.cells if outdated else ()
    there = {cell.index: cell.written for cell in cells if not cell.added}
    new = {cell.index - table.width: cell.written for cell in cells if cell.added}
    raw = with_cells(row.raw, there, table.width) if there else row.raw
    if added:
        raw = with_new_cells(raw, [new.get(index, "") for index in range(added)], table.width)
    written = {cell.column: cell.written for cell in cells}
    _, native, hf, file, example = COLUMNS
    return replace(
        row,
        native=written.get(native, row.native),
        hf=written.get(hf, row.hf),
        file=written.get(file, row.file),
        example=written.get(example, row.example),
        raw=raw,
    )
