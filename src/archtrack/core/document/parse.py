"""``MODEL_SUPPORT_TRACKING.md`` as values: every byte kept, the rows found.

A document is its lines. Rows are looked for in the three sections. A section begins at its exact heading and ends at
the next heading of level one or two, underlined ones included. What looks like a row anywhere else is only noted
(``outside``). Lines in a code fence or an HTML comment are not rows, nor are those of a table about something else (see
``rows``).

``render(parse(text)) == text`` for every text. What cannot be understood is recorded in ``problems``; only ``merge``
refuses to work on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archtrack.errors import DocumentError

from .comments import InlineComments, begins_block, is_left_open
from .markdown import BOM, HEADINGS, LABELS, SUMMARY_HEADING, cells_of, is_delimiter, split_lines
from .rows import Counts, Problem, Row, Table, count, read_outside, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.model import Category

__all__ = ["Document", "Section", "Summary", "decode", "encode", "parse", "render"]

_CATEGORY_OF = {heading: category for category, heading in HEADINGS.items()}
_HEADING = re.compile(r"#{1,2}(?:\s|$)")
# What hides lines: a code fence or a comment, also as the first thing in a list item.
_HIDES = re.compile(
    r"(?P<items>(?:(?:[-+*]|\d{1,9}[.)])\s+)*)(?:(?P<ticks>`{3,})[^`]*|(?P<tildes>~{3,}).*|(?P<comment><!--.*))",
    re.DOTALL,
)
_STATS = re.compile(r"\*\*[^*A-Za-z]*\*\*\s*native /")
_QUOTES = (
    ("native", re.compile(r">\s*\*\*\d+\*\*\s+natively supported \(\d+%\)")),
    ("hf_only", re.compile(r">\s*\*\*\d+\*\*\s+HF fallback only \(\d+%\)")),
    ("passing", re.compile(r">\s*of these, \*\*[^*A-Za-z]*\*\* pass the backend's own check")),
    ("neither", re.compile(r">\s*\*\*\d+\*\*\s+no fallback \(\d+%\)")),
)
_SUMMARY_HEADER = tuple(map(re.compile, ("category", "native", "hf.*", "no fallback", "total")))
_SUMMARY_LABELS = {"**Total**": None, **{label: category for category, label in LABELS.items()}}
_UNDERLINE = re.compile(r"=+|-+")
# A line that begins with one of these is not a paragraph, so an underline below does not make it a heading.
_NO_PARAGRAPH = re.compile(r">|<|[-+*]\s|\d+[.)]\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One of the three sections, from its heading to the line before the next.

    Attributes:
        category: which of them.
        line: the heading's line, from 1.
        end: the last line that belongs to it.
        tables: its tracking tables.
        stats: the lines that count its rows.
    """

    category: Category
    line: int
    end: int
    tables: tuple[Table, ...]
    stats: tuple[int, ...]

    @property
    def rows(self) -> Iterator[Row]:
        """The rows of all its tables."""
        for table in self.tables:
            yield from table.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The overall summary.

    Attributes:
        line: its heading's line, from 1.
        rows: (section, or None for the total; line) of each row of its table.
        quotes: (field of ``Counts``, line) of each quoted line; ``passing`` for the one that tells how many of
            the HF-only rows pass the backend's own check.
    """

    line: int
    rows: tuple[tuple[Category | None, int], ...]
    quotes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed document.

    Attributes:
        lines: every line with its ending; joined they are the text.
        sections: in the document's order; one that is missing is not there.
        summary: the overall summary, if there is one.
        updated: the lines (from 1) that say when the document was last updated.
        newline: the line ending that most lines have.
        problems: what keeps it from being updated.
        unclosed: the line that opens a code fence or comment which is never closed, else 0.
        outside: (name, line, whether it is in a tracking table) of what looks like a row outside of the sections.
        hidden: the first and the last line of each code fence and comment.
    """

    lines: tuple[str, ...]
    sections: tuple[Section, ...] = ()
    summary: Summary | None = None
    updated: tuple[int, ...] = ()
    newline: str = "\n"
    problems: tuple[Problem, ...] = ()
    unclosed: int = 0
    outside: tuple[tuple[str, int, bool], ...] = ()
    hidden: tuple[tuple[int, int], ...] = ()

    @property
    def rows(self) -> Iterator[Row]:
        """The rows of all sections."""
        for section in self.sections:
            yield from section.rows

    @property
    def is_blank(self) -> bool:
        """Whether it has nothing but white space."""
        return not any(line.strip(BOM).strip() for line in self.lines)

    def counts(self) -> dict[Category, Counts]:
        """The counts of each category, whether its section is there or not."""
        result = dict.fromkeys(HEADINGS, Counts())
        for section in self.sections:
            result[section.category] += count(section.rows)
        return result


