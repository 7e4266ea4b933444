"""Which module runs a model type, and which one runs a type together with an architecture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.engines._model_types import ModelTypes, Sought

from .files import MODELS, UTILS

if TYPE_CHECKING:
    from archtrack.sources.library import Library

__all__ = ["Types"]

_PAIRS = "MODEL_ARCHITECTURE_REMAPPING"
_SOUGHT = Sought(
    engine="mlx-lm",
    utils=UTILS,
    folders=(MODELS,),
    classes=("Model", "ModelArgs"),
    every="MODEL_MAPPING",
    further=(_PAIRS,),
)


class Types(ModelTypes):
    """The model types that a release runs.

    Attributes:
        architectures: (type, architecture) -> what runs the two together.
    """

    def __init__(self, library: Library) -> None:
        """Read the files of a release."""
        super().__init__(library, _SOUGHT)
        self.architectures = {
            (model_type, architecture): runs
            for key, runs in self.rows(_PAIRS)
            for model_type, _, architecture in [key.partition(" ")]
            if architecture and runs is not None
        }
