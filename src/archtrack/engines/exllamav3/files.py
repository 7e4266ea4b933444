"""The files of ExLlamaV3 that are read."""

from __future__ import annotations

__all__ = ["CONFIGS", "FOLDERS", "LINEAR", "LIST", "VERSION_FILES"]

FOLDERS = ("exllamav3/architecture", "exllamav3/models")
"""Where the models are, newest layout first."""
LIST = "architectures.py"
LINEAR = "exllamav3/modules/linear.py"
"""The module of linear layers."""
CONFIGS = ("exllamav3/model/config.py", "exllamav3/models/config.py")
"""Where ``Config.from_directory`` is, newest layout first."""
VERSION_FILES = ("exllamav3/version.py",)
