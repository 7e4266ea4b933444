"""What the tables of vLLM's registry are called that are for one purpose, and those of the facts of a release."""

from __future__ import annotations

__all__ = ["DRAFT_TABLES", "OUT_OF_TREE", "PREVIOUSLY", "WRAPPER_TABLES"]

DRAFT_TABLES = ("_SPECULATIVE_DECODING_MODELS",)
WRAPPER_TABLES = ("_TRANSFORMERS_BACKEND_MODELS",)
"""``_TRANSFORMERS_SUPPORTED_MODELS`` lists models that a wrapper runs, not wrappers."""

PREVIOUSLY = "previously_supported"
"""Table: architecture -> the last release that had it, as vLLM's people remember it."""
OUT_OF_TREE = "out_of_tree"
"""Table: architecture -> the plugin that has it."""
