"""What verbs print for people: plain lines, and tables that rich draws where there is a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from archtrack.model import Inventory, Unresolved

__all__ = ["architectures", "plain", "read_lines", "table", "unresolved_lines"]

_GAP = 1
_LEAST = (
    10  # characters of a column, below which nothing can be read: the line is then longer than the terminal
)
_READABLE = 40
"""Characters of a column below which sentences are hard to read."""
_INDENT = 4


def plain(text: str) -> str:
    """Text on one line without control characters: names and ids of scanned source may hold any."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def read_lines(inventories: Iterable[Inventory], notices: Iterable[str]) -> list[str]:
    """What was read: engine, version, where from; and what was chosen on the way."""
    lines = []
    for inventory in inventories:
        origin = inventory.origin
        where = {"local": "checkout", "installed": "installed in", "release": "release file", "git": "git"}
        version = inventory.version or "of unknown version"
        lines.append(plain(f"Read {inventory.engine} {version} ({where[origin.kind]} {origin.location})"))
    return [*lines, *(plain(f"Note: {notice}") for notice in notices)]


def unresolved_lines(engine: str, unresolved: Sequence[Unresolved]) -> list[str]:
    """The places that could not be read, one line each."""
    if not unresolved:
        return []
    count = f"{len(unresolved)} place{'s' if len(unresolved) != 1 else ''}"
    return [
        "",
        f"{count} in {engine} could not be resolved (nothing is guessed):",
        *(plain(f"  ? {each.place}: {each.reason}") for each in unresolved),
    ]


def architectures(count: int, others: int = 0) -> str:
    """So many architectures, in words, and so many that an engine runs as one of them."""
    more = f", and {others} that it runs as others" if others else ""
    return f"{count} architecture{'' if count == 1 else 's'}{more}"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, whole: bool = False) -> None:
    """Print a table: drawn by rich on a terminal, tab-separated with a heading otherwise.

    Args:
        columns: their titles.
        rows: a cell for each column.
        whole: nothing is cut on a narrow terminal: the last column is wrapped, or stands below each row where there is
            too little room beside it. Else the widest columns are cut, so that a row is a line.
    """
    if not sys.stdout.isatty():
        for row in ([name.lower() for name in columns], *rows):
            sys.stdout.write("\t".join(plain(cell) for cell in row) + "\n")
        return
    from rich.cells import cell_len  # noqa: PLC0415 -- only where it draws
    from rich.console import Console  # noqa: PLC0415 -- as above

    cells = [[plain(cell) for cell in row] for row in rows]
    natural = [max(map(cell_len, column)) for column in zip(columns, *cells, strict=True)]
    console = Console(highlight=False)
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
    _print_below(console, columns, cells)


def _print_below(console: Console, columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """The last column below each row. A cell that is longer than the terminal pushes its own row alone."""
    from rich.cells import cell_len  # noqa: PLC0415 -- only where it draws
    from rich.text import Text  # noqa: PLC0415 -- as above

    beside = [row[:-1] for row in (columns, *cells)]
    fitting = [row for row in beside if sum(map(cell_len, row)) + _GAP * (len(row) - 1) <= console.width]
    widths = [max(map(cell_len, column)) for column in zip(*(fitting or beside[:1]), strict=True)]
    for number, row in enumerate((columns, *cells)):
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row[:-1], widths, strict=True))
        style = "bold" if number == 0 else ""
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
    from rich.table import Table  # noqa: PLC0415 -- only where it draws
    from rich.text import Text  # noqa: PLC0415 -- as above

    console.width = max(console.width, sum(widths) + _GAP * (len(widths) - 1))
    drawn = Table(
        box=None,
        header_style="bold",
        pad_edge=False,
        padding=(0, _GAP, 0, 0),
        show_header=columns is not None,
    )
    for name, width in zip(columns or [""] * len(widths), widths, strict=True):
        drawn.add_column(name, width=width, no_wrap=not wrap, overflow="fold" if wrap else "ellipsis")
    for row in cells:
        drawn.add_row(*map(Text, row))
    console.print(drawn)


def _fitted(natural: list[int], room: int) -> list[int]:
    """Widths of columns: the widest give way, but never the first, whose names are to be searched for and copied."""
    first, *rest = natural
    while rest and first + sum(rest) > room and max(rest) > _LEAST:
        rest[rest.index(max(rest))] -= 1
    return [first, *rest]
