"""Colours, where they are wanted. None says what the words do not say as well."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from archtrack.model import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["STATUS_COLOURS", "status_word", "styled", "wants_colour"]

STATUS_COLOURS: Mapping[Status, str | None] = {
    Status.NATIVE: "green",
    Status.FALLBACK: "yellow",
    Status.REMOTE_CODE: "yellow",
    Status.UNIMPORTABLE: "red",
    Status.REFUSED: "red",
    Status.UNSUPPORTED: "red",
    Status.GONE: "red",
    Status.UNKNOWN: None,
}
"""The colour of each status on a terminal; None: dim."""


def wants_colour() -> bool:
    """Whether what is printed may have colours: on a terminal, or where FORCE_COLOR asks for them; NO_COLOR wins."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def styled(text: str, *, colour: str | None = None, bold: bool = False, dim: bool = False) -> str:
    """Text in a colour, where colours are wanted."""
    return click.style(text, fg=colour, bold=bold or None, dim=dim or None) if wants_colour() else text


def status_word(status: Status, width: int = 0) -> str:
    """A status, padded to a width; its colour says again what the word says."""
    colour = STATUS_COLOURS[status]
    return styled(f"{status.value:<{width}}", colour=colour, dim=colour is None)
