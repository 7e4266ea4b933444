"""How SGLang chooses a model class, read from the release's own source: the rules that differ between releases.

Read from ``model_loader/utils.py`` (the choice), ``configs/model_config.py`` (draft models) and the module of
``get_config`` (architectures that the engine writes into a config). A rule that a release does not have is absent.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .modules import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["config_rules", "loader_rules"]


def loader_rules(data: bytes) -> dict[str, Any]:
    """The rules of ``model_loader/utils.py``; every ``line`` is 0 or absent where the release has no such rule.

    ``{"choice": line, "fallback": line, "gate": line, "remote": line, "missing": line, "backend": line,
    "moe": {"line", "attributes"}, "rewrites": [[line, architecture, [quantisations]]]}``

    ``rewrites`` are the architectures that ``get_model_architecture`` puts in the place of others; the list of
    quantisations is that of those which are left alone.

    Args:
        data: the file.
    """
    try:
        tree = parse(data)
    except SyntaxError:
        return {}
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    rules: dict[str, Any] = {}
    if choice := functions.get("get_model_architecture"):
        rules["choice"] = choice.lineno
        rules["rewrites"] = list(_rewrites(choice))
    if fallback := functions.get("resolve_transformers_arch"):
        rules["fallback"] = fallback.lineno
        calls = [node for node in ast.walk(fallback) if isinstance(node, ast.Call)]
        rules["gate"] = next(
            (
                node.lineno
                for node in calls
                if isinstance(node.func, ast.Attribute) and node.func.attr == "is_backend_compatible"
            ),
            fallback.lineno,
        )
        rules["lookup"] = next(
            (node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id == "getattr"
             and _name(node.args[0]) == "transformers"),
            fallback.lineno,
        )  # fmt: skip
        rules["missing"] = next(
            (node.lineno for node in ast.walk(fallback) if isinstance(node, ast.Raise)), fallback.lineno
        )
    if backend := functions.get("_get_transformers_backend_arch"):
        rules["backend"] = backend.lineno
    if moe := functions.get("_is_moe_model"):
        rules["moe"] = {"line": moe.lineno, "attributes": _expert_attributes(moe)}
    return rules


def config_rules(data: bytes) -> list[list[Any]]:
    """``[[model_type, architecture, line], ...]``: what ``get_config`` writes for configs of a model type.

    Args:
        data: the module that holds ``get_config``.
    """
    try:
        tree = parse(data)
    except SyntaxError:
        return []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and (model_type := _model_type(node.test)):
            for call in (each for part in node.body for each in ast.walk(part) if isinstance(each, ast.Call)):
                architecture = _set_architecture(call)
                if architecture is not None:
                    found.append([model_type, architecture, call.lineno])
    return found


def _rewrites(function: ast.FunctionDef) -> Iterator[list[Any]]:
    """Assignments ``architectures = ["X"]`` under an ``if``: line, X, the quantisations that the test leaves alone."""
    lists = {
        node.targets[0].id: _strings(node.value)
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(function):
        if not isinstance(node, ast.If):
            continue
        for statement in node.body:
            if (
                isinstance(statement, ast.Assign)
                and _name(statement.targets[0]) == "architectures"
                and (names := _strings(statement.value))
            ):
                left_alone = [
                    value
                    for part in ast.walk(node.test)
                    if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.NotIn)
                    for value in (
                        lists.get(_name(part.comparators[0]) or "") or _strings(part.comparators[0])
                    )
                ]
                yield [statement.lineno, names[0], left_alone]


def _expert_attributes(function: ast.FunctionDef) -> list[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Tuple, ast.List)):
            names = _strings(node.value)
            if any("expert" in name for name in names):
                return names
    return []


def _model_type(test: ast.expr) -> str | None:
    """``X`` of ``config.model_type == "X"``."""
    if not (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq)):
        return None
    left, right = test.left, test.comparators[0]
    if isinstance(left, ast.Attribute) and left.attr == "model_type" and isinstance(right, ast.Constant):
        return str(right.value)
    return None


def _set_architecture(call: ast.Call) -> str | None:
    """``X`` of ``_set_architectures(config, "X")`` and of ``config.update({"architectures": ["X"]})``."""
    if _name(call.func) == "_set_architectures" and len(call.args) > 1:
        names = _strings(call.args[1])
    elif isinstance(call.func, ast.Attribute) and call.func.attr == "update" and call.args:
        first = call.args[0]
        if not isinstance(first, ast.Dict):
            return None
        names = [
            name
            for key, value in zip(first.keys, first.values, strict=True)
            if isinstance(key, ast.Constant) and key.value == "architectures"
            for name in _strings(value)
        ]
    else:
        return None
    return names[0] if names else None


def _strings(node: ast.expr) -> list[str]:
    parts = node.elts if isinstance(node, (ast.List, ast.Tuple, ast.Set)) else [node]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def _name(node: ast.expr) -> str | None:
    return node.id if isinstance(node, ast.Name) else None
