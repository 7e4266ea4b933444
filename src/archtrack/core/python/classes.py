"""The classes of a module: their bases, decorators, and attributes that are plainly written."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .values import last_name, value

if TYPE_CHECKING:
    from collections.abc import Collection

    from .module import Module

__all__ = ["class_facts"]


def class_facts(module: Module, wanted: Collection[str] = ()) -> dict[str, Any]:
    """The classes at the top level of a module, as JSON.

    Args:
        module: the module.
        wanted: names of the attributes to look for in the bodies of classes.

    Returns:
        ``{class: {"line", "bases": [name], "decorators": {name: line}, "attributes": {attribute: [value, line]}}}``.
        Of a dotted base or decorator the last part is given; a value is as ``values.value`` gives it.
    """
    return {
        name: {
            "line": node.lineno,
            "bases": [last_name(base) for base in node.bases],
            "decorators": {last_name(each): each.lineno for each in node.decorator_list},
            "attributes": _attributes(node, wanted) if wanted else {},
        }
        for name, node in module.classes.items()
    }


def _attributes(node: ast.ClassDef, wanted: Collection[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each in node.body:
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=held) if name in wanted:
                found[name] = [value(held, {}), each.lineno]
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as held) if name in wanted:
                found[name] = [value(held, {}), each.lineno]
            case _:
                pass
    return found
