"""Categories: the rule table of the script that archtrack grew out of, and the evidence that goes before it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import miniature
from archtrack.core.matrix.categories import BY_NAME, Registered, by_name, categorize, draft_target, weigh
from archtrack.model import Category, Registration, Signs
from miniature import registration
from seed_reader import section_of

DATA = Path(__file__).parents[2] / "data"
TEXT, EMBEDDING, MULTIMODAL = Category.TEXT, Category.EMBEDDING, Category.MULTIMODAL
NO_SIGNS = Signs()


WORDS = (
    "ForSequenceClassification", "ForRewardModel", "EmbeddingModel", "VisionModel", "Model", "ForCausalLM",
    "ForConditional", "ForConditionalGeneration", "VL", "Vision", "Audio", "OCR", "MM", "Omni", "CPMO", "CPMV",
    "Ovis", "Molmo", "Fuyu", "Llava", "Janus", "NVILA", "InternVL", "MultiModality", "LMHeadModel", "MTP", "Qwen2",
    "model", "vl", "Embedding", "Reward",
)  # fmt: skip


def recorded(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def test_the_name_rules_are_the_script_s_for_every_name_of_the_oracles() -> None:
    names = {*recorded("sglang-0.5.23.json"), *recorded("vllm-0.33.0.json")["architectures"]}
    for version in ("4.40.0", "4.57.6", "5.23.0"):
        names.update(*recorded(f"transformers-{version}.json").values())
    assert len(names) > 1500
    assert {name: by_name(name).value for name in names} == {name: section_of(name) for name in names}


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS) | st.text("AaMVL_", max_size=3), max_size=5).map("".join))
@example("")
@example("Model")
@example("XModelForCausalLMModel")
@example("XForConditionalModel")
def test_the_name_rules_are_the_script_s_for_any_name(name: str) -> None:
    assert by_name(name).value == section_of(name)


def native(
    name: str, category: Category | None = None, source: str | None = None, signs: Signs = NO_SIGNS
) -> Registration:
    return registration(name, category=category, category_source=source, signs=signs)


def public(name: str, *tables: str, file: str = "x", bases: tuple[str, ...] = ()) -> Registration:
    mappings = tuple(sorted(f"MODEL_{table}MAPPING_NAMES" for table in tables))
    facts = {"bases": bases, "auto_mappings": mappings}
    return miniature.public(name, facts=facts, file=f"{file}.py", line=7)


def shown(category: Category | None, *targets: str) -> Signs:
    return Signs(
        category=category,
        source="module:3 shows" if category else None,
        targets=targets,
        targets_source="config:4" if targets else None,
    )


def known(*registrations: Registration | None, lists_pooled: bool = False) -> Registered:
    given = [each for each in registrations if each is not None]
    return Registered(
        natives={each.name: each for each in given if each.transformers is None},
        public={each.name: each for each in given if each.transformers is not None},
        lists_pooled=lists_pooled,
    )


ENGINE = "sglang/srt/configs/model_config.py:9 multimodal_model_archs"
UNLISTED = "not in multimodal_model_archs, although"
CAUSAL = "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES"
AUDIO = "x.py:7 takes audio, text"
SEEING = "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES"
SEQ_TO_SEQ = "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES"
WAVEFORM = "MODEL_FOR_TEXT_TO_WAVEFORM_MAPPING_NAMES"


@pytest.mark.parametrize(
    ("engine_says", "tables", "override", "expected"),
    [
        (MULTIMODAL, ("FOR_CAUSAL_LM_",), EMBEDDING, (EMBEDDING, "override")),
        (MULTIMODAL, ("FOR_CAUSAL_LM_",), None, (MULTIMODAL, ENGINE)),
        (None, ("FOR_CAUSAL_LM_",), None, (TEXT, "transformers MODEL_FOR_CAUSAL_LM_MAPPING_NAMES")),
        (None, ("",), None, (EMBEDDING, "transformers MODEL_MAPPING_NAMES")),
        (None, ("FOR_PRETRAINING_",), None, (EMBEDDING, BY_NAME)),
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
    assert categorize(name, known(own, public(name, *tables)), override) == expected


@pytest.mark.parametrize(
    ("name", "tables", "expected"),
    [
        ("GPT2LMHeadModel", ("FOR_CAUSAL_LM_", "FOR_PRETRAINING_"), TEXT),
        ("T5ForConditionalGeneration", ("FOR_PRETRAINING_", "FOR_SEQ_TO_SEQ_CAUSAL_LM_"), TEXT),
        ("AudioFlamingo3ForConditionalGeneration", ("FOR_PRETRAINING_", "FOR_SEQ_TO_SEQ_CAUSAL_LM_"), MULTIMODAL),
        ("Qwen2AudioForConditionalGeneration", ("FOR_SEQ_TO_SEQ_CAUSAL_LM_",), MULTIMODAL),
        ("WhisperForConditionalGeneration", ("FOR_SPEECH_SEQ_2_SEQ_",), MULTIMODAL),
        ("VoxtralForConditionalGeneration", ("FOR_MULTIMODAL_LM_", "FOR_SEQ_TO_SEQ_CAUSAL_LM_"), MULTIMODAL),
        ("T5Gemma2ForConditionalGeneration", ("FOR_IMAGE_TEXT_TO_TEXT_", "FOR_SEQ_TO_SEQ_CAUSAL_LM_"), MULTIMODAL),
        ("VisionEncoderDecoderModel", ("FOR_IMAGE_TEXT_TO_TEXT_", "FOR_VISION_2_SEQ_"), MULTIMODAL),
        ("BarkModel", ("FOR_TEXT_TO_WAVEFORM_",), MULTIMODAL),
        ("SpeechT5ForTextToSpeech", ("FOR_TEXT_TO_SPECTROGRAM_",), MULTIMODAL),
        ("BartForSequenceClassification", ("FOR_SEQUENCE_CLASSIFICATION_",), EMBEDDING),
        ("UMT5ForTokenClassification", ("FOR_TOKEN_CLASSIFICATION_",), EMBEDDING),
        ("ViTModel", ("", "FOR_IMAGE_"), EMBEDDING),
        ("T5EncoderModel", ("FOR_TEXT_ENCODING_",), EMBEDDING),
        ("BertModel", ("",), EMBEDDING),
        ("SiglipModel", ("", "FOR_ZERO_SHOT_IMAGE_CLASSIFICATION_"), EMBEDDING),
        ("HubertForSequenceClassification", ("FOR_AUDIO_CLASSIFICATION_",), EMBEDDING),
        ("MVPForConditionalGeneration", ("FOR_PRETRAINING_",), MULTIMODAL),
        ("BertForMaskedLM", ("FOR_MASKED_LM_",), EMBEDDING),
        ("ViTForImageClassification", ("FOR_IMAGE_CLASSIFICATION_",), EMBEDDING),
        ("InformerForPrediction", ("FOR_TIME_SERIES_PREDICTION_",), EMBEDDING),
        ("HubertForCTC", ("FOR_CTC_",), MULTIMODAL),
        ("ImageGPTForCausalImageModeling", ("FOR_CAUSAL_IMAGE_MODELING_",), MULTIMODAL),
        ("BartForConditionalGeneration", ("FOR_MASKED_LM_", "FOR_SEQ_TO_SEQ_CAUSAL_LM_"), TEXT),
    ],
)  # fmt: skip
def test_the_tables_know_better_than_the_name(name: str, tables: tuple[str, ...], expected: Category) -> None:
    assert categorize(name, known(public(name, *tables)))[0] is expected


@pytest.mark.parametrize(
    ("name", "lists_pooled", "is_public", "expected"),
    [
        ("QWenLMHeadModel", True, False, TEXT),
        ("ChatGLMModel", True, False, TEXT),
        ("ChatGLMModel", False, False, EMBEDDING),  # an engine that says nothing of pooling
        ("BertModel", True, True, TEXT),  # whatever transformers' class of that name is for
        ("EmbeddingGemmaModel", True, False, EMBEDDING),
        ("InternVLModel", True, False, EMBEDDING),  # what is left of the name is not of text either
        ("SomeForSequenceClassification", True, False, EMBEDDING),
    ],
)
def test_a_native_that_only_ends_with_model_generates_unless_the_engine_lists_it(
    name: str,
    lists_pooled: bool,  # noqa: FBT001 - a column of the table
    is_public: bool,  # noqa: FBT001 - as above
    expected: Category,
) -> None:
    hf = public(name, "") if is_public else None
    assert categorize(name, known(native(name), hf, lists_pooled=lists_pooled))[0] is expected
    assert categorize(name, known(hf, lists_pooled=lists_pooled))[0] is by_name(name)


@pytest.mark.parametrize(
    ("name", "tables", "signs", "expected"),
    [
        ("XForClassification", (), shown(EMBEDDING), (EMBEDDING, "module:3 shows")),
        ("XForCausalLM", (), shown(MULTIMODAL), (TEXT, f"{UNLISTED} module:3 shows")),
        ("XForCausalLM", ("FOR_IMAGE_TEXT_TO_TEXT_",), shown(MULTIMODAL), (TEXT, f"{UNLISTED} module:3 shows")),
        ("XForConditionalGeneration", (), shown(MULTIMODAL), (MULTIMODAL, "module:3 shows")),
        ("XForConditionalGeneration", ("FOR_CAUSAL_LM_",), shown(None), (TEXT, f"transformers {CAUSAL}")),
        ("XAssistantModel", ("",), shown(TEXT), (TEXT, "module:3 shows")),
        ("XChatModel", (), shown(MULTIMODAL), (MULTIMODAL, "module:3 shows")),
        ("XChatModel", (), shown(None), (TEXT, "not in is_generation_model")),
        ("XForCausalLM", (), shown(None), (TEXT, BY_NAME)),
    ],
)  # fmt: skip
def test_the_module_goes_before_the_tables_but_a_list_without_the_name_before_both(
    name: str, tables: tuple[str, ...], signs: Signs, expected: tuple[Category, str]
) -> None:
    hf = public(name, *tables) if tables else None
    sources = replace(known(native(name, signs=signs), hf, lists_pooled=True), lists_multimodal=True)
    assert categorize(name, sources) == expected
    if name == "XForCausalLM" and signs.category is MULTIMODAL:  # an engine without such a list
        assert categorize(name, replace(sources, lists_multimodal=False))[0] is MULTIMODAL


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (native("SeesForCausalLMNextN", signs=shown(TEXT)), (MULTIMODAL, f"SeesForCausalLM: {ENGINE}")),
        (native("ReadsForCausalLMMTP", signs=shown(MULTIMODAL)), (TEXT, "ReadsForCausalLM: module:3 shows")),
        (native("ReadsMTP", signs=shown(TEXT)), (TEXT, "module:3 shows")),
        (
            native("SeesMTP", signs=shown(TEXT, "SeesForCausalLM")),
            (MULTIMODAL, f"config:4 drafts for SeesForCausalLM: {ENGINE}"),
        ),
        (
            native("BothMTP", signs=shown(None, "SeesForCausalLM", "ReadsForCausalLM")),
            (TEXT, "config:4 drafts for ReadsForCausalLM: module:3 shows"),
        ),
        (native("OtherForCausalLMMTP", signs=shown(None, "Unknown")), (TEXT, BY_NAME)),
        (native("OtherForCausalLMMTP"), (TEXT, BY_NAME)),
        (native("OtherForCausalLMMTP", signs=shown(TEXT, "SeesForCausalLM")), (TEXT, "module:3 shows")),
        (
            native("OtherForConditionalGenerationMTP", signs=shown(TEXT, "SeesForCausalLM")),
            (MULTIMODAL, f"config:4 drafts for SeesForCausalLM: {ENGINE}"),
        ),
        (native("LoopMTP", signs=shown(None, "LoopMTP")), (TEXT, BY_NAME)),
        (native("LoopMTP", signs=shown(None, "Looping")), (TEXT, BY_NAME)),
    ],
)  # fmt: skip
def test_a_draft_belongs_where_its_target_does(draft: Registration, expected: tuple[Category, str]) -> None:
    sources = known(
        draft,
        native("SeesForCausalLM", MULTIMODAL, ENGINE),
        native("ReadsForCausalLM", signs=shown(TEXT)),
        native("Looping", signs=shown(None, "LoopMTP")),
    )
    assert categorize(draft.name, sources) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("BarkCausalModel", (MULTIMODAL, f"bark.py:7 GenerationMixin, BarkModel: {WAVEFORM}")),
        ("BarkCoarseModel", (MULTIMODAL, f"bark.py:7 GenerationMixin, BarkModel: {WAVEFORM}")),
        ("BarkFineModel", (EMBEDDING, BY_NAME)),
        ("GPT2DoubleHeadsModel", (TEXT, "gpt2.py:7 GenerationMixin")),
        ("GPT2Model", (EMBEDDING, "transformers MODEL_MAPPING_NAMES")),
        ("ClvpForCausalLM", (TEXT, BY_NAME)),
        ("RoundModel", (EMBEDDING, BY_NAME)),
    ],
)  # fmt: skip
def test_a_public_model_that_generates_is_no_base_model(name: str, expected: tuple[Category, str]) -> None:
    sources = known(
        public("BarkModel", "FOR_TEXT_TO_WAVEFORM_", file="bark"),
        public("BarkCausalModel", file="bark", bases=("BarkPreTrainedModel", "GenerationMixin")),
        public("BarkCoarseModel", file="bark", bases=("BarkCausalModel",)),
        public("BarkFineModel", file="bark", bases=("BarkPreTrainedModel",)),
        public("GPT2LMHeadModel", "FOR_CAUSAL_LM_", file="gpt2", bases=("GenerationMixin",)),
        public("GPT2DoubleHeadsModel", file="gpt2", bases=("GenerationMixin",)),
        public("GPT2Model", "", file="gpt2"),
        public("ClvpForCausalLM", file="clvp", bases=("GenerationMixin",)),
        public("RoundModel", file="round", bases=("RoundModel",)),
    )
    assert categorize(name, sources) == expected


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("Qwen3MoeForCausalLMMTP", "Qwen3MoeForCausalLM"),
        ("DeepseekV3ForCausalLMNextN", "DeepseekV3ForCausalLM"),
        ("GlmOcrForConditionalGenerationNextN", "GlmOcrForConditionalGeneration"),
        ("LlamaForCausalLM", None),
        ("MiMoMTP", None),
        ("ForCausalLMMTP", None),
        ("", None),
    ],
)
def test_a_draft_names_the_model_it_guesses_for(name: str, target: str | None) -> None:
    assert draft_target(name) == target


def vllm(name: str) -> tuple[Category, str] | None:
    groups = {
        "SeesForConditionalGeneration": MULTIMODAL, "ReadsForCausalLM": TEXT, "ReadsMTPModel": MULTIMODAL,
        "SeesMTPModel": TEXT, "OtherMTPModel": TEXT, "SongForConditionalGeneration": MULTIMODAL, "BaseModel": TEXT,
        "BothForCausalLM": TEXT, "BothForConditionalGeneration": MULTIMODAL,
    }  # fmt: skip
    return (groups[name], "vllm") if name in groups else None


def library(name: str) -> tuple[Category, str] | None:
    return (EMBEDDING if name == "BaseModel" else TEXT, "transformers") if "Other" not in name else None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OwnForCausalLM", (EMBEDDING, "sglang")),
        ("SongForConditionalGeneration", (MULTIMODAL, "vllm")),  # transformers says text
        ("BaseModel", (TEXT, "vllm")),
        ("TextModel", (TEXT, "transformers")),
        ("ReadsMTPModel", (TEXT, "ReadsForCausalLM: vllm")),
        ("SeesMTPModel", (TEXT, "SeesForCausalLM: transformers")),
        ("BothMTP", (TEXT, "BothForCausalLM: vllm")),
        ("Both_MTP", (TEXT, "BothForCausalLM: vllm")),
        ("OwnForCausalLMMTP", (EMBEDDING, "OwnForCausalLM: sglang")),
        ("OtherMTPModel", (TEXT, "vllm")),
        ("OtherBesideForCausalLM", (MULTIMODAL, "beside")),
        ("OtherForCausalLM", (TEXT, BY_NAME)),
        ("OtherForCausalLMMTP", (TEXT, BY_NAME)),
        ("OtherModel", (EMBEDDING, BY_NAME)),
        ("MTPModel", (TEXT, "transformers")),
    ],
)
def test_the_engine_goes_before_the_base_model_before_other_engines_before_transformers(
    name: str, expected: tuple[Category, str]
) -> None:
    own = {"OwnForCausalLM": (EMBEDDING, "sglang")}
    beside = {"OtherBesideForCausalLM": (MULTIMODAL, "beside"), "OwnForCausalLM": (TEXT, "beside")}
    assert weigh(name, (own.get, vllm, library, beside.get)) == expected


@pytest.mark.parametrize(
    ("name", "beside", "bases", "expected"),
    [
        ("XBackbone", ("FOR_IMAGE_CLASSIFICATION_",), (), EMBEDDING),
        ("XForSpeechToSpeech", ("FOR_TEXT_TO_WAVEFORM_",), (), MULTIMODAL),
        ("XForPreTraining", ("FOR_CTC_", "FOR_AUDIO_CLASSIFICATION_"), (), EMBEDDING),
        ("XForSpeechToSpeech", ("FOR_CTC_", "FOR_AUDIO_CLASSIFICATION_"), ("GenerationMixin",), MULTIMODAL),
        ("XForPreTraining", ("FOR_CAUSAL_LM_", "FOR_MASKED_LM_"), (), TEXT),
        ("XForPreTraining", ("",), (), TEXT),
        ("XForPreTraining", (), (), TEXT),
    ],
)
def test_a_class_beside_classes_that_make_no_text_makes_none_either(
    name: str, beside: tuple[str, ...], bases: tuple[str, ...], expected: Category
) -> None:
    classes = [public(f"Y{number}Head", table) for number, table in enumerate(beside)]
    others = [public("ElsewhereForCausalLM", "FOR_CAUSAL_LM_", file="other")]
    found = categorize(name, known(public(name, bases=bases), *classes, *others))
    assert found[0] is expected
    assert (found[1] == BY_NAME) == (expected is TEXT)


@pytest.mark.parametrize(
    ("name", "tables", "inputs", "bases", "expected"),
    [
        ("XForCausalLM", ("FOR_IMAGE_TEXT_TO_TEXT_",), ("text",), (), (TEXT, "x.py:7 takes text")),
        ("XForCausalLM", ("FOR_IMAGE_TEXT_TO_TEXT_",), ("image", "text"), (), (MULTIMODAL, f"transformers {SEEING}")),
        ("XForCausalLM", ("FOR_IMAGE_TEXT_TO_TEXT_",), (), (), (MULTIMODAL, f"transformers {SEEING}")),
        ("XVLModelFor", ("FOR_IMAGE_TEXT_TO_TEXT_",), ("text",), (), (MULTIMODAL, f"transformers {SEEING}")),
        ("XForGeneration", ("FOR_SEQ_TO_SEQ_CAUSAL_LM_",), ("audio", "text"), (), (MULTIMODAL, AUDIO)),
        ("XForGeneration", ("FOR_SEQ_TO_SEQ_CAUSAL_LM_",), ("text",), (), (TEXT, f"transformers {SEQ_TO_SEQ}")),
        ("XForCausalLM", ("FOR_CAUSAL_LM_",), ("image",), (), (TEXT, f"transformers {CAUSAL}")),
        ("XForPrediction", (), ("time",), (), (EMBEDDING, "x.py:7 takes time")),
        ("XForSpeech", (), ("audio",), ("GenerationMixin",), (MULTIMODAL, "x.py:7 takes audio")),
        ("XForPrediction", (), ("text",), (), (TEXT, BY_NAME)),
        ("XForPrediction", (), (), (), (TEXT, BY_NAME)),
    ],
)  # fmt: skip
def test_a_class_that_says_what_it_takes_is_believed(
    name: str,
    tables: tuple[str, ...],
    inputs: tuple[str, ...],
    bases: tuple[str, ...],
    expected: tuple[Category, str],
) -> None:
    mappings = tuple(sorted(f"MODEL_{table}MAPPING_NAMES" for table in tables))
    facts = {"bases": bases, "auto_mappings": mappings, "inputs": inputs}
    assert categorize(name, known(miniature.public(name, facts=facts, line=7))) == expected
