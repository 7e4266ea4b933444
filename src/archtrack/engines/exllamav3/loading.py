"""How ExLlamaV3 loads a checkpoint: ``Config.from_directory``, then the weights.

1. ``architectures`` has to name exactly one, which the list has. The model type is not looked at, and neither is
   AutoConfig.
2. The configuration class reads the config: ``read_cfg`` with ``no_default`` fails for a key that is not there, and
   ``assert_cfg`` for another value than the model is written for.
3. Weights are told by the names of their tensors, not by ``quant_method``: those of EXL3, plain ones, and since some
   releases those of FP8 and MXFP4.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.verdict.release_facts import QUANTISATION, Fact, LoadFacts
from archtrack.core.verdict.verdict import Steps
from archtrack.model import Gate, Place, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import ReleaseFacts
    from archtrack.core.verdict.verdict import Verdict
    from archtrack.sources.library import Library

__all__ = ["ASKED", "load", "load_facts"]

ASKED = "asked"
"""Table: architecture -> what its configuration class asks for: ``{"equal": {key: [value]}, "needs": [key]}``."""
_TENSORS = {
    "awq": ("qweight",),
    "exl2": ("q_weight",),
    "exl3": ("trellis",),
    "fp8": ("weight_scale_inv", "weight_scale"),
    "gptq": ("qweight",),
    "mxfp4": ("_blocks",),
}
"""Quantisation method -> what the names of its tensors end with, by which they are told from plain weights."""


def load_facts(library: Library, linear: str, asked: Mapping[str, Mapping[str, Any]]) -> LoadFacts:
    """What the gates of a release rest on.

    Args:
        library: the release.
        linear: the path of the module of linear layers.
        asked: architecture -> what its configuration class asks for, with the place.
    """
    facts = library.facts(library.paths(linear), "exllamav3-linear-1", linear_facts).get(linear)
    found = {
        ASKED: {
            name: Fact(key=name, place=asks["place"], value={"equal": asks["equal"], "needs": asks["needs"]})
            for name, asks in asked.items()
            if asks["place"] is not None and (asks["equal"] or asks["needs"])
        },
        QUANTISATION: {
            method: Fact(key=method, place=Place(file=linear, line=line))
            for method, line in ({} if facts is None else facts["methods"]).items()
        },
    }
    rules: dict[str, Any] = {}
    if facts is not None and facts["line"]:
        rules["tensors"] = {"file": linear, "line": facts["line"]}
    return LoadFacts(tables={name: table for name, table in found.items() if table}, rules=rules)


def linear_facts(data: bytes) -> dict[str, Any]:
    """Which tensors a linear layer is loaded from.

    Args:
        data: the module.

    Returns:
        ``{"line": of the class ``Linear`` or 0, "methods": {method: the first line that names its tensors}}``.
    """
    module = Module(data, words=None)
    methods: dict[str, int] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
            for method, ends in _TENSORS.items():
                if node.value.endswith(ends):
                    methods[method] = min(methods.get(method, node.lineno), node.lineno)
    linear = module.classes.get("Linear")
    return {"line": 0 if linear is None else linear.lineno, "methods": methods}


def load(checkpoint: Checkpoint, release: ReleaseFacts) -> Verdict:
    """Take a checkpoint through the gates of a release.

    Args:
        checkpoint: what its config says, or a bare architecture.
        release: what is known of the release.
    """
    steps = Steps(release.engine, checkpoint.architectures)
    if len(checkpoint.architectures) != 1:
        count = len(checkpoint.architectures) or "no"
        step = steps.say(f"the config names {count} architectures; ExLlamaV3 takes exactly one")
        fix = "a config that names one architecture" if checkpoint.architectures else None
        return steps.verdict(Status.UNSUPPORTED, step, gate=Gate.ARCHITECTURE, fix=fix)
    (name,) = checkpoint.architectures
    registration = release.registered.get(name)
    if registration is None:
        text = f"{release.name} does not list `{name}`"
        if release.unresolved:
            text += f" ({release.unresolved} places of its list could not be read)"
        return steps.verdict(Status.UNSUPPORTED, steps.say(text), gate=Gate.ARCHITECTURE, key=name)
    where = f", where {registration.condition}" if registration.condition else ""
    native = steps.say(f"{release.name} runs `{name}` by {registration.file}{where}", registration.place)
    return (
        _config(checkpoint, release, name, steps)
        or _weights(checkpoint, release, name, steps)
        or steps.verdict(Status.NATIVE, native, resolved=name, key=name)
    )


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
    if method is None:
        return None
    fact = release.load.find(QUANTISATION, method)
    if fact is not None:
        steps.say(f"the tensors of quantisation method `{method}` are loaded", fact.place)
        return None
    if rule is None or method not in _TENSORS:
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
        fix="the unquantised checkpoint, or one in EXL3",
    )
