"""LMDeploy: its maps and lists in the shapes of their years, and what nobody could tell without running them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from verdicts import load, shown

from archtrack.core.verdict.checkpoint import Checkpoint, only_named, read_checkpoint
from archtrack.core.verdict.release_facts import MODEL_TYPES, Fact, LoadFacts, LoadOptions, ReleaseFacts
from archtrack.engines import load_engine
from archtrack.errors import SourceError
from archtrack.model import Gate, Place
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.core.verdict.verdict import Verdict
    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]

MAP = "lmdeploy/pytorch/models/module_map.py"
PYTORCH = "lmdeploy/pytorch/supported_models.py"
TURBOMIND = "lmdeploy/turbomind/supported_models.py"
ARCHS = "lmdeploy/archs.py"
NONE = {TURBOMIND: "SUPPORTED_ARCHS = dict()\n"}
PARTS = """
MODULE_MAP = {'transformers.models.llama.modeling_llama.LlamaAttention': 'lmdeploy.pytorch.models.llama.LlamaAttention'}
MODULE_MAP.update({'modeling_chatglm.ChatGLMForConditionalGeneration': 'lmdeploy.pytorch.models.chatglm2.Patched'})
"""
DEVICES = "ASCEND_MODULE_MAP = dict()\nDEVICE_SPECIAL_MODULE_MAP = dict(ascend=ASCEND_MODULE_MAP)\n"


def told(found: Inventory) -> dict[str, Any]:
    return {each.name: (each.file, each.groups, each.condition) for each in found.registrations}


def odd(found: Inventory) -> list[str]:
    return [str(each.place) for each in found.unresolved]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MODULE_MAP = dict()", {}),
        ("MODULE_MAP = {'A': 'lmdeploy.pytorch.models.a.A'}", {"A": ("a.py", ("pytorch",), None)}),
        ("MODULE_MAP = dict()\nCUSTOM_MODULE_MAP = dict()\nCUSTOM_MODULE_MAP.update({'A': 'x.A'})", {}),
        (
            "P = 'lmdeploy.pytorch.models'\nMODULE_MAP = dict()\nMODULE_MAP.update({'A': f'{P}.sub.a.A'})",
            {"A": ("sub/a.py", ("pytorch",), None)},
        ),
        # The device's map is looked at for that device only, and only what no other map has is its own.
        (
            f"MODULE_MAP = dict()\n{DEVICES}ASCEND_MODULE_MAP.update({{'A': 'lmdeploy.pytorch.models.a.A'}})",
            {"A": ("a.py", ("pytorch",), "device is ascend")},
        ),
        (
            f"MODULE_MAP = {{'A': 'lmdeploy.pytorch.models.a.A'}}\n{DEVICES}ASCEND_MODULE_MAP.update({{'A': 'x.b.B'}})",
            {"A": ("a.py", ("pytorch",), None)},
        ),
    ],
)
def test_what_the_pytorch_engine_s_map_holds(scan: Scan, text: str, expected: dict[str, Any]) -> None:
    found = scan("lmdeploy", {MAP: text, **NONE})
    assert told(found) == expected
    assert odd(found) == []


def test_what_has_been_removed_is_turned_away_before_the_map_is_asked(scan: Scan) -> None:
    text = "MODULE_MAP = {'A': 'x.a.A', 'B': 'lmdeploy.pytorch.models.b.B'}\nREMOVED_MODEL_MAP = {'A': 'a', 'C': 'c'}"
    found = scan("lmdeploy", {MAP: text, **NONE})
    assert told(found) == {"B": ("b.py", ("pytorch",), None)}
    assert dict(found.facts) == {"removed": ("A a", "C c")}


def test_a_map_of_parts_registers_nothing_and_the_list_beside_it_does(scan: Scan) -> None:
    files = {
        MAP: PARTS,
        PYTORCH: "_SUPPORTED_ARCHS = dict(\n    ChatGLMModel=True,\n    QWenLMHeadModel=False,\n)\n",
        TURBOMIND: "_SUPPORTED_ARCHS = dict(ChatGLMModel=False, QWenLMHeadModel=True)\n",
    }
    found = scan("lmdeploy", files)
    assert told(found) == {
        "ChatGLMModel": ("pytorch/supported_models.py", ("pytorch",), None),
        "QWenLMHeadModel": ("turbomind/supported_models.py", ("turbomind",), None),
    }
    assert str(found.by_name()["ChatGLMModel"].place) == f"{PYTORCH}:2"


def test_a_map_of_architectures_wins_over_the_list_beside_it(scan: Scan) -> None:
    """As in 0.6.0 to 0.9.2.post1, where the list only chooses the words of a warning."""
    files = {
        MAP: "MODULE_MAP = {'ChatGLMForConditionalGeneration': 'lmdeploy.pytorch.models.chatglm2.C'}",
        PYTORCH: "_SUPPORTED_ARCHS = dict(ChatGLMModel=True)\n",
        TURBOMIND: "SUPPORTED_ARCHS = dict(ChatGLMModel='glm4')\n",
    }
    assert told(scan("lmdeploy", files)) == {
        "ChatGLMForConditionalGeneration": ("chatglm2.py", ("pytorch",), None),
        "ChatGLMModel": ("turbomind/supported_models.py", ("turbomind",), None),
    }


def test_the_pytorch_engine_s_class_stands_for_an_architecture_of_both(scan: Scan) -> None:
    files = {
        MAP: "MODULE_MAP = {\n    'A': 'lmdeploy.pytorch.models.b.B',\n}",
        TURBOMIND: "SUPPORTED_ARCHS = dict(A='llama')\n",
    }
    (found,) = scan("lmdeploy", files).registrations
    assert found.groups == ("pytorch", "turbomind")
    assert (found.class_name, found.defined_in, str(found.place)) == (
        "B",
        "lmdeploy.pytorch.models.b",
        f"{MAP}:2",
    )


def test_a_device_s_architecture_that_turbomind_runs_has_no_condition(scan: Scan) -> None:
    files = {
        MAP: f"MODULE_MAP = dict()\n{DEVICES}ASCEND_MODULE_MAP.update({{'A': 'lmdeploy.pytorch.models.a.A'}})",
        TURBOMIND: "SUPPORTED_ARCHS = dict(A='llama')\n",
    }
    assert told(scan("lmdeploy", files)) == {"A": ("a.py", ("pytorch", "turbomind"), None)}


@pytest.mark.parametrize(
    ("files", "names", "places"),
    [
        ({MAP: "MODULE_MAP = dict()\nMODULE_MAP.update(more())"}, [], [f"{MAP}:2"]),
        ({MAP: "MODULE_MAP = {name(): 'x.A', 'B': 'x.b.B'}"}, ["B"], [f"{MAP}:1"]),
        ({MAP: "x = 1\nMODULE_MAP = build()"}, [], [f"{MAP}:2"]),
        ({MAP: "x = 1"}, [], [MAP]),
        ({MAP: "MODULE_MAP = {"}, [], [f"{MAP}:1"]),
        ({MAP: "MODULE_MAP = dict()\nREMOVED_MODEL_MAP = {name(): 'a'}"}, [], [f"{MAP}:2"]),
        ({MAP: "MODULE_MAP = {'A': 'x.A'}\nREMOVED_MODEL_MAP = make()"}, ["A"], [f"{MAP}:2"]),
        (
            {
                MAP: "MODULE_MAP = {'A': 'x.A'}\nREMOVED_MODEL_MAP = {}\nif old():\n    REMOVED_MODEL_MAP['A'] = 'a'"
            },
            ["A"],
            [f"{MAP}:4"],
        ),
        ({MAP: "MODULE_MAP = dict()\nDEVICE_SPECIAL_MODULE_MAP = make()"}, [], [f"{MAP}:2"]),
        ({MAP: "MODULE_MAP = dict()\nDEVICE_SPECIAL_MODULE_MAP = dict(\n    npu=more())"}, [], [f"{MAP}:3"]),
        ({TURBOMIND: "SUPPORTED_ARCHS = dict(\n    A='a',\n    B=flag(),\n)"}, ["A"], [f"{TURBOMIND}:3"]),
        ({TURBOMIND: "x = 1"}, [], [TURBOMIND]),
        ({MAP: "MODULE_MAP = dict()\nOTHER = dict()\nOTHER.update(more())"}, [], []),
        # A class that is not written out is no reason to doubt that the architecture is registered.
        ({MAP: "MODULE_MAP = {'A': path_of('A')}"}, ["A"], []),
    ],
)
def test_what_is_not_written_out_is_said(
    scan: Scan, files: dict[str, str], names: list[str], places: list[str]
) -> None:
    found = scan("lmdeploy", {MAP: "MODULE_MAP = dict()", **NONE, **files})
    assert list(told(found)) == names
    assert odd(found) == places


@pytest.mark.parametrize(
    "files", [{MAP: "MODULE_MAP = dict()"}, NONE, {"lmdeploy/model.py": ""}], ids=["map", "list", "neither"]
)
def test_what_has_not_both_engines_is_refused(scan: Scan, files: dict[str, str]) -> None:
    with pytest.raises(SourceError, match=r"before 0\.2\.5; name a newer one"):
        scan("lmdeploy", files)


def test_a_class_whose_parts_are_patched_runs_unless_the_list_knows_its_family(scan: Scan) -> None:
    files = {
        MAP: "MODULE_MAP = {\n'modeling_phi3.Phi3Model': 'lmdeploy.pytorch.models.phi3.PatchedPhi3Model',\n"
        "'modeling_phi3.Phi3MLP': 'x.B',\n'modeling_qwen.QWenModel': 'x.C',\n'modeling_x.Model': 'x.D',\n"
        "'modeling_chatglm.ChatGLMModel': 'x.E',\n'peft.layer.LoraModel': 'x.F'}",
        PYTORCH: "_SUPPORTED_ARCHS = dict(QWenLMHeadModel=True, ChatGLMModel=False)\n",
        **NONE,
    }
    found = scan("lmdeploy", files)
    assert told(found) == {
        "Phi3ForCausalLM": ("phi3.py", ("pytorch",), None),
        "QWenLMHeadModel": ("pytorch/supported_models.py", ("pytorch",), None),
    }
    assert str(found.by_name()["Phi3ForCausalLM"].place) == f"{MAP}:2"


VISION = """
def check_vl_llm(backend, config):
    arch = config["architectures"][0]
    supported_archs = set(["SeesForCausalLM", "ListedOnly"])
    unsupported = ["C"]
    if arch == "A" and "vision_config" in config:
        return True
    elif arch in unsupported:
        return False
    elif arch in supported_archs:
        return True
    elif arch in ["B", "D"]:
        return True
    return False
