"""A release file seen as what a source offers: canonical paths, identities, bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from archtrack.errors import SourceError

from .base import METADATA
from .distinfo import plain_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .base import Layout
    from .wheel import WheelReader

__all__ = ["Archive", "ZipArchive"]


class Archive(Protocol):
    """A release file, opened. Paths are canonical, as ``Source`` has them.

    Attributes:
        prefix: from the archive's root to the folder that holds the package.
        problems: what was left out, one sentence each.
    """

    prefix: str
    problems: tuple[str, ...]

    @property
    def paths(self) -> Sequence[str]:
        """Of all files that are offered."""
        ...

    def identify(self, paths: Sequence[str]) -> dict[str, str]:
        """The identity of each path."""
        ...

    def expect(self, paths: Sequence[str]) -> None:
        """Have these fetched along with what the next ``read`` fetches."""
        ...

    def read(self, paths: Sequence[str]) -> dict[str, bytes]:
        """The bytes of each path."""
        ...

    def close(self) -> None:
        """Forget everything. May be called twice."""
        ...


class ZipArchive:
    """A wheel or a zipped sdist: an ``Archive``."""

    def __init__(self, reader: WheelReader, layout: Layout, *, wheel: bool) -> None:
        """Read the table of contents.

        Raises:
            SourceError: it cannot be read, or there is no such package.
        """
        directory = reader.directory
        self.problems = directory.problems
        if wheel:
            self.prefix = ""
            self._names = {name: name for name in directory.names if name.startswith(f"{layout.package}/")}
            metadata = [name for name in directory.names if _is_metadata(name, layout.distribution)]
            if len(metadata) == 1:
                self._names[METADATA] = metadata[0]
        else:
            from .sdist import canonical_paths  # noqa: PLC0415 - late: rare

            self._names, self.prefix = canonical_paths(directory.names, layout)
        if not any(path.startswith(f"{layout.package}/") for path in self._names):
            raise SourceError(f"{reader.shown}: holds no {layout.shown}; {layout.advice}")
        self._reader = reader
        self.close = reader.close

    @property
    def paths(self) -> Sequence[str]:
        """As ``Archive.paths``."""
        return tuple(self._names)

    def identify(self, paths: Sequence[str]) -> dict[str, str]:
        """As ``Archive.identify``.

        Raises:
            SourceError: a path is not there.
        """
        identity = self._reader.directory.identity
        return {path: identity(self._name(path)) for path in paths}

    def expect(self, paths: Sequence[str]) -> None:
        """As ``Archive.expect``."""
        self._reader.expect([self._name(path) for path in paths])

    def read(self, paths: Sequence[str]) -> dict[str, bytes]:
        """As ``Archive.read``.

        Raises:
            SourceError: a path is not there or damaged.
        """
        names = {path: self._name(path) for path in paths}
        bodies = self._reader.read(tuple(names.values()))
        return {path: bodies[name] for path, name in names.items()}

    def _name(self, path: str) -> str:
        try:
            return self._names[path]
        except KeyError:
            raise SourceError(f"{self._reader.shown}: {path} is not in it") from None


def _is_metadata(name: str, distribution: str) -> bool:
    folder, _, file = name.partition("/")
    stem = folder.removesuffix(".dist-info")
    return (
        file == METADATA and stem != folder and plain_name(stem.partition("-")[0]) == plain_name(distribution)
    )
