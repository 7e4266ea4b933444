"""``archtrack cache``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import miniature
from miniature import Cli, Conforms

if TYPE_CHECKING:
    from pathlib import Path


def test_info_tells_where_it_is_how_large_and_what_is_in_it(cli: Cli, trees: Any, tmp_path: Path) -> None:
    cli("scan", "sglang", trees.sglang)
    done = cli("cache", "info")
    assert (done.code, done.err) == (0, "")
    assert done.lines[0].startswith(str(tmp_path / "cache"))
    assert re.fullmatch(r"\d+\.\d MB of at most 256 MB", done.lines[1])
    kinds = {line.split(maxsplit=1)[1]: int(line.split()[0]) for line in done.lines[2:]}
    assert kinds
    assert all(count > 0 for count in kinds.values())


def test_clear_empties_it_and_a_run_fills_it_again(cli: Cli, trees: Any, tmp_path: Path) -> None:
    cli("scan", "sglang", trees.sglang)
    first = cli("cache", "info").lines[2:]
    done = cli("cache", "clear")
    assert re.fullmatch(rf"Freed \d+\.\d MB in {re.escape(str(tmp_path / 'cache'))}", done.lines[0])
    assert cli("cache", "info").lines[2:] == []
    cli("scan", "sglang", trees.sglang)
    assert cli("cache", "info").lines[2:] == first


def test_git_repositories_are_counted_and_cleared(cli: Cli, tmp_path: Path) -> None:
    mirror = tmp_path / "cache" / "git" / "0123.git"
    miniature.write(mirror / "objects" / "pack" / "p.pack", "x" * 300_000)
    assert "0.3 MB of git repositories" in cli("cache", "info").lines
    assert cli("cache", "clear").lines[0].startswith("Freed 0.3 MB")
    assert not mirror.exists()
    assert "git repositories" not in cli("cache", "info").out


def test_an_unusable_cache_says_why(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    miniature.write(tmp_path / "file", "no folder")
    monkeypatch.setenv("ARCHTRACK_CACHE_DIR", str(tmp_path / "file"))
    done = cli("cache", "info")
    assert (done.code, done.err) == (0, "")
    problem = cli("cache", "info", "--format", "json").json["problem"]
    assert done.lines[-1] == f"Not in use: {problem}"
    assert cli("cache", "clear").code == 0
    assert (tmp_path / "file").read_text(encoding="utf-8") == "no folder"


def test_the_limit_of_the_configuration_is_shown(cli: Cli, work: Path) -> None:
    miniature.write(work / "archtrack.toml", "cache_limit_mb = 64\n")
    assert cli("cache", "info").lines[1].endswith("of at most 64 MB")


def test_json_holds_the_contract(cli: Cli, trees: Any, conforms: Conforms) -> None:
    cli("scan", "sglang", trees.sglang)
    done = cli("cache", "info", "--format", "json")
    conforms(done.json, "cache")
    text = cli("cache", "info").lines
    assert done.json["path"] == text[0]
    assert [f"{each['count']:8d}  {each['kind']}" for each in done.json["entries"]] == text[2:]
    assert (done.json["problem"], done.json["git_bytes"]) == (None, 0)


@pytest.mark.parametrize("usable", [False, True])
def test_every_verb_that_reads_says_once_that_the_cache_is_not_in_use(
    cli: Cli, trees: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, usable: bool
) -> None:
    if not usable:
        miniature.write(tmp_path / "cache", "no folder")
        monkeypatch.setenv("TMPDIR", str(tmp_path))
    scan, diff = ("scan", "sglang", trees.sglang), ("diff", "sglang", trees.sglang, trees.sglang)
    for call in (scan, diff, ("list", *trees.options), ("update", *trees.options)):
        done = cli(*call)
        said = [line for line in done.err.splitlines() if "cache" in line]
        assert (done.code, len(said)) == (0, 0 if usable else 1), call
        for line in said:
            assert line.startswith(f"Note: running without the cache: {tmp_path / 'cache'}: ")
            assert line.endswith("; set ARCHTRACK_CACHE_DIR to another folder")
