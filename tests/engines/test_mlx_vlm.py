"""MLX-VLM: which module runs a model type, which type a config gets, and what becomes of a checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mlx_vlm_reader
import pytest
from verdicts import load, shown, transformers

import real_release
from archtrack.core.verdict.checkpoint import Checkpoint, only_named
from archtrack.core.verdict.release_facts import ReleaseFacts
from archtrack.engines import load_engine
from archtrack.errors import SourceError
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]
    Release = Callable[..., ReleaseFacts]

UTILS = "mlx_vlm/utils.py"
MODELS = "mlx_vlm/models"
DRAFTERS = "mlx_vlm/speculative/drafters"
ENGINE: Any = load_engine("mlx-vlm")

MODEL = "class ModelConfig: ...\n\n\nclass Model: ...\n"
INIT = "from .config import ModelConfig\nfrom .{0} import Model\n"
OLD = """
MODEL_REMAPPING = {"mistral": "llama"}


def get_model_and_args(config: dict):
    model_type = config["model_type"]
    model_type = MODEL_REMAPPING.get(model_type, model_type)
    arch = importlib.import_module(f"mlx_vlm.models.{model_type}")
    return arch, model_type


def load_config(path):
    with open(path / "config.json", "r") as f:
        return json.load(f)


def load_model(path):
    model_class, _ = get_model_and_args(config)
    model = model_class.Model(model_class.ModelConfig.from_dict(config))
"""
LOOP = """
    for pkg in ("mlx_vlm.models", "mlx_vlm.speculative.drafters"):
        try:
            return importlib.import_module(f"{pkg}.{model_type}"), model_type
        except ImportError:
            continue
"""
MIDDLE = f"""
MODEL_REMAPPING = {{"mistral": "llama"}}


def get_model_and_args(config):
    raw_model_type = config.get("model_type") or config.get("speculators_model_type")
    if raw_model_type is None:
        raise KeyError("model_type")
    model_type = raw_model_type.lower()
    model_type = MODEL_REMAPPING.get(model_type, model_type)
    is_dflash = config.get("dflash_config", None) is not None
    if is_dflash:
        model_type += "_dflash"
{LOOP}
    if _is_text_only_config(config):
        return importlib.import_module("mlx_vlm.models.text_only"), "text_only"


def load_model(path):
    quantization_config = config.get("quantization_config", None)
    if quantization_config is not None:
        quant_method = quantization_config.get("quant_method")
        if quant_method == "mxfp4":
            quantization = {{"bits": 4}}
        elif quant_method == "fp8" and config.get("model_type") == "seer":
            quantization = make(model)
        elif quant_method in ("awq", "gptq"):
            logging.warning("not supported")
"""
NEW = f"""
MODEL_REMAPPING = {{"mistral": "llama"}}


def _transform_weights(weights, quantization_config):
    if quantization_config.get("quant_method") != "compressed-tensors":
        return weights, None
    ct_format = quantization_config.get("format") or quantization_config.get("config_groups", {{}}).get("x")
    if ct_format == "pack-quantized":
        return turned, {{"bits": 4}}
    return weights, None


def _transform_modelopt(weights, quantization_config):
    quant_method = quantization_config.get("quant_method")
    if quant_method != "modelopt" or quantization_config.get("quant_algo") not in {{"NVFP4", "MIXED"}}:
        return weights, None


def get_model_type(config):
    raw_model_type = config.get("model_type") or config.get("speculators_model_type")
    if raw_model_type is None:
        return None
    model_type = raw_model_type.lower()

    model_type = MODEL_REMAPPING.get(model_type, model_type)
    architectures = set(config.get("architectures") or ())
    dflash_config = config.get("dflash_config")
    if "Reader" in architectures:
        model_type = "reader"
    elif model_type == "seer" and str((config.get("auto_map") or {{}}).get("AutoModel", "")).endswith("D1Model"):
        model_type = "d1"
    elif dflash_config is not None:
        is_dspark = dflash_config.get("projector_type") == "dspark"
        model_type = "dspark" if is_dspark else f"{{model_type}}_dflash"
    return model_type


