"""A source distribution (``.tar.gz``), taken whole: what it holds of a package, safely read.

A tar file has no table of contents, so each pass unpacks the stream to its end. The first one, made when the
file is opened, notes the identity of every file of the package; a warm run needs nothing but these notes.
"""

from __future__ import annotations

import gzip
import json
import tarfile
import zlib
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from archtrack.errors import SourceError

from .base import METADATA, PYPROJECT
from .identity import content_identity
from .zip_directory import MEMBER_LIMIT, READ_LIMIT, tidy_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from .base import Layout
    from .remote import WholeFile

__all__ = ["SdistReader", "canonical_paths"]

_UNPACKED_LIMIT = 2 * 1024**3  # bytes; the largest sdist of an engine unpacks to 0.2 GB
_ENTRIES_LIMIT = 500_000

_T = TypeVar("_T")


class SdistReader:
    """One ``.tar.gz``.

    Attributes:
        prefix: from the archive's root to the folder that holds the package.
        problems: what was left out, one sentence each.
    """

    def __init__(
        self, shown: str, connect: Callable[[], WholeFile], layout: Layout, notes: bytes | None = None
    ) -> None:
        """Read the notes of an earlier run, or the file.

        Args:
            shown: the file's name, for messages.
            connect: opens the file; called at most once, when bytes are needed.
            layout: where the package lies in it.
            notes: what ``to_bytes`` gave for this very file and layout.

        Raises:
            SourceError: the file cannot be read.
            ValueError: the notes are something else.
        """
        self._shown = shown
        self._connect = connect
        self._file: WholeFile | None = None
        if notes is None:
            try:
                self._names, self.prefix, self.problems = self._survey(layout)
                found = self._each(set(self._names.values()), content_identity)
            except BaseException:
                self.close()
                raise
            self._identities = {path: found[name] for path, name in self._names.items()}
        else:
            try:
                data = json.loads(notes)
                self._names = {str(path): str(row[0]) for path, row in data["files"].items()}
                self._identities = {str(path): str(row[1]) for path, row in data["files"].items()}
                self.prefix, self.problems = str(data["prefix"]), tuple(map(str, data["problems"]))
            except (KeyError, TypeError, AttributeError, IndexError) as error:
                raise ValueError("not notes of an sdist") from error

    def to_bytes(self) -> bytes:
        """For the cache."""
        files = {path: (name, self._identities[path]) for path, name in self._names.items()}
        return json.dumps({"files": files, "prefix": self.prefix, "problems": self.problems}).encode()

    def read(self, paths: Sequence[str]) -> dict[str, bytes]:
        """The bytes of canonical paths.

        Raises:
            SourceError: one is not there, or the file cannot be read.
        """
        bodies = self._each({self._names[path] for path in self._there(paths)}, bytes)
        return {path: bodies[self._names[path]] for path in dict.fromkeys(paths)}

    def close(self) -> None:
        """Close the file. May be called twice."""
        if self._file is not None:
            self._file.close()
        self._file = None

    @property
    def paths(self) -> Sequence[str]:
        """Canonical paths of all files of the package."""
        return tuple(self._names)

    def identify(self, paths: Sequence[str]) -> dict[str, str]:
        """The identity of each path.

        Raises:
            SourceError: one is not there.
        """
        return {path: self._identities[path] for path in self._there(paths)}

    def expect(self, paths: Sequence[str]) -> None:
        """Nothing to prepare: the file is taken whole."""

    def _there(self, paths: Sequence[str]) -> Sequence[str]:
        if missing := [path for path in paths if path not in self._names]:
            raise SourceError(f"{self._shown}: {missing[0]} is not in it")
        return paths

    def _survey(self, layout: Layout) -> tuple[dict[str, str], str, tuple[str, ...]]:
        with self._members() as members:
            kinds = [(member.name, member.isreg() and not member.issparse()) for _, member in members]
        usable, problems = tidy_names(name for name, regular in kinds if regular)
        paths, prefix = canonical_paths(usable, layout)
        if not any(path.startswith(f"{layout.package}/") for path in paths):
            raise SourceError(f"{self._shown}: holds no {layout.shown}; {layout.advice}")
        return paths, prefix, tuple(problems)

    def _each(self, names: set[str], use: Callable[[bytes], _T]) -> dict[str, _T]:
        """What ``use`` makes of each body; one body at a time is in memory."""
        found: dict[str, _T] = {}
        total = 0
        with self._members() as members:
            for archive, member in members:
                if len(found) == len(names):
                    break
                if member.name not in names or not member.isreg():
                    continue
                total += member.size
                if member.size > MEMBER_LIMIT or total > READ_LIMIT:
                    raise SourceError(f"{self._shown}: {member.name}: too large to be a source file")
                stream = archive.extractfile(member)
                body = stream.read() if stream is not None else b""
                if len(body) != member.size:
                    raise SourceError(f"{self._shown}: {member.name}: ends too early; run again")
                found[member.name] = use(body)
        if left := names - found.keys():
            raise SourceError(f"{self._shown}: {min(left)} is not in it")
        return found

    @contextmanager
    def _members(self) -> Iterator[Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]]:
        """Every entry, in order; valid until the next one is asked for."""
        if self._file is None:
            self._file = self._connect()
        self._file.file.seek(0)
        try:
            with (
                _Bounded(fileobj=self._file.file, mode="rb") as unpacked,
                tarfile.open(fileobj=unpacked, mode="r|") as archive,
            ):
                yield self._entries(archive)
        except (tarfile.TarError, zlib.error, OSError, EOFError, ValueError) as error:
            raise SourceError(
                f"{self._shown}: not a readable archive ({error}); run again or choose another release"
            ) from error

    def _entries(self, archive: tarfile.TarFile) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
        for count, member in enumerate(archive):
            if count > _ENTRIES_LIMIT:
                raise SourceError(f"{self._shown}: more than {_ENTRIES_LIMIT} entries; not to be trusted")
            yield archive, member
            archive.members.clear()  # type: ignore[attr-defined]  # else it remembers every one


