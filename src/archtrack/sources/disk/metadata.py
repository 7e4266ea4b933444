"""Core metadata on disk: the ``dist-info`` of an installed package, the ``egg-info`` of an older one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archtrack.core.parsing import LONGEST_VERSION
from archtrack.sources.files import read_bounded

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["PROJECT_FILES", "find_metadata", "plain_name", "version_in"]

_LARGEST = 16 * 1024**2  # bytes; most of it is the description
PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")


def plain_name(distribution: str) -> str:
    """The name by which distributions are compared: lower case, one hyphen for ``-``, ``_`` and ``.``."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def find_metadata(folder: Path, distribution: str) -> Path | None:
    """The file of core metadata of a distribution in ``folder``, or None.

    Several that contradict each other, as a broken removal leaves them, count as none. So does an
    ``egg-info`` beside a project file: in a checkout it tells of the last time somebody installed it.
    """
    try:
        return _find_metadata(list(folder.iterdir()), distribution)
    except OSError:
        return None


def version_in(metadata: Path) -> str | None:
    """The ``Version`` that a file of core metadata names; None where it names none or cannot be read."""
    try:
        head = read_bounded(metadata, _LARGEST).partition(b"\n\n")[0]
    except (OSError, ValueError):
        return None
    match = re.search(rb"^Version:[ \t]*(\S+)", head, re.MULTILINE)
    return match[1].decode("ascii", "replace") if match and len(match[1]) <= LONGEST_VERSION else None


def _find_metadata(entries: list[Path], distribution: str) -> Path | None:
    wanted = plain_name(distribution)
    stale = any(entry.name in PROJECT_FILES for entry in entries)
    for suffix, file in ((".dist-info", "METADATA"), (".egg-info", "PKG-INFO")):
        found = [
            entry
            for entry in entries
            if entry.name.endswith(suffix)
            and plain_name(entry.name.removesuffix(suffix).partition("-")[0]) == wanted
        ]
        if len(found) == 1 and not (stale and suffix == ".egg-info"):
            path = found[0] / file if found[0].is_dir() else found[0]  # an egg-info may be a plain file
            return path if path.is_file() else None
    return None
