"""ExLlamaV3: from its list of model classes to the architectures, through modules and base classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from verdicts import load

from archtrack.core.verdict.checkpoint import only_named
from archtrack.core.verdict.release_facts import ReleaseFacts
from archtrack.engines import load_engine
from archtrack.errors import SourceError
from archtrack.model import Gate
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]

FOLDER = "exllamav3/architecture"
LIST = f"{FOLDER}/architectures.py"
TABLE = "ARCHITECTURES = {m.config_class.arch_string: {'model_class': m} for m in "
A = 'class AConfig(Config):\n    arch_string = "AForCausalLM"\n\n\nclass AModel(Model):\n    config_class = AConfig\n'
B = A.replace("AConfig", "BConfig").replace("AForC", "BForC").replace("AModel", "BModel")
NAMED = "class AModel:\n    config_class = AConfig\n"


def told(found: Inventory) -> dict[str, Any]:
    return {each.name: (each.file, str(each.place), each.class_name) for each in found.registrations}


def odd(found: Inventory) -> list[str]:
    return [str(each.place) for each in found.unresolved]


AT = {"AForCausalLM": ("a.py", f"{FOLDER}/a.py:2", "AModel")}
BT = {"BForCausalLM": ("b.py", f"{FOLDER}/b.py:2", "BModel")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{TABLE}[AModel]}}", AT),
        (f"{TABLE}[AModel, BModel]}}", {**AT, **BT}),
        (f"L = [AModel]\nM = [BModel]\n{TABLE}L + M}}", {**AT, **BT}),
        (f"L = [AModel]\n{TABLE}[*L, BModel]}}", {**AT, **BT}),
        (f"{TABLE}[AModel]}}\n\ndef get_architectures():\n    return ARCHITECTURES", AT),
    ],
)
def test_what_the_list_holds_is_registered(scan: Scan, text: str, expected: dict[str, Any]) -> None:
    files = {
        LIST: f"from .a import AModel\nfrom .b import BModel\n{text}\n",
        f"{FOLDER}/a.py": A,
        f"{FOLDER}/b.py": B,
    }
    found = scan("exllamav3", files)
    assert told(found) == expected
    assert odd(found) == []


def test_the_list_of_older_releases_lies_in_another_folder(scan: Scan) -> None:
    files = {
        "exllamav3/models/architectures.py": f"from .a import AModel\n{TABLE}[AModel]}}\n",
        "exllamav3/models/a.py": A,
        "exllamav3/models/b.py": B,
    }
    assert told(scan("exllamav3", files)) == {"AForCausalLM": ("a.py", "exllamav3/models/a.py:2", "AModel")}


def test_what_has_no_list_is_refused(scan: Scan) -> None:
    with pytest.raises(SourceError, match="it is not ExLlamaV3; name another source"):
        scan("exllamav3", {"exllamav3/__init__.py": "", "exllamav3/model.py": ""})


@pytest.mark.parametrize(
    ("text", "names", "lines"),
    [
        (f"{TABLE}[AModel, make()]}}", ["AForCausalLM"], [2]),
        (f"{TABLE}[AModel] if cuda else []}}", [], [2]),
        (f"L = [AModel]\nL.append(BModel)\n{TABLE}L}}", [], [3]),
        (f"L = [AModel]\nM = [*L]\nif cuda:\n    L += [BModel]\n{TABLE}M}}", [], [5]),
        (f"{TABLE}[AModel]}}\nARCHITECTURES['B'] = BModel", ["AForCausalLM"], [3]),
        (f"{TABLE}[Missing]}}", [], [2]),
        ("ARCHITECTURES = {", [], [2]),
    ],
)
def test_what_the_list_does_not_write_out_is_said(
    scan: Scan, text: str, names: list[str], lines: list[int]
) -> None:
    files = {LIST: f"from .a import AModel\n{text}\n", f"{FOLDER}/a.py": A}
    found = scan("exllamav3", files)
    assert list(told(found)) == names
    assert odd(found) == [f"{LIST}:{line}" for line in lines]


def test_lists_that_double_without_end_are_given_up(scan: Scan) -> None:
    lists = "\n".join(f"L{at} = L{at - 1} + L{at - 1}" for at in range(1, 200))
    files = {LIST: f"from .a import AModel\nL0 = [AModel]\n{lists}\n{TABLE}L199}}\n", f"{FOLDER}/a.py": A}
    found = scan("exllamav3", files)
    assert told(found) == {}
    assert odd(found) == [f"{LIST}:202"]


def test_a_list_under_try_registers_under_that_condition(scan: Scan) -> None:
    text = f"from .a import AModel\ntry:\n    {TABLE}[AModel]}}\nexcept ImportError:\n    pass\n"
    found = scan("exllamav3", {LIST: text, f"{FOLDER}/a.py": A})
    assert [(each.name, each.condition) for each in found.registrations] == [
        ("AForCausalLM", "the try at line 2 succeeds")
    ]
    assert found.unresolved == ()


@pytest.mark.parametrize(
    ("module", "place"),
    [
        # The attribute of the class, of a base in the module, of a base in another; the nearest wins.
        (A, "a.py:2"),
        (A.replace("config_class =", "config_class: type ="), "a.py:2"),
        ('class Base:\n    arch_string = "AForCausalLM"\nclass AConfig(Base): ...\n' + NAMED, "a.py:2"),
        (
            "from .b import BConfig\nclass AConfig(BConfig): ...\nclass AModel:\n    config_class = AConfig",
            "b.py:2",
        ),
        ("from exllamav3.architecture.b import BConfig as C\nclass AModel:\n    config_class = C", "b.py:2"),
        (
            'from .b import BConfig\nclass AConfig(BConfig):\n    arch_string = "AForCausalLM"\n' + NAMED,
            "a.py:3",
        ),
        ("from .b import BModel\nclass AModel(BModel): ...", "b.py:2"),
    ],
)
def test_the_name_comes_from_the_nearest_class_that_gives_it(scan: Scan, module: str, place: str) -> None:
    files = {
        LIST: f"from .a import AModel\n{TABLE}[AModel]}}\n",
        f"{FOLDER}/a.py": module,
        f"{FOLDER}/b.py": B,
    }
    (found,) = scan("exllamav3", files).registrations
    assert found.file == "a.py"
    assert str(found.place) == f"{FOLDER}/{place}"
    assert found.name == f"{place[0].upper()}ForCausalLM"


@pytest.mark.parametrize(
    "module",
    [
        "class AModel(Base): ...\nclass Base(AModel): ...",
        "class AModel:\n    config_class = None",
        "class AModel:\n    config_class = Missing",
        "class AConfig:\n    arch_string = None\nclass AModel:\n    config_class = AConfig",
        'class AConfig:\n    arch_string = f"{A}ForCausalLM"\nclass AModel:\n    config_class = AConfig',
        "class AModel(",
    ],
)
def test_a_class_whose_name_cannot_be_told_is_said(scan: Scan, module: str) -> None:
    files = {LIST: f"from .a import AModel\n{TABLE}[AModel]}}\n", f"{FOLDER}/a.py": module}
    found = scan("exllamav3", files)
    assert told(found) == {}
    assert odd(found) == [f"{LIST}:2"]


def test_of_two_classes_of_one_name_the_later_one_is_registered(scan: Scan) -> None:
    files = {
        LIST: f"from .a import AModel\nfrom .b import BModel\n{TABLE}[AModel, BModel]}}\n",
        f"{FOLDER}/a.py": A,
        f"{FOLDER}/b.py": B.replace('"BForCausalLM"', '"AForCausalLM"'),
    }
    assert told(scan("exllamav3", files)) == {"AForCausalLM": ("b.py", f"{FOLDER}/b.py:2", "BModel")}


# -- what becomes of a checkpoint ------------------------------------------------------------------

LINEAR = "exllamav3/modules/linear.py"
ENGINE: Any = load_engine("exllamav3")
LISTED = """from .a import AModel, OtherModel, OwnModel, SeesModel, PopsModel, PlainModel
ARCHITECTURES = {m.config_class.arch_string: m for m in [
    AModel, OtherModel, OwnModel, SeesModel, PopsModel, PlainModel]}
