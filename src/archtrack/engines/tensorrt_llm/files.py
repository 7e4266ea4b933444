"""The files of TensorRT-LLM that are read."""

from __future__ import annotations

__all__ = [
    "ALL",
    "API",
    "AUTO",
    "CONFIG",
    "INDEX",
    "LEGACY",
    "LOADER",
    "OWN_CONFIGS",
    "TORCH",
    "VERSION_FILES",
]

TORCH = "tensorrt_llm/_torch/models"
"""The models of the PyTorch backend."""
INDEX = f"{TORCH}/_arch_index.py"
"""Of newer releases: which module is imported for a name."""
LEGACY = "tensorrt_llm/models/__init__.py"
"""The map of the TensorRT backend."""
AUTO = f"{TORCH}/modeling_auto.py"
"""Where the PyTorch backend looks a class up."""
CONFIG = "tensorrt_llm/_torch/model_config.py"
"""Where the PyTorch backend loads the config."""
OWN_CONFIGS = "tensorrt_llm/_torch/pyexecutor/config_utils.py"
"""Where newer releases make configs of their own."""
LOADER = "tensorrt_llm/llmapi/llm_utils.py"
"""Where a quantised checkpoint is taken or refused."""
API = "tensorrt_llm/llmapi/llm.py"
"""Where ``LLM`` takes a backend."""
ALL = f"{TORCH}/**/*.py"
VERSION_FILES = ("tensorrt_llm/version.py",)
