"""TensorRT-LLM: its two backends in the shapes of their years, and what nobody could tell without running them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tensorrt_llm_reader
from verdicts import load

import miniature
from archtrack.core.verdict.checkpoint import Checkpoint, only_named
from archtrack.core.verdict.release_facts import MODEL_TYPES, Fact, LoadFacts, ReleaseFacts
from archtrack.engines import load_engine
from archtrack.errors import SourceError
from archtrack.model import Category, Place
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.core.verdict.verdict import Verdict
    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]
    Made = Callable[..., ReleaseFacts]

ENGINE: Any = load_engine("tensorrt-llm")

TORCH = "tensorrt_llm/_torch/models"
LEGACY = "tensorrt_llm/models/__init__.py"
INDEX = f"{TORCH}/_arch_index.py"
ROOT = {"tensorrt_llm/__init__.py": "", f"{TORCH}/__init__.py": ""}
FACTS = Path(__file__).parents[1] / "data" / "facts" / "on_request" / "tensorrt-llm.toml"


def told(found: Inventory) -> dict[str, Any]:
    return {each.name: (each.file, each.groups) for each in found.registrations}


def odd(found: Inventory) -> list[str]:
    return [str(each.place) for each in found.unresolved]


STACKED = """
@register_auto_model("B")
@register_auto_model("A")
class A(SpecDecOneEngineForCausalLM[DeepseekV3Model, PretrainedConfig]): ...
"""
MAPPERS = """
@register_mapper("HF", "LlamaForCausalLM")
class Mapper: ...
class Base: ...
register_auto_model
text = "@register_auto_model('A')"
"""
IN_FUNCTION = """
def register_auto_model(name):
    def decorator(cls):
        MODEL_CLASS_MAPPING[name] = cls
        return cls
    return decorator
