"""Dumps of the Hub's list of models, written as others write them, and counted by a real DuckDB."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

import miniature
from archtrack.census.dump_files import DumpFile, Kind, dump_files
from archtrack.census.dumps import count_models
from archtrack.core.demand.census import LONGEST_NAME, Counted, Flaws
from archtrack.errors import ArchtrackError, SourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archtrack.core.demand.census import Census

ROWS: list[dict[str, Any]] = [
    {"id": "o/a7", "downloads": 700, "config": {"architectures": ["Alpha"], "model_type": "a"}, "likes": 3},
    {"id": "o/a1", "downloads": 100, "config": {"architectures": ["Alpha"]}},
    {"id": "o/b", "downloads": 650, "config": {"architectures": ["Beta", "Alpha"]}, "gated": "auto"},
    {"id": "o/gguf", "downloads": 50, "config": None},
    {"id": "o/adapter", "downloads": 5},
]
FOUND = (
    Counted(name="Alpha", models=3, downloads=1450, example="o/a7", example_downloads=700),
    Counted(name="Beta", models=1, downloads=650, example="o/b", example_downloads=650),
)


ALPHA = {"architectures": ["Alpha"]}


def lines(path: Path, rows: Iterable[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def parquet(path: Path, query: str, rows_in_a_group: int = 100_000) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT PARQUET, ROW_GROUP_SIZE {rows_in_a_group})")
    return path


def count(*paths: Path | str, memory_mb: int = 1024) -> Census:
    files = dump_files([str(path) for path in paths], Path.cwd())
    return count_models(files, "x", date=None, memory_mb=memory_mb)


def check_rows(census: Census) -> None:
    assert census.architectures == FOUND
    assert (census.models, census.downloads) == (5, 1505)
    assert (census.nameless_models, census.nameless_downloads) == (2, 55)
    assert (census.rest_names, census.rest_models, census.rest_downloads) == (0, 0, 0)


# -- the forms of dumps -----------------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_json_lines_are_counted_and_several_architectures_count_each(tmp_path: Path, end: bytes) -> None:
    path = lines(tmp_path / "models.jsonl", ROWS)
    path.write_bytes(path.read_bytes().replace(b"\n", end))
    census = count(path)
    check_rows(census)
    assert census.flaws == Flaws()
    assert (census.measure, census.whole) == ("downloads", False)


@pytest.mark.parametrize("name", ["m.jsonl.gz", "m.gzip", "m"])
def test_gzip_is_known_by_its_bytes_also_where_it_was_packed_in_pieces(tmp_path: Path, name: str) -> None:
    text = lines(tmp_path / "plain", ROWS).read_bytes()
    pieces = [gzip.compress(line) for line in text.splitlines(keepends=True)]
    for packed in (gzip.compress(text), b"".join(pieces)):
        (tmp_path / name).write_bytes(packed)
        check_rows(count(tmp_path / name))


@pytest.mark.parametrize(
    "query",
    [
        # As the API's objects become a table.
        "SELECT * FROM s",
        # As public dumps have it: the config is a text.
        "SELECT id, downloads, CAST(to_json(config) AS VARCHAR) AS config, likes FROM s",
        "SELECT id, downloads, to_json(config) AS config FROM s",
        "SELECT id, downloads, encode(CAST(to_json(config) AS VARCHAR)) AS config FROM s",
        # Flat, with other names and types.
        'SELECT id AS "modelId", CAST(downloads AS DOUBLE) AS downloads, config.architectures AS architectures FROM s',
        'SELECT id AS model_id, CAST(downloads AS VARCHAR) AS "Downloads", '  # noqa: ISC004 -- one query
        "CAST(to_json(config.architectures) AS VARCHAR) AS architectures FROM s",
        # A config that says nothing of architectures beside a column that does.
        "SELECT id, downloads, {'model_type': 'x'} AS config, s.config.architectures AS architectures FROM s",
    ],
)  # fmt: skip
def test_parquet_is_counted_whatever_type_its_columns_have(tmp_path: Path, query: str) -> None:
    plain = lines(tmp_path / "m.jsonl", ROWS)
    check_rows(count(parquet(tmp_path / "m.parquet", f"WITH s AS (FROM read_ndjson('{plain}')) {query}")))


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ({"config": {"architectures": '["Alpha", "Beta"]'}}, ["Alpha", "Beta"]),  # a list as a text
        ({"architectures": '["Alpha"]'}, ["Alpha"]),
        ({"architectures": "Alpha"}, ["Alpha"]),  # no list
        ({"architectures": [], "config": {"architectures": ["Alpha"]}}, ["Alpha"]),
        ({"architectures": ["Alpha"], "config": {"architectures": ["Beta"]}}, ["Alpha"]),
        ({"config": {"architectures": "[broken"}}, ["[broken"]),
        ({"id": "  ", "config": {"architectures": ["Alpha"]}}, []),
    ],
)
def test_what_is_said_of_architectures_is_understood_in_each_form(
    tmp_path: Path, row: dict[str, Any], names: list[str]
) -> None:
    rows = [{"id": "o/a", "downloads": 1, **row}, {"id": "o/b", "downloads": 0, "config": {"x": 1}}]
    plain = lines(tmp_path / "m.jsonl", rows)
    assert sorted(each.name for each in count(plain).architectures) == names
    table = parquet(tmp_path / "m.parquet", f"FROM read_ndjson('{plain}')")
    assert sorted(each.name for each in count(table).architectures) == names


def test_a_config_may_be_a_text_also_in_json_lines(tmp_path: Path) -> None:
    rows = [{"id": "o/a", "downloads": 1, "config": '{"architectures": "Alpha"}'}]
    assert [each.name for each in count(lines(tmp_path / "m.jsonl", rows)).architectures] == ["Alpha"]


def test_files_of_all_forms_are_counted_together_and_each_model_once(tmp_path: Path) -> None:
    plain = lines(tmp_path / "a.jsonl", ROWS[:2])
    packed = tmp_path / "b.jsonl.gz"
    packed.write_bytes(gzip.compress(lines(tmp_path / "b", ROWS[2:]).read_bytes()))
    table = parquet(tmp_path / "c.parquet", f"FROM read_ndjson('{plain}')")
    census = count(plain, packed, table)
    check_rows(census)
    assert census.flaws == Flaws(repeated=2)


def test_of_several_rows_of_a_model_the_most_downloaded_that_can_be_counts(tmp_path: Path) -> None:
    rows = [
        {"id": "o/a", "downloads": 10, "config": {"architectures": ["Old"]}},
        {"id": "o/a", "downloads": 30, "config": {"architectures": ["New"]}},
        {"id": "o/a", "downloads": 1e30, "config": {"architectures": ["Absurd"]}},
        {"id": "o/a", "downloads": None, "config": {"architectures": ["None"]}},
        {"id": "o/A", "downloads": 1, "config": {"architectures": ["New"]}},
    ]
    for order in (rows, rows[::-1]):
        census = count(lines(tmp_path / "m.jsonl", order))
        assert census.architectures == (
            Counted(name="New", models=2, downloads=31, example="o/a", example_downloads=30),
        )
        assert census.flaws == Flaws(repeated=3)


def test_equal_rows_of_a_model_give_the_same_census_in_any_order(tmp_path: Path) -> None:
    rows = [{"id": "o/a", "downloads": 1, "config": {"architectures": [name]}} for name in "ABC"]
    found = {count(lines(tmp_path / "m.jsonl", order)).architectures for order in (rows, rows[::-1])}
    assert len(found) == 1


def test_the_example_is_the_most_downloaded_and_of_equal_ones_the_first_by_name(tmp_path: Path) -> None:
    names = {"o/z": 5, "o/b": 9, "o/a": 9}
    rows = [{"id": name, "downloads": downloads, "config": ALPHA} for name, downloads in names.items()]
    (found,) = count(lines(tmp_path / "m.jsonl", rows)).architectures
    assert (found.example, found.example_downloads) == ("o/a", 9)


def test_downloads_of_all_time_count_where_there_are_no_others(tmp_path: Path) -> None:
    rows = [{"id": "o/a", "downloadsAllTime": 9, "config": {"architectures": ["Alpha"]}}]
    census = count(lines(tmp_path / "m.jsonl", rows))
    assert (census.measure, census.downloads) == ("downloadsAllTime", 9)
    both = [{**rows[0], "downloads": 2}]
    census = count(lines(tmp_path / "m.jsonl", both))
    assert (census.measure, census.downloads) == ("downloads", 2)


# -- what cannot be counted as it stands --------------------------------------------------------------


def test_rows_that_are_none_are_left_out_and_told_and_no_other_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    good = "".join(json.dumps(row) + "\n" for row in ROWS)
    bad = ["garbage{{{", '{"id": "o/cut", "config": {"archi', "[1, 2]", '"text"', "7", "null", '{"id": 5}']
    bad += ['{"id": ""}', '{"downloads": 3}', '{"id": "o/\\ud800", "downloads": 1}']
    path.write_bytes(good.encode() + "\n".join(bad).encode() + b'\n\n{"id": "o/\xff\xfe"}\n')
    census = count(path)
    check_rows(census)
    assert census.flaws == Flaws(unreadable=len(bad) + 1)


@pytest.mark.parametrize(
    ("downloads", "counts", "flaws"),
    [
        (12, 12, Flaws()),
        ("12", 12, Flaws()),
        (12.9, 12, Flaws()),
        (0, 0, Flaws()),
        (None, 0, Flaws(without_downloads=1)),
        ("many", 0, Flaws(without_downloads=1)),
        ({"last": 3}, 0, Flaws(without_downloads=1)),
        (-3, 0, Flaws(doubtful=1)),
        (10**13, 10**13, Flaws()),
        (10**13 + 10, 0, Flaws(doubtful=1)),
        (1e300, 0, Flaws(doubtful=1)),
        ("nan", 0, Flaws(doubtful=1)),
    ],
)
def test_downloads_that_cannot_be_count_as_none_and_are_told(
    tmp_path: Path, downloads: object, counts: int, flaws: Flaws
) -> None:
    rows = [
        {"id": "o/a", "downloads": downloads, "config": ALPHA},
        {"id": "o/b", "downloads": 1, "config": ALPHA},
    ]
    census = count(lines(tmp_path / "m.jsonl", rows))
    assert (census.models, census.downloads, census.flaws) == (2, counts + 1, flaws)


def test_the_sum_of_absurd_but_possible_downloads_is_exact(tmp_path: Path) -> None:
    rows = [{"id": f"o/{i}", "downloads": 10**13, "config": ALPHA} for i in range(2_000)]
    assert count(lines(tmp_path / "m.jsonl", rows)).architectures[0].downloads == 2_000 * 10**13


def test_names_of_any_kind_are_kept_as_they_are_and_those_beyond_reason_are_not(tmp_path: Path) -> None:
    names = ["<script>", "a\tb\nc", "\x1b[31mred", "=1+1", "Müller", "x" * LONGEST_NAME]
    odd: list[Any] = [None, 7, {"a": 1}, ["nested"], True, "", "x" * (LONGEST_NAME + 1), "y" * 10_000_000]
    rows = [
        {"id": "o/odd", "downloads": 2, "config": {"architectures": [*names, *odd, *names]}},
        {"id": "o/fine", "downloads": 1, "config": {"architectures": ["Alpha"]}},
        {"id": "o/long", "downloads": 3, "config": {"architectures": ["z" * 10_000_000]}},
    ]
    census = count(lines(tmp_path / "m.jsonl", rows))
    assert {each.name for each in census.architectures} == {*names, "Alpha"}
    assert all(each.models == 1 for each in census.architectures)
    assert census.flaws == Flaws(overlong=2)
    assert (census.nameless_models, census.nameless_downloads) == (1, 3)


def test_configs_that_are_none_name_no_architecture(tmp_path: Path) -> None:
    configs: list[Any] = [
        "no json",
        "[1]",
        "{",
        7,
        [1],
        {},
        {"architectures": None},
        {"architectures": {"a": 1}},
    ]
    rows = [{"id": f"o/{place}", "downloads": 1, "config": each} for place, each in enumerate(configs)]
    census = count(lines(tmp_path / "m.jsonl", rows))
    assert (census.models, census.nameless_models, census.architectures) == (len(configs), len(configs), ())


def test_more_names_than_are_counted_one_by_one_are_counted_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archtrack.census.dumps.MOST_NAMES", 2)
    rows = [
        {"id": f"o/{name}", "downloads": downloads, "config": {"architectures": [name, "All"]}}
        for name, downloads in (("A", 1), ("B", 9), ("C", 5), ("D", 5))
    ]
    census = count(lines(tmp_path / "m.jsonl", rows))
    assert [each.name for each in census.architectures] == ["All", "B"]
    assert (census.rest_names, census.rest_models, census.rest_downloads) == (3, 3, 11)


# -- columns and files ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"name": "a", "downloads": 1, "config": {}}], "no row says anything under id or modelId or model_id; its "),
        ([{"id": "a", "likes": 1, "config": {}}], "under downloads or downloadsAllTime; its columns: config, id, lik"),
        ([{"id": "a", "downloads": 1}], "under config or architectures; its columns: downloads, id"),
        ([[1], [2]], "one JSON list, not JSON lines"),
        ([{"id": "a", "downloads": 1, **{f"c{i}": 1 for i in range(40)}}], ", c35 and 12 more"),
    ],
)  # fmt: skip
def test_a_missing_column_of_json_lines_is_told_with_those_that_there_are(
    tmp_path: Path, rows: list[Any], words: str
) -> None:
    with pytest.raises(UsageError, match=r"m\.jsonl") as error:
        count(lines(tmp_path / "m.jsonl", rows))
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (
            "'a' AS name, 1 AS downloads, '{}' AS config",
            "under id or modelId or model_id; its columns: name, d",
        ),
        (
            "'a' AS id, 1 AS likes, '{}' AS config",
            "downloads or downloadsAllTime; its columns: id, likes, conf",
        ),
        ("'a' AS id, 1 AS downloads", "config or architectures; its columns: id, downloads"),
        (
            "'a' AS id, 1 AS downloads, {'x': 1} AS config",
            "config or architectures; its columns: id, downloads",
        ),
    ],
)
def test_a_missing_column_of_parquet_is_told_with_those_that_there_are(
    tmp_path: Path, columns: str, words: str
) -> None:
    with pytest.raises(UsageError, match=r"m\.parquet: no row says anything") as error:
        count(parquet(tmp_path / "m.parquet", f"SELECT {columns}"))
    assert words in str(error.value)


def test_an_empty_dump_is_a_census_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_bytes(b"")
    census = count(tmp_path / "m.jsonl")
    assert (census.models, census.architectures, census.flaws) == (0, (), Flaws())


@pytest.mark.parametrize(
    "name",
    ["a[1].jsonl", "a*b?.jsonl", "it's.jsonl", 'quo"te;.jsonl', "ümlaut 100%.jsonl", "new\nline.jsonl",
     "{a,b}.jsonl", "-x", "http:"],
)  # fmt: skip
def test_a_file_of_any_name_is_that_file_and_no_pattern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    lines(tmp_path / name, ROWS)
    for other in ("a1.jsonl", "axbc.jsonl", "a.jsonl"):  # what it would be as a pattern
        lines(tmp_path / other, [{"id": "o/other", "downloads": 1, "config": {"architectures": ["Other"]}}])
    check_rows(count(name))
    (tmp_path / name).unlink()
    parquet(tmp_path / "m", "SELECT 'o/p' AS id, 1 AS downloads, ['P'] AS architectures")
    shutil.move(tmp_path / "m", tmp_path / name)
    assert [each.name for each in count(name).architectures] == ["P"]


def test_a_pattern_names_files_each_once_and_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep" / "er.jsonl").mkdir(parents=True)
    lines(tmp_path / "deep" / "a.jsonl", ROWS[:3])
    lines(tmp_path / "deep" / "b.jsonl", ROWS[3:])
    (tmp_path / "deep" / "link.jsonl").symlink_to(tmp_path / "deep" / "a.jsonl")
    found = dump_files(["deep/*.jsonl", "deep/a.jsonl", "**/b.jsonl"], tmp_path)
    assert [each.path.name for each in found] == ["a.jsonl", "b.jsonl"]
    check_rows(count_models(found, "x", date=None))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'[{"id": "a"}]', "one JSON list, not JSON lines; `jq -c '.[]'` converts it"),
        (b" \n [\n", "one JSON list"),
        (b"id,downloads\na,1\n", "a dump is Parquet or JSON lines (plain or .gz), and this is neither"),
        (gzip.compress(b"id,downloads\na,1\n", mtime=0), "and this is neither"),
        (b"PK\x03\x04", "and this is neither"),
        (b'\xef\xbb\xbf{"id": "a"}', "begins with a byte order mark; remove it (`tail -c +4`)"),
        (b"\x28\xb5\x2f\xfdrest", "compressed with zstd; unpack it first (`zstd -d`)"),
    ],
)
def test_a_file_that_is_no_dump_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(UsageError) as error:
        count(tmp_path / "m")
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path, "no such file"),
        (lambda path: path.mkdir() or path, "a folder; name the files in it"),
        (lambda path: os.mkfifo(path) or path, "is not a regular file"),
        (lambda path: f"{path}/*.parquet", "no such file"),
        (lambda path: path.with_name("nul\0byte"), "no such file"),
    ],
)
def test_what_is_no_file_is_told(tmp_path: Path, make: Any, words: str) -> None:
    with pytest.raises(UsageError) as error:
        count(make(tmp_path / "m"))
    assert words in str(error.value)


@pytest.mark.parametrize("content", [b"PAR1" + b"x" * 100 + b"PAR1", b"PAR1"])
def test_a_damaged_file_is_told_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(SourceError, match="x: cannot be counted: ") as error:
        count(tmp_path / "m")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("damage", ["cut", "cut at the end", "a byte", "checksum", "something behind it"])
def test_a_packed_file_that_is_damaged_gives_no_half_a_census(tmp_path: Path, damage: str) -> None:
    rows = [{"id": f"o/{place}", "downloads": place, "config": {}} for place in range(5_000)]
    packed = bytearray(gzip.compress(lines(tmp_path / "m", rows).read_bytes()))
    if damage in {"a byte", "checksum"}:
        packed[len(packed) // 2 if damage == "a byte" else -6] ^= 0xFF
    half = len(packed) // 2
    whole = {"cut": packed[:half], "cut at the end": packed[:-3], "something behind it": packed + b"more"}
    (tmp_path / "m.gz").write_bytes(whole.get(damage, packed))
    with pytest.raises(SourceError, match=r"m\.gz: damaged: .*; get it again"):
        count(tmp_path / "m.gz")


def test_a_packed_file_that_is_damaged_at_its_beginning_is_told_in_one_line(tmp_path: Path) -> None:
    rows = [{"id": f"o/{place}", "downloads": place, "config": {}} for place in range(50)]
    packed = gzip.compress(lines(tmp_path / "m", rows).read_bytes())
    for place in range(2, len(packed)):
        damaged = bytearray(packed)
        damaged[place] ^= 0xFF
        (tmp_path / "m.gz").write_bytes(damaged)
        with suppress(SourceError, UsageError):  # a byte of the head may say nothing of the content
            dump_files([str(tmp_path / "m.gz")], tmp_path)


def test_columns_whose_names_are_no_text_are_told_in_one_line(tmp_path: Path) -> None:
    source, target = lines(tmp_path / "m.jsonl", ROWS), tmp_path / "m.parquet"
    duckdb.read_json(str(source)).write_parquet(str(target))
    whole = target.read_bytes()
    target.write_bytes(whole.replace(b"architectures", b"\xd1" * len("architectures")))
    with pytest.raises(SourceError, match="cannot be counted: a column name is not text"):
        count(target)


def test_nothing_is_left_behind_well_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    monkeypatch.chdir(scratch)
    count(lines(tmp_path / "m.jsonl", ROWS))
    with pytest.raises(ArchtrackError):
        count(lines(tmp_path / "m.jsonl", [{"x": 1}]))
    assert list(scratch.iterdir()) == []


def peak_of(path: Path) -> tuple[list[int], int]:
    """What is counted in a dump by a process of its own with 128 MB, and that process's peak in MB."""
    script = (
        "import re, sys; from pathlib import Path; from archtrack.census.dumps import count_models; "
        "from archtrack.census.dump_files import dump_files; "
        "c = count_models(dump_files([sys.argv[1]], Path.cwd()), 'x', date=None, memory_mb=128); "
        "peak = re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]; "  # its own: no parent's
        "print(c.models, c.downloads, len(c.architectures), c.flaws.repeated, peak)"
    )
    done = subprocess.run(  # noqa: S603 -- this interpreter
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    *counts, peak = map(int, done.stdout.split())
    return counts, peak // 1024


def test_twice_the_dump_takes_no_more_memory_once_it_is_larger_than_the_bound(tmp_path: Path) -> None:
    peaks = []
    for rows in (400_000, 800_000):  # 320 and 640 MB of ids alone: DuckDB 1.5 settles at 500 MB
        path = tmp_path / f"{rows}.parquet"
        query = (
            f"SELECT 'owner/' || repeat('x', 800) || i % {rows - 20_000} AS id, i AS downloads, "  # noqa: S608
            f"['Made' || i % 1000] AS architectures FROM range({rows}) AS t(i)"
        )
        parquet(path, query, rows_in_a_group=2048)
        counts, peak = peak_of(path)
        assert counts == [rows - 20_000, sum(range(20_000, rows)), 1_000, 20_000]
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 160  # MB, of 320 more


def test_too_little_memory_is_told_with_what_to_do(tmp_path: Path) -> None:
    config = {"architectures": ["z" * 6_000_000]}
    rows = [{"id": f"o/{place}", "downloads": 1, "config": config} for place in range(4)]
    with pytest.raises(SourceError, match="needs more than 32 MB; give it more with --memory"):
        count(lines(tmp_path / "m.jsonl", rows), memory_mb=32)


def test_a_file_that_goes_away_meanwhile_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be counted"):
        count_models([DumpFile(path=tmp_path / "gone", kind=Kind.PLAIN)], "x", date=None)


def test_a_count_that_is_interrupted_ends_soon_and_leaves_nothing(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    path = parquet(
        tmp_path / "m.parquet",
        "SELECT 'o/' || i AS id, i AS downloads, ['A' || i % 9, 'B' || i % 7] AS architectures "
        "FROM range(4000000) AS t(i)",
    )
    process = subprocess.Popen(  # noqa: S603 -- this interpreter
        [sys.executable, "-c", miniature.INTERRUPTIBLE, "demand", str(path)],
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    while not any(scratch.glob("archtrack-demand-*/models.duckdb")):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out, list(scratch.iterdir())) == (130, b"", [])
