"""MLX-LM: which module runs a model type, and what becomes of a checkpoint."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from verdicts import load, shown, transformers

from archtrack.core.verdict.checkpoint import Checkpoint, only_named
from archtrack.core.verdict.release_facts import LoadFacts, ReleaseFacts
from archtrack.engines import load_engine
from archtrack.engines.mlx_lm.types import Types
from archtrack.errors import SourceError
from archtrack.model import Broken, Place, Registration
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]

UTILS = "mlx_lm/utils.py"
MODELS = "mlx_lm/models"
MODEL = "class ModelArgs: ...\n\n\nclass Model: ...\n"
REMAPPING = 'MODEL_REMAPPING = {"mistral": "llama"}\n'
RECORDED = json.loads((Path(__file__).parents[1] / "data" / "mlx-lm-0.32.2.json").read_text(encoding="utf-8"))
ENGINE: Any = load_engine("mlx-lm")


def placed(files: Mapping[str, str]) -> dict[str, str]:
    named = {name if name == UTILS else f"{MODELS}/{name}": text for name, text in files.items()}
    return {UTILS: REMAPPING, "mlx_lm/__init__.py": "", **named}


@pytest.fixture
def types(scan: Scan) -> Callable[[Mapping[str, str]], Inventory]:
    return lambda files: scan("mlx-lm", placed(files))


def told(found: Inventory) -> dict[str, Any]:
    return {each.name: each.file for each in found.registrations}


def odd(found: Inventory) -> list[str]:
    return [str(each.place) for each in found.unresolved]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, {}),
        ({"qwen2_moe.py": MODEL}, {"qwen2_moe": "qwen2_moe.py"}),
        ({"qwen2_moe/__init__.py": MODEL}, {"qwen2_moe": "qwen2_moe/__init__.py"}),
        ({"lfm2-vl.py": MODEL, "Klear.py": MODEL}, {"Klear": "Klear.py", "lfm2-vl": "lfm2-vl.py"}),
        ({"sub/llama.py": MODEL}, {}),
        ({"seer.py": "class Attention: ...\n"}, {}),
        ({"seer.py": "class Model: ...\n"}, {}),
        ({"cache.py": "def save():\n    return globals()['x']\n"}, {}),
        # A remapped type is run by the other module, whether it has its own or not.
        ({"llama.py": MODEL, "mistral.py": MODEL}, {"llama": "llama.py", "mistral": "llama.py"}),
        ({"mistral.py": MODEL}, {}),
        # The module of the class is named, not the one that takes it from there.
        (
            {
                "llama.py": MODEL,
                "seer.py": "from .llama import Model\nfrom .llama import ModelArgs as ModelArgs\n",
            },
            {"llama": "llama.py", "mistral": "llama.py", "seer": "llama.py"},
        ),
        (
            {
                "llama.py": MODEL.replace("Model:", "LM:"),
                "seer.py": "from .llama import LM as Model, ModelArgs\n",
            },
            {"seer": "llama.py"},
        ),
    ],
)
def test_a_module_with_both_classes_runs_its_type(
    types: Scan, files: dict[str, str], expected: dict[str, Any]
) -> None:
    found = types(files)
    assert told(found) == expected
    assert odd(found) == []


@pytest.mark.parametrize(
    ("utils", "expected", "pairs"),
    [
        ('MODEL_MAPPING = {"llama": llama}', {"llama": "llama.py"}, []),
        ('MODEL_MAPPING = {"mistral": llama, "x": seer}', {"mistral": "llama.py", "x": "seer.py"}, []),
        ("MODEL_MAPPING = {}", {}, []),
        # A type together with an architecture is no type of its own.
        (
            'MODEL_REMAPPING = {}\nMODEL_ARCHITECTURE_REMAPPING = {("other", "OtherForCausalLM"): "llama"}',
            {"llama": "llama.py", "seer": "seer.py"},
            [("other", "OtherForCausalLM", f"{UTILS}:2")],
        ),
    ],
)
def test_what_the_tables_say_of_types(
    types: Scan, tmp_path: Path, utils: str, expected: dict[str, Any], pairs: list[Any]
) -> None:
    found = types({UTILS: utils, "llama.py": MODEL, "seer.py": MODEL})
    assert told(found) == expected
    assert odd(found) == []
    library = Library(local_source(tmp_path / "mlx-lm", ENGINE.layout), None)
    named = Types(library).architectures
    assert [(*pair, str(named[pair].place)) for pair in sorted(named)] == pairs


def test_a_registration_points_at_the_line_that_leads_to_the_class_and_at_the_class(types: Scan) -> None:
    found = types({"llama.py": MODEL, "seer.py": "from .llama import Model, ModelArgs\n"}).by_name()
    assert {name: (str(each.place), str(each.defined)) for name, each in found.items()} == {
        "llama": (f"{MODELS}/llama.py:4", f"{MODELS}/llama.py:4"),
        "mistral": (f"{UTILS}:1", f"{MODELS}/llama.py:4"),
        "seer": (f"{MODELS}/seer.py:1", f"{MODELS}/llama.py:4"),
    }
    assert {each.defined_in for each in found.values()} == {"mlx_lm.models.llama"}


@pytest.mark.parametrize(
    ("files", "names", "places"),
    [
        ({UTILS: "MODEL_REMAPPING = {"}, ["llama"], [f"{UTILS}:1"]),
        ({UTILS: "\nMODEL_REMAPPING = build()"}, ["llama"], [f"{UTILS}:2"]),
        ({UTILS: "x = 1"}, ["llama"], [UTILS]),
        ({UTILS: "MODEL_REMAPPING = {\n    'mistral': name()}"}, ["llama"], [f"{UTILS}:2"]),
        # The engine stops at a module that is not there, too.
        ({UTILS: "MODEL_REMAPPING = {'mistral': 'nowhere'}"}, ["llama"], []),
        ({UTILS: "MODEL_MAPPING = {'llama': llama,\n'mistral': other}"}, ["llama"], [f"{UTILS}:2"]),
        (
            {UTILS: "MODEL_REMAPPING = {}\nMODEL_ARCHITECTURE_REMAPPING = {('seer', name()): 'llama'}"},
            ["llama"],
            [f"{UTILS}:2"],
        ),
        ({UTILS: "MODEL_REMAPPING = {}\nMODEL_ARCHITECTURE_REMAPPING = make()"}, ["llama"], [f"{UTILS}:2"]),
        ({"seer.py": "class Model("}, ["llama", "mistral"], [f"{MODELS}/seer.py:1"]),
        ({"seer.py": "class ModelArgs: ...\nModel = build()\n"}, ["llama", "mistral"], [f"{MODELS}/seer.py:2"]),
        ({"seer.py": "def Model(): ...\nclass ModelArgs: ...\n"}, ["llama", "mistral"], [f"{MODELS}/seer.py:1"]),
        ({"seer.py": "\nfrom .llama import *\n"}, ["llama", "mistral"], [f"{MODELS}/seer.py:2"]),
        ({"seer.py": "from elsewhere import *\n"}, ["llama", "mistral"], [f"{MODELS}/seer.py:1"]),
        ({"seer.py": "from .base import *\n", "base.py": "x = 1\n"}, ["llama", "mistral"], []),
        (
            {"seer.py": "import x\nfrom .nothere import Model, ModelArgs\n"},
            ["llama", "mistral"],
            [f"{MODELS}/seer.py:2", f"{MODELS}/seer.py:2"],
        ),
        ({"seer.py": "from . import llama\nModel = llama.Model\nclass ModelArgs: ...\n"}, ["llama", "mistral"],
         [f"{MODELS}/seer.py:2"]),
        ({"seer.py": "def __getattr__(name): ...\n"}, ["llama", "mistral"], [f"{MODELS}/seer.py:1"]),
        ({"seer.py": "class Model: ...\nglobals()['ModelArgs'] = x\n"}, ["llama", "mistral"],
         [f"{MODELS}/seer.py:2"]),
    ],
)  # fmt: skip
def test_what_is_not_written_out_is_said(
    types: Scan, files: dict[str, str], names: list[str], places: list[str]
) -> None:
    found = types({"llama.py": MODEL, **files})
    assert list(told(found)) == names
    assert odd(found) == places


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {UTILS: 'MODEL_REMAPPING = {}\nif metal():\n    MODEL_REMAPPING["mistral"] = "llama"\n'},
            {"llama": None, "mistral": "metal()"},
        ),
        (
            {"seer.py": "class ModelArgs: ...\nif metal():\n    class Model: ...\n"},
            {"llama": None, "mistral": None, "seer": "metal()"},
        ),
    ],
)
def test_a_condition_is_kept(types: Scan, files: dict[str, str], expected: dict[str, Any]) -> None:
    found = types({"llama.py": MODEL, **files}).by_name()
    assert {name: each.condition for name, each in found.items()} == expected


def test_a_tree_that_is_another_package_is_refused(scan: Scan) -> None:
    with pytest.raises(SourceError, match="not MLX-LM; name another source"):
        scan("mlx-lm", {f"{MODELS}/llama.py": MODEL})


# -- what becomes of a checkpoint ------------------------------------------------------------------

LOADER = """
MODEL_REMAPPING = {"mistral": "llama"}
MODEL_ARCHITECTURE_REMAPPING = {("hybrid", "V3ForCausalLM"): "other"}