def decode(data: bytes) -> str:
    """The text of a document's bytes; a byte order mark stays as its first character.

    Raises:
        DocumentError: the bytes are not UTF-8; the message says where.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"the document is not UTF-8: byte {error.start} (line {line}); save it as UTF-8"
        raise DocumentError(message) from error


def encode(text: str) -> bytes:
    """The bytes of a document's text.

    Raises:
        DocumentError: the text holds half of a surrogate pair, which no file can.
    """
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        message = f"character {error.start} of the document cannot be written as UTF-8; remove it"
        raise DocumentError(message) from error


def render(document: Document) -> str:
    """The text that was parsed."""
    return "".join(document.lines)


def parse(text: str) -> Document:
    """Find sections, rows, counts and dates in a text. Never raises: see ``Document.problems``."""
    scanner = _Scanner(lines=split_lines(text))
    scanner.run()
    return Document(
        lines=tuple(scanner.lines),
        sections=tuple(scanner.sections),
        summary=scanner.summary(),
        updated=tuple(scanner.updated),
        newline=_newline(text),
        problems=tuple(scanner.problems),
        unclosed=scanner.hidden_since,
        outside=tuple(scanner.outside),
        hidden=tuple(scanner.hidden),
    )


def _newline(text: str) -> str:
    crlf = text.count("\r\n")
    found = {"\n": text.count("\n") - crlf, "\r\n": crlf, "\r": text.count("\r") - crlf}
    return max(found, key=lambda ending: found[ending])


def _without_closing(heading: str) -> str:
    """A heading without the hashes behind it; those that follow its text at once belong to the text."""
    text = heading.rstrip("#")
    return text.rstrip() if text != heading and text[-1:].isspace() else heading


@dataclass(slots=True, kw_only=True)
class _Scanner:
    """One pass over the lines. Its state is what is open: section, table, fence."""

    lines: list[str]
    sections: list[Section] = field(default_factory=list)
    updated: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    outside: list[tuple[str, int, bool]] = field(default_factory=list)
    hidden: list[tuple[int, int]] = field(default_factory=list)
    hidden_since: int = 0
    _until: str = ""
    _in_table: bool = False  # the line above is part of a table with a header
    _inline: InlineComments = field(init=False)
    _inline_until: int = 0  # the last line that a comment behind other text hides
    _in_list: bool = False  # the fence is in a list item, and ends with it at a line that is not indented
    _category: Category | None = None
    _start: int = 0
    _tables: list[Table] = field(default_factory=list)
    _stats: list[int] = field(default_factory=list)
    _block: list[int] = field(default_factory=list)
    _paragraph: int = 0  # its first line; 0 for none, -1 for text that an underline makes no heading of
    _in_summary: bool = False
    _in_summary_table: bool | None = None  # None between tables
    _summary_line: int = 0
    _summary_rows: dict[Category | None, int] = field(default_factory=dict)
    _quotes: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._inline = InlineComments(self.lines)

    def run(self) -> None:
        """Read all lines."""
        blank = True
        for number, line in enumerate(self.lines, 1):
            text = line.lstrip(BOM) if number == 1 else line
            stripped = text.strip()
            # After a blank line, four columns of indentation make a code block: an example, not a row.
            example = blank and not self._block and text.startswith(("    ", "\t"))
            blank = not stripped or example
            if self.hidden_since and self._in_list and stripped and not text[0].isspace():
                self._end_item(number)
            if self.hidden_since:
                self._hidden(stripped, number)
            elif number <= self._inline_until or example:
                continue
            elif stripped.startswith("|"):
                self._paragraph = -1
                if self._in_summary:
                    self._summary_row(stripped, number)
                else:
                    self._block.append(number)
                    # A comment in a row ends with its cell: else the rows that it hides would depend on their order.
                    self._in_table = self._in_table or (len(self._block) > 1 and is_delimiter(line))
            else:
                self._in_summary_table = None
                if self._block:
                    self._end_block()
                if stripped:
                    self._other(stripped, number)
                else:
                    self._paragraph, self._in_table = 0, False
        if self.hidden_since:
            self.hidden.append((self.hidden_since, len(self.lines)))
        self._end_section(len(self.lines))

    def summary(self) -> Summary | None:
        """The overall summary, if its heading was seen."""
        if not self._summary_line:
            return None
        rows, quotes = tuple(self._summary_rows.items()), tuple(self._quotes.items())
        return Summary(line=self._summary_line, rows=rows, quotes=quotes)

    def _end_item(self, number: int) -> None:
        """The list item has ended above this line, and a code fence with it; a comment that is left open goes on."""
        if self._until == "-->":
            self._until = "<!--"
        elif self._until != "<!--":
            self.hidden.append((self.hidden_since, number - 1))
            self.hidden_since = 0

    def _hidden(self, stripped: str, number: int) -> None:
        """End the code fence or comment if this line does."""
        if self._until in {"-->", "<!--"}:
            self._hidden_by_comment(stripped, number)
        elif stripped.startswith(self._until) and not stripped.strip(self._until[0]):
            self.hidden.append((self.hidden_since, number))
            self.hidden_since = 0

    def _hidden_by_comment(self, stripped: str, number: int) -> None:
        """End the comment if this line does. One that opens again behind the end is only ended by another comment's."""
        block = _HIDES.fullmatch(stripped) if self._until == "<!--" else None
        if self._until == "<!--" and (block is None or not block["comment"]):
            if not self._inline.closes_one(number):
                return
            self._look_for_comment(number)
        else:
            if block is not None:
                stripped, self._in_list = block["comment"], block["items"] != ""
            end = stripped.find("-->")
            self._until = "-->" if end < 0 else "<!--"
            if end < 0 or is_left_open(stripped[end + 3 :]):
                return
        self.hidden.append((self.hidden_since, number))
        self.hidden_since = 0

    def _look_for_comment(self, number: int) -> None:
        """Hide the lines of a comment that opens behind other text. Text below a table's rows is one more of them."""
        if self._in_table:
            return
        last = self._inline.last_line(number)
        if last > number:
            self._inline_until = last
            self.hidden.append((number + 1, last))

    def _other(self, stripped: str, number: int) -> None:
        """A line that is neither blank nor part of a table."""
        paragraph, self._paragraph = self._paragraph, -1
        self._in_table = self._in_table and not begins_block(stripped)
        if stripped.startswith("#"):
            self._heading(stripped, number)
        elif paragraph > 0 and _UNDERLINE.fullmatch(stripped):
            self._begin("", paragraph)
        elif (match := _HIDES.fullmatch(stripped)) is not None:
            self._in_list = match["items"] != ""
            self.hidden_since = number
            self._until = match["ticks"] or match["tildes"] or "-->"
            if match["comment"]:
                self._hidden_by_comment(match["comment"], number)
        else:
            self._text(stripped, number, paragraph)

    def _text(self, stripped: str, number: int, paragraph: int) -> None:
        """A line of a paragraph, a list or a quotation."""
        self._look_for_comment(number)
        if "**Last updated:**" in stripped:
            self.updated.append(number)
        elif self._category is not None and _STATS.match(stripped):
            self._stats.append(number)
        elif self._in_summary and stripped.startswith(">"):
            for name, pattern in _QUOTES:
                if pattern.match(stripped):
                    self._quotes.setdefault(name, number)
        elif paragraph > 0 or (paragraph == 0 and not _NO_PARAGRAPH.match(stripped)):
            self._paragraph = paragraph or number

    def _heading(self, stripped: str, number: int) -> None:
        self._paragraph = 0
        if _HEADING.match(stripped):
            self._begin(_without_closing(stripped), number)
        else:
            self._in_summary = False  # what is below another heading is not the summary's

    def _begin(self, heading: str, number: int) -> None:
        """End the section above this line, and begin the one with this heading."""
        self._end_section(number - 1)
        self._category = _CATEGORY_OF.get(heading)
        self._start = number
        self._paragraph = 0
        self._in_summary = heading == SUMMARY_HEADING
        if self._in_summary and not self._summary_line:
            self._summary_line = number

    def _end_section(self, last: int) -> None:
        if self._block:
            self._end_block()
        if self._category is None:
            return
        section = Section(
            category=self._category,
            line=self._start,
            end=last,
            tables=tuple(self._tables),
            stats=tuple(self._stats),
        )
        self.sections.append(section)
        self._tables.clear()
        self._stats.clear()
        self._category = None

    def _summary_row(self, stripped: str, number: int) -> None:
        """A line of a table in the summary. Only the known table counts, and only the first line of each label."""
        cells = cells_of(stripped)
        if self._in_summary_table is None:
            titles = [cell.casefold() for cell in cells[: len(_SUMMARY_HEADER)]]
            self._in_summary_table = len(titles) == len(_SUMMARY_HEADER) and all(
                pattern.fullmatch(title) for pattern, title in zip(_SUMMARY_HEADER, titles, strict=True)
            )
        elif self._in_summary_table and cells and cells[0] in _SUMMARY_LABELS:
            self._summary_rows.setdefault(_SUMMARY_LABELS[cells[0]], number)

    def _end_block(self) -> None:
        """Read the adjacent table lines that have just ended."""
        block, self._block = self._block, []
        if self._category is None:
            self.outside += read_outside(self.lines, block)
            return
        table = read_table(self.lines, block, self._tables[-1] if self._tables else None)
        if isinstance(table, Problem):
            self.problems.append(table)
        elif table is not None:
            self._tables.append(table)
