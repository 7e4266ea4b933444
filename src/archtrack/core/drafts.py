"""Which architecture an engine loads in place of another when a checkpoint serves as the draft of itself.

SGLang writes a draft's architecture into the configuration of its target (``_config_draft_model`` in
``configs/model_config.py``, in earlier releases ``__init__``): ``if is_draft_model and architectures[0] ==
"XForCausalLM": architectures[0] = "XForCausalLMNextN"``. So the checkpoint of the target is one of the draft.

Only the functions that assign ``architectures`` are parsed. Whatever a test says beyond naming architectures (an
algorithm, a field of the configuration) does not matter here: each of its outcomes is one that the engine has.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from .modules import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CONSTANT", "draft_targets"]

CONSTANT = "*"
"""Begins a target that is the name of a constant, which holds the architectures."""

_ASSIGNS = re.compile(rb"\barchitectures(?:\[0\])?[ \t]*=(?!=)")
_DEF = re.compile(rb"^([ \t]*)(?:async[ \t]+)?def[ \t]", re.MULTILINE)
_DRAFT = "is_draft_model"
_ATTRIBUTE = "architectures"


def draft_targets(data: bytes) -> dict[str, list[list[Any]]]:
    """Draft architecture -> [[target architecture, line that writes the draft]], in the order of the file.

    A target that is tested for by ``in NAME`` is ``*NAME``: the caller looks the constant up. A file that Python
    cannot parse names none.
    """
    found: dict[str, list[list[Any]]] = {}
    for draft, target, line in _all_written(data):
        entries = found.setdefault(draft, [])
        if [target, line] not in entries:
            entries.append([target, line])
    return found


def _all_written(data: bytes) -> list[tuple[str, str, int]]:
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        return [
            (draft, target, first + line)
            for first, text in _functions(data)
            for draft, target, line in _written(parse(text).body, (), drafting=False)
        ]
    except (
        SyntaxError,
        RecursionError,
    ):  # a text inside a function that begins further to the left, or a real fault
        pass
    try:
        return list(_written(parse(data).body, (), drafting=False))
    except (SyntaxError, RecursionError):
        return []


def _functions(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The innermost functions that assign ``architectures``: how many lines to add to those of a text, and the text."""
    starts = list(_DEF.finditer(data))
    done = -1
    for match in _ASSIGNS.finditer(data):
        if match.start() < done:
            continue
        for start in reversed([start for start in starts if start.start() < match.start()]):
            pattern = rb"^[ \t]{0,%d}[^\s#)\]}]" % len(start[1])
            end = re.compile(pattern, re.MULTILINE).search(data, data.find(b":\n", start.end()) + 1)
            done = end.start() if end else len(data)
            if match.start() < done:
                head = b"if 1:\n" if start[1] else b"\n"
                yield data.count(b"\n", 0, start.start()) - 1, head + data[start.start() : done]
                break
        else:
            if data[match.start() - 1 : match.start()] not in {b"", b"\n"}:
                raise SyntaxError("in no function that its indent tells")


def _written(
    body: list[ast.stmt], targets: tuple[str, ...], *, drafting: bool
) -> Iterator[tuple[str, str, int]]:
    """(draft, target, line) of what the statements write, below tests that name ``targets``."""
    for statement in body:
        if isinstance(statement, ast.If):
            named = tuple(_named(statement.test))
            below = drafting or _mentions_draft(statement.test)
            yield from _written(statement.body, named or targets, drafting=below)
            yield from _written(statement.orelse, () if named else targets, drafting=drafting)
        elif isinstance(statement, ast.Assign) and drafting:
            for draft in _drafts(statement):
                yield from ((draft, target, statement.lineno) for target in targets)
        else:
            for inner in ("body", "orelse", "finalbody"):
                yield from _written(getattr(statement, inner, []), targets, drafting=drafting)


def _mentions_draft(test: ast.expr) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id == _DRAFT)
        or (isinstance(node, ast.Attribute) and node.attr == _DRAFT)
        for node in ast.walk(test)
    )


def _named(test: ast.expr) -> Iterator[str]:
    """The architectures that a test compares the configuration's first one with; negations name none."""
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from _named(value)
    elif isinstance(test, ast.Compare) and len(test.ops) == 1:
        left, operator, right = test.left, test.ops[0], test.comparators[0]
        if isinstance(operator, ast.Eq) and isinstance(left, ast.Constant):
            left, right = right, left
        if isinstance(operator, (ast.Eq, ast.In)) and _is_first(left):
            yield from _members(right)


def _members(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        for item in node.elts:
            yield from _members(item.value if isinstance(item, ast.Starred) else item)
    elif isinstance(node, ast.Name):
        yield CONSTANT + node.id
    elif isinstance(node, ast.Attribute):
        yield CONSTANT + node.attr


def _is_first(node: ast.expr) -> bool:
    """Whether this is ``….architectures[0]``."""
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and node.slice.value == 0
        and _is_architectures(node.value)
    )


def _is_architectures(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == _ATTRIBUTE) or (
        isinstance(node, ast.Name) and node.id == _ATTRIBUTE
    )


def _drafts(statement: ast.Assign) -> list[str]:
    """The architectures that an assignment to ``architectures[0]`` or to the whole list may write."""
    if len(statement.targets) != 1:
        return []
    target, value = statement.targets[0], statement.value
    if _is_architectures(target):
        if not isinstance(value, (ast.List, ast.Tuple)) or len(value.elts) != 1:
            return []
        value = value.elts[0]
    elif not _is_first(target):
        return []
    branches = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
    return [node.value for node in branches if isinstance(node, ast.Constant) and isinstance(node.value, str)]
