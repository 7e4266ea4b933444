"""What the tables of the facts of a release of vLLM are called, besides those that every engine has."""

from __future__ import annotations

__all__ = ["OUT_OF_TREE", "PREVIOUSLY"]

PREVIOUSLY = "previously_supported"
"""Table: architecture -> the last release that had it, as vLLM's people remember it."""
OUT_OF_TREE = "out_of_tree"
"""Table: architecture -> the plugin that has it."""
