"""One module of Python source: what its top level binds, as far as that is plainly written.

Nothing is interpreted. ``class``, ``def``, ``import`` and ``name = value`` bind a name; whatever else binds or changes
one makes it unresolved, with the line.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from .changes import changes, running, stored
from .conditions import both, short, truth
from .skeleton import skeleton
from .source import parse
from .values import text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

__all__ = ["Binding", "Import", "Module", "Statement", "binds", "statements"]

BLOCKS = (ast.For, ast.While, ast.Match)
"""The statements with blocks whose insides are not read."""
TRIES = tuple(getattr(ast, name) for name in ("Try", "TryStar") if hasattr(ast, name))


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement.

    Attributes:
        node: the statement.
        condition: under which it runs; None if it runs in any case.
        branch: the line of the innermost ``if`` or ``try`` around it; 0 if there is none.
    """

    node: ast.stmt
    condition: str | None
    branch: int


@dataclass(frozen=True, slots=True)
class Import:
    """Where an imported name comes from.

    Attributes:
        level: leading dots.
        module: dotted module behind the dots.
        attribute: the name taken from it; None for the module itself.
    """

    level: int
    module: str
    attribute: str | None


Bound: TypeAlias = "ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | Import | ast.expr | None"
"""A class or function statement, an import, the expression that is assigned, or None for what is not plainly written: a
target of a loop, of unpacking, of an operator."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One statement that binds a name.

    Attributes:
        bound: what it is bound to.
        line: of the statement.
        position: of the statement among those of the module.
        condition: under which it runs.
    """

    bound: Bound
    line: int
    position: int
    condition: str | None


class Module:
    """The top level of a module.

    Attributes:
        problem: (reason, line) of a file that does not parse, else None. Such a module is empty.
        tree: the module without the bodies of functions in which none of ``words`` occurs.
        statements: the top level in order, the statements inside of ``if``, ``try`` and ``with`` included. Of two
            branches the one that runs where everything optional is installed comes last.
        bindings: name -> what binds it, in order.
        stars: each ``from … import *``, and the position of its statement.
        raises: (line, condition) of each ``raise``.
    """

    def __init__(self, data: bytes, words: Collection[bytes] | None = ()) -> None:
        """Read a file.

        Args:
            data: its bytes.
            words: the bodies of functions in which one of these occurs are read, too; None for all bodies. The
                bodies of other functions are not read: what is said of ``changed`` rests on these words.
        """
        self.problem: tuple[str, int] | None = None
        self.tree = ast.Module(body=[], type_ignores=[])
        self.bindings: dict[str, list[Binding]] = {}
        self.stars: list[tuple[Import, int]] = []
        self.raises: list[tuple[int, str | None]] = []
        try:
            self.tree = _tree(data, words)
        except SyntaxError as error:
            self.problem = (str(error.msg), error.lineno or 0)
        self.statements = tuple(statements(self.tree.body))
        for position, statement in enumerate(self.statements):
            self._take(statement, position)

    def _take(self, statement: Statement, position: int) -> None:
        node, condition = statement.node, statement.condition
        for name, bound in binds(node):
            self.bindings.setdefault(name, []).append(Binding(bound, node.lineno, position, condition))
        if isinstance(node, ast.Raise):
            self.raises.append((node.lineno, condition))
        elif isinstance(node, (ast.ImportFrom, *BLOCKS)):
            for part in running(node):
                if isinstance(part, ast.ImportFrom) and part.names[0].name == "*":
                    self.stars.append((Import(part.level, part.module or "", "*"), position))

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """Name -> class statement, of the names that a class statement binds last."""
        return {name: bound for name, bound in self._last() if isinstance(bound, ast.ClassDef)}

    @cached_property
    def imports(self) -> dict[str, Import]:
        """Name -> where it comes from, of the names that an import binds last."""
        return {name: bound for name, bound in self._last() if isinstance(bound, Import)}

    @cached_property
    def values(self) -> dict[str, ast.expr]:
        """Name -> expression, of the names that are assigned one last."""
        return {name: bound for name, bound in self._last() if isinstance(bound, ast.expr)}

    @cached_property
    def constants(self) -> dict[str, str]:
        """Name -> string, of the names that stand for nothing else."""
        found: dict[str, str] = {}
        last_star = max((position for _, position in self.stars), default=-1)
        for name, (first, *others) in self.bindings.items():  # in the order in which they are first bound
            alone = not others and name not in self.changed and first.position > last_star
            if alone and isinstance(first.bound, ast.expr):
                known = text(first.bound, found)
                if known is not None:
                    found[name] = known
        return found

    @cached_property
    def changed(self) -> dict[str, tuple[str, int]]:
        """Name -> (reason, line) of the names that something else binds or changes; ``ANY`` stands for all names."""
        found: dict[str, tuple[str, int]] = {}
        for name, reason, line in changes(self.tree):
            found.setdefault(name, (reason, line))
        return found

    def function(self, name: str) -> ast.FunctionDef | None:
        """The function of that name at the top level."""
        bound = next((each.bound for each in reversed(self.bindings.get(name, ()))), None)
        return bound if isinstance(bound, ast.FunctionDef) else None

    def _last(self) -> Iterator[tuple[str, object]]:
        return ((name, found[-1].bound) for name, found in self.bindings.items())


