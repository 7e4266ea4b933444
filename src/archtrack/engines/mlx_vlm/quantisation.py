"""What ``load_model`` asks of a module, and which weights of quantising tools it turns into MLX's own."""

from __future__ import annotations

import ast
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.engines._mlx_loaders import WEIGHTS, first_weight, opened_config
from archtrack.engines._quantisation import anded, compared_methods, constants

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["first_weight_line", "loader_facts", "turned_methods"]

_MOST = 50
"""Methods that are read: more is no loader."""
_TURNING = ("transform", "make_quantization_config")
"""Parts of the names of the functions that turn weights, or say whether they can be turned."""
_METHOD = "quant_method"
_ASKED = (_METHOD, "quant_algo", "format", "fmt", "weight_block_size")
"""The keys of a ``quantization_config`` by which these functions tell what they turn."""


def first_weight_line(data: bytes) -> int:
    """The first line of a module that names weights as quantising tools write them; 0 for none."""
    return first_weight(Module(data, words=[word.encode() for word in WEIGHTS]))


def loader_facts(data: bytes) -> dict[str, Any]:
    """What ``load_model`` does with a config and a module.

    Args:
        data: ``mlx_vlm/utils.py``.

    Returns:
        ``{"line": of the function or 0, "looks": whether it looks at ``quantization_config``, "inside": whether at
        that of ``text_config``, too, "classes": [[class, line]] of what it takes from a module in any case, "named":
        {method: [[line, {key: [value]}]]} of the methods for which it sets parameters, with the ``model_type`` of the
        config and the ``quant_algo`` that this is for, "config": the line that opens the ``config.json`` of a folder,
        or 0}``.
    """
    module = Module(data, words=None)
    function = module.function("load_model")
    facts: dict[str, Any] = {"line": 0, "looks": False, "inside": False, "classes": [], "named": {}}
    facts["config"] = opened_config(module)
    if function is None:
        return facts
    facts["line"] = function.lineno
    classes: dict[str, int] = {}
    for node in _always(function):
        match node:
            case ast.Attribute(value=ast.Name(id="model_class"), attr=name):
                classes.setdefault(name, node.lineno)
            case _:
                pass
    facts["classes"] = [[name, line] for name, line in classes.items()]
    sets = sorted(
        node.lineno
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and node.id == "quantization" and isinstance(node.ctx, ast.Store)
    )
    for node in ast.walk(function):
        match node:
            case ast.If(test=test, body=body) if _any_within(sets, body) and len(facts["named"]) < _MOST:
                for method, line in compared_methods(test):
                    facts["named"].setdefault(method, []).append([line, dict(_besides(test))])
            case ast.Call(
                func=ast.Attribute(value=inner, attr="get"),
                args=[ast.Constant(value="quantization_config"), *_],
            ):
                facts["looks"] = True
                facts["inside"] |= _is_text_config(inner)
            case _:
                pass
    return facts


def _is_text_config(node: ast.expr) -> bool:
    """``text_config`` or ``config.get("text_config", {})``."""
    key = _got(node)
    return (isinstance(node, ast.Name) and node.id == "text_config") or (
        key is not None and key[0] == "text_config"
    )


def _besides(test: ast.expr) -> Iterator[tuple[str, list[Any]]]:
    """What a test asks besides the method: ``config.get("model_type") == "a"`` and the like."""
    for each in anded(test):
        match each:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.In()], comparators=[other]) if (
                key := _got(left)
            ) is not None and key[0] in {"model_type", "quant_algo"}:
                yield key[0], [each for each in constants(other) if isinstance(each, str)]
            case _:
                pass


def _always(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The parts of a function that run whatever the config says: not those of a branch."""
    waiting: list[ast.AST] = [*reversed(function.body)]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, (ast.If, ast.IfExp)):
            waiting.append(node.test)
        elif isinstance(node, ast.BoolOp):
            waiting.append(node.values[0])
        elif not isinstance(node, (ast.FunctionDef, ast.Lambda, ast.Try)):
            waiting += reversed(list(ast.iter_child_nodes(node)))


def _any_within(lines: list[int], body: list[ast.stmt]) -> bool:
    """Whether one of the lines is in a branch: one that gives ``quantization`` no value only warns."""
    at = bisect_left(lines, body[0].lineno)
    return at < len(lines) and lines[at] <= (body[-1].end_lineno or 0)


def turned_methods(data: bytes) -> dict[str, Any]:
    """The quantisation methods whose weights the functions of a file turn into MLX's own.

    Args:
        data: the file.

    Returns:
        ``{method: [[line, {key: {"options": [value], "default": whether it may be absent}}]]}``: what the config has to
        say besides. The option null stands for any value that is no text.
    """
    found: dict[str, list[Any]] = {}
    for node in Module(data, words=[_METHOD.encode()]).tree.body:
        if isinstance(node, ast.FunctionDef) and any(part in node.name for part in _TURNING):
            asked = _asked(node)
            methods = asked.pop(_METHOD, {"options": []})
            for method in methods["options"][:_MOST]:
                if method is not None:
                    found.setdefault(method, []).append([node.lineno, asked])
    return found


def _asked(function: ast.FunctionDef) -> dict[str, dict[str, Any]]:
    """Key -> the values with which a function compares it."""
    variables: dict[str, tuple[str, bool]] = {}
    options: dict[str, dict[str | None, None]] = {}
    defaults: set[str] = set()
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                key = _got(value.values[0] if isinstance(value, ast.BoolOp) else value)
                if key is not None:
                    variables[name] = (key[0], key[1] or isinstance(value, ast.BoolOp))
            case _:
                pass
    for node in ast.walk(function):
        match node:
            case ast.Compare(
                left=left, ops=[ast.Eq() | ast.NotEq() | ast.In() | ast.NotIn()], comparators=[other]
            ):
                key = variables.get(left.id) if isinstance(left, ast.Name) else _got(left)
                if key is not None and key[0] in _ASKED:
                    texts = [each if isinstance(each, str) else None for each in constants(other)]
                    options.setdefault(key[0], {}).update(dict.fromkeys(texts))
                    if key[1]:
                        defaults.add(key[0])
            case _:
                pass
    return {key: {"options": list(found), "default": key in defaults} for key, found in options.items()}


def _got(node: ast.expr) -> tuple[str, bool] | None:
    """The key of ``config.get("key")``, and whether there is a default; None of anything else."""
    match node:
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str() as key), *default]):
            return key, bool(default)
        case _:
            return None
