"""The parts of a tracking issue for a person: all of them one below the other, or what became of their files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from archtrack.core.wording import counted

from .terminal import plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from archtrack.app.issue import PartFile

__all__ = ["print_files", "print_parts", "unknown_note"]

_NAMED = 3  # names of rows of an unknown kind: enough to find the others

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def print_parts(parts: Sequence[PartFile], limit: int) -> None:
    """Every part below a line that names it."""
    for at, each in enumerate(parts):
        click.echo(("\n" if at else "") + plain(f"==== {each.name}: {_about(each, limit)} ===="))
        click.echo(_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", each.part.text), nl=False)


def print_files(parts: Sequence[PartFile], limit: int, folder: Path) -> None:
    """A line for every file, and how many were written."""
    for each in parts:
        state = "written" if each.written else "as it was"
        click.echo(plain(f"{folder / each.name}: {_about(each, limit)}, {state}"))
    count = sum(each.written for each in parts)
    click.echo(f"\n{count} of {len(parts)} parts {'was' if count == 1 else 'were'} written.")


def unknown_note(document: Path, names: Sequence[str]) -> str:
    """Which rows were left out because their kind is unknown."""
    shown = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    rows = f"{len(names)} row{' is' if len(names) == 1 else 's are'}"
    return plain(f"Note: {document}: {rows} left out, as Fallback says neither Y nor refused: {shown}")


def _about(each: PartFile, limit: int) -> str:
    if each.part.empty:
        return "no longer needed"
    rows = counted(len(each.part.names), "row") if each.part.names else ""
    size = f"{each.part.size:,} of {limit:,}"
    return ", ".join(filter(None, (each.part.section, rows, size)))
