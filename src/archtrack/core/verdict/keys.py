"""What an engine looks a checkpoint up by, and what its registry says to that: most load paths begin so.

An engine goes by the first of the config's architectures, or by its model type. A bare architecture has no type: that
of its own configuration class in transformers stands in for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.core.wording import counted
from archtrack.model import Gate, Status

if TYPE_CHECKING:
    from archtrack.model import Registration

    from .checkpoint import Checkpoint
    from .release_facts import ReleaseFacts
    from .verdict import Step, Steps, Verdict

__all__ = ["Found", "first_architecture", "look_up", "own_model_type", "unread_places", "without_type"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a registry has for a checkpoint.

    Attributes:
        key: what was looked up.
        registration: what is there.
        step: that says so.
    """

    key: str
    registration: Registration
    step: Step


def first_architecture(checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps) -> str | Verdict:
    """The architecture of an engine that takes the first one; the verdict on a checkpoint that names none.

    Args:
        checkpoint: what its config says, or a bare architecture.
        release: what is known of the release.
        steps: of the engine.
    """
    if checkpoint.architectures:
        return checkpoint.architectures[0]
    if checkpoint.given:
        because = steps.say(f"the config names no architecture, by which {release.name} goes")
        fix = "a config that names its architecture"
        return steps.verdict(Status.UNSUPPORTED, because, gate=Gate.ARCHITECTURE, fix=fix)
    because = steps.say(f"{release.name} goes by architectures, and none is given")
    return steps.verdict(Status.UNKNOWN, because)


def own_model_type(checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps) -> str | None:
    """The model type of a config, or that of a bare architecture's configuration class; None where nothing says one.

    Args:
        checkpoint: what its config says, or a bare architecture.
        release: what is known of the release; its transformers says which type an architecture has.
        steps: of the engine; one of them says where the type is from.
    """
    if checkpoint.model_type is not None:
        steps.say(f"the config's model type is `{checkpoint.model_type}`")
        return checkpoint.model_type
    transformers = release.transformers
    if checkpoint.given or not checkpoint.architectures or transformers is None:
        return None
    architecture = checkpoint.architectures[0]
    known = transformers.registered.get(architecture)
    if known is None or known.transformers is None or known.transformers.model_type is None:
        return None
    model_type = known.transformers.model_type
    steps.say(
        f"the configuration class of `{architecture}` is for model type `{model_type}` in {transformers.name}",
        known.place,
        transformers.engine,
    )
    return model_type


def without_type(checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps) -> Verdict:
    """The verdict of an engine that goes by model type on a checkpoint of which none is known.

    Args:
        checkpoint: what its config says, or a bare architecture.
        release: what is known of the release.
        steps: of the engine.
    """
    if checkpoint.given:
        because = steps.say(f"the config has no `model_type`, by which {release.name} goes alone")
        fix = "add a `model_type` to the config"
        return steps.verdict(Status.UNSUPPORTED, because, gate=Gate.CONFIG, fix=fix)
    name = next(iter(checkpoint.architectures), None)
    what = f"nothing says which one `{name}` has" if name else "none is given"
    because = steps.say(f"{release.name} goes by model type; {what}; give a config")
    return steps.verdict(Status.UNKNOWN, because)


def look_up(
    key: str, release: ReleaseFacts, steps: Steps, *, kind: str = "", lacks: str = "has nothing for"
) -> Found | Verdict:
    """The registration of a key; the verdict of a release that has none.

    Args:
        key: an architecture, or what ``kind`` says.
        release: what is known of the release.
        steps: of the engine.
        kind: what the key is, where it is no architecture: ``model type``.
        lacks: how to say that it is not there.
    """
    shown = f"{kind} `{key}`".strip()
    registration = release.registered.get(key)
    if registration is None:
        because = steps.say(f"{release.name} {lacks} {shown}{unread_places(release)}")
        return steps.verdict(Status.UNSUPPORTED, because, gate=Gate.ARCHITECTURE, key=key)
    where = f", where {registration.condition}" if registration.condition else ""
    step = steps.say(f"{release.name} runs {shown} by {registration.file}{where}", registration.place)
    return Found(key=key, registration=registration, step=step)


def unread_places(release: ReleaseFacts) -> str:
    """In brackets, how many places of its registry could not be read; empty where all could."""
    if not release.unresolved:
        return ""
    return f" ({counted(release.unresolved, 'place')} of its registry could not be read)"
