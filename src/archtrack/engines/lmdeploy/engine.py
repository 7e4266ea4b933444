"""LMDeploy.

It has two engines, and an architecture is registered if either runs it; ``groups`` says which.

How the PyTorch engine registers models: ``MODULE_MAP`` in ``lmdeploy/pytorch/models/module_map.py``, made by a chain of
``.update(…)``, maps an architecture to the dotted path of its class. Maps of single devices beside it
(``DEVICE_SPECIAL_MODULE_MAP``) may replace a class there; what only they have is given with the device as its
condition. Until 0.5.3 the map patched parts of models of transformers and remote code (its keys are dotted), and
``_SUPPORTED_ARCHS`` in ``lmdeploy/pytorch/supported_models.py`` says which architectures that makes run.

How TurboMind registers models: ``SUPPORTED_ARCHS`` (until 0.3.0 ``_SUPPORTED_ARCHS``) in
``lmdeploy/turbomind/supported_models.py`` maps an architecture to its own name of the model, or to whether it runs it.

While the map holds parts, the list is no gate: what it does not name is tried, with a warning. So a class whose parts
the map patches (``modeling_phi3.Phi3Model``) is registered as the language model of that name (``Phi3ForCausalLM``),
unless the list has an architecture of that family.

``REMOVED_MODEL_MAP`` is no registration: since 0.15.0 the PyTorch engine turns away what it names, whatever the map
says. It is given as a note (``Inventory.facts``).

``check_vl_llm`` in ``lmdeploy/archs.py`` names the architectures that take images: a statement of their category.

How it loads a checkpoint: see ``load``. What it states of what a model can do: see ``features``.

Covers the releases from 0.2.5 on; before, neither engine has a table of architectures: the PyTorch engine has only the
map of parts, and TurboMind goes by names that the user gives. It cannot see what a user adds with
``--custom-module-map``, nor whether a class takes the transformers that is installed.
"""

from __future__ import annotations

from archtrack.engines.base import About, Package
from archtrack.sources.base import METADATA, PYPROJECT, Layout

from .files import LOADING, SINCE, TABLES, VERSION_FILES

__all__ = ["ENGINE", "LMDeploy"]


class LMDeploy(Package):
    """The declaration; see the module's docstring."""

    name = "lmdeploy"
    about = About(
        title="LMDeploy",
        source="https://github.com/InternLM/lmdeploy/blob/v{version}/{path}",
        untagged=("==0.6.5",),  # its tag has no v
        serve="lmdeploy serve api_server {model}",
    )
    layout = Layout(package="lmdeploy", distribution="lmdeploy")
    revision = 4
    since = SINCE
    fetched = (*TABLES, *LOADING, METADATA)
    watched = (*fetched, *VERSION_FILES, PYPROJECT)


ENGINE = LMDeploy()
