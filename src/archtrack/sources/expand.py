"""Patterns expanded on disk, all of them in one pass, component by component.

Only folders under a wildcard are listed, each once, whatever the size of the package. Links are
followed, as the person who made them means it, except by ``**``: a link to a folder above cannot
make a listing endless.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from .patterns import component_pattern, path_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = ["expand", "stat_file"]

# What is left of the patterns on the way down.
_Rest = tuple[tuple[str, ...], ...]


def expand(base: str, package: str, patterns: Sequence[str], broken: set[str]) -> set[str]:
    """Paths of the regular files in the folder ``base/package`` that match any pattern, relative to ``base``.

    Links to nothing whose names match where a folder is listed are added to ``broken``.

    Raises:
        OSError: a folder on the way could not be listed.
    """
    found: set[str] = set()
    rest = _closed(tuple(pattern.split("/")) for pattern in patterns)
    _expand(base, f"{package}/", _inside(rest, package), found, broken)
    return found


def stat_file(name: str) -> os.stat_result:
    """``os.stat``; here and not through a Path, because it runs some thousand times in a run."""
    return os.stat(name)  # noqa: PTH116 - see above


def _expand(base: str, path: str, rest: _Rest, found: set[str], broken: set[str]) -> None:
    """Add what ``rest`` matches in the folder ``path``, which ends with a slash."""
    rest = _closed(rest)
    if any("*" in parts[0] for parts in rest):
        below = _listed(base, path, rest, found, broken)
    else:
        below = _looked_up(base, path, rest, found)
    for name, after in below.items():
        if after:
            _expand(base, f"{path}{name}/", after, found, broken)


def _listed(base: str, path: str, rest: _Rest, found: set[str], broken: set[str]) -> dict[str, _Rest]:
    """Add the files of a folder, and tell which of its folders to look into, by listing it."""
    file_matches = path_pattern([parts[0] for parts in rest if len(parts) == 1]).fullmatch
    fixed = tuple(parts for parts in rest if parts[0] != "**")
    below: dict[str, _Rest] = {}
    try:
        with os.scandir(f"{base}/{path}") as entries:
            for entry in entries:
                name = entry.name
                if file_matches(name) and _is(entry.is_file):
                    found.add(path + name)
                elif _is(entry.is_dir):
                    below[name] = _inside(fixed if entry.is_symlink() else rest, name)
                elif entry.is_symlink() and file_matches(name) and not _exists(entry.path):
                    broken.add(path + name)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return below


def _looked_up(base: str, path: str, rest: _Rest, found: set[str]) -> dict[str, _Rest]:
    """The same where every next component is a plain name: no folder is listed for it."""
    for parts in rest:
        if len(parts) == 1 and parts[0] not in {"", ".", ".."}:
            try:
                mode = stat_file(f"{base}/{path}{parts[0]}").st_mode
            except OSError:  # not there, or a link to nowhere
                continue
            if stat.S_ISREG(mode):
                found.add(path + parts[0])
    names = {parts[0] for parts in rest if len(parts) > 1} - {"", ".", ".."}
    return {name: _inside(rest, name) for name in names}


def _closed(rest: Iterable[tuple[str, ...]]) -> _Rest:
    """The patterns, and beside each what it is when its first ``**`` stands for no folder."""
    every: dict[tuple[str, ...], None] = {}
    for parts in rest:
        every[parts] = None
        shorter = parts
        while len(shorter) > 1 and shorter[0] == "**":
            shorter = shorter[1:]
            every[shorter] = None
    return tuple(every)


def _inside(rest: _Rest, folder: str) -> _Rest:
    """What is left of the patterns inside a folder of this name."""
    return tuple(_after(rest, folder))


def _after(rest: _Rest, folder: str) -> Iterator[tuple[str, ...]]:
    for parts in rest:
        if parts[0] == "**":
            yield parts
        elif len(parts) > 1 and (
            parts[0] == folder or ("*" in parts[0] and component_pattern(parts[0]).fullmatch(folder))
        ):
            yield parts[1:]


def _is(kind: Callable[[], bool]) -> bool:
    """Ask an entry what it is; a link that leads nowhere, or round in a circle, is nothing."""
    try:
        return kind()
    except OSError:
        return False


def _exists(name: str) -> bool:
    try:
        stat_file(name)
    except OSError:
        return False
    return True
