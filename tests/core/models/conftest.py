"""A small model index."""

from __future__ import annotations

import pytest

from archtrack.core.models.index import Claim, IndexSource, ModelIndex

_SOURCES = (("curated", True), ("examples", False), ("listed", True), ("other", True))


def made(*rows: tuple[str, int, list[tuple[str, str | None, str | None]]]) -> ModelIndex:
    """An index of models: id, downloads, and what sources say: (source, architectures, model type)."""
    names = [name for name, _ in _SOURCES]
    claims: list[Claim] = []
    records = {}
    for model, downloads, said in sorted(rows):
        places = []
        for source, architectures, model_type in said:
            claim = Claim(
                source=names.index(source),
                path=f"{source}.py",
                architectures=tuple(sorted((architectures or "").split())),
                model_type=model_type,
                by="its type" if source == "listed" else None,
            )
            if claim not in claims:
                claims.append(claim)
            places.append(claims.index(claim))
        records[model] = [downloads, *places]
    sources = tuple(
        IndexSource(
            package=name, version="1.0", date=None, file=f"{name}.whl", sha256=None, attests=attests, ids=0
        )
        for name, attests in _SOURCES
    )
    return ModelIndex(tool="0", sources=sources, claims=tuple(claims), records=records)


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
