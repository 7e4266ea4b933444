"""Patterns expanded on disk, all of them in one pass.

Only folders that a wildcard leads through are listed, each once, whatever the size of the package. Links are
followed, as the person who made them means it, except by ``**``: a link to a folder above cannot
make a listing endless.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from archtrack.sources.patterns import path_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["expand", "stat_file"]


def expand(base: str, package: str, patterns: Sequence[str], broken: set[str]) -> set[str]:
    """Paths of the regular files in the folder ``base/package`` that match any pattern, relative to ``base``.

    Links to nothing whose names match where a folder is listed are added to ``broken``.

    Raises:
        OSError: a folder on the way could not be listed.
    """
    found = {path for path in patterns if "*" not in path and _is_file(base, package, path)}
    wild = tuple(pattern for pattern in patterns if "*" in pattern)
    on_the_way = tuple(folder for pattern in wild for folder in _folders(pattern))
    by_name = tuple(folder for folder in on_the_way if "**" not in folder.split("/"))
    is_wanted, leads_on, leads_through_links = (
        path_pattern(each).fullmatch for each in (wild, on_the_way, by_name)
    )
    waiting = [package] if leads_on(package) else []
    while waiting:
        folder = waiting.pop()
        for entry in _entries(f"{base}/{folder}/"):
            path = f"{folder}/{entry.name}"
            if is_wanted(path) and _is(entry.is_file):
                found.add(path)
            elif leads_on(path) and _is(entry.is_dir):
                if not entry.is_symlink() or leads_through_links(path):
                    waiting.append(path)
            elif is_wanted(path) and entry.is_symlink() and not os.path.exists(entry.path):  # noqa: PTH110 - a string
                broken.add(path)
    return found


def _folders(pattern: str) -> list[str]:
    """Patterns of the folders that a pattern leads through."""
    parts = pattern.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + (parts[-1] == "**"))]


def stat_file(name: str) -> os.stat_result:
    """``os.stat``; here and not through a Path, because it runs some thousand times in a run."""
    return os.stat(name)  # noqa: PTH116 - see above


def _is_file(base: str, package: str, path: str) -> bool:
    """Whether a path without a wildcard is a regular file of the package: no folder is listed for it."""
    if not path.startswith(f"{package}/") or not {"", ".", ".."}.isdisjoint(
        path[len(package) + 1 :].split("/")
    ):
        return False
    try:
        return stat.S_ISREG(stat_file(f"{base}/{path}").st_mode)
    except OSError:  # not there, or a link to nowhere
        return False


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is(kind: Callable[[], bool]) -> bool:
    """Ask an entry what it is; a link that leads nowhere, or round in a circle, is nothing."""
    try:
        return kind()
    except OSError:
        return False
