"""How far a refresh is, for the person who waits for it."""

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

    def start(self, total: int) -> None:
        """Do nothing."""

    def step(self, label: str) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Do nothing."""


class BarSteps:
    """A bar on a terminal with the release that was read last, and how long it will take still."""

    def __init__(self, stream: TextIO) -> None:
        """Draw nothing yet."""
        self._stream = stream
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def start(self, total: int) -> None:
        """Draw the bar."""
        from rich.console import Console  # noqa: PLC0415 -- only where it draws
        from rich.progress import (  # noqa: PLC0415 -- as above
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        if not total:
            return
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("releases,"),
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


def steps_for(stream: TextIO, environ: Mapping[str, str]) -> BarSteps | SilentSteps:
    """A bar where ``stream`` is a terminal that can draw one, else silence."""
    if environ.get("TERM") == "dumb" or not stream.isatty():
        return SilentSteps()
    return BarSteps(stream)