"""


def test_what_is_said_to_take_images_whatever_else_is_in_the_config_is_multimodal(scan: Scan) -> None:
    text = (
        "MODULE_MAP = {"
        + "".join(f"'{name}': 'x.{name}', " for name in ("A", "B", "C", "SeesForCausalLM"))
        + "}"
    )
    found = scan("lmdeploy", {MAP: text, **NONE, ARCHS: VISION})
    assert {
        each.name: (each.category and each.category.value, each.category_source)
        for each in found.registrations
    } == {
        "A": (None, None),
        "B": ("multimodal", f"{ARCHS}:12 check_vl_llm"),
        "C": (None, None),
        "SeesForCausalLM": ("multimodal", f"{ARCHS}:4 check_vl_llm"),
    }


# -- what becomes of a checkpoint ------------------------------------------------------------------

CONFIG = "lmdeploy/pytorch/config.py"
OWN = "lmdeploy/pytorch/transformers/__init__.py"
CONVERTER = "lmdeploy/turbomind/deploy/converter.py"
ARCHITECTURES = """
def get_model_arch(path):
    try:
        cfg = AutoConfig.from_pretrained(path, trust_remote_code=True)
    except Exception:
        cfg = PretrainedConfig.from_pretrained(path)
    for _, v in auto_map.items():
        if "XComposer" in v:
            arch = "XComposer"
