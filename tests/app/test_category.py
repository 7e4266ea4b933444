"""The category of a checkpoint, and a checkpoint with its architecture, by the histories."""

from __future__ import annotations

import pytest

from archtrack.app.category import category_of, example_of
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.core.verdict.checkpoint import Checkpoint
from archtrack.data import shipped_examples
from archtrack.model import Example

HISTORIES = Histories({}, SHIPPED)


@pytest.mark.parametrize(
    ("names", "keys", "counting", "category", "source"),
    [
        (("LlamaForCausalLM",), (), None, "text", "sglang"),
        (("Qwen3VLForConditionalGeneration",), (), None, "multimodal", "sglang"),
        (("BertModel",), (), None, "embedding", "sglang"),
        # what the engine runs it as counts
        (("NobodysForCausalLM",), (), "BertModel", "embedding", "sglang"),
        # what nobody says, the config may
        (("NobodysForCausalLM",), (), None, "text", "name rules"),
        (("NobodysForCausalLM",), ("vision_config",), None, "multimodal", "the config's vision_config"),
        (
            ("NobodysForCausalLM",),
            ("mm_vision_tower", "x"),
            None,
            "multimodal",
            "the config's mm_vision_tower",
        ),
        ((), (), None, "text", "nothing else is known"),
        ((), ("audio_config",), None, "multimodal", "the config's audio_config"),
        # what an engine says counts before the config
        (("LlamaForCausalLM",), ("vision_config",), None, "text", "sglang"),
        # those that were wrong
        (("Mistral4ForCausalLM",), (), None, "text", None),
        (("DeepseekMTPModel",), (), None, "text", None),
        (("InternLMXComposer2ForCausalLM",), (), None, "multimodal", None),
        (("MiniGeminiLlamaForCausalLM",), (), None, "multimodal", None),
        (("GlmMoeDsaMTPModel",), (), None, "text", None),
        (("ChameleonForCausalLM",), (), None, "multimodal", None),
        (("MusicFlamingoForConditionalGeneration",), (), None, "multimodal", None),
    ],
)
def test_the_engines_say_else_the_config_else_the_name(
    names: tuple[str, ...], keys: tuple[str, ...], counting: str | None, category: str, source: str | None
) -> None:
    found = category_of(Checkpoint(architectures=names, keys=keys), counting, HISTORIES)
    assert found[0].value == category
    if source is not None:
        assert found[1] == source


@pytest.mark.parametrize(
    ("name", "example", "source"),
    [
        ("ASTForAudioClassification", "MIT/ast-finetuned-audioset-10-10-0.4593", "transformers "),
        ("NobodysForCausalLM", None, None),
    ],
)
def test_an_example_is_one_that_the_table_or_a_release_names(
    name: str, example: str | None, source: str | None
) -> None:
    found = example_of(Checkpoint(architectures=(name,)), HISTORIES)
    assert (found and found.id) == example
    assert found is None or found.source.startswith(source or "")


def test_the_shipped_table_comes_first_and_of_no_architecture_there_is_no_example() -> None:
    name, entry = next((name, each) for name, each in shipped_examples().items() if each.id is not None)
    assert example_of(Checkpoint(architectures=(name,)), HISTORIES) == Example(
        id=entry.id or "", source="the shipped table of examples"
    )
    assert example_of(Checkpoint(architectures=()), HISTORIES) is None
