"""A whole new document, as ``rebuild`` writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .columns import further
from .counts import QUOTED, passing_line, quoted_line, summary_line, updated_line
from .layout import new_table_row, section_lines
from .markdown import HEADINGS, SUMMARY_HEADING, delimiter_line, row_line
from .outdated import Expectations
from .rows import Counts, count

if TYPE_CHECKING:
    from archtrack.model import Matrix

    from .rows import Row

__all__ = ["rebuild"]

_TITLE = "# Model support in SGLang"
_HOW_TO = (
    "Every model architecture that SGLang runs with its own implementation, and every public class of"
    " transformers that it may run without one. `archtrack update` adds what is new and touches nothing else;"
    " a row moved by hand to another section stays there."
)
_LEGEND = (
    "- **Native**: `Y` where SGLang registers an implementation (`EntryClass`); **SGLang File** is where.",
    "- **HF**: `Y` where the class is public in `transformers`, so that SGLang's fallback may take it.",
    "- **Example HF Model**: a published checkpoint of this architecture.",
)
_ELSEWHERE = (
    "- Neither **Native** nor **HF** (no fallback): another engine has the architecture in its newest known release."
    " SGLang would need an implementation of its own."
)
_SUMMARY_HEADER = ("Category", "Native", "HF Fallback Only", "No Fallback", "Total")


def rebuild(matrix: Matrix, date: str, *, columns: tuple[str, ...] = (), newline: str = "\n") -> str:
    """The document for a matrix.

    Args:
        matrix: the rows to write.
        date: ``YYYY-MM-DD``, for the line that says when the document was last updated.
        columns: names of further columns to the right (see ``columns.FURTHER``).
        newline: what every line ends with.
    """
    chosen = further(columns)
    third = (_ELSEWHERE,) if any(row.elsewhere for row in matrix.rows) else ()
    legend = (*_LEGEND, *third, *(f"- **{column.title}**: {column.legend}" for column in chosen))
    lines = [_TITLE, "", _HOW_TO, "", updated_line(date), "", "### Legend", "", *legend, "", "---", ""]
    counts = {}
    written: list[Row] = []
    for category in HEADINGS:
        rows = {
            row.name: row
            for row in (new_table_row(entry, chosen) for entry in matrix.rows if entry.category is category)
        }
        lines += [*section_lines(category, list(rows.values()), chosen), "", "---", ""]
        counts[category] = count(rows.values())
        written += rows.values()
    total = sum(counts.values(), Counts())
    lines += [SUMMARY_HEADING, "", row_line(_SUMMARY_HEADER), delimiter_line(len(_SUMMARY_HEADER))]
    lines += [summary_line(category, own) for category, own in counts.items()]
    lines += [summary_line(None, total), ""]
    for field in QUOTED:
        lines.append(quoted_line(field, total))
        if field == "hf_only" and (passing := Expectations(matrix).passing(written)) is not None:
            lines.append(passing_line(passing))
    return newline.join([*lines, ""])
