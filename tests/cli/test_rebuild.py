"""``archtrack rebuild``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import miniature
from archtrack.core.document.parse import parse
from miniature import Cli, Conforms

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = "MODEL_SUPPORT_TRACKING.md"


@pytest.fixture
def rebuilt(cli: Cli, trees: Any, work: Path) -> Path:
    """A rebuilt document."""
    assert cli("rebuild", *trees.alone, "--date", "2026-01-31").code == 0
    return work / DOCUMENT


def test_a_rebuild_writes_what_an_update_creates(cli: Cli, trees: Any, rebuilt: Path) -> None:
    cli("update", *trees.options, "--date", "2026-01-31", "--doc", "other.md")
    assert rebuilt.read_bytes() == rebuilt.with_name("other.md").read_bytes()


def test_a_rebuild_tells_what_it_changes(cli: Cli, trees: Any, rebuilt: Path, conforms: Conforms) -> None:
    miniature.edit(
        rebuilt,
        ("| **AlphaForCausalLM** | Y |  | `alpha.py` |  |\n", ""),
        ("| **BetaModel** |", "| **BetaHandwritten** |  |  |  | by/hand |\n| **BetaModel** |"),
        ("| **BetaForCausalLM** | Y |", "| **BetaForCausalLM** |  |"),
        ("| **DeltaForCausalLM** |", "| **BetaPreTrainedModel** |  |  |  |  |\n| **DeltaForCausalLM** |"),
    )
    report = cli("rebuild", *trees.alone, "--check", "--format", "json")
    assert report.code == 1
    conforms(report.json, "report")
    assert [each["name"] for each in report.json["added"]] == ["AlphaForCausalLM"]
    assert {each["name"]: each["changes"] for each in report.json["refreshed"]} == {
        "BetaForCausalLM": ["gained_native"]
    }
    assert [each["name"] for each in report.json["pruned"]] == ["BetaPreTrainedModel", "BetaHandwritten"]
    assert {key: sum(each[key] for each in report.json["counts"].values()) for key in ("native", "total")} == {
        "native": 5, "total": 9
    }  # fmt: skip
    done = cli("rebuild", *trees.alone)
    assert "  + AlphaForCausalLM  [native (alpha.py)]" in done.lines
    assert re.search(r"^  ~ line \d+: BetaHandwritten: gets no row$", done.out, re.MULTILINE)
    assert done.lines[-1] == "It lists 9 architectures, 5 of them native."
    assert {row.name for row in parse(rebuilt.read_text(encoding="utf-8")).rows} == set(miniature.ROWS)


def test_line_endings_stay_what_they_were(cli: Cli, trees: Any, rebuilt: Path) -> None:
    rebuilt.write_bytes(rebuilt.read_bytes().replace(b"\n", b"\r\n"))
    assert cli("rebuild", *trees.alone, "--check").code == 0
    trees.register("GammaForCausalLM", file="gamma.py")
    cli("rebuild", *trees.alone)
    data = rebuilt.read_bytes()
    assert b"GammaForCausalLM" in data
    assert data.count(b"\r\n") == data.count(b"\n") > 10


def test_a_file_that_never_was_the_document_is_not_overwritten(cli: Cli, trees: Any, work: Path) -> None:
    readme = miniature.write(work / "README.md", "# Mine\n\nWords.\n")
    done = cli("rebuild", *trees.alone, "--doc", "README.md")
    assert (done.code, done.out) == (5, "")
    assert "README.md: has none of the document's headings; name another with --doc" in done.err
    assert readme.read_text(encoding="utf-8") == "# Mine\n\nWords.\n"
    assert cli("rebuild", *trees.alone, "--doc", "README.md", "--force").code == 0
    assert {row.name for row in parse(readme.read_text(encoding="utf-8")).rows} == set(miniature.ROWS)


def test_a_document_with_unreadable_tables_can_be_rebuilt(cli: Cli, trees: Any, rebuilt: Path) -> None:
    right = rebuilt.read_bytes()
    miniature.edit(rebuilt, ("| Native | HF | SGLang File |", "| HF | Native | Where |"))
    assert cli("update", *trees.options).code == 5
    assert cli("rebuild", *trees.alone, "--date", "2026-01-31").code == 0
    assert rebuilt.read_bytes() == right


def test_the_flags_of_an_update_are_taken(cli: Cli, trees: Any, rebuilt: Path) -> None:
    assert cli("rebuild", *trees.alone, "--refresh", "--prune", "--diff", "--strict").code == 0
    assert rebuilt.is_file()
