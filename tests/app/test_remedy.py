"""What would open the gate that stopped a checkpoint."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.app.history.release_facts import facts_at
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.presence import presence_of
from archtrack.app.remedy import remedy_of
from archtrack.core.verdict.checkpoint import Checkpoint
from archtrack.core.verdict.release_facts import LoadOptions

if TYPE_CHECKING:
    from archtrack.core.history.history import Release

HISTORIES = Histories({}, SHIPPED)
OPTIONS = LoadOptions()


def asked(engine: str, checkpoint: Checkpoint, transformers: str | None = None) -> tuple[str, str | None]:
    """The status, and the remedy."""
    history, release = HISTORIES.release(engine)
    other: Release | None = None
    if transformers is not None:
        _, other = HISTORIES.release(f"transformers=={transformers}")
    facts = facts_at(history, release, HISTORIES, other)
    presence = presence_of(checkpoint, facts, (history, release), OPTIONS)
    return presence.status.value, remedy_of(presence, checkpoint, history, HISTORIES, OPTIONS, facts)


def config(model_type: str | None, *names: str, **more: Any) -> Checkpoint:
    return Checkpoint(architectures=names, model_type=model_type, **more)


QWEN3 = config("qwen3", "Qwen3ForCausalLM")

LLAVA = config("llava", "LlavaForConditionalGeneration", vision_type="clip_vision_model")


@pytest.mark.parametrize(
    ("engine", "checkpoint", "transformers", "status", "fix"),
    [
        ("sglang==0.5.23", QWEN3, None, "native", None),
        ("sglang==0.4.5", QWEN3, None, "unsupported", "upgrade to sglang 0.4.5.post2"),
        ("vllm==0.8.3", QWEN3, None, "fallback", None),
        ("vllm==0.8.2", QWEN3, None, "unsupported", "upgrade to vllm 0.8.3"),
        ("mlx-lm==0.23.2", QWEN3, None, "unsupported", "upgrade to mlx-lm 0.24.0"),
        # 0.5.6.post1 pins a transformers of which nothing is known: nobody followed its gates
        ("sglang==0.5.3", LLAVA, None, "unsupported", "upgrade to sglang 0.5.7"),
        ("sglang==0.5.3", replace(LLAVA, vision_type="siglip_vision_model"), None, "unsupported", None),
        ("sglang==0.5.3", replace(LLAVA, vision_type="pixtral"), None, "native", None),
        ("sglang==0.5.23", config("nobody", "NobodyForCausalLM"), None, "unsupported", None),
        # what is gone is in the last release that had it
        (
            "vllm==0.33.0",
            config("jais", "JAISLMHeadModel", auto_map=(("AutoConfig", "configuration_jais.JAISConfig"),)),
            None,
            "gone",
            "use vllm 0.22.1, the last release that has it",
        ),
        # the transformers that the user has, in place of the one that counts
        (
            "sglang==0.5.23",
            QWEN3,
            "4.50.0",
            "unsupported",
            "install transformers",
        ),
        # a way of this release comes before an older one
        (
            "ollama==0.32.15",
            config("mistral", "MistralForCausalLM"),
            None,
            "gone",
            "use a GGUF file that the converter",
        ),
        # what the config says otherwise
        (
            "sglang==0.5.23",
            config("llava_mistral", "LlavaMistralForCausalLM"),
            None,
            "unsupported",
            "model_type `llava`",
        ),
    ],
)
def test_what_helps(
    engine: str, checkpoint: Checkpoint, transformers: str | None, status: str, fix: str | None
) -> None:
    found = asked(engine, checkpoint, transformers)
    assert found[0] == status
    assert (found[1] or "").startswith(fix or "")
    assert (found[1] is None) == (fix is None)


def test_without_a_history_what_the_verdict_itself_says_is_all_there_is() -> None:
    history, release = HISTORIES.release("sglang==0.5.23")
    checkpoint = config("llava_mistral", "LlavaMistralForCausalLM")
    facts = facts_at(history, release, HISTORIES)
    presence = presence_of(checkpoint, facts, None, OPTIONS)
    fix = remedy_of(presence, checkpoint, None, HISTORIES, OPTIONS, facts)
    assert fix == presence.verdict.fix is not None
