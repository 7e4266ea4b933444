"""Architectures that SGLang's ``configs/model_config.py`` itself lists, as multimodal or as models that pool."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.python.source import candidates
from archtrack.model import Category

from .files import MODEL_CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.sources.library import Library

__all__ = ["categories_of", "constant_list", "statements_of", "strings_of"]

_STATEMENTS = {
    "multimodal_model_archs": ("multimodal_model_archs", "is_multimodal_model"),
    "is_audio_model": (None, "is_audio_model"),
    "is_generation_model": (None, "is_generation_model"),
    "is_cross_encoding_pooler_model": ("_cross_encoding_pooler_archs", "is_cross_encoding_pooler_model"),
    "is_score_and_pool_model": ("_score_and_pool_archs", "is_score_and_pool_model"),
}
"""What a list is called here -> the variable that holds it, and the function that tests for it where there is none."""

_CATEGORIES = {
    "multimodal_model_archs": Category.MULTIMODAL,
    "is_audio_model": Category.MULTIMODAL,
    "is_score_and_pool_model": Category.EMBEDDING,
    "is_cross_encoding_pooler_model": Category.EMBEDDING,
    "is_generation_model": Category.EMBEDDING,
}
"""The later ones win: ``CLIPModel`` takes images and does not generate."""

REVISION = 11
"""Counts up whenever equal files would give other facts."""


def statements_of(library: Library) -> dict[str, dict[str, int]]:
    """The engine's own lists: name -> architecture -> line; empty where the release has no such file."""
    if MODEL_CONFIG not in library.paths(MODEL_CONFIG):
        return {}
    facts = library.facts((MODEL_CONFIG,), f"sglang-model-config-{REVISION}", _lists)[MODEL_CONFIG]
    statements: dict[str, dict[str, int]] = {}
    for name, (values, spread) in facts.items():
        statements[name] = dict(values)
        for level, module, attribute, line in spread:
            for value in constant_list(library, level, module, attribute):
                statements[name].setdefault(value, line)
    return statements


def categories_of(statements: Mapping[str, Mapping[str, int]]) -> dict[str, tuple[Category, str]]:
    """What the engine's configuration says of an architecture, and where."""
    return {
        name: (category, f"{MODEL_CONFIG}:{line} {statement}")
        for statement, category in _CATEGORIES.items()
        for name, line in statements.get(statement, {}).items()
    }


def constant_list(library: Library, level: int, module: str, attribute: str) -> list[str]:
    """The strings of a list or set that ``model_config.py`` takes from another module."""
    for path in candidates(MODEL_CONFIG, level, module):
        if path in library.paths(path):
            kind = f"sglang-strings-{REVISION}-{attribute}"
            facts = library.facts((path,), kind, lambda data: strings_of(Module(data), attribute))
            values: list[str] = facts[path]
            return values
    return []


def _lists(data: bytes) -> dict[str, Any]:
    """``{name: [{architecture: line}, [[level, module, attribute, line] of lists that it takes in]]}``."""
    module = Module(data, words=None)
    found = {name: _listed(module, variable, function) for name, (variable, function) in _STATEMENTS.items()}
    return {name: facts for name, facts in found.items() if facts is not None}


def _listed(module: Module, variable: str | None, function: str) -> list[Any] | None:
    nodes: list[ast.stmt] = []
    for node in () if variable is None else _assigning(module, variable):
        nodes = [*nodes, node] if isinstance(node, ast.AugAssign) else [node]
    if not nodes:
        found = module.function(function)
        nodes = [] if found is None else [found]
    values: dict[str, int] = {}
    spread: list[list[Any]] = []
    for node in nodes:
        _add_members(module, node, values, spread)
    return [values, spread] if nodes else None


def _assigning(module: Module, name: str) -> Iterator[ast.stmt]:
    for statement in module.statements:
        match statement.node:
            case ast.Assign(targets=[ast.Name(id=target)]) as node if target == name:
                yield node
            case ast.AnnAssign(target=ast.Name(id=target)) as node if target == name:
                yield node
            case ast.AugAssign(target=ast.Name(id=target)) as node if target == name:
                yield node
            case _:
                pass


def _add_members(module: Module, node: ast.stmt, values: dict[str, int], spread: list[list[Any]]) -> None:
    """The architectures that a list names, or that a function tests for with ``in``; and lists that it takes in."""
    for part in ast.walk(node):
        members: list[ast.expr] = []
        match part:
            case ast.List(elts=members) | ast.Set(elts=members) | ast.Tuple(elts=members):
                pass
            case ast.Compare(left=left, ops=[ast.In(), *_]):
                members = [left]
            case ast.Starred(value=ast.Name(id=name)):
                origin = module.imports.get(name)
                if origin is not None:
                    spread.append([origin.level, origin.module, origin.attribute, part.lineno])
                for value in () if origin is not None else strings_of(module, name):
                    values.setdefault(value, part.lineno)
            case _:
                pass
        for each in members:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                values.setdefault(each.value, each.lineno)


def strings_of(module: Module, name: str) -> list[str]:
    """Every string in the values that a module assigns to a name."""
    return [
        part.value
        for node in _assigning(module, name)
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
