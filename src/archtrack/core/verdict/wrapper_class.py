"""Which class of its Transformers backend SGLang runs a checkpoint with.

Follows ``_get_transformers_backend_arch`` and ``_is_moe_model`` in ``model_loader/utils.py``, and
``get_hf_text_config``. They look at a configuration object: what its class adds to the JSON comes from
``core.verdict.config_classes``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .auto_config import TAKES_IMAGES
from .config_classes import TEXT_CONFIGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .checkpoint import Checkpoint
    from .config_classes import ConfigClass
    from .context import Context

_SIZES = ("vocab_size", "hidden_size", "num_attention_heads", "num_key_value_heads", "num_hidden_layers")
_LONGEST = 60  # of a value of a stranger's config in a sentence

__all__ = ["LanguageModel", "backend_class", "beyond_text", "language_model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModel:
    """The config of a checkpoint's language model.

    Attributes:
        part: the key of the sub-config that it is, or None where it is the whole config.
        given: the JSON has that key; else the class adds it.
        values: the plain values of the JSON.
        declared: the class of its object, where it is known.
    """

    part: str | None
    given: bool
    values: Mapping[str, Any]
    declared: ConfigClass | None


def language_model(checkpoint: Checkpoint, context: Context, names: Sequence[str]) -> LanguageModel:
    """What the engine's ``get_hf_text_config`` gives.

    Args:
        checkpoint: what its config says.
        context: what the engine and transformers have.
        names: its architectures, as the engine sees them.
    """
    first = names[0] if names else ""
    if first.startswith("Llava") and first.endswith(
        "ForCausalLM"
    ):  # for these the engine takes the whole config
        return LanguageModel(part=None, given=False, values=dict(checkpoint.plain), declared=None)
    public = context.public.get(first)
    # The classes are read only if the choice depends on them: an architecture that the engine registers needs none.
    classes = context.configs() if context.configs and public and first not in context.natives else None
    declared = None
    if classes is not None and public is not None:
        declared = classes.of_type(checkpoint.model_type)
        if checkpoint.model_type is None:
            declared = classes.beside(public.place.file)
    parts = declared.parts if declared is not None else ()
    part = next((key for key in TEXT_CONFIGS if key in parts or key == checkpoint.text_config), None)
    if part is None or classes is None:
        return LanguageModel(
            part=part, given=part is not None, values=dict(checkpoint.text), declared=declared
        )
    inner = None
    if declared is not None and part in parts:
        model_type = dict(checkpoint.text).get("model_type") if part == checkpoint.text_config else None
        inner = classes.of_type(model_type) or classes.named(declared.classes.get(part))
    return LanguageModel(
        part=part, given=part == checkpoint.text_config, values=dict(checkpoint.text), declared=inner
    )


def backend_class(
    checkpoint: Checkpoint, context: Context, names: Sequence[str], *, pooled: bool
) -> tuple[str, list[tuple[str, str]]]:
    """The name of the class, and (sentence, rule of the loader) for each part of the name.

    Args:
        checkpoint: what its config says.
        context: what the engine and transformers have.
        names: its architectures, as the engine sees them.
        pooled: the engine is told to serve it as an embedding model.
    """
    if "backend" not in context.rules.loader:
        return "TransformersForCausalLM", []
    text = language_model(checkpoint, context, names)
    name, reasons = "Transformers", []
    if reason := _multimodal(text, context, names):
        name += "MultiModal"
        reasons.append((f"it is multimodal: {reason}", "backend"))
    if reason := _mixture(text, context, names):
        name += "MoE"
        reasons.append((f"it is a mixture of experts: {reason}", "moe"))
    if not pooled and context.rules.pooled.isdisjoint(names):
        return f"{name}ForCausalLM", reasons
    lowered = [each.lower() for each in names]
    classifies = any("sequenceclassification" in each or "rewardmodel" in each for each in lowered)
    task = "ForSequenceClassification" if classifies else "EmbeddingModel"
    reasons.append((f"it is pooled, not generated from: …{task}", "backend"))
    return f"{name}{task}", reasons


def beyond_text(checkpoint: Checkpoint, context: Context, names: Sequence[str]) -> str | None:
    """Why a wrapper for text only does not run a checkpoint; None where it does, or where nothing says so.

    ``TransformersForCausalLM`` of the releases that have no other reads ``vocab_size`` and sizes from the whole config,
    which a config in parts does not have.
    """
    if not checkpoint.given and checkpoint.model_type is None:
        public = context.public.get(names[0])
        tables = public.transformers.auto_mappings if public is not None and public.transformers else ()
        table = next((each for each in tables if any(sign in each for sign in TAKES_IMAGES)), None)
        return None if table is None else f"it is in {table}"
    text = language_model(checkpoint, context, names)
    given = dict(checkpoint.plain)
    if text.part is None or all(given.get(key) is not None for key in _SIZES):
        return None
    return f"its language model has a config of its own, `{text.part}`"


def _multimodal(text: LanguageModel, context: Context, names: Sequence[str]) -> str | None:
    """Why the engine treats a checkpoint as multimodal, if it does."""
    if not context.rules.multimodal.isdisjoint(names):
        return "the engine lists it"
    if text.part is None:
        return None
    who = "" if text.given else ", which transformers adds"
    return f"its language model has a config of its own (`{text.part}`{who})"


def _mixture(text: LanguageModel, context: Context, names: Sequence[str]) -> str | None:
    """Why the engine treats a checkpoint as a mixture of experts, if it does."""
    for name in names:
        if "moe" in name.lower() or "mixtral" in name.lower():
            return f"{name} says so"
    rule = context.rules.loader.get("moe")
    for attribute in rule.get("attributes", []) if isinstance(rule, dict) else []:
        key, value = _looked_up(attribute, text)
        if _counts(attribute, value):
            return f"`{key}` is {_shown(value)}"
    return None


def _looked_up(attribute: str, text: LanguageModel) -> tuple[str, Any]:
    """An attribute of the configuration object, and the key under which it was found."""
    if attribute in text.values:
        return attribute, text.values[attribute]
    if text.declared is None:
        return attribute, None
    key = text.declared.aliases.get(attribute, attribute)
    return key, text.values.get(key, text.declared.values.get(key))


def _shown(value: object) -> str:
    text = f"{value[0]} items" if isinstance(value, tuple) else repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _counts(attribute: str, value: object) -> bool:
    """Whether a config's value makes it a mixture of experts, by the rules of ``_is_moe_model``."""
    if value is None or value == "":
        return False
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return value > (0 if attribute == "moe_intermediate_size" else 1)
    if isinstance(value, tuple):  # the number of items of a list or object
        return bool(value[0] > 0)
    return True
