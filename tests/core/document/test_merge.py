from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archtrack.core.document.columns import FURTHER
from archtrack.core.document.lint import fix
from archtrack.core.document.markdown import HEADINGS, code_cell, name_cell
from archtrack.core.document.merge import MergeOptions, MergeResult, merge
from archtrack.core.document.outdated import Change, Expectations
from archtrack.core.document.parse import parse, render
from archtrack.errors import DocumentError
from archtrack.model import Broken, Category, Example, Matrix, MatrixRow, Place, Registration, Status
from miniature import inventory, matrix_row, public, registration

TEXT, EMBEDDING, MULTIMODAL = HEADINGS.values()
HEADER = "| Architecture | Native | HF | SGLang File | Example HF Model |\n|---|---|---|---|---|\n"
TITLES = ("Native", "HF", "SGLang File", "Example HF Model")
DATE = "2026-11-24"


def entry(
    name: str, file: str = "", *, hf: bool = False, example: str = "", category: Category = Category.TEXT
) -> MatrixRow:
    return matrix_row(
        name,
        category,
        Status.NATIVE if file else Status.FALLBACK,
        native=registration(name, file, 7) if file else None,
        hf=public(name, file="models/x/modeling_x.py", line=7) if hf else None,
        example=Example(id=example, source="test") if example else None,
    )


def matrix(*rows: MatrixRow, more: tuple[Registration, ...] = ()) -> Matrix:
    rows = tuple(sorted(rows, key=lambda row: row.name))
    native = tuple(row.native for row in rows if row.native)
    classes = tuple(row.hf for row in rows if row.hf) + more
    return Matrix(
        rows=rows,
        inventories=(inventory("sglang", *native), inventory("transformers", *classes)),
        known=frozenset(one.name for one in (*native, *classes)),
    )


def merged(text: str, *rows: MatrixRow, more: tuple[Registration, ...] = (), **options: Any) -> MergeResult:
    return merge(parse(text), matrix(*rows, more=more), options=MergeOptions(date=DATE, **options))


def section(heading: str, *rows: str, stats: str = "") -> str:
    return f"{heading}\n\n{HEADER}{''.join(row + chr(10) for row in rows)}\n{stats}"


# ---- what a new row does to a document, one case a row ----------------------------------------------------

STATS = "**1** native / **0** HF-only / **0** no fallback / **1** total\n"
OLD = "| **Bb** | Y | Y | `b.py` | o/b |"
NEW = "| **Aa** | Y |  | `a.py` | o/a |"
BARE = OLD.replace("o/b", "")
ADDED = entry("Aa", "a.py", example="o/a")
KEPT = entry("Bb", "b.py", hf=True)
TRUTH = entry("Bb", "b.py", hf=True, example="o/b")


def with_row(text: str, new: str = NEW) -> tuple[str, str]:
    """Before and after: ``+`` is where the new row comes, as a line of its own."""
    return re.sub(r"^\+(\r\n|\r|\n)", "", text, flags=re.MULTILINE), text.replace("+", new)


def with_stats(stats: str, again: str | None = None) -> tuple[str, str]:
    """Before and after: a stats line."""
    return section(TEXT, OLD, stats=stats), section(TEXT, NEW, OLD, stats=again or stats)


TWO_NATIVE = "**2** native / **0** HF-only / **0** no fallback / **2** total\n"
SPEEDS = "| Model | tok/s |\n|-|-|\n| **Aa** | 3 |\n\n"
REORDERED = (
    "| Native | Architecture | Owner | HF | File |\n|-|-|-|-|-|\n+\n| Y | **Bb** | me | Y | `b.py` |\n"
)
OWNERS = section(TEXT, "+", f"{OLD} me |").replace("Model |\n|", "Model | Owner |\n|-|")
ALIGNED = (
    "| Name       | SGLang | HF  | File   | Example |\n|:-|:-|:-|:-|:-|\n+\n"
    "| **Bb**     | Y      | Y   | `b.py` | o/b     |\n"
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(*with_row(section(TEXT, "+", OLD)), id="in its place"),
        pytest.param(section(TEXT), section(TEXT, NEW, BARE), id="in an empty table"),
        pytest.param(*with_row(section(TEXT, "+", OLD).replace("\n", "\r\n")), id="CRLF"),
        pytest.param(*(each.replace("\n", "\r") for each in with_row(section(TEXT, "+", OLD))), id="CR"),
        pytest.param(*with_row(section(TEXT, "+", OLD).rstrip()), id="no final newline, row moves down"),
        pytest.param(
            section(TEXT, OLD, "| **A** |  |  |  |  |").rstrip(),
            section(TEXT, "| **A** |  |  |  |  |", NEW, OLD).rstrip(),
            id="unsorted rows are sorted when something else is written",
        ),
        pytest.param(*with_row("\ufeff" + section(TEXT, "+", OLD)), id="byte order mark"),
        pytest.param(*with_stats(STATS, TWO_NATIVE), id="stats below a blank line"),
        pytest.param(*with_stats("**9** native / 0 HF only / 9\n", TWO_NATIVE), id="stats of another form"),
        pytest.param(
            *with_stats("**9** native / in 2023, see wiki\n"), id="a sentence that begins like stats"
        ),
        pytest.param(*with_stats("**Legend:** native / by hand\n"), id="prose in bold is no stats line"),
        pytest.param(
            *with_row(section(TEXT, "+", OLD).replace(HEADER, f"    {NEW}\n\n{HEADER}")),
            id="an example in an indented code block",
        ),
        pytest.param(*with_row(OWNERS, f"{NEW}  |"), id="a column to the right"),
        pytest.param(
            *with_row(f"{TEXT}\n\n{REORDERED}", "| Y | **Aa** |  |  | `a.py` |"),
            id="columns in another order, no example",
        ),
        pytest.param(*with_row(f"{TEXT}\n\n{ALIGNED}"), id="aligned by a formatter, other titles"),
        pytest.param(
            f"{TEXT}\n\nProse.\n\n---\n\n## More\n",
            f"{TEXT}\n\nProse.\n\n{HEADER}{NEW}\n{BARE}\n\n---\n\n## More\n",
            id="a section without a table",
        ),
        pytest.param(
            f"{TEXT}\n**0** native / \n",
            f"{TEXT}\n\n{HEADER}{NEW}\n{BARE}\n\n{TWO_NATIVE}",
            id="a section with nothing but stats",
        ),
        pytest.param(*with_row(section(TEXT, "+", OLD, "", "| **Cc** |")), id="a table with a gap"),
        pytest.param(
            *with_row(section(TEXT, "+", OLD).replace(HEADER, SPEEDS + HEADER)),
            id="a table about something else",
        ),
    ],
)
def test_a_new_row_goes_where_it_belongs_and_nothing_else_moves(before: str, after: str) -> None:
    result = merged(before, KEPT, ADDED)
    assert result.text == after
    again = merged(result.text, KEPT, ADDED)
    assert (again.changed, again.text) == (False, result.text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(section(TEXT, OLD, stats=STATS), id="counts right"),
        pytest.param(section(TEXT, OLD), id="no stats, no summary"),
        pytest.param(section(EMBEDDING, OLD, stats=STATS), id="moved to another section by hand"),
        pytest.param(section(TEXT, OLD, stats=STATS.rstrip() + "  see below\n"), id="words behind the stats"),
        pytest.param(section(TEXT, "| **Zz** |  |  |  |  |", OLD), id="out of order, but nothing to write"),
        pytest.param(section(TEXT, "|**Bb**|Y|Y|`b.py`|"), id="no spaces, a cell less"),
        pytest.param(section(TEXT, BARE), id="an example that is known now"),
        pytest.param(section(TEXT, OLD) + "> **Last updated:** 2020-01-01 | **Source:** m\n", id="old date"),
    ],
)
def test_nothing_new_changes_nothing(text: str) -> None:
    result = merged(text, TRUTH)
    assert (result.changed, result.text) == (False, text)
    assert (result.added, result.recounted) == ((), ())


