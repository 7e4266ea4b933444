"""What the tables, the rules and the groups of a release of Ollama are called."""

from __future__ import annotations

__all__ = [
    "CARRIED",
    "COMPAT",
    "CONVERT",
    "CONVERTS",
    "DRAFT",
    "DTYPES",
    "MLX",
    "OWN",
    "PATCHED",
    "TORCH",
    "UNREAD",
]

CONVERT = "convert"
"""Group: what the converter takes of safetensors."""
TORCH = "convert torch"
"""Group: what it takes of PyTorch files, where it has another list for these."""
MLX = "mlx"
"""Group and table: what the MLX runner has."""
DRAFT = "mlx draft"
"""Group: what the MLX runner has for drafts, and for nothing else."""

CONVERTS = "converts"
"""Table: architecture -> ``{"to": [GGUF architecture, the usual one first], "methods": [quantisation method that its
converter has a part for]}``; ``"unread": true`` where its file may get others, too."""
OWN = "own_engine"
"""Table: the GGUF architectures that Ollama's own engine registers."""
PATCHED = "patched"
"""Table: the GGUF architectures that a patch adds to the llama.cpp that is fetched when a release is built."""
COMPAT = "compat"
"""Table: GGUF architecture -> ``{"to": another}``: what a release loads as another; null where that is not plain."""
DTYPES = "dtypes"
"""Table: the types of numbers of safetensors that the converter reads."""

CARRIED = "llama_cpp"
"""Rule: ``{"file", "line"}`` of what says which llama.cpp a release carries, with its ``build`` or ``commit``; neither
of a submodule."""
UNREAD = "unread"
"""Rule: name of a table -> ``{"file", "line"}`` of what could not be read of it: then it is not all."""
