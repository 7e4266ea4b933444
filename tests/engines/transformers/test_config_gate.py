"""The model types that real releases of transformers know, held against their own ``AutoConfig``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import real_release
from archtrack.core.verdict.release_facts import MODEL_TYPES

pytestmark = pytest.mark.network

GATE = json.loads((Path(__file__).parents[2] / "data" / "config-gate.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("version", GATE["known"])
def test_a_release_knows_the_types_that_its_autoconfig_takes(version: str) -> None:
    _, facts = real_release.read("transformers", version)
    table = facts.tables[MODEL_TYPES]
    known = set(GATE["known"][version])
    assert {each for each in GATE["asked"] if each in table} == known
    assert {"llama", "bert"} <= known < set(GATE["asked"])
