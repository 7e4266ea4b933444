"""What LMDeploy's functions say: how a config is loaded, which class is taken, what each of its engines turns away.

Every reader takes a file and returns JSON. What a function does that is not one of the forms that releases have written
is not read; where that may turn a checkpoint away, it is said to be unread.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.python.values import dotted
from archtrack.engines._quantisation import anded, compared_methods, constants

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["check_facts", "config_facts", "method_facts", "patch_facts", "turbomind_facts", "vision_facts"]

_MOST = 200
"""Architectures or methods that are read of one function: more is no list of anybody's."""
_LOADERS = frozenset({"get_model_arch", "is_supported", "config_from_pretrained", "from_pretrained"})
_AUTO = "AutoConfig.from_pretrained"
_GENERIC = "PretrainedConfig.from_pretrained"
_DICT = "PretrainedConfig.get_config_dict"
_OWN = "config_from_pretrained"


def config_facts(data: bytes) -> dict[str, Any]:
    """How functions of a module load a config.

    Args:
        data: the file.

    Returns:
        ``{"loaders": {function: {"line", "own": it calls ``config_from_pretrained``, "generic": it takes any config in
        the end, "asks": ``trust_remote_code`` is off unless it is asked for}}, "types": [[model type that
        ``register_config`` knows, line]], "named": [class, line] of the architecture that ``get_model_arch`` takes
        where a value of ``auto_map`` has that name in it, or None}``. Of ``from_pretrained`` that of ``ModelConfig``
        is meant.
    """
    module = Module(data, words=None)
    facts: dict[str, Any] = {"loaders": {}, "types": [], "named": None}
    for function in _functions(module):
        if function.name in _LOADERS and function.name not in facts["loaders"]:
            facts["loaders"][function.name] = _loader(function)
        if function.name == "register_config":
            facts["types"] = [
                [name, node.lineno]
                for node in ast.walk(function)
                if isinstance(node, ast.Compare)
                for name in _equal_to(node, "model_type")
            ][:_MOST]
        if function.name == "get_model_arch":
            facts["named"] = _named(function)
    return facts


def _functions(module: Module) -> Iterator[ast.FunctionDef]:
    """The functions at the top, and the methods of ``ModelConfig``."""
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef) and node.name == "ModelConfig":
            yield from (each for each in node.body if isinstance(each, ast.FunctionDef))


def _loader(function: ast.FunctionDef) -> dict[str, Any]:
    called: set[str] = set()
    generic = False
    for node in ast.walk(function):
        match node:
            case ast.Call(func=func):
                name = dotted(func) or ""
                called.add(name)
                generic = generic or name == _GENERIC
            case ast.Subscript(value=ast.Call(func=func)):
                generic = generic or dotted(func) == _DICT
            case _:
                pass
    arguments = function.args
    defaults = dict(
        zip(
            [each.arg for each in arguments.args[len(arguments.args) - len(arguments.defaults) :]],
            arguments.defaults,
            strict=True,
        )
    )
    trust = defaults.get("trust_remote_code")
    return {
        "line": function.lineno,
        "own": _OWN in called,
        "generic": generic,
        "asks": isinstance(trust, ast.Constant) and trust.value is False,
        "loads": bool(called & {_AUTO, _GENERIC, _DICT, _OWN}),
    }


def _named(function: ast.FunctionDef) -> list[Any] | None:
    """``if 'Name' in v: arch = 'Name'``."""
    for node in ast.walk(function):
        match node:
            case ast.If(
                test=ast.Compare(
                    left=ast.Constant(value=str() as name), ops=[ast.In()], comparators=[ast.Name()]
                ),
                body=[ast.Assign(value=ast.Constant(value=str() as taken))],
            ) if name == taken:
                return [name, node.lineno]
            case _:
                pass
    return None


