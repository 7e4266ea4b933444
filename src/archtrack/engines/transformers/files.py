"""The files of transformers that are read, and the revision of what is made of them."""

from __future__ import annotations

__all__ = [
    "AUTO",
    "AUTO_MAPPINGS",
    "CONFIGURATIONS",
    "CONFIGURATION_AUTO",
    "CORE_FILES",
    "FLAT",
    "FLAT_CONFIGURATIONS",
    "GGUF_CHECKPOINT",
    "GGUF_CONFIGS",
    "GGUF_MAPPINGS",
    "INIT",
    "MODELING_UTILS",
    "MODELS",
    "NESTED",
    "PACKAGE",
    "PROCESSING_AUTO",
    "REVISION",
    "ROOT_CLASS",
]

REVISION = 13
"""Counts up whenever equal files would give other facts."""

PACKAGE = "transformers"
MODELS = f"{PACKAGE}/models/"
INIT = f"{PACKAGE}/__init__.py"
MODELING_UTILS = f"{PACKAGE}/modeling_utils.py"
AUTO = f"{MODELS}auto/modeling_auto.py"
PROCESSING_AUTO = f"{MODELS}auto/processing_auto.py"
AUTO_MAPPINGS = f"{MODELS}auto/auto_mappings.py"
CONFIGURATION_AUTO = (f"{MODELS}auto/configuration_auto.py", f"{PACKAGE}/configuration_auto.py")
"""Where AutoConfig is, newest layout first; since 5.6 its table is in ``AUTO_MAPPINGS``."""
CONFIGURATIONS = f"{MODELS}**/configuration_*.py"
FLAT_CONFIGURATIONS = f"{PACKAGE}/configuration_*.py"
ROOT_CLASS = (MODELING_UTILS, "PreTrainedModel")
NESTED = f"{MODELS}**/modeling_*.py"
FLAT = f"{PACKAGE}/modeling_*.py"
"""Where models are, and where they were before 4.0."""
GGUF_CHECKPOINT = f"{PACKAGE}/modeling_gguf_pytorch_utils.py"
GGUF_MAPPINGS = f"{PACKAGE}/integrations/ggml.py"
GGUF_CONFIGS = f"{PACKAGE}/integrations/gguf/gguf_config_mapping.py"
"""Where GGUF files are read, since 4.41."""
CORE_FILES = (
    MODELING_UTILS,
    f"{PACKAGE}/modeling_layers.py",
    f"{PACKAGE}/generation/utils.py",
)
