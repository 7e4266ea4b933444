"""Where the data of the support history lies, and reading it: what archtrack ships, and what a user has instead."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from archtrack.app.engine_source import parse_engine_source
from archtrack.core.history.data_file import WrongHistoryError, checked, parse_history
from archtrack.core.history.history import known_release
from archtrack.core.wording import did_you_mean
from archtrack.data import HISTORY as SHIPPED
from archtrack.engines import engine_names, load_engine, own_engines
from archtrack.errors import DataError, UsageError
from archtrack.sources.files import identity, like_it, read_bounded, why

from .data_files import data_files, data_folder, newest_day

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from pathlib import Path

    from archtrack.core.history.history import History, Release
    from archtrack.core.verdict.release_facts import ReleaseFacts

__all__ = ["LARGEST", "SHIPPED", "Histories", "read_data", "read_history"]

LARGEST = 64 * 1024 * 1024
"""Bytes of one file; the largest has about one million."""

_KEPT = 16  # histories


def read_data(path: Path) -> bytes:
    """What a data file holds.

    Raises:
        DataError: it cannot be read, is no regular file, or is larger than any.
    """
    try:
        return read_bounded(path, LARGEST)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read: {why(error)}; repair or remove it") from error


def read_history(path: Path) -> History:
    """The history that a file holds; the same one again as long as the file is the same.

    Raises:
        DataError: it cannot be read, or is none.
    """
    return _parsed(path, identity(path))


@lru_cache(maxsize=_KEPT)
def _parsed(path: Path, _as_it_is: tuple[int, ...] | None) -> History:
    """A history, kept for what runs for long: reading those that are shipped takes a twentieth of a second."""
    shipped = path.parent == SHIPPED  # what is shipped has been checked
    try:
        history = parse_history(read_data(path), lazily=shipped)
        return history if shipped else checked(history)
    except WrongHistoryError as error:
        raise DataError(f"{path}: {error}; `archtrack data update` gets data that fits") from error


class Histories:
    """The histories of a run, each read at most once.

    With a folder of the user's choice, that one alone counts. Else an engine's file in the user's data folder counts
    if it knows what as many releases register as the shipped one, or more. A file that cannot be read counts for
    nothing where there is another one.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        chosen: Path | None = None,
        *,
        troubled: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Look nowhere yet.

        Args:
            environ: the environment, for the user's data folder.
            chosen: a folder of data files, or one such file; None for the user's and the shipped ones.
            troubled: told of a file that cannot be read where another one counts in its place.

        Raises:
            UsageError: there is nothing at ``chosen``.
            DataError: it is a folder without a data file.
        """
        self._read: dict[str, History | None] = {}
        self.environ = environ
        """The environment, for the user's data folder."""
        self.facts: dict[tuple[str, str, str | None], ReleaseFacts] = {}
        """What is known of a release (engine, version, version of transformers), as it was put together before."""
        self._paths: dict[str, Path] = {}
        if chosen is not None:
            _expect_files(chosen)
        self._troubled = troubled
        self._chosen = chosen is not None
        self._folders = (chosen,) if chosen is not None else (SHIPPED, data_folder(environ))

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines that there are data of, sorted."""
        return tuple(sorted({path.stem for path in self.files}))

    @property
    def awaited(self) -> tuple[str, ...]:
        """The engines that come with archtrack and that a refresh would read, of which there is no data yet; sorted.

        With data of the user's choice there are none: what is not there is left out on purpose.
        """
        if self._chosen:
            return ()
        missing = sorted(set(own_engines()).difference(self.engines))
        return tuple(name for name in missing if load_engine(name).about.refreshed)

    @property
    def files(self) -> tuple[Path, ...]:
        """The data files that there are, whichever counts."""
        return tuple(path for folder in self._folders for path in data_files(folder))

    @property
    def newest_day(self) -> date | None:
        """The day of the newest release that the data lists: the data is as old as that."""
        return newest_day(self.files)

    def get(self, engine: str) -> History | None:
        """The history of an engine, None where there is none.

        Raises:
            DataError: its file cannot be read.
        """
        if engine not in self._read:
            self._read[engine] = self._newest(engine)
        return self._read[engine]

    def need(self, engine: str) -> History:
        """The history of an engine.

        Raises:
            DataError: its file cannot be read.
            UsageError: there is none; the message says what there is and what to do.
        """
        found = self.get(engine)
        if found is None:
            raise UsageError(self._why_not(engine))
        return found

    def release(self, text: str) -> tuple[History, Release]:
        """An engine's history, and the release of it that is meant.

        Args:
            text: ``ENGINE==VERSION`` or ``ENGINE@VERSION``, or ENGINE for the newest.

        Raises:
            DataError: its file cannot be read, or it is not known what the release registers.
            UsageError: there is no such history, or no such release in it.
        """
        asked = parse_engine_source(text)
        history = self.need(asked.engine)
        return history, known_release(history, asked.source)

    def path(self, engine: str) -> Path | None:
        """The file that counts for an engine, None where there is none.

        Raises:
            DataError: it cannot be read.
        """
        return self._paths.get(engine) if self.get(engine) is not None else None

    def is_shipped(self, engine: str) -> bool:
        """Whether the file that counts for an engine is the one that archtrack ships."""
        path = self.path(engine)
        return path is not None and path.parent == SHIPPED

    def _why_not(self, engine: str) -> str:
        if engine not in engine_names():
            return f"no engine is called {engine!r}; {did_you_mean(engine, self.engines)}"
        if not load_engine(engine).about.refreshed:
            return (
                f"archtrack keeps no history of {engine}; `archtrack scan {engine} SOURCE` reads one release"
            )
        return f"there is no history of {engine} yet; `archtrack history refresh {engine}` makes one"

    def _newest(self, engine: str) -> History | None:
        paths = [path for folder in self._folders for path in data_files(folder) if path.stem == engine]
        read = [
            (_read(path), path) for path in reversed(paths)
        ]  # the user's first: it counts if it is as good
        found = [(history, path) for history, path in read if not isinstance(history, DataError)]
        troubles = [error for error, _ in read if isinstance(error, DataError)]
        if not found:
            if troubles:
                raise troubles[0]
            return None
        for trouble in troubles:
            self._troubled(str(trouble))
        history, self._paths[engine] = max(found, key=lambda each: _goodness(each[0]))
        return history


def _goodness(history: History) -> tuple[int, int]:
    """What the history that counts has more of: known releases, then the revision of the adapter that read them."""
    return len(history.known), history.revision


def _read(path: Path) -> History | DataError:
    try:
        return read_history(path)
    except DataError as error:
        return error


def _expect_files(chosen: Path) -> None:
    try:
        there = chosen.exists()
    except (OSError, ValueError):  # no name for a file
        there = False
    if not there:
        raise UsageError(f"--data {chosen}: no such file or folder{like_it(chosen)}")
    if not data_files(chosen):
        raise DataError(f"--data {chosen}: no data file in it; name a folder with files such as vllm.json")
