"""Static evaluation of the few expressions that a registration is written with.

Names, classes, imports, lists, ``+``, f-strings, ``type("Name", …)``, comprehensions over known values: enough to
say what a module-level name is bound to for every shape a registry entry takes, and ``Unknown`` with a line for
everything else. It reads syntax trees and runs nothing.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .conditions import short, truth
from .values import (
    Choice,
    ClassValue,
    Constant,
    ImportValue,
    Sequence,
    Shadowed,
    Unknown,
    Value,
    choice,
    sequence,
    unwrap,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["ExhaustedError", "Scope", "concatenate", "evaluate", "is_class_name"]

MAX_DEPTH = 200
MAX_STEPS = 300_000
MAX_TEXT = 2_000
MAX_INTEGER = 1 << 62
NAMESPACES = frozenset({"globals", "locals", "vars"})


class ExhaustedError(Exception):
    """A module asks for more evaluation than any registry needs. Caught where bindings are read."""


class Scope:
    """The names of a module at one point of it, and what its evaluation may still cost.

    Attributes:
        names: what is bound.
        stars: ``import *`` statements so far: the module, and the condition under which it is run or None.
        forgotten: why names that are not in ``names`` may be bound all the same, if they may.
        changed: names whose lists a function may change at any time.
    """

    __slots__ = ("_steps", "changed", "forgotten", "names", "stars")

    def __init__(
        self, names: dict[str, Value] | None = None, changed: Mapping[str, Unknown] | None = None
    ) -> None:
        """Begin with ``names``."""
        self.names = {} if names is None else names
        self.changed: Mapping[str, Unknown] = {} if changed is None else changed
        self.stars: tuple[tuple[ImportValue, str | None], ...] = ()
        self.forgotten: Unknown | None = None
        self._steps = [0]

    def spend(self, steps: int = 1) -> None:
        """Count some work; more than ``MAX_STEPS`` raises ``ExhaustedError``."""
        self._steps[0] += steps
        if self._steps[0] > MAX_STEPS:
            raise ExhaustedError

    def copy(self) -> Scope:
        """The same names in a dict of its own: for one branch. What it costs counts for both."""
        self.spend(1 + len(self.names) // 10)
        copy = Scope(dict(self.names), self.changed)
        copy.stars, copy.forgotten, copy._steps = self.stars, self.forgotten, self._steps
        return copy

    def lookup(self, name: str, line: int) -> Value:
        """What a name means here."""
        if name in self.names:
            return unwrap(self.names[name])
        if self.stars and name in self.changed:
            return self.changed[name]
        undefined = f"`{name}` is not defined at the top level of the module"
        return through_stars(name, self.stars, self.forgotten or Unknown(reason=undefined, line=line))


def through_stars(
    name: str, stars: tuple[tuple[ImportValue, str | None], ...], otherwise: Value, *, since: int = 0
) -> Value:
    """A name that star imports may bring: the last one that has it wins.

    Args:
        name: the name; one that begins with an underscore comes only from a module whose ``__all__`` names it.
        stars: in order of execution.
        otherwise: what the name means without them.
        since: the first star import that counts.
    """
    value = otherwise
    for star, condition in stars[since:]:
        taken = ImportValue(level=star.level, module=star.module, attribute=name, line=star.line)
        shadowed = Shadowed(star=taken, otherwise=value)
        if condition is None:
            value = shadowed
        else:
            value = choice(((condition, shadowed), (f"not ({condition})", value)), star.line)
    return value


def evaluate(node: ast.expr, scope: Scope, depth: int = 0) -> Value:
    """The value of an expression at one point of a module.

    Args:
        node: the expression.
        scope: what the names are bound to.
        depth: of the recursion; too deep is ``Unknown``, never a ``RecursionError``.

    Raises:
        ExhaustedError: the module's evaluation costs too much.
    """
    scope.spend()
    if depth > MAX_DEPTH:
        return Unknown(reason="the expression is nested too deeply", line=node.lineno)
    handler = _HANDLERS.get(type(node))
    if handler is None:
        return _unknown(node)
    return handler(node, scope, depth + 1)


def concatenate(left: Value, right: Value, line: int) -> Value:
    """``left + right`` of two sequences, either of which may be known only in another module."""
    parts: list[tuple[int, Value]] = []
    spread: set[int] = set()
    kinds = {value.kind for value in (left, right) if isinstance(value, Sequence)}
    for value in (left, right):
        if isinstance(value, Sequence):
            spread.update(len(parts) + index for index in value.spread)
            parts.extend(value.items)
        elif isinstance(value, (ImportValue, Choice, Shadowed)):
            spread.add(len(parts))
            parts.append((line, value))
        elif isinstance(value, Unknown):
            return value
        else:
            return Unknown(reason="the two sides of + are not lists", line=line)
    if len(kinds) > 1 or "dict" in kinds:
        return Unknown(reason="the two sides of + are not lists", line=line)
    return sequence(kinds.pop() if kinds else "list", tuple(parts), line, spread=frozenset(spread))


def is_class_name(value: Value) -> bool:
    """Whether a value is a string that Python takes as the name of a class."""
    if not (isinstance(value, Constant) and isinstance(value.value, str)) or "\0" in value.value:
        return False
    return not any("\ud800" <= character <= "\udfff" for character in value.value)


def _unknown(node: ast.expr) -> Unknown:
    return Unknown(reason=f"cannot tell what `{short(node, 60)}` is without running it", line=node.lineno)


def _name(node: ast.Name, scope: Scope, depth: int) -> Value:  # noqa: ARG001 -- the shape of a handler
    return scope.lookup(node.id, node.lineno)


def _constant(node: ast.Constant, scope: Scope, depth: int) -> Value:  # noqa: ARG001 -- the shape of a handler
    value = node.value
    if isinstance(value, int) and not -MAX_INTEGER < value < MAX_INTEGER:
        return _unknown(node)
    if value is None or isinstance(value, (str, int, float)):
        return Constant(value=value, line=node.lineno)
    return _unknown(node)


def _negative(node: ast.UnaryOp, scope: Scope, depth: int) -> Value:
    value = evaluate(node.operand, scope, depth)
    if (
        isinstance(node.op, ast.USub)
        and isinstance(value, Constant)
        and isinstance(value.value, (int, float))
    ):
        return Constant(value=-value.value, line=node.lineno)
    return _unknown(node)


def _sequence(node: ast.List | ast.Tuple, scope: Scope, depth: int) -> Value:
    kind = "tuple" if isinstance(node, ast.Tuple) else "list"
    items: list[tuple[int, Value]] = []
    spread: set[int] = set()
    for element in node.elts:
        if not isinstance(element, ast.Starred):
            items.append((element.lineno, evaluate(element, scope, depth)))
            continue
        inner = evaluate(element.value, scope, depth)
        if isinstance(inner, Sequence) and inner.kind != "dict":
            spread.update(len(items) + index for index in inner.spread)
            items.extend(inner.items)
            scope.spend(len(inner.items))
        elif isinstance(inner, (ImportValue, Choice, Shadowed)):
            spread.add(len(items))
            items.append((element.lineno, inner))
        else:
            items.append((element.lineno, inner if isinstance(inner, Unknown) else _unknown(element.value)))
    return sequence(kind, tuple(items), node.lineno, spread=frozenset(spread))


def _dict(node: ast.Dict, scope: Scope, depth: int) -> Value:
    table: dict[object, tuple[Value, tuple[int, Value]]] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            inner = evaluate(value, scope, depth)
            if not (isinstance(inner, Sequence) and inner.kind == "dict"):
                return _unknown(node)
            pairs = list(zip(inner.keys, inner.items, strict=True))
        else:
            pairs = [(evaluate(key, scope, depth), (value.lineno, evaluate(value, scope, depth)))]
        for known, item in pairs:
            if not isinstance(known, Constant):
                return _unknown(node)
            first = table.get(known.value, (known, item))[0]  # a later value keeps the place of the first key
            table[known.value] = (first, item)
    keys = tuple(key for key, _ in table.values())
    return sequence("dict", tuple(item for _, item in table.values()), node.lineno, keys=keys)


def _add(node: ast.BinOp, scope: Scope, depth: int) -> Value:
    if not isinstance(node.op, ast.Add):
        return _unknown(node)
    left, right = evaluate(node.left, scope, depth), evaluate(node.right, scope, depth)
    if isinstance(left, Constant) and isinstance(right, Constant):
        if isinstance(left.value, str) and isinstance(right.value, str):
            return _text(left.value + right.value, node)
        return _unknown(node)
    return concatenate(left, right, node.lineno)


def _text(text: str, node: ast.expr) -> Value:
    return Constant(value=text, line=node.lineno) if len(text) <= MAX_TEXT else _unknown(node)


def _conditional(node: ast.IfExp, scope: Scope, depth: int) -> Value:
    known = truth(node.test)
    if known is not None:
        return evaluate(node.body if known else node.orelse, scope, depth)
    test = short(node.test)
    options = (
        (test, evaluate(node.body, scope, depth)),
        (f"not ({test})", evaluate(node.orelse, scope, depth)),
    )
    return choice(options, node.lineno)


def _fstring(node: ast.JoinedStr, scope: Scope, depth: int) -> Value:
    text = ""
    for part in node.values:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        value = evaluate(inner, scope, depth)
        plain = not isinstance(part, ast.FormattedValue) or (part.conversion < 0 and part.format_spec is None)
        if not (plain and isinstance(value, Constant) and isinstance(value.value, (str, int))):
            return _unknown(node)
        text += str(value.value)
    return _text(text, node)


def _attribute(node: ast.Attribute, scope: Scope, depth: int) -> Value:
    value = evaluate(node.value, scope, depth)
    if isinstance(value, ImportValue):
        module = value.module if value.attribute is None else f"{value.module}.{value.attribute}".lstrip(".")
        return ImportValue(level=value.level, module=module, attribute=node.attr, line=value.line)
    if isinstance(value, ClassValue) and node.attr == "__name__":
        return Constant(value=value.name, line=node.lineno)
    return value if isinstance(value, Unknown) else _unknown(node)


def _subscript(node: ast.Subscript, scope: Scope, depth: int) -> Value:
    key = evaluate(node.slice, scope, depth)
    if is_namespace(node.value):
        if isinstance(key, Constant) and isinstance(key.value, str):
            return scope.lookup(key.value, node.lineno)
        return _unknown(node)
    value = evaluate(node.value, scope, depth)
    if not (isinstance(value, Sequence) and isinstance(key, Constant) and not value.spread):
        return _unknown(node)
    if value.kind == "dict":
        for known, (_, item) in zip(value.keys, value.items, strict=True):
            if isinstance(known, Constant) and known.value == key.value:
                return item
    elif isinstance(key.value, int) and -len(value.items) <= key.value < len(value.items):
        return value.items[key.value][1]
    return _unknown(node)


def is_namespace(node: ast.expr) -> bool:
    """Whether an expression is ``globals()``, or another call that gives the module's names at its top level."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in NAMESPACES
        and not (node.args or node.keywords)
    )


