"""What LMDeploy's sources state of the architectures that it runs (see ``core.verdict.features``).

- ``multimodal``, ``image``: ``check_vl_llm`` of ``archs.py``, by which ``get_task`` chooses the pipeline that sees. For
  some architectures it decides by what else is in the config, for a few by the engine that runs them.
- ``video``, ``audio``: the tokens that the class in ``vl/model`` which lists the architecture in ``_arch`` hands to
  ``MultimodalSpecialTokens``. Decided since 0.13.0; of a class that hands none nothing is known.

Nothing is stated of LoRA: the PyTorch engine puts adapters into whatever linear layers their config names, and
TurboMind takes none. Nothing is stated by architecture of pipelines, and of drafts only by code of each model's own.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.class_graph import ClassGraph
from archtrack.core.python.module import Module
from archtrack.core.python.values import last_name, strings
from archtrack.core.verdict.release_facts import Fact
from archtrack.engines._graph_facts import graph_facts
from archtrack.model import Place

from .files import ARCHS, VISION
from .reading import vision_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["features", "sight_facts", "token_facts"]

_SEES = ("image", "multimodal")
_TOKENS = {"audio_token": "audio", "video_token": "video"}
_HANDED = "MultimodalSpecialTokens"
_BY_CONFIG = "LMDeploy decides it by what else is in the config"
_BY_ENGINE = "only one of LMDeploy's two engines takes more than text of it"
_NOT_SAID = "its class does not say which tokens stand for other inputs than images"


def features(library: Library, inventory: Inventory) -> tuple[dict[str, Fact], list[str]]:
    """The rows of a release, and the features that it decides; nothing of one that has no ``check_vl_llm``.

    Args:
        library: the release.
        inventory: what it registers.

    Raises:
        SourceError: a file cannot be read.
    """
    there = library.paths(ARCHS)
    sight = library.facts(there, "lmdeploy-sight-1", sight_facts).get(ARCHS)
    if sight is None or not sight["line"]:
        return {}, []
    plainly = library.facts(there, "lmdeploy-vision-1", vision_facts)[ARCHS]
    sees = {name: line for name, line in plainly.items() if name not in sight["refused"]}
    graph = ClassGraph(library.facts(library.paths(VISION), "lmdeploy-tokens-1", token_facts), "lmdeploy")
    tokens = dict(_tokens(graph))
    further = sorted(_TOKENS.values()) if tokens else []
    rows = {}
    for registration in inventory.registrations:
        name = registration.name
        line = sees.get(name) or sight["maybe"].get(name)
        place = Place(file=ARCHS, line=line) if line else registration.place
        has: list[str] = []
        unsure: dict[str, str] = {}
        if name in sight["by_engine"]:
            unsure = dict.fromkeys((*_SEES, *further), _BY_ENGINE)
        elif name in sees:
            has += [*_SEES, *tokens.get(name, ())]
            unsure = {} if name in tokens else dict.fromkeys(further, _NOT_SAID)
        elif line:
            unsure = dict.fromkeys((*_SEES, *further), _BY_CONFIG)
        found = {"has": sorted(has), "unsure": dict(sorted(unsure.items()))}
        rows[name] = Fact(key=name, place=place, value={part: each for part, each in found.items() if each})
    return rows, sorted((*_SEES, *further))


def _tokens(graph: ClassGraph) -> Iterator[tuple[str, list[str]]]:
    """Architecture -> the inputs beside images of the class that lists it, of classes that say which they take."""
    for path, facts in graph.files.items():
        for name, own in facts["classes"].items():
            order = [graph.facts(each) for each in graph.order((path, name))]
            handed = next((each["tokens"] for each in order if each["tokens"] is not None), None)
            if handed is not None:
                for architecture in own["architectures"]:
                    yield architecture, sorted(_TOKENS[each] for each in handed if each in _TOKENS)


def sight_facts(data: bytes) -> dict[str, Any]:
    """What ``check_vl_llm`` says besides what it plainly takes.

    Returns:
        ``{"line": of the function or 0, "maybe": {architecture that it takes by the rest of the config: line},
        "refused": [architecture that it plainly does not take, whatever else names it], "by_engine": [architecture that
        it does not take for one of the engines]}``.
    """
    function = Module(data, words=None).function("check_vl_llm")
    maybe: dict[str, int] = {}
    refused: list[str] = []
    by_engine: list[str] = []
    lists: dict[str, list[str]] = {}
    for node in ast.walk(function) if function is not None else ():
        match node:
            case ast.If(test=ast.BoolOp(values=tests), body=[ast.Return(value=ast.Constant(value=True))]):
                for test in tests:
                    if isinstance(test, ast.Compare) and isinstance(test.ops[0], (ast.Eq, ast.In)):
                        maybe.update(dict.fromkeys(strings(test.comparators[0]), node.lineno))
            case ast.If(
                test=ast.Compare(ops=[ast.Eq() | ast.In()], comparators=[named]),
                body=[ast.Return(value=ast.Constant(value=False))],
            ):
                refused += strings(named)
            case ast.If(
                test=ast.BoolOp(values=[ast.Compare(comparators=[named]), *_]),
                body=[ast.Return(value=ast.Constant(value=False))],
            ):
                by_engine += lists.get(named.id, []) if isinstance(named, ast.Name) else strings(named)
            case ast.Assign(targets=[ast.Name(id=listed)], value=ast.List() as held):
                lists[listed] = strings(held)
            case _:
                pass
    line = 0 if function is None else function.lineno
    return {"line": line, "maybe": maybe, "refused": refused, "by_engine": by_engine}


def token_facts(data: bytes) -> dict[str, Any]:
    """The classes of a module of ``vl/model``.

    Returns:
        As ``core.python.class_graph`` asks for it; of each class ``"architectures"`` that its ``_arch`` lists, and
        ``"tokens"``, the keywords that it hands to ``MultimodalSpecialTokens``, or null.
    """
    module = Module(data, words=(_HANDED.encode(),))
    return graph_facts(module, lambda node: {"architectures": _listed(node, module), "tokens": _handed(node)})


def _listed(node: ast.ClassDef, module: Module) -> list[str]:
    """The strings of ``_arch``, those of tables that it takes in with ``*`` included."""
    for each in node.body:
        match each:
            case ast.Assign(targets=[ast.Name(id="_arch")], value=held):
                taken = [
                    module.values[part.value.id]
                    for part in getattr(held, "elts", ())
                    if isinstance(part, ast.Starred)
                    and isinstance(part.value, ast.Name)
                    and part.value.id in module.values
                ]
                return [name for part in (held, *taken) for name in strings(part)]
            case _:
                pass
    return []


def _handed(node: ast.ClassDef) -> list[str] | None:
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and last_name(part.func) == _HANDED:
            return [each.arg for each in part.keywords if each.arg is not None]
    return None
