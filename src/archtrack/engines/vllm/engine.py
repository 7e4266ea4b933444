"""vLLM.

How it registers models: tables at the top level of one module map an architecture to the module and the name of its
class. The module is ``vllm/model_executor/models/registry.py``; from 0.2.5 to 0.6.2 ``models/__init__.py`` beside
it, and before that ``vllm/model_executor/model_loader.py``, whose values are imported classes. The tables have had
many names (``_MODEL_REGISTRY``, ``_MODELS``, ``_VLLM_MODELS``), so the registry is found by its shape: of the tables
whose values name classes, the largest that is part of no other. The tables that it is made of are its groups, and say
what an architecture is for. The class need not be called like the architecture; a module whose name begins with
``vllm.`` is named in full, others lie in ``vllm.model_executor.models``.

What is no registration: ``_PREVIOUSLY_SUPPORTED_MODELS`` (architecture -> the last release that had it, as vLLM's
people remember it) and ``_OOT_SUPPORTED_MODELS`` (architecture -> a plugin). They are given as notes
(``Inventory.facts``), to be checked against the releases. What a table under ROCm or Neuron leaves out, CUDA has.

What becomes of an architecture that is not registered (``_ModelRegistry._try_resolve_transformers`` and
``_normalize_arch``, before 0.10.1 ``resolve_transformers_arch`` in ``model_loader/utils.py``): unless ``model_impl`` is
``vllm``, a wrapper runs the class of that name in transformers, or else the repository's own ``AutoModel`` if remote
code is trusted, provided that it passes a gate: from 0.7.2 to 0.8.2 ``_supports_flex_attn``, since 0.8.3
``is_backend_compatible()``, since 0.30.0 that or ``_can_set_attn_implementation()``. The wrappers: text since 0.7.2
(``TransformersModel``, since 0.8.3 ``TransformersForCausalLM``); models that see since 0.10.0; pooling since 0.10.1
(``TransformersModel`` again, until 0.11.0); experts, and embedding and classification apart, since 0.11.1; multi-token
prediction since 0.33.0. Since 0.10.1 ``XForSequenceClassification``, ``XModel`` and their like are first looked for
under other endings (``XForCausalLM``), and vLLM's own class is converted. ``load_facts`` reads these rules from each
release, and ``load`` follows them.

A GGUF file is handed to transformers, which makes a config of it, from 0.5.5 to 0.23.0. Later releases leave them
to the package ``vllm-gguf-plugin``; what Flint reads of GGUF files beside a config is not looked at.

Covers the releases from 0.0.1 on, which is all of them. It cannot see what a plugin or program registers
(``ModelRegistry.register_model``), nor whether a module can be imported on a machine.
"""

from __future__ import annotations

from archtrack.engines.base import About, Package
from archtrack.sources.base import METADATA, PYPROJECT, Layout

from .files import CLASSES, LISTED, LOADED, REGISTRIES, VERSION_FILES
from .tables import DRAFT_TABLES, WRAPPER_TABLES
from .wrappers import WRAPPERS

__all__ = ["ENGINE", "VLLM"]


class VLLM(Package):
    """The declaration; see the module's docstring."""

    name = "vllm"
    about = About(
        title="vLLM",
        source="https://github.com/vllm-project/vllm/blob/v{version}/{path}",
        backend=WRAPPERS,
        serve="vllm serve {model}",
        draft_tables=DRAFT_TABLES,
        wrapper_tables=WRAPPER_TABLES,
    )
    layout = Layout(package="vllm", distribution="vllm")
    revision = 5
    since = "0.0.1"
    fetched = (*REGISTRIES, METADATA)
    watched = (*fetched, *CLASSES, *LOADED, *LISTED, *VERSION_FILES, PYPROJECT)


ENGINE = VLLM()
