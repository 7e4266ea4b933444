"""Fixtures for engines: trees on disk, scanned the way the command scans them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import real_release
from archtrack.core.verdict.release_facts import ReleaseFacts
from archtrack.engines import load_engine
from archtrack.engines.base import Loads, ScanOptions
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.core.verdict.release_facts import LoadFacts
    from archtrack.model import Inventory

for _name, _file in (
    ("shapes", "sglang/shapes.py"),
    ("feature_reader", "sglang/feature_reader.py"),
    ("readers", "readers.py"),
    ("llama_readers", "llama_readers.py"),
    ("ollama_reader", "ollama_reader.py"),
    ("mlx_vlm_reader", "mlx_vlm_reader.py"),
    ("onnxruntime_genai_reader", "onnxruntime_genai_reader.py"),
    ("openvino_reader", "openvino_reader.py"),
    ("ctranslate2_reader", "ctranslate2_reader.py"),
    ("vllm_plugin_reader", "vllm_plugin_reader.py"),
    ("feature_readers", "feature_readers.py"),
    ("tensorrt_llm_reader", "tensorrt_llm_reader.py"),
    ("verdicts", "verdicts.py"),
):
    _spec = importlib.util.spec_from_file_location(_name, Path(__file__).parent / _file)
    assert _spec is not None
    assert _spec.loader is not None
    _module = importlib.util.module_from_spec(_spec)
    sys.modules[_name] = _module  # test modules say: import shapes
    _spec.loader.exec_module(_module)


def write_tree(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Files below a folder; text is written as UTF-8 with its own line ends."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


@pytest.fixture
def scan(tmp_path: Path) -> Callable[..., Inventory]:
    """Scans files as an engine: ``scan("sglang", {"sglang/srt/models/a.py": "…"})``."""

    def run(name: str, files: Mapping[str, str | bytes], options: ScanOptions | None = None) -> Inventory:
        engine = load_engine(name)
        root = write_tree(tmp_path / name, files)
        return engine.scan(Library(local_source(root, engine.layout), None), options or ScanOptions())

    return run


@pytest.fixture
def load_facts(tmp_path: Path) -> Callable[..., LoadFacts]:
    """Reads what the gates of files rest on: ``load_facts("vllm", {"vllm/model_executor/…": "…"})``."""

    def run(name: str, files: Mapping[str, str | bytes]) -> LoadFacts:
        engine = load_engine(name)
        assert isinstance(engine, Loads)
        library = Library(local_source(write_tree(tmp_path / name, files), engine.layout), None)
        return engine.load_facts(library, engine.scan(library, ScanOptions()))

    return run


@pytest.fixture
def read_release() -> Callable[[str, str], ReleaseFacts]:
    """``read_release(engine, version)``: what is known of a real release that has a load path."""

    def read(name: str, version: str) -> ReleaseFacts:
        inventory, facts = real_release.read(name, version)
        return ReleaseFacts(
            engine=name,
            version=version,
            registered=inventory.by_name(),
            load=facts,
            unresolved=len(inventory.unresolved),
        )

    return read
