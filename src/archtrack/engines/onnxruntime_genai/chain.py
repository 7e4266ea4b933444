"""The chain of comparisons in ``create_model`` of the model builder, and what surrounds it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.conditions import short
from archtrack.core.python.module import Module
from archtrack.engines._comparisons import branches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archtrack.engines._comparisons import Branch

__all__ = ["CHAIN", "SUBJECT", "chain_facts", "condition_of"]

CHAIN = "onnxruntime-genai-chain-1"
SUBJECT = "config.architectures[0]"
_FUNCTION = "create_model"
_ONLY_CONFIG = "config_only"
"""The option that makes no model: the branch for it takes any architecture, and says nothing of them."""
_UNREAD = ["unread"]
_MOST = 10
"""Tests of one branch: more is no branch that anybody wrote."""
_OPERATORS: dict[type[ast.cmpop], str] = {ast.Eq: "==", ast.NotEq: "!="}


def chain_facts(data: bytes) -> dict[str, Any]:
    """What ``create_model`` compares the first architecture with, and what it does then.

    Args:
        data: the module of the builder.

    Returns:
        ``{"rows": [{"name", "line", "class", "tests", "text", "drops"}], "unresolved": [[line, reason]]}``, in order.
        ``class`` is the one that a model is made of, None for a branch that stops. ``tests`` are as in the table
        ``CHOICES``, and ``text`` is what they say. ``drops`` is as in ``DROPS``, None where nothing is taken out.
    """
    module = Module(data, words=(SUBJECT.encode(),))
    facts: dict[str, Any] = {"rows": [], "unresolved": []}
    if module.problem is not None:
        reason, line = module.problem
        return {**facts, "unresolved": [[line, reason]]}
    function = module.function(_FUNCTION)
    if function is None or len(module.bindings[_FUNCTION]) > 1 or _FUNCTION in module.changed:
        line = 0 if function is None else function.lineno
        return {**facts, "unresolved": [[line, f"{_FUNCTION} is no function that is defined once"]]}
    facts["unresolved"] += [
        [line, "this may change the architectures of a config"] for line in _changes(module.tree)
    ]
    chains = [chain for chain in branches(function, SUBJECT) if any(_decides(each) for each in chain)]
    for chain in chains:
        for branch in chain:
            _take(branch, facts)
    if not facts["rows"] and not facts["unresolved"]:
        facts["unresolved"] = [[function.lineno, f"{_FUNCTION} compares {SUBJECT} with nothing"]]
    return facts


def condition_of(rows: list[dict[str, Any]]) -> str | None:
    """Under which condition one of the branches of an architecture makes a model; None where one does in any case."""
    made = [row for row in rows if row["class"]]
    texts = [row["text"] for row in made]
    if None in texts or _either_way([row["tests"] for row in made]):
        return None
    return " or ".join(texts)


def _either_way(tests: list[list[list[Any]]]) -> bool:
    """Whether one asks for the very contrary of another."""
    single = {tuple(each[0]) for each in tests if len(each) == 1 and each[0] != _UNREAD}
    return any(("!=", *rest) in single for operator, *rest in single if operator == "==")


def _changes(tree: ast.Module) -> list[int]:
    """The lines that write to ``architectures``."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr="architectures", ctx=ast.Store() | ast.Del()):
                found.append(node.lineno)
            case ast.Subscript(value=ast.Attribute(attr="architectures"), ctx=ast.Store() | ast.Del()):
                found.append(node.lineno)
            case _:
                pass
    return found


def _decides(branch: Branch) -> bool:
    """Whether a branch makes a model, or stops."""
    return _class_of(branch.body) is not None or any(isinstance(each, ast.Raise) for each in branch.body)


def _take(branch: Branch, facts: dict[str, Any]) -> None:
    made = _class_of(branch.body)
    stops = any(isinstance(each, ast.Raise) for each in branch.body)
    if branch.unread:
        facts["unresolved"].append([branch.line, "cannot tell which architectures this branch takes"])
    elif not branch.texts:
        plain = not branch.also and stops
        if not plain and not _only_config(branch.also):
            facts["unresolved"].append([branch.line, "this branch may take any other architecture"])
    elif made is None and not stops:
        facts["unresolved"].append([branch.line, "cannot tell which class this branch makes a model of"])
    else:
        text = " and ".join(short(each) for each in branch.also[:_MOST]) or None
        tests = [_test(each) for each in branch.also] if len(branch.also) <= _MOST else [_UNREAD]
        if not stops and any(isinstance(part, ast.Raise) for each in branch.body for part in ast.walk(each)):
            tests.append(_UNREAD)
        for name, line in branch.texts:
            facts["rows"].append(
                {
                    "name": name,
                    "line": line,
                    "class": None if stops else made,
                    "tests": tests,
                    "text": text,
                    "drops": _drops(branch.body),
                }
            )


def _only_config(tests: Iterable[ast.expr]) -> bool:
    return any(isinstance(each, ast.Name) and each.id == _ONLY_CONFIG for each in tests)


def _class_of(body: Iterable[ast.stmt]) -> str | None:
    """The class in ``onnx_model = Class(config, …)``; of several the last one, as it stays."""
    found = None
    for statement in body:
        match statement:
            case ast.Assign(
                targets=[ast.Name()],
                value=ast.Call(func=ast.Name(id=name), args=[ast.Name(id="config"), *_]),
            ):
                found = name
            case _:
                pass
    return found


def _test(test: ast.expr) -> list[Any]:
    match test:
        case ast.Compare(
            left=ast.Attribute(value=ast.Name(id="config"), attr=key), ops=[operator], comparators=[other]
        ) if type(operator) in _OPERATORS:
            sign = _OPERATORS[type(operator)]
            match other:
                case ast.Attribute(value=ast.Name(id="config"), attr=second):
                    return [sign, key, "key", second]
                case ast.Constant(value=str() | bool() | int() as value):
                    return [sign, key, "value", value]
                case _:
                    pass
        case _:
            pass
    return _UNREAD


def _drops(body: Iterable[ast.stmt]) -> dict[str, Any] | None:
    """What becomes of ``quantization_config``; None where it stays."""
    for statement in body:
        if _deletes(statement):
            return {"line": statement.lineno, "unless": [], "needs": True}
        if isinstance(statement, ast.If) and any(_deletes(each) for each in statement.body):
            unless, needs = _unless(statement.test)
            return {"line": statement.lineno, "unless": unless, "needs": needs}
    return None


def _deletes(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Name(id="delattr"),
                args=[ast.Name(id="config"), ast.Constant(value="quantization_config")],
            )
        ):
            return True
        case _:
            return False


def _unless(test: ast.expr) -> tuple[list[str] | None, bool]:
    """(the methods that let it stay, whether it stops where there is none); None for a test that is not read."""
    tests = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
    methods: list[str] | None = []
    needs = True
    for each in tests:
        match each:
            case ast.Call(
                func=ast.Name(id="hasattr"),
                args=[ast.Name(id="config"), ast.Constant(value="quantization_config")],
            ):
                needs = False
            case ast.Compare(
                left=ast.Call(
                    func=ast.Attribute(value=ast.Attribute(attr="quantization_config"), attr="get"),
                    args=[ast.Constant(value="quant_method")],
                ),
                ops=[ast.NotEq()],
                comparators=[ast.Constant(value=str() as method)],
            ) if methods is not None:
                methods.append(method)
            case _:
                methods, needs = None, False
    return methods, needs
