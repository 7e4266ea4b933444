"""Fixtures for SGLang: trees that are scanned, and libraries of what is read besides its registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archtrack.engines.sglang import ENGINE
from archtrack.engines.sglang.files import MODELS
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from archtrack.engines.base import ScanOptions
    from archtrack.model import Inventory


@pytest.fixture
def scan(scan: Callable[..., Inventory]) -> Callable[..., Inventory]:
    """Scans files as SGLang; those whose path does not begin with ``sglang/`` are modules of its models."""

    def run(files: Mapping[str, str | bytes], options: ScanOptions | None = None) -> Inventory:
        whole = {
            name if name.startswith("sglang/") else f"{MODELS}/{name}": text for name, text in files.items()
        }
        return scan("sglang", whole, options)

    return run


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
