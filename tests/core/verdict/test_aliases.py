"""Architectures that a release runs as others: those of which the name alone tells."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.core.verdict.aliases import aliases
from archtrack.core.verdict.context import Rewrite, Rules
from archtrack.model import Place
from miniature import registration

NATIVES = {name: registration(name) for name in ("New", "Newer")}


def rewrite(line: int, to: str, *replaced: str, **more: Any) -> Rewrite:
    return Rewrite(to=to, place=Place(file="c.py", line=line), replaced=replaced, **more)


@pytest.mark.parametrize(
    ("rewrites", "expected"),
    [
        ([], []),
        ([rewrite(1, "New", "Old")], ["Old New c.py:1"]),
        ([rewrite(1, "New", "Older", "Old")], ["Old New c.py:1", "Older New c.py:1"]),
        # What is registered needs no other.
        ([rewrite(1, "New", "Newer", "Old")], ["Old New c.py:1"]),
        # What it is run as has to be registered.
        ([rewrite(1, "Gone", "Old")], []),
        # One after the other; the line is the one that takes the name.
        ([rewrite(1, "Mid", "Old"), rewrite(2, "New", "Mid")], ["Mid New c.py:2", "Old New c.py:1"]),
        ([rewrite(1, "Between", "Old"), rewrite(2, "Gone", "Between")], []),
        ([rewrite(1, "New", "Old"), rewrite(2, "Newer", "Old")], ["Old New c.py:1"]),
        # The model type is the one that the name begins with.
        ([rewrite(1, "New", "Old7BForCausalLM", model_type="old_7b")], ["Old7BForCausalLM New c.py:1"]),
        ([rewrite(1, "New", "Old_7BForCausalLM", model_type="old-7b")], ["Old_7BForCausalLM New c.py:1"]),
        ([rewrite(1, "New", "Old7BForCausalLM", model_type="old_8b")], []),
        ([rewrite(1, "New", "Old71BForCausalLM", model_type="old_7")], []),
        # Where more than the name has to fit, the name does not tell.
        ([rewrite(1, "New", "Old", model_type="other")], []),
        ([rewrite(1, "New", "Old", keys=("d_model",))], []),
        ([rewrite(1, "New", "Old", remote=("m.Old",))], []),
        ([rewrite(1, "New", missing=True)], []),
        ([rewrite(1, "New", "Old", model_type="other"), rewrite(2, "Newer", "Old")], ["Old Newer c.py:2"]),
    ],
)
def test_a_name_is_run_as_another_where_it_alone_decides(
    rewrites: list[Rewrite], expected: list[str]
) -> None:
    found = aliases(NATIVES, Rules(rewrites=tuple(rewrites)))
    assert [f"{each.name} {each.runs.name} {each.place}" for each in found] == expected
