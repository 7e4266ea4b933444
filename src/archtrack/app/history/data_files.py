"""Where the data files of the history are, and how new they are. Light: ``archtrack --version`` needs no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.parsing import parse_date, parse_json
from archtrack.errors import UsageError
from archtrack.sources.files import expanded, open_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

__all__ = ["data_files", "data_folder", "newest_day"]

_HEAD = 1024 * 1024
"""Bytes at the beginning of a file that its releases fit into; those of Ollama, the longest list, take 40,000."""
_BEHIND_RELEASES = b'\n],"registered":{'


def data_folder(environ: Mapping[str, str]) -> Path:
    """The folder of the user's own data; it need not exist.

    ``ARCHTRACK_DATA_DIR`` if it is set and not empty, else the user's data folder of the platform.

    Raises:
        UsageError: it is in a home folder that nobody knows.
    """
    if chosen := environ.get("ARCHTRACK_DATA_DIR"):
        try:
            return expanded(chosen)
        except UsageError as error:
            raise UsageError(f"ARCHTRACK_DATA_DIR: {error}") from error
    from platformdirs import user_data_path

    return user_data_path("archtrack", appauthor=False) / "history"


def data_files(folder: Path) -> tuple[Path, ...]:
    """The data files of a folder, sorted; of a file, that one."""
    if folder.is_file():
        return (folder,)
    return tuple(sorted(path for path in folder.glob("*.json") if path.stem != "schema"))


def newest_day(files: Iterable[Path]) -> date | None:
    """The day of the newest release that data files list; None where none does.

    A file lists its releases first, so only its beginning is read. A file that cannot be read counts for nothing.
    """
    return max((day for file in files for day in _days(file)), default=None)


def _days(file: Path) -> Iterator[date]:
    try:
        with open_regular(file) as opened:
            head = opened.read(_HEAD)
        releases, found, _ = head.partition(_BEHIND_RELEASES)
        listed = parse_json(releases + b"]}" if found else head)["releases"]
        yield from [parse_date(each["date"]) for each in listed if each["date"] is not None]
    except (OSError, ValueError, LookupError, TypeError):
        return
