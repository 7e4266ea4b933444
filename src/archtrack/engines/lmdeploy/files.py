"""The files of LMDeploy that are read."""

from __future__ import annotations

__all__ = [
    "ARCHS",
    "CHECKS",
    "CONFIG",
    "CONVERTERS",
    "LINEAR",
    "LOADING",
    "MODULE_MAP",
    "OWN_CONFIGS",
    "PATCH",
    "PYTORCH",
    "SINCE",
    "TABLES",
    "TURBOMIND",
    "VERSION_FILES",
    "VISION",
]

SINCE = "0.2.5"
"""The oldest release that has a table of architectures."""

MODULE_MAP = "lmdeploy/pytorch/models/module_map.py"
PYTORCH = "lmdeploy/pytorch/supported_models.py"
TURBOMIND = "lmdeploy/turbomind/supported_models.py"
TABLES = (MODULE_MAP, PYTORCH, TURBOMIND)
VERSION_FILES = ("lmdeploy/version.py",)

ARCHS = "lmdeploy/archs.py"
PATCH = "lmdeploy/pytorch/models/patch.py"
CONFIG = "lmdeploy/pytorch/config.py"
OWN_CONFIGS = ("lmdeploy/hf_configs/__init__.py", "lmdeploy/pytorch/transformers/__init__.py")
"""Where ``config_from_pretrained`` is, newest first."""
CONVERTERS = ("lmdeploy/turbomind/converter.py", "lmdeploy/turbomind/deploy/converter.py")
"""Where TurboMind tells quantisation methods apart."""
LINEAR = ("lmdeploy/pytorch/nn/linear/__init__.py", "lmdeploy/pytorch/nn/linear.py")
"""Where the PyTorch engine does, until ``QuantizationConfig`` in ``CONFIG`` does."""
CHECKS = ("lmdeploy/pytorch/check_env/model.py", "lmdeploy/pytorch/check_env/__init__.py")
"""Where the PyTorch engine checks a config before it loads anything."""
VISION = "lmdeploy/vl/model/*.py"
"""What makes inputs of images, video and sound, for both engines."""
LOADING = (ARCHS, PATCH, CONFIG, *OWN_CONFIGS, *CONVERTERS, *LINEAR, *CHECKS, VISION)
