"""How the model builder opens a config, and how its loaders take weights: as far as it is plainly written."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.engines._comparisons import branches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["base_facts", "config_facts", "loader_facts", "rescued"]

_ATTRIBUTE = "quant_type"
_KEY = "quantization_config"
_MOST = 100
"""Names that one loader compares with: more is no loader that anybody wrote."""
_MOST_LISTED = 10
"""Architectures of one list."""


def config_facts(data: bytes) -> dict[str, Any] | None:
    """How the builder asks AutoConfig for the config.

    Args:
        data: the module of the builder.

    Returns:
        ``{"line", "trusts": whether it runs the code of a repository, "asks": the option that changes it or None,
        "rescue": [class, method] that is asked where AutoConfig fails, or None}``. ``trusts`` is None where the call
        does not say it. None where no function asks AutoConfig.
    """
    module = Module(data, words=(b"AutoConfig.from_pretrained",))
    for function in (node for node in module.tree.body if isinstance(node, ast.FunctionDef)):
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and _is_auto_config(node.func):
                trusts, asks = _trust(node, function)
                return {
                    "line": node.lineno,
                    "trusts": trusts,
                    "asks": asks,
                    "rescue": _rescue(function, node),
                }
    return None


def _is_auto_config(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="AutoConfig"), attr="from_pretrained"):
            return True
        case _:
            return False


def _trust(call: ast.Call, function: ast.FunctionDef) -> tuple[bool | None, str | None]:
    """``trust_remote_code`` of a call: True or False, and the option that an ``extra_options.get(…)`` reads it from."""
    given = next((each.value for each in call.keywords if each.arg == "trust_remote_code"), None)
    for _ in range(2):
        match given:
            case ast.Constant(value=bool() as trusts):
                return trusts, None
            case ast.Call(
                func=ast.Attribute(attr="get"),
                args=[ast.Constant(value=str() as option), ast.Constant(value=bool() as trusts)],
            ):
                return trusts, option
            case ast.Name(id=name):
                given = _assigned(function, name)
            case _:
                break
    return None, None


def _assigned(function: ast.FunctionDef, name: str) -> ast.expr | None:
    """What a function gives a name, where it does so once and in any case."""
    found = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
    ]
    for statement in function.body:
        match statement:
            case ast.Assign(targets=[ast.Name() as target], value=value) if found == [target]:
                return value
            case _:
                pass
    return None


def _rescue(function: ast.FunctionDef, call: ast.Call) -> list[str] | None:
    """The class and the method that a handler around a call asks instead; empty texts for another handler."""
    for node in ast.walk(function):
        if isinstance(node, ast.Try) and any(call is part for each in node.body for part in ast.walk(each)):
            if not node.handlers:
                return None
            for statement in node.handlers[0].body:
                match statement:
                    case ast.Assign(
                        value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method))
                    ) if len(node.handlers) == 1:
                        return [name, method]
                    case _:
                        pass
            return ["", ""]
    return None


def rescued(data: bytes, name: str, method: str) -> list[str] | None:
    """The architectures of the configs that a method takes: for any others it returns None.

    Args:
        data: the module of the class.
        name: of the class.
        method: of the method, which compares ``architectures`` with one list.

    Returns:
        None where that is not plainly written.
    """
    owner = Module(data, words=(b"architectures",)).classes.get(name)
    for function in () if owner is None else owner.body:
        if isinstance(function, ast.FunctionDef) and function.name == method:
            for statement in function.body:
                match statement:
                    case ast.If(
                        test=ast.Compare(
                            left=ast.Call(
                                func=ast.Attribute(attr="get"), args=[ast.Constant(value="architectures")]
                            ),
                            ops=[ast.NotEq()],
                            comparators=[ast.List(elts=elements)],
                        ),
                        body=[ast.Return(value=ast.Constant(value=None))],
                    ):
                        return _texts(elements, function)
                    case ast.Return():
                        return None
                    case _:
                        pass
    return None


def _texts(elements: list[ast.expr], function: ast.FunctionDef) -> list[str] | None:
    found: list[str] = []
    if len(elements) > _MOST_LISTED:
        return None
    for each in elements:
        held = _assigned(function, each.id) if isinstance(each, ast.Name) else each
        if not isinstance(held, ast.Constant) or not isinstance(held.value, str):
            return None
        found.append(held.value)
    return found


def base_facts(data: bytes) -> dict[str, int]:
    """Where the class that all models inherit from asks how weights are kept.

    Args:
        data: its module.

    Returns:
        ``{"quantised", "gguf"}``: the lines that take ``quant_method`` of a config for the loader of quantised weights,
        and that ask whether the input is a GGUF file; 0 for none.
    """
    module = Module(data, words=(f"self.{_ATTRIBUTE} =".encode(), b'.endswith(".gguf")'))
    model = module.classes.get("Model")
    if model is None:
        return {"quantised": 0, "gguf": 0}
    return {"quantised": _first(model, _takes_method), "gguf": _first(model, _asks_for_gguf)}


def _first(owner: ast.ClassDef, wanted: Callable[[ast.AST], bool]) -> int:
    lines: Iterator[int] = (
        node.lineno for node in ast.walk(owner) if isinstance(node, (ast.stmt, ast.expr)) and wanted(node)
    )
    return min(lines, default=0)


def _takes_method(node: ast.AST) -> bool:
    """``self.quant_type = config.quantization_config["quant_method"] if … else None``."""
    match node:
        case ast.Assign(
            targets=[ast.Attribute(value=ast.Name(id="self"), attr=attribute)],
            value=ast.IfExp(
                body=ast.Subscript(
                    value=ast.Attribute(value=ast.Name(id="config"), attr=key),
                    slice=ast.Constant(value="quant_method"),
                ),
                test=ast.Call(
                    func=ast.Name(id="hasattr"), args=[ast.Name(id="config"), ast.Constant(value=asked)]
                ),
                orelse=ast.Constant(value=None),
            ),
        ):
            return attribute == _ATTRIBUTE and key == asked == _KEY
        case _:
            return False


def _asks_for_gguf(node: ast.AST) -> bool:
    match node:
        case ast.If(
            test=ast.Call(
                func=ast.Attribute(value=ast.Name(), attr="endswith"), args=[ast.Constant(value=".gguf")]
            )
        ):
            return True
        case _:
            return False


def loader_facts(data: bytes, owner: str, compared: str) -> dict[str, Any]:
    """What ``from_pretrained`` of a class takes.

    Args:
        data: its module.
        owner: the class.
        compared: the parameter that the method compares with texts.

    Returns:
        ``{"taken": {text: line}, "closed": whether it raises for any other}``.
    """
    found: dict[str, Any] = {"taken": {}, "closed": False}
    model = Module(data, words=(compared.encode(),)).classes.get(owner)
    methods = [] if model is None else [each for each in model.body if isinstance(each, ast.FunctionDef)]
    for method in methods:
        if method.name != "from_pretrained":
            continue
        chains = branches(method, compared)
        read = True
        for branch in (each for chain in chains for each in chain):
            stops = any(isinstance(each, ast.Raise) for each in branch.body)
            if branch.texts and not branch.also and not branch.unread:
                if not stops:
                    for text, line in branch.texts[:_MOST]:
                        found["taken"].setdefault(text, line)
            elif branch.texts or branch.unread or branch.also or not stops:
                read = False
            else:
                found["closed"] = True
        found["closed"] = found["closed"] and read and len(chains) == 1
    return found
