"""What the gates of a release of optimum-intel rest on."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.classes import class_facts
from archtrack.core.python.conditions import short
from archtrack.core.python.module import Module
from archtrack.core.python.mro import linearize
from archtrack.core.verdict.release_facts import QUANTISATION, Fact, LoadFacts
from archtrack.engines._quantisation import anded
from archtrack.model import Place
from archtrack.sources.pins import allowed_of

from .files import CLASSES, CONVERT, MAIN
from .registry import registered_in
from .tables import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["class_versions", "load_facts", "main_facts", "version_line"]

_BOUNDS = {"min": "MIN_TRANSFORMERS_VERSION", "max": "MAX_TRANSFORMERS_VERSION"}
_LISTED = "supported_quant_methods"
_MOST = 30
"""Classes that inherit from each other, and bases of one class; real ones have eight and three."""


def load_facts(library: Library, inventory: Inventory) -> LoadFacts:
    """What the gates of a release rest on.

    Args:
        library: the release.
        inventory: what it registers.

    Raises:
        SourceError: a file cannot be read.
    """
    nothing: dict[str, Any] = {"config": 0, "hyphens": 0, "methods": {}}
    main = library.facts(library.paths(MAIN), "openvino-main-1", main_facts).get(MAIN, nothing)
    line = library.facts(library.paths(CONVERT), "openvino-convert-1", version_line).get(CONVERT, 0)
    versions, default = _versions(library, inventory) if line else ({}, {})
    tables = {
        QUANTISATION: {
            method: Fact(key=method, place=Place(file=MAIN, line=at), value=condition)
            for method, (at, condition) in main["methods"].items()
        },
        VERSIONS: versions,
    }
    rules: dict[str, Any] = {name: {"line": main[name]} for name in ("config", "hyphens") if main[name]}
    copies = registered_in(library)["copies"]
    if copies:
        rules["copies"] = {"line": copies}
    if line:
        allowed = allowed_of(library, "transformers")
        rules["versions"] = {"line": line, "allowed": allowed, **({"default": default} if default else {})}
    return LoadFacts(tables={name: table for name, table in tables.items() if table}, rules=rules)


def main_facts(data: bytes) -> dict[str, Any]:
    """What ``main_export`` does with a config.

    Args:
        data: the module.

    Returns:
        ``{"config": the line that has AutoConfig read one, "hyphens": the line that puts ``-`` for ``_`` in its model
        type, "methods": {quantisation method that it provides for: [line, condition or None]}}``; a line is 0 where
        there is none.
    """
    facts: dict[str, Any] = {"config": 0, "hyphens": 0, "methods": {}}
    function = Module(data, words=None).function("main_export")
    if function is None:
        return facts
    for node in ast.walk(function):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="AutoConfig"), attr="from_pretrained", lineno=line),
                keywords=keywords,
            ) if not {None, "gguf_file"} & {each.arg for each in keywords}:
                facts["config"] = facts["config"] or line
            case ast.Assign(
                targets=[ast.Name(id="model_type")],
                value=ast.Call(
                    func=ast.Attribute(value=ast.Attribute(attr="model_type"), attr="replace"),
                    args=[ast.Constant(value="_"), ast.Constant(value="-")],
                ),
                lineno=line,
            ):
                facts["hyphens"] = facts["hyphens"] or line
            case _:
                pass
    for method, line, condition in sorted(_methods(function), key=lambda each: (each[1], each[2] or "")):
        facts["methods"].setdefault(method, [line, condition])
    return facts


def _methods(function: ast.FunctionDef) -> Iterator[tuple[str, int, str | None]]:
    """The quantisation methods that a function provides for, each with its line and when it does."""
    refused: set[int] = set()
    when: dict[int, str] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.If):
            parts = anded(node.test)
            tests = [each for each in parts if _compared(each) is not None]
            if tests and any(isinstance(each, ast.Raise) for each in node.body):
                refused.update(map(id, ast.walk(node.test)))
            elif tests and len(parts) > len(tests):
                others = " and ".join(short(each) for each in parts if _compared(each) is None)
                when.update((id(each), others) for each in tests)
            elif not tests:
                when.update((id(each), short(node.test)) for each in node.body if isinstance(each, ast.Expr))
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.List(elts=elements)) if name == _LISTED:
                yield from ((text, line, when.get(id(node))) for text, line in _texts(elements))
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=elements)
            ) if name == _LISTED:
                yield from ((text, line, when.get(id(node))) for text, line in _texts(elements))
            case ast.Compare() if id(node) not in refused:
                method = _compared(node)
                if method is not None:
                    yield method, node.lineno, when.get(id(node))
            case _:
                pass


def _texts(elements: list[ast.expr]) -> Iterator[tuple[str, int]]:
    for each in elements:
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value, each.lineno


def _compared(node: ast.expr) -> str | None:
    """The method of ``quant_method == "gptq"`` or ``….["quant_method"] == "gptq"``."""
    match node:
        case ast.Compare(
            left=ast.Name(id="quant_method") | ast.Subscript(slice=ast.Constant(value="quant_method")),
            ops=[ast.Eq()],
            comparators=[ast.Constant(value=str() as method)],
        ):
            return method
        case _:
            return None


def version_line(data: bytes) -> int:
    """The line of ``export`` that asks an export class for a release of transformers; 0 where none does.

    Args:
        data: the module.
    """
    function = Module(data, words=None).function("export")
    for node in () if function is None else ast.walk(function):
        match node:
            case ast.Call(
                func=ast.Name(id="getattr"), args=[_, ast.Constant(value=value), *_], lineno=line
            ) if value == _BOUNDS["min"]:
                return line
            case _:
                pass
    return 0


def class_versions(data: bytes) -> dict[str, Any]:
    """The classes of a module, with the bounds that they set themselves, as ``class_facts`` gives them.

    Args:
        data: the module.
    """
    return class_facts(Module(data), tuple(_BOUNDS.values()))


def _versions(library: Library, inventory: Inventory) -> tuple[dict[str, Fact], dict[str, Any]]:
    """Model type -> the bounds of its export class, inherited ones included; and those that all classes begin with.

    What a type has from the root of all classes is not in its row. None stands for a bound of the root that it lacks.
    """
    modules = library.facts(library.paths(*CLASSES), "openvino-classes-1", class_versions)
    homes = {name: path for path in reversed(CLASSES) for name in modules.get(path, {})}
    orders: dict[str, tuple[str, ...]] = {}
    set_by: dict[str, dict[str, tuple[str, Place]]] = {}
    for each in inventory.registrations:
        order = _order(each.class_name or "", homes, modules, orders, _MOST)
        bounds = {kind: _set_by(attribute, order, homes, modules) for kind, attribute in _BOUNDS.items()}
        set_by[each.name] = {kind: found for kind, found in bounds.items() if found is not None}
    root = {
        kind: (text, place)
        for bounds in set_by.values()
        for kind, (text, place) in bounds.items()
        if place.file == CLASSES[-1]
    }
    table: dict[str, Fact] = {}
    for each in inventory.registrations:
        known = set_by[each.name]
        own = {kind: found for kind, found in known.items() if found != root.get(kind)}
        value: dict[str, str | None] = {kind: text for kind, (text, _) in own.items()}
        value.update((kind, None) for kind in root if kind not in known)
        if value:
            place = [*(at for _, at in own.values()), each.place][0]
            table[each.name] = Fact(key=each.name, place=place, value=value)
    default = {kind: text for kind, (text, _) in root.items()}
    return table, {**default, "line": next(iter(root.values()))[1].line} if root else {}


def _set_by(
    attribute: str, order: tuple[str, ...], homes: Mapping[str, str], modules: Mapping[str, Any]
) -> tuple[str, Place] | None:
    """What the first class that sets an attribute sets it to; None where none does, or it is no text.

    A class from elsewhere ends the search: what it sets is not known.
    """
    for name in order:
        if name not in homes:
            break
        attributes = modules[homes[name]][name]["attributes"]
        if attribute in attributes:
            text, line = attributes[attribute]
            return (text, Place(file=homes[name], line=line)) if isinstance(text, str) else None
    return None


def _order(
    name: str,
    homes: Mapping[str, str],
    modules: Mapping[str, Any],
    orders: dict[str, tuple[str, ...]],
    depth: int,
) -> tuple[str, ...]:
    """The method resolution order of a class; a name without a home stands for a class from elsewhere."""
    if name not in homes:
        return (name,)
    bases = modules[homes[name]][name]["bases"]
    if not depth or len(bases) > _MOST:
        return (name, "")
    if name not in orders:
        orders[name] = (name,)  # a class that is its own base has no other
        found = linearize(name, [_order(base, homes, modules, orders, depth - 1) for base in bases])
        orders[name] = found[:_MOST]
    return orders[name]
