"""Which GGUF files a release of transformers makes a config of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from archtrack.engines.transformers.gguf import checkpoint_facts, config_facts, mapping_facts

MAPPINGS = b"""\
GGUF_TENSOR_MAPPING = {
    "llama": {"token_embd": "model.embed_tokens"},
    "falcon7b": {},
}
GGUF_CONFIG_MAPPING = {
    "general": {"architecture": "model_type"},
    "llama": {"block_count": "num_hidden_layers"},
    "tokenizer": {"ggml.bos_token_id": "bos_token_id"},
    "qwen2_moe": {},
}
GGUF_TOKENIZER_MAPPING = {"tokenizer": {}}
"""
CHECKPOINT = """\
GGUF_TO_TRANSFORMERS_MAPPING = {"config": GGUF_CONFIG_MAPPING, "tensors": GGUF_TENSOR_MAPPING}
GGUF_SUPPORTED_ARCHITECTURES = list(GGUF_TO_TRANSFORMERS_MAPPING[TABLE].keys())


def load_gguf_checkpoint(path, return_tensors=False):
    architecture = read_field(reader, "general.architecture")[0]
    model_name = read_field(reader, "general.name")
BODY
    return parsed_parameters
"""
MISTRAL = """\
    if "llama" in architecture and "mistral" in model_name:
        updated_architecture = "mistral"
    else:
        updated_architecture = architecture
"""
T5 = """\
    if "llama" in architecture and "mistral" in model_name:
        updated_architecture = "mistral"
    elif "t5" in architecture or "t5encoder" in architecture:
        parsed_parameters["config"]["is_gated_act"] = True
        if model_name and "umt5" in model_name[0].lower():
            updated_architecture = "umt5"
            if "t5encoder" in architecture:
                parsed_parameters["config"]["architectures"] = ["UMT5EncoderModel"]
        else:
            if "t5encoder" in architecture:
                parsed_parameters["config"]["architectures"] = ["T5EncoderModel"]
            updated_architecture = "t5"
    else:
        updated_architecture = architecture
"""
MOE = """\
    if "qwen2moe" in architecture:
        updated_architecture = "qwen2_moe"
    elif "gpt_oss" in architecture or "gpt-oss" in architecture:
        updated_architecture = "gpt_oss"
"""
SIZED = """\
    model_size = ""
    if "falcon" in architecture:
        model_size = found.group()
"""
OTHER = """\
    if "stablelm" in architecture:
        parsed_parameters["config"]["use_qkv_bias"] = qkv_bias
"""
TYPES = """\
    if parsed_parameters["config"]["model_type"] == "gemma3":
        parsed_parameters["config"]["model_type"] = "gemma3_text"
    if parsed_parameters["config"]["model_type"] == "lfm2":
        parsed_parameters["config"]["block_auto_adjust_ff_dim"] = False
"""
GATE = """\
    if architecture not in GGUF_SUPPORTED_ARCHITECTURES:
        raise ValueError(f"Architecture {architecture} not supported")
"""
EITHER = """\
    if architecture not in GGUF_SUPPORTED_ARCHITECTURES and updated_architecture not in GGUF_SUPPORTED_ARCHITECTURES:
        raise ValueError(f"GGUF model with architecture {architecture} is not supported yet.")
