"""Released packages that list models with their architectures: one file each, found when they are asked for."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .base import Catalogue

__all__ = ["catalogues"]

_NOT_CATALOGUES = frozenset({"base"})


def catalogues() -> tuple[Catalogue, ...]:
    """All that there are, in the order of their packages."""
    modules = (each.name for each in iter_modules(__path__) if each.name not in _NOT_CATALOGUES)
    found: list[Catalogue] = [import_module(f".{name}", __package__).CATALOGUE for name in modules]
    return tuple(sorted(found, key=lambda each: each.package))
