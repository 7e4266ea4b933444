"""vLLM, LMDeploy, ExLlamaV3, MLX-LM, llama.cpp and TensorRT-LLM, on miniature trees in the shapes of their years."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.engines import load_engine
from archtrack.engines.base import ScanOptions
from archtrack.errors import SourceError
from archtrack.sources.cache import Cache
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from pathlib import Path

    from archtrack.model import Inventory

AUTO = """
from collections import OrderedDict
MODEL_FOR_CAUSAL_LM_MAPPING_NAMES = OrderedDict(
    [("llama", "LlamaForCausalLM"), ("mistral", "MistralForCausalLM"), ("seer", "SeerForCausalLM"),
     ("falcon_mamba", "FalconMambaForCausalLM")]
)
MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES = OrderedDict([("seer", "SeerForConditionalGeneration")])
MODEL_FOR_MASKED_LM_MAPPING_NAMES = OrderedDict([("bert", "BertForMaskedLM")])
"""


def scan(engine: str, root: Path, files: dict[str, str], companion: str | None = None) -> Inventory:
    """What an engine says of a tree of these files."""
    declared = load_engine(engine)
    package = declared.layout.package
    for path, text in files.items():
        file = root / (path if declared.layout.markers else f"{package}/{path}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    if not declared.layout.markers:
        (root / package / "__init__.py").touch()
    options = ScanOptions()
    if companion is not None:
        other = root / "other" / "transformers"
        (other / "models" / "auto").mkdir(parents=True)
        (other / "__init__.py").touch()
        (other / "models" / "auto" / "modeling_auto.py").write_text(companion, encoding="utf-8")
        source = local_source(root / "other", load_engine("transformers").layout)
        options = ScanOptions(companion=Library(source, Cache(None)))
    return declared.scan(Library(local_source(root, declared.layout), Cache(None)), options)


def told(inventory: Inventory) -> dict[str, Any]:
    return {each.name: (each.file, each.groups) for each in inventory.registrations}


def odd(inventory: Inventory) -> list[str]:
    return [str(each.place) for each in inventory.unresolved]


MODELS = "model_executor/models"
IMPORTED = {
    "model_executor/model_loader.py": (
        "from vllm.model_executor.models import *\n_MODEL_REGISTRY = {\n"
        '    "LlamaForCausalLM": LlamaForCausalLM,\n    "LLaMAForCausalLM": LlamaForCausalLM,\n}\n'
        "_ROCM_UNSUPPORTED_MODELS = []\nif is_hip():\n    for rocm_model in _ROCM_UNSUPPORTED_MODELS:\n"
        "        del _MODEL_REGISTRY[rocm_model]\n"
    ),
    f"{MODELS}/__init__.py": "from vllm.model_executor.models.llama import LlamaForCausalLM\n",
    f"{MODELS}/llama.py": "",
}
FLAT = {
    f"{MODELS}/__init__.py": (
        '_GENERATION_MODELS = {"LlamaForCausalLM": ("llama", "LlamaForCausalLM")}\n'
        '_EMBEDDING_MODELS = {"MistralModel": ("llama_embedding", "LlamaEmbeddingModel")}\n'
        "_MODELS = {**_GENERATION_MODELS, **_EMBEDDING_MODELS}\n_OOT_MODELS = {}\n"
        '_ROCM_PARTIALLY_SUPPORTED_MODELS = {"LlamaForCausalLM": "slow"}\n'
    ),
    f"{MODELS}/llama.py": "",
}
GROUPED = {
    f"{MODELS}/registry.py": """
