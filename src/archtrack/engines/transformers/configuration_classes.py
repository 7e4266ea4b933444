"""What transformers' configuration classes set, as far as an engine's choice rests on it, read from their modules.

The values that the load paths use are those of ``core.verdict.config_classes``.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.verdict.config_classes import EXPERTS, TEXT_CONFIGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["class_facts", "to_row"]

_WORDS = tuple(name.encode() for name in TEXT_CONFIGS)


def class_facts(data: bytes) -> list[dict[str, Any]]:
    """The classes of a module: the fields of ``ConfigClass`` without the path.

    Args:
        data: the module.
    """
    module = Module(data if b"model_type" in data else b"", words=_WORDS)
    found: dict[str, dict[str, Any]] = {}
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef):
            facts: dict[str, Any] = {"parts": [], "values": {}, "aliases": {}, "classes": {}}
            for base in node.bases:  # of the same module; those of another one have what every config has
                if isinstance(base, ast.Name) and base.id in found:
                    inherited = found[base.id]
                    facts = {key: type(value)(inherited[key]) for key, value in facts.items()}
            facts |= {"name": node.name, "line": node.lineno, "model_type": None}
            for statement in node.body:
                _take(statement, facts)
            found[node.name] = facts
    return list(found.values())


def to_row(facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """A class as a row of the table ``CONFIG_CLASSES``; None where it sets a model type and no more.

    Args:
        facts: of one class, as ``class_facts`` gives them.
    """
    kept = {key: facts[key] for key in ("parts", "values", "aliases", "classes") if facts[key]}
    if not kept:
        return None
    return ({"type": facts["model_type"]} if facts["model_type"] else {}) | kept


def _take(node: ast.stmt, facts: dict[str, Any]) -> None:
    """What one statement of a class adds."""
    match node:
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
            _attribute(name, value, facts)
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            _attribute(name, value, facts)
        case ast.FunctionDef():
            for name, default in _defaults(node):
                if name in EXPERTS:
                    facts["values"][name] = default
            for name in _set_on_self(node):
                if name in TEXT_CONFIGS and name not in facts["parts"]:
                    facts["parts"].append(name)


def _attribute(name: str, value: ast.expr, facts: dict[str, Any]) -> None:
    match name, value:
        case "model_type", ast.Constant(value=str(model_type)):
            facts["model_type"] = model_type
        case "attribute_map", ast.Dict():
            facts["aliases"] = {
                key.value: target.value
                for key, target in zip(value.keys, value.values, strict=True)
                if isinstance(key, ast.Constant) and isinstance(target, ast.Constant) and key.value in EXPERTS
            }
        case "sub_configs", ast.Dict():
            facts["classes"] = {
                key.value: target.id
                for key, target in zip(value.keys, value.values, strict=True)
                if isinstance(key, ast.Constant)
                and isinstance(target, ast.Name)
                and key.value in TEXT_CONFIGS
            }
        case _ if name in TEXT_CONFIGS and name not in facts["parts"]:
            facts["parts"].append(name)
        case _, ast.Constant(value=bool() | int() | float() | str() | None as constant) if name in EXPERTS:
            facts["values"][name] = constant


def _defaults(function: ast.FunctionDef) -> Iterator[tuple[str, Any]]:
    """The constant defaults of a method's parameters: how releases before 5 declare attributes."""
    if function.name != "__init__":
        return
    positional = function.args.args[len(function.args.args) - len(function.args.defaults) :]
    pairs = [
        *zip(positional, function.args.defaults, strict=True),
        *zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True),
    ]
    for parameter, default in pairs:
        if isinstance(default, ast.Constant) and isinstance(default.value, (int, float, type(None))):
            yield parameter.arg, default.value


def _set_on_self(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                match target:
                    case ast.Attribute(value=ast.Name(id="self"), attr=name):
                        yield name
