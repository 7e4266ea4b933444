"""The lines that count rows, and the line with the date: how they are written and updated.

A line with the right numbers is left as it is. In a line of the known form only the numbers are replaced; any other
line that has to change is rewritten in the known form.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from .markdown import LABELS, cells_of, ending_of, row_line, with_cells
from .rows import Counts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archtrack.model import Category

    from .parse import Document, Section

__all__ = [
    "QUOTED",
    "dated_line",
    "outdated_counts",
    "passing_line",
    "quoted_line",
    "stats_line",
    "summary_line",
    "updated_line",
]

QUOTED = {
    "native": ("natively supported", " — optimized SGLang implementations"),
    "hf_only": ("HF fallback only", " — may work via `TransformersForCausalLM`"),
    "neither": ("no fallback", " — need full implementation"),
}
"""Field of ``Counts`` -> what its quoted line says before and after the percentage."""

_SOURCE = (
    "`EntryClass` in `python/sglang/srt/models/*.py` + `transformers` library classes"
    " + HuggingFace `config.json`"
)
_STATS = re.compile(
    r"(\s*)\*\*(\d+)\*\* native / \*\*(\d+)\*\* HF-only / \*\*(\d+)\*\* no fallback"
    r" / \*\*(\d+)\*\* total(.*)",
    re.DOTALL,
)
_STATS_WORDS = frozenset({"native", "HF", "only", "no", "fallback", "total"})
_WORD = re.compile(r"[^\W\d_]+")
_QUOTE = re.compile(r"(\s*>\s*)\*\*(\d+)\*\*([^(]*)\((\d+)%\)(.*)", re.DOTALL)
_PASSING = re.compile(r"(\s*>[^*]*)\*\*[^*]*\*\*(.*)", re.DOTALL)
_DATE = re.compile(r"(\*\*Last updated:\*\*\s*)\d{4}-\d{2}-\d{2}")
_UNTIL_SOURCE = re.compile(r"[^|]*(\|\s*\*\*Source:\*\*)")
_NUMBER = re.compile(r"(\**)(\d+)(\**)")


def stats_line(counts: Counts) -> str:
    """The line below a section's table."""
    native, hf_only, neither, total = counts.numbers
    return f"**{native}** native / **{hf_only}** HF-only / **{neither}** no fallback / **{total}** total"


def summary_line(category: Category | None, counts: Counts) -> str:
    """A row of the overall summary; the total if no category is given."""
    if category is None:
        return row_line(["**Total**", *(f"**{number}**" for number in counts.numbers)])
    return row_line([LABELS[category], *map(str, counts.numbers)])


def quoted_line(field: str, counts: Counts) -> str:
    """One of the three quoted lines below the summary; ``field`` names a number of ``Counts``."""
    number: int = getattr(counts, field)
    phrase, rest = QUOTED[field]
    return f"> **{number}** {phrase} ({counts.percent(number)}%){rest}"


def passing_line(number: int) -> str:
    """The quoted line below the one for HF-only rows: how many of them pass the backend's own check.

    It must have none of the words by which the seed's script finds the other three.
    """
    return f"> of these, **{number}** pass the backend's own check (`is_backend_compatible()`)"


def updated_line(date: str) -> str:
    """The line that says when the document was last updated (``date`` as ``YYYY-MM-DD``)."""
    return f"> **Last updated:** {date} | **Source:** {_SOURCE}"


def dated_line(line: str, date: str) -> str:
    """A ``Last updated`` line with another date; unchanged if it is unclear where its date is."""
    if _DATE.search(line):
        return _DATE.sub(lambda match: match.group(1) + date, line, count=1)
    before, marker, rest = line.partition("**Last updated:**")
    match = _UNTIL_SOURCE.match(rest)
    if match is None:
        return line
    return f"{before}{marker} {date} {match.group(1)}{rest[match.end() :]}"


