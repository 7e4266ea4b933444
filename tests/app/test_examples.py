"""The example that is shown of an architecture, by everything that comes with archtrack; known false ones never are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from archtrack.app.examples import contradiction_of, example_sources
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.models.store import model_index
from archtrack.core.matrix.examples import example_of
from archtrack.core.models.words import is_quantised
from archtrack.data import shipped_examples
from archtrack.model import Override
from archtrack.site.page import make_page

if TYPE_CHECKING:
    from archtrack.model import Example

HISTORIES = Histories({}, SHIPPED)
FALSE = {
    "google/gemma2-7b",
    "google/t5_gemma_module-7b",
    "PaddlePaddle/Not_yet_released",
    "state-spaces/mamba2-2.8b",
    "BAAI/seggpt-vit-large",
}
"""Ids in docstrings that are no models, or models of something else than the classes there."""
WRONG = {
    ("SEWForCTC", "seggpt"),
    ("SEWModel", "seggpt"),
    ("SEWDModel", "seggpt"),
    ("GraniteMoeForCausalLM", "speech"),
    ("GraniteMoeModel", "speech"),
    ("GraniteMoeHybridModel", "speech"),
    ("MobileViTModel", "mobilenet"),
    ("MobileViTForImageClassification", "mobilenet"),
    ("Glm4Model", "GLM-OCR"),
    ("SeamlessM4Tv2Model", "hf-seamless-m4t-medium"),
    ("SeamlessM4Tv2ForSpeechToText", "hf-seamless-m4t-medium"),
}
"""Architecture, and a part of the id that a docstring names for it and that is of another one."""


@pytest.fixture(scope="module")
def shown() -> dict[str, Example | None]:
    """Every architecture that any release has had, with its example."""
    sources = example_sources(HISTORIES)
    known = [history for engine in HISTORIES.engines if (history := HISTORIES.get(engine)) is not None]
    names = {name for each in known if each.key == "architecture" for name in each.registered}
    return {name: example_of(name, sources) for name in names}


@pytest.mark.parametrize(
    ("name", "example", "source"),
    [
        # named by a source of the index
        ("LlamaForCausalLM", "meta-llama/Llama-3.2-1B-Instruct", "ms-swift "),
        ("BertModel", "BAAI/bge-base-en-v1.5", "vllm "),
        ("BertForMaskedLM", "google-bert/bert-base-uncased", "vllm "),
        # of the type of a class that every checkpoint of the type has
        ("GPT2Model", "openai-community/gpt2", "llmfit "),
        # the table; the targets of drafts
        ("MiniMaxM3SparseForCausalLM", "MiniMaxAI/MiniMax-M3", "table: auto-round "),
        ("LlamaForCausalLMEagle", "meta-llama/Llama-3.2-1B-Instruct", "target of LlamaForCausalLMEagle: "),
        # a docstring's claim alone
        ("ASTForAudioClassification", None, None),
        ("PPLCNetV3Backbone", None, None),
        ("SEWForCTC", None, None),
        ("MobileViTModel", None, None),
        ("BertForQuestionAnswering", None, None),
        ("NobodysForCausalLM", None, None),
    ],
)
def test_an_example_is_one_that_somebody_attests(name: str, example: str | None, source: str | None) -> None:
    found = example_of(name, example_sources(HISTORIES))
    assert (found and found.id) == example
    assert found is None or found.source.startswith(source or "")


def test_a_known_false_example_is_never_shown(shown: dict[str, Example | None]) -> None:
    ids = {name: example.id for name, example in shown.items() if example is not None}
    assert not FALSE & set(ids.values())
    for name, part in WRONG:
        assert part not in ids.get(name, ""), name


def test_the_page_shows_the_same(shown: dict[str, Example | None]) -> None:
    data = json.loads(make_page(HISTORIES).split('id="data">')[1].split("</script>")[0])
    on_page = {row[0]: row[3] for row in data["rows"] if row[0] in shown}
    assert on_page == {name: each and each.id for name, each in shown.items() if name in on_page}


def test_no_shown_example_is_contradicted(shown: dict[str, Example | None]) -> None:
    contradicted = contradiction_of(HISTORIES, ())
    assert not [name for name, each in shown.items() if each is not None and contradicted(name, each.id)]


@pytest.mark.parametrize(
    ("name", "model", "who"),
    [
        ("GraniteMoeHybridModel", "ibm-granite/granite-speech-3.3-8b", "says GraniteSpeechForConditionalGen"),
        ("Glm4Model", "zai-org/GLM-OCR", "says GlmOcrForConditionalGeneration"),
        ("SeamlessM4Tv2Model", "facebook/hf-seamless-m4t-medium", "says model type seamless_m4t"),
        ("BertForQuestionAnswering", "google-bert/bert-base-uncased", "says BertForMaskedLM"),
        ("BertModel", "google-bert/bert-base-uncased", None),
        ("LlamaForCausalLM", "meta-llama/Llama-3.2-1B-Instruct", None),
        ("LlamaForCausalLMEagle", "meta-llama/Llama-3.1-8B-Instruct", None),  # a target is no example of it
        ("TorchNativeLlamaForCausalLM", "meta-llama/Meta-Llama-3-8B", None),  # the table says so
        ("MobileViTModel", "somebody/unknown", None),
    ],
)
def test_a_hand_written_example_may_be_contradicted(name: str, model: str, who: str | None) -> None:
    found = contradiction_of(HISTORIES, ())(name, model)
    assert found is None if who is None else who in (found or "")
    settled = Override(name=name, reason="r", example=model)
    assert contradiction_of(HISTORIES, (settled,))(name, model) is None


def test_the_table_has_only_what_no_source_of_the_index_names(shown: dict[str, Example | None]) -> None:
    named = [name for name in shipped_examples() if not _of_table(shown[name])]
    assert named == []


def _of_table(example: Example | None) -> bool:
    return example is None or "table: " in example.source


def test_a_quantised_copy_is_shown_only_where_nothing_else_is_named(
    shown: dict[str, Example | None],
) -> None:
    index = model_index({})
    copies = {name for name, each in shown.items() if each is not None and is_quantised(each.id)}
    for name in copies - shipped_examples().keys():
        others = [
            model
            for at in index.naming.get(name, ())
            for model in index.with_claim[at]
            if not is_quantised(model) and name in index.model(model).architectures
        ]
        assert others == [], name
