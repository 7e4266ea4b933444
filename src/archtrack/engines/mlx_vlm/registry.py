"""What MLX-VLM registers: the model types that a module runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.python.source import module_name
from archtrack.engines._versions import version_of
from archtrack.errors import SourceError
from archtrack.model import Category, Inventory, Place, Registration, Unresolved
from archtrack.sources.pins import pins_of

from .files import DRAFTERS, UTILS, VERSION_FILES, shown_file
from .tables import DRAFTS
from .types import Types

if TYPE_CHECKING:
    from archtrack.engines._model_types import Runs
    from archtrack.engines.base import ScanOptions
    from archtrack.sources.library import Library

__all__ = ["scan"]

_BEYOND_TEXT = ("VisionModel", "AudioModel")


def scan(library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG001 -- none concerns MLX-VLM
    """The model types that a release runs.

    Raises:
        SourceError: it is not MLX-VLM, or a file cannot be read.
    """
    if UTILS not in library.paths(UTILS):
        raise SourceError(f"{library.origin.location} has no {UTILS}: it is not MLX-VLM; name another source")
    types = Types(library)
    return Inventory(
        engine="mlx-vlm",
        version=version_of(library, VERSION_FILES),
        origin=library.origin,
        registrations=tuple(_registration(name, runs, types) for name, runs in sorted(types.runs.items())),
        unresolved=tuple(
            Unresolved(reason=reason, place=Place(file=file, line=line))
            for file, line, reason in sorted(set(types.unresolved))
        ),
        pins=pins_of(library),
    )


def _registration(model_type: str, runs: Runs, types: Types) -> Registration:
    beyond = _beyond_text(types.names[runs.module]["names"])
    return Registration(
        name=model_type,
        file=shown_file(runs.model.path),
        place=runs.place,
        defined_in=module_name(runs.model.path),
        defined=Place(file=runs.model.path, line=runs.model.line),
        condition=runs.condition,
        category=None if beyond is None else Category.MULTIMODAL,
        category_source=None if beyond is None else f"{runs.module}:{beyond}",
        class_name=runs.model.name,
        groups=(DRAFTS,) if runs.module.startswith(f"{DRAFTERS}/") else (),
    )


def _beyond_text(names: dict[str, Any]) -> str | None:
    """The line of a module that says that it takes more than text, with the class; None where it says nothing."""
    for name in _BEYOND_TEXT:
        kind, *rest = names.get(name, ("unresolved",))
        if kind != "unresolved":
            return f"{rest[1] if kind == 'class' else rest[3]} {name}"
    return None
