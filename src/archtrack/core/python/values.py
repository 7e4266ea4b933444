"""Plain values: what an expression of constants, names and attributes says, without evaluating it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeAlias

from .conditions import short

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MAX_TEXT", "UnresolvedError", "Value", "dotted", "last_name", "strings", "text", "value"]

MAX_TEXT = 2_000
"""Characters of one text; what is longer is no name of anything."""
_MAX_DEPTH = 100

Value: TypeAlias = "str | bool | list[str | None] | dict[str, str] | None"
"""A string or boolean, a list of strings (of a list or tuple; None for what is none), ``{"name": …}`` of a name that
stands for no constant, or None for anything else. It is JSON."""


class UnresolvedError(Exception):
    """What cannot be told without running the module.

    Attributes:
        reason: why, in words.
        line: where.
    """

    def __init__(self, node: ast.AST, reason: str | None = None) -> None:
        """At a node, whose text is part of the reason where none is given."""
        self.reason = reason or f"cannot tell what `{short(node, 60)}` is without running it"
        self.line: int = getattr(node, "lineno", 0)
        super().__init__(self.reason)


def dotted(node: ast.AST) -> str | None:
    """``a.b.C`` of a name or a chain of attributes, also of ``a.b.C[T]``; None for anything else."""
    if isinstance(node, ast.Subscript):
        node = node.value
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None


def last_name(node: ast.AST) -> str:
    """``C`` of ``a.b.C``, of a call or of a subscript of it; empty for anything else."""
    while isinstance(node, (ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def text(node: ast.AST, constants: Mapping[str, str], depth: int = 0) -> str | None:
    """The string of an expression of constants: a literal, a name, an f-string, a sum; None for anything else.

    Args:
        node: the expression.
        constants: the strings that names stand for.
        depth: of the recursion; an expression that is nested too deeply is no string.
    """
    found: str | None = None
    match node:
        case ast.Constant(value=str() as found):
            pass
        case ast.Name(id=name):
            found = constants.get(name)
        case ast.FormattedValue(value=inner, conversion=-1, format_spec=None) if depth < _MAX_DEPTH:
            found = text(inner, constants, depth + 1)
        case ast.JoinedStr(values=parts) if depth < _MAX_DEPTH:
            found = _joined([text(part, constants, depth + 1) for part in parts])
        case ast.BinOp(op=ast.Add(), left=left, right=right) if depth < _MAX_DEPTH:
            found = _joined([text(left, constants, depth + 1), text(right, constants, depth + 1)])
        case _:
            pass
    return found if found is None or len(found) <= MAX_TEXT else None


def _joined(parts: list[str | None]) -> str | None:
    texts = [part for part in parts if part is not None]
    return "".join(texts) if len(texts) == len(parts) else None


def value(node: ast.AST, constants: Mapping[str, str]) -> Value:
    """What an expression plainly says; see ``Value``."""
    match node:
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return [text(each, constants) for each in elements]
        case ast.Name(id=name) if name not in constants:
            return {"name": name}
        case ast.Constant(value=bool() as yes):
            return yes
        case _:
            return text(node, constants)


def strings(node: ast.AST) -> list[str]:
    """The strings of a list, tuple or set, or the one string."""
    parts = node.elts if isinstance(node, (ast.List, ast.Tuple, ast.Set)) else [node]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