def get_model_and_args(config, model_path=None):
    if model_path is not None and (model_file := config.get("model_file")):
        return run(model_file), "custom"
    model_type = get_model_type(config)
{LOOP}

def load_model(path):
    quantization_config = config.get("quantization_config", None)
    if quantization_config is None:
        quantization_config = config.get("text_config", {{}}).get("quantization_config", None)
    quant_method = quantization_config.get("quant_method")
    if quant_method == "mxfp4":
        quantization = {{"bits": 4}}
    elif quant_method == "modelopt" and quantization_config.get("quant_algo") == "MXFP8":
        make_config = asked(model)
        if make_config is not None:
            quantization = make_config(model)
    elif quant_method in ("awq", "gptq"):
        logging.warning("not supported")
    if hasattr(model_class, "VisionModel"):
        weights = sanitize_weights(model_class.VisionModel, weights)
"""
FP8 = """
def make_quantization_config(config):
    quantization = config.get("quantization_config") or {}
    ok = (
        quantization.get("quant_method") == "fp8"
        and quantization.get("fmt", "e4m3") == "e4m3"
        and quantization.get("weight_block_size") == [128, 128]
    )
    return dict(NATIVE) if ok else None
"""


def placed(files: Mapping[str, str]) -> dict[str, str]:
    """``llama`` stands for the package of that name; what has a slash is a path below the models or the package."""
    found = {UTILS: OLD, "mlx_vlm/__init__.py": "", f"{MODELS}/__init__.py": ""}
    for name, text in files.items():
        if name.startswith("mlx_vlm/"):
            found[name] = text
        elif name.endswith(".py"):
            found[f"{MODELS}/{name}"] = text
        else:
            found[f"{MODELS}/{name}/__init__.py"] = text
    return found


@pytest.fixture
def types(scan: Scan) -> Callable[[Mapping[str, str]], Inventory]:
    return lambda files: scan("mlx-vlm", placed(files))


def told(found: Inventory) -> dict[str, Any]:
    return {each.name: each.file for each in found.registrations}


def odd(found: Inventory) -> list[str]:
    return [str(each.place) for each in found.unresolved]


LLAMA = {
    "llama": INIT.format("llama"),
    "llama/config.py": "class ModelConfig: ...\n",
    "llama/llama.py": "class Model: ...\n",
}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, {}),
        (LLAMA, {"llama": "llama/llama.py", "mistral": "llama/llama.py"}),
        ({"seer": MODEL}, {"seer": "seer/__init__.py"}),
        ({"seer.py": MODEL}, {"seer": "seer.py"}),
        ({"seer/deeper/__init__.py": MODEL}, {}),
        ({"seer": "class Model: ...\n"}, {}),
        ({"seer": "class ModelConfig: ...\n"}, {}),
        ({"flux": "class FluxImageModel: ...\n"}, {}),
        ({"base.py": "class BaseModelConfig: ...\n"}, {}),
        ({"mistral": MODEL}, {}),  # its own module is passed over, and the other is not there
        (
            {**LLAMA, "seer": "from ..llama import Model, ModelConfig\n"},
            {"llama": "llama/llama.py", "mistral": "llama/llama.py", "seer": "llama/llama.py"},
        ),
        ({f"{DRAFTERS}/eagle/__init__.py": MODEL}, {}),  # nobody looks there yet
        (
            {UTILS: NEW, f"{DRAFTERS}/eagle/__init__.py": MODEL, f"{DRAFTERS}/base.py": "x = 1\n"},
            {"eagle": "speculative/drafters/eagle/__init__.py"},
        ),
        # A module of models hides a drafter of the same name, also where it runs nothing.
        (
            {UTILS: NEW, "seer": MODEL, f"{DRAFTERS}/seer/__init__.py": MODEL},
            {"seer": "seer/__init__.py"},
        ),
        ({UTILS: NEW, "seer": "x = 1\n", f"{DRAFTERS}/seer/__init__.py": MODEL}, {}),
        # What other types are handed to is no type of its own.
        ({UTILS: MIDDLE, "text_only.py": MODEL, "seer": MODEL}, {"seer": "seer/__init__.py"}),
        ({UTILS: NEW, "text_only.py": MODEL}, {"text_only": "text_only.py"}),
    ],
)
def test_a_module_with_both_classes_runs_its_type(
    types: Scan, files: dict[str, str], expected: dict[str, Any]
) -> None:
    found = types(files)
    assert told(found) == expected
    assert odd(found) == []


def test_what_a_registration_points_at_and_what_it_says_of_the_model(types: Scan) -> None:
    found = types(
        {
            **LLAMA,
            UTILS: NEW,
            "seer": "from .seer import LanguageModel, Model, VisionModel\nfrom .config import ModelConfig\n",
            "seer/seer.py": "class LanguageModel: ...\nclass VisionModel: ...\nclass Model: ...\n",
            "seer/config.py": "class ModelConfig: ...\n",
            "hearer": f"{MODEL}class AudioModel: ...\n",
            f"{DRAFTERS}/eagle/__init__.py": "from ....models.llama import Model, ModelConfig\n",
        }
    ).by_name()
    assert {name: (str(each.place), str(each.defined), each.groups) for name, each in found.items()} == {
        "eagle": (f"{DRAFTERS}/eagle/__init__.py:1", f"{MODELS}/llama/llama.py:1", ("draft",)),
        "hearer": (f"{MODELS}/hearer/__init__.py:4", f"{MODELS}/hearer/__init__.py:4", ()),
        "llama": (f"{MODELS}/llama/__init__.py:2", f"{MODELS}/llama/llama.py:1", ()),
        "mistral": (f"{UTILS}:2", f"{MODELS}/llama/llama.py:1", ()),
        "seer": (f"{MODELS}/seer/__init__.py:1", f"{MODELS}/seer/seer.py:3", ()),
    }
    assert {name: each.category_source for name, each in found.items() if each.category is not None} == {
        "hearer": f"{MODELS}/hearer/__init__.py:5 AudioModel",
        "seer": f"{MODELS}/seer/__init__.py:1 VisionModel",
    }
    assert {each.category.value for each in found.values() if each.category} == {"multimodal"}
    assert found["llama"].defined_in == "mlx_vlm.models.llama.llama"


DECIDES = """MODEL_REMAPPING = {{}}


