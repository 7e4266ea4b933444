"""How ExLlamaV3 loads a checkpoint: ``Config.from_directory``, then the weights.

1. ``architectures`` has to name exactly one, which the list has. The model type is not looked at, and neither is
   AutoConfig.
2. The configuration class reads the config: ``read_cfg`` with ``no_default`` fails for a key that is not there, and
   ``assert_cfg`` for another value than the model is written for.
3. Weights are told by the names of their tensors, not by ``quant_method``: those of EXL3, plain ones, and since some
   releases those of FP8 and MXFP4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.verdict.gguf import needs_config, not_followed
from archtrack.core.verdict.keys import look_up
from archtrack.core.verdict.release_facts import QUANTISATION
from archtrack.core.verdict.verdict import Steps, Verdict
from archtrack.model import Gate, Place, Status

from .tables import ASKED, TENSORS

if TYPE_CHECKING:
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import LoadOptions, ReleaseFacts

__all__ = ["load"]


def load(checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:  # noqa: ARG001 -- none concerns ExLlamaV3
    """Take a checkpoint through the gates of a release.

    Args:
        checkpoint: what its config says, or a bare architecture.
        release: what is known of the release.
        options: how the engine is told to load it.
    """
    steps = Steps(release.engine, checkpoint.architectures)
    if checkpoint.gguf_architecture is not None:
        return _of_gguf(release, steps)
    if len(checkpoint.architectures) != 1:
        count = len(checkpoint.architectures) or "no"
        step = steps.say(f"the config names {count} architectures; ExLlamaV3 takes exactly one")
        fix = "a config that names one architecture" if checkpoint.architectures else None
        return steps.verdict(Status.UNSUPPORTED, step, gate=Gate.ARCHITECTURE, fix=fix)
    (name,) = checkpoint.architectures
    found = look_up(name, release, steps, lacks="does not list")
    if isinstance(found, Verdict):
        return found
    return (
        _config(checkpoint, release, name, steps)
        or _weights(checkpoint, release, name, steps)
        or steps.verdict(Status.NATIVE, found.step, resolved=name, key=name)
    )


def _of_gguf(release: ReleaseFacts, steps: Steps) -> Verdict:
    rule = release.load.rules.get("config")
    if rule is None:
        return not_followed(release, steps)
    place = Place(file=rule["file"], line=rule["line"], release=release.load.lines_of)
    return needs_config(release, steps, place)


def _config(checkpoint: Checkpoint, release: ReleaseFacts, name: str, steps: Steps) -> Verdict | None:
    """What the configuration class asks for; None where it does not stop the checkpoint."""
    fact = release.load.find(ASKED, name)
    if fact is None or not checkpoint.given:
        return None
    for key, options in fact.value["equal"].items():
        value = _value(checkpoint, key)
        if isinstance(value, (str, int, float)) and value not in options:
            wanted = " or ".join(f"`{each}`" for each in options)
            step = steps.say(f"`{key}` has to be {wanted} for `{name}`, and it is `{value}`", fact.place)
            return steps.verdict(Status.UNSUPPORTED, step, gate=Gate.CONFIG, key=name)
    missing = [key for key in fact.value["needs"] if _value(checkpoint, key) is None]
    if missing:
        shown = ", ".join(f"`{key}`" for key in missing)
        steps.say(f"the configuration class asks for {shown}, which the config does not have", fact.place)
    return None


def _value(checkpoint: Checkpoint, key: str) -> object:
    """What a config has for a key; None where it has nothing, or that is not known. No value stands for an object."""
    outer, _, inner = key.partition("->")
    if not inner:
        return dict(checkpoint.plain).get(key)
    if outer == checkpoint.text_config:
        return dict(checkpoint.text).get(inner)
    return () if outer in checkpoint.keys else None


def _weights(checkpoint: Checkpoint, release: ReleaseFacts, name: str, steps: Steps) -> Verdict | None:
    """What becomes of quantised weights; None where they do not stop the checkpoint."""
    method = checkpoint.quant_method
    rule = release.load.rules.get("tensors")
    if checkpoint.quantized_by is None:
        return None
    if method is None:
        steps.say(
            f"ExLlamaV3 goes by the names of tensors; `{checkpoint.quantized_by}` names no `quant_method`: whether it"
            " loads such weights is not followed"
        )
        return None
    fact = release.load.find(QUANTISATION, method)
    if fact is not None:
        steps.say(f"the tensors of quantisation method `{method}` are loaded", fact.place)
        return None
    if rule is None or method not in TENSORS:
        steps.say(
            f"ExLlamaV3 goes by the names of tensors; whether it loads those of quantisation method `{method}` is not"
            " followed"
        )
        return None
    place = Place(file=rule["file"], line=rule["line"], release=release.load.lines_of)
    step = steps.say(f"{release.name} loads no tensors of quantisation method `{method}`", place)
    return steps.verdict(
        Status.UNSUPPORTED,
        step,
        gate=Gate.QUANTISATION,
        key=name,
        fix="use the unquantised checkpoint, or one in EXL3",
    )
