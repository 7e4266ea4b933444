"""What verbs print for people: plain lines, and tables that rich draws where there is a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from archtrack.model import Inventory, Unresolved

__all__ = ["architectures", "plain", "read_lines", "table", "unresolved_lines"]

_GAP = 1
_LEAST = (
    10  # characters of a column, below which nothing can be read: the line is then longer than the terminal
)


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


def architectures(count: int) -> str:
    """So many architectures, in words."""
    return f"{count} architecture{'' if count == 1 else 's'}"


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, whole: bool = False, uncut: Collection[str] = ()
) -> None:
    """Print a table: drawn by rich on a terminal, tab-separated with a heading otherwise.

    Args:
        columns: their titles.
        rows: a cell for each column.
        whole: on a narrow terminal a long cell goes on in the next line; else it is cut, so that a row is a line.
        uncut: titles of columns that are neither: names, to be searched for and copied. The first one always is.
    """
    if not sys.stdout.isatty():
        for row in ([name.lower() for name in columns], *rows):
            sys.stdout.write("\t".join(plain(cell) for cell in row) + "\n")
        return
    from rich.cells import cell_len  # noqa: PLC0415 -- only where it draws
    from rich.console import Console  # noqa: PLC0415 -- as above
    from rich.table import Table  # noqa: PLC0415 -- as above
    from rich.text import Text  # noqa: PLC0415 -- as above

    cells = [[plain(cell) for cell in row] for row in rows]
    natural = [max(map(cell_len, column)) for column in zip(columns, *cells, strict=True)]
    console = Console(highlight=False)
    kept = [place == 0 or title in uncut for place, title in enumerate(columns)]
    widths = _fitted(natural, console.width - _GAP * (len(columns) - 1), kept)
    console.width = max(console.width, sum(widths) + _GAP * (len(columns) - 1))
    drawn = Table(box=None, header_style="bold", pad_edge=False, padding=(0, _GAP, 0, 0))
    for name, width in zip(columns, widths, strict=True):
        drawn.add_column(name, width=width, no_wrap=not whole, overflow="fold" if whole else "ellipsis")
    for row in cells:
        drawn.add_row(*map(Text, row))
    console.print(drawn)


def _fitted(natural: list[int], room: int, kept: list[bool]) -> list[int]:
    """Widths of columns: the widest give way, but never those that are to be kept."""
    widths = list(natural)
    giving = [place for place, keep in enumerate(kept) if not keep]
    while giving and sum(widths) > room:
        widest = max(giving, key=widths.__getitem__)
        if widths[widest] <= _LEAST:
            break
        widths[widest] -= 1
    return widths
