"""What is wrong with a document, and what of it can be fixed mechanically.

docs/reference/document.md says what each code means.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from archtrack.core.matrix.repositories import is_hub_id
from archtrack.model import Finding

from .cells import example_in
from .layout import Draft
from .markdown import HEADINGS, SUMMARY_HEADING, cells_of, name_cell
from .outdated import Expectations, outdated_rows
from .parse import parse, render
from .rows import column_places, field_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from archtrack.model import Matrix

    from .columns import FurtherColumn
    from .parse import Document, Section
    from .rows import Row, Table

__all__ = ["fix", "lint"]

_CLASS_NAME = re.compile(r"\w+")
_FLAGS = frozenset({"", "Y"})
_PASSES = 10  # one, for every document but those made to need more


def lint(
    document: Document,
    *,
    matrix: Matrix | None = None,
    columns: Sequence[FurtherColumn] = (),
    contradicted: Callable[[str, str], str | None] = lambda _name, _model: None,
) -> tuple[Finding, ...]:
    """Everything that is wrong, sorted by line.

    Args:
        document: as parsed.
        matrix: what the sources say; without it only the document's own consistency is checked.
        columns: the further columns that were chosen.
        contradicted: who says that a model is no example of an architecture (name, id), and what else it is.
    """
    findings = [*_structure(document), *_repetitions(document), *_counts(document)]
    findings += _outside(document, matrix)
    for section in document.sections:
        for table in section.tables:
            places = {index for index, _ in column_places(table, columns, complete=False)}
            findings += _table(table, places)
            for row in table.rows:
                findings += _row(row, table, places)
                findings += _example(row, contradicted)
    if matrix is not None:
        findings += _against(document, matrix, columns)
    return tuple(sorted(findings))


def fix(document: Document) -> str:
    """The text with everything mechanical fixed: order, counts, and repeated rows in a section.

    A document without such findings comes back as it was. No date is changed. Fixing the result again changes nothing.
    """
    before, text = render(document), _fixed(document)
    for _ in range(_PASSES):
        if text == before:
            break
        before, text = text, _fixed(parse(text))
    return text


def _fixed(document: Document) -> str:
    """Fixed once. Where a repeated row is gone, the line below it may turn out to be the delimiter of a table."""
    draft = Draft(document)
    again = [row for section in document.sections for row in _identical(section)]
    draft.rewrite({row.line: None for row in again})
    if not (again or draft.moved() or draft.outdated_counts()):
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
            message = f"this section begins in line {first} already; move its rows there"
            yield Finding(line=section.line, code="duplicate-section", message=message)
    for category, heading in HEADINGS.items():
        if category not in seen:
            yield Finding(line=0, code="missing-section", message=f"the heading '{heading}' is missing")
    if document.summary is None:
        yield Finding(line=0, code="missing-summary", message=f"the heading '{SUMMARY_HEADING}' is missing")


def _repetitions(document: Document) -> Iterator[Finding]:
    first: dict[str, tuple[Section, Row]] = {}
    for section in document.sections:
        identical = {row.line for row in _identical(section)}
        for row in section.rows:
            where, other = first.setdefault(row.name, (section, row))
            if other is row:
                continue
            if where.category is not section.category:
                message = f"{row.name} is in another section too, in line {other.line}; remove one"
                yield Finding(line=row.line, code="two-sections", message=message)
                continue
            message = f"{row.name} has a row already, in line {other.line}"
            fixable = row.line in identical
            message += "" if fixable else "; they differ, remove one"
            yield Finding(line=row.line, code="duplicate-row", message=message, fixable=fixable)


def _outside(document: Document, matrix: Matrix | None) -> Iterator[Finding]:
    """Rows outside of the sections. In a table about something else only an architecture of the sources is one."""
    known = set() if matrix is None else {name_cell(row.name) for row in matrix.rows}
    inside = {row.name for row in document.rows}
    for name, line, tracked in document.outside:
        if name not in inside and (name in known or (tracked and _CLASS_NAME.fullmatch(name))):
            message = (
                f"{name} is outside the three sections, so it is neither counted nor updated;"
                " move its row into one, or correct the section's heading"
            )
            yield Finding(line=line, code="outside-sections", message=message)


def _identical(section: Section) -> Iterator[Row]:
    """Rows that are the same as a row above in the section, apart from the line ending."""
    seen: set[str] = set()
    for row in section.rows:
        content = row.raw.rstrip("\r\n")
        if content in seen:
            yield row
        seen.add(content)


def _counts(document: Document) -> Iterator[Finding]:
    for number, line in Draft(document).outdated_counts().items():
        message = f"the counts do not match the rows; expected: {line.strip()}"
        yield Finding(line=number, code="stale-counts", message=message, fixable=True)


def _table(table: Table, places: set[int]) -> Iterator[Finding]:
    header = max(table.after - 1, 1)
    for index, title in enumerate(table.header):
        if field_of(title) is None and index not in places:
            message = f"unknown column '{title}'; archtrack keeps it unchanged"
            yield Finding(line=header, code="unknown-column", message=message)
    for number in table.strays:
        message = "this line of the table is not a row: a row begins with the architecture in bold"
        yield Finding(line=number, code="malformed-row", message=message)
    for above, below in pairwise(table.rows):
        if above.name > below.name:
            message = f"{below.name} belongs above {above.name}"
            yield Finding(line=below.line, code="order", message=message, fixable=True)


def _row(row: Row, table: Table, places: set[int]) -> Iterator[Finding]:
    size = len(cells_of(row.raw))
    # A row that ends where the further columns begin was added by hand or by another tool.
    ends_early = size < table.width and places.issuperset(range(size, table.width))
    if size != table.width and not ends_early:
        message = f"{row.name} has {size} cells, the table {table.width}; write a pipe in a cell as '\\|'"
        yield Finding(line=row.line, code="malformed-row", message=message)
    if not _CLASS_NAME.fullmatch(row.name):
        message = f"'{row.name}' is not a class name, which has letters, digits and underscores only"
        yield Finding(line=row.line, code="name", message=message)
    for title, value in (("Native", row.native), ("HF", row.hf)):
        if value not in _FLAGS:
            message = f"{row.name}: {title} is '{value}'; write 'Y' or nothing"
            yield Finding(line=row.line, code="flag", message=message)
    if row.native == "Y" and not row.file:
        message = f"{row.name} is native, but its File cell is empty"
        yield Finding(line=row.line, code="native-without-file", message=message)


def _example(row: Row, contradicted: Callable[[str, str], str | None]) -> Iterator[Finding]:
    model = example_in(row.example)
    if model and not is_hub_id(model):
        message = f"{row.name}: the example '{model}' is not an id on the Hub; write owner/name"
        yield Finding(line=row.line, code="example-id", message=message)
    elif model and (who := contradicted(row.name, model)) is not None:
        message = f"{model} is not an example of {row.name}: {who}"
        yield Finding(line=row.line, code="example-contradicted", message=message)


def _against(document: Document, matrix: Matrix, columns: Sequence[FurtherColumn]) -> Iterator[Finding]:
    expectations = Expectations(matrix)
    own = Draft(document).outdated_counts()
    for number, line in Draft(document, expectations=expectations).outdated_counts().items():
        if number not in own:
            message = f"the sources say otherwise; expected: {line.strip()}; 'archtrack update' writes it"
            yield Finding(line=number, code="stale-counts", message=message)
    for one in outdated_rows(document, expectations, columns):
        if not (one.in_cells or one.unregistered):
            continue  # the section of a row is for maintainers to choose
        changes = "; ".join(change.value for change in one.changes)
        yield Finding(line=one.row.line, code="stale-row", message=f"{one.row.name}: {changes}")
    present = {row.name for row in document.rows} | {name for name, *_ in document.outside}
    for row in matrix.rows:
        if name_cell(row.name) not in present:
            message = f"{name_cell(row.name)} has no row; 'archtrack update' adds it"
            yield Finding(line=0, code="missing-row", message=message)
