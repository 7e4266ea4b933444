"""Numbers, and names that are not known, in sentences."""

from __future__ import annotations

import pytest

from archtrack.core.wording import counted, did_you_mean


@pytest.mark.parametrize(("count", "words"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (-1, "-1 rows")])
def test_one_thing_is_one_and_any_other_number_many(count: int, words: str) -> None:
    assert counted(count, "row") == words


@pytest.mark.parametrize(
    ("name", "known", "words"),
    [
        ("vlm", ("sglang", "vllm"), "did you mean vllm?"),
        ("SGLang", ("sglang", "vllm"), "did you mean sglang?"),
        ("zzz", ("sglang", "vllm"), "choose from sglang, vllm"),
        ("zzz", (), "choose from nothing"),
        ("v" * 100_000, ("vllm",), "choose from vllm"),
    ],
)
def test_a_name_that_is_not_known_is_answered_with_what_there_is(
    name: str, known: tuple[str, ...], words: str
) -> None:
    assert did_you_mean(name, known) == words


def test_what_is_offered_may_be_less_than_what_is_known() -> None:
    known = ("awq", "gptq", "lora")
    assert (
        did_you_mean("zzz", known, "lora, or a quantisation method")
        == "choose from lora, or a quantisation method"
    )
    assert did_you_mean("awqq", known, "lora, or a quantisation method") == "did you mean awq?"
