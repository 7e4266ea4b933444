"""Which section of the document an architecture belongs to, and by which evidence.

The sources of evidence, in order: an override in the configuration, the engine's own lists, transformers' auto-mapping
tables, the target of a draft, the engine's module, transformers' class, and rules about the name alone.

The target of a draft comes before its module: the module of ``GlmOcrForConditionalGenerationNextN`` takes no images,
its target does. The tables come before the module: a class may take images for some checkpoints only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.model import Category

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.model import Registration

__all__ = ["BY_NAME", "Registered", "by_name", "by_tables", "categorize", "draft_target"]

BY_NAME = "name rules"
"""The source of a category that was decided by the name alone."""

_EMBEDDING_WORDS = ("ForSequenceClassification", "ForRewardModel", "EmbeddingModel", "VisionModel")
_MULTIMODAL_WORDS = (
    "VL", "Vision", "Audio", "OCR", "MM", "Omni", "CPMO", "CPMV", "Ovis", "Molmo", "Fuyu", "Llava", "Janus",
    "NVILA", "InternVL", "MultiModality",
)  # fmt: skip

_PURPOSE = re.compile(r"For(?:CausalLM|ConditionalGeneration)(?=[A-Z])")
_SEQ_TO_SEQ = "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES"

_BASE_MODELS = "MODEL_MAPPING_NAMES"
_GENERATES = "GenerationMixin"

# The first rule that fits decides. A table that says nothing about the section is in none of the rules
# (`MODEL_MAPPING_NAMES` lists the base model of everything).
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
            "MODEL_FOR_AUDIO_CLASSIFICATION_MAPPING_NAMES",
            "MODEL_FOR_ZERO_SHOT_IMAGE_CLASSIFICATION_MAPPING_NAMES",
            "MODEL_FOR_IMAGE_MAPPING_NAMES",
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What the sources register, by architecture.

    Attributes:
        natives: in the engine.
        public: in transformers.
        lists_pooled: the engine has a list of the models that do not generate.
    """

    natives: Mapping[str, Registration]
    public: Mapping[str, Registration]
    lists_pooled: bool = False


def categorize(name: str, known: Registered, override: Category | None = None) -> tuple[Category, str]:
    """The category of an architecture, and its source in words.

    Args:
        name: the architecture.
        known: what the sources register.
        override: what the configuration says, if it does.
    """
    if override is not None:
        return override, "override"
    return _by_evidence(name, known) or (by_name(draft_target(name) or name), BY_NAME)


def _by_evidence(
    name: str, known: Registered, asked: frozenset[str] = frozenset()
) -> tuple[Category, str] | None:
    """The category by the best evidence; ``asked`` are the drafts that led to this target."""
    native, hf = known.natives.get(name), known.public.get(name)
    return (
        _stated(native, hf, name)
        or _of_target(name, known, asked | {name})
        or _shown(native)
        or _shown_by_transformers(name, known)
        or _unlisted(name, known)
    )


def _stated(native: Registration | None, hf: Registration | None, name: str) -> tuple[Category, str] | None:
    """The category by the engine's lists or transformers' tables."""
    if native is not None and native.category is not None:
        return native.category, native.category_source or "the engine"
    if hf is not None and hf.transformers is not None:
        found = by_tables(hf.transformers.auto_mappings, name)
        if found is not None:
            return found[0], f"transformers {found[1]}"
    return None


def _of_target(name: str, known: Registered, asked: frozenset[str]) -> tuple[Category, str] | None:
    """The category of a draft's target: the one in its name, else those that the engine names.

    A draft that serves a text model and a multimodal one is a text model. So is ``XForCausalLMMTP`` if nobody registers
    ``XForCausalLM``: it is the text model inside of the engine's target.
    """
    target = draft_target(name)
    if target is not None and (target in known.natives or target in known.public):
        found = _by_evidence(target, known, asked)
        return (found[0], f"{target}: {found[1]}") if found is not None else None
    native = known.natives.get(name)
    if native is None or (target or "").endswith("ForCausalLM"):
        return None
    served: dict[Category, str] = {}
    for each in native.signs.targets:
        found = _by_evidence(each, known, asked) if each not in asked else None
        if found is not None:
            source = f"{native.signs.targets_source} drafts for {each}: {found[1]}"
            served.setdefault(found[0], source)
    first = Category.TEXT if Category.TEXT in served else next(iter(served), None)
    return (first, served[first]) if first is not None else None


