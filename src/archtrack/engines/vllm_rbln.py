"""vllm-rbln, the plugin of vLLM for Rebellions NPUs; ``_vllm_plugin`` says how a plugin is read.

It takes its classes from ``_RBLN_SUPPORTED_MODELS`` in ``vllm_rbln/utils/optimum/registry.py`` (before that in
``model_executor/models/optimum/base.py``). ``register_model`` in ``vllm_rbln/__init__.py`` registers a few in vLLM
besides, until 0.10.4; since 0.12.0 ``register_axk2`` in ``vllm_rbln/patches/axk2/__init__.py`` is among the patches
that it applies. Its settings say whether vLLM's own classes are run in the place of those in the table.

Covers the releases from 0.8.1 on: older ones are copies of vLLM.
"""

from __future__ import annotations

from archtrack.engines._vllm_plugin import VLLMPlugin

__all__ = ["ENGINE"]

ENGINE = VLLMPlugin(
    "vllm-rbln",
    since="0.8.1",
    source="https://github.com/RBLN-SW/vllm-rbln/blob/v{version}/{path}",
    own_tables=("_RBLN_SUPPORTED_MODELS",),
    own_only=("MidmLMHeadModel", "T5EncoderModel"),
)