"""
SUPPORTED = """
SUPPORTED_ARCHS = dict(Both="a", Fast="a", XComposer="a")


def is_supported(path):
    def _is_head_dim_supported(cfg):
        return cfg.hidden_size // cfg.num_attention_heads in [128, 64]

    if quant_method and quant_method in ["smooth_quant"]:
        return False
    if arch in SUPPORTED_ARCHS.keys():
        support_by_turbomind = True
        if arch == "Both":
            heads = cfg.num_attention_heads
            if heads == 40:
                support_by_turbomind = False
            support_by_turbomind = _is_head_dim_supported(cfg)
            if getattr(cfg, "vision_config", None) is not None:
                support_by_turbomind = False
"""
PATCH = """
def _get_model_class(config, module_map):
    auto_map = getattr(config, "auto_map", dict())
    if "AutoModelForCausalLM" in auto_map:
        raise RuntimeError
    if architectures is None:
        qualname = module_map["VL2"]
    for arch in architectures:
        pass
"""
SETTINGS = """
class ModelConfig:
    def from_pretrained(cls, path, trust_remote_code=True):
        return config_from_pretrained(path)


class QuantizationConfig:
    def from_config(cls):
        if quant_method == "awq":
            pass
        elif quant_method == "smooth_quant":
            pass
        else:
            raise TypeError
