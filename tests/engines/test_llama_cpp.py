"""llama.cpp: its conversion code in the shapes of its years, from folders, commits and source distributions."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import index_servers
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
    Run = Callable[..., Any]

MAPS = "conversion/__init__.py"
LLAMA = "conversion/llama.py"
SEES = "LlavaForConditionalGeneration"
FACTS = Path(__file__).parents[1] / "data" / "facts" / "on_request" / "llama-cpp.toml"
BASE = "class ModelBase: ...\nclass TextModel(ModelBase): ...\nclass MmprojModel(ModelBase): ...\n"
MODULES = {
    "conversion/base.py": BASE,
    "conversion/llama.py": (
        "from .base import ModelBase, TextModel\n"
        '@ModelBase.register(\n    "LlamaForCausalLM",\n    "modeling_x.XForCausalLM",\n)\n'
        '@ModelBase.example("someone/a-llama")\nclass LlamaModel(TextModel): ...\n'
    ),
    "conversion/llava.py": (
        "from .base import MmprojModel, ModelBase\n"
        '@ModelBase.register("LlavaForConditionalGeneration")\nclass LlavaModel(MmprojModel): ...\n'
    ),
    "conversion/pixtral.py": (
        "from .llava import LlavaModel\nfrom .base import ModelBase\n"
        '@ModelBase.register("LlamaForCausalLM")\nclass PixtralModel(LlavaModel): ...\n'
    ),
}
MAPPED = {
    MAPS: (
        "TEXT_MODEL_MAP: dict[str, str] = {\n"
        '    "LlamaForCausalLM": "llama",\n    "modeling_x.XForCausalLM": "llama",\n}\n'
        "MMPROJ_MODEL_MAP: dict[str, str] = {\n"
        '    "LlamaForCausalLM": "pixtral",\n    "LlavaForConditionalGeneration": "llava",\n}\n'
    ),
    **MODULES,
    "convert_hf_to_gguf.py": "from conversion import get_model_class\n",
}
ALL = {
    "LlamaForCausalLM": (LLAMA, ("text", "mmproj")),
    SEES: ("conversion/llava.py", ("mmproj",)),
    "modeling_x.XForCausalLM": (LLAMA, ("text",)),
}
LLAMA_ALONE = {"LlamaForCausalLM": (LLAMA, ("text",))}


def told(found: Inventory) -> dict[str, Any]:
    return {each.name: (each.file, each.groups) for each in found.registrations}


def odd(found: Inventory) -> list[str]:
    return [str(each.place) for each in found.unresolved]


def test_the_maps_name_the_module_and_the_module_the_class(scan: Scan) -> None:
    found = scan("llama-cpp", MAPPED)
    assert [
        (each.name, str(each.place), str(each.defined), each.defined_in, each.class_name, each.groups)
        for each in found.registrations
    ] == [
        ("LlamaForCausalLM", f"{MAPS}:2", f"{LLAMA}:7", "conversion.llama", "LlamaModel", ("text", "mmproj")),
        (SEES, f"{MAPS}:7", "conversion/llava.py:3", "conversion.llava", "LlavaModel", ("mmproj",)),
        ("modeling_x.XForCausalLM", f"{MAPS}:3", f"{LLAMA}:7", "conversion.llama", "LlamaModel", ("text",)),
    ]
    assert [(each.category, each.category_source) for each in found.registrations] == [
        (Category.MULTIMODAL, f"{MAPS}:6 mmproj"),
        (Category.MULTIMODAL, f"{MAPS}:7 mmproj"),
        (None, None),
    ]
    assert (odd(found), found.facts, found.version) == ([], (), None)


@pytest.mark.parametrize(
    ("files", "expected", "away", "places"),
    [
        # A map names it, its module has no such converter: asking for it fails.
        (
            {MAPS: 'TEXT_MODEL_MAP = {"LlamaForCausalLM": "llama"}\nMMPROJ_MODEL_MAP = {"Gone": "llava"}'},
            LLAMA_ALONE,
            [
                "Gone mmproj conversion/__init__.py:2",
                "LlamaForCausalLM mmproj conversion/pixtral.py:3",
                "LlavaForConditionalGeneration mmproj conversion/llava.py:2",
                "modeling_x.XForCausalLM text conversion/llama.py:4",
            ],
            [],
        ),
        # The module that is named imports the one that registers.
        (
            {
                **MAPPED,
                MAPS: MAPPED[MAPS].replace('"llava"', '"other"'),
                "conversion/other.py": "from .llava import LlavaModel\n",
            },
            ALL,
            [],
            [],
        ),
        # What cannot be read is said, and takes nothing with it.
        (
            {MAPS: 'TEXT_MODEL_MAP = {"LlamaForCausalLM": "llama", NAME: "llama", "A": where(), **more()}\n'},
            LLAMA_ALONE,
            [],
            [f"{MAPS}:1"] * 3,
        ),
        (
            {MAPS: MAPPED[MAPS].replace('"LlavaFor', '"A": "nowhere",\n    "LlavaFor')},
            {**ALL, "A": ("conversion/nowhere.py", ("mmproj",))},
            [],
            [f"{MAPS}:7"],
        ),
        (
            {**MAPPED, "conversion/llama.py": "from .base import ModelBase\n\n@ModelBase.register("},
            ALL,
            [],
            ["conversion/llama.py:3"],
        ),
        ({MAPS: "TEXT_MODEL_MAP = {"}, {}, [], [f"{MAPS}:1"]),
        # A package of converters without maps: their decorators count.
        ({MAPS: "_MODEL_MODULES = ['llama', 'pixtral']\n"}, ALL, [], []),
    ],
)
def test_what_maps_and_modules_say_of_each_other(
    scan: Scan, files: Mapping[str, str], expected: dict[str, Any], away: list[str], places: list[str]
) -> None:
    found = scan("llama-cpp", {**MODULES, **files})
    assert told(found) == expected
    assert list(dict(found.facts).get("turned_away", ())) == away
    assert odd(found) == places


SEEING = """
class VisionModel(ModelBase): ...
@ModelBase.register("A")
class X(TextModel): ...
@ModelBase.register("A")
class Y(Mixin, VisionModel): ...
"""
HEARING = """
class MmprojModel(ModelBase): ...
class Whisper(MmprojModel): ...
@ModelBase.register("A")
class Y(Whisper): ...
"""
COMPUTED = """
NAMES = ["A"]
@Model.register(*NAMES)
@Model.register(NAME, "B")
@Model.register(**more)
class X: ...
"""


@pytest.mark.parametrize("script", ["convert_hf_to_gguf.py", "convert-hf-to-gguf.py"])
@pytest.mark.parametrize(
    ("text", "expected", "lines"),
    [
        ('@Model.register("A", "B")\n@other("C")\nclass X: ...', {"A": ("text",), "B": ("text",)}, []),
        # The part that sees: by its base class, however far up, whichever of several.
        (SEEING, {"A": ("text", "mmproj")}, []),
        (HEARING, {"A": ("mmproj",)}, []),
        ('class X(X): ...\n@Model.register("A")\nclass X(X): ...', {"A": ("text",)}, []),
        (COMPUTED, {"B": ("text",)}, [3, 4, 5]),
        ("@Model.register(", {}, [1]),
    ],
)
def test_decorators_of_the_script(
    scan: Scan, script: str, text: str, expected: dict[str, Any], lines: list[int]
) -> None:
    found = scan("llama-cpp", {script: text})
    assert told(found) == {name: (script, groups) for name, groups in expected.items()}
    assert odd(found) == [f"{script}:{line}" for line in lines]


def test_the_last_class_of_a_name_wins_and_a_condition_is_kept(scan: Scan) -> None:
    text = (
        '@Model.register("A")\nclass X: ...\nif new():\n    @Model.register("A", "B")\n    class Y: ...\n'
        'elif old():\n    @Model.register("C")\n    class Z: ...\n'
    )
    found = scan("llama-cpp", {"convert_hf_to_gguf.py": text})
    assert [(each.name, each.class_name, each.condition) for each in found.registrations] == [
        ("A", "Y", None),
        ("B", "Y", "new()"),
        ("C", "Z", "not (new()) and old()"),
    ]


CHAIN = """
class Model:
    @staticmethod
    def from_model_architecture(model_architecture):
        if model_architecture == "BloomForCausalLM":
            return BloomModel
        if model_architecture in ("FalconForCausalLM", "RWForCausalLM"):
            return FalconModel
        return Model

    def _get_model_architecture(self) -> gguf.MODEL_ARCH:
        arch = self.hparams["architectures"][0]
        if arch == "BloomForCausalLM":
            return gguf.MODEL_ARCH.BLOOM
        if arch in ("FalconForCausalLM", "MixtralForCausalLM"):
            return gguf.MODEL_ARCH.FALCON
        raise NotImplementedError(arch)

