"""What a name means, by the histories."""

from __future__ import annotations

import pytest

from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.names import Names

HISTORIES = Histories({}, SHIPPED)
NAMES = Names(HISTORIES, {})


@pytest.mark.parametrize(
    ("name", "kind", "architectures"),
    [
        ("LlamaForCausalLM", "architecture", None),
        ("XverseForCausalLM", "architecture", None),  # of an engine alone
        ("llama", "type", ("LlamaForCausalLM",)),
        ("mistral3", "type", ("Mistral3ForConditionalGeneration",)),
        (
            "internlm2",
            "type",
            ("InternLM2ForCausalLM",),
        ),  # of an engine alone: as models of the index have it
        ("solar_open_draft", "nothing", None),
        ("gemma3", "type", ("Gemma3ForConditionalGeneration",)),
        ("Llama", "nothing", None),
        ("LLAMA", "nothing", None),
        ("", "nothing", None),
    ],
)
def test_a_name_is_an_architecture_or_a_model_type_or_nothing(
    name: str, kind: str, architectures: tuple[str, ...] | None
) -> None:
    assert NAMES.is_architecture(name) is (kind == "architecture")
    assert NAMES.architectures_of(name) == architectures


@pytest.mark.parametrize(
    ("name", "as_written"),
    [
        ("Qwen/Qwen3-8B", True),
        ("deepseek v3", True),
        ("deepseek v3 thing", False),  # a part of it is a family
        ("deepsek v3", False),
        ("Qwen3ForCausalML", False),
    ],
)
def test_as_it_is_written_a_name_is_that_of_a_model_or_family_and_nothing_near_it(
    name: str,
    as_written: bool,  # noqa: FBT001 -- a row of the data
) -> None:
    found = NAMES.model(name)
    assert found is not None
    assert NAMES.model(name, as_written=True) == (found if as_written else None)


@pytest.mark.parametrize(
    ("name", "engine", "keys"),
    [
        ("LlamaForCausalLM", "vllm", ("LlamaForCausalLM",)),
        ("LlamaForCausalLM", "mlx-lm", ("llama",)),
        ("llama", "mlx-lm", ("llama",)),
        ("llama", "vllm", ("LlamaForCausalLM",)),
        ("mistral3", "exllamav3", ("Mistral3ForConditionalGeneration",)),
        ("internlm2", "vllm", ("InternLM2ForCausalLM",)),
        ("nobodys_type", "vllm", ("nobodys_type",)),
        ("LlamaForCausalLM", "ctranslate2", ("LlamaConfig",)),
        ("qwen2", "ctranslate2", ("Qwen2Config",)),
        ("BertConfig", "ctranslate2", ("BertConfig",)),
        ("nobodys_type", "ctranslate2", ("nobodys_type",)),
    ],
)
def test_an_engine_looks_a_name_up_by_its_own_kind_of_key(
    name: str, engine: str, keys: tuple[str, ...]
) -> None:
    assert NAMES.keys(name, HISTORIES.need(engine)) == keys


def test_all_names_are_of_one_kind_or_the_other() -> None:
    architectures, types = NAMES.architectures(), NAMES.model_types()
    assert {"LlamaForCausalLM", "XverseForCausalLM"} <= architectures
    assert {"llama", "internlm2", "mistral3"} <= types
    assert not architectures & {"llama", "internlm2"}
