"""Static values: what a name of a module is bound to, as far as its text says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "UNBOUND",
    "Bound",
    "Choice",
    "ClassValue",
    "Constant",
    "ImportValue",
    "Sequence",
    "Shadowed",
    "Unknown",
    "Value",
    "choice",
    "sequence",
    "transform",
    "unwrap",
]

MAX_WEIGHT = 20_000
MAX_DEPTH = 100
"""Values in one value, nested ones counted, and how deep: more is no registry but an attempt to exhaust its reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassValue:
    """A class of this module: ``name`` is its ``__name__``, ``line`` where it is made."""

    name: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportValue:
    """A name of another module, or (``attribute`` None) the module itself.

    Attributes:
        level: leading dots of a relative import.
        module: dotted module behind the dots.
        attribute: the name taken from it.
        line: of the import.
    """

    level: int
    module: str
    attribute: str | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A string, number, boolean or None."""

    value: str | int | float | bool | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A list (or, ``kind`` says so, a tuple or dict) with the line of each item.

    Attributes:
        kind: ``list``, ``tuple`` or ``dict``.
        items: pairs of (line, value).
        spread: positions in ``items`` that stand not for one item but for the items of a list that is not known
            yet: that of another module, or one of several.
        keys: the keys of a dict, in step with ``items``.
        line: where it begins.
        weight: how many values it holds, nested ones counted.
        depth: how deep they are nested.
    """

    kind: str
    items: tuple[tuple[int, Value], ...]
    line: int
    spread: frozenset[int] = frozenset()
    keys: tuple[Value, ...] = ()
    weight: int = 1
    depth: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of several values, each under a condition that is known only when the module runs."""

    options: tuple[tuple[str, Value], ...]
    line: int
    weight: int = 1
    depth: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadowed:
    """What ``from … import *`` brings, if that module has the name, else what the name meant before.

    Attributes:
        star: the name as an import from the module of the ``*``.
        otherwise: the value without the star import.
    """

    star: ImportValue
    otherwise: Value

    @property
    def line(self) -> int:
        """Of the star import."""
        return self.star.line


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A value with the line that bound the name to it. Stands only directly in a name or an option."""

    value: Value
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """What cannot be said without running the module, and why."""

    reason: str
    line: int


Value: TypeAlias = ClassValue | ImportValue | Constant | Sequence | Choice | Shadowed | Bound | Unknown

UNBOUND = Unknown(reason="not bound", line=0)


def unwrap(value: Value) -> Value:
    """The value itself, without the lines that bound it or its options."""
    if isinstance(value, Bound):
        return unwrap(value.value)
    if isinstance(value, Shadowed):
        inner = unwrap(value.otherwise)
        return value if inner is value.otherwise else Shadowed(star=value.star, otherwise=inner)
    if isinstance(value, Choice):
        options = tuple((test, unwrap(option)) for test, option in value.options)
        same = all(new is old for (_, new), (_, old) in zip(options, value.options, strict=True))
        return value if same else replace(value, options=options)
    return value


def _measure(value: Value) -> tuple[int, int]:
    """How many values a value holds, itself and nested ones counted, and how deep they are nested."""
    if isinstance(value, (Sequence, Choice)):
        return value.weight, value.depth
    if isinstance(value, (Shadowed, Bound)):
        weight, depth = _measure(value.otherwise if isinstance(value, Shadowed) else value.value)
        return weight + 1, depth + 1
    return 1, 1


def _total(values: Iterable[Value]) -> tuple[int, int]:
    """The measure of a value that holds these."""
    measures = [_measure(value) for value in values]
    return 1 + sum(weight for weight, _ in measures), 1 + max((depth for _, depth in measures), default=0)


def sequence(
    kind: str,
    items: tuple[tuple[int, Value], ...],
    line: int,
    *,
    spread: frozenset[int] = frozenset(),
    keys: tuple[Value, ...] = (),
) -> Sequence | Unknown:
    """A ``Sequence``, or ``Unknown`` where it would be too large or too deep."""
    weight, depth = _total([*(item for _, item in items), *keys])
    if weight > MAX_WEIGHT or depth > MAX_DEPTH:
        return Unknown(reason=f"a {kind} that is too large or too deeply nested", line=line)
    return Sequence(kind=kind, items=items, line=line, spread=spread, keys=keys, weight=weight, depth=depth)


def choice(options: tuple[tuple[str, Value], ...], line: int) -> Choice | Unknown:
    """A ``Choice``, or ``Unknown`` where it would be too large or too deep."""
    weight, depth = _total(option for _, option in options)
    if weight > MAX_WEIGHT or depth > MAX_DEPTH:
        return Unknown(reason="it depends on too many conditions", line=line)
    return Choice(options=options, line=line, weight=weight, depth=depth)


def transform(value: Value, change: Callable[[Value], Value | None]) -> Value:
    """The value with every part for which ``change`` gives a value replaced by it.

    A value in which nothing changes comes back as the same object.
    """
    changed = change(value)
    if changed is not None:
        return changed
    if isinstance(value, Bound):
        inner = transform(value.value, change)
        return value if inner is value.value else Bound(value=inner, line=value.line)
    if isinstance(value, Shadowed):
        inner = transform(value.otherwise, change)
        return value if inner is value.otherwise else Shadowed(star=value.star, otherwise=inner)
    if isinstance(value, Sequence):
        items = tuple((line, transform(item, change)) for line, item in value.items)
        same = all(new is old for (_, new), (_, old) in zip(items, value.items, strict=True))
        return value if same else replace(value, items=items)
    if isinstance(value, Choice):
        options = tuple((test, transform(option, change)) for test, option in value.options)
        same = all(new is old for (_, new), (_, old) in zip(options, value.options, strict=True))
        return value if same else replace(value, options=options)
    return value
