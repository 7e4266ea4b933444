"""Which module runs a model type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.engines._model_types import ModelTypes, Sought

from .files import MODELS, UTILS
from .type_rules import type_rules

if TYPE_CHECKING:
    from archtrack.sources.library import Library

__all__ = ["Types"]


class Types(ModelTypes):
    """The model types that a release runs.

    Attributes:
        rules: what ``type_rules`` says of it.
    """

    def __init__(self, library: Library) -> None:
        """Read the files of a release."""
        self.rules = library.facts((UTILS,), "mlx-vlm-types-1", type_rules)[UTILS]
        folders = tuple(self.rules["folders"]) or (MODELS,)
        sought = Sought(engine="mlx-vlm", utils=UTILS, folders=folders, classes=("Model", "ModelConfig"))
        super().__init__(library, sought)
        otherwise = self.rules["otherwise"]
        if otherwise is not None:
            self.runs.pop(otherwise[0], None)  # it is what other types are handed to
        self.unresolved += [(UTILS, line, reason) for line, reason in self.rules["unread"]]
        if not self.rules["line"] and not any(path == UTILS for path, _, _ in self.unresolved):
            self.unresolved.append((UTILS, 0, "it has no get_model_and_args that could be read"))
