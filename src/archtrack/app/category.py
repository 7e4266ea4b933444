"""The category of a checkpoint's architecture and a checkpoint with it, by the histories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.history.categories import place_of, voices_of
from archtrack.core.matrix.categories import BY_NAME, weigh
from archtrack.data import shipped_examples
from archtrack.model import Category, Example

if TYPE_CHECKING:
    from archtrack.core.verdict.checkpoint import Checkpoint

    from .history.store import Histories

__all__ = ["category_of", "example_of"]

_TOWERS = ("vision_config", "audio_config", "thinker_config", "vision_tower", "mm_vision_tower")


def category_of(checkpoint: Checkpoint, counting: str | None, histories: Histories) -> tuple[Category, str]:
    """The category of the architecture that counts, and who says so: by the engines, by the config, by its name.

    Args:
        checkpoint: what its config says.
        counting: the architecture that SGLang runs it as, where that is another one.
        histories: of every engine.
    """
    name = counting or next(iter(checkpoint.architectures), None)
    known = [found for engine in histories.engines if (found := histories.get(engine)) is not None]
    category, source = (Category.TEXT, BY_NAME) if name is None else weigh(name, voices_of(known))
    if source != BY_NAME:
        return category, source
    key = next((key for key in _TOWERS if key in checkpoint.keys), None)
    if key is not None:
        return Category.MULTIMODAL, f"the config's {key}"
    return (category, source) if name is not None else (Category.TEXT, "nothing else is known")


def example_of(checkpoint: Checkpoint, histories: Histories) -> Example | None:
    """A checkpoint with the architecture that was asked for: of the shipped table, else one that a release names."""
    for name in checkpoint.architectures[:1]:
        entry = shipped_examples().get(name)
        if entry is not None and entry.id is not None:
            return Example(id=entry.id, source="the shipped table of examples")
        for engine in sorted(histories.engines, key=place_of):
            history = histories.get(engine)
            found = history.example(name) if history is not None else None
            if found is not None and found.example is not None:
                return Example(id=found.example, source=f"{engine} {found.since}: {found.at}")
    return None
