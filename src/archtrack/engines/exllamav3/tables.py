"""What the facts of a release of ExLlamaV3 are called, and how tensors are told apart."""

from __future__ import annotations

__all__ = ["ASKED", "TENSORS"]

ASKED = "asked"
"""Table: architecture -> what its configuration class asks for: ``{"equal": {key: [value]}, "needs": [key]}``."""
TENSORS = {
    "awq": ("qweight",),
    "exl2": ("q_weight",),
    "exl3": ("trellis",),
    "fp8": ("weight_scale_inv", "weight_scale"),
    "gptq": ("qweight",),
    "mxfp4": ("_blocks",),
}
"""Quantisation method -> what the names of its tensors end with, by which they are told from plain weights."""
