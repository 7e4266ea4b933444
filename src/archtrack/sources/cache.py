"""What earlier runs worked out, kept by content identity in one SQLite file.

A cache may be lost at any time and must never be wrong or in the way, which decides everything here:

* Every value carries a checksum over kind, key and value; a wrong one is a miss. That is why
  ``synchronous=OFF`` is right: a power cut costs entries, never truth. A killed process costs nothing,
  because SQLite's rollback journal is in the system's page cache by then.
* A rollback journal, large pages and plain values measured best for runs that read or write all their
  entries in one go (1,500 entries, 3 MB: written in 5 ms, read in 3 ms; WAL doubles the write, zlib at
  level 1 adds 36 ms and 13 ms). It also works on file systems where WAL does not.
* A file that is damaged, or of another format, is never repaired in place: the next number in the
  file's name is started and the older files are removed. A name is never used for two databases, so
  a process that still holds the older one cannot disturb the new one, and no lock is needed.
* Whatever else goes wrong (no home folder, read-only, full, locked), the cache is an empty one for the
  rest of the run, and ``problem`` says why.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from .cache_file import content_size, ensure_format, evict, transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

    from typing_extensions import Self

__all__ = ["DEFAULT_LIMIT", "Cache", "CacheInfo", "cache_folder"]

DEFAULT_LIMIT = 256 * 1024 * 1024

_NAME = re.compile(r"entries-([0-9]{1,9})\.sqlite3")
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/:._-~")
_DAY = 86_400
_CHUNK = 500  # below the number of parameters that every SQLite accepts
# Errors that no new file cures; every other one means that the file is not what it should be.
_OUTSIDE = ("locked", "full", "readonly", "unable to open", "disk I/O")

_TRIES = 3  # others may retire a file between two looks at the folder, but hardly three times in a row

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheInfo:
    """What ``archtrack cache info`` tells.

    Attributes:
        path: the file, or the folder where it would be; None where the cache is switched off.
        bytes: size of the file.
        entries: kind and number of entries, sorted by kind.
        limit: bytes that the cache keeps to.
        problem: why the cache is not in use, or None.
    """

    path: Path | None
    bytes: int
    entries: tuple[tuple[str, int], ...]
    limit: int
    problem: str | None


def cache_folder(environ: Mapping[str, str]) -> Path:
    """The folder for everything that archtrack keeps between runs; it need not exist.

    ``ARCHTRACK_CACHE_DIR`` is taken if it is set and not empty, else the user's cache folder of the
    platform. Where no home folder is known the path begins with ``~``, which ``Cache`` refuses.
    """
    if chosen := environ.get("ARCHTRACK_CACHE_DIR"):
        return Path(chosen).expanduser() if chosen.startswith("~/") else Path(chosen)
    from platformdirs import user_cache_path  # noqa: PLC0415 - late: most runs of the tests never need it

    return user_cache_path("archtrack", appauthor=False)


class Cache:
    """Values by kind and key, shared by every run of the user.

    Opened at first use. Belongs to the thread and the process that made it.

    Attributes:
        problem: why the cache does not work, in one line, or None as long as it does.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        limit: int = DEFAULT_LIMIT,
        busy_seconds: float = 2.0,
        troubled: Callable[[str], object] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare a cache in ``folder``; nothing is touched before the first call.

        Args:
            folder: where the file is or will be; None gives a cache that stays empty.
            limit: bytes of content to keep to. The oldest go when it is passed.
            busy_seconds: how long to wait for another process that writes.
            troubled: told ``problem`` when it arises.
            clock: seconds since the epoch.
        """
        self.problem: str | None = None
        self._folder = folder
        self._limit = limit
        self._busy_seconds = busy_seconds
        self._troubled = troubled
        self._clock = clock
        self._generation = 0
        self._least = 1
        self._connection: sqlite3.Connection | None = None
        self._seen: list[tuple[int, int]] = []

    def __enter__(self) -> Self:
        """Nothing is opened yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, whatever happened."""
        self.close()

    def get_many(self, kind: str, keys: Sequence[str]) -> dict[str, bytes]:
        """The values that are there, by key. Keys that are not are left out."""
        return self._use(lambda connection: self._read(connection, kind, keys), {}) if keys else {}

    def put_many(self, kind: str, items: Mapping[str, bytes]) -> None:
        """Keep values, all of them in one transaction. One over a quarter of the limit is not kept."""
        if items:
            self._use(lambda connection: self._write(connection, kind, items), None)

    def info(self) -> CacheInfo:
        """Where the cache is, and what is in it."""
        count = "SELECT kind, count(*) FROM entry GROUP BY kind ORDER BY kind"
        entries = self._use(lambda connection: tuple(connection.execute(count).fetchall()), ())
        path = self._folder
        if self._connection is not None:
            path = self._path()
        return CacheInfo(
            path=path, bytes=_size(path), entries=entries, limit=self._limit, problem=self.problem
        )

    def clear(self) -> int:
        """Forget everything.

        Returns:
            The bytes that were freed.
        """
        before = sum(_size(path) for _, path in self._files())
        self._use(lambda _: self._retire(), None)
        self._use(lambda _: None, None)
        return max(0, before - sum(_size(path) for _, path in self._files()))

    def close(self) -> None:
        """Close the file; noted uses are written first, in one go. May be called twice."""
        if self._connection is not None:
            with suppress(sqlite3.Error):  # only the order in which entries are dropped is at stake
                self._touch(self._connection)
            self._connection.close()
            self._connection = None

    # -- the file ----------------------------------------------------------------------------------

    def _use(self, work: Callable[[sqlite3.Connection], _T], otherwise: _T) -> _T:
        """Do ``work`` on the open file, on a newer one if this one is no good, or not at all."""
        if self._folder is None or self.problem is not None:
            return otherwise
        return self._try(work, otherwise, _TRIES)

    def _try(self, work: Callable[[sqlite3.Connection], _T], otherwise: _T, left: int) -> _T:
        try:
            return work(self._open())
        except (sqlite3.Error, OSError) as error:
            if not left or self._is_outside(error):
                self.problem = f"{self._folder}: {error}"
                self._drop()
                if self._troubled is not None:
                    self._troubled(self.problem)
                return otherwise
        self._retire()
        return self._try(work, otherwise, left - 1)

    def _is_outside(self, error: sqlite3.Error | OSError) -> bool:
        """Whether a newer file would meet the same error. One removed by another run is "readonly", too."""
        if not isinstance(error, sqlite3.OperationalError):
            return isinstance(error, OSError)
        if not any(word in str(error) for word in _OUTSIDE):
            return False
        numbers = [number for number, _ in self._files()]
        return (
            self._generation in numbers if self._connection else self._generation >= max(numbers, default=0)
        )

    def _open(self) -> sqlite3.Connection:
        """The newest file, or the first; older ones are removed, as none of them is opened again."""
        if self._connection is None:
            if str(self._folder).startswith("~"):
                raise OSError("no home folder is known; set ARCHTRACK_CACHE_DIR to a folder")
            files = self._files()
            numbers = [number for number, _ in files]
            self._generation = max(self._least, *numbers) if numbers else self._least
            self._connection = self._connect(new=self._generation not in numbers)
            for number, path in files:
                if number < self._generation:
                    for old in (path, path.with_name(path.name + "-journal")):
                        with suppress(OSError):  # still open elsewhere, on systems that mind
                            old.unlink()
        return self._connection

    def _connect(self, *, new: bool) -> sqlite3.Connection:
        path = self._path()
        if new:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A listed file that another run has removed since then must not come back empty under its old number.
        address = f"{_address(path.absolute())}?mode={'rwc' if new else 'rw'}"
        connection = sqlite3.connect(address, timeout=self._busy_seconds, isolation_level=None, uri=True)
        try:
            connection.execute("PRAGMA synchronous=OFF")
            ensure_format(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _retire(self) -> None:
        """Leave the open file for good: a newer one is opened, or made, when next asked for."""
        self._drop()
        self._least = self._generation + 1

    def _drop(self) -> None:
        self._seen.clear()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _path(self) -> Path:
        return (self._folder or Path()) / f"entries-{self._generation}.sqlite3"

    def _files(self) -> list[tuple[int, Path]]:
        try:
            found = [(path, _NAME.fullmatch(path.name)) for path in (self._folder or Path()).iterdir()]
        except OSError:
            return []
        return [(int(match[1]), path) for path, match in found if match]

    # -- the entries -------------------------------------------------------------------------------

    def _read(self, connection: sqlite3.Connection, kind: str, keys: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        damaged: list[tuple[int]] = []
        stale = int(self._clock()) - _DAY
        wanted = {_stored(key): key for key in keys}
        for chunk in _chunks(list(wanted)):
            query = (
                "SELECT rowid, key, used, checksum, value FROM entry"  # noqa: S608 - marks only
                f" WHERE kind = ? AND key IN ({','.join('?' * len(chunk))})"
            )
            for rowid, key, used, checksum, value in connection.execute(query, (kind, *chunk)).fetchall():
                if key not in wanted or checksum != _checksum(kind, key, value):
                    damaged.append((rowid,))
                    continue
                found[wanted[key]] = value
                if used < stale:
                    self._seen.append((int(self._clock()), rowid))
        if damaged:
            connection.executemany("DELETE FROM entry WHERE rowid = ?", damaged)
        return found

    def _write(self, connection: sqlite3.Connection, kind: str, items: Mapping[str, bytes]) -> None:
        used = int(self._clock())
        rows = [
            (kind, key := _stored(name), used, _checksum(kind, key, value), value)
            for name, value in items.items()
            if len(value) <= self._limit // 4
        ]
        with transaction(connection):
            connection.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?)", rows)
            if content_size(connection) > self._limit:
                evict(connection, self._limit * 3 // 4)

    def _touch(self, connection: sqlite3.Connection) -> None:
        if self._seen:
            connection.execute("PRAGMA busy_timeout=0")  # a run that only read must not wait
            with transaction(connection):
                connection.executemany("UPDATE entry SET used = ? WHERE rowid = ?", self._seen)
            self._seen.clear()


def _address(path: Path) -> str:
    """A path as SQLite's URI; ``Path.as_uri`` imports what a run may no longer be allowed to read."""
    text = path.as_posix()
    quoted = (chr(byte) if chr(byte) in _PLAIN else f"%{byte:02x}" for byte in os.fsencode(text))
    return f"file://{'' if text.startswith('/') else '/'}{''.join(quoted)}"


def _chunks(keys: list[bytes]) -> Iterator[list[bytes]]:
    return (keys[at : at + _CHUNK] for at in range(0, len(keys), _CHUNK))


def _stored(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")  # names of files need not be valid text


def _checksum(kind: str, key: bytes, value: object) -> int | None:
    if not isinstance(value, bytes):
        return None
    return zlib.crc32(value, zlib.crc32(key, zlib.crc32(kind.encode())))


def _size(path: Path | None) -> int:
    try:
        return path.stat().st_size if path is not None and path.is_file() else 0
    except OSError:
        return 0
