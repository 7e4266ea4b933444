"""The model types that real releases of transformers know, held against their own ``AutoConfig``."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from archtrack.core.verdict.release_facts import MODEL_TYPES
from archtrack.engines import load_engine
from archtrack.engines.base import Loads, ScanOptions
from archtrack.sources.index.pip_config import index_settings
from archtrack.sources.index.release import open_release
from archtrack.sources.library import Library
from archtrack.sources.progress import SilentProgress

pytestmark = pytest.mark.network

GATE = json.loads((Path(__file__).parents[2] / "data" / "config-gate.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("version", GATE["known"])
def test_a_release_knows_the_types_that_its_autoconfig_takes(version: str) -> None:
    engine = load_engine("transformers")
    assert isinstance(engine, Loads)
    with open_release(
        engine.layout,
        version,
        settings=index_settings(os.environ),
        cache=None,
        offline=False,
        progress=SilentProgress(),
    ) as source:
        library = Library(source, None)
        table = engine.load_facts(library, engine.scan(library, ScanOptions())).tables[MODEL_TYPES]
    known = set(GATE["known"][version])
    assert {each for each in GATE["asked"] if each in table} == known
    assert {"llama", "bert"} <= known < set(GATE["asked"])
