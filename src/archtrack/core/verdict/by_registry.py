"""The verdict for an engine whose load path is not followed: what its registry says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.model import Gate, Status

from .gguf import not_followed
from .keys import unread_places
from .verdict import Steps

if TYPE_CHECKING:
    from .checkpoint import Checkpoint
    from .release_facts import ReleaseFacts
    from .verdict import Verdict

__all__ = ["by_registry"]


def by_registry(checkpoint: Checkpoint, release: ReleaseFacts) -> Verdict:
    """Look the architectures of a checkpoint up; the first that is registered counts.

    Args:
        checkpoint: what its config says, or a bare architecture.
        release: what is known of the release.
    """
    steps = Steps(release.engine, checkpoint.architectures)
    if checkpoint.gguf_architecture is not None:
        return not_followed(release, steps)
    steps.say(f"of {release.engine} only the registry is known: whether the checkpoint loads is not followed")
    for name in checkpoint.architectures:
        found = release.registered.get(name)
        if found is not None:
            where = f", where {found.condition}" if found.condition else ""
            step = steps.say(f"{release.name} registers `{name}`{where}", found.place)
            return steps.verdict(Status.NATIVE, step, resolved=name, key=name)
    shown = ", ".join(f"`{name}`" for name in checkpoint.architectures)
    text = f"{release.name} registers none of {shown}" if shown else "the checkpoint names no architecture"
    step = steps.say(text + unread_places(release))
    key = next(iter(checkpoint.architectures), None)
    return steps.verdict(Status.UNSUPPORTED, step, gate=Gate.ARCHITECTURE, key=key)
