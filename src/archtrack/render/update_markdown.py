"""What an update did, as Markdown: for the summary of a job or a comment on a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archtrack.core.document.markdown import escape_cell
from archtrack.core.matrix.elsewhere import elsewhere_in_words

from .markdown import section
from .outdated import beyond_added, changes_in_words, command, telling
from .terminal import architectures
from .update import unified_diff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archtrack.app.document import DocumentUpdate
    from archtrack.core.document.outdated import OutdatedRow
    from archtrack.model import MatrixRow

__all__ = ["report_markdown"]

_SHOWN = 50
"""Rows of a list, of which a first document has a thousand."""

_ROOM = 200_000
"""Characters of the diff; GitHub takes a summary of 1 MiB, and drops a longer one whole."""


def report_markdown(update: DocumentUpdate, *, check: bool) -> Iterator[str]:
    """The report with the document's diff, line by line.

    Args:
        update: what was done.
        check: nothing was to be written, so say what would be.
    """
    merge = update.merge
    yield f"## {escape_cell(str(update.path))} {_state(update)}"
    yield ""
    read = (
        f"{each.engine} {each.version or 'of unknown version'}" for each in update.track.matrix.inventories
    )
    yield f"Compared with {escape_cell(' and '.join(read))}."
    yield from _added_table(merge.added)
    title = "Rows to bring up to date" if check else "Rows brought up to date"
    yield from _rows(title, beyond_added(merge.refreshed), cells_only=True)
    yield from _rows("Rows to remove" if check else "Rows removed", merge.pruned)
    left = telling(merge.outdated)
    yield from _rows("Rows out of date", left)
    if left:
        yield from ("", f"{command(left)} puts them right.")
    outside = [f"line {line}: **{escape_cell(name)}**" for name, line in merge.outside]
    yield from section("Rows outside the three sections", outside, most=_SHOWN)
    unresolved = [
        escape_cell(f"{inventory.engine}: {each.place}: {each.reason}")
        for inventory in update.track.matrix.inventories
        for each in inventory.unresolved
    ]
    yield from section("Places that could not be resolved", unresolved, most=_SHOWN)
    if update.differs:
        yield from _diff(update)
        if not update.written:
            rows = (*merge.refreshed, *merge.pruned)
            yield from ("", f"{command(rows, refresh=bool(merge.added_columns))} writes it.")


def _state(update: DocumentUpdate) -> str:
    if not update.differs:
        return "is up to date"
    if update.written:
        return "was written" if update.created else "was brought up to date"
    return "does not exist" if update.before is None else "is out of date"


def _added_table(added: tuple[MatrixRow, ...]) -> Iterator[str]:
    if not added:
        return
    native = sorted(added, key=lambda row: row.native is None)  # what the engine runs itself comes first
    yield from ("", f"### New: {architectures(len(added))}", "")
    yield from ("| Architecture | Status | Section | Registered in |", "|---|---|---|---|")
    for row in native[:_SHOWN]:
        found = row.native or row.hf
        words = str(found.place) if found is not None else elsewhere_in_words(row.elsewhere)
        place = escape_cell(words)
        yield f"| **{escape_cell(row.name)}** | {row.status.value} | {row.category.value} | {place} |"
    if len(added) > _SHOWN:
        yield from ("", f"And {len(added) - _SHOWN} more: the diff has all of them.")


def _rows(title: str, rows: Iterable[OutdatedRow], *, cells_only: bool = False) -> Iterator[str]:
    items = [
        f"line {one.row.line}: **{escape_cell(one.row.name)}**: "
        f"{escape_cell(changes_in_words(one, cells_only=cells_only))}"
        for one in rows
    ]
    yield from section(title, items, most=_SHOWN)


def _diff(update: DocumentUpdate) -> Iterator[str]:
    lines = [line.rstrip("\n") for line in unified_diff(update, terminal=True, color=False)]
    shown, room = 0, _ROOM
    while shown < len(lines) and room >= len(lines[shown]):
        room -= len(lines[shown]) + 1
        shown += 1
    text = lines[:shown]
    longest = max((len(run) for line in text for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)  # what the document says cannot end the block
    yield from ("", "<details>", "<summary>Diff</summary>", "", f"{fence}diff", *text, fence, "")
    if shown < len(lines):
        yield from (f"{len(lines) - shown} more lines: `archtrack update --diff` prints them.", "")
    yield "</details>"
