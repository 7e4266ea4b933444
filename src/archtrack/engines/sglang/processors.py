"""The architectures that SGLang has a multimodal processor for.

``managers/multimodal_processor.py`` imports every module of ``multimodal/processors`` (until 0.4.8
``managers/multimodal_processors``) and takes from each class the list ``models``: the model classes that it is for. In
0.4.4 the modules of ``managers/image_processors`` have a dict ``ImageProcessorMapping`` by model class. A model that
the engine lists as multimodal and that none of them names stops the engine. Before, whatever was not known was handed
to LLaVA's processor, so there is no such gate.

LLaVA's processor (since 0.4.6.post4) hands its work on to the processor of the vision tower: it asks transformers'
``PROCESSOR_MAPPING_NAMES`` for the tower's model type, and takes the processor of the engine's own that is called as
the class there. Some types it knows itself. A tower for which there is none stops the engine.

It cannot see whether a processor's module can be imported.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.changes import FUNCTIONS
from archtrack.core.python.module import Module
from archtrack.core.verdict.release_facts import PROCESSORS, Fact
from archtrack.model import Place

from .files import PROCESSORS as FOLDERS
from .tables import PROCESSOR_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.sources.library import Library

__all__ = ["processor_facts", "processors_of"]

REVISION = 2
"""Counts up whenever equal files would give other facts."""
_LIST = "models"
_MAPPING = "ImageProcessorMapping"
_OF_TRANSFORMERS = "PROCESSOR_MAPPING_NAMES"


def processors_of(library: Library) -> dict[str, Mapping[str, Fact]]:
    """The tables ``PROCESSORS`` and ``PROCESSOR_CLASSES``; none where a release asks for no processor, or not plainly.

    The value of an architecture in ``PROCESSORS`` is ``{"towers": [model type], "line"}`` where its processor goes by
    the vision tower: the types that it knows itself, and the line that asks transformers about others.

    Raises:
        SourceError: a file cannot be read.
    """
    folder = next((each for each in FOLDERS if library.paths(each)), None)
    if folder is None:
        return {}
    models: dict[str, Fact] = {}
    classes: dict[str, Fact] = {}
    paths = library.paths(folder)
    for path, found in library.facts(paths, f"sglang-processors-{REVISION}", processor_facts).items():
        for name, line, towers in found["models"]:
            if name is None:
                return {}
            models.setdefault(name, Fact(key=name, place=Place(file=path, line=line), value=towers))
        for name, line in found["classes"]:
            classes.setdefault(name, Fact(key=name, place=Place(file=path, line=line)))
    tables: dict[str, Mapping[str, Fact]] = {PROCESSORS: dict(sorted(models.items()))}
    if any(fact.value is not None for fact in models.values()):
        tables[PROCESSOR_CLASSES] = dict(sorted(classes.items()))
    return tables


def processor_facts(data: bytes) -> dict[str, list[list[Any]]]:
    """The models that a module has processors for, and these processors.

    ``models``: ``[model class or null, line, towers or null]``, null for the class where it is not written out;
    ``towers`` as the value in ``processors_of``. ``classes``: ``[processor class, line]``.

    Args:
        data: the module. One that does not parse has no processors: the engine passes it over.
    """
    models: list[list[Any]] = []
    classes: list[list[Any]] = []
    if _LIST.encode() not in data and _MAPPING.encode() not in data:
        return {"models": models, "classes": classes}
    by_tower = _OF_TRANSFORMERS.encode() in data
    module = Module(data, words=None if by_tower else ())
    for node in module.classes.values():
        listed = [
            each
            for statement in node.body
            for value in _assigned(statement, _LIST)
            for each in _listed(value, module)
        ]
        if listed:
            towers = _towers(node, module) if by_tower else None
            models += [[*each, towers] for each in listed]
            classes.append([node.name, node.lineno])
    for each in module.statements:
        for value in _assigned(each.node, _MAPPING):
            models += [[*row, None] for row in _listed(value, module)]
    return {"models": models, "classes": classes}


def _towers(node: ast.ClassDef, module: Module) -> dict[str, Any] | None:
    """How a processor goes by the vision tower; None where it does not."""
    for method in node.body:
        if not isinstance(method, FUNCTIONS):
            continue
        own: list[str] = []
        asked: dict[str, int] = {}
        for part in ast.walk(method):
            match part:
                case ast.If(
                    test=ast.Compare(
                        left=ast.Name(), ops=[ast.Eq()], comparators=[ast.Constant(value=str() as known)]
                    ),
                    body=[ast.Return(), *_],
                ):
                    own.append(known)
                case ast.Call(func=ast.Attribute(value=ast.Name(id=table), attr="get"), args=[ast.Name()]):
                    origin = module.imports.get(table)
                    if origin is not None and origin.attribute == _OF_TRANSFORMERS:
                        asked.setdefault("line", part.lineno)
                case _:
                    pass
        if asked:
            return {"towers": sorted(own), **asked}
    return None


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