def test_stale_counts_alone_are_put_right_and_told() -> None:
    before, after = (f"> **Last updated:** {day} | **Source:** mine\n" for day in ("2020-01-01", DATE))
    result = merged(section(TEXT, OLD, stats=STATS.replace("1", "3")) + before, KEPT)
    assert result.text == section(TEXT, OLD, stats=STATS) + after
    assert (result.changed, result.recounted, result.added) == (True, (7,), ())


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("> **Last updated:** 2020-01-01 | **Source:** mine\n", "2020-01-01"),
        ("**Last updated:** 2020-01-01, by hand\n", "2020-01-01"),
        ("> **Last updated:** never | **Source:** x\n", "never"),
        ("> **Last updated:** | **Source:** x\n", ""),
        ("> **Last updated:** some day\n", None),
        ("```\n**Last updated:** 2020-01-01\n```\n", None),
    ],
)
def test_only_the_date_of_the_line_with_the_date_is_written(line: str, day: str | None) -> None:
    after = line if day is None else line.replace(f":** {day}", f":** {DATE}{'' if day else ' '}", 1)
    assert merged(line + "\n" + section(TEXT, OLD), KEPT, ADDED).text.startswith(after + "\n")


PASSING = "> of these, **{}** pass the backend's own check (`is_backend_compatible()`)"
SUMMARY = """## Overall Summary

| Category | Native | HF-only | No fallback | Total |
|---|---|---|---|---|
| Text-only | {0} |
| Embedding/Classification | {1} |
| Multimodal | {2} |
| **Total** | {3} |

> **{4}** natively supported ({5}%) — optimized SGLang implementations
> **{6}** HF fallback only ({7}%) — may work via `TransformersForCausalLM`
> **{8}** no fallback ({9}%) — need full implementation
"""


def test_the_summary_counts_what_the_sections_hold_with_floor_percentages() -> None:
    before = section(TEXT, OLD) + "\n" + section(MULTIMODAL) + "\n"
    stale = SUMMARY.format("0 | 0 | 0 | 0", "0 | 0 | 0 | 0", "7 |  ", "**0** | **0** | 0 | ", *[0] * 6)
    rows = [KEPT, ADDED, entry("Cc", hf=True, category=Category.MULTIMODAL)]
    total = "**2** | **1** | 0 | **3**"
    right = SUMMARY.format("2 | 0 | 0 | 2", "0 | 0 | 0 | 0", "0 | 1 | 0 | 1", total, 2, 66, 1, 33, 0, 0)
    right = right.replace("`TransformersForCausalLM`\n", f"`TransformersForCausalLM`\n{PASSING.format(1)}\n")
    assert merged(before + stale, *rows).text.endswith("\n" + right)


SUMMARY_TABLE = (
    "| Category | Native | HF Fallback Only | No Fallback | Total | Since |\n|---|---|---|---|---|---|\n"
)
QUOTE = "> **7** natively supported (7%) - all of them\n"


def test_an_empty_total_has_zero_percent_and_only_numbers_are_replaced() -> None:
    padded = "| Text-only   | 7      | 0       | 0           | 7     | 7 |\n"
    text = f"{section(TEXT)}\n## Overall Summary\n\n{SUMMARY_TABLE}{padded}\n{QUOTE}"
    fixed = padded.replace("7  ", "0  ")
    right = QUOTE.replace("7", "0")
    assert merged(text).text == f"{section(TEXT)}\n## Overall Summary\n\n{SUMMARY_TABLE}{fixed}\n{right}"


