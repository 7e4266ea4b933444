"""A scan, or what the cache has kept of one: always the same inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import miniature
from archtrack.app.scan import scan
from archtrack.engines import load_engine
from archtrack.engines.base import ScanOptions
from archtrack.sources.cache import Cache
from archtrack.sources.disk.folder import local_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from archtrack.model import Inventory

    Read = Callable[..., Inventory]


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    with Cache(tmp_path / "cache") as opened:
        yield opened


@pytest.fixture
def read(trees: Any, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Scans an engine's tree, trusting the times of files from the first moment on."""
    monkeypatch.setattr("archtrack.sources.disk.folder._RACY_NS", 0)

    def run(engine: str = "sglang", **options: Any) -> Inventory:
        kind = load_engine(engine)
        return scan(kind, local_source(getattr(trees, engine), kind.layout), cache, ScanOptions(**options))

    return run


class Spy:
    """An engine that counts how often it really scans."""

    def __init__(self, engine: Any) -> None:
        self.scans = 0
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def scan(self, *arguments: Any) -> Any:
        self.scans += 1
        return self._engine.scan(*arguments)


@pytest.mark.parametrize("engine", ["sglang", "transformers"])
def test_an_old_tree_is_scanned_once_and_kept(read: Read, trees: Any, cache: Cache, engine: str) -> None:
    first = read(engine)
    assert len(first.registrations) > 4
    spy = Spy(load_engine(engine))
    source = local_source(getattr(trees, engine), spy.layout)
    assert scan(spy, source, cache) == scan(spy, source, cache) == first
    assert spy.scans == 0


@pytest.mark.parametrize("file", ["new.py", "alpha.py", "_hidden.py"])
def test_a_changed_tree_is_seen(read: Read, trees: Any, file: str) -> None:
    assert "NewModel" not in read().by_name()
    path = trees.native(file, "class NewModel: ...\nEntryClass = NewModel\n")
    assert "NewModel" in read().by_name()
    path.unlink()
    assert "NewModel" not in read().by_name()


def test_a_file_beside_the_watched_ones_is_seen_where_the_scan_rests_on_it(read: Read, trees: Any) -> None:
    trees.native("odd.py", "from sglang.elsewhere import Model\nEntryClass = Model\n")
    elsewhere = trees.sglang / "python" / "sglang" / "elsewhere.py"
    for name in ("OneModel", "OtherModel"):
        elsewhere.write_text(f"class {name}: ...\nModel = {name}\n", encoding="utf-8")
        for _ in range(2):
            assert name in read().by_name()
    elsewhere.unlink()
    inventory = read()
    assert "OtherModel" not in inventory.by_name()
    assert [each.place.file for each in inventory.unresolved] == ["sglang/srt/models/odd.py"]
    elsewhere.write_text("class OneModel: ...\nModel = OneModel\n", encoding="utf-8")
    assert "OneModel" in read().by_name()


def test_a_link_to_nothing_is_reported_from_the_moment_it_is_there(read: Read, trees: Any) -> None:
    assert read().unresolved == ()
    link = trees.sglang / "python" / "sglang" / "srt" / "models" / "linked.py"
    link.symlink_to("nowhere.py")
    for _ in range(2):
        (found,) = read().unresolved
        assert str(found.place) == "sglang/srt/models/linked.py:1"
    link.with_name("nowhere.py").write_text("", encoding="utf-8")
    assert read().unresolved == ()


def test_the_version_and_the_pin_are_seen_when_they_change(read: Read, trees: Any) -> None:
    assert (read().version, dict(read().pins)) == ("7.7.7", {"transformers": "9.9.9"})
    python = trees.sglang / "python"
    miniature.write(python / "sglang" / "version.py", '__version__ = "7.7.8"\n')
    project = python / "pyproject.toml"
    project.write_bytes(project.read_bytes().replace(b"9.9.9", b"9.9.8"))
    assert (read().version, dict(read().pins)) == ("7.7.8", {"transformers": "9.9.8"})


def test_what_was_kept_has_the_place_of_the_reading(
    read: Read, trees: Any, cache: Cache, tmp_path: Path
) -> None:
    first = read()
    trees.sglang.rename(tmp_path / "moved")
    kind = load_engine("sglang")
    moved = scan(kind, local_source(tmp_path / "moved", kind.layout), cache)
    assert moved.origin.location == str(tmp_path / "moved")
    assert moved.registrations == first.registrations


def test_a_link_to_all_files_that_there_are_is_told_and_not_followed(read: Read, trees: Any) -> None:
    before = read()
    link = trees.sglang / "python/sglang/srt/models/root"
    link.symlink_to("/")
    for _ in range(2):  # read, and kept
        after = read()
        assert after.registrations == before.registrations
        assert [str(each.place) for each in after.unresolved if each not in before.unresolved] == [
            "sglang/srt/models/root"
        ]
