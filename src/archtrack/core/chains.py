"""Architectures that a function tells apart by hand: ``if arch == "Name": model_class = Class``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .modules import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["chained_classes"]


def chained_classes(data: bytes, variable: str) -> dict[str, Any]:
    """What a chain of comparisons of one variable gives.

    Args:
        data: the file.
        variable: the name of the variable that holds an architecture.

    Returns:
        ``{"chained": [[architecture, line, class]], "imports": {class: [level, module, attribute]}, "problem": [line,
        reason] or None}``.
    """
    try:
        tree = parse(data)
    except SyntaxError as error:
        return {"chained": [], "imports": {}, "problem": [error.lineno or 0, error.msg]}
    chained: list[list[Any]] = []
    imports: dict[str, list[Any]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                imports[alias.asname or alias.name] = [node.level, node.module or "", alias.name]
        if isinstance(node, ast.If):
            class_name = _assigned(node.body)
            if class_name is not None:
                chained += [[text, line, class_name] for text, line in _compared(node.test, variable)]
    return {"chained": sorted(chained, key=lambda each: each[1]), "imports": imports, "problem": None}


def _compared(test: ast.expr, variable: str) -> Iterator[tuple[str, int]]:
    match test:
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant(value=str() as text)]
        ) if name == variable:
            yield text, test.lineno
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.In()], comparators=[ast.Tuple() | ast.List() as options]
        ) if name == variable:
            for each in options.elts:
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    yield each.value, each.lineno
        case _:
            return


def _assigned(body: list[ast.stmt]) -> str | None:
    match body:
        case [ast.Assign(targets=[ast.Name()], value=ast.Name(id=name)), *_]:
            return name
        case _:
            return None