def _call(node: ast.Call, scope: Scope, depth: int) -> Value:
    function = node.func
    if isinstance(function, ast.Name) and function.id not in scope.names and not node.keywords:
        if function.id == "type" and len(node.args) == 3:  # noqa: PLR2004 -- type(name, bases, namespace)
            name = evaluate(node.args[0], scope, depth)
            if isinstance(name, Constant) and is_class_name(name):
                return ClassValue(name=str(name.value), line=node.lineno)
        if function.id in {"list", "tuple"} and len(node.args) <= 1:
            inner = evaluate(node.args[0], scope, depth) if node.args else None
            if inner is None:
                return sequence(function.id, (), node.lineno)
            if isinstance(inner, Sequence) and inner.kind in {"list", "tuple"}:
                return sequence(function.id, inner.items, node.lineno, spread=inner.spread)
    if isinstance(function, ast.Attribute) and function.attr == "values" and not node.args:
        value = evaluate(function.value, scope, depth)
        if isinstance(value, Sequence) and value.kind == "dict":
            return sequence("tuple", value.items, node.lineno)
    return _unknown(node)


def _comprehension(node: ast.ListComp, scope: Scope, depth: int) -> Value:
    generator = node.generators[0]
    over = evaluate(generator.iter, scope, depth)
    simple = len(node.generators) == 1 and not generator.ifs and not generator.is_async
    if not (simple and isinstance(over, Sequence) and isinstance(generator.target, ast.Name)):
        return over if isinstance(over, Unknown) else _unknown(node)
    if over.spread or over.kind == "dict":
        return _unknown(node)
    items = []
    inner = scope.copy()
    for _, value in over.items:
        inner.names[generator.target.id] = value
        items.append((node.lineno, evaluate(node.elt, inner, depth)))
    return sequence("list", tuple(items), node.lineno)


_HANDLERS: dict[type[ast.expr], Callable[[Any, Scope, int], Value]] = {
    ast.Name: _name,
    ast.Constant: _constant,
    ast.UnaryOp: _negative,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Dict: _dict,
    ast.BinOp: _add,
    ast.IfExp: _conditional,
    ast.JoinedStr: _fstring,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.ListComp: _comprehension,
}
