"""The names of a module as its statements bind and change them, one at a time."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from . import effects
from .conditions import short
from .literals import Scope, concatenate, evaluate, is_class_name, is_namespace, through_stars
from .values import (
    UNBOUND,
    Bound,
    Choice,
    ClassValue,
    Constant,
    ImportValue,
    Sequence,
    Shadowed,
    Unknown,
    Value,
    sequence,
    transform,
    unwrap,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Binder"]

_MAX_STARS = 50


class Binder:
    """The names at one point of a module, and what a statement makes of them.

    Attributes:
        scope: the names.
        renamed: the ``__name__`` assignments that were understood.
        rebound: the names that were bound or changed more than once.
    """

    def __init__(
        self,
        assigned: Mapping[str, Unknown],
        changed: Mapping[str, Unknown],
        escaping: Mapping[str, Unknown],
    ) -> None:
        """Begin with no names.

        Args:
            assigned: names that functions bind (``global``): never known.
            changed: names whose lists functions may change.
            escaping: names whose lists of this module's own may be changed through what else holds them.
        """
        self.scope = Scope(dict(assigned), changed)
        self._assigned = assigned
        self._escaping = escaping
        self.renamed: set[ast.AST] = set()
        self.rebound: set[str] = set()

    def bind(self, name: str, value: Value) -> None:
        """Bind a name, unless a function of the module may bind it or change its list at any time."""
        if name in self._assigned:
            value = self._assigned[name]
        elif name in self.scope.changed and _may_be_list(unwrap(value)):
            value = self.scope.changed[name]
        elif name in self._escaping and _holds_own_list(unwrap(value)):
            value = self._escaping[name]
        if name in self.scope.names:
            self.rebound.add(name)
        self.scope.names[name] = value

    def forget(self, reason: str, line: int) -> None:
        """Any name may be bound to anything now."""
        unknown = Unknown(reason=reason, line=line)
        self.scope.names = dict.fromkeys(self.scope.names, unknown)
        self.scope.forgotten = unknown

    def replace(self, change: effects.Change) -> None:
        """Replace parts of every value: an object that several names hold is changed for all of them."""
        names = self.scope.names
        self.scope.spend(1 + len(names) // 10)
        for name, value in names.items():
            names[name] = transform(value, change)
            if names[name] is not value:
                self.rebound.add(name)

    def imported(self, node: ast.Import) -> None:
        """``import module`` binds its first part, or all of it to the name behind ``as``."""
        for alias in node.names:
            module = alias.name if alias.asname else alias.name.partition(".")[0]
            value = ImportValue(level=0, module=module, attribute=None, line=alias.lineno)
            self.bind(alias.asname or module, value)

    def imported_from(self, node: ast.ImportFrom) -> None:
        """``from module import …``; what a ``*`` brings may replace every earlier name."""
        for alias in node.names:
            value = ImportValue(
                level=node.level, module=node.module or "", attribute=alias.name, line=alias.lineno
            )
            if alias.name != "*":
                self.bind(alias.asname or alias.name, value)
                continue
            scope = self.scope
            if len(scope.stars) >= _MAX_STARS:
                self.forget(f"more than {_MAX_STARS} `import *`", node.lineno)
                continue
            scope.stars = (*scope.stars, (value, None))
            scope.spend(len(scope.names))
            since = len(scope.stars) - 1
            for name, before in scope.names.items():
                if name in self._assigned:
                    continue
                unknown = scope.changed.get(name)
                scope.names[name] = unknown or through_stars(name, scope.stars, before, since=since)

    def assignment(self, targets: list[ast.expr], node: ast.expr) -> None:
        """``target = … = value``."""
        self.calls(node, handled=node)
        value = evaluate(node, self.scope)
        if isinstance(node, ast.NamedExpr):
            value = evaluate(node.value, self.scope)
            targets = [*targets, node.target]
        names = [isinstance(target, ast.Name) for target in targets]
        if any(names) and not all(names) and _holds_own_list(value):
            value = Unknown(reason="the list may be changed through what else holds it", line=node.lineno)
        for target in targets:
            self.assign(target, value, node.lineno)

    def assign(self, target: ast.expr, value: Value, line: int) -> None:
        """Bind one target."""
        match target:
            case ast.Name():
                self.bind(target.id, Bound(value=value, line=line))
            case ast.Tuple() | ast.List():
                self.unpack(target, value)
            case ast.Starred():
                reason = "the values are unpacked from an expression"
                self.assign(target.value, Unknown(reason=reason, line=target.lineno), line)
            case ast.Subscript():
                self.assign_item(target, value)
            case ast.Attribute() if target.attr == "__name__":
                self.rename(target, value)

    def unpack(self, target: ast.Tuple | ast.List, value: Value) -> None:
        """``a, b = …``."""
        known = isinstance(value, Sequence) and not value.spread and len(value.items) == len(target.elts)
        starred = any(isinstance(element, ast.Starred) for element in target.elts)
        for index, element in enumerate(target.elts):
            part: Value = Unknown(reason="the values are unpacked from an expression", line=target.lineno)
            if known and not starred and isinstance(value, Sequence) and value.kind != "dict":
                part = value.items[index][1]
            self.assign(element, part, target.lineno)

    def rename(self, target: ast.Attribute, value: Value) -> None:
        """``Class.__name__ = "…"``: the class has another name from here on, whatever it is bound to."""
        owner = evaluate(target.value, self.scope)
        if not isinstance(owner, (ClassValue, ImportValue)):
            return
        self.renamed.add(target)
        reason = f"`{short(target)}` is set, which renames a class"
        new: Value = Unknown(reason=reason, line=target.lineno)
        if isinstance(owner, ClassValue) and isinstance(value, Constant) and is_class_name(value):
            new = ClassValue(name=str(value.value), line=owner.line)
        self.replace(lambda part: new if part == owner else None)

    def augment(self, node: ast.AugAssign) -> None:
        """``name += value`` changes a list in place: for every name that holds it."""
        self.calls(node.value)
        target = node.target
        if not isinstance(target, ast.Name):
            if isinstance(target, ast.Subscript):
                self.assign_item(target, evaluate(node.value, self.scope))
            return
        reason = f"`{target.id}` is changed by an operator"
        value: Value = Unknown(reason=reason, line=node.lineno)
        before = self.scope.lookup(target.id, node.lineno)
        if isinstance(node.op, ast.Add):
            added = evaluate(node.value, self.scope)
            if isinstance(before, Sequence) and before.kind == "list" and isinstance(added, Sequence):
                value = concatenate(before, _as_list(added), node.lineno)
            elif isinstance(before, Constant) or isinstance(added, Constant):
                total = ast.BinOp(left=_load(target), op=ast.Add(), right=node.value)
                value = evaluate(ast.copy_location(total, node), self.scope)
            else:
                value = concatenate(before, added, node.lineno)
        self.mutate(target.id, value)

    def mutate(self, name: str, value: Value) -> None:
        """Bind a name to what its list became, and with it every value that holds the same list."""
        before = self.scope.lookup(name, value.line)
        if isinstance(before, Sequence) and before.kind != "tuple":
            inner = _inner_lists(before) if isinstance(value, Unknown) else set()
            self.replace(lambda part: value if part is before or id(part) in inner else None)
        elif isinstance(before, (ImportValue, Shadowed)):
            self.replace(lambda part: value if part == before else None)
        elif isinstance(before, Choice):
            held = {id(option) for _, option in before.options if isinstance(option, Sequence)}
            unknown = Unknown(reason=f"it may be the list `{name}`, which is changed", line=value.line)
            self.replace(lambda part: unknown if id(part) in held else None)
        self.bind(name, value)

    def delete(self, node: ast.Delete) -> None:
        """``del name``."""
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.bind(target.id, UNBOUND)
            elif isinstance(target, ast.Subscript):
                self.assign_item(target, UNBOUND, delete=True)
            else:
                self.touch(ast.Delete(targets=[target], lineno=node.lineno), "del")

    def assign_item(self, target: ast.Subscript, value: Value, *, delete: bool = False) -> None:
        """``globals()["name"] = value`` or ``name[…] = value``."""
        key = evaluate(target.slice, self.scope)
        if is_namespace(target.value):
            if isinstance(key, Constant) and isinstance(key.value, str):
                self.bind(key.value, Bound(value=value, line=target.lineno))
            else:
                self.forget(f"`{short(target)}` is set to a name that is not known", target.lineno)
            return
        if not isinstance(target.value, ast.Name):
            self.touch(ast.Expr(value=target.value, lineno=target.lineno), "item")
            return
        name = target.value.id
        owner = self.scope.lookup(name, target.lineno)
        if isinstance(owner, Unknown):
            return
        changed: Value = Unknown(reason=f"an item of `{name}` is assigned", line=target.lineno)
        if isinstance(owner, Sequence) and owner.kind == "dict" and isinstance(key, Constant) and not delete:
            one = Sequence(kind="dict", items=((target.lineno, value),), keys=(key,), line=target.lineno)
            changed = _updated(owner, one) or changed
        self.mutate(name, changed)

    def expression(self, node: ast.Expr) -> None:
        """A call that changes a list or dict in place, or an assignment expression."""
        call = node.value
        if isinstance(call, ast.NamedExpr):
            self.assignment([], call)
        elif (isinstance(call, ast.Call) and not self.method(call)) or not isinstance(call, ast.Call):
            self.calls(call)

    def method(self, call: ast.Call) -> bool:
        """``name.append(…)`` and its like; False when it is another call."""
        if not (isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)):
            return False
        name, method = call.func.value.id, call.func.attr
        before = self.scope.lookup(name, call.lineno)
        known = isinstance(before, (Sequence, Choice, ImportValue, Shadowed))
        if not (known and method in effects.CHANGES):
            return False
        changed = Unknown(reason=f"`{name}` is changed by `.{method}(…)`", line=call.lineno)
        if isinstance(before, ImportValue) and before.attribute is None:
            return False
        value: Value | None = None
        if len(call.args) == 1 and not call.keywords and not isinstance(call.args[0], ast.Starred):
            argument = evaluate(call.args[0], self.scope)
            if method == "append":
                one = sequence("list", ((call.args[0].lineno, argument),), call.lineno)
                value = concatenate(before, one, call.lineno)
            elif method == "extend":
                value = concatenate(before, _as_list(argument), call.lineno)
            elif method == "update" and isinstance(before, Sequence):
                value = _updated(before, argument)
        self.mutate(name, value or changed)
        return True

    def calls(self, node: ast.expr, *, handled: ast.expr | None = None) -> None:
        """Note what an expression does besides having a value."""
        self.apply(effects.of_expression(node, handled=handled))

    def touch(self, node: ast.stmt, kind: str) -> None:
        """Read a statement that may run any number of times: the names that it may change are unknown."""
        self.apply(effects.touched(node, kind))

    def apply(self, found: Iterable[effects.Touch | effects.Forget]) -> None:
        """Make unknown what may have changed."""
        for effect in found:
            if isinstance(effect, effects.Forget):
                self.forget(effect.reason, effect.line)
            elif effect.force or self.changeable(effect.name, handed=effect.handed):
                self.mutate(effect.name, Unknown(reason=effect.reason, line=effect.line))

    def changeable(self, name: str, *, handed: bool) -> bool:
        """Whether a name may hold a list or dict: of this module, or also (not ``handed``) of another."""
        value = self.scope.lookup(name, 0)
        return _may_be_list(value) and not (handed and isinstance(value, (ImportValue, Shadowed)))


def _load(target: ast.Name) -> ast.Name:
    return ast.copy_location(ast.Name(id=target.id, ctx=ast.Load()), target)


def _may_be_list(value: Value) -> bool:
    """Whether a value may be a list or dict: one of this module, or one that another has made."""
    if isinstance(value, ImportValue):
        return value.attribute is not None
    return isinstance(value, (Sequence, Choice, Shadowed))


def _holds_own_list(value: Value) -> bool:
    """Whether a value is, or may be, a list or dict that this module makes."""
    if isinstance(value, Choice):
        return any(_holds_own_list(unwrap(option)) for _, option in value.options)
    return isinstance(value, Sequence) and value.kind != "tuple"


def _inner_lists(value: Sequence) -> set[int]:
    """The lists and dicts directly in a list or dict: what is changed may be one of them."""
    items = (unwrap(item) for _, item in value.items)
    return {id(item) for item in items if isinstance(item, Sequence) and item.kind != "tuple"}


def _as_list(value: Value) -> Value:
    """What a list takes in when it is extended by a value."""
    if isinstance(value, Sequence) and value.kind == "tuple":
        return sequence("list", value.items, value.line, spread=value.spread)
    return value


def _updated(before: Sequence, argument: Value) -> Sequence | Unknown | None:
    """A dict after ``.update(other dict)``; None when either is not a dict whose keys are known."""
    if not (before.kind == "dict" and isinstance(argument, Sequence) and argument.kind == "dict"):
        return None
    table: dict[object, tuple[Value, tuple[int, Value]]] = {}
    for value in (before, argument):
        for key, item in zip(value.keys, value.items, strict=True):
            if not isinstance(key, Constant):
                return None
            table[key.value] = (key, item)
    keys = tuple(key for key, _ in table.values())
    return sequence("dict", tuple(item for _, item in table.values()), before.line, keys=keys)
