"""Which releases of other packages a source pins, wherever it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.pins import pins_from_metadata, pins_from_project

from .base import METADATA, PYPROJECT

if TYPE_CHECKING:
    from .library import Library

__all__ = ["pins_of"]


def pins_of(library: Library) -> tuple[tuple[str, str], ...]:
    """Distribution -> exactly pinned version, sorted; extras included, the unconditional pin first to count."""
    for path, extract in ((METADATA, pins_from_metadata), (PYPROJECT, pins_from_project)):
        if path in library.paths(path):
            facts = library.facts((path,), f"pins-{path}-1", extract)[path]
            if facts:
                return tuple((name, version) for name, version in facts)
    return ()
