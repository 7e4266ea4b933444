"""What is known of transfers while they run: how far they are, for the person who waits, and how much went."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TextIO

    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

__all__ = ["Progress", "SilentProgress", "TerminalProgress", "Transfer", "progress_for"]

_PATIENCE = 1.0  # seconds; a bar that flashes up for less than that is noise


@dataclass(slots=True)
class Transfer:
    """What was asked for over the network and what came, counted as it happens.

    Attributes:
        requests: requests sent, redirects and repetitions included.
        bytes: bytes of the bodies as they came over the line, compressed where they were.
    """

    requests: int = 0
    bytes: int = 0


class Progress(Protocol):
    """Told how far a transfer is. One transfer at a time."""

    def start(self, label: str, total: int | None) -> None:
        """Work begins: ``total`` bytes, or None where nobody knows."""
        ...

    def advance(self, count: int) -> None:
        """``count`` more bytes came."""
        ...

    def finish(self) -> None:
        """The work is over, well or not. May be called twice."""
        ...


class SilentProgress:
    """Shows nothing."""

    def start(self, label: str, total: int | None) -> None:
        """Do nothing."""

    def advance(self, count: int) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Do nothing."""


class TerminalProgress:
    """A bar on a terminal, from the second on that the work takes longer than one, gone at its end."""

    def __init__(self, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare; rich is imported only when a bar is drawn.

        Args:
            stream: the terminal, usually stderr.
            clock: seconds.
        """
        self._stream = stream
        self._clock = clock
        self._label = ""
        self._total: int | None = None
        self._done = 0
        self._since: float | None = None
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None

    def start(self, label: str, total: int | None) -> None:
        """Note what begins; nothing is drawn yet."""
        self.finish()
        self._label, self._total, self._done, self._since = label, total, 0, self._clock()

    def advance(self, count: int) -> None:
        """Count, and draw if it is time to. What comes while no work has begun is not shown."""
        if self._since is None:
            return
        self._done += count
        if self._bar is None and self._clock() - self._since >= _PATIENCE:
            self._draw()
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self._done)

    def finish(self) -> None:
        """Remove the bar, if there is one."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._task = self._since = None

    def _draw(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=Console(file=self._stream),  # it honours NO_COLOR by itself
            transient=True,
        )
        self._task = self._bar.add_task(self._label, total=self._total)
        self._bar.start()


def progress_for(stream: TextIO, environ: Mapping[str, str]) -> Progress:
    """A bar where ``stream`` is a terminal that can draw one, else silence."""
    if environ.get("TERM") == "dumb" or not stream.isatty():
        return SilentProgress()
    return TerminalProgress(stream)
