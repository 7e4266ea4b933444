"""The files of MLX-VLM that are read."""

from __future__ import annotations

__all__ = ["DRAFTERS", "LOADERS", "MODELS", "UTILS", "VERSION_FILES", "shown_file"]

UTILS = "mlx_vlm/utils.py"
MODELS = "mlx_vlm/models"
DRAFTERS = "mlx_vlm/speculative/drafters"
LOADERS = (UTILS, "mlx_vlm/quantization/checkpoint.py", "mlx_vlm/fp8.py")
"""What turns the weights of quantising tools into MLX's own."""
VERSION_FILES = ("mlx_vlm/version.py", "mlx_vlm/__init__.py")


def shown_file(path: str) -> str:
    """A file as MLX-VLM's own people name it: below the folder of models, or below the package."""
    return path.removeprefix(f"{MODELS}/").removeprefix("mlx_vlm/")
