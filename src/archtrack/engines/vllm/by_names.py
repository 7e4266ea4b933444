"""What vLLM does with an architecture that it does not register, as far as names and transformers' facts tell.

Read in the releases' ``model_loader/utils.py`` and ``models/registry.py``. A release is known here by what it
registers only, so its wrappers tell which rules hold:

- no wrapper (until 0.7.1): nothing is done;
- ``TransformersModel`` alone (0.7.2 to 0.8.2): the gate is the class's ``_supports_flex_attn``, as the method that is
  looked for first, ``supports_backend``, is in no transformers;
- ``TransformersForCausalLM`` (since 0.8.3): the gate is ``is_backend_compatible()``;
- a wrapper that pools (since 0.10.1): an architecture that ends like a pooling one is first looked for among vLLM's
  own under another ending, and that class is converted (``_normalize_arch``);
- since 0.30.0 a class passes as well if ``_can_set_attn_implementation()`` is true, which searches the text of its
  module. No wrapper is new in that release, so none tells it from 0.11.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.model import Status

from .wrappers import EXPERTS, OLDEST, SEES, TEXT, WRAPPERS

if TYPE_CHECKING:
    from archtrack.model import TransformersFacts

__all__ = ["resolved"]

_GENERATES = ("ForCausalLM", "ForConditionalGeneration", "ChatModel", "LMHeadModel")
_POOLS = (
    "ForTextEncoding",
    "EmbeddingModel",
    "ForSequenceClassification",
    "ForAudioClassification",
    "ForImageClassification",
    "ForVideoClassification",
    "ClassificationModel",
    "ForRewardModeling",
    "RewardModel",
    "Model",
)
"""``_SUFFIX_TO_DEFAULTS`` of ``vllm/config``, in its order; what only later releases have in it is left out."""

_TAKES_IMAGES = ("IMAGE_TEXT_TO_TEXT", "VISION_2_SEQ", "MULTIMODAL_LM")


def resolved(names: frozenset[str], facts: TransformersFacts, name: str) -> tuple[Status | None, str]:
    """What a release makes of an architecture that it does not register.

    Args:
        names: what the release registers.
        facts: what transformers says of the class.
        name: the architecture, which is the class's name.
    """
    if not names.intersection(WRAPPERS):
        return Status.UNSUPPORTED, "the release has no Transformers backend"
    if TEXT not in names:
        return (
            None,
            f"{OLDEST} asks for _supports_flex_attn, which archtrack does not read",
        )
    own = _converted(names, name)
    if own is not None:
        return Status.FALLBACK, f"vLLM converts its own {own} for the {name}"
    if not facts.exported:
        return (
            Status.UNSUPPORTED,
            f"transformers does not export {name}, so the repository has to bring its code",
        )
    return _by_gate(names, facts, name)


def _by_gate(names: frozenset[str], facts: TransformersFacts, name: str) -> tuple[Status | None, str]:
    if facts.backend_compatible is None:
        return None, "what its is_backend_compatible() returns is not known"
    if facts.backend_compatible:
        if _takes_images(facts) and not names.intersection(SEES):
            return Status.UNSUPPORTED, f"{name} takes images, and the release has a wrapper for text only"
        runner = TEXT if not names.intersection((*SEES, EXPERTS)) else "the Transformers backend"
        return Status.FALLBACK, f"{runner} runs it: its is_backend_compatible() is true"
    if EXPERTS in names:
        because = "its is_backend_compatible() is false; whether its attention can be set, which counts since"
        return None, f"{because} vLLM 0.30.0, is not read"
    return Status.REFUSED, f"{TEXT} does not run it: its is_backend_compatible() is false"


def _converted(names: frozenset[str], name: str) -> str | None:
    """The registered architecture whose class is converted, if the name ends like one that pools."""
    if OLDEST not in names and EXPERTS not in names:
        return None
    ending = next((each for each in (*_GENERATES, *_POOLS) if name.endswith(each)), None)
    if ending not in _POOLS:
        return None
    others = (name.replace(str(ending), other) for other in (*_GENERATES, *_POOLS))
    return next((other for other in others if other in names and other not in WRAPPERS), None)


def _takes_images(facts: TransformersFacts) -> bool:
    return any(sign in table for table in facts.auto_mappings for sign in _TAKES_IMAGES)
