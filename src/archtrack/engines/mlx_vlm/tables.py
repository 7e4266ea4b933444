"""What the tables of a release of MLX-VLM are called."""

from __future__ import annotations

__all__ = ["DRAFTS", "LACKS", "NAMED", "QUANTISED_WEIGHTS", "REMAPPED", "WITHOUT_MODEL"]

DRAFTS = "draft"
"""Group: the model types whose module is a drafter."""
LACKS = "lacks"
"""Table: model type -> the classes that ``load_model`` asks its module for and that it does not have."""
NAMED = "named_quantisation"
"""Table: the quantisation methods for which ``load_model`` sets parameters, but turns no weights."""
QUANTISED_WEIGHTS = "quantised_weights"
"""Table: model type -> its modules name weights as quantising tools write them, or take names from one that does."""
REMAPPED = "remapped"
"""Table: model type -> the module that runs it in the place of its own."""
WITHOUT_MODEL = "without_model"
"""Table: the packages that have no ``Model`` for ``load_model``: another program may run what they are for."""