"""


@pytest.mark.parametrize(
    ("text", "names", "lines"),
    [
        ('@register_auto_model("A")\nclass A: ...', ["A"], []),
        ('@modeling_utils.register_auto_model("A")\nclass A: ...', ["A"], []),
        (STACKED, ["A", "B"], []),
        (MAPPERS, [], []),
        (IN_FUNCTION, [], []),
        ('@register_auto_model(NAME)\n@register_auto_model("A")\nclass A: ...', ["A"], [1]),
        ("@register_auto_model(", [], [1]),
    ],
)
def test_decorators_of_the_pytorch_backend(scan: Scan, text: str, names: list[str], lines: list[int]) -> None:
    path = f"{TORCH}/modeling_x.py"
    # One that is always there: a tree that registers nothing is refused.
    always = {f"{TORCH}/sub/modeling_always.py": '@register_auto_model("Z")\nclass Z: ...'}
    found = scan("tensorrt-llm", {**ROOT, **always, path: text})
    file = "_torch/models/modeling_x.py"
    assert told(found) == {
        **dict.fromkeys(names, (file, ("pytorch",))),
        "Z": ("_torch/models/sub/modeling_always.py", ("pytorch",)),
    }
    assert odd(found) == [f"{path}:{line}" for line in lines]


def test_a_class_that_takes_more_than_text_says_so_above_itself(scan: Scan) -> None:
    text = (
        "@support_multimodal_disaggregated\n@register_vision_encoder(Encoder, vlm_base_model=Base)\n"
        '@register_auto_model("SeerForConditionalGeneration")\n'
        '@register_input_processor(Processor, model_type="seer")\nclass SeerModel(nn.Module): ...\n'
        '@register_auto_model("BertModel")\nclass BertModel: ...\n'
    )
    found = scan("tensorrt-llm", {**ROOT, f"{TORCH}/modeling_seer.py": text})
    assert [
        (each.name, str(each.place), str(each.defined), each.class_name, each.category, each.category_source)
        for each in found.registrations
    ] == [
        ("BertModel", f"{TORCH}/modeling_seer.py:6", f"{TORCH}/modeling_seer.py:7", None, None, None),
        (
            "SeerForConditionalGeneration",
            f"{TORCH}/modeling_seer.py:3",
            f"{TORCH}/modeling_seer.py:5",
            "SeerModel",
            Category.MULTIMODAL,
            f"{TORCH}/modeling_seer.py:4 register_input_processor",
        ),
    ]


ONE = '@register_auto_model("A")\nclass One: ...\n'
FIRST = 'MODEL_ARCH_TO_MODULE = {"A": "modeling_one"}'
OTHERS = "MODEL_ARCH_TO_MODULE = {}\nMODEL_CLASS_TO_MODULE = {**more()}"
TWO = '\n@register_auto_model("A")\nclass Two: ...\n'


@pytest.mark.parametrize(
    ("files", "entry", "places"),
    [
        ({"modeling_one.py": ONE}, ("modeling_one", "One", 1), []),
        ({"modeling_one.py": ONE + TWO}, ("modeling_one", "Two", 4), []),
        # Of two modules the one that is imported last wins, which is not said in either.
        ({"modeling_one.py": ONE, "modeling_two.py": TWO}, ("modeling_two", "Two", 2), ["modeling_one.py:1"]),
        # By the index one module is imported for a name.
        (
            {"modeling_one.py": ONE, "modeling_two.py": TWO, "_arch_index.py": FIRST},
            ("modeling_one", "One", 1),
            [],
        ),
        # The other table of the index names no architectures.
        ({"modeling_one.py": ONE, "_arch_index.py": OTHERS}, ("modeling_one", "One", 1), []),
    ],
)
def test_two_classes_of_one_name(
    scan: Scan, files: Mapping[str, str], entry: tuple[str, str, int], places: list[str]
) -> None:
    found = scan("tensorrt-llm", {**ROOT, **{f"{TORCH}/{name}": text for name, text in files.items()}})
    (only,) = found.registrations
    assert (only.defined_in.rpartition(".")[2], only.class_name, only.place.line) == entry
    assert odd(found) == [f"{TORCH}/{place}" for place in places]


@pytest.mark.parametrize(
    ("text", "expected", "lines"),
    [
        (
            'MODEL_ARCH_TO_MODULE = {\n"A": "modeling_one",\n"B": "modeling_two"}\nMODEL_CLASS_TO_MODULE = {"C": "x"}',
            {"A": ("modeling_one.py", 1), "B": ("modeling_two.py", 3)},
            [],
        ),
        (
            'MODEL_ARCH_TO_MODULE = {"B": "modeling_two", NAME: "x", "C": where()}',
            {"A": ("modeling_one.py", 1), "B": ("modeling_two.py", 1)},
            [1, 1],
        ),
        ("MODEL_ARCH_TO_MODULE = {", {"A": ("modeling_one.py", 1)}, [1]),
    ],
)
def test_the_index_of_newer_releases(
    scan: Scan, text: str, expected: dict[str, tuple[str, int]], lines: list[int]
) -> None:
    found = scan("tensorrt-llm", {**ROOT, f"{TORCH}/modeling_one.py": ONE, INDEX: text})
    assert {each.name: (each.file, each.place.line) for each in found.registrations} == {
        name: (f"_torch/models/{file}", line) for name, (file, line) in expected.items()
    }
    assert odd(found) == [f"{INDEX}:{line}" for line in lines]


GEMMA = "from .gemma.config import (GEMMA2_ARCHITECTURE,\n    GEMMA_ARCHITECTURE)\n"
CONFIG = {
    "tensorrt_llm/models/gemma/config.py": (
        'GEMMA_ARCHITECTURE = "GemmaForCausalLM"\nGEMMA2_ARCHITECTURE = name()\nclass GemmaConfig: ...\n'
    )
}


@pytest.mark.parametrize(
    ("text", "expected", "lines"),
    [
        ("MODEL_MAP = {'A': Model}", {"A": ("models/__init__.py", "Model")}, []),
        (
            "from .llama.model import LLaMA\nMODEL_MAP = {'A': LLaMA, 'B': LLaMA}",
            dict.fromkeys("AB", ("models/llama/model.py", "LLaMA")),
            [],
        ),
        ("MODEL_MAP = {'A': Model}\nOTHER = {'C': Model}", {"A": ("models/__init__.py", "Model")}, []),
        ("MODEL_MAP = {'A': make()}", {"A": ("models/__init__.py", None)}, []),
        (
            GEMMA + "MODEL_MAP = {GEMMA_ARCHITECTURE: Gemma,\n    GEMMA2_ARCHITECTURE: Gemma}",
            {"GemmaForCausalLM": ("models/__init__.py", "Gemma")},
            [4],
        ),
        ("MODEL_MAP = {'A': Model, **more()}", {"A": ("models/__init__.py", "Model")}, [1]),
        ("MODEL_MAP = {", {}, [1]),
    ],
)
def test_the_map_of_the_tensorrt_backend(
    scan: Scan, text: str, expected: dict[str, Any], lines: list[int]
) -> None:
    files = {**ROOT, **CONFIG, "tensorrt_llm/models/llama/model.py": "", LEGACY: text}
    found = scan("tensorrt-llm", files)
    assert {each.name: (each.file, each.class_name) for each in found.registrations} == expected
    assert {each.groups for each in found.registrations} <= {("tensorrt",)}
    assert odd(found) == [f"{LEGACY}:{line}" for line in lines]


def test_an_architecture_of_both_backends_is_told_with_both(scan: Scan) -> None:
    files = {f"{TORCH}/modeling_one.py": ONE, LEGACY: "MODEL_MAP = {'A': Model, 'B': Model}"}
    assert told(scan("tensorrt-llm", {**ROOT, **files})) == {
        "A": ("_torch/models/modeling_one.py", ("pytorch", "tensorrt")),
        "B": ("models/__init__.py", ("tensorrt",)),
    }


@pytest.mark.parametrize(
    "files", [{}, {LEGACY: "from .llama.model import LLaMA\n", f"{TORCH}/modeling_utils.py": IN_FUNCTION}]
)
def test_a_tree_that_registers_nothing_is_refused(scan: Scan, files: dict[str, str]) -> None:
    with pytest.raises(
        SourceError, match="registers no model: it is not TensorRT-LLM; name a release, or a checkout"
    ):
        scan("tensorrt-llm", {**ROOT, **files})


def test_a_commit_is_read_without_a_checkout(cli: Callable[..., Any], tmp_path: Path) -> None:
    root = tmp_path / "repo"
    files = {**ROOT, f"{TORCH}/modeling_one.py": ONE, "tensorrt_llm/version.py": '__version__ = "1.2.1"\n'}
    for name, text in files.items():
        miniature.write(root / name, text)
    miniature.commit(root)
    found = cli("scan", "tensorrt-llm", f"git:{root}@HEAD", "--format", "json").json
    assert found["architectures"]["A"]["groups"] == ["pytorch"]
    assert found["version"] == "1.2.1"


@pytest.mark.parametrize(
    "files",
    [
        {LEGACY: GEMMA + "MODEL_MAP = {GEMMA_ARCHITECTURE: Gemma, 'A': Model}"},
        {LEGACY: "MODEL_MAP = {'A': Model, 'B': Model}", f"{TORCH}/modeling_x.py": STACKED},
        {f"{TORCH}/modeling_one.py": ONE, INDEX: FIRST.replace("}", ', "B": "modeling_two"}')},
    ],
)
def test_the_second_reader_finds_the_same(scan: Scan, files: dict[str, str]) -> None:
    found = scan("tensorrt-llm", {**ROOT, **CONFIG, **files})
    theirs = tensorrt_llm_reader.registered(
        {path: text.encode() for path, text in {**CONFIG, **files}.items()}
    )
    mine = {
        backend: {each.name for each in found.registrations if backend in each.groups}
        for backend in ("pytorch", "tensorrt")
    }
    assert {backend: names for backend, names in mine.items() if names} == theirs


# -- the load path ---------------------------------------------------------------------------------

AUTO = f"{TORCH}/modeling_auto.py"
CONFIGS = "tensorrt_llm/_torch/model_config.py"
OWN = "tensorrt_llm/_torch/pyexecutor/config_utils.py"
LOADER = "tensorrt_llm/llmapi/llm_utils.py"
API = "tensorrt_llm/llmapi/llm.py"

MODELS = """
@register_auto_model("AForCausalLM")
class A: ...
@register_auto_model("BothForCausalLM")
class Both: ...
@register_auto_model("DRAFTAForCausalLM")
class Draft: ...
"""
MAP = "MODEL_MAP = {'BothForCausalLM': Model, 'OldForCausalLM': Model}"
ASKS = """
class ModelConfig:
    @classmethod
    def from_pretrained(cls, folder, trust_remote_code=False):
        with lock():
            return transformers.AutoConfig.from_pretrained(folder, trust_remote_code=trust_remote_code)
