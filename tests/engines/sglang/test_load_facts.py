"""What is read of what the gates of a release rest on."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.core.verdict.context import Rewrite, Rules
from archtrack.core.verdict.release_facts import IMPORTS, MODEL_TYPES, PROCESSORS, QUANTISATION
from archtrack.engines.base import Loads, ScanOptions
from archtrack.engines.sglang import ENGINE
from archtrack.engines.sglang.config_types import types_of
from archtrack.engines.sglang.config_ways import config_ways
from archtrack.engines.sglang.files import (
    COMMON,
    GET_CONFIG,
    LOADER,
    MISTRAL,
    MODEL_CONFIG,
    MODELS,
)
from archtrack.engines.sglang.files import (
    QUANTISATION as QUANT,
)
from archtrack.engines.sglang.loader_rules import rules_of
from archtrack.engines.sglang.processors import processor_facts, processors_of
from archtrack.engines.sglang.quantisation import quantisations_of
from archtrack.engines.sglang.rules_json import rules_from_json, rules_to_json
from archtrack.engines.sglang.tables import MULTIMODAL, POOLED, PROCESSOR_CLASSES
from archtrack.errors import SourceError
from archtrack.model import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.sources.library import Library

    Make = Callable[[Mapping[str, str | bytes]], Library]

NEW, MIDDLE, OLD = GET_CONFIG
CONFIGS = "sglang/srt/configs"

LOOP = """\
for name, cls in _CONFIG_REGISTRY.items():
    with suppress(ValueError):
        AutoConfig.register(name, cls)
"""
R = "_CONFIG_REGISTRY"
CLASSES = {
    f"{CONFIGS}/__init__.py": "from sglang.srt.configs.alpha import AlphaConfig\nfrom .beta import BetaConfig as B\n",
    f"{CONFIGS}/alpha.py": (
        "class AlphaConfig(Base):\n    model_type = 'alpha'\n\n\nclass AlphaTextConfig(AlphaConfig):\n    x = 1\n\n\n"
        "class NoConfig(Base):\n    pass\n\n\nALL = (AlphaConfig, AlphaTextConfig)\n"
    ),
    f"{CONFIGS}/beta.py": "class BetaConfig(Base):\n    model_type: str = 'beta-two'\n",
}
HEAD = """\
from sglang.srt.configs import AlphaConfig, B
from sglang.srt.configs.alpha import ALL, AlphaTextConfig, NoConfig
from vllm.configs import ChatGLMConfig
"""
OPTIONAL = f"""\
{R} = {{}}
try:
    from transformers import V3
    {R}["v32"] = V3
except ImportError:
    pass
{LOOP}"""
EACH = """\
for c in (AlphaConfig, B):
    try:
        AutoConfig.register(c.model_type, c)
    except ValueError:
        log()
"""
PAIRS = """\
for t, c in {"x": B, "y": B}.items():
    try:
        CONFIG_MAPPING.register(t, c)
    except Exception:
        CONFIG_MAPPING._extra_content[t] = c
"""
TRIED = """\
try:
    AutoConfig.register(AlphaConfig.model_type, AlphaConfig)
except ValueError:
    pass
