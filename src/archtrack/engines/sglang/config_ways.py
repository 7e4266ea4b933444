"""How a release of SGLang gets a config besides by ``AutoConfig`` and its model type.

LongCat's is known by its architecture before ``AutoConfig`` is asked; DeepSeek V3.2's was taken after ``AutoConfig``
had turned it away; and folders of Mistral's own format (``params.json``) are known by their name. A config that is
known by its keys (the first Mamba's) is a rule of ``config_rules``.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import TRIES, Module
from archtrack.core.python.values import strings

from .files import GET_CONFIG, MISTRAL
from .lists import strings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.sources.library import Library

__all__ = ["config_ways", "way_facts"]

REVISION = 1
"""Counts up whenever equal files would give other facts."""
_MOST = 100
"""Ways of each kind; a release has a handful."""
_WORDS = (b"_CONFIG_REGISTRY", b"from_pretrained", b"mistral")
_BY_NAME = frozenset({"get_config", "is_mistral_model"})


def config_ways(library: Library) -> dict[str, list[dict[str, Any]]]:
    """The ways of a release; none where it has no module that loads configs.

    ``taken``: ``{"type", "of": [architecture], "file", "line"}`` of what is known by its architecture. ``retried``:
    ``{"type", "file", "line"}`` of what is loaded after ``AutoConfig`` has failed. ``named``: ``{"parts": [text],
    "file", "line"}``: a folder with all of these in its name is read in another format.

    Raises:
        SourceError: a file cannot be read.
    """
    paths = library.paths(*GET_CONFIG, *MISTRAL)
    found = library.facts(paths, f"sglang-config-ways-{REVISION}", way_facts)
    return {
        kind: [{**each, "file": path} for path, facts in found.items() for each in facts[kind]]
        for kind in ("taken", "retried", "named")
    }


def way_facts(data: bytes) -> dict[str, list[dict[str, Any]]]:
    """The ways in a module, without its path; see ``config_ways``.

    Args:
        data: the module. What does not parse has none.
    """
    module = Module(data, words=_WORDS)
    functions = [node for node in module.tree.body if isinstance(node, ast.FunctionDef)]
    return {
        "taken": [each for function in functions for each in _taken(function, module)][:_MOST],
        "retried": [each for node in ast.walk(module.tree) for each in _retried(node)][:_MOST],
        "named": [each for function in functions if function.name in _BY_NAME for each in _named(function)][
            :_MOST
        ],
    }


def _taken(function: ast.FunctionDef, module: Module) -> Iterator[dict[str, Any]]:
    """A function that tests for architectures, and returns what one class of the registry loads."""
    lists: list[str] = []
    returned: list[tuple[str, int]] = []
    for node in ast.walk(function):
        match node:
            case ast.Compare(left=ast.Name(), ops=[ast.In()], comparators=[ast.Name(id=name)]):
                lists.append(name)
            case ast.Return(
                value=ast.Call(
                    func=ast.Attribute(
                        value=ast.Subscript(
                            value=ast.Name(id="_CONFIG_REGISTRY"),
                            slice=ast.Constant(value=str() as model_type),
                        ),
                        attr="from_pretrained",
                    )
                )
            ):
                returned.append((model_type, node.lineno))
            case _:
                pass
    if len(lists) == len(returned) == 1 and (of := strings_of(module, lists[0])):
        model_type, line = returned[0]
        yield {"type": model_type, "of": of, "line": line}


def _retried(node: ast.AST) -> Iterator[dict[str, Any]]:
    """``except ValueError as e: if not "X" in str(e): raise``."""
    if not isinstance(node, TRIES):
        return
    for handler in node.handlers:
        match handler.body[:1]:
            case [
                ast.If(
                    test=ast.UnaryOp(
                        op=ast.Not(),
                        operand=ast.Compare(left=ast.Constant(value=str() as text), ops=[ast.In()]),
                    ),
                    body=[ast.Raise()],
                    lineno=line,
                )
            ]:
                yield {"type": text, "line": line}
            case [
                ast.If(
                    test=ast.Compare(left=ast.Constant(value=str() as text), ops=[ast.NotIn()]),
                    body=[ast.Raise()],
                    lineno=line,
                )
            ]:
                yield {"type": text, "line": line}
            case _:
                pass


def _named(function: ast.FunctionDef) -> Iterator[dict[str, Any]]:
    """What an ``if`` looks for in the name of a folder: any of several texts, or all of several."""
    for node in ast.walk(function):
        if not isinstance(node, ast.If):
            continue
        for each in _joined(node.test, ast.Or):
            parts = [_part(part) for part in _joined(each, ast.And)]
            texts = [part for part in parts if part is not None]
            if texts and len(texts) == len(parts):
                yield {"parts": texts, "line": node.lineno}


def _joined(node: ast.expr, operator: type[ast.boolop]) -> list[ast.expr]:
    """What an operator joins; the expression itself where it is another one."""
    return node.values if isinstance(node, ast.BoolOp) and isinstance(node.op, operator) else [node]


def _part(node: ast.expr) -> str | None:
    """``X`` of ``"X" in lower`` and of ``"X" in str(model).lower()``."""
    match node:
        case ast.Compare(left=left, ops=[ast.In()], comparators=[ast.Name(id="lower")]):
            return next(iter(strings(left)), None)
        case ast.Compare(
            left=left, ops=[ast.In()], comparators=[ast.Call(func=ast.Attribute(attr="lower"), args=[])]
        ):
            return next(iter(strings(left)), None)
    return None
