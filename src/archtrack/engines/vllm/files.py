"""The files of vLLM that are read, and the revision of what is made of them."""

from __future__ import annotations

__all__ = [
    "ATTENTION_BACKENDS",
    "CLASSES",
    "CLI",
    "CONFIGS",
    "CONVERTOR",
    "HF_CONFIG",
    "INTERFACES",
    "LISTED",
    "LOADED",
    "LOADER",
    "MODELS",
    "PLUGIN",
    "PLUGIN_SINCE",
    "QUANTISATION",
    "QUANTISATION_METHODS",
    "REASONING_PARSERS",
    "REGISTRIES",
    "REVISION",
    "SPECULATIVE",
    "TOOL_PARSERS",
    "VERSION_FILES",
]

REVISION = 4
"""Counts up whenever equal files would give other facts of the load path."""

MODELS = "vllm/model_executor/models"
REGISTRIES = (
    f"{MODELS}/registry.py",
    f"{MODELS}/__init__.py",
    "vllm/model_executor/model_loader.py",
)
"""Where the tables are, newest layout first; the first file that holds any counts."""
CLASSES = (f"{MODELS}/**/*.py", "vllm/models/**/*.py")
"""Where the classes of models are."""
INTERFACES = (f"{MODELS}/interfaces.py", f"{MODELS}/interfaces_base.py")
"""What the classes are asked."""
VERSION_FILES = ("vllm/_version.py", "vllm/version.py", "vllm/__init__.py")

CONFIGS = ("vllm/config/model.py", "vllm/config/__init__.py", "vllm/config.py")
"""Where ``ModelConfig`` is, newest layout first."""
CONVERTOR = "vllm/transformers_utils/model_arch_config_convertor.py"
HF_CONFIG = "vllm/transformers_utils/config.py"
LOADER = "vllm/model_executor/model_loader/utils.py"
PLUGIN, PLUGIN_SINCE = "vllm-gguf-plugin", "0.24.0"
"""The package to which vLLM's people have moved what reads GGUF files, and the first release without that."""
QUANTISATION = (
    "vllm/model_executor/layers/quantization/__init__.py",
    "vllm/model_executor/quantization_utils/__init__.py",
)
QUANTISATION_METHODS = "vllm/model_executor/layers/quantization/**/*.py"
LOADED = (*CONFIGS, CONVERTOR, HF_CONFIG, LOADER, *QUANTISATION, QUANTISATION_METHODS)
"""What the load path rests on, besides the registry."""

TOOL_PARSERS = ("vllm/tool_parsers", "vllm/entrypoints/openai/tool_parsers")
REASONING_PARSERS = ("vllm/reasoning", "vllm/entrypoints/openai/reasoning_parsers")
"""The packages of parsers, newest layout first."""
CLI = "vllm/entrypoints/openai/cli_args.py"
ATTENTION_BACKENDS = (
    "vllm/v1/attention/backends/registry.py",
    "vllm/attention/backends/registry.py",
    "vllm/platforms/interface.py",
    "vllm/attention/selector.py",
)
SPECULATIVE = ("vllm/config/speculative.py", *CONFIGS[1:])
LISTED = (
    *(f"{folder}/*.py" for folder in (*TOOL_PARSERS, *REASONING_PARSERS)),
    CLI,
    *ATTENTION_BACKENDS,
    *SPECULATIVE,
)
"""What the lists of names rest on that a release can be told to use."""
