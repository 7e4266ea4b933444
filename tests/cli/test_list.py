"""``archtrack list``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import miniature
from miniature import Cli, Conforms

if TYPE_CHECKING:
    from pathlib import Path

NATIVE = [name for name, (_, status) in miniature.ROWS.items() if status == "native"]


def names(done: Any) -> list[str]:
    assert done.code == 0, done.err
    assert done.lines[0].startswith("architecture\tstatus\t")
    return [line.split("\t")[0] for line in done.lines[1:]]


def test_every_architecture_is_listed_with_status_and_category(cli: Cli, trees: Any) -> None:
    done = cli("list", *trees.options)
    rows = [line.split("\t") for line in done.lines[1:]]
    assert {row[0]: (row[2], row[1]) for row in rows} == miniature.ROWS
    assert names(done) == sorted(miniature.ROWS)
    assert done.err.splitlines()[-1] == "9 architectures"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (["--engine", "sglang"], NATIVE),
        (["--engine", "transformers"], [name for name in miniature.ROWS if name.startswith(("BetaM", "Delta"))]
         + ["BetaForCausalLM", "BetaForSequenceClassification"]),
        (["--status", "refused"], ["DeltaForCausalLM", "DeltaForConditionalGeneration"]),
        (["--status", "fallback", "--status", "refused"],
         ["BetaForSequenceClassification", "BetaModel", "DeltaForCausalLM", "DeltaForConditionalGeneration"]),
        (["--status", "unsupported"], []),
        (["--category", "multimodal"], ["SightForConditionalGeneration"]),
        (["--category", "embedding", "--status", "native"], ["PooledModel"]),
        (["--name", "Beta*"],
         ["BetaForCausalLM", "BetaForCausalLMNextN", "BetaForSequenceClassification", "BetaModel"]),
        (["--name", "beta*"], []),
        (["--name", "Alpha*", "--name", "*Model"], ["AlphaForCausalLM", "BetaModel", "PooledModel"]),
        ([], list(miniature.ROWS)),
    ],
)  # fmt: skip
def test_filters_leave_what_fits_all_of_them(
    cli: Cli, trees: Any, filters: list[str], expected: list[str]
) -> None:
    assert names(cli("list", *trees.options, *filters)) == sorted(expected)
    data = cli("list", *trees.options, *filters, "--format", "json").json
    assert [row["name"] for row in data["architectures"]] == sorted(expected)


def test_json_holds_the_contract(cli: Cli, trees: Any, conforms: Conforms) -> None:
    data = cli("list", *trees.options, "--format", "json").json
    conforms(data, "list")
    assert [(each["engine"], each["version"]) for each in data["sources"]] == [
        ("sglang", "7.7.7"), ("transformers", "9.9.9")
    ]  # fmt: skip
    rows = {row["name"]: row for row in data["architectures"]}
    assert rows["BetaForCausalLM"] == {
        "name": "BetaForCausalLM",
        "category": "text",
        "category_source": "transformers MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
        "engines": {
            "sglang": {
                "status": "native",
                "file": "beta.py",
                "line": 9,
                "path": "sglang/srt/models/beta.py",
                "condition": None,
                "broken": None,
            },
            "transformers": {
                "file": "models/beta/modeling_beta.py",
                "line": 14,
                "path": "transformers/models/beta/modeling_beta.py",
                "exported": True,
                "backend_compatible": True,
                "backend_path": "transformers/models/beta/modeling_beta.py",
                "backend_line": 6,
                "bases": ["BetaPreTrainedModel"],
                "auto_mappings": ["MODEL_FOR_CAUSAL_LM_MAPPING_NAMES"],
                "attention_settable": None,
                "flex_attention": None,
                "model_type": None,
                "inputs": [],
            },
        },
        "example": None,
        "note": None,
        "elsewhere": [],
    }
    assert rows["AlphaForCausalLM"]["example"] is None
    assert rows["AlphaForCausalLM"]["engines"]["transformers"]["exported"] is False
    assert rows["DeltaForCausalLM"]["engines"]["sglang"] == {
        "status": "refused", "file": None, "line": None, "path": None, "condition": None, "broken": None
    }  # fmt: skip


def test_strict_is_1_when_a_place_is_unresolved_even_if_it_is_filtered_out(cli: Cli, trees: Any) -> None:
    assert cli("list", *trees.options, "--strict").code == 0
    trees.native("odd.py", "EntryClass = pick()\n")
    done = cli("list", *trees.options, "--strict", "--name", "Nothing")
    assert done.code == 1
    assert "odd.py:1" in done.err


def test_an_override_has_the_last_word_and_says_so(cli: Cli, trees: Any, work: Path) -> None:
    miniature.write(
        work / "archtrack.toml",
        '[overrides.AlphaForCausalLM]\ncategory = "embedding"\nnote = "as seen"\nreason = "it pools"\n'
        '[overrides.BetaForCausalLM]\nexample = "mine/beta"\nreason = "smaller"\n',
    )
    rows = {row["name"]: row for row in cli("list", *trees.options, "--format", "json").json["architectures"]}
    alpha, beta = rows["AlphaForCausalLM"], rows["BetaForCausalLM"]
    told = (alpha["category"], alpha["category_source"], alpha["note"])
    assert told == ("embedding", "override", "as seen")
    assert beta["category"] == "text"
    assert beta["example"] == {"id": "mine/beta", "source": "override: archtrack.toml"}
