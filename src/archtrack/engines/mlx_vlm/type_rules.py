"""Which model type ``get_model_and_args`` looks up for a config, and where."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.conditions import short
from archtrack.core.python.module import Module

from .files import DRAFTERS, MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["type_rules"]

_LOOKS_UP = "get_model_and_args"
_NORMALISES = "get_model_type"
_PACKAGES = {folder.replace("/", "."): folder for folder in (MODELS, DRAFTERS)}
_TYPE = "model_type"


def type_rules(data: bytes) -> dict[str, Any]:
    """What the two functions do with a config.

    Args:
        data: ``mlx_vlm/utils.py``.

    Returns:
        ``{"line": of ``get_model_and_args`` or 0, "folders": those of the packages that it imports from, "lower":
        whether the type counts in small letters, "speculators": whether ``speculators_model_type`` stands in for a
        type, "model_file": the line that looks at it or 0, "otherwise": [module, line] of what it imports for a type
        that it has no package for, or null, "chain": the rules that give another type, in their order, "unread":
        [[line, reason]]}``. A rule is ``{"line", "architecture", "to"}``, ``{"line", "type", "auto_model", "to"}`` or
        ``{"line", "suffix", "to"}``: what has a ``dflash_config`` gets the suffix, or where ``to`` is not null may be
        that.
    """
    module = Module(data, words=None)
    facts: dict[str, Any] = {
        "line": 0,
        "folders": [],
        "lower": False,
        "speculators": False,
        "model_file": 0,
        "otherwise": None,
        "chain": [],
        "unread": [],
    }
    function = module.function(_LOOKS_UP)
    if function is None:
        return facts
    facts["line"] = function.lineno
    folders = [_PACKAGES[name] for name in _packages(function, facts) if name in _PACKAGES]
    facts["folders"] = list(dict.fromkeys(folders))
    normalises = module.function(_NORMALISES)
    for part in (function, normalises):
        for node in ast.walk(part) if part is not None else ():
            _keys(node, facts)
    decides = normalises or function
    for statement in decides.body:
        _follow(statement, facts)
    return facts


def _packages(function: ast.FunctionDef, facts: dict[str, Any]) -> Iterator[str]:
    """The packages whose modules it imports; a module that it imports by its full name is what is left otherwise."""
    for node in ast.walk(function):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str() as name), *_]
            ):
                facts["otherwise"] = [name.rpartition(".")[2], node.lineno]
                if name.rpartition(".")[0] not in _PACKAGES:
                    facts["unread"].append([node.lineno, f"it imports {name} for some types"])
            case ast.Call(
                func=ast.Attribute(attr="import_module"),
                args=[ast.JoinedStr(values=[ast.Constant(value=str() as start), ast.FormattedValue()]), *_],
            ):
                yield from _known(start.rstrip("."), node.lineno, facts)
            case ast.For(target=ast.Name(), iter=ast.Tuple(elts=elements) | ast.List(elts=elements)):
                for each in elements:
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        yield from _known(each.value, each.lineno, facts)
                    else:
                        facts["unread"].append([each.lineno, "cannot tell from where it imports modules"])
            case _:
                pass


def _known(name: str, line: int, facts: dict[str, Any]) -> Iterator[str]:
    if name not in _PACKAGES:
        facts["unread"].append([line, f"it imports modules from {name}, too"])
    yield name


def _keys(node: ast.AST, facts: dict[str, Any]) -> None:
    match node:
        case ast.Call(func=ast.Attribute(attr="lower"), args=[]):
            facts["lower"] = True
        case ast.Call(
            func=ast.Attribute(attr="get"), args=[ast.Constant(value="speculators_model_type"), *_]
        ):
            facts["speculators"] = True
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value="model_file"), *_]):
            facts["model_file"] = facts["model_file"] or node.lineno
        case _:
            pass


def _follow(statement: ast.stmt, facts: dict[str, Any]) -> None:
    """One statement of the function that decides."""
    if not _sets_type(statement):
        return
    if not isinstance(statement, ast.If):
        if not _is_plain(statement):
            facts["unread"].append([statement.lineno, f"cannot tell what sets {_TYPE}"])
        return
    node: ast.stmt = statement
    while isinstance(node, ast.If):
        rule = _rule(node)
        if rule is None:
            reason = f"cannot tell which model type it takes where `{short(node.test, 60)}`"
            facts["unread"].append([node.lineno, reason])
        else:
            facts["chain"].append({"line": node.lineno, **rule})
        if not node.orelse:
            return
        if len(node.orelse) > 1 or not isinstance(node.orelse[0], ast.If):
            facts["unread"].append([node.orelse[0].lineno, f"cannot tell what sets {_TYPE} otherwise"])
            return
        node = node.orelse[0]


def _sets_type(statement: ast.stmt) -> bool:
    return any(
        isinstance(part, ast.Name) and part.id == _TYPE and isinstance(part.ctx, ast.Store)
        for part in ast.walk(statement)
    )


def _is_plain(statement: ast.stmt) -> bool:
    """``config["model_type"]``, perhaps in small letters, and what ``MODEL_REMAPPING`` has for it."""
    match statement:
        case ast.Assign(targets=[ast.Name(id="model_type")], value=value):
            pass
        case _:
            return False
    match value:
        case ast.Call(func=ast.Attribute(value=inner, attr="lower"), args=[]):
            return isinstance(inner, (ast.Name, ast.Subscript))
        case ast.Subscript(value=ast.Name(id="config"), slice=ast.Constant(value="model_type")):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="MODEL_REMAPPING"), attr="get")):
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name == _NORMALISES
        case _:
            return False


def _rule(node: ast.If) -> dict[str, Any] | None:
    """What one branch says; None where that is not plain."""
    match node.test, node.body:
        case (
            ast.Compare(
                left=ast.Constant(value=str() as architecture),
                ops=[ast.In()],
                comparators=[ast.Name(id="architectures")],
            ),
            [ast.Assign(targets=[ast.Name(id="model_type")], value=ast.Constant(value=str() as to))],
        ):
            return {"architecture": architecture, "to": to}
        case (
            ast.BoolOp(
                op=ast.And(),
                values=[
                    ast.Compare(
                        left=ast.Name(id="model_type"),
                        ops=[ast.Eq()],
                        comparators=[ast.Constant(value=str() as of_type)],
                    ),
                    ast.Call(
                        func=ast.Attribute(value=said, attr="endswith"),
                        args=[ast.Constant(value=str() as end)],
                    ),
                ],
            ),
            [ast.Assign(targets=[ast.Name(id="model_type")], value=ast.Constant(value=str() as to))],
        ) if {"auto_map", "AutoModel"} <= _texts(said):
            return {"type": of_type, "auto_model": end, "to": to}
        case (
            ast.Name(id="is_dflash")
            | ast.Compare(
                left=ast.Name(id="dflash_config"),
                ops=[ast.IsNot()],
                comparators=[ast.Constant(value=None)],
            ),
            [*_, last],
        ):
            return _of_dflash(last)
        case _:
            return None


def _texts(node: ast.AST) -> set[object]:
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)}


def _of_dflash(last: ast.stmt) -> dict[str, Any] | None:
    match last:
        case ast.AugAssign(
            target=ast.Name(id="model_type"), op=ast.Add(), value=ast.Constant(value=str() as suffix)
        ):
            return {"suffix": suffix, "to": None}
        case ast.Assign(
            targets=[ast.Name(id="model_type")],
            value=ast.IfExp(
                body=ast.Constant(value=str() as to),
                orelse=ast.JoinedStr(
                    values=[
                        ast.FormattedValue(value=ast.Name(id="model_type")),
                        ast.Constant(value=str() as suffix),
                    ]
                ),
            ),
        ):
            return {"suffix": suffix, "to": to}
        case _:
            return None
