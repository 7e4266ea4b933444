"""The classes of a module, with their bases and a few attributes, for registries that are made of classes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .modules import parse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

__all__ = ["class_attributes", "imports_of_module"]


def class_attributes(data: bytes, wanted: Collection[str]) -> dict[str, Any]:
    """The classes at the top level of a module.

    Args:
        data: the file.
        wanted: names of the attributes to look for in class bodies.

    Returns:
        ``{"classes": {name: {"line", "bases": [name], "attributes": {attribute: [value, line]}}}, "imports": {name:
        [level, module, attribute]}, "problem": [line, reason] or None}``; a value is a string, ``{"name": …}`` for a
        name, or None for anything else. A file that does not parse has no classes.
    """
    try:
        tree = parse(data)
    except SyntaxError as error:
        return {"classes": {}, "imports": {}, "problem": [error.lineno or 0, error.msg]}
    classes = {
        node.name: {
            "line": node.lineno,
            "bases": [base.id for base in node.bases if isinstance(base, ast.Name)],
            "attributes": {name: found for name, found in _attributes(node.body) if name in wanted},
        }
        for node in _statements(tree.body)
        if isinstance(node, ast.ClassDef)
    }
    return {"classes": classes, "imports": imports_of_module(tree), "problem": None}


def imports_of_module(tree: ast.Module) -> dict[str, list[Any]]:
    """Name -> [level, module, attribute] of the ``from … import …`` at the top level of a module."""
    return {
        alias.asname or alias.name: [node.level, node.module or "", alias.name]
        for node in _statements(tree.body)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements, those inside ``if``, ``try`` and ``with`` included."""
    for node in body:
        yield node
        if isinstance(node, ast.If):
            yield from _statements((*node.body, *node.orelse))
        elif isinstance(node, ast.Try):
            yield from _statements((*node.body, *node.orelse, *node.finalbody))
        elif isinstance(node, ast.With):
            yield from _statements(node.body)


def _attributes(body: Iterable[ast.stmt]) -> Iterator[tuple[str, list[Any]]]:
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, [_value(value), node.lineno]
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, [_value(value), node.lineno]
            case _:
                pass


def _value(node: ast.expr) -> object:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.Name(id=name):
            return {"name": name}
        case _:
            return None
