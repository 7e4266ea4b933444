"""Categories: the seed's rule table exactly, and the evidence that goes before it."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archtrack.core.categories import BY_NAME, by_name, by_tables, categorize, drafted
from archtrack.model import Category, Place, Registration, TransformersFacts

if TYPE_CHECKING:
    from collections.abc import Callable

SHARED = Path(__file__).parents[3] / "shared"
PAGE = SHARED / "seed" / "update-model-tracking-incremental.md"
TEXT, EMBEDDING, MULTIMODAL = Category.TEXT, Category.EMBEDDING, Category.MULTIMODAL


def seeds_function() -> Callable[[str], str]:
    """The seed's own ``auto_categorize``, taken out of its script."""
    assert PAGE.is_file(), (
        f"this test reads the seed's page at ../shared/seed/{PAGE.name} beside the repository"
    )
    script = re.search(r"<< 'PYEOF'\n(.*?)\nPYEOF\n", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert script
    body = [
        node
        for node in ast.parse(script[1]).body
        if isinstance(node, ast.FunctionDef) and node.name == "auto_categorize"
    ]
    assert len(body) == 1
    space: dict[str, Callable[[str], str]] = {}
    exec(compile(ast.Module(body=list(body), type_ignores=[]), "seed", "exec"), space)  # noqa: S102 - a pure function of the seed's page
    return space["auto_categorize"]


SEED = seeds_function()
WORDS = (
    "ForSequenceClassification", "ForRewardModel", "EmbeddingModel", "VisionModel", "Model", "ForCausalLM",
    "ForConditional", "ForConditionalGeneration", "VL", "Vision", "Audio", "OCR", "MM", "Omni", "CPMO", "CPMV",
    "Ovis", "Molmo", "Fuyu", "Llava", "Janus", "NVILA", "InternVL", "MultiModality", "LMHeadModel", "MTP", "Qwen2",
    "model", "vl", "Embedding", "Reward",
)  # fmt: skip


def test_the_name_rules_are_the_seeds_for_every_name_of_the_oracles() -> None:
    sglang = json.loads((SHARED / "oracles" / "sglang-0.5.23.json").read_text(encoding="utf-8"))
    transformers = json.loads((SHARED / "oracles" / "transformers-5.23.0.json").read_text(encoding="utf-8"))
    names = {*sglang["architectures"], *transformers["backend_compatible"], *transformers["dummy"]}
    assert len(names) > 1500
    assert {name: by_name(name).value for name in names} == {name: SEED(name) for name in names}


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS) | st.text("AaMVL_", max_size=3), max_size=5).map("".join))
@example("")
@example("Model")
@example("XModelForCausalLMModel")
@example("XForConditionalModel")
def test_the_name_rules_are_the_seeds_for_any_name(name: str) -> None:
    assert by_name(name).value == SEED(name)


def native(name: str, category: Category | None = None, source: str | None = None) -> Registration:
    return Registration(
        name=name, file="x.py", place=Place(file="sglang/srt/models/x.py", line=1), defined_in="x",
        category=category, category_source=source,
    )  # fmt: skip


def public(name: str, *tables: str) -> Registration:
    facts = TransformersFacts(
        exported=True,
        backend_compatible=True,
        auto_mappings=tuple(sorted(f"MODEL_{table}MAPPING_NAMES" for table in tables)),
    )
    return Registration(
        name=name, file="models/x/modeling_x.py", place=Place(file="f", line=1), defined_in="x", transformers=facts
    )  # fmt: skip


ENGINE = "sglang/srt/configs/model_config.py:9 multimodal_model_archs"


@pytest.mark.parametrize(
    ("engine_says", "tables", "override", "expected"),
    [
        (MULTIMODAL, ("FOR_CAUSAL_LM_",), EMBEDDING, (EMBEDDING, "override")),
        (MULTIMODAL, ("FOR_CAUSAL_LM_",), None, (MULTIMODAL, ENGINE)),
        (None, ("FOR_CAUSAL_LM_",), None, (TEXT, "transformers MODEL_FOR_CAUSAL_LM_MAPPING_NAMES")),
        (None, ("",), None, (EMBEDDING, BY_NAME)),
        (None, (), None, (EMBEDDING, BY_NAME)),
        (None, (), TEXT, (TEXT, "override")),
    ],
)
def test_an_override_goes_before_the_engine_before_the_tables_before_the_name(
    engine_says: Category | None,
    tables: tuple[str, ...],
    override: Category | None,
    expected: tuple[Category, str],
) -> None:
    name = "SomeVisionModel"
    own = native(name, engine_says, ENGINE if engine_says else None)
    assert categorize(name, own, public(name, *tables), override) == expected


