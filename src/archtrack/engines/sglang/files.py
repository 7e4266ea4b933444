"""Where SGLang keeps what archtrack reads of it, over its releases."""

from __future__ import annotations

__all__ = [
    "ASKING",
    "BASES",
    "CHOICES",
    "COMMON",
    "CONFIGS",
    "GET_CONFIG",
    "GGUF_NATIVE",
    "LOADER",
    "LOAD_FILES",
    "LORA",
    "MISTRAL",
    "MODELS",
    "MODEL_CONFIG",
    "PROCESSORS",
    "QUANTISATION",
    "RUNNER",
    "RUNNERS",
    "SINCE",
    "VERSION_FILES",
    "WORKERS",
]

SINCE = "0.1.3"
"""The oldest release that can be read."""

MODELS = "sglang/srt/models"
MODEL_CONFIG = "sglang/srt/configs/model_config.py"
RUNNERS = "sglang/srt/**/model_runner.py"
RUNNER = "sglang/srt/managers/router/model_runner.py"
"""Until 0.1.9, which compares architectures by hand."""
LOADER = "sglang/srt/model_loader/utils.py"
GET_CONFIG = (
    "sglang/srt/utils/hf_transformers/config.py",
    "sglang/srt/utils/hf_transformers_utils.py",
    "sglang/srt/hf_transformers_utils.py",
)
"""Where ``get_config`` is, over the releases; the first one that is there counts."""
COMMON = "sglang/srt/utils/hf_transformers/common.py"
"""What newer releases' ``get_config`` asks about a config."""
GGUF_NATIVE = "sglang/srt/utils/hf_transformers/gguf_native.py"
"""What makes configs of GGUF files that transformers does not take."""
CONFIGS = "sglang/srt/configs/*.py"
"""The engine's own configuration classes."""
MISTRAL = ("sglang/srt/utils/hf_transformers/mistral_utils.py", "sglang/srt/utils/mistral_utils.py")
"""What tells folders of Mistral's own format."""
PROCESSORS = (
    "sglang/srt/multimodal/processors/*.py",
    "sglang/srt/managers/multimodal_processors/*.py",
    "sglang/srt/managers/image_processors/*.py",
)
"""The processors of images, video and sound, over the releases; the first folder that is there counts."""
QUANTISATION = "sglang/srt/layers/quantization/__init__.py"
ASKING = (
    "sglang/srt/model_executor/model_runner.py",
    "sglang/srt/model_executor/model_runner_components/attention_backend_setup.py",
    "sglang/srt/model_loader/loader.py",
)
"""Where a model is asked for what it has, over the releases."""
WORKERS = (
    "sglang/srt/speculative/pp_draft_embedding.py",
    "sglang/srt/speculative/eagle_worker.py",
    "sglang/srt/speculative/eagle_worker_v2.py",
)
"""The same of what EAGLE drafts take over; the first one that is there counts."""
LORA = "sglang/srt/lora/lora_manager.py"
"""There since the engine has LoRA."""
BASES = "sglang/srt/multimodal/evs/*.py"
"""Where bases of models are besides the models themselves."""
CHOICES = (
    "sglang/srt/server_args.py",
    "sglang/srt/arg_groups/choices.py",
    "sglang/srt/function_call_parser.py",
    "sglang/srt/function_call/function_call_parser.py",
    "sglang/srt/reasoning_parser.py",
    "sglang/srt/parser/reasoning_parser.py",
    "sglang/srt/speculative/spec_info.py",
    "sglang/srt/speculative/spec_registry.py",
)
"""What lists the choices of options, over the releases."""
LOAD_FILES = (
    LOADER,
    MODEL_CONFIG,
    *GET_CONFIG,
    COMMON,
    GGUF_NATIVE,
    CONFIGS,
    *MISTRAL,
    *PROCESSORS,
    QUANTISATION,
    *ASKING,
    *CHOICES,
)
"""Patterns of every file that the facts of the load path rest on, besides what a scan reads."""
VERSION_FILES = ("sglang/_version.py", "sglang/version.py")
