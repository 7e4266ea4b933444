"""What the statements of a module may do to its dicts besides what ``tables`` follows: why a table is unresolved."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .changes import ANY, CHANGES, FUNCTIONS, parts, running, stored

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from .module import Module

__all__ = ["Effects", "is_dict", "is_dict_call"]

_DICTS = frozenset({"dict", "OrderedDict", "MappingProxyType"})
_DICTS_OF = frozenset({"builtins", "collections", "types", "typing"})
_READS = frozenset({"copy", "get", "items", "keys", "values"})
_HARMLESS = frozenset(
    {"print", "len", "list", "tuple", "set", "frozenset", "sorted", "isinstance", "type", "enumerate", "zip"}
    | {"any", "all", "id", "repr", "str", "iter", "reversed", "max", "min", "sum", "map", "filter"}
)


def is_dict(node: ast.expr, own: Container[str] = ()) -> bool:
    """Whether this makes a dict; see ``is_dict_call``."""
    return isinstance(node, (ast.Dict, ast.DictComp)) or is_dict_call(node, own)


def is_dict_call(node: ast.expr, own: Container[str] = ()) -> bool:
    """Whether this is a call of ``dict``, ``OrderedDict`` or ``MappingProxyType``.

    Args:
        node: an expression.
        own: names that the module gives another meaning.
    """
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in _DICTS and name not in own
        case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name)):
            return name in _DICTS and module in _DICTS_OF
        case _:
            return False


class Effects:
    """What the statements of a module, and the functions that run with them, may do to its dicts.

    Attributes:
        own: names of the module that are no imports: no builtin that is called so is Python's.
        late: name -> (line, reason) of what changes at a time that is not known: by a function that runs when the
            module is imported (the line is that which names it), by an ``except``. ``ANY`` stands for all names.
        held: the names of which something gets hold while the module is imported.
    """

    def __init__(self, module: Module) -> None:
        """Look through a module, all of whose bodies were read."""
        imported = module.imports.keys()
        self.own = {name for name, found in module.bindings.items() if name not in imported or len(found) > 1}
        self._harmless = _HARMLESS - self.own
        self.late: dict[str, tuple[int, str]] = {}
        self._names = module.bindings.keys()
        self.held: set[str] = set()
        self._loads: set[str] = set()
        waiting: list[tuple[ast.AST, str, int]] = [(each.node, "", 0) for each in module.statements]
        functions = _functions(module.tree)
        for node, root, line in waiting:  # which grows
            for part in running(node):
                name = _referred(part)
                self._loads.add(name)
                for function in functions.pop(name, ()):
                    at = root or name, line or part.lineno  # type: ignore[attr-defined]
                    waiting += [(each, *at) for each in function.body]
            held = self._held(node, self._names)
            self.held.update(held)
            if root:
                changed = (each for part in running(node) for each in _changed_by(part))
                for name in (*changed, *held):
                    self.late.setdefault(name, (line, f"`{name}` is changed by `{root}(…)`"))
        for handler in ast.walk(module.tree):
            if isinstance(handler, ast.ExceptHandler) and handler.name:
                self.late.setdefault(
                    handler.name, (handler.lineno, f"`{handler.name}` is set by an `except`")
                )

    def of(self, node: ast.stmt, tables: Container[str]) -> Iterator[tuple[str, int, str]]:
        """(table, line, reason) of what a statement may do to tables besides what ``tables`` follows; see ``ANY``."""
        plain = _followed(node)
        for part in running(node):
            for name in () if part in plain else _changed_by(part):
                line: int = getattr(part, "lineno", 0)
                if name == ANY:
                    yield ANY, line, "any name may be set here"
                elif name in tables:
                    yield name, line, f"cannot tell what is done to `{name}` here"
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            source = f"{'.' * node.level}{node.module or ''}"
            yield ANY, node.lineno, f"any name may come from `import *` of `{source}`"
        elif not isinstance(node, (*_PLAIN, ast.ClassDef, *FUNCTIONS, ast.Import, ast.ImportFrom)):
            makes = any(isinstance(part, ast.expr) and is_dict(part, self.own) for part in running(node))
            for name in stored(node):
                if makes or name in tables:
                    yield name, node.lineno, f"`{name}` is set inside a block that is not read"
        for name in self._held(node, tables, followed=True):
            yield name, node.lineno, f"`{name}` may be changed through what else holds it"

    @staticmethod
    def changed(node: ast.stmt) -> set[str]:
        """The names of what a statement changes in place."""
        return {name for part in running(node) for name in _changed_by(part)}

    def taken(self, node: ast.stmt, tables: Container[str]) -> int:
        """The line where a statement takes a value out of a table, which it may change if it is a list; else 0."""
        for part in running(node):
            match part:
                case ast.Subscript(value=ast.Name(id=name), ctx=ast.Load()) if name in tables:
                    return part.lineno
                case ast.Attribute(value=ast.Name(id=name), attr=attribute) if (
                    name in tables and attribute in {"get", "items", "values"}
                ):
                    return part.lineno
                case _:
                    pass
        return 0

    def holds(self, node: ast.expr, tables: Container[str]) -> bool:
        """Whether something gets hold of a table, or of a dict made of it, while an expression is evaluated."""
        made_of = (
            part
            for part in running(node)
            if isinstance(part, ast.Dict)
            for key, value in zip(part.keys, part.values, strict=True)
            if key is None and isinstance(value, ast.Name) and value.id in tables
        )
        return any(made_of) or bool(self._held(ast.Expr(value=node), tables))

    def _held(self, node: ast.AST, tables: Container[str], *, followed: bool = False) -> list[str]:
        """The tables of which something gets hold that may change them: a function, a container, another name."""
        found: dict[str, None] = {}
        looks = set(map(id, self._kept(node))) if followed else set()
        for part in running(node):
            looks.update(map(id, self._looked_at(part, tables)))
            for child in parts(part):
                if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load) and id(child) not in looks:
                    found[child.id] = None
        return [name for name in found if name in tables]

    def _kept(self, node: ast.AST) -> Iterator[ast.expr]:
        """What a statement gives a name, which is followed, or puts in a container that nothing looks into."""
        match node:
            case ast.Assign(targets=targets, value=value):
                pass
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                targets = [target]
            case _:
                return
        names = [each.id for each in targets if isinstance(each, ast.Name)]
        if len(names) == len(targets):
            yield value
            if self._loads.isdisjoint(names):
                yield from _leaves(value, self.own)

    def _looked_at(  # noqa: PLR0911 -- one line per kind of node
        self, node: ast.AST, tables: Container[str]
    ) -> list[ast.AST | None]:
        """The parts of a node that may be names of tables without anything getting hold of them."""
        match node:
            case ast.AugAssign() | ast.Expr() | ast.Starred():
                return [node.value]
            case ast.Call(func=function, args=arguments, keywords=keywords):
                harmless = isinstance(function, ast.Name) and function.id in self._harmless
                copies = is_dict_call(node, self.own) or _is_update(function, tables)
                spread = [each.value for each in keywords if each.arg is None]
                return [function, *spread, *(arguments if harmless or copies else ())]
            case ast.Dict(keys=keys, values=values):
                return [each for key, each in zip(keys, values, strict=True) if key is None]
            case ast.Attribute(value=inner, attr=attribute):
                return [inner] if attribute in _READS | CHANGES else []
            case ast.Subscript(value=inner):
                return [inner]
            case ast.For(iter=inner) | ast.comprehension(iter=inner):
                return [inner]
            case ast.If(test=test) | ast.While(test=test) | ast.Assert(test=test) | ast.IfExp(test=test):
                return [test]
            case ast.BinOp(op=ast.BitOr() | ast.Add()) | ast.Compare() | ast.UnaryOp():
                return list(ast.iter_child_nodes(node))
            case ast.FormattedValue() | ast.Delete():
                return list(ast.iter_child_nodes(node))
            case _:
                return []


_PLAIN = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete, ast.Expr)
"""The statements that ``tables`` follows."""


def _functions(tree: ast.Module) -> dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]]:
    """The functions that may run where a name is used: those called so, and what Python itself calls of a class."""
    found: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            found.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.ClassDef):
            methods = [each for each in node.body if isinstance(each, FUNCTIONS)]
            found.setdefault(node.name, []).extend(each for each in methods if each.name.startswith("__"))
    return found


def _referred(node: ast.AST) -> str:
    """The name that is used here, or that of the attribute; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else ""


