"""The files of CTranslate2 that are read."""

from __future__ import annotations

__all__ = ["CONVERTER", "VERSION_FILES"]

CONVERTER = "ctranslate2/converters/transformers.py"
"""The converter of transformers checkpoints, with every loader."""
VERSION_FILES = ("ctranslate2/version.py",)
