"""What the tables of the facts of a release of MLX-LM are called."""

from __future__ import annotations

__all__ = ["PAIRS", "QUANTISED_WEIGHTS", "SUB_CONFIGS"]

PAIRS = "type_and_architecture"
"""Table: ``type architecture`` -> the module that runs the two together."""
SUB_CONFIGS = "sub_configs"
"""Table: module -> the sub-configs that its ``ModelArgs`` cannot do without."""
QUANTISED_WEIGHTS = "quantised_weights"
"""Table: module -> it names weights as quantising tools write them, or takes classes from one that does."""
