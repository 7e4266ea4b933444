"""What one file of MLX-LM says of features: its classes, what the engine asks of a model, what its tuner takes.

Every reader takes a file and returns JSON.
"""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.python.values import dotted, last_name, strings
from archtrack.engines._graph_facts import graph_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["asked_facts", "lora_facts", "model_facts"]

_BUILTIN = frozenset(dir(builtins))
_ASKED = (b"make_cache", b".pipeline")
_TAKES, _TAKES_ANY = "linear_to_lora_layers", "apply_to_modules"
_MOST = 50
"""Names that one ``make_cache`` calls: more is no model of anybody's."""


def model_facts(data: bytes) -> dict[str, Any]:
    """The classes of a module.

    Returns:
        As ``core.python.class_graph`` asks for it; of each class ``"methods"`` has its names, ``"made"`` the attributes
        that its methods set -> [the dotted name that is called for each, or null], ``"taken"`` its properties -> the
        dotted name behind ``self.`` that each returns, and ``"caches"`` what ``make_cache`` calls: dotted names, and
        null for what cannot be told.
    """
    module = Module(data, words=None)
    known = {*module.classes, *module.imports, *module.values}
    return graph_facts(module, lambda node: _of_class(node, known))


def _of_class(node: ast.ClassDef, known: set[str]) -> dict[str, Any]:
    methods = [each for each in node.body if isinstance(each, ast.FunctionDef)]
    made: dict[str, list[str | None]] = {}
    taken: dict[str, str] = {}
    caches: list[str | None] | None = None
    for method in methods:
        for part in ast.walk(method):
            match part:
                case ast.Assign(
                    targets=[ast.Attribute(value=ast.Name(id="self"), attr=attribute)], value=value
                ):
                    called = dotted(value.func) if isinstance(value, ast.Call) else None
                    made.setdefault(attribute, []).append(called)
                case _:
                    pass
        match method:
            case ast.FunctionDef(
                decorator_list=[ast.Name(id="property")], body=[*_, ast.Return(value=ast.expr() as held)]
            ):
                path = dotted(held)
                if path is not None and path.startswith("self."):
                    taken[method.name] = path.removeprefix("self.")
            case ast.FunctionDef(name="make_cache"):
                caches = list(dict.fromkeys(_called(method, known)))
                if len(caches) > _MOST:
                    caches = [None]
            case _:
                pass
    return {"methods": [each.name for each in methods], "made": made, "taken": taken, "caches": caches}


def _called(method: ast.FunctionDef, known: set[str]) -> Iterator[str | None]:
    """What may make a cache: classes, and methods of the model itself; not what is asked of other objects."""
    for part in ast.walk(method):
        if not isinstance(part, ast.Call):
            continue
        name = dotted(part.func)
        head, _, rest = (name or "").partition(".")
        if head in known or head == "self":
            yield name
        elif (name is None and "Cache" in ast.dump(part.func)) or (not rest and head not in _BUILTIN):
            yield None


def asked_facts(data: bytes) -> dict[str, bool]:
    """Whether a module asks for ``make_cache`` of a model, and calls ``model.model.pipeline``."""
    found = {"make_cache": False, "pipeline": False}
    if not any(word in data for word in _ASKED):
        return found
    for node in ast.walk(Module(data, words=_ASKED).tree):
        match node:
            case ast.Call(func=ast.Name(id="hasattr"), args=[ast.Name(), ast.Constant(value="make_cache")]):
                found["make_cache"] = True
            case ast.Call(func=ast.Attribute() as func) if dotted(func) == "model.model.pipeline":
                found["pipeline"] = True
            case _:
                pass
    return found


def lora_facts(data: bytes) -> dict[str, Any]:
    """``{"types": [model type that the tuner names], "any": whether it takes every model}``."""
    function = Module(data, words=None).function(_TAKES)
    if function is None:
        return {"types": [], "any": False}
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and last_name(node.func) == _TAKES_ANY:
            return {"types": [], "any": True}
    types: dict[str, None] = {}
    for test in _chained(function.body):
        for part in test.values if isinstance(test, ast.BoolOp) else [test]:
            match part:
                case ast.Compare(
                    left=ast.Attribute(value=ast.Name(id="model"), attr="model_type"),
                    ops=[ast.Eq() | ast.In()],
                    comparators=[named],
                ):
                    types.update(dict.fromkeys(strings(named)))
                case _:
                    pass
    return {"types": list(types), "any": False}


def _chained(body: list[ast.stmt]) -> Iterator[ast.expr]:
    """The tests of each ``if`` of a function and its ``elif``, without those inside of their branches."""
    waiting = body
    while waiting:
        found = [each for each in waiting if isinstance(each, ast.If)]
        yield from (each.test for each in found)
        waiting = [part for each in found for part in each.orelse if isinstance(part, ast.If)]
