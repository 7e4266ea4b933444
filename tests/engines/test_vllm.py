"""vLLM: its registries in the shapes of their years, and what becomes of an architecture that it does not register."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.engines import load_engine
from archtrack.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]

ROOT = "vllm/__init__.py"
MODELS = "vllm/model_executor/models"
IMPORTED = {
    "vllm/model_executor/model_loader.py": (
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
    "vllm/models/step/__init__.py": "",
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
def test_the_tables_of_each_year_are_read(
    scan: Scan, files: dict[str, str], expected: dict[str, Any]
) -> None:
    found = scan("vllm", {ROOT: "", **files})
    assert {each.name: (each.file, each.groups) for each in found.registrations} == expected
    assert found.unresolved == ()


def test_what_the_registry_says_of_the_past_is_a_note(scan: Scan) -> None:
    assert dict(scan("vllm", {ROOT: "", **GROUPED}).facts) == {
        "out_of_tree": ("BartModel https://example.org/plugin",),
        "previously_supported": ("OldForCausalLM 0.9.2",),
    }


def test_the_groups_tell_the_category_and_the_entry_names_the_class(scan: Scan) -> None:
    assert {
        each.name: (each.category and each.category.value, each.class_name)
        for each in scan("vllm", {ROOT: "", **GROUPED}).registrations
    } == {
        "ArceeForCausalLM": ("text", "TransformersForCausalLM"),
        "BertModel": ("embedding", "BertEmbeddingModel"),
        "InternLM3ForCausalLM": ("text", "LlamaForCausalLM"),
        "LlamaForCausalLM": ("text", None),
        "SeerForConditionalGeneration": ("multimodal", None),
        "StepForCausalLM": ("text", "Step"),
        "TransformersForCausalLM": ("text", None),
    }


REGISTRY = f"{MODELS}/registry.py"
TEXT = '_TEXT_GENERATION_MODELS = {"AForCausalLM": ("a", "A"), "BForCausalLM": ("b", "B")}\n'
AB = ["AForCausalLM", "BForCausalLM"]
EMBED = '_EMBEDDING_MODELS = {"CModel": ("c", "C")}\n'
WHOLE = "_VLLM_MODELS = {**_TEXT_GENERATION_MODELS, **_EMBEDDING_MODELS}\n"
MIXED = """_MODELS = {
    "A": ("a", "A"),
    "B": ("b",) + ("B",),
    "C": ("c", "C", "c"),
    "D": ("d", "D"),
    "F": 1,
    "E": ("e", "E"),
}
"""
USED = (
    "ModelRegistry = _ModelRegistry({\n    arch: _Lazy(module_name=m, class_name=c)\n"
    "    for arch, (m, c) in _VLLM_MODELS.items()\n})\n"
)


@pytest.mark.parametrize(
    ("text", "names", "lines"),
    [
        (TEXT + EMBED + WHOLE + USED, [*AB, "CModel"], []),
        # The table that is used decides, also where another one is left out of it.
        (TEXT + EMBED + "_VLLM_MODELS = {**_TEXT_GENERATION_MODELS}\n", AB, []),
        (TEXT + "if is_rocm():\n    del _TEXT_GENERATION_MODELS['BForCausalLM']\n", AB, []),
        (TEXT + "_VLLM_MODELS = _TEXT_GENERATION_MODELS\ndel _VLLM_MODELS['BForCausalLM']\n", ["AForCausalLM"], []),
        # Tables of texts are notes, whatever is done to them.
        (TEXT + '_OOT_SUPPORTED_MODELS = {"D": "https://x"}\nfor d in x:\n    _OOT_SUPPORTED_MODELS[d] = 1\n',
         AB, []),
        # What cannot be read is said, with the line, and takes nothing with it.
        (TEXT + 'class R:\n    def add(self, n):\n        _TEXT_GENERATION_MODELS[n] = 1\nR().add("D")\n',
         AB, [5]),
        (TEXT + EMBED + "_VLLM_MODELS = freeze({**_TEXT_GENERATION_MODELS, **_EMBEDDING_MODELS})\n",
         AB, [3]),
        (TEXT + EMBED + "_VLLM_MODELS = {k: v for t in (_TEXT_GENERATION_MODELS,) for k, v in t.items()}\n",
         AB, [3, 3]),
        (TEXT + EMBED + WHOLE + "_VLLM_MODELS.update(more())\n", [*AB, "CModel"], [4]),
        (TEXT + EMBED + WHOLE + "fill(_VLLM_MODELS)\n", [*AB, "CModel"], [4]),
        (MIXED, ["A", "D", "E"], [3, 4, 6]),
        ('_MODELS = {"A": ("a", "A"), **more()}\n', ["A"], [1]),
        ('_MODELS = {"A": ("a", "A")}\nif is_hip():\n    _MODELS["B"] = ("b", "B")\n', ["A", "B"], []),
    ],
)  # fmt: skip
def test_a_registry_is_read_as_far_as_it_can_be_and_the_rest_is_said(
    scan: Scan, text: str, names: list[str], lines: list[int]
) -> None:
    found = scan("vllm", {ROOT: "", REGISTRY: text})
    assert [each.name for each in found.registrations] == names
    assert [str(each.place) for each in found.unresolved] == [f"{REGISTRY}:{line}" for line in lines]


def test_of_a_key_that_stands_twice_the_last_entry_counts(scan: Scan) -> None:
    text = '_MODELS = {\n "A": ("a", "A"),\n "A": ("b.c", "B"),\n}\n'
    (found,) = scan("vllm", {ROOT: "", REGISTRY: text}).registrations
    assert (found.place.line, found.defined_in) == (3, "vllm.model_executor.models.b.c")
    assert (found.file, found.class_name) == ("b/c.py", "B")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"_MODELS = {", "cannot be parsed"),
        (b'_MODELS = {"A": ("a", "\xff")}', "cannot be parsed"),
        (b"x = 1\n", "name another source"),
        (b'_MODELS = {"A": 1}', "name another source"),
    ],
)
def test_a_file_that_holds_no_registry_is_refused(scan: Scan, text: bytes, words: str) -> None:
    with pytest.raises(SourceError, match=rf"vllm/model_executor/models/registry\.py.*{words}"):
        scan("vllm", {ROOT: "", REGISTRY: text})


OLD = ("TransformersModel",)  # 0.7.2
PLAIN = ("TransformersForCausalLM",)  # 0.8.3
SEES = (*PLAIN, "TransformersForMultimodalLM")  # 0.10.0
POOLS = (*SEES, "TransformersModel")  # 0.10.1
NEW = (*PLAIN, "TransformersMoEForCausalLM", "TransformersMultiModalForCausalLM")  # 0.11.1


@pytest.mark.network
def test_0_33_registers_what_the_running_engine_said(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "0")
    said = json.loads((Path(__file__).parents[1] / "data" / "vllm-0.33.0.json").read_text(encoding="utf-8"))
    found = cli("scan", "vllm", "0.33.0", "--format", "json").json
    keys = {"class": "class", "groups": "groups", "line": "line", "module": "defined_in"}
    assert len(said["architectures"]) == 415
    assert {
        name: {key: each[name_of] for key, name_of in keys.items()}
        for name, each in found["architectures"].items()
    } == said["architectures"]
    assert found["unresolved"] == []


def test_every_wrapper_is_known_by_name() -> None:
    wrappers = load_engine("vllm").about.backend
    assert len(set(wrappers)) == len(wrappers)
    assert {*OLD, *POOLS, *NEW} <= set(wrappers)
