"""The files of optimum-intel that are read."""

from __future__ import annotations

__all__ = ["CLASSES", "CONVERT", "MAIN", "MODEL_CONFIGS", "VERSION_FILES"]

_EXPORTER = "optimum/exporters/openvino"
MODEL_CONFIGS = f"{_EXPORTER}/model_configs.py"
"""What registers model types."""
CLASSES = (MODEL_CONFIGS, f"{_EXPORTER}/config.py", f"{_EXPORTER}/base.py")
"""Where export classes and their bases are; the last two since 2.0.0, and the root of all classes in the last one."""
MAIN = f"{_EXPORTER}/__main__.py"
"""``main_export``, which takes a checkpoint."""
CONVERT = f"{_EXPORTER}/convert.py"
"""``export``, which asks for a release of transformers."""
VERSION_FILES = ("optimum/intel/version.py",)
