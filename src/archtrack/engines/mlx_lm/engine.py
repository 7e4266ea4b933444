"""MLX-LM.

How it registers models: by model type, not by architecture. ``_get_classes`` in ``mlx_lm/utils.py`` imports the module
``mlx_lm.models.TYPE``, after ``MODEL_REMAPPING`` has named another module for some types, and takes ``Model`` and
``ModelArgs`` from it. Since 0.32.0 ``MODEL_ARCHITECTURE_REMAPPING`` names a module for a type together with an
architecture. Until 0.0.9 ``MODEL_MAPPING`` lists types and modules. So what is registered are model types.

How it loads a checkpoint: ``load_model`` there; see ``load``.

Covers the releases from 0.0.1 on, which is all of them. It cannot see the code that a repository brings along
(``model_file`` in a config), whether the weights fit, nor what the tokenizer needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.engines.base import About
from archtrack.sources.base import METADATA, PYPROJECT, Layout

from .files import MODELS, UTILS, VERSION_FILES

if TYPE_CHECKING:
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import LoadFacts, LoadOptions, ReleaseFacts
    from archtrack.core.verdict.verdict import Verdict
    from archtrack.engines.base import ScanOptions
    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["ENGINE", "MLXLM"]


class MLXLM:
    """The declaration; see the module's docstring."""

    name = "mlx-lm"
    about = About(
        title="MLX-LM",
        key="model type",
        source="https://github.com/ml-explore/mlx-lm/blob/v{version}/{path}",
        # Until then it was part of mlx-examples; later ones were released without a tag.
        untagged=(
            *("<0.22.0", "==0.22.2", "==0.22.3", "==0.22.4", "==0.22.5", "==0.23.0", "==0.23.1", "==0.23.2"),
            *("==0.24.0", "==0.25.0", "==0.25.2", "==0.25.3", "==0.29.1"),
        ),
    )
    layout = Layout(package="mlx_lm", distribution="mlx-lm")
    revision = 5
    since = "0.0.1"
    fetched = (UTILS, f"{MODELS}/**/*.py", METADATA)
    watched = (*fetched, *VERSION_FILES, PYPROJECT)

    def scan(self, library: Library, options: ScanOptions) -> Inventory:
        """The model types that MLX-LM runs."""
        from .registry import scan

        return scan(library, options)

    def load_facts(self, library: Library, inventory: Inventory) -> LoadFacts:
        """What ``load_model`` and ``_get_classes`` of this release rest on."""
        from .load_facts import load_facts

        return load_facts(library, inventory)

    def load(self, checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:
        """Follow ``load_model``."""
        from .load import load

        return load(checkpoint, release, options)


ENGINE = MLXLM()
