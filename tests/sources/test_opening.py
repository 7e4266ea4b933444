"""From a specification, or none, to a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import miniature
from archtrack.engines import load_engine
from archtrack.errors import SourceError, UsageError
from archtrack.sources.cache import Cache
from archtrack.sources.opening import open_engine, open_transformers
from archtrack.sources.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SGLANG = load_engine("sglang").layout
TRANSFORMERS = load_engine("transformers").layout


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    with Cache(tmp_path / "cache") as opened:
        yield opened


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "venv" / "lib" / "python3.12" / "site-packages"


@pytest.fixture
def place(work: Path, tmp_path: Path) -> Workspace:
    environ = {"ARCHTRACK_CACHE_DIR": str(tmp_path / "cache"), "VIRTUAL_ENV": str(tmp_path / "venv")}
    return Workspace(folder=work, environ=environ, offline=True)


@pytest.fixture
def opened(place: Workspace, cache: Cache) -> Callable[..., tuple[Any, list[str]]]:
    def run(spec: str | None, pin: str | None = None) -> tuple[Any, list[str]]:
        source, notices = open_transformers(spec, TRANSFORMERS, pin, "sglang 1.0", place, cache)
        return source.origin, notices

    return run


def test_an_engine_needs_a_source_of_its_own(place: Workspace, cache: Cache) -> None:
    with pytest.raises(UsageError, match="`pinned` is for transformers"):
        open_engine("pinned", SGLANG, place, cache)
    with pytest.raises(SourceError, match="sglang is not installed for this Python"):
        open_engine("installed", SGLANG, place, cache)
    with pytest.raises(SourceError, match="offline"):
        open_engine(None, SGLANG, place, cache)


def test_the_default_engine_is_the_checkout_then_the_installed_one(
    place: Workspace, cache: Cache, trees: Any, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.mkdir(parents=True)
    miniature.install(site, trees.sglang / "python" / "sglang", "1.0")
    source, notices = open_engine(None, SGLANG, place, cache)
    assert (source.origin.kind, source.origin.version, notices) == ("installed", "1.0", [])
    monkeypatch.chdir(trees.sglang)
    inside = Workspace(folder=trees.sglang, environ=place.environ, offline=True)
    assert open_engine(None, SGLANG, inside, cache)[0].origin.kind == "local"
    assert open_engine("installed", SGLANG, inside, cache)[0].origin.kind == "installed"


@pytest.mark.parametrize(
    ("installed", "pin", "spec", "kind", "notices"),
    [
        ("2.0", "2.0", None, "installed", []),
        ("2.0", "2.0", "pinned", "installed", []),
        ("2.0", "2.1", "installed", "installed", []),
        ("2.0", None, None, "installed", ["sglang 1.0 pins no transformers; read the installed one"]),
        ("2.0", None, "pinned", "installed", ["sglang 1.0 pins no transformers; read the installed one"]),
        ("2.0", "2.1", None, None, []),
        (None, "2.1", None, None, []),
        (None, None, None, None, []),
        ("2.0", "2.0", "2.1", None, []),
    ],
)
def test_transformers_is_the_pinned_one_then_the_installed_one_and_the_index_is_asked_last(
    opened: Callable[..., tuple[Any, list[str]]],
    trees: Any,
    site: Path,
    installed: str | None,
    pin: str | None,
    spec: str | None,
    kind: str | None,
    notices: list[str],
) -> None:
    if installed:
        site.mkdir(parents=True)
        miniature.install(site, trees.transformers / "src" / "transformers", installed)
    if kind is None:  # only a release will do, and there is no network
        with pytest.raises(SourceError, match="offline"):
            opened(spec, pin)
        return
    origin, said = opened(spec, pin)
    assert (origin.kind, origin.version, said) == (kind, installed, notices)
