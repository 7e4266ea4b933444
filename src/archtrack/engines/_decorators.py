"""Classes that a decorator registers under a name: ``@register("Name", …)`` above a class."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, TypeGuard

from archtrack.core.python.changes import running
from archtrack.core.python.classes import class_facts
from archtrack.core.python.module import Module
from archtrack.core.python.tables import imports_of_names
from archtrack.core.python.values import UnresolvedError, last_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


__all__ = ["decorated_classes", "registering_calls"]


def decorated_classes(data: bytes, decorators: Collection[str]) -> dict[str, Any]:
    """What the decorators of a module's classes register, and the classes with their bases.

    Args:
        data: the file.
        decorators: names of the functions or methods that register (``register`` for ``@Model.register(…)``).

    Returns:
        ``{"registered": [[name, line, class, condition]], "classes": as ``class_facts`` gives them, "imports": {name:
        [level, module, attribute]}, "unresolved": [[line, reason]]}``, in the order in which they take effect: of
        several decorators above one class, the lowest comes first.
    """
    module = Module(data)
    registered: list[list[Any]] = []
    unresolved: list[list[Any]] = []
    if module.problem is not None:
        unresolved.append([module.problem[1], module.problem[0]])
    calls, unread = registering_calls(module, decorators)
    for call, class_name, condition in calls:
        named = (keyword.value for keyword in call.keywords if keyword.arg in {None, "name", "names"})
        for value in (*call.args, *named):
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                registered.append([value.value, value.lineno, class_name, condition])
            else:
                unresolved.append([value.lineno, UnresolvedError(value).reason])
    return {
        "registered": registered,
        "classes": class_facts(module),
        "imports": imports_of_names(module),
        "unresolved": [*unresolved, *unread],
    }


def registering_calls(
    module: Module, decorators: Collection[str]
) -> tuple[list[tuple[ast.Call, str, str | None]], list[list[Any]]]:
    """The calls that register a class of a module, for an engine that reads their arguments itself.

    Args:
        module: the module.
        decorators: names of the functions or methods that register.

    Returns:
        ``(call, class, condition)`` of each in the order in which they take effect, and ``[line, reason]`` of those of
        which the class cannot be told.
    """
    found = [
        (call, class_name, statement.condition)
        for statement in module.statements
        for call, class_name in _registering(statement.node)
        if last_name(call.func) in decorators
    ]
    read = {id(call) for call, _, _ in found}
    unread = [
        [node.lineno, "cannot tell which class is registered here"]
        for node in running(module.tree)
        if _is_call_of(node, decorators) and id(node) not in read
    ]
    return found, unread


def _is_call_of(node: ast.AST, names: Collection[str]) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, (ast.Name, ast.Attribute))
        and last_name(node.func) in names
    )


def _registering(node: ast.stmt) -> Iterator[tuple[ast.Call, str]]:
    """The calls that may register a class, and its name: ``@call(…)``, ``call(…)(Class)``."""
    match node:
        case ast.ClassDef(name=name, decorator_list=decorators):
            for each in reversed(decorators):
                if isinstance(each, ast.Call):
                    yield each, name
        case ast.Expr(value=ast.Call(func=ast.Call() as call, args=[ast.Name(id=name)])):
            yield call, name
        case _:
            pass
