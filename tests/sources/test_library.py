from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from archtrack.errors import SourceError
from archtrack.model import Origin
from archtrack.sources.base import Layout
from archtrack.sources.cache import Cache
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

LAYOUT = Layout(package="pkg", distribution="pkg")


class Memory:
    """A cache in a dict, counting what is asked of it."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}

    def get_many(self, kind: str, keys: Sequence[str]) -> Mapping[str, bytes]:
        return {key: self.kept[kind, key] for key in keys if (kind, key) in self.kept}

    def put_many(self, kind: str, values: Mapping[str, bytes]) -> None:
        self.kept.update({(kind, key): value for key, value in values.items()})


class Remote:
    """A source that is not on disk, counting its reads."""

    origin = Origin(distribution="pkg", kind="release", location="pkg-1.whl")
    kept_as = None

    def __init__(self, **files: bytes) -> None:
        self.files = {f"pkg/{name}.py": data for name, data in files.items()}
        self.reads: list[list[str]] = []
        self.expected: list[list[str]] = []

    def list(self, patterns: Sequence[str]) -> tuple[str, ...]:
        return tuple(sorted(path for path in self.files if path in patterns or "pkg/*.py" in patterns))

    def identify(self, paths: Sequence[str]) -> Mapping[str, str]:
        return {path: f"id-{self.files[path]!r}" for path in paths}

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        self.reads.append(sorted(paths))
        return {path: self.files[path] for path in paths}

    def expect(self, patterns: Sequence[str]) -> None:
        self.expected.append([*patterns])


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "pkg").mkdir()
    for name, text in (("__init__", ""), ("a", "one"), ("b", "two"), ("c", "one")):
        (tmp_path / "pkg" / f"{name}.py").write_text(text)
    return tmp_path


def extract(seen: list[bytes]) -> Any:
    def facts(data: bytes) -> dict[str, int]:
        seen.append(data)
        return {"size": len(data)}

    return facts


@pytest.mark.parametrize("cached", [False, True])
def test_a_fact_is_extracted_once_per_library(tree: Path, *, cached: bool) -> None:
    seen: list[bytes] = []
    library = Library(local_source(tree, LAYOUT), Memory() if cached else None)  # type: ignore[arg-type]
    paths = library.paths("pkg/*.py")
    assert paths == ("pkg/__init__.py", "pkg/a.py", "pkg/b.py", "pkg/c.py")
    first = library.facts(paths, "size", extract(seen))
    assert first == {path: {"size": (tree / path).stat().st_size} for path in paths}
    assert library.facts(paths, "size", extract(seen)) == first
    assert len(seen) == 4
    library.facts(("pkg/a.py",), "other", extract(seen))
    assert len(seen) == 5


def test_what_one_library_kept_serves_the_next_by_content(tree: Path) -> None:
    cache: Any = Memory()
    seen: list[bytes] = []
    Library(local_source(tree, LAYOUT), cache).facts(("pkg/a.py",), "size", extract(seen))
    library = Library(local_source(tree, LAYOUT), cache)
    paths = ("pkg/a.py", "pkg/b.py", "pkg/c.py")
    assert library.facts(paths, "size", extract(seen)) == {path: {"size": 3} for path in paths}
    assert seen == [b"one", b"two"]
    (tree / "pkg" / "a.py").write_text("three")
    changed = Library(local_source(tree, LAYOUT), cache)
    assert changed.facts(("pkg/a.py",), "size", extract(seen)) == {"pkg/a.py": {"size": 5}}


def test_a_remote_source_is_read_in_one_go_and_only_for_what_is_not_kept() -> None:
    cache: Any = Memory()
    source: Any = Remote(**{f"m{index}": b"%d" % index for index in range(300)})
    library = Library(source, cache)
    paths = library.paths("pkg/*.py")
    assert len(library.facts(paths, "size", extract([]))) == 300
    assert [len(read) for read in source.reads] == [300]
    source.files["pkg/m7.py"] = b"changed"
    assert len(Library(source, cache).facts(paths, "size", extract([]))) == 300
    assert source.reads[1:] == [["pkg/m7.py"]]


def test_many_files_may_be_extracted_together(tree: Path) -> None:
    library = Library(local_source(tree, LAYOUT), None)
    calls: list[list[str]] = []

    def together(files: Mapping[str, bytes]) -> dict[str, int]:
        calls.append(sorted(files))
        return {path: len(files) for path in files}

    paths = ("pkg/a.py", "pkg/b.py")
    assert library.facts_together(paths, "count", together) == {"pkg/a.py": 2, "pkg/b.py": 2}
    counts = {"pkg/a.py": 2, "pkg/b.py": 2, "pkg/c.py": 1}
    assert library.facts_together(tuple(counts), "count", together) == counts
    assert calls == [["pkg/a.py", "pkg/b.py"], ["pkg/c.py"]]
    assert library.facts_together((), "count", together) == {}


def test_what_was_asked_for_beyond_a_pattern_is_known(tree: Path) -> None:
    library = Library(local_source(tree, LAYOUT), None)
    library.paths("pkg/*.py", "pkg/gone.py")
    library.facts(("pkg/a.py",), "size", extract([]))
    assert library.asked_beyond(["pkg/a.py"]) == ("pkg/gone.py",)
    assert library.asked_beyond(["pkg/*.py"]) == ()


def test_a_source_is_told_what_to_expect_if_it_can_be_told(tree: Path) -> None:
    source: Any = Remote(a=b"", b=b"")
    library = Library(source, None)
    library.expect("pkg/*.py")
    assert source.expected == []  # until something has to be fetched
    library.facts(("pkg/a.py",), "size", extract([]))
    library.facts(("pkg/b.py",), "size", extract([]))
    assert source.expected == [["pkg/a.py", "pkg/b.py"]]
    local = Library(local_source(tree, LAYOUT), None)
    local.expect("pkg/*.py")
    assert local.facts(("pkg/a.py",), "size", extract([])) == {"pkg/a.py": {"size": 3}}


def test_what_was_fetched_before_is_not_expected_again(tmp_path: Path) -> None:
    source: Any = Remote(a=b"1", b=b"2", c=b"3")
    newer: Any = Remote(a=b"1", b=b"22", c=b"3")
    with Cache(tmp_path) as cache:
        for each in (source, newer, newer):
            library = Library(each, cache)
            library.expect("pkg/*.py")
            library.facts(("pkg/a.py", "pkg/b.py"), "size", extract([]))
        # A file that was expected and not asked for has come along with the others all the same.
        assert source.expected == [["pkg/a.py", "pkg/b.py", "pkg/c.py"]]
        assert newer.expected == [["pkg/b.py"]]
        assert newer.reads == [["pkg/b.py"]]


def test_a_file_that_cannot_be_read_is_a_source_error(tree: Path) -> None:
    with pytest.raises(SourceError):
        Library(local_source(tree, LAYOUT), None).facts(("pkg/gone.py",), "size", extract([]))