_TEXT_GENERATION_MODELS = {
    "LlamaForCausalLM": ("llama", "LlamaForCausalLM"),
    "InternLM3ForCausalLM": ("llama", "LlamaForCausalLM"),
    "StepForCausalLM": ("vllm.models.step", "Step"),
}
_EMBEDDING_MODELS = {
    "BertModel": ("bert", "BertEmbeddingModel"),
    **{k: (mod, arch) for k, (mod, arch) in _TEXT_GENERATION_MODELS.items() if arch == "LlamaForCausalLM"},
}
_MULTIMODAL_MODELS = {"SeerForConditionalGeneration": ("seer", "SeerForConditionalGeneration")}
_TRANSFORMERS_SUPPORTED_MODELS = {"ArceeForCausalLM": ("transformers", "TransformersForCausalLM")}
_TRANSFORMERS_BACKEND_MODELS = {"TransformersForCausalLM": ("transformers", "TransformersForCausalLM")}
_VLLM_MODELS = {
    **_TEXT_GENERATION_MODELS,
    **_EMBEDDING_MODELS,
    **_MULTIMODAL_MODELS,
    **_TRANSFORMERS_SUPPORTED_MODELS,
    **_TRANSFORMERS_BACKEND_MODELS,
}
_PREVIOUSLY_SUPPORTED_MODELS = {"OldForCausalLM": "0.9.2"}
_OOT_SUPPORTED_MODELS = {"BartModel": "https://example.org/plugin"}
_UNUSED_MODELS = {"NobodyForCausalLM": ("nobody", "Nobody")}
""",
    f"{MODELS}/llama.py": "",
    f"{MODELS}/transformers/__init__.py": "",
    "models/step/__init__.py": "",
}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (IMPORTED, {"LLaMAForCausalLM": ("llama.py", ()), "LlamaForCausalLM": ("llama.py", ())}),
        (
            FLAT,
            {
                "LlamaForCausalLM": ("llama.py", ("_GENERATION_MODELS",)),
                "MistralModel": ("llama_embedding.py", ("_EMBEDDING_MODELS",)),
            },
        ),
        (
            GROUPED,
            {
                "ArceeForCausalLM": ("transformers/__init__.py", ("_TRANSFORMERS_SUPPORTED_MODELS",)),
                "BertModel": ("bert.py", ("_EMBEDDING_MODELS",)),
                "InternLM3ForCausalLM": ("llama.py", ("_TEXT_GENERATION_MODELS", "_EMBEDDING_MODELS")),
                "LlamaForCausalLM": ("llama.py", ("_TEXT_GENERATION_MODELS", "_EMBEDDING_MODELS")),
                "SeerForConditionalGeneration": ("seer.py", ("_MULTIMODAL_MODELS",)),
                "StepForCausalLM": ("vllm/models/step/__init__.py", ("_TEXT_GENERATION_MODELS",)),
                "TransformersForCausalLM": ("transformers/__init__.py", ("_TRANSFORMERS_BACKEND_MODELS",)),
            },
        ),
    ],
)
def test_vllm_by_the_tables_of_its_years(
    tmp_path: Path, files: dict[str, str], expected: dict[str, Any]
) -> None:
    found = scan("vllm", tmp_path, files)
    assert told(found) == expected
    assert odd(found) == []


def test_what_vllm_says_of_the_past_is_a_note_and_a_category_comes_from_its_groups(tmp_path: Path) -> None:
    found = scan("vllm", tmp_path, GROUPED)
    assert dict(found.facts) == {
        "out_of_tree": ("BartModel https://example.org/plugin",),
        "previously_supported": ("OldForCausalLM 0.9.2",),
    }
    assert {each.name: each.category and each.category.value for each in found.registrations} == {
        "ArceeForCausalLM": "text",
        "BertModel": "embedding",
        "InternLM3ForCausalLM": "text",
        "LlamaForCausalLM": "text",
        "SeerForConditionalGeneration": "multimodal",
        "StepForCausalLM": "text",
        "TransformersForCausalLM": "text",
    }
    assert {each.name: each.class_name for each in found.registrations if each.class_name} == {
        "ArceeForCausalLM": "TransformersForCausalLM",
        "BertModel": "BertEmbeddingModel",
        "InternLM3ForCausalLM": "LlamaForCausalLM",
        "StepForCausalLM": "Step",
    }


@pytest.mark.parametrize(
    ("text", "names", "places"),
    [
        ('_MODELS = {"A": ("a", "A"), **more()}\n', ["A"], [1]),
        ('_MODELS = {\n "A": ("a", "A"),\n "B": (where(), "B"),\n}\n', ["A"], [3]),
        ('_MODELS = {"A": ("a", "A")}\nif is_hip():\n    _MODELS["B"] = ("b", "B")\n', ["A", "B"], []),
    ],
)
def test_what_vllm_does_not_write_out_is_said(
    tmp_path: Path, text: str, names: list[str], places: list[int]
) -> None:
    found = scan("vllm", tmp_path, {f"{MODELS}/registry.py": text})
    assert list(told(found)) == names
    assert odd(found) == [f"vllm/{MODELS}/registry.py:{line}" for line in places]


MAP = "pytorch/models/module_map.py"
PYTORCH = "pytorch/supported_models.py"
TURBOMIND = "turbomind/supported_models.py"
OLD_TURBOMIND = {TURBOMIND: "_SUPPORTED_ARCHS = dict(LlamaForCausalLM=True, FalconForCausalLM=False)\n"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                MAP: (
                    "P = 'lmdeploy.pytorch.models'\nMODULE_MAP = {\n"
                    "    'transformers.models.llama.modeling_llama.LlamaModel': f'{P}.llama.LlamaModel',\n}\n"
                ),
                PYTORCH: "_SUPPORTED_ARCHS = dict(LlamaForCausalLM=True, QWenLMHeadModel=False)\n",
                **OLD_TURBOMIND,
            },
            {"LlamaForCausalLM": ("pytorch/supported_models.py", ("pytorch", "turbomind"))},
        ),
        (
            {
                MAP: (
                    "P = 'lmdeploy.pytorch.models'\nMODULE_MAP = dict()\nASCEND_MODULE_MAP = dict()\n"
                    "DEVICE_SPECIAL_MODULE_MAP = dict(ascend=ASCEND_MODULE_MAP)\n"
                    "REMOVED_MODEL_MAP = {'QWenLMHeadModel': 'Qwen'}\n"
                    "MODULE_MAP.update({'LlamaForCausalLM': f'{P}.llama.LlamaForCausalLM'})\n"
                    "MODULE_MAP.update({'Glm4MoeLiteForCausalLM': f'{P}.deepseek_v2.DeepseekV2ForCausalLM'})\n"
                    "ASCEND_MODULE_MAP.update({'NpuForCausalLM': f'{P}.npu.NpuForCausalLM'})\n"
                    "CUSTOM_MODULE_MAP = dict()\n"
                ),
                TURBOMIND: "SUPPORTED_ARCHS = dict(LlamaForCausalLM='llama', MolmoForCausalLM='molmo')\n",
            },
            {
                "Glm4MoeLiteForCausalLM": ("deepseek_v2.py", ("pytorch",)),
                "LlamaForCausalLM": ("llama.py", ("pytorch", "turbomind")),
                "MolmoForCausalLM": ("turbomind/supported_models.py", ("turbomind",)),
                "NpuForCausalLM": ("npu.py", ("pytorch",)),
            },
        ),
    ],
)
def test_lmdeploy_s_two_engines(tmp_path: Path, files: dict[str, str], expected: dict[str, Any]) -> None:
    found = scan("lmdeploy", tmp_path, files)
    assert told(found) == expected
    assert odd(found) == []
    conditions = {each.name: each.condition for each in found.registrations if each.condition}
    assert conditions == ({"NpuForCausalLM": "device is ascend"} if "NpuForCausalLM" in expected else {})
    removed = {"removed": ("QWenLMHeadModel Qwen",)} if "MolmoForCausalLM" in expected else {}
    assert dict(found.facts) == removed


def test_what_lmdeploy_does_not_write_out_is_said(tmp_path: Path) -> None:
    files = {MAP: "MODULE_MAP = dict()\nMODULE_MAP.update(more())\n", **OLD_TURBOMIND}
    assert odd(scan("lmdeploy", tmp_path, files)) == [f"lmdeploy/{MAP}:2"]


LISTED = """from .llama import LlamaModel
from .qwen import Qwen as QwenModel
ARCHITECTURES = {
    m.config_class.arch_string: m for m in [
        LlamaModel,
        QwenModel,
    ]
}
"""
LLAMA = """
class LlamaConfig(Config):
    arch_string = "LlamaForCausalLM"
