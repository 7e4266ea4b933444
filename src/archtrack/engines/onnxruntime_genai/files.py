"""The files of ONNX Runtime GenAI that are read."""

from __future__ import annotations

__all__ = ["BASES", "BUILDER", "BUILDERS", "FILES", "GGUF_LOADERS", "MODELS", "QUANTISED_LOADERS"]

MODELS = "onnxruntime_genai/models"
BUILDER = f"{MODELS}/builder.py"
"""The model builder; until 0.11.2 with every model class."""
BUILDERS = f"{MODELS}/builders/*.py"
"""The model classes, since 0.11.3."""
BASES = (f"{MODELS}/builders/base.py", BUILDER)
"""Where the class that all models inherit from is, newest layout first."""
QUANTISED_LOADERS = (f"{MODELS}/loaders/quant_model.py", f"{MODELS}/quantized_model.py")
GGUF_LOADERS = (f"{MODELS}/loaders/gguf.py", f"{MODELS}/gguf_model.py")
FILES = (BUILDER, BUILDERS, *QUANTISED_LOADERS, *GGUF_LOADERS)
