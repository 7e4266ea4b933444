"""Patterns expanded on disk, all of them in one pass.

Only folders that a wildcard leads through are listed, each once, whatever the size of the package. Links are followed,
as the person who made them means it, except by ``**``: a link to a folder above cannot make a listing endless. A
link to a folder out of the tree is not followed either: it may lead to all files that there are.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from archtrack.errors import SourceError
from archtrack.sources.patterns import path_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Links", "expand", "stat_file"]

_MOST_ENTRIES = 200_000  # SGLang has 5,000
_DEEPEST = 100  # folders


@dataclass(frozen=True, slots=True)
class Links:
    """Links that were come by and lead to nothing that is read.

    Attributes:
        broken: to no file, with names that match where a folder is listed.
        outside: to a folder out of the tree.
    """

    broken: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)


def expand(
    base: str, package: str, patterns: Sequence[str], links: Links, trees: tuple[str, ...]
) -> set[str]:
    """Paths of the regular files in the folder ``base/package`` that match any pattern, relative to ``base``.

    Args:
        base: the folder that holds the package's.
        package: name of that.
        patterns: as ``Source.list`` has them.
        links: gets those that are come by.
        trees: folders without links that links to folders may lead into.

    Raises:
        OSError: a folder on the way could not be listed.
        SourceError: there is more than any package has.
    """
    found = {path for path in patterns if "*" not in path and _is_file(base, package, path)}
    wild = tuple(pattern for pattern in patterns if "*" in pattern)
    on_the_way = tuple(folder for pattern in wild for folder in _folders(pattern))
    by_name = tuple(folder for folder in on_the_way if "**" not in folder.split("/"))
    is_wanted, leads_on, leads_through_links = (
        path_pattern(each).fullmatch for each in (wild, on_the_way, by_name)
    )
    waiting = [package] if leads_on(package) else []
    seen = 0
    while waiting:
        folder = waiting.pop()
        entries = _entries(f"{base}/{folder}/", _MOST_ENTRIES - seen + 1)
        seen += len(entries)
        if seen > _MOST_ENTRIES or folder.count("/") > _DEEPEST:
            raise SourceError(
                f"{base}/{package}: more than {_MOST_ENTRIES:,} files and folders, or {_DEEPEST} folders deep; "
                "give the folder of a package"
            )
        for entry in entries:
            path = f"{folder}/{entry.name}"
            if is_wanted(path) and _is(entry.is_file):
                found.add(path)
            elif leads_on(path) and _is(entry.is_dir):
                if not entry.is_symlink():
                    waiting.append(path)
                elif not _is_inside(os.path.realpath(entry.path), trees):
                    links.outside.add(path)
                elif leads_through_links(path):
                    waiting.append(path)
            elif is_wanted(path) and entry.is_symlink() and not os.path.exists(entry.path):  # noqa: PTH110 - a string
                links.broken.add(path)
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


def _is_inside(place: str, trees: tuple[str, ...]) -> bool:
    return any(place == tree or place.startswith(tree.rstrip(os.sep) + os.sep) for tree in trees)


def _entries(folder: str, most: int) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(islice(entries, most))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is(kind: Callable[[], bool]) -> bool:
    """Ask an entry what it is; a link that leads nowhere, or round in a circle, is nothing."""
    try:
        return kind()
    except OSError:
        return False
