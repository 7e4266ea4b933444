"""The narrow interface between a tree of source files and everything that reads it.

A source is one package of one engine at one version: the folder ``sglang/`` and what describes it.
Paths are POSIX, relative to the folder that holds the package (``sglang/srt/models/llama.py``),
whatever the real layout is (``python/sglang`` in SGLang's repository, ``src/transformers`` in
transformers'). Names outside the package are offered where they exist: ``METADATA`` (the core
metadata of a wheel, sdist or installed distribution), ``pyproject.toml`` (the project file of a
repository), and ``requirements.txt`` where the layout asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from archtrack.model import Origin

__all__ = ["METADATA", "PYPROJECT", "RECORD", "REQUIREMENTS", "Layout", "Source", "package_paths"]

METADATA = "METADATA"
RECORD = "RECORD"
"""Of a wheel: its list of files, each with its digest."""
PYPROJECT = "pyproject.toml"
REQUIREMENTS = "requirements.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where an engine's package lies in each kind of source.

    Attributes:
        package: import name of the package, and its folder's name (``sglang``).
        distribution: name on the package index (``sglang``, ``mlx-lm``).
        parents: folders of the repository that may hold the package, in order of preference;
            ``""`` is the root. The project file is looked for in the same folder, then in the root.
        beside: folders outside of the package whose files are offered, too, under their own names (in a wheel).
        markers: for an engine without a package, whose files lie in the root of its repository (``package`` is ``.``
            then, and paths begin with ``./``): paths of which a folder has to hold one to be that root. Nothing
            outside of the folders and files that they and ``offered`` begin with is offered.
        offered: further paths in that root.
        advice: what to do where a release does not hold the package.
        repository: URL of the repository whose tags (``v1.2.3``) are its releases; None where the index has these.
        requirements: ``requirements.txt`` in the repository's root is where it says what it requires.
    """

    package: str
    distribution: str
    parents: tuple[str, ...] = ("",)
    beside: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    advice: str = "choose another release"
    repository: str | None = None
    requirements: bool = False

    @property
    def shown(self) -> str:
        """What a folder has to hold, in words for messages."""
        return f"package {self.package}" if not self.markers else " or ".join(self.markers)

    @property
    def tops(self) -> frozenset[str]:
        """Of a layout with markers: the names in the root that are offered."""
        return frozenset(marker.partition("/")[0] for marker in (*self.markers, *self.offered))


class Source(Protocol):
    """One readable package. Every method may raise ``SourceError``; none runs what it reads."""

    @property
    def origin(self) -> Origin:
        """What is read here."""
        ...

    @property
    def kept_as(self) -> str | None:
        """What stands for every file here in the cache; None where only the files themselves can tell.

        It names where the source is from, too: what an index or a repository says of a file is its word only, and
        must not answer for the files of another.
        """
        ...

    def list(self, patterns: Sequence[str]) -> tuple[str, ...]:
        """Paths of the regular files that match any pattern, sorted by code point, each once.

        In a pattern ``*`` stands for any characters within one folder's or file's name and a whole
        component ``**`` for any number of folders. A pattern that matches nothing gives nothing.
        """
        ...

    def identify(self, paths: Sequence[str]) -> Mapping[str, str]:
        """A content identity per path (as ``list`` gave it): equal identities mean equal bytes.

        Where bytes need not be read for it (the CRC-32 and size of a wheel's member, git's blob id) it begins with
        where the source is from: whoever makes the files of one could else make one that answers for another's.
        On disk it is ``blake2b:<hex>``.
        """
        ...

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """The bytes of every path asked for, fetched together. A path that is not there raises."""
        ...


def package_paths(names: Collection[str], layout: Layout, root: str = "") -> tuple[dict[str, str], str]:
    """Where a package lies in a tree of files.

    Args:
        names: of all files of the tree.
        layout: which package, and where repositories keep it.
        root: the folder of the tree that is the repository's root, with a slash at the end.

    Returns:
        Canonical path -> name of the package's files and of the project file, and what was stripped of the names; an
        empty mapping where there is no such package.
    """
    prefixes = [f"{root}{parent}/" if parent else root for parent in layout.parents]
    if layout.markers:
        for prefix in prefixes:
            if any(f"{prefix}{marker}" in names for marker in layout.markers):
                below = {name.removeprefix(prefix): name for name in names if name.startswith(prefix)}
                tops = layout.tops
                return {
                    f"./{path}": name for path, name in below.items() if path.partition("/")[0] in tops
                }, prefix
        return {}, prefixes[0]
    # A folder of that name without the package's own file is a folder of tests or documentation.
    real = [prefix for prefix in prefixes if f"{prefix}{layout.package}/__init__.py" in names]
    for prefix in (*real, *prefixes):
        start = f"{prefix}{layout.package}/"
        if paths := {name.removeprefix(prefix): name for name in names if name.startswith(start)}:
            if there := [name for name in (f"{prefix}{PYPROJECT}", f"{root}{PYPROJECT}") if name in names]:
                paths[PYPROJECT] = there[0]
            if layout.requirements and f"{root}{REQUIREMENTS}" in names:
                paths[REQUIREMENTS] = f"{root}{REQUIREMENTS}"
            return paths, prefix
    return {}, prefixes[0]
