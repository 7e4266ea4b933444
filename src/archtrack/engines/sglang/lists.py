"""Architectures that SGLang's ``configs/model_config.py`` itself lists, as multimodal or as models that pool."""

from __future__ import annotations

import ast
from functools import cached_property
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
    for target, node in _assigned(module):
        if target == variable:
            if not isinstance(node, ast.AugAssign):
                nodes.clear()
            nodes.append(node)
    if not nodes:
        found = module.function(function)
        nodes = [] if found is None else [found]
    members = _Members(module)
    for node in nodes:
        members.add(node)
    return [members.values, members.spread] if nodes else None


def _assigned(module: Module) -> Iterator[tuple[str, ast.stmt]]:
    """Name and statement of each assignment to a name alone."""
    for statement in module.statements:
        match statement.node:
            case ast.Assign(targets=[ast.Name(id=target)]) as node:
                yield target, node
            case (
                ast.AnnAssign(target=ast.Name(id=target)) | ast.AugAssign(target=ast.Name(id=target))
            ) as node:
                yield target, node
            case _:
                pass


class _Members:
    """The architectures that lists name, or that a function tests for with ``in``; and the lists that these take in.

    Attributes:
        values: architecture -> line.
        spread: [level, module, attribute, line] of the lists that come from other modules.
    """

    def __init__(self, module: Module) -> None:
        self.values: dict[str, int] = {}
        self.spread: list[list[Any]] = []
        self._module = module
        self._taken: set[str] = set()

    def add(self, node: ast.stmt) -> None:
        for part in ast.walk(node):
            members: list[ast.expr] = []
            match part:
                case ast.List(elts=members) | ast.Set(elts=members) | ast.Tuple(elts=members):
                    pass
                case ast.Compare(left=left, ops=[ast.In(), *_]):
                    members = [left]
                case ast.Starred(value=ast.Name(id=name)) if name not in self._taken:
                    self._taken.add(name)
                    self._take(name, part.lineno)
                case _:
                    pass
            for each in members:
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    self.values.setdefault(each.value, each.lineno)

    def _take(self, name: str, line: int) -> None:
        origin = self._module.imports.get(name)
        if origin is not None:
            self.spread.append([origin.level, origin.module, origin.attribute, line])
            return
        for node in self._assignments.get(name, ()):
            for value in _texts(node):
                self.values.setdefault(value, line)

    @cached_property
    def _assignments(self) -> dict[str, list[ast.stmt]]:
        found: dict[str, list[ast.stmt]] = {}
        for name, node in _assigned(self._module):
            found.setdefault(name, []).append(node)
        return found


def strings_of(module: Module, name: str) -> list[str]:
    """Every string in the values that a module assigns to a name."""
    return [text for target, node in _assigned(module) if target == name for text in _texts(node)]


def _texts(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
