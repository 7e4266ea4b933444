"""vLLM-Omni, the plugin of vLLM for models that make sound and images; ``_vllm_plugin`` says how a plugin is read.

``register_omni_models_to_vllm`` in ``vllm_omni/engine/arg_utils.py`` registers what ``_OMNI_MODELS`` in
``vllm_omni/model_executor/models/registry.py`` holds; until 0.26.0 only what vLLM itself does not have. vLLM calls it
as a plugin since 0.22.0, and vLLM-Omni's own command always does. Many of these architectures are stages of a model,
which no checkpoint names. What it diffuses is in a registry of its own, which is no registry of vLLM.

Covers the releases from 0.14.0 on, which is all of them.
"""

from __future__ import annotations

from archtrack.engines._vllm_plugin import VLLMPlugin

__all__ = ["ENGINE"]

ENGINE = VLLMPlugin(
    "vllm-omni",
    since="0.14.0",
    source="https://github.com/vllm-project/vllm-omni/blob/v{version}/{path}",
    called=("register_omni_models_to_vllm",),
    confirmed=("0.18.0",),  # 13 more than the 17 before
)
