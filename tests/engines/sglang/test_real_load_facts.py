"""What real releases of SGLang let through, held against their own code and against what they register."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import real_release
from archtrack.core.verdict.checkpoint import read_checkpoint
from archtrack.core.verdict.release_facts import (
    IMPORTS,
    MODEL_TYPES,
    PROCESSORS,
    QUANTISATION,
    Fact,
    LoadFacts,
    LoadOptions,
    ReleaseFacts,
)
from archtrack.engines.sglang import ENGINE
from archtrack.engines.sglang.rules_json import rules_from_json, rules_to_json
from archtrack.engines.sglang.tables import MULTIMODAL, POOLED
from archtrack.model import Gate, Place, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Read = Callable[[str], ReleaseFacts]

pytestmark = pytest.mark.network

DATA = Path(__file__).parents[2] / "data"
OWN_TYPES: dict[str, list[str]] = json.loads((DATA / "sglang-config-types.json").read_text(encoding="utf-8"))
KNOWN: dict[str, list[str]] = json.loads((DATA / "config-gate.json").read_text(encoding="utf-8"))["known"]
BEFORE_TABLES = "0.2.5"
ALL = (BEFORE_TABLES, "0.3.6", "0.4.4", *OWN_TYPES)


@pytest.fixture(scope="module")
def release() -> Iterator[Read]:
    """``release(version)``: what is known of it, without transformers."""
    known: dict[str, ReleaseFacts] = {}

    def read(version: str) -> ReleaseFacts:
        if version not in known:
            inventory, facts = real_release.read("sglang", version)
            assert inventory.unparsable == ()  # a release's modules do not fail on their own
            known[version] = ReleaseFacts(
                engine="sglang", version=version, registered=inventory.by_name(), load=facts
            )
        return known[version]

    yield read
    known.clear()


def with_transformers(release: ReleaseFacts, version: str) -> ReleaseFacts:
    """The release with the model types that a transformers was recorded to know."""
    types = {
        key: Fact(key=key, place=Place(file="transformers/models/auto/configuration_auto.py", line=0))
        for key in KNOWN[version]
    }
    other = ReleaseFacts(
        engine="transformers", version=version, registered={}, load=LoadFacts(tables={MODEL_TYPES: types})
    )
    return ReleaseFacts(
        engine="sglang",
        version=release.version,
        registered=release.registered,
        load=release.load,
        transformers=other,
    )


@pytest.mark.parametrize("version", OWN_TYPES)
def test_the_types_are_those_that_the_release_s_own_code_registers(version: str, release: Read) -> None:
    found = release(version).load
    # A type that transformers had come to know by then was not registered again.
    since_known = {"cosmos3_omni"} if version == "0.5.23" else set()
    assert set(found.tables[MODEL_TYPES]) == {*OWN_TYPES[version], *since_known}
    assert found.rules["config"]["unread"] == []


def test_classes_of_another_package_are_not_read(release: Read) -> None:
    found = release("0.3.6").load
    assert list(found.tables[MODEL_TYPES]) == ["exaone", "qwen2_vl"]
    assert found.rules["config"]["unread"] == ["ChatGLMConfig", "DbrxConfig"]
    before = release(BEFORE_TABLES).load.tables
    assert before[MODEL_TYPES] == {}  # its registry is asked after AutoConfig only
    assert before.keys() == {IMPORTS, MODEL_TYPES, MULTIMODAL, POOLED}


@pytest.mark.parametrize("version", ALL[2:])
def test_every_multimodal_model_that_a_release_registers_has_a_processor(version: str, release: Read) -> None:
    found = release(version)
    listed = found.load.tables[MULTIMODAL]
    without = {
        name for name in listed if name in found.registered and name not in found.load.tables[PROCESSORS]
    }
    assert without == ({"LlavaLlamaForCausalLM"} if version == "0.4.4" else set())
    assert len(found.load.tables[PROCESSORS]) >= 8


@pytest.mark.parametrize("version", ALL[2:])
def test_the_common_quantisation_methods_are_taken(version: str, release: Read) -> None:
    found = release(version).load.tables[QUANTISATION]
    assert {"fp8", "awq", "gptq", "compressed-tensors"} <= set(found)
    assert not {"bitnet", "exl2", "hqq", "eetq"} & set(found)


@pytest.mark.parametrize(
    ("version", "condition"), [("0.5.9", None), ("0.5.23", "is_npu() or is_cpu() or is_xpu()")]
)
def test_a_method_of_some_hardware_says_which(version: str, condition: str | None, release: Read) -> None:
    found = release(version).load.tables[QUANTISATION]
    assert found["gptq"].value == (None if condition is None else {"if": condition})
    assert found["mxfp4"].value is not None
    assert found["gptq_marlin"].value is None


@pytest.mark.parametrize("version", ALL)
def test_the_rules_of_a_release_come_back_from_json(version: str, release: Read) -> None:
    kept = json.loads(json.dumps(release(version).load.rules))
    assert rules_to_json(rules_from_json(kept)) == {
        key: value for key, value in kept.items() if key not in {"config", "features", "gguf"}
    }


LLAVA = {"architectures": ["LlavaMistralForCausalLM"], "mm_vision_tower": "openai/clip-vit-large-patch14-336"}
EAGLE = {"architectures": ["LlamaForCausalLMEagle3"], "hidden_size": 4096, "draft_vocab_size": 32000}
QWEN3 = {"architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe", "num_experts": 128}


@pytest.mark.parametrize(
    ("version", "transformers", "config", "gate"),
    [
        ("0.5.23", "5.19.0", {**LLAVA, "model_type": "llava_mistral"}, Gate.CONFIG),
        ("0.5.23", "5.19.0", {**LLAVA, "model_type": "llava"}, None),
        ("0.5.23", "5.19.0", EAGLE, Gate.CONFIG),
        ("0.5.23", "5.19.0", {**EAGLE, "model_type": "llama"}, None),
        ("0.5.23", "5.19.0", {"architectures": ["LongcatCausalLM"]}, None),
        ("0.4.6.post1", "4.50.3", QWEN3, Gate.CONFIG),
        ("0.4.6.post1", "4.51.1", QWEN3, None),
    ],
)
def test_real_checkpoints_stop_where_the_engine_s_own_code_stopped(
    version: str, transformers: str, config: dict[str, object], gate: Gate | None, release: Read
) -> None:
    facts = with_transformers(release(version), transformers)
    found = ENGINE.load(read_checkpoint(json.dumps(config).encode()), facts, LoadOptions())
    assert (found.status, found.gate) == (Status.UNSUPPORTED if gate else Status.NATIVE, gate)