"""


@pytest.mark.parametrize(
    ("text", "known", "unread"),
    [
        # the registry, in the forms of the releases
        (f"{R} = {{AlphaConfig.model_type: AlphaConfig}}\n{LOOP}", ["alpha"], []),
        (f"{R}: D = {{c.model_type: c for c in [AlphaConfig, B]}}\n{LOOP}", ["alpha", "beta-two"], []),
        (f"{R} = [AlphaConfig]\n{R} = {{c.model_type: c for c in {R}}}\n{LOOP}", ["alpha"], []),
        (f"{R} = {{}}\n{R}['gamma'] = AlphaConfig\n{LOOP}", ["gamma"], []),
        (f"{R} = {{}}\n{R}.update({{c.model_type: c for c in ALL}})\n{LOOP}", ["alpha"], []),
        (f"{R} = {{}}\n{R} |= {{'gamma': B}}\n{LOOP}", ["gamma"], []),
        (f"{R} = {{'gamma': B}}\n{R} = {{'delta': B}}\n{LOOP}", ["delta"], []),
        (OPTIONAL, ["v32?"], []),
        (f"{R} = {{}}\nif new:\n    {R}['v4'] = B\n{LOOP}", ["v4?"], []),
        (f"{R} = {{AlphaTextConfig.model_type: AlphaTextConfig}}\n{LOOP}", ["alpha"], []),
        # what is not plainly written
        (f"{R} = {{ChatGLMConfig.model_type: 1}}\n{LOOP}", [], ["ChatGLMConfig"]),
        (f"{R} = {{NoConfig.model_type: NoConfig}}\n{LOOP}", [], ["NoConfig"]),
        (f"{R} = {{c.model_type: c for c in made()}}\n{LOOP}", [], ["`made()`"]),
        (f"{R} = {{c.model_type: c for c in OTHERS}}\n{LOOP}", [], ["OTHERS"]),
        (f"{R} = made()\n{LOOP}", [], ["`made()`"]),
        ("AutoConfig.register(name, B)\n", [], ["`name`"]),
        # a registry that is not handed to AutoConfig, and other loops and tables
        (f"{R} = {{AlphaConfig.model_type: AlphaConfig}}\n", [], []),
        (f"{R} = {{'a': B}}\nfor name, cls in {R}.items():\n    print(name)\n", [], []),
        (f"_OTHER_REGISTRY = {{'a': B}}\n{LOOP}", [], []),
        # single classes
        ("AutoConfig.register('one', B, exist_ok=True)\n", ["one"], []),
        (TRIED, ["alpha"], []),
        (EACH, ["alpha", "beta-two"], []),
        ("for c in ALL:\n    AutoConfig.register(c.model_type, c)\n", ["alpha"], []),
        (PAIRS, ["x", "y"], []),
        ("CONFIG_MAPPING._extra_content['lfm2'] = B\n", ["lfm2"], []),
        ("def register():\n    AutoConfig.register('zaya', B)\n\n\nregister()\n", ["zaya?"], []),
        ("AutoTokenizer.register('no', B)\nAutoConfig.registered('no', B)\nAutoConfig.register()\n", [], []),
        ("class X:\n    AutoConfig.register('no', B)\n", [], []),
        ("AutoConfig.register('no', B\n", [], []),
    ],
)
def test_the_types_that_a_release_registers_itself(
    library: Make, text: str, known: list[str], unread: list[str]
) -> None:
    found = types_of(library({**CLASSES, MIDDLE: HEAD + text}))
    assert found is not None
    shown = [key + ("?" if fact.value == {"conditional": True} else "") for key, fact in found.known.items()]
    assert (shown, list(found.unread)) == (known, unread)


def test_a_type_has_the_line_that_registers_it(library: Make) -> None:
    files = {
        NEW: "from .common import _CONFIG_REGISTRY\n",
        COMMON: f"\n_CONFIG_REGISTRY = {{\n    'one': A,\n    'two': B,\n}}\n{LOOP}",
        f"{CONFIGS}/own.py": "AutoConfig.register('three', C)\n",
    }
    found = types_of(library(files))
    assert found is not None
    assert {key: str(fact.place) for key, fact in found.known.items()} == {
        "one": f"{COMMON}:3",
        "two": f"{COMMON}:4",
        "three": f"{CONFIGS}/own.py:1",
    }


def test_what_is_there_in_any_case_is_not_said_to_depend_on_anything(library: Make) -> None:
    found = types_of(library({OLD: "if x:\n    AutoConfig.register('a', A)\nAutoConfig.register('a', A)\n"}))
    assert found is not None
    assert (found.known["a"].value, found.known["a"].place.line) == (None, 3)


def test_a_release_without_a_module_that_loads_configs_has_no_table(library: Make) -> None:
    assert types_of(library({f"{CONFIGS}/own.py": "AutoConfig.register('three', C)\n"})) is None


def test_more_types_than_anybody_registers_are_refused(library: Make) -> None:
    names = "".join(f"    AutoConfig.register('t{number}', A)\n" for number in range(251))
    with pytest.raises(SourceError, match="more model types than any release registers"):
        types_of(library({OLD: f"if x:\n{names}"}))


TAKEN = """\
LONG = {"LongCausalLM", "LongNgram"}


