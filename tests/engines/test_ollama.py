"""Ollama: its converter in the forms of its years, its MLX runner, its own engine, and the llama.cpp it carries."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import ollama_reader
import pytest

import miniature
from archtrack.app.history.release_facts import facts_at
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.core.verdict.checkpoint import Checkpoint, only_named, read_checkpoint
from archtrack.core.verdict.release_facts import (
    GGUF_ARCHITECTURES,
    Fact,
    LoadFacts,
    LoadOptions,
    ReleaseFacts,
)
from archtrack.engines import load_engine
from archtrack.engines.base import Carries, Loads, ScanOptions
from archtrack.engines.ollama.carried_source import named_commit, patched_rows, submodule, translated
from archtrack.engines.ollama.converter_source import converter_source, number_types
from archtrack.engines.ollama.go_source import functions, go_tokens, imports
from archtrack.engines.ollama.registering import what_is_registered
from archtrack.errors import SourceError
from archtrack.model import Gate, Place, Status
from archtrack.sources.disk.folder import local_source
from archtrack.sources.git.source import git_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archtrack.core.verdict.verdict import Verdict
    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]

CONVERT = "convert/convert.go"
MODULE = "github.com/ollama/ollama"


def go(*functions: str, package: str = "convert", imports: str = "") -> str:
    """A file of Go."""
    return "\n\n".join([f"package {package}", *([imports] if imports else []), *functions]) + "\n"


def switch(cases: str, default: str = 'return errors.New("no such architecture")') -> str:
    return (
        "func LoadModelMetadata(fsys fs.FS) error {\n"
        "\tvar conv ModelConverter\n"
        f"\tswitch p.Architectures[0] {{\n{cases}\tdefault:\n\t\t{default}\n\t}}\n"
        "\treturn nil\n}"
    )


def case(names: str, type_name: str) -> str:
    return f"\tcase {names}:\n\t\tconv = &{type_name}{{}}\n"


def kv(type_name: str, body: str, name: str = "KV") -> str:
    return (
        f"type {type_name} struct {{\n\tModelParameters\n}}\n\n"
        f"func (p *{type_name}) {name}(t *Tokenizer) KV {{\n\tkv := p.ModelParameters.KV(t)\n{body}\treturn kv\n}}"
    )


def setting(value: str) -> str:
    return f'\tkv["general.architecture"] = {value}\n'


LLAMA = {
    CONVERT: go(switch(case('"LlamaForCausalLM", "OtherForCausalLM"', "llamaModel"))),
    "convert/convert_llama.go": go(kv("llamaModel", setting('"llama"'))),
}
MLX = {
    "x/mlxrunner/imports.go": go(package="mlxrunner", imports=f'import (\n\t_ "{MODULE}/x/models/llama"\n)'),
    "x/models/llama/llama.go": go(
        'func init() {\n\tbase.Register("LlamaForCausalLM", newModel)\n\tbase.Register("MlxForCausalLM", newModel)\n'
        '\tbase.RegisterDraft("DraftForCausalLM", newDraft)\n}',
        package="llama",
        imports=f'import "{MODULE}/x/mlxrunner/model/base"',
    ),
    "x/models/llama/llama_test.go": 'package llama\n\nfunc init() { base.Register("TestForCausalLM", x) }\n',
    "x/models/other/other.go": go(
        'func init() {\n\tbase.Register("OtherModel", newModel)\n}',
        package="other",
        imports=f'import "{MODULE}/x/mlxrunner/model/base"',
    ),
}
OWN = {
    "model/models/models.go": go(
        package="models", imports=f'import (\n\t_ "{MODULE}/model/models/gemma3"\n)'
    ),
    "model/models/gemma3/model.go": go(
        'func init() {\n\tmodel.Register("gemma3", New)\n}',
        package="gemma3",
        imports=f'import (\n\t"fmt"\n\n\t"{MODULE}/model"\n)',
    ),
}
VENDORED = {
    "Makefile.sync": f"UPSTREAM=x\nFETCH_HEAD={'0' * 40}\n",
    "llama/llama.cpp/src/llama-arch.cpp": (
        "static const std::map<llm_arch, const char *> LLM_ARCH_NAMES = {\n"
        '    { LLM_ARCH_LLAMA, "llama" },\n    { LLM_ARCH_UNKNOWN, "(unknown)" },\n};\n'
    ),
}
BUILT = {"LLAMA_CPP_VERSION": "b200\n"}
SUBMODULE = {".gitmodules": '[submodule "llama.cpp"]\n\tpath = llm/llama.cpp\n'}
READER = {
    "convert/reader_safetensors.go": go(
        "func (st safetensor) WriteTo(w io.Writer) (int64, error) {\n\tswitch st.dtype {\n"
        '\tcase "F32":\n\t\tread()\n\tcase "F16", "BF16":\n\t\tread()\n'
        '\tdefault:\n\t\treturn 0, fmt.Errorf("unknown")\n\t}\n\treturn 0, nil\n}'
    )
}


# -- the converter ---------------------------------------------------------------------------------


def test_the_converter_registers_the_cases_of_its_switch(scan: Scan) -> None:
    inventory = scan("ollama", LLAMA)
    assert inventory.unresolved == ()
    assert [(each.name, each.groups) for each in inventory.registrations] == [
        ("LlamaForCausalLM", ("convert",)),
        ("OtherForCausalLM", ("convert",)),
    ]
    found = inventory.registrations[0]
    assert (str(found.place), str(found.defined), found.file, found.class_name) == (
        "convert/convert.go:6",
        "convert/convert_llama.go:3",
        "convert/convert_llama.go",
        "llamaModel",
    )


@pytest.mark.parametrize(
    ("cases", "names", "lines"),
    [
        (case('"A"', "a") + case('"B"', "b"), ["A", "B"], []),
        ('\tcase "A":\n\t\treturn &a{}\n', ["A"], []),
        ('\tcase "A":\n\t\tconv = &a{Architecture: p.Architectures[0]}\n', ["A"], []),
        ('\tcase "A",\n\t\t"B":\n\t\tconv = &a{}\n', ["A", "B"], []),
        ("\tcase `A`:\n\t\tconv = &a{}\n", ["A"], []),
        ('\t// case "C":\n' + case('"A"', "a"), ["A"], []),
        ('\t/* case "C":\n\tconv = &c{} */\n' + case('"A"', "a"), ["A"], []),
        (case('"A" /* "C" */', "a"), ["A"], []),
        ('\tcase "A":\n\t\tconv = newA()\n', ["A"], [6]),
        ('\tcase "A":\n\t\tif experimental {\n\t\t\tconv = &a{}\n\t\t}\n', ["A"], [6]),
        ('\tcase "A":\n\t\treturn errors.New("not yet")\n', ["A"], [6]),
        (case("nameOfA", "a") + case('"B"', "b"), ["B"], [6]),
        (case('"A", nameOfB', "a"), [], [6]),
        (case('"A" + suffix', "a"), [], [6]),
        (case(r'"\u0041"', "a"), [], [6]),
        (case('""', "a"), [], [6]),
    ],
)
def test_a_case_is_registered_or_reported(cases: str, names: list[str], lines: list[int]) -> None:
    found = converter_source(go(switch(cases)).encode())
    assert [name for name, _, _ in found["cases"]] == names
    assert [line for line, _ in found["unresolved"]] == lines


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (switch(case('"A"', "a"), default="conv = &other{}"), "refuses none"),
        (switch(case('"A"', "a")).replace("default:", 'case "B":'), "refuses none"),
        ("func f() {\n\tswitch arch := p.Architectures[0]; arch {\n\t}\n}", "told apart here"),
        ('func f() {\n\tif p.Architectures[0] == "A" {\n\t}\n}', "told apart here"),
        ('func f() {\n\tif "A" != p.Architectures[0] {\n\t}\n}', "told apart here"),
        ("func f() {\n\tok := slices.Contains(known, p.Architectures[0])\n}", "told apart here"),
        ("func f() {\n\tconv := converters[p.Architectures[0]]\n}", "told apart here"),
        ("func f() {\n\tfail(p.Architectures[0])\n}", None),
        ("func f() {\n\tswitch len(p.Architectures) {\n\t}\n}", None),
        ("// switch p.Architectures[0] {", None),
        ('var text = "switch p.Architectures[0] {"', None),
    ],
)
def test_whatever_else_looks_at_the_architectures_is_reported(text: str, reason: str | None) -> None:
    found = converter_source(go(text).encode())["unresolved"]
    assert bool(found) is (reason is not None)
    assert reason is None or any(reason in each for _, each in found)


def test_a_second_switch_is_reported(scan: Scan) -> None:
    twice = {**LLAMA, "convert/more.go": go(switch(case('"B"', "b")))}
    reasons = [str(each.place) for each in scan("ollama", twice).unresolved]
    assert reasons == ["convert/more.go:5"]
    assert converter_source(go(switch(""), switch("")).encode())["switches"] == [5, 14]


def test_until_0_3_2_safetensors_and_pytorch_had_lists_of_their_own(scan: Scan) -> None:
    def returned(name: str) -> str:
        return f'\tcase "{name}":\n\t\treturn &LlamaModel{{\n\t\t\tModelData{{}},\n\t\t}}, nil\n'

    inventory = scan(
        "ollama",
        {
            CONVERT: go("type Params struct {\n\tArchitectures []string\n}"),
            "convert/safetensors.go": go(switch(returned("Both") + returned("Safe"))),
            "convert/torch.go": go(switch(returned("Both") + returned("Torch"))),
        },
    )
    assert inventory.unresolved == ()
    assert {each.name: (each.groups, str(each.place)) for each in inventory.registrations} == {
        "Both": (("convert", "convert torch"), "convert/safetensors.go:6"),
        "Safe": (("convert",), "convert/safetensors.go:10"),
        "Torch": (("convert torch",), "convert/torch.go:10"),
    }


@pytest.mark.parametrize(
    ("text", "names", "lines"),
    [
        ('SupportedArchs := []string{\n\t\t"A",\n\t\t"B",\n\t}', ["A", "B"], []),
        ('SupportedArchs := []string{"A"}\n\tif slices.Contains(SupportedArchs, arch) {\n\t}', ["A"], []),
        ("SupportedArchs := []string{nameOfA}", [], [4]),
        ('SupportedArchs := append(others, "A")', [], [4]),
        ('SupportedArchs := []string{"A"}\n\tSupportedArchs = append(SupportedArchs, "B")', [], [4]),
        ('// SupportedArchs := []string{"A"}', [], []),
    ],
)
def test_the_list_of_the_first_releases(text: str, names: list[str], lines: list[int]) -> None:
    found = converter_source(go(f"func f() {{\n\t{text}\n}}").encode())
    assert [name for name, _ in found["listed"]] == names
    assert [line for line, _ in found["unresolved"]] == lines


def test_a_converter_that_tells_nothing_apart_is_reported(scan: Scan) -> None:
    inventory = scan("ollama", {CONVERT: go("func ConvertModel() error {\n\treturn nil\n}")})
    assert [str(each.place) for each in inventory.unresolved] == [CONVERT]


def test_a_tree_without_a_converter_is_refused(scan: Scan) -> None:
    with pytest.raises(SourceError, match=r"no convert/convert\.go"):
        scan("ollama", {"server/routes.go": "package server\n"})


@pytest.mark.parametrize("files", [LLAMA, {**LLAMA, **MLX}])
def test_a_second_reader_finds_the_same(scan: Scan, files: dict[str, str]) -> None:
    """What it finds in the real releases is compared by hand: they are in a repository, and not on the index."""
    read = {path: text.encode() for path, text in files.items() if not path.endswith("_test.go")}
    assert scan("ollama", files).by_name().keys() == ollama_reader.registered(read)


# -- which GGUF architecture it writes -------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (setting('"gemma3"'), ["gemma3"]),
        (
            "\tkv = KV{\n\t\t" + '"general.architecture": "gemma",\n\t\t"general.name": p.Name,\n\t}\n',
            ["gemma"],
        ),
        (
            '\tarch := "qwen3"\n\tif p.Experts > 0 {\n\t\tarch += "moe"\n\t}\n' + setting("arch"),
            ["qwen3", "qwen3moe"],
        ),
        ('\tarch := "a"\n\tif p.Experts > 0 {\n\t\tarch = "b"\n\t}\n' + setting("arch"), ["a", "b"]),
        ('\tarch := "a"\n\tarch = "b"\n' + setting("arch"), ["b"]),
        ('\t// kv["general.architecture"] = "no"\n' + setting('"yes"'), ["yes"]),
        ('\tname := kv["general.architecture"]\n' + setting('"a"'), ["a"]),
        (setting('"a" + suffix'), None),
        (setting("p.Architecture()"), None),
        (setting("arch"), None),
        ("\tarch := p.name()\n" + setting("arch"), None),
        ('\tarch := "a" + p.suffix\n' + setting("arch"), None),
        ('\tarch := "a"\n\tif p.Experts > 0 {\n\t\tarch := "b"\n\t}\n' + setting("arch"), None),
        ('\tif p.Experts > 0 {\n\t\tarch := "b"\n\t}\n' + setting("arch"), None),
        (setting('"a"') + setting('"b"'), None),
        ('\tkv["general.architecture"] += "a"\n', None),
        ("", None),
    ],
)
def test_what_a_method_writes_is_read_or_is_unread(body: str, names: list[str] | None) -> None:
    written = converter_source(go(kv("model", body)).encode())["writes"]["model"]["KV"]
    if not body:
        assert written["by"] == ["type", "ModelParameters"]
        return
    assert (written["to"] if not written["unread"] else None) == names


def rows(tmp_path: Path, files: dict[str, str]) -> dict[str, Any]:
    """The rows of the table of what the converter writes."""
    return {name: fact.value for name, fact in facts_of(tmp_path, files).load.tables["converts"].items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "type m struct {\n\tinner\n}\n\nfunc (p *m) KV(t *Tokenizer) KV {\n\tkv := p.inner.KV(t)\n\treturn kv\n}",
            {"to": ["inner"]},
        ),
        (
            "func (p *m) text() *inner {\n\treturn nil\n}\n\nfunc (p *m) KV(t *T) KV {\n\tkv := p.text().KV(t)\n}",
            {"to": ["inner"]},
        ),
        (
            kv("m", setting('"whole"'))
            + "\n\nfunc (p *m) TextKV(t *Tokenizer) KV {\n\tkv := p.KV(t)\n\treturn kv\n}",
            {"to": ["whole"]},
        ),
        (
            kv("m", setting('"whole"'))
            + "\n\nfunc (p *m) TextKV(t *Tokenizer) KV {\n\tkv := p.ModelParameters.KV(t)\n"
            + setting('"text"')
            + "}",
            {"to": ["text", "whole"]},
        ),
        (
            "func (p *m) KV(t *Tokenizer) KV {\n\tkv := p.other.KV(t)\n\treturn kv\n}",
            {"to": [], "unread": True},
        ),
        ("func (p *m) KV(t *Tokenizer) KV {\n\tkv := p.m.KV(t)\n\treturn kv\n}", {"to": [], "unread": True}),
        ("type m struct {\n\tinner\n}", {"to": [], "unread": True}),
        ("type mxfp4 struct {\n}\n\n" + kv("m", setting('"m"')), {"to": ["m"], "methods": ["mxfp4"]}),
    ],
)
def test_what_a_converter_takes_over_is_followed(tmp_path: Path, text: str, expected: dict[str, Any]) -> None:
    files = {
        CONVERT: go(switch(case('"M"', "m"))),
        "convert/convert_m.go": go(text),
        "convert/convert_inner.go": go(kv("inner", setting('"inner"'))),
    }
    assert rows(tmp_path, files) == {"M": expected}


# -- the MLX runner and the own engine -------------------------------------------------------------


def test_what_the_mlx_runner_imports_is_registered(scan: Scan) -> None:
    inventory = scan("ollama", {**LLAMA, **MLX})
    assert inventory.unresolved == ()
    assert {each.name: each.groups for each in inventory.registrations} == {
        "LlamaForCausalLM": ("convert", "mlx"),
        "OtherForCausalLM": ("convert",),
        "MlxForCausalLM": ("mlx",),
        "DraftForCausalLM": ("mlx draft",),
    }
    assert dict(inventory.facts) == {"left_out": ("OtherModel x/models/other/other.go:6",)}


def test_a_model_type_among_the_architectures_is_told_and_is_none(scan: Scan) -> None:
    files = {path: text.replace('"MlxForCausalLM"', '"mlx_type"') for path, text in MLX.items()}
    inventory = scan("ollama", {**LLAMA, **files})
    assert "mlx_type" not in inventory.by_name()
    (told,) = (each for each in dict(inventory.facts)["left_out"] if each.startswith("mlx_type "))
    assert told.startswith("mlx_type x/models/")


@pytest.mark.parametrize(
    ("body", "names", "lines"),
    [
        ('func init() {\n\tbase.Register("A", newA)\n}', ["A"], []),
        (
            'func init() {\n\tbase.Register("A", func(r *Root) (Model, error) {\n\t\treturn nil, nil\n\t})\n}',
            ["A"],
            [],
        ),
        ('func init() {\n\t// base.Register("A", newA)\n\tbase.Register("B", newB)\n}', ["B"], []),
        ("func init() {\n\tbase.Register(nameOfA, newA)\n}", [], [6]),
        ('func init() {\n\tbase.Register("A"+suffix, newA)\n}', [], [6]),
        ('func init() {\n\tif experimental {\n\t\tbase.Register("A", newA)\n\t}\n}', [], [7]),
        ("func init() {\n\tfor _, name := range names {\n\t\tbase.Register(name, newA)\n\t}\n}", [], [7]),
        ('func later() {\n\tbase.Register("A", newA)\n}', [], [6]),
        ('func (m *M) init() {\n\tbase.Register("A", newA)\n}', [], [6]),
        ("var register = base.Register", [], [5]),
        ('func init() {\n\tother.Register("A", newA)\n}', [], [6]),
        ('var text = `\nbase.Register("A", newA)\n`', [], []),
        ("func Register() {\n}", [], []),
        ('func init() {\n\tbase.Register("A", newA)', ["A"], []),
    ],
)
def test_a_registration_is_read_or_reported(body: str, names: list[str], lines: list[int]) -> None:
    text = go(body, package="a", imports=f'import "{MODULE}/x/mlxrunner/model/base"')
    found = what_is_registered(text.encode(), "model/base")
    assert [name for name, _, _ in found["registered"]] == names
    assert [line for line, _ in found["unresolved"]] == lines


def test_a_package_may_be_imported_under_another_name() -> None:
    text = go(
        'func init() {\n\tb.Register("A", newA)\n\tbase.Register("B", newB)\n}',
        package="a",
        imports=f'import b "{MODULE}/x/mlxrunner/model/base"',
    )
    found = what_is_registered(text.encode(), "model/base")
    assert ([name for name, _, _ in found["registered"]], len(found["unresolved"])) == (["A"], 1)


def test_a_build_tag_is_a_condition(scan: Scan) -> None:
    files = {**LLAMA, **MLX}
    tagged = {
        path: f"//go:build mlx\n\n{text}" if path.startswith("x/") else text for path, text in files.items()
    }
    conditions = {each.name: each.condition for each in scan("ollama", tagged).registrations}
    assert conditions["MlxForCausalLM"] == "Ollama is built with `mlx`"
    assert conditions["LlamaForCausalLM"] is None  # the converter has it


def test_a_name_that_is_registered_twice_is_reported(scan: Scan) -> None:
    text = MLX["x/models/llama/llama.go"]
    twice = {**LLAMA, **MLX, "x/models/llama/more.go": text}
    assert len(scan("ollama", twice).unresolved) == 3


def test_the_own_engine_runs_what_is_imported(tmp_path: Path) -> None:
    release = facts_of(tmp_path, {**LLAMA, **OWN, **VENDORED})
    assert list(release.load.tables["own_engine"]) == ["gemma3"]
    read = {path: text.encode() for path, text in OWN.items()}
    assert ollama_reader.registered_gguf(read) == {"gemma3"}
    without = {path: text for path, text in OWN.items() if "gemma3" in path}
    assert "own_engine" not in facts_of(tmp_path / "b", {**LLAMA, **without}).load.tables


def test_go_is_cut_into_functions_and_imports() -> None:
    text = (
        'import (\n\t"fmt"\n\t_ "x/a"\n\tb "x/c"\n)\nfunc (p *T) A(f func(int) error, m map[string]interface{}) *R {\n'
        '\tx := "}"\n}\nfunc B[K any](k K) (int, error) {\n}\nfunc c() interface{ Close() } {\n}\n'
    )
    tokens = go_tokens(text.encode())
    assert imports(tokens) == [("fmt", "fmt", 2), ("_", "x/a", 3), ("b", "x/c", 4)]
    assert [(each.name, each.receiver, each.result) for each in functions(tokens)] == [
        ("A", "T", "R"),
        ("B", "", ""),
        ("c", "", ""),
    ]


# -- the llama.cpp that it carries -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("b10488\n", {"build": "b10488", "line": 1}),
        ("UPSTREAM=x\nFETCH_HEAD=ec98e2002\n", {"commit": "ec98e2002", "line": 2}),
        ("LLAMACPP_BASE_COMMIT=3f1ae2e32c\n", {"commit": "3f1ae2e32c", "line": 1}),
        ("FETCH_HEAD=$(shell git rev-parse HEAD)\n", {}),
        ("FETCH_HEAD=abc\n", {}),
        ("bx\n", {}),
        ("b\uff11\n", {}),
        ("", {}),
    ],
)
def test_a_build_or_a_commit_is_named(text: str, expected: dict[str, Any]) -> None:
    assert named_commit(text.encode()) == expected


def test_a_patch_that_is_too_large_is_said() -> None:
    assert patched_rows(b"+ { LLM_ARCH_A," + b" " * 4_200_000)["unresolved"][0][0] == 0


@pytest.mark.parametrize("rule", [None, 5, [], {"build": 1.5}, {"build": None}, {}])
def test_a_rule_that_somebody_handed_in_carries_nothing(rule: object) -> None:
    engine = load_engine("ollama")
    assert isinstance(engine, Carries)
    assert engine.carried(LoadFacts(rules={"llama_cpp": rule})) is None


def test_a_submodule_is_seen_and_one_elsewhere_is_not() -> None:
    assert submodule(SUBMODULE[".gitmodules"].encode()) == 2
    assert submodule(b"[submodule]\n\tpath = third_party/llama.cpp\n") == 0


@pytest.mark.parametrize(
    ("patch", "added", "lines"),
    [
        ('+    { LLM_ARCH_A, "a" },\n     { LLM_ARCH_B, "b" },\n', {"a": 1}, []),
        ('-    { LLM_ARCH_A, "a" },\n+    { LLM_ARCH_A,    "a" },\n', {"a": 2}, []),
        ('-    { LLM_ARCH_A, "a" },\n', {}, [1]),
        ("+    LLM_ARCH_A,\n+        case LLM_ARCH_A:\n", {}, []),
        ("+    { LLM_ARCH_A, name },\n", {}, []),
    ],
)
def test_a_patch_adds_rows(patch: str, added: dict[str, int], lines: list[int]) -> None:
    found = patched_rows(patch.encode())
    assert (found["added"], [line for line, _ in found["unresolved"]]) == (added, lines)


COMPAT = """
void handle_a(gguf_context * meta, std::string & arch_name) {
    gguf_set_val_str(meta, "general.architecture", "b");
    gguf_set_val_str(meta, "general.name", "x");
}
void handle_c(gguf_context * meta, std::string & arch_name) {
    gguf_set_val_str(meta, "general.architecture", text_arch);
}
bool translate_metadata(gguf_context * meta, std::string & arch_name) {
    if (arch_name == "a")  handle_a(meta, arch_name);
    if (arch_name == "c")  handle_c(meta, arch_name);
    if (arch_name == "d")  handle_d(meta);
    // if (arch_name == "e")  handle_a(meta, arch_name);
}
"""


def test_what_is_loaded_as_another_is_read() -> None:
    assert translated(COMPAT.encode()) == {"a": [10, "b"], "c": [11, None]}


def test_the_numbers_of_the_reader_are_its_cases() -> None:
    text = READER["convert/reader_safetensors.go"]
    assert list(number_types(text.encode())) == ["F32", "F16", "BF16"]
    assert number_types(text.replace('"F32"', "F32").encode()) == {}
    assert number_types(text.replace("return 0, fmt", "fmt").encode()) == {}
    assert number_types(b"package convert\n") == {}


# -- load path -------------------------------------------------------------------------------------


def facts_of(root: Path, files: dict[str, str], *carried: ReleaseFacts) -> ReleaseFacts:
    engine = load_engine("ollama")
    assert isinstance(engine, Loads)
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    library = Library(local_source(root, engine.layout), None)
    inventory = engine.scan(library, ScanOptions())
    return ReleaseFacts(
        engine="ollama",
        version="0.30.0",
        registered=inventory.by_name(),
        load=engine.load_facts(library, inventory),
        unresolved=len(inventory.unresolved),
        carried=carried,
    )


def llama_cpp(version: str, *names: str, converts: dict[str, list[str]] | None = None) -> ReleaseFacts:
    place = Place(file="src/llama-arch.cpp", line=7)
    tables = {
        GGUF_ARCHITECTURES: {name: Fact(key=name, place=place) for name in names},
        "converts": {
            name: Fact(key=name, place=place, value={"text": made}) for name, made in (converts or {}).items()
        },
    }
    return ReleaseFacts(engine="llama-cpp", version=version, registered={}, load=LoadFacts(tables=tables))


def verdict(checkpoint: Checkpoint, release: ReleaseFacts, *, draft: bool = False) -> Verdict:
    engine = load_engine("ollama")
    assert isinstance(engine, Loads)
    return engine.load(checkpoint, release, LoadOptions(draft=draft))


def file_of(name: str, kind: str = "model") -> Checkpoint:
    return Checkpoint(architectures=(), gguf_architecture=name, plain=(("general.type", kind),))


NAMED = only_named("LlamaForCausalLM")
NEAR = (llama_cpp("b100", "llama"), llama_cpp("b300", "llama"))


@pytest.mark.parametrize(
    ("carried", "status", "said"),
    [
        ((llama_cpp("b200", "llama"),), Status.NATIVE, "carries llama.cpp b200; it has"),
        ((llama_cpp("b200", "other"),), Status.UNSUPPORTED, "it does not have"),
        (NEAR, Status.NATIVE, "known near it: llama-cpp b100 and llama-cpp b300; both have"),
        ((llama_cpp("b100", "x"), llama_cpp("b300", "x")), Status.UNSUPPORTED, "neither has"),
        ((llama_cpp("b100", "x"), llama_cpp("b300", "llama")), Status.UNKNOWN, "is not told by that"),
        ((llama_cpp("b100", "llama"), llama_cpp("b300", "x")), Status.UNKNOWN, "is not told by that"),
        ((llama_cpp("b100", "llama"),), Status.NATIVE, "known near it: llama-cpp b100; it has"),
        ((llama_cpp("b100", "x"),), Status.UNKNOWN, "is not told by that"),
        ((llama_cpp("b300", "llama"),), Status.UNKNOWN, "is not told by that"),
        ((llama_cpp("gguf-v0.10.0", "llama"),), Status.UNKNOWN, "is not told by that"),
        ((), Status.UNKNOWN, "known near it: nothing"),
    ],
)
def test_what_runs_is_told_by_the_llama_cpp_around_the_one_that_is_carried(
    tmp_path: Path, carried: tuple[ReleaseFacts, ...], status: Status, said: str
) -> None:
    found = verdict(NAMED, facts_of(tmp_path, {**LLAMA, **BUILT}, *carried))
    assert (found.status, found.gate) == (status, Gate.BACKEND if status is Status.UNSUPPORTED else None)
    assert said in found.because.text
    assert (found.because.source == "llama-cpp") is (status is Status.NATIVE)


@pytest.mark.parametrize(
    ("files", "name", "status", "said"),
    [
        ({**OWN, **VENDORED}, "gemma3", Status.NATIVE, "own engine"),
        ({**OWN, **VENDORED}, "llama", Status.NATIVE, "the llama.cpp in its repository has"),
        ({**OWN, **VENDORED}, "other", Status.UNSUPPORTED, "neither Ollama's own engine nor"),
        (SUBMODULE, "llama", Status.UNKNOWN, "the llama.cpp that it carries is a submodule"),
        ({**SUBMODULE, **VENDORED}, "llama", Status.UNKNOWN, "the llama.cpp that it carries is a submodule"),
        (
            {**SUBMODULE, "llm/patches/1.diff": '+ { LLM_ARCH_A, "a" },\n'},
            "a",
            Status.NATIVE,
            "a patch adds",
        ),
        ({}, "llama", Status.UNKNOWN, "none that was read"),
        (
            {**BUILT, "llama/compat/llama-ollama-compat.cpp": COMPAT},
            "a",
            Status.NATIVE,
            "GGUF architecture `b`",
        ),
        ({**BUILT, "llama/compat/llama-ollama-compat.cpp": COMPAT}, "c", Status.UNKNOWN, "could not be read"),
        ({**BUILT, "llama/compat/llama-ollama-compat.cpp": COMPAT}, "d", Status.UNSUPPORTED, "does not have"),
        ({**OWN, **VENDORED}, "clip", Status.UNKNOWN, "goes beside the file of a model"),
    ],
)
def test_a_gguf_file_runs_by_its_architecture(
    tmp_path: Path, files: dict[str, str], name: str, status: Status, said: str
) -> None:
    found = verdict(file_of(name), facts_of(tmp_path, {**LLAMA, **files}, llama_cpp("b200", "b")))
    assert (found.status, found.gate) == (status, Gate.ARCHITECTURE if status is Status.UNSUPPORTED else None)
    assert said in found.because.text


def test_the_commit_of_a_submodule_is_said_and_tells_nothing_of_what_runs(tmp_path: Path) -> None:
    root, commit = tmp_path / "ollama", "5921b8f089d3b7bda86aac5a66825df6a6c10603"
    for path, text in {**LLAMA, **SUBMODULE}.items():
        miniature.write(root / path, text)
    miniature.git(root, "init")
    (root / "llm" / "llama.cpp").mkdir(parents=True)  # as a checkout has it that does not enter submodules
    miniature.git(root, "update-index", "--add", "--cacheinfo", f"160000,{commit},llm/llama.cpp")
    miniature.commit(root)
    engine = load_engine("ollama")
    source = git_source(str(root), "HEAD", engine.layout, environ=os.environ, folder=None)
    assert (source.submodule("llm/llama.cpp"), source.submodule("llm/other")) == (commit, None)
    library = Library(source, None)
    assert isinstance(engine, Loads)
    load = engine.load_facts(library, engine.scan(library, ScanOptions()))
    assert load.rules["llama_cpp"] == {"file": ".gitmodules", "line": 2, "submodule": commit}
    found = verdict(
        file_of("llama"), ReleaseFacts(engine="ollama", version="0.1.40", registered={}, load=load)
    )
    assert found.status is Status.UNKNOWN
    assert "a submodule at commit 5921b8f089d3, of which nothing tells what it runs" in found.because.text


def test_what_could_not_be_read_of_the_own_engine_leaves_it_open(tmp_path: Path) -> None:
    own = {path: text.replace('"gemma3", New', "name, New") for path, text in OWN.items()}
    release = facts_of(tmp_path, {**LLAMA, **own, **VENDORED})
    assert release.unresolved == 1
    assert verdict(file_of("other"), release).status is Status.UNKNOWN
    assert verdict(file_of("llama"), release).status is Status.NATIVE


def test_an_adapter_is_not_followed(tmp_path: Path) -> None:
    release = facts_of(tmp_path, {**LLAMA, **VENDORED})
    assert verdict(file_of("llama", "adapter"), release).status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("name", "draft", "status", "said"),
    [
        ("LlamaForCausalLM", False, Status.NATIVE, "the llama.cpp in its repository has"),
        ("MlxForCausalLM", False, Status.NATIVE, "`ollama create --experimental`"),
        ("DraftForCausalLM", False, Status.NATIVE, "as a draft"),
        ("DraftForCausalLM", True, Status.NATIVE, "as a draft"),
        (
            "NoForCausalLM",
            False,
            Status.UNSUPPORTED,
            "has no converter for `NoForCausalLM`, and its MLX runner",
        ),
    ],
)
def test_the_converter_comes_first_and_the_mlx_runner_behind_it(
    tmp_path: Path, *, name: str, draft: bool, status: Status, said: str
) -> None:
    release = facts_of(tmp_path, {**LLAMA, **MLX, **VENDORED})
    found = verdict(only_named(name), release, draft=draft)
    assert (found.status, found.key) == (status, name)
    assert found.gate is (Gate.ARCHITECTURE if status is Status.UNSUPPORTED else None)
    assert said in found.because.text


def test_the_mlx_runner_runs_what_llama_cpp_does_not(tmp_path: Path) -> None:
    vendored = {path: text.replace('"llama"', '"other"') for path, text in VENDORED.items()}
    assert verdict(NAMED, facts_of(tmp_path / "a", {**LLAMA, **MLX, **vendored})).status is Status.NATIVE
    stopped = verdict(NAMED, facts_of(tmp_path / "b", {**LLAMA, **vendored}))
    assert (stopped.status, stopped.gate) == (Status.UNSUPPORTED, Gate.BACKEND)


def test_a_file_of_pytorch_alone_is_a_condition(tmp_path: Path) -> None:
    files = {
        CONVERT: go("type Params struct {\n}"),
        "convert/torch.go": go(switch(case('"LlamaForCausalLM"', "llamaModel"))),
        **SUBMODULE,
    }
    found = verdict(NAMED, facts_of(tmp_path, files))
    assert (found.status, "from PyTorch files" in found.because.text) == (Status.UNKNOWN, True)


def test_what_the_converter_lacks_may_run_as_a_file_of_llama_cpp(tmp_path: Path) -> None:
    known = llama_cpp("b200", "falcon", converts={"FalconForCausalLM": ["falcon"], "XForCausalLM": ["x"]})
    release = facts_of(tmp_path, {**LLAMA, **BUILT}, known)
    found = verdict(only_named("FalconForCausalLM"), release)
    assert (found.status, found.gate) == (Status.UNSUPPORTED, Gate.ARCHITECTURE)
    assert found.fix == "use a GGUF file that the converter of llama.cpp has made of it"
    assert verdict(only_named("XForCausalLM"), release).fix is None
    assert verdict(only_named("NoForCausalLM"), release).fix is None


def config(**values: object) -> Checkpoint:
    return read_checkpoint(json.dumps({"architectures": ["LlamaForCausalLM"], **values}).encode())


BLOCKS = {"quant_method": "fp8", "weight_block_size": [128, 128]}


@pytest.mark.parametrize(
    ("quantization", "numbers", "mxfp4", "status", "gate"),
    [
        (None, "", False, Status.NATIVE, None),
        ({"quant_method": "gptq"}, "", False, Status.UNKNOWN, None),
        ({}, "", False, Status.UNKNOWN, None),
        (BLOCKS, "", False, Status.UNSUPPORTED, Gate.QUANTISATION),
        (BLOCKS, "F8_E4M3", False, Status.NATIVE, None),
        ({"quant_method": "fp8"}, "F8_E4M3", False, Status.UNSUPPORTED, Gate.QUANTISATION),
        ({"quant_method": "mxfp4"}, "", True, Status.NATIVE, None),
        ({"quant_method": "mxfp4"}, "", False, Status.UNKNOWN, None),
    ],
)
def test_quantised_weights_have_to_be_of_a_kind_that_the_converter_reads(
    tmp_path: Path,
    *,
    quantization: dict[str, object] | None,
    numbers: str,
    mxfp4: bool,
    status: Status,
    gate: Gate | None,
) -> None:
    files = {**LLAMA, **READER, **VENDORED, **MLX}
    if numbers:
        files = {path: text.replace('"BF16"', f'"BF16", "{numbers}"') for path, text in files.items()}
    if mxfp4:
        files["convert/convert_llama.go"] += "\ntype mxfp4 struct {\n}\n"
    given = config() if quantization is None else config(quantization_config=quantization)
    found = verdict(given, facts_of(tmp_path, files))
    assert (found.status, found.gate) == (status, gate)


def test_a_config_without_architectures_is_refused(tmp_path: Path) -> None:
    found = verdict(read_checkpoint(b'{"model_type": "llama"}'), facts_of(tmp_path, {**LLAMA, **VENDORED}))
    assert (found.status, found.gate) == (Status.UNSUPPORTED, Gate.ARCHITECTURE)


def test_only_a_build_is_looked_up_elsewhere(tmp_path: Path) -> None:
    engine = load_engine("ollama")
    assert isinstance(engine, Carries)
    assert engine.carries == "llama-cpp"
    assert engine.carried(facts_of(tmp_path / "a", {**LLAMA, **BUILT}).load) == "b200"
    assert engine.carried(facts_of(tmp_path / "b", {**LLAMA, **VENDORED}).load) is None
    assert engine.carried(LoadFacts()) is None


# -- what was read by hand in the releases ---------------------------------------------------------


def shipped(version: str) -> ReleaseFacts:
    histories = Histories({}, SHIPPED)
    history, release = histories.release(f"ollama=={version}")
    return facts_at(history, release, histories)


@pytest.mark.parametrize(
    ("version", "table", "expected"),
    [
        ("0.5.11", "own_engine", set()),
        ("0.5.12", "own_engine", {"llama", "mllama"}),
        ("0.6.0", "own_engine", {"llama", "mllama", "gemma2", "gemma3"}),
        ("0.30.0", "own_engine", set()),
        ("0.16.2", "mlx", {"Glm4MoeLiteForCausalLM", "GLM4MoeLite"}),
        ("0.1.48", "patched", {"gemma2"}),
        ("0.2.0", "patched", set()),
        ("0.3.14", "patched", {"solar"}),
        ("0.30.5", "patched", {"laguna"}),
        ("0.32.3", "patched", set()),
        ("0.12.0", "dtypes", {"F32", "F16", "BF16"}),
        ("0.32.15", "dtypes", {"F32", "F16", "BF16", "F8_E4M3"}),
    ],
)
def test_the_history_has_the_tables_that_were_read_by_hand(
    version: str, table: str, expected: set[str]
) -> None:
    assert set(shipped(version).load.tables.get(table, {})) == expected


@pytest.mark.parametrize(
    ("version", "name", "made"),
    [
        ("0.1.29", "MistralForCausalLM", ["llama"]),
        ("0.1.40", "GemmaForCausalLM", ["gemma"]),
        ("0.5.0", "MixtralForCausalLM", ["llama"]),
        ("0.12.0", "GptOssForCausalLM", ["gptoss"]),
        ("0.32.15", "GptOssForCausalLM", ["gpt-oss"]),
        ("0.20.0", "Olmo3ForCausalLM", ["olmo3"]),
        ("0.32.15", "Olmo3ForCausalLM", ["olmo2"]),
        ("0.20.0", "GlmOcrForConditionalGeneration", ["glmocr"]),
        ("0.32.15", "GlmOcrForConditionalGeneration", ["glm4", "glmocr"]),
        ("0.32.15", "Gemma3TextModel", ["gemma-embedding"]),
        ("0.32.15", "Qwen3VLForConditionalGeneration", ["qwen3vl", "qwen3vlmoe"]),
        ("0.32.15", "Lfm2VlForConditionalGeneration", ["lfm2", "lfm2moe"]),
        ("0.32.15", "NomicBertModel", ["nomic-bert", "nomic-bert-moe"]),
    ],
)
def test_the_history_says_what_converters_write(version: str, name: str, made: list[str]) -> None:
    fact = shipped(version).load.find("converts", name)
    assert fact is not None
    assert (fact.value["to"], fact.value.get("unread")) == (made, None)


@pytest.mark.parametrize(
    ("version", "file", "said"),
    [
        ("0.1.40", ".gitmodules", "5921b8f089d3b7bda86aac5a66825df6a6c10603"),
        ("0.5.0", "llama/vendoring", "3f1ae2e32cde00c39b96be6d01c2997c29bae555"),
        ("0.12.0", "Makefile.sync", "e54d41befcc1575f4c898c5ff4ef43970cead75f"),
        ("0.20.0", "Makefile.sync", "ec98e2002"),
        ("0.32.15", "LLAMA_CPP_VERSION", "b10488"),
    ],
)
def test_the_history_says_which_llama_cpp_a_release_carries(
    version: str, file: str, said: str | None
) -> None:
    rule = shipped(version).load.rules["llama_cpp"]
    assert (rule["file"], rule.get("build") or rule.get("commit") or rule.get("submodule")) == (file, said)


def test_every_release_that_carries_a_table_runs_what_it_converts() -> None:
    """But for Mllama since 0.30.0, whose own engine went, and for what is loaded as one of two others."""
    stopped = {
        (version, name, found.status)
        for version in ("0.4.0", "0.6.5", "0.12.0", "0.16.0", "0.24.0", "0.30.3")
        for release in [shipped(version)]
        for name, registration in release.registered.items()
        if "convert" in registration.groups
        for found in [verdict(only_named(name), release)]
        if found.status is not Status.NATIVE
    }
    assert stopped == {
        ("0.30.3", "MllamaForConditionalGeneration", Status.UNSUPPORTED),
        ("0.30.3", "NemotronH_Nano_VL_V2", Status.UNKNOWN),
        ("0.30.3", "NemotronH_Nano_Omni_Reasoning_V3", Status.UNKNOWN),
    }