"""
ASKS_OWN = """
class ModelConfig:
    def from_pretrained(cls, folder):
        return load_pretrained_config(folder)
"""
OWN_CONFIGS = """
def both_parts(raw):
    return raw.get("model_type") == "in_parts" and raw.get("parts")

def unused(raw):
    return raw.get("model_type") == "elsewhere"

_REGISTRY: dict[str, type] = Lazy(by_table="X")

def load_pretrained_config(folder, trust_remote_code=False):
    model_type = raw.get("model_type")
    if both_parts(raw):
        config = Parts.from_dict(raw)
    elif model_type in ("own", "own_text") or (architectures and architectures[0] == "OwnForCausalLM"):
        config = Own.from_dict(raw)
    elif model_type in _REGISTRY:
        config = _REGISTRY[model_type].from_dict(raw)
    else:
        config = AutoConfig.from_pretrained(folder)
    return config
"""
LOOKS_UP = """
class AutoModelForCausalLM:
    @staticmethod
    def from_config(config):
        name = config.pretrained_config.architectures[0]
        if hasattr(config.pretrained_config, "draft_vocab_size"):
            name = name.replace("Draft", "")
            name = "DRAFT" + name
        return MODEL_CLASS_MAPPING.get(name)
"""
STRIPS = LOOKS_UP.replace(
    '        if hasattr(config.pretrained_config, "draft_vocab_size"):\n            name = name.rep',
    '        name = name.replace("Draft", "")\n        if hasattr(config.pretrained_config, "draft_vocab_size"):\n'
    "            name = name.rep",
)
BY_TORCH = "class LLM(_TorchLLM):\n    pass\n"
CHAIN = """
class ModelLoader:
    def _update_from_hf_quant_config(self):
        if os.path.exists("hf_quant_config.json"):
            return True
        if found is not None:
            if found.get("quant_method") == "fp8" and found.get("weight_block_size", []):
                algo = 1
            elif found["quant_method"] in ("mxfp4", "nvfp4"):
                algo = 2
            elif found.get("quant_method") == "odd" and holds(found):
                algo = 3
            else:
                raise NotImplementedError(found)
        return False

