"""One digest over the files that make a release: a folder with the same files is that release.

Version files are left out, as a checkout has none or another. A wheel lists the digest of every file that it holds, so
that none has to be fetched.
"""

from __future__ import annotations

import csv
from base64 import urlsafe_b64decode
from hashlib import sha256
from typing import TYPE_CHECKING

from .base import RECORD
from .patterns import match_paths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .base import Source
    from .library import Library

__all__ = ["digest_of_files", "recorded_digest", "recorded_files"]


def digest_of_files(source: Source, patterns: Sequence[str]) -> str | None:
    """The digest over the files of a source that match; None where there are none.

    Raises:
        SourceError: a file cannot be read.
    """
    paths = source.list(patterns)
    return _digest({path: sha256(data).hexdigest() for path, data in source.read(paths).items()})


def recorded_digest(library: Library, patterns: Sequence[str]) -> str | None:
    """The same of a wheel, by its own list; None where it has none, or one that lacks a file.

    Raises:
        SourceError: the list cannot be read.
    """
    if RECORD not in library.paths(RECORD):
        return None
    listed: Mapping[str, str] = library.facts((RECORD,), "wheel-record-1", recorded_files)[RECORD]
    paths = library.paths(*patterns)
    if any(path not in listed for path in paths) or match_paths(listed, patterns) != paths:
        return None
    return _digest({path: listed[path] for path in paths})


def recorded_files(data: bytes) -> dict[str, str]:
    """Path -> SHA-256 in hex digits, of the Python files that a wheel's ``RECORD`` lists."""
    found = {}
    rows = csv.reader(data.decode("utf-8", "replace").splitlines())
    try:
        for row in rows:
            path, digest = [*row, "", ""][:2]
            if path.endswith(".py") and digest.startswith("sha256="):
                found[path] = urlsafe_b64decode(f"{digest.removeprefix('sha256=')}=").hex()
    except (csv.Error, ValueError):
        return {}
    return found


def _digest(files: Mapping[str, str]) -> str | None:
    if not files:
        return None
    whole = sha256()
    for path, digest in sorted(files.items()):
        whole.update(f"{path}\0{digest}\n".encode("utf-8", "surrogatepass"))
    return whole.hexdigest()
