"""What verbs print for people: plain lines, and tables that rich draws where there is a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archtrack.model import Inventory, Unresolved

__all__ = ["architectures", "plain", "read_lines", "table", "unresolved_lines"]


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


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table: drawn by rich on a terminal, tab-separated with a heading otherwise."""
    if not sys.stdout.isatty():
        for row in ([name.lower() for name in columns], *rows):
            sys.stdout.write("\t".join(plain(cell) for cell in row) + "\n")
        return
    from rich.console import Console  # noqa: PLC0415 -- only where it draws
    from rich.table import Table  # noqa: PLC0415 -- as above
    from rich.text import Text  # noqa: PLC0415 -- as above

    drawn = Table(box=None, header_style="bold", pad_edge=False)
    for index, name in enumerate(columns):
        drawn.add_column(name, overflow="fold", no_wrap=index == 0)  # a name is to be searched for and copied
    for row in rows:
        drawn.add_row(*(Text(plain(cell)) for cell in row))
    Console(highlight=False).print(drawn)
