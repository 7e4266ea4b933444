"""The method resolution order of classes known only by name (C3, as Python computes it)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["linearize"]

T = TypeVar("T")


def linearize(cls: T, orders: Sequence[Sequence[T]]) -> tuple[T, ...]:
    """The order of ``cls``, given the orders of its bases from left to right.

    Where no consistent order exists Python refuses the class; the bases' orders are then joined left to right,
    first occurrence first.
    """
    if len(orders) <= 1:  # nearly always
        return (cls, *(orders[0] if orders else ()))
    lists = [*map(list, orders), [order[0] for order in orders if order]]
    result = [cls]
    while lists := [rest for rest in lists if rest]:
        for candidate in (rest[0] for rest in lists):
            if not any(candidate in rest[1:] for rest in lists):
                break
        else:
            left = [item for rest in lists for item in rest]
            return (*result, *dict.fromkeys(left))
        result.append(candidate)
        lists = [rest[1:] if rest[0] == candidate else rest for rest in lists]
    return tuple(result)
