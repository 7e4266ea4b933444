"""What is read of transformers' configuration classes."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.core.verdict.config_classes import ConfigClasses
from archtrack.engines.transformers.configuration_classes import class_facts


def facts(body: str) -> dict[str, Any]:
    (found,) = class_facts(f"class AConfig(PreTrainedConfig):\n    model_type = 'a'\n{body}".encode())
    return {key: value for key, value in found.items() if value and key not in {"name", "line", "model_type"}}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", {}),
        ("    text_config: dict | None = None\n", {"parts": ["text_config"]}),
        ("    text_config: dict | None\n", {}),
        (
            "    sub_configs = {'text_config': ATextConfig, 'vision_config': AVisionConfig}\n",
            {"classes": {"text_config": "ATextConfig"}},
        ),
        ("    def __init__(self):\n        self.llm_config = B()\n", {"parts": ["llm_config"]}),
        ("    def __init__(self):\n        other.llm_config = B()\n", {}),
        ("    def __init__(self):\n        text_config = B()\n", {}),
        ("    num_experts: int = 8\n", {"values": {"num_experts": 8}}),
        ("    num_experts: int | None = None\n", {"values": {"num_experts": None}}),
        ("    num_experts: list = field(default_factory=list)\n", {}),
        ("    num_heads: int = 8\n", {}),
        ("    def __init__(self, num_experts=8, num_heads=4, *, n_routed_experts=2):\n        pass\n",
         {"values": {"num_experts": 8, "n_routed_experts": 2}}),
        ("    def other(self, num_experts=8):\n        pass\n", {}),
        ("    attribute_map = {'num_experts': 'moe_k', 'hidden_size': 'd'}\n", {"aliases": {"num_experts": "moe_k"}}),
        ("    attribute_map = NAMES\n", {}),
        ("    '''text_config: dict = None'''\n", {}),
    ],
)  # fmt: skip
def test_a_class_tells_what_its_objects_have(body: str, expected: dict[str, Any]) -> None:
    assert facts(body) == expected


def test_what_a_class_of_the_same_module_has_is_inherited() -> None:
    text = (
        b"class AConfig(PreTrainedConfig):\n    model_type = 'a'\n    num_experts: int = 8\n"
        b"    text_config: dict = None\n\n\nclass BConfig(AConfig):\n    model_type = 'b'\n    num_experts: int = 2\n"
        b"\n\nclass CConfig(AConfig):\n    pass\n"
    )
    first, second, third = class_facts(text)
    assert (first["values"], second["values"]) == ({"num_experts": 8}, {"num_experts": 2})
    assert second["parts"] == third["parts"] == ["text_config"]
    assert (second["model_type"], third["model_type"]) == ("b", None)


@pytest.mark.parametrize("text", [b"", b"model_type = 'a'\n", b"class A(\n    model_type"])
def test_a_module_without_classes_gives_none(text: bytes) -> None:
    assert class_facts(text) == []


def test_a_class_is_found_by_type_by_name_and_by_its_folder() -> None:
    text = b"class AConfig:\n    model_type = 'a-b'\n\n\nclass ATextConfig:\n    model_type = 'a_text'\n"
    classes = ConfigClasses({"transformers/models/a_b/configuration_a_b.py": class_facts(text)})
    beside = classes.beside("transformers/models/a_b/m.py")
    for found in (classes.of_type("a-b"), classes.named("AConfig"), beside):
        assert found is not None
        assert (found.name, found.line) == ("AConfig", 1)
        assert found.path == "transformers/models/a_b/configuration_a_b.py"
    assert classes.of_type(None) is classes.named(None) is None
    assert classes.beside("transformers/models/c/m.py") is None
