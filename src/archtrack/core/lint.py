"""What is wrong with a document in itself, and the part of it that can be put right mechanically."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from .document import render
from .layout import Draft
from .rows import field_of, places_of
from .stale import Truths, stale_rows
from .table import HEADINGS, SUMMARY_HEADING, cells_of, name_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archtrack.model import Matrix

    from .columns import FurtherColumn
    from .document import Document, Section
    from .rows import Row, Table

__all__ = ["CODES", "Finding", "fix", "lint"]

CODES = {
    "columns": "a table with rows whose columns cannot be told",
    "duplicate-row": "an architecture twice in one section",
    "duplicate-section": "a section's heading twice",
    "example-mismatch": "an example whose config on the Hub does not name the architecture (with --hub only)",
    "example-unreadable": "an example whose config cannot be had from the Hub (with --hub only)",
    "flag": "a Native or HF cell that is neither Y nor empty",
    "malformed-row": "a line in a table that is no row, or has too few or too many cells",
    "missing-row": "an architecture of the sources that has no row (with sources only)",
    "missing-section": "one of the three sections is not there",
    "missing-summary": "there is no overall summary",
    "name": "characters in a name that no class has",
    "native-without-file": "Native is Y and the File cell is empty",
    "order": "rows that are not sorted by code point",
    "outside-sections": "an architecture that has a row outside of the three sections only",
    "override-expired": "an override of the configuration whose last day is over",
    "override-redundant": "an override of the configuration that says what the sources say without it",
    "override-unknown": "an override of the configuration for an architecture that has no row to give it to",
    "stale-counts": "a stats line, summary row or quoted line that does not agree with the rows",
    "stale-row": "a row that does not say what the sources say (with sources only)",
    "two-sections": "an architecture with rows in two sections",
    "unclosed": "a code fence or comment that is never closed and hides the rest",
    "unknown-column": "a column that archtrack does not fill; it is kept",
}
"""Code of a finding -> what it means."""

_CLASS_NAME = re.compile(r"\w+")
_FLAGS = frozenset({"", "Y"})


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        line: counted from 1; 0 for what is not there at all.
        code: one of ``CODES``.
        message: one sentence, with what to do where ``fix`` cannot do it.
        fixable: ``fix`` puts it right.
        path: the file with that line where it is not the document; else empty.
    """

    line: int
    code: str
    message: str
    fixable: bool = False
    path: str = ""


def lint(
    document: Document, *, matrix: Matrix | None = None, columns: Sequence[FurtherColumn] = ()
) -> tuple[Finding, ...]:
    """Everything that is wrong, sorted by line.

    Args:
        document: as parsed.
        matrix: what the sources say; without it only the document's own consistency is looked at.
        columns: the further columns that were chosen.
    """
    findings = [*_structure(document), *_repetitions(document), *_counts(document)]
    findings += _outside(document, matrix)
    for section in document.sections:
        for table in section.tables:
            places = {index for index, _ in places_of(table, columns, complete=False)}
            findings += _table(table, places)
            for row in table.rows:
                findings += _row(row, table, places)
    if matrix is not None:
        findings += _against(document, matrix, columns)
    return tuple(sorted(findings))


def fix(document: Document) -> str:
    """The text with what is mechanical put right: order, counts, and identical rows of a section once.

    A document without findings, or with other findings only, comes back as it was. No date is changed.
    """
    draft = Draft(document)
    again = [row for section in document.sections for row in _identical(section)]
    draft.rewrite({row.line: None for row in again})
    if not (again or draft.moved() or draft.stale_counts()):
        return render(document)
    return draft.text()


def _structure(document: Document) -> Iterator[Finding]:
    for problem in document.problems:
        yield Finding(line=problem.line, code="columns", message=problem.message)
    if document.unclosed:
        message = "the code fence or comment that begins here is never closed; what follows is not read"
        yield Finding(line=document.unclosed, code="unclosed", message=message)
    seen: dict[object, int] = {}
    for section in document.sections:
        first = seen.setdefault(section.category, section.line)
        if first != section.line:
            message = f"the section of line {first} begins again here; move its rows there"
            yield Finding(line=section.line, code="duplicate-section", message=message)
    for category, heading in HEADINGS.items():
        if category not in seen:
            yield Finding(line=0, code="missing-section", message=f"there is no heading '{heading}'")
    if document.summary is None:
        yield Finding(line=0, code="missing-summary", message=f"there is no heading '{SUMMARY_HEADING}'")


