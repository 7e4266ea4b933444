from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.python.mro import linearize


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([], "D"),
        (["A"], "DA"),
        (["ABC"], "DABC"),
        (["BA", "CA"], "DBCA"),
        (["MA", "BXA"], "DMBXA"),
        (["AB", "BA"], "DAB"),  # Python refuses it; the bases' orders are joined
    ],
)
def test_bases_are_joined_as_python_joins_them(orders: list[str], expected: str) -> None:
    assert "".join(linearize("D", orders)) == expected


@given(st.lists(st.lists(st.integers(0, 7), max_size=3, unique=True), min_size=1, max_size=8))
def test_the_order_is_pythons_own_wherever_python_has_one(bases: list[list[int]]) -> None:
    made: list[type] = []
    orders: list[tuple[int, ...]] = []
    for index, chosen in enumerate(bases):
        parents = [base for base in chosen if base < index]
        try:
            made.append(type(f"C{index}", tuple(made[base] for base in parents), {}))
        except TypeError:
            return
        orders.append(linearize(index, [orders[base] for base in parents]))
        assert [f"C{each}" for each in orders[-1]] == [each.__name__ for each in made[-1].__mro__[:-1]]
