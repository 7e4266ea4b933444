"""Architectures that a function tells apart by hand: ``if arch == "Name": model_class = Class`` or ``return Class``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.conditions import short
from archtrack.core.python.module import Module
from archtrack.core.python.values import dotted, last_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["chained_classes", "chained_returns"]


def chained_classes(data: bytes, variable: str) -> dict[str, Any]:
    """What a chain of comparisons of one variable gives.

    Args:
        data: the file.
        variable: the name of the variable that holds an architecture.

    Returns:
        ``{"chained": [[architecture, line, class]], "imports": {class: [level, module, attribute]}}``, imports inside
        of functions included.
    """
    chained: list[list[Any]] = []
    imports: dict[str, list[Any]] = {}
    for node in ast.walk(Module(data, words=None).tree):
        match node:
            case ast.ImportFrom(level=level, module=module, names=names):
                for alias in names:
                    imports[alias.asname or alias.name] = [level, module or "", alias.name]
            case ast.If(test=test, body=[ast.Assign(targets=[ast.Name()], value=ast.Name(id=name)), *_]):
                chained += [
                    [text, line, name] for text, line in _compared(test, variable) if text is not None
                ]
            case _:
                pass
    return {"chained": sorted(chained, key=lambda each: each[1]), "imports": imports}


def chained_returns(data: bytes, function: str, variable: str) -> dict[str, Any]:
    """What a function returns for each text with which it compares one variable.

    Args:
        data: the file.
        function: the name of the function, wherever in the module it stands.
        variable: the name of the variable that it compares.

    Returns:
        ``{"found": whether there is such a function, "returned": {text: [line, name]}, "otherwise": the name that it
        returns for any other text or None, "unresolved": [[line, reason]]}``. A name is that of a class or constant,
        its last part where it has several. The first comparison with a text decides.
    """
    facts: dict[str, Any] = {"found": False, "returned": {}, "otherwise": None, "unresolved": []}
    module = Module(data, words=None)
    if module.problem is not None:
        return {**facts, "unresolved": [[module.problem[1], module.problem[0]]]}
    functions = [
        node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef) and node.name == function
    ]
    for node in sorted(functions, key=lambda each: each.lineno):
        if facts["found"]:
            facts["unresolved"].append([node.lineno, f"another `{function}`, which may decide otherwise"])
        else:
            facts["found"] = True
            _follow(node.body, variable, facts)
    return facts


def _follow(body: Iterable[ast.stmt], variable: str, facts: dict[str, Any]) -> None:
    """One block of comparisons, up to what always leaves it."""
    waiting = [iter(body)]
    while waiting:
        node = next(waiting[-1], None)
        match node:
            case None:
                waiting.pop()
            case ast.If(test=test, body=[ast.Return(value=ast.expr() as value)], orelse=orelse):
                compared = list(_compared(test, variable))
                for text, line in compared:
                    if text is not None:
                        facts["returned"].setdefault(text, [line, _name(value)])
                if not compared or any(text is None for text, _ in compared):
                    facts["unresolved"].append([test.lineno, f"cannot tell when `{short(test, 60)}` holds"])
                waiting.append(iter(orelse))
            case ast.Return(value=value):
                facts["otherwise"] = None if value is None else _name(value)
                waiting.pop()
            case ast.Raise():
                waiting.pop()
            case ast.Assign() | ast.AnnAssign() | ast.Expr(value=ast.Constant()):
                pass
            case _:
                facts["unresolved"].append([node.lineno, "not a comparison of a name that returns something"])


def _name(node: ast.expr) -> str | None:
    """The last part of a name; None for what is no name, as the result of a call."""
    return last_name(node) if dotted(node) is not None else None


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
                known = each.value if isinstance(each, ast.Constant) else None
                yield (known if isinstance(known, str) else None), each.lineno
        case _:
            pass
