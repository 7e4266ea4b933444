"""The seed's own script and archtrack on each other's documents."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from archtrack.core.columns import further
from archtrack.core.document import parse
from archtrack.core.lint import lint
from archtrack.core.merge import MergeOptions, merge
from archtrack.model import Category, Matrix, MatrixRow, Place, Registration, Status, TransformersFacts
from archtrack.render.markdown import rebuild

REPOSITORY = Path(__file__).parents[2]
PAGE = REPOSITORY.parent / "shared" / "seed" / "update-model-tracking-incremental.md"
SHORT = REPOSITORY / "tests" / "data" / "seed_short.md"

NATIVE = {
    "alpha.py": "class AlphaForCausalLM: ...\nEntryClass = AlphaForCausalLM\n",
    "beta.py": "EntryClass = [\n    BetaForCausalLM,\n    BetaForCausalLMNextN,\n]\n",
    "sight.py": "EntryClass = [SightForConditionalGeneration]\n",
}
PUBLIC = "".join(
    f"class {name}(Base):\n    pass\n"
    for name in ("BetaForCausalLM", "BetaModel", "DeltaForCausalLM", "GammaForSequenceClassification")
)
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


def registration(name: str, file: str) -> Registration:
    facts = TransformersFacts(exported=True, backend_compatible=name.startswith("Beta"))
    place = Place(file=file, line=1)
    return Registration(name=name, file=file, place=place, defined_in="m", transformers=facts)


def status(name: str) -> Status:
    if name in FILES:
        return Status.NATIVE
    return Status.FALLBACK if name.startswith("Beta") else Status.REFUSED


def the_matrix() -> Matrix:
    public = set(re.findall(r"class (\w+)", PUBLIC))
    rows = tuple(
        MatrixRow(
            name=name,
            category=CATEGORIES.get(name, Category.TEXT),
            category_source="test",
            status=status(name),
            native=registration(name, FILES[name]) if name in FILES else None,
            hf=registration(name, "models/beta/modeling_beta.py") if name in public else None,
        )
        for name in sorted({*FILES, *public})
    )
    return Matrix(rows=rows, inventories=())


MATRIX = the_matrix()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    models = tmp_path / "python" / "sglang" / "srt" / "models"
    models.mkdir(parents=True)
    for name, text in NATIVE.items():
        (models / name).write_text(text, encoding="utf-8")
    package = tmp_path / "site" / "transformers"
    (package / "models" / "beta").mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "models" / "beta" / "modeling_beta.py").write_text(PUBLIC, encoding="utf-8")
    return tmp_path


def run_seed(tree: Path, text: str) -> tuple[str, str]:
    """The document and the output after the seed's script has run on a document."""
    assert PAGE.is_file(), (
        f"this test reads the seed's page at ../shared/seed/{PAGE.name} beside the repository"
    )
    script = re.search(r"<< 'PYEOF'\n(.*?)\nPYEOF\n", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert script, "the seed's page holds its script between PYEOF lines"
    document = tree / "MODEL_SUPPORT_TRACKING.md"
    document.write_bytes(text.encode())
    environment = {**os.environ, "PYTHONPATH": str(tree / "site"), "PYTHONUTF8": "1"}
    done = subprocess.run(  # noqa: S603 - the interpreter that runs the tests, the seed's own script
        [sys.executable, "-c", script.group(1)],
        cwd=tree, env=environment, capture_output=True, text=True, encoding="utf-8", check=True, timeout=60,
    )  # fmt: skip
    return document.read_bytes().decode(), done.stdout


def without(*names: str) -> Matrix:
    return Matrix(rows=tuple(row for row in MATRIX.rows if row.name not in names), inventories=())


COLUMNS = pytest.mark.parametrize("columns", [(), ("fallback",), ("notes", "fallback")])
PASSING = re.compile(r"^> of these, \*\*(\d+)\*\* pass the backend's own check", re.MULTILINE)


@COLUMNS
def test_the_seed_finds_every_row_of_a_rebuilt_document_and_changes_nothing(
    tree: Path, columns: tuple[str, ...]
) -> None:
    text = rebuild(MATRIX, "2026-01-01", columns=columns)
    assert PASSING.findall(text) == ["1"]
    after, said = run_seed(tree, text)
    assert f"Existing architectures in doc: {len(MATRIX.rows) + 1}\n" in said  # it counts the total's row too
    assert "No new architectures found." in said
    assert after == text


@COLUMNS
def test_what_the_seed_adds_to_a_rebuilt_document_is_what_archtrack_adds(
    tree: Path, columns: tuple[str, ...]
) -> None:
    missing = ("AlphaForCausalLM", "BetaForCausalLMNextN", "GammaForSequenceClassification")
    text = rebuild(without(*missing), "2026-01-01", columns=columns)
    after, said = run_seed(tree, text)
    assert re.findall(r"^  \+ (\w+)  \[(.+)\]$", said, re.MULTILINE) == [
        ("AlphaForCausalLM", "native (alpha.py)"),
        ("BetaForCausalLMNextN", "native (beta.py)"),
        ("GammaForSequenceClassification", "HF transformers"),
    ]
    (date,) = re.findall(r"Last updated:\*\* (\S+)", after)
    options = MergeOptions(date=date, columns=columns)
    ours = merge(parse(text), MATRIX, options=options)
    assert [row.name for row in ours.added] == list(missing)
    # The seed leaves the stats line stale where a blank line stands above it; archtrack then finds only that.
    assert {finding.code for finding in lint(parse(after), columns=further(columns))} == {"stale-counts"}
    recounted = merge(parse(after), MATRIX, options=options)
    assert recounted.added == ()
    # The seed knows five columns, so the rows that it adds end there: one of them lacks what the fallback does.
    assert [[cell.column for cell in one.cells] for one in recounted.stale] == (
        [["Fallback"]] if columns else []
    )
    done = merge(parse(after), MATRIX, options=replace(options, refresh=True))
    assert [row.name for row in parse(done.text).rows] == [row.name for row in parse(ours.text).rows]
    assert merge(parse(done.text), MATRIX, options=replace(options, refresh=True)).text == done.text
    if not columns:
        assert done.text == recounted.text == ours.text
    assert ours.text == rebuild(MATRIX, date, columns=columns)


@COLUMNS
def test_by_turns_the_two_come_to_rest(tree: Path, columns: tuple[str, ...]) -> None:
    text = SHORT.read_text(encoding="utf-8")
    options = MergeOptions(date="2026-02-02", columns=columns, refresh=True)
    said = ""
    for matrix in (without("AlphaForCausalLM", "GammaForSequenceClassification"), MATRIX, MATRIX):
        text = merge(parse(text), matrix, options=options).text
        text, said = run_seed(tree, text)
    assert "No new architectures found." in said
    assert merge(parse(text), MATRIX, options=options).text == text
    assert PASSING.findall(text) == ["1"]
    assert lint(parse(text), matrix=MATRIX, columns=further(columns)) == ()


def test_the_seed_and_archtrack_write_the_same_into_a_document_of_neither(tree: Path) -> None:
    text = SHORT.read_text(encoding="utf-8")
    after, _ = run_seed(tree, text)
    (date,) = re.findall(r"Last updated:\*\* (\S+)", after)
    ours = merge(parse(text), MATRIX, options=MergeOptions(date=date))
    theirs = merge(parse(after), MATRIX, options=MergeOptions(date=date))
    assert theirs.added == ()
    assert [row.raw for row in parse(ours.text).rows] == [row.raw for row in parse(after).rows]
    source = re.compile(r"\*\*Source:\*\* .*")
    assert source.sub("", ours.text) == source.sub("", theirs.text)
    assert "**Source:** written by hand\n" in ours.text


def test_the_seed_has_nothing_to_add_after_archtrack(tree: Path) -> None:
    ours = merge(
        parse(SHORT.read_text(encoding="utf-8")), MATRIX, options=MergeOptions(date="2026-02-02")
    ).text
    after, said = run_seed(tree, ours)
    assert "No new architectures found." in said
    assert after == ours
