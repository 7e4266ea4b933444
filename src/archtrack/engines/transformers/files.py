"""The files of transformers that are read, and the revision of what is made of them."""

from __future__ import annotations

__all__ = [
    "AUTO",
    "CORE_FILES",
    "FLAT",
    "INIT",
    "MODELING_UTILS",
    "MODELS",
    "NESTED",
    "PACKAGE",
    "REVISION",
    "ROOT_CLASS",
]

REVISION = 11
"""Counts up whenever equal files would give other facts."""

PACKAGE = "transformers"
MODELS = f"{PACKAGE}/models/"
INIT = f"{PACKAGE}/__init__.py"
MODELING_UTILS = f"{PACKAGE}/modeling_utils.py"
AUTO = f"{MODELS}auto/modeling_auto.py"
ROOT_CLASS = (MODELING_UTILS, "PreTrainedModel")
NESTED = f"{MODELS}**/modeling_*.py"
FLAT = f"{PACKAGE}/modeling_*.py"
"""Where models are, and where they were before 4.0."""
CORE_FILES = (
    MODELING_UTILS,
    f"{PACKAGE}/modeling_layers.py",
    f"{PACKAGE}/generation/utils.py",
)
