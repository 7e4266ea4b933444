"""The narrow interface of a catalogue: which files of a package list models, and what these say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from archtrack.core.models.derivation import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.sources.base import Layout

__all__ = ["Catalogue", "Entry", "Listing"]


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
