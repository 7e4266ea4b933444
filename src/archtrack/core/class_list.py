"""The classes that a module's table is made of: ``TABLE = {… for m in [A, B]}``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .class_attributes import imports_of_module
from .conditions import short
from .modules import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["listed_classes"]

_DEPTH = 50


def listed_classes(data: bytes, table: str) -> dict[str, Any]:
    """The classes of a table that is a comprehension over a list of them.

    Args:
        data: the file.
        table: the table's name.

    Returns:
        ``{"classes": [[name, line]], "odd": [[line, reason]], "imports": {name: [level, module, attribute]}}``.
    """
    try:
        tree = parse(data)
    except SyntaxError as error:
        return {"classes": [], "odd": [[error.lineno or 0, error.msg]], "imports": {}}
    lists: dict[str, ast.expr] = {}
    found: list[list[Any]] = []
    odd: list[list[Any]] = []
    known = False
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pass
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))) if name in {
                table,
                *lists,
            }:
                odd.append(
                    [node.lineno, f"cannot tell what `{short(node.value, 60)}` does without running it"]
                )
                continue
            case _:
                continue
        lists[name] = value
        if name != table:
            continue
        known = True
        match value:
            case ast.DictComp(generators=[ast.comprehension(iter=over, ifs=[])]):
                found += _elements(over, lists, odd)
            case _:
                odd.append([value.lineno, f"{table} is no comprehension over a list of classes"])
    if not known:
        odd.append([0, f"{table} is not there"])
    return {"classes": found, "odd": odd, "imports": imports_of_module(tree)}


def _elements(
    node: ast.expr, lists: dict[str, ast.expr], odd: list[list[Any]], depth: int = 0
) -> Iterator[list[Any]]:
    match node:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) if depth < _DEPTH:
            for each in elements:
                if isinstance(each, ast.Name):
                    yield [each.id, each.lineno]
                else:
                    inner = each.value if isinstance(each, ast.Starred) else each
                    yield from _elements(inner, lists, odd, depth + 1)
        case ast.Name(id=name) if name in lists and depth < _DEPTH:
            yield from _elements(lists[name], lists, odd, depth + 1)
        case ast.BinOp(op=ast.Add(), left=left, right=right) if depth < _DEPTH:
            yield from _elements(left, lists, odd, depth + 1)
            yield from _elements(right, lists, odd, depth + 1)
        case _:
            odd.append([node.lineno, f"cannot tell what `{short(node, 60)}` is without running it"])