def outdated_counts(
    document: Document,
    tables: Sequence[Sequence[Counts]],
    more: Mapping[Category, Counts],
    passing: int | None,
) -> dict[int, str]:
    """The lines that do not match a recount, and what they should say.

    Where a section has several stats lines, each counts the tables since the one before it, or the whole
    section if there are none.

    Args:
        document: where the lines are.
        tables: for each section and each of its tables what the rows count up to, in the document's order.
            A table more than the section has is one about to be added.
        more: rows of sections about to be added, which the summary counts too.
        passing: how many of the HF-only rows pass the backend's own check; None if no source says so, and then the
            line that tells it is left as it is.

    Returns:
        Line number (from 1) -> the whole line with its ending.
    """
    changes: dict[int, str] = {}
    totals = dict.fromkeys(LABELS, Counts()) | dict(more)
    for section, counts in zip(document.sections, tables, strict=True):
        totals[section.category] += sum(counts, Counts())
        for number, own in _per_stats_line(section, counts):
            _note(changes, document, number, _recounted(document.lines[number - 1], own))
    if document.summary is not None:
        total = sum(totals.values(), Counts())
        for category, number in document.summary.rows:
            counts_of_row = total if category is None else totals[category]
            _note(changes, document, number, _summed(document.lines[number - 1], category, counts_of_row))
        for field, number in document.summary.quotes:
            line = document.lines[number - 1]
            right = _passed(line, passing) if field == "passing" else _quoted(line, field, total)
            _note(changes, document, number, right)
    return changes


def _note(changes: dict[int, str], document: Document, number: int, new: str) -> None:
    if new != document.lines[number - 1]:
        changes[number] = new


def _per_stats_line(section: Section, counts: Sequence[Counts]) -> list[tuple[int, Counts]]:
    """Each stats line of a section, with its right counts."""
    whole = sum(counts, Counts())
    if len(section.stats) == 1:
        return [(section.stats[0], whole)]
    # A table without header that loses all of its rows is none any more.
    there = [
        (table.after, own)
        for table, own in zip(section.tables, counts, strict=False)
        if table.header or own.total
    ]
    places = [place for place, _ in there]
    result, start = [], 0
    for number in section.stats:
        end = bisect_left(places, number)
        result.append((number, sum((own for _, own in there[start:end]), Counts()) if start < end else whole))
        start = end
    return result


def _recounted(line: str, counts: Counts) -> str:
    numbers = tuple(map(str, counts.numbers))
    match = _STATS.match(line)
    if match is None:
        own = _STATS_WORDS.issuperset(_WORD.findall(line))  # otherwise it is a sentence that begins like one
        return stats_line(counts) + ending_of(line) if own else line
    if match.groups()[1:5] == numbers:
        return line
    return f"{match.group(1)}{stats_line(counts)}{match.group(6)}"


def _summed(line: str, category: Category | None, counts: Counts) -> str:
    """A row of the summary. A cell that has no number is kept."""
    cells = cells_of(line)
    changes = {}
    for index, number in enumerate(counts.numbers, 1):
        cell = cells[index] if index < len(cells) else ""
        match = _NUMBER.fullmatch(cell)
        if not cell:
            changes[index] = f"**{number}**" if category is None else str(number)
        elif match is not None and match.group(2) != str(number):
            changes[index] = f"{match.group(1)}{number}{match.group(3)}"
    return with_cells(line, changes, len(cells)) if changes else line


def _quoted(line: str, field: str, counts: Counts) -> str:
    number, percent = str(getattr(counts, field)), str(counts.percent(getattr(counts, field)))
    match = _QUOTE.match(line)
    if match is None:
        return quoted_line(field, counts) + ending_of(line)
    if (match.group(2), match.group(4)) == (number, percent):
        return line
    return f"{match.group(1)}**{number}**{match.group(3)}({percent}%){match.group(5)}"


def _passed(line: str, passing: int | None) -> str:
    match = None if passing is None else _PASSING.match(line)
    return line if match is None else f"{match[1]}**{passing}**{match[2]}"
