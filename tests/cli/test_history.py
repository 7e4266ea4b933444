"""``archtrack history``, ``migrate`` and ``data``; what ``check``, ``diff`` and the document make of the history."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from index_servers import make_wheel

import miniature
from archtrack.app.history.store import SHIPPED
from archtrack.core.history.data_file import write_history
from archtrack.core.history.history import Entry, Release
from made_history import made_history
from miniature import Cli, Conforms

RULES = {"vllm": {"gate": {"any": ["is_backend_compatible"], "line": 1, "path": "vllm/r.py"}}}
"""How releases decide that are made by hand: of vLLM, that there is a Transformers backend."""
DAYS = {"1.0": "2026-01-01", "1.1": "2026-02-01", "2.0": "2026-03-01"}


def written(engine: str, *releases: tuple[str, dict[str, bool | None] | None]) -> str:
    """The data of an engine: (version, name -> what transformers' gate says), or None for an unknown one."""
    listed = [
        Release(
            version=version,
            date=DAYS[version],
            file=f"{engine}-{version}.whl",
            sha256="0" * 64,
            unknown="it was lost" if names is None else None,
        )
        for version, names in releases
    ]
    found = {
        version: {
            name: Entry(file=f"{name.lower()}.py", at=f"{engine}/r.py:1", compatible=gate)
            for name, gate in names.items()
        }
        for version, names in releases
        if names is not None
    }
    rules = dict.fromkeys(found, RULES.get(engine, {}))
    return write_history(made_history(listed, found, engine=engine, floor=releases[0][0], rules=rules))


@pytest.fixture
def data(work: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three histories in place of the shipped ones."""
    folder = work.parent / "histories"
    folder.mkdir()
    one = {"AlphaForCausalLM": None, "GoneForCausalLM": None}
    for engine, text in {
        "sglang": written("sglang", ("1.0", one), ("1.1", None), ("2.0", {"AlphaForCausalLM": None})),
        "vllm": written(
            "vllm", ("1.0", None), ("1.1", {"TransformersForCausalLM": None, "DeltaForCausalLM": None}),
            ("2.0", {"TransformersForCausalLM": None, "DeltaForCausalLM": None, "BetaForCausalLM": None}),
        ),
        "transformers": written("transformers", ("2.0", {"GoneForCausalLM": True, "DeltaForCausalLM": False})),
    }.items():  # fmt: skip
        (folder / f"{engine}.json").write_text(text, encoding="utf-8")
    monkeypatch.setattr("archtrack.app.history.store.SHIPPED", folder)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772323200")  # 2026-03-01, when its newest release came out
    return folder


def test_since_when_each_engine_has_it(cli: Cli, data: Path) -> None:
    done = cli("history", "AlphaForCausalLM", "GoneForCausalLM", "DeltaForCausalLM", "--data", data)
    assert [line.split("\t") for line in done.lines[1:]] == [
        ["AlphaForCausalLM", "sglang", "1.0", "2026-01-01", "", "alphaforcausallm.py"],
        ["GoneForCausalLM", "sglang", "1.0", "2026-01-01", "≥1.0", "goneforcausallm.py"],
        ["GoneForCausalLM", "transformers", "2.0", "2026-03-01", "", "goneforcausallm.py"],
        ["DeltaForCausalLM", "transformers", "2.0", "2026-03-01", "", "deltaforcausallm.py"],
        ["DeltaForCausalLM", "vllm", "≤1.1", "2026-02-01", "", "deltaforcausallm.py"],
    ]
    assert (done.code, done.err) == (0, "")


def test_a_name_that_is_run_as_another_says_so(cli: Cli, conforms: Conforms) -> None:
    name, other = "DeepseekV41ForCausalLM", "DeepseekV4ForCausalLM"
    done = cli("history", name, "--engine", "sglang")
    assert done.lines[1] == f"{name}\tsglang\t0.5.21\t2026-10-01\t\tdeepseek_v4.py (runs as {other})"
    found = cli("history", name, other, "--engine", "sglang", "--format", "json").json
    conforms(found, "history")
    states = {each: found["architectures"][each]["sglang"]["spans"][0]["states"][0] for each in (name, other)}
    assert (states[name]["runs_as"], states[other]["runs_as"]) == (other, None)
    at = cli("history", "--engine", "sglang", "--at", "0.5.21", "--format", "json").json
    conforms(at, "history_at")
    assert (at["architectures"][name]["runs_as"], at["architectures"][other]["runs_as"]) == (other, None)
    lines = cli("history", "--engine", "sglang", "--at", "0.5.21").lines
    assert f"{name}\tdeepseek_v4.py (runs as {other})\t0.5.21" in lines


def test_check_and_migrate_take_what_is_run_as_another_for_native(
    cli: Cli, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archtrack.app.presence._engine", lambda _: None)  # the history alone tells
    old = '"file":"deltaforcausallm.py","at":"vllm/r.py:1"'
    miniature.edit(data / "vllm.json", (old, f'{old},"runs_as":"BetaForCausalLM"'))
    checked = cli("check", "DeltaForCausalLM", "--data", data, "--format", "json").json
    found = checked["targets"][0]["engines"]["vllm"]
    assert (found["status"], found["runs_as"], found["since"]) == ("native", "BetaForCausalLM", "1.1")
    found = cli("migrate", "vllm", "sglang", "--data", data, "--format", "json").json
    (here,) = [each["here"] for each in found["only_from"] if each["name"] == "DeltaForCausalLM"]
    assert (here["status"], here["runs_as"]) == ("native", "BetaForCausalLM")
    done = cli("migrate", "vllm", "sglang", "--data", data)
    assert "DeltaForCausalLM (runs as BetaForCausalLM)\t≤1.1\t2026-02-01\tno" in done.lines


def test_a_name_that_nobody_has_is_said_with_what_is_near(cli: Cli, data: Path) -> None:
    done = cli("history", "AlphaForCausallM", "--data", data)
    assert done.err.splitlines() == ["AlphaForCausallM: AlphaForCausalLM (spelling of AlphaForCausalLM)"]
    done = cli("history", "Alpha4ForCausalLM", "--data", data)
    assert done.err.splitlines() == [
        "Alpha4ForCausalLM: no known release of sglang, transformers, vllm registers it",
        "Alpha4ForCausalLM is unknown; did you mean AlphaForCausalLM?",
    ]


def test_the_json_of_the_contract(cli: Cli, data: Path, conforms: Conforms) -> None:
    found = cli(
        "history", "GoneForCausalLM", "Nobody", "--engine", "sglang", "--data", data, "--format", "json"
    ).json
    conforms(found, "history")
    assert found["architectures"]["Nobody"] == {}
    (span,) = found["architectures"]["GoneForCausalLM"]["sglang"]["spans"]
    del span["states"]
    assert span == {
        "first": "1.0",
        "first_date": "2026-01-01",
        "first_exact": True,
        "last": "1.0",
        "last_date": "2026-01-01",
        "last_exact": False,
        "file": "goneforcausallm.py",
    }


def test_what_one_release_registers(cli: Cli, data: Path, conforms: Conforms) -> None:
    found = cli("history", "--engine", "vllm", "--at", "2", "--data", data, "--format", "json").json
    conforms(found, "history_at")
    assert (found["engine"], found["version"], found["date"]) == ("vllm", "2.0", "2026-03-01")
    assert {name: each["file"] for name, each in found["architectures"].items()} == {
        "BetaForCausalLM": "betaforcausallm.py",
        "DeltaForCausalLM": "deltaforcausallm.py",
        "TransformersForCausalLM": "transformersforcausallm.py",
    }
    latest = cli("history", "--engine", "vllm", "--at", "latest", "--data", data, "--format", "json").json
    assert latest == found
    for named in ("vllm==2", "vllm@2.0"):
        assert cli("history", "--engine", named, "--data", data, "--format", "json").json == found
    text = cli("history", "--engine", "vllm", "--at", "2.0", "--data", data)
    assert text.lines[1] == "BetaForCausalLM\tbetaforcausallm.py\t2.0"
    assert text.err == "vllm 2.0 (2026-03-01): 3 architectures\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--at", "2.0"), 2, "name it with --engine ENGINE"),
        (("--at", "2.0", "--engine", "vllm", "Name"), 2, "drop ARCH and --plot"),
        (("--at", "1.1", "--engine", "vllm==2.0"), 2, "both name a release; drop one"),
        (("--engine", "vllm@2.0", "Name"), 2, "drop ARCH and --plot"),
        (("--engine", "vllm=="), 2, "the version is empty"),
        (
            ("--at", "9", "--engine", "vllm"),
            2,
            "the history of vllm has no release 9; the nearest are 1.1, 2.0",
        ),
        (("--at", "1.0", "--engine", "vllm"), 3, "vllm 1.0 was not read: it was lost"),
        (
            ("--engine", "nobody"),
            2,
            "no engine is called 'nobody'; choose from sglang, transformers, vllm",
        ),
        (("--engine", "lmdeploy"), 2, "`archtrack history refresh lmdeploy` makes one"),
        (("Name", "--plot", "x.svg"), 2, "--plot only draws the chart; drop ARCH"),
        (("--plot", "x.pdf"), 2, "name a file that ends with .svg or .png"),
    ],
)
def test_what_is_not_shown(cli: Cli, data: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    done = cli("history", *arguments, "--data", data)
    assert (done.code, message in done.err) == (code, True), done.err


def test_a_folder_of_data_that_is_not_there(cli: Cli, work: Path) -> None:
    done = cli("history", "A", "--data", "nowhere")
    assert (done.code, "--data nowhere: no such file or folder" in done.err) == (2, True)
    (work / "empty").mkdir()
    done = cli("history", "A", "--data", "empty")
    assert (
        done.code,
        "--data empty: no data file in it; name a folder" in done.err,
    ) == (3, True)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("vllm", "vllm is an engine; `archtrack history --engine vllm --at latest` shows what it registers"),
        ("org/no-such", "org/no-such is not an architecture; `archtrack check org/no-such` reads a config"),
    ],
)
def test_what_is_no_architecture_is_told_which_verb(cli: Cli, data: Path, name: str, advice: str) -> None:
    done = cli("history", name, "--data", data)
    assert (done.code, done.lines, done.err.splitlines()[-1]) == (0, [], advice)


def test_a_backend_is_judged_by_the_transformers_of_its_day(cli: Cli, data: Path) -> None:
    backend = {"TransformersForCausalLM": None}
    engine = written("vllm", ("1.0", backend), ("1.1", backend), ("2.0", backend))
    miniature.write(data / "vllm.json", engine)
    public = written(
        "transformers", ("1.1", {"AlphaForCausalLM": False}), ("2.0", {"AlphaForCausalLM": True})
    )
    miniature.write(data / "transformers.json", public)
    miniature.write(data / "sglang.json", written("sglang", ("1.0", {"AlphaForCausalLM": None})))
    states = {
        version: cli("migrate", "sglang", f"vllm=={version}", "--data", data, "--format", "json").json[
            "only_from"
        ][0]["there"]["status"]
        for version in ("1.0", "1.1", "2.0")
    }
    assert states == {"1.0": "unknown", "1.1": "refused", "2.0": "fallback"}


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_a_chart(cli: Cli, data: Path, work: Path, suffix: str) -> None:
    done = cli("history", "--plot", f"growth{suffix}", "--data", data)
    assert (done.code, done.err) == (0, f"Wrote growth{suffix}\n")
    first = (work / f"growth{suffix}").read_bytes()
    assert first[:5] == (b"<?xml" if suffix == ".svg" else b"\x89PNG\r")
    if suffix == ".svg":
        assert all(f">{engine}</text>".encode() in first for engine in ("sglang", "transformers", "vllm"))
    cli("history", "--plot", f"growth{suffix}", "--data", data)
    assert (work / f"growth{suffix}").read_bytes() == first


def test_what_one_engine_has_and_another_lacks_both_ways(cli: Cli, data: Path, conforms: Conforms) -> None:
    done = cli("migrate", "sglang==1.0", "vllm", "--data", data)
    assert done.lines == [
        "sglang 1.0 has and vllm 2.0 lacks 2 architectures:",
        "architecture\tsince\tdate\tin vllm 2.0",
        "AlphaForCausalLM\t1.0\t2026-01-01\tno",
        "GoneForCausalLM\t1.0\t2026-01-01\tfallback",
        "  fallback: a wrapper of the Transformers backend runs GoneForCausalLM; which one depends on its config",
        "",
        "vllm 2.0 has and sglang 1.0 lacks 3 architectures:",
        "architecture\tsince\tdate\tin sglang 1.0",
        "BetaForCausalLM\t2.0\t2026-03-01\tno",
        "DeltaForCausalLM\t≤1.1\t2026-02-01\tno",
        "TransformersForCausalLM\t≤1.1\t2026-02-01\tno",
        "",
        "Both have 0 architectures.",
    ]
    found = cli("migrate", "sglang", "vllm", "--data", data, "--format", "json").json
    conforms(found, "migrate")
    assert [row["name"] for row in found["only_from"]] == ["AlphaForCausalLM"]


def test_what_was_not_found_in_a_release_that_was_read_in_part_is_not_known(cli: Cli, data: Path) -> None:
    path = data / "vllm.json"
    text = path.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if '"version":"2.0"' in line)
    path.write_text(text.replace(line, line.replace("}", ',"unresolved":2}')), encoding="utf-8")
    row = cli("migrate", "sglang", "vllm", "--data", data).lines[2]
    assert row == "AlphaForCausalLM\t1.0\t2026-01-01\tnot known"
    found = cli("migrate", "sglang", "vllm", "--data", data, "--format", "json").json["only_from"][0]["there"]
    assert (found["status"], found["because"]["text"]) == (
        "unknown",
        "2 places of vllm 2.0 could not be read",
    )


def test_an_engine_that_goes_by_model_types_is_compared_by_the_architectures_that_it_runs(
    cli: Cli, conforms: Conforms
) -> None:
    found = cli("migrate", "mlx-lm", "vllm", "--format", "json").json
    conforms(found, "migrate")
    names = [row["name"] for row in found["only_from"]]
    assert "qwen3" not in names  # a model type
    assert "Qwen3ForCausalLM" not in names  # both have it
    here = {row["name"]: (row["here"]["status"], row["there"]["status"]) for row in found["only_from"]}
    assert here
    assert {status for status, _ in here.values()} == {"native"}
    assert "native" not in {status for _, status in here.values()}
    there = {row["name"]: row["there"]["status"] for row in found["only_to"]}
    assert there["BertModel"] == "unsupported"
    assert "LlamaForCausalLM" not in there


def test_a_model_type_is_shown_where_an_engine_goes_by_it_and_by_its_architectures_elsewhere(
    cli: Cli, conforms: Conforms
) -> None:
    done = cli("history", "mistral3", "internlm2", "Qwen3ForCausalLM", "nobodys_type")
    shown = [line.split("\t") for line in done.lines[1:]]
    assert [(name, engine, since) for name, engine, since, *_ in shown if engine in {"mlx-lm", "vllm"}] == [
        ("mistral3", "mlx-lm", "0.24.1"),
        ("mistral3 (Mistral3ForConditionalGeneration)", "vllm", "0.8.3"),
        ("internlm2", "mlx-lm", "0.14.1"),
        ("internlm2 (InternLM2ForCausalLM)", "vllm", "0.3.1"),
        ("Qwen3ForCausalLM (qwen3)", "mlx-lm", "0.24.0"),
        ("Qwen3ForCausalLM", "vllm", "0.8.4"),
    ]
    assert done.err.startswith("nobodys_type: no known release of ctranslate2, exllamav3, ")
    found = cli("history", "mistral3", "Qwen3ForCausalLM", "--engine", "mlx-lm", "--format", "json").json
    conforms(found, "history")
    assert found["engines"]["mlx-lm"]["key"] == "model type"
    assert {name: each["mlx-lm"]["key"] for name, each in found["architectures"].items()} == {
        "mistral3": "mistral3",
        "Qwen3ForCausalLM": "qwen3",
    }


def test_check_says_which_engine_has_it_since(cli: Cli, data: Path, conforms: Conforms) -> None:
    done = cli("check", "AlphaForCausalLM", "DeltaForCausalLM", "--data", data)
    lacking = "architecture: transformers 2.0 has no public class AlphaForCausalLM, so no wrapper runs it"
    assert done.lines == [
        "AlphaForCausalLM: text",
        "  sglang 2.0        native       since 1.0 (2026-01-01)",
        "  transformers 2.0  unsupported  architecture: transformers 2.0 has no public class AlphaForCausalLM",
        f"  vllm 2.0          unsupported  {lacking}",
        "",
        "DeltaForCausalLM: text",
        "  sglang 2.0        unsupported  architecture: sglang 2.0 has no Transformers backend to fall back on",
        "  transformers 2.0  native       since 2.0 (2026-03-01)",
        "  vllm 2.0          native       since ≤1.1 (2026-02-01)",
    ]
    found = cli("check", "DeltaForCausalLM", "--data", data, "--format", "json").json
    conforms(found, "check")
    assert {
        name: (each["status"], each["since"]) for name, each in found["targets"][0]["engines"].items()
    } == {
        "sglang": ("unsupported", None),
        "transformers": ("native", "2.0"),
        "vllm": ("native", "1.1"),
    }


def test_the_document_says_since_when(cli: Cli, data: Path, trees: Any, work: Path) -> None:
    document = work / "MODEL_SUPPORT_TRACKING.md"
    miniature.write(work / "archtrack.toml", 'columns = ["since", "vllm"]\n')
    assert cli("rebuild", *trees.alone).code == 0
    text = document.read_text(encoding="utf-8")
    assert "| SGLang File | Example HF Model | Since | vllm |" in text
    assert "| **AlphaForCausalLM** | Y |  | `alpha.py` |  | 1.0 |  |\n" in text
    assert "| **BetaForCausalLM** | Y | Y | `beta.py` |  |  | 2.0 |\n" in text
    assert cli("update", *trees.options, "--check").code == 0
    # A newer history fills the cell; what a maintainer wrote stays, whether the history says something or not.
    one = {"AlphaForCausalLM": None, "BetaForCausalLM": None}
    miniature.write(data / "sglang.json", written("sglang", ("1.0", one)))
    document.write_text(text.replace("|  | ≤1.1 |", "| soon | lately |"), encoding="utf-8")
    assert cli("update", *trees.options, "--refresh").code == 0
    text = document.read_text(encoding="utf-8")
    assert "| **DeltaForCausalLM** |  | Y |  |  | soon | lately |\n" in text
    assert "| **BetaForCausalLM** | Y | Y | `beta.py` |  | 1.0 | 2.0 |\n" in text


def test_two_releases_are_compared_by_the_history(cli: Cli, data: Path) -> None:
    done = cli("diff", "vllm", "1.1", "2.0", "--data", data)
    assert done.lines == [
        "vllm 1.1 to 2.0: 2 to 3 architectures, 1 change",
        "  + BetaForCausalLM  [betaforcausallm.py]",
    ]
    assert done.err == "From the history: vllm 1.1 and 2.0; --scan reads the releases themselves\n"
    unknown, not_wanted, not_there = ("1.0", "2.0"), ("1.1", "2.0", "--scan"), ("1.1", "3.0")
    for arguments in (unknown, not_wanted, not_there):
        done = cli("diff", "vllm", *arguments, "--data", data)
        assert (done.code, "is not in the cache" in done.err) == (3, True), done.err


# -- data ------------------------------------------------------------------------------------------


NEWER = written("vllm", ("1.0", {"A": None}), ("1.1", {"A": None}), ("2.0", {"A": None}))
OLDER = written("vllm", ("1.0", {"A": None}))
LOST = written("vllm", ("1.0", {"A": None}), ("1.1", None), ("2.0", None))


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The user's own data."""
    return tmp_path / "data"


def test_newer_data_is_taken_and_counts_from_then_on(cli: Cli, data: Path, mine: Path, work: Path) -> None:
    miniature.write(data / "vllm.json", OLDER)
    miniature.write(work / "vllm.json", NEWER)
    done = cli("data", "update", "vllm.json")
    assert (done.code, done.lines) == (0, ["vllm: 3 releases, taken (vllm.json)"])
    files = cli("data", "info", "--format", "json").json["files"]
    assert files == {
        "sglang": str(data / "sglang.json"),
        "transformers": str(data / "transformers.json"),
        "vllm": str(mine / "vllm.json"),
    }
    assert (mine / "vllm.json").read_text(encoding="utf-8") == NEWER
    assert cli("history", "--engine", "vllm").lines[1].startswith("vllm\t3\t")
    assert cli("data", "update", "vllm.json").lines == ["vllm: 3 releases, already there (vllm.json)"]


@pytest.mark.usefixtures("data")
def test_two_sources_of_one_engine_are_refused(cli: Cli, mine: Path, work: Path) -> None:
    for folder in ("a", "b"):
        miniature.write(work / folder / "vllm.json", NEWER)
    done = cli("data", "update", "a", "b/vllm.json")
    assert (done.code, "two sources have data of vllm" in done.err) == (2, True)
    assert not mine.exists()


@pytest.mark.usefixtures("data")
def test_a_damaged_file_of_the_user_blocks_nothing_and_can_be_replaced(
    cli: Cli, mine: Path, work: Path
) -> None:
    miniature.write(mine / "vllm.json", '{"sch')
    done = cli("history", "BetaForCausalLM", "--engine", "vllm")
    assert done.lines[1].startswith("BetaForCausalLM\tvllm\t2.0\t")
    assert "Note: using the shipped data instead of your own" in done.err
    miniature.write(work / "vllm.json", NEWER)
    assert cli("data", "update", "vllm.json").lines == ["vllm: 3 releases, taken (vllm.json)"]
    assert cli("history", "A", "--engine", "vllm").err == ""


HARMED = {
    "an end that is no release": ('"last":null', '"last":"9.9"'),
    "no state": ('"states":[{"since":"1.0","file":"a.py","at":"vllm/r.py:1"}]', '"states":[]'),
    "no release": (NEWER[NEWER.index('"releases"') : NEWER.index('],"registered')], '"releases":['),
    "no day": ('"date":"2026-01-01"', '"date":"yesterday"'),
    "no category": ('"at":"vllm/r.py:1"', '"at":"vllm/r.py:1","category":"bogus"'),
    "an end that is empty": ('"last":null', '"last":""'),
    "a first state that is later": ('"since":"1.0","file"', '"since":"1.1","file"'),
    "a line of 5,000 digits": ('vllm/r.py:1"', f'vllm/r.py:{"1" * 5000}"'),
    "a line of digits that are none": ('vllm/r.py:1"', 'vllm/r.py:\u00b2"'),
    "a number of 5,000 digits": ('"revision":1', f'"revision":{"1" * 5000}'),
    "a number that is none": ('"revision":1', '"revision":true'),
    "a number below nothing": ('"revision":1', '"revision":-1'),
    "a number that no float holds": ('"revision":1', '"revision":1e999'),
    "groups that are a text": ('"at":"vllm/r.py:1"', '"at":"vllm/r.py:1","groups":"ab"'),
    "no version": ('"version":"1.1"', f'"version":"{"1" * 5000}"'),
}


@pytest.mark.parametrize("harm", HARMED)
def test_a_file_that_makes_no_sense_is_refused_by_every_verb(cli: Cli, work: Path, harm: str) -> None:
    old, new = HARMED[harm]
    assert old in NEWER
    path = miniature.write(work / "vllm.json", NEWER.replace(old, new, 1))
    for arguments in (
        ("history", "A"),
        ("history",),
        ("history", "--engine", "vllm", "--at", "1.0"),
        ("history", "--plot", "x.svg"),
        ("migrate", "vllm==1.0", "vllm"),
        ("diff", "vllm", "1.0", "2.0"),
    ):
        done = cli(*arguments, "--data", path)
        assert (done.code, "not a history" in done.err) == (3, True), (arguments, done.err)


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("migrate", "vllm==", "sglang"), "vllm==: the version is empty"),
        (("history", "--engine", "vllm", "--at", "1" * 5000), "is not a release"),
        (("migrate", f"vllm=={'1' * 5000}", "sglang"), "is not a release"),
        (("history", "A", "--data", "x" * 300), "no such file or folder"),
        (("data", "update", "x" * 300), "no such file or folder"),
        (("data", "update", ""), "a SOURCE is empty"),
        (("data", "update", "https://"), "names no server"),
        (("data", "update", "https://u:secret@127.0.0.1/vllm.json"), "an address needs the network"),
    ],
)
def test_what_makes_no_sense_is_the_user_s_error(cli: Cli, arguments: tuple[str, ...], message: str) -> None:
    done = cli(*arguments)
    assert (done.code, message in done.err, "secret" in done.err) == (2, True, False), done.err