@pytest.mark.parametrize(
    "own",
    [
        f"{SUMMARY_TABLE}| Text-only models | 7 | 8 | 9 | 9 | x |\n",
        f"{SUMMARY_TABLE}| **Total** so far | 7 | 8 | 9 | 9 | x |\n",
        f"{SUMMARY_TABLE}| Text-only | many | n/a | ~9 | 9+ | x |\n",
        "| Text-only | 1234 | 8 | 7 | 9 |\n",
        "| Kind | Tokens/s | Batch | Owner | Year |\n|---|---|---|---|---|\n| Text-only | 1234 | 8 | alice | 2025 |\n",
        f"### Throughput\n\n{SUMMARY_TABLE}| Text-only | 1234 | 8 | 7 | 2025 | x |\n{QUOTE}",
        "> **12** no fallback tests fail (3%) in CI\n",
        "> **12** natively supported models were tested (3%)\n",
        "> **7** HF fallback\n> Models with no fallback need work.\n",
    ],
)
def test_what_is_the_users_own_in_the_summary_stays(own: str) -> None:
    text = f"{section(TEXT, OLD)}\n## Overall Summary\n\n{own}"
    assert merged(text, KEPT).text == text
    assert fix(parse(text)) == text


def test_only_the_first_of_each_label_and_quoted_line_is_counted() -> None:
    row = "| Text-only | 7 | 7 | 7 | 7 | 7 |\n"
    text = f"{section(TEXT, OLD)}\n## Overall Summary\n\n{SUMMARY_TABLE}{row}{row}\n{QUOTE}{QUOTE}"
    counted = row.replace("7 | 7 | 7 | 7", "1 | 0 | 0 | 1")
    quoted = QUOTE.replace("7", "1", 1).replace("7%", "100%")
    right = f"{counted}{row}\n{quoted}{QUOTE}"
    assert merged(text, KEPT).text == f"{section(TEXT, OLD)}\n## Overall Summary\n\n{SUMMARY_TABLE}{right}"


# ---- rows outside of the sections -------------------------------------------------------------------------

ELSEWHERE = "| **Cc** |  | Y |  |  |"


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        (section(TEXT, OLD) + "\n## Diffusion models\n\n" + HEADER + ELSEWHERE + "\n", [("Cc", 12)]),
        ("| **Cc** | fast |\n\n" + section(TEXT, OLD), [("Cc", 1)]),
        ("| **Cc** | fast |\n\n" + section(TEXT, OLD, ELSEWHERE), []),
        (section(TEXT, OLD, ELSEWHERE).replace(TEXT, f"{TEXT} ##"), []),
    ],
)
def test_a_row_outside_of_the_sections_is_not_added_again(text: str, outside: list[tuple[str, int]]) -> None:
    result = merged(text, KEPT, entry("Cc", hf=True))
    assert result.added == ()
    assert list(result.outside) == outside


def test_a_section_whose_heading_was_renamed_is_not_added_again() -> None:
    text = section(TEXT, OLD) + "\n" + section(MULTIMODAL, ELSEWHERE).replace(MULTIMODAL, "## Pictures")
    result = merged(text, KEPT, entry("Cc", hf=True, category=Category.MULTIMODAL))
    assert (result.text, [name for name, _ in result.outside]) == (text, ["Cc"])


@pytest.mark.parametrize(
    ("underlined", "ends"),
    [
        ("Ours\n----\n", True),
        ("Ours\n=\n", True),
        ("Ours\ntoo\n===\n", True),
        ("- ours\n---\n", False),
        ("Ours\n\n---\n", False),
        (STATS + "---\n", False),
    ],
)
def test_an_underlined_heading_ends_a_section(underlined: str, *, ends: bool) -> None:
    text = f"{section(TEXT, OLD)}\n{underlined}\n{HEADER}{ELSEWHERE}\n"
    document = parse(text)
    assert [row.name for row in document.rows] == (["Bb"] if ends else ["Bb", "Cc"])
    assert [name for name, *_ in document.outside] == (["Cc"] if ends else [])


def test_several_stats_lines_count_the_tables_above_them_and_then_the_section() -> None:
    wrong = "**0** native / **0** HF-only / **0** no fallback / **0** total\n"
    one = f"{HEADER}{OLD}\n\n"
    text = f"{TEXT}\n\n{one}{wrong}\n{one.replace('Bb', 'Cc')}{wrong}\n{wrong}"
    two = STATS.replace("1", "2")
    assert merged(text, KEPT, entry("Cc", "b.py", hf=True)).text == (
        f"{TEXT}\n\n{one}{STATS}\n{one.replace('Bb', 'Cc')}{STATS}\n{two}"
    )


# ---- sections that are not there --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "after"),
    [
        pytest.param("# T\nProse.\n", "# T\nProse.\n\n", id="between lines"),
        pytest.param("\ufeff", "\ufeff", id="above the first line, behind the byte order mark"),
    ],
)
def test_a_section_that_is_put_in_has_blank_lines_around_it(head: str, after: str) -> None:
    result = merged(head + section(MULTIMODAL, OLD), KEPT, ADDED)
    assert result.text == f"{after}{section(TEXT, NEW, stats=STATS)}\n{section(MULTIMODAL, OLD)}"
    assert not merged(result.text, KEPT, ADDED).changed


def test_a_missing_section_is_added_at_its_place() -> None:
    text = f"# T\n\n---\n\n{section(TEXT, OLD)}---\n\n{section(MULTIMODAL)}"
    result = merged(text, KEPT, entry("BertModel", hf=True, category=Category.EMBEDDING))
    stats = "**0** native / **1** HF-only / **0** no fallback / **1** total\n"
    new = section(EMBEDDING, "| **BertModel** |  | Y |  |  |", stats=stats)
    assert result.text == f"# T\n\n---\n\n{section(TEXT, OLD)}---\n\n{new}\n---\n\n{section(MULTIMODAL)}"
    assert result.created == (Category.EMBEDDING,)


