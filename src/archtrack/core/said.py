"""What a document itself says of an architecture, by the cells of its row: no source is asked, nothing guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .document import Document
    from .rows import Row, Table

__all__ = ["SAID", "Choice", "choose"]

SAID = {
    "native": "Native is Y",
    "hf-only": "Native is not Y and HF is Y",
    "fallback": "as hf-only, and Fallback is Y",
    "refused": "as hf-only, and Fallback is refused",
    "unsupported": "neither Native nor HF is Y",
}
"""What a row can be asked for, and which cells say so."""

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
    """The rows that are one of these (``SAID``); all rows where nothing is asked for.

    Raises:
        DocumentError: the document has no column that tells it, or a table whose columns cannot be told.
    """
    chosen = frozenset(wanted)
    rows = sum(1 for _ in document.rows)
    if not chosen:
        return Choice(rows=rows)
    for problem in document.problems:
        raise DocumentError(f"line {problem.line}: {problem.message}")
    left_out: set[int] = set()
    unknown: list[str] = []
    for section in document.sections:
        for table in section.tables:
            for row in table.rows:
                fits = _is_one_of(table, row, chosen)
                if fits is None:
                    unknown.append(row.name)
                if not fits:
                    left_out.add(row.line)
    return Choice(rows=rows, left_out=frozenset(left_out), unknown=tuple(unknown))


def _is_one_of(table: Table, row: Row, chosen: frozenset[str]) -> bool | None:
    """Whether one of the words fits a row; None where its cells do not tell."""
    if row.native == "Y":
        return "native" in chosen
    if row.hf != "Y":
        return "unsupported" in chosen
    if "hf-only" in chosen:
        return True
    asked = chosen & frozenset(_BY_COLUMN.values())
    if not asked:
        return False
    place = table.place(_COLUMN)
    if place is None:
        raise DocumentError(
            f"line {row.line}: the table has no column {_COLUMN}, so it does not say whether {row.name} is "
            f'{" or ".join(sorted(asked))}; put columns = ["fallback"] into archtrack.toml and run '
            "`archtrack update --refresh`, or ask for hf-only"
        )
    word = _BY_COLUMN.get(table.cell(row, place))
    return None if word is None else word in asked