def load_long(model):
    if not any(a in LONG for a in x):
        return None
    return _CONFIG_REGISTRY["long"].from_pretrained(model)
"""
RETRIED = """\
def get_config(model):
    try:
        config = AutoConfig.from_pretrained(model)
    except ValueError as e:
        if not "v32" in str(e):
            raise e
        config = load(model)
"""
NAMED = """\
def is_mistral_model(name):
    lower = str(name).lower()
    if "large-3" in lower or "small-4" in lower:
        return True
    if "eagle" in lower and "mistral" in lower:
        return True
    if name:
        return True
"""
NAMED_THERE = """\
def get_config(model):
    if "mistral-large-3" in str(model).lower():
        config = load(model)
"""


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (MIDDLE, TAKEN, {"taken": [{"type": "long", "of": ["LongCausalLM", "LongNgram"], "line": 7}]}),
        (MIDDLE, TAKEN.replace("LONG =", "OTHER ="), {}),
        (MIDDLE, TAKEN.replace('_CONFIG_REGISTRY["long"]', "AutoConfig"), {}),
        (OLD, RETRIED, {"retried": [{"type": "v32", "line": 5}]}),
        (OLD, RETRIED.replace('not "v32" in', '"v32" not in'), {"retried": [{"type": "v32", "line": 5}]}),
        (OLD, RETRIED.replace('not "v32" in', '"v32" in'), {}),
        (
            MISTRAL[0],
            NAMED,
            {
                "named": [
                    {"parts": ["large-3"], "line": 3},
                    {"parts": ["small-4"], "line": 3},
                    {"parts": ["eagle", "mistral"], "line": 5},
                ]
            },
        ),
        (MIDDLE, NAMED_THERE, {"named": [{"parts": ["mistral-large-3"], "line": 2}]}),
        (MIDDLE, NAMED_THERE.replace("get_config", "get_tokenizer"), {}),
        (MIDDLE, "def get_config(\n", {}),
    ],
)
def test_the_ways_to_a_config_besides_its_type(
    library: Make, path: str, text: str, expected: dict[str, Any]
) -> None:
    found = config_ways(library({path: text}))
    assert found == {
        kind: [{**each, "file": path} for each in expected.get(kind, [])]
        for kind in ("taken", "retried", "named")
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from a import A\nfrom a import B as C\n\n\nclass P:\n    models = [A, C]\n", [["A", 6], ["B", 6]]),
        ("class P:\n    models: list[type] = [A]\n", [["A", 2]]),
        ("class P:\n    models = [m for m in [A, B] if m is not None]\n", [["A", 2], ["B", 2]]),
        ("ImageProcessorMapping = {A: P,\n    B: P}\n", [["A", 1], ["B", 2]]),
        ("class P:\n    models = []\n", []),
        ("class P:\n    models = made()\n", [[None, 2]]),
        ("class P:\n    models = [made()]\n", [[None, 2]]),
        ("models = [A]\n\n\nclass P:\n    def f(self):\n        models = [B]\n", []),
        ("class P:\n    model = [A]\n", []),
        ("class P:\n    models = [A\n", []),
    ],
)
def test_what_a_module_has_a_processor_for(text: str, expected: list[Any]) -> None:
    found = processor_facts(text.encode())
    assert found["models"] == [[*row, None] for row in expected]
    assert [name for name, _ in found["classes"]] == (["P"] if expected and "Mapping" not in text else [])


BY_TOWER = """\
from transformers.models.auto.processing_auto import PROCESSOR_MAPPING_NAMES as NAMES


