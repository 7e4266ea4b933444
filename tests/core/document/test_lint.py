from __future__ import annotations

from pathlib import Path

import pytest

from archtrack.core.document.columns import further
from archtrack.core.document.lint import fix, lint
from archtrack.core.document.markdown import HEADINGS
from archtrack.core.document.parse import parse
from archtrack.model import Category, Matrix, MatrixRow, Status
from miniature import READ, matrix_row, public, registration

SEED = (Path(__file__).parents[2] / "data" / "seed_short.md").read_text(encoding="utf-8")
MULTIMODAL = HEADINGS[Category.MULTIMODAL]
BETA = "| **BetaForCausalLM** | Y | Y | `beta.py` | lab/beta-7b |\n"
DELTA = "| **DeltaForCausalLM** |  | Y |  |  |\n"
SIGHT = "| **SightForConditionalGeneration** |  |  |  | lab/sight-2b |\n"
MORE = "**1** native / **1** HF-only"


def findings(text: str, matrix: Matrix | None = None) -> list[tuple[int, str, bool]]:
    return [(one.line, one.code, one.fixable) for one in lint(parse(text), matrix=matrix)]


def test_a_consistent_document_has_no_findings_and_is_left_alone() -> None:
    assert findings(SEED) == []
    assert fix(parse(SEED)) == SEED


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            DELTA, DELTA.replace("|  |", "| Y |", 1), [(10, "native-without-file", False)], id="file"
        ),
        pytest.param(DELTA, DELTA.replace("| Y |", "| yes |"), [(10, "flag", False)], id="flag"),
        pytest.param(DELTA, DELTA.replace("Delta", "Delta-"), [(10, "name", False)], id="name"),
        pytest.param(DELTA, DELTA[:-3] + "\n", [(10, "malformed-row", False)], id="a cell less"),
        pytest.param(DELTA, DELTA[:-1] + " x | y |\n", [(10, "malformed-row", False)], id="a cell more"),
        pytest.param(
            SIGHT,
            SIGHT.replace("|  |  |  |", "|  |  | `a|b` |"),
            [(29, "malformed-row", False)],
            id="pipe in a code span",
        ),
        pytest.param(
            SIGHT, SIGHT.replace("|  |  |  |", "|  |  | `a\\|b` |"), [], id="escaped pipe in a code span"
        ),
        pytest.param(SIGHT, f"{SIGHT}| Plain | | | | |\n", [(30, "malformed-row", False)], id="no row"),
        pytest.param(BETA + DELTA, DELTA + BETA, [(10, "order", True)], id="order"),
        pytest.param(MORE, "**2** native / **1** HF-only", [(12, "stale-counts", True)], id="stats"),
        pytest.param("| **4** |", "| **5** |", [(42, "stale-counts", True)], id="total"),
        pytest.param("(50%)", "(51%)", [(45, "stale-counts", True)], id="percentage"),
        pytest.param("## Overall Summary", "## Summary", [(0, "missing-summary", False)], id="no summary"),
        pytest.param(
            "| SGLang File |", "| Source |", [(n, "unknown-column", False) for n in (7, 18, 27)], id="titles"
        ),
        pytest.param("lab/sight-2b |\n\n", "lab/sight-2b |\n\n```\n", [(31, "unclosed", False)], id="fence"),
    ],
)
def test_each_fault_is_found_in_its_line(old: str, new: str, expected: list[tuple[int, str, bool]]) -> None:
    assert old in SEED
    entailed = {"stale-counts", "missing-summary"}  # not what the case is about, unless it says so
    found = findings(SEED.replace(old, new))
    assert [one for one in found if one in expected or one[1] not in entailed] == expected


def test_a_row_twice_is_a_duplicate_and_only_identical_ones_are_removed() -> None:
    same = SEED.replace(BETA, BETA + BETA)
    assert (10, "duplicate-row", True) in findings(same)
    assert fix(parse(same)) == SEED
    other = SEED.replace(BETA, BETA + BETA.replace("7b", "8b"))
    assert (10, "duplicate-row", False) in findings(other)
    assert BETA + BETA.replace("7b", "8b") in fix(parse(other))


def test_a_row_in_two_sections_is_told_with_the_other_line_and_left() -> None:
    text = SEED.replace(SIGHT, BETA + SIGHT)
    (found,) = (one for one in lint(parse(text)) if one.code == "two-sections")
    assert found.line == 29
    assert found.message == "BetaForCausalLM is in another section too, in line 9; remove one"
    assert fix(parse(text)).count(BETA) == 2


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("lab/sight-2b", []),
        ("`lab/sight-2b`", []),
        ("[lab/sight-2b](https://huggingface.co/lab/sight-2b)", []),
        ("https://huggingface.co/lab/sight-2b", []),
        ("", []),
        ("(generic)", []),
        ("(none published)", []),
        ("-", []),
        ("arcee ai Trinity-Mini", ["example-id"]),
        ("gpt2", ["example-id"]),
        ("see the wiki", ["example-id"]),
        ("https://example.org/lab/sight", ["example-id"]),
        ("a/b, c/d", ["example-id"]),
        ("lab/other", ["example-contradicted"]),
        ("`lab/other`", ["example-contradicted"]),
    ],
)
def test_an_example_is_an_id_that_nobody_contradicts(cell: str, codes: list[str]) -> None:
    text = SEED.replace("lab/sight-2b", cell)
    found = lint(parse(text), contradicted=lambda _, model: "x says Y" if model == "lab/other" else None)
    assert [each.code for each in found] == codes
    assert not any(each.fixable for each in found)
    assert fix(parse(text)) == text
    if codes == ["example-contradicted"]:
        assert found[0].message == "lab/other is not an example of SightForConditionalGeneration: x says Y"