@pytest.mark.parametrize(
    ("name", "tables", "expected"),
    [
        ("GPT2LMHeadModel", ("FOR_CAUSAL_LM_", "FOR_PRETRAINING_"), TEXT),
        ("T5ForConditionalGeneration", ("FOR_PRETRAINING_", "FOR_SEQ_TO_SEQ_CAUSAL_LM_"), TEXT),
        ("BartForConditionalGeneration", ("FOR_MASKED_LM_", "FOR_SEQ_TO_SEQ_CAUSAL_LM_"), TEXT),
        ("MarianMTModel", ("FOR_SEQ_TO_SEQ_CAUSAL_LM_",), TEXT),
        ("AudioFlamingo3ForConditionalGeneration", ("FOR_PRETRAINING_", "FOR_SEQ_TO_SEQ_CAUSAL_LM_"), MULTIMODAL),
        ("Qwen2AudioForConditionalGeneration", ("FOR_SEQ_TO_SEQ_CAUSAL_LM_",), MULTIMODAL),
        ("WhisperForConditionalGeneration", ("FOR_SPEECH_SEQ_2_SEQ_",), MULTIMODAL),
        ("WhisperForCausalLM", ("FOR_CAUSAL_LM_",), TEXT),
        ("VoxtralForConditionalGeneration", ("FOR_MULTIMODAL_LM_", "FOR_SEQ_TO_SEQ_CAUSAL_LM_"), MULTIMODAL),
        ("T5Gemma2ForConditionalGeneration", ("FOR_IMAGE_TEXT_TO_TEXT_", "FOR_SEQ_TO_SEQ_CAUSAL_LM_"), MULTIMODAL),
        ("VisionEncoderDecoderModel", ("FOR_IMAGE_TEXT_TO_TEXT_", "FOR_VISION_2_SEQ_"), MULTIMODAL),
        ("BarkModel", ("FOR_TEXT_TO_WAVEFORM_",), MULTIMODAL),
        ("SpeechT5ForTextToSpeech", ("FOR_TEXT_TO_SPECTROGRAM_",), MULTIMODAL),
        ("BartForSequenceClassification", ("FOR_SEQUENCE_CLASSIFICATION_",), EMBEDDING),
        ("UMT5ForTokenClassification", ("FOR_TOKEN_CLASSIFICATION_",), EMBEDDING),
        ("T5EncoderModel", ("FOR_TEXT_ENCODING_",), EMBEDDING),
        ("BertModel", ("",), EMBEDDING),
        ("MVPForConditionalGeneration", ("FOR_MASKED_LM_",), MULTIMODAL),
    ],
)  # fmt: skip
def test_the_tables_know_better_than_the_name(name: str, tables: tuple[str, ...], expected: Category) -> None:
    assert categorize(name, None, public(name, *tables))[0] is expected


def test_a_table_that_says_nothing_of_the_section_decides_nothing() -> None:
    assert by_tables(("MODEL_MAPPING_NAMES", "MODEL_FOR_PRETRAINING_MAPPING_NAMES"), "XModel") is None
    assert by_tables((), "XForCausalLM") is None


@pytest.mark.parametrize(
    ("name", "lists_pooled", "is_public", "expected"),
    [
        ("QWenLMHeadModel", True, False, TEXT),
        ("ChatGLMModel", True, False, TEXT),
        ("DFlashDraftModel", True, False, TEXT),
        ("ChatGLMModel", False, False, EMBEDDING),  # an engine that says nothing of pooling
        ("BertModel", True, True, EMBEDDING),  # a base model of transformers
        ("EmbeddingGemmaModel", True, False, EMBEDDING),
        ("PixtralVisionModel", True, False, EMBEDDING),
        ("InternVLModel", True, False, EMBEDDING),  # what is left of the name is not of text either
        ("SomeForSequenceClassification", True, False, EMBEDDING),
        ("SomeForCausalLM", True, False, TEXT),
    ],
)
def test_a_native_that_only_ends_with_model_generates_unless_the_engine_lists_it(
    name: str,
    lists_pooled: bool,  # noqa: FBT001 - a column of the table
    is_public: bool,  # noqa: FBT001 - as above
    expected: Category,
) -> None:
    hf = public(name, "") if is_public else None
    assert categorize(name, native(name), hf, lists_pooled=lists_pooled)[0] is expected
    assert categorize(name, None, hf, lists_pooled=lists_pooled)[0] is by_name(name)


def test_what_the_engine_pools_is_embedding() -> None:
    own = native("ChatGLMModel", EMBEDDING, "is_generation_model")
    assert categorize("ChatGLMModel", own, None, lists_pooled=True) == (EMBEDDING, "is_generation_model")


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("Qwen3MoeForCausalLMMTP", "Qwen3MoeForCausalLM"),
        ("DeepseekV3ForCausalLMNextN", "DeepseekV3ForCausalLM"),
        ("LlamaForCausalLMEagle3", "LlamaForCausalLM"),
        ("GlmOcrForConditionalGenerationNextN", "GlmOcrForConditionalGeneration"),
        ("LlamaForCausalLM", None),
        ("T5ForConditionalGeneration", None),
        ("Qwen2ForSequenceClassification", None),
        ("MiMoMTP", None),
        ("ForCausalLMMTP", None),
        ("", None),
    ],
)
def test_a_draft_names_the_model_it_guesses_for(name: str, target: str | None) -> None:
    assert drafted(name) == target
