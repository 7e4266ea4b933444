"""The category of a checkpoint's architecture, by the histories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.history.categories import voices_of
from archtrack.core.matrix.categories import BY_NAME, weigh
from archtrack.model import Category

if TYPE_CHECKING:
    from archtrack.core.verdict.checkpoint import Checkpoint

    from .history.store import Histories

__all__ = ["category_of"]

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
