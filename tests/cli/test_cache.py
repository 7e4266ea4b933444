"""``archtrack cache``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import miniature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def test_info_tells_where_it_is_how_large_and_what_is_in_it(
    cli: Callable[..., Any], trees: Any, tmp_path: Path
) -> None:
    cli("scan", "sglang", trees.sglang)
    done = cli("cache", "info")
    assert (done.code, done.err) == (0, "")
    assert done.lines[0].startswith(str(tmp_path / "cache"))
    assert re.fullmatch(r"\d+\.\d MB of at most 256 MB", done.lines[1])
    kinds = {line.split(maxsplit=1)[1]: int(line.split()[0]) for line in done.lines[2:]}
    assert kinds
    assert all(count > 0 for count in kinds.values())


def test_clear_empties_it_and_a_run_fills_it_again(
    cli: Callable[..., Any], trees: Any, tmp_path: Path
) -> None:
    cli("scan", "sglang", trees.sglang)
    first = cli("cache", "info").lines[2:]
    done = cli("cache", "clear")
    assert re.fullmatch(rf"Freed \d+\.\d MB in {re.escape(str(tmp_path / 'cache'))}", done.lines[0])
    assert cli("cache", "info").lines[2:] == []
    cli("scan", "sglang", trees.sglang)
    assert cli("cache", "info").lines[2:] == first


def test_git_repositories_are_counted_and_cleared(cli: Callable[..., Any], tmp_path: Path) -> None:
    mirror = tmp_path / "cache" / "git" / "0123.git"
    miniature.write(mirror / "objects" / "pack" / "p.pack", "x" * 300_000)
    assert "0.3 MB of git repositories beside it" in cli("cache", "info").lines
    assert cli("cache", "clear").lines[0].startswith("Freed 0.3 MB")
    assert not mirror.exists()
    assert "git repositories" not in cli("cache", "info").out


def test_a_cache_that_cannot_be_used_says_why(
    cli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    miniature.write(tmp_path / "file", "no folder")
    monkeypatch.setenv("ARCHTRACK_CACHE_DIR", str(tmp_path / "file"))
    done = cli("cache", "info")
    assert done.code == 0
    assert done.lines[-1].startswith("Not in use: ")
    assert cli("cache", "clear").code == 0
    assert (tmp_path / "file").read_text(encoding="utf-8") == "no folder"


def test_the_limit_of_the_configuration_is_shown(cli: Callable[..., Any], work: Path) -> None:
    miniature.write(work / "archtrack.toml", "cache_limit_mb = 64\n")
    assert cli("cache", "info").lines[1].endswith("of at most 64 MB")
