"""How far work of many like steps is, for the person who waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .terminal import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from rich.progress import Progress, TaskID

__all__ = ["BarSteps", "SilentSteps", "steps_for"]


class SilentSteps:
    """Shows nothing."""

    def start(self, total: int | None) -> None:
        """Do nothing."""

    def step(self, label: str) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Do nothing."""


class BarSteps:
    """A bar on a terminal with what was read last, and how long it will take still."""

    def __init__(self, stream: TextIO, unit: str) -> None:
        """Draw nothing yet.

        Args:
            stream: the terminal.
            unit: what a step is, in the plural.
        """
        self._stream = stream
        self._unit = unit
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def start(self, total: int | None) -> None:
        """Draw the bar; none for 0 steps, one without an end for None."""
        from rich.console import Console  # noqa: PLC0415 -- only where it draws
        from rich.progress import (  # noqa: PLC0415 -- as above
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        if total == 0:
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


def steps_for(stream: TextIO, environ: Mapping[str, str], unit: str = "releases") -> BarSteps | SilentSteps:
    """A bar where ``stream`` is a terminal that can draw one, else silence."""
    if environ.get("TERM") == "dumb" or not stream.isatty():
        return SilentSteps()
    return BarSteps(stream, unit)
