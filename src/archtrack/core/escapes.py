"""The names whose lists something else may hold, and so change, than the names that ``bindings`` follows."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .effects import HARMLESS, READ_ONLY, TRIES
from .values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["escaping", "through_module"]

_FOLLOWED = (ast.Module, ast.If, ast.With, *TRIES, ast.ExceptHandler)
_SETTERS = frozenset({"setattr", "delattr"})
_ATTRIBUTES = frozenset({"__dict__", "__setattr__", "__delattr__"})


def escaping(tree: ast.Module) -> dict[str, Unknown]:
    """The names that are loaded where their value may get another holder: a container, a class, what a call gives."""
    found: dict[str, Unknown] = {}
    for name, parent in _loose(tree):
        reason = f"`{name.id}` may be changed through what else holds it"
        if isinstance(parent, ast.Call):
            reason = f"`{name.id}` is handed to a function, which may change it"
        found.setdefault(name.id, Unknown(reason=reason, line=name.lineno))
    return found


def _loose(tree: ast.Module) -> Iterator[tuple[ast.Name, ast.AST]]:
    """The names, each with the node that it is a part of."""
    waiting: list[tuple[ast.AST, bool]] = [
        (tree, True)
    ]  # with whether its statements are followed one by one
    while waiting:
        node, followed = waiting.pop()
        held = set(map(id, _held(node, followed=followed)))
        followed = followed and isinstance(node, _FOLLOWED)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load) and id(child) not in held:
                yield child, node
            waiting.append((child, followed))


def _held(node: ast.AST, *, followed: bool) -> list[ast.AST | None]:  # noqa: PLR0911 -- one line per kind of node
    """The parts of a node that may be names of lists without anything else getting hold of them."""
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [node.value] if followed and all(isinstance(each, ast.Name) for each in targets) else []
    if isinstance(node, ast.Call):
        harmless = isinstance(node.func, ast.Name) and node.func.id in HARMLESS
        return [node.func, *(node.args if harmless else ())]
    if isinstance(node, ast.Attribute):
        return [node.value] if node.attr in READ_ONLY else []
    if isinstance(node, ast.Subscript):
        return [node.value, node.slice]
    if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        return [node.iter]
    if isinstance(node, (ast.If, ast.While, ast.Assert, ast.IfExp)):
        return [node.test]
    if isinstance(node, ast.AugAssign):
        return [node.value, node.target]
    if isinstance(node, ast.Match if hasattr(ast, "Match") else ()):
        return [node.subject]
    if isinstance(
        node, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Starred, ast.FormattedValue, ast.Expr, ast.ClassDef)
    ):
        return list(ast.iter_child_nodes(node))
    return []


def through_module(tree: ast.Module) -> tuple[dict[str, Unknown], Unknown | None]:
    """The names that a module may set through ``sys.modules``, and why any name may be, if that cannot be told.

    Nothing is followed: in a module that looks itself up, what sets an attribute may set a name of the module.
    """
    nodes = list(ast.walk(tree))
    tables = {id(node) for node in nodes if _is_modules(node)}
    if not tables and not any(_imports_modules(node) for node in nodes):
        return {}, None
    names: dict[str, Unknown] = {}
    anything = None
    for node in nodes:
        name: str | None = None
        if isinstance(node, ast.Attribute):
            name = "*" if node.attr in _ATTRIBUTES else node.attr if _is_set(node) else None
        elif isinstance(node, ast.Subscript):  # another module in the place of one
            name = "*" if _is_set(node) and id(node.value) in tables else None
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SETTERS:
            # One that says itself that it sets the module is followed in its place.
            direct = node.args and isinstance(node.args[0], ast.Subscript)
            name = None if direct else _constant(node.args[1] if len(node.args) > 1 else None)
        line = getattr(node, "lineno", 0)
        if name == "*":
            anything = Unknown(reason="any name may be set through `sys.modules`", line=line)
        elif name:
            reason = f"`{name}` may be set through `sys.modules`"
            names.setdefault(name, Unknown(reason=reason, line=line))
    return names, anything


def _is_set(node: ast.Attribute | ast.Subscript) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _is_modules(node: ast.AST) -> bool:
    """Whether a node is ``sys.modules``."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "modules"
        and isinstance(node.value, ast.Name)
        and node.value.id.strip("_") == "sys"
    )


def _imports_modules(node: ast.AST) -> bool:
    """Whether a node is ``from sys import modules``, or gives ``sys`` another name."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "sys" and any(alias.name in {"modules", "*"} for alias in node.names)
    return isinstance(node, ast.Import) and any(alias.name == "sys" and alias.asname for alias in node.names)


def _constant(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else "*"
