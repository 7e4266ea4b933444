"""What transformers itself does with a checkpoint: AutoConfig, then a class.

Of a GGUF file it first makes a config (``core.verdict.gguf``).
AutoConfig asks for the model type, or takes the repository's own configuration class. The class is the public one that
the config names, or the one that an Auto class gives for the model type, or the repository's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.verdict.auto_config import TABLES, ask_auto_config, no_config
from archtrack.core.verdict.gguf import gguf_config
from archtrack.core.verdict.release_facts import MODEL_TYPES
from archtrack.core.verdict.verdict import Steps, Verdict
from archtrack.model import Gate, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import Fact, LoadOptions, ReleaseFacts

__all__ = ["load"]


def load(checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:
    """Take a checkpoint through the gates of a release of transformers."""
    steps = Steps("transformers", checkpoint.architectures)
    of_file = checkpoint.gguf_architecture is not None
    made = gguf_config(checkpoint, release, steps) if of_file else checkpoint
    if isinstance(made, Verdict):
        return made
    checkpoint = made
    stopped = _config_gate(checkpoint, release, options, steps)
    return stopped if stopped is not None else _architecture_gate(checkpoint, release, steps)


def _config_gate(
    checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions, steps: Steps
) -> Verdict | None:
    if no_config(checkpoint, steps):
        return None
    return ask_auto_config(checkpoint, release, options, steps)


def _architecture_gate(checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps) -> Verdict:
    fact = release.load.find(MODEL_TYPES, checkpoint.model_type)
    public = next((each for each in checkpoint.architectures if each in release.registered), None)
    taken = _auto_classes(fact, steps)
    if public is not None:
        place = release.registered[public].place
        because = steps.say(f"{public} is a public class of {release.name}", place)
        return steps.verdict(Status.NATIVE, because, resolved=public, key=public)
    named = checkpoint.architectures[0] if checkpoint.architectures else None
    remote = next((key for key, _ in checkpoint.auto_map if key.startswith("AutoModel")), None)
    if remote is not None:
        because = steps.say(
            f"{named or 'the class'} is the repository's own (auto_map.{remote}): it needs trust_remote_code=True"
        )
        return steps.verdict(Status.REMOTE_CODE, because, key=named)
    if taken is not None:
        because = steps.say(
            f"the Auto classes go by the model type: {taken} is loaded", fact.place if fact else None
        )
        return steps.verdict(Status.NATIVE, because, resolved=taken, key=taken)
    because = steps.say(
        f"{release.name} has no public class {named}" if named else "the config names no architecture"
    )
    return steps.verdict(Status.UNSUPPORTED, because, gate=Gate.ARCHITECTURE, key=named)


def _auto_classes(fact: Fact | None, steps: Steps) -> str | None:
    """Say which Auto classes take the model type; what the first of them gives."""
    classes: Mapping[str, str] = fact.value.get("classes", {}) if fact is not None else {}
    given = [(TABLES[table], classes[table]) for table in TABLES if table in classes]
    if fact is None or not given:
        return None
    words = ", ".join(f"{auto} ({name})" for auto, name in given)
    steps.say(f"the model type `{fact.key}` is taken by {words}", fact.place)
    return given[0][1]
