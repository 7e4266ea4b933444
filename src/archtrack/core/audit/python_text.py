"""The claims of Python source: literals, and what is named below a gate that compares the version of an engine.

Literals (lists, dicts and the like) are read as JSON is. A gate is an ``if`` that asks for at least a version, or for a
higher one; the architectures that the statements below it name are there since that version. Which engine is meant says
the name of what is compared or filled (``VLLM_VERSION``, ``SGLANG_SUPPORTED_MODELS``). Nothing is run.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

from archtrack.core.document.markdown import split_lines
from archtrack.core.python.conditions import short
from archtrack.core.python.module import Module
from archtrack.core.python.values import last_name

from .claims import Claim, Lines, Reach, Read
from .records import AWAY, NOWHERE, attached, bounded, claims_of
from .tree import Listed, Text, mapped
from .words import release_in, takes_away, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from .records import Context
    from .tree import Node
    from .words import Engines

__all__ = ["read_python"]

_BLOCKS = (ast.stmt, ast.excepthandler, ast.match_case)
_DEEPEST = 100
_SIMPLE = (
    ast.Assign, ast.AnnAssign, ast.AsyncFor, ast.AugAssign, ast.Delete, ast.Expr, ast.For, ast.Return,
)  # fmt: skip
"""Statements that may fill a list, or take away from one."""
_PARSERS = frozenset({"LooseVersion", "StrictVersion", "Version", "parse", "parse_version"})
_THERE = frozenset({"available", "has", "installed", "is"})
"""Words of a condition that asks no more than whether the engine is there."""
_FIRST = 2
"""Words of conditions that are kept: of two one is not the name of the engine."""
_ANY = frozenset(
    {
        "backend", "current", "effective", "engine", "get", "installed", "library", "package", "pkg", "runtime", "self",
        "v", "version",
    }
)  # fmt: skip
"""Words of a name that holds a version and does not say of what: the engine is that of the list that is filled."""

_Asked: TypeAlias = "tuple[tuple[str, str], ...]"
"""Words of conditions that are not plain, each once, with the text of the condition."""


def read_python(text: str, engines: Engines, known: Collection[str], is_class: Callable[[str], bool]) -> Read:
    """The claims of a module.

    Args:
        text: the source.
        engines: those that there is data of.
        known: the architectures that there are.
        is_class: whether a name is built as those of architectures are.

    Raises:
        ValueError: Python cannot parse it, or it makes too many claims.
    """
    module = Module(text.encode("utf-8", "surrogateescape"), words=None)
    if module.problem is not None:
        reason, line = module.problem
        raise ValueError(f"{reason} (line {line})")
    reader = _Reader(text, module, engines, known, is_class)
    reader.read()
    claims = sorted(reader.claims, key=lambda claim: (claim.line, claim.column))
    return Read(form="python", claims=attached(claims), passed_over=() if claims else tuple(reader.keys))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gate:
    """A condition on the version of an engine.

    Attributes:
        constant: the text of the version.
        reach: whether that version is enough.
        held: the first words of what is held against it that may name what has the version.
        others: the first words of what is asked besides that may ask for more than whether the engine is there.
        engines: those that are named in it.
    """

    constant: ast.Constant
    reach: Reach
    held: _Asked
    others: _Asked
    engines: frozenset[str]

    def with_other(self, test: ast.expr) -> _Gate:
        """The same, where something else is asked within it."""
        return replace(self, others=_first(self.others, _asked(test, _THERE)))

    def with_inner(self, inner: _Gate) -> _Gate:
        """A gate within this one: its own version counts."""
        return replace(inner, others=_first(self.others, inner.others))


class _Reader:
    """One pass over a module."""

    def __init__(
        self,
        text: str,
        module: Module,
        engines: Engines,
        known: Collection[str],
        is_class: Callable[[str], bool],
    ) -> None:
        self.claims: list[Claim] = []
        self.keys: dict[str, None] = {}
        lines = split_lines(text)
        self._text = text
        self._raw = lines
        self._lines = Lines([0, *accumulate(map(len, lines))])
        self._module = module
        self._engines = engines
        self._known = known
        self._is_class = is_class
        self._bytes: dict[int, list[int]] = {}
        self._away = _away(module.tree)

    def read(self) -> None:
        """The claims of the statements, those in blocks included."""
        waiting: list[tuple[ast.AST, Context]] = [(self._module.tree, NOWHERE)]
        while waiting:
            node, around = waiting.pop()
            gate = self._gate(node.test) if isinstance(node, ast.If) else None
            if isinstance(node, ast.If) and gate is not None:
                self._gated(node, gate)
                waiting += ((each, NOWHERE) for each in node.orelse)
            elif isinstance(node, (ast.Dict, ast.List, ast.Set, ast.Tuple)):
                self.claims += claims_of(self._tree(node, 0), self._engines, self._known, around, self.keys)
                bounded(self.claims)
            else:
                if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    words = (word for each in targets for word in words_of(last_name(each)))
                    around = replace(around, engine=self._engines.among(words))
                if isinstance(node, ast.Compare) or (isinstance(node, _SIMPLE) and id(node) in self._away):
                    around = replace(around, is_away=True)
                waiting += ((each, around) for each in ast.iter_child_nodes(node))

    # -- gates

    def _gate(self, test: ast.expr) -> _Gate | None:
        """The gate that a condition is; None for any other condition."""
        parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
        for part in parts:
            found = self._compared(part)
            if found is not None:
                constant, reach, held = found
                return _Gate(
                    constant=constant,
                    reach=reach,
                    held=_asked(held, _ANY),
                    others=_first(*(_asked(each, _THERE) for each in parts if each is not part)),
                    engines=self._engines.all_among(_words(part)),
                )
        return None

    def _compared(self, node: ast.expr) -> tuple[ast.Constant, Reach, ast.expr] | None:
        match node:
            case ast.Compare(left=left, ops=[ast.GtE() | ast.Gt() as operator], comparators=[right]):
                reach = Reach.SINCE if isinstance(operator, ast.GtE) else Reach.AFTER
            case ast.Compare(left=right, ops=[ast.LtE() | ast.Lt() as operator], comparators=[left]):
                reach = Reach.SINCE if isinstance(operator, ast.LtE) else Reach.AFTER
            case _:
                return None
        constant = self._version(right)
        if constant is None or "version" not in _words(left):
            return None
        return constant, reach, left

    def _version(self, node: ast.expr) -> ast.Constant | None:
        """The text of a version: as it is, parsed, or by the name of a constant of the module."""
        if isinstance(node, ast.Name):
            node = self._module.values.get(node.id, node)
        match node:
            case ast.Call(func=function, args=[ast.Constant(value=str()) as found], keywords=[]):
                if last_name(function) not in _PARSERS:
                    return None
            case ast.Constant(value=str()) as found:
                pass
            case _:
                return None
        return found if release_in(str(found.value)) is not None else None

    def _gated(self, node: ast.If, gate: _Gate) -> None:
        """The architectures that the statements below a gate name; those of a gate within it are its own."""
        waiting: list[tuple[ast.AST, _Gate]] = [(each, gate) for each in node.body]
        while waiting:
            part, around = waiting.pop()
            if isinstance(part, ast.If):
                inner = self._gate(part.test)
                within = around.with_other(part.test) if inner is None else around.with_inner(inner)
                waiting += ((each, within) for each in part.body)
                waiting += ((each, around.with_other(part.test)) for each in part.orelse)
                continue
            blocks = [each for each in ast.iter_child_nodes(part) if isinstance(each, _BLOCKS)]
            waiting += ((each, around) for each in blocks)
            # What a statement with a block names, as in the header of a loop, is treated as the block says.
            named = replace(around, engines=around.engines | self._engines.all_among(_words(part)))
            is_away = id(part) in self._away
            for each in ast.iter_child_nodes(part) if blocks else [part]:
                if not isinstance(each, _BLOCKS) or not blocks:
                    self._named(each, named, is_away=is_away)

    def _named(self, node: ast.AST, gate: _Gate, *, is_away: bool) -> None:
        """The architectures that a statement names: the engine has them since the version of the gate."""
        version = self._text_of(gate.constant)
        found = release_in(version.value)
        if found is None:
            return
        release, _, (start, end) = found
        where = None if version.start is None else (version.start + start, version.start + end)
        engine = next(iter(gate.engines)) if len(gate.engines) == 1 else None
        unclear = self._asked(gate, engine)
        for each, is_compared in _texts(node):
            if each.value in self._known or self._is_class(str(each.value)):
                said = self._text_of(each)
                self.claims.append(
                    Claim(
                        name=said.value,
                        line=said.line,
                        column=said.column,
                        engine=engine,
                        release=release,
                        reach=gate.reach,
                        unclear=unclear or (AWAY if is_away or is_compared else None),
                        where=where,
                    )
                )
        bounded(self.claims)

    @staticmethod
    def _asked(gate: _Gate, engine: str | None) -> str | None:
        """Why a gate is not understood: it holds another version, or asks more than whether the engine is there."""
        for word, condition in gate.held:
            if word != engine:
                return f"which version the gate asks for is not known: `{condition}`"
        for word, condition in gate.others:
            if word != engine:
                return f"the gate asks for more: `{condition}`"
        return None

    # -- places

    def _tree(self, node: ast.expr, depth: int) -> Node:
        """The tree of a literal; what is none is an empty list."""
        if depth > _DEEPEST:
            return Listed(())
        match node:
            case ast.Constant(value=str()):
                return self._text_of(node)
            case ast.Constant(value=float()) if node.end_lineno == node.lineno:
                start, end = (
                    self._column(node.lineno, at) for at in (node.col_offset, node.end_col_offset or 0)
                )
                return Text(self._raw[node.lineno - 1][start:end], node.lineno, start + 1, None)
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                return Listed(tuple(self._tree(each, depth + 1) for each in items))
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                return mapped(
                    (self._text_of(key), self._tree(value, depth + 1))
                    for key, value in pairs
                    if isinstance(key, ast.Constant) and isinstance(key.value, str)
                )
            case _:
                return Listed(())

    def _text_of(self, node: ast.Constant) -> Text:
        """A string with its place, which Python gives in bytes."""
        value = str(node.value)
        column = self._column(node.lineno, node.col_offset)
        start = self._lines.place(node.lineno, column) + 1
        as_it_is = self._text.startswith(value, start) and self._text[start - 1] in "'\""
        return Text(value, node.lineno, column + 1, start if as_it_is else None)

    def _column(self, number: int, offset: int) -> int:
        """How many characters of a line stand before one of its bytes."""
        line = self._raw[number - 1]
        if line.isascii():
            return offset
        if number not in self._bytes:
            self._bytes[number] = list(
                accumulate(len(each.encode("utf-8", "surrogateescape")) for each in line)
            )
        return bisect_right(self._bytes[number], offset)


def _texts(node: ast.AST) -> Iterator[tuple[ast.Constant, bool]]:
    """The strings in a statement, and whether it only compares with them."""
    waiting = [(node, False)]
    while waiting:
        each, is_compared = waiting.pop()
        is_compared = is_compared or isinstance(each, ast.Compare)
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each, is_compared
        waiting += ((child, is_compared) for child in ast.iter_child_nodes(each))


def _asked(node: ast.AST, plain: Collection[str]) -> _Asked:
    """The first words of a condition that are not plain, with its text."""
    words = list(dict.fromkeys(word for word in _words(node) if word not in plain))[:_FIRST]
    text = short(node, 60) if words else ""
    return tuple((word, text) for word in words)


def _first(*every: _Asked) -> _Asked:
    """The first words of several conditions."""
    found: dict[str, str] = {}
    for word, text in (each for asked in every for each in asked):
        found.setdefault(word, text)
    return tuple(found.items())[:_FIRST]


def _away(tree: ast.AST) -> set[int]:
    """The nodes in which something is taken away, or a name says that it is not there; each by its ``id``."""
    found: set[int] = set()
    for node in reversed(list(ast.walk(tree))):  # what a node holds comes behind it
        inner = any(id(each) in found for each in ast.iter_child_nodes(node))
        if inner or isinstance(node, (ast.Delete, ast.Sub)) or any(map(takes_away, _names(node))):
            found.add(id(node))
    return found


def _names(node: ast.AST) -> Iterator[str]:
    """The name that a node is or gives."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str() as name):
            yield name


def _words(node: ast.AST) -> list[str]:
    """The words of the names in an expression or a statement."""
    found = []
    for each in ast.walk(node):
        name = each.id if isinstance(each, ast.Name) else each.attr if isinstance(each, ast.Attribute) else ""
        found += words_of(name)
    return found
