"""The tests by which loaders tell quantisation methods apart: ``quant_method == "awq"``, ``quant_method in (…)``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["anded", "compared_methods", "constants"]

_VARIABLE = "quant_method"


def compared_methods(test: ast.expr) -> Iterator[tuple[str, int]]:
    """The methods that let a test hold, with their lines, also where it asks for more with ``and``."""
    for each in anded(test):
        match each:
            case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq() | ast.In()], comparators=[other]) if (
                name == _VARIABLE
            ):
                for text in constants(other):
                    if isinstance(text, str):
                        yield text, each.lineno
            case _:
                pass


def anded(test: ast.expr) -> list[ast.expr]:
    """The tests that all have to hold."""
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]


def constants(node: ast.expr) -> list[Any]:
    """The constants of a list, tuple or set, or the one constant."""
    parts = node.elts if isinstance(node, (ast.Tuple, ast.List, ast.Set)) else [node]
    return [each.value for each in parts if isinstance(each, ast.Constant)]
