"""CTranslate2.

How it registers models: by configuration class, neither by architecture nor by model type. Each loader in
``ctranslate2/converters/transformers.py`` stands below ``@register_loader("LlamaConfig")``, which puts it into
``_MODEL_LOADERS``. ``TransformersConverter._load`` asks AutoConfig for the config of a checkpoint, and looks the name
of the object's class up there. So what is registered are configuration classes, most of them of transformers.

How it loads a checkpoint: see ``load``. CTranslate2 runs what it has converted, and nothing else.

Covers the releases from 2.17.0 on, the first with this converter that is on the index. It cannot see what a program
adds to ``_MODEL_LOADERS``, the converters of other frameworks (fairseq, Marian, OpenNMT, Eole), whether each weight
finds its place, nor what the tokenizer needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.engines.base import About
from archtrack.sources.base import METADATA, PYPROJECT, Layout

from .files import CONVERTER, VERSION_FILES

if TYPE_CHECKING:
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import LoadFacts, LoadOptions, ReleaseFacts
    from archtrack.core.verdict.verdict import Verdict
    from archtrack.engines.base import ScanOptions
    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["ENGINE", "CTranslate2"]


class CTranslate2:
    """The declaration; see the module's docstring."""

    name = "ctranslate2"
    about = About(
        title="CTranslate2",
        key="configuration class",
        source="https://github.com/OpenNMT/CTranslate2/blob/v{version}/python/{path}",
    )
    layout = Layout(package="ctranslate2", distribution="ctranslate2", parents=("python", ""))
    revision = 1
    since = "2.17.0"
    fetched = (CONVERTER, METADATA)
    watched = (*fetched, *VERSION_FILES, PYPROJECT)

    def scan(self, library: Library, options: ScanOptions) -> Inventory:
        """The configuration classes that CTranslate2 has a loader for."""
        from .registry import scan

        return scan(library, options)

    def load_facts(self, library: Library, inventory: Inventory) -> LoadFacts:
        """What the converter and its loaders ask for."""
        from .load_facts import load_facts

        return load_facts(library, inventory)

    def load(self, checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:
        """Follow ``TransformersConverter._load``."""
        from .load import load

        return load(checkpoint, release, options)


ENGINE = CTranslate2()
