"""The files of llama.cpp that are read."""

from __future__ import annotations

__all__ = ["MAPS", "MODULES", "SCRIPTS"]

MAPS = "conversion/__init__.py"
MODULES = "conversion/*.py"
SCRIPTS = ("convert_hf_to_gguf.py", "convert-hf-to-gguf.py")
