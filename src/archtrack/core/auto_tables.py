"""The auto-mapping tables of transformers' ``modeling_auto.py``: which classes each of them names."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from .modules import parse
from .outline import outline

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["auto_tables"]

_TABLE = re.compile(rb"([A-Z][A-Z0-9_]*_NAMES)[ \t]*(?::[^=\n]*)?=[ \t]*(?:OrderedDict\(|\{)")
_COMMENT = re.compile(rb"\n[ \t]*#[^\n]*")
_NAMES = rb"\"[^\"\n]*\"|\([^()\"]*\"[^()]*\)|\[[^\[\]()]*\]"
_PAIR = re.compile(rb"\([ \t\n]*\"[^\"\n]*\",[ \t\n]*(" + _NAMES + rb"),?[ \t\n]*\)")
_SPLICED = re.compile(rb"\*(?:list\()?([A-Z][A-Z0-9_]*)\.items\(\)\)?")
_STRING = re.compile(rb"\"([^\"\n]*)\"")
_REST = re.compile(rb"[A-Z0-9_]+[ \t]*=[ \t]*OrderedDict\([\s\[\](),]*")


def auto_tables(data: bytes) -> dict[str, list[str]]:
    """Table -> the class names in it, in order; tables spliced into others included.

    Args:
        data: the file. What does not parse has no tables.
    """
    read = outline(data)
    if read is None:
        return {}
    tables: dict[str, list[str]] = {}
    for match in read.find(_TABLE):
        text = _COMMENT.sub(b"\n", read.block(match.start()))
        names = _plain(text, tables)
        tables[match[1].decode()] = _parsed(text, tables) if names is None else names
    return tables


def _plain(text: bytes, tables: dict[str, list[str]]) -> list[str] | None:
    """The names of a table that holds only pairs of strings; None for any other."""
    rest = _SPLICED.sub(b"", _PAIR.sub(b"", text))
    if _REST.fullmatch(rest) is None:
        return None
    names: list[str] = []
    for match in sorted([*_PAIR.finditer(text), *_SPLICED.finditer(text)], key=lambda each: each.start()):
        if match.re is _PAIR:
            names.extend(name.decode("utf-8", "replace") for name in _STRING.findall(match[1]))
        else:
            names.extend(tables.get(match[1].decode(), []))
    return names


def _parsed(text: bytes, tables: dict[str, list[str]]) -> list[str]:
    """The names of a table of any shape: the strings of its values."""
    try:
        tree = parse(text)
    except SyntaxError:
        return []
    names: list[str] = []
    for node in ast.walk(tree):
        values: list[ast.expr] = []
        if isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.elts[0], ast.Constant):  # noqa: PLR2004 -- a pair
            values = [node.elts[1]]
        elif isinstance(node, ast.Dict):
            values = [value for key, value in zip(node.keys, node.values, strict=True) if key is not None]
        elif isinstance(node, ast.Name):
            names.extend(tables.get(node.id, []))
        names.extend(name for value in values for name in _strings(value))
    return list(dict.fromkeys(names))


def _strings(node: ast.expr) -> Iterator[str]:
    for part in node.elts if isinstance(node, (ast.Tuple, ast.List)) else [node]:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
