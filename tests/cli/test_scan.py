"""``archtrack scan``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import miniature
from archtrack.engines import engine_names
from miniature import Cli, Conforms

if TYPE_CHECKING:
    from pathlib import Path


def test_sglang_shows_every_architecture_with_file_and_line(cli: Cli, trees: Any) -> None:
    done = cli("scan", "sglang", trees.sglang)
    assert done.code == 0
    assert done.lines == [
        "architecture\tfile\tline\tdefined in\tcondition",
        "AlphaForCausalLM\talpha.py\t5\tsglang/srt/models/alpha.py:1\t",
        "BetaForCausalLM\tbeta.py\t9\tsglang/srt/models/beta.py:1\t",
        "BetaForCausalLMNextN\tbeta.py\t9\tsglang/srt/models/beta.py:5\t",
        "PooledModel\tpooled.py\t5\tsglang/srt/models/pooled.py:1\t",
        "SightForConditionalGeneration\tsight.py\t5\tsglang/srt/models/sight.py:1\t",
    ]
    assert done.err.splitlines() == [f"Read sglang 7.7.7 (checkout {trees.sglang})", "5 architectures"]


def test_transformers_shows_whether_its_backend_takes_each(cli: Cli, trees: Any) -> None:
    done = cli("scan", "transformers", trees.transformers)
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in done.lines[1:]}
    assert rows["BetaModel"] == ["models/beta/modeling_beta.py", "10", "yes"]
    assert rows["DeltaForCausalLM"] == ["models/delta/modeling_delta.py", "10", "no"]
    assert done.code == 0


@pytest.mark.parametrize(
    ("engine", "below"),
    [
        ("sglang", "python"),
        ("sglang", "python/sglang"),
        ("transformers", "src"),
        ("transformers", "src/transformers"),
    ],
)
def test_every_level_of_a_repository_is_one_source(cli: Cli, trees: Any, engine: str, below: str) -> None:
    root = getattr(trees, engine)
    whole = cli("scan", engine, root, "--format", "json").json
    part = cli("scan", engine, root / below, "--format", "json").json
    assert (part["architectures"], part["pins"]) == (whole["architectures"], whole["pins"])


def test_json_of_sglang_holds_the_contract(cli: Cli, trees: Any, conforms: Conforms) -> None:
    trees.native("odd.py", "EntryClass = pick()\n")
    data = cli("scan", "sglang", trees.sglang, "--format", "json").json
    conforms(data, "scan")
    assert data["schema_version"] == 2
    assert (data["engine"], data["version"], data["pins"]) == ("sglang", "7.7.7", {"transformers": "9.9.9"})
    assert data["source"] == {
        "distribution": "sglang",
        "kind": "local",
        "location": str(trees.sglang),
        "prefix": "python/",
        "version": None,
        "digest": None,
    }
    assert data["architectures"]["BetaForCausalLMNextN"] == {
        "file": "beta.py",
        "line": 9,
        "path": "sglang/srt/models/beta.py",
        "defined_in": "sglang.srt.models.beta",
        "defined_path": "sglang/srt/models/beta.py",
        "defined_line": 5,
        "condition": None,
        "category": None,
        "category_source": None,
        "class": "BetaForCausalLMNextN",
        "groups": [],
        "signs": {
            "category": "text",
            "source": "sglang/srt/models/beta.py:5 BetaForCausalLMNextN drafts",
            "targets": [],
            "targets_source": None,
        },
        "example": None,
    }
    assert data["architectures"]["SightForConditionalGeneration"]["category"] == "multimodal"
    assert data["statements"] == {
        "is_generation_model": ["PooledModel"],
        "multimodal_model_archs": ["SightForConditionalGeneration"],
    }
    assert [(each["file"], each["line"]) for each in data["unresolved"]] == [("sglang/srt/models/odd.py", 1)]


def test_json_of_transformers_holds_the_contract(cli: Cli, trees: Any, conforms: Conforms) -> None:
    data = cli("scan", "transformers", trees.transformers, "--format", "json").json
    conforms(data, "scan")
    beta = data["architectures"]["BetaForCausalLM"]
    assert {key: beta[key] for key in ("file", "line", "exported", "backend_compatible")} == {
        "file": "models/beta/modeling_beta.py",
        "line": 14,
        "exported": True,
        "backend_compatible": True,
    }
    assert beta["example"] == {
        "id": "beta-org/beta-1b",
        "source": "transformers/models/beta/configuration_beta.py:1",
    }
    assert beta["auto_mappings"] == ["MODEL_FOR_CAUSAL_LM_MAPPING_NAMES"]
    assert data["architectures"]["DeltaForCausalLM"]["backend_compatible"] is False


def test_unresolved_places_are_told_apart_from_the_table_and_strict_is_1(cli: Cli, trees: Any) -> None:
    trees.native("odd.py", "\n\nEntryClass = ('A', 'B')\n")
    done = cli("scan", "sglang", trees.sglang)
    assert (done.code, "odd.py" in done.out) == (0, False)
    assert "1 place in sglang could not be resolved (nothing is guessed):" in done.err.splitlines()
    assert "  ? sglang/srt/models/odd.py:3: " in done.err
    assert cli("scan", "sglang", trees.sglang, "--strict").code == 1
    assert cli("scan", "transformers", trees.transformers, "--strict").code == 0


def test_pinned_is_the_release_that_the_engine_pins(
    cli: Cli, trees: Any, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = work.parent / "venv" / "lib" / "python3.12" / "site-packages"
    miniature.install(site, trees.transformers / "src" / "transformers", "9.9.9")
    monkeypatch.setenv("VIRTUAL_ENV", str(work.parent / "venv"))
    monkeypatch.chdir(trees.sglang)
    data = cli("scan", "transformers", "pinned", "--format", "json").json
    assert (data["version"], data["source"]["kind"]) == ("9.9.9", "installed")


def test_nothing_is_imported(cli: Cli, trees: Any) -> None:
    registers = "class MarkForCausalLM: ...\nEntryClass = MarkForCausalLM\n"
    trees.native("mark.py", f"raise SystemExit('imported')\n{registers}")
    done = cli("scan", "sglang", trees.sglang)
    assert done.code == 0
    assert "MarkForCausalLM" not in done.out  # the engine could not import it either
    assert "mark.py:1: the module raises here" in done.err


@pytest.mark.parametrize(
    ("disabled", "unknown"), [("alpha", []), ("alpha,nosuch", ["nosuch"]), ("alpha.py", ["alpha.py"])]
)
@pytest.mark.parametrize("verb", ["scan", "list"])
def test_a_disabled_module_that_is_not_there_is_told(
    cli: Cli, trees: Any, verb: str, disabled: str, unknown: list[str]
) -> None:
    arguments = ("scan", "sglang", trees.sglang) if verb == "scan" else ("list", *trees.options)
    done = cli(*arguments, "--disabled", disabled)
    said = [line for line in done.err.splitlines() if "no such module" in line]
    assert done.code == 0
    words = "SGLang has no such module (a module is named without .py)"
    assert said == [f"Note: --disabled {name}: {words}" for name in unknown]


@pytest.mark.parametrize(("engine", "offered"), [("sglang", False), ("transformers", True)])
def test_pinned_is_offered_where_it_means_something(cli: Cli, engine: str, *, offered: bool) -> None:
    done = cli("scan", engine, "nope")
    assert (done.code, "`pinned`" in done.err) == (2, offered)


def test_one_architecture_is_counted_in_the_singular(cli: Cli, trees: Any) -> None:
    assert cli("scan", "sglang", trees.sglang).err.splitlines()[-1] == "5 architectures"
    for file in miniature.NATIVE:
        if file != "alpha.py":
            (trees.models / file).unlink()
    assert cli("scan", "sglang", trees.sglang).err.splitlines()[-1] == "1 architecture"


def test_an_unknown_engine_is_wrong_usage(cli: Cli) -> None:
    done = cli("scan", "sglnag")
    assert done.code == 2
    assert f"'sglnag' is not one of {', '.join(map(repr, engine_names()))}" in done.err