class BloomModel(Model): ...
"""


def test_the_first_scripts_compare_by_hand(scan: Scan) -> None:
    found = scan("llama-cpp", {"convert-hf-to-gguf.py": CHAIN})
    assert [
        (each.name, each.place.line, each.class_name, each.defined and each.defined.line, each.groups)
        for each in found.registrations
    ] == [
        ("BloomForCausalLM", 13, "BloomModel", 19, ("text",)),
        ("FalconForCausalLM", 15, "FalconModel", None, ("text",)),
        ("MixtralForCausalLM", 15, "Model", 2, ("text",)),
    ]
    # A class is chosen for it, and then turned away.
    assert dict(found.facts) == {"turned_away": ("RWForCausalLM text convert-hf-to-gguf.py:7",)}
    assert odd(found) == []


def test_comparisons_that_cannot_be_told_are_said(scan: Scan) -> None:
    text = CHAIN.replace('arch == "BloomForCausalLM"', "arch.startswith(BLOOM)")
    found = scan("llama-cpp", {"convert-hf-to-gguf.py": text})
    assert odd(found) == ["convert-hf-to-gguf.py:13"]
    assert "FalconForCausalLM" in told(found)


def test_where_both_names_of_the_script_are_there_the_newer_one_counts(scan: Scan) -> None:
    text = '@Model.register("A")\nclass X: ...'
    found = scan(
        "llama-cpp", {"convert-hf-to-gguf.py": text, "convert_hf_to_gguf.py": text.replace("A", "B")}
    )
    assert told(found) == {"B": ("convert_hf_to_gguf.py", ("text",))}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"convert_hf_to_gguf.py": "x = 1\n"},
            "it is not llama.cpp, or older than November 2023; name a newer one",
        ),
        ({MAPS: "x = 1\n"}, "it is not llama.cpp, or older"),
        (
            {"convert.py": ""},
            r"no conversion/__init__\.py or .* or convert-hf-to-gguf\.py in it; give a repository root$",
        ),
    ],
)
def test_another_tree_is_refused_with_what_to_do(scan: Scan, files: dict[str, str], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        scan("llama-cpp", files)


# -- from a commit, and from a source distribution -------------------------------------------------


def test_a_commit_is_read_without_a_checkout(cli: Run, tmp_path: Path) -> None:
    root = tmp_path / "llama.cpp"
    for name, text in {**MAPPED, "README.md": "", "ggml/x.py": '@M.register("No")\nclass X: ...'}.items():
        miniature.write(root / name, text)
    miniature.commit(root)
    (root / MAPS).write_text("", encoding="utf-8")  # what the folder holds by now is not asked
    found = cli("scan", "llama-cpp", f"git:{root}@HEAD", "--format", "json").json
    assert list(found["architectures"]) == list(ALL)
    assert found["architectures"]["LlamaForCausalLM"]["path"] == MAPS
    assert found["source"]["kind"] == "git"


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({f"vendor/llama.cpp/{name}": text for name, text in MAPPED.items()}, 3),
        ({"vendor/llama.cpp/convert-hf-to-gguf.py": CHAIN, "convert.py": ""}, 3),
        ({"vendor/llama.cpp/convert.py": "", "llama_cpp/__init__.py": ""}, 0),
    ],
)
def test_a_release_of_llama_cpp_python_carries_a_copy(
    cli: Run,
    package_index: Any,
    work: Path,  # noqa: ARG001 -- where the command runs
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, str],
    names: int,
) -> None:
    root = "llama_cpp_python-0.9"
    info = "Metadata-Version: 2.1\nName: llama-cpp-python\nVersion: 0.9\n"
    packed = {name: text.encode() for name, text in {**files, "PKG-INFO": info}.items()}
    package_index.add(f"{root}.tar.gz", index_servers.make_sdist(packed, root), project="llama-cpp-python")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "0")
    done = cli("scan", "llama-cpp", "0.9", "--format", "json")
    if not names:
        assert done.code == 3
        assert f"{root}.tar.gz: holds no conversion/__init__.py or convert_hf_to_gguf.py" in done.err
        return
    assert len(done.json["architectures"]) == names
    assert done.json["version"] == "0.9"


# -- what was read by hand -------------------------------------------------------------------------


def facts() -> list[dict[str, Any]]:
    return list(tomllib.loads(FACTS.read_text(encoding="utf-8"))["fact"])


SMALL = {"0.2.16", "0.2.18", "0.2.19"}
"""Releases of 8 MB; the others have 37 to 77."""


@pytest.mark.network
@pytest.mark.parametrize(
    "version",
    [
        pytest.param(version, marks=() if version in SMALL else pytest.mark.full)
        for version in sorted({fact["version"] for fact in facts()})
    ],
)
def test_a_release_is_what_was_read_in_it_by_hand(
    cli: Run, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "0")
    found = cli("scan", "llama-cpp", version, "--format", "json").json
    for fact in facts():
        if fact["version"] == version:
            entry = found["architectures"].get(fact["architecture"])
            assert (entry is not None) == fact["registered"], fact
            for key in fact.keys() & {"file", "groups"}:
                assert entry[key] == fact[key], fact
    assert found["unresolved"] == []


def test_there_are_facts_of_the_oldest_release_and_of_what_was_turned_away() -> None:
    assert "0.2.16" in {fact["version"] for fact in facts()}
    assert {fact["registered"] for fact in facts()} == {True, False}
    assert len(facts()) >= 12
