"""The release that a package's own files name, where its source does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.python.module import Module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archtrack.sources.library import Library

__all__ = ["version_of"]


def version_of(library: Library, files: Sequence[str]) -> str | None:
    """The release as the origin names it, else as the first of these files that does.

    Raises:
        SourceError: a file cannot be read.
    """
    if library.origin.version is not None:
        return library.origin.version
    paths = [path for path in files if path in library.paths(*files)]
    facts = library.facts(paths, "package-version-2", _version_in)
    return next((facts[path] for path in paths if facts[path]), None)


def _version_in(data: bytes) -> str | None:
    constants = Module(data).constants
    return constants.get("__version__") or constants.get("version")
