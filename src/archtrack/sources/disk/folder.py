"""A source on disk: a checkout, an unpacked release, any folder that holds the package.

Links are followed, as the person who made them means it, but for those to folders out of the tree. Pipes, sockets and
devices are never opened.
"""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

from archtrack.errors import SourceError
from archtrack.model import Origin
from archtrack.sources.base import METADATA, PYPROJECT, REQUIREMENTS
from archtrack.sources.files import expanded, like_it
from archtrack.sources.identity import content_identity, digest_of
from archtrack.sources.patterns import match_paths
from archtrack.sources.redaction import shown_source

from .metadata import PROJECT_FILES, find_metadata, version_in
from .patterns_on_disk import Links, expand, stat_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archtrack.sources.base import Layout

__all__ = ["LocalSource", "holds_package", "is_package", "local_source", "locate_package"]

_LARGEST = 256 * 1024 * 1024  # far above any source file; a runaway file must not fill the memory
_RACY_NS = 2_000_000_000  # the coarsest clock among the file systems in use (FAT counts in steps of 2 s)
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class LocalSource:
    """One package in a folder; ``local_source`` and ``installed_source`` find it.

    ``os.path.join(origin.location, origin.prefix + path)`` is the file behind ``path``.
    """

    def __init__(
        self, *, root: str, base: str, package: str, origin: Origin, extras: Mapping[str, str]
    ) -> None:
        """Describe a package.

        Args:
            root: the folder of the whole tree, absolute; a link to a folder out of it is not followed.
            base: the folder that holds the package's folder, absolute.
            package: name of the package's folder.
            origin: what to say of it.
            extras: absolute paths of the files outside of the package (``METADATA``, ``pyproject.toml``), if any.
        """
        self._base = base
        self._package = package
        self._origin = origin
        self._extras = dict(extras)
        self._regular: set[str] = set()
        self._links = Links()
        self._trees = (os.path.realpath(root), os.path.realpath(f"{base}/{package}"))

    @property
    def origin(self) -> Origin:
        """What is read here."""
        return self._origin

    @property
    def kept_as(self) -> None:
        """Nothing stands for the files on disk but themselves."""
        return None

    def list(self, patterns: Sequence[str]) -> tuple[str, ...]:
        """Paths that match any pattern, as ``Source.list`` says.

        Raises:
            SourceError: a folder on the way could not be listed, or there is more than any package has.
        """
        try:
            found = expand(self._base, self._package, patterns, self._links, self._trees)
        except OSError as error:
            raise _explained(error) from error
        found.update(match_paths(self._extras, patterns))
        self._regular |= found
        return tuple(sorted(found))

    def broken_links(self, patterns: Sequence[str]) -> tuple[str, ...]:
        """Links to nothing that match any pattern, among those that ``list`` came by."""
        return match_paths(self._links.broken, patterns)

    def links_outside(self) -> tuple[str, ...]:
        """Links to folders out of the tree among those that ``list`` came by; none of them is followed. Sorted."""
        return tuple(sorted(self._links.outside))

    def identify(self, paths: Sequence[str]) -> dict[str, str]:
        """``blake2b:<hex>`` per path. Reads the files; ``stat_digest`` tells cheaply if that is needed.

        Raises:
            SourceError: a file could not be read.
        """
        return {path: content_identity(self._content(path)) for path in paths}

    def read(self, paths: Sequence[str]) -> dict[str, bytes]:
        """The bytes per path.

        Raises:
            SourceError: a file is not there, is not a regular file, or could not be read.
        """
        return {path: self._content(path) for path in paths}

    def stat_digest(self, paths: Sequence[str]) -> str | None:
        """A digest that stays the same only as long as no file changes, without reading any.

        It covers where each file lies, its size, both times of change and its inode. Take it *before*
        the files are read: then a change in between can only make it miss.

        Returns:
            None while a file is so young that it may change again without its times showing it.

        Raises:
            SourceError: a file is not there.
        """
        parts = [self._base]
        newest = 0
        for path in sorted(paths):
            name = self._name(path)
            try:
                now = stat_file(name)
            except OSError as error:
                raise _explained(error) from error
            newest = max(newest, now.st_mtime_ns, now.st_ctime_ns)
            parts.append(f"{name}\0{now.st_size}\0{now.st_mtime_ns}\0{now.st_ctime_ns}\0{now.st_ino}")
        if newest > time.time_ns() - _RACY_NS:
            return None
        return digest_of(*parts)

    def _name(self, path: str) -> str:
        """The file behind a path of this source, which is never one beside the package."""
        if path in self._extras:
            return self._extras[path]
        if not path.startswith(f"{self._package}/") or ".." in path.split("/"):
            raise SourceError(
                f"{self._origin.location}: {path!r} is not a file of the package {self._package}"
            )
        return f"{self._base}/{path}"

    def _content(self, path: str) -> bytes:
        name = self._name(path)
        try:
            if path not in self._regular:
                _check(name, stat_file(name))
            return _read(name)
        except OSError as error:
            raise _explained(error) from error


