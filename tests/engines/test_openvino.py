"""OpenVINO: from the decorators of optimum-intel to model types, and a checkpoint on its way through main_export."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import openvino_reader
import pytest

import real_release
from archtrack.app.history.store import SHIPPED, read_history
from archtrack.core.history.history import REGISTRY
from archtrack.core.verdict.checkpoint import Checkpoint, only_named, read_checkpoint
from archtrack.core.verdict.release_facts import LoadOptions, ReleaseFacts
from archtrack.engines.base import ScanOptions
from archtrack.engines.openvino import ENGINE
from archtrack.engines.openvino.load_facts import main_facts
from archtrack.errors import SourceError
from archtrack.model import Gate, Place, Registration, TransformersFacts
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from archtrack.core.verdict.release_facts import LoadFacts
    from archtrack.core.verdict.verdict import Verdict
    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]

FOLDER = "optimum/exporters/openvino"
TYPES = f"{FOLDER}/model_configs.py"
MAIN = f"{FOLDER}/__main__.py"
CONVERT = f"{FOLDER}/convert.py"
BASE = f"{FOLDER}/base.py"
MADE = 'register = TasksManager.create_register("openvino", overwrite_existing=True)\n'
TASKS = '"text-generation", "text-generation-with-past"'
ONE = f'@register("a", *[{TASKS}], library_name="transformers")\nclass A(B): ...\n'
ASKS = 'def export(model, config):\n    low = getattr(config, "MIN_TRANSFORMERS_VERSION", None)\n'


def told(found: Inventory) -> dict[str, tuple[str, ...]]:
    return {each.name: each.groups for each in found.registrations}


def odd(found: Inventory) -> list[int]:
    return [each.place.line for each in found.unresolved]


A = {"a": ("text-generation",)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MADE + ONE, A),
        (MADE + '@register("a", *["b"])\nclass A: ...\n', {"a": ("b",)}),
        (MADE + '@register("a", "b", "c-with-past")\nclass A: ...\n', {"a": ("b", "c")}),
        (MADE + '@register("a")\nclass A: ...\n', {"a": ()}),
        (f'C = ["b", "c"]\n{MADE}@register("a", *C)\nclass A: ...\n', {"a": ("b", "c")}),
        (
            f'C = ["b"]\nD = [*C, "c"]\n{MADE}@register("a", *[*D, "d"])\nclass A: ...\n',
            {"a": ("b", "c", "d")},
        ),
        (MADE + ONE + '@register("a", *["c"])\nclass C: ...\n', {"a": ("text-generation", "c")}),
        (MADE + '@register("x", *["b"], library_name="diffusers")\n' + ONE, A),
        (MADE + '@register("x", *["b"], library_name="diffusers")\nclass X: ...\n' + ONE, A),
        (MADE + '# @register("x", *["b"])\n@other("y", *["b"])\nclass X: ...\n' + ONE, A),
        (MADE + 'onnx = TasksManager.create_register("onnx")\n@onnx("x", *["b"])\nclass X: ...\n' + ONE, A),
        (MADE + ONE + 'def f():\n    @register("x", *["b"])\n    class X: ...\n', A),
    ],
)
def test_what_the_decorators_register(scan: Scan, text: str, expected: dict[str, Any]) -> None:
    found = scan("openvino", {TYPES: text})
    assert told(found) == expected
    assert odd(found) == []


def test_where_a_type_is_registered(scan: Scan) -> None:
    (found,) = scan("openvino", {TYPES: MADE + ONE}).registrations
    assert (found.file, str(found.place), str(found.defined), found.class_name, found.condition) == (
        "model_configs.py",
        f"{TYPES}:2",
        f"{TYPES}:3",
        "A",
        None,
    )


def test_a_type_that_is_registered_under_a_condition(scan: Scan) -> None:
    text = f'{MADE}if is_new():\n    @register("a", *["b"])\n    class A: ...\n'
    assert [each.condition for each in scan("openvino", {TYPES: text}).registrations] == ["is_new()"]


@pytest.mark.parametrize(
    ("text", "names", "lines"),
    [
        ("", [], [1]),
        ("x = 1\n" + ONE, [], [1]),
        (MADE + "class A(:", [], [2]),
        (MADE + ONE + "@register(NAME, *['b'])\nclass C: ...\n", ["a"], [4]),
        (MADE + ONE + "@register()\nclass C: ...\n", ["a"], [4]),
        (MADE + ONE + "@register('c', *['b'], library_name=LIBRARY)\nclass C: ...\n", ["a"], [4]),
        (MADE + ONE + "@register('c', **more)\nclass C: ...\n", ["a"], [4]),
        (MADE + "@register('c', *TASKS)\nclass C: ...\n", ["c"], [2]),
        (MADE + "@register('c', *tasks())\nclass C: ...\n", ["c"], [2]),
        (f"T = ['b']\nT.append('d')\n{MADE}@register('c', *T)\nclass C: ...\n", ["c"], [2]),
        (f"if x:\n    T = ['b']\nelse:\n    T = []\n{MADE}@register('c', *T)\nclass C: ...\n", ["c"], [4]),
        (f"T = [*T]\n{MADE}@register('c', *T)\nclass C: ...\n", ["c"], [3]),
        (MADE + ONE + "register('c', *['b'])(make())\n", ["a"], [4]),
        (MADE + ONE + "for name in names:\n    register(name, 'b')(A)\n", ["a"], [5]),
        (MADE + ONE + "register = other\n", [], [1, 1]),
        ('TasksManager.create_register("openvino")("a", "b")(A)\n' + MADE + ONE, ["a"], [1]),
        ("x = TasksManager.create_register(BACKEND)\n@x('b')\nclass B: ...\n" + MADE + ONE, ["a"], [1]),
    ],
)
def test_what_cannot_be_read_is_told(scan: Scan, text: str, names: list[str], lines: list[int]) -> None:
    found = scan("openvino", {TYPES: text})
    assert list(told(found)) == names
    assert odd(found) == lines


def test_what_does_not_register_is_refused(scan: Scan) -> None:
    with pytest.raises(SourceError, match=r"it is not optimum-intel 1\.16 or later; name another source"):
        scan("openvino", {f"{FOLDER}/convert.py": "", "optimum/intel/version.py": '__version__ = "1.15.0"'})


# -- what its gates rest on ------------------------------------------------------------------------------------


def facts_of(root: Path, files: Mapping[str, str]) -> LoadFacts:
    return read(root, files)[1].load


def read(root: Path, files: Mapping[str, str]) -> tuple[Inventory, ReleaseFacts]:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    library = Library(local_source(root, ENGINE.layout), None)
    inventory = ENGINE.scan(library, ScanOptions())
    facts = ENGINE.load_facts(library, inventory)
    release = ReleaseFacts(
        engine="openvino",
        version="2.2.0",
        registered=inventory.by_name(),
        load=facts,
        transformers=TRANSFORMERS,
    )
    return inventory, release


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('supported_quant_methods = ["gptq", "awq"]', {"gptq": [2, None], "awq": [2, None]}),
        (
            'supported_quant_methods = ["gptq"]\n    if is_new():\n        supported_quant_methods.append("awq")',
            {"gptq": [2, None], "awq": [4, "is_new()"]},
        ),
        ('do = config["quant_method"] == "gptq"', {"gptq": [2, None]}),
        ('if quant_method == "mxfp4" and is_new():\n        pass', {"mxfp4": [2, "is_new()"]}),
        ('if quant_method == "fp8":\n        raise ValueError', {}),
        ('other = ["gptq"]\n    if method == "awq":\n        pass', {}),
        ("supported_quant_methods = METHODS", {}),
    ],
)
def test_which_quantisation_methods_main_export_provides_for(body: str, expected: dict[str, Any]) -> None:
    assert main_facts(f"def main_export():\n    {body}\n".encode())["methods"] == expected
    assert main_facts(f"def other():\n    {body}\n".encode())["methods"] == {}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("def f():\n    for m in types:\n        types[m]['openvino'] = deepcopy(m)\n", 3),
        ("TasksManager._SUPPORTED_MODEL_TYPE['x'] = {}\n", 1),
        ("def f():\n    types['onnx'] = 1\n    x = types['openvino']\n", 0),
        ("TasksManager._LIBRARY_TO_SUPPORTED_MODEL_TYPES['open_clip'] = {}\n", 0),
    ],
)
def test_what_another_package_registers_is_copied_in(tmp_path: Path, text: str, line: int) -> None:
    rules = facts_of(tmp_path, {TYPES: text + MADE + ONE}).rules
    assert rules.get("copies") == ({"line": line} if line else None)


BOUND = "class R(Root):\n    MIN_TRANSFORMERS_VERSION = '4.57'\n"


@pytest.mark.parametrize(
    ("base", "inside", "row", "default"),
    [
        ("class B: ...\n", "", None, None),
        ("class B:\n    MAX_TRANSFORMERS_VERSION = '5.0'\n", "", {"max": "5.0"}, None),
        ("class B:\n    MAX_TRANSFORMERS_VERSION = '5.0'\n", "MIN_TRANSFORMERS_VERSION = '4.9'",
         {"min": "4.9", "max": "5.0"}, None),
        ("class B:\n    MAX_TRANSFORMERS_VERSION = '5.0'\n", "MAX_TRANSFORMERS_VERSION = None", None, None),
        ("class B:\n    MAX_TRANSFORMERS_VERSION = '5.0'\n", "MAX_TRANSFORMERS_VERSION = newest()", None, None),
        ("class B(Elsewhere):\n    MAX_TRANSFORMERS_VERSION = '5.0'\n", "", {"max": "5.0"}, None),
        ("class C:\n    MAX_TRANSFORMERS_VERSION = '5.0'\nclass B(Elsewhere, C): ...\n", "", None, None),
        ("from .base import R\nclass B(R): ...\n", "", None, {"min": "4.57", "line": 2}),
        ("from .base import R\nclass B(R): ...\n", "MAX_TRANSFORMERS_VERSION = '5.0'", {"max": "5.0"},
         {"min": "4.57", "line": 2}),
    ],
)  # fmt: skip
def test_which_transformers_an_export_class_takes(
    tmp_path: Path, base: str, inside: str, row: dict[str, str] | None, default: dict[str, Any] | None
) -> None:
    one = f'@register("a", *["b"])\nclass A(B):\n    {inside or "pass"}\n'
    files = {TYPES: f"{MADE}{base}{one}", BASE: BOUND, CONVERT: ASKS}
    facts = facts_of(tmp_path / "asks", files)
    fact = facts.find("transformers_versions", "a")
    assert (None if fact is None else fact.value) == row
    assert facts.rules["versions"].get("default") == default
    silent = facts_of(tmp_path / "silent", {**files, CONVERT: ASKS.replace("MIN_", "OTHER_")})
    assert (silent.tables, silent.rules) == ({}, {})


def test_a_type_without_the_bound_of_the_root_says_so(tmp_path: Path) -> None:
    both = f'{MADE}@register("a", *["b"])\nclass A(R): ...\n@register("c", *["b"])\nclass C(Elsewhere): ...\n'
    facts = facts_of(tmp_path, {TYPES: both, BASE: BOUND, CONVERT: ASKS})
    assert {key: fact.value for key, fact in facts.tables["transformers_versions"].items()} == {
        "c": {"min": None}
    }


# -- a checkpoint on its way -----------------------------------------------------------------------------------


def known(name: str, model_type: str, *tables: str) -> Registration:
    facts = TransformersFacts(
        exported=True,
        backend_compatible=None,
        model_type=model_type,
        auto_mappings=tuple(f"MODEL_FOR_{table}_MAPPING_NAMES" for table in tables),
    )
    place = Place(file="modeling_a.py", line=1)
    return Registration(name=name, file="modeling_a.py", place=place, defined_in="a", transformers=facts)


TRANSFORMERS = ReleaseFacts(
    engine="transformers",
    version="5.5.0",
    registered={
        each.name: each
        for each in (
            known("AForCausalLM", "a", "CAUSAL_LM"),
            known("AForSequenceClassification", "a", "SEQUENCE_CLASSIFICATION"),
            known("AForUnheardOf", "a", "UNHEARD_OF"),
            known("PartForCausalLM", "part", "CAUSAL_LM"),
            known("SeesForConditionalGeneration", "sees", "CAUSAL_LM", "IMAGE_TEXT_TO_TEXT"),
            known("TwoWordsForCausalLM", "two_words", "CAUSAL_LM"),
            known("NewForCausalLM", "new", "CAUSAL_LM"),
        )
    },
)
REGISTERED = (
    f"{MADE}{ONE}"
    '@register("part", *["feature-extraction"])\nclass P(B): ...\n'
    '@register("sees", *["image-text-to-text"])\nclass S(B): ...\n'
    '@register("two-words", *["text-generation"])\nclass T(B): ...\n'
)
TAKES = (
    "def main_export():\n    config = AutoConfig.from_pretrained(name, subfolder=subfolder)\n"
    '    supported_quant_methods = ["gptq"]\n    if is_new():\n        supported_quant_methods.append("awq")\n'
)
HYPHENS = TAKES + '    model_type = config.model_type.replace("_", "-")\n'
COPIES = 'def init():\n    types[model]["openvino"] = deepcopy(onnx)\n'
NEW = {TYPES: REGISTERED, MAIN: TAKES}
OLD = {TYPES: COPIES + REGISTERED, MAIN: HYPHENS}


def verdict(release: ReleaseFacts, given: dict[str, Any] | str) -> Verdict:
    checkpoint = only_named(given) if isinstance(given, str) else read_checkpoint(json.dumps(given).encode())
    return ENGINE.load(checkpoint, release, LoadOptions())


def config(model_type: str, name: str, **more: Any) -> dict[str, Any]:
    return {"model_type": model_type, "architectures": [name], **more}


QUANTISED = "quantization_config"


@pytest.mark.parametrize(
    ("files", "given", "expected"),
    [
        (NEW, config("a", "AForCausalLM"), ("native", None, "openvino 2.2.0 runs model type `a` by model_configs.py")),
        (NEW, "AForCausalLM", ("native", None, "openvino 2.2.0 runs model type `a`")),
        (NEW, config("a", "Anything"), ("native", None, "openvino 2.2.0 runs model type `a`")),
        (NEW, config("new", "NewForCausalLM"),
         ("unsupported", Gate.ARCHITECTURE, "openvino 2.2.0 has nothing for model type `new`")),
        (OLD, config("new", "NewForCausalLM"), ("unknown", None, "openvino 2.2.0 has nothing of its own for model")),
        (NEW, "NewForCausalLM", ("unsupported", Gate.ARCHITECTURE, "openvino 2.2.0 has nothing for model type `new`")),
        (NEW, "Unheard", ("unknown", None, "openvino 2.2.0 goes by model type; nothing says which one `Unheard` has")),
        (NEW, {"architectures": ["A"]}, ("unsupported", Gate.CONFIG, "the config has no `model_type`")),
        (OLD, config("two_words", "TwoWordsForCausalLM"), ("native", None, "openvino 2.2.0 runs model type `two-wo")),
        (OLD, "TwoWordsForCausalLM", ("native", None, "openvino 2.2.0 runs model type `two-words`")),
        (NEW, config("two_words", "TwoWordsForCausalLM"),
         ("unsupported", Gate.ARCHITECTURE, "openvino 2.2.0 has nothing for model type `two_words`")),
        (NEW, config("part", "PartForCausalLM"),
         ("unsupported", Gate.ARCHITECTURE, "openvino 2.2.0 registers model type `part` for `feature-extraction`")),
        (OLD, config("part", "PartForCausalLM"),
         ("unknown", None, "openvino 2.2.0 registers model type `part` for `feature-extraction`")),
        (NEW, config("sees", "SeesForConditionalGeneration"), ("native", None, "openvino 2.2.0 runs model type")),
        (NEW, config("a", "AForSequenceClassification"),
         ("unsupported", Gate.ARCHITECTURE, "openvino 2.2.0 registers model type `a` for `text-generation`, which is")),
        (NEW, config("a", "AForUnheardOf"), ("native", None, "openvino 2.2.0 runs model type `a`")),
        (NEW, config("a", "AForCausalLM", **{QUANTISED: {"quant_method": "gptq"}}),
         ("native", None, "openvino 2.2.0 runs model type `a`")),
        (NEW, config("a", "AForCausalLM", **{QUANTISED: {"quant_method": "fp8"}}),
         ("unknown", None, "main_export says nothing of quantisation method `fp8`")),
        (NEW, config("a", "AForCausalLM", **{QUANTISED: {"bits": 4}}),
         ("unknown", None, "main_export says nothing of weights of no `quant_method` in `quantization_config`")),
        (NEW, config("a", "AForCausalLM", text_config={QUANTISED: {"quant_method": "gptq"}}),
         ("unknown", None, "main_export says nothing of quantisation method `gptq` in `text_config.quantization_c")),
        (NEW, config("a", "AForCausalLM", **{QUANTISED: {}}), ("native", None, "openvino 2.2.0 runs model type `a`")),
    ],
)  # fmt: skip
def test_what_becomes_of_a_checkpoint(
    tmp_path: Path,
    files: dict[str, str],
    given: dict[str, Any] | str,
    expected: tuple[str, Gate | None, str],
) -> None:
    _, release = read(tmp_path, files)
    found = verdict(release, given)
    assert (found.status.value, found.gate) == expected[:2]
    assert found.because.text.startswith(expected[2])


@pytest.mark.parametrize(("given", "said"), [({"auto_map": {"AutoConfig": "a.B"}}, True), ({}, False)])
def test_the_code_of_the_repository_has_to_be_trusted(
    tmp_path: Path, given: dict[str, Any], *, said: bool
) -> None:
    _, release = read(tmp_path, NEW)
    found = verdict(release, config("a", "AForCausalLM", **given))
    assert any("trust_remote_code=True" in step.text for step in found.steps) is said
    assert found.status.value == "native"


@pytest.mark.parametrize(("allowed", "said"), [("<5.2", True), ("<5.6", False)])
def test_bounds_are_told_where_the_transformers_that_counts_is_not_known(
    tmp_path: Path, allowed: str, *, said: bool
) -> None:
    text = f'{MADE}@register("a", *["text-generation"])\nclass A:\n    MIN_TRANSFORMERS_VERSION = "5.4"\n'
    project = f'[project]\nname = "optimum-intel"\ndependencies = ["transformers{allowed}"]\n'
    _, release = read(tmp_path, {TYPES: text, MAIN: TAKES, CONVERT: ASKS, "pyproject.toml": project})
    found = verdict(release, config("a", "AForCausalLM"))
    told_so = (
        f"with transformers 5.4 and later only, and allows {allowed}: that it runs with 5.5.0 is not assumed"
    )
    assert any(told_so in step.text for step in found.steps) is said
    assert found.status.value == "native"


def test_the_key_is_the_type_as_the_config_writes_it(tmp_path: Path) -> None:
    _, release = read(tmp_path, OLD)
    found = verdict(release, config("two_words", "TwoWordsForCausalLM"))
    assert (found.key, found.resolved) == ("two_words", "two-words")


@pytest.mark.parametrize(("files", "names"), [(OLD, ["two_words"]), (NEW, [])])
def test_types_that_are_looked_up_with_hyphens_run_as_others(
    tmp_path: Path, files: dict[str, str], names: list[str]
) -> None:
    inventory, release = read(tmp_path, files)
    found = ENGINE.aliases(inventory, release.load)
    assert [each.name for each in found] == names
    assert [str(each.place) for each in found] == [f"{MAIN}:6"] * len(names)


@pytest.mark.parametrize(
    ("main", "status"),
    [
        (TAKES, "unsupported"),
        (TAKES.replace("subfolder=subfolder", "gguf_file=file"), "unknown"),
        (TAKES.replace("subfolder=subfolder", "**more"), "unknown"),
        ("", "unknown"),
    ],
)
def test_a_gguf_file_has_no_config_to_read(tmp_path: Path, main: str, status: str) -> None:
    _, release = read(tmp_path, {TYPES: REGISTERED, MAIN: main})
    checkpoint = Checkpoint(architectures=(), gguf_architecture="llama")
    assert ENGINE.load(checkpoint, release, LoadOptions()).status.value == status


@pytest.mark.parametrize(
    ("inside", "allowed", "expected"),
    [
        ("MAX_TRANSFORMERS_VERSION = '5.0'", "<5.6",
         ("unsupported", Gate.CONFIG, "export stops with transformers 5.5.0", "run it with transformers up to 5.0")),
        ("MIN_TRANSFORMERS_VERSION = '5.6'", ">=5",
         ("unsupported", Gate.CONFIG, "export stops with transformers 5.5", "run it with transformers 5.6 and later")),
        ("MAX_TRANSFORMERS_VERSION = '5.0'", "<5.2",
         ("native", None, "openvino 2.2.0 runs model type `a` by model_configs.py", None)),
        ("MAX_TRANSFORMERS_VERSION = '5.5'", "<5.6", ("native", None, "openvino 2.2.0 runs model type `a`", None)),
        ("MAX_TRANSFORMERS_VERSION = '5.5.99'", "<5.6", ("native", None, "openvino 2.2.0 runs model type `a`", None)),
        ("MIN_TRANSFORMERS_VERSION = '5.9'; MAX_TRANSFORMERS_VERSION = '5.0'", "<5.2",
         ("unsupported", Gate.CONFIG, "the export class of `a` asks for transformers 5.9 or later, and 5.0 at", None)),
        ("pass", "<5.6", ("native", None, "openvino 2.2.0 runs model type `a` by model_configs.py", None)),
    ],
)  # fmt: skip
def test_the_transformers_that_counts_has_to_be_in_the_bounds(
    tmp_path: Path, inside: str, allowed: str, expected: tuple[str, Gate | None, str, str | None]
) -> None:
    text = f'{MADE}@register("a", *["text-generation"])\nclass A:\n    {inside}\n'
    project = f'[project]\nname = "optimum-intel"\ndependencies = ["transformers{allowed}"]\n'
    files = {TYPES: text.replace("; ", "\n    "), MAIN: TAKES, CONVERT: ASKS, "pyproject.toml": project}
    _, release = read(tmp_path, files)
    found = verdict(release, config("a", "AForCausalLM"))
    assert (found.status.value, found.gate, found.fix) == (*expected[:2], expected[3])
    assert found.because.text.startswith(expected[2])


# -- real releases ---------------------------------------------------------------------------------------------


def drawn() -> list[str]:
    history = read_history(SHIPPED / "openvino.json")
    releases = [each.version for each in history.releases if each.tells(REGISTRY)]
    return random.Random("two openvino readers").sample(releases, 5)  # noqa: S311 -- a sample, no secret


@pytest.mark.network
@pytest.mark.parametrize("version", drawn())
def test_a_second_reader_finds_the_same(version: str) -> None:
    history = read_history(SHIPPED / "openvino.json")
    found = {name: set(entry.groups) for name, entry in history.at(version).items() if entry.runs_as is None}
    with real_release.opened(ENGINE.layout, version) as source:
        assert found == openvino_reader.registered(source.read((openvino_reader.FILE,)))


def test_gemma_4_as_text_is_exported_by_no_transformers() -> None:
    """Its class asks for 5.5 or later (2.2.0, model_configs.py:1470) and inherits 5.0 at most (:815)."""
    history = read_history(SHIPPED / "openvino.json")
    row = history.row("transformers_versions", "gemma4_text", "2.2.0")
    assert row is not None
    assert row.value == {"min": "5.5", "max": "5.0"}