def test_missing_sections_at_the_end_follow_in_order() -> None:
    text = section(TEXT, OLD).rstrip()
    rows = [KEPT] + [entry(f"{one.value}Model", hf=True, category=one) for one in Category if one != "text"]
    result = merged(text, *rows)
    assert [line for line in result.text.split("\n") if line.startswith("## ")] == [*HEADINGS.values()]
    assert result.text.startswith(text + "\n\n## ")
    assert result.text.endswith("total")


@pytest.mark.parametrize("text", ["", "\n", "  \r\n\t", "\ufeff"])
def test_an_empty_document_gets_the_sections_that_have_rows(text: str) -> None:
    result = merged(text, KEPT)
    assert [part.category for part in parse(result.text).sections] == [Category.TEXT]
    assert result.text.startswith(text)
    assert not merged(result.text, KEPT).changed


NO_COLUMN = "line 3: this table has no column named HF, File"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# Something else\n", "none of the headings"),
        (f"```\n{section(TEXT, OLD)}", "opened in line 1"),
        (f"{TEXT}\n\n<!-- here\n", "line 3: the code fence or comment that begins here is never closed"),
        (f"{TEXT}\n\n| Architecture | Native |\n|-|-|\n| **Bb** | Y |\n", NO_COLUMN),
    ],
)
def test_a_document_that_cannot_be_updated_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(DocumentError, match=said) as caught:
        merged(text, KEPT)
    assert "\n" not in str(caught.value)


def test_force_adds_the_sections_to_a_document_without_any() -> None:
    assert merged("# Mine\n", KEPT, force=True).text == "# Mine\n\n" + section(TEXT, BARE, stats=STATS)


# ---- rows that are out of date ----------------------------------------------------------------------------

CLASS_WITHOUT_ROW = public("OddThing")
PRIVATE = public("Hidden", facts={"exported": False}, file="odd.py", line=7)


BY_HAND = "| **Bb** | Y | Y | `b.py` (TP only) | by hand |"
GAINED = (Change.GAINED_NATIVE, Change.GAINED_HF)
LOST = (Change.LOST_NATIVE, Change.LOST_HF, Change.UNREGISTERED)


@pytest.mark.parametrize(
    ("row", "changes", "refreshed"),
    [
        (OLD, (), OLD),
        (BY_HAND, (), BY_HAND),
        ("| **Bb** |  | Y |  | x |", (Change.GAINED_NATIVE,), "| **Bb** | Y | Y | `b.py` | x |"),
        ("| **Bb** | Y | Y | `old.py` | x |", (Change.FILE,), "| **Bb** | Y | Y | `b.py` | x |"),
        ("| **Bb** | Y | Y |  |  |", (Change.FILE,), "| **Bb** | Y | Y | `b.py` | o/b |"),
        ("| **Bb** | Y |  | `b.py` | x |", (Change.GAINED_HF,), "| **Bb** | Y | Y | `b.py` | x |"),
        ("| **Bb**   | -    |   | `o.py` | x |", GAINED, "| **Bb**   | Y    | Y | `b.py` | x |"),
        ("|**Bb**|Y|-|`b.py`|", (Change.GAINED_HF,), "|**Bb**|Y|Y|`b.py`|o/b|"),
        ("| **Bb** |", GAINED, "| **Bb** | Y | Y | `b.py` | o/b |"),
        ("| **OddThing** |  | Y |  | x |", (), "| **OddThing** |  | Y |  | x |"),
        ("| **OddThing** | Y | Y | `o.py` | x |", (Change.LOST_NATIVE,), "| **OddThing** |  | Y |  | x |"),
        ("| **Hidden** |  | Y |  | x |", (Change.LOST_HF,), "| **Hidden** |  |  |  | x |"),
        ("| **Wish** |  |  |  | x |", (), "| **Wish** |  |  |  | x |"),
        ("| **Gone** | Y | Y | `a\\|b.py` | a\\|b | mine |", LOST, "| **Gone** |  |  |  | a\\|b | mine |"),
    ],
)
def test_a_row_that_is_out_of_date_is_told_and_rewritten_only_on_request(
    row: str, changes: tuple[Change, ...], refreshed: str
) -> None:
    text = section(TEXT, row, OLD)
    more = (CLASS_WITHOUT_ROW, PRIVATE)
    told = merged(text, TRUTH, more=more)
    assert (told.changed, [one.changes for one in told.outdated]) == (False, [changes] if changes else [])
    done = merged(text, TRUTH, more=more, refresh=True)
    assert refreshed + "\n" in done.text
    assert len(done.refreshed) == any(change.in_cells for change in changes)
    assert not merged(done.text, TRUTH, more=more, refresh=True).changed


UNREGISTERED = "not registered in sglang 1"


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        (OLD, []),
        (BY_HAND, []),
        (
            "| **Bb** |  | Y |  | mine |",
            [("Native", "", "registered", "b.py:7", "Y"), ("SGLang File", "", "b.py", "b.py:7", "`b.py`")],
        ),
        (
            "| **Bb** | Y |  | `b.py` (TP only) | mine |",
            [("HF", "", "public in transformers 1", "models/x/modeling_x.py:7", "Y")],
        ),
        ("| **Bb** | Y | Y | `b.py` |  |", [("Example HF Model", "", "o/b", "test", "o/b")]),
        ("| **Hidden** |  | Y |  | x |", [("HF", "Y", "not public in transformers 1", "odd.py:7", "")]),
        (
            "| **Gone** | Y |  | `g.py` | mine |",
            [("Native", "Y", UNREGISTERED, None, ""), ("SGLang File", "`g.py`", UNREGISTERED, None, "")],
        ),
    ],
)
def test_each_cell_that_changes_is_seen_from_three_sides_and_no_other_changes(
    row: str, cells: list[tuple[str | None, ...]]
) -> None:
    text = section(TEXT, row, OLD)
    done = merged(text, TRUTH, more=(PRIVATE,), refresh=True)
    assert [
        (cell.column, cell.document, cell.source, cell.place, cell.written)
        for one in done.refreshed
        for cell in one.cells
    ] == cells
    assert done.changed == bool(cells)
    now = next(each for each in parse(done.text).rows if f"**{each.name}**" in row)
    assert now.example == (row.split("|")[5].strip() or "o/b")