def _shown(native: Registration | None) -> tuple[Category, str] | None:
    if native is None or native.signs.category is None:
        return None
    return native.signs.category, native.signs.source or "its module"


def _shown_by_transformers(name: str, known: Registered) -> tuple[Category, str] | None:
    """The category by transformers' class, for a name that looks like a base model's.

    A class that generates (``BarkCausalModel``) belongs to the category of its file. A class in the table of base
    models has no head and gives hidden states.
    """
    hf = known.public.get(name)
    if hf is None or hf.transformers is None or by_name(name) is not Category.EMBEDDING:
        return None
    if _generates(name, known):
        where = f"{hf.place} {_GENERATES}"
        for each in known.public.values():
            if each.file == hf.file and each.transformers is not None:
                found = by_tables(each.transformers.auto_mappings, each.name)
                if found is not None and found[0] is Category.MULTIMODAL:
                    return Category.MULTIMODAL, f"{where}, {each.name}: {found[1]}"
        return Category.TEXT, where
    if _BASE_MODELS in hf.transformers.auto_mappings:
        return Category.EMBEDDING, f"transformers {_BASE_MODELS}"
    return None


def _generates(name: str, known: Registered) -> bool:
    """Whether a class of transformers inherits ``GenerationMixin``, as far as its bases are public."""
    waiting, seen = [name], {name}
    while waiting:
        hf = known.public.get(waiting.pop())
        if hf is None or hf.transformers is None:
            continue
        if _GENERATES in hf.transformers.bases:
            return True
        bases = [base for base in hf.transformers.bases if base in known.public and base not in seen]
        waiting.extend(bases)
        seen.update(bases)
    return False


def _unlisted(name: str, known: Registered) -> tuple[Category, str] | None:
    """The engine generates text with any class that ``is_generation_model`` does not list (``QWenLMHeadModel``)."""
    if not known.lists_pooled or name in known.public or name not in known.natives:
        return None
    return (Category.TEXT, "not in is_generation_model") if _says_only_model(name) else None


def by_tables(tables: tuple[str, ...], name: str) -> tuple[Category, str] | None:
    """The category by auto-mapping tables, and the table that decides; None if none does.

    The table of sequence-to-sequence models has audio models as well: ``AudioFlamingo3ForConditionalGeneration`` is in
    the same tables as ``T5ForConditionalGeneration``. Only there, a word of the name such as ``Audio`` decides.
    """
    for category, deciding in _TABLES:
        for table in deciding:
            if table in tables:
                if table == _SEQ_TO_SEQ and any(word in name for word in _MULTIMODAL_WORDS):
                    return Category.MULTIMODAL, f"{table} and its name"
                return category, table
    return None


def draft_target(name: str) -> str | None:
    """The target of a draft by its name: ``XForCausalLM`` for ``XForCausalLMMTP``; None for other names."""
    if not name.isidentifier():
        return None
    ends = [match.end() for match in _PURPOSE.finditer(name) if match.start()]
    return name[: ends[-1]] if ends else None


def _says_only_model(name: str) -> bool:
    return (
        name.endswith("Model") and "Embedding" not in name and by_name(name[: -len("Model")]) is Category.TEXT
    )


def by_name(name: str) -> Category:
    """The category by rules about the name alone, which are wrong for one name in ten."""
    if any(word in name for word in _EMBEDDING_WORDS):
        return Category.EMBEDDING
    if name.endswith("Model") and "ForCausalLM" not in name and "ForConditional" not in name:
        return Category.EMBEDDING
    if "ForConditionalGeneration" in name or any(word in name for word in _MULTIMODAL_WORDS):
        return Category.MULTIMODAL
    return Category.TEXT
