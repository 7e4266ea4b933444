"""What the tables of the facts of a release of ONNX Runtime GenAI are called."""

from __future__ import annotations

__all__ = ["CHOICES", "DROPS", "GGUF_CLASSES", "OWN_LOADERS"]

CHOICES = "choices"
"""Table: architecture -> the branches that ask more of its config, in order: ``[{"class", "tests"}]``. ``class`` is
None for one that stops. A test is ``[operator, key, "key" or "value", other]``, or ``["unread"]``."""
DROPS = "drops_quantisation"
"""Table: architecture -> the builder takes ``quantization_config`` out of its config: ``{"unless": [method], "needs":
whether it stops where there is none}``; ``unless`` is None where that is not read."""
GGUF_CLASSES = "gguf_classes"
"""Table: the architectures whose weights the builder takes from a GGUF file."""
OWN_LOADERS = "own_loaders"
"""Table: the architectures whose class loads its weights itself -> the method that does."""