def patch_facts(data: bytes) -> dict[str, Any]:
    """What ``_get_model_class`` looks up in the map: ``{"line", "auto_map": [[key, line]], "none": [class, line]}``.

    ``auto_map`` are the keys that come before the architectures, ``none`` is the class of a config without any
    architectures. ``line`` is 0 where there is no such function.
    """
    function = Module(data, words=None).function("_get_model_class")
    facts: dict[str, Any] = {"line": 0, "auto_map": [], "none": None}
    if function is None:
        return facts
    facts["line"] = function.lineno
    for statement in function.body:
        match statement:
            case ast.If(
                test=ast.Compare(
                    left=ast.Constant(value=str() as key),
                    ops=[ast.In()],
                    comparators=[ast.Name(id="auto_map")],
                )
            ):
                facts["auto_map"].append([key, statement.lineno])
            case ast.If(
                test=ast.Compare(
                    left=ast.Name(id="architectures"), ops=[ast.Is()], comparators=[ast.Constant(value=None)]
                ),
                body=body,
            ):
                for node in (part for each in body for part in ast.walk(each)):
                    match node:
                        case ast.Subscript(
                            value=ast.Name(id="module_map"), slice=ast.Constant(value=str() as name)
                        ):
                            facts["none"] = [name, node.lineno]
                        case _:
                            pass
            case _:
                pass
    return facts


def check_facts(data: bytes) -> int:
    """The line of ``assert trans_version >= model_trans_version``; 0 where a module has none."""
    for node in ast.walk(Module(data, words=None).tree):
        match node:
            case ast.Assert(
                test=ast.Compare(
                    left=ast.Name(id="trans_version"),
                    ops=[ast.GtE()],
                    comparators=[ast.Name(id="model_trans_version")],
                )
            ):
                return node.lineno
            case _:
                pass
    return 0


def vision_facts(data: bytes) -> dict[str, int]:
    """Architecture -> line, of those that ``check_vl_llm`` says take images, whatever else is in the config."""
    function = Module(data, words=None).function("check_vl_llm")
    found: dict[str, int] = {}
    sets: dict[str, list[tuple[str, int]]] = {}
    for node in () if function is None else ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=held):
                listed = held.args[0] if isinstance(held, ast.Call) and len(held.args) == 1 else held
                if isinstance(listed, (ast.List, ast.Set, ast.Tuple)):
                    sets[name] = [
                        (each.value, each.lineno)
                        for each in listed.elts
                        if isinstance(each, ast.Constant) and isinstance(each.value, str)
                    ]
            case ast.If(test=ast.Compare() as test, body=[ast.Return(value=ast.Constant(value=True))]):
                for name in _equal_to(test, "arch"):
                    found.setdefault(name, test.lineno)
                match test:
                    case ast.Compare(
                        left=ast.Name(id="arch"), ops=[ast.In()], comparators=[ast.Name(id=name)]
                    ):
                        for each, line in sets.pop(name, []):  # said once
                            found.setdefault(each, line)
                    case _:
                        pass
            case _:
                pass
    return dict(list(found.items())[:_MOST])


def _equal_to(test: ast.Compare, variable: str) -> list[str]:
    """The strings that a comparison of a variable names: ``v == "a"``, ``v in ["a", "b"]``."""
    match test:
        case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq() | ast.In()], comparators=[other]) if (
            name == variable
        ):
            return [each for each in constants(other) if isinstance(each, str)]
        case _:
            return []


def method_facts(data: bytes) -> dict[str, Any]:
    """The quantisation methods that a module tells apart: ``{method: [line, {key: [value]}]}``.

    The values are those of ``quantization_config`` without which it stops (``assert version == "gemm"``).
    """
    keys: dict[str, str] = {}
    found: dict[str, Any] = {}
    for node in ast.walk(Module(data, words=None).tree):
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str() as key), *_]),
            ):
                keys.setdefault(name, key)
            case ast.If(test=test, body=body) if len(found) < _MOST:
                for method, line in list(compared_methods(test))[:_MOST]:
                    found.setdefault(method, [line, dict(_asserted(body, keys))])
            case _:
                pass
    return found


def _asserted(body: list[ast.stmt], keys: dict[str, str]) -> Iterator[tuple[str, list[Any]]]:
    for statement in body:
        if not isinstance(statement, ast.Assert):
            continue
        for test in anded(statement.test):
            match test:
                case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[other]) if name in keys:
                    yield keys[name], constants(other)
                case ast.UnaryOp(
                    op=ast.Not(),
                    operand=ast.Call(
                        func=ast.Attribute(attr="get"), args=[ast.Constant(value=str() as key), *_]
                    ),
                ):
                    yield key, [False]
                case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str() as key), *_]):
                    yield key, [True]
                case _:
                    pass


