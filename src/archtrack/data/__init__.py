"""What archtrack ships: the history of each engine, the model index, recipes, examples, and the schema of all JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archtrack.core.matrix.example_table import example_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.core.matrix.example_table import Entry

__all__ = ["EXAMPLES", "HISTORY", "MODELS", "RECIPES", "SCHEMA", "shipped_examples"]

_FOLDER = Path(__file__).parent
HISTORY = _FOLDER / "history"
MODELS = _FOLDER / "models" / "index.json"
RECIPES = _FOLDER / "recipes"
EXAMPLES = _FOLDER / "examples.toml"
SCHEMA = _FOLDER / "schema.json"


def shipped_examples() -> Mapping[str, Entry]:
    """The table of examples, by architecture."""
    return example_table(EXAMPLES.read_text(encoding="utf-8"))
