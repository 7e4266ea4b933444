"""The classes that a module's table is made of: ``TABLE = {… for m in [A, B]}``."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .class_attributes import imports_of_module
from .conditions import short
from .modules import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["listed_classes"]

_DEPTH = 50
_MAX_PARTS = 10_000
"""Classes and lists together, copies counted: more is no registry."""


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
    lists: dict[str, _List] = {}
    found = _List(odd=[0, f"{table} is not there"])
    touched: list[ast.stmt] = []
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pass
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=more) if name != table:
                left = ast.copy_location(ast.Name(id=name), node)
                value = ast.copy_location(ast.BinOp(left=left, op=ast.Add(), right=more), node)
            case _:
                touched.append(node)
                continue
        if name == table:
            found = _of_table(table, value, lists)
        else:
            lists[name] = _list(value, lists, name)
    classes, odd, names = _flat(found)
    odd += [
        [node.lineno, f"cannot tell what `{_head(node)}` does without running it"]
        for node in touched
        if _runs(node) and _names(node) & {table, *names}
    ]
    return {
        "classes": classes,
        "odd": sorted(odd, key=lambda each: each[0]),
        "imports": imports_of_module(tree),
    }


@dataclass(slots=True, kw_only=True)
class _List:
    """What a list is made of, at the line that made it.

    Attributes:
        parts: [class, line], and further lists.
        odd: [line, reason], if it cannot be told.
        name: what it is assigned to, if to anything.
    """

    parts: list[_List | list[Any]] = field(default_factory=list)
    odd: list[Any] | None = None
    name: str | None = None


def _flat(whole: _List) -> tuple[list[list[Any]], list[list[Any]], set[str]]:
    """The classes, what is odd, and the names of the lists that it is made of."""
    classes: list[list[Any]] = []
    odd: list[list[Any]] = []
    names: set[str] = set()
    waiting: list[_List | list[Any]] = [whole]
    for _ in range(_MAX_PARTS):
        if not waiting:
            return classes, odd, names
        part = waiting.pop()
        if isinstance(part, list):
            classes.append(part)
            continue
        if part.name is not None:
            names.add(part.name)
        if part.odd is not None and part.odd not in odd:
            odd.append(part.odd)
        waiting += reversed(part.parts)
    return [], [[0, "its lists are too long"]], names


def _of_table(table: str, value: ast.expr, lists: Mapping[str, _List]) -> _List:
    match value:
        case ast.DictComp(generators=[ast.comprehension(iter=over, ifs=[])]):
            return _list(over, lists)
        case _:
            return _List(odd=[value.lineno, f"{table} is no comprehension over a list of classes"])


def _list(node: ast.expr, lists: Mapping[str, _List], name: str | None = None, depth: int = 0) -> _List:
    match node:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) if depth < _DEPTH:
            parts = [_element(each, lists, depth) for each in elements]
            return _List(parts=parts, name=name)
        case ast.Name(id=other) if other in lists:
            return _List(parts=[lists[other]], name=name)
        case ast.BinOp(op=ast.Add(), left=left, right=right) if depth < _DEPTH:
            both = [_list(each, lists, None, depth + 1) for each in (left, right)]
            return _List(parts=[*both], name=name)
        case _:
            reason = f"cannot tell what `{short(node, 60)}` is without running it"
            return _List(odd=[node.lineno, reason], name=name)


def _element(node: ast.expr, lists: Mapping[str, _List], depth: int) -> _List | list[Any]:
    if isinstance(node, ast.Name):
        return [node.id, node.lineno]
    return _list(node.value if isinstance(node, ast.Starred) else node, lists, None, depth + 1)


def _runs(node: ast.stmt) -> bool:
    """Whether a statement may change a list when the module is imported."""
    definitions = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return not isinstance(node, (ast.Import, ast.ImportFrom, *definitions))


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _head(node: ast.stmt) -> str:
    return short(node.value, 60) if isinstance(node, ast.Expr) else type(node).__name__.lower()
