"""What the names of a module are bound to after it ran: its statements, read in order, never executed.

Branches whose condition depends on the machine are both read and give a ``Choice``; a loop, a ``match``, a
``global`` or a change from inside a function makes the names concerned ``Unknown``. The last binding wins, as it
does in Python.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import effects
from .binder import Binder
from .conditions import both, short, truth
from .escapes import escaping, through_module
from .literals import ExhaustedError, Scope
from .values import (
    UNBOUND,
    ClassValue,
    ImportValue,
    Unknown,
    Value,
    choice,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Bindings", "bindings"]

_End = tuple[str, Scope, "str | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bindings:
    """The module-level names.

    Attributes:
        names: name and value, in order of first binding.
        stars: modules whose names are imported with ``*``, in order, with the condition or None.
        forgotten: why names that are not in ``names`` may be bound all the same, if they may.
        condition: under which the module runs to its end, where it may raise.
        raises: line of a statement that always raises; what stands behind it is read all the same.
        rebound: names that were bound more than once: a module that is only half imported has them otherwise.
        problem: why the module could not be read, if it could not.
    """

    names: tuple[tuple[str, Value], ...] = ()
    stars: tuple[tuple[ImportValue, str | None], ...] = ()
    forgotten: Unknown | None = None
    condition: str | None = None
    raises: int | None = None
    rebound: frozenset[str] = frozenset()
    problem: str | None = None


def bindings(tree: ast.Module) -> Bindings:
    """The bindings that the module ends with."""
    assigned, changed = effects.of_functions(tree)
    set_by_module, anything = through_module(tree)
    reader = _Reader({**assigned, **set_by_module}, changed, escaping(tree))
    try:
        raises = reader.module(tree.body)
        if anything is not None:
            reader.forget(anything.reason, anything.line)
        renaming = effects.renaming(tree, reader.renamed)
        if renaming is not None:
            reader.replace(lambda value: renaming if isinstance(value, ClassValue) else None)
    except (ExhaustedError, RecursionError):
        return Bindings(problem="it is too large or too deeply nested to evaluate")
    scope = reader.scope
    return Bindings(
        names=tuple(scope.names.items()),
        stars=scope.stars,
        forgotten=scope.forgotten,
        condition=reader.condition,
        raises=raises,
        rebound=frozenset(reader.rebound),
    )


class _Reader(Binder):
    """One pass over the statements.

    Attributes:
        condition: of running this far.
    """

    def __init__(
        self,
        assigned: Mapping[str, Unknown],
        changed: Mapping[str, Unknown],
        escaping: Mapping[str, Unknown],
    ) -> None:
        super().__init__(assigned, changed, escaping)
        self.condition: str | None = None

    def module(self, body: Iterable[ast.stmt]) -> int | None:
        """Read a whole module; the line of the first statement that always raises."""
        raises = [statement.lineno for statement in body if not self.statement(statement)]
        return raises[0] if raises else None

    def block(self, body: Iterable[ast.stmt]) -> bool:
        """Read statements; False when one of them always raises."""
        return all(self.statement(statement) for statement in body)

    def statement(self, node: ast.stmt) -> bool:  # noqa: C901, PLR0912 -- one arm per kind of statement
        """Read one statement; False when it raises."""
        self.scope.spend()
        match node:
            case ast.ClassDef():
                self.decorators(node)
                self.bind(node.name, ClassValue(name=node.name, line=node.lineno))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.decorators(node)
                self.bind(node.name, Unknown(reason=f"`{node.name}` is a function", line=node.lineno))
            case ast.Import():
                self.imported(node)
            case ast.ImportFrom():
                self.imported_from(node)
            case ast.Assign():
                self.assignment(node.targets, node.value)
            case ast.AnnAssign():
                if node.value is not None:
                    self.assignment([node.target], node.value)
            case ast.AugAssign():
                self.augment(node)
            case ast.Delete():
                self.delete(node)
            case ast.If():
                return self.branch(node)
            case ast.With():
                return self.managed(node)
            case ast.Expr():
                self.expression(node)
            case ast.Raise():
                return False
            case ast.Assert():
                self.calls(node.test)
            case ast.Pass() | ast.Global() | ast.Nonlocal():
                pass
            case _ if isinstance(node, effects.TRIES):
                return self.guarded(node)
            case _:
                self.touch(node, type(node).__name__.lower().removeprefix("async"))
        return True

    def decorators(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """What the decorators of a statement may change."""
        for decorator in node.decorator_list:
            self.calls(decorator)

    def branch(self, node: ast.If) -> bool:
        """An ``if``: one branch where the condition is known, else a choice."""
        self.calls(node.test)
        known = truth(node.test)
        if known is not None:
            return self.block(node.body if known else node.orelse)
        test = short(node.test)
        return self.fork(((test, node.body), (f"not ({test})", node.orelse)), node.lineno)

    def fork(self, ways: Iterable[tuple[str, list[ast.stmt]]], line: int) -> bool:
        """One of several blocks runs."""
        start, condition = self.scope, self.condition
        ends: list[_End | None] = []
        for test, body in ways:
            self.scope, self.condition = start.copy(), None
            ends.append((test, self.scope, self.condition) if self.block(body) else None)
        return self.join(ends, condition, line)

    def join(self, ends: list[_End | None], condition: str | None, line: int) -> bool:
        """Go on after a fork with the ways that did not raise (None stands for those that did)."""
        left = [end for end in ends if end is not None]
        self.condition = condition
        if not left:
            return False
        self.scope = _merged(tuple((both(test, inner) or "", scope) for test, scope, inner in left), line)
        if len(left) == 1 and len(ends) > 1:
            self.condition = both(condition, both(left[0][0], left[0][2]))
        return True

    def managed(self, node: ast.With) -> bool:
        """A ``with``: its body runs; under ``suppress`` it may end anywhere."""
        suppresses = False
        for item in node.items:
            self.calls(item.context_expr)
            suppresses = suppresses or "suppress" in short(item.context_expr)
            if item.optional_vars is not None:
                value = Unknown(reason="it is what a `with` gives", line=node.lineno)
                self.assign(item.optional_vars, value, node.lineno)
        if not suppresses:
            return self.block(node.body)
        handler = ast.ExceptHandler(type=None, name=None, body=[])
        return self.guarded(
            ast.Try(body=node.body, handlers=[handler], orelse=[], finalbody=[], lineno=node.lineno)
        )

    def guarded(self, node: ast.Try) -> bool:
        """A ``try``: what its body leaves, or what a handler makes of the point at which it was left."""
        start, condition = self.scope, self.condition
        self.scope, self.condition = start.copy(), None
        points: list[tuple[str, Scope]] = []
        alive = True
        for statement in node.body:
            if effects.may_raise(statement, self.scope.names):
                points.append((f"line {statement.lineno} raises", self.scope.copy()))
            alive = alive and self.statement(statement)
            if not alive:
                break
        # A body that always raises what a handler names leads to that handler: no condition is attached to it.
        raised = None if alive else _raised(statement)
        caught_by = next((each for each in node.handlers if _catches(each, raised)), None)
        ends: list[_End | None] = [] if caught_by else [None]
        if alive and self.block(node.orelse):
            ends = [(f"the try at line {node.lineno} succeeds", self.scope, self.condition)]
        for handler in node.handlers if points else ():
            caught = short(handler.type) if handler.type else "any error"
            self.scope, self.condition = _merged(tuple(points), node.lineno).copy(), None
            if handler.name:
                self.bind(handler.name, UNBOUND)
            test = f"{caught} is raised in the try at line {node.lineno}"
            ends.append((test, self.scope, self.condition) if self.block(handler.body) else None)
        if not self.join(ends, condition, node.lineno):
            return False
        return self.block(node.finalbody)


def _raised(node: ast.stmt) -> str | None:
    """The name of the error that a ``raise`` raises."""
    error = node.exc if isinstance(node, ast.Raise) else None
    if isinstance(error, ast.Call):
        error = error.func
    return error.id if isinstance(error, ast.Name) else None


def _catches(handler: ast.ExceptHandler, raised: str | None) -> bool:
    """Whether a handler surely catches the error of that name."""
    if raised is None:
        return False
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in {raised, "BaseException"})
        for kind in kinds
    )


def _merged(ways: tuple[tuple[str, Scope], ...], line: int) -> Scope:
    """The names after a fork: the same value in every way, or a choice among them."""
    scope = ways[0][1]
    if len(ways) == 1:
        return scope
    names: dict[str, Value] = {}
    for name in {name: None for _, way in ways for name in way.names}:
        values = [way.names.get(name, UNBOUND) for _, way in ways]
        if all(value == values[0] for value in values):
            names[name] = values[0]
        else:
            options = tuple((test, value) for (test, _), value in zip(ways, values, strict=True))
            names[name] = choice(options, line)
    scope.spend(len(names))
    merged = scope.copy()
    merged.names = names
    common = min(len(way.stars) for _, way in ways)
    while any(way.stars[:common] != scope.stars[:common] for _, way in ways):
        common -= 1
    extra = [(star, both(test, when)) for test, way in ways for star, when in way.stars[common:]]
    merged.stars = (*scope.stars[:common], *extra)
    merged.forgotten = next((way.forgotten for _, way in ways if way.forgotten), None)
    return merged
