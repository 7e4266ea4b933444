"""transformers' own load path: AutoConfig in the forms of its years, and the Auto classes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.core.verdict.checkpoint import Checkpoint, only_named, read_checkpoint
from archtrack.core.verdict.config_classes import ConfigClasses
from archtrack.core.verdict.release_facts import (
    CONFIG_CLASSES,
    MODEL_TYPES,
    PROCESSOR_NAMES,
    LoadOptions,
    ReleaseFacts,
)
from archtrack.engines import load_engine
from archtrack.engines.base import Loads, ScanOptions
from archtrack.model import Gate, Status
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AUTO = "transformers/models/auto"
FOLDER = """
class AutoConfig:
    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, **kwargs):
        for pattern in CONFIG_MAPPING.keys():
            if pattern in str(pretrained_model_name_or_path):
                return CONFIG_MAPPING[pattern]
"""
MODELS = {
    "transformers/__init__.py": '__version__ = "9.8.7"\n_import_structure = {}\ndefine_import_structure("models")\n',
    "transformers/modeling_utils.py": (
        "class PreTrainedModel:\n    _supports_attention_backend = False\n    _supports_flex_attn = False\n\n"
        "    @classmethod\n    def is_backend_compatible(cls):\n        return cls._supports_attention_backend\n\n"
        "    @classmethod\n    def _can_set_attn_implementation(cls):\n        return 'ALL(' in code\n"
    ),
    "transformers/models/a/modeling_a.py": (
        "from ...modeling_utils import PreTrainedModel\nfrom .configuration_a import AConfig, ATextConfig\n"
        "class AModel(PreTrainedModel):\n    config: AConfig\n    _supports_flex_attn = True\n"
        "class AForCausalLM(AModel):\n    config: ATextConfig\n    x = ALL(\n    )\n"
        '__all__ = ["AModel", "AForCausalLM"]\n'
    ),
    "transformers/models/a/configuration_a.py": (
        'class ATextConfig(PreTrainedConfig):\n    model_type = "a_text"\n    num_experts: int = 8\n'
        'class AConfig(PreTrainedConfig):\n    model_type = "a"\n    sub_configs = {"text_config": ATextConfig}\n'
        "    text_config: dict | None = None\n"
        'class AVisionConfig(PreTrainedConfig):\n    model_type = "a_vision"\n'
    ),
    f"{AUTO}/modeling_auto.py": (
        'MODEL_MAPPING_NAMES = OrderedDict([("a", "AModel")])\n'
        'MODEL_FOR_CAUSAL_LM_MAPPING_NAMES = OrderedDict([("a", ("AForCausalLM", "BForCausalLM"))])\n'
        "MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES = OrderedDict([*list(MODEL_MAPPING_NAMES.items())])\n"
    ),
}
FORMS: dict[str, dict[str, str]] = {
    "since 2.4": {
        f"{AUTO}/configuration_auto.py": f'CONFIG_MAPPING = OrderedDict([("a", AConfig)])\n{FOLDER}',
    },
    "since 4.10": {
        f"{AUTO}/configuration_auto.py": (
            'CONFIG_MAPPING_NAMES = OrderedDict([("a", "AConfig")])\n'
            f"CONFIG_MAPPING = _LazyConfigMapping(CONFIG_MAPPING_NAMES)\n{FOLDER}"
        ),
    },
    "since 4.50": {
        f"{AUTO}/configuration_auto.py": (
            'CONFIG_MAPPING_NAMES = OrderedDict[str, str]([("a", "AConfig")])\n'
            f"CONFIG_MAPPING = _LazyConfigMapping(CONFIG_MAPPING_NAMES)\n{FOLDER}"
        ),
    },
    "since 5.6": {
        f"{AUTO}/auto_mappings.py": 'CONFIG_MAPPING_NAMES = OrderedDict([("a", "AConfig")])\n',
        f"{AUTO}/configuration_auto.py": (
            'CONFIG_MAPPING_NAMES.update({"mlcd": "MLCDConfig"})\n'
            'CONFIG_MAPPING_NAMES = OrderedDict(**{"gpt-sw3": "GPT2Config"}, **CONFIG_MAPPING_NAMES)\n'
            "CONFIG_MAPPING = _LazyConfigMapping(CONFIG_MAPPING_NAMES)\n"
            "class AutoConfig:\n    def from_pretrained(cls, pretrained_model_name_or_path):\n        pass\n"
        ),
    },
}


@pytest.fixture
def release(tmp_path: Path) -> Callable[..., ReleaseFacts]:
    """``release(files)``: the facts of a miniature transformers with those files."""

    def read(files: dict[str, str]) -> ReleaseFacts:
        for name, text in {**MODELS, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        engine = load_engine("transformers")
        assert isinstance(engine, Loads)
        library = Library(local_source(tmp_path, engine.layout), None)
        inventory = engine.scan(library, ScanOptions())
        return ReleaseFacts(
            engine="transformers",
            version=inventory.version,
            registered=inventory.by_name(),
            load=engine.load_facts(library, inventory),
        )

    return read


@pytest.mark.parametrize(
    ("form", "others", "folder"),
    [
        ("since 2.4", {}, True),
        ("since 4.10", {}, True),
        ("since 4.50", {}, True),
        ("since 5.6", {"gpt-sw3": {"config": "GPT2Config"}, "mlcd": {"config": "MLCDConfig"}}, False),
    ],
)
def test_the_model_types_that_auto_config_knows(
    *, release: Callable[..., ReleaseFacts], form: str, others: dict[str, Any], folder: bool
) -> None:
    load = release(FORMS[form]).load
    classes = {"CAUSAL_LM": "AForCausalLM", "MODEL": "AModel"}
    found = {key: fact.value for key, fact in load.tables[MODEL_TYPES].items()}
    assert found == {"a": {"config": "AConfig", "classes": classes}, **others}
    assert ("folder" in load.rules) is folder


def test_the_processors_that_auto_processor_has(release: Callable[..., ReleaseFacts]) -> None:
    generated = "PROCESSOR_MAPPING_NAMES = OrderedDict([('a', 'AProcessor'), ('b', 'Old')])\n"
    own = (
        "from .auto_mappings import PROCESSOR_MAPPING_NAMES\nif TYPE_CHECKING:\n"
        "    PROCESSOR_MAPPING_NAMES: OrderedDict[str, str | None] = OrderedDict()\nelse:\n"
        "    MISSING_PROCESSOR_MAPPING_NAMES = OrderedDict([('b', 'New'), ('c', None)])\n"
        "    PROCESSOR_MAPPING_NAMES.update(MISSING_PROCESSOR_MAPPING_NAMES)\n"
    )
    assert PROCESSOR_NAMES not in release(FORMS["since 4.50"]).load.tables
    files = {f"{AUTO}/auto_mappings.py": generated, f"{AUTO}/processing_auto.py": own}
    table = release({**FORMS["since 4.50"], **files}).load.tables[PROCESSOR_NAMES]
    assert {key: (fact.value, str(fact.place)) for key, fact in table.items()} == {
        "a": ("AProcessor", f"{AUTO}/auto_mappings.py:1"),
        "b": ("New", f"{AUTO}/processing_auto.py:5"),
    }


def test_a_release_without_a_table_has_none(release: Callable[..., ReleaseFacts]) -> None:
    load = release({f"{AUTO}/configuration_auto.py": FOLDER}).load
    assert MODEL_TYPES not in load.tables
    assert "folder" in load.rules


def test_configuration_classes_are_kept_where_they_set_more_than_a_type(
    release: Callable[..., ReleaseFacts],
) -> None:
    table = release(FORMS["since 5.6"]).load.tables[CONFIG_CLASSES]
    assert {key: fact.value for key, fact in table.items()} == {
        "AConfig": {"type": "a", "parts": ["text_config"], "classes": {"text_config": "ATextConfig"}},
        "ATextConfig": {"type": "a_text", "values": {"num_experts": 8}},
    }
    classes = ConfigClasses.of_table(table)
    found = classes.of_type("a")
    assert found is not None
    assert (found.parts, found.line, found.path) == (
        ("text_config",),
        4,
        "transformers/models/a/configuration_a.py",
    )
    assert classes.named(found.classes["text_config"]) == classes.of_type("a_text")
    assert classes.of_type("a_vision") is None


def test_what_transformers_says_of_a_class(release: Callable[..., ReleaseFacts]) -> None:
    registered = release(FORMS["since 5.6"]).registered
    facts = {name: each.transformers for name, each in registered.items() if name != "PreTrainedModel"}
    assert {
        name: each and (each.model_type, each.flex_attention, each.attention_settable)
        for name, each in facts.items()
    } == {"AModel": ("a", True, True), "AForCausalLM": ("a_text", True, True)}


def config(**keys: Any) -> Checkpoint:
    return read_checkpoint(json.dumps(keys).encode())


REMOTE = {"AutoConfig": "c.C", "AutoModelForCausalLM": "m.M"}


@pytest.mark.parametrize(
    ("checkpoint", "status", "gate", "resolved", "fix", "says"),
    [
        (config(architectures=["AModel"], model_type="a"), "native", None, "AModel", None, "AutoConfig of"),
        (
            config(architectures=["AModel"], model_type="b"),
            "unsupported",
            "config",
            None,
            "model_type `a` instead of `b`",
            "does not know the model type `b`",
        ),
        (config(architectures=["XModel"], model_type="b"), "unsupported", "config", None, None, "`b`"),
        (config(architectures=["AModel"]), "unsupported", "config", None, None, "“Unrecognized model”"),
        (
            config(architectures=["AModel"], model_type="b", auto_map=REMOTE),
            "native",
            None,
            "AModel",
            None,
            "auto_map.AutoConfig",
        ),
        (
            config(architectures=["XModel"], model_type="b", auto_map=REMOTE),
            "remote code",
            None,
            None,
            None,
            "auto_map.AutoModelForCausalLM",
        ),
        (
            config(architectures=["XModel"], model_type="a"),
            "native",
            None,
            "AForCausalLM",
            None,
            "AutoModelForCausalLM (AForCausalLM), AutoModel (AModel)",
        ),
        (
            config(architectures=["XModel"], model_type="mlcd"),
            "unsupported",
            "architecture",
            None,
            None,
            "no public class XModel",
        ),
        (only_named("AForCausalLM"), "native", None, "AForCausalLM", None, "only the architecture is known"),
        (only_named("XForCausalLM"), "unsupported", "architecture", None, None, "no public class"),
    ],
)
def test_the_gates_of_transformers_itself(
    release: Callable[..., ReleaseFacts],
    checkpoint: Checkpoint,
    status: str,
    gate: str | None,
    resolved: str | None,
    fix: str | None,
    says: str,
) -> None:
    engine = load_engine("transformers")
    assert isinstance(engine, Loads)
    verdict = engine.load(checkpoint, release(FORMS["since 5.6"]), LoadOptions())
    assert (verdict.status, verdict.gate, verdict.resolved, verdict.fix) == (
        Status(status),
        gate and Gate(gate),
        resolved,
        fix,
    )
    assert any(says in step.text for step in verdict.steps), [step.text for step in verdict.steps]
    assert verdict.because in verdict.steps


@pytest.mark.parametrize(
    ("folder", "status", "says"),
    [
        (None, "native", "not followed"),
        ("my-a", "native", "in the folder's name"),
        ("other", "native", "in the folder's name"),
        ("xyz", "unsupported", "finds none"),
    ],
)
def test_releases_that_look_at_the_folders_name(
    release: Callable[..., ReleaseFacts], folder: str | None, status: str, says: str
) -> None:
    files = {path: text.replace('"a"', '"a", AConfig), ("oth"') for path, text in FORMS["since 2.4"].items()}
    engine = load_engine("transformers")
    assert isinstance(engine, Loads)
    verdict = engine.load(config(architectures=["AModel"]), release(files), LoadOptions(folder=folder))
    assert verdict.status is Status(status)
    assert any(says in step.text for step in verdict.steps)