def local_source(path: str | os.PathLike[str], layout: Layout) -> LocalSource:
    """The package in a folder on disk.

    Args:
        path: a repository root, the folder that holds the package (``python/``), or the package's own
            folder. What lies deeper is preferred, so that a repository in a folder of the package's name
            is still a repository.
        layout: which package, and where repositories keep it.

    The origin's location is ``path``, or the folder that holds the package if ``path`` is the package;
    where either lies in a git checkout, it is the root of that. So ``.``, ``python`` and
    ``python/sglang`` all give the location ``.`` and the prefix ``python/``.

    Raises:
        SourceError: there is no such folder, or no such package in it.
        UsageError: it is in the home folder, and nobody knows that.
    """
    try:
        return _local_source(expanded(path) if os.fspath(path).startswith("~/") else Path(path), layout)
    except OSError as error:
        raise _explained(error) from error


def _local_source(given: Path, layout: Layout) -> LocalSource:
    if not given.is_dir():
        state = f"{given}: is not a" if given.exists() else f"{shown_source(str(given))}: no such"
        place = "a repository root" if layout.markers else f"a repository root or the folder {layout.package}"
        raise SourceError(f"{state} folder{like_it(given) or f'; give {place}'}")
    location, parent = _locate(given, layout)
    root = location.absolute()  # links and ".." stay as they are: folding them could lead elsewhere
    base = root / parent
    extras = {}
    if project := next((file for file in (base / PYPROJECT, root / PYPROJECT) if file.is_file()), None):
        extras[PYPROJECT] = str(project)
    if layout.requirements and (root / REQUIREMENTS).is_file():
        extras[REQUIREMENTS] = str(root / REQUIREMENTS)
    # An unpacked source release has its metadata in the root; no repository has.
    metadata = find_metadata(base, layout.distribution) or root / "PKG-INFO"
    if metadata.is_file():
        extras[METADATA] = str(metadata)
    origin = Origin(
        distribution=layout.distribution,
        kind="local",
        location=str(location),
        version=version_in(metadata),
        prefix=f"{parent}/" if parent else "",
    )
    return LocalSource(root=str(root), base=str(base), package=layout.package, origin=origin, extras=extras)


def is_package(folder: Path, *, namespace: bool = False) -> bool:
    """Whether a folder is a package: it has ``__init__.py``.

    Args:
        folder: the folder.
        namespace: also take one without it that holds modules or folders and is no repository.

    Raises:
        OSError: it cannot be looked into.
    """
    if (folder / "__init__.py").is_file():
        return True
    if not namespace or not folder.is_dir():
        return False
    if any((folder / name).exists() for name in (".git", *PROJECT_FILES)):
        return False
    return any(
        entry.suffix == ".py" or (entry.name.isidentifier() and entry.is_dir()) for entry in folder.iterdir()
    )


def holds_package(folder: Path, layout: Layout, *, namespace: bool = False) -> bool:
    """Whether a folder holds an engine's package, or is the root of its repository where it has none.

    Args:
        folder: the folder.
        layout: of the engine.
        namespace: as in ``is_package``.

    Raises:
        OSError: it cannot be looked into.
    """
    if layout.markers:
        return any((folder / marker).is_file() for marker in layout.markers)
    return is_package(folder / layout.package, namespace=namespace)


def _locate(given: Path, layout: Layout) -> tuple[Path, str]:
    """Location, and the folder in it that holds the package."""
    parents = layout.parents if "" in layout.parents else (*layout.parents, "")
    for namespace in (False, True):
        for parent in parents:
            if holds_package(given / parent, layout, namespace=namespace):
                return (given, parent) if parent else locate_package(given, layout)
        if _own_name(given) == layout.package and is_package(given, namespace=namespace):
            return locate_package(_above(given), layout)
    raise SourceError(
        f"{given}: no {layout.shown} in it; give a repository root"
        + (f", the folder that holds {layout.package}, or that folder itself" if not layout.markers else "")
    )


def locate_package(base: Path, layout: Layout) -> tuple[Path, str]:
    """A folder that holds the package, seen from the root of its checkout if it lies in one.

    Returns:
        Location, and the folder in it that holds the package (``""`` for the location itself).
    """
    for parent in filter(None, layout.parents):
        names = tuple(parent.split("/"))
        if base.resolve().parts[-len(names) :] == names:
            root = base
            for _ in names:
                root = _above(root)
            if (root / ".git").exists():
                return root, parent
    return base, ""


def _above(folder: Path) -> Path:
    return folder / ".." if folder.name in {"", ".."} else folder.parent


def _own_name(folder: Path) -> str:
    return folder.resolve().name if folder.name in {"", ".."} else folder.name


def _read(name: str) -> bytes:
    handle = os.open(name, _FLAGS)
    try:
        found = os.fstat(handle)
        _check(name, found)
        size = found.st_size + 1  # one more, so that the first call usually sees the end
        content = os.read(handle, size)
        if len(content) == size or len(content) < found.st_size:  # growing, or a call cut short
            pieces = [content]
            while (piece := os.read(handle, 1 << 20)) and sum(map(len, pieces)) <= _LARGEST:
                pieces.append(piece)
            content = b"".join(pieces)
    finally:
        os.close(handle)
    return content


def _check(name: str, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise SourceError(f"{name}: not a regular file; remove it or choose another source")
    if found.st_size > _LARGEST:
        raise SourceError(
            f"{name}: {found.st_size} bytes is too large for a source file; remove it or choose another source"
        )


def _explained(error: OSError) -> SourceError:
    reason = error.strerror or str(error)
    if isinstance(error, FileNotFoundError):
        reason = "missing, or removed during the run; run again"
    elif isinstance(error, PermissionError):
        reason = "permission denied; make it readable"
    return SourceError(f"{error.filename or 'a file'}: {reason}")
