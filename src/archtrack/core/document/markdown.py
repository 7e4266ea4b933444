"""Lines, cells and the fixed texts of the document: the part of Markdown that its format needs.

Lines end as in CommonMark: LF, CRLF or a lone CR. Nothing else ends a line (``str.splitlines`` would also
split at form feeds, U+0085 and U+2028, which may be in prose and in cells).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from archtrack.model import Category

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "BOM",
    "COLUMNS",
    "HEADINGS",
    "LABELS",
    "SUMMARY_HEADING",
    "cell_places",
    "cells_of",
    "code_cell",
    "delimiter_line",
    "ending_of",
    "escape_cell",
    "header_line",
    "is_delimiter",
    "name_cell",
    "row_line",
    "split_lines",
    "with_cells",
    "with_new_cells",
]

HEADINGS = {
    Category.TEXT: "## Text-only Language Models (Generative)",
    Category.EMBEDDING: "## Embedding / Classification / Reward / Retrieval Models",
    Category.MULTIMODAL: "## Multimodal Models (Vision / Audio / OCR)",
}
"""The exact headings of the three sections, in their order."""

SUMMARY_HEADING = "## Overall Summary"

BOM = "\ufeff"
"""The byte order mark that a text may begin with."""

LABELS = {
    Category.TEXT: "Text-only",
    Category.EMBEDDING: "Embedding/Classification",
    Category.MULTIMODAL: "Multimodal",
}
"""What the overall summary calls the three sections."""

COLUMNS = ("Architecture", "Native", "HF", "SGLang File", "Example HF Model")
"""The header of every table that archtrack writes; tables that it reads may have other names and another order."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_DELIMITER = re.compile(r":?-+:?")
_ESCAPE_OR_PIPE = re.compile(r"\\.|\|", re.DOTALL)
_SPAN_OR_PIPE = re.compile(r"\\.|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|\|", re.DOTALL)
_LONGEST_WITH_SPANS = 4_000  # looking for the end of every code span is quadratic
_PLAIN = re.compile(r"[\w./+ :@-]*\Z")
_MARKUP = re.compile(r"[\\`*\[\]~|]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def split_lines(text: str) -> list[str]:
    """The lines of a text, each with its ending; joined they are the text again."""
    return _LINE.findall(text)


def ending_of(line: str) -> str:
    r"""The line ending: ``"\r\n"``, ``"\n"``, ``"\r"``, or ``""`` on a last line without one."""
    if line.endswith("\r\n"):
        return "\r\n"
    return line[-1] if line.endswith(("\n", "\r")) else ""


def cells_of(line: str, width: int = 0) -> list[str]:
    r"""The trimmed cells of a table line, without what is outside of the outer pipes.

    A pipe after an unescaped backslash does not divide. One in a code span does, as in GitHub's tables
    (it has to be written ``\|`` there too), unless only the other reading gives ``width`` cells.
    """
    parts = _parts(line.strip(), width)
    if len(parts) > 1 and not parts[-1]:
        parts.pop()
    if not parts[0]:
        del parts[0]
    return [part.strip() for part in parts]


def cell_places(line: str, width: int = 0) -> list[tuple[int, int]]:
    """Where the cells of ``cells_of`` stand in a table line: (from, to) of each, with the blanks around its text."""
    parts, at = _parts(line.strip(), width), len(line) - len(line.lstrip())
    places = []
    for part in parts:
        places.append((at, at + len(part)))
        at += len(part) + 1
    if len(parts) > 1 and not parts[-1]:
        places.pop()
    return places if parts[0] else places[1:]


def is_delimiter(line: str) -> bool:
    """Whether a line of a table is the one below the header."""
    return all(_DELIMITER.fullmatch(cell) for cell in cells_of(line))


def with_cells(line: str, changes: Mapping[int, str], width: int) -> str:
    """The line with some cells (counted from 0) replaced; every other byte stays.

    A replaced cell keeps its width where the row is padded to align columns. Cells that the row does not
    have yet are added at its end.
    """
    parts, first, closing = _opened(line, width)
    padded = any(_is_padded(part) for part in parts[first:])
    tight = _is_tight(parts[first:])
    if changes and len(parts) <= first + max(changes):
        _end_last(parts)
    for index, value in sorted(changes.items()):
        while len(parts) <= first + index:
            parts.append("" if tight else "  ")
        old = parts[first + index]
        new = value if tight else f" {value} "
        parts[first + index] = new.ljust(len(old)) if padded else new
    return "|".join(parts) + closing


def with_new_cells(line: str, values: Sequence[str], width: int, filling: str = "") -> str:
    """The line with further cells behind its first ``width`` ones; every other byte stays.

    Cells that the row has too few before them are added too, and hold ``filling``.
    """
    parts, first, closing = _opened(line, width)
    tight = _is_tight(parts[first:])
    missing = [filling] * (first + width - len(parts))
    _end_last(parts)
    parts[first + width : first + width] = [value if tight else f" {value} " for value in (*missing, *values)]
    return "|".join(parts) + closing


def _opened(line: str, width: int) -> tuple[list[str], int, str]:
    """A row's parts between pipes, the index of its first cell, and what ends it: the closing pipe, the line ending."""
    ending = ending_of(line)
    parts = _parts(line[: len(line) - len(ending)], width)
    first = 0 if parts[0].strip() else 1
    closed = len(parts) > 1 and not parts[-1].strip()
    return parts, first, f"|{parts.pop()}{ending}" if closed else ending


def _is_tight(parts: Iterable[str]) -> bool:
    """Whether no cell begins with a space."""
    return not any(part.startswith(" ") for part in parts)


def _end_last(parts: list[str]) -> None:
    """Keep a backslash at the end of an unclosed row from escaping the pipe that will follow."""
    if (len(parts[-1]) - len(parts[-1].rstrip("\\"))) % 2:
        parts[-1] += " "


def _parts(content: str, width: int) -> list[str]:
    """The text between the pipes that separate cells; joined by pipes it is the content again."""
    if "\\" not in content:
        parts = content.split("|")
        if not width or len(parts) <= width + 2 or "`" not in content:
            return parts
    else:
        parts = _divide(content, _ESCAPE_OR_PIPE)
    if width and "`" in content and len(parts) > width + 2 and len(content) <= _LONGEST_WITH_SPANS:
        whole_spans = _divide(content, _SPAN_OR_PIPE)
        if len(whole_spans) == width + 2:
            return whole_spans
    return parts


def _divide(content: str, pattern: re.Pattern[str]) -> list[str]:
    parts, start = [], 0
    for match in pattern.finditer(content):
        if match.group() == "|":
            parts.append(content[start : match.start()])
            start = match.end()
    parts.append(content[start:])
    return parts


def _is_padded(part: str) -> bool:
    """Whether a cell is wider than its text: somebody has aligned the columns."""
    text = part.strip()
    return len(part) > len(text) + 2


def escape_cell(text: str) -> str:
    """A text as a table cell that can neither break the table nor become markup.

    The usual characters of architectures, files and repository ids stay as they are. Control and formatting characters
    become U+FFFD, line breaks and tabs a space.
    """
    text = text.strip()
    if _PLAIN.match(text) and text.isprintable():
        return text
    text = re.sub(r"[\t\r\n]+", " ", text)
    text = "".join(_REPLACEMENT if unicodedata.category(char) in _UNPRINTABLE else char for char in text)
    text = _MARKUP.sub(r"\\\g<0>", text)
    return "".join(_ENTITIES.get(char, char) for char in text).strip()


def name_cell(name: str) -> str:
    """An architecture's name as it is written between the asterisks; never empty."""
    return escape_cell(name) or _REPLACEMENT


def code_cell(text: str) -> str:
    """A file's name as a code span; escaped plain text if the name could break out of a code span."""
    escaped = escape_cell(text)
    return f"`{escaped}`" if escaped and escaped == text else escaped


def row_line(cells: tuple[str, ...] | list[str]) -> str:
    """One line of a table, without its ending; an empty cell is two spaces."""
    return f"| {' | '.join(cells)} |"


def header_line(extra: tuple[str, ...] = ()) -> str:
    """The header of a table, with further columns to the right."""
    return row_line([*COLUMNS, *(escape_cell(name) for name in extra)])


def delimiter_line(width: int) -> str:
    """The line below the header."""
    return "|" + "---|" * width
