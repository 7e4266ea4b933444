"""The script that archtrack grew out of and the command on each other's documents, from the same trees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import miniature
import seed_reader
from archtrack.core.document.parse import parse
from seed_reader import NewRow

if TYPE_CHECKING:
    from pathlib import Path

    from miniature import Cli

DOCUMENT = "MODEL_SUPPORT_TRACKING.md"
NATIVE = {
    "AlphaForCausalLM": "alpha.py",
    "BetaForCausalLM": "beta.py",
    "BetaForCausalLMNextN": "beta.py",
    "PooledModel": "pooled.py",
    "SightForConditionalGeneration": "sight.py",
}
PUBLIC = {name for names in miniature.HF_FILES.values() for name in names}
IN_TREES = tuple(
    NewRow(name=name, file=NATIVE.get(name, ""), hf=name in PUBLIC) for name in {*NATIVE, *PUBLIC}
)
"""What the script finds in the two trees."""

ADDED = (
    NewRow(name="EpsilonForSequenceClassification", hf=True),
    NewRow(name="GammaForCausalLM", file="gamma.py"),
    NewRow(name="GammaVLForCausalLM", file="gamma.py"),
)


def run_script(path: Path, *found: NewRow) -> str:
    """The document after the script has run, which is also written."""
    text = path.read_bytes().decode()
    after = seed_reader.update(text, found, today="2026-02-02")
    path.write_bytes(after.encode())
    return after


@pytest.fixture
def document(trees: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the document goes: in the checkout, where both run."""
    monkeypatch.chdir(trees.sglang)
    return trees.sglang / DOCUMENT  # type: ignore[no-any-return]


@pytest.mark.parametrize("columns", ["", 'columns = ["fallback", "notes"]'])
def test_the_script_knows_every_row_of_a_document_that_update_creates(
    cli: Cli, trees: Any, document: Path, columns: str
) -> None:
    miniature.write(trees.sglang / "archtrack.toml", columns)
    assert cli("update", "--transformers", trees.transformers).code == 0
    before = document.read_bytes().decode()
    assert seed_reader.names(before) == {*miniature.ROWS, "Total"}  # the total's row is one to it
    assert run_script(document, *IN_TREES) == before


def sections(path: Path) -> list[tuple[str, str]]:
    parsed = parse(path.read_text(encoding="utf-8"))
    return [(section.category.value, row.name) for section in parsed.sections for row in section.rows]


def test_both_add_the_same_rows_to_the_same_sections(cli: Cli, trees: Any, document: Path) -> None:
    cli("update", "--transformers", trees.transformers)
    before = document.read_bytes()
    trees.register("GammaForCausalLM", "GammaVLForCausalLM", file="gamma.py")
    trees.public("epsilon", "EpsilonForSequenceClassification")
    ours = cli("update", "--transformers", trees.transformers)
    ours_rows = sections(document)
    document.write_bytes(before)
    run_script(document, *IN_TREES, *ADDED)
    assert sections(document) == ours_rows
    told = re.findall(r"^  \+ (\w+)  \[(native \(\w+\.py\)|HF transformers)", ours.out, re.MULTILINE)
    assert told == [
        ("EpsilonForSequenceClassification", "HF transformers"),
        ("GammaForCausalLM", "native (gamma.py)"),
        ("GammaVLForCausalLM", "native (gamma.py)"),
    ]
    for line in ("Found 3 new architecture(s):", f"Done. Added 3 new architecture(s) to {DOCUMENT}"):
        assert line in ours.lines  # in the script's words
