"""What a module imports when it is imported itself, and under which condition.

An import inside a function does not run then, one under ``TYPE_CHECKING`` never does, and one in a ``try`` whose
handler takes import errors cannot fail the module: these are left out.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .conditions import both, short, truth
from .module import TRIES

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from .module import Module

    _Found = tuple[ast.Import | ast.ImportFrom, str | None]

__all__ = ["imports_of"]

_IMPORT_ERRORS = frozenset({"ImportError", "Exception", "BaseException"})
_MODULE_ERROR = "ModuleNotFoundError"


def imports_of(module: Module, packages: Sequence[str]) -> list[list[Any]]:
    """The imports ``[level, module, name or None, line, condition or None]`` that run with the module.

    ``name`` is None for ``import module``; ``level`` counts the leading dots.

    Args:
        module: the module. One that does not parse imports nothing.
        packages: dotted packages; of absolute imports only those from within them are given.
    """
    found: list[list[Any]] = []
    for node, condition in _running(module.tree.body, None):
        if isinstance(node, ast.ImportFrom):
            level, name = node.level, node.module or ""
            if level > 0 or _within(name, packages):
                found.extend([level, name, each.name, node.lineno, condition] for each in node.names)
        else:
            names = (each.name for each in node.names if _within(each.name, packages))
            found.extend([0, name, None, node.lineno, condition] for name in names)
    return found


def _within(module: str, packages: Iterable[str]) -> bool:
    return any(module == each or module.startswith(f"{each}.") for each in packages)


def _running(body: Sequence[ast.stmt], condition: str | None) -> Iterator[_Found]:
    """The import statements that run with the module, each with its condition."""
    waiting = [(node, condition) for node in reversed(body)]
    while waiting:
        node, condition = waiting.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node, condition
        else:
            for block, inner in reversed(_blocks(node, condition)):
                waiting.extend((each, inner) for each in reversed(block))


def _blocks(node: ast.stmt, condition: str | None) -> list[tuple[list[ast.stmt], str | None]]:
    """The blocks of a statement that may run with the module, each with its condition."""
    if isinstance(node, ast.If):
        return _branches(node, condition)
    if isinstance(node, TRIES):
        return _tried(node, condition)
    if isinstance(node, ast.With) and any("suppress" in short(item.context_expr) for item in node.items):
        return []
    if isinstance(node, (ast.ClassDef, ast.With)):
        return [(node.body, condition)]
    if isinstance(node, (ast.For, ast.While)):
        return [
            (node.body, both(condition, f"the loop at line {node.lineno} runs")),
            (node.orelse, condition),
        ]
    if isinstance(node, ast.Match):
        return [
            (case.body, both(condition, f"the case at line {case.pattern.lineno} matches"))
            for case in node.cases
        ]
    return []


def _branches(node: ast.If, condition: str | None) -> list[tuple[list[ast.stmt], str | None]]:
    """Those of an ``if``; a condition whose outcome is known leaves one branch."""
    known, test = truth(node.test), short(node.test)
    if known is not None:
        return [(node.body if known else node.orelse, condition)]
    return [(node.body, both(condition, test)), (node.orelse, both(condition, f"not ({test})"))]


def _tried(node: ast.Try, condition: str | None) -> list[tuple[list[ast.stmt], str | None]]:
    """Those of a ``try``: its body counts where no handler takes an import error, a handler only if it runs."""
    blocks: list[tuple[list[ast.stmt], str | None]] = []
    if not any(_takes(handler, _IMPORT_ERRORS) for handler in node.handlers):
        # Of a module that is there, but lacks the name, Python says ImportError.
        half = any(_takes(handler, {_MODULE_ERROR}) for handler in node.handlers)
        blocks.append((node.body, both(condition, "its module is found") if half else condition))
    fails = both(condition, f"the try at line {node.lineno} fails")
    blocks += [(handler.body, fails) for handler in node.handlers]
    succeeds = both(condition, f"the try at line {node.lineno} succeeds")
    return [*blocks, (node.orelse, succeeds), (node.finalbody, condition)]


def _takes(handler: ast.ExceptHandler, errors: Container[str]) -> bool:
    """Whether the module goes on after one of the errors; not where the handler raises again."""
    if handler.body and isinstance(handler.body[-1], ast.Raise):
        return False
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        kind is None
        or (isinstance(kind, ast.Name) and kind.id in errors)
        or (isinstance(kind, ast.Attribute) and kind.attr in errors)
        for kind in kinds
    )
