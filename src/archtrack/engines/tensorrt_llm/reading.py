"""What the PyTorch backend's functions say: how a config is made, which class is looked up, what quantisation is taken.

Every reader takes a file and returns JSON. What is not one of the forms that releases have written is not read; where
that may stop a checkpoint, or save it, it is said to be unread.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.python.values import dotted
from archtrack.engines._quantisation import anded, constants

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["auto_facts", "config_facts", "default_facts", "own_config_facts", "quantisation_facts"]

_MOST = 200
"""Model types or methods that are read of one function: more is no list of anybody's."""
_OWN = "load_pretrained_config"
_METHOD = "quant_method"
_MODELOPT = "is_modelopt_quant_config"


def default_facts(data: bytes) -> dict[str, Any]:
    """The class ``LLM``: ``{"line": 0 where there is none, "torch": it is that of the PyTorch backend}``."""
    node = Module(data).classes.get("LLM")
    return {
        "line": 0 if node is None else node.lineno,
        "torch": node is not None and [dotted(base) for base in node.bases] == ["_TorchLLM"],
    }


def config_facts(data: bytes) -> dict[str, Any]:
    """How ``ModelConfig.from_pretrained`` loads a config.

    Returns:
        ``{"auto": the line that asks AutoConfig, or 0, "own": the line that calls ``load_pretrained_config``, or 0}``.
    """
    facts = {"auto": 0, "own": 0}
    model_config = Module(data, words=None).classes.get("ModelConfig")
    for node in () if model_config is None else model_config.body:
        if isinstance(node, ast.FunctionDef) and node.name == "from_pretrained":
            facts = {
                "auto": _called(node, "AutoConfig.from_pretrained"),
                "own": _called(node, _OWN),
            }
    return facts


def _called(function: ast.AST, name: str) -> int:
    """The line of the first call of a function, by the last parts of its dotted name; 0 for none."""
    lines = [
        node.lineno
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and f".{dotted(node.func) or ''}".endswith(f".{name}")
    ]
    return min(lines, default=0)


def own_config_facts(data: bytes) -> dict[str, Any]:
    """The model types of which ``load_pretrained_config`` may make a config itself.

    Returns:
        ``{"auto": the line that asks AutoConfig in the end, or 0, "types": {model type: line}, "names": {architecture:
        line}}``. A type or an architecture may have to meet further conditions.
    """
    module = Module(data, words=None)
    function = module.function(_OWN)
    facts: dict[str, Any] = {"auto": 0, "types": {}, "names": {}}
    if function is None:
        return facts
    facts["auto"] = _called(function, "AutoConfig.from_pretrained")
    called = {
        node.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    helpers = (module.function(name) for name in sorted(called - {_OWN}))
    for each in (function, *filter(None, helpers)):
        for node in ast.walk(each):
            if isinstance(node, ast.Compare):
                for kind, text, line in _compared(node, module):
                    facts[kind].setdefault(text, line)
    return {**facts, "types": _cut(facts["types"]), "names": _cut(facts["names"])}


def _cut(found: dict[str, int]) -> dict[str, int]:
    return dict(list(found.items())[:_MOST])


def _compared(node: ast.Compare, module: Module) -> Iterator[tuple[str, str, int]]:
    """What a model type or the first architecture is compared with: (``types`` or ``names``, text, line)."""
    match node:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.In()], comparators=[other]):
            kind = _kind(left)
            if kind is None:
                return
            if isinstance(other, ast.Name) and other.id in module.values:
                yield from ((kind, key, line) for key, line in _keys(module.values[other.id]))
            else:
                yield from ((kind, text, node.lineno) for text in constants(other) if isinstance(text, str))
        case _:
            pass


def _kind(node: ast.expr) -> str | None:
    match node:
        case (
            ast.Name(id="model_type")
            | ast.Attribute(attr="model_type")
            | ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value="model_type"), *_])
        ):
            return "types"
        case ast.Subscript(value=ast.Name(id="architectures"), slice=ast.Constant(value=0)):
            return "names"
        case _:
            return None


def _keys(node: ast.expr) -> Iterator[tuple[str, int]]:
    """The keys of a dict that is written out, or of a call with keywords."""
    match node:
        case ast.Dict(keys=keys):
            for key in keys:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, key.lineno
        case ast.Call(keywords=keywords):
            for keyword in keywords:
                if keyword.arg is not None:
                    yield keyword.arg, keyword.lineno
        case _:
            pass


def auto_facts(data: bytes) -> dict[str, Any]:
    """How ``AutoModelForCausalLM`` looks up the class of a draft model of EAGLE 3.

    Returns:
        ``{"draft": {"key": that such a config has, "prefix", "strip", "always", "line"} or None, "unread": lines of
        other conditions on what the config has}``. Of the architecture's name ``strip`` is taken out (``always``:
        whatever the config has), and ``prefix`` is put before it.
    """
    facts: dict[str, Any] = {"draft": None, "unread": []}
    auto = Module(data, words=None).classes.get("AutoModelForCausalLM")
    functions = (
        {} if auto is None else {node.name: node for node in auto.body if isinstance(node, ast.FunctionDef)}
    )
    function = functions.get("_resolve_class") or functions.get("from_config")
    stripped: str | None = None
    for node in () if function is None else function.body:
        stripped = _stripped(node) or stripped
        match node:
            case ast.If(
                test=ast.Call(func=ast.Name(id="hasattr"), args=[_, ast.Constant(value=str() as key)]),
                body=body,
            ):
                draft = _draft(body, stripped)
                if draft is None or facts["draft"] is not None or node.orelse:
                    facts["unread"].append([key, node.lineno])
                else:
                    facts["draft"] = {"key": key, **draft, "line": node.lineno}
            case _:
                pass
    return facts


