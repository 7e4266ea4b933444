"""How far work of many like steps is, for the person who waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from .terminal import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from rich.progress import TaskID

__all__ = ["Steps"]


class Steps:
    """A bar with what was read last, and how long it will take still; nothing where no bar can be drawn."""

    def __init__(self, stream: TextIO, environ: Mapping[str, str], unit: str) -> None:
        """Draw nothing yet.

        Args:
            stream: where it is drawn, if that is a terminal that can.
            environ: the environment, which says what the terminal can.
            unit: what a step is, in the plural.
        """
        self._stream, self._unit = stream, unit
        self._draws = environ.get("TERM") != "dumb" and stream.isatty()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def start(self, total: int | None) -> None:
        """Draw the bar; none for 0 steps, one without an end for None."""
        if total == 0 or not self._draws:
            return
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(f"{self._unit},"),
            TimeElapsedColumn(),
            TextColumn("so far,"),
            TimeRemainingColumn(),
            TextColumn("to go"),
            console=Console(file=self._stream),
            transient=True,
        )
        self._task = self._bar.add_task("reading", total=total)
        self._bar.start()

    def step(self, label: str) -> None:
        """Count one; called by several threads, which rich allows."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=1, description=plain(label))

    def finish(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = None
