"""What vLLM's classes can do: the questions of a release, asked of classes that are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.app.history.release_facts import facts_at
from archtrack.app.history.store import SHIPPED, Histories, read_history
from archtrack.core.verdict.release_facts import FEATURES, ReleaseFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.core.verdict.release_facts import LoadFacts

MODELS = "vllm/model_executor/models"
RECORDED: dict[str, Any] = json.loads((Path(__file__).parents[1] / "data" / "vllm-features.json").read_text())
INTERFACES = """
from typing import Any, ClassVar, Literal, Protocol, overload, runtime_checkable
@runtime_checkable
class SupportsLoRA(Protocol):
    supports_lora: ClassVar[Literal[True]] = True
    embedding_modules: ClassVar[dict[str, str]]
@runtime_checkable
class _SupportsLoRAType(Protocol):
    supports_lora: Literal[True]
    embedding_modules: dict[str, str]
@overload
def supports_lora(model: object) -> bool: ...
def supports_lora(model):
    result = _supports_lora(model)
    if not result:
        if getattr(model, "supports_lora", False):
            logger.warning("it lacks something")
    return result
def _supports_lora(model):
    if isinstance(model, type):
        return isinstance(model, _SupportsLoRAType)
    return isinstance(model, SupportsLoRA)
class SupportsPP(Protocol):
    supports_pp: ClassVar[Literal[True]] = True
    make_empty_intermediate_tensors: Any
class _SupportsPPType(Protocol):
    supports_pp: Literal[True]
    make_empty_intermediate_tensors: Any
    def forward(self, *, intermediate_tensors): ...
def supports_pp(model):
    attributes = _supports_pp_attributes(model)
    inspect = _supports_pp_inspect(model)
    if attributes and not inspect:
        logger.warning("odd")
    return attributes and inspect
def _supports_pp_attributes(model):
    if isinstance(model, type):
        return SupportsPP in model.__mro__ or isinstance(model, _SupportsPPType)
    return isinstance(model, SupportsPP)
def _supports_pp_inspect(model):
    model_forward = getattr(model, "forward", None)
    if not callable(model_forward):
        return False
    return supports_kw(model_forward, "intermediate_tensors")
class SupportsMultiModal(Protocol):
    supports_multimodal: ClassVar[Literal[True]] = True
def supports_multimodal(model):
    return getattr(model, "supports_multimodal", False)
def is_hybrid(model):
    return ask(model) or model.hybrid  # in a form that nobody knows
class SupportsCrossEncoding(Protocol):
    score_type: ClassVar["ScoreType"] = "cross-encoder"
