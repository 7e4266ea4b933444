"""Rows of what only other engines have: which documents get them, and what the verbs do with them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

import miniature
import seed_reader
from archtrack.app.elsewhere import fitted, known_elsewhere, may_have_rows
from archtrack.app.examples import example_sources
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.core.document.parse import parse
from archtrack.core.history.data_file import write_history
from archtrack.core.history.history import Entry
from archtrack.core.matrix.elsewhere import models_elsewhere
from archtrack.core.matrix.examples import example_of
from archtrack.core.matrix.join import join
from archtrack.model import Role
from made_history import made_history, release
from miniature import Cli, Conforms
from seed_reader import NewRow

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = "MODEL_SUPPORT_TRACKING.md"
ELSEWHERE = ["EpsilonModel", "ThetaForCausalLM", "ThetaForConditionalGeneration"]
"""What the other engines of this world have and gets a row, in the document's order of sections."""


def listed(name: str, group: str, category: str, at: int) -> tuple[str, Entry]:
    place = f"vllm/model_executor/models/registry.py:{at}"
    return name, Entry(file=f"{name.lower()}.py", at=place, groups=(group,), category=category)


VLLM = dict(
    [
        listed("AlphaForCausalLM", "_TEXT_GENERATION_MODELS", "text", 1),  # native in SGLang
        listed("DeltaForCausalLM", "_TEXT_GENERATION_MODELS", "text", 2),  # of transformers
        listed("EpsilonModel", "_EMBEDDING_MODELS", "embedding", 3),
        listed("ThetaForCausalLM", "_TEXT_GENERATION_MODELS", "text", 4),
        listed("EagleThetaForCausalLM", "_SPECULATIVE_DECODING_MODELS", "text", 5),
        listed("TransformersForMTP", "_TRANSFORMERS_BACKEND_MODELS", "text", 6),
    ]
)
OLD = dict([listed("IotaForCausalLM", "_TEXT_GENERATION_MODELS", "text", 9)])
LMDEPLOY = {
    "ThetaForCausalLM": Entry(file="theta.py", at="lmdeploy/pytorch/models/module_map.py:4"),
    "ThetaForConditionalGeneration": Entry(
        file="theta.py", at="lmdeploy/pytorch/models/module_map.py:5", category="multimodal"
    ),
    "ThetaMTPModel": Entry(file="theta_mtp.py", at="lmdeploy/pytorch/models/module_map.py:6"),
}


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The histories of a small world."""
    folder = tmp_path / "history"
    releases = [release("0.1"), release("0.2")]
    for engine, found in (
        ("vllm", {"0.1": {**VLLM, **OLD}, "0.2": VLLM}),
        ("lmdeploy", {"0.1": LMDEPLOY, "0.2": LMDEPLOY}),
    ):
        text = write_history(made_history(releases, found, engine=engine, floor="0.1"))
        miniature.write(folder / f"{engine}.json", text)
    monkeypatch.setattr("archtrack.app.history.store.SHIPPED", folder)
    return folder


def rows(path: Path) -> dict[str, str]:
    return {row.name: row.raw.rstrip("\n") for row in parse(path.read_text(encoding="utf-8")).rows}


def third_kind(path: Path) -> list[str]:
    return [
        f"{section.category.value} {row.name}"
        for section in parse(path.read_text(encoding="utf-8")).sections
        for row in section.rows
        if "Y" not in {row.native, row.hf}
    ]


THIRD = ["text ThetaForCausalLM", "embedding EpsilonModel", "multimodal ThetaForConditionalGeneration"]


@pytest.mark.usefixtures("others")
def test_a_rebuild_has_a_row_for_what_only_others_have_and_counts_it(
    cli: Cli, trees: Any, work: Path
) -> None:
    done = cli("rebuild", *trees.options)
    assert third_kind(work / DOCUMENT) == THIRD
    assert rows(work / DOCUMENT)["ThetaForCausalLM"] == "| **ThetaForCausalLM** |  |  |  |  |"
    text = (work / DOCUMENT).read_text(encoding="utf-8")
    assert re.findall(r"\*\*(\d)\*\* no fallback / ", text) == ["1", "1", "1"]
    assert "| **Total** | **5** | **4** | **3** | **12** |" in text
    assert "> **3** no fallback (25%) — need full implementation" in text
    assert "- Neither **Native** nor **HF** (no fallback): another engine has the architecture" in text
    assert (
        "  + ThetaForCausalLM  [known elsewhere: vllm 0.2, lmdeploy 0.2; not in SGLang, no fallback]"
        in done.lines
    )


@pytest.mark.usefixtures("others")
def test_many_of_them_are_told_together_with_what_is_left_out(
    cli: Cli, trees: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archtrack.render.update._ONE_BY_ONE", 2)
    done = cli("rebuild", *trees.options)
    assert "  + 6 text  [3 native, 2 HF transformers, 1 known elsewhere]" in done.lines
    at = done.lines.index("  + 3 known elsewhere: not in SGLang, no fallback  [vllm 0.2: 2, lmdeploy 0.2: 2]")
    assert done.lines[at + 1] == "    3 more left out: no models of their own  [draft: 2, wrapper: 1]"


@pytest.mark.parametrize(
    ("options", "configured", "before", "has_them"),
    [
        ((), "", None, False),
        (("--known-elsewhere",), "", None, True),
        ((), "known_elsewhere = true", None, True),
        (("--no-known-elsewhere",), "known_elsewhere = true", None, False),
        (("--known-elsewhere",), "known_elsewhere = false", None, True),
        ((), "", "none", False),
        (("--known-elsewhere",), "", "none", True),
        ((), "known_elsewhere = true", "none", True),
        ((), "", "one", True),
        ((), "", "a wish", False),
        (("--no-known-elsewhere",), "", "one", False),
    ],
)
@pytest.mark.usefixtures("others")
def test_a_document_gets_them_where_it_has_some_or_somebody_says_so(
    cli: Cli, trees: Any, work: Path, options: tuple[str, ...], configured: str, before: str | None, has_them: bool  # noqa: FBT001
) -> None:  # fmt: skip
    if before is not None:
        assert cli("rebuild", *trees.alone).code == 0
        own = {
            "one": "| **ThetaForCausalLM** |  |  |  | by/hand |\n",
            "a wish": "| **WishForCausalLM** |  |  |  |  |\n",
        }
        line = "| **DeltaForCausalLM** |"
        miniature.edit(work / DOCUMENT, (line, own.get(before, "") + line))
    miniature.write(work / "archtrack.toml", configured)
    assert cli("update", *trees.options, *options).code == 0
    found = third_kind(work / DOCUMENT)
    assert ("embedding EpsilonModel" in found) is has_them
    if before == "one":
        assert rows(work / DOCUMENT)["ThetaForCausalLM"] == "| **ThetaForCausalLM** |  |  |  | by/hand |"
    assert cli("update", *trees.options, *options, "--check", "--refresh").code == 0


@pytest.mark.usefixtures("others")
def test_a_rebuild_without_them_has_none_and_one_with_them_does_not_ask_the_old_document(
    cli: Cli, trees: Any, work: Path
) -> None:
    cli("rebuild", *trees.alone)
    assert third_kind(work / DOCUMENT) == []
    cli("rebuild", *trees.options)
    assert third_kind(work / DOCUMENT) == THIRD


@pytest.mark.usefixtures("others")
def test_a_row_is_put_right_when_sglang_or_transformers_gains_its_architecture(
    cli: Cli, trees: Any, work: Path
) -> None:
    cli("rebuild", *trees.options)
    trees.register("ThetaForCausalLM", file="theta.py")
    trees.public("epsilon", "EpsilonModel")
    told = cli("update", *trees.options)
    assert re.findall(r"^  ~ line \d+: (.*)$", told.out, re.MULTILINE) == [
        "ThetaForCausalLM: gained native support",
        "EpsilonModel: now public in transformers",
    ]
    cli("update", *trees.options, "--refresh")
    found = rows(work / DOCUMENT)
    assert found["ThetaForCausalLM"] == "| **ThetaForCausalLM** | Y |  | `theta.py` |  |"
    assert found["EpsilonModel"] == "| **EpsilonModel** |  | Y |  |  |"
    assert third_kind(work / DOCUMENT) == THIRD[2:]


@pytest.mark.usefixtures("others")
def test_prune_takes_what_no_engine_has_any_more_and_leaves_a_wish(cli: Cli, trees: Any, work: Path) -> None:
    cli("rebuild", *trees.options)
    line = "| **ThetaForCausalLM** |"
    own = [
        "| **EagleThetaForCausalLM** |  |  |  |  |",  # another engine has it, though it gets no row
        "| **IotaForCausalLM** |  |  |  | o/iota |",  # vLLM had it once
        "| **KappaForCausalLM** | Y |  | `kappa.py` |  |",  # nobody knows it, and it says that SGLang has it
        "| **LambdaForCausalLM** |  |  |  | a/wish |",  # nobody ever had it
    ]
    miniature.edit(work / DOCUMENT, (line, "\n".join([*own, line])))
    told = cli("update", *trees.options)
    assert re.findall(r"^  ~ line \d+: (.*)$", told.out, re.MULTILINE) == [
        "IotaForCausalLM: no engine has such a model",
        "KappaForCausalLM: lost native support, no engine has such a model",
    ]
    findings = [line for line in cli("lint", *trees.options).lines if "stale-row" in line]
    assert [line.split(": ")[2] for line in findings] == ["IotaForCausalLM", "KappaForCausalLM"]
    cli("update", *trees.options, "--prune")
    left = rows(work / DOCUMENT)
    assert {name for name in left if name[0] in "EIKL"} == {
        "EagleThetaForCausalLM", "EpsilonModel", "LambdaForCausalLM",
    }  # fmt: skip
    assert left["LambdaForCausalLM"] == own[3]


@pytest.mark.usefixtures("others")
def test_lint_misses_such_a_row_only_in_a_document_that_has_them(cli: Cli, trees: Any, work: Path) -> None:
    cli("rebuild", *trees.alone)
    assert cli("lint", *trees.options).code == 0
    cli("rebuild", *trees.options)
    assert cli("lint", *trees.options).code == 0
    miniature.edit(work / DOCUMENT, ("| **EpsilonModel** |  |  |  |  |\n", ""))
    done = cli("lint", *trees.options)
    assert f"{DOCUMENT}: missing-row: EpsilonModel has no row; 'archtrack update' adds it" in done.lines


@pytest.mark.usefixtures("others")
def test_an_override_of_such_an_architecture_holds(cli: Cli, trees: Any, work: Path) -> None:
    settings = '[overrides.EpsilonModel]\ncategory = "text"\nexample = "o/e"\nreason = "so"\n'
    miniature.write(work / "archtrack.toml", settings)
    cli("rebuild", *trees.options)
    assert third_kind(work / DOCUMENT)[0] == "text EpsilonModel"
    assert rows(work / DOCUMENT)["EpsilonModel"] == "| **EpsilonModel** |  |  |  | o/e |"
    assert cli("lint", *trees.options).code == 0


@pytest.mark.usefixtures("others")
def test_list_and_reports_say_which_engines_have_it_and_what_is_left_out(
    cli: Cli, trees: Any, conforms: Conforms
) -> None:
    found = cli("list", *trees.options, "--known-elsewhere", "--format", "json").json
    conforms(found, "list")
    engines = {row["name"]: [each["engine"] for each in row["elsewhere"]] for row in found["architectures"]}
    assert {name: each for name, each in engines.items() if each} == {
        "EpsilonModel": ["vllm"],
        "ThetaForCausalLM": ["vllm", "lmdeploy"],
        "ThetaForConditionalGeneration": ["lmdeploy"],
    }
    assert engines.keys() - dict.fromkeys(ELSEWHERE) == miniature.ROWS.keys()
    (row,) = [row for row in found["architectures"] if row["name"] == "EpsilonModel"]
    assert (row["category"], row["category_source"], row["engines"]["sglang"]["status"]) == (
        "embedding", "vllm", "unsupported",
    )  # fmt: skip
    assert row["elsewhere"] == [
        {
            "engine": "vllm",
            "version": "0.2",
            "file": "epsilonmodel.py",
            "path": "vllm/model_executor/models/registry.py",
            "line": 3,
            "line_of": "0.1",
        }
    ]
    assert [(each["name"], each["reason"], each["source"]) for each in found["left_out"]] == [
        ("EagleThetaForCausalLM", "draft", "vllm _SPECULATIVE_DECODING_MODELS"),
        ("ThetaMTPModel", "draft", "its name: ThetaForCausalLM"),
        ("TransformersForMTP", "wrapper", "vllm declares it as a wrapper"),
    ]
    table = cli(
        "list", *trees.options, "--known-elsewhere", "--status", "unsupported", "--category", "embedding"
    )
    assert [line.split() for line in table.lines[1:]] == [
        ["EpsilonModel", "unsupported", "embedding", "vllm", "vllm:", "epsilonmodel.py"]
    ]
    alone = cli("list", *trees.options, "--format", "json").json
    assert ({row["name"] for row in alone["architectures"]}, alone["left_out"]) == (
        miniature.ROWS.keys(),
        [],
    )
    writing = ("rebuild", *trees.options, "--check", "--format")
    report = cli(*writing, "json").json
    conforms(report, "report")
    assert {row["name"]: len(row["elsewhere"]) for row in report["added"] if row["elsewhere"]} == {
        "EpsilonModel": 1,
        "ThetaForCausalLM": 2,
        "ThetaForConditionalGeneration": 1,
    }
    assert "| **EpsilonModel** | unsupported | embedding | vllm 0.2 |" in cli(
        "update", *trees.options, "--known-elsewhere", "--check", "--format", "markdown"
    ).lines  # fmt: skip
    annotations = cli(*writing, "github").out
    assert (
        f"3 architectures that only other engines have had no row: {', '.join(ELSEWHERE)}; run" in annotations
    )


@pytest.mark.usefixtures("others")
def test_an_issue_has_them_as_unsupported(cli: Cli, trees: Any) -> None:
    cli("rebuild", *trees.options)
    shown = cli("render", "--target", "issue", "--only", "unsupported", "--limit", "2048").out
    assert re.findall(r"^\| \*\*(\w+)\*\* \|", shown, re.MULTILINE) == [
        "Total", "ThetaForCausalLM", "EpsilonModel", "ThetaForConditionalGeneration",
    ]  # fmt: skip


@pytest.mark.usefixtures("others")
def test_demand_says_who_has_what_the_engine_lacks(
    cli: Cli, trees: Any, work: Path, conforms: Conforms
) -> None:
    names = ("AlphaForCausalLM", "ThetaForCausalLM", "NobodyForCausalLM")
    lines = [
        json.dumps({"id": f"o/{name}", "downloads": 9 - at, "config": {"architectures": [name]}})
        for at, name in enumerate(names)
    ]
    miniature.write(work / "m.jsonl", "\n".join(lines))
    asked = ("demand", "m.jsonl", *trees.options)
    found = cli(*asked, "--format", "json", "--status", "native", "--status", "unsupported").json
    conforms(found, "demand")
    assert {row["name"]: row["elsewhere"] for row in found["architectures"]} == {
        "AlphaForCausalLM": [],
        "ThetaForCausalLM": [{"engine": "vllm", "version": "0.2"}, {"engine": "lmdeploy", "version": "0.2"}],
        "NobodyForCausalLM": [],
    }
    assert "unsupported (known elsewhere: vllm, lmdeploy)" in cli(*asked).lines[1]
    assert cli(*asked, "--format", "csv").lines[1].endswith(",vllm lmdeploy")
    by_vllm = cli("demand", "m.jsonl", "--engine", "lmdeploy", "--format", "json").json["architectures"]
    assert {row["name"]: [each["engine"] for each in row["elsewhere"]] for row in by_vllm} == {
        "AlphaForCausalLM": ["vllm"],
        "NobodyForCausalLM": [],
    }


@pytest.mark.usefixtures("others")
def test_a_branch_that_adds_one_says_who_had_it(
    cli: Cli, trees: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    miniature.commit(trees.sglang)
    trees.register("ThetaForCausalLM", file="theta.py")
    monkeypatch.chdir(trees.sglang)
    done = cli("diff", "--base", "HEAD", "--transformers", str(trees.transformers), "--format", "json")
    (change,) = done.json["changes"]
    assert (change["name"], change["kind"], change["before"]["state"]) == (
        "ThetaForCausalLM", "gained", "unsupported",
    )  # fmt: skip
    assert change["before"]["because"] == (
        "transformers 9.9.9 has no such class either; known elsewhere: vllm 0.2, lmdeploy 0.2"
    )


@pytest.mark.usefixtures("others")
def test_the_script_reads_the_document_and_finds_nothing_new_in_it(cli: Cli, trees: Any, work: Path) -> None:
    cli("rebuild", *trees.options)
    text = (work / DOCUMENT).read_text(encoding="utf-8")
    public = {name for names in miniature.HF_FILES.values() for name in names}
    found = [
        NewRow(name=name, file="native.py" if status == "native" else "", hf=name in public)
        for name, (_, status) in miniature.ROWS.items()
    ]
    assert seed_reader.names(text) == {*miniature.ROWS, *ELSEWHERE, "Total"}
    assert seed_reader.update(text, found, today="2026-02-02") == text
    new = NewRow(name="MuForCausalLM", file="mu.py")
    after = seed_reader.update(text, [*found, new], today="2026-02-02")
    assert third_kind(miniature.write(work / "after.md", after)) == THIRD
    assert "| Text-only | 4 | 2 | 1 | 7 |" in after
    assert "| Embedding/Classification | 1 | 2 | 1 | 4 |" in after
    assert "> **3** no fallback (23%) — need full implementation" in after
    trees.register("MuForCausalLM", file="mu.py")
    told = cli("update", *trees.options, "--doc", "after.md", "--check", "--format", "json").json
    assert (told["added"], told["stale"]) == ([], [])


# -- the shipped histories -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> tuple[dict[str, list[str]], dict[str, tuple[Role, str]]]:
    """What only other engines have by the shipped data: the models with their engines, and the rest with reasons."""
    histories = Histories({}, SHIPPED)
    known: set[str] = set()
    for engine in ("sglang", "transformers"):
        history, newest = histories.release(engine)
        known |= history.run_as(newest.version).keys()
    models, left_out = models_elsewhere(known_elsewhere(histories, but="sglang"), known)
    return (
        {name: [each.engine for each in found] for name, found in models.items()},
        {each.name: (each.role, each.source) for each in left_out},
    )


@pytest.mark.parametrize(
    ("name", "engines"),
    [
        ("GLM4VForCausalLM", ["vllm"]),
        ("CogVLMForCausalLM", ["lmdeploy", "llama-cpp"]),
        ("ChatGLMForConditionalGeneration", ["vllm", "lmdeploy", "llama-cpp", "onnxruntime-genai"]),
        ("HCXVisionV2ForCausalLM", ["vllm", "exllamav3"]),
        ("Phi4ForCausalLMV", ["vllm", "llama-cpp"]),  # its name looks like a draft's
    ],
)
def test_a_model_that_only_others_have_is_one(shipped: Any, name: str, engines: list[str]) -> None:
    assert shipped[0][name] == engines


def test_most_of_these_models_have_an_example(shipped: Any) -> None:
    sources = example_sources(Histories({}, SHIPPED))
    assert 2 * sum(example_of(name, sources) is not None for name in shipped[0]) > len(shipped[0])


@pytest.mark.parametrize(
    ("name", "role", "source"),
    [
        ("EagleLlamaForCausalLM", Role.DRAFT, "vllm _SPECULATIVE_DECODING_MODELS"),
        ("ExtractHiddenStatesModel", Role.DRAFT, "vllm _SPECULATIVE_DECODING_MODELS"),
        ("GlmMoeDsaMTPModel", Role.DRAFT, "its name: GlmMoeDsaForCausalLM"),
        ("TransformersForMTP", Role.WRAPPER, "vllm declares it as a wrapper"),
    ],
)
def test_what_the_engines_say_is_no_model_is_left_out(
    shipped: Any, name: str, role: Role, source: str
) -> None:
    assert shipped[1][name] == (role, source)
    assert name not in shipped[0]


@pytest.mark.parametrize("name", ["LlamaForCausalLM", "T5ForConditionalGeneration", "DeepseekV41ForCausalLM"])
def test_what_sglang_or_transformers_has_or_sglang_runs_as_another_is_neither(
    shipped: Any, name: str
) -> None:
    assert name not in shipped[0]
    assert name not in shipped[1]


def test_every_draft_that_is_known_by_its_name_alone_is_of_an_engine_without_a_table_of_drafts(
    shipped: Any,
) -> None:
    others = known_elsewhere(Histories({}, SHIPPED), but="sglang")
    by_name = [name for name, (_, source) in shipped[1].items() if source.startswith("its name")]
    assert by_name
    assert {each.engine for name in by_name for each in others[name]} <= {"lmdeploy", "exllamav3"}


# -- which documents -------------------------------------------------------------------------------


def document(*lines: str) -> Any:
    table = "| Architecture | Native | HF | SGLang File | Example HF Model |\n|---|---|---|---|---|\n"
    return parse(
        f"## Text-only Language Models (Generative)\n\n{table}" + "".join(f"{line}\n" for line in lines)
    )


EMPTY, FULL = "| **ZetaForCausalLM** |  |  |  |  |", "| **AlphaForCausalLM** | Y |  | `a.py` |  |"


@pytest.mark.parametrize(
    ("lines", "wanted", "expected"),
    [
        ((FULL,), None, False),
        ((FULL,), True, True),
        ((FULL,), False, False),
        ((FULL, EMPTY), None, True),
        ((FULL, EMPTY), False, True),  # its rows are held against what others have all the same
        (None, None, True),
        (None, True, True),
        (None, False, False),
    ],
)
def test_what_others_have_is_looked_up_only_where_it_may_matter(
    lines: tuple[str, ...] | None, wanted: bool | None, expected: bool  # noqa: FBT001
) -> None:  # fmt: skip
    assert may_have_rows(None if lines is None else document(*lines), wanted=wanted) is expected


def test_a_document_whose_rows_are_all_known_reads_no_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archtrack.app.elsewhere.Histories", None)
    sglang = miniature.inventory("sglang", miniature.registration("AlphaForCausalLM"))
    matrix = join(sglang, miniature.inventory("transformers"), patterns=())
    assert fitted(matrix, document(FULL), {}, wanted=None) is matrix