# ---- further columns ---------------------------------------------------------------------------------------

WIDE = HEADER.replace("Model |\n", "Model | Fallback | Notes |\n").replace("---|\n", "---|---|---|\n")
REFUSED = replace(entry("Cc", hf=True), status=Status.REFUSED, note="slow")
LET = entry("Dd", hf=True)
BOTH = ("fallback", "notes")
HF_ONLY = "| **Cc** |  | Y |  |  |\n| **Dd** |  | Y |  |  |\n"
FILLED = "| **Cc** |  | Y |  |  | refused | slow |\n| **Dd** |  | Y |  |  | Y |  |\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            f"{HEADER}{OLD}\n\n{HF_ONLY}", f"{WIDE}{OLD}  |  |\n\n{FILLED}", id="added, also below a gap"
        ),
        pytest.param(
            "|Architecture|Native|HF|File|Owner|\n|:-|-|-|-|-:|\n|**Bb**|Y|Y|`b.py`|me|\n"
            "|**Cc**||Y||\n|**Dd**||Y||you|excess|\n",
            "|Architecture|Native|HF|File|Owner|Fallback|Notes|\n|:-|-|-|-|-:|---|---|\n|**Bb**|Y|Y|`b.py`|me|||\n"
            "|**Cc**||Y|||refused|slow|\n|**Dd**||Y||you|Y||excess|\n",
            id="a column of somebody's, rows too short and too long, no spaces",
        ),
        pytest.param(
            "| Architecture | Native | *notes* | HF | File |\n| - | - | - | - |\n| **Bb** | Y | mine | Y | `b.py` |\n"
            "| **Cc** |  | mine | Y |  |\n| **Dd** |  |  | Y |  ",
            "| Architecture | Native | *notes* | HF | File | Fallback |\n| - | - | - | - | --- | --- |\n"
            "| **Bb** | Y | mine | Y | `b.py` |  |\n| **Cc** |  | slow | Y |  | refused |\n"
            "| **Dd** |  |  | Y |  | Y |  ",
            id="one is there, in between; a row and the rule too short",
        ),
        pytest.param(
            f"| Name | A | B | C | Notes |\n|-|-|-|-|-|\n{OLD}\n{HF_ONLY}",
            f"| Name | A | B | C | Notes | Fallback | Notes |\n|-|-|-|-|-|---|---|\n{OLD}  |  |\n{FILLED}",
            id="the example's column by its place is nobody else's, whatever its title",
        ),
        pytest.param(*[f"{OLD}\n{HF_ONLY}"] * 2, id="a table without titles has no place for one"),
        pytest.param(*[f"{WIDE}{OLD}\n{FILLED}"] * 2, id="all there; a row that ends early is right"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_refresh_brings_the_chosen_columns_into_every_table(before: str, after: str, newline: str) -> None:
    rows = (replace(KEPT, example=Example(id="o/b", source="t")), REFUSED, LET)
    before, after = (f"{TEXT}\n\n{text}\nProse.\n".replace("\n", newline) for text in (before, after))
    left = merged(before, *rows, columns=BOTH)
    assert (left.changed, left.text, left.added_columns) == (False, before, ())
    done = merged(before, *rows, columns=BOTH, refresh=True)
    assert done.text == after
    assert done.added_columns == left.missing_columns
    assert not merged(after, *rows, columns=BOTH, refresh=True).changed
    assert not merged(before, *rows, refresh=True).changed  # not chosen, and what is there is somebody's


def test_new_rows_and_tables_fill_the_chosen_columns_that_are_there() -> None:
    text = f"{TEXT}\n\n{WIDE}{OLD} x | y |\n\n{EMBEDDING}\n\n{HEADER}{OLD.replace('Bb', 'Ee')}\n"
    rows = (
        entry("Ee", "b.py", hf=True, category=Category.EMBEDDING),
        replace(LET, category=Category.EMBEDDING),
        entry("Ff", hf=True, category=Category.MULTIMODAL),
    )
    done = merged(text, KEPT, REFUSED, *rows, columns=("fallback",))
    assert "| **Cc** |  | Y |  |  | refused |  |\n" in done.text
    assert "| **Dd** |  | Y |  |  |\n" in done.text
    assert " Model | Fallback |\n|---|---|---|---|---|---|\n| **Ff** |  | Y |  |  | Y |\n" in done.text
    assert OLD + " x | y |\n" in done.text
    assert [one.changes for one in done.outdated] == [(Change.COLUMN,)]


def test_a_cell_of_a_chosen_column_is_told_with_what_decides_it() -> None:
    decided = public("Cc", compatible=False, facts={"backend_place": Place(file="x.py", line=3)})
    row = replace(REFUSED, hf=decided)
    text = section(TEXT, "| **Cc** |  | Y |  |  | Y | old |").replace(HEADER, WIDE)
    (told,) = merged(text, row, columns=BOTH, notes=(("Cc", "archtrack.toml:4"),)).outdated
    assert told.changes == (Change.COLUMN,)
    assert [(cell.document, cell.source, cell.place, cell.written) for cell in told.cells] == [
        ("Y", "is_backend_compatible() is False", "x.py:3", "refused"),
        ("old", "note of an override", "archtrack.toml:4", "slow"),
    ]


PLACE = Place(file="b.py", line=2)
FLAW = Broken(reason="transformers 1 has no x", place=PLACE, condition=None, certain=True, through=())
SAID = "cannot be imported: transformers 1 has no x"
GONE = "no override has a note, and the module can be imported"


@pytest.mark.parametrize(
    ("flaw", "note", "before", "after", "source"),
    [
        (None, None, "", "", None),
        (None, None, "mine", "mine", None),
        (None, "slow", "mine", "slow", "note of an override"),
        (FLAW, None, "", SAID, "the module fails to import"),
        (FLAW, None, "mine", SAID, "the module fails to import"),
        (FLAW, None, SAID, SAID, None),
        (FLAW, "slow", SAID, "slow", "note of an override"),
        (None, None, SAID, "", GONE),
        (None, None, "cannot be imported: something else", "", GONE),
        (replace(FLAW, certain=False), None, "", "", None),
    ],
)
def test_notes_tell_why_a_module_fails_to_import_and_keep_what_a_maintainer_wrote(
    flaw: Broken | None, note: str | None, before: str, after: str, source: str | None
) -> None:
    status = Status.UNIMPORTABLE if flaw and flaw.certain else Status.NATIVE
    row = replace(KEPT, broken=flaw, note=note, status=status)
    text, right = (f"{TEXT}\n\n{WIDE}{OLD}  | {cell} |\n" for cell in (before, after))
    done = merged(text, row, columns=BOTH, refresh=True)
    assert done.text == right
    told = [cell for one in done.refreshed for cell in one.cells]
    assert [cell.source.startswith(source or "?") for cell in told] == ([True] if source else [])
    if source == "the module fails to import":
        assert told[0].place == "b.py:2"


# ---- the rows that pass the backend's own check ------------------------------------------------------------

QUOTED = "> **1** HF fallback only (50%) — may work via `TransformersForCausalLM`\n"
TOLD = f"{PASSING.format(1)}\n"


@pytest.mark.parametrize(
    ("quotes", "options", "after"),
    [
        (QUOTED, {}, QUOTED),
        (QUOTED, {"refresh": True}, QUOTED + TOLD),
        (QUOTED, {"new": True}, QUOTED.replace("50%", "33%") + TOLD),
        (QUOTED + TOLD, {}, QUOTED + TOLD),
        (QUOTED + TOLD, {"refresh": True}, QUOTED + TOLD),
        (TOLD + QUOTED, {"refresh": True}, TOLD + QUOTED),
        (QUOTED + TOLD.replace("1", "9"), {}, QUOTED + TOLD),
        (QUOTED + TOLD.replace("**1**", "****"), {}, QUOTED + TOLD),
        (QUOTED + "> of these, **9** pass the backend's own check - so what?\n", {},
         QUOTED + "> of these, **1** pass the backend's own check - so what?\n"),
        (QUOTED + "> of these, **9** are mine\n", {}, QUOTED + "> of these, **9** are mine\n"),
        ("", {"refresh": True}, ""),
        (QUOTED.rstrip(), {"refresh": True}, (QUOTED + TOLD).rstrip()),
    ],
)  # fmt: skip
def test_how_many_pass_is_kept_right_where_it_is_told_and_added_with_other_changes_or_refresh(
    quotes: str, options: dict[str, bool], after: str
) -> None:
    options = dict(options)
    new = (ADDED,) if options.pop("new", False) else ()
    text = section(TEXT, OLD, "| **Dd** |  | Y |  |  |") + "## Overall Summary\n\n"
    done = merged(text + quotes, KEPT, LET, *new, **options)
    assert done.text.partition("## Overall Summary\n\n")[2] == after
    assert done.passing == 1
    assert done.changed == (quotes != after)
    assert not merged(done.text, KEPT, LET, *new, **options).changed


@pytest.mark.parametrize(
    ("row", "passing"),
    [
        ("| **Dd** |  | Y |  |  |", 1),
        ("| **Dd** | Y | Y |  |  |", 0),
        ("| **Dd** |  |  |  |  |", 0),
        ("| **Cc** |  | Y |  |  |", 0),
        ("| **OddThing** |  | Y |  |  |", 1),
        ("| **Hidden** |  | Y |  |  |", 0),
        ("| **Gone** |  | Y |  |  |", 0),
    ],
)
def test_only_hf_only_rows_whose_class_passes_are_counted(row: str, passing: int) -> None:
    refused = replace(REFUSED, hf=public("Cc", compatible=False))
    expectations = Expectations(matrix(LET, refused, more=(CLASS_WITHOUT_ROW, PRIVATE)))
    assert expectations.passing(parse(section(TEXT, row)).rows) == passing


def test_a_release_without_the_check_adds_no_line_and_a_line_without_sources_is_left() -> None:
    text = section(TEXT, "| **Dd** |  | Y |  |  |") + f"## Overall Summary\n\n{QUOTED.replace('50%', '100%')}"
    silent = replace(LET, hf=public("Dd", compatible=None))
    done = merged(text, silent, refresh=True)
    assert (done.changed, done.passing) == (False, None)
    assert not merged(text + TOLD, silent, refresh=True).changed


def test_a_row_in_another_section_than_archtrack_would_choose_is_only_told() -> None:
    result = merged(section(EMBEDDING, OLD), KEPT, refresh=True, prune=True)
    assert [one.changes for one in result.outdated] == [(Change.CATEGORY,)]
    assert not result.changed


def test_prune_removes_what_no_engine_knows_and_nothing_else() -> None:
    text = section(TEXT, "| **Aa** | Y | | `x.py` | |", OLD, "| **Hidden** | | | | |", stats=STATS)
    result = merged(text, KEPT, more=(PRIVATE,), prune=True)
    assert [one.row.name for one in result.pruned] == ["Aa"]
    stats = "**1** native / **0** HF-only / **1** no fallback / **2** total\n"
    assert result.text == section(TEXT, OLD, "| **Hidden** | | | | |", stats=stats)
    assert not merged(result.text, KEPT, more=(PRIVATE,), prune=True).changed


def test_the_last_row_of_a_document_without_final_newline_can_be_pruned() -> None:
    result = merged(section(TEXT, OLD, "| **Gone** |  | Y |  |  |").rstrip(), KEPT, prune=True)
    assert result.text == section(TEXT, OLD).rstrip()


def test_the_result_says_what_was_added_and_what_the_counts_were() -> None:
    rows = (KEPT, ADDED, entry("Cc", hf=True, category=Category.EMBEDDING))
    result = merged(section(TEXT, OLD), *rows)
    assert [row.name for row in result.added] == ["Aa", "Cc"]
    assert [row.category for row in result.added] == [Category.TEXT, Category.EMBEDDING]
    before, after = dict(result.before), dict(result.after)
    assert [before[one].numbers for one in Category] == [(1, 0, 0, 1), (0, 0, 0, 0), (0, 0, 0, 0)]
    assert [after[one].numbers for one in Category] == [(2, 0, 0, 2), (0, 1, 0, 1), (0, 0, 0, 0)]


HOSTILE = [
    "a|b", "a\\", "a\\|", "**", "a**b", "`x`", "<script>", "a\nb", "\r\n| **Evil** | Y |", "\x00\x1b[31m", "", " ",
    "\u202eabc", "\u2028", "&lt;", "[x](javascript:0)", "~~a~~", "-->", "```", "## Overall Summary", "é" * 300,
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_file_or_id_makes_one_row_and_no_markup(name: str) -> None:
    one = entry(name, name or "f.py", hf=True, example=name)
    result = merged(section(TEXT, OLD), KEPT, one)
    document = parse(result.text)
    assert [row.name for row in document.rows] == sorted(["Bb", name_cell(name)])
    (row,) = (row for row in document.rows if row.name != "Bb")
    assert (row.native, row.hf, row.file, row.extra) == ("Y", "Y", code_cell(name or "f.py"), ())
    assert not re.search(r"[<\x00-\x09\x0b-\x1f\u202e\u2028]", row.raw)
    again = merged(result.text, KEPT, one)
    assert (again.changed, again.outdated) == (False, ())


# ---- laws -------------------------------------------------------------------------------------------------

NAMES = ["Aa", "AaForCausalLM", "Bb", "B_b", "Zz", "aa", "Éa", "模型", "X1", "X10", "X2", "Gone"]
CELLS = ["", "Y", "`f.py`", "org/model-1", "a\\|b", "`a|b`", "x\u2028y", "ü\x0cz", "no", "\\"]
PROSE = [
    "Some prose.", "", "---", "| a | b |", "> quoted", "**bold** text", "### Nested", "\u2028", "| **Loose** | Y | | |",
    "```\n| **Hidden** | Y |\n```", "<!--\n## Overall Summary\n-->", "\x85\x0b", "- item", "1. `code",
    "> **Last updated:** 2020-02-02 | **Source:** x",
]  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> str:
    prose = st.lists(st.sampled_from(PROSE), max_size=3)
    lines = ["# Title", *draw(prose)]
    for heading in draw(st.lists(st.sampled_from([TEXT, EMBEDDING, MULTIMODAL]), min_size=1, max_size=4)):
        lines += ["", heading, *draw(prose), ""]
        extra = draw(st.integers(0, 2))
        if draw(st.integers(0, 5)):
            more = draw(st.sampled_from([["Owner", "Note"], ["Fallback", "Owner"], ["Owner", "**notes**"]]))
            titles = ["Architecture", "Native", "HF", "File", "Example", *more][: 5 + extra]
            lines += ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]
            for name in draw(st.lists(st.sampled_from(NAMES), max_size=5)):
                flags = draw(st.lists(st.sampled_from(["Y", ""]), min_size=2, max_size=2))
                cells = draw(st.lists(st.sampled_from(CELLS), min_size=2 + extra, max_size=2 + extra))
                pad, end = " " * draw(st.integers(0, 3)), draw(st.sampled_from([" |", ""]))
                lines.append(f"| {' | '.join([f'**{name}**', *flags, *cells])}{pad}{end}")
        lines += draw(st.sampled_from([[], [""], ["", ""]]))
        lines += draw(st.sampled_from([[], [STATS.strip()], ["**5** native / x"]]))
    if draw(st.booleans()):
        zero = ["0 | 0 | 0 | 0"] * 4
        lines += ["", *SUMMARY.format(*zero, 1, 2, 3, 4, 5, 6).split("\n")]
        if draw(st.booleans()):
            passing = [PASSING.format(7), PASSING.format(""), "> of these, all pass"]
            lines.insert(-2, draw(st.sampled_from(passing)))
    text = "\n".join([*lines, *draw(prose)]) + draw(st.sampled_from(["", "\n"]))
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return draw(st.sampled_from(["", "\ufeff"])) + text.replace("\n", newline)


COLUMNS = st.lists(st.sampled_from(list(FURTHER)), unique=True).map(tuple)


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    names = draw(
        st.lists(st.sampled_from([*NAMES[:-1], *HOSTILE]) | st.text(max_size=4), unique=True, max_size=8)
    )
    rows = [
        entry(
            name,
            draw(st.sampled_from(["", "f.py", "g.py", "a|b.py"])),
            hf=draw(st.booleans()),
            example=draw(st.sampled_from(["", "org/model", "a|b"])),
            category=draw(st.sampled_from(list(Category))),
        )
        for name in names
    ]
    notes = st.sampled_from([None, None, "a note", "a|b"])
    return matrix(*(replace(row, note=draw(notes), status=draw(st.sampled_from(Status))) for row in rows))


def ends(lines: tuple[str, ...]) -> Counter[str]:
    return Counter(line.rstrip("\r\n") for line in lines)


@settings(max_examples=250, deadline=None)
@given(documents(), matrices(), COLUMNS)
def test_laws_of_a_merge(text: str, truth: Matrix, columns: tuple[str, ...]) -> None:
    options = MergeOptions(date=DATE, columns=columns)
    document = parse(text)
    result = merge(document, truth, options=options)
    after = parse(result.text)
    assert render(after) == result.text
    assert result.changed == (result.text != text)
    # Existing rows byte for byte, and none added twice.
    old, new = ends(tuple(row.raw for row in document.rows)), ends(tuple(row.raw for row in after.rows))
    assert not old - new
    assert (new - old).total() == len(result.added)
    # Prose in its order, untouched.
    counted = {number for section in document.sections for number in section.stats} | set(document.updated)
    if document.summary:
        counted |= {number for _, number in (*document.summary.rows, *document.summary.quotes)}
    rows = {row.line for row in document.rows}
    prose = [line for number, line in enumerate(document.lines, 1) if number not in counted | rows]
    rest = iter(line.rstrip("\r\n") for line in after.lines)
    assert all(line.rstrip("\r\n") in rest for line in prose)
    # Everything has a row, if only one outside of the sections.
    elsewhere = {name for name, *_ in document.outside}
    assert {name_cell(row.name) for row in truth.rows} <= {row.name for row in after.rows} | elsewhere
    # Line endings and the final newline are the document's.
    if text.count("\r\n") == text.count("\n") > 0:
        assert result.text.count("\r\n") == result.text.count("\n") == result.text.count("\r")
    assert result.text.endswith(("\r", "\n")) == text.endswith(("\r", "\n"))
    if result.changed:
        for part in after.sections:
            for table in part.tables:
                names = [row.name for row in table.rows]
                assert names == sorted(names)
    # Merging again changes nothing, whatever the day.
    again = merge(after, truth, options=replace(options, date="2030-01-01"))
    assert (again.changed, again.text) == (False, result.text)


@settings(max_examples=250, deadline=None)
@given(documents(), matrices(), COLUMNS)
def test_laws_of_a_refresh(text: str, truth: Matrix, columns: tuple[str, ...]) -> None:
    options = MergeOptions(date=DATE, refresh=True, columns=columns)
    text = text.replace("a|b", "a\\|b")  # which pipes divide a row that has too many is anybody's guess
    document = parse(text)
    result = merge(document, truth, options=options)
    after = parse(result.text)
    again = merge(after, truth, options=replace(options, date="2030-01-01"))
    assert (again.changed, again.text, again.refreshed, again.added_columns) == (False, result.text, (), ())
    told = {one.row.line: {cell.column: cell for cell in one.cells} for one in result.refreshed}
    titles = {FURTHER[name].title.casefold() for name in columns}
    fresh = {name_cell(row.name) for row in result.added}
    old_tables = [table for part in document.sections for table in part.tables]
    new_tables = [table for part in after.sections for table in part.tables]
    new_tables = [table for table in new_tables if {row.name for row in table.rows} - fresh]
    for old, new in zip([one for one in old_tables if one.rows], new_tables, strict=False):
        own = [
            index for index, title in enumerate(old.titles)
            if index not in old.own and title.strip("*").casefold() not in titles
        ]  # fmt: skip
        was = sorted(old.rows, key=lambda row: row.name)
        rows = sorted((row for row in new.rows if row.name not in fresh), key=lambda row: row.name)
        for before, now in zip(was, rows, strict=True):
            assert before.name == now.name
            assert now.example == before.example or not before.example
            assert [old.cell(before, index) for index in own] == [new.cell(now, index) for index in own]
            assert before.extra[old.width - len(old.own) :] == now.extra[new.width - len(new.own) :]
            if before.raw.rstrip("\r\n") == now.raw.rstrip("\r\n"):
                assert before.line not in told
            # Every cell that is another one now is told, and none that is not.
            cells = told.get(before.line, {})
            five = zip(TITLES, (before.native, before.hf, before.file, before.example),
                       (now.native, now.hf, now.file, now.example), strict=True)  # fmt: skip
            for title, said, says in five:
                assert (title in cells) == (said != says)
                assert said == says or (cells[title].document, cells[title].written) == (said, says)
        if old.titles and old.rows:
            assert all(new.place(FURTHER[name].title) is not None for name in columns)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["Y", ""]), st.sampled_from(["Y", ""])), max_size=8), matrices())
