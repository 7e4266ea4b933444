"""The tables of a module, with the lines of names that should be tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.python.tables import table_facts

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["bound_lines", "tables_and_lines"]


def tables_and_lines(data: bytes, names: Collection[str], *, of_classes: bool = False) -> dict[str, Any]:
    """What ``table_facts`` says of a module, and as ``lines`` where each of some names is bound last.

    Args:
        data: the file.
        names: of the tables that are looked for.
        of_classes: as for ``table_facts``.
    """
    return {**table_facts(data, of_classes=of_classes), "lines": bound_lines(Module(data), names)}


def bound_lines(module: Module, names: Collection[str]) -> dict[str, int]:
    """Name -> the line that binds it last, of those names that the top level of a module binds."""
    return {name: module.bindings[name][-1].line for name in sorted(names) if name in module.bindings}
