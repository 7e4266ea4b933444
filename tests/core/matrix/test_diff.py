"""What changed between two inventories."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import miniature
from archtrack.core.matrix.diff import compare
from miniature import public


def inventory(files: dict[str, str], compatible: bool | None = None) -> Any:  # noqa: FBT001 - three states
    return miniature.inventory(
        "x", *(public(name, file=files[name], compatible=compatible) for name in sorted(files))
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {}, []),
        ({"A": "a.py"}, {"A": "a.py"}, []),
        ({}, {"A": "a.py"}, [("added", "A", None)]),
        ({"A": "a.py"}, {}, [("removed", "A", None)]),
        ({"A": "a.py"}, {"A": "b.py"}, [("moved", "A", "a.py")]),
        # another spelling of the same name, wherever it stands
        ({"BailingMoeFor": "a.py"}, {"BailingMoEFor": "b.py"}, [("renamed", "BailingMoEFor", "BailingMoeFor")]),
        ({"Exaone4_5X": "a.py"}, {"Exaone45X": "a.py"}, [("renamed", "Exaone45X", "Exaone4_5X")]),
        # the only one that went and the only one that came in a file, with the same task
        ({"AForCausalLM": "a.py"}, {"BForCausalLM": "a.py"}, [("renamed", "BForCausalLM", "AForCausalLM")]),
        # another task, another file, or more than one: nobody can say which became which
        ({"AForCausalLM": "a.py"}, {"BModel": "a.py"}, [("added", "BModel", None), ("removed", "AForCausalLM", None)]),
        ({"AForCausalLM": "a.py"}, {"BForCausalLM": "b.py"},
         [("added", "BForCausalLM", None), ("removed", "AForCausalLM", None)]),
        ({"AForCausalLM": "a.py"}, {"BForCausalLM": "a.py", "CForCausalLM": "a.py"},
         [("added", "BForCausalLM", None), ("added", "CForCausalLM", None), ("removed", "AForCausalLM", None)]),
    ],
)  # fmt: skip
def test_every_kind_of_change(
    old: dict[str, str], new: dict[str, str], expected: list[tuple[str, str, str | None]]
) -> None:
    changes = compare(inventory(old), inventory(new))
    assert [(change.kind, change.name, change.old) for change in changes] == expected
    assert all(change.file == (new if change.name in new else old)[change.name] for change in changes)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (True, False, ("compatible", "refused")),
        (False, True, ("refused", "compatible")),
        (None, True, ("unknown", "compatible")),
    ],
)
def test_a_change_of_compatibility_says_both_states(
    old: bool | None, new: bool | None, words: tuple[str, str]  # noqa: FBT001 - columns
) -> None:  # fmt: skip
    (change,) = compare(inventory({"A": "a.py"}, old), inventory({"A": "a.py"}, new))
    assert (change.kind, change.old, change.new) == ("compatibility", *words)
    assert compare(inventory({"A": "a.py"}, old), inventory({"A": "a.py"}, old)) == ()


SIDES = st.dictionaries(
    st.sampled_from(["AForCausalLM", "aForCausalLM", "BForCausalLM", "CModel", "C_Model", "DModel"]),
    st.sampled_from(["x.py", "y.py"]),
)


@settings(max_examples=200, deadline=None)
@given(SIDES, SIDES)
def test_the_changes_lead_from_the_old_names_to_the_new(old: dict[str, str], new: dict[str, str]) -> None:
    names = dict(old)
    changes = compare(inventory(old), inventory(new))
    for change in changes:
        if change.kind in {"removed", "renamed"}:
            names.pop(change.old if change.kind == "renamed" else change.name)
    for change in changes:
        if change.kind != "removed":
            names[change.name] = change.file
    assert names == new
    assert len({(change.kind, change.name) for change in changes}) == len(changes)
    back = compare(inventory(new), inventory(old))
    kinds, reverse = (Counter(change.kind for change in each) for each in (changes, back))
    assert (reverse["renamed"], reverse["added"]) == (kinds["renamed"], kinds["removed"])
