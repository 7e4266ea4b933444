"""Architectures that a function tells apart by hand: ``if arch == "Name": model_class = Class`` or ``return Class``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .conditions import short
from .modules import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["chained_classes", "chained_returns"]


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
                named = ((text, line) for text, line in _compared(node.test, variable) if text is not None)
                chained += [[text, line, class_name] for text, line in named]
    return {"chained": sorted(chained, key=lambda each: each[1]), "imports": imports, "problem": None}


def chained_returns(data: bytes, function: str, variable: str) -> dict[str, Any]:
    """What a function returns for each text with which it compares one variable.

    Args:
        data: the file.
        function: the name of the function, wherever in the module it stands.
        variable: the name of the variable that it compares.

    Returns:
        ``{"found": whether there is such a function, "returned": {text: [line, name]}, "otherwise": the name that it
        returns for any other text or None, "odd": [[line, reason]]}``. A name is that of a class or constant, its last
        part where it has several. The first comparison with a text decides.
    """
    facts: dict[str, Any] = {"found": False, "returned": {}, "otherwise": None, "odd": []}
    try:
        tree = parse(data)
    except SyntaxError as error:
        return {**facts, "odd": [[error.lineno or 0, error.msg]]}
    every = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == function)
    for node in sorted(every, key=lambda each: each.lineno):
        if facts["found"]:
            facts["odd"].append([node.lineno, f"another `{function}`, which may decide otherwise"])
        else:
            facts["found"] = True
            _follow(node.body, variable, facts)
    return facts


def _follow(body: Iterable[ast.stmt], variable: str, facts: dict[str, Any]) -> None:
    """One block of comparisons, up to what always leaves it."""
    for node in body:
        match node:
            case ast.If(test=test, body=[ast.Return(value=ast.expr() as value)], orelse=orelse):
                compared = list(_compared(test, variable))
                for text, line in compared:
                    if text is not None:
                        facts["returned"].setdefault(text, [line, _name(value)])
                if not compared or any(text is None for text, _ in compared):
                    facts["odd"].append([test.lineno, f"cannot tell when `{short(test, 60)}` holds"])
                _follow(orelse, variable, facts)
            case ast.Return(value=value):
                facts["otherwise"] = None if value is None else _name(value)
                return
            case ast.Raise():
                return
            case ast.Assign() | ast.AnnAssign() | ast.Expr(value=ast.Constant()):
                pass
            case _:
                facts["odd"].append([node.lineno, "not a comparison of a name that returns something"])


def _name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def _compared(test: ast.expr, variable: str) -> Iterator[tuple[str | None, int]]:
    """The texts that let a test hold, with their lines; None for one that is no literal."""
    match test:
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant(value=str() as text)]
        ) if name == variable:
            yield text, test.lineno
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.In()], comparators=[ast.Tuple() | ast.List() as options]
        ) if name == variable:
            for each in options.elts:
                literal = isinstance(each, ast.Constant) and isinstance(each.value, str)
                yield (each.value if literal else None), each.lineno  # type: ignore[attr-defined]
        case _:
            return


def _assigned(body: list[ast.stmt]) -> str | None:
    match body:
        case [ast.Assign(targets=[ast.Name()], value=ast.Name(id=name)), *_]:
            return name
        case _:
            return None