def test_all_of_it_is_checked_before_any_is_used(cli: Cli, data: Path, mine: Path, work: Path) -> None:
    miniature.write(work / "set" / "sglang.json", (data / "sglang.json").read_text(encoding="utf-8"))
    miniature.write(work / "set" / "vllm.json", NEWER.replace('"1.1"', '"0.1"', 1))
    done = cli("data", "update", "set")
    assert (done.code, "not used: release 0.1 comes after 1.0" in done.err) == (3, True), done.err
    assert not mine.exists()


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not JSON"),
        ("{}", "schema version None"),
        (NEWER.replace('"engine":"vllm"', '"engine":"../vllm"'), "is not a name of an engine"),
        (OLDER, "lacks vllm 2.0 and 1 more, which the data here has; --force replaces it"),
        (LOST, "lacks vllm 2.0 and 1 more"),  # however many releases it lists
    ],
)
def test_data_of_no_use_is_not_taken(cli: Cli, mine: Path, work: Path, content: str, message: str) -> None:
    miniature.write(work / "vllm.json", content)
    done = cli("data", "update", "vllm.json")
    assert (done.code, message in done.err) == (3, True), done.err
    assert not mine.exists()
    if content == OLDER:
        assert cli("data", "update", "vllm.json", "--force").code == 0


