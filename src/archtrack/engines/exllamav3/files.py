"""The files of ExLlamaV3 that are read."""

from __future__ import annotations

__all__ = ["FOLDERS", "LINEAR", "LIST", "VERSION_FILES"]

FOLDERS = ("exllamav3/architecture", "exllamav3/models")
"""Where the models are, newest layout first."""
LIST = "architectures.py"
LINEAR = "exllamav3/modules/linear.py"
"""The module of linear layers."""
VERSION_FILES = ("exllamav3/version.py",)
