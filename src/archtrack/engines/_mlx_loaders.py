"""What the loaders of MLX-LM and MLX-VLM have in common: the config that they open, and weights of quantising tools."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Import, Module
from archtrack.core.python.source import candidates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.sources.library import Library

__all__ = ["WEIGHTS", "first_weight", "imported_modules", "opened_config"]

WEIGHTS = ("weight_scale", "_scale_inv", "weight_packed", "qweight", "_blocks")
"""Parts of the names that quantising tools give to weights. A module that names one may take such weights itself."""


def opened_config(module: Module) -> int:
    """The line of ``open(model_path / "config.json", "r")``; 0 where nothing opens it so.

    Args:
        module: with the bodies of all its functions.
    """
    return next(filter(None, map(_opened, ast.walk(module.tree))), 0)


def _opened(node: ast.AST) -> int:
    match node:
        case ast.Call(
            func=ast.Name(id="open"),
            args=[ast.BinOp(op=ast.Div(), right=ast.Constant(value="config.json")), *_],
            lineno=line,
        ):
            return line
        case _:
            return 0


def first_weight(module: Module) -> int:
    """The first line that names weights as quantising tools write them; 0 for none.

    Args:
        module: with the bodies of the functions in which one of ``WEIGHTS`` occurs.
    """
    lines = [
        node.lineno
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and any(word in node.value for word in WEIGHTS)
    ]
    return min(lines, default=0)


def imported_modules(library: Library, paths: tuple[str, ...]) -> Mapping[str, list[tuple[int, list[str]]]]:
    """Path -> (line, the files that it may be) of each module of the package that it takes names from.

    Args:
        library: the release.
        paths: of the modules.

    Raises:
        SourceError: a file cannot be read.
    """
    facts = library.facts(paths, "mlx-lm-sources-1", _sources)
    return {
        path: [(line, list(candidates(path, level, module))) for level, module, line in sources]
        for path, sources in facts.items()
    }


def _sources(data: bytes) -> list[list[Any]]:
    """[level, module, line] of the modules beside it that a module takes names from."""
    found = {
        (each.bound.level, each.bound.module): each.line
        for bindings in Module(data).bindings.values()
        for each in bindings
        if isinstance(each.bound, Import) and each.bound.attribute is not None and each.bound.level
    }
    return [[level, module, line] for (level, module), line in sorted(found.items())]
