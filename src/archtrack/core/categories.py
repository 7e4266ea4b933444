"""Which section of the document an architecture belongs to, and by which evidence.

In order: an override from the configuration, what the engine's own source says, transformers' auto-mapping tables,
and last rules by name alone. Two kinds of names mislead those rules, so each is decided before them:

* A class that only the engine has and whose name ends with ``Model`` (``QWenLMHeadModel``, ``ChatGLMModel``) is no
  base model: the engine runs everything generatively that ``is_generation_model`` does not list.
* A draft (``Qwen3MoeForCausalLMMTP``) belongs where the model stands whose tokens it guesses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archtrack.model import Category

if TYPE_CHECKING:
    from archtrack.model import Registration

__all__ = ["BY_NAME", "by_name", "by_tables", "categorize", "drafted"]

BY_NAME = "name rules"
"""The source of a category that nothing better than the name has decided."""

_EMBEDDING_WORDS = ("ForSequenceClassification", "ForRewardModel", "EmbeddingModel", "VisionModel")
_MULTIMODAL_WORDS = (
    "VL", "Vision", "Audio", "OCR", "MM", "Omni", "CPMO", "CPMV", "Ovis", "Molmo", "Fuyu", "Llava", "Janus",
    "NVILA", "InternVL", "MultiModality",
)  # fmt: skip

_DRAFT = re.compile(r"(\w+For(?:CausalLM|ConditionalGeneration))[A-Z]\w*")
_SEQ_TO_SEQ = "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES"

# The first rule that fits decides. A table that says nothing of the section (`MODEL_MAPPING_NAMES` lists the base
# model of everything) is in none of them.
_TABLES = (
    (Category.EMBEDDING, ("MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES",)),
    (
        Category.MULTIMODAL,
        (
            "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES",
            "MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES",
            "MODEL_FOR_VISION_2_SEQ_MAPPING_NAMES",
            "MODEL_FOR_VISUAL_QUESTION_ANSWERING_MAPPING_NAMES",
            "MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING_NAMES",
            "MODEL_FOR_TEXT_TO_SPECTROGRAM_MAPPING_NAMES",
            "MODEL_FOR_TEXT_TO_WAVEFORM_MAPPING_NAMES",
        ),
    ),
    (
        Category.TEXT,
        ("MODEL_FOR_CAUSAL_LM_MAPPING_NAMES", _SEQ_TO_SEQ),
    ),
    (
        Category.EMBEDDING,
        (
            "MODEL_FOR_RETRIEVAL_MAPPING_NAMES",
            "MODEL_FOR_TEXT_ENCODING_MAPPING_NAMES",
            "MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING_NAMES",
        ),
    ),
)


def categorize(
    name: str,
    native: Registration | None,
    hf: Registration | None,
    override: Category | None = None,
    *,
    lists_pooled: bool = False,
) -> tuple[Category, str]:
    """The category of an architecture, and its source in words.

    Args:
        name: the architecture.
        native: its registration in the engine, if any.
        hf: its registration in transformers, if any.
        override: what the configuration says, if it does.
        lists_pooled: the engine has a list of the models that do not generate.
    """
    if override is not None:
        return override, "override"
    if native is not None and native.category is not None:
        return native.category, native.category_source or "the engine"
    if hf is not None and hf.transformers is not None:
        found = by_tables(hf.transformers.auto_mappings, name)
        if found is not None:
            return found[0], f"transformers {found[1]}"
    if lists_pooled and hf is None and native is not None and _says_only_model(name):
        return Category.TEXT, "not in is_generation_model"
    return by_name(name), BY_NAME


def by_tables(tables: tuple[str, ...], name: str) -> tuple[Category, str] | None:
    """The category that auto-mapping tables give, and the table that decides; None if none of them does.

    The table of sequence-to-sequence models also holds models that hear (``AudioFlamingo3ForConditionalGeneration``
    stands in the same tables as ``T5ForConditionalGeneration``), and no other table tells the two apart: there, and
    only there, a word of the name such as ``Audio`` decides.
    """
    for category, deciding in _TABLES:
        for table in deciding:
            if table in tables:
                if table == _SEQ_TO_SEQ and any(word in name for word in _MULTIMODAL_WORDS):
                    return Category.MULTIMODAL, f"{table} and its name"
                return category, table
    return None


def drafted(name: str) -> str | None:
    """The architecture that a draft guesses for, as its name says: ``XForCausalLM`` of ``XForCausalLMMTP``."""
    match = _DRAFT.fullmatch(name)
    return match[1] if match else None


def _says_only_model(name: str) -> bool:
    return (
        name.endswith("Model") and "Embedding" not in name and by_name(name[: -len("Model")]) is Category.TEXT
    )


def by_name(name: str) -> Category:
    """The rule table by name: looks at nothing but the name, and is wrong for one in ten."""
    if any(word in name for word in _EMBEDDING_WORDS):
        return Category.EMBEDDING
    if name.endswith("Model") and "ForCausalLM" not in name and "ForConditional" not in name:
        return Category.EMBEDDING
    if "ForConditionalGeneration" in name or any(word in name for word in _MULTIMODAL_WORDS):
        return Category.MULTIMODAL
    return Category.TEXT
