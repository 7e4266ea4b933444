"""The files of MLX-LM that are read."""

from __future__ import annotations

__all__ = ["MODELS", "TUNER", "UTILS", "VERSION_FILES", "module_of"]

UTILS = "mlx_lm/utils.py"
MODELS = "mlx_lm/models"
TUNER = "mlx_lm/tuner/utils.py"
VERSION_FILES = ("mlx_lm/_version.py", "mlx_lm/version.py")


def module_of(path: str) -> str:
    """The name of a module of models, by its path or by its file below their folder."""
    return path.removeprefix(f"{MODELS}/").removesuffix(".py").removesuffix("/__init__")
