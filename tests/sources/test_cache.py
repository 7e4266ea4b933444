from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archtrack.sources.cache import DEFAULT_LIMIT, Cache, CacheInfo, cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ITEMS = {"a": b"1", "b": b"", "c": b"\0" * 5000, "\udcff/ä": b"odd name"}
DAY = 86_400


def filled(folder: Path, *, limit: int = DEFAULT_LIMIT) -> None:
    with Cache(folder, limit=limit) as cache:
        cache.put_many("k", ITEMS)
        assert cache.problem is None


def the_file(folder: Path) -> Path:
    (path,) = folder.glob("entries-*")
    return path


def child(script: str, *args: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(script), *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own script


def said(script: str, *args: object) -> str:
    """What a child says that ends well."""
    with child(script, *args) as process:
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return out


# -- what it does ----------------------------------------------------------------------------------


def test_values_come_back_in_the_same_run_and_in_the_next(tmp_path: Path) -> None:
    with Cache(tmp_path / "new" / "folder") as cache:
        assert cache.get_many("k", list(ITEMS)) == {}
        cache.put_many("k", ITEMS)
        assert cache.get_many("k", list(ITEMS)) == ITEMS

    with Cache(tmp_path / "new" / "folder") as cache:
        assert cache.get_many("k", ["c", "a", "nowhere", "a"]) == {"a": b"1", "c": b"\0" * 5000}


def test_kinds_do_not_mix_and_a_later_value_replaces(tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        cache.put_many("one", {"key": b"1"})
        cache.put_many("two", {"key": b"2"})
        cache.put_many("one", {"key": b"3"})

        assert cache.get_many("one", ["key"]) == {"key": b"3"}
        assert cache.get_many("two", ["key"]) == {"key": b"2"}


def test_more_keys_than_one_statement_takes(tmp_path: Path) -> None:
    items = {str(number): b"%d" % number for number in range(2_345)}
    with Cache(tmp_path) as cache:
        cache.put_many("k", items)
        assert cache.get_many("k", [*items, "missing"]) == items


def test_nothing_asked_and_nothing_given_touches_no_file(tmp_path: Path) -> None:
    with Cache(tmp_path / "folder") as cache:
        assert cache.get_many("k", []) == {}
        cache.put_many("k", {})
    assert not (tmp_path / "folder").exists()


def test_a_cache_without_a_folder_stays_empty_and_has_no_problem() -> None:
    with Cache(None) as cache:
        cache.put_many("k", ITEMS)
        assert cache.get_many("k", ["a"]) == {}
        assert cache.clear() == 0
        assert cache.info() == CacheInfo(path=None, bytes=0, entries=(), limit=DEFAULT_LIMIT, problem=None)


def test_info_tells_file_size_entries_and_limit(tmp_path: Path) -> None:
    with Cache(tmp_path, limit=12_345_678) as cache:
        cache.put_many("z", {"1": b""})
        cache.put_many("a", {"1": b"", "2": b""})
        info = cache.info()

    assert info == CacheInfo(
        path=tmp_path / "entries-1.sqlite3",
        bytes=the_file(tmp_path).stat().st_size,
        entries=(("a", 2), ("z", 1)),
        limit=12_345_678,
        problem=None,
    )


def test_clear_forgets_everything_frees_the_bytes_and_the_cache_goes_on(tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        cache.put_many("k", {str(number): bytes(10_000) for number in range(100)})
    before = the_file(tmp_path).stat().st_size

    with Cache(tmp_path) as cache:
        freed = cache.clear()
        assert freed == before - the_file(tmp_path).stat().st_size > 900_000
        assert cache.info().entries == ()
        cache.put_many("k", ITEMS)
        assert cache.get_many("k", list(ITEMS)) == ITEMS


def test_a_run_that_has_the_file_open_survives_a_clear_by_another(tmp_path: Path) -> None:
    with Cache(tmp_path) as one, Cache(tmp_path) as other:
        one.put_many("k", ITEMS)
        other.clear()
        assert one.get_many("k", list(ITEMS)) == {}
        one.put_many("k", {"late": b""})
        assert one.problem is None
        assert other.get_many("k", ["a", "late"]) == {"late": b""}


def test_close_may_be_called_twice_and_a_closed_cache_opens_again(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put_many("k", ITEMS)
    cache.close()
    cache.close()
    assert cache.get_many("k", ["a"]) == {"a": b"1"}
    cache.close()


# -- size ------------------------------------------------------------------------------------------


def test_the_oldest_go_first_and_the_file_stays_bounded(tmp_path: Path) -> None:
    limit = 1_000_000
    days = iter(range(1_000, 9_999))
    for number in range(60):
        with Cache(tmp_path, limit=limit, clock=lambda: next(days) * 2.0 * DAY) as cache:
            cache.put_many("k", {f"{number}-{part}": bytes(5_000) for part in range(20)})
            assert cache.get_many("k", ["0-0"]), "used every day, so never the oldest"
            assert len(cache.get_many("k", [f"{number}-{part}" for part in range(20)])) == 20
            assert cache.problem is None
        assert the_file(tmp_path).stat().st_size < limit + 200_000

    with Cache(tmp_path, limit=limit) as cache:
        assert cache.get_many("k", ["1-0", "20-0", "40-0"]) == {}
        assert sum(count for _, count in cache.info().entries) > 100


def test_a_use_within_a_day_writes_nothing(tmp_path: Path) -> None:
    filled(tmp_path)
    before = the_file(tmp_path).read_bytes()

    with Cache(tmp_path) as cache:
        assert cache.get_many("k", list(ITEMS)) == ITEMS

    assert the_file(tmp_path).read_bytes() == before


def test_one_value_too_large_is_not_kept_and_the_others_are(tmp_path: Path) -> None:
    with Cache(tmp_path, limit=1_000_000) as cache:
        cache.put_many("k", {"large": bytes(250_001), "small": bytes(250_000)})
        assert list(cache.get_many("k", ["large", "small"])) == ["small"]


def test_a_put_beyond_the_limit_leaves_a_cache_within_it(tmp_path: Path) -> None:
    with Cache(tmp_path, limit=100_000) as cache:
        cache.put_many("k", {str(number): bytes(20_000) for number in range(40)})
        kept = cache.info().entries
        cache.put_many("k", ITEMS)
        assert cache.get_many("k", ["a"]) == {"a": b"1"}
        assert cache.problem is None
    assert not kept or kept[0][1] <= 5


# -- damage ----------------------------------------------------------------------------------------


def sql(statement: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute(statement)

    return damage


def content(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(change(path.read_bytes()))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "text": content(lambda _: b"not a database, but long enough" * 100),
    "one byte": content(lambda _: b"x"),
    "empty": content(lambda _: b""),
    "header only": content(lambda data: data[:100]),
    "cut in a page": content(lambda data: data[:20_000]),
    "cut after a page": content(lambda data: data[:32_768]),
    "zeroes": content(lambda data: data[:100] + bytes(65_436)),
    "journal": lambda path: path.with_name(path.name + "-journal").write_bytes(b"?" * 999),
    "no table": sql("ALTER TABLE entry RENAME TO gone"),
    "no column": sql("ALTER TABLE entry RENAME COLUMN used TO gone"),
    "text for bytes": sql("UPDATE entry SET key = 'text' WHERE key = x'61'"),
    "text for value": sql("UPDATE entry SET value = 'text', checksum = 'x'"),
    "no text at all": sql("INSERT INTO entry VALUES (CAST(x'ff' AS TEXT), x'', 0, 0, x'')"),
    "gone": Path.unlink,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_costs_entries_only(tmp_path: Path, damage: str) -> None:
    filled(tmp_path)
    DAMAGE[damage](the_file(tmp_path))
    with Cache(tmp_path) as cache:
        assert cache.get_many("k", list(ITEMS)).items() <= ITEMS.items()
        cache.put_many("k", ITEMS)
        assert cache.get_many("k", list(ITEMS)) == ITEMS
        assert cache.problem is None
    assert len(list(tmp_path.glob("entries-*"))) == 1, "the damaged file is gone"
    with Cache(tmp_path) as cache:
        assert cache.get_many("k", list(ITEMS)) == ITEMS


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET value = x'32' WHERE key = x'61'",
        "UPDATE entry SET checksum = checksum + 1 WHERE key = x'61'",
        "UPDATE entry SET checksum = NULL WHERE key = x'61'",
        """UPDATE entry SET value = (SELECT value FROM entry WHERE key = x'63'),
           checksum = (SELECT checksum FROM entry WHERE key = x'63') WHERE key = x'61'""",
    ],
)
def test_a_value_with_a_wrong_checksum_is_a_miss_and_is_deleted(tmp_path: Path, change: str) -> None:
    filled(tmp_path)
    with closing(sqlite3.connect(the_file(tmp_path), isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints=1")
        if "NULL" in change:
            connection.execute("PRAGMA writable_schema=1")
            connection.execute(
                "UPDATE sqlite_master SET sql = replace(sql, 'checksum INTEGER NOT NULL', 'checksum')"
            )
            connection.execute("PRAGMA writable_schema=RESET")
        connection.execute(change)

    with Cache(tmp_path) as cache:
        rest = {key: value for key, value in ITEMS.items() if key != "a"}
        assert cache.get_many("k", list(ITEMS)) == rest
        assert cache.info().entries == (("k", len(rest)),)


def test_two_runs_that_both_meet_a_damaged_file_both_go_on(tmp_path: Path) -> None:
    filled(tmp_path)
    with Cache(tmp_path) as one, Cache(tmp_path) as other:
        assert one.get_many("k", ["a"]) == other.get_many("k", ["a"]) == {"a": b"1"}
        the_file(tmp_path).write_bytes(b"damaged" * 10_000)
        one.put_many("k", {"x": b"one"})
        other.put_many("k", {"y": b"other"})
        one.put_many("k", {"z": b"one"})
        assert one.get_many("k", ["y", "z"]) == {"y": b"other", "z": b"one"}
        assert one.problem is None
        assert other.problem is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hits=st.lists(st.tuples(st.integers(0, 65_535), st.binary(min_size=1, max_size=40)), max_size=5),
    length=st.one_of(st.none(), st.integers(0, 65_536)),
)
@example(hits=[(16303, b"\x80")], length=None)  # then SQLite's message is no text
def test_law_a_damaged_file_never_gives_a_wrong_value_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, hits: list[tuple[int, bytes]], length: int | None
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    filled(folder)
    content = bytearray(the_file(folder).read_bytes())
    for at, noise in hits:
        content[at : at + len(noise)] = noise
    the_file(folder).write_bytes(content[:length])

    with Cache(folder) as cache:
        assert cache.get_many("k", list(ITEMS)).items() <= ITEMS.items()
        cache.put_many("k", {**ITEMS, "new": b"new"})
        assert cache.get_many("k", [*ITEMS, "new"]).items() <= {**ITEMS, "new": b"new"}.items()
        cache.info()
        cache.clear()
        cache.put_many("k", ITEMS)
        assert cache.problem is not None or cache.get_many("k", list(ITEMS)) == ITEMS


# -- a world that does not help --------------------------------------------------------------------


def test_a_folder_that_cannot_be_made_is_an_empty_cache_with_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with Cache(tmp_path / "file" / "folder") as cache:
        cache.put_many("k", ITEMS)
        assert cache.get_many("k", ["a"]) == {}
        assert cache.clear() == 0
        problem = cache.info().problem
    assert problem is not None
    assert str(tmp_path / "file" / "folder") in problem


def test_no_known_home_folder_is_said_and_makes_no_folder_called_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Cache(Path("~/.cache/archtrack")) as cache:
        cache.put_many("k", ITEMS)
        assert cache.problem == (
            "~/.cache/archtrack: no home folder is known; set ARCHTRACK_CACHE_DIR to a folder"
        )
    assert list(tmp_path.iterdir()) == []


def test_a_file_locked_for_long_is_waited_for_once_only(tmp_path: Path) -> None:
    filled(tmp_path)
    with closing(sqlite3.connect(the_file(tmp_path), isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with Cache(tmp_path, busy_seconds=0.05) as cache:
            assert cache.get_many("k", ["a"]) == {}
            assert cache.problem == f"{tmp_path}: database is locked"
            holder.execute("COMMIT")
            assert cache.get_many("k", ["a"]) == {}
    with Cache(tmp_path) as cache:
        assert cache.get_many("k", ["a"]) == {"a": b"1"}


def test_a_run_that_only_reads_does_not_wait_for_a_writer_to_note_its_uses(tmp_path: Path) -> None:
    filled(tmp_path)
    with closing(sqlite3.connect(the_file(tmp_path), isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        cache = Cache(tmp_path, busy_seconds=3600, clock=lambda: 4e9)
        assert cache.get_many("k", list(ITEMS)) == ITEMS
        cache.close()
        assert cache.problem is None


READ_ONLY = """
    import os, sys
    from pathlib import Path
    from archtrack.sources.cache import Cache
    os.chdir(sys.argv[1])
    if os.getuid() == 0:
        os.setuid(65534)  # root may write anywhere
    with Cache(Path(sys.argv[2])) as cache:
        print(cache.get_many("k", ["a"]), flush=True)
        cache.put_many("k", {"b": b"2"})
        print(cache.get_many("k", ["b"]), cache.problem)
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user of the machine reaches, unlike ``tmp_path``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        for path in (folder, *folder.iterdir()):
            path.chmod(0o755)


def test_a_read_only_file_is_read_and_not_written(open_folder: Path) -> None:
    folder = open_folder / "cache"
    with Cache(folder) as cache:
        cache.put_many("k", {"a": b"1"})
    the_file(folder).chmod(0o444)
    folder.chmod(0o555)

    words = "{'a': b'1'}\n{} cache: attempt to write a readonly database\n"
    assert said(READ_ONLY, open_folder, "cache") == words


def test_a_read_only_folder_is_an_empty_cache(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    words = "{}\n{} cache: [Errno 13] Permission denied: 'cache'\n"
    assert said(READ_ONLY, open_folder, "cache") == words


def test_a_full_disk_keeps_what_there_was_and_says_so(tmp_path: Path) -> None:
    filled(tmp_path)
    script = """
        import resource, sys
        from pathlib import Path
        from archtrack.sources.cache import Cache
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        with Cache(Path(sys.argv[1])) as cache:
            print(cache.get_many("k", ["a"]))
            cache.put_many("k", {str(n): bytes(10_000) for n in range(100)})
            print(cache.get_many("k", ["a"]), cache.problem)
    """
    first, second = said(script, tmp_path).splitlines()
    assert first == "{'a': b'1'}"
    assert second.startswith("{} ")
    assert "disk" in second
    with Cache(tmp_path) as cache:
        assert cache.get_many("k", [*ITEMS, "0"]) == ITEMS


# -- several processes -----------------------------------------------------------------------------

WORKER = """
    import sys
    from pathlib import Path
    from archtrack.sources.cache import Cache
    me = sys.argv[2]
    for turn in range(15):
        with Cache(Path(sys.argv[1])) as cache:
            keys = [f"{who}-{turn}-{n}" for who in "0123" for n in range(40)]
            for key, value in cache.get_many("k", keys).items():
                assert value == key.encode() * 200, key
            cache.put_many("k", {key: key.encode() * 200 for key in keys if key[0] in (me, "0")})
            assert len(cache.get_many("k", keys)) >= 40
            assert cache.problem is None, cache.problem
"""


def work_at_once(script: str, folder: Path) -> None:
    workers = [child(script, folder, who) for who in "0123"]
    for worker in workers:
        worker.communicate(timeout=60)
    assert [worker.returncode for worker in workers] == [0, 0, 0, 0]


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    work_at_once(WORKER, tmp_path)
    with Cache(tmp_path) as cache:
        assert cache.info().entries == (("k", 4 * 15 * 40),)


def test_processes_that_start_on_a_damaged_file_never_read_a_wrong_value(tmp_path: Path) -> None:
    filled(tmp_path)
    the_file(tmp_path).write_bytes(b"damaged" * 10_000)

    # One may remove what another has just begun, which costs entries, or the rest of its run the cache.
    script = "\n".join(line for line in WORKER.split("\n") if ">= 40" not in line and "problem" not in line)
    work_at_once(script, tmp_path)
    with Cache(tmp_path) as cache:
        cache.put_many("k", ITEMS)
        assert cache.get_many("k", list(ITEMS)) == ITEMS


def test_a_writer_killed_at_any_moment_leaves_a_cache_that_works(tmp_path: Path) -> None:
    script = """
        import itertools, sys
        from pathlib import Path
        from archtrack.sources.cache import Cache
        cache = Cache(Path(sys.argv[1]))
        for turn in itertools.count():
            cache.put_many("k", {f"{sys.argv[2]}-{turn}-{n}": b"%d" % n * 2000 for n in range(400)})
            print(turn, flush=True)
    """
    for start in range(6):
        with child(script, tmp_path, start) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "0\n"
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(timeout=random.uniform(0.001, 0.03))  # noqa: S311 - any moment will do
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            process.stdout.close()
        with Cache(tmp_path) as cache:
            keys = {f"{start}-0-{n}": b"%d" % n * 2000 for n in range(400)}
            assert cache.get_many("k", list(keys)) == keys
            counts = [count for _, count in cache.info().entries]
            assert counts[0] % 400 == 0, "whole transactions only"
            assert cache.problem is None


# -- the folder ------------------------------------------------------------------------------------


def test_the_folder_is_the_one_that_the_environment_names() -> None:
    assert cache_folder({"ARCHTRACK_CACHE_DIR": "some/where"}) == Path("some/where")
    assert cache_folder({"ARCHTRACK_CACHE_DIR": "~/some"}) == Path("~/some").expanduser()


@pytest.mark.parametrize("environ", [{}, {"ARCHTRACK_CACHE_DIR": ""}])
def test_without_a_name_the_folder_is_the_platforms(environ: dict[str, str]) -> None:
    folder = cache_folder(environ)
    assert folder.name in {"archtrack", "Cache"}
    assert folder.is_absolute()
