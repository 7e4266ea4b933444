"""Which ``quant_method`` ``load_model`` takes, and what it asks of such a config besides."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.engines._mlx_loaders import WEIGHTS, first_weight, opened_config
from archtrack.engines._quantisation import anded, compared_methods, constants

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["loader_facts", "names_quantised_weights"]

_LOADERS = ("load_model", "load")
"""``load_model`` came with 0.0.5; before, ``load`` does it all."""
_MOST = 50
"""Methods that are read: more is no loader."""


def loader_facts(data: bytes) -> dict[str, Any]:
    """What ``load_model`` does before it loads weights.

    Args:
        data: ``mlx_lm/utils.py``.

    Returns:
        ``{"line": of the function or 0, "methods": {quant_method: [line, {"needs": {key: [value]}, "when": {key:
        [value]}}]}, "model_file": [line, whether it asks for trust] or None, "inside": whether it looks into
        ``text_config``, too, "config": the line that opens the ``config.json`` of a folder, or 0}``. ``needs`` are
        values of ``quantization_config`` without which it raises, ``when`` are those without which it passes the method
        over.
    """
    module = Module(data, words=None)
    function = next((found for name in _LOADERS if (found := module.function(name)) is not None), None)
    facts: dict[str, Any] = {"line": 0, "methods": {}, "model_file": None, "inside": False}
    facts["config"] = opened_config(module)
    if function is None:
        return facts
    facts["line"] = function.lineno
    names = [each.arg for each in (*function.args.args, *function.args.kwonlyargs)]
    helpers = _Helpers(module)
    for node in _outer(function):
        match node:
            case ast.If(test=test, body=body) if len(facts["methods"]) < _MOST:
                methods = list(compared_methods(test))[:_MOST]
                more = {"needs": helpers.needs(body), "when": dict(_equal(test))} if methods else {}
                for method, line in methods:
                    facts["methods"].setdefault(method, [line, more])
            case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value="model_file"), *_]):
                facts["model_file"] = [node.lineno, "trust_remote_code" in names]
            case ast.Subscript(
                value=ast.Name(id="text_config"), slice=ast.Constant(value="quantization_config")
            ):
                facts["inside"] = True
            case _:
                pass
    return facts


def names_quantised_weights(data: bytes) -> dict[str, Any]:
    """The first line of a module that names weights as quantising tools write them; 0 for none.

    Args:
        data: a module of models.

    Returns:
        ``{"line": …, "sub_configs": {class: [[field, line]]}}``; the fields are those without a default whose names end
        with ``_config``, in the bodies of the module's classes.
    """
    module = Module(data, words=[word.encode() for word in WEIGHTS])
    sub_configs = {name: list(_sub_configs(node)) for name, node in module.classes.items()}
    return {
        "line": first_weight(module),
        "sub_configs": {name: found for name, found in sub_configs.items() if found},
    }


def _outer(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The parts of a function, but for what stands inside of a branch about methods."""
    waiting: list[ast.AST] = [function]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and any(compared_methods(node.test)):
            waiting += [*reversed(node.orelse), node.test]
        else:
            waiting += reversed(list(ast.iter_child_nodes(node)))


def _sub_configs(node: ast.ClassDef) -> Iterator[list[Any]]:
    for each in node.body:
        match each:
            case ast.AnnAssign(target=ast.Name(id=name), value=None) if name.endswith("_config"):
                yield [name, each.lineno]
            case _:
                pass


def _equal(test: ast.expr) -> Iterator[tuple[str, list[Any]]]:
    """What a test asks besides the method: ``quantization_config.get("key") == value``."""
    for each in anded(test):
        match each:
            case ast.Compare(
                left=ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str() as key), *_]),
                ops=[ast.Eq()],
                comparators=[other],
            ):
                yield key, constants(other)
            case _:
                pass


class _Helpers:
    """The functions of the module, to which a branch may hand the config."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._known: dict[str, dict[str, list[Any]]] = {}

    def needs(self, body: list[ast.stmt]) -> dict[str, list[Any]]:
        """What a branch asks of the config, the functions that it calls by name included."""
        needs = _needs(body)
        for name in self._called(body):
            if name not in self._known:
                function = self._module.function(name)
                self._known[name] = {} if function is None else _needs(function.body)
            for key, values in self._known[name].items():
                needs.setdefault(key, []).extend(values)
        return needs

    def _called(self, body: list[ast.stmt]) -> dict[str, None]:
        found: dict[str, None] = {}
        for node in (part for statement in body for part in ast.walk(statement)):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[*_, ast.Name(id="quantization_config")]):
                    found[name] = None
                case _:
                    pass
        return found


def _needs(body: list[ast.stmt]) -> dict[str, list[Any]]:
    """Key -> the values that it may have, where anything else raises.

    Read are ``if name != value: raise``, and a body of ``if name == value: return`` that ends with a ``raise``, of
    names that stand for the value of a key.
    """
    keys: dict[str, str] = {}
    needs: dict[str, list[Any]] = {}
    returns: dict[str, list[Any]] = {}
    for node in (part for statement in body for part in ast.walk(statement)):
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str() as key), *_])
                | ast.Subscript(slice=ast.Constant(value=str() as key)),
            ):
                keys[name] = key
            case ast.If(
                test=ast.Compare(left=ast.Name(id=name), ops=[ast.NotEq()], comparators=[other]),
                body=[ast.Raise(), *_],
            ):
                needs.setdefault(name, []).extend(constants(other))
            case ast.If(
                test=ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[other]),
                body=[ast.Return(), *_],
            ):
                returns.setdefault(name, []).extend(constants(other))
            case _:
                pass
    if isinstance(body[-1], ast.Raise):
        for name, values in returns.items():
            needs.setdefault(name, []).extend(values)
    return {keys[name]: values for name, values in needs.items() if name in keys}