def _repetitions(document: Document) -> Iterator[Finding]:
    first: dict[str, tuple[Section, Row]] = {}
    for section in document.sections:
        identical = {row.line for row in _identical(section)}
        for row in section.rows:
            where, other = first.setdefault(row.name, (section, row))
            if other is row:
                continue
            if where.category is not section.category:
                message = f"{row.name} stands in another section too, in line {other.line}; remove one"
                yield Finding(line=row.line, code="two-sections", message=message)
                continue
            message = f"{row.name} has a row already, in line {other.line}"
            fixable = row.line in identical
            message += "" if fixable else "; they differ, remove one"
            yield Finding(line=row.line, code="duplicate-row", message=message, fixable=fixable)


def _outside(document: Document, matrix: Matrix | None) -> Iterator[Finding]:
    """Rows that stand outside of the sections; in a table about something else only what the sources have is one."""
    known = set() if matrix is None else {name_cell(row.name) for row in matrix.rows}
    inside = {row.name for row in document.rows}
    for name, line, tracked in document.outside:
        if name not in inside and (name in known or (tracked and _CLASS_NAME.fullmatch(name))):
            message = (
                f"{name} stands in none of the three sections, so it is neither counted nor kept up to date;"
                " move the row into one, or put the section's heading right"
            )
            yield Finding(line=line, code="outside-sections", message=message)


def _identical(section: Section) -> Iterator[Row]:
    """Rows that stand above, byte for byte but for the line ending, in the same section."""
    seen: set[str] = set()
    for row in section.rows:
        content = row.raw.rstrip("\r\n")
        if content in seen:
            yield row
        seen.add(content)


def _counts(document: Document) -> Iterator[Finding]:
    for number, line in Draft(document).stale_counts().items():
        message = f"the counts do not agree with the rows; right is: {line.strip()}"
        yield Finding(line=number, code="stale-counts", message=message, fixable=True)


def _table(table: Table, places: set[int]) -> Iterator[Finding]:
    header = max(table.after - 1, 1)
    for index, title in enumerate(table.header):
        if field_of(title) is None and index not in places:
            message = f"the column '{title}' is none of archtrack's; it is kept as it is"
            yield Finding(line=header, code="unknown-column", message=message)
    for number in table.strays:
        message = "this line of the table is no row: a row begins with the architecture in bold"
        yield Finding(line=number, code="malformed-row", message=message)
    for above, below in pairwise(table.rows):
        if above.name > below.name:
            message = f"{below.name} has to stand above {above.name}"
            yield Finding(line=below.line, code="order", message=message, fixable=True)


def _row(row: Row, table: Table, places: set[int]) -> Iterator[Finding]:
    size = len(cells_of(row.raw))
    # One that ends where the further columns begin was added with the five by somebody, or by another tool.
    ends_early = size < table.width and places.issuperset(range(size, table.width))
    if size != table.width and not ends_early:
        message = f"{row.name} has {size} cells, the table {table.width}; write a pipe in a cell as '\\|'"
        yield Finding(line=row.line, code="malformed-row", message=message)
    if not _CLASS_NAME.fullmatch(row.name):
        message = f"'{row.name}' is no name of a class: letters, digits and underscores"
        yield Finding(line=row.line, code="name", message=message)
    for title, value in (("Native", row.native), ("HF", row.hf)):
        if value not in _FLAGS:
            message = f"{row.name}: {title} is '{value}'; only 'Y' or nothing counts"
            yield Finding(line=row.line, code="flag", message=message)
    if row.native == "Y" and not row.file:
        message = f"{row.name} is native, but its File cell is empty"
        yield Finding(line=row.line, code="native-without-file", message=message)


def _against(document: Document, matrix: Matrix, columns: Sequence[FurtherColumn]) -> Iterator[Finding]:
    truths = Truths(matrix)
    own = Draft(document).stale_counts()
    for number, line in Draft(document, truths=truths).stale_counts().items():
        if number not in own:
            message = (
                f"this is not what the sources say; right is: {line.strip()}; 'archtrack update' writes it"
            )
            yield Finding(line=number, code="stale-counts", message=message)
    for one in stale_rows(document, truths, columns):
        if not (one.in_cells or one.unregistered):
            continue  # a row in another section than archtrack would choose is a maintainer's right
        said = "; ".join(change.value for change in one.changes)
        yield Finding(line=one.row.line, code="stale-row", message=f"{one.row.name}: {said}")
    present = {row.name for row in document.rows} | {name for name, *_ in document.outside}
    for row in matrix.rows:
        if name_cell(row.name) not in present:
            message = f"{name_cell(row.name)} has no row; 'archtrack update' adds it"
            yield Finding(line=0, code="missing-row", message=message)
