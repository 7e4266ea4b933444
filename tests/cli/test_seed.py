"""The script that archtrack grew out of and the command on each other's documents, from the same trees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import miniature
import seed_reader
from archtrack.core.document.parse import parse
from miniature import Cli
from seed_reader import NewRow

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = "MODEL_SUPPORT_TRACKING.md"
PUBLIC = {name for names in miniature.HF_FILES.values() for name in names}
IN_TREES = [
    NewRow(name=name, file="native.py" if status == "native" else "", hf=name in PUBLIC)
    for name, (_, status) in miniature.ROWS.items()
]
"""What the script finds in the two trees."""
ADDED = [
    NewRow(name="EpsilonForSequenceClassification", hf=True),
    NewRow(name="GammaForCausalLM", file="gamma.py"),
    NewRow(name="GammaVLForCausalLM", file="gamma.py"),
]


def sections(text: str) -> list[tuple[str, str]]:
    return [(section.category.value, row.name) for section in parse(text).sections for row in section.rows]


@pytest.mark.parametrize("columns", ["", 'columns = ["fallback", "notes"]'])
def test_the_script_knows_what_update_wrote_and_both_add_the_same_rows_to_the_same_sections(
    cli: Cli, trees: Any, work: Path, columns: str
) -> None:
    miniature.write(work / "archtrack.toml", columns)
    assert cli("update", *trees.options).code == 0
    before = (work / DOCUMENT).read_bytes().decode()
    assert seed_reader.names(before) == {*miniature.ROWS, "Total"}  # the total's row is one to it
    assert seed_reader.update(before, IN_TREES, today="2026-02-02") == before
    trees.register("GammaForCausalLM", "GammaVLForCausalLM", file="gamma.py")
    trees.public("epsilon", "EpsilonForSequenceClassification")
    ours = cli("update", *trees.options)
    theirs = seed_reader.update(before, [*IN_TREES, *ADDED], today="2026-02-02")
    assert sections(theirs) == sections((work / DOCUMENT).read_text(encoding="utf-8"))
    told = re.findall(r"^  \+ (\w+)  \[(native \(\w+\.py\)|HF transformers)", ours.out, re.MULTILINE)
    assert told == [
        ("EpsilonForSequenceClassification", "HF transformers"),
        ("GammaForCausalLM", "native (gamma.py)"),
        ("GammaVLForCausalLM", "native (gamma.py)"),
    ]
    for line in ("Found 3 new architecture(s):", f"Done. Added 3 new architecture(s) to {DOCUMENT}"):
        assert line in ours.lines  # in the script's words
