"""Which rows of a document are wanted. A row's own cells decide; no source is read, and nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .parse import Document
    from .rows import Row, Table

__all__ = ["KINDS", "Choice", "choose"]

KINDS = ("native", "hf-only", "fallback", "refused", "unsupported")
"""The kinds of rows that ``--only`` can name. docs/tasks/issue.md says which cells make a row which kind."""

_COLUMN = "Fallback"
_BY_COLUMN = {"Y": "fallback", "refused": "refused"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Some rows of a document.

    Attributes:
        rows: how many rows the document has.
        left_out: the lines of those that were not chosen.
        unknown: the names of those among them whose cells do not say whether they are wanted.
    """

    rows: int
    left_out: frozenset[int] = frozenset()
    unknown: tuple[str, ...] = ()


def choose(document: Document, wanted: Iterable[str]) -> Choice:
    """The rows that are of a wanted kind; all rows if no kind is given.

    Raises:
        DocumentError: the document has no column that tells the kind, or a table with unclear columns.
    """
    kinds = frozenset(wanted)
    rows = sum(1 for _ in document.rows)
    if not kinds:
        return Choice(rows=rows)
    for problem in document.problems:
        raise DocumentError(f"line {problem.line}: {problem.message}")
    found = [
        (row, _is_wanted(table, row, kinds))
        for section in document.sections
        for table in section.tables
        for row in table.rows
    ]
    return Choice(
        rows=rows,
        left_out=frozenset(row.line for row, wanted in found if not wanted),
        unknown=tuple(row.name for row, wanted in found if wanted is None),
    )


def _is_wanted(table: Table, row: Row, kinds: frozenset[str]) -> bool | None:
    """Whether a row is of one of the kinds; None if its cells do not tell."""
    if row.native == "Y":
        return "native" in kinds
    if row.hf != "Y":
        return "unsupported" in kinds
    if "hf-only" in kinds:
        return True
    asked = kinds & frozenset(_BY_COLUMN.values())
    if not asked:
        return False
    place = table.place(_COLUMN)
    if place is None:
        raise DocumentError(
            f"line {row.line}: the table has no column {_COLUMN}, so it does not say whether {row.name} is "
            f'{" or ".join(sorted(asked))}; put columns = ["fallback"] into archtrack.toml and run '
            "`archtrack update --refresh`, or ask for hf-only"
        )
    kind = _BY_COLUMN.get(table.cell(row, place))
    return None if kind is None else kind in asked
