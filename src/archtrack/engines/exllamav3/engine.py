"""ExLlamaV3.

How it registers models: ``ARCHITECTURES`` in ``exllamav3/architecture/architectures.py`` (in the first releases
``exllamav3/models/architectures.py``) is made of a list of model classes. Each names its configuration class as
``config_class``, and that class the architecture as ``arch_string``; both may come from a base class, in the same
module or another. The list is read, and the two attributes are followed from class to class; nothing is imported.

A configuration class that hands a model of ``"vision"`` to its base beside that of ``"text"`` is a statement of the
category, unless it takes it out again for some configs.

How it loads a checkpoint: see ``load``.

Covers the releases from 0.0.1 on, which is all of them. It cannot see an ``arch_string`` that is computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.engines.base import About
from archtrack.sources.base import METADATA, PYPROJECT, Layout

from .files import CONFIGS, FOLDERS, LINEAR, VERSION_FILES

if TYPE_CHECKING:
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import LoadFacts, LoadOptions, ReleaseFacts
    from archtrack.core.verdict.verdict import Verdict
    from archtrack.engines.base import ScanOptions
    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["ENGINE", "ExLlamaV3"]


class ExLlamaV3:
    """The declaration; see the module's docstring."""

    name = "exllamav3"
    about = About(
        title="ExLlamaV3", source="https://github.com/turboderp-org/exllamav3/blob/v{version}/{path}"
    )
    layout = Layout(package="exllamav3", distribution="exllamav3")
    revision = 4
    since = "0.0.1"
    fetched = (*(f"{folder}/*.py" for folder in FOLDERS), LINEAR, *CONFIGS, METADATA)
    watched = (*fetched, *(f"{folder}/**/*.py" for folder in FOLDERS), *VERSION_FILES, PYPROJECT)

    def scan(self, library: Library, options: ScanOptions) -> Inventory:
        """What ExLlamaV3 lists."""
        from .registry import scan

        return scan(library, options)

    def load_facts(self, library: Library, inventory: Inventory) -> LoadFacts:
        """What the configuration classes ask for, and which tensors are loaded."""
        from .load_facts import load_facts

        return load_facts(library, inventory)

    def load(self, checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:
        """Follow ``Config.from_directory``."""
        from .load import load

        return load(checkpoint, release, options)


ENGINE = ExLlamaV3()
