"""What a release of SGLang does with a GGUF file: it hands it to transformers, or has a builder of its own.

``GGUF_NATIVE_CONFIG_BUILDERS`` (since 0.5.18) maps a GGUF architecture to ``Class.from_gguf``, which gives a config of
the class's model type; the architecture is what the module of that class plainly writes for ``architectures``.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.verdict.release_facts import Fact
from archtrack.engines._gguf import WORD, handing
from archtrack.engines._pairs import pairs
from archtrack.model import Place

from .files import CONFIGS, GET_CONFIG, GGUF_NATIVE

if TYPE_CHECKING:
    from archtrack.sources.library import Library

__all__ = ["builder_facts", "class_facts", "gguf_of", "handing_facts"]

REVISION = 1
"""Counts up whenever equal files would give other facts."""
_BUILDERS = "GGUF_NATIVE_CONFIG_BUILDERS"
_BUILD = "from_gguf"
_SIDECAR = "gguf_sidecar_dir"


def gguf_of(library: Library) -> tuple[dict[str, Fact] | None, dict[str, Any] | None]:
    """The table ``GGUF_ARCHITECTURES`` of a release and its rule ``gguf``; each None where it has none.

    The rule is ``{"file", "line", "causal": {"line"}, "sidecar": bool}`` (see ``engines._gguf``): whether a config.json
    beside the file counts before it. Of the table the values are as in ``core.verdict.gguf``.

    Raises:
        SourceError: a file cannot be read.
    """
    handed = library.facts(library.paths(*GET_CONFIG), f"sglang-gguf-{REVISION}", handing_facts)
    rule = next(({"file": path, **facts} for path, facts in handed.items() if facts is not None), None)
    paths = library.paths(GGUF_NATIVE)
    builders = library.facts(paths, f"sglang-gguf-builders-{REVISION}", builder_facts)
    if not any(builders.values()):
        return None, rule
    classes: dict[str, dict[str, str | None]] = {}
    for found in library.facts(
        library.paths(CONFIGS), f"sglang-gguf-classes-{REVISION}", class_facts
    ).values():
        classes |= found
    unread: dict[str, str | None] = {"type": None, "class": None}
    table = {
        key: Fact(key=key, place=Place(file=path, line=line), value=classes.get(name or "", unread))
        for path, rows in builders.items()
        for key, (name, line) in rows.items()
    }
    return dict(sorted(table.items())), rule


def handing_facts(data: bytes) -> dict[str, Any] | None:
    """The rule of a module without its file; None where it hands no GGUF file to transformers.

    Args:
        data: the module.
    """
    found = handing(Module(data, words=(WORD,))) if WORD in data else None
    return None if found is None else {**found, "sidecar": _SIDECAR.encode() in data}


def builder_facts(data: bytes) -> dict[str, list[Any]]:
    """``{GGUF architecture: [class or null, line]}`` of the table of builders.

    Args:
        data: the module.
    """
    found: dict[str, list[Any]] = {}
    for key, (value, line) in (pairs(Module(data), _BUILDERS) or {}).items():
        match value:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if attribute == _BUILD:
                found[key] = [name, line]
            case _:
                found[key] = [None, line]
    return found


def class_facts(data: bytes) -> dict[str, dict[str, str | None]]:
    """``{class: {"type": model type, "class": architecture}}`` of the classes of a module that have ``from_gguf``.

    Args:
        data: the module. Where it writes several architectures, none counts.
    """
    if _BUILD.encode() not in data:
        return {}
    module = Module(data, words=None)
    written = {text for node in ast.walk(module.tree) if (text := _architecture(node)) is not None}
    return {
        name: {"type": _model_type(node), "class": written.copy().pop() if len(written) == 1 else None}
        for name, node in module.classes.items()
        if any(isinstance(each, ast.FunctionDef) and each.name == _BUILD for each in node.body)
    }


def _architecture(node: ast.AST) -> str | None:
    match node:
        case ast.keyword(arg="architectures", value=ast.List(elts=[ast.Constant(value=str() as name)])):
            return name
        case _:
            return None


def _model_type(node: ast.ClassDef) -> str | None:
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="model_type")], value=ast.Constant(value=str() as name)):
                return name
            case _:
                pass
    return None
