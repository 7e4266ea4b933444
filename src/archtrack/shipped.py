"""Data that archtrack ships, read when it is needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .core.example_table import Entry

__all__ = ["EXAMPLES", "shipped_examples"]

EXAMPLES = Path(__file__).parent / "data" / "examples.toml"


def shipped_examples() -> Mapping[str, Entry]:
    """The table of examples, by architecture."""
    from .core.example_table import example_table  # noqa: PLC0415 -- only with a matrix

    return example_table(EXAMPLES.read_text(encoding="utf-8"))
