from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.encoding import decode, encode
from archtrack.core.values import (
    Bound,
    ClassValue,
    Constant,
    ImportValue,
    Shadowed,
    Unknown,
    Value,
    choice,
    sequence,
    transform,
    unwrap,
)

LINES = st.integers(0, 99)
IMPORTS = st.builds(
    ImportValue,
    level=st.integers(0, 3),
    module=st.text(max_size=3),
    attribute=st.none() | st.text(max_size=3),
    line=LINES,
)
LEAVES: st.SearchStrategy[Value] = st.one_of(
    st.builds(ClassValue, name=st.text(max_size=3), line=LINES),
    IMPORTS,
    st.builds(
        Constant, value=st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3), line=LINES
    ),
    st.builds(Unknown, reason=st.text(max_size=3), line=LINES),
)


def nested(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    items = st.lists(st.tuples(LINES, inner), max_size=3).map(tuple)
    options = st.lists(st.tuples(st.text(max_size=3), inner), min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(
            sequence,
            st.sampled_from(["list", "tuple"]),
            items,
            LINES,
            spread=st.frozensets(st.integers(0, 2)),
        ),
        st.builds(choice, options, LINES),
        st.builds(Shadowed, star=IMPORTS, otherwise=inner),
        st.builds(Bound, value=inner, line=LINES),
    )


VALUES = st.recursive(LEAVES, nested, max_leaves=6)


@given(VALUES)
def test_a_value_comes_back_from_the_cache_as_it_was(value: Value) -> None:
    assert decode(json.loads(json.dumps(encode(value)))) == value


def test_a_dict_comes_back_with_its_keys() -> None:
    key, item = Constant(value="k", line=1), ClassValue(name="A", line=2)
    table = sequence("dict", ((2, item),), 1, keys=(key,))
    assert decode(json.loads(json.dumps(encode(table)))) == table


@given(VALUES)
def test_a_change_that_changes_nothing_gives_the_same_object(value: Value) -> None:
    assert transform(value, lambda _: None) is value


@given(VALUES)
def test_a_value_without_its_lines_stays_so(value: Value) -> None:
    bare = unwrap(value)
    assert not isinstance(bare, Bound)
    assert unwrap(bare) == bare


def test_what_is_too_large_is_unknown() -> None:
    found: list[Value] = [sequence("list", ((1, ClassValue(name="A", line=1)),), 1)]
    while not isinstance(found[-1], Unknown):
        found.append(sequence("list", ((1, found[-1]), (1, found[-1])), 1))
    assert len(found) < 20
    assert isinstance(choice(tuple(("x", found[0]) for _ in range(30_000)), 1), Unknown)