class CachedModelLoader:
    def __call__(self):
        self.model_loader._update_from_hf_quant_config()
"""
EARLIER = CHAIN.replace(
    "            return True\n",
    '            if found.get("quant_method") == "gptq":\n                return True\n',
    1,
)
NONE_TOO = CHAIN.replace(
    "            else:\n",
    '            elif found.get("quant_method") is None:\n                return False\n            else:\n',
)
MODELOPT = CHAIN.replace(
    "        if found is not None:\n",
    "        if found is not None:\n            if is_modelopt_quant_config(found):\n                return True\n",
)
NEWER = {CONFIGS: ASKS, AUTO: LOOKS_UP, LOADER: CHAIN, API: BY_TORCH}
PINS = "-c constraints.txt\ntransformers==4.57.1  # tested\n"


@pytest.fixture
def made(scan: Scan, tmp_path: Path) -> Made:
    """The facts of a release; its transformers knows the model type ``known``."""

    def make(files: Mapping[str, str] = NEWER, *, requires: str = PINS) -> ReleaseFacts:
        tree = {**ROOT, f"{TORCH}/modeling_x.py": MODELS, LEGACY: MAP, "requirements.txt": requires, **files}
        inventory = scan("tensorrt-llm", tree)
        assert inventory.unresolved == ()
        library = Library(local_source(tmp_path / "tensorrt-llm", ENGINE.layout), None)
        known = Fact(key="known", place=Place(file="transformers/x.py", line=1))
        return ReleaseFacts(
            engine="tensorrt-llm",
            version="1.0.0",
            registered=inventory.by_name(),
            load=ENGINE.load_facts(library, inventory),
            transformers=ReleaseFacts(
                engine="transformers",
                version="4.57.1",
                registered={},
                load=LoadFacts(tables={MODEL_TYPES: {"known": known}}),
            ),
        )

    return make


def config(*names: str, model_type: str | None = "known", **more: Any) -> dict[str, Any]:
    return {"architectures": list(names), "model_type": model_type, **more}


def outcome(found: Verdict) -> tuple[str, str | None, str | None]:
    return found.status.value, found.gate and found.gate.value, found.resolved


def texts(found: Verdict) -> str:
    return "; ".join(f"{step.text} ({step.place})" for step in found.steps)


A = ("native", None, "AForCausalLM")


@pytest.mark.parametrize(
    ("given", "expected", "text"),
    [
        (config("AForCausalLM"), A, "AutoConfig of transformers 4.57.1 knows the model type `known`"),
        (config("AForCausalLM", "NobodyForCausalLM"), A, "runs `AForCausalLM`"),
        (config("NobodyForCausalLM", "AForCausalLM"), ("unsupported", "architecture", None), "has nothing for `Nob"),
        ({"model_type": "known"}, ("unsupported", "architecture", None), "the config names no architecture"),
        # What AutoConfig does not know may be added to it.
        (config("AForCausalLM", model_type="new"), ("unknown", None, None), "adds it is not followed"),
        (config("NobodyForCausalLM", model_type="new"), ("unsupported", "architecture", None), "has nothing for"),
        (config("AForCausalLM", model_type=None), ("unsupported", "config", None), "names no model type"),
        (config("AForCausalLM", model_type="new", auto_map={"AutoConfig": "x.C"}), A, "its own configuration class"),
        # What the TensorRT backend alone has.
        (config("OldForCausalLM", model_type="new"), ("native", None, "OldForCausalLM"), "has to be asked for"),
        (config("BothForCausalLM"), ("native", None, "BothForCausalLM"), "runs `BothForCausalLM`"),
        # Drafts.
        (config("AForCausalLM", draft_vocab_size=1), ("native", None, "DRAFTAForCausalLM"), f"{AUTO}:6"),
        (config("DraftAForCausalLM", draft_vocab_size=1), ("native", None, "DRAFTAForCausalLM"), "is looked up"),
        (config("DraftAForCausalLM"), ("unsupported", "architecture", None), "has nothing for `DraftAForCausalLM`"),
        (config("BothForCausalLM", draft_vocab_size=1), ("unsupported", "architecture", None), "`DRAFTBothForC"),
        # GGUF.
        (Checkpoint(architectures=(), gguf_architecture="a"), ("unknown", None, None), "is not followed"),
    ],
)  # fmt: skip
def test_what_becomes_of_a_config(made: Made, given: Any, expected: tuple[Any, ...], text: str) -> None:
    found = load(given, made())
    assert outcome(found) == expected, texts(found)
    assert text in texts(found)


def test_a_bare_name_is_asked_for_nothing_but_its_architecture(made: Made) -> None:
    known = made()
    assert outcome(load(only_named("AForCausalLM"), known)) == A
    assert outcome(load(only_named("OldForCausalLM"), known)) == ("native", None, "OldForCausalLM")
    assert outcome(load(only_named("NobodyForCausalLM"), known)) == ("unsupported", "architecture", None)


@pytest.mark.parametrize(
    ("files", "requires", "text"),
    [
        (NEWER, "", "which transformers it runs with is not known"),
        (NEWER, "transformers[torch]>=4.5,<5\n", "AutoConfig of transformers 4.57.1 knows"),
        (NEWER, "#transformers==1\n-r transformers.txt\n", "which transformers it runs with is not known"),
        ({**NEWER, CONFIGS: "class ModelConfig: ..."}, PINS, "could not be read"),
        ({**NEWER, CONFIGS: "class ModelConfig("}, PINS, "could not be read"),
        ({**NEWER, CONFIGS: ""}, PINS, "could not be read"),
        ({**NEWER, CONFIGS: ASKS_OWN}, PINS, "could not be read"),
        ({**NEWER, CONFIGS: ASKS_OWN, OWN: OWN_CONFIGS}, PINS, "AutoConfig of transformers 4.57.1 knows"),
    ],
)
def test_the_config_gate_rests_on_what_is_required(
    made: Made, files: Mapping[str, str], requires: str, text: str
) -> None:
    found = load(config("AForCausalLM"), made(files, requires=requires))
    assert outcome(found) == A
    assert text in texts(found)


@pytest.mark.parametrize(
    ("model_type", "name", "status"),
    [
        ("own", "AForCausalLM", "native"),
        ("own_text", "AForCausalLM", "native"),
        ("in_parts", "AForCausalLM", "native"),
        ("by_table", "AForCausalLM", "native"),
        # A config that it makes itself may name another architecture.
        ("own", "NobodyForCausalLM", "unknown"),
        ("by_table", "NobodyForCausalLM", "unknown"),
        ("new", "OwnForCausalLM", "unknown"),
        ("new", "NobodyForCausalLM", "unsupported"),
        # Of a function that is not asked.
        ("elsewhere", "AForCausalLM", "unknown"),
        ("elsewhere", "NobodyForCausalLM", "unsupported"),
    ],
)
def test_model_types_of_which_it_makes_the_config_itself(
    made: Made, model_type: str, name: str, status: str
) -> None:
    found = load(config(name, model_type=model_type), made({**NEWER, CONFIGS: ASKS_OWN, OWN: OWN_CONFIGS}))
    assert found.status.value == status, texts(found)


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        (STRIPS, config("DraftAForCausalLM"), A),
        (STRIPS, config("DraftAForCausalLM", draft_vocab_size=1), ("native", None, "DRAFTAForCausalLM")),
        # A condition that is not read, where the config has what it asks for.
        (
            LOOKS_UP.replace('"DRAFT" + name', "odd(name)"),
            config("AForCausalLM", draft_vocab_size=1),
            "unknown",
        ),
        (LOOKS_UP.replace('"DRAFT" + name', "odd(name)"), config("AForCausalLM"), A),
        ("AutoModelForCausalLM = None", config("AForCausalLM", draft_vocab_size=1), A),
    ],
)
def test_another_name_is_looked_up(made: Made, text: str, given: Any, expected: Any) -> None:
    found = load(given, made({**NEWER, AUTO: text}))
    assert (found.status.value if expected == "unknown" else outcome(found)) == expected


STOPPED = ("unsupported", "quantisation", None)


@pytest.mark.parametrize(
    ("loader", "quantisation", "expected", "text"),
    [
        (CHAIN, {"quant_method": "fp8", "weight_block_size": [128, 128]}, A, "method `fp8` is taken"),
        (CHAIN, {"quant_method": "fp8", "weight_block_size": []}, STOPPED, "refuses quantisation method `fp8`"),
        (CHAIN, {"quant_method": "fp8"}, STOPPED, f"{LOADER}:14"),
        (CHAIN, {"quant_method": "nvfp4"}, A, f"`nvfp4` is taken ({LOADER}:9)"),
        (CHAIN, {"quant_method": "awq"}, STOPPED, "refuses quantisation method `awq`"),
        (CHAIN, {"quant_method": "odd"}, A, "under a condition that is not followed"),
        (CHAIN, {"bits": 4}, STOPPED, "a quantisation without `quant_method`"),
        (NONE_TOO, {"bits": 4}, A, "it is passed over"),
        (NONE_TOO, {"quant_method": "awq"}, STOPPED, "refuses quantisation method `awq`"),
        # What ModelOpt wrote may have another file beside.
        (CHAIN, {"quant_method": "modelopt"}, A, "whether there is one is not followed"),
        (CHAIN, {"quant_algo": "FP8"}, A, "whether there is one is not followed"),
        (MODELOPT, {"quant_method": "modelopt"}, A, f"is taken ({LOADER}:7)"),
        (MODELOPT, {"quant_method": "awq"}, STOPPED, "refuses"),
        # Forms that are not read refuse nothing.
        (CHAIN.replace("raise ", "return "), {"quant_method": "awq"}, A, "is not followed"),
        (CHAIN.replace("loader._update", "loader.update"), {"quant_method": "awq"}, A, "is not followed"),
        (CHAIN.replace('found.get("quant_method") == "odd" and', "True and"), {"quant_method": "awq"}, A, "not foll"),
        (EARLIER, {"quant_method": "gptq"}, A, "under a condition that is not followed"),
        (EARLIER, {"quant_method": "awq"}, STOPPED, "refuses"),
        (EARLIER.replace('found.get("quant_method") == "gptq"', "odd(found)"), {"quant_method": "awq"}, A, "is not"),
        (CHAIN.replace("class ModelLoader", "class Other"), {"quant_method": "awq"}, A, "is not followed"),
        ("class ModelLoader(", {"quant_method": "awq"}, A, "is not followed"),
        ("", {"quant_method": "awq"}, A, "is not followed"),
    ],
)  # fmt: skip
def test_what_becomes_of_quantised_weights(
    made: Made, loader: str, quantisation: dict[str, Any], expected: tuple[Any, ...], text: str
) -> None:
    found = load(config("AForCausalLM", quantization_config=quantisation), made({**NEWER, LOADER: loader}))
    assert outcome(found) == expected, texts(found)
    assert text in texts(found)


AWQ = {"quant_method": "awq"}


@pytest.mark.parametrize(
    ("files", "given", "status"),
    [
        (NEWER, config("BothForCausalLM", quantization_config=AWQ), "unsupported"),
        # Which backend counts is not known.
        (
            {**NEWER, API: "class LLM(BaseLLM): ..."},
            config("BothForCausalLM", quantization_config=AWQ),
            "native",
        ),
        (
            {**NEWER, API: "class LLM(BaseLLM): ..."},
            config("AForCausalLM", quantization_config=AWQ),
            "unsupported",
        ),
        (NEWER, config("OldForCausalLM", quantization_config=AWQ), "native"),
        # It looks at one key only.
        (NEWER, config("AForCausalLM", text_config={"quantization_config": AWQ}), "native"),
        (NEWER, config("AForCausalLM", compression_config=AWQ), "native"),
        (NEWER, config("AForCausalLM", quantization_config=None), "native"),
    ],
)
def test_the_pytorch_backend_refuses_for_itself_alone(
    made: Made, files: Mapping[str, str], given: Any, status: str
) -> None:
    assert load(given, made(files)).status.value == status


def test_the_facts_that_were_read_in_the_repository_name_their_files() -> None:
    facts = tomllib.loads(FACTS.read_text(encoding="utf-8"))["fact"]
    assert len(facts) >= 12
    assert {fact["source"] for fact in facts} == {"git"}  # nothing of it is on the package index
    assert all(".py" in fact["seen"] for fact in facts)
