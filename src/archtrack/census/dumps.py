"""A list of the Hub's models, however large, counted by DuckDB (extra ``demand``) within a bound of memory.

The rows are brought into one form on disk first (id, downloads, architectures), then each model is taken once, then the
architectures are counted. Whatever does not fit into the bound goes to files of a temporary folder.

The SQL is in ``dump_sql``. Paths are parameters.
"""

from __future__ import annotations

import glob
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from archtrack.core.demand.census import LONGEST_NAME, MEASURES, Census, Counted, Flaws
from archtrack.errors import SourceError, UsageError, extra

from .dump_files import Kind, expect_whole
from .dump_sql import (
    BEST,
    BEYOND_BELIEF,
    CONFIGS,
    IDS,
    KEYS,
    NAMES,
    ONCE,
    ROWS,
    TOTALS,
    lines,
    missing,
    parquet,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import duckdb

    from .dump_files import DumpFile

__all__ = ["MEMORY_MB", "MOST_NAMES", "count_models", "expect_duckdb"]

MEMORY_MB = 1024
"""Megabytes that DuckDB keeps to, unless told otherwise."""

MOST_NAMES = 100_000
"""Architectures that are counted one by one; of the Hub's there are a third of that."""

_THREADS = 4  # each has buffers of its own


def expect_duckdb() -> None:
    """Say so if DuckDB is not installed.

    Raises:
        UsageError: it is not.
    """
    try:
        # In a thread of its own: Ctrl-C in this one, while DuckDB's C++ is set up, ends in an abort.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(import_module, "duckdb").result()
    except ImportError as error:
        raise UsageError(f"counting needs DuckDB, {extra('demand')}") from error


def count_models(
    files: Sequence[DumpFile],
    source: str,
    *,
    date: str | None,
    whole: bool = False,
    memory_mb: int = MEMORY_MB,
) -> Census:
    """Count the models of a dump.

    Args:
        files: Parquet and JSON lines, in any mixture.
        source: what they are, in words.
        date: the day of the dump, None where nobody says.
        whole: they hold every model that there is.
        memory_mb: megabytes that the counting keeps to, beside what Python needs.

    Raises:
        UsageError: DuckDB is not installed, or a column is missing; the message names those that there are.
        SourceError: a file is damaged, or the disk or the memory is full.
    """
    expect_duckdb()
    import duckdb

    for each in files:
        expect_whole(each)
    try:
        with TemporaryDirectory(prefix="archtrack-demand-") as folder:
            connection = duckdb.connect(
                str(Path(folder) / "models.duckdb"), config=_config(folder, memory_mb)
            )
            with connection:
                connection.execute("SET enable_progress_bar = false")  # it would stand in the output
                counting = _Counting(connection, files)
                return _interruptible(connection, lambda: counting.run(source, date, whole=whole))
    except duckdb.InterruptException as error:  # Ctrl-C while DuckDB had this thread
        raise KeyboardInterrupt from error
    except duckdb.OutOfMemoryException as error:
        raise SourceError(
            f"{source}: the counting needs more than {memory_mb} MB; give it more with --memory"
        ) from error
    except duckdb.Error as error:
        raise SourceError(f"{source}: cannot be counted: {_line(error)}") from error
    except UnicodeError as error:  # DuckDB gives the names of columns as they are
        raise SourceError(f"{source}: cannot be counted: a column name is not text") from error
    except (OSError, RuntimeError) as error:  # of the temporary folder, which may have any name
        raise SourceError(
            f"{source}: cannot be counted: {_line(error)}; TMPDIR names another folder for what does not fit"
        ) from error


def _interruptible(connection: duckdb.DuckDBPyConnection, work: Callable[[], Census]) -> Census:
    """The work in a thread of its own: in this one DuckDB would hear of Ctrl-C only when a query is over."""
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work)
        try:
            return done.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise


def _config(folder: str, memory_mb: int) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": f"{memory_mb}MiB",
        "temp_directory": str(Path(folder) / "spilled"),
        "preserve_insertion_order": False,  # what comes out is sorted anyway, and to keep it costs memory
        "autoinstall_known_extensions": False,  # nothing is fetched
        "autoload_known_extensions": False,
        "threads": min(_THREADS, os.cpu_count() or 1),
    }