def get_model_and_args(config):
    model_type = config["model_type"]
{0}
    return importlib.import_module(f"mlx_vlm.models.{{model_type}}")
"""
ODD = "    if odd(config):\n        model_type = 'x'\n"
ELSE = NEW.replace("    return model_type\n\n\n", "    else:\n        model_type = x\n\n\n")


@pytest.mark.parametrize(
    ("files", "names", "places"),
    [
        ({UTILS: "MODEL_REMAPPING = {"}, ["llama"], [f"{UTILS}:1"]),
        ({UTILS: ""}, ["llama"], [UTILS]),
        ({UTILS: OLD.replace("get_model_and_args", "x")}, ["llama", "mistral"], [UTILS]),
        ({UTILS: OLD.replace('{"mistral": "llama"}', "make()")}, ["llama"], [f"{UTILS}:2"]),
        ({UTILS: OLD.replace('"llama"}', "name()}")}, ["llama"], [f"{UTILS}:2"]),
        ({UTILS: OLD.replace('"llama"}', '"nowhere"}')}, ["llama"], []),
        ({UTILS: f"{OLD}\nMODEL_REMAPPING = {{}}\n"}, ["llama"], []),
        ({UTILS: f"{OLD}\nfor a in b:\n    MODEL_REMAPPING[a] = b\n"}, ["llama", "mistral"], [f"{UTILS}:22"]),
        ({"seer": "class Model("}, ["llama", "mistral"], [f"{MODELS}/seer/__init__.py:1"]),
        ({"seer": ""}, ["llama", "mistral"], []),
        ({"seer": "class ModelConfig: ...\nModel = build()\n"}, ["llama", "mistral"],
         [f"{MODELS}/seer/__init__.py:2"]),
        ({"seer": "from elsewhere import *\n"}, ["llama", "mistral"], [f"{MODELS}/seer/__init__.py:1"]),
        ({"seer": "class Model: ...\ndef __getattr__(name): ...\n"}, ["llama", "mistral"],
         [f"{MODELS}/seer/__init__.py:2"]),
        ({"seer": "from .nothere import Model\nclass ModelConfig: ...\n"}, ["llama", "mistral"],
         [f"{MODELS}/seer/__init__.py:1"]),
        # The function that decides does what is not read.
        ({UTILS: DECIDES.format("")}, ["llama"], []),
        ({UTILS: DECIDES.format("    model_type = other(config)")}, ["llama"], [f"{UTILS}:6"]),
        ({UTILS: DECIDES.format(ODD)}, ["llama"], [f"{UTILS}:6"]),
        ({UTILS: NEW.replace('model_type = "reader"', "model_type = read()")}, ["llama", "mistral"],
         [f"{UTILS}:29"]),
        ({UTILS: ELSE}, ["llama", "mistral"], [f"{UTILS}:37"]),
        ({UTILS: NEW.replace('"mlx_vlm.models",', '"mlx_vlm.models", "others.models",')}, ["llama", "mistral"],
         [f"{UTILS}:44"]),
    ],
)  # fmt: skip
def test_what_is_not_written_out_is_said(
    types: Scan, files: dict[str, str], names: list[str], places: list[str]
) -> None:
    found = types({**LLAMA, **files})
    assert list(told(found)) == names
    assert odd(found) == places


def test_a_condition_is_kept(types: Scan) -> None:
    found = types({**LLAMA, "seer": "class ModelConfig: ...\nif metal():\n    class Model: ...\n"}).by_name()
    assert {name: each.condition for name, each in found.items()} == {
        "llama": None,
        "mistral": None,
        "seer": "metal()",
    }


def test_a_tree_that_is_another_package_is_refused(scan: Scan) -> None:
    with pytest.raises(SourceError, match="not MLX-VLM; name another source"):
        scan("mlx-vlm", {f"{MODELS}/llama/__init__.py": MODEL})


# -- what becomes of a checkpoint ------------------------------------------------------------------

OWN = f'{MODEL}\n\ndef sanitize(self, weights):\n    return weights["a.weight_scale_inv"]\n'
FILES = {
    **LLAMA,
    "seer": MODEL,
    "reader": MODEL,
    "d1": MODEL,
    "deepseek": "from .language import Model, ModelConfig\n",
    "deepseek/language.py": OWN,
    "kimi": "from ..behind import Model\nclass ModelConfig: ...\n",
    "behind": "from ..deepseek.language import Model\n",
    "text_only.py": MODEL,
    "flux": "class FluxImageModel: ...\n",
    "empty": "",
    "base.py": "class BaseModelConfig: ...\n",
    f"{DRAFTERS}/seer_dflash/__init__.py": MODEL,
    f"{DRAFTERS}/dspark/__init__.py": MODEL,
}


@pytest.fixture
def release(scan: Scan, tmp_path: Path) -> Release:
    """Facts of a release of these files, with a transformers that knows some classes."""

    def make(utils: str = NEW, more: Mapping[str, str] | None = None, **others: Any) -> ReleaseFacts:
        inventory = scan("mlx-vlm", placed({**FILES, **(more or {}), UTILS: utils}))
        library = Library(local_source(tmp_path / "mlx-vlm", ENGINE.layout), None)
        known: dict[str, Any] = {
            "engine": "mlx-vlm",
            "version": "0.7.10",
            "registered": inventory.by_name(),
            "load": ENGINE.load_facts(library, inventory),
            "unresolved": len(inventory.unresolved),
            "transformers": transformers({"LlamaForCausalLM": "llama", "OddForCausalLM": None}),
        }
        return ReleaseFacts(**{**known, **others})

    return make


DFLASH = {"model_type": "seer", "dflash_config": {"a": 1}}
D1 = {"model_type": "seer", "auto_map": {"AutoModel": "modeling.D1Model"}}
LLAMA_RUNS = ("native", None, "llama", "llama")
SEER_RUNS = ("native", None, "seer", "seer")


@pytest.mark.parametrize(
    ("utils", "config", "expected"),
    [
        (NEW, {"model_type": "llama"}, LLAMA_RUNS),
        (NEW, {"model_type": "mistral"}, ("native", None, "llama", "mistral")),
        (NEW, {"model_type": "llama", "architectures": ["XForCausalLM"]}, LLAMA_RUNS),
        (NEW, {"model_type": "x", "architectures": ["LlamaForCausalLM"]},
         ("unsupported", "architecture", None, "x")),
        (NEW, {"architectures": ["LlamaForCausalLM"]}, ("unsupported", "config", None, None)),
        # Small letters, where the release has them.
        (NEW, {"model_type": "Llama"}, LLAMA_RUNS),
        (OLD, {"model_type": "Llama"}, ("unsupported", "architecture", None, "Llama")),
        # What stands in for a type.
        (NEW, {"speculators_model_type": "seer"}, SEER_RUNS),
        (NEW, {"speculators_model_type": "seer", "model_type": "llama"}, LLAMA_RUNS),
        (OLD, {"speculators_model_type": "seer"}, ("unsupported", "config", None, None)),
        # Rules that give another type: the first that holds.
        (NEW, {"model_type": "x", "architectures": ["A", "Reader"]}, ("native", None, "reader", "reader")),
        (OLD, {"model_type": "x", "architectures": ["A", "Reader"]}, ("unsupported", "architecture", None, "x")),
        (NEW, {**DFLASH, "architectures": ["Reader"]}, ("native", None, "reader", "reader")),
        (NEW, D1, ("native", None, "d1", "d1")),
        (NEW, {**D1, "model_type": "llama"}, LLAMA_RUNS),
        (NEW, {**D1, "auto_map": {"AutoModel": "modeling.Other"}}, SEER_RUNS),
        (NEW, {**D1, "auto_map": {"AutoConfig": "modeling.D1Model"}}, SEER_RUNS),
        # Drafts.
        (MIDDLE, DFLASH, ("native", None, "speculative/drafters/seer_dflash", "seer_dflash")),
        (NEW, DFLASH, ("native", None, "speculative/drafters/seer_dflash", "seer_dflash")),
        (NEW, {**DFLASH, "markov_rank": 8}, ("native", None, "speculative/drafters/dspark", "dspark")),
        (NEW, {**DFLASH, "markov_rank": 0}, ("native", None, "speculative/drafters/seer_dflash", "seer_dflash")),
        (NEW, {**DFLASH, "dflash_config": None}, SEER_RUNS),
        (NEW, {**DFLASH, "model_type": "mistral"}, ("unknown", None, None, "llama_dflash")),
        (MIDDLE, {**DFLASH, "model_type": "mistral"}, ("unsupported", "architecture", None, "llama_dflash")),
        (OLD, DFLASH, SEER_RUNS),
        # Code of the repository.
        (NEW, {"model_type": "x", "model_file": "own.py"}, ("remote code", None, None, None)),
        (NEW, {"model_type": "llama", "model_file": ""}, LLAMA_RUNS),
        (OLD, {"model_type": "llama", "model_file": "own.py"}, LLAMA_RUNS),
        # What is left to another package is not known.
        (MIDDLE, {"model_type": "x"}, ("unknown", None, None, "x")),
        (MIDDLE, {"model_type": "x", "vision_config": {}}, ("unknown", None, None, "x")),
        (MIDDLE, {"model_type": "x", "vision_config": {"a": 1}}, ("unsupported", "architecture", None, "x")),
        (MIDDLE, {"model_type": "x", "audio_config": {"a": 1}}, ("unsupported", "architecture", None, "x")),
        (MIDDLE, {"model_type": "llama"}, LLAMA_RUNS),
        (NEW, {"model_type": "x"}, ("unsupported", "architecture", None, "x")),
        # A package without the classes may be for another program; one that is empty is for none.
        (NEW, {"model_type": "flux"}, ("unknown", None, None, "flux")),
        (OLD, {"model_type": "flux"}, ("unknown", None, None, "flux")),
        (NEW, {"model_type": "empty"}, ("unsupported", "architecture", None, "empty")),
        (NEW, {"model_type": "base"}, ("unsupported", "architecture", None, "base")),
    ],
)  # fmt: skip
def test_the_config_s_model_type_decides(
    release: Release, utils: str, config: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert shown(load(config, release(utils))) == expected


@pytest.mark.parametrize(
    ("name", "expected", "text"),
    [
        ("LlamaForCausalLM", LLAMA_RUNS, "for model type `llama` in transformers 5.24.0"),
        ("OddForCausalLM", ("unknown", None, None, None), "nothing says which one `OddForCausalLM` has"),
        ("NobodyForCausalLM", ("unknown", None, None, None), "goes by model type"),
        ("Reader", ("native", None, "reader", "reader"), "MLX-VLM itself gives `Reader` model type `reader`"),
    ],
)
def test_a_bare_architecture_goes_through_its_own_type(
    release: Release, name: str, expected: tuple[Any, ...], text: str
) -> None:
    found = load(only_named(name), release())
    assert shown(found) == expected
    assert text in found.steps[0].text


def test_a_bare_model_type_needs_no_architecture(release: Release) -> None:
    def bare(name: str, known: ReleaseFacts) -> str:
        return load(Checkpoint(architectures=(), model_type=name, given=False), known).status.value

    known = release(transformers=None)
    assert [bare(name, known) for name in ("mistral", "x")] == ["native", "unsupported"]
    assert bare("x", release(MIDDLE)) == "unknown"
    assert shown(load(only_named("LlamaForCausalLM"), known))[0] == "unknown"


@pytest.mark.parametrize(
    ("loads", "expected"),
    [
        ("    weights = sanitize(model_class.AudioModel, weights)\n", {"hearer"}),
        ("    if hasattr(model_class, 'AudioModel'):\n        model_class.AudioModel\n", {"hearer", "llama"}),
        ("    if not mlx:\n        model_class.AudioModel\n", {"hearer", "llama"}),
        ("    if hasattr(model_class.AudioModel, 'sanitize'):\n        pass\n", {"hearer"}),
        ("    def later():\n        model_class.AudioModel\n", {"hearer", "llama"}),
    ],
)
def test_what_load_model_takes_from_every_module_has_to_be_there(
    release: Release, loads: str, expected: set[str]
) -> None:
    known = release(OLD + loads, {"hearer": f"{MODEL}class AudioModel: ...\n"})
    found = {name: load({"model_type": name}, known) for name in ("hearer", "llama")}
    assert {name for name, each in found.items() if each.status.value == "native"} == expected
    for each in found.values():
        if each.gate:
            assert (each.gate.value, str(each.because.place)) == ("architecture", f"{UTILS}:20")


def test_a_rule_that_could_not_be_read_is_said(release: Release) -> None:
    known = release(NEW.replace('model_type = "reader"', "model_type = read()"))
    found = load({"model_type": "llama"}, known)
    assert found.status.value == "native"
    assert [str(step.place) for step in found.steps if "is not followed" in step.text] == [f"{UTILS}:29"]
    assert not any("is not followed" in step.text for step in load({"model_type": "llama"}, release()).steps)


def test_a_gguf_file_needs_a_config(release: Release) -> None:
    file = Checkpoint(architectures=(), given=False, gguf_architecture="llama")
    found = load(file, release(OLD))
    assert (found.status.value, str(found.because.place)) == ("unsupported", f"{UTILS}:13")
    assert load(file, release(NEW)).status.value == "unknown"  # nothing there opens a config


CT = {"quant_method": "compressed-tensors", "format": "pack-quantized"}
BLOCKS = {"quant_method": "fp8", "weight_block_size": [128, 128]}
MLX = {"group_size": 64, "bits": 4}


@pytest.mark.parametrize(
    ("utils", "model_type", "quantization", "status", "said"),
    [
        (NEW, "llama", CT, "native", "are turned into MLX's own"),
        (NEW, "llama", {"quant_method": "compressed-tensors"}, "native", "are turned into MLX's own"),
        (NEW, "llama", {**CT, "format": "int-quantized"}, "unsupported", "does nothing for"),
        (NEW, "llama", {"quant_method": "modelopt", "quant_algo": "NVFP4"}, "native", "are turned"),
        (NEW, "llama", {"quant_method": "modelopt", "quant_algo": "FP8"}, "unsupported", "does nothing for"),
        (NEW, "llama", {"quant_method": "modelopt", "quant_algo": "MXFP8"}, "unknown", "sets the parameters"),
        (NEW, "llama", {"quant_algo": "NVFP4"}, "unsupported", "the quantisation in `quantization_config`"),
        (NEW, "llama", BLOCKS, "native", "are turned"),
        (NEW, "llama", {**BLOCKS, "fmt": "e5m2"}, "unsupported", "does nothing for"),
        (NEW, "llama", {"quant_method": "fp8"}, "unsupported", "does nothing for"),
        (NEW, "llama", {"quant_method": "mxfp4"}, "unknown", "sets the parameters"),
        (NEW, "llama", {"quant_method": "awq"}, "unsupported", "does nothing for"),
        (NEW, "llama", MLX, "unsupported", "the quantisation in `quantization_config`"),
        (NEW, "llama", {}, "native", None),
        # The module may take such weights itself, or one far behind it.
        (NEW, "deepseek", {"quant_method": "fp8"}, "native", "names quantised weights itself"),
        (NEW, "kimi", {"quant_method": "awq"}, "native", "names quantised weights itself"),
        # Methods that are named for some model types alone.
        (MIDDLE, "seer", {"quant_method": "fp8"}, "unknown", "sets the parameters"),
        (MIDDLE, "llama", {"quant_method": "fp8"}, "unsupported", "does nothing for"),
        (MIDDLE, "llama", CT, "unsupported", "does nothing for"),
        (OLD, "llama", {"quant_method": "mxfp4"}, "unsupported", "does nothing for the quantisation in"),
        (OLD, "deepseek", {"quant_method": "fp8"}, "native", "names quantised weights itself"),
        # No loader is found: nothing is claimed.
        ("MODEL_REMAPPING = {}", "llama", {"quant_method": "awq"}, "native", "could not be read"),
    ],
)  # fmt: skip
def test_what_is_made_of_a_quantised_checkpoint(
    release: Release, utils: str, model_type: str, quantization: dict[str, Any], status: str, said: str | None
) -> None:
    fp8 = {"mlx_vlm/fp8.py": FP8} if utils is NEW else {}
    known = release(utils, fp8)
    config = {"model_type": model_type, "quantization_config": quantization}
    found = load(config, known)
    gate = "quantisation" if status == "unsupported" else None
    assert (found.status.value, found.gate and found.gate.value) == (status, gate)
    texts = [step.text for step in found.steps if "quantis" in step.text]
    assert any(said in text for text in texts) if said else texts == []
    assert load({**config, "quantization": MLX}, known).status.value == "native"  # MLX's own form


@pytest.mark.parametrize(
    ("utils", "keys", "status", "said"),
    [
        (NEW, {"text_config": {"quantization_config": CT}}, "native", "are turned"),
        (NEW, {"text_config": {"quantization_config": {"quant_method": "awq"}}}, "unsupported", "method `awq`"),
        (MIDDLE, {"text_config": {"quantization_config": {"quant_method": "mxfp4"}}}, "unsupported",
         "the quantisation in `text_config.quantization_config`"),
        (NEW, {"llm_config": {"quantization_config": CT}}, "native", "is not followed"),
        (NEW, {"compression_config": CT}, "unsupported", "the quantisation in `compression_config`"),
        (NEW, {"quantization_config": CT, "quantization": None}, "native", "is not followed"),
    ],
)  # fmt: skip
def test_a_quantisation_inside_of_a_part(
    release: Release, utils: str, keys: dict[str, Any], status: str, said: str
) -> None:
    found = load({"model_type": "llama", **keys}, release(utils))
    assert found.status.value == status
    assert any(said in step.text for step in found.steps)


# -- real releases ---------------------------------------------------------------------------------


@pytest.mark.network
@pytest.mark.parametrize("version", ["0.0.10", "0.2.0", "0.6.3", "0.6.13", "0.7.10"])
def test_real_releases_are_what_a_second_reader_finds(version: str) -> None:
    with real_release.opened(ENGINE.layout, version) as source:
        paths = source.list((UTILS, f"{MODELS}/**/*.py", f"{DRAFTERS}/**/*.py"))
        expected = mlx_vlm_reader.registered(source.read(paths))
    inventory, _ = real_release.read("mlx-vlm", version)
    assert {each.name for each in inventory.registrations} == expected
    assert inventory.unresolved == ()


VL = {
    "model_type": "qwen2_vl",
    "architectures": ["Qwen2VLForConditionalGeneration"],
    "vision_config": {"a": 1},
}


@pytest.mark.network
@pytest.mark.parametrize(
    ("version", "count", "expected"),
    [
        ("0.0.1", 3, {"vl": "unsupported"}),
        ("0.0.14", 10, {"vl": "native", "awq": "unsupported"}),
        ("0.2.0", 25, {"vl": "unsupported", "gemma3n": "native"}),
        ("0.3.0", 25, {"vl": "native", "gemma3n": "native"}),
        ("0.6.13", 194, {"vl": "native", "arcee": "unknown", "dflash": "native"}),
        ("0.6.14", 229, {"vl": "native", "arcee": "unsupported"}),
        ("0.7.10", 282, {"vl": "native", "arcee": "unsupported", "awq": "unsupported", "fp8": "native",
                         "dflash": "native", "bare fp8": "unknown"}),
    ],
)  # fmt: skip
def test_real_releases(
    version: str, count: int, expected: dict[str, str], read_release: Callable[[str, str], ReleaseFacts]
) -> None:
    known = read_release("mlx-vlm", version)
    assert (len(known.registered), known.unresolved) == (count, 0)
    configs = {
        "vl": VL,
        "gemma3n": {"model_type": "gemma3n"},
        "arcee": {"model_type": "arcee"},
        "awq": {**VL, "quantization_config": {"quant_method": "awq"}},
        "fp8": {**VL, "quantization_config": BLOCKS},
        "bare fp8": {**VL, "quantization_config": {"quant_method": "fp8"}},
        "dflash": {"model_type": "qwen3", "dflash_config": {"a": 1}},
    }
    assert {name: load(configs[name], known).status.value for name in expected} == expected
