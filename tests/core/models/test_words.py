"""What the name of a model is made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.models.words import bare, squashed, words_of


@pytest.mark.parametrize(
    ("name", "family", "sizes", "roles", "dates"),
    [
        ("Qwen3-30B-A3B-Instruct-2507", "qwen 3", "30b a3b", "instruct", "2507"),
        ("qwen3_30b_a3b_instruct_2507", "qwen 3", "30b a3b", "instruct", "2507"),
        ("Qwen2.5-0.5B", "qwen 2 5", "0.5b", "", ""),
        ("Mixtral-8x7B-Instruct-v0.1", "mixtral 0 1", "8x7b", "instruct", ""),
        ("gemma-3n-E4B-it", "gemma 3 n", "e4b", "it", ""),
        ("DeepSeek-R1-0528", "deepseek r 1", "", "", "0528"),
        ("opt-125m", "opt", "125m", "", ""),
        ("t5-base", "t 5", "", "base", ""),
        # What a copy adds is no part of the model.
        ("Qwen3-8B-AWQ", "qwen 3", "8b", "", ""),
        ("Qwen3-8B-GPTQ-Int4", "qwen 3", "8b", "", ""),
        ("Qwen3-8B-FP8-dynamic", "qwen 3", "8b", "", ""),
        ("Qwen3-8B-Q4_K_M-GGUF", "qwen 3", "8b", "", ""),
        ("Qwen3-8B-bnb-4bit", "qwen 3", "8b", "", ""),
        ("Qwen3-8B-quantized.w4a16", "qwen 3", "8b", "", ""),
        # The first part is always of the family, whatever it looks like.
        ("base-7b", "base", "7b", "", ""),
        ("2507", "2507", "", "", ""),
        ("7b", "7 b", "", "", ""),
        ("k-means", "k means", "", "", ""),
        ("", "", "", "", ""),
        ("---", "", "", "", ""),
        ("模型", "", "", "", ""),
    ],
)
def test_a_name_is_cut_into_family_sizes_roles_and_dates(
    name: str, family: str, sizes: str, roles: str, dates: str
) -> None:
    found = words_of(name)
    assert (found.family, found.sizes) == (tuple(family.split()), tuple(sizes.split()))
    assert (found.roles, found.dates) == (tuple(roles.split()), tuple(dates.split()))


@given(
    st.lists(st.sampled_from(["Qwen3", "VL", "30B", "Instruct", "2507", "AWQ", "v0", "q4", "k"]), min_size=1)
)
def test_separators_and_capitals_do_not_matter(parts: list[str]) -> None:
    wanted = words_of("-".join(parts))
    assert words_of("_".join(parts).upper()) == wanted
    assert words_of(" ".join(parts).lower()) == wanted
    assert squashed("-".join(parts)) == squashed(" ".join(parts).upper())


@given(st.text())
def test_any_text_is_cut_up(text: str) -> None:
    found = words_of(text)
    assert all(word.isascii() for word in (*found.family, *found.sizes, *found.roles, *found.dates))


@pytest.mark.parametrize(
    ("text", "name"), [("Qwen/Qwen3-8B", "Qwen3-8B"), ("Qwen3-8B", "Qwen3-8B"), ("a/b/c", "c"), ("", "")]
)
def test_the_owner_is_not_part_of_the_name(text: str, name: str) -> None:
    assert bare(text) == name


def test_a_long_name_is_looked_at_as_far_as_a_name_can_be_long() -> None:
    assert words_of("a" * 1_000_000).family == ("a" * 200,)
