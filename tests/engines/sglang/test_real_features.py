"""What the models of real releases can do, held against a second reader, and against facts read by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import feature_reader
import pytest

import real_release
from archtrack.core.verdict.features import feature_of
from archtrack.core.verdict.release_facts import (
    ATTENTION_BACKENDS,
    FEATURES,
    REASONING_PARSERS,
    SPECULATIVE,
    TOOL_PARSERS,
    ReleaseFacts,
)
from archtrack.engines.sglang import ENGINE
from archtrack.engines.sglang.files import BASES, MODELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Read = Callable[[str], ReleaseFacts]

pytestmark = pytest.mark.network

RELEASES = ("0.4.6", "0.5.3", "0.5.23")
OLD, MIDDLE, NEW = RELEASES


@pytest.fixture(scope="module")
def release() -> Iterator[Read]:
    """``release(version)``: what is known of it."""
    known: dict[str, ReleaseFacts] = {}

    def read(version: str) -> ReleaseFacts:
        if version not in known:
            inventory, facts = real_release.read("sglang", version)
            known[version] = ReleaseFacts(
                engine="sglang", version=version, registered=inventory.by_name(), load=facts
            )
        return known[version]

    yield read
    known.clear()


@pytest.mark.parametrize("version", [OLD, MIDDLE, pytest.param(NEW, marks=pytest.mark.full)])
def test_python_s_own_order_and_signatures_say_the_same(version: str, release: Read) -> None:
    found = release(version)
    with real_release.opened(ENGINE.layout, version) as source:
        stand_ins = feature_reader.StandIns(source.read(source.list([f"{MODELS}/**/*.py", BASES])))
    stated = {"image", "video", "audio", "lora", *found.load.rules["features"]["decided"]}
    wrong = {}
    for name, each in found.registered.items():
        assert each.defined is not None
        fact = found.load.tables[FEATURES][name]
        assert fact.place == each.defined
        certain = stated - fact.value.get("unsure", {}).keys()
        other = stand_ins.features(each.defined.file, each.class_name or name) & certain
        if other != {*fact.value.get("has", ())}:
            wrong[name] = other.symmetric_difference(fact.value.get("has", ()))
    assert wrong == {}
    assert found.load.tables[FEATURES].keys() == found.registered.keys()


@pytest.mark.parametrize(
    ("version", "decided", "unsure"),
    [
        (OLD, ["bitsandbytes", "eagle", "eagle3"], {"MiniCPMV"}),
        (MIDDLE, ["bitsandbytes", "eagle", "eagle3", "pp"], {"MiniCPMV", "Mistral3ForConditionalGeneration"}),
        (
            NEW,
            ["bitsandbytes", "eagle", "eagle3", "pp"],
            {"MiniCPMV", "MiniCPMV4_6ForConditionalGeneration", "MiniCPMV4_7ForConditionalGeneration"},
        ),
    ],
)
def test_what_a_release_decides_of_and_of_whom_it_cannot_be_told(
    version: str, decided: list[str], unsure: set[str], release: Read
) -> None:
    found = release(version).load
    assert found.rules["features"] == {"decided": decided}
    assert {key for key, fact in found.tables[FEATURES].items() if "unsure" in fact.value} == unsure


LLAMA, GEMMA2, MIXTRAL = "LlamaForCausalLM", "Gemma2ForCausalLM", "MixtralForCausalLM"
QWEN2_VL, QWEN3_VL = "Qwen2VLForConditionalGeneration", "Qwen3VLForConditionalGeneration"
QWEN3_MOE, QWEN3_NEXT = "Qwen3MoeForCausalLM", "Qwen3NextForCausalLM"
V3, DRAFT = "DeepseekV3ForCausalLM", "DeepseekV3ForCausalLMNextN"
GEMMA3, PHI4 = "Gemma3ForConditionalGeneration", "Phi4MMForCausalLM"


@pytest.mark.parametrize(
    ("version", "name", "feature", "answer"),
    [
        # Read by hand in the files of each release.
        (OLD, LLAMA, "pp", None),  # `model_runner.py` does not ask yet
        (OLD, LLAMA, "eagle3", True),  # llama.py:639
        (OLD, LLAMA, "bitsandbytes", True),  # llama.py:363
        (OLD, "Phi3ForCausalLM", "eagle3", True),  # llama.py:645: inherits from Llama, and adds nothing
        (OLD, MIXTRAL, "bitsandbytes", False),
        (OLD, MIXTRAL, "eagle3", False),
        (OLD, GEMMA2, "lora", True),  # gemma2.py:345
        (OLD, MIXTRAL, "lora", None),  # declared nowhere
        (OLD, V3, "eagle", True),  # deepseek_v2.py:1791, of the class that V3 inherits from
        (OLD, QWEN2_VL, "image", True),  # qwen2_vl.py:500
        (OLD, QWEN2_VL, "video", None),  # no method of its own
        (OLD, "MiniCPMO", "audio", True),  # minicpmo.py:1747
        (OLD, "MiniCPMV", "bitsandbytes", None),  # minicpmv.py:1116: `__getattr__`
        (MIDDLE, LLAMA, "pp", True),  # llama.py:467
        (MIDDLE, MIXTRAL, "pp", True),  # mixtral.py:365
        (MIDDLE, GEMMA2, "pp", False),  # gemma2.py:372
        (MIDDLE, QWEN3_NEXT, "pp", False),  # qwen3_next.py:926: `**kwargs` is no parameter of that name
        (MIDDLE, QWEN3_VL, "pp", False),  # qwen3_vl.py:690
        (MIDDLE, V3, "pp", True),  # deepseek_v2.py:2861
        (MIDDLE, DRAFT, "pp", False),  # deepseek_nextn.py:160: its own `forward`, without it
        (MIDDLE, "Glm4MoeForCausalLM", "pp", True),  # glm4_moe.py:738: that of DeepSeek V2
        (MIDDLE, "Qwen2MoeForCausalLM", "eagle3", False),  # has the hook, and no `get_embed_and_head`
        (MIDDLE, QWEN2_VL, "video", True),  # qwen2_vl.py:496
        (MIDDLE, PHI4, "lora", True),  # phi4mm.py:478
        (MIDDLE, "Qwen2AudioForConditionalGeneration", "bitsandbytes", True),  # qwen2_audio.py:79
        (NEW, QWEN3_VL, "pp", True),  # qwen3_vl.py:1612
        (NEW, QWEN3_VL, "eagle3", True),  # qwen3_vl.py:1777
        (NEW, QWEN2_VL, "pp", False),  # qwen2_vl.py:535
        (NEW, QWEN2_VL, "lora", True),  # qwen2_vl.py:531
        (NEW, DRAFT, "pp", True),  # deepseek_nextn.py:308
        (NEW, V3, "eagle3", True),  # deepseek_v2.py:3458
        (NEW, GEMMA2, "pp", False),  # gemma2.py:394
        (NEW, QWEN3_NEXT, "pp", False),  # qwen3_next.py:1091
        (NEW, GEMMA3, "eagle", True),  # gemma3_mm.py:528
        (NEW, "WhisperForConditionalGeneration", "audio", None),  # encodes sound in its own way
        (NEW, "WhisperForConditionalGeneration", "pp", False),  # whisper.py:431
        (NEW, "NVILAForConditionalGeneration", "video", True),  # nvila.py:136: by the method for images
    ],
)
def test_facts_read_by_hand(version: str, name: str, feature: str, answer: object, release: Read) -> None:
    found = release(version)
    assert name in found.registered
    assert feature_of(feature, name, found).has is answer


@pytest.mark.parametrize(
    ("version", "table", "count", "there", "lacks"),
    [
        (OLD, TOOL_PARSERS, 4, "deepseekv3", "pythonic"),
        (OLD, REASONING_PARSERS, 1, "deepseek-r1", "qwen3"),
        (OLD, ATTENTION_BACKENDS, 5, "flashmla", "aiter"),
        (OLD, SPECULATIVE, 3, "NEXTN", "NGRAM"),
        (MIDDLE, TOOL_PARSERS, 11, "glm45", "hermes"),
        (MIDDLE, REASONING_PARSERS, 8, "qwen3-thinking", "kimi_k2"),
        (MIDDLE, ATTENTION_BACKENDS, 16, "dual_chunk_flash_attn", "intel_xpu"),
        (MIDDLE, SPECULATIVE, 5, "STANDALONE", "DFLASH"),
        (NEW, TOOL_PARSERS, 44, "k2_horizon", "auto"),
        (NEW, REASONING_PARSERS, 36, "response_template", "nano_v3"),
        (NEW, ATTENTION_BACKENDS, 25, "hpc_ops", "cutlass_mla"),
        (NEW, SPECULATIVE, 9, "UNO", "NONE"),
    ],
)
def test_choices_read_by_hand(
    version: str, table: str, count: int, there: str, lacks: str, release: Read
) -> None:
    rows = release(version).load.tables[table]
    assert len(rows) == count
    assert there in rows
    assert lacks not in rows


def test_before_there_were_any_a_release_has_no_such_tables(release: Read) -> None:
    found = release("0.2.5").load
    assert FEATURES not in found.tables
    assert not {TOOL_PARSERS, REASONING_PARSERS, ATTENTION_BACKENDS, SPECULATIVE} & found.tables.keys()
    assert "features" not in found.rules
