"""vllm-ascend, the plugin of vLLM for Ascend NPUs; ``_vllm_plugin`` says how a plugin is read.

``register_model`` in ``vllm_ascend/models/__init__.py`` registers its own classes for architectures that vLLM has, and
a few that vLLM lacks; ``register_torchair_model`` others, with graphs of TorchAir (0.11.0). Releases 0.13.0 and 0.18.0
register none: they patch vLLM's own classes. 0.18.0 also puts an entry into vLLM's own tables, which is not read.

Covers the releases from 0.7.3 on, which is all of them.
"""

from __future__ import annotations

from archtrack.engines._vllm_plugin import VLLMPlugin

__all__ = ["ENGINE"]

ENGINE = VLLMPlugin(
    "vllm-ascend",
    since="0.7.3",
    source="https://github.com/vllm-project/vllm-ascend/blob/v{version}/{path}",
    confirmed=("0.13.0", "0.18.0", "0.23.0"),  # none, none, and three that no release had before
)
