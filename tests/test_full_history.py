"""The whole history from nothing: three minutes and 0.7 GB, so only when it is asked for (``pytest -m full``)."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pytest

from archtrack.app.history.refresh import refresh, refreshed_by_default
from archtrack.app.history.store import SHIPPED, read_history
from archtrack.core.history.spans import entries_of
from archtrack.engines import load_engine
from archtrack.render.steps import Steps
from archtrack.sources.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.full
@pytest.mark.network
def test_built_from_nothing_it_is_what_is_shipped(tmp_path: Path) -> None:
    environ = {**os.environ, "ARCHTRACK_CACHE_DIR": str(tmp_path / "cache")}
    workspace = Workspace(folder=tmp_path, environ=environ)
    steps = Steps(io.StringIO(), {}, "releases")
    on_index = [each for each in refreshed_by_default() if load_engine(each).layout.repository is None]
    for result in refresh(on_index, tmp_path / "data", workspace, steps):
        assert result.error is None
        assert not result.doubts
        shipped = read_history(SHIPPED / f"{result.engine}.json")
        assert result.new is not None
        if result.new.releases == shipped.releases:
            file = f"{result.engine}.json"
            assert (tmp_path / "data" / file).read_bytes() == (SHIPPED / file).read_bytes()
        found, expected = entries_of(result.new), entries_of(shipped)
        assert {version: found[version].keys() for version in expected} == {
            version: entries.keys() for version, entries in expected.items()
        }
