"""AutoConfig of transformers: the gate of the config, for transformers itself and for the engines that ask it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from archtrack.model import Gate, Status

from .release_facts import MODEL_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .checkpoint import Checkpoint
    from .release_facts import Fact, LoadOptions, ReleaseFacts
    from .verdict import Steps, Verdict

__all__ = ["TABLES", "TAKES_IMAGES", "Reply", "Way", "ask_auto_config", "auto_config", "no_config"]

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
TAKES_IMAGES = ("IMAGE_TEXT_TO_TEXT", "VISION_2_SEQ", "MULTIMODAL_LM")
"""Those of the models that take more than text."""


class Way(Enum):
    """What AutoConfig goes by."""

    TYPE = "the model type, for which there is a class"
    CODE = "the repository's own class"
    FOLDER = "the model type that it finds in the folder's name"
    UNKNOWN_RELEASE = "not known: it is not known which transformers it is"
    UNKNOWN_TYPES = "not known: the model types of the release are not known"
    UNKNOWN_FOLDER = "not known: it looks at the folder's name, which is not known"
    NONE = "nothing: it stops"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What AutoConfig does with a config.

    Attributes:
        way: what it goes by.
        fact: the row of the model type, where it goes by one.
        added: the row is not transformers' own: the engine that asks has added it.
    """

    way: Way
    fact: Fact | None = None
    added: bool = False


def auto_config(
    checkpoint: Checkpoint,
    release: ReleaseFacts | None,
    options: LoadOptions,
    added: Mapping[str, Fact] | None = None,
) -> Reply:
    """What AutoConfig does with a config.

    Args:
        checkpoint: what its config says.
        release: of transformers; None where it is not known.
        options: how the checkpoint is loaded.
        added: the model types that the engine that asks adds to it.
    """
    model_type, added = checkpoint.model_type, added or {}
    own = release.load.tables.get(MODEL_TYPES) if release is not None else None
    if model_type is not None:
        for types, ours in ((own or {}, False), (added, True)):
            if model_type in types:
                return Reply(way=Way.TYPE, fact=types[model_type], added=ours)
    if "AutoConfig" in dict(checkpoint.auto_map):
        return Reply(way=Way.CODE)
    if release is None:
        return Reply(way=Way.UNKNOWN_RELEASE)
    if own is None:
        return Reply(way=Way.UNKNOWN_TYPES)
    # A type that is null is one that there is no class for: the folder's name is not looked at.
    if "folder" not in release.load.rules or model_type is not None or "model_type" in checkpoint.keys:
        return Reply(way=Way.NONE)
    if options.folder is None:
        return Reply(way=Way.UNKNOWN_FOLDER)
    named = [each for each in {**own, **added} if each and each in options.folder]
    if not named:
        return Reply(way=Way.NONE)
    longest = max(named, key=len)
    return Reply(way=Way.FOLDER, fact={**own, **added}[longest], added=longest not in own)


def no_config(checkpoint: Checkpoint, steps: Steps) -> bool:
    """Whether only a name is known, so that no config can be asked for; it is said then."""
    alone = not checkpoint.given and checkpoint.model_type is None
    if alone:
        steps.say("only the architecture is known: the gate of the config is not followed")
    return alone


def ask_auto_config(
    checkpoint: Checkpoint, release: ReleaseFacts | None, options: LoadOptions, steps: Steps
) -> Verdict | None:
    """Say what AutoConfig does with a config; the verdict where it stops.

    Args:
        checkpoint: what its config says.
        release: of transformers; None where it is not known.
        options: how the checkpoint is loaded.
        steps: of the engine that asks.
    """
    if release is None:
        steps.say("which transformers it runs with is not known: the gate of the config is not followed")
        return None
    reply = auto_config(checkpoint, release, options)
    if reply.way is Way.CODE:
        trust = "trust_remote_code=True" if steps.engine == "transformers" else "--trust-remote-code"
        steps.say(
            f"the repository brings its own configuration class (auto_map.AutoConfig): it needs {trust}"
        )
    elif reply.way is Way.NONE:
        return _stopped(checkpoint, release, steps)
    else:
        place = None if reply.fact is None else reply.fact.place
        steps.say(_let_through(reply, release), place, None if place is None else "transformers")
    return None


def _let_through(reply: Reply, release: ReleaseFacts) -> str:
    """Why AutoConfig does not stop, or why that cannot be told."""
    key = "" if reply.fact is None else reply.fact.key
    return {
        Way.TYPE: f"AutoConfig of {release.name} knows the model type `{key}`",
        Way.FOLDER: f"AutoConfig of {release.name} finds the model type `{key}` in the folder's name",
        Way.UNKNOWN_FOLDER: f"the config names no model type; AutoConfig of {release.name} then looks for one in the"
        " folder's name, which is not known: the gate of the config is not followed",
        Way.UNKNOWN_TYPES: f"it is not known which model types {release.name} knows: the gate of the config is not"
        " followed",
    }[reply.way]


def _stopped(checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps) -> Verdict:
    if checkpoint.model_type is not None:
        own = "the config brings no configuration class of its own (auto_map.AutoConfig)"
        if not checkpoint.given:
            own = "a checkpoint has to bring its own configuration class (auto_map.AutoConfig)"
        text = (
            f"AutoConfig of {release.name} does not know the model type `{checkpoint.model_type}`, and {own}"
        )
    elif "folder" in release.load.rules and "model_type" not in checkpoint.keys:
        text = f"the config names no model type, and AutoConfig of {release.name} finds none in the folder's name"
    else:
        text = (
            f"the config names no model type, and AutoConfig of {release.name} goes by nothing else: it says"
            " “Unrecognized model”"
        )
    fix = None if checkpoint.model_type is None else _other_type(checkpoint, release)
    return steps.verdict(Status.UNSUPPORTED, steps.say(text), gate=Gate.CONFIG, fix=fix)


def _other_type(checkpoint: Checkpoint, release: ReleaseFacts) -> str | None:
    """The model type that transformers gives the class that the config names, if it knows that one."""
    for name in checkpoint.architectures:
        public = release.registered.get(name)
        facts = public.transformers if public is not None else None
        if facts is not None and release.load.find(MODEL_TYPES, facts.model_type) is not None:
            return f"model_type `{facts.model_type}` instead of `{checkpoint.model_type}`"
    return None