"""
OWN_TYPES = """
def register_config(model_type):
    if model_type == "deepseek_v32":
        AutoConfig.register(model_type, Own)


def config_from_pretrained(path):
    return AutoConfig.from_pretrained(path)
"""
CONVERTS = """
def get_tm_model():
    version = quant_config.get("version")
    if quant_method == "awq":
        assert version == "gemm"
    elif quant_method == "gptq":
        assert not quant_config.get("desc_act", False) and quant_config.get("sym", True)
    else:
        assert 0
"""
RELEASE = {
    MAP: "MODULE_MAP = {'Both': 'x.A', 'Slow': 'x.B', 'Remote': 'x.C', 'VL2': 'x.D', 'Old': 'x.E'}\n"
    "REMOVED_MODEL_MAP = {'Old': 'the old one'}\n",
    TURBOMIND: SUPPORTED,
    ARCHS: ARCHITECTURES,
    "lmdeploy/pytorch/models/patch.py": PATCH,
    CONFIG: SETTINGS,
    OWN: OWN_TYPES,
    CONVERTER: CONVERTS,
}
ENGINE: Any = load_engine("lmdeploy")
PARTS_RELEASE = {
    MAP: "MODULE_MAP = {'modeling_phi3.Phi3Model': 'x.A'}",
    PYTORCH: "_SUPPORTED_ARCHS = dict(Slow=True)",
    TURBOMIND: "SUPPORTED_ARCHS = dict(Fast='a')",
    CONFIG: "class ModelConfig:\n    def from_pretrained(cls): AutoConfig.from_pretrained(1)\n",
}


@pytest.fixture
def release(scan: Scan, tmp_path: Path) -> Callable[..., ReleaseFacts]:
    """Facts of a release of these files, with a transformers that knows `llama` and `vl`."""

    def make(
        files: Mapping[str, str] = RELEASE, types: tuple[str, ...] | None = ("llama", "vl")
    ) -> ReleaseFacts:
        inventory = scan("lmdeploy", files)
        library = Library(local_source(tmp_path / "lmdeploy", ENGINE.layout), None)
        place = Place(file="transformers/auto.py", line=1)
        known = None if types is None else {name: Fact(key=name, place=place) for name in types}
        return ReleaseFacts(
            engine="lmdeploy",
            version="0.9.0",
            registered=inventory.by_name(),
            load=ENGINE.load_facts(library, inventory),
            transformers=None
            if known is None
            else ReleaseFacts(
                engine="transformers",
                version="5.0.0",
                registered={},
                load=LoadFacts(tables={MODEL_TYPES: known}),
            ),
        )

    return make


def said(found: Verdict) -> str:
    return "; ".join(step.text for step in found.steps)


def config(*names: str, **more: Any) -> dict[str, Any]:
    return {"architectures": list(names) or None, "model_type": "llama", **more}


def auto(name: str) -> dict[str, str]:
    return {"AutoModelForCausalLM": f"modeling_x.{name}"}


@pytest.mark.parametrize(
    ("given", "expected", "text"),
    [
        (config("Fast"), ("native", None, "Fast", "Fast"), "TurboMind of lmdeploy 0.9.0 runs `Fast`"),
        (config("Slow"), ("native", None, "Slow", "Slow"), "the PyTorch engine of lmdeploy 0.9.0 runs `Slow`"),
        (config("Nobody"), ("unsupported", "architecture", None, "Nobody"), "knows none of `Nobody`"),
        # The PyTorch engine looks at all architectures, TurboMind at the first.
        (config("Nobody", "Slow"), ("native", None, "Slow", "Slow"), "PyTorch engine"),
        (config("Nobody", "Fast"), ("unsupported", "architecture", None, "Nobody"), "knows none of"),
        # What TurboMind turns away goes to the PyTorch engine.
        (config("Both", num_attention_heads=32, hidden_size=4096), ("native", None, "Both", "Both"), "TurboMind of"),
        (config("Both", num_attention_heads=40, hidden_size=5120), ("native", None, "Both", "Both"), "is 40; "),
        (config("Both", num_attention_heads=32, hidden_size=3072), ("native", None, "Both", "Both"), "size of 96; "),
        (config("Both", vision_config={}), ("native", None, "Both", "Both"), "it has `vision_config`; "),
        (config("Both"), ("native", None, "Both", "Both"), "some sizes of `Both` away, which is not followed"),
        # The class of auto_map counts alone, also where an architecture is known; TurboMind does not look at it.
        (config("Nobody", auto_map=auto("Remote")), ("native", None, "Remote", "Remote"), "names `Remote`"),
        (config("Slow", auto_map=auto("Nobody")), ("unsupported", "architecture", None, "Nobody"), "without a look"),
        (config("Slow", auto_map={"AutoModel": "m.Nobody"}), ("native", None, "Slow", "Slow"), "PyTorch engine"),
        (config("Fast", auto_map=auto("Nobody")), ("native", None, "Fast", "Fast"), "TurboMind"),
        (config("A", auto_map=auto("XComposerLM")), ("native", None, "XComposer", "XComposer"), "TurboMind"),
        (config(auto_map=auto("Remote")), ("native", None, "Remote", "Remote"), "PyTorch engine"),
        (config(language_config={}), ("native", None, "VL2", "VL2"), "without `architectures` is taken for `VL2`"),
        (config(), ("unsupported", "architecture", None, None), "names no architecture"),
        (config("Old"), ("unsupported", "architecture", None, "Old"), "has removed the old one (`Old`)"),
        (config("Slow", auto_map=auto("Old")), ("unsupported", "architecture", None, "Old"), "has removed"),
        # AutoConfig: the PyTorch engine stops where it fails, TurboMind takes any config.
        (config("Slow", model_type="x"), ("unsupported", "config", None, "Slow"), "fails for model type `x`, and so"),
        (config("Fast", model_type="x"), ("native", None, "Fast", "Fast"), "takes a config of no model's own"),
        (config("Slow", model_type=None), ("unsupported", "config", None, "Slow"), "fails for no model type"),
        (config("Slow", model_type="deepseek_v32"), ("native", None, "Slow", "Slow"), "adds model type"),
        (config("Slow", model_type="x", auto_map={"AutoConfig": "c.C"}), ("native", None, "Slow", "Slow"),
         "comes from the repository"),
    ],
)  # fmt: skip
def test_what_becomes_of_a_config(
    release: Callable[..., ReleaseFacts], given: dict[str, Any], expected: tuple[Any, ...], text: str
) -> None:
    found = load(given, release())
    assert shown(found) == expected
    assert text in said(found)


@pytest.mark.parametrize(
    ("rules", "folder", "stopped", "text"),
    [
        ({"folder": {"line": 9}}, "my-llama", False, "knows model type `llama` in the folder's name"),
        (
            {"folder": {"line": 9}},
            "my-deepseek_v32",
            False,
            "adds model type `deepseek_v32` in the folder's name",
        ),
        ({"folder": {"line": 9}}, None, False, "in the folder's name, which is not known"),
        ({"folder": {"line": 9}}, "other", True, "fails for no model type"),
        ({}, "my-llama", True, "fails for no model type"),
    ],
)
def test_an_older_auto_config_looks_at_the_folders_name(
    release: Callable[..., ReleaseFacts], rules: dict[str, Any], folder: str | None, stopped: bool, text: str  # noqa: FBT001
) -> None:  # fmt: skip
    facts = release()
    assert facts.transformers is not None
    older = replace(facts.transformers, load=replace(facts.transformers.load, rules=rules))
    checkpoint = read_checkpoint(json.dumps({"architectures": ["Slow"]}).encode())
    found = ENGINE.load(checkpoint, replace(facts, transformers=older), LoadOptions(folder=folder))
    assert (found.gate is Gate.CONFIG) is stopped
    assert text in said(found)


CHECKS = """
def check(trans_version, model_trans_version):
    assert trans_version >= model_trans_version, "Version mismatch."
