"""archtrack says which model architectures an inference engine really runs, and how it knows."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
