"""Names like one that is not known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.verdict.suggestions import nearest

KNOWN = (
    "ExaoneMoEForCausalLM",
    "ExaoneMoeForCausalLM",
    "Glm4MoeForCausalLM",
    "Glm4vForConditionalGeneration",
    "LlamaForCausalLM",
    "LlamaForSequenceClassification",
    "LlamaModel",
    "MptForCausalLM",
    "MptModel",
    "Qwen2ForCausalLM",
    "Qwen3ForCausalLM",
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # capitals first, whatever else is alike
        ("MPTForCausalLM", ("MptForCausalLM", "MptModel")),
        ("exaonemoeforcausallm", ("ExaoneMoEForCausalLM", "ExaoneMoeForCausalLM")),
        ("ExaoneMoEForCausalLM", ("ExaoneMoeForCausalLM",)),
        # a letter off
        ("LamaForCausalLM", ("LlamaForCausalLM", "LlamaModel", "LlamaForSequenceClassification")),
        ("Qwen33ForCausalLM", ("Qwen3ForCausalLM",)),
        ("LlamaForCausallLM", ("LlamaForCausalLM", "LlamaModel", "LlamaForSequenceClassification")),
        ("LlamaFroCausalLM", ("LlamaForCausalLM",)),
        # the same model for something else
        ("LlamaForTokenClassification", ("LlamaForSequenceClassification", "LlamaForCausalLM", "LlamaModel")),
        ("LlamaForConditionalGeneration", ("LlamaForSequenceClassification", "LlamaForCausalLM", "LlamaModel")),
        # another family with the same ending is not near
        ("ZebraForCausalLM", ()),
        ("ForCausalLM", ()),
        ("Model", ()),
        ("", ()),
        # itself never is
        ("LlamaModel", ("LlamaForCausalLM", "LlamaForSequenceClassification")),
    ],
)  # fmt: skip
def test_names_are_near_by_capitals_then_by_what_begins_them(name: str, expected: tuple[str, ...]) -> None:
    assert set(nearest(name, KNOWN)) == set(expected)
    assert nearest(name, KNOWN)[:1] == expected[:1]


def test_at_most_so_many_are_named() -> None:
    many = [f"LlamaForCausalLM{n}" for n in range(9)]
    assert nearest("LlamaForCausalLM", many) == tuple(many[:3])
    assert nearest("mptforcausallm", KNOWN)[:1] == ("MptForCausalLM",)
    assert nearest("LlamaModel", ()) == ()


def test_the_order_of_what_is_known_does_not_matter() -> None:
    assert nearest("LamaForCausalLM", KNOWN) == nearest("LamaForCausalLM", KNOWN[::-1])


@given(st.text(max_size=30))
def test_no_text_is_near_to_itself_and_any_text_may_be_asked(name: str) -> None:
    found = nearest(name, (*KNOWN, name))
    assert name not in found
    assert len(found) <= 3
