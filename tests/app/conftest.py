"""Use cases are called with a place to work in and a request for the two miniature trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from archtrack.app.request import Request
from archtrack.sources.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(work: Path, tmp_path: Path) -> Workspace:
    return Workspace(folder=work, environ={"ARCHTRACK_CACHE_DIR": str(tmp_path / "cache")}, offline=True)


@pytest.fixture
def request_(trees: Any) -> Request:
    return Request(engine=str(trees.sglang), transformers=str(trees.transformers))