class P:
    models = [A]

    def choose(self, model_type):
        if model_type == "clip_vision_model":
            return Clip
        if name := NAMES.get(model_type):
            return found(name)
        raise ValueError(model_type)
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", {"towers": ["clip_vision_model"], "line": 10}),
        ("PROCESSOR_MAPPING_NAMES as NAMES", "PROCESSOR_MAPPING_NAMES", None),
        ("            return Clip", "            warn(model_type)", {"towers": [], "line": 10}),
        ("NAMES.get(model_type)", "OTHER.get(model_type)", None),
        ("class P", "class Q", {"towers": ["clip_vision_model"], "line": 10}),
    ],
)
def test_a_processor_may_go_by_the_vision_tower(old: str, new: str, expected: object) -> None:
    found = processor_facts(BY_TOWER.replace(old, new).encode())
    assert found["models"] == [["A", 5, expected]]


def test_the_engines_own_processors_are_kept_where_one_is_chosen_by_name(library: Make) -> None:
    files = {
        "sglang/srt/multimodal/processors/a.py": BY_TOWER,
        "sglang/srt/multimodal/processors/b.py": "class PixtralProcessor:\n    models = [B]\n\n\nclass C:\n    a = 1\n",
    }
    found = processors_of(library(files))
    assert {name: list(table) for name, table in found.items()} == {
        PROCESSORS: ["A", "B"],
        PROCESSOR_CLASSES: ["P", "PixtralProcessor"],
    }
    assert found[PROCESSORS]["A"].value == {"towers": ["clip_vision_model"], "line": 10}
    assert (
        str(found[PROCESSOR_CLASSES]["PixtralProcessor"].place) == "sglang/srt/multimodal/processors/b.py:1"
    )


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"multimodal/processors/a.py": "class P:\n    models = [A]\n",
          "managers/multimodal_processors/b.py": "class P:\n    models = [B]\n"}, ["A"]),
        ({"managers/multimodal_processors/b.py": "class P:\n    models = [B]\n"}, ["B"]),
        ({"managers/image_processors/c.py": "ImageProcessorMapping = {C: P}\n"}, ["C"]),
        ({"managers/image_processor.py": "class P:\n    models = [A]\n"}, None),
        ({"multimodal/processors/a.py": "class P:\n    models = [A]\n",
          "multimodal/processors/b.py": "class P:\n    models = made()\n"}, None),
    ],
)  # fmt: skip
def test_the_newest_folder_of_processors_counts(
    library: Make, files: dict[str, str], expected: list[str] | None
) -> None:
    found = processors_of(library({f"sglang/srt/{path}": text for path, text in files.items()}))
    assert (list(found[PROCESSORS]) if found else None) == expected
    assert PROCESSOR_CLASSES not in found


VERIFIES = "from sglang.srt.layers.quantization import QUANTIZATION_METHODS\n"
BOTH = """\
BASE_QUANTIZATION_METHODS = {"fp8": A}
VLLM_QUANTIZATION_METHODS = {"aqlm": B}
QUANTIZATION_METHODS = {**BASE_QUANTIZATION_METHODS, **VLLM_QUANTIZATION_METHODS}
"""
ONE = "QUANTIZATION_METHODS = {'fp8': A}\n"


@pytest.mark.parametrize(
    ("text", "asks", "expected"),
    [
        (BOTH, VERIFIES, {"aqlm": {"needs": "vllm"}, "fp8": None}),
        (
            f"{ONE}if npu:\n    QUANTIZATION_METHODS.update({{'gptq': B, 'fp8': C}})\n",
            VERIFIES,
            {"fp8": None, "gptq": {"if": "npu"}},
        ),
        (ONE, "", None),
        ("QUANTIZATION_METHODS = made()\n", VERIFIES, None),
        (f"{ONE}QUANTIZATION_METHODS.update(made())\n", VERIFIES, None),
    ],
)
def test_the_quantisation_methods_of_a_release(library: Make, text: str, asks: str, expected: Any) -> None:
    found = quantisations_of(library({QUANT: text, MODEL_CONFIG: asks}))
    assert (None if found is None else {key: fact.value for key, fact in found.items()}) == expected


