"""Rows that are out of date, and columns that tables lack or get: for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.document.markdown import COLUMNS
from archtrack.core.document.outdated import Change
from archtrack.core.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archtrack.core.document.merge import MergeResult
    from archtrack.core.document.outdated import Cell, OutdatedRow

__all__ = [
    "beyond_added",
    "changes_in_words",
    "column_lines",
    "command",
    "outdated_json",
    "outdated_lines",
    "remedy",
    "telling",
]


def telling(rows: Iterable[OutdatedRow]) -> list[OutdatedRow]:
    """The rows that are wrong. One that is only in another section was put there by somebody."""
    return [one for one in rows if one.in_cells or one.unregistered]


def command(rows: Iterable[OutdatedRow] = (), *, refresh: bool = False, prune: bool = False) -> str:
    """The command that puts rows right, with no other flags than they need."""
    rows = tuple(rows)
    refresh = refresh or any(one.in_cells and not one.unregistered for one in rows)
    prune = prune or any(one.unregistered for one in rows)
    return f"`archtrack update{' --refresh' * refresh}{' --prune' * prune}`"


def remedy(rows: Iterable[OutdatedRow]) -> str:
    """Which flags put right what is out of date."""
    refresh = "--refresh rewrites their cells" if any(one.in_cells for one in rows) else ""
    prune = "--prune removes what no engine knows" if any(one.unregistered for one in rows) else ""
    words = ", ".join(filter(None, (refresh, prune)))
    return f" ({words})" if words else ""


def outdated_lines(
    title: str, rows: Iterable[OutdatedRow], *, cells_only: bool = False, views: bool = False
) -> Iterator[str]:
    """The rows, one line each; with ``views`` below it each cell that changes, seen from three sides."""
    rows = tuple(rows)
    if not rows:
        return
    yield from ("", f"{title}:")
    for one in rows:
        yield f"  ~ line {one.row.line}: {one.row.name}: {changes_in_words(one, cells_only=cells_only)}"
        if views:
            yield from (f"      {_view(cell)}" for cell in one.cells if not cell.added)


def _view(cell: Cell) -> str:
    """What the document says, what the sources say and where, what is written."""
    place = f" ({cell.place})" if cell.place else ""
    document, written = cell.document or "(empty)", cell.written or "(empty)"
    return f"{cell.column}: document: {document}; source: {cell.source}{place}; written: {written}"


def changes_in_words(one: OutdatedRow, *, cells_only: bool = False) -> str:
    """What is wrong with a row, or with ``cells_only`` with its cells."""
    found = [
        change.value
        for change in one.changes
        if (change.in_cells or not cells_only) and change is not Change.COLUMN
    ]
    found += [
        f"{cell.column} out of date" for cell in one.cells if cell.column not in COLUMNS and not cell.added
    ]
    return ", ".join(found) or "gets no row"


def beyond_added(rows: Iterable[OutdatedRow]) -> list[OutdatedRow]:
    """The rows of which a cell changes that was there; those of a whole new column are told together."""
    return [one for one in rows if any(not cell.added for cell in one.cells)]


def column_lines(merge: MergeResult, *, check: bool) -> Iterator[str]:
    """The further columns that tables get, or lack; with ``check`` those that they would get."""
    for title, found in (
        ("Columns to add" if check else "Columns added", merge.added_columns),
        ("Configured columns missing from the document (--refresh adds them)", merge.missing_columns),
    ):
        if not found:
            continue
        yield from ("", f"{title}:")
        for column in dict.fromkeys(name for _, name in found):
            tables = sum(name == column for _, name in found)
            cells = sum(cell.added and cell.column == column for row in merge.refreshed for cell in row.cells)
            filled = (
                f", {counted(cells, 'cell')} {'to fill' if check else 'filled'}"
                if merge.added_columns
                else ""
            )
            yield f"  + {column}: {counted(tables, 'table')}{filled}"


def outdated_json(one: OutdatedRow) -> dict[str, Any]:
    """A row for programs, by ``data/schema.json``."""
    return {
        "name": one.row.name,
        "line": one.row.line,
        "category": one.category.value,
        "changes": [change.name.lower() for change in one.changes],
        "cells": [
            {
                "column": cell.column,
                "document": cell.document,
                "source": cell.source,
                "place": cell.place,
                "written": cell.written,
                "added": cell.added,
            }
            for cell in one.cells
        ],
    }
