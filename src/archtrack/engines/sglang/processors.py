"""The architectures that SGLang has a multimodal processor for.

``managers/multimodal_processor.py`` imports every module of ``multimodal/processors`` (until 0.4.8
``managers/multimodal_processors``) and takes from each class the list ``models``: the model classes that it is for. In
0.4.4 the modules of ``managers/image_processors`` have a dict ``ImageProcessorMapping`` by model class. A model that
the engine lists as multimodal and that none of them names stops the engine. Before, whatever was not known was handed
to LLaVA's processor, so there is no such gate.

It cannot see which towers LLaVA's processor takes (it asks transformers' ``PROCESSOR_MAPPING_NAMES`` for the name of a
class, and its own processors for one of that name), nor whether a processor's module can be imported.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.verdict.release_facts import Fact
from archtrack.model import Place

from .files import PROCESSORS as FOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.sources.library import Library

__all__ = ["processor_facts", "processors_of"]

REVISION = 1
"""Counts up whenever equal files would give other facts."""
_LIST = "models"
_MAPPING = "ImageProcessorMapping"


def processors_of(library: Library) -> Mapping[str, Fact] | None:
    """The architectures that a release has a processor for; None where it asks for none, or where that is not plain.

    Raises:
        SourceError: a file cannot be read.
    """
    folder = next((each for each in FOLDERS if library.paths(each)), None)
    if folder is None:
        return None
    found: dict[str, Fact] = {}
    paths = library.paths(folder)
    for path, rows in library.facts(paths, f"sglang-processors-{REVISION}", processor_facts).items():
        for name, line in rows:
            if name is None:
                return None
            found.setdefault(name, Fact(key=name, place=Place(file=path, line=line)))
    return {name: found[name] for name in sorted(found)}


def processor_facts(data: bytes) -> list[list[Any]]:
    """``[model class or null, line]`` of each that a module has a processor for; null where it is not written out.

    Args:
        data: the module. One that does not parse has no processors: the engine passes it over.
    """
    if _LIST.encode() not in data and _MAPPING.encode() not in data:
        return []
    module = Module(data)
    rows: list[list[Any]] = []
    for node in module.classes.values():
        for statement in node.body:
            for value in _assigned(statement, _LIST):
                rows += _listed(value, module)
    for each in module.statements:
        for value in _assigned(each.node, _MAPPING):
            rows += _listed(value, module)
    return rows


def _assigned(node: ast.stmt, name: str) -> Iterator[ast.expr]:
    match node:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
            yield value
        case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if target == name:
            yield value
        case _:
            pass


def _listed(value: ast.expr, module: Module) -> Iterator[list[Any]]:
    """The classes in a list, or that are the keys of a dict, each under the name that it has where it is defined."""
    match value:
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            keys: list[ast.expr | None] = list(elements)
        case ast.Dict(keys=found):
            keys = found
        case ast.ListComp(
            elt=ast.Name(id=variable),
            generators=[ast.comprehension(target=ast.Name(id=target), iter=ast.List(elts=elements))],
        ) if variable == target:  # the test leaves out what could not be imported
            keys = list(elements)
        case _:
            keys = [None]
    for each in keys:
        name = (
            each.id if isinstance(each, ast.Name) else each.attr if isinstance(each, ast.Attribute) else None
        )
        origin = module.imports.get(name) if isinstance(each, ast.Name) and name is not None else None
        if origin is not None and origin.attribute is not None:
            name = origin.attribute
        yield [name, value.lineno if each is None else each.lineno]