RULES = Rules(
    path=LOADER,
    loader={
        "choice": 27,
        "rewrites": [[37, "QuantMixtralForCausalLM", ["fp8", "gptq_marlin"]], [38, "X", []]],
        "fallback": 17,
        "moe": {"line": 4, "attributes": ["num_experts"]},
    },
    rewrites=(
        Rewrite(to="A", place=Place(file="c.py", line=1), model_type="a", replaced=("B", "C"), alone=True),
        Rewrite(to="D", place=Place(file="d.py", line=2), missing=True, keys=("d_model", "ssm_cfg")),
        Rewrite(to="E", place=Place(file="e.py", line=3), remote=("m.E",)),
    ),
    drafts=(
        ("A", "AMTP", Place(file="m.py", line=9)),
        ("A", "ADraft", Place(file="m.py", line=8)),
        ("B", "ADraft", Place(file="m.py", line=8)),
        ("A", "ADraft", Place(file="m.py", line=7)),
    ),
)


@pytest.mark.parametrize("rules", [RULES, Rules(), Rules(path=LOADER, loader={"choice": 1, "rewrites": []})])
def test_the_rules_of_a_release_are_the_same_after_a_round_trip(rules: Rules) -> None:
    kept = json.loads(json.dumps(rules_to_json(rules)))
    assert rules_from_json(kept) == rules


def test_the_lines_of_kept_rules_say_which_release_they_are_of() -> None:
    found = rules_from_json(rules_to_json(RULES), "0.5.1")
    assert found.at(27) == Place(file=LOADER, line=27, release="0.5.1")
    assert found.rewrites[0].place == Place(file="c.py", line=1, release="0.5.1")
    assert found.drafts[1][2] == Place(file="m.py", line=8, release="0.5.1")
    assert found.at(0) is None


def _numbers_elsewhere(value: Any, key: str = "") -> list[str]:
    if isinstance(value, dict):
        return [each for name, inner in value.items() for each in _numbers_elsewhere(inner, name)]
    if isinstance(value, list):
        return [each for inner in value for each in _numbers_elsewhere(inner, key)]
    return [key] if type(value) is int and key != "line" else []


def test_every_line_of_the_rules_is_called_so() -> None:
    assert _numbers_elsewhere(rules_to_json(RULES)) == []
    assert _numbers_elsewhere({"a": [{"b": 1}]}) == ["b"]


def test_a_release_gives_its_tables_and_its_rules(library: Make) -> None:
    files = {
        f"{MODELS}/a.py": "class A: pass\nEntryClass = A\n",
        MODEL_CONFIG: f"{VERIFIES}multimodal_model_archs = ['A']\n",
        QUANT: "QUANTIZATION_METHODS = {'fp8': A}\n",
        "sglang/srt/multimodal/processors/a.py": "class P:\n    models = [A]\n",
        LOADER: "def get_model_architecture(config):\n    return config\n",
        MIDDLE: "from vllm.configs import ChatGLMConfig\nAutoConfig.register('a', A)\n"
        "AutoConfig.register(ChatGLMConfig.model_type, ChatGLMConfig)\n",
    }
    read = library(files)
    assert isinstance(ENGINE, Loads)
    found = ENGINE.load_facts(read, ENGINE.scan(read, ScanOptions()))
    assert {name: list(table) for name, table in found.tables.items()} == {
        MODEL_TYPES: ["a"],
        PROCESSORS: ["A"],
        QUANTISATION: ["fp8"],
        MULTIMODAL: ["A"],
        POOLED: [],
        IMPORTS: [f"{MODELS}/a.py"],
    }
    assert str(found.tables[MULTIMODAL]["A"].place) == f"{MODEL_CONFIG}:2"
    assert found.rules["config"] == {"taken": [], "retried": [], "named": [], "unread": ["ChatGLMConfig"]}
    rules = rules_of(read, ENGINE.scan(read, ScanOptions()))
    assert rules_from_json(found.rules) == replace(rules, multimodal=frozenset(), pooled=frozenset())


def test_a_release_that_has_none_of_the_files_gives_no_table(library: Make) -> None:
    read = library({f"{MODELS}/a.py": "class A: pass\nEntryClass = A\n"})
    found = ENGINE.load_facts(read, ENGINE.scan(read, ScanOptions()))
    assert {name: list(table) for name, table in found.tables.items()} == {
        MULTIMODAL: [],
        POOLED: [],
        IMPORTS: [f"{MODELS}/a.py"],
    }
    assert "config" not in found.rules
