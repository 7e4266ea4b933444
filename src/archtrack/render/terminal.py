"""What verbs print for people: plain lines, and tables that rich draws where there is a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from archtrack.core.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archtrack.model import Inventory, Origin, Unresolved

__all__ = [
    "architectures",
    "plain",
    "print_lines",
    "read_line",
    "read_lines",
    "table",
    "unresolved_lines",
]


def plain(text: str) -> str:
    """Text on one line without control characters: names and ids of scanned source may hold any."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def print_lines(lines: Iterable[str], *, err: bool = False) -> None:
    """Print lines; with ``err`` what is said beside the result."""
    for line in lines:
        click.echo(line, err=err)


def read_lines(inventories: Iterable[Inventory], notices: Iterable[str]) -> list[str]:
    """What was read: engine, version, where from; and what was chosen on the way."""
    read = (read_line(each.engine, each.version, each.origin) for each in inventories)
    return [*map(plain, read), *(plain(f"Note: {notice}") for notice in notices)]


def read_line(engine: str, version: str | None, origin: Origin) -> str:
    """That a release was read, and where."""
    name = f"{engine} {version or 'of unknown version'}"
    if origin.kind == "release":  # which of its files was read makes no difference
        return f"Read {name} (release)"
    where = {"local": "checkout", "installed": "installed in", "git": "git"}
    return f"Read {name} ({where[origin.kind]} {origin.location})"


def unresolved_lines(engine: str, unresolved: Sequence[Unresolved]) -> list[str]:
    """The places that could not be read, one line each."""
    if not unresolved:
        return []
    return [
        "",
        f"{counted(len(unresolved), 'place')} in {engine} could not be resolved (nothing is guessed):",
        *(plain(f"  ? {each.place}: {each.reason}") for each in unresolved),
    ]


def architectures(count: int, others: int = 0) -> str:
    """So many architectures, in words, and so many that an engine runs as one of them."""
    more = f", and {others} that it runs as others" if others else ""
    return counted(count, "architecture") + more


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
    from .rich_table import draw  # noqa: PLC0415 -- it loads rich

    draw(columns, [[plain(cell) for cell in row] for row in rows], whole=whole)