def test_data_from_an_address(
    cli: Cli, data: Path, mine: Path, package_index: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "0")
    miniature.write(data / "vllm.json", OLDER)
    package_index.files["vllm.json"] = NEWER.encode()
    folder = f"http://{package_index.address}/files/"
    assert cli("data", "update", f"{folder}vllm.json").lines[0].startswith("vllm: 3 releases, taken")
    (mine / "vllm.json").unlink()
    assert cli("data", "update", folder).lines == [f"vllm: 3 releases, taken ({folder}vllm.json)"]
    assert cli("data", "update", f"{folder}sglang.json").code == 3
    done = cli("data", "update", folder, "--offline")
    assert (done.code, "needs the network" in done.err) == (2, True)


def test_lint_says_what_is_wrong_and_exits_with_1(cli: Cli, data: Path) -> None:
    assert cli("data", "lint", data).code == 0
    miniature.write(data / "vllm.json", NEWER.replace('"schema_version":2', '"schema_version":2 '))
    done = cli("data", "lint", data)
    assert (done.code, done.lines) == (
        1,
        [f"{data / 'vllm.json'}: it is not written as `archtrack history refresh` writes it"],
    )


def test_the_shipped_data_is_found_without_a_word(cli: Cli) -> None:
    done = cli("data", "info")
    assert [line.split("\t")[0] for line in done.lines[1:]] == [
        *sorted(path.stem for path in SHIPPED.glob("*.json") if path.stem != "schema")
    ]