def _transform(weights, quantization_config):
    bits = quantization_config.get("bits", 4)
    if bits != 4:
        raise ValueError(bits)


def _compressed(quantization_config):
    fmt = quantization_config.get("format")
    if fmt == "pack-quantized":
        return {}
    raise ValueError(fmt)


def load_model(path, trust_remote_code=False):
    if (model_file := config.get("model_file")) is not None:
        pass
    quant_method = quantization_config["quant_method"]
    if quant_method == "mxfp4":
        pass
    elif quant_method == "fp8" and quantization_config.get("scale_fmt") == "ue8m0" and more():
        pass
    elif quant_method == "compressed-tensors":
        quantization = _compressed(quantization_config)
    elif quant_method == "modelopt":
        settings = quantization_config.get("quantization", quantization_config)
        algo = settings["quant_algo"]
        if algo != "NVFP4":
            raise ValueError(algo)
    elif quant_method in ("awq", "gptq"):
        weights, quantization = _transform(weights, quantization_config)
"""
OLD = 'MODEL_REMAPPING = {"mistral": "llama"}\ndef load_model(path): ...\n'
PARTS = "class ModelArgs:\n    text_config: dict\n    vision_config: dict = None\n\nclass Model: ...\n"
OWN = MODEL + '\n\ndef sanitize(self, weights):\n    return weights["a.weight_scale_inv"]\n'
FILES = {
    "llama.py": MODEL,
    "hybrid.py": MODEL,
    "other.py": MODEL,
    "parts.py": PARTS,
    "deepseek.py": OWN,
    "kimi.py": "from .deepseek import Model as Base\nclass ModelArgs: ...\nclass Model: ...\n",
}


@pytest.fixture
def release(scan: Scan, tmp_path: Path) -> Callable[..., ReleaseFacts]:
    """Facts of a release of these files, with a transformers that knows some classes."""

    def make(utils: str = LOADER, **more: Any) -> ReleaseFacts:
        inventory = scan("mlx-lm", placed({**FILES, UTILS: utils}))
        library = Library(local_source(tmp_path / "mlx-lm", ENGINE.layout), None)
        return ReleaseFacts(
            **{
                "engine": "mlx-lm",
                "version": "0.32.2",
                "registered": inventory.by_name(),
                "load": ENGINE.load_facts(library, inventory),
                "transformers": transformers({"LlamaForCausalLM": "llama", "OddForCausalLM": None}),
                **more,
            }
        )

    return make


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"model_type": "llama"}, ("native", None, "llama", "llama")),
        ({"model_type": "mistral"}, ("native", None, "llama", "mistral")),
        # The type alone decides, whatever the architectures say.
        ({"model_type": "llama", "architectures": ["XForCausalLM", "Y"]}, ("native", None, "llama", "llama")),
        (
            {"model_type": "x", "architectures": ["LlamaForCausalLM"]},
            ("unsupported", "architecture", None, "x"),
        ),
        # But for a type that is named together with an architecture.
        ({"model_type": "hybrid", "architectures": ["V3ForCausalLM"]}, ("native", None, "other", "hybrid")),
        (
            {"model_type": "hybrid", "architectures": ["A", "V3ForCausalLM"]},
            ("native", None, "other", "hybrid"),
        ),
        ({"model_type": "hybrid", "architectures": ["V2ForCausalLM"]}, ("native", None, "hybrid", "hybrid")),
        ({"model_type": "llama", "architectures": ["V3ForCausalLM"]}, ("native", None, "llama", "llama")),
        ({"architectures": ["LlamaForCausalLM"]}, ("unsupported", "config", None, None)),
        ({"model_type": "x", "model_file": "own.py"}, ("remote code", None, None, None)),
        ({"model_type": "llama", "model_file": None}, ("native", None, "llama", "llama")),
    ],
)
def test_the_config_s_model_type_decides(
    release: Callable[..., ReleaseFacts], config: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert shown(load(config, release())) == expected


@pytest.mark.parametrize(
    ("name", "expected", "text"),
    [
        (
            "LlamaForCausalLM",
            ("native", None, "llama", "llama"),
            "for model type `llama` in transformers 5.24.0",
        ),
        ("V3ForCausalLM", ("native", None, "other", "hybrid"), "itself names `V3ForCausalLM`"),
        (
            "OddForCausalLM",
            ("unknown", None, None, None),
            "nothing says which one `OddForCausalLM` has; give a config",
        ),
        ("NobodyForCausalLM", ("unknown", None, None, None), " goes by model type"),
    ],
)
def test_a_bare_architecture_goes_through_its_own_type(
    release: Callable[..., ReleaseFacts], name: str, expected: tuple[Any, ...], text: str
) -> None:
    found = load(only_named(name), release())
    assert shown(found) == expected
    assert text in found.steps[0].text


def test_a_bare_model_type_needs_no_architecture(release: Callable[..., ReleaseFacts]) -> None:
    known = release(transformers=None)
    assert shown(load(Checkpoint(architectures=(), model_type="mistral", given=False), known))[0] == "native"
    assert shown(load(Checkpoint(architectures=(), model_type="x", given=False), known))[0] == "unsupported"
    assert shown(load(only_named("LlamaForCausalLM"), known))[0] == "unknown"


@pytest.mark.parametrize(
    ("utils", "model_type", "quantization", "expected"),
    [
        (LOADER, "llama", {"quant_method": "mxfp4"}, None),
        (LOADER, "llama", {"quant_method": "awq", "bits": 4}, None),
        (LOADER, "llama", {"quant_method": "awq"}, None),
        (LOADER, "llama", {"quant_method": "awq", "bits": 8}, f"{UTILS}:34"),
        (LOADER, "llama", {"quant_method": "compressed-tensors", "format": "pack-quantized"}, None),
        (LOADER, "llama", {"quant_method": "compressed-tensors", "format": "float-quantized"}, f"{UTILS}:27"),
        (LOADER, "llama", {"quant_method": "modelopt", "quant_algo": "NVFP4"}, None),
        (LOADER, "llama", {"quant_method": "modelopt", "quant_algo": "FP8"}, f"{UTILS}:29"),
        (LOADER, "llama", {"quant_method": "fp8", "scale_fmt": "ue8m0"}, None),
        (LOADER, "llama", {"quant_method": "fp8"}, f"{UTILS}:19"),
        # A module that names such weights may take them itself, or one that takes its classes from there.
        (LOADER, "deepseek", {"quant_method": "fp8"}, None),
        (LOADER, "kimi", {"quant_method": "fp8"}, None),
        (LOADER, "llama", {"quant_method": "bitsandbytes"}, f"{UTILS}:19"),
        (OLD, "llama", {"quant_method": "awq"}, f"{UTILS}:2"),
        (OLD, "llama", {}, None),
        # No loader is found: nothing is claimed.
        (REMAPPING, "llama", {"quant_method": "awq"}, None),
    ],
)  # fmt: skip
def test_what_is_made_of_a_quantised_checkpoint(
    release: Callable[..., ReleaseFacts],
    utils: str,
    model_type: str,
    quantization: dict[str, Any],
    expected: str | None,
) -> None:
    known = release(utils)
    config = {"model_type": model_type, "quantization_config": quantization}
    found = load(config, known)
    place = found.because.place if found.gate else None
    assert (found.gate and found.gate.value, place and str(place)) == (
        expected and "quantisation",
        expected,
    )
    own = load({**config, "quantization": {"bits": 4}}, known)  # MLX-LM's own form
    assert own.status.value == "native"


INSIDE = LOADER.replace(
    "    quant_method = quantization_config", "    config['x'] = text_config['quantization_config']\n"
    "    quant_method = quantization_config", 1
)  # fmt: skip
MLX = {"group_size": 64, "bits": 4}
MXFP4 = {"quant_method": "mxfp4"}
BNB = {"quant_method": "bitsandbytes"}


@pytest.mark.parametrize(
    ("utils", "keys", "gate", "said"),
    [
        # without a method
        (LOADER, {"quantization_config": MLX}, True, "stops with a KeyError"),
        (LOADER, {"quantization_config": {"load_in_4bit": True}}, True, "stops with a KeyError"),
        (LOADER, {"quantization_config": MLX, "quantization": None}, True, "stops with a KeyError"),
        (LOADER, {"quantization_config": MLX, "quantization": MLX}, False, "MLX-LM's own `quantization`"),
        (LOADER, {"quantization_config": {}}, False, None),
        (OLD, {"quantization_config": MLX}, True, "load_model does nothing for"),
        (REMAPPING, {"quantization_config": MLX}, False, "could not be read"),
        # inside of text_config
        (INSIDE, {"text_config": {"quantization_config": MXFP4}}, False, "`mxfp4` is taken"),
        (INSIDE, {"text_config": {"quantization_config": BNB}}, True, "nothing for quantisation method"),
        (INSIDE, {"text_config": {"quantization_config": MLX}}, True, "stops with a KeyError"),
        (INSIDE, {"text_config": {"quantization_config": MXFP4}, "quantization_config": None}, True,
         "nothing for the quantisation in `text_config.quantization_config`"),
        (LOADER, {"text_config": {"quantization_config": MXFP4}}, True,
         "nothing for the quantisation in `text_config.quantization_config`"),
        (INSIDE, {"compression_config": MXFP4}, True, "nothing for the quantisation in `compression_config`"),
    ],
)  # fmt: skip
def test_a_quantisation_without_a_method_or_inside_of_a_part(
    release: Callable[..., ReleaseFacts],
    utils: str,
    keys: dict[str, Any],
    gate: bool,  # noqa: FBT001
    said: str | None,
) -> None:
    found = load({"model_type": "llama", **keys}, release(utils))
    assert (found.status.value, found.gate and found.gate.value) == (
        ("unsupported", "quantisation") if gate else ("native", None)
    )
    texts = [step.text for step in found.steps if "quant" in step.text]
    assert any(said in text for text in texts) if said else texts == []


def test_facts_that_do_not_say_whether_it_looks_inside_stop_nothing(
    release: Callable[..., ReleaseFacts],
) -> None:
    known = release(INSIDE)
    assert known.load.rules["load_model"]["inside"] is True
    assert release(LOADER).load.rules["load_model"]["inside"] is False
    rules = {**known.load.rules, "load_model": {"line": 1}}
    found = load(
        {"model_type": "llama", "text_config": {"quantization_config": BNB}},
        replace(known, load=replace(known.load, rules=rules)),
    )
    assert found.status.value == "native"
    assert "is not known: the gate is not followed" in found.steps[-1].text


def test_a_module_that_cannot_be_imported_is_said(release: Callable[..., ReleaseFacts]) -> None:
    place = Place(file=f"{MODELS}/llama.py", line=1)
    for certain, status in ((True, "unimportable"), (False, "native")):
        broken = Broken(reason="x is not there", place=place, condition=None, certain=certain, through=())
        found = load({"model_type": "llama"}, release(broken={f"{MODELS}/llama.py": broken}))
        assert found.status.value == status


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"model_type": "parts"}, [True]),
        ({"model_type": "parts", "text_config": {}}, []),
        ({"model_type": "llama"}, []),
    ],
)
def test_a_flat_config_for_a_module_of_parts_is_said_and_proves_nothing(
    release: Callable[..., ReleaseFacts], config: dict[str, Any], said: list[bool]
) -> None:
    found = load(config, release())
    assert found.status.value == "native"
    assert [True for step in found.steps if "asks for `text_config`" in step.text] == said


@pytest.mark.parametrize(
    ("row", "status"),
    [pytest.param(row, "native" if row[3] else "unsupported", id=row[0]) for row in RECORDED["checkpoints"]],
)
def test_recorded_checkpoints(row: list[Any], status: str) -> None:
    """Checkpoints of the Hub, with the module that MLX-LM 0.32.2 itself takes for them."""
    _, architecture, model_type, module = row
    known = ReleaseFacts(
        engine="mlx-lm",
        version="0.32.2",
        registered={
            name: Registration(name=name, file=f"{file}.py", place=Place(file=UTILS, line=1), defined_in="")
            for name, file in RECORDED["runs"].items()
        },
        load=LoadFacts(),
    )
    found = load({"architectures": [architecture], "model_type": model_type}, known)
    assert (found.status.value, found.resolved) == (status, module)


# -- real releases ---------------------------------------------------------------------------------

LLAMA4 = {"architectures": ["Llama4ForCausalLM"], "model_type": "llama4_text"}
EXAONE = {"architectures": ["ExaoneForCausalLM"], "model_type": "exaone"}
HUNYUAN = {"architectures": ["HunYuanMoEV1ForCausalLM"], "model_type": "hunyuan"}
V3 = {"architectures": ["BailingMoeV3ForCausalLM"], "model_type": "bailing_hybrid"}
AWQ = {"model_type": "llama", "quantization_config": {"quant_method": "awq", "bits": 4}}


@pytest.mark.network
@pytest.mark.parametrize(
    ("version", "count", "expected"),
    [
        ("0.0.3", 4, {"llama": "native", "exaone": "unsupported"}),
        ("0.9.0", 16, {"exaone": "unsupported", "awq": "unsupported"}),
        ("0.20.2", 34, {"exaone": "unsupported"}),
        ("0.20.3", 35, {"exaone": "native", "llama4": "unsupported"}),
        ("0.26.4", 73, {"mxfp4": "native", "mxfp4 of llama": "unsupported", "nameless": "unsupported"}),
        ("0.27.1", 77, {"llama4": "unsupported", "hunyuan": "native"}),
        ("0.28.0", 84, {"llama4": "native", "fp8": "native", "inside": "unsupported"}),
        ("0.31.0", 115, {"awq": "native", "v3": "unsupported", "inside": "native"}),
        (
            "0.32.2",
            138,
            {
                "llama4": "native",
                "exaone": "native",
                "hunyuan": "native",
                "v1": "unsupported",
                "v3": "native",
                "awq": "native",
                "fp8": "native",
                "bnb": "unsupported",
                "nameless": "unsupported",
                "mlx": "native",
                "inside": "native",
            },
        ),
    ],
)
def test_real_releases(
    version: str, count: int, expected: dict[str, str], read_release: Callable[[str, str], ReleaseFacts]
) -> None:
    known = read_release("mlx-lm", version)
    assert (len(known.registered), known.unresolved) == (count, 0)
    configs = {
        "llama": {"model_type": "llama"},
        "llama4": LLAMA4,
        "exaone": EXAONE,
        "hunyuan": HUNYUAN,
        "v1": {**HUNYUAN, "model_type": "hunyuan_v1_moe"},
        "v3": V3,
        "awq": AWQ,
        "fp8": {"model_type": "deepseek_v3", "quantization_config": {"quant_method": "fp8"}},
        "mxfp4": {"model_type": "gpt_oss", "quantization_config": {"quant_method": "mxfp4"}},
        "mxfp4 of llama": {"model_type": "llama", "quantization_config": {"quant_method": "mxfp4"}},
        "bnb": {"model_type": "llama", "quantization_config": {"quant_method": "bitsandbytes"}},
        "nameless": {"model_type": "llama", "quantization_config": MLX},
        "mlx": {"model_type": "llama", "quantization_config": MLX, "quantization": MLX},
        "inside": {"model_type": "llama", "text_config": {"quantization_config": MXFP4}},
    }
    assert {name: load(configs[name], known).status.value for name in expected} == expected
    if version == "0.32.2":
        assert {name: each.file.removesuffix(".py") for name, each in known.registered.items()} == RECORDED[
            "runs"
        ]
        assert load(V3, known).resolved == "bailing_moe_v3"
        assert load(only_named("BailingMoeV3ForCausalLM"), known).resolved == "bailing_moe_v3"
