"""Architectures that SGLang's ``model_config.py`` itself lists: read from its text, as JSON facts."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from .modules import import_of, parse
from .outline import outline

if TYPE_CHECKING:
    from .outline import Outline

__all__ = ["listed_architectures", "strings_of"]

_STATEMENTS = (
    ("multimodal_model_archs", re.compile(rb"multimodal_model_archs\b[^=\n]*=(?!=)")),
    ("multimodal_model_archs", re.compile(rb"def is_multimodal_model\(")),
    ("is_generation_model", re.compile(rb"def is_generation_model\(")),
)


def listed_architectures(data: bytes) -> dict[str, Any]:
    """Name of the statement -> [line, architectures, [[level, module, attribute] of lists spread into it]]."""
    read = outline(data)
    if read is None:
        return {}
    facts: dict[str, Any] = {}
    for name, pattern in _STATEMENTS:
        if name in facts:
            continue
        for match in read.find(pattern):
            values, spread = _members(read, read.block(match.start()))
            if name in facts and match[0].endswith(b"+="):
                facts[name] = [facts[name][0], facts[name][1] + values, facts[name][2] + spread]
            else:
                facts[name] = [read.line(match.start()), values, spread]
    return facts


def strings_of(data: bytes, name: str) -> list[str]:
    """Every string in the values that a module assigns to ``name`` at column 0."""
    read = outline(data)
    if read is None:
        return []
    values: list[str] = []
    for match in read.find(re.compile(re.escape(name.encode()) + rb"\b[^=\n]*=(?!=)")):
        values.extend(_strings(read.block(match.start())))
    return values


def _strings(text: bytes) -> list[str]:
    try:
        tree = parse(text)
    except SyntaxError:
        return []
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def _members(read: Outline, text: bytes) -> tuple[list[str], list[list[Any]]]:
    """The architectures that a list names, or that a function tests for with ``in``; and lists spread into it."""
    try:
        tree = parse(text)
    except SyntaxError:
        return [], []
    values: list[Any] = []
    spread: list[list[Any]] = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.List, ast.Set, ast.Tuple)):
            values.extend(item.value for item in node.elts if isinstance(item, ast.Constant))
        elif isinstance(node, ast.Compare):
            if isinstance(node.ops[0], ast.In) and isinstance(node.left, ast.Constant):
                values.append(node.left.value)
        elif isinstance(node, ast.Starred) and isinstance(node.value, ast.Name):
            origin = import_of(read, node.value.id)
            if origin is not None:
                spread.append(list(origin[:3]))
            else:
                values.extend(strings_of(read.data, node.value.id))
    return [value for value in values if isinstance(value, str)], spread
