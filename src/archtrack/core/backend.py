"""Which class of its Transformers backend SGLang runs a checkpoint with.

Follows ``_get_transformers_backend_arch`` and ``_is_moe_model`` in ``model_loader/utils.py``, and
``get_hf_text_config``. They look at a configuration object: what its class adds to the JSON comes from
``core.config_classes``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .config_classes import TEXT_CONFIGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .checkpoint import Checkpoint
    from .config_classes import ConfigClass
    from .support import Support

_LONGEST = 60  # of a value of a stranger's config in a sentence

__all__ = ["Backend", "LanguageModel", "language_model"]


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


def language_model(checkpoint: Checkpoint, support: Support, names: Sequence[str]) -> LanguageModel:
    """What the engine's ``get_hf_text_config`` gives.

    Args:
        checkpoint: what its config says.
        support: what the engine and transformers have.
        names: its architectures, as the engine sees them.
    """
    first = names[0] if names else ""
    if first.startswith("Llava") and first.endswith(
        "ForCausalLM"
    ):  # for these the engine takes the whole config
        return LanguageModel(part=None, given=False, values=dict(checkpoint.plain), declared=None)
    public = support.public.get(first)
    # The classes are looked at where the choice rests on them only: what the engine has itself needs none.
    classes = support.configs() if support.configs and public and first not in support.natives else None
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


class Backend:
    """The choice of one class.

    Attributes:
        name: of the class.
        reasons: (sentence, rule of the loader) for each part of the name.
    """

    def __init__(
        self, checkpoint: Checkpoint, support: Support, names: Sequence[str], *, pooled: bool
    ) -> None:
        """Choose for a checkpoint with these architectures."""
        self._support = support
        self._names = names
        self.name = "TransformersForCausalLM"
        self.reasons: list[tuple[str, str]] = []
        if "backend" in support.rules.loader:
            text = language_model(checkpoint, support, names)
            self.name = f"Transformers{self._multimodal(text)}{self._mixture(text)}{self._task(pooled)}"

    def _say(self, text: str, rule: str) -> None:
        self.reasons.append((text, rule))

    def _multimodal(self, text: LanguageModel) -> str:
        reason = None
        if any(each in self._support.rules.multimodal for each in self._names):
            reason = "the engine lists it"
        elif text.part is not None:
            reason = f"its language model has a config of its own (`{text.part}`"
            reason += ")" if text.given else ", which transformers adds)"
        if reason is None:
            return ""
        self._say(f"it is multimodal: {reason}", "backend")
        return "MultiModal"

    def _mixture(self, text: LanguageModel) -> str:
        reason = next(
            (f"{name} says so" for name in self._names if "moe" in name.lower() or "mixtral" in name.lower()),
            None,
        )
        rule = self._support.rules.loader.get("moe")
        attributes = rule.get("attributes", []) if isinstance(rule, dict) else []
        for attribute in attributes if reason is None else ():
            key, value = _looked_up(attribute, text)
            if reason is None and _counts(attribute, value):
                reason = f"`{key}` is {_shown(value)}"
        if reason is None:
            return ""
        self._say(f"it is a mixture of experts: {reason}", "moe")
        return "MoE"

    def _task(self, pooled: bool) -> str:  # noqa: FBT001 -- one fact, one answer
        if not pooled and not any(name in self._support.rules.pooled for name in self._names):
            return "ForCausalLM"
        lowered = [name.lower() for name in self._names]
        classifies = any("sequenceclassification" in name or "rewardmodel" in name for name in lowered)
        task = "ForSequenceClassification" if classifies else "EmbeddingModel"
        self._say(f"it is pooled, not generated from: …{task}", "backend")
        return task


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
