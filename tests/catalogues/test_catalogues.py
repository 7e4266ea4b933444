"""What each catalogue says of models, read from files and from its newest release."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.catalogues import catalogues
from archtrack.sources.index.final_releases import final_releases
from archtrack.sources.index.http import Http
from archtrack.sources.index.pip_config import index_settings
from archtrack.sources.index.release import open_release
from archtrack.sources.progress import SilentProgress

if TYPE_CHECKING:
    from archtrack.catalogues.base import Listing

BY_NAME = {each.package: each for each in catalogues()}
SWIFT = "swift/model/models/a.py"
FAMILIES = "xinference/model/llm/models/a.json"
TESTS, PAGE = "./tests/models/registry.py", "./docs/models/supported_models.md"
BINARY = "llmfit-1.0.data/scripts/llmfit"


def read(package: str, files: dict[str, str | bytes]) -> Listing:
    return BY_NAME[package].read(
        {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    )


def rows(listing: Listing) -> list[tuple[str, int, tuple[str, ...], str | None]]:
    return [(each.id, each.line, each.architectures, each.model_type) for each in listing.entries]


def test_they_are_found_in_the_order_of_their_packages() -> None:
    assert list(BY_NAME) == ["llmfit", "ms-swift", "vllm", "xinference"]


SWIFT_TEXT = """\
from ..register import register_model

register_model(
    ModelMeta(
        LLMModelType.a,
        [
            ModelGroup([
                Model('ms/one', 'hub/one'),
                Model('ms/two', None),
                Model('ms/three'),
                Model(hf_model_id='hub/four'),
            ]),
        ],
        Loader,
        architectures=['AForCausalLM', 'AModel'],
    ))
