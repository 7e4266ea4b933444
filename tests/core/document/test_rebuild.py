from __future__ import annotations

from dataclasses import replace

import pytest

from archtrack.core.document.columns import further
from archtrack.core.document.lint import lint
from archtrack.core.document.merge import MergeOptions, merge
from archtrack.core.document.parse import parse
from archtrack.core.document.rebuild import rebuild
from archtrack.model import Category, Example, Matrix, MatrixRow, Status
from miniature import READ, matrix_row, public, registration

SOURCE = "`EntryClass` in `python/sglang/srt/models/*.py` + `transformers` library classes + HuggingFace `config.json`"


def row(name: str, category: Category, file: str = "", *, hf: bool = False, example: str = "") -> MatrixRow:
    return matrix_row(
        name,
        category,
        native=registration(name, file) if file else None,
        hf=registration(name) if hf else None,
        example=Example(id=example, source="s") if example else None,
    )


FULL = Matrix(
    rows=(
        row("AlphaForCausalLM", Category.TEXT, "alpha.py", hf=True, example="lab/alpha"),
        replace(row("AlphaModel", Category.EMBEDDING, hf=True), status=Status.REFUSED),
        row("BetaForCausalLM", Category.TEXT, "beta.py"),
        row("OddOne", Category.TEXT),
    ),
    inventories=READ,
)
EMPTY = Matrix(rows=(), inventories=READ)


def test_the_document_has_the_seeds_form_line_for_line() -> None:
    text = rebuild(FULL, "2026-11-24")
    assert f"\n> **Last updated:** 2026-11-24 | **Source:** {SOURCE}\n" in text
    _, _, rest = text.partition("\n---\n\n")
    header = "| Architecture | Native | HF | SGLang File | Example HF Model |\n|---|---|---|---|---|\n"
    assert rest == (
        "## Text-only Language Models (Generative)\n\n"
        f"{header}"
        "| **AlphaForCausalLM** | Y | Y | `alpha.py` | lab/alpha |\n"
        "| **BetaForCausalLM** | Y |  | `beta.py` |  |\n"
        "| **OddOne** |  |  |  |  |\n\n"
        "**2** native / **0** HF-only / **1** no fallback / **3** total\n\n---\n\n"
        "## Embedding / Classification / Reward / Retrieval Models\n\n"
        f"{header}"
        "| **AlphaModel** |  | Y |  |  |\n\n"
        "**0** native / **1** HF-only / **0** no fallback / **1** total\n\n---\n\n"
        "## Multimodal Models (Vision / Audio / OCR)\n\n"
        f"{header}\n"
        "**0** native / **0** HF-only / **0** no fallback / **0** total\n\n---\n\n"
        "## Overall Summary\n\n"
        "| Category | Native | HF Fallback Only | No Fallback | Total |\n|---|---|---|---|---|\n"
        "| Text-only | 2 | 0 | 1 | 3 |\n"
        "| Embedding/Classification | 0 | 1 | 0 | 1 |\n"
        "| Multimodal | 0 | 0 | 0 | 0 |\n"
        "| **Total** | **2** | **1** | **1** | **4** |\n\n"
        "> **2** natively supported (50%) — optimized SGLang implementations\n"
        "> **1** HF fallback only (25%) — may work via `TransformersForCausalLM`\n"
        "> **1** no fallback (25%) — need full implementation\n"
    )


@pytest.mark.parametrize("matrix", [FULL, EMPTY])
@pytest.mark.parametrize("columns", [(), ("notes", "fallback")])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_was_rebuilt_needs_no_merge(matrix: Matrix, columns: tuple[str, ...], newline: str) -> None:
    text = rebuild(matrix, "2026-11-24", columns=columns, newline=newline)
    document = parse(text)
    assert [entry.name for entry in document.rows if entry.line] == [
        entry.name for category in Category for entry in matrix.rows if entry.category is category
    ]
    options = MergeOptions(date="2030-01-01", columns=columns, refresh=True)
    result = merge(document, matrix, options=options)
    assert (result.changed, result.text, result.outdated) == (False, text, ())
    assert lint(document, matrix=matrix, columns=further(columns)) == ()
    assert {finding.code for finding in lint(document)} == ({"unknown-column"} if columns else set())


@pytest.mark.parametrize("columns", [(), ("notes", "fallback")])
def test_what_a_merge_adds_makes_a_document_the_rebuilt_one(columns: tuple[str, ...]) -> None:
    before = rebuild(replace(FULL, rows=FULL.rows[::3]), "2026-01-01", columns=columns)
    merged = merge(parse(before), FULL, options=MergeOptions(date="2026-11-24", columns=columns))
    assert merged.text == rebuild(FULL, "2026-11-24", columns=columns)


def test_further_columns_stand_to_the_right_with_their_legend() -> None:
    noted = replace(FULL.rows[0], note="slow | big")
    text = rebuild(replace(FULL, rows=(noted, *FULL.rows[1:])), "2026-11-24", columns=("notes", "fallback"))
    assert "| Architecture | Native | HF | SGLang File | Example HF Model | Notes | Fallback |\n" in text
    assert "| **AlphaForCausalLM** | Y | Y | `alpha.py` | lab/alpha | slow \\| big |  |\n" in text
    assert "| **AlphaModel** |  | Y |  |  |  | refused |\n" in text
    assert "\n- **Notes**: " in text
    assert "\n- **Notes**: " not in rebuild(FULL, "2026-11-24")


def test_how_many_of_the_hf_only_rows_pass_stands_below_them() -> None:
    # One of the two is native.
    rows = [replace(each, hf=each.hf and public(each.name)) for each in FULL.rows]
    lines = rebuild(replace(FULL, rows=tuple(rows)), "2026-11-24").splitlines()
    at = lines.index("> **1** HF fallback only (25%) — may work via `TransformersForCausalLM`")
    assert lines[at + 1] == "> of these, **1** pass the backend's own check (`is_backend_compatible()`)"


def test_a_name_that_is_written_like_another_is_written_once() -> None:
    twins = Matrix(rows=(row("\x00", Category.TEXT), row("\x01", Category.TEXT)), inventories=READ)
    text = rebuild(twins, "2026-11-24")
    assert len(list(parse(text).rows)) == 1
    assert not merge(parse(text), twins, options=MergeOptions(date="2030-01-01")).changed
