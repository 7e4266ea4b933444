"""Which architecture SGLang loads in place of another when a checkpoint serves as the draft of itself.

SGLang writes a draft's architecture into the configuration of its target (``_config_draft_model`` in
``configs/model_config.py``, in earlier releases ``__init__``): ``if is_draft_model and architectures[0] ==
"XForCausalLM": architectures[0] = "XForCausalLMNextN"``. So the checkpoint of the target is one of the draft.

Whatever a test says beyond naming architectures (an algorithm, a field of the configuration) does not matter here: each
of its outcomes is one that the engine has.
"""

from __future__ import annotations

import ast
from itertools import islice
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.errors import SourceError
from archtrack.model import Place

from .files import MODEL_CONFIG
from .lists import constant_list, strings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.sources.library import Library

__all__ = ["drafts_of"]

_CONSTANT = "*"
"""Begins a target that is the name of a constant, which holds the architectures."""
_DRAFT = "is_draft_model"
_ATTRIBUTE = "architectures"
_MAX_DRAFTS = 10_000
"""Pairs of target and draft; the releases write a few dozen."""


def drafts_of(library: Library) -> tuple[tuple[str, str, Place], ...]:
    """(target, draft, place) of what the engine writes into a config that it loads as a draft model.

    Raises:
        SourceError: it would be more than anybody wrote.
    """
    if MODEL_CONFIG not in library.paths(MODEL_CONFIG):
        return ()
    facts = library.facts((MODEL_CONFIG,), "sglang-drafts-3", _draft_facts)[MODEL_CONFIG]
    found: list[tuple[str, str, Place]] = []
    for draft, target, line in facts["drafts"]:
        names = [target]
        if target.startswith(_CONSTANT):
            constant = target.removeprefix(_CONSTANT)
            origin = facts["imports"].get(constant)
            names = constant_list(library, *origin) if origin else facts["own"].get(constant, [])
        found += [(name, draft, Place(file=MODEL_CONFIG, line=line)) for name in names]
        if len(found) > _MAX_DRAFTS:
            raise SourceError(
                f"{library.origin.location}: {MODEL_CONFIG}:{line}: names more than {_MAX_DRAFTS:,} drafts; it is no"
                " file of SGLang"
            )
    return tuple(found)


def _draft_facts(data: bytes) -> dict[str, Any]:
    """``{"drafts": [[draft, target, line]], "imports": {name: [level, module, attribute]}, "own": {name: [string]}}``.

    A target that is tested for by ``in NAME`` is ``*NAME``; the latter two say where the constants come from, or what
    they hold. The targets of one draft stand together, in the order of the file.
    """
    module = Module(data, words=None)
    written: dict[str, dict[tuple[str, str, int], None]] = {}
    for each in islice(_written(module.tree.body), _MAX_DRAFTS + 1):
        written.setdefault(each[0], {})[each] = None
    drafts = [each for entries in written.values() for each in entries]
    constants = [target.removeprefix(_CONSTANT) for _, target, _ in drafts if target.startswith(_CONSTANT)]
    taken = {name: module.imports[name] for name in constants if name in module.imports}
    return {
        "drafts": [list(each) for each in drafts],
        "imports": {name: [each.level, each.module, each.attribute] for name, each in taken.items()},
        "own": {name: strings_of(module, name) for name in constants if name not in taken},
    }


def _written(body: list[ast.stmt]) -> Iterator[tuple[str, str, int]]:
    """(draft, target, line) of what the statements write below tests that name targets."""
    waiting: list[tuple[ast.stmt, tuple[str, ...], bool]] = [(node, (), False) for node in reversed(body)]
    while waiting:
        node, targets, drafting = waiting.pop()
        blocks: list[tuple[list[ast.stmt], tuple[str, ...], bool]] = []
        if isinstance(node, ast.If):
            named = tuple(_named(node.test))
            blocks = [
                (node.body, named or targets, drafting or _mentions_draft(node.test)),
                (node.orelse, () if named else targets, drafting),
            ]
        elif isinstance(node, ast.Assign):
            for draft in _drafts(node) if drafting else ():
                yield from ((draft, target, node.lineno) for target in targets)
        else:
            inner = (getattr(node, part, []) for part in ("body", "orelse", "finalbody"))
            blocks = [(block, targets, drafting) for block in inner]
        for block, below, draft_below in reversed(blocks):
            waiting.extend((each, below, draft_below) for each in reversed(block))


def _mentions_draft(test: ast.expr) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id == _DRAFT)
        or (isinstance(node, ast.Attribute) and node.attr == _DRAFT)
        for node in ast.walk(test)
    )


def _named(test: ast.expr) -> Iterator[str]:
    """The architectures that a test compares the configuration's first one with; negations name none."""
    waiting = [test]
    while waiting:
        match waiting.pop():
            case ast.BoolOp(values=values):
                waiting.extend(reversed(values))
            case ast.Compare(left=ast.Constant() as left, ops=[ast.Eq()], comparators=[right]) if _is_first(
                right
            ):
                yield from _members(left)
            case ast.Compare(left=left, ops=[ast.Eq() | ast.In()], comparators=[right]) if _is_first(left):
                yield from _members(right)
            case _:
                pass


def _members(node: ast.expr) -> Iterator[str]:
    waiting = [node]
    while waiting:
        match waiting.pop():
            case ast.Constant(value=str() as name):
                yield name
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                waiting.extend(reversed(elements))
            case ast.Starred(value=inner):
                waiting.append(inner)
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield _CONSTANT + name
            case _:
                pass


def _is_first(node: ast.expr) -> bool:
    """Whether this is ``….architectures[0]``."""
    match node:
        case ast.Subscript(value=inner, slice=ast.Constant(value=0)):
            return _is_architectures(inner)
        case _:
            return False


def _is_architectures(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == _ATTRIBUTE) or (
        isinstance(node, ast.Name) and node.id == _ATTRIBUTE
    )


def _drafts(statement: ast.Assign) -> list[str]:
    """The architectures that an assignment to ``architectures[0]`` or to the whole list may write."""
    match statement:
        case ast.Assign(targets=[target], value=ast.List(elts=[value]) | ast.Tuple(elts=[value])) if (
            _is_architectures(target)
        ):
            pass
        case ast.Assign(targets=[target], value=value) if _is_first(target):
            pass
        case _:
            return []
    branches = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
    return [node.value for node in branches if isinstance(node, ast.Constant) and isinstance(node.value, str)]
