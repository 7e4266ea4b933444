"""Names of engines, releases, requirements and marks, as tables write them."""

from __future__ import annotations

import pytest

from archtrack.core.audit.claims import Reach
from archtrack.core.audit.words import (
    Engines,
    is_name,
    mark,
    release_in,
    release_key,
    requirement_in,
    speaks_of_version,
    words_of,
)

ENGINES = Engines(("vllm", "vllm-omni", "llama-cpp", "sglang"))


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        ("vLLM", "vllm"),
        ("llama.cpp", "llama-cpp"),
        ("Llama CPP", "llama-cpp"),
        ("vllm-omni", "vllm-omni"),
        ("vLLM 0.8", None),
        ("", None),
        ("v" * 500, None),
    ],
)
def test_a_text_that_names_an_engine_and_nothing_else(text: str, engine: str | None) -> None:
    assert ENGINES.named(text) == engine


@pytest.mark.parametrize(
    ("name", "engine"),
    [
        ("VLLM_SUPPORTED_MODELS", "vllm"),
        ("vllmVersion", "vllm"),
        ("VLLM_OMNI_MODELS", "vllm-omni"),
        ("LLAMA_CPP_LIST", "llama-cpp"),
        ("VLLM_AND_SGLANG", None),
        ("MODELS", None),
        ("PREVLLM", None),
        ("", None),
    ],
)
def test_the_one_engine_that_a_name_of_a_program_names(name: str, engine: str | None) -> None:
    assert ENGINES.among(words_of(name)) == engine


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("min_vllm", ("vllm", Reach.SINCE)),
        ("vllm_version", ("vllm", Reach.SINCE)),
        ("Min. vLLM-Omni version", ("vllm-omni", Reach.SINCE)),
        ("llama.cpp", ("llama-cpp", Reach.SINCE)),
        ("min_version", (None, Reach.SINCE)),
        ("backend_version", (None, Reach.IN)),
        ("max_vllm", None),
        ("tested with vLLM", None),
        ("transformers_version", None),
        ("", None),
        ("v" * 500, None),
    ],
)
def test_whose_release_a_key_or_a_column_names(name: str, expected: tuple[str | None, Reach] | None) -> None:
    assert release_key(name, ENGINES) == expected


@pytest.mark.parametrize(
    ("name", "speaks"),
    [
        ("max_vllm", True),
        ("tested version", True),
        ("torch_version", False),
        ("size", False),
        ("v" * 500, False),
    ],
)
def test_what_may_be_a_version_all_the_same(name: str, speaks: bool) -> None:  # noqa: FBT001 -- a row of the data
    assert speaks_of_version(name, ENGINES) == speaks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.8.1", ("0.8.1", None)),
        (" v0.8 ", ("0.8", None)),
        (">=0.8.1", ("0.8.1", Reach.SINCE)),
        ("≥ v0.8.1", ("0.8.1", Reach.SINCE)),
        ("0.8.1+", ("0.8.1", Reach.SINCE)),
        ("0.8 or later", ("0.8", Reach.SINCE)),
        ("since 0.8", ("0.8", Reach.SINCE)),
        ("> 0.8", ("0.8", Reach.AFTER)),
        ("==0.8", ("0.8", Reach.IN)),
        ("0.31.1rc1.dev281+gc85616efc", ("0.31.1rc1.dev281+gc85616efc", None)),
        (">=0.8,<1", ("0.8", Reach.WITHIN)),
        (">=0.8,!=0.9", ("0.8", Reach.SINCE)),
        (">0.8,<1", ("0.8", Reach.BETWEEN)),
        ("~=0.8", ("0.8", Reach.WITHIN)),
        ("0.8, <1", ("0.8", Reach.WITHIN)),
        ("0.8, !=0.9", ("0.8", None)),
        (">= 0.8.1 , != 0.9, <1", ("0.8.1", Reach.WITHIN)),
        ("0.8, 0.9", None),
        ("<0.8", None),
        ("0.8 and 0.9", None),
        ("soon", None),
        ("", None),
        ("1" * 500, None),
    ],
)
def test_a_text_that_names_a_release_and_nothing_else(
    text: str, expected: tuple[str, Reach | None] | None
) -> None:
    found = release_in(text)
    assert (None if found is None else found[:2]) == expected
    assert found is None or text[slice(*found[2])] == found[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vllm>=0.8.1", ("vllm", "0.8.1", Reach.SINCE)),
        ('vLLM[audio] ~= 0.8 ; extra == "x"', ("vllm", "0.8", Reach.WITHIN)),
        ("vllm>0.8,<1", ("vllm", "0.8", Reach.BETWEEN)),
        ("vllm>0.8", ("vllm", "0.8", Reach.AFTER)),
        ("vllm>=0.8, <1", ("vllm", "0.8", Reach.WITHIN)),
        ('vllm>=0.8,!=0.9; python_version < "4"', ("vllm", "0.8", Reach.SINCE)),
        ("llama_cpp == 1.0", ("llama-cpp", "1.0", Reach.IN)),
        ("vllm<1", None),
        ("vllm==0.8.*", None),
        ("vllm", None),
        ("numpy>=1", None),
        ("-e vllm>=1", None),
    ],
)
def test_a_requirement_of_an_engine(text: str, expected: tuple[str, str, Reach] | None) -> None:
    found = requirement_in(text, ENGINES)
    assert (None if found is None else found[:3]) == expected
    assert found is None or text[slice(*found[3])] == found[1]


@pytest.mark.parametrize(
    ("text", "says"),
    [("✅", True), ("✅\ufe0e", True), ("✔\ufe0f", True), (" Yes ", True), ("", False), ("\xa0", False), ("❌", False),
     ("no", False), ("-", None), ("N/A", None), ("⚠️", None), ("✅*", None), ("x", None)],
)  # fmt: skip
def test_a_mark_says_yes_no_or_nothing(text: str, says: bool | None) -> None:  # noqa: FBT001 -- a row of the table
    assert mark(text) is says


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Qwen3ForCausalLM", True),
        ("owner/na-me.1", True),
        ("a b", False),
        ("*Model", False),
        ("", False),
        ("a" * 500, False),
    ],
)
def test_what_may_be_a_name(text: str, expected: bool) -> None:  # noqa: FBT001 -- as above
    assert is_name(text) is expected