def _draft(body: list[ast.stmt], stripped: str | None) -> dict[str, Any] | None:
    prefix, strip = None, None
    for node in body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.BinOp(
                    left=ast.Constant(value=str() as text), op=ast.Add(), right=ast.Name(id=other)
                ),
            ) if name == other:
                prefix = text
            case _ if prefix is None and (found := _stripped(node)) is not None:
                strip = found
            case _:
                return None
    if prefix is None:
        return None
    return {"prefix": prefix, "strip": strip or stripped or "", "always": stripped is not None}


def _stripped(node: ast.stmt) -> str | None:
    """What ``name = name.replace("text", "")`` takes out."""
    match node:
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id=other), attr="replace"),
                args=[ast.Constant(value=str() as text), ast.Constant(value="")],
            ),
        ) if name == other:
            return text
        case _:
            return None


def quantisation_facts(data: bytes) -> dict[str, Any]:
    """Which ``quantization_config`` the loader takes, by ``_update_from_hf_quant_config``.

    Returns:
        ``{"raises": the line that refuses what is not named, or 0, "asked": the loader of the PyTorch backend calls the
        function, "none": one without a method is passed over, "modelopt": the line that takes what ModelOpt wrote, or
        0, "methods": {method: [line, [[key, …] or None, …]]}}``. A method is taken if the config has a value for all
        keys of one of the lists; None stands for a condition that is not read.
    """
    module = Module(data, words=None)
    facts: dict[str, Any] = {"raises": 0, "asked": False, "none": False, "modelopt": 0, "methods": {}}
    function = _method_of(module, "ModelLoader", "_update_from_hf_quant_config")
    cached = _method_of(module, "CachedModelLoader", "__call__")
    if function is None:
        return facts
    facts["asked"] = cached is not None and _called(cached, function.name) > 0
    facts["modelopt"] = _called(function, _MODELOPT)
    chain, facts["raises"] = _refusing(function)
    for node in chain:
        asked, needs = _needs(node.test)
        if asked is None:  # it may let anything through
            return {**facts, "raises": 0}
        for method in asked[:_MOST]:
            if method is None:
                facts["none"] = True
            else:
                facts["methods"].setdefault(method, [node.lineno, []])[1].append(needs)
    for test in _other_tests(function, chain):
        asked, _ = _needs(test)
        if asked is None:
            return {**facts, "raises": 0}
        for method in filter(None, asked[:_MOST]):
            facts["methods"].setdefault(method, [test.lineno, []])[1].append(None)
    return facts


def _other_tests(function: ast.FunctionDef, chain: list[ast.If]) -> Iterator[ast.expr]:
    """The tests outside of a chain that ask for a method, or hand the config on and return if that says yes."""
    mine = {id(node) for node in chain}
    for node in ast.walk(function):
        if isinstance(node, ast.If) and id(node) not in mine and (_asks(node.test) or _hands_on(node)):
            yield node.test


def _hands_on(node: ast.If) -> bool:
    match node.test:
        case ast.Call(func=ast.Name(id=name), args=[ast.Name(), *_]) if name != _MODELOPT:
            return any(isinstance(each, ast.Return) for part in node.body for each in ast.walk(part))
        case _:
            return False


def _method_of(module: Module, name: str, method: str) -> ast.FunctionDef | None:
    node = module.classes.get(name)
    body = () if node is None else node.body
    return next((each for each in body if isinstance(each, ast.FunctionDef) and each.name == method), None)


def _refusing(function: ast.FunctionDef) -> tuple[list[ast.If], int]:
    """The first ``if … elif …`` about methods that raises where none of it holds, and that line; 0 for none."""
    seen: set[int] = set()
    for node in ast.walk(function):  # it comes to the head of a chain before the rest
        if not isinstance(node, ast.If) or id(node) in seen or not _asks(node.test):
            continue
        chain = [node]
        while len(chain[-1].orelse) == 1 and isinstance(following := chain[-1].orelse[0], ast.If):
            chain.append(following)
        seen.update(map(id, chain))
        match chain[-1].orelse:
            case [ast.Raise(lineno=line), *_]:
                return chain, line
            case _:
                pass
    return [], 0


def _asks(test: ast.expr) -> bool:
    return any(isinstance(each, ast.Compare) and _of_config(each.left) == _METHOD for each in anded(test))


def _needs(test: ast.expr) -> tuple[list[str | None] | None, list[str] | None]:
    """The methods that let a test hold (None: not read), and the keys that it needs a value for (None: not read)."""
    methods: list[str | None] | None = None
    keys: list[str] | None = []
    for each in anded(test):
        match each:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.In() | ast.Is()], comparators=[other]) if (
                _of_config(left) == _METHOD
            ):
                methods = [text for text in constants(other) if text is None or isinstance(text, str)]
            case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
                key = _of_config(left)
                keys = None if key is None or keys is None else [*keys, key]
            case _:
                key = _of_config(each)
                keys = None if key is None or keys is None else [*keys, key]
    return methods or None, keys


def _of_config(node: ast.expr) -> str | None:
    """The key of ``config.get("key")``, of ``config.get("key", [])`` and of ``config["key"]``."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(), attr="get"), args=[ast.Constant(value=str() as key), *rest]
        ):
            empty = all(isinstance(each, (ast.Constant, ast.List)) and not _true(each) for each in rest)
            return key if empty else None
        case ast.Subscript(value=ast.Name(), slice=ast.Constant(value=str() as key)):
            return key
        case _:
            return None


def _true(node: ast.expr) -> bool:
    return bool(node.value) if isinstance(node, ast.Constant) else bool(getattr(node, "elts", ()))