"""
HEAD = "import torch.nn as nn\nfrom .interfaces import *\n".replace(
    "*", "SupportsCrossEncoding, SupportsLoRA, SupportsMultiModal, SupportsPP"
)
REGISTRY = "_TEXT_GENERATION_MODELS = {rows!r}\n_VLLM_MODELS = {{**_TEXT_GENERATION_MODELS}}\n"
BY_PLATFORM = (
    "if current_platform.is_rocm():\n    from .amd.model import A\nelse:\n    from .nvidia.model import A\n"
)
PP = "    def forward(self, input_ids, *, intermediate_tensors=None): ...\n"


@pytest.fixture
def facts(load_facts: Callable[..., LoadFacts]) -> Callable[..., LoadFacts]:
    """``facts({module: source}, {architecture: (module, class)})``: of a release with these models."""

    def read(
        models: Mapping[str, str], registered: Mapping[str, tuple[str, str]], asked: str = INTERFACES
    ) -> LoadFacts:
        tree = {
            "vllm/__init__.py": "",
            f"{MODELS}/__init__.py": "",
            f"{MODELS}/registry.py": REGISTRY.format(rows=dict(registered)),
            **({f"{MODELS}/interfaces.py": asked} if asked else {}),
            **{
                name if name.endswith(".py") else f"{MODELS}/{name}.py": source
                for name, source in models.items()
            },
        }
        return load_facts("vllm", tree)

    return read


def value(found: LoadFacts, name: str) -> dict[str, Any]:
    """The row of an architecture."""
    row: dict[str, Any] = found.tables[FEATURES][name].value
    return row


@pytest.mark.parametrize(
    ("source", "has"),
    [
        ("class A(nn.Module, SupportsLoRA):\n    embedding_modules = {}\n", ["lora"]),
        ("class A(nn.Module, SupportsLoRA):\n    pass\n", []),  # it only says what type that has
        ("class A(nn.Module):\n    supports_lora = True\n    embedding_modules = {}\n", ["lora"]),
        (f"class A(nn.Module, SupportsPP):\n{PP}", ["pp"]),
        ("class A(nn.Module, SupportsPP):\n    def forward(self, input_ids): ...\n", []),
        ("class A(nn.Module, SupportsPP):\n    def forward(self, **kwargs): ...\n", ["pp"]),
        ("class A(nn.Module, SupportsPP):\n    pass\n", []),  # torch's own `forward`
        (f"class A(nn.Module):\n{PP}", []),
        (f"class B(SupportsPP):\n    pass\nclass A(nn.Module, B):\n{PP}", ["pp"]),
        (f"class B(nn.Module):\n{PP}class A(B, SupportsPP):\n    pass\n", ["pp"]),
        ("class A(nn.Module, SupportsMultiModal):\n    pass\n", ["multimodal"]),
        ("class A(nn.Module, SupportsMultiModal):\n    supports_multimodal = False\n", []),
        ("class A(nn.Module, SupportsCrossEncoding):\n    pass\n", ["rerank"]),
        ("class B(nn.Module, SupportsMultiModal):\n    pass\nA = B\n", ["multimodal"]),
    ],
)
def test_a_class_has_what_its_release_asks_of_it(
    facts: Callable[..., LoadFacts], source: str, has: list[str]
) -> None:
    found = facts({"a": HEAD + source}, {"AForCausalLM": ("a", "A")})
    assert value(found, "AForCausalLM") == ({"has": has} if has else {})
    assert found.rules["features"]["decided"] == ["lora", "multimodal", "pp"]  # not `hybrid`


def test_the_place_is_the_line_of_the_class(facts: Callable[..., LoadFacts]) -> None:
    found = facts(
        {"a": "import torch.nn as nn\nclass A(nn.Module):\n    pass\n"}, {"AForCausalLM": ("a", "A")}
    )
    assert str(found.tables[FEATURES]["AForCausalLM"].place) == f"{MODELS}/a.py:2"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("from .nowhere import B\nclass A(B):\n    pass\n", "the base `B` of A was not found"),
        ("class A(made()):\n    pass\n", "the base `made()` of A was not found"),
        ("", "the class of AForCausalLM was not found"),
    ],
)
def test_what_a_class_lacks_is_unsure_where_it_cannot_be_followed(
    facts: Callable[..., LoadFacts], source: str, said: str
) -> None:
    unsure = value(facts({"a": HEAD + source}, {"AForCausalLM": ("a", "A")}), "AForCausalLM")["unsure"]
    assert sorted(unsure) == ["lora", "multimodal", "pp", "rerank"]
    assert all(said in why for why in unsure.values())


def test_what_a_class_has_all_the_same_is_sure(facts: Callable[..., LoadFacts]) -> None:
    source = f"{HEAD}from .nowhere import B\nclass A(B, SupportsPP):\n{PP}"
    row = value(facts({"a": source}, {"AForCausalLM": ("a", "A")}), "AForCausalLM")
    assert row["has"] == ["pp"]
    assert sorted(row["unsure"]) == ["lora", "multimodal", "rerank"]


def test_behind_a_base_that_a_function_makes_of_a_class_stands_that_class(
    facts: Callable[..., LoadFacts],
) -> None:
    source = f"{HEAD}class B(nn.Module, SupportsPP):\n{PP}_Made = as_embedding_model(B)\nclass A(_Made):\n    pass\n"
    row = value(facts({"a": source}, {"AForCausalLM": ("a", "A")}), "AForCausalLM")
    assert (row["has"], "pp" in row["unsure"], "lora" in row["unsure"]) == (["pp"], False, True)


PROCESSOR = (
    "class Info:\n    def get_supported_mm_limits(self):\n        return {limits}\n"
    "@MULTIMODAL_REGISTRY.register_processor(Processor, info=Info)\nclass A(nn.Module, SupportsMultiModal):\n    pass\n"
)


@pytest.mark.parametrize(
    ("source", "inputs", "unsure"),
    [
        (PROCESSOR.replace("{limits}", '{"image": None, "video": 1}'), ["image", "video"], []),
        (PROCESSOR.replace("{limits}", '{"audio": None}'), ["audio"], []),
        (PROCESSOR.replace("{limits}", '{"image": None, **more}'), [], ["audio", "image", "video"]),
        (PROCESSOR.replace("info=Info", "info=made"), [], ["audio", "image", "video"]),
        (
            "@R.register_image_input_mapper()\nclass A(nn.Module, SupportsMultiModal):\n    pass\n",
            ["image"],
            [],
        ),
        (
            '@R.register_input_mapper("audio")\nclass A(nn.Module, SupportsMultiModal):\n    pass\n',
            ["audio"],
            [],
        ),
    ],
)
def test_which_inputs_it_takes(
    facts: Callable[..., LoadFacts], source: str, inputs: list[str], unsure: list[str]
) -> None:
    found = facts({"a": HEAD + source}, {"AForCausalLM": ("a", "A")})
    row = value(found, "AForCausalLM")
    assert [name for name in row["has"] if name != "multimodal"] == inputs
    assert sorted(row.get("unsure", {})) == unsure
    assert {"audio", "image", "video"} <= set(found.rules["features"]["decided"])


def test_of_a_package_with_a_folder_per_platform_that_of_cuda_counts(facts: Callable[..., LoadFacts]) -> None:
    def model(base: str) -> str:
        return (
            HEAD.replace("from .", "from vllm.model_executor.models.") + f"class A(nn.Module, {base}):\n{PP}"
        )

    found = facts(
        {
            "vllm/models/p/__init__.py": BY_PLATFORM,
            "vllm/models/p/amd/model.py": model("SupportsMultiModal"),
            "vllm/models/p/nvidia/model.py": model("SupportsPP"),
            "vllm/models/q/__init__.py": "def __getattr__(name): ...\n",
            "vllm/models/q/amd/model.py": model("SupportsPP"),
            "vllm/models/q/nvidia/model.py": model("SupportsMultiModal"),
        },
        {"PForCausalLM": ("vllm.models.p", "A"), "QForCausalLM": ("vllm.models.q", "A")},
    )
    assert [value(found, name) for name in ("PForCausalLM", "QForCausalLM")] == [
        {"has": ["pp"]},
        {"has": ["multimodal"]},
    ]


def test_the_table_of_embedding_models_says_what_is_for_that(load_facts: Callable[..., LoadFacts]) -> None:
    source = f"{HEAD}class A(nn.Module):\n    pass\n"
    tables = (
        '_EMBEDDING_MODELS = {"AModel": ("a", "A")}\n_TEXT_GENERATION_MODELS = {"AForCausalLM": ("a", "A")}\n'
    )
    found = load_facts(
        "vllm",
        {
            "vllm/__init__.py": "",
            f"{MODELS}/interfaces.py": INTERFACES,
            f"{MODELS}/a.py": source,
            f"{MODELS}/registry.py": f"{tables}_VLLM_MODELS = {{**_EMBEDDING_MODELS, **_TEXT_GENERATION_MODELS}}\n",
        },
    )
    assert (value(found, "AModel"), value(found, "AForCausalLM")) == ({"has": ["embedding"]}, {})


@pytest.mark.parametrize(
    "body",
    [
        "    a0 = is_a(model)\n"
        + "".join(f"    a{n + 1} = a{n} and a{n}\n" for n in range(60))
        + "    return a60\n",
        "    return " + " and ".join(["supports_lora(model)"] * 1000) + "\n",
        "    return supports_multimodal(model)\n",  # itself
    ],
)
def test_a_question_of_more_parts_than_anybody_writes_is_none(
    facts: Callable[..., LoadFacts], body: str
) -> None:
    before = 'def supports_multimodal(model):\n    return getattr(model, "supports_multimodal", False)\n'
    assert before in INTERFACES
    asked = INTERFACES.replace(before, f"def supports_multimodal(model):\n{body}")
    found = facts({"a": f"{HEAD}class A(nn.Module):\n    pass\n"}, {"AForCausalLM": ("a", "A")}, asked)
    assert found.rules["features"]["decided"] == ["lora", "pp"]


def test_what_inherits_from_more_classes_than_are_followed_is_unsure(facts: Callable[..., LoadFacts]) -> None:
    chain = "".join(f"class C{n + 1}(C{n}):\n    pass\n" for n in range(300))
    source = f"{HEAD}class C0(nn.Module, SupportsMultiModal):\n    pass\n{chain}class A(C300):\n    pass\n"
    row = value(facts({"a": source}, {"AForCausalLM": ("a", "A")}), "AForCausalLM")
    assert sorted(row["unsure"]) == ["lora", "multimodal", "pp", "rerank"]
    assert "more classes than are followed" in row["unsure"]["lora"]


def test_a_release_without_interfaces_states_nothing(facts: Callable[..., LoadFacts]) -> None:
    found = facts({"a": "class A:\n    supports_lora = True\n"}, {"AForCausalLM": ("a", "A")}, "")
    assert FEATURES not in found.tables
    assert "features" not in found.rules


# -- real releases ---------------------------------------------------------------------------------------


def unlike(load: LoadFacts, version: str) -> tuple[int, list[tuple[str, str, bool]]]:
    """How many answers are unsure, and those that are not as vLLM's own code gives them."""
    recorded = RECORDED[version]
    unsure, wrong = 0, []
    for name in recorded["architectures"]:
        row = load.tables[FEATURES][name].value
        for feature, having in recorded["has"].items():
            if feature in row.get("unsure", {}):
                assert feature not in {"lora", "pp"}
                unsure += 1
            elif (feature in row.get("has", [])) is not (name in having):
                wrong.append((name, feature, name in having))
    return unsure, wrong


@pytest.mark.parametrize(
    ("version", "unsure"), [("0.33.0", 17), ("0.26.0", 12), ("0.15.1", 14), ("0.6.6", 0)]
)
def test_the_history_answers_as_vllm_itself(version: str, unsure: int) -> None:
    history = read_history(SHIPPED / "vllm.json")
    release = history.release(version)
    assert release is not None
    assert unlike(facts_at(history, release, Histories({})).load, version) == (unsure, [])


@pytest.mark.full  # that a fresh reading gives what is shipped is shown for five releases in any case
@pytest.mark.network
def test_a_real_release_answers_as_vllm_itself(read_release: Callable[[str, str], ReleaseFacts]) -> None:
    assert unlike(read_release("vllm", "0.33.0").load, "0.33.0") == (17, [])
