"""The pairs of a table at the top level of a module, in whatever call it is made.

``core.python.tables`` reads dicts, and says of whatever else that it cannot tell. Some tables are made by a class of
the engine's own (``LazyConfigDict(a="A", …)``), or of a generic type (``OrderedDict[str, str]([…])``), and stand for
their pairs all the same. Keys are strings; pairs are what is written out, in the table and in what is added to it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from archtrack.core.python.values import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.core.python.module import Module

__all__ = ["pairs", "texts"]

_CONTAINERS = (ast.List, ast.Tuple, ast.Set)


def pairs(module: Module, name: str) -> dict[str, tuple[ast.expr, int]] | None:
    """Key -> (value, line) of the table of that name; None where the module has none."""
    found: dict[str, tuple[ast.expr, int]] = {}
    there = False
    for statement in module.statements:
        made = _added(statement.node, name)
        if made is not None:
            there = True
            found.update(_written(made, module, {name}))
    return found if there else None


def _added(node: ast.stmt, name: str) -> ast.expr | None:
    """What a statement puts into a table: the value that it is bound to, or that ``update`` is called with."""
    match node:
        case (
            ast.Assign(targets=[ast.Name(id=target)], value=made)
            | ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as made)
            | ast.AugAssign(target=ast.Name(id=target), value=made)
            | ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=target), attr="update")) as made)
        ) if target == name:
            return made
        case ast.Assign(
            targets=[ast.Subscript(value=ast.Name(id=target), slice=ast.Constant() as key)], value=value
        ) if target == name:
            return ast.copy_location(ast.Dict(keys=[key], values=[value]), value)
        case _:
            return None


def _written(made: ast.expr, module: Module, seen: set[str]) -> Iterator[tuple[str, tuple[ast.expr, int]]]:
    """The pairs of an expression, in order; each table that it takes in is looked at once."""
    waiting = [made]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            if node.id not in seen and node.id in module.values:
                seen.add(node.id)
                waiting.append(module.values[node.id])
            continue
        own, inner = _parts(node)
        yield from ((key, (value, line)) for key, value, line in own)
        waiting += reversed(inner)


def _parts(node: ast.expr) -> tuple[list[tuple[str, ast.expr, int]], list[ast.expr]]:
    """The pairs that stand in an expression itself, and the expressions that may hold more."""
    match node:
        case ast.Dict(keys=keys, values=values):
            items = list(zip(keys, values, strict=True))
            own = [
                (key.value, value, key.lineno)
                for key, value in items
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            ]
            return own, [value for key, value in items if key is None]
        case ast.Call(args=args, keywords=keywords):
            own = [(each.arg, each.value, each.value.lineno) for each in keywords if each.arg is not None]
            return own, [*args, *(each.value for each in keywords if each.arg is None)]
        case ast.Tuple(elts=[ast.Constant(value=str() as text, lineno=line), value]):
            return [(text, value, line)], []
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [], elements
        case ast.Starred(value=inner):
            return [], [inner]
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return [], [left, right]
        case _:
            return [], []


def _named(node: ast.expr) -> str | None:
    """The class that a value names, as text or as a name; of several the first."""
    while isinstance(node, _CONTAINERS) and node.elts:
        node = node.elts[0]
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    return last_name(node) or None


def texts(found: Mapping[str, tuple[ast.expr, int]]) -> dict[str, tuple[str | None, int]]:
    """The same with the classes in place of the values."""
    return {key: (_named(value), line) for key, (value, line) in found.items()}
