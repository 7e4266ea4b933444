"""The narrow interface of a catalogue: which files of a package list models, and what these say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.sources.base import Layout

__all__ = ["Catalogue", "Entry", "Listing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a file says of one model.

    Attributes:
        id: on the Hub, as the file has it.
        path: of the file.
        line: that says so; 0 where the id is a key or value in that file.
        architectures: that it names.
        model_type: that it names; None where it names none.
        task: what the model is for, as the Hub calls it (``text-generation``); None where the file does not say.
        downloads: in a month; 0 where the file does not say.
    """

    id: str
    path: str
    line: int = 0
    architectures: tuple[str, ...] = ()
    model_type: str | None = None
    task: str | None = None
    downloads: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a release lists.

    Attributes:
        entries: in the order of the files.
        unresolved: (path, line, reason) of what cannot be read statically.
    """

    entries: tuple[Entry, ...]
    unresolved: tuple[tuple[str, int, str], ...] = ()


class Catalogue(Protocol):
    """What one file of this folder declares as ``CATALOGUE``."""

    @property
    def package(self) -> str:
        """Its name on the package index."""
        ...

    @property
    def kind(self) -> str:
        """Which file of a release holds the list: ``wheel`` or ``sdist``."""
        ...

    def layout(self, version: str) -> Layout:
        """Where the files lie in a release."""
        ...

    @property
    def files(self) -> tuple[str, ...]:
        """Patterns of the files that list models."""
        ...

    def read(self, files: Mapping[str, bytes]) -> Listing:
        """What the files say, read statically.

        Args:
            files: path -> content of each file that matches ``files``.
        """
        ...
