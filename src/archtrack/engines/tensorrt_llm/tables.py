"""What the facts of a release of TensorRT-LLM are called."""

from __future__ import annotations

__all__ = ["MODELOPT", "PYTORCH", "TENSORRT"]

PYTORCH = "pytorch"
TENSORRT = "tensorrt"
"""The backends, as ``Registration.groups`` names them."""
MODELOPT = "modelopt"
"""The method of checkpoints that ModelOpt wrote, which may have a ``hf_quant_config.json`` beside."""
