"""What a plugin of vLLM does with a checkpoint: its own registrations, and no more, are its answer.

vLLM takes the first architecture of a config that is in its registry, which a plugin has added to by then. So the first
one counts where the plugin registers it. Of any other nothing here says whether the plugin's platform runs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.verdict.gguf import not_followed
from archtrack.core.verdict.keys import unread_places
from archtrack.core.verdict.verdict import Steps
from archtrack.model import Gate, Status

from .declaration import CONDITIONS

if TYPE_CHECKING:
    from collections.abc import Collection

    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import ReleaseFacts
    from archtrack.core.verdict.verdict import Verdict

__all__ = ["load"]


def load(checkpoint: Checkpoint, release: ReleaseFacts, base: str, own_only: Collection[str]) -> Verdict:
    """Look the first architecture of a checkpoint up.

    Args:
        checkpoint: what its config says, or a bare architecture.
        release: what is known of the release.
        base: the engine that the plugin adds to.
        own_only: what is in a table of the plugin's own, and in no registry of that engine.
    """
    steps = Steps(release.engine, checkpoint.architectures)
    if checkpoint.gguf_architecture is not None:
        return not_followed(release, steps)
    if not checkpoint.architectures:
        because = steps.say(f"the checkpoint names no architecture: what {base} itself takes it for counts")
        return steps.verdict(Status.UNKNOWN, because)
    first = checkpoint.architectures[0]
    found = release.registered.get(first)
    if found is None:
        later = [name for name in checkpoint.architectures[1:] if name in release.registered]
        if later:
            steps.say(
                f"it registers `{later[0]}`, which counts only if {base} itself has none of those before it",
                release.registered[later[0]].place,
            )
        because = steps.say(
            f"{release.name} registers nothing for it{unread_places(release)}: what {base} itself does counts, and"
            " whether that runs with the plugin is not followed"
        )
        return steps.verdict(Status.UNKNOWN, because, key=first)
    steps.say("the config, the quantisation and what the plugin's platform allows are not followed")
    condition = release.load.find(CONDITIONS, first)
    where = "" if condition is None else f", where {condition.value}"
    table = next(iter(found.groups), None)
    if table is not None and first in own_only:
        because = steps.say(
            f"{release.name} has `{first}` in its own `{table}`, but {base} asks its registry first, and no release of"
            f" {base} has it there: whether it gets that far is not followed",
            found.place,
        )
        return steps.verdict(Status.UNKNOWN, because, key=first)
    what = f"registers `{first}` in {base}" if table is None else f"has `{first}` in its own `{table}`"
    because = steps.say(f"{release.name} {what}{where}", found.place)
    if checkpoint.quantized_by is not None:
        shown = (
            f"quantisation method `{checkpoint.quant_method}`"
            if checkpoint.quant_method
            else "the quantisation"
        )
        because = steps.say(f"whether its class takes {shown} is not followed")
        return steps.verdict(Status.UNKNOWN, because, gate=Gate.QUANTISATION, key=first)
    return steps.verdict(Status.NATIVE, because, resolved=first, key=first)
