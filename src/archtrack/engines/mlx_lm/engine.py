"""MLX-LM.

How it registers models: by model type, not by architecture. ``_get_classes`` in ``mlx_lm/utils.py`` imports the module
``mlx_lm.models.TYPE``, after ``MODEL_REMAPPING`` has named another module for some types, and takes ``Model`` and
``ModelArgs`` from it. Since 0.32.0 ``MODEL_ARCHITECTURE_REMAPPING`` names a module for a type together with an
architecture. Until 0.0.9 ``MODEL_MAPPING`` lists types and modules. So what is registered are model types.

How it loads a checkpoint: ``load_model`` there; see ``loading``.

Covers the releases from 0.0.1 on, which is all of them. It cannot see the code that a repository brings along
(``model_file`` in a config), whether the weights fit, nor what the tokenizer needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.python.source import module_name
from archtrack.engines._versions import version_of
from archtrack.engines.base import About
from archtrack.errors import SourceError
from archtrack.model import Inventory, Place, Registration, Unresolved
from archtrack.sources.base import METADATA, PYPROJECT, Layout
from archtrack.sources.pins import pins_of

from .types import MODELS, UTILS, Types

if TYPE_CHECKING:
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import LoadFacts, LoadOptions, ReleaseFacts
    from archtrack.core.verdict.verdict import Verdict
    from archtrack.engines.base import ScanOptions
    from archtrack.sources.library import Library

    from .types import Runs

__all__ = ["ENGINE", "MLXLM"]

VERSION_FILES = ("mlx_lm/_version.py", "mlx_lm/version.py")


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
    revision = 3
    since = "0.0.1"
    fetched = (UTILS, f"{MODELS}/**/*.py", METADATA)
    watched = (*fetched, *VERSION_FILES, PYPROJECT)

    def scan(self, library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG002 -- none concerns MLX-LM
        """The model types that MLX-LM runs."""
        if UTILS not in library.paths(UTILS):
            raise SourceError(
                f"{library.origin.location} has no {UTILS}: it is not MLX-LM; name another source"
            )
        types = Types(library)
        return Inventory(
            engine=self.name,
            version=version_of(library, VERSION_FILES),
            origin=library.origin,
            registrations=tuple(_registration(name, runs) for name, runs in sorted(types.runs.items())),
            unresolved=tuple(
                Unresolved(reason=reason, place=Place(file=file, line=line))
                for file, line, reason in sorted(set(types.unresolved))
            ),
            pins=pins_of(library),
        )

    def pairs(self, library: Library) -> tuple[tuple[str, str, Place], ...]:
        """The (model type, architecture) pairs that MLX-LM's own files name, each with the line, sorted."""
        return tuple(
            (model_type, architecture, runs.place)
            for (model_type, architecture), runs in sorted(
                Types(library).architectures.items(), key=lambda each: each[0]
            )
        )

    def load_facts(self, library: Library, inventory: Inventory) -> LoadFacts:  # noqa: ARG002 -- the files say it all
        """What ``load_model`` and ``_get_classes`` of this release rest on."""
        from .loading import load_facts

        return load_facts(library)

    def load(self, checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:  # noqa: ARG002 -- none concerns MLX-LM
        """Follow ``load_model``."""
        from .loading import load

        return load(checkpoint, release)


ENGINE = MLXLM()


def _registration(model_type: str, runs: Runs) -> Registration:
    return Registration(
        name=model_type,
        file=runs.model.path.removeprefix(f"{MODELS}/"),
        place=runs.place,
        defined_in=module_name(runs.model.path),
        defined=Place(file=runs.model.path, line=runs.model.line),
        condition=runs.condition,
        class_name=runs.model.name,
    )
