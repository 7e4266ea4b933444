"""Hugging Face transformers.

How it publishes classes: the package is lazy. In 4.50 and later ``transformers/__init__.py`` gives every name that a
file below ``transformers/models`` lists in ``__all__`` or marks with ``@requires`` (``define_import_structure`` in
``transformers/utils/import_utils.py``), and those of its own ``_import_structure``; before, the latter names them
all, and before 4.2, when the package was not lazy yet, its imports do.
A public model class is one of these names whose class descends from ``PreTrainedModel`` of ``modeling_utils.py``, so
TensorFlow classes, Flax classes and the dummies that stand for absent backends never are; every other optional
backend is taken as installed.

``backend_compatible`` follows ``PreTrainedModel.is_backend_compatible``, which returns the class attribute
``_supports_attention_backend`` (the library's own gate for engines that run its models), looked up along the method
resolution order. Releases without that method (before 4.48) have none.

GGUF files it reads since 4.41: ``core.verdict.gguf`` says how.

Covers 2.0 and later: before, the library had another name. Before 4.0 the files of models lie in the package itself.
It cannot see attributes that are set while the library runs. Elsewhere than in the files of models only names that
end with ``Model`` are looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.verdict.release_facts import MODEL_TYPES
from archtrack.engines.base import About, Package
from archtrack.sources.base import METADATA, PYPROJECT, Layout

from .files import (
    AUTO_MAPPINGS,
    CONFIGURATIONS,
    CORE_FILES,
    FLAT_CONFIGURATIONS,
    GGUF_CHECKPOINT,
    GGUF_CONFIGS,
    GGUF_MAPPINGS,
    INIT,
    NESTED,
    PROCESSING_AUTO,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archtrack.core.verdict.import_failures import Missing
    from archtrack.core.verdict.release_facts import LoadFacts
    from archtrack.engines.base import ScanOptions
    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["ENGINE", "Transformers"]


class Transformers(Package):
    """The declaration; see the module's docstring."""

    name = "transformers"
    about = About(
        title="transformers",
        source="https://github.com/huggingface/transformers/blob/v{version}/src/{path}",
    )
    layout = Layout(package="transformers", distribution="transformers", parents=("src", ""))
    revision = 14  # what is kept of a class and of model types, its category, processors, and GGUF files
    since = "2.0"
    fetched = (
        INIT,
        *CORE_FILES,
        "transformers/generation/__init__.py",
        "transformers/generation/watermarking.py",
        NESTED,
        CONFIGURATIONS,
        PROCESSING_AUTO,
        *(GGUF_CHECKPOINT, GGUF_MAPPINGS, GGUF_CONFIGS),
        "transformers/models/**/generation_*.py",
    )
    watched = (*fetched, AUTO_MAPPINGS, FLAT_CONFIGURATIONS, METADATA, PYPROJECT)

    identifying = (
        *(pattern for pattern in watched if pattern not in {METADATA, PYPROJECT}),
        *("transformers/*.py", "transformers/*/*.py"),
    )

    def scan(self, library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG002 -- nothing of it concerns transformers
        """The public PyTorch model classes of transformers."""
        from .public_classes import public_classes

        return public_classes(library, self.watched)

    def missing(
        self, library: Library, inventory: Inventory, wanted: Iterable[tuple[str, str | None]]
    ) -> tuple[Missing, ...]:
        """Those of the wanted (module, name) pairs that this release does not give, or may not give."""
        from .importable_names import missing_names

        return missing_names(library, inventory, wanted)

    def statements(self, facts: LoadFacts) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The configuration classes that are known to be public; those without a model type are not among them."""
        named = {row.value["config"] for row in facts.tables.get(MODEL_TYPES, {}).values()}
        return (("exports", tuple(sorted(named))),) if named else ()


ENGINE = Transformers()
