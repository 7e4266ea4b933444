"""Numbers that change seldom, and what a census says of one architecture."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from archtrack.core.demand.census import Census, Counted, demand_of, rounded
from archtrack.core.document.columns import FURTHER
from archtrack.model import Category, CellText, MatrixRow, Status

A = Counted(name="A", models=45, downloads=12_345_678, example="o/a", example_downloads=9)
CENSUS = Census(
    source="dump.parquet",
    date="2026-01-31",
    measure="downloads",
    models=50,
    downloads=20_000_000,
    nameless_models=5,
    nameless_downloads=7,
    architectures=(A,),
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (7, "7"),
        (100, "100"),
        (104, "100"),
        (105, "110"),
        (995, "1.0k"),
        (1_249, "1.2k"),
        (1_250, "1.3k"),
        (12_345, "12k"),
        (999_499, "1.0M"),
        (12_345_678, "12M"),
        (327_568_969_552, "330B"),
        (1_234_567_890_123, "1,200B"),
    ],
)
def test_a_number_is_rounded_to_two_digits_that_count(number: int, text: str) -> None:
    assert rounded(number) == text


def test_a_rounded_number_stays_the_same_while_the_number_changes_a_little() -> None:
    assert {rounded(number) for number in range(12_000_000, 12_499_999, 10_007)} == {"12M"}


@pytest.mark.parametrize(
    ("name", "census", "text", "words"),
    [
        ("A", CENSUS, "12M / 45 models", "12,345,678 downloads, 45 models (dump.parquet, 2026-01-31)"),
        ("A", replace(CENSUS, date=None), "12M / 45 models", "45 models (dump.parquet)"),
        ("A", replace(CENSUS, architectures=(replace(A, models=1),)), "12M / 1 model", "downloads, 1 models"),
        ("A", replace(CENSUS, architectures=(replace(A, downloads=0),)), "0 / 45 models", "0 downloads"),
        ("B", CENSUS, "", "no model names it (dump.parquet, 2026-01-31)"),
        ("B", replace(CENSUS, whole=True), "0", "no model names it"),
        # It may be among those that are counted together.
        ("B", replace(CENSUS, whole=True, rest_names=1), "", "no model names it"),
    ],
)
def test_what_a_census_says_of_an_architecture(name: str, census: Census, text: str, words: str) -> None:
    found = demand_of(name, census, "c.json")
    assert (found.text, found.place) == (text, "c.json")
    assert words in found.source


def test_every_cell_that_archtrack_writes_is_known_as_its_own_and_no_other() -> None:
    column = FURTHER["demand"]
    for downloads in (0, 1, 99, 995, 12_345, 999_999, 10**10, 10**13):
        for models in (1, 2, 140_551):
            counted = replace(A, downloads=downloads, models=models)
            text = demand_of("A", replace(CENSUS, architectures=(counted,)), "c").text
            assert column.ours(text), text
            assert re.fullmatch(r"[\w., /]+", text)
    assert column.ours("0")
    assert not any(column.ours(words) for words in ("much", "12M", "see #12", "0 / none", "12M / 45 models!"))


def test_a_row_without_a_census_has_an_empty_cell_and_says_why() -> None:
    row = MatrixRow(name="A", category=Category.TEXT, category_source="", status=Status.NATIVE)
    column = FURTHER["demand"]
    assert column.cell(row) == CellText(text="", source="not looked up: no source gives it a row")
    cell = CellText(text="1 / 1 model", source="words", place="c.json")
    assert column.cell(replace(row, looked_up=(("demand", cell),))) == cell
