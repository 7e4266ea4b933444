"""Rows that are out of date, and columns that tables lack or get: for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.stale import Change
from archtrack.core.table import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archtrack.core.merge import MergeResult
    from archtrack.core.stale import Cell, Stale

__all__ = [
    "beyond_added",
    "changes_in_words",
    "column_lines",
    "command",
    "remedy",
    "stale_json",
    "stale_lines",
    "telling",
]


def telling(stale: Iterable[Stale]) -> list[Stale]:
    """The rows that are wrong; one that merely stands in another section is where somebody put it."""
    return [one for one in stale if one.in_cells or one.unregistered]


def command(rows: Iterable[Stale] = (), *, refresh: bool = False, prune: bool = False) -> str:
    """The command that puts rows right, with no other flags than they need."""
    rows = tuple(rows)
    refresh = refresh or any(one.in_cells and not one.unregistered for one in rows)
    prune = prune or any(one.unregistered for one in rows)
    return f"`archtrack update{' --refresh' * refresh}{' --prune' * prune}`"


def remedy(stale: Iterable[Stale]) -> str:
    """Which flags put right what is out of date."""
    refresh = "--refresh rewrites their cells" if any(one.in_cells for one in stale) else ""
    prune = "--prune removes what no engine knows" if any(one.unregistered for one in stale) else ""
    words = ", ".join(filter(None, (refresh, prune)))
    return f" ({words})" if words else ""


def stale_lines(
    title: str, rows: Iterable[Stale], *, cells_only: bool = False, views: bool = False
) -> Iterator[str]:
    """The rows, one line each; with ``views`` below it each cell that changes, seen from three sides."""
    rows = tuple(rows)
    if not rows:
        return
    yield from ("", f"{title}:")
    for stale in rows:
        yield f"  ~ line {stale.row.line}: {stale.row.name}: {changes_in_words(stale, cells_only=cells_only)}"
        if views:
            yield from (f"      {_view(cell)}" for cell in stale.cells if not cell.added)


def _view(cell: Cell) -> str:
    """What the document says, what the sources say and where, what is written."""
    place = f" ({cell.place})" if cell.place else ""
    document, written = cell.document or "(empty)", cell.written or "(empty)"
    return f"{cell.column}: document: {document}; source: {cell.source}{place}; written: {written}"


def changes_in_words(stale: Stale, *, cells_only: bool = False) -> str:
    """What is wrong with a row, or with ``cells_only`` with its cells."""
    said = [
        change.value
        for change in stale.changes
        if (change.in_cells or not cells_only) and change is not Change.COLUMN
    ]
    said += [
        f"{cell.column} out of date" for cell in stale.cells if cell.column not in COLUMNS and not cell.added
    ]
    return ", ".join(said) or "gets no row"


def beyond_added(rows: Iterable[Stale]) -> list[Stale]:
    """The rows of which a cell changes that was there; those of a whole new column are told together."""
    return [one for one in rows if any(not cell.added for cell in one.cells)]


def column_lines(merge: MergeResult, *, check: bool) -> Iterator[str]:
    """The further columns that tables get, or lack; with ``check`` those that they would get."""
    for title, found in (
        ("Columns to add" if check else "Columns added", merge.widened),
        ("Columns that the document does not have yet (--refresh adds them)", merge.lacking),
    ):
        if not found:
            continue
        yield from ("", f"{title}:")
        for column in dict.fromkeys(name for _, name in found):
            tables = sum(name == column for _, name in found)
            cells = sum(cell.added and cell.column == column for row in merge.refreshed for cell in row.cells)
            filled = f", {cells} cell(s) {'to fill' if check else 'filled'}" if merge.widened else ""
            yield f"  + {column}: {tables} table(s){filled}"


def stale_json(stale: Stale) -> dict[str, Any]:
    """A row for programs, by ``data/schema.json``."""
    return {
        "name": stale.row.name,
        "line": stale.row.line,
        "category": stale.category.value,
        "changes": [change.name.lower() for change in stale.changes],
        "cells": [
            {
                "column": cell.column,
                "document": cell.document,
                "source": cell.source,
                "place": cell.place,
                "written": cell.written,
                "added": cell.added,
            }
            for cell in stale.cells
        ],
    }