@dataclass(slots=True)
class _Counting:
    """One database in the making."""

    connection: duckdb.DuckDBPyConnection
    files: Sequence[DumpFile]

    def run(self, source: str, date: str | None, *, whole: bool) -> Census:
        """The whole of it."""
        self._read()
        return self._census(source, date, whole=whole)

    def _read(self) -> None:
        """Bring every row into one form."""
        self.connection.execute(
            "CREATE TABLE row (id VARCHAR, downloads DOUBLE, all_time DOUBLE, names VARCHAR[], "
            "overlong BOOLEAN, configured BOOLEAN)"
        )
        for kind in Kind:
            files = [each for each in self.files if each.kind is kind]
            # Files of Parquet may differ in their columns' types: each is read by what it says itself.
            for group in [[each] for each in files] if kind is Kind.PARQUET else [files] if files else []:
                source = parquet(self._columns(group), group) if kind is Kind.PARQUET else lines(kind)
                self.connection.execute(
                    ROWS.format(source=source, longest=LONGEST_NAME), {"paths": _patterns(group)}
                )

    def _census(self, source: str, date: str | None, *, whole: bool) -> Census:
        """Take each model once, and count."""
        rows, named, counted, all_time, configured = self._one(
            "SELECT count(*), count(*) FILTER (id <> ''), count(downloads), count(all_time), "
            "count(*) FILTER (configured) FROM row"
        )
        measure = "downloads" if counted or not all_time else "downloadsAllTime"
        if rows:
            self._expect(named, IDS)
            self._expect(counted or all_time, tuple(MEASURES))
            self._expect(configured, CONFIGS)
        column = "downloads" if measure == "downloads" else "all_time"
        self.connection.execute(ONCE.format(measure=column, most=BEYOND_BELIEF))
        self.connection.execute("DROP TABLE row")
        models, downloads, nameless, nameless_downloads, without, doubtful, overlong = self._one(
            TOTALS.format(most=BEYOND_BELIEF)
        )
        self.connection.execute(NAMES)
        names, of_names, downloads_of_names = self._one(
            "SELECT count(*), coalesce(sum(models), 0), coalesce(sum(downloads), 0) FROM name"
        )
        found = self.connection.execute(BEST.format(names=MOST_NAMES)).fetchall()
        best = tuple(
            Counted(
                name=name,
                models=int(each),
                downloads=int(total),
                example=example,
                example_downloads=int(most),
            )
            for name, each, total, example, most in found
        )
        return Census(
            source=source,
            date=date,
            measure=measure,
            models=models,
            downloads=downloads,
            nameless_models=nameless,
            nameless_downloads=nameless_downloads,
            architectures=tuple(sorted(best, key=lambda each: (-each.downloads, each.name))),
            rest_names=names - len(best),
            rest_models=of_names - sum(each.models for each in best),
            rest_downloads=downloads_of_names - sum(each.downloads for each in best),
            whole=whole,
            flaws=Flaws(
                unreadable=rows - named,
                repeated=named - models,
                without_downloads=without,
                doubtful=doubtful,
                overlong=overlong,
            ),
        )

    def _one(self, query: str) -> tuple[int, ...]:
        found = self.connection.execute(query).fetchone()
        return tuple(int(each) for each in found or ())

    def _columns(self, files: Sequence[DumpFile]) -> dict[str, Any]:
        """Name -> type of the columns of Parquet files."""
        query = (
            "SELECT * FROM read_parquet($paths, union_by_name = true, hive_partitioning = false, "
            "filename = false, binary_as_string = true) LIMIT 0"
        )
        found = self.connection.sql(query, params={"paths": _patterns(files)})
        return dict(zip(found.columns, found.types, strict=True))

    def _expect(self, count: int, names: tuple[str, ...]) -> None:
        """Refuse a dump in which no row has any of these columns."""
        if count:
            return
        raise missing(names, self._keys(), self.files)

    def _keys(self) -> list[str]:
        """The columns that the first rows have."""
        found: dict[str, None] = {}
        for each in self.files:
            if each.kind is Kind.PARQUET:
                found |= dict.fromkeys(self._columns([each]))
                continue
            query = KEYS.format(kind=each.kind.value)
            rows = self.connection.execute(query, {"paths": _patterns([each])}).fetchall()
            found |= dict.fromkeys(name for (name,) in rows)
        return list(found)


def _patterns(files: Iterable[DumpFile]) -> list[str]:
    """Paths as DuckDB takes them for themselves: it would take some characters for a pattern's."""
    return [glob.escape(str(each.path)) for each in files]


def _line(error: Exception) -> str:
    """The first line of DuckDB's words."""
    text = str(error).strip().splitlines()
    return (text[0] if text else type(error).__name__)[:300]
