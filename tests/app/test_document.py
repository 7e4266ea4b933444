"""The use cases of the document, called as a program would."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import miniature
from archtrack.app.document import Flags, rebuild_document, update_document
from archtrack.app.request import Request
from archtrack.app.track import track
from archtrack.config.settings import Settings
from archtrack.core.document.parse import parse
from archtrack.errors import DocumentError, ImplausibleError, SourceError
from archtrack.sources.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]

FLAGS = Flags(date="2026-01-31")


@pytest.fixture
def path(work: Path) -> Path:
    return work / "S.md"


@pytest.fixture
def update(path: Path, place: Workspace, request_: Request) -> Run:
    """Updates the document, or does with it what another use case does."""

    def run(use_case: Any = update_document, **flags: Any) -> Any:
        return use_case(path, request_, Settings(), place, replace(FLAGS, **flags))

    return run


def names(path: Path) -> set[str]:
    return {row.name for row in parse(path.read_text(encoding="utf-8")).rows}


def test_a_document_that_cannot_be_read_is_told_before_the_scan(path: Path, place: Workspace) -> None:
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DocumentError, match=r"S\.md"):
        update_document(path, Request(engine="./nowhere"), Settings(), place, FLAGS)
    path.unlink()
    with pytest.raises(SourceError, match="nowhere"):
        update_document(path, Request(engine="./nowhere"), Settings(), place, FLAGS)


@pytest.mark.parametrize("use_case", [update_document, rebuild_document])
def test_the_canary_speaks_also_where_nothing_is_written(update: Run, trees: Any, use_case: Any) -> None:
    update()
    for file in ("alpha.py", "beta.py"):
        (trees.models / file).unlink()
    with pytest.raises(ImplausibleError, match="3 of the 5 natives"):
        update(use_case, write=False)
    assert update(use_case, write=False, force=True).merge is not None


def test_a_document_that_changes_while_sources_are_read_keeps_the_change(
    path: Path, update: Run, monkeypatch: pytest.MonkeyPatch, trees: Any
) -> None:
    update()
    trees.register("GammaForCausalLM", file="gamma.py")

    def meanwhile(*arguments: Any, **more: Any) -> Any:
        path.write_text(path.read_text(encoding="utf-8") + "\nSomebody's words.\n", encoding="utf-8")
        return track(*arguments, **more)

    monkeypatch.setattr("archtrack.app.document.track", meanwhile)
    assert update().written
    assert "GammaForCausalLM" in names(path)
    assert path.read_text(encoding="utf-8").endswith("\nSomebody's words.\n")


@pytest.mark.parametrize("cache", ["file/below", "~/nobody"])
def test_a_cache_folder_that_cannot_be_used_does_not_keep_a_document_from_being_written(
    request_: Request, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: str
) -> None:
    miniature.write(tmp_path / "file", "x")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    folder = cache if cache.startswith("~") else str(tmp_path / cache)
    place = Workspace(folder=work, environ={"ARCHTRACK_CACHE_DIR": folder}, offline=True)
    assert update_document(work / "S.md", request_, Settings(), place, FLAGS).written
    assert names(work / "S.md") == set(miniature.ROWS)
    assert not (work / "~").exists()
