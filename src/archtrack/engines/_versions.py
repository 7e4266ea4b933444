"""The release that a package's own files name, where its source does not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archtrack.sources.library import Library

__all__ = ["version_of"]

_VERSION = re.compile(
    rb"^(?:__version__|version)(?:[ \t]*:[^=\n]*)?(?:[ \t]*=[ \t]*[A-Za-z_]\w*)*[ \t]*=[ \t]*[\"']([^\"'\n]+)",
    re.MULTILINE,
)


def version_of(library: Library, files: Sequence[str]) -> str | None:
    """The release as the origin names it, else as the first of these files that does.

    Raises:
        SourceError: a file cannot be read.
    """
    if library.origin.version is not None:
        return library.origin.version
    paths = [path for path in files if path in library.paths(*files)]
    facts = library.facts(paths, "package-version", _version_in)
    return next((facts[path] for path in paths if facts[path]), None)


def _version_in(data: bytes) -> str | None:
    match = _VERSION.search(data)
    return match[1].decode("utf-8", "replace") if match else None
