"""The cache's one table: its format, its transactions, its size."""

from __future__ import annotations

import sqlite3

__all__ = ["StaleError", "content_size", "ensure_format", "evict", "transaction"]

_FORMAT = 1  # PRAGMA user_version; another number is another format, and the file is replaced
_SCHEMA = """CREATE TABLE entry (kind TEXT NOT NULL, key BLOB NOT NULL, used INTEGER NOT NULL,
             checksum INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY (kind, key))"""


class StaleError(sqlite3.DatabaseError):
    """The file is a database, but not of this format."""


class transaction:  # noqa: N801 - reads as the verb that it is
    """BEGIN IMMEDIATE, then COMMIT, or ROLLBACK if anything is raised."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Nothing is begun yet."""
        self._connection = connection

    def __enter__(self) -> None:
        """Begin, waiting for another process that writes."""
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        """End."""
        if kind is None:
            self._connection.execute("COMMIT")
        elif self._connection.in_transaction:  # SQLite itself rolls back when the disk is full
            self._connection.execute("ROLLBACK")


def ensure_format(connection: sqlite3.Connection) -> None:
    """Make the table in an empty file.

    Raises:
        StaleError: the file holds another format.
        sqlite3.Error: it is no database, or cannot be written.
    """
    if _format(connection) == _FORMAT:
        return
    connection.execute("PRAGMA page_size=16384")
    with transaction(connection):
        if _format(connection) == _FORMAT:  # another process was faster
            return
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise StaleError("another format")
        connection.execute(_SCHEMA)
        connection.execute(f"PRAGMA user_version={_FORMAT}")


def content_size(connection: sqlite3.Connection) -> int:
    """Bytes of the pages in use; the file may be larger by free pages, which are used again."""
    pragmas = ("page_count", "freelist_count", "page_size")
    pages, free, size = (int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in pragmas)
    return (pages - free) * size


def evict(connection: sqlite3.Connection, target: int) -> None:
    """Delete the entries that were not used for longest until the pages in use come to ``target``."""
    # Pages come free only when all of their entries are gone, hence the second look.
    while (surplus := content_size(connection) - target) > 0:
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


def _format(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
