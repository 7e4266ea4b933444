"""What is read of an engine's own choice of a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from archtrack.engines.base import ScanOptions
from archtrack.engines.sglang import ENGINE
from archtrack.engines.sglang.files import CONFIGS, GET_CONFIG, LOADER, MODEL_CONFIG, MODELS
from archtrack.engines.sglang.loader_rules import rules_of
from archtrack.errors import SourceError
from archtrack.model import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.core.verdict.context import Rules
    from archtrack.sources.library import Library

    Make = Callable[[Mapping[str, str | bytes]], Library]

MODULE = {f"{MODELS}/a.py": "class A: pass\nEntryClass = A\n"}

TEXT = b"""\
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


MINDSPORE = b"""\
def get_model_architecture(config):
    if config.mindspore:
        architectures = ["MindSporeForCausalLM"]
    others = names
    architectures = getattr(config, "architectures")
"""


def rules(library: Library) -> Rules:
    return rules_of(library, ENGINE.scan(library, ScanOptions()))


def test_every_rule_of_a_release_has_its_line(library: Make) -> None:
    found = rules(library({**MODULE, LOADER: TEXT}))
    assert found.path == LOADER
    assert found.loader == {
        "choice": 27,
        "rewrites": [
            [30, "EmbeddingGemmaModel", []],
            [37, "QuantMixtralForCausalLM", ["fp8", "gptq_marlin"]],
            [39, "OtherForCausalLM", ["fp8"]],
        ],
        "unread": 39,
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
            b"def get_model_architecture(config):\n    if config:\n        architectures = names\n",
            {"choice": 1, "rewrites": [], "unread": 3},
        ),
        (
            b"def get_model_architecture(config):\n    architectures += names\n    architectures = rename(names)\n",
            {"choice": 1, "rewrites": [], "unread": 2},
        ),
        (MINDSPORE, {"choice": 1, "rewrites": [[3, "MindSporeForCausalLM", []]]}),
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
def test_a_rule_that_a_release_does_not_have_is_absent(
    text: bytes, expected: dict[str, Any], library: Make
) -> None:
    assert rules(library({**MODULE, LOADER: text})).loader == expected


def test_a_release_without_the_files_has_no_rules(library: Make) -> None:
    found = rules(library(MODULE))
    assert (found.path, found.loader, found.rewrites, found.drafts) == (None, {}, (), ())


def test_what_configuration_classes_and_get_config_write_are_rules_with_their_place(library: Make) -> None:
    config = CONFIGS.replace("*", "own")
    files = {
        config: (
            "class OwnConfig(PretrainedConfig):\n    model_type = 'own'\n"
            "    def __init__(self, **kwargs):\n        kwargs.setdefault('architectures', ['Own'])\n"
        ),
        GET_CONFIG[2]: (
            "def get_config(model):\n    if is_reader(config):\n"
            "        config.update({'architectures': ['Reader']})\n    if other_reader(config):\n"
            "        config.update({'architectures': ['Other']})\n"
            "def is_reader(config):\n    return config.auto_map.get('AutoModel') == 'modeling.Reader'\n"
        ),
    }
    found = rules(library({**MODULE, **files})).rewrites
    assert [(each.to, each.place, each.model_type, each.missing, each.remote) for each in found] == [
        ("Own", Place(file=config, line=4), "own", True, ()),
        ("Reader", Place(file=GET_CONFIG[2], line=3), None, False, ("modeling.Reader",)),
        ("Other", Place(file=GET_CONFIG[2], line=5), None, False, ("",)),  # a function that is not there
    ]


@pytest.mark.parametrize(
    ("file", "text", "where"),
    [
        (
            CONFIGS.replace("*", "own"),
            "".join(
                f"class C{at}:\n    model_type = 'c{at}'\n    def f(self):\n        g(self)\n"
                for at in range(40)
            )
            + "def g(self):\n"
            + "    if 'A' in self.architectures:\n        self.architectures = ['B']\n" * 40,
            ":",
        ),
        (
            LOADER,
            "def get_model_architecture(config):\n"
            + "    if quantization not in left:\n        architectures = ['A']\n" * 60,
            ":103:",
        ),
    ],
    ids=["classes that share a function", "substitutions"],
)
def test_more_rules_than_any_release_has_are_refused_with_their_place(
    library: Make, file: str, text: str, where: str
) -> None:
    with pytest.raises(SourceError, match=f"^{file}{where}"):
        rules(library({**MODULE, file: text}))


def test_the_lists_of_the_engine_and_its_drafts_are_rules(library: Make) -> None:
    text = (
        "multimodal_model_archs = ['Sees']\n"
        "def is_generation_model(archs):\n    return not 'Pools' in archs\n"
        "def draft(c):\n    if c.is_draft_model and c.architectures[0] == 'A':\n        c.architectures[0] = 'M'\n"
    )
    found = rules(library({**MODULE, MODEL_CONFIG: text}))
    assert (found.multimodal, found.pooled) == (frozenset({"Sees"}), frozenset({"Pools"}))
    assert found.drafts == (("A", "M", Place(file=MODEL_CONFIG, line=6)),)
