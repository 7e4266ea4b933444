"""tpu-inference, the plugin of vLLM for TPUs; ``_vllm_plugin`` says how a plugin is read.

It has models of its own in JAX: ``_get_model_architecture`` in ``tpu_inference/models/common/model_loader.py`` puts
them into ``_MODEL_REGISTRY``, and what is not there runs by vLLM's own class. Since 0.25.0 ``register_models`` in
``tpu_inference/models/vllm/experimental/__init__.py`` also registers classes in vLLM in place of its own. Whether a
release uses its JAX class or vLLM's of the same name, when it has both, its settings say.

Covers the releases from 0.11.1 on, which is all of them. It cannot see what a program registers by its
``register_model``.
"""

from __future__ import annotations

from archtrack.engines._vllm_plugin import VLLMPlugin

__all__ = ["ENGINE"]

ENGINE = VLLMPlugin(
    "tpu-inference",
    since="0.11.1",
    source="https://github.com/vllm-project/tpu-inference/blob/v{version}/{path}",
    called=("register_models", "_get_model_architecture"),
    own_tables=("_MODEL_REGISTRY",),
    own_only=("DFlashForCausalLM",),
)
