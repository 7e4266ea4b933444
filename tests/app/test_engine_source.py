"""An engine and its release as a user writes them."""

from __future__ import annotations

import pytest

from archtrack.app.engine_source import EngineSource, parse_engine_source
from archtrack.errors import UsageError


@pytest.mark.parametrize(
    ("text", "engine", "source"),
    [
        ("vllm", "vllm", None),
        ("vLLM", "vllm", None),
        ("llama.cpp", "llama-cpp", None),
        ("MLX_LM==0.26.0", "mlx-lm", "0.26.0"),
        ("vllm@0.11.0", "vllm", "0.11.0"),
        ("SGLang==latest", "sglang", None),
        ("sglang@git:REPO@main", "sglang", "git:REPO@main"),
        ("vllm@folder==odd", "vllm", "folder==odd"),
    ],
)
def test_an_engine_is_known_by_every_spelling(text: str, engine: str, source: str | None) -> None:
    assert parse_engine_source(text) == EngineSource(engine=engine, source=source)


@pytest.mark.parametrize("text", ["https://Me:secret@Example.org/x", "", "a b", "../sglang"])
def test_what_is_no_name_stays_as_it_is(text: str) -> None:
    assert parse_engine_source(text) == EngineSource(engine=text)


@pytest.mark.parametrize(("text", "word"), [("vllm==", "version"), ("vllm@", "source")])
def test_nothing_behind_the_mark_is_an_error(text: str, word: str) -> None:
    with pytest.raises(UsageError, match=f"the {word} is empty"):
        parse_engine_source(text)


@pytest.mark.parametrize(
    "text", ["vllm=0.10.1", "vllm>=0.10.1", "vllm ~= 0.10.1", "vllm!=0.10.1", "vllm<0.10.1"]
)
def test_what_names_no_single_release_is_told_how_to_name_one(text: str) -> None:
    with pytest.raises(UsageError, match=r"name one release, as in vllm==0\.10\.1; `archtrack requires`"):
        parse_engine_source(text)