# -- what TurboMind turns away ---------------------------------------------------------------------


def turbomind_facts(data: bytes) -> dict[str, Any]:
    """What ``is_supported`` turns away.

    Returns ``{"line", "methods": [method], "refuses": {architecture: [{"line", "test"}]}}``.
    A test is ``["equal", key, value]``, ``["unlike", key, value]``, ``["has", key]``, ``["lacks", key]``,
    ``["head", [size], whether a ``head_dim`` of the config's own counts]`` for heads of another size than these, or
    ``["unread"]``.
    """
    function = Module(data, words=None).function("is_supported")
    facts: dict[str, Any] = {"line": 0, "methods": [], "refuses": {}}
    if function is None:
        return facts
    facts["line"] = function.lineno
    heads = {each.name: _head(each) for each in function.body if isinstance(each, ast.FunctionDef)}
    for node in ast.walk(function):
        if isinstance(node, ast.If) and len(facts["refuses"]) < _MOST:
            if any(isinstance(each, ast.Return) for each in node.body):
                facts["methods"] += [method for method, _ in compared_methods(node.test)]
            names = _equal_to(node.test, "arch")[:_MOST] if isinstance(node.test, ast.Compare) else []
            tests = list(_refusals(node.body, heads)) if names else []
            for name in names:
                facts["refuses"].setdefault(name, tests)
    return facts


def _head(function: ast.FunctionDef) -> list[Any]:
    sizes = [
        each.value
        for each in ast.walk(function)
        if isinstance(each, ast.Constant) and isinstance(each.value, int) and not isinstance(each.value, bool)
    ]
    own = any(isinstance(each, ast.Attribute) and each.attr == "head_dim" for each in ast.walk(function))
    return ["head", sizes, own]


def _refusals(body: list[ast.stmt], heads: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    keys: dict[str, str] = {}
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id="support_by_turbomind")], value=value):
                yield {"line": node.lineno, "test": _unless(value, keys, heads)}
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                key = _key(value)
                if key is not None:
                    keys[name] = key
            case ast.If(test=test):
                yield {"line": node.lineno, "test": _if(test, keys)}
            case _:
                yield {"line": node.lineno, "test": ["unread"]}


def _key(node: ast.expr) -> str | None:
    """``cfg.key``, ``cfg["key"]`` or ``getattr(cfg, "key", None)``."""
    match node:
        case ast.Attribute(value=ast.Name(id="cfg"), attr=key):
            return key
        case ast.Subscript(value=ast.Name(id="cfg"), slice=ast.Constant(value=str() as key)):
            return key
        case ast.Call(
            func=ast.Name(id="getattr"), args=[ast.Name(id="cfg"), ast.Constant(value=str() as key), *_]
        ):
            return key
        case _:
            return None


def _of(node: ast.expr, keys: dict[str, str]) -> str | None:
    return keys.get(node.id) if isinstance(node, ast.Name) else _key(node)


def _if(test: ast.expr, keys: dict[str, str]) -> list[Any]:
    """The test under which it is turned away."""
    match test:
        case ast.Compare(
            left=ast.BinOp(op=ast.FloorDiv()),
            ops=[ast.NotEq()],
            comparators=[ast.Constant(value=int() as size)],
        ):
            return ["head", [size], False]
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[ast.Constant(value=value)]) if _of(
            left, keys
        ):
            return ["equal", _of(left, keys), value]
        case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]) if _of(
            left, keys
        ):
            return ["has", _of(left, keys)]
        case _:
            return ["unread"]


def _unless(value: ast.expr, keys: dict[str, str], heads: dict[str, list[Any]]) -> list[Any]:
    """The test without which it is turned away."""
    match value:
        case ast.Call(func=ast.Name(id=name), args=[ast.Name(id="cfg")]) if name in heads:
            return heads[name]
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[ast.Constant(value=wanted)]) if _of(
            left, keys
        ):
            return ["unlike", _of(left, keys), wanted]
        case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]) if _of(
            left, keys
        ):
            return ["lacks", _of(left, keys)]
        case _:
            return ["unread"]
