"""What statements and expressions may change besides what they plainly assign: the reasons to answer "unknown"."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from .literals import is_namespace
from .values import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from .values import Value

    Change: TypeAlias = Callable[[Value], Value | None]

__all__ = [
    "CHANGES",
    "HARMLESS",
    "READ_ONLY",
    "TRIES",
    "Forget",
    "Touch",
    "may_raise",
    "of_expression",
    "of_functions",
    "renaming",
    "touched",
]

CHANGES = frozenset(
    {"add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "reverse"}
    | {"setdefault", "sort", "update", "__setitem__", "__delitem__", "__iadd__"}
)
READ_ONLY = CHANGES | {"copy", "count", "get", "index", "items", "keys", "values"}
"""Attributes that give no hold of a list or dict; what ``CHANGES`` do is seen where it is done."""
TRIES = tuple(getattr(ast, name) for name in ("Try", "TryStar") if hasattr(ast, name))
HARMLESS = frozenset(
    {"print", "len", "list", "tuple", "set", "frozenset", "sorted", "dict", "isinstance", "type", "enumerate"}
    | {"zip", "any", "all", "id", "repr", "str", "iter", "reversed", "max", "min", "sum", "map", "filter"}
)
_PLAIN = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.expr_context)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A name may have changed: in any case (``force``), or if it holds a list, which was ``handed`` on or changed."""

    name: str
    reason: str
    line: int
    force: bool = False
    handed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Any name may have changed."""

    reason: str
    line: int


def of_expression(node: ast.expr, *, handled: ast.expr | None = None) -> Iterator[Touch | Forget]:
    """The effects of evaluating an expression at the top level of a module, but for a ``handled`` assignment in it."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.NamedExpr) and inner is not handled:
            name = inner.target.id
            reason = f"`{name}` is set inside an expression"
            yield Touch(name=name, reason=reason, line=inner.lineno, force=True)
        elif isinstance(inner, ast.Call):
            yield from _of_call(inner)
        elif isinstance(inner, ast.Attribute):
            yield from _of_method(inner)


def _of_method(node: ast.Attribute) -> Iterator[Touch | Forget]:
    if node.attr not in CHANGES:
        return
    if is_namespace(node.value):
        yield Forget(reason=f"`globals().{node.attr}(…)` may bind any name", line=node.lineno)
    elif name := _root(node.value):
        yield Touch(name=name, reason=f"`{name}` is changed by `.{node.attr}(…)`", line=node.lineno)


def _of_call(node: ast.Call) -> Iterator[Touch | Forget]:
    function = node.func
    called = function.id if isinstance(function, ast.Name) else ""
    if called == "exec" or (called in {"setattr", "delattr"} and node.args and _is_module(node.args[0])):
        yield Forget(reason=f"`{called}(…)` may bind any name", line=node.lineno)
        return
    if called in HARMLESS:
        return
    for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
        if isinstance(argument, ast.Name):
            reason = f"`{argument.id}` is handed to a function, which may change it"
            yield Touch(name=argument.id, reason=reason, line=node.lineno, handed=True)


def _is_module(node: ast.expr) -> bool:
    """Whether an expression looks like the module itself: ``sys.modules[__name__]``."""
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute)


def touched(node: ast.stmt, kind: str) -> Iterator[Touch | Forget]:
    """Every name that a statement may assign or change in place, whatever its order and however often it runs."""
    line = node.lineno
    for inner in ast.walk(node):
        name: str | None = None
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, (ast.Store, ast.Del)):
            name = inner.id
        elif isinstance(inner, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.ExceptHandler)):
            name = inner.name
        elif isinstance(inner, ast.alias):
            name = (inner.asname or inner.name).partition(".")[0]
        elif isinstance(inner, (ast.MatchAs, ast.MatchStar)):
            name = inner.name
        elif isinstance(inner, ast.MatchMapping):
            name = inner.rest
        elif isinstance(inner, ast.Subscript) and not isinstance(inner.ctx, ast.Load):
            name = "*" if is_namespace(inner.value) else _root(inner)
        elif isinstance(inner, ast.Call):
            yield from _of_call(inner)
        elif isinstance(inner, ast.Attribute):
            yield from _of_method(inner)
        if name == "*":
            yield Forget(reason=f"any name may be set inside a `{kind}` block", line=line)
        elif name:
            yield Touch(name=name, reason=f"`{name}` is set inside a `{kind}` block", line=line, force=True)


def _root(node: ast.expr) -> str | None:
    """The name that a chain of items begins with: ``D["key"][0]`` is part of ``D``, ``D.attribute`` is not."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def of_functions(tree: ast.Module) -> tuple[dict[str, Unknown], dict[str, Unknown]]:
    """What the functions and class bodies of a module may do to its names, whenever they run.

    Returns:
        The names that a function assigns (``global``), and the names whose lists a function may change.
    """
    assigned: dict[str, Unknown] = {}
    changed: dict[str, Unknown] = {}
    seen: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            for name in node.names:
                reason = f"`{name}` is also assigned inside a function (global)"
                assigned.setdefault(name, Unknown(reason=reason, line=node.lineno))
        elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)) and node not in seen:
            for part in _body(node):
                seen.add(part)
                name_changed = _changed_name(part)
                if name_changed:
                    reason = f"`{name_changed}` is also changed inside a function"
                    unknown = Unknown(reason=reason, line=getattr(part, "lineno", 0))
                    changed.setdefault(name_changed, unknown)
    return assigned, changed


def _body(node: ast.AST) -> Iterator[ast.AST]:
    body = getattr(node, "body", [])
    for inner in body if isinstance(body, list) else [body]:
        yield from ast.walk(inner)


def _changed_name(node: ast.AST) -> str | None:
    """The name whose list or dict a node changes in place."""
    if isinstance(node, ast.Attribute):
        return _root(node.value) if node.attr in CHANGES else None
    if isinstance(node, ast.Subscript):
        return None if isinstance(node.ctx, ast.Load) else _root(node)
    if isinstance(node, ast.AugAssign):
        return _root(node.target)
    return None


def renaming(tree: ast.Module, understood: set[ast.AST]) -> Unknown | None:
    """Why the name of any class of the module is not known, if something but an ``understood`` statement sets one."""
    for node in ast.walk(tree):
        if _renames(node) and node not in understood:
            return Unknown(
                reason="the `__name__` of a class may be set here", line=getattr(node, "lineno", 0)
            )
    return None


def _renames(node: ast.AST) -> bool:
    """Whether a node assigns a ``__name__``."""
    if isinstance(node, ast.Attribute):
        return node.attr == "__name__" and isinstance(node.ctx, (ast.Store, ast.Del))
    return (
        isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in {"setattr", "__setattr__"}
        and any(isinstance(part, ast.Constant) and part.value == "__name__" for part in node.args)
    )


def may_raise(node: ast.stmt, names: Container[str]) -> bool:
    """Whether a statement may be left by an error: anything but the plainest assignments of what is bound."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Pass, ast.Global)):
        return bool(getattr(node, "decorator_list", ()))
    if not isinstance(node, (ast.Assign, ast.AnnAssign, ast.Expr)):
        return True
    targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
    if node.value is None:
        return False
    if not all(isinstance(target, ast.Name) for target in targets):
        return True
    return any(
        part.id not in names if isinstance(part, ast.Name) else not isinstance(part, _PLAIN)
        for part in ast.walk(node.value)
    )
