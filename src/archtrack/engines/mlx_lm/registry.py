"""What MLX-LM registers: the model types that a module runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.python.source import module_name
from archtrack.engines._versions import version_of
from archtrack.errors import SourceError
from archtrack.model import Inventory, Place, Registration, Unresolved
from archtrack.sources.pins import pins_of

from .files import MODELS, UTILS, VERSION_FILES
from .types import Types

if TYPE_CHECKING:
    from archtrack.engines._model_types import Runs
    from archtrack.engines.base import ScanOptions
    from archtrack.sources.library import Library

__all__ = ["scan"]


def scan(library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG001 -- none concerns MLX-LM
    """The model types that a release runs.

    Raises:
        SourceError: it is not MLX-LM, or a file cannot be read.
    """
    if UTILS not in library.paths(UTILS):
        raise SourceError(f"{library.origin.location} has no {UTILS}: it is not MLX-LM; name another source")
    types = Types(library)
    return Inventory(
        engine="mlx-lm",
        version=version_of(library, VERSION_FILES),
        origin=library.origin,
        registrations=tuple(_registration(name, runs) for name, runs in sorted(types.runs.items())),
        unresolved=tuple(
            Unresolved(reason=reason, place=Place(file=file, line=line))
            for file, line, reason in sorted(set(types.unresolved))
        ),
        pins=pins_of(library),
    )


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