"""
CLASSES = """
class AConfig(Config):
    arch_string = "AForCausalLM"

    def __init__(self, directory, **kwargs):
        super().__init__(directory, {"text": AModel}, **kwargs)
        self.hidden_size = self.read_cfg(int, "hidden_size", no_default)
        self.head_dim = self.read_cfg(int, "head_dim", None)
        self.assert_cfg(str, "hidden_act", "silu", True)
        self.assert_cfg(str, "text_config->scoring", ["sigmoid", "softmax"], True)
        if self.head_dim:
            self.assert_cfg(int, "odd", 1)


class OtherConfig(AConfig):
    arch_string = "OtherForCausalLM"

    def __init__(self, directory, **kwargs):
        super().__init__(directory, **kwargs)
        self.experts = self.read_cfg(int, "num_experts", no_default)


class OwnConfig(AConfig):
    arch_string = "OwnForCausalLM"

    def __init__(self, directory):
        if early():
            return
        self.assert_cfg(str, "hidden_act", "relu")


class SeesConfig(AConfig):
    arch_string = "SeesForConditionalGeneration"

    def get_models(self):
        return {"text": AModel, "vision": SeesModel}


class PopsConfig(Config):
    arch_string = "PopsForCausalLM"

    def __init__(self, directory):
        super().__init__(directory, {"text": AModel, "vision": SeesModel})
        if not self.sees:
            self.model_classes.pop("vision", None)


