"""The way of a GGUF file in transformers, and in the engines that have transformers make a config of it.

transformers (``get_config_dict`` of ``configuration_utils.py``) first asks ``GGUF_CONFIG_ARCHS``, where a release has
it: the function for the file's architecture gives a config with a model type. Else ``load_gguf_checkpoint``
(``modeling_gguf_pytorch_utils.py``) gives the architecture transformers' own name (``qwen2moe`` -> ``qwen2_moe``),
refuses it unless ``GGUF_SUPPORTED_ARCHITECTURES`` has it, or
since 4.50 its own name, and takes that for the model type.

Table ``GGUF_ARCHITECTURES`` of transformers: architecture -> null, or ``{"type", "class"}`` of one for which a function
gives the config (null for what it does not plainly say). Rule ``gguf``, where a release reads GGUF files:

- ``file`` and ``line`` of the refusal; ``either``: whether the own name is asked for, too;
- ``sized``: parts of the architectures that go by the number of parameters in the file's name as well;
- ``chains``: each a list of ``{"in": [part of the architecture, …], "name", "exact", "to": own name, "classes": {part
  of the architecture: class}, "line"}``, of which the first that holds counts; a later chain wins. Where ``name`` is
  not null, ``general.name`` has to be that text (``exact``) or to have it in it;
- ``types``: ``{model type: {"to", "line"}}`` of what is given another type in the end;
- ``unread``: the line of what cannot be read, 0 for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from archtrack.model import Gate, Place, Status

from .release_facts import GGUF_ARCHITECTURES, MODEL_TYPES
from .verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .checkpoint import Checkpoint
    from .release_facts import ReleaseFacts
    from .verdict import Steps

__all__ = ["RULE", "as_causal", "gguf_config", "needs_config", "not_followed", "only_model", "reads_none"]

RULE = "gguf"
_LIBRARY = "transformers"


def gguf_config(checkpoint: Checkpoint, release: ReleaseFacts | None, steps: Steps) -> Checkpoint | Verdict:
    """The checkpoint with the model type that transformers gives a GGUF file; the verdict where that is the end.

    Args:
        checkpoint: of a GGUF file.
        release: of transformers; None where it is not known.
        steps: of the engine that asks.
    """
    made = _made(checkpoint, checkpoint.gguf_architecture or "", release, steps)
    return made if isinstance(made, Verdict) else only_model(made, steps)


def only_model(checkpoint: Checkpoint, steps: Steps) -> Checkpoint | Verdict:
    """The checkpoint of a GGUF file that is a model, and no adapter or projector of the same architecture."""
    kind = dict(checkpoint.plain).get("general.type", "model")
    if kind == "model":
        return checkpoint
    because = steps.say(
        f"the file is no model, its `general.type` is `{kind}`: what becomes of it is not followed"
    )
    return steps.verdict(Status.UNKNOWN, because)


def _made(
    checkpoint: Checkpoint, name: str, release: ReleaseFacts | None, steps: Steps
) -> Checkpoint | Verdict:
    if release is None:
        because = steps.say(
            "which transformers it runs with is not known: it makes the config of a GGUF file"
        )
        return steps.verdict(Status.UNKNOWN, because)
    rule: Mapping[str, Any] | None = release.load.rules.get(RULE)
    fact = release.load.find(GGUF_ARCHITECTURES, name)
    if fact is not None and fact.value is not None and fact.value["type"] is not None:
        made = f"makes a config of model type `{fact.value['type']}` of it"
        steps.say(f"{release.name} knows the GGUF architecture `{name}`, and {made}", fact.place, _LIBRARY)
        known_class = fact.value["class"]
        return replace(
            checkpoint,
            model_type=fact.value["type"],
            architectures=() if known_class is None else (known_class,),
        )
    if rule is None:
        because = steps.say(f"{release.name} reads no GGUF files")
        return steps.verdict(Status.UNSUPPORTED, because, gate=Gate.CONFIG)
    by_function = fact is not None and fact.value is not None
    sized = any(part in name for part in rule["sized"])
    if GGUF_ARCHITECTURES not in release.load.tables or rule["unread"] or sized or by_function:
        because = steps.say(
            _untold(name, release, sized=sized),
            _place(rule, rule["unread"] or rule["line"], release),
            _LIBRARY,
        )
        return steps.verdict(Status.UNKNOWN, because)
    named = _own_name(name, dict(checkpoint.plain).get("general.name"), rule)
    own = name if named is None else str(named.row["to"])
    found = fact or (release.load.find(GGUF_ARCHITECTURES, own) if rule["either"] else None)
    if found is None:
        because = steps.say(
            f"{release.name} refuses the GGUF architecture `{name}`: GGUF_SUPPORTED_ARCHITECTURES does not have it",
            _place(rule, rule["line"], release),
            _LIBRARY,
        )
        return steps.verdict(Status.UNSUPPORTED, because, gate=Gate.CONFIG)
    steps.say(f"{release.name} knows the GGUF architecture `{found.key}`", found.place, _LIBRARY)
    if named is not None:
        place = _place(rule, named.row["line"], release)
        steps.say(f"it takes `{name}` for its own `{own}`{named.why}", place, _LIBRARY)
    other = rule["types"].get(own)
    if other is not None:
        text = f"of a GGUF file it makes a config of model type `{other['to']}`"
        steps.say(text, _place(rule, other["line"], release), _LIBRARY)
    classes = {} if named is None else named.row["classes"]
    return replace(
        checkpoint,
        model_type=own if other is None else other["to"],
        architectures=tuple(each for part, each in classes.items() if part in name),
    )


def as_causal(
    checkpoint: Checkpoint, release: ReleaseFacts | None, steps: Steps, place: Place | None
) -> Checkpoint | Verdict:
    """The checkpoint with the class that ``MODEL_FOR_CAUSAL_LM_MAPPING_NAMES`` has, as vLLM and SGLang look it up.

    Args:
        checkpoint: of a GGUF file, with a model type.
        release: of transformers.
        steps: of the engine that asks.
        place: where the engine looks it up.
    """
    fact = None if release is None else release.load.find(MODEL_TYPES, checkpoint.model_type)
    found = fact.value.get("classes", {}).get("CAUSAL_LM") if fact is not None else None
    library = _LIBRARY if release is None else release.name
    if found is None:
        because = steps.say(
            f"of a GGUF file it takes language models only, and {library} has none of model type"
            f" `{checkpoint.model_type}`",
            place,
        )
        return steps.verdict(Status.UNSUPPORTED, because, gate=Gate.CONFIG)
    steps.say(f"it takes the file for a {found}, by the model type", place)
    steps.say("whether each of its tensors finds a place in that class is not followed")
    return replace(checkpoint, architectures=(found,))


def reads_none(release: ReleaseFacts, steps: Steps, *, plugin: str | None = None) -> Verdict:
    """The verdict of a release that hands no GGUF file to transformers.

    Args:
        release: what is known of it.
        steps: of the engine.
        plugin: a package that teaches it to.
    """
    more = "" if plugin is None else f"; the package {plugin} does, and what that takes is not followed"
    because = steps.say(f"{release.name} itself reads no GGUF files{more}")
    return steps.verdict(Status.UNSUPPORTED, because, gate=Gate.CONFIG)


def needs_config(release: ReleaseFacts, steps: Steps, place: Place) -> Verdict:
    """The verdict of a release that reads the ``config.json`` of a folder and nothing else."""
    because = steps.say(f"{release.name} reads no GGUF files: it opens the config.json of a folder", place)
    return steps.verdict(Status.UNSUPPORTED, because, gate=Gate.CONFIG)


def not_followed(release: ReleaseFacts, steps: Steps) -> Verdict:
    """The verdict of a release of which nobody has looked at what it does with a GGUF file."""
    because = steps.say(f"whether {release.name} reads GGUF files is not followed")
    return steps.verdict(Status.UNKNOWN, because)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """The row of a chain that gives a file's architecture another name, and why it holds."""

    row: Mapping[str, Any]
    why: str


def _own_name(name: str, called: object, rule: Mapping[str, Any]) -> _Named | None:
    """The last row that gives the architecture a name of transformers' own."""
    found = None
    for chain in rule["chains"]:
        for row in chain:
            if any(part in name for part in row["in"]) and _is_called(called, row):
                why = "" if row["name"] is None else f", as its `general.name` is `{called}`"
                found = _Named(row=row, why=why)
                break
    return found


def _is_called(called: object, row: Mapping[str, Any]) -> bool:
    wanted = row["name"]
    if wanted is None:
        return True
    if not isinstance(called, str):
        return False
    return bool(called == wanted if row["exact"] else wanted in called.lower())


def _untold(name: str, release: ReleaseFacts, *, sized: bool) -> str:
    if sized:
        return f"{release.name} goes by the file's name as well for `{name}`, which is not followed"
    return f"it is not known which GGUF architectures {release.name} takes, or by which names"


def _place(rule: Mapping[str, Any], line: int, release: ReleaseFacts) -> Place | None:
    return Place(file=rule["file"], line=line, release=release.load.lines_of) if line else None
