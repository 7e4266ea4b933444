"""How SGLang chooses a model class, read from the release's own ``model_loader/utils.py``.

What it makes of the architectures before, while it loads the config, is in ``core.config_rules``, draft models are in
``core.drafts``. A rule that a release does not have is absent.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .config_rules import strings_in
from .modules import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["loader_rules"]


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


def _rewrites(function: ast.FunctionDef) -> Iterator[list[Any]]:
    """Assignments ``architectures = ["X"]`` under an ``if``: line, X, the quantisations that the test leaves alone."""
    lists = {
        node.targets[0].id: strings_in(node.value)
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
                and (names := strings_in(statement.value))
            ):
                left_alone = [
                    value
                    for part in ast.walk(node.test)
                    if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.NotIn)
                    for value in (
                        lists.get(_name(part.comparators[0]) or "") or strings_in(part.comparators[0])
                    )
                ]
                yield [statement.lineno, names[0], left_alone]


def _expert_attributes(function: ast.FunctionDef) -> list[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Tuple, ast.List)):
            names = strings_in(node.value)
            if any("expert" in name for name in names):
                return names
    return []


def _name(node: ast.expr) -> str | None:
    return node.id if isinstance(node, ast.Name) else None