def test_an_engine_from_outside_is_taken_up_by_all(tmp_path: Path, trees: Any, package_index: Any) -> None:
    page = (Path(__file__).parents[2] / "docs" / "tasks" / "add-an-engine.md").read_text(encoding="utf-8")
    (engine,) = re.findall(r"/engines/tinyrt\.py`:\n\n```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    site = tmp_path / "site"
    miniature.write(site / "tinyrt_for_archtrack.py", engine)
    info = site / "tinyrt_for_archtrack-1.0.dist-info"
    miniature.write(info / "METADATA", "Metadata-Version: 2.1\nName: tinyrt-for-archtrack\nVersion: 1.0\n")
    miniature.write(info / "entry_points.txt", "[archtrack.engines]\ntinyrt = tinyrt_for_archtrack:ENGINE\n")
    both = ("AlphaForCausalLM", "BetaForCausalLM")
    for version, names in (("1.0", both[:1]), ("1.1", both)):
        rows = "".join(f'    "{name}": ("tinyrt.models.llama", "Llama"),\n' for name in names)
        content = make_wheel(
            {"tinyrt/registry.py": f"MODELS = {{\n{rows}}}\n".encode()}, version, stem="tinyrt"
        )
        package_index.add(f"tinyrt-{version}-py3-none-any.whl", content, project="tinyrt")
    work = tmp_path / "outside"
    work.mkdir()
    environ = {
        "PYTHONPATH": f"{site}:{miniature.SOURCE}",
        "PIP_INDEX_URL": package_index.url,
        "ARCHTRACK_DATA_DIR": str(tmp_path / "histories"),
        "ARCHTRACK_OFFLINE": "0",
    }

    def run(*arguments: object) -> list[str]:
        done = miniature.spawn(*arguments, cwd=work, home=tmp_path, **environ)
        assert done.code == 0, done.err
        return done.lines

    assert run("scan", "tinyrt", "1.0")[1].startswith("AlphaForCausalLM\tllama.py\ttinyrt/registry.py:2\t")
    refreshed = "tinyrt 1.1: 2 architectures, 2 releases read, data written"
    assert run("history", "refresh", "tinyrt")[0] == refreshed
    assert run("data", "lint", tmp_path / "histories") == []
    assert "BetaForCausalLM\ttinyrt\t1.1\t\t\tllama.py" in run("history", "BetaForCausalLM")
    assert run("diff", "tinyrt", "1.0", "1.1")[1] == "  + BetaForCausalLM  [llama.py]"
    (line,) = [each for each in run("check", "BetaForCausalLM", "--engine", "tinyrt") if "tinyrt" in each]
    assert line.split() == ["tinyrt", "1.1", "native", "since", "1.1"]
    assert "tinyrt 1.1 has and exllamav3" in " ".join(run("migrate", "tinyrt", "exllamav3"))
    miniature.write(work / "archtrack.toml", 'columns = ["tinyrt"]\n')
    run("rebuild", *trees.alone)
    document = (work / "MODEL_SUPPORT_TRACKING.md").read_text(encoding="utf-8")
    (row,) = [line for line in document.splitlines() if "**BetaForCausalLM**" in line]
    assert row.endswith("| 1.1 |")
    info = json.loads("\n".join(run("data", "info", "--format", "json")))
    assert info["engines"]["tinyrt"]["architectures"] == 2


OUTSIDE = """
from archtrack.core.python.tables import table_facts
from archtrack.core.verdict.gguf import not_followed
from archtrack.core.verdict.keys import first_architecture, look_up
from archtrack.core.verdict.release_facts import QUANTISATION, Fact, LoadFacts
from archtrack.core.verdict.verdict import Steps, Verdict
from archtrack.engines.base import About
from archtrack.model import Gate, Inventory, Place, Registration, Status
from archtrack.sources.base import Layout

FILE = "tagrt/registry.py"


class TagRT:
    name = "tagrt"
    about = About(title="TagRT")
    layout = Layout(package="tagrt", distribution="tagrt", repository={repository!r})
    revision = 1
    since = "1.0"
    fetched = watched = (FILE,)

    def _rows(self, library, table):
        return library.facts((FILE,), "tagrt-1", table_facts)[FILE]["tables"].get(table, {{"rows": []}})["rows"]

    def scan(self, library, options):
        return Inventory(
            engine=self.name,
            version=library.origin.version,
            origin=library.origin,
            registrations=tuple(
                Registration(name=name, file="registry.py", place=Place(file=FILE, line=line), defined_in="tagrt")
                for name, line, _, _ in sorted(self._rows(library, "MODELS"))
            ),
            unresolved=(),
        )

    def load_facts(self, library, inventory):
        rows = self._rows(library, "METHODS")
        taken = {{name: Fact(key=name, place=Place(file=FILE, line=line)) for name, line, _, _ in rows}}
        return LoadFacts(tables={{QUANTISATION: taken}})

    def load(self, checkpoint, release, options):
        steps = Steps(release.engine, checkpoint.architectures)
        if checkpoint.gguf_architecture is not None:
            return not_followed(release, steps)
        name = first_architecture(checkpoint, release, steps)
        found = name if isinstance(name, Verdict) else look_up(name, release, steps)
        if isinstance(found, Verdict):
            return found
        method = checkpoint.quant_method
        if method is not None and release.load.find(QUANTISATION, method) is None:
            because = steps.say(f"it does not take `{{method}}`")
            return steps.verdict(Status.UNSUPPORTED, because, gate=Gate.QUANTISATION, key=name)
        return steps.verdict(Status.NATIVE, found.step, resolved=name, key=name)


ENGINE = TagRT()
"""


def test_an_engine_from_outside_has_its_history_from_tags_and_its_own_gates(tmp_path: Path) -> None:
    repository = tmp_path / "tagrt"
    for version, names, methods in (("1.0", ("A",), ()), ("1.1", ("A", "B"), ("awq",)), ("1.2rc1", (), ())):
        rows = "".join(f'    "{name}ForCausalLM": 1,\n' for name in names)
        taken = "".join(f'    "{method}": 1,\n' for method in methods)
        miniature.write(repository / "tagrt" / "__init__.py", "")
        miniature.write(
            repository / "tagrt" / "registry.py", f"MODELS = {{\n{rows}}}\nMETHODS = {{\n{taken}}}\n"
        )
        miniature.commit(repository)
        miniature.git(repository, "tag", f"v{version}")
    site, work = tmp_path / "site", tmp_path / "work"
    work.mkdir()
    miniature.write(site / "tagrt_for_archtrack.py", OUTSIDE.format(repository=str(repository)))
    info = site / "tagrt_for_archtrack-1.0.dist-info"
    miniature.write(info / "METADATA", "Metadata-Version: 2.1\nName: tagrt-for-archtrack\nVersion: 1.0\n")
    miniature.write(info / "entry_points.txt", "[archtrack.engines]\ntagrt = tagrt_for_archtrack:ENGINE\n")
    quantised = {"architectures": ["BForCausalLM"], "quantization_config": {"quant_method": "awq"}}
    miniature.write(work / "awq.json", json.dumps(quantised))
    quantised["quantization_config"] = {"quant_method": "gptq"}
    miniature.write(work / "gptq.json", json.dumps(quantised))
    environ = {
        "PYTHONPATH": f"{site}:{miniature.SOURCE}",
        "ARCHTRACK_DATA_DIR": str(tmp_path / "histories"),
        "ARCHTRACK_OFFLINE": "0",
    }

    def run(*arguments: object) -> Any:
        done = miniature.spawn(*arguments, cwd=work, home=tmp_path, **environ)
        assert done.code == 0, done.err
        return done

    assert (
        run("history", "refresh", "tagrt").lines[0]
        == "tagrt 1.1: 2 architectures, 2 releases read, data written"
    )
    told = {
        (file, version): (each["status"], each["gate"])
        for version in ("1.0", "1.1")
        for file in ("awq.json", "gptq.json")
        for each in run("check", file, "--engine", f"tagrt=={version}", "--format", "json")
        .json["targets"][0]["engines"]
        .values()
    }
    assert told == {
        ("awq.json", "1.0"): ("unsupported", "architecture"),
        ("gptq.json", "1.0"): ("unsupported", "architecture"),
        ("awq.json", "1.1"): ("native", None),
        ("gptq.json", "1.1"): ("unsupported", "quantisation"),
    }
    assert "BForCausalLM\ttagrt\t1.1" in run("history", "BForCausalLM").out
    run("site", "--out", work / "page")
    page = (work / "page" / "index.html").read_text(encoding="utf-8")
    assert '"title":"TagRT"' in page
    assert "tagrt 1.1 has" in run("migrate", "tagrt", "exllamav3").out


@pytest.mark.parametrize("kind", ["pipe", "device", "huge"])
@pytest.mark.usefixtures("data")
def test_what_is_no_file_of_data_is_not_read_to_its_end(cli: Cli, work: Path, kind: str) -> None:
    path = work / "vllm.json"
    miniature.make_odd(path, kind)
    message = "more than 64 MB" if kind == "huge" else "archtrack: error: "
    for arguments in (
        ("history", "A", "--data", path),
        ("data", "lint", path),
        ("data", "update", path),
        ("site", "--data", path),
    ):
        done = cli(*arguments)
        assert (done.code, message in done.err, done.err.count("\n")) == (3, True, 1), done.err


def test_the_schema_s_version_is_a_number(cli: Cli, work: Path) -> None:
    path = miniature.write(
        work / "vllm.json", NEWER.replace('"schema_version":2', '"schema_version":true', 1)
    )
    done = cli("history", "A", "--data", path)
    assert (done.code, "schema version True" in done.err) == (3, True)


@pytest.mark.parametrize("arguments", ["history A", "site", "list", "data info", "data update vllm.json"])
def test_a_folder_of_data_of_nobody_is_told_in_one_line(
    cli: Cli, trees: Any, work: Path, monkeypatch: pytest.MonkeyPatch, arguments: str
) -> None:
    monkeypatch.setenv("ARCHTRACK_DATA_DIR", "~nobody-of-that-name/x")
    miniature.write(work / "vllm.json", NEWER)
    done = cli(*arguments.split(), *(trees.options if arguments == "list" else ()))
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "ARCHTRACK_DATA_DIR: ~nobody-of-that-name/x: no such home folder is known" in done.err
