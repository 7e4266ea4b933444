"""What earlier runs worked out, kept by content identity in one SQLite file.

A cache may be lost at any time and must never be wrong or in the way, which decides everything here:

* Every value carries a checksum over kind, key and value; a wrong one is a miss. That is why
  ``synchronous=OFF`` is right: a power cut costs entries, never truth. A killed process costs nothing,
  because SQLite's rollback journal is in the system's page cache by then.
* A rollback journal, large pages and plain values measured best for runs that read or write all their
  entries in one go (1,500 entries, 3 MB: written in 5 ms, read in 3 ms; WAL doubles the write, zlib at
  level 1 adds 36 ms and 13 ms). It also works on file systems where WAL does not.
* A file that is damaged, or that holds something else, is never repaired: it is removed and a new one begun. A run
  that still has it open notices when it next writes, and opens the new one.
* Whatever else goes wrong (no home folder, read-only, full, locked), the cache is an empty one for the
  rest of the run, and ``problem`` says why.
"""

from __future__ import annotations

import sqlite3
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from archtrack.errors import UsageError

from .files import expanded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

    from typing_extensions import Self

__all__ = ["DEFAULT_LIMIT", "Cache", "CacheInfo", "cache_folder"]

DEFAULT_LIMIT = 256 * 1024 * 1024

_NAME = "entries-1.sqlite3"  # another format would be another number
_DAY = 86_400
_CHUNK = 500  # below the number of parameters that every SQLite accepts
# Errors that no new file cures; every other one means that the file is not what it should be.
_OUTSIDE = ("locked", "full", "unable to open", "disk I/O")

_SCHEMA = """CREATE TABLE IF NOT EXISTS entry (kind TEXT NOT NULL, key BLOB NOT NULL, used INTEGER NOT NULL,
             checksum INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY (kind, key))"""

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
        with suppress(UsageError):
            return expanded(chosen)
        return Path(chosen)
    from platformdirs import user_cache_path

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
        path = self._folder if self._connection is None else self._path
        return CacheInfo(
            path=path, bytes=_size(path), entries=entries, limit=self._limit, problem=self.problem
        )

    def clear(self) -> int:
        """Forget everything.

        Returns:
            The bytes that were freed.
        """
        before = 0 if self._folder is None else _size(self._path)
        self._use(lambda connection: connection.executescript("DELETE FROM entry; VACUUM"), None)
        return max(0, before - _size(self._path))

    def close(self) -> None:
        """Close the file; noted uses are written first, in one go. May be called twice."""
        if self._connection is not None:
            with suppress(sqlite3.Error):  # only the order in which entries are dropped is at stake
                self._touch(self._connection)
            self._connection.close()
            self._connection = None

    # -- the file ----------------------------------------------------------------------------------

    @property
    def _path(self) -> Path:
        return (self._folder or Path()) / _NAME

    def _use(
        self, work: Callable[[sqlite3.Connection], _T], otherwise: _T, *, is_second_try: bool = False
    ) -> _T:
        """Do ``work`` on the open file, on a new one if this one is no good, or not at all."""
        if self._folder is None or self.problem is not None:
            return otherwise
        try:
            return work(self._open())
        except (sqlite3.Error, OSError, UnicodeError) as error:  # a damaged file's own words may be no text
            self._drop()
            if is_second_try or not self._make_way(error):
                self.problem = f"{self._folder}: {error}"
                if self._troubled is not None:
                    self._troubled(self.problem)
                return otherwise
        return self._use(work, otherwise, is_second_try=True)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            if str(self._folder).startswith("~"):
                raise OSError("no home folder is known; set ARCHTRACK_CACHE_DIR to a folder")
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self._path, timeout=self._busy_seconds, isolation_level=None)
            self._connection.execute("PRAGMA synchronous=OFF")
            self._connection.execute("PRAGMA page_size=16384")
            self._connection.execute(_SCHEMA)
        return self._connection

    def _make_way(self, error: Exception) -> bool:
        """Whether a new file may do better than the one that failed; a damaged one is removed for it."""
        if "readonly" in str(error):  # so is a file that another run has removed
            return True
        if isinstance(error, OSError) or any(word in str(error) for word in _OUTSIDE):
            return False
        with suppress(OSError):
            self._path.unlink()
            return True
        return False  # another run has it open, on systems that mind

    def _drop(self) -> None:
        self._seen.clear()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

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
        connection.execute("BEGIN IMMEDIATE")  # waits for another process that writes
        with connection:
            connection.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?)", rows)
            if _content_size(connection) > self._limit:
                _evict(connection, self._limit * 3 // 4)

    def _touch(self, connection: sqlite3.Connection) -> None:
        if self._seen:
            connection.execute("PRAGMA busy_timeout=0")  # a run that only read must not wait
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                connection.executemany("UPDATE entry SET used = ? WHERE rowid = ?", self._seen)
            self._seen.clear()


def _content_size(connection: sqlite3.Connection) -> int:
    """Bytes of the pages in use; the file may be larger by free pages, which are used again."""
    pragmas = ("page_count", "freelist_count", "page_size")
    pages, free, size = (int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in pragmas)
    return (pages - free) * size


def _evict(connection: sqlite3.Connection, target: int) -> None:
    """Delete the entries that were not used for longest until the pages in use come to ``target``."""
    # Pages come free only when all of their entries are gone, hence the second look.
    while (surplus := _content_size(connection) - target) > 0:
        doomed: list[tuple[int]] = []
        oldest = connection.execute(
            "SELECT rowid, length(value) + length(key) FROM entry ORDER BY used, rowid"
        )
        for rowid, size in oldest:
            if surplus <= 0:
                break
            doomed.append((rowid,))
            surplus -= size
        oldest.close()
        if not doomed:
            return
        connection.executemany("DELETE FROM entry WHERE rowid = ?", doomed)


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
