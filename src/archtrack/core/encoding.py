"""Static values as JSON and back, for the cache."""

from __future__ import annotations

from typing import Any

from .values import Bound, Choice, ClassValue, Constant, ImportValue, Sequence, Shadowed, Unknown, Value

__all__ = ["decode", "encode"]


def encode(value: Value) -> list[Any]:
    """A value as nested JSON lists, its kind first."""
    match value:
        case ClassValue():
            return ["class", value.name, value.line]
        case ImportValue():
            return ["import", value.level, value.module, value.attribute, value.line]
        case Constant():
            return ["constant", value.value, value.line]
        case Unknown():
            return ["unknown", value.reason, value.line]
        case Bound():
            return ["bound", encode(value.value), value.line]
        case Shadowed():
            return ["shadowed", encode(value.star), encode(value.otherwise)]
        case Choice():
            options = [[test, encode(item)] for test, item in value.options]
            return ["choice", options, value.line, value.weight, value.depth]
        case Sequence():
            items = [[line, encode(item)] for line, item in value.items]
            keys = [encode(key) for key in value.keys]
            return [
                "sequence",
                value.kind,
                items,
                value.line,
                sorted(value.spread),
                keys,
                value.weight,
                value.depth,
            ]


def decode(data: list[Any]) -> Value:
    """What ``encode`` made, as a value again."""
    kind, *rest = data
    if kind == "import":
        return _import(data)
    if kind == "class":
        return ClassValue(name=rest[0], line=rest[1])
    if kind == "constant":
        return Constant(value=rest[0], line=rest[1])
    if kind == "unknown":
        return Unknown(reason=rest[0], line=rest[1])
    return _decode_nested(kind, rest)


def _decode_nested(kind: str, rest: list[Any]) -> Value:
    if kind == "bound":
        return Bound(value=decode(rest[0]), line=rest[1])
    if kind == "shadowed":
        return Shadowed(star=_import(rest[0]), otherwise=decode(rest[1]))
    if kind == "choice":
        options = tuple((test, decode(item)) for test, item in rest[0])
        return Choice(options=options, line=rest[1], weight=rest[2], depth=rest[3])
    return Sequence(
        kind=rest[0],
        items=tuple((line, decode(item)) for line, item in rest[1]),
        line=rest[2],
        spread=frozenset(rest[3]),
        keys=tuple(decode(key) for key in rest[4]),
        weight=rest[5],
        depth=rest[6],
    )


def _import(data: list[Any]) -> ImportValue:
    return ImportValue(level=data[1], module=data[2], attribute=data[3], line=data[4])
