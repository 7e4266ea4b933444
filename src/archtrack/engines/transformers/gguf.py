"""Which GGUF files a release of transformers makes a config of, and by which names; see ``core.verdict.gguf``.

``GGUF_SUPPORTED_ARCHITECTURES`` of ``modeling_gguf_pytorch_utils.py`` (since 4.41) is made of the keys of a table in
``integrations/ggml.py``: until 4.47 of ``GGUF_TENSOR_MAPPING``, then of ``GGUF_CONFIG_MAPPING``, which has two groups
of keys besides that are no architectures. ``GGUF_CONFIG_ARCHS`` of ``integrations/gguf`` comes before them since 5.17.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.verdict.release_facts import Fact
from archtrack.engines._pairs import pairs
from archtrack.model import Place

from .files import GGUF_CHECKPOINT, GGUF_CONFIGS, GGUF_MAPPINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archtrack.sources.library import Library

__all__ = ["checkpoint_facts", "config_facts", "gguf_facts", "mapping_facts"]

REVISION = 1
"""Counts up whenever equal files would give other facts."""
_MAPPINGS = {"tensors": "GGUF_TENSOR_MAPPING", "config": "GGUF_CONFIG_MAPPING"}
_GROUPS = frozenset({"general", "tokenizer"})
"""Keys of ``GGUF_CONFIG_MAPPING`` that stand for what every file has."""
_SUPPORTED = "GGUF_SUPPORTED_ARCHITECTURES"
_CHECKPOINT = "load_gguf_checkpoint"
_NAME, _CALLED, _OWN = "architecture", "model_name", "updated_architecture"
_ARCHS = "GGUF_CONFIG_ARCHS"


def gguf_facts(library: Library) -> tuple[dict[str, Fact] | None, dict[str, Any] | None]:
    """The table of GGUF architectures and the rule of a release; each None where it has none that can be read.

    Raises:
        SourceError: a file cannot be read.
    """
    paths = library.paths(GGUF_CHECKPOINT)
    rule: dict[str, Any] | None = None
    found: dict[str, Fact] = {}
    for path, facts in library.facts(
        paths, f"transformers-gguf-checkpoint-{REVISION}", checkpoint_facts
    ).items():
        if facts is None:
            continue
        mapping = facts.pop("mapping")
        rule = {"file": path, **facts}
        tables = library.facts(
            library.paths(GGUF_MAPPINGS), f"transformers-gguf-mapping-{REVISION}", mapping_facts
        )
        for other, table in tables.items():
            for key, line in table.get(mapping, {}).items():
                found[key] = Fact(key=key, place=Place(file=other, line=line))
    configs = library.facts(library.paths(GGUF_CONFIGS), f"transformers-gguf-config-{REVISION}", config_facts)
    for path, rows in configs.items():
        for key, (model_type, name, line) in rows.items():
            value = {"type": model_type, "class": name}
            found[key] = Fact(key=key, place=Place(file=path, line=line), value=value)
    return (dict(sorted(found.items())) or None), rule


def mapping_facts(data: bytes) -> dict[str, dict[str, int]]:
    """``{table: {architecture: line}}`` of the tables of ``integrations/ggml.py``.

    Args:
        data: the file.
    """
    module = Module(data)
    return {
        name: {key: line for key, (_, line) in found.items() if key not in _GROUPS}
        for name in _MAPPINGS.values()
        if (found := pairs(module, name)) is not None
    }


def config_facts(data: bytes) -> dict[str, list[Any]]:
    """``{architecture: [model type or null, class or null, line]}`` of ``GGUF_CONFIG_ARCHS``.

    Args:
        data: the file.
    """
    module = Module(data, words=None)
    functions = {node.name: node for node in module.tree.body if isinstance(node, ast.FunctionDef)}
    found: dict[str, list[Any]] = {}
    for key, (value, line) in (pairs(module, _ARCHS) or {}).items():
        function = functions.get(value.id) if isinstance(value, ast.Name) else None
        said = {} if function is None else dict(_said(function))
        found[key] = [said.get("model_type"), said.get("architectures"), line]
    return found


def _said(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """The model type and the architecture that the dicts of a function plainly name."""
    for node in ast.walk(function):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                match key, value:
                    case ast.Constant(value="model_type"), ast.Constant(value=str() as text):
                        yield "model_type", text
                    case ast.Constant(value="architectures"), ast.List(
                        elts=[ast.Constant(value=str() as text)]
                    ):
                        yield "architectures", text
                    case _:
                        pass


def checkpoint_facts(data: bytes) -> dict[str, Any] | None:
    """The rule of a release without its file, and ``mapping``: the table whose keys are supported.

    Args:
        data: the module of ``load_gguf_checkpoint``; None where it has no such function.
    """
    module = Module(data, words=(_SUPPORTED.encode(),))
    supported = module.values.get(_SUPPORTED)
    named = set() if supported is None else _texts(supported)
    function = next(
        (node for node in module.tree.body if isinstance(node, ast.FunctionDef) and node.name == _CHECKPOINT),
        None,
    )
    mapping = next((table for name, table in _MAPPINGS.items() if name in named), None)
    if function is None:
        return None
    rule: dict[str, Any] = {
        "mapping": mapping or "",
        "line": 0,
        "either": False,
        "sized": [],
        "chains": [],
        "types": {},
        "unread": 0 if mapping is not None else function.lineno,
    }
    for statement in function.body:
        if isinstance(statement, ast.If):
            _take(statement, rule)
    if not rule["line"]:
        rule["unread"] = function.lineno
    return rule


def _take(statement: ast.If, rule: dict[str, Any]) -> None:
    """What an ``if`` of the function says: the refusal, a chain of names, another model type, or none of it."""
    names = {node.id for node in ast.walk(statement.test) if isinstance(node, ast.Name)}
    if _SUPPORTED in names and not rule["line"]:
        rule["line"] = statement.lineno
        rule["either"] = _OWN in names
        return
    match statement:
        case ast.If(
            test=ast.Compare(ops=[ast.Eq()], comparators=[ast.Constant(value=str() as before)]),
            body=[
                ast.Assign(targets=[ast.Subscript() as target], value=ast.Constant(value=str() as after)),
                *_,
            ],
        ) if "model_type" in _texts(statement.test) and "model_type" in _texts(target):
            rule["types"][before] = {"to": after, "line": statement.body[0].lineno}
            return
        case _:
            pass
    if _assigns(statement, "model_size"):
        rule["sized"] += _asked(statement.test) or []
    elif _assigns(statement, _OWN):
        rows, unread = _chain(statement)
        rule["chains"].append(rows)
        rule["unread"] = rule["unread"] or unread


def _texts(node: ast.AST) -> set[str]:
    """The texts that stand anywhere in a node."""
    return {
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def _assigns(node: ast.AST, name: str) -> bool:
    return any(
        isinstance(part, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in part.targets)
        for part in ast.walk(node)
    )


def _chain(statement: ast.If) -> tuple[list[dict[str, Any]], int]:
    """The rows of an ``if`` with its ``elif``, and the line of a test that cannot be read, or 0."""
    rows: list[dict[str, Any]] = []
    branch: ast.If | None = statement
    while branch is not None:
        parts = _asked(branch.test)
        if parts is None:
            return rows, branch.test.lineno
        called = _called(branch.test)
        inner = next(
            (each for each in branch.body if isinstance(each, ast.If) and _assigns(each, _OWN)), None
        )
        if inner is not None:
            by_name = _called(inner.test)
            if by_name is None or called is not None:
                return rows, inner.test.lineno
            rows += [_row(parts, by_name, inner.body), _row(parts, None, inner.orelse)]
        else:
            rows.append(_row(parts, called, branch.body))
        others = branch.orelse
        branch = others[0] if len(others) == 1 and isinstance(others[0], ast.If) else None
    return [row for row in rows if row["to"]], 0


def _row(parts: list[str], called: tuple[str, bool] | None, body: Sequence[ast.stmt]) -> dict[str, Any]:
    """A row of a chain; its name is empty where the branch gives none."""
    row: dict[str, Any] = {"in": parts, "name": None, "exact": False, "to": "", "classes": {}, "line": 0}
    if called is not None:
        row["name"], row["exact"] = called
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.Constant(value=str() as name)) if (
                target == _OWN
            ):
                row["to"], row["line"] = name, statement.lineno
            case ast.If(
                test=test,
                body=[
                    ast.Assign(
                        targets=[ast.Subscript() as target], value=ast.List(elts=[ast.Constant(value=name)])
                    )
                ],
            ) if "architectures" in _texts(target):
                row["classes"].update(dict.fromkeys(_asked(test) or (), name))
            case _:
                pass
    return row


def _asked(test: ast.expr) -> list[str] | None:
    """X of ``"X" in architecture``, of several joined by ``or``, or of one beside what ``model_name`` is asked for."""
    match test:
        case ast.BoolOp(op=ast.Or(), values=values):
            found = [_asked(value) for value in values]
            return None if None in found else [text for each in found for text in each or ()]
        case ast.BoolOp(op=ast.And(), values=[first, second]) if _called(second) is not None:
            return _asked(first)
        case ast.Compare(
            left=ast.Constant(value=str() as text), ops=[ast.In()], comparators=[ast.Name(id=name)]
        ) if name == _NAME:
            return [text]
        case _:
            return None


def _called(test: ast.expr) -> tuple[str, bool] | None:
    """X of ``"X" in model_name``, which is a list, so the whole name; or of ``"X" in model_name[0].lower()``."""
    for node in test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]:
        match node:
            case ast.Compare(
                left=ast.Constant(value=str() as text), ops=[ast.In()], comparators=[ast.Name(id=name)]
            ) if name == _CALLED:
                return text, True
            case ast.Compare(
                left=ast.Constant(value=str() as text),
                ops=[ast.In()],
                comparators=[
                    ast.Call(
                        func=ast.Attribute(value=ast.Subscript(value=ast.Name(id=name)), attr="lower"),
                        args=[],
                    )
                ],
            ) if name == _CALLED:
                return text, False
            case _:
                pass
    return None
