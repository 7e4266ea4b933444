"""The classes of a module as ``core.python.class_graph`` asks for them, with what an engine wants of each."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.values import dotted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.core.python.module import Module

__all__ = ["graph_facts"]


def graph_facts(module: Module, of_class: Callable[[ast.ClassDef], Mapping[str, Any]]) -> dict[str, Any]:
    """The classes, aliases and imports of a module.

    Args:
        module: the module.
        of_class: what is wanted of a class besides its bases, as JSON.
    """
    return {
        "classes": {
            name: {
                "bases": [base for each in node.bases if (base := dotted(each)) is not None],
                **of_class(node),
            }
            for name, node in module.classes.items()
        },
        "aliases": {name: held.id for name, held in module.values.items() if isinstance(held, ast.Name)},
        "imports": {name: [each.level, each.module, each.attribute] for name, each in module.imports.items()},
    }
