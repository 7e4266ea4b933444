"""MLX-LM: which module runs a model type, and which architectures transformers knows for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from archtrack.engines import load_engine
from archtrack.engines.base import ScanOptions
from archtrack.errors import SourceError
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]

UTILS = "mlx_lm/utils.py"
MODELS = "mlx_lm/models"
MODEL = "class ModelArgs: ...\n\n\nclass Model: ...\n"
REMAPPING = 'MODEL_REMAPPING = {"mistral": "llama"}\n'
AUTO = "transformers/models/auto/modeling_auto.py"
TABLES = """from collections import OrderedDict

MODEL_FOR_CAUSAL_LM_MAPPING_NAMES = OrderedDict(
    [
        ("apollo", "LlamaForCausalLM"),
        ("llama", "LlamaForCausalLM"),
        ("mistral", "MistralForCausalLM"),
        ("qwen2_moe", "Qwen2MoeForCausalLM"),
        ("seer", "SeerForConditionalGeneration"),
    ]
)

MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES = OrderedDict([("seer", "SeerForConditionalGeneration")])
MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES = OrderedDict([("hearer", "HearerForConditionalGeneration")])
MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES = OrderedDict([("llama", "LlamaForSequenceClassification")])
MODEL_FOR_MASKED_LM_MAPPING_NAMES = OrderedDict([("bert", "BertForMaskedLM")])
"""


@pytest.fixture
def joined(scan: Scan, tmp_path: Path) -> Callable[..., Inventory]:
    """Scans files of MLX-LM, joined with tables of transformers."""

    def run(files: Mapping[str, str], tables: str = TABLES) -> Inventory:
        path = tmp_path / "companion" / AUTO
        path.parent.mkdir(parents=True)
        path.write_text(tables, encoding="utf-8")
        (tmp_path / "companion" / "transformers" / "__init__.py").touch()
        source = local_source(tmp_path / "companion", load_engine("transformers").layout)
        named = {name if name == UTILS else f"{MODELS}/{name}": text for name, text in files.items()}
        options = ScanOptions(companion=Library(source, None))
        return scan("mlx-lm", {UTILS: REMAPPING, "mlx_lm/__init__.py": "", **named}, options)

    return run


def told(found: Inventory) -> dict[str, Any]:
    return {each.name: (each.file, each.groups) for each in found.registrations}


def odd(found: Inventory) -> list[str]:
    return [str(each.place) for each in found.unresolved]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, {}),
        ({"qwen2_moe.py": MODEL}, {"Qwen2MoeForCausalLM": ("qwen2_moe.py", ("qwen2_moe",))}),
        (
            {"qwen2_moe/__init__.py": MODEL},
            {"Qwen2MoeForCausalLM": ("qwen2_moe/__init__.py", ("qwen2_moe",))},
        ),
        ({"hearer.py": MODEL}, {"HearerForConditionalGeneration": ("hearer.py", ("hearer",))}),
        ({"bert.py": MODEL}, {}),
        ({"sub/llama.py": MODEL}, {}),
        ({"seer.py": "class Attention: ...\n"}, {}),
        ({"seer.py": "def Model(): ...\nModelArgs = 1\n"}, {}),
        # A remapped type is run by the other module, whether it has its own or not.
        (
            {"llama.py": MODEL, "mistral.py": MODEL},
            {"LlamaForCausalLM": ("llama.py", ("llama",)), "MistralForCausalLM": ("llama.py", ("mistral",))},
        ),
        ({"mistral.py": MODEL}, {}),
        # The type that the architecture is named after stands for it.
        (
            {"apollo.py": MODEL, "llama.py": MODEL, UTILS: "MODEL_REMAPPING = {}"},
            {"LlamaForCausalLM": ("llama.py", ("apollo", "llama"))},
        ),
        ({"apollo.py": MODEL}, {"LlamaForCausalLM": ("apollo.py", ("apollo",))}),
        (
            {"seer.py": "from .llama import Model\nfrom .llama import ModelArgs as ModelArgs\n"},
            {"SeerForConditionalGeneration": ("seer.py", ("seer",))},
        ),
    ],
)
def test_a_module_runs_the_architectures_of_its_type(
    joined: Scan, files: dict[str, str], expected: dict[str, Any]
) -> None:
    found = joined(files)
    assert told(found) == expected
    assert odd(found) == []


@pytest.mark.parametrize(
    ("utils", "expected"),
    [
        ('MODEL_MAPPING = {"llama": llama}', {"LlamaForCausalLM": ("llama.py", ("llama",))}),
        (
            'MODEL_MAPPING = {"mistral": llama, "apollo": seer}',
            {"LlamaForCausalLM": ("seer.py", ("apollo",)), "MistralForCausalLM": ("llama.py", ("mistral",))},
        ),
        ("MODEL_MAPPING = {}", {}),
        # A table of architectures wins over the type's own module, for that architecture alone.
        (
            'MODEL_REMAPPING = {}\nMODEL_ARCHITECTURE_REMAPPING = {("seer", "OtherForCausalLM"): "llama"}',
            {
                "LlamaForCausalLM": ("llama.py", ("llama",)),
                "OtherForCausalLM": ("llama.py", ("seer",)),
                "SeerForConditionalGeneration": ("seer.py", ("seer",)),
            },
        ),
        (
            'MODEL_REMAPPING = {}\nMODEL_ARCHITECTURE_REMAPPING = {("seer", "SeerForConditionalGeneration"): "llama"}',
            {
                "LlamaForCausalLM": ("llama.py", ("llama",)),
                "SeerForConditionalGeneration": ("llama.py", ("seer",)),
            },
        ),
    ],
)
def test_what_the_tables_say_of_types(joined: Scan, utils: str, expected: dict[str, Any]) -> None:
    found = joined({UTILS: utils, "llama.py": MODEL, "seer.py": MODEL})
    assert told(found) == expected
    assert odd(found) == []


def test_a_registration_points_at_the_line_that_leads_to_the_class_and_at_the_class(joined: Scan) -> None:
    found = joined({"llama.py": MODEL, "seer.py": "from .llama import Model, ModelArgs\n"}).by_name()
    places = {name: (str(each.place), each.defined and str(each.defined)) for name, each in found.items()}
    assert places == {
        "LlamaForCausalLM": (f"{MODELS}/llama.py:4", f"{MODELS}/llama.py:4"),
        "MistralForCausalLM": (f"{UTILS}:1", f"{MODELS}/llama.py:4"),
        "SeerForConditionalGeneration": (f"{MODELS}/seer.py", None),
    }
    assert {each.class_name for each in found.values()} == {"Model"}
    assert found["MistralForCausalLM"].defined_in == "mlx_lm.models.llama"


def test_the_table_of_models_that_take_more_than_text_says_the_category(joined: Scan) -> None:
    found = joined({"llama.py": MODEL, "seer.py": MODEL, UTILS: "MODEL_REMAPPING = {}"})
    assert [
        (each.name, each.category and each.category.value, each.category_source)
        for each in found.registrations
    ] == [
        ("LlamaForCausalLM", "text", f"{AUTO}:6 MODEL_FOR_CAUSAL_LM_MAPPING_NAMES"),
        (
            "SeerForConditionalGeneration",
            "multimodal",
            f"{AUTO}:13 MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES",
        ),
    ]


@pytest.mark.parametrize(
    ("utils", "unjoined"),
    [
        (REMAPPING, ("bert", "phixtral")),
        ('MODEL_MAPPING = {"llama": llama, "phi-msft": phixtral}', ("phi-msft",)),
    ],
)
def test_types_that_no_table_joins_are_a_note(joined: Scan, utils: str, unjoined: tuple[str, ...]) -> None:
    files = {
        "llama.py": MODEL,
        "bert.py": MODEL,
        "phixtral.py": MODEL,
        "base.py": "class BaseModelArgs: ...\n",
    }
    assert dict(joined({UTILS: utils, **files}).facts) == {"unjoined_model_types": unjoined}


@pytest.mark.parametrize(
    ("files", "names", "places"),
    [
        ({UTILS: "MODEL_REMAPPING = {"}, ["LlamaForCausalLM"], [f"{UTILS}:1"]),
        ({UTILS: "MODEL_REMAPPING = build()"}, ["LlamaForCausalLM"], [UTILS]),
        ({UTILS: "MODEL_REMAPPING = {\n    'mistral': name()}"}, ["LlamaForCausalLM"], [f"{UTILS}:2"]),
        # The engine stops at a module that is not there, too.
        ({UTILS: "MODEL_REMAPPING = {'mistral': 'nowhere'}"}, ["LlamaForCausalLM"], []),
        (
            {UTILS: "MODEL_MAPPING = {'llama': llama,\n'mistral': other}"},
            ["LlamaForCausalLM"],
            [f"{UTILS}:2"],
        ),
        (
            {UTILS: "MODEL_REMAPPING = {}\nMODEL_ARCHITECTURE_REMAPPING = {('seer', name()): 'llama'}"},
            ["LlamaForCausalLM"],
            [f"{UTILS}:2"],
        ),
        ({"seer.py": "class Model("}, ["LlamaForCausalLM", "MistralForCausalLM"], [f"{MODELS}/seer.py:1"]),
        (
            {"seer.py": "class ModelArgs: ...\nModel = build()\n"},
            ["LlamaForCausalLM", "MistralForCausalLM"],
            [f"{MODELS}/seer.py"],
        ),
    ],
)
def test_what_is_not_written_out_is_said(
    joined: Scan, files: dict[str, str], names: list[str], places: list[str]
) -> None:
    found = joined({"llama.py": MODEL, **files})
    assert list(told(found)) == names
    assert odd(found) == places


def test_a_condition_of_a_remapping_is_kept(joined: Scan) -> None:
    utils = 'MODEL_REMAPPING = {}\nif metal():\n    MODEL_REMAPPING["mistral"] = "llama"\n'
    found = joined({UTILS: utils, "llama.py": MODEL}).by_name()
    assert {name: each.condition for name, each in found.items()} == {
        "LlamaForCausalLM": None,
        "MistralForCausalLM": "metal()",
    }


def test_without_something_to_join_with_there_is_no_scan(scan: Scan) -> None:
    with pytest.raises(SourceError, match="name a transformers to join them with"):
        scan("mlx-lm", {UTILS: REMAPPING, f"{MODELS}/llama.py": MODEL})


@pytest.mark.parametrize(
    "tables", ["", "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES = OrderedDict([", TABLES.replace("_NAMES", "")]
)
def test_a_transformers_without_these_tables_is_refused(joined: Scan, tables: str) -> None:
    with pytest.raises(SourceError, match="name another release of transformers"):
        joined({"llama.py": MODEL}, tables)


def test_a_tree_that_is_another_package_is_refused(scan: Scan) -> None:
    with pytest.raises(SourceError, match="not MLX-LM; name another source"):
        scan("mlx-lm", {f"{MODELS}/llama.py": MODEL})
