"""Texts, lists and mappings with their places: what JSON, YAML and the literals of Python come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Listed", "Mapped", "Node", "Text", "mapped"]


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar.

    Attributes:
        value: what it says.
        line: of its first character; from 1.
        column: the same; from 1.
        start: the place in the file of the first character of ``value``; None where the file writes it otherwise, with
            escapes, or on several lines.
    """

    value: str
    line: int
    column: int
    start: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A list."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping; no key is there twice."""

    pairs: tuple[tuple[Text, Node], ...]


Node: TypeAlias = "Text | Listed | Mapped"


def mapped(pairs: Iterable[tuple[Text, Node]]) -> Mapped:
    """The mapping of the pairs that are written: of a key that is written twice the last counts, as parsers have it."""
    return Mapped(tuple({key.value: (key, value) for key, value in pairs}.values()))