def test_stats_summary_and_percentages_equal_a_recount(flags: list[tuple[str, str]], truth: Matrix) -> None:
    rows = [f"| **Old{index}** | {native} | {hf} |  |  |" for index, (native, hf) in enumerate(flags)]
    stats = STATS.replace("1", "77")
    parts = [
        section(TEXT, *rows[::2], stats=stats),
        section(EMBEDDING, *rows[1::2], stats=stats),
        section(MULTIMODAL, stats=stats),
    ]
    zero = ["7 | 7 | 7 | 7"] * 4
    text = "\n".join([*parts, SUMMARY.format(*zero, 7, 7, 7, 7, 7, 7)])
    lines = merge(parse(text), truth, options=MergeOptions(date=DATE)).text.split("\n")
    found: dict[str, list[int]] = {}
    heading = ""
    for line in lines:
        if line.startswith("## "):
            heading = line
            found[heading] = [0, 0, 0, 0]
        elif line.startswith("| **") and not line.startswith("| **Total") and heading:
            cells = re.split(r"(?<!\\)\|", line.replace("\\\\", ""))
            native, hf = cells[2].strip() == "Y", cells[3].strip() == "Y"
            found[heading][0 if native else 1 if hf else 2] += 1
            found[heading][3] += 1
    said = [line for line in lines if line.startswith("**") and "native /" in line]
    counted = [found[heading] for heading in HEADINGS.values()]
    assert [re.findall(r"\d+", line) for line in said] == [[str(n) for n in each] for each in counted]
    total = [sum(numbers) for numbers in zip(*counted, strict=True)]
    tail = [re.findall(r"\d+", line) for line in lines[lines.index("## Overall Summary") :]]
    expected = [*counted, total]
    expected += [[number, number * 100 // total[3] if total[3] else 0] for number in total[:3]]
    if any(row.hf for row in truth.rows):  # every class of these matrices passes
        written = {name_cell(row.name): row for row in truth.rows}
        expected.insert(6, [sum(row.hf is not None and row.native is None for row in written.values())])
    assert [line for line in tail if line] == [[str(number) for number in line] for line in expected]
