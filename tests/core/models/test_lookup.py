"""From what people type to the architectures of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.models.lookup import architectures_of_type, find, nearest_ids

if TYPE_CHECKING:
    from archtrack.core.models.index import ModelIndex

LLAMA, QWEN, QWEN_MOE = "LlamaForCausalLM", "Qwen3ForCausalLM", "Qwen3MoeForCausalLM"
QWEN_VL = "Qwen3VLForConditionalGeneration"


@pytest.mark.parametrize(
    ("text", "words", "architectures"),
    [
        # The id itself, with its owner or without, however it is written.
        ("Qwen/Qwen3-8B", "exact", [QWEN]),
        ("qwen/qwen3-8b", "exact", [QWEN]),
        ("Qwen3-8B", "exact", [QWEN]),
        ("qwen3 8b", "exact", [QWEN]),
        ("QWEN3_8B", "exact", [QWEN]),
        (" deepseek r1 ", "exact", ["DeepseekV3ForCausalLM"]),
        ("DeepSeek-R1-Distill-Llama-70B", "exact", [LLAMA]),
        # A copy of it, by whomever.
        ("unsloth/Qwen3-8B", "copy of Qwen/Qwen3-8B", [QWEN]),
        ("TheBloke/Qwen3-8B-AWQ", "copy of Qwen/Qwen3-8B", [QWEN]),
        ("Qwen3-30B-A3B-GPTQ-Int4", "copy of Qwen/Qwen3-30B-A3B", [QWEN_MOE]),
        ("bartowski/Llama-3.3-70B-Instruct-GGUF", "copy of meta-llama/Llama-3.3-70B-Instruct", [LLAMA]),
        # Another role or date.
        ("Qwen3-VL-8B", "variant of Qwen/Qwen3-VL-8B-Instruct", [QWEN_VL]),
        ("Llama 3.1 8B Instruct", "variant of meta-llama/Llama-3.1-8B", [LLAMA]),
        ("pixtral 12b", "exact", ["LlavaForConditionalGeneration", "PixtralForConditionalGeneration"]),
        # The family.
        ("qwen3", "family: 2 of 3 ids", [QWEN, QWEN_MOE]),
        ("qwen3-vl", "family: 2 of 2 ids", [QWEN_VL]),
        ("llama 3", "family: 2 of 2 ids", [LLAMA]),
        ("deepseek r1 distill llama", "family: 1 of 1 ids", [LLAMA]),
        # Letters too many, too few, or swapped.
        ("deepsek r1", "spelling of deepseek r1, exact", ["DeepseekV3ForCausalLM"]),
        ("lama 3", None, None),  # a word of four letters may be another one
        # Nothing.
        ("qwen9", None, None),
        ("gemma 3 27b", None, None),
        ("owner/nothing-like-it", None, None),
        ("", None, None),
        ("/", None, None),
        ("8b", None, None),
        ("🦙🦙🦙", None, None),
        ("[a-z]*(((", None, None),
        ("x" * 10_000, None, None),
        ("-" * 10_000, None, None),
    ],
)
def test_a_name_stands_for_architectures_and_says_how_it_was_found(
    small: ModelIndex, text: str, words: str | None, architectures: list[str] | None
) -> None:
    found = find(text, small)
    assert (found and found.words) == words
    assert (found and [each.architecture for each in found.candidates]) == architectures


def test_an_id_is_one_checkpoint_so_a_mixed_family_says_nothing_of_it(small: ModelIndex) -> None:
    assert find("qwen3", small) is not None
    assert find("somebody/qwen3", small) is None


def test_further_architectures_of_a_family_are_told(small: ModelIndex) -> None:
    found = find("pixtral 12b", small)
    assert found is not None
    assert [(each.architecture, each.model_type, each.ids) for each in found.candidates] == [
        ("LlavaForConditionalGeneration", "llava", 1),
        ("PixtralForConditionalGeneration", None, 1),
    ]


def test_a_model_of_which_only_the_type_is_known_has_that(small: ModelIndex) -> None:
    found = find("Thing-1B", small)
    assert found is not None
    assert [(each.architecture, each.model_type) for each in found.candidates] == [(None, "thing")]


@pytest.mark.parametrize(
    ("model", "architectures"),
    [
        ("split/Two-7B", ("AForCausalLM", "BForCausalLM")),  # the sources are even
        ("split/Most-7B", ("BForCausalLM",)),
        ("split/One-of-7B", ("BForCausalLM",)),
        ("doc/only-an-example", (LLAMA,)),  # nobody else says anything of it
    ],
)
def test_what_most_sources_say_counts(small: ModelIndex, model: str, architectures: tuple[str, ...]) -> None:
    assert small.model(model).architectures == architectures


def test_a_slip_is_corrected_where_a_word_of_several_names_is_near(small: ModelIndex) -> None:
    found = find("qwen3 vl 8b instrcut", small)
    assert found is not None
    assert found.words == "spelling of qwen3 vl 8b instruct, exact"
    assert found.read_as == "qwen3 vl 8b instruct"


@pytest.mark.parametrize(
    ("text", "as_written"),
    [
        ("Qwen/Qwen3-8B", True),
        ("qwen/qwen3-8b", True),
        ("unsloth/Qwen3-8B", True),
        ("qwen3-vl", True),
        ("deepsek r1", False),
        ("qwen3 vl 8b instrcut", False),
    ],
)
def test_as_it_is_written_a_name_is_found_all_the_same_and_no_slip_is_corrected(
    small: ModelIndex,
    text: str,
    as_written: bool,  # noqa: FBT001 -- a row of the data
) -> None:
    assert find(text, small) is not None
    assert find(text, small, as_written=True) == (find(text, small) if as_written else None)


def test_the_architectures_of_a_type_are_those_of_its_models(small: ModelIndex) -> None:
    assert architectures_of_type("qwen3", small) == (QWEN,)
    assert architectures_of_type("thing", small) == ()
    assert architectures_of_type("nobodys", small) == ()


def test_the_nearest_ids_are_told_where_nothing_is_found(small: ModelIndex) -> None:
    assert nearest_ids("deepseek-r2", small)[0] == "deepseek-ai/DeepSeek-R1"
    assert nearest_ids("zzzzzzzzzz", small) == ()


@given(st.data())
def test_every_id_is_found_exactly_however_it_is_written(small: ModelIndex, data: st.DataObject) -> None:
    model = data.draw(st.sampled_from(sorted(small.records)))
    found = find(data.draw(st.sampled_from([model, model.lower(), model.upper(), f" {model} "])), small)
    assert found is not None
    assert (found.how, found.model) == ("exact", model)


@given(st.text(max_size=300))
def test_no_text_is_called_exact_but_a_known_name(small: ModelIndex, text: str) -> None:
    found = find(text, small)
    if found is not None and found.how == "exact" and found.read_as is None:
        letters = "".join(
            each for each in text.rpartition("/")[2].lower() if each.isascii() and each.isalnum()
        )
        assert any(letters == "".join(filter(str.isalnum, name)) for name in small.names.values())
