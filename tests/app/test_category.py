"""The category of a checkpoint, by the histories."""

from __future__ import annotations

import pytest

from archtrack.app.category import category_of
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.core.verdict.checkpoint import Checkpoint

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