"""
WARNS = CHECKS.replace(
    "assert trans_version >= model_trans_version", "warn(trans_version < model_trans_version)"
)


@pytest.mark.parametrize(
    ("checks", "name", "written", "expected"),
    [
        (CHECKS, "Slow", "5.0.1", "config"),
        (CHECKS, "Slow", "5.1.0.dev0", "config"),
        (CHECKS, "Slow", "5.0.0", None),
        (CHECKS, "Slow", "none", None),
        (CHECKS, "Slow", None, None),
        (CHECKS, "Fast", "5.0.1", None),  # TurboMind does not ask
        (WARNS, "Slow", "5.0.1", None),
    ],
)
def test_older_releases_stop_for_a_config_that_a_newer_transformers_wrote(
    release: Callable[..., ReleaseFacts], checks: str, name: str, written: str | None, expected: str | None
) -> None:
    known = release({**RELEASE, "lmdeploy/pytorch/check_env/__init__.py": checks})
    found = load(config(name, transformers_version=written), known)
    assert (found.gate and found.gate.value) == expected
    assert found.fix == (f"install transformers {written} or newer" if expected else None)
    assert (str(found.because.place) == "lmdeploy/pytorch/check_env/__init__.py:3") is (expected is not None)


def test_an_unknown_class_in_auto_map_says_what_would_help(release: Callable[..., ReleaseFacts]) -> None:
    known = release()
    fix = "leave `auto_map.AutoModelForCausalLM` out of the config: `Slow` is known"
    assert load(config("Slow", auto_map=auto("Nobody")), known).fix == fix
    assert load(config("Nobody", auto_map=auto("Other")), known).fix is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Fast", ("native", None, "Fast", "Fast")),
        ("Slow", ("native", None, "Slow", "Slow")),
        ("Old", ("unsupported", "architecture", None, "Old")),
        ("Nobody", ("unsupported", "architecture", None, "Nobody")),
    ],
)
def test_a_bare_name_is_looked_up_in_both_tables(
    release: Callable[..., ReleaseFacts], name: str, expected: tuple[Any, ...]
) -> None:
    assert shown(load(only_named(name), release())) == expected


def test_the_config_gate_stops_a_name_only_where_its_type_is_known_to_be_unknown(
    release: Callable[..., ReleaseFacts],
) -> None:
    named = Checkpoint(architectures=("Slow",), model_type="x", given=False)
    assert shown(load(named, release()))[:2] == ("unsupported", "config")
    for known in (release(types=None), release(types=("x",))):
        assert load(named, known).status.value == "native"
    assert "not followed" in said(load(config("Slow", model_type="x"), release(types=None)))


AWQ = {"quant_method": "awq", "version": "gemm"}


@pytest.mark.parametrize(
    ("name", "quantization", "status", "text", "fix"),
    [
        ("Fast", {"quant_method": "awq", "version": "gemm"}, "native", "TurboMind takes", None),
        ("Fast", {"quant_method": "awq", "version": "gemv"}, "unsupported", "with another `version` only", None),
        ("Fast", {"quant_method": "gptq", "desc_act": False, "sym": True}, "native", "TurboMind takes", None),
        ("Fast", {"quant_method": "gptq", "desc_act": True}, "unsupported", "with another `desc_act` only", None),
        ("Both", {"quant_method": "awq", "version": "gemv"}, "unsupported", "with another `version`",
         "use the PyTorch engine (`--backend pytorch`)"),
        ("Both", {"quant_method": "smooth_quant"}, "native", "the PyTorch engine takes", None),
        ("Slow", {"quant_method": "gptq"}, "unsupported", "does not take quantisation method `gptq`", None),
        ("Slow", {"quant_method": "awq", "version": "gemv"}, "native", "the PyTorch engine takes", None),
        ("Slow", {"bits": 4}, "unsupported", "names no `quant_method`, and the PyTorch engine of", None),
        ("Fast", {"bits": 4}, "unsupported", "names no `quant_method`, and TurboMind of", None),
        ("Fast", {}, "native", "TurboMind of", None),  # an empty one is none to TurboMind
        ("Slow", {}, "unsupported", "names no `quant_method`", None),
        ("Slow", None, "native", "PyTorch engine", None),
    ],
)  # fmt: skip
def test_what_each_engine_does_with_a_quantised_checkpoint(
    release: Callable[..., ReleaseFacts],
    name: str,
    quantization: dict[str, Any] | None,
    status: str,
    text: str,
    fix: str | None,
) -> None:
    found = load(config(name, quantization_config=quantization), release())
    assert (found.status.value, found.fix) == (status, fix)
    assert (found.gate and found.gate.value) == (None if status == "native" else "quantisation")
    assert text in said(found)


@pytest.mark.parametrize(
    ("name", "keys", "status", "text"),
    [
        ("Fast", {"text_config": {"quantization_config": {"quant_method": "bitsandbytes"}}}, "unsupported",
         "does not take quantisation method `bitsandbytes`"),
        ("Fast", {"llm_config": {"quantization_config": {"quant_method": "awq", "version": "gemm"}}}, "native",
         "TurboMind takes quantisation method `awq`"),
        ("Fast", {"text_config": {"quantization_config": {"bits": 4}}}, "unsupported", "names no `quant_method`"),
        ("Fast", {"compression_config": {"quant_method": "bitsandbytes"}}, "native",
         "whether TurboMind looks at `compression_config` is not followed"),
        ("Slow", {"text_config": {"quantization_config": {"quant_method": "bitsandbytes"}}}, "native",
         "looks at `text_config.quantization_config` is not followed"),
    ],
)  # fmt: skip
def test_turbomind_looks_for_a_quantisation_in_the_whole_config(
    release: Callable[..., ReleaseFacts], name: str, keys: dict[str, Any], status: str, text: str
) -> None:
    found = load(config(name, **keys), release())
    assert (found.status.value, found.gate and found.gate.value) == (
        status,
        None if status == "native" else "quantisation",
    )
    assert text in said(found)


@pytest.mark.parametrize(("quantization", "text"), [({"bits": 4}, "names no `quant_method`"), (AWQ, "`awq`")])
def test_a_release_whose_methods_are_not_known_stops_none(
    release: Callable[..., ReleaseFacts], quantization: dict[str, Any], text: str
) -> None:
    known = release()
    rules = {key: rule for key, rule in known.load.rules.items() if key != "quantisation"}
    found = load(
        config("Slow", quantization_config=quantization),
        replace(known, load=replace(known.load, rules=rules)),
    )
    assert found.status.value == "native"
    assert text in said(found)
    assert "is not followed" in said(found)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (config("Phi3ForCausalLM"), "native"),
        (config("Slow"), "native"),
        (config("Fast"), "native"),
        # The class of auto_map is loaded by transformers: the map of parts has no names of architectures.
        (config("Phi3ForCausalLM", auto_map=auto("Other")), "native"),
        (config("Nobody", "Slow"), "unsupported"),
        (config("Slow", model_type="x"), "unsupported"),
    ],
)
def test_releases_that_patch_parts(
    release: Callable[..., ReleaseFacts], given: dict[str, Any], expected: str
) -> None:
    assert load(given, release(PARTS_RELEASE)).status.value == expected


def test_the_case_of_a_class_that_auto_map_alone_names(release: Callable[..., ReleaseFacts]) -> None:
    """GLM-4V: nobody registers ChatGLMModel, and LMDeploy runs it by the class that its auto_map names."""
    files = {
        **RELEASE,
        MAP: "MODULE_MAP = {'ChatGLMForConditionalGeneration': 'lmdeploy.pytorch.models.chatglm2.C'}",
    }
    given = {
        "architectures": ["ChatGLMModel"],
        "model_type": "chatglm",
        "auto_map": {
            "AutoConfig": "configuration_chatglm.ChatGLMConfig",
            **dict.fromkeys(("AutoModel", "AutoModelForCausalLM"), "modeling_chatglm.ChatGLMForConditionalGeneration"),
        },
        "vision_config": {"hidden_size": 1792},
    }  # fmt: skip
    found = load(given, release(files))
    assert shown(found) == ("native", None, *["ChatGLMForConditionalGeneration"] * 2)


# -- real releases ---------------------------------------------------------------------------------

GLM = {
    "architectures": ["ChatGLMModel"],
    "model_type": "chatglm",
    "auto_map": {"AutoConfig": "c.C", "AutoModelForCausalLM": "m.ChatGLMForConditionalGeneration"},
    "vision_config": {},
}
RECORDED = json.loads(
    (Path(__file__).parents[1] / "data" / "lmdeploy-0.18.0.json").read_text(encoding="utf-8")
)


@pytest.mark.network
@pytest.mark.parametrize(
    ("version", "count", "expected"),
    [
        ("0.2.5", 15, {"phi3": "unsupported", "llama": "native", "baichuan": "native", "glm": "native"}),
        ("0.4.2", 25, {"phi3": "native", "llama": "native", "glm": "native"}),
        ("0.5.2", 33, {"phi3": "native", "bnb": "native", "mlx": "native"}),
        ("0.6.3", 38, {"phi3": "native", "bnb": "unsupported", "mlx": "unsupported", "glm": "native"}),
        ("0.9.0", 47, {"glm": "native", "odd": "unsupported", "baichuan": "native"}),
        ("0.12.0", 60, {"glm": "native", "odd": "unsupported"}),
        (
            "0.18.0",
            70,
            {
                "glm": "native",
                "odd": "unsupported",
                "baichuan": "unsupported",
                "bnb": "unsupported",
                "mlx": "unsupported",
            },
        ),
    ],
)
def test_real_releases(
    version: str, count: int, expected: dict[str, str], read_release: Callable[[str, str], ReleaseFacts]
) -> None:
    known = read_release("lmdeploy", version)
    assert (len(known.registered), known.unresolved) == (count, 0)
    configs = {
        "llama": config("LlamaForCausalLM"),
        "phi3": config("Phi3ForCausalLM"),
        "baichuan": config("BaichuanForCausalLM", num_attention_heads=40),
        "glm": GLM,
        "odd": config("GemmaForCausalLM", auto_map=auto("OddForCausalLM")),
        "bnb": config("LlamaForCausalLM", quantization_config={"quant_method": "bitsandbytes"}),
        "mlx": config("LlamaForCausalLM", quantization_config={"group_size": 64, "bits": 4}),
    }
    assert {name: load(configs[name], known).status.value for name in expected} == expected
    assert set(known.load.rules["configs"]) == {"turbomind", "pytorch"}
    if version == "0.18.0":
        groups = {
            group: sorted(name for name, each in known.registered.items() if group in each.groups)
            for group in ("pytorch", "turbomind")
        }
        assert groups == {key: RECORDED[key] for key in groups}
        removed = known.load.tables["removed"]
        assert {name: fact.value for name, fact in removed.items()} == RECORDED["removed"]
