"""Conditions of ``if`` statements: their text, and those whose outcome is known when an engine imports a module."""

from __future__ import annotations

import ast

__all__ = ["both", "short", "truth"]

_MAX_DEPTH = 100
_WIDTH = 80
_MAX_TEXT = 2_000
"""Characters of a condition: below that many branches nobody reads on."""


def short(node: ast.AST, width: int = _WIDTH) -> str:
    """An expression as one line of text of at most ``width`` characters."""
    try:
        text = type(node).__name__ if _too_deep(node) else " ".join(ast.unparse(node).split())
    except ValueError:  # a number of more digits than Python writes
        text = type(node).__name__
    return text if len(text) <= width else f"{text[: width - 3]}..."


def both(first: str | None, second: str | None) -> str | None:
    """Two conditions joined; None or no text stands for no condition."""
    if not first or not second:
        return first or second or None
    if len(first) > _MAX_TEXT:
        return first
    return " and ".join(f"({test})" if " or " in test or " if " in test else test for test in (first, second))


def truth(test: ast.expr) -> bool | None:
    """Whether a condition holds when the engine imports the module; None if that depends on the machine."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = truth(test.operand)
        return None if inner is None else not inner
    if isinstance(test, (ast.Name, ast.Attribute)):
        name = test.id if isinstance(test, ast.Name) else test.attr
        return False if name == "TYPE_CHECKING" else None
    if isinstance(test, ast.BoolOp):
        values = [truth(value) for value in test.values]
        deciding = isinstance(test.op, ast.Or)
        if deciding in values:
            return deciding
        return None if None in values else not deciding
    return _is_main(test) if isinstance(test, ast.Compare) else None


def _is_main(test: ast.Compare) -> bool | None:
    """The outcome of ``__name__ == "__main__"`` and its like: an imported module never is the main one."""
    sides = (test.left, test.comparators[0])
    names = [side.id for side in sides if isinstance(side, ast.Name)]
    texts = [side.value for side in sides if isinstance(side, ast.Constant)]
    if len(test.ops) > 1 or names != ["__name__"] or texts != ["__main__"]:
        return None
    if isinstance(test.ops[0], ast.Eq):
        return False
    return True if isinstance(test.ops[0], ast.NotEq) else None


def _too_deep(node: ast.AST) -> bool:
    """Whether a tree is too deep for ``ast.unparse``, which recurses, or too large to be worth it."""
    level, layer = 0, [node]
    while layer:
        level += 1
        if level > _MAX_DEPTH or len(layer) > 10 * _WIDTH:
            return True
        layer = [child for parent in layer for child in ast.iter_child_nodes(parent)]
    return False
