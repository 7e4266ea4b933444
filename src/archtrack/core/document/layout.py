"""A draft of a changed document: where its rows, tables, columns and sections go, and its text."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from archtrack.core.matrix.examples import example_cell
from archtrack.errors import DocumentError

from .counts import dated_line, outdated_counts, passing_line, stats_line
from .markdown import (
    BOM,
    COLUMNS,
    HEADINGS,
    code_cell,
    delimiter_line,
    ending_of,
    escape_cell,
    header_line,
    name_cell,
    row_line,
    with_new_cells,
)
from .rows import STANDARD, Columns, Counts, Row, column_places, count, missing_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from archtrack.model import Category, MatrixRow

    from .columns import FurtherColumn
    from .outdated import Expectations
    from .parse import Document, Section
    from .rows import Table

__all__ = ["Draft", "new_table_row", "section_lines", "table_lines"]


def new_row(
    row: MatrixRow,
    columns: Columns = STANDARD,
    width: int = len(COLUMNS),
    further: Iterable[tuple[int, FurtherColumn]] = (),
) -> Row:
    """The row of the document that an architecture gets; its ``raw`` has no line ending yet.

    Args:
        row: the architecture.
        columns: where the five are.
        width: how many cells the row has.
        further: the cells of the further columns that were chosen.
    """
    name = name_cell(row.name)
    native = "Y" if row.native else ""
    hf = "Y" if row.hf else ""
    file = code_cell(row.native.file) if row.native else ""
    example = escape_cell(example_cell(row))
    cells = [""] * width
    cells[columns.name] = f"**{name}**"
    cells[columns.native], cells[columns.hf], cells[columns.file] = native, hf, file
    if columns.example is not None:
        cells[columns.example] = example
    for index, column in further:
        cells[index] = escape_cell(column.cell(row).text)
    own = {columns.name, columns.native, columns.hf, columns.file, columns.example}
    extra = tuple(cell for index, cell in enumerate(cells) if index not in own)
    raw = row_line(cells)
    return Row(name=name, native=native, hf=hf, file=file, example=example, extra=extra, line=0, raw=raw)


def new_table_row(row: MatrixRow, further: Sequence[FurtherColumn]) -> Row:
    """The row of an architecture in a new table: the five columns, and the further ones that were chosen."""
    width = len(COLUMNS) + len(further)
    return new_row(row, width=width, further=enumerate(further, len(COLUMNS)))


def table_lines(rows: Iterable[Row], further: Sequence[FurtherColumn] = ()) -> list[str]:
    """Header, delimiter and rows of a new table, sorted, without line endings."""
    header = header_line(tuple(column.title for column in further))
    ordered = sorted(rows, key=_by_name)
    return [header, delimiter_line(len(COLUMNS) + len(further)), *(row.raw for row in ordered)]


def section_lines(
    category: Category, rows: Sequence[Row], further: Sequence[FurtherColumn] = ()
) -> list[str]:
    """A whole new section, without line endings: heading, table and stats, blank lines between them."""
    return [HEADINGS[category], "", *table_lines(rows, further), "", stats_line(count(rows))]


class Draft:
    """A document with other rows. ``text`` gives the result.

    Attributes:
        tables: for each section and each of its tables the rows that it will have. A table more than the
            section has is one to be added to it.
        created: the rows of sections that the document does not have.
    """

    def __init__(
        self,
        document: Document,
        further: Sequence[FurtherColumn] = (),
        *,
        expectations: Expectations | None = None,
        complete: bool = False,
    ) -> None:
        """Start with the rows of the document.

        Args:
            document: as parsed.
            further: the columns that were chosen.
            expectations: what the sources say; None to leave alone what depends on them.
            complete: add the columns that a table lacks. The rows of such a table have to be rewritten.
        """
        self.tables = [[list(table.rows) for table in section.tables] for section in document.sections]
        self.created: dict[Category, list[Row]] = {}
        self._document = document
        self._further = further
        self._truths = expectations
        self._complete = complete
        self._lines: list[str] = []
        self._after: dict[int, list[str]] = {}

    def add(self, row: MatrixRow) -> None:
        """Give an architecture a row: in the first table of the first section of its category.

        Raises:
            DocumentError: a table or a section would have to be created below a code fence or comment that
                is never closed, so that it would be part of that.
        """
        own = [
            (section, tables)
            for section, tables in zip(self._document.sections, self.tables, strict=True)
            if section.category is row.category
        ]
        for section, tables in own:
            if section.tables:
                table = section.tables[0]
                places = column_places(table, self._further, complete=self._complete)
                width = max([table.width, *(index + 1 for index, _ in places)])
                tables[0].append(new_row(row, table.columns, width, places))
                return
        if self._document.unclosed:
            message = "the code fence or comment that begins here is never closed; close it"
            raise DocumentError(f"line {self._document.unclosed}: {message}")
        new = new_table_row(row, self._further)
        if not own:
            self.created.setdefault(row.category, []).append(new)
        elif own[0][1]:
            own[0][1][0].append(new)
        else:
            own[0][1].append([new])

    def rewrite(self, changes: Mapping[int, Row | None]) -> None:
        """Replace the rows in some lines (from 1); None removes a row."""
        self.tables = [
            [[new for row in table if (new := changes.get(row.line, row)) is not None] for table in tables]
            for tables in self.tables
        ]

    def moved(self) -> tuple[Category, ...]:
        """The categories in which existing rows have to move to be in order."""
        return tuple(
            section.category
            for section, tables in zip(self._document.sections, self.tables, strict=True)
            if any(not _in_order([row for row in rows if row.line]) for rows in tables)
        )

    def counts(self) -> dict[Category, Counts]:
        """What the rows of each category count up to."""
        result = dict.fromkeys(HEADINGS, Counts())
        for section, tables in zip(self._document.sections, self.tables, strict=True):
            result[section.category] += sum(map(count, tables), Counts())
        for category, rows in self.created.items():
            result[category] += count(rows)
        return result

    def outdated_counts(self) -> dict[int, str]:
        """The lines (from 1) that do not match the rows, and what they should say."""
        tables = [[count(rows) for rows in tables] for tables in self.tables]
        more = {category: count(rows) for category, rows in self.created.items()}
        return outdated_counts(self._document, tables, more, self.passing())

    def passing(self) -> int | None:
        """How many of the HF-only rows pass the backend's own check; None if no source says so."""
        if self._truths is None:
            return None
        tables = [*(rows for tables in self.tables for rows in tables), *self.created.values()]
        return self._truths.passing(row for rows in tables for row in rows)

    def place_of_passing_line(self) -> int:
        """The line (from 1) below which the line that tells ``passing`` is missing; 0 if it is not."""
        quotes = dict(reversed(self._document.summary.quotes)) if self._document.summary else {}
        return 0 if "passing" in quotes else quotes.get("hf_only", 0)

    def text(self, date: str | None = None, *, tell_passing: bool = False) -> str:
        """The document with these rows, sorted and recounted.

        Args:
            date: the new date, None to leave the old one.
            tell_passing: add the line that tells ``passing`` where it is missing.
        """
        document = self._document
        self._lines, self._after = list(document.lines), {}
        for section, tables in zip(document.sections, self.tables, strict=True):
            for table, rows in zip(section.tables, tables, strict=False):
                self._write_table(table, rows)
            if len(tables) > len(section.tables):
                self._write_new_table(section, tables[-1])
        for category in HEADINGS:
            if category in self.created:
                self._write_section(category)
        for number, line in self.outdated_counts().items():
            self._lines[number - 1] = line
        passing = self.passing()
        if tell_passing and passing is not None and (place := self.place_of_passing_line()):
            self._insert(place, [passing_line(passing)])
        if date is not None:
            for number in document.updated:
                self._lines[number - 1] = dated_line(self._lines[number - 1], date)
        return self._joined()

    def _write_table(self, table: Table, rows: Sequence[Row]) -> None:
        """Write the sorted rows to the lines of the table's rows, and any more below the last one."""
        added = missing_columns(table, self._further) if self._complete else ()
        if added and table.header:
            self._widen(table, added)
        ordered = sorted(rows, key=_by_name)
        places = [row.line for row in table.rows]
        for place, row in zip(places, ordered, strict=False):
            self._lines[place - 1] = self._ended(row.raw)
        for place in places[len(ordered) :]:
            self._lines[place - 1] = ""
        last = places[-1] if places else table.after
        self._insert(last, [row.raw for row in ordered[len(places) :]])

    def _widen(self, table: Table, added: Sequence[FurtherColumn]) -> None:
        """Add the titles of the new columns."""
        header, delimiter = table.after - 2, table.after - 1
        titles = [escape_cell(column.title) for column in added]
        self._lines[header] = with_new_cells(self._lines[header], titles, table.width)
        rule = ["---"] * len(added)
        self._lines[delimiter] = with_new_cells(self._lines[delimiter], rule, table.width, filling="---")

    def _write_new_table(self, section: Section, rows: Sequence[Row]) -> None:
        """Put a table above the section's stats line, or at the end of the section if it has none."""
        lines = self._document.lines
        last = section.end
        if section.stats:
            last = section.stats[0] - 1
        while last > section.line and lines[last - 1].strip() in {"", "---"}:
            last -= 1
        following = lines[last].strip() if last < len(lines) else ""
        self._insert(last, ["", *table_lines(rows, self._further), *([""] if following else [])])

    def _write_section(self, category: Category) -> None:
        """Put a section above the one that follows it, or at the end of the document."""
        lines = self._document.lines
        order = list(HEADINGS)
        later = order[order.index(category) + 1 :]
        content = section_lines(category, self.created[category], self._further)
        places = [section.line for section in self._document.sections if section.category in later]
        if self._document.summary:
            places.append(self._document.summary.line)
        if places:
            above = min(places) - 1
            before = self._after.get(above) or lines[:above]
            if before and before[-1].strip(BOM).strip():
                content = ["", *content]
            last = next((line.strip() for line in reversed(lines[:above]) if line.strip()), "")
            self._insert(above, [*content, "", "---", ""] if last == "---" else [*content, ""])
        else:
            blank = not lines or not (lines[-1].strip() or self._after.get(len(lines)))
            self._insert(len(lines), content if blank else ["", *content])

    def _insert(self, below: int, lines: Iterable[str]) -> None:
        self._after.setdefault(below, []).extend(map(self._ended, lines))

    def _ended(self, line: str) -> str:
        return line if ending_of(line) else line + self._document.newline

    def _joined(self) -> str:
        """All lines; the last one ends as the last line of the document did."""
        parts = list(self._after.get(0, ()))
        if parts and self._lines and self._lines[0].startswith(BOM):  # it marks the text, not its first line
            parts[0] = BOM + parts[0]
            self._lines[0] = self._lines[0].removeprefix(BOM)
        for number, line in enumerate(self._lines, 1):
            below = self._after.get(number)
            parts.append(self._ended(line) if line and below else line)
            if below:
                parts.extend(below)
        text = "".join(parts)
        lines = self._document.lines
        if lines and not ending_of(lines[-1]) and not self._document.is_blank:
            return text[: len(text) - len(ending_of(text))]
        return text


def _by_name(row: Row) -> str:
    return row.name


def _in_order(rows: Sequence[Row]) -> bool:
    return all(first.name <= second.name for first, second in pairwise(rows))
