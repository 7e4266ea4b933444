"""AutoConfig of transformers: the gate of the config, for transformers itself and for the engines that ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.model import Gate, Status

from .release_facts import MODEL_TYPES

if TYPE_CHECKING:
    from .checkpoint import Checkpoint
    from .release_facts import LoadOptions, ReleaseFacts
    from .verdict import Steps, Verdict

__all__ = ["TABLES", "ask_auto_config", "no_config"]

TABLES = {
    "CAUSAL_LM": "AutoModelForCausalLM",
    "IMAGE_TEXT_TO_TEXT": "AutoModelForImageTextToText",
    "MULTIMODAL_LM": "AutoModelForMultimodalLM",
    "VISION_2_SEQ": "AutoModelForVision2Seq",
    "SPEECH_SEQ_2_SEQ": "AutoModelForSpeechSeq2Seq",
    "SEQ_TO_SEQ_CAUSAL_LM": "AutoModelForSeq2SeqLM",
    "SEQUENCE_CLASSIFICATION": "AutoModelForSequenceClassification",
    "MODEL": "AutoModel",
}
"""The tables that facts of a release keep -> the class that looks into it. ``CAUSAL_LM`` is
``MODEL_FOR_CAUSAL_LM_MAPPING_NAMES``, ``MODEL`` is ``MODEL_MAPPING_NAMES``; those that generate come first."""


def no_config(checkpoint: Checkpoint, steps: Steps) -> bool:
    """Whether only a name is known, so that no config can be asked for; it is said then."""
    alone = not checkpoint.given and checkpoint.model_type is None
    if alone:
        steps.say("Only the architecture is known, so the gate of the config is not followed.")
    return alone


def ask_auto_config(
    checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions, steps: Steps
) -> Verdict | None:
    """AutoConfig of a release of transformers; the verdict where it stops.

    Args:
        checkpoint: what its config says.
        release: of transformers.
        options: how the checkpoint is loaded.
        steps: of the engine that asks.
    """
    model_type = checkpoint.model_type
    fact = release.load.find(MODEL_TYPES, model_type)
    if "AutoConfig" in dict(checkpoint.auto_map) and fact is None:
        steps.say(
            "The repository brings its own configuration class (auto_map.AutoConfig): it needs --trust-remote-code."
            if steps.engine != "transformers"
            else "The repository brings its own configuration class (auto_map.AutoConfig): it needs"
            " trust_remote_code=True."
        )
        return None
    if model_type is None:
        return _without_type(release, options, steps)
    if fact is not None:
        steps.say(
            f"AutoConfig of {release.name} knows the model type `{model_type}`.", fact.place, "transformers"
        )
        return None
    if MODEL_TYPES not in release.load.tables:
        steps.say(
            f"Which model types {release.name} knows cannot be told: the gate of the config is not followed."
        )
        return None
    because = steps.say(
        f"AutoConfig of {release.name} does not know the model type `{model_type}`, and the config brings no"
        " configuration class of its own (auto_map.AutoConfig)."
    )
    return steps.verdict(Status.UNSUPPORTED, because, gate=Gate.CONFIG, fix=_other_type(checkpoint, release))


def _without_type(release: ReleaseFacts, options: LoadOptions, steps: Steps) -> Verdict | None:
    """What becomes of a config that names no model type."""
    if "folder" not in release.load.rules:
        because = steps.say(
            f"The config names no model type, and AutoConfig of {release.name} goes by nothing else: it says"
            " “Unrecognized model”."
        )
        return steps.verdict(Status.UNSUPPORTED, because, gate=Gate.CONFIG)
    if options.folder is None:
        steps.say(
            f"The config names no model type. AutoConfig of {release.name} then looks for one in the name of the"
            " folder, which is not known: the gate of the config is not followed."
        )
        return None
    types = release.load.tables.get(MODEL_TYPES, {})
    known = next((each for each in sorted(types, key=len, reverse=True) if each in options.folder), None)
    if known is not None:
        place = types[known].place
        steps.say(f"AutoConfig finds the model type `{known}` in the folder's name.", place, "transformers")
        return None
    because = steps.say(
        f"The config names no model type, and AutoConfig of {release.name} finds none in the folder's name."
    )
    return steps.verdict(Status.UNSUPPORTED, because, gate=Gate.CONFIG)


def _other_type(checkpoint: Checkpoint, release: ReleaseFacts) -> str | None:
    """The model type that transformers gives the class that the config names, if it knows that one."""
    for name in checkpoint.architectures:
        public = release.registered.get(name)
        facts = public.transformers if public is not None else None
        if facts is not None and release.load.find(MODEL_TYPES, facts.model_type) is not None:
            return f"model_type `{facts.model_type}` instead of `{checkpoint.model_type}`"
    return None
