"""What is read of an engine's own choice of a class."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.core.engine_rules import loader_rules

LOADER = b"""\
import transformers


def _is_moe_model(model_config, architectures):
    names = ("moe", "mixtral")
    expert_attrs = (
        "num_experts",
        "n_routed_experts",
    )
    return any(getattr(model_config, each, None) for each in expert_attrs)


def _get_transformers_backend_arch(model_config, architectures):
    return "TransformersForCausalLM"


def resolve_transformers_arch(model_config, architectures):
    for arch in architectures:
        other = getattr(model_config, "auto_map", None)
        model_module = getattr(transformers, arch, None)
        if model_module is None:
            raise ValueError("Cannot find model module.")
        if not model_module.is_backend_compatible():
            raise ValueError("not compatible")


def get_model_architecture(model_config):
    architectures = getattr(model_config.hf_config, "architectures", [])
    if getattr(model_config, "is_embedding_gemma", False):
        architectures = ["EmbeddingGemmaModel"]
    supported = ["fp8", "gptq_marlin"]
    if (
        model_config.quantization is not None
        and model_config.quantization not in supported
        and "MixtralForCausalLM" in architectures
    ):
        architectures = ["QuantMixtralForCausalLM"]
    if model_config.quantization not in ["fp8"]:
        architectures = ["OtherForCausalLM"]
    architectures = resolve_transformers_arch(model_config, architectures)
"""


def test_every_rule_of_a_release_has_its_line() -> None:
    assert loader_rules(LOADER) == {
        "choice": 27,
        "rewrites": [
            [30, "EmbeddingGemmaModel", []],
            [37, "QuantMixtralForCausalLM", ["fp8", "gptq_marlin"]],
            [39, "OtherForCausalLM", ["fp8"]],
        ],
        "fallback": 17,
        "gate": 23,
        "lookup": 20,
        "missing": 22,
        "backend": 13,
        "moe": {"line": 4, "attributes": ["num_experts", "n_routed_experts"]},
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", {}),
        (b"def get_model(", {}),
        (b"class Loader:\n    def get_model_architecture(self):\n        architectures = ['A']\n", {}),
        (b"def get_model_architecture(config):\n    return config\n", {"choice": 1, "rewrites": []}),
        (
            b"def get_model_architecture(config):\n    architectures = ['A']\n",
            {"choice": 1, "rewrites": []},
        ),
        (
            b"def get_model_architecture(config):\n    if config:\n        architectures = names\n",
            {"choice": 1, "rewrites": []},
        ),
        (
            b"def resolve_transformers_arch(config, architectures):\n    return architectures\n",
            {"fallback": 1, "gate": 1, "lookup": 1, "missing": 1},
        ),
        (
            b"def _is_moe_model(config, names):\n    words = ('a', 'b')\n    return True\n",
            {"moe": {"line": 1, "attributes": []}},
        ),
        (b"'''\ndef resolve_transformers_arch():\n    pass\n'''\n", {}),
    ],
)  # fmt: skip
def test_a_rule_that_a_release_does_not_have_is_absent(text: bytes, expected: dict[str, Any]) -> None:
    assert loader_rules(text) == expected
