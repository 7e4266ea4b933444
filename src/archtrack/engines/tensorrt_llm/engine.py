"""TensorRT-LLM.

It has two backends, and an architecture is registered if either runs it; ``groups`` says which.

How the PyTorch backend registers models: ``@register_auto_model("Name")`` above a class in
``tensorrt_llm/_torch/models/modeling_*.py`` (``modeling_utils.py`` defines it) puts the class into
``MODEL_CLASS_MAPPING``. Newer releases import these modules when an architecture is asked for, by the index
``_arch_index.py`` beside them (``MODEL_ARCH_TO_MODULE``); what the index alone names counts too. A class under
``@register_input_processor`` or ``@register_vision_encoder`` takes more than text.

How the TensorRT backend registers models: ``MODEL_MAP`` in ``tensorrt_llm/models/__init__.py`` maps an architecture to
a class. Some of its keys are constants of other modules (``GEMMA_ARCHITECTURE``); they are looked up there.

How it loads a checkpoint: see ``load``.

Covers 0.8.0 and later; at the end of 2023 neither was there. Its releases are the tags of its repository: those on the
package index are stubs that fetch the real files from elsewhere when they are installed. It cannot see what a user adds
with ``--custom_module_dirs``, nor what AutoDeploy makes of a model. Without an index every module beside the others is
taken as imported.
"""

from __future__ import annotations

from archtrack.engines.base import About, Package
from archtrack.sources.base import METADATA, PYPROJECT, REQUIREMENTS, Layout

from .files import ALL, API, CONFIG, LEGACY, LOADER, OWN_CONFIGS, VERSION_FILES

__all__ = ["ENGINE", "TensorRTLLM"]


class TensorRTLLM(Package):
    """The declaration; see the module's docstring."""

    name = "tensorrt-llm"
    about = About(
        title="TensorRT-LLM",
        source="https://github.com/NVIDIA/TensorRT-LLM/blob/v{version}/{path}",
        # Its map begins to name the architectures of checkpoints beside those of its own classes.
        confirmed=("0.12.0",),
    )
    layout = Layout(
        package="tensorrt_llm",
        distribution="tensorrt-llm",
        repository="https://github.com/NVIDIA/TensorRT-LLM",
        requirements=True,
    )
    revision = 3
    since = "0.8.0"
    # All that a scan reads: of a tag, what is not fetched with the rest costs a request for each release.
    fetched = (
        ALL,
        LEGACY,
        "tensorrt_llm/models/**/config.py",
        CONFIG,
        OWN_CONFIGS,
        LOADER,
        API,
        METADATA,
        REQUIREMENTS,
        *VERSION_FILES,
    )
    watched = (*fetched, PYPROJECT)


ENGINE = TensorRTLLM()
