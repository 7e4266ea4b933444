"""A table on a terminal, drawn by rich."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .colour import STATUS_COLOURS, wants_colour

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["draw"]

_GAP = 1
_LEAST = 10
"""Characters of a column, below which nothing can be read: the line is then longer than the terminal."""

_READABLE = 40
"""Characters of a column below which sentences are hard to read."""

_INDENT = 4

_STATUS_STYLES = {status.value: colour or "dim" for status, colour in STATUS_COLOURS.items()}


def draw(columns: Sequence[str], cells: Sequence[Sequence[str]], *, whole: bool) -> None:
    """Draw a table; arguments as ``terminal.table``, without control characters.

    Where the terminal is too narrow, columns that are empty in every row are left out.
    """
    console = Console(highlight=False)
    natural = _natural(columns, cells)
    if cells and sum(natural) + _GAP * (len(columns) - 1) > console.width:
        filled = [at for at in range(len(columns)) if at == 0 or any(row[at] for row in cells)]
        columns, cells = [columns[at] for at in filled], [[row[at] for at in filled] for row in cells]
        natural = _natural(columns, cells)
    room = console.width - _GAP * (len(columns) - 1)
    if not whole:
        _draw(console, columns, cells, _fitted(natural, room))
        return
    *beside, last = natural
    left = room - sum(beside)
    unbroken = max((cell_len(word) for *_, cell in cells for word in cell.split()), default=0)
    if last <= left or left >= max(_READABLE, unbroken):
        _draw(console, columns, cells, [*beside, min(last, left)], wrap=True)
        return
    _draw_below(console, columns, cells)


def _natural(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> list[int]:
    """The width of each column that cuts nothing."""
    return [max(map(cell_len, column)) for column in zip(columns, *cells, strict=True)]


def _title_style() -> str:
    """How titles look: rich leaves colours out by ``NO_COLOR``, but not bold letters."""
    return "" if os.environ.get("NO_COLOR") else "bold"


def _draw_below(console: Console, columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """The last column below each row. A cell that is longer than the terminal pushes its own row alone."""
    beside = [row[:-1] for row in (columns, *cells)]
    fitting = [row for row in beside if sum(map(cell_len, row)) + _GAP * (len(row) - 1) <= console.width]
    widths = [max(map(cell_len, column)) for column in zip(*(fitting or beside[:1]), strict=True)]
    for number, row in enumerate((columns, *cells)):
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row[:-1], widths, strict=True))
        style = _title_style() if number == 0 else ""
        console.print(Text((" " * _GAP).join(padded).rstrip(), style), soft_wrap=True)
        if row[-1]:
            console.print(Text(" " * _INDENT + row[-1], style), soft_wrap=True)


def _draw(
    console: Console,
    columns: Sequence[str],
    cells: Iterable[Sequence[str]],
    widths: Sequence[int],
    *,
    wrap: bool = False,
) -> None:
    """A table of columns of these widths, wider than the terminal if these are."""
    console.width = max(console.width, sum(widths) + _GAP * (len(widths) - 1))
    drawn = Table(box=None, header_style=_title_style(), pad_edge=False, padding=(0, _GAP, 0, 0))
    for name, width in zip(columns, widths, strict=True):
        drawn.add_column(name, width=width, no_wrap=not wrap, overflow="fold" if wrap else "ellipsis")
    for row in cells:
        drawn.add_row(*map(_cell, row))
    console.print(drawn)


def _cell(text: str) -> Text:
    """A cell; one that is a status has its colour."""
    return Text(text, _STATUS_STYLES.get(text, "") if wants_colour() else "")


def _fitted(natural: list[int], room: int) -> list[int]:
    """Widths of columns: the widest give way, but never the first, whose names are to be searched for and copied."""
    first, *rest = natural
    while rest and first + sum(rest) > room and max(rest) > _LEAST:
        rest[rest.index(max(rest))] -= 1
    return [first, *rest]
