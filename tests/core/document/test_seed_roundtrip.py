"""The script that archtrack grew out of and archtrack on each other's documents."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import seed_reader
from archtrack.core.document.columns import further
from archtrack.core.document.lint import lint
from archtrack.core.document.merge import MergeOptions, merge
from archtrack.core.document.parse import parse
from archtrack.model import Category, Matrix, Status
from miniature import READ, matrix_row, public, registration
from seed_reader import NewRow

SHORT = (Path(__file__).parents[2] / "data" / "seed_short.md").read_text(encoding="utf-8")
TODAY = "2026-02-03"

PUBLIC = {"BetaForCausalLM", "BetaModel", "DeltaForCausalLM", "GammaForSequenceClassification"}
FILES = {
    "AlphaForCausalLM": "alpha.py",
    "BetaForCausalLM": "beta.py",
    "BetaForCausalLMNextN": "beta.py",
    "SightForConditionalGeneration": "sight.py",
}
CATEGORIES = {
    "BetaModel": Category.EMBEDDING,
    "GammaForSequenceClassification": Category.EMBEDDING,
    "SightForConditionalGeneration": Category.MULTIMODAL,
}


def status(name: str) -> Status:
    if name in FILES:
        return Status.NATIVE
    return Status.FALLBACK if name.startswith("Beta") else Status.REFUSED


MATRIX = Matrix(
    rows=tuple(
        matrix_row(
            name,
            CATEGORIES.get(name, Category.TEXT),
            status(name),
            native=registration(name, FILES[name]) if name in FILES else None,
            hf=public(name, compatible=name.startswith("Beta")) if name in PUBLIC else None,
        )
        for name in sorted({*FILES, *PUBLIC})
    ),
    inventories=READ,
)
FOUND = tuple(NewRow(name=name, file=FILES.get(name, ""), hf=name in PUBLIC) for name in {*FILES, *PUBLIC})


def run_script(text: str) -> str:
    """The document after the script has run on it in a tree with everything that ``MATRIX`` has."""
    return seed_reader.update(text, FOUND, today=TODAY)


PASSING = re.compile(r"^> of these, \*\*(\d+)\*\* pass the backend's own check", re.MULTILINE)


@pytest.mark.parametrize("columns", [(), ("fallback",), ("notes", "fallback")])
def test_by_turns_the_two_come_to_rest(columns: tuple[str, ...]) -> None:
    text = SHORT
    options = MergeOptions(date="2026-02-02", columns=columns, refresh=True)
    few = replace(MATRIX, rows=tuple(row for row in MATRIX.rows if row.name[0] not in "AG"))
    for matrix in (few, MATRIX, MATRIX):
        text = merge(parse(text), matrix, options=options).text
        before, text = text, run_script(text)
    assert text == before
    assert merge(parse(text), MATRIX, options=options).text == text
    assert PASSING.findall(text) == ["1"]
    assert lint(parse(text), matrix=MATRIX, columns=further(columns)) == ()


def test_the_script_and_archtrack_write_the_same_into_a_document_of_neither() -> None:
    text = SHORT
    after = run_script(text)
    assert f"**Last updated:** {TODAY} |" in after
    ours = merge(parse(text), MATRIX, options=MergeOptions(date=TODAY))
    theirs = merge(parse(after), MATRIX, options=MergeOptions(date=TODAY))
    assert theirs.added == ()
    assert [row.raw for row in parse(ours.text).rows] == [row.raw for row in parse(after).rows]
    source = re.compile(r"\*\*Source:\*\* .*")
    assert source.sub("", ours.text) == source.sub("", theirs.text)
    assert "**Source:** written by hand\n" in ours.text
