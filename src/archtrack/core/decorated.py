"""Classes that a decorator registers under a name: ``@register("Name", …)`` above a class."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .conditions import both, short, truth
from .modules import parse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

__all__ = ["decorated_classes"]


def decorated_classes(data: bytes, decorators: Collection[str]) -> dict[str, Any]:
    """What the decorators of a module's classes register, and the classes with their bases.

    Args:
        data: the file.
        decorators: names of the functions or methods that register (``register`` for ``@Model.register(…)``).

    Returns:
        ``{"registered": [[name, line, class, condition]], "classes": {class: {"line", "bases": [name], "decorators":
        {name: line}}}, "imports": {name: [level, module, attribute]}, "odd": [[line, reason]]}``, in the order in
        which they take effect: of several decorators above one class, the lowest comes first.
    """
    try:
        tree = parse(data)
    except SyntaxError as error:
        odd_file = [[error.lineno or 0, error.msg]]
        return {"registered": [], "classes": {}, "imports": {}, "odd": odd_file}
    registered: list[list[Any]] = []
    classes: dict[str, Any] = {}
    imports: dict[str, list[Any]] = {}
    odd: list[list[Any]] = []
    for node, condition in _statements(tree.body, None):
        match node:
            case ast.ClassDef(name=name):
                classes[name] = _class(node)
                for decorator in reversed(node.decorator_list):
                    _register(decorator, name, condition, decorators, registered, odd)
            case ast.Expr(value=ast.Call(func=ast.Call() as call, args=[ast.Name(id=name)])):
                _register(call, name, condition, decorators, registered, odd)
            case ast.ImportFrom(level=level, module=module, names=names):
                for alias in names:
                    imports[alias.asname or alias.name] = [level, module or "", alias.name]
            case _:
                pass
    return {"registered": registered, "classes": classes, "imports": imports, "odd": odd}


def _class(node: ast.ClassDef) -> dict[str, Any]:
    calls = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
    return {
        "line": node.lineno,
        "bases": [_last(base) for base in node.bases],
        "decorators": {_last(call): call.lineno for call in calls},
    }


def _register(
    node: ast.expr,
    class_name: str,
    condition: str | None,
    decorators: Collection[str],
    registered: list[list[Any]],
    odd: list[list[Any]],
) -> None:
    if not isinstance(node, ast.Call) or _last(node.func) not in decorators:
        return
    named = (keyword.value for keyword in node.keywords if keyword.arg in {None, "name", "names"})
    values = [*node.args, *named]
    for value in values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            registered.append([value.value, value.lineno, class_name, condition])
        else:
            odd.append([value.lineno, f"cannot tell what `{short(value, 60)}` is without running it"])


def _last(node: ast.expr) -> str:
    """The last name of ``a.b.c``, of a call or of a subscript of it; empty for anything else."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _statements(body: Iterable[ast.stmt], condition: str | None) -> Iterator[tuple[ast.stmt, str | None]]:
    """Statements with the condition under which they run, those inside ``if``, ``try`` and ``with`` included."""
    for node in body:
        yield node, condition
        if isinstance(node, ast.If):
            known, text = truth(node.test), short(node.test)
            if known is not False:
                yield from _statements(node.body, condition if known else both(condition, text))
            if known is not True:
                under = condition if known is False else both(condition, f"not ({text})")
                yield from _statements(node.orelse, under)
        elif isinstance(node, ast.Try):
            yield from _statements((*node.body, *node.orelse, *node.finalbody), condition)
            for handler in node.handlers:
                yield from _statements(handler.body, both(condition, "an exception"))
        elif isinstance(node, ast.With):
            yield from _statements(node.body, condition)
