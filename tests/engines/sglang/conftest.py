"""Fixtures for what is read of SGLang besides its registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archtrack.engines.sglang import ENGINE
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


@pytest.fixture
def library(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Library]:
    """A library of files on disk: ``library({"sglang/srt/configs/a.py": "…"})``."""

    def make(files: Mapping[str, str | bytes]) -> Library:
        for name, content in files.items():
            path = tmp_path / "library" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Library(local_source(tmp_path / "library", ENGINE.layout), None)

    return make