"""


def checkpoint(*body: str, table: str = "config") -> dict[str, Any]:
    found = checkpoint_facts(
        CHECKPOINT.replace("TABLE", f'"{table}"').replace("BODY\n", "".join(body)).encode()
    )
    assert found is not None
    assert json.loads(json.dumps(found)) == found
    return found


def named(found: dict[str, Any]) -> list[list[tuple[Any, ...]]]:
    return [
        [(row["in"], row["name"], row["exact"], row["to"], row["classes"]) for row in chain]
        for chain in found["chains"]
    ]


LLAMA = (["llama"], "mistral", True, "mistral", {})
T5S = ["t5", "t5encoder"]


@pytest.mark.parametrize(
    ("body", "chains"),
    [
        ((MISTRAL, GATE), [[LLAMA]]),
        (
            (T5, EITHER),
            [
                [
                    LLAMA,
                    (T5S, "umt5", False, "umt5", {"t5encoder": "UMT5EncoderModel"}),
                    (T5S, None, False, "t5", {"t5encoder": "T5EncoderModel"}),
                ]
            ],
        ),
        (
            (MISTRAL, MOE, OTHER, EITHER),
            [
                [LLAMA],
                [
                    (["qwen2moe"], None, False, "qwen2_moe", {}),
                    (["gpt_oss", "gpt-oss"], None, False, "gpt_oss", {}),
                ],
            ],
        ),
        ((OTHER, GATE), []),
    ],
)
def test_which_name_an_architecture_is_given(body: tuple[str, ...], chains: list[Any]) -> None:
    found = checkpoint(*body)
    assert (named(found), found["unread"]) == (chains, 0)


@pytest.mark.parametrize(
    ("test", "line"),
    [
        ('architecture.startswith("qwen2moe")', 8),
        ('"llama" in architecture and sized(model_name)', 8),
        ('"llama" in architecture or "x" in model_name', 8),
    ],
)
def test_a_test_that_cannot_be_read_is_said(test: str, line: int) -> None:
    found = checkpoint(f'    if {test}:\n        updated_architecture = "other"\n', GATE)
    assert found["unread"] == line


def test_a_function_without_a_refusal_is_not_understood() -> None:
    assert checkpoint(MISTRAL)["unread"] == 5
    assert checkpoint(MISTRAL, GATE)["unread"] == 0


@pytest.mark.parametrize(
    ("body", "either", "sized"),
    [
        ((MISTRAL, GATE), False, []),
        ((MISTRAL, EITHER), True, []),
        (
            (MISTRAL, SIZED, GATE.replace("if architecture", "if architecture + model_size")),
            False,
            ["falcon"],
        ),
    ],
)
def test_what_is_refused(body: tuple[str, ...], either: bool, sized: list[str]) -> None:  # noqa: FBT001 -- a column
    found = checkpoint(*body)
    assert (found["either"], found["sized"]) == (either, sized)
    assert found["line"] > 8


def test_a_model_type_may_be_given_at_the_end() -> None:
    found = checkpoint(MISTRAL, GATE, TYPES)
    assert {key: value["to"] for key, value in found["types"].items()} == {"gemma3": "gemma3_text"}


@pytest.mark.parametrize(
    ("table", "mapping"), [("tensors", "GGUF_TENSOR_MAPPING"), ("config", "GGUF_CONFIG_MAPPING")]
)
def test_which_table_counts(table: str, mapping: str) -> None:
    assert checkpoint(MISTRAL, GATE, table=table)["mapping"] == mapping


def test_another_table_is_not_guessed() -> None:
    found = checkpoint(MISTRAL, GATE, table="other")
    assert (found["mapping"], found["unread"]) == ("", 5)


def test_a_module_without_the_function_has_no_rule() -> None:
    assert checkpoint_facts(b"def load_state_dict(path):\n    return {}\n") is None


def test_the_tables_name_architectures_and_no_groups_of_keys() -> None:
    assert mapping_facts(MAPPINGS) == {
        "GGUF_TENSOR_MAPPING": {"llama": 2, "falcon7b": 3},
        "GGUF_CONFIG_MAPPING": {"llama": 7, "qwen2_moe": 9},
    }
    assert mapping_facts(b"GGML_TYPES = {'F32': 0}\n") == {}


def test_a_function_that_makes_a_config_names_type_and_class() -> None:
    source = b"""\
def _one(metadata, tensor_names, prefix="one"):
    config = {"model_type": "one_text", "architectures": ["OneForCausalLM"], "vocab_size": metadata["n"]}
    return config


def _moe(metadata, tensor_names):
    return _one(metadata, tensor_names, prefix="moe") | {"model_type": "one_moe", "architectures": ["MoEForCausalLM"]}


def _bare(metadata, tensor_names):
    return read(metadata)


GGUF_CONFIG_ARCHS = {"one": _one, "moe": _moe, "bare": _bare}
"""
    assert config_facts(source) == {
        "one": ["one_text", "OneForCausalLM", 14],
        "moe": ["one_moe", "MoEForCausalLM", 14],
        "bare": [None, None, 14],
    }
    assert config_facts(b"X = 1\n") == {}