class LlamaModel(Model):
    config_class = LlamaConfig
"""
NAMED = """
class Named:
    arch_string = "QwenForCausalLM"
class QwenConfig(Named):
    pass
"""


@pytest.mark.parametrize("folder", ["models", "architecture"])
@pytest.mark.parametrize(
    "qwen",
    [
        'class C(Config):\n    arch_string = "QwenForCausalLM"\nclass Qwen(Model):\n    config_class: type = C\n',
        # The configuration from another module, its name from a base class, the attribute from another.
        "from .config import QwenConfig as C\nclass Base(Model):\n    config_class = C\nclass Qwen(Base):\n    pass\n",
    ],
)
def test_exllamav3_s_list_is_followed_to_the_architectures(tmp_path: Path, folder: str, qwen: str) -> None:
    files = {
        f"{folder}/architectures.py": LISTED,
        f"{folder}/llama.py": LLAMA,
        f"{folder}/qwen.py": qwen,
        f"{folder}/config.py": NAMED,
        f"{folder}/unlisted.py": LLAMA.replace("Llama", "Nobody"),
    }
    found = scan("exllamav3", tmp_path, files)
    assert told(found) == {"LlamaForCausalLM": ("llama.py", ()), "QwenForCausalLM": ("qwen.py", ())}
    assert odd(found) == []


@pytest.mark.parametrize(
    "qwen",
    [
        "class Qwen(Model):\n    pass\n",
        "class Qwen(Model):\n    config_class = make()\n",
        "class C(Config):\n    arch_string = name()\nclass Qwen(Model):\n    config_class = C\n",
        "class Qwen(Qwen):\n    pass\n",
        "class Qwen(",
    ],
)
def test_what_exllamav3_does_not_write_out_is_said(tmp_path: Path, qwen: str) -> None:
    files = {"models/architectures.py": LISTED, "models/llama.py": LLAMA, "models/qwen.py": qwen}
    found = scan("exllamav3", tmp_path, files)
    assert list(told(found)) == ["LlamaForCausalLM"]
    assert odd(found) == ["exllamav3/models/architectures.py:6"]


MODEL = "class ModelArgs: ...\nclass Model: ...\n"


def test_mlx_lm_by_its_mapping(tmp_path: Path) -> None:
    files = {
        "utils.py": 'MODEL_MAPPING = {"llama": llama, "mistral": llama, "phi-msft": phixtral}\n',
        "models/llama.py": MODEL,
        "models/phixtral.py": MODEL,
        "models/base.py": "class BaseModelArgs: ...\n",
    }
    found = scan("mlx-lm", tmp_path, files, AUTO)
    assert told(found) == {
        "LlamaForCausalLM": ("llama.py", ("llama",)),
        "MistralForCausalLM": ("llama.py", ("mistral",)),
    }
    assert dict(found.facts) == {"unjoined_model_types": ("phi-msft",)}


def test_mlx_lm_by_its_modules_and_remappings(tmp_path: Path) -> None:
    files = {
        "utils.py": (
            'MODEL_REMAPPING = {"mistral": "llama", "falcon_mamba": "mamba", "lost": "nowhere"}\n'
            'MODEL_ARCHITECTURE_REMAPPING = {("hybrid", "OwnForCausalLM"): "own"}\n'
        ),
        "models/llama.py": MODEL,
        "models/mistral.py": MODEL,  # passed over: the type is remapped
        "models/mamba.py": MODEL,
        "models/seer.py": "from .llama import Model\nclass ModelArgs: ...\n",
        "models/own.py": MODEL,
        "models/bert.py": MODEL,  # a type that no generating table names
        "models/cache.py": "class Cache: ...\n",
    }
    found = scan("mlx-lm", tmp_path, files, AUTO)
    assert told(found) == {
        "FalconMambaForCausalLM": ("mamba.py", ("falcon_mamba",)),
        "LlamaForCausalLM": ("llama.py", ("llama",)),
        "MistralForCausalLM": ("llama.py", ("mistral",)),
        "OwnForCausalLM": ("own.py", ("hybrid",)),
        "SeerForCausalLM": ("seer.py", ("seer",)),
        "SeerForConditionalGeneration": ("seer.py", ("seer",)),
    }
    assert dict(found.facts) == {"unjoined_model_types": ("bert", "mamba", "own")}


def test_mlx_lm_asks_for_something_to_join_with(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="name a transformers to join them with"):
        scan("mlx-lm", tmp_path, {"utils.py": "", "models/llama.py": MODEL})


def test_llama_cpp_by_its_maps(tmp_path: Path) -> None:
    text = (
        'TEXT_MODEL_MAP: dict[str, str] = {"LlamaForCausalLM": "llama", "modeling_x.XForCausalLM": "x"}\n'
        'MMPROJ_MODEL_MAP: dict[str, str] = {"SeerForConditionalGeneration": "seer", "LlamaForCausalLM": "llama"}\n'
    )
    found = scan("llama-cpp", tmp_path, {"conversion/__init__.py": text, "convert_hf_to_gguf.py": ""})
    assert told(found) == {
        "LlamaForCausalLM": ("conversion/llama.py", ("text", "mmproj")),
        "SeerForConditionalGeneration": ("conversion/seer.py", ("mmproj",)),
        "modeling_x.XForCausalLM": ("conversion/x.py", ("text",)),
    }


@pytest.mark.parametrize("script", ["convert_hf_to_gguf.py", "convert-hf-to-gguf.py"])
def test_llama_cpp_by_its_decorators(tmp_path: Path, script: str) -> None:
    text = (
        'class Model: ...\nclass MmprojModel(Model): ...\n@Model.register("LlamaForCausalLM", "MistralForCausalLM")\n'
        'class Llama(Model): ...\n@ModelBase.register("SeerForConditionalGeneration")\nclass Seer(MmprojModel): ...\n'
        "@Model.register(NAME)\nclass Odd(Model): ...\n"
    )
    found = scan("llama-cpp", tmp_path, {script: text})
    assert told(found) == {
        "LlamaForCausalLM": (script, ("text",)),
        "MistralForCausalLM": (script, ("text",)),
        "SeerForConditionalGeneration": (script, ("mmproj",)),
    }
    assert odd(found) == [f"{script}:7"]


def test_tensorrt_llm_s_two_backends(tmp_path: Path) -> None:
    files = {
        "_torch/models/modeling_llama.py": (
            '@register_auto_model("LlamaForCausalLM")\n@register_auto_model("MistralForCausalLM")\nclass Llama: ...\n'
        ),
        "_torch/models/_arch_index.py": 'MODEL_ARCH_TO_MODULE = {"LazyForCausalLM": "modeling_lazy"}\n',
        "models/__init__.py": (
            "from .llama.model import LLaMAForCausalLM\nfrom .gemma.config import GEMMA_ARCHITECTURE\n"
            "MODEL_MAP = {'LlamaForCausalLM': LLaMAForCausalLM, GEMMA_ARCHITECTURE: GemmaForCausalLM}\n"
        ),
        "models/llama/model.py": "",
        "models/gemma/config.py": 'GEMMA_ARCHITECTURE = "GemmaForCausalLM"\n',
        "models/gemma/__init__.py": "",
    }
    found = scan("tensorrt-llm", tmp_path, files)
    assert told(found) == {
        "GemmaForCausalLM": ("models/__init__.py", ("tensorrt",)),
        "LazyForCausalLM": ("_torch/models/modeling_lazy.py", ("pytorch",)),
        "LlamaForCausalLM": ("_torch/models/modeling_llama.py", ("pytorch", "tensorrt")),
        "MistralForCausalLM": ("_torch/models/modeling_llama.py", ("pytorch",)),
    }
    assert odd(found) == []


@pytest.mark.parametrize(
    ("engine", "files"),
    [
        ("vllm", {"model_executor/models/registry.py": "x = 1\n"}),
        ("lmdeploy", {"pytorch/models/module_map.py": "MODULE_MAP = {}\n"}),
        ("exllamav3", {"model.py": ""}),
        ("mlx-lm", {"models/llama.py": MODEL}),
        ("llama-cpp", {"convert_hf_to_gguf.py": "x = 1\n"}),
        ("tensorrt-llm", {"models/other.py": ""}),
    ],
)
def test_what_is_not_the_engine_is_refused_with_what_to_do(
    tmp_path: Path, engine: str, files: dict[str, str]
) -> None:
    with pytest.raises(SourceError, match=r"name a(nother source| newer one| checkout)"):
        scan(engine, tmp_path, files)


@pytest.mark.network
def test_vllm_0_33_is_what_the_running_engine_said(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import Path  # noqa: PLC0415 -- the annotations of this module do without

    monkeypatch.setenv("ARCHTRACK_OFFLINE", "0")
    said = json.loads((Path(__file__).parents[1] / "data" / "vllm-0.33.0.json").read_text(encoding="utf-8"))
    found = cli("scan", "vllm", "0.33.0", "--format", "json").json
    assert len(said["architectures"]) == 415
    assert {
        name: {key: each[name_of] for key, name_of in KEYS.items()}
        for name, each in found["architectures"].items()
    } == said["architectures"]
    assert found["unresolved"] == []


KEYS = {"class": "class", "groups": "groups", "line": "line", "module": "defined_in"}


CHATGLM = """
class ChatGLMForCausalLM: ...
EntryClass = ChatGLMForCausalLM
EntryClassRemapping = [("ChatGLMModel", ChatGLMForCausalLM)]
"""


@pytest.mark.parametrize(
    ("runner", "expected"),
    [
        ('if hasattr(module, "EntryClassRemapping"): ...\n', ["ChatGLMForCausalLM", "ChatGLMModel"]),
        (
            'if hasattr(module, "EntryClass"): ...\n',
            ["ChatGLMForCausalLM"],
        ),  # a release that does not ask for it
    ],
)
def test_sglang_s_further_names_of_a_class(tmp_path: Path, runner: str, expected: list[str]) -> None:
    files = {"srt/models/chatglm.py": CHATGLM, "srt/model_executor/model_runner.py": runner}
    assert list(told(scan("sglang", tmp_path, files))) == expected


def test_sglang_s_first_releases_compare_names_by_hand(tmp_path: Path) -> None:
    runner = """
class ModelRunner:
    def load_model(self):
        from sglang.srt.models.llama2 import LlamaForCausalLM
        for arch in architectures:
            if arch == "LlamaForCausalLM":
                model_class = LlamaForCausalLM
                break
            if arch == "MistralForCausalLM":
                model_class = LlamaForCausalLM
                break
"""
    files = {
        "srt/managers/router/model_runner.py": runner,
        "srt/models/llama2.py": "class LlamaForCausalLM: ...\n",
    }
    found = scan("sglang", tmp_path, files)
    assert told(found) == {"LlamaForCausalLM": ("llama2.py", ()), "MistralForCausalLM": ("llama2.py", ())}
    assert [str(each.place) for each in found.registrations] == [
        "sglang/srt/managers/router/model_runner.py:6",
        "sglang/srt/managers/router/model_runner.py:9",
    ]
