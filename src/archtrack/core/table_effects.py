"""What statements do to the tables of a module besides what ``tables`` follows: the reasons to report a table."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeAlias

from . import effects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Changers: TypeAlias = Mapping[str, Mapping[str, str]]
    Effect: TypeAlias = tuple[str, int, str, bool]
    """The name (``*``: any), the line, why, and whether the name itself is set, not only changed."""

__all__ = [
    "CHANGES",
    "DICTS",
    "called",
    "calls",
    "changers",
    "held",
    "is_plain",
    "leaves",
    "mentions",
    "of_arguments",
    "of_class",
    "of_expression",
    "of_statement",
    "rebound",
    "stored",
]

CHANGES = effects.CHANGES
DICTS = frozenset({"dict", "OrderedDict", "MappingProxyType"})

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (*_FUNCTIONS, ast.ClassDef)
_ANY = "*"


def changers(tree: ast.Module) -> dict[str, dict[str, str]]:
    """The functions and methods of a module that change one of its names: name -> changed name -> why.

    A function that nothing calls while the module is imported changes nothing yet: see ``calls``.
    """
    found: dict[str, dict[str, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, _FUNCTIONS):
            assigned, changed = effects.of_functions(ast.Module(body=[node], type_ignores=[]))
            names = {name: f"`{name}` is changed by `{node.name}(…)`" for name in (*assigned, *changed)}
            if names:
                found.setdefault(node.name, {}).update(names)
    return found


def calls(node: ast.stmt, known: Changers) -> Iterator[Effect]:
    """What the functions that a statement calls change; bodies of functions in it are not run by it."""
    for inner in _running(node) if known else ():
        if isinstance(inner, ast.Call):
            for name, reason in known.get(called(inner.func), {}).items():
                yield name, inner.lineno, reason, False


def of_statement(node: ast.stmt) -> Iterator[Effect]:
    """Everything that a statement may set or change."""
    return _told(effects.touched(node, type(node).__name__.lower()))


def of_expression(node: ast.expr) -> Iterator[Effect]:
    """What evaluating an expression may change."""
    return _told(effects.of_expression(node))


def of_arguments(node: ast.Call) -> Iterator[Effect]:
    """The names that a call hands on to a method of something that is no table."""
    for each in (*node.args, *(keyword.value for keyword in node.keywords)):
        if isinstance(each, ast.Name):
            reason = f"`{each.id}` is handed to a function, which may change it"
            yield each.id, node.lineno, reason, False


def of_class(node: ast.ClassDef) -> Iterator[Effect]:
    """What the body of a class changes while the module is imported."""
    for statement in node.body:
        if not isinstance(statement, _DEFINITIONS):
            body = ast.ClassDef(name=node.name, bases=[], keywords=[], body=[statement], decorator_list=[])
            _, changed = effects.of_functions(ast.Module(body=[body], type_ignores=[]))
            for name in changed:
                yield name, statement.lineno, f"`{name}` is changed inside the class {node.name}", False


def rebound(node: ast.stmt) -> Iterator[str]:
    """The names that a definition or an import binds anew."""
    if isinstance(node, _DEFINITIONS):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (each.asname or each.name.partition(".")[0] for each in node.names)


def leaves(node: ast.For) -> bool:
    """Whether a loop may skip a part of its body or end early."""
    return any(isinstance(inner, (ast.Break, ast.Continue)) for inner in ast.walk(node))


def is_plain(target: ast.expr) -> bool:
    """Whether a target is a name, or an item of what a name stands for."""
    return isinstance(target.value if isinstance(target, ast.Subscript) else target, ast.Name)


def called(function: ast.expr) -> str:
    """The last name of what is called."""
    return str(getattr(function, "id", None) or getattr(function, "attr", ""))


def stored(targets: Iterable[ast.expr]) -> set[str]:
    """The names that targets bind."""
    parts = (part for target in targets for part in ast.walk(target))
    return {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


def mentions(node: ast.AST, name: str) -> bool:
    """Whether a name stands anywhere in a tree."""
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def held(node: ast.expr) -> Iterator[str]:
    """The names whose tables a value may be made of, where what makes it is not known."""
    waiting: list[ast.expr] = [node]
    while waiting:
        match waiting.pop():
            case ast.Name(id=name):
                yield name
            case ast.Call(func=function, args=arguments, keywords=keywords):
                if called(function) not in effects.HARMLESS - DICTS:
                    waiting += [*arguments, *(each.value for each in keywords)]
                if isinstance(function, ast.Attribute) and function.attr == "copy":
                    waiting.append(function.value)
            case ast.Dict(keys=keys, values=values):
                waiting += [value for key, value in zip(keys, values, strict=True) if key is None]
            case ast.BinOp(left=one, right=other) | ast.IfExp(body=one, orelse=other):
                waiting += [one, other]
            case ast.BoolOp(values=parts) | ast.Tuple(elts=parts):
                waiting += parts
            case ast.Starred(value=inner) | ast.NamedExpr(value=inner):
                waiting.append(inner)
            case _:
                pass


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a statement that run with it: decorators and class bodies do, bodies of functions do not."""
    waiting: list[ast.AST] = [node]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, _FUNCTIONS):
            waiting.extend(part.decorator_list)
        elif not isinstance(part, ast.Lambda):
            waiting.extend(ast.iter_child_nodes(part))


def _told(found: Iterator[effects.Touch | effects.Forget]) -> Iterator[Effect]:
    for each in found:
        if isinstance(each, effects.Touch):
            yield each.name, each.line, each.reason, each.force
        else:
            yield _ANY, each.line, each.reason, True
