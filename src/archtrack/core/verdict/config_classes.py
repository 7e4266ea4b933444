"""What transformers' configuration classes add to a checkpoint's config, as far as an engine's choice rests on it.

An engine never sees the JSON: it sees an object, on which the class has set what the JSON leaves out. A `fuyu` config
is flat and its object has a ``text_config`` all the same; an expert count may be there under another name.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .release_facts import Fact

__all__ = ["EXPERTS", "TEXT_CONFIGS", "ConfigClass", "ConfigClasses", "class_facts", "to_row"]

TEXT_CONFIGS = ("thinker_config", "llm_config", "language_config", "text_config")
"""Where a composite config keeps that of its language model; the first that is there counts."""

_WORDS = tuple(name.encode() for name in TEXT_CONFIGS)

EXPERTS = (
    "num_local_experts",
    "num_experts",
    "num_experts_per_tok",
    "moe_intermediate_size",
    "n_routed_experts",
)
"""What an engine may ask a config for to tell a mixture of experts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigClass:
    """One configuration class.

    Attributes:
        name: of the class.
        model_type: the model type that it is for.
        line: of the class statement.
        path: of its module.
        parts: those of ``TEXT_CONFIGS`` that its objects have.
        values: attribute of ``EXPERTS`` -> the value that it has unless the JSON gives one.
        aliases: attribute -> the attribute under which the value is.
        classes: part -> name of its class, where the class statement says so.
    """

    name: str
    model_type: str | None
    line: int
    path: str
    parts: tuple[str, ...]
    values: Mapping[str, Any]
    aliases: Mapping[str, str]
    classes: Mapping[str, str]


class ConfigClasses:
    """The configuration classes of one release."""

    def __init__(self, facts: Mapping[str, list[dict[str, Any]]]) -> None:
        """Take the facts of each module by its path."""
        self._take(
            ConfigClass(path=path, **{**each, "parts": tuple(each["parts"])})
            for path, classes in sorted(facts.items())
            for each in classes
        )

    @classmethod
    def of_table(cls, table: Mapping[str, Fact]) -> ConfigClasses:
        """Those of the table ``CONFIG_CLASSES`` of a release: the classes that set more than a model type."""
        found = cls({})
        found._take(
            ConfigClass(
                name=name,
                path=fact.place.file,
                line=fact.place.line,
                model_type=fact.value.get("type"),
                parts=tuple(fact.value.get("parts", ())),
                values=fact.value.get("values", {}),
                aliases=fact.value.get("aliases", {}),
                classes=fact.value.get("classes", {}),
            )
            for name, fact in sorted(table.items(), key=lambda item: item[1].place.file)
        )
        return found

    def _take(self, classes: Iterable[ConfigClass]) -> None:
        self._by_type: dict[str, ConfigClass] = {}
        self._by_name: dict[str, ConfigClass] = {}
        self._by_folder: dict[str, list[ConfigClass]] = {}
        for found in classes:
            self._by_name.setdefault(found.name, found)
            self._by_folder.setdefault(found.path.rpartition("/")[0], []).append(found)
            if found.model_type is not None:
                self._by_type.setdefault(found.model_type, found)

    def of_type(self, model_type: str | None) -> ConfigClass | None:
        """The class for a model type."""
        return self._by_type.get(model_type or "")

    def named(self, name: str | None) -> ConfigClass | None:
        """The class of that name."""
        return self._by_name.get(name or "")

    def beside(self, path: str) -> ConfigClass | None:
        """The class for the model in the folder of a module, for configs that name no type."""
        folder = path.rpartition("/")[0]
        model = folder.rpartition("/")[2]
        found = self._by_folder.get(folder, [])
        return next((each for each in found if (each.model_type or "").replace("-", "_") == model), None)


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