def binds(node: ast.stmt) -> Iterator[tuple[str, Bound]]:
    """The names that a statement binds, and what to."""
    yield from _bound_by(node)
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign, ast.Expr)) else None
    if value is not None and not isinstance(value, (ast.Constant, ast.Name, ast.Attribute)):
        yield from ((name, None) for name in stored(value))  # by `:=`


def _bound_by(node: ast.stmt) -> Iterator[tuple[str, Bound]]:
    match node:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            yield node.name, node
        case ast.ImportFrom(level=level, module=module, names=names):
            for alias in names:
                if alias.name != "*":
                    yield alias.asname or alias.name, Import(level, module or "", alias.name)
        case ast.Import(names=names):
            for alias in names:
                head = alias.name.partition(".")[0]
                yield alias.asname or head, Import(0, alias.name if alias.asname else head, None)
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, value
                else:
                    yield from ((name, None) for name in stored(target))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.AnnAssign(value=None) | ast.Expr() | ast.Pass() | ast.Raise():
            pass
        case _:
            yield from ((name, None) for name in stored(node))


def _tree(data: bytes, words: Collection[bytes] | None) -> ast.Module:
    short = None if words is None else skeleton(data, words)
    if short is not None:
        try:
            return parse(short)
        except SyntaxError:
            pass
    return parse(data)


def statements(body: Sequence[ast.stmt]) -> Iterator[Statement]:
    """The statements of a block, those inside of ``if``, ``try`` and ``with`` included, with their conditions.

    A branch that never runs (under ``TYPE_CHECKING``, say) is left out. Of two branches the one that runs where
    everything optional is installed comes last: a name has the value that was bound last.
    """
    waiting = [Statement(node, None, 0) for node in reversed(body)]
    while waiting:
        statement = waiting.pop()
        node, condition, branch = statement.node, statement.condition, statement.branch
        branches = _branches(node)
        if branches is None:
            yield statement
            continue
        for part in _asked(node):
            yield Statement(part, condition, branch)
        for test, inner in reversed(branches):
            joined, line = both(condition, test), branch if test is None else node.lineno
            waiting.extend(Statement(each, joined, line) for each in reversed(inner))


def _asked(node: ast.stmt) -> list[ast.stmt]:
    """What runs before the blocks of a statement: its expressions, and what a ``with`` binds."""
    if isinstance(node, ast.If):
        return [ast.copy_location(ast.Expr(value=node.test), node.test)]
    if isinstance(node, ast.With):
        return [ast.copy_location(ast.With(items=node.items, body=[]), node)]
    return []


def _branches(node: ast.stmt) -> list[tuple[str | None, list[ast.stmt]]] | None:
    """The blocks of a statement that may run, each with its condition; None for a statement without such blocks."""
    if isinstance(node, ast.If):
        known, test = truth(node.test), short(node.test)
        if known is not None:
            return [(None, node.body if known else node.orelse)]
        ways: list[tuple[str | None, list[ast.stmt]]] = [(f"not ({test})", node.orelse), (test, node.body)]
        return ways[::-1] if isinstance(node.test, ast.UnaryOp) else ways
    if isinstance(node, TRIES):
        if not node.handlers:
            return [(None, [*node.body, *node.finalbody])]
        fails, succeeds = f"the try at line {node.lineno} fails", f"the try at line {node.lineno} succeeds"
        handlers = [(fails, each.body) for each in node.handlers]
        return [*handlers, (succeeds, [*node.body, *node.orelse]), (None, node.finalbody)]
    if isinstance(node, ast.With) and node.body:
        suppresses = any("suppress" in short(item.context_expr) for item in node.items)
        return [(f"the with at line {node.lineno} succeeds" if suppresses else None, node.body)]
    return None
