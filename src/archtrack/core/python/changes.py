"""What statements may bind or change besides what they plainly say: why a name is unresolved."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .values import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ANY", "CHANGES", "FUNCTIONS", "HIDDEN", "changes", "parts", "running", "stored"]

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
ANY = "*"
"""Among the names that are changed: any name."""
CHANGES = frozenset(
    {"add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "reverse"}
    | {"setdefault", "sort", "update", "__setitem__", "__delitem__", "__iadd__"}
)
"""The methods that change a list or dict in place."""
HIDDEN = (
    b"global ",
    b"global\t",
    b"global\f",
    b"global\\",
    b"globals",
    b"exec(",
    b"eval(",
    b"sys",
    b"__name__",
)
"""Words without which no function binds a name of its module, or renames a class."""

_SETTERS = frozenset({"setattr", "delattr", "__setattr__", "__delattr__"})
_BLOCKS = (ast.For, ast.AsyncFor, ast.While, ast.Match)
_LEAVES = (ast.Constant, ast.expr_context, ast.operator)
_SCOPES = (ast.ClassDef, *FUNCTIONS, ast.Lambda)
"""What has names of its own in its body. A comprehension has only its targets: ``:=`` in it binds a name around it."""


def stored(node: ast.AST) -> list[str]:
    """The names that a statement, target or expression binds or deletes, but for those of scopes of their own."""
    found: dict[str, None] = {}
    own: set[int] = set()
    for part in running(node):
        if isinstance(part, ast.comprehension):
            own.update(map(id, running(part.target)))
        elif isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load) and id(part) not in own:
            found[part.id] = None
        elif isinstance(part, (ast.ClassDef, *FUNCTIONS)):
            found[part.name] = None
        elif isinstance(part, ast.alias):
            found[part.asname or part.name.partition(".")[0]] = None
        elif isinstance(part, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and part.name:
            found[part.name] = None
        elif isinstance(part, ast.MatchMapping) and part.rest:
            found[part.rest] = None
    return list(found)


def running(node: ast.AST) -> Iterator[ast.AST]:
    """A node and its parts that run with it, outer ones first: the bodies of functions do not, those of lambdas may."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, FUNCTIONS):
            waiting += [*part.decorator_list, part.args, *([part.returns] if part.returns else ())]
        else:
            waiting += parts(part)


def parts(node: ast.AST) -> list[ast.AST]:
    """The parts of a node that may have parts or mean something: two out of three nodes of a large table do not."""
    found: list[ast.AST] = []
    for name in node._fields:
        held = getattr(node, name, None)
        for part in held if isinstance(held, list) else (held,):
            if isinstance(part, ast.AST) and not isinstance(part, _LEAVES):
                found.append(part)  # noqa: PERF401 -- every module passes through here
    return found


def changes(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """(name, reason, line) of what binds or changes names of the module in any other way than plain statements.

    A function that changes a list or dict in place may do so at any time; what it binds is its own, but for ``global``.
    """
    # With whether the names that it binds are its own, and whether it stands in a block whose names have been told.
    waiting: list[tuple[ast.AST, bool, bool]] = [(tree, False, False)]
    while waiting:
        node, local, told = waiting.pop()
        yield from _changed_anywhere(node)
        is_block = isinstance(node, _BLOCKS)
        if not local and not (is_block and told):
            yield from _changed_at_top(node)
        body = node.body if not local and isinstance(node, _SCOPES) else []
        inside = set(map(id, body if isinstance(body, list) else [body]))
        waiting += [(child, local or id(child) in inside, told or is_block) for child in parts(node)]


def _changed_anywhere(node: ast.AST) -> Iterator[tuple[str, str, int]]:
    line: int = getattr(node, "lineno", 0)
    match node:
        case ast.Global(names=names):
            for name in names:
                yield name, f"`{name}` is also assigned inside a function (global)", line
        case ast.Attribute(attr="__name__", ctx=ast.Store() | ast.Del()):
            yield ANY, "the `__name__` of a class may be set here", line
        case ast.Attribute(value=ast.Name(id=name), attr=method) if method in CHANGES:
            yield name, f"`{name}` is changed by `.{method}(…)`", line
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
            yield name, f"an item of `{name}` is assigned", line
        case ast.Call(func=ast.Name(id="globals" | "exec" | "eval" as called)):
            yield ANY, f"`{called}(…)` may bind any name", line
        case ast.Call(func=function, args=arguments) if last_name(function) in _SETTERS:
            if any(isinstance(each, ast.Constant) and each.value == "__name__" for each in arguments):
                yield ANY, "the `__name__` of a class may be set here", line
        case ast.Attribute(value=ast.Name(id="sys"), attr="modules"):
            yield ANY, "any name may be set through `sys.modules`", line
        case ast.Import(names=names) if any(each.name == "sys" and each.asname for each in names):
            yield ANY, "any name may be set through `sys.modules`", line
        case ast.ImportFrom(module="sys", names=names) if {"modules", "*"} & {each.name for each in names}:
            yield ANY, "any name may be set through `sys.modules`", line
        case _:
            pass


def _changed_at_top(node: ast.AST) -> Iterator[tuple[str, str, int]]:
    line: int = getattr(node, "lineno", 0)
    match node:
        case ast.NamedExpr(target=ast.Name(id=name)):
            yield name, f"`{name}` is set inside an expression", line
        case ast.AugAssign(target=ast.Name(id=name)):
            yield name, f"`{name}` is changed by an operator", line
        case ast.ExceptHandler(name=str() as name):
            yield name, f"`{name}` is set by an `except`", line
        case ast.Call(func=ast.Name(id="locals" | "vars" as called), args=[], keywords=[]):
            yield ANY, f"`{called}()` may bind any name", line
        case ast.For() | ast.AsyncFor() | ast.While() | ast.Match():
            kind = type(node).__name__.lower().removeprefix("async")
            for name in stored(node):
                yield name, f"`{name}` is set inside a `{kind}` block", line
        case ast.withitem(optional_vars=ast.expr() as target):
            for name in stored(target):
                yield name, f"`{name}` is set by a `with`", target.lineno
        case _:
            pass
