"""A small model index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from made_index import made

if TYPE_CHECKING:
    from archtrack.core.models.index import ModelIndex

LLAMA, QWEN, QWEN_MOE = "LlamaForCausalLM", "Qwen3ForCausalLM", "Qwen3MoeForCausalLM"


@pytest.fixture(scope="session")
def small() -> ModelIndex:
    """Two families, copies, variants, and models about which the sources differ."""
    return made(
        ("Qwen/Qwen3-8B", 900_000, [("curated", QWEN, None), ("listed", QWEN, "qwen3")]),
        ("Qwen/Qwen3-32B", 800_000, [("curated", QWEN, None), ("listed", QWEN, "qwen3")]),
        ("Qwen/Qwen3-30B-A3B", 700_000, [("curated", QWEN_MOE, None), ("listed", QWEN_MOE, "qwen3_moe")]),
        ("Qwen/Qwen3-VL-8B-Instruct", 9, [("curated", "Qwen3VLForConditionalGeneration", None)]),
        ("Qwen/Qwen3-VL-8B-Thinking", 8, [("curated", "Qwen3VLForConditionalGeneration", None)]),
        ("meta-llama/Llama-3.1-8B", 500_000, [("curated", LLAMA, None)]),
        ("meta-llama/Llama-3.3-70B-Instruct", 400_000, [("curated", LLAMA, None)]),
        ("meta-llama/Meta-Llama-3-8B", 300_000, [("curated", LLAMA, None)]),
        ("nvidia/Llama-3_1-Nemotron-51B", 10, [("curated", "DeciLMForCausalLM", None)]),
        ("deepseek-ai/DeepSeek-R1", 600_000, [("curated", "DeepseekV3ForCausalLM", None)]),
        ("deepseek-ai/DeepSeek-R1-Distill-Llama-70B", 50, [("curated", LLAMA, None)]),
        ("mistralai/Pixtral-12B-2409", 40, [("curated", "PixtralForConditionalGeneration", None)]),
        ("community/pixtral-12b", 30, [("listed", "LlavaForConditionalGeneration", "llava")]),
        ("new/Thing-1B", 5, [("listed", None, "thing")]),
        ("doc/only-an-example", 0, [("examples", LLAMA, None)]),
        ("split/Two-7B", 3, [("curated", "AForCausalLM", None), ("other", "BForCausalLM", None)]),
        (
            "split/Most-7B",
            3,
            [
                ("curated", "AForCausalLM", None),
                ("other", "BForCausalLM", None),
                ("listed", "BForCausalLM", "b"),
            ],
        ),
        (
            "split/One-of-7B",
            3,
            [("curated", "AForCausalLM BForCausalLM", None), ("other", "BForCausalLM", None)],
        ),
    )
