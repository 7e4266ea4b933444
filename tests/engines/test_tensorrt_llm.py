"""TensorRT-LLM: its two backends in the shapes of their years, and what nobody could tell without running them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import miniature
from archtrack.errors import SourceError
from archtrack.model import Category

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]

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
        SourceError, match=r"registers no model: it is not TensorRT-LLM; name a checkout, or git:"
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


@pytest.mark.network
@pytest.mark.parametrize("version", ["1.2.1", "0.8.0"])
def test_a_release_is_a_stub_and_the_message_says_what_to_do(
    cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "0")
    done = cli("scan", "tensorrt-llm", version)
    assert done.code == 3
    assert "fetch their files from elsewhere; name a checkout, or git:URL@v1.2.1" in done.err


def test_the_facts_that_were_read_in_the_repository_name_their_files() -> None:
    facts = tomllib.loads(FACTS.read_text(encoding="utf-8"))["fact"]
    assert len(facts) >= 12
    assert {fact["source"] for fact in facts} == {"git"}  # nothing of it is on the package index
    assert all(".py" in fact["seen"] for fact in facts)