def _is_update(function: ast.expr, tables: Container[str]) -> bool:
    match function:
        case ast.Attribute(value=ast.Name(id=name), attr="update"):
            return name in tables
        case _:
            return False


def _leaves(node: ast.expr, own: Container[str]) -> Iterator[ast.expr]:
    """What a display of lists, tuples and dicts holds, and what ``dict(name=…)`` does."""
    waiting = [node]
    while waiting:
        match waiting.pop():
            case ast.Dict(values=inner) | ast.List(elts=inner) | ast.Tuple(elts=inner) | ast.Set(elts=inner):
                waiting.extend(inner)
            case ast.Call(keywords=keywords) as call if is_dict_call(call, own):
                waiting.extend(each.value for each in keywords)
            case leaf:
                yield leaf


def _changed_by(node: ast.AST) -> tuple[str, ...]:
    """The names that a node changes in place, or binds in another way than a statement does."""
    match node:
        case ast.Global(names=names):
            return tuple(names)
        case ast.Attribute(value=value, attr=method) if method in CHANGES:
            return _root(value)
        case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
            return _root(value)
        case ast.AugAssign(target=ast.Name(id=name)) | ast.NamedExpr(target=ast.Name(id=name)):
            return (name,)
        case ast.Call(func=ast.Name(id="globals" | "exec" | "eval" | "locals")):
            return (ANY,)
        case ast.Call(func=ast.Name(id="vars"), args=[], keywords=[]):
            return (ANY,)
        case ast.Attribute(value=ast.Name(id="sys"), attr="modules"):
            return (ANY,)
        case _:
            return ()


def _root(node: ast.AST) -> tuple[str, ...]:
    """``x`` of ``x``, of ``x["a"]``, of ``x.get("a")``; nothing of what begins with no name."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return (node.id,) if isinstance(node, ast.Name) else ()


def _followed(node: ast.stmt) -> tuple[ast.AST, ...]:
    """The parts of a statement that change tables in a way that is read."""
    match node:
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            followed: list[ast.expr] = targets
        case ast.AnnAssign(target=target):
            followed = [target]
        case ast.AugAssign(op=ast.BitOr()):
            return (node,)
        case ast.Expr(value=ast.Call(func=ast.Attribute() as function)):
            followed = [function]
        case _:
            return ()
    return tuple(
        each
        for each in followed
        if isinstance(each, (ast.Subscript, ast.Attribute)) and isinstance(each.value, ast.Name)
    )