class _Bounded(gzip.GzipFile):
    """A stream that refuses to unpack without end."""

    def read(self, size: int | None = -1) -> bytes:
        chunk = super().read(size)
        if self.tell() > _UNPACKED_LIMIT:
            raise ValueError("unpacks to more than a source distribution can hold")
        return chunk


def canonical_paths(names: Iterable[str], layout: Layout) -> tuple[dict[str, str], str]:
    """Canonical path -> name in the archive, for everything that a source offers; and what was stripped.

    The archive's one top folder goes, then the first of the layout's parents that holds the package.
    """
    names = set(names)
    roots = Counter(sorted(name.partition("/")[0] for name in names if "/" in name))
    root = roots.most_common(1)[0][0] if roots else ""
    parents = ["/".join(filter(None, (root, parent.strip("/")))) for parent in layout.parents]
    held = {parent: f"{parent}/{layout.package}/" for parent in parents}
    holding = [parent for parent, start in held.items() if any(name.startswith(start) for name in names)]
    # A folder of that name without the package's own file is a folder of tests or documentation.
    real = [parent for parent in holding if f"{held[parent]}__init__.py" in names]
    parent = (real or holding or [root])[0]
    if layout.markers:
        parent, found = _root(names, parents, layout)
    else:
        start = f"{parent}/{layout.package}/"
        found = {name[len(parent) + 1 :]: name for name in names if name.startswith(start)}
    extra: Mapping[str, tuple[str, ...]] = {
        METADATA: (f"{root}/PKG-INFO", f"{parent}/PKG-INFO"),
        PYPROJECT: (f"{parent}/{PYPROJECT}", f"{root}/{PYPROJECT}"),
    }
    for path, candidates in extra.items():
        if there := [name for name in candidates if name in names]:
            found[path] = there[0]
    return found, f"{parent}/"


def _root(names: set[str], parents: Sequence[str], layout: Layout) -> tuple[str, dict[str, str]]:
    """The root of an engine that has no package, and what it offers."""
    for parent in parents:
        if any(f"{parent}/{marker}" in names for marker in layout.markers):
            below = {name[len(parent) + 1 :]: name for name in names if name.startswith(f"{parent}/")}
            return parent, {
                f"./{path}": name for path, name in below.items() if path.partition("/")[0] in layout.tops
            }
    return parents[0], {}
