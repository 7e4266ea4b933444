"""SGLang.

How it registers models: ``sglang/srt/models/registry.py`` (until 0.3.6 ``model_executor/model_runner.py``) imports
every module that lies directly in ``sglang/srt/models``, in the order of their names, modules whose name begins with
an underscore included and subpackages not, and reads the module attribute ``EntryClass``: a class, or a list of
classes. The architecture is the class's ``__name__``. A module that fails to import is skipped with a warning; a
name that is registered twice stops the engine with an assertion. Until 0.1.9 ``managers/router/model_runner.py``
compares the architecture with a handful of names itself, and imports the class of each. From 0.1.18 to 0.2.15
``EntryClassRemapping``, a list of pairs of a name and a class, names further architectures.
``SGLANG_DISABLED_MODEL_ARCHS`` names modules to skip, ``SGLANG_EXTERNAL_MODEL_PACKAGE`` a further package, read in the
same way, whose classes win over the engine's own.

What it says of categories: ``multimodal_model_archs`` (before 0.4.4: the tests inside ``is_multimodal_model``),
``is_audio_model``, ``is_generation_model`` and the lists of models that pool, all in
``sglang/srt/configs/model_config.py``. Of an architecture that none of them names, its module is asked what it shows,
and the same file which models it drafts for.

A GGUF file goes to transformers, which makes a config of it, or to a builder of SGLang's own (``gguf``).

What it does with a checkpoint (``load_path``): ``get_config`` reads the config, by transformers' ``AutoConfig``, so by
model type; ``config_types`` has the types that the release registers itself, ``config_ways`` the ways around. Then
``core.verdict.decision`` follows the choice of a class. A model that it lists as multimodal needs a processor
(``processors``), and a quantised one a method that it takes (``quantisation``).

What its models can do it asks their classes (``features``, ``asked``). What a user may choose on the command line is
listed (``choices``).

Covers the releases from 0.1.3 on, which is all of them. It cannot see what a class decorator or metaclass makes of a
class's name, what another module or a text given to ``exec`` sets in a module, what a module's ``__getattr__``
answers, which names fail inside a ``try`` for another reason than an import, nor architectures that a program
registers while it runs (``ModelRegistry.register``). Of a checkpoint it cannot see whether its sub-configs are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.engines.base import About, Package
from archtrack.sources.base import METADATA, PYPROJECT, Layout

from .files import (
    BASES,
    LOAD_FILES,
    LORA,
    MODEL_CONFIG,
    MODELS,
    RUNNER,
    RUNNERS,
    SINCE,
    VERSION_FILES,
    WORKERS,
)

if TYPE_CHECKING:
    from archtrack.core.verdict.aliases import Alias
    from archtrack.core.verdict.release_facts import LoadFacts
    from archtrack.model import Inventory

__all__ = ["ENGINE", "SGLang"]

WRAPPERS = (
    "TransformersForCausalLM",
    "TransformersMoEForCausalLM",
    "TransformersMultiModalForCausalLM",
    "TransformersMultiModalMoEForCausalLM",
    "TransformersEmbeddingModel",
    "TransformersMoEEmbeddingModel",
    "TransformersMultiModalEmbeddingModel",
    "TransformersMultiModalMoEEmbeddingModel",
    "TransformersForSequenceClassification",
    "TransformersMoEForSequenceClassification",
    "TransformersMultiModalForSequenceClassification",
    "TransformersMultiModalMoEForSequenceClassification",
)
"""Of its Transformers backend: the first since 0.4.7, the others since 0.5.10."""


class SGLang(Package):
    """The declaration; see the module's docstring."""

    name = "sglang"
    about = About(
        title="SGLang",
        source="https://github.com/sgl-project/sglang/blob/v{version}/python/{path}",
        backend=WRAPPERS,
        serve="python -m sglang.launch_server --model-path {model}",
    )
    layout = Layout(package="sglang", distribution="sglang", parents=("python", ""))
    revision = 16
    since = SINCE
    fetched = (f"{MODELS}/**/*.py", MODEL_CONFIG, RUNNER, METADATA)
    watched = (*fetched, *VERSION_FILES, PYPROJECT)
    identifying = (f"{MODELS}/**/*.py", RUNNERS, *LOAD_FILES, *WORKERS, LORA, BASES)

    def statements(self, facts: LoadFacts) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Its lists of architectures, and what it loads as a draft in place of what."""
        from .statements import statements_from

        return statements_from(facts)

    def aliases(self, inventory: Inventory, facts: LoadFacts) -> tuple[Alias, ...]:
        """The architectures that this release runs as others, as far as the name tells."""
        from .load import aliases_of

        return aliases_of(inventory.by_name(), facts)


ENGINE = SGLang()