def test_missing_and_repeated_sections_are_told() -> None:
    assert (0, "missing-section", False) in findings(SEED.replace(MULTIMODAL, "## Other"))
    stats = "\n**0** native / **0** HF-only / **1**"
    assert (32, "duplicate-section", False) in findings(SEED.replace(stats, f"\n\n{MULTIMODAL}\n{stats}"))
    assert [code for _, code, _ in findings("")] == ["missing-section"] * 3 + ["missing-summary"]


def test_columns_that_cannot_be_told_are_a_finding() -> None:
    text = SEED.replace("| Architecture | Native |", "| Native | Model |", 1)
    assert (7, "columns", False) in findings(text)


STATS = "**{0}** native / **0** HF-only / **0** no fallback / **{0}** total"


@pytest.mark.parametrize(
    ("lines", "fixed"),
    [
        (["{row}", "{seven}", "{row}", "{seven}"], ["{row}", "{one}", "{one}"]),
        (["{row}", "{seven}", "", "{head}", "{row}", "{seven}"], ["{row}", "{one}", "", "{head}", "{none}"]),
        (["{row}", "{row}", "|---|", "{seven}"], ["{row}", "|---|", "{none}"]),
    ],
    ids=["a table is gone", "a table without rows", "a row becomes the header"],
)
def test_fix_counts_what_is_left_when_a_repeated_row_is_gone(lines: list[str], fixed: list[str]) -> None:
    words = {
        "row": "| **Aa** | Y |  | `a` | x |",
        "head": "| Architecture | Native | HF | File |\n|---|---|---|---|",
        **{name: STATS.format(number) for name, number in (("none", 0), ("one", 1), ("seven", 7))},
    }
    before, after = ("\n".join([HEADINGS[Category.TEXT], *each]).format(**words) for each in (lines, fixed))
    assert fix(parse(before)) == after
    assert fix(parse(after)) == after


def test_a_table_of_more_columns_than_are_read_is_told() -> None:
    head = "| Architecture | Native | HF | File |"
    text = f"{HEADINGS[Category.TEXT]}\n{head}{' x |' * 200}\n{'|---' * 204}|\n| **Aa** |\n"
    assert (2, "columns", False) in findings(text)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_fix_sorts_counts_and_keeps_everything_else(newline: str) -> None:
    spoilt = (
        SEED.replace(BETA + DELTA, DELTA + BETA + BETA)
        .replace("(25%)", "(1%)")
        .replace("| 0 | 1 | 0 | 1 |", "||")
    )
    right = SEED.replace("\n", newline)
    assert fix(parse(spoilt.replace("\n", newline))) == right


FURTHER_COLUMNS = SEED.replace("Example HF Model |\n|---", "Example HF Model | Fallback |\n|---|---")
EXTRA = FURTHER_COLUMNS.replace("lab/beta-7b |", "lab/beta-7b |  | x |")


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        (FURTHER_COLUMNS, ("fallback",), []),  # rows that end with the five are those of another tool
        (FURTHER_COLUMNS, ("fallback", "notes"), []),
        (FURTHER_COLUMNS, ("notes",), ["unknown-column"] * 3 + ["malformed-row"] * 4),
        (FURTHER_COLUMNS, (), ["unknown-column"] * 3 + ["malformed-row"] * 4),
        (EXTRA, ("fallback",), ["malformed-row"]),
    ],
)
def test_a_chosen_column_is_known(text: str, columns: tuple[str, ...], expected: list[str]) -> None:
    found = [one.code for one in lint(parse(text), columns=further(columns))]
    assert sorted(found) == sorted(expected)


def test_with_sources_the_number_of_rows_that_pass_is_held_against_them() -> None:
    names = ("BetaForCausalLM", "BetaModel", "DeltaForCausalLM")
    rows = tuple(matrix_row(name, status=Status.FALLBACK, hf=public(name)) for name in names)
    line = "> **2** HF fallback only (50%) — may work via `TransformersForCausalLM`\n"
    for number, expected in ((2, []), (1, [(46, "stale-counts", False)])):
        text = SEED.replace(line, f"{line}> of these, **{number}** pass the backend's own check\n")
        found = findings(text, Matrix(rows=rows, inventories=READ, known=frozenset(names)))
        assert [one for one in found if one[1] == "stale-counts"] == expected
        assert not [one for one in findings(text) if one[1] == "stale-counts"]
        assert fix(parse(text)) == text


def test_with_sources_rows_that_are_missing_or_untrue_are_told() -> None:
    def row(name: str, **found: bool) -> MatrixRow:
        return matrix_row(name, **{source: registration(name, "beta.py") for source in found})

    rows = (
        row("BetaForCausalLM", native=True, hf=True),
        row("BetaModel", hf=True),
        row("DeltaForCausalLM", native=True, hf=True),
        row("NewForCausalLM", hf=True),
        row("SightForConditionalGeneration"),
    )
    matrix = Matrix(rows=rows, inventories=READ)
    assert [(one.line, one.message) for one in lint(parse(SEED), matrix=matrix)] == [
        (0, "NewForCausalLM has no row; 'archtrack update' adds it"),
        (10, "DeltaForCausalLM: gained native support"),
    ]