class PlainConfig(SeesConfig):
    arch_string = "PlainForCausalLM"

    def __init__(self, directory):
        super().__init__(directory, {"text": AModel})


class AModel(Model):
    config_class = AConfig


class OtherModel(Model):
    config_class = OtherConfig


class OwnModel(Model):
    config_class = OwnConfig


class SeesModel(Model):
    config_class = SeesConfig


class PopsModel(Model):
    config_class = PopsConfig


class PlainModel(Model):
    config_class = PlainConfig
"""
OLD = (
    'class Linear:\n    def load(self, key):\n        return get(key + ".trellis") or get(key + ".weight")\n'
)
NEW = OLD + '\n\ndef more(key):\n    return get(key + ".weight_scale_inv"), get(key + "_blocks")\n'


@pytest.fixture
def release(scan: Scan, tmp_path: Path) -> Callable[[str], ReleaseFacts]:
    def make(linear: str = NEW) -> ReleaseFacts:
        inventory = scan("exllamav3", {LIST: LISTED, f"{FOLDER}/a.py": CLASSES, LINEAR: linear})
        assert inventory.unresolved == ()
        library = Library(local_source(tmp_path / "exllamav3", ENGINE.layout), None)
        return ReleaseFacts(
            engine="exllamav3",
            version="1.6.5",
            registered=inventory.by_name(),
            load=ENGINE.load_facts(library, inventory),
        )

    return make


def config(*names: str, **more: Any) -> dict[str, Any]:
    return {"architectures": list(names), "hidden_size": 64, **more}


@pytest.mark.parametrize(
    ("given", "expected", "text"),
    [
        (config("AForCausalLM"), ("native", None, "AForCausalLM"), "runs `AForCausalLM` by a.py"),
        (config("NobodyForCausalLM"), ("unsupported", "architecture", None), "does not list `NobodyForCausalLM`"),
        (config("AForCausalLM", "OtherForCausalLM"), ("unsupported", "architecture", None), "names 2 architectures"),
        ({}, ("unsupported", "architecture", None), "names no architectures"),
        # A value that the class is not written for.
        (config("AForCausalLM", hidden_act="silu"), ("native", None, "AForCausalLM"), "runs"),
        (config("AForCausalLM", hidden_act="gelu"), ("unsupported", "config", None), "has to be `silu` for"),
        (config("OtherForCausalLM", hidden_act="gelu"), ("unsupported", "config", None), "has to be `silu` for"),
        (config("AForCausalLM", text_config={"scoring": "softmax"}), ("native", None, "AForCausalLM"), "runs"),
        (config("AForCausalLM", text_config={"scoring": "x"}), ("unsupported", "config", None), "or `softmax`"),
        # What is asked in some cases only is not followed.
        (config("AForCausalLM", head_dim=8, odd=2), ("native", None, "AForCausalLM"), "runs"),
        (config("OwnForCausalLM", hidden_act="gelu"), ("native", None, "OwnForCausalLM"), "runs"),
        # A missing key proves nothing.
        ({"architectures": ["OtherForCausalLM"]}, ("native", None, "OtherForCausalLM"), "`num_experts`, `hidden_size`"),
    ],
)  # fmt: skip
def test_what_becomes_of_a_config(
    release: Callable[..., ReleaseFacts], given: dict[str, Any], expected: tuple[Any, ...], text: str
) -> None:
    found = load(given, release())
    assert (found.status.value, found.gate and found.gate.value, found.resolved) == expected
    assert text in "; ".join(step.text for step in found.steps)


def test_a_bare_name_is_asked_for_nothing_but_its_architecture(release: Callable[..., ReleaseFacts]) -> None:
    known = release()
    assert [step.text for step in load(only_named("AForCausalLM"), known).steps] == [
        "exllamav3 1.6.5 runs `AForCausalLM` by a.py"
    ]
    assert load(only_named("NobodyForCausalLM"), known).status.value == "unsupported"


@pytest.mark.parametrize(
    ("linear", "method", "expected"),
    [
        (OLD, "exl3", f"{LINEAR}:3"),
        (OLD, "fp8", None),
        (NEW, "fp8", f"{LINEAR}:7"),
        (NEW, "mxfp4", f"{LINEAR}:7"),
        (NEW, "awq", None),
        (NEW, "gptq", None),
        (NEW, "exl2", None),
        (NEW, "bitsandbytes", ""),  # its weights have the names of plain ones
        ("x = 1\n", "awq", ""),  # it could not be read which are loaded
    ],
)
def test_quantised_weights_are_told_by_their_names(
    release: Callable[..., ReleaseFacts], linear: str, method: str, expected: str | None
) -> None:
    found = load(config("AForCausalLM", quantization_config={"quant_method": method}), release(linear))
    assert (found.gate and found.gate.value) == ("quantisation" if expected is None else None)
    if expected:
        assert str(found.steps[-1].place) == expected
    elif expected is not None:
        assert "not followed" in found.steps[-1].text


@pytest.mark.parametrize(
    ("keys", "gate", "said"),
    [
        ({"quantization_config": {"bits": 4}}, None, "`quantization_config` names no `quant_method`"),
        ({"quantization_config": None}, None, None),
        ({"text_config": {"quantization_config": {"quant_method": "awq"}}}, "quantisation", "method `awq`"),
        ({"compression_config": {"quant_method": "awq"}}, "quantisation", "method `awq`"),
    ],
)
def test_tensors_count_wherever_the_config_speaks_of_them(
    release: Callable[..., ReleaseFacts], keys: dict[str, Any], gate: str | None, said: str | None
) -> None:
    found = load(config("AForCausalLM", **keys), release(NEW))
    assert (found.gate and found.gate.value) == gate
    texts = [step.text for step in found.steps if "quant" in step.text]
    assert [said in text for text in texts if said] == ([True] if said else [])
    assert bool(texts) is (said is not None)


def test_a_class_with_a_model_of_vision_is_multimodal(release: Callable[..., ReleaseFacts]) -> None:
    registered = release().registered
    assert {name: each.category and each.category.value for name, each in registered.items()} == {
        **dict.fromkeys(("AForCausalLM", "OtherForCausalLM", "OwnForCausalLM"), None),
        **dict.fromkeys(("PopsForCausalLM", "PlainForCausalLM"), None),
        "SeesForConditionalGeneration": "multimodal",
    }
    source = registered["SeesForConditionalGeneration"].category_source
    assert source == f"{FOLDER}/a.py:36 its models are of text and vision"


@pytest.mark.network
@pytest.mark.parametrize(
    ("version", "count", "multimodal", "methods"),
    [
        ("0.0.1", 10, 0, {"exl3"}),
        ("0.0.6", 23, 2, {"exl3", "fp8"}),
        ("0.0.18", 32, 6, {"exl3", "fp8"}),
        ("0.0.39", 50, 10, {"exl3", "fp8"}),
        ("1.0.0", 53, 11, {"exl3", "fp8", "mxfp4"}),
        ("1.6.5", 72, 13, {"exl3", "fp8", "mxfp4"}),
    ],
)
def test_real_releases(
    version: str,
    count: int,
    multimodal: int,
    methods: set[str],
    read_release: Callable[[str, str], ReleaseFacts],
) -> None:
    known = read_release("exllamav3", version)
    assert (len(known.registered), known.unresolved) == (count, 0)
    assert len([each for each in known.registered.values() if each.category]) == multimodal
    assert set(known.load.tables["quantisation"]) == methods
    llama = config("LlamaForCausalLM", hidden_act="silu", num_attention_heads=32)
    assert load(llama, known).status.value == "native"
    assert load({**llama, "hidden_act": "gelu"}, known).gate is Gate.CONFIG
    assert load({**llama, "quantization_config": {"quant_method": "awq"}}, known).gate is Gate.QUANTISATION
    assert load(config("FalconForCausalLM"), known).gate is Gate.ARCHITECTURE
