"""The category of a checkpoint's architecture and a checkpoint with it, by the histories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.matrix.categories import BY_NAME, by_name
from archtrack.data import shipped_examples
from archtrack.model import Category, Example

if TYPE_CHECKING:
    from archtrack.core.verdict.checkpoint import Checkpoint

    from .history.store import Histories

__all__ = ["category_of", "example_of"]

_TOWERS = ("vision_config", "audio_config", "thinker_config", "vision_tower", "mm_vision_tower")
_ORDER = ("sglang", "transformers", "vllm", "lmdeploy", "mlx-lm", "exllamav3")
"""Whose word counts first."""


def category_of(checkpoint: Checkpoint, counting: str | None, histories: Histories) -> tuple[Category, str]:
    """The category of the architecture that counts, and who says so: by the engines, by the config, by its name.

    Args:
        checkpoint: what its config says.
        counting: the architecture that SGLang runs it as, where that is another one.
        histories: of every engine.
    """
    name = counting or next(iter(checkpoint.architectures), None)
    for engine in sorted(histories.engines, key=_place):
        history = histories.get(engine)
        if history is not None and name is not None and name in history.categories:
            return Category(history.categories[name]), f"the history of {engine}"
    key = next((key for key in _TOWERS if key in checkpoint.keys), None)
    if key is not None:
        return Category.MULTIMODAL, f"the config's {key}"
    return (Category.TEXT, "nothing else is known") if name is None else (by_name(name), BY_NAME)


def example_of(checkpoint: Checkpoint, histories: Histories) -> Example | None:
    """A checkpoint with the architecture that was asked for: of the shipped table, else one that a release names."""
    for name in checkpoint.architectures[:1]:
        entry = shipped_examples().get(name)
        if entry is not None and entry.id is not None:
            return Example(id=entry.id, source="the shipped table of examples")
        for engine in sorted(histories.engines, key=_place):
            history = histories.get(engine)
            found = history.example(name) if history is not None else None
            if found is not None and found.example is not None:
                return Example(id=found.example, source=f"{engine} {found.since}: {found.at}")
    return None


def _place(engine: str) -> tuple[int, str]:
    return _ORDER.index(engine) if engine in _ORDER else len(_ORDER), engine