register_model(ModelMeta(LLMModelType.b, [ModelGroup([Model('ms/five', 'hub/five')])], Loader))
register_model(ModelMeta(LLMModelType.b, [ModelGroup([Model('ms/six', 'hub/six')])], architectures=[]))
"""


def test_ms_swift_names_the_architectures_of_each_registration() -> None:
    listing = read("ms-swift", {SWIFT: SWIFT_TEXT})
    both = ("AForCausalLM", "AModel")
    assert rows(listing) == [("hub/one", 8, both, None), ("hub/four", 11, both, None)]
    assert listing.unresolved == ()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("register_model(ModelMeta(a, [Model('m', 'h/x')], architectures=NAMES))", 1, "which architectures"),
        ("register_model(ModelMeta(a, [Model('m', ID)], architectures=['A']))", 1, "which id the model has"),
        ("register_model(ModelMeta(a, [Model('m', f'h/{x}')],\\n architectures=['A']))", 1, "which id"),
        ("def f(:\\n", 1, "does not parse"),
    ],
)
def test_what_ms_swift_does_not_plainly_say_is_unresolved(text: str, line: int, words: str) -> None:
    listing = read("ms-swift", {SWIFT: text.replace("\\n", "\n")})
    ((path, at, reason),) = listing.unresolved
    assert (path, at, listing.entries) == (SWIFT, line, ())
    assert words in reason


def family(*models: str, architectures: object = ("AForCausalLM",)) -> dict[str, Any]:
    specs = [
        {"model_src": {"huggingface": {"model_id": each}, "modelscope": {"model_id": "ms/x"}}}
        for each in models
    ]
    return {"model_name": "a", "architectures": list(architectures), "model_specs": specs}  # type: ignore[call-overload]


def test_xinference_names_the_architectures_of_each_family() -> None:
    several = [family("hub/one", "hub/one", "hub/two"), family("hub/three", architectures=("A", "B"))]
    listing = read("xinference", {FAMILIES: json.dumps(several)})
    assert rows(listing) == [
        ("hub/one", 0, ("AForCausalLM",), None),
        ("hub/two", 0, ("AForCausalLM",), None),
        ("hub/three", 0, ("A", "B"), None),
    ]


@pytest.mark.parametrize(
    "data",
    [
        [],
        [1, None, "x"],
        [family("hub/one", architectures=())],
        [{"architectures": ["A"], "model_specs": None}],
        [{"architectures": ["A"], "model_specs": [{"model_src": 7}, {"model_src": {"huggingface": []}}]}],
        [{"architectures": "A", "model_specs": []}],
    ],
)
def test_xinference_says_nothing_where_it_names_none(data: object) -> None:
    assert rows(read("xinference", {FAMILIES: json.dumps(data)})) == []


def test_what_is_not_json_is_unresolved() -> None:
    assert read("xinference", {FAMILIES: "{"}).unresolved[0][0] == FAMILIES


VLLM_TEXT = """\
_TEXT_GENERATION_EXAMPLE_MODELS = {
    "AForCausalLM": _HfExamplesInfo("hub/one"),
    "BForCausalLM": _HfExamplesInfo(
        "hub/two", extras={"small": "hub/three"}, trust_remote_code=True
    ),
    "CForCausalLM": _HfExamplesInfo(NAME, {"x": f"hub/{y}"}),
}
_SPECULATIVE_DECODING_EXAMPLE_MODELS = {
    "EagleForCausalLM": _HfExamplesInfo("hub/draft"),
}
_EXAMPLE_MODELS = {**_TEXT_GENERATION_EXAMPLE_MODELS, **_SPECULATIVE_DECODING_EXAMPLE_MODELS}
"""
VLLM_PAGE = """\
| Architecture | Models | Example HF Models |
| --- | --- | --- |
| `AForCausalLM` | A | `hub/four`, `hub/five`, etc. |
| `AForCausalLM`, `BForCausalLM` | A | `hub/six` |
| `QwenModel`<sup>C</sup> | A | `hub/seven` |
| `TransformersForCausalLM` | A | `hub/eight` |
Not a table: `AForCausalLM` | `hub/nine`
"""


def test_vllm_names_the_models_of_its_tests_and_of_its_tables() -> None:
    listing = read("vllm", {PAGE: VLLM_PAGE, TESTS: VLLM_TEXT})
    assert rows(listing) == [
        ("hub/one", 2, ("AForCausalLM",), None),
        ("hub/two", 4, ("BForCausalLM",), None),
        ("hub/three", 4, ("BForCausalLM",), None),
        ("hub/four", 3, ("AForCausalLM",), None),
        ("hub/five", 3, ("AForCausalLM",), None),
    ]
    assert [(line, reason[:31]) for _, line, reason in listing.unresolved] == [
        (6, "cannot tell which model of CFor"),
        (6, "cannot tell which model of CFor"),
    ]


def binary(models: list[dict[str, Any]]) -> bytes:
    return b"\x7fELF\0name" + json.dumps(models, indent=2).encode() + b"\0\xff{}"


def test_llmfit_names_the_type_of_each_model() -> None:
    known = {"name": "hub/one", "architecture": "llama", "pipeline_tag": "text-generation", "hf_downloads": 7}
    models = [known, {**known, "name": "hub/two", "architecture": "unknown"}, {"name": "hub/three"}]
    listing = read("llmfit", {BINARY: binary(models)})
    assert rows(listing) == [("hub/one", 0, (), "llama")]
    assert (listing.entries[0].task, listing.entries[0].downloads) == ("text-generation", 7)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x7fELF",
        binary([])[:-1],
        b'[\n  {\n    "name": ',
        b'[\n  {\n    "name": }\n]',
        binary([{"name": "x"}]),
    ],
)
def test_a_binary_without_the_list_is_unresolved(data: bytes) -> None:
    listing = read("llmfit", {BINARY: data})
    assert listing.entries == ()
    assert listing.unresolved[-1] == (BINARY, 0, "holds no array of models")


@pytest.mark.network
@pytest.mark.parametrize(
    ("package", "least", "facts"),
    [
        (
            "ms-swift",
            1000,
            {
                "Qwen/Qwen2.5-7B-Instruct": "Qwen2ForCausalLM",
                "moonshotai/Kimi-K2-Instruct": "DeepseekV3ForCausalLM",
            },
        ),
        ("vllm", 500, {"BAAI/bge-reranker-v2-m3": "XLMRobertaForSequenceClassification"}),
        ("xinference", 800, {"Qwen/Qwen2.5-7B-Instruct": "Qwen2ForCausalLM"}),
        ("llmfit", 10_000, {"openai/gpt-oss-120b": "gpt_oss"}),
    ],
)
def test_the_newest_release_of_each_says_what_is_known(
    package: str, least: int, facts: dict[str, str]
) -> None:
    catalogue = BY_NAME[package]
    settings = index_settings(os.environ)
    http = Http(settings)
    release = final_releases(package, settings, http, kind=catalogue.kind)[-1]
    with open_release(
        catalogue.layout(release.version),
        release.version,
        settings=settings,
        cache=None,
        offline=False,
        progress=SilentProgress(),
        file=release.file,
    ) as source:
        listing = catalogue.read(source.read(source.list(catalogue.files)))
    said = {each.id: (*each.architectures, each.model_type) for each in listing.entries}
    assert len(said) >= least
    assert all(what in said[model] for model, what in facts.items())
    assert len(listing.unresolved) <= 5
