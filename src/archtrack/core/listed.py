"""Architectures that SGLang's ``model_config.py`` itself lists: read from its text, as JSON facts."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from .modules import import_of, parse
from .outline import outline

if TYPE_CHECKING:
    from .outline import Outline

__all__ = ["listed_architectures", "strings_in", "strings_of"]

_STATEMENTS = (
    ("multimodal_model_archs", re.compile(rb"multimodal_model_archs\b[^=\n]*=(?!=)")),
    ("multimodal_model_archs", re.compile(rb"def is_multimodal_model\(")),
    ("is_audio_model", re.compile(rb"def is_audio_model\(")),
    ("is_generation_model", re.compile(rb"def is_generation_model\(")),
    ("is_cross_encoding_pooler_model", re.compile(rb"_cross_encoding_pooler_archs\b[^=\n]*=(?!=)")),
    ("is_cross_encoding_pooler_model", re.compile(rb"def is_cross_encoding_pooler_model\(")),
    ("is_score_and_pool_model", re.compile(rb"_score_and_pool_archs\b[^=\n]*=(?!=)")),
    ("is_score_and_pool_model", re.compile(rb"def is_score_and_pool_model\(")),
)


def listed_architectures(data: bytes) -> dict[str, Any]:
    """Name of the statement -> [line, {architecture: line}, [[level, module, attribute, line] of spread lists]]."""
    read = outline(data)
    if read is None:
        return {}
    facts: dict[str, Any] = {}
    for name, pattern in _STATEMENTS:
        if name in facts:
            continue
        for match in read.find(pattern):
            line = read.line(match.start())
            values, spread = _members(read, read.block(match.start()), line)
            if name in facts and match[0].endswith(b"+="):
                facts[name] = [facts[name][0], {**facts[name][1], **values}, facts[name][2] + spread]
            else:
                facts[name] = [line, values, spread]
    return facts


def strings_of(data: bytes, name: str) -> list[str]:
    """Every string in the values that a module assigns to ``name`` at column 0."""
    read = outline(data)
    return [] if read is None else strings_in(read, name)


def strings_in(read: Outline, name: str) -> list[str]:
    """The same of a module whose outline is known."""
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


def _members(read: Outline, text: bytes, first: int) -> tuple[dict[str, int], list[list[Any]]]:
    """The architectures that a list names, or that a function tests for with ``in``; and lists spread into it.

    Each with its line; ``first`` is the line at which the text begins.
    """
    try:
        tree = parse(text)
    except SyntaxError:
        return {}, []
    found: list[ast.expr] = []
    values: dict[str, int] = {}
    spread: list[list[Any]] = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.List, ast.Set, ast.Tuple)):
            found.extend(node.elts)
        elif isinstance(node, ast.Compare):
            if isinstance(node.ops[0], ast.In):
                found.append(node.left)
        elif isinstance(node, ast.Starred) and isinstance(node.value, ast.Name):
            line = first + node.lineno - 1
            origin = import_of(read, node.value.id)
            if origin is not None:
                spread.append([*origin[:3], line])
            else:
                values.update(dict.fromkeys(strings_in(read, node.value.id), line))
    for item in found:
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            values.setdefault(item.value, first + item.lineno - 1)
    return values, spread
