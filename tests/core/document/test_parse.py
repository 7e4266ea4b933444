from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from archtrack.core.document.lint import fix, lint
from archtrack.core.document.markdown import HEADINGS, cells_of, escape_cell, split_lines, with_cells
from archtrack.core.document.merge import MergeOptions, merge
from archtrack.core.document.parse import decode, encode, parse, render
from archtrack.errors import DocumentError
from archtrack.model import Category, Matrix, Status
from miniature import READ, matrix_row

SEED = (Path(__file__).parents[2] / "data" / "seed_short.md").read_text(encoding="utf-8")
TEXT, EMBEDDING, MULTIMODAL = HEADINGS.values()
HEADER = "| Architecture | Native | HF | File | Example |\n|---|---|---|---|---|\n"


def names(text: str) -> list[str]:
    return [row.name for row in parse(text).rows]


def test_a_document_is_read_as_sections_rows_counts_and_lines() -> None:
    document = parse(SEED)
    assert [(part.category, part.line, part.end, part.stats) for part in document.sections] == [
        (Category.TEXT, 5, 15, (12,)),
        (Category.EMBEDDING, 16, 24, (21,)),
        (Category.MULTIMODAL, 25, 34, (31,)),
    ]
    first, _, embedding, sight = document.rows
    assert (first.name, first.native, first.hf, first.line) == ("BetaForCausalLM", "Y", "Y", 9)
    assert (first.file, first.example, first.extra) == ("`beta.py`", "lab/beta-7b", ())
    assert first.raw == "| **BetaForCausalLM** | Y | Y | `beta.py` | lab/beta-7b |\n"
    assert (embedding.native, embedding.hf, embedding.file) == ("", "Y", "")
    assert (sight.native, sight.hf, sight.example) == ("", "", "lab/sight-2b")
    counted = [counts.numbers for counts in document.counts().values()]
    assert counted == [(1, 1, 0, 2), (0, 1, 0, 1), (0, 0, 1, 1)]
    assert document.updated == (3,)
    assert document.summary is not None
    assert [category for category, _ in document.summary.rows] == [*Category, None]
    assert [field for field, _ in document.summary.quotes] == ["native", "hf_only", "neither"]
    assert (document.problems, document.unclosed, document.newline) == ((), 0, "\n")


ROW = "| **Aa** | Y |  | `a.py` | o/a |"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{TEXT}\n{HEADER}{ROW}\n", ["Aa"], id="plain"),
        pytest.param(f"\ufeff{TEXT}\n{HEADER}{ROW}", ["Aa"], id="byte order mark, no final newline"),
        pytest.param(f"{TEXT}\r\n{ROW}\r\n", ["Aa"], id="CRLF, no header"),
        pytest.param(f"{TEXT}\r{ROW}\r{ROW}", ["Aa", "Aa"], id="lone CR"),
        pytest.param(f"  {TEXT} \t\n \t{ROW}  \n", ["Aa"], id="white space around"),
        pytest.param(f"{TEXT}\n{ROW}\n### Nested\n\n{ROW}\n", ["Aa", "Aa"], id="nested heading"),
        pytest.param(f"{TEXT}\n|**Aa**|Y|\n", ["Aa"], id="no spaces, few cells"),
        pytest.param(f"{TEXT}\n| **Aa** (beta) | Y |\n", ["Aa"], id="words behind the name"),
        pytest.param(f"{TEXT}\n| **A\\|b** | Y |\n", ["A\\|b"], id="escaped pipe in the name"),
        pytest.param(f"{TEXT}\n{ROW}\n\n{TEXT}\n{ROW}\n", ["Aa", "Aa"], id="the same heading twice"),
        pytest.param(f"{ROW}\n", [], id="before the first section"),
        pytest.param(f"{TEXT}s\n{ROW}\n", [], id="not the exact heading"),
        pytest.param(f"{TEXT}\n## Other\n{ROW}\n", [], id="after the section"),
        pytest.param(f"{TEXT}\n# Other\n{ROW}\n", [], id="after the section, first level"),
        pytest.param(f"{TEXT}\n## Overall Summary\n| **Total** | **1** |\n", [], id="the total is no row"),
        pytest.param(f"{TEXT}\n```md\n{ROW}\n``\n{ROW}\n```\n{ROW}\n", ["Aa"], id="code fence"),
        pytest.param(f"{TEXT}\n~~~~\n{ROW}\n~~~\n~~~~~\n{ROW}\n", ["Aa"], id="tilde fence"),
        pytest.param(f"{TEXT}\n<!--\n{ROW}\n-->\n{ROW}\n", ["Aa"], id="comment"),
        pytest.param(f"{TEXT}\n<!-- x -->\n{ROW}\n", ["Aa"], id="comment of one line"),
        pytest.param(f"{TEXT}\nword <!--\n{ROW}\n-->\n", [], id="comment behind a word"),
        pytest.param(f"{TEXT}\nword <!--\n{ROW}\n-->\n\n{ROW}\n", ["Aa"], id="which its paragraph closes"),
        pytest.param(f"{TEXT}\nword <!--\n\n{ROW}\n-->\n", ["Aa"], id="which its paragraph does not close"),
        pytest.param(f"{TEXT}\n`<!--` \\<!--\n{ROW}\n-->\n", ["Aa"], id="code and an escape open no comment"),
        pytest.param(f"{TEXT}\n<!-- x --> y <!-- z\n\n{ROW}\n\n<!-- -->\n{ROW}\n", ["Aa"], id="open again"),
        pytest.param(f"{TEXT}\n{ROW}\n    {ROW}\n", ["Aa", "Aa"], id="indented among rows"),
        pytest.param(f"{TEXT}\n{ROW[:-1]}<!-- |\n{ROW}\n| --> |\n", ["Aa", "Aa"], id="comment in a cell"),
        pytest.param(f"{TEXT}\n```\n{ROW}\n", [], id="fence never closed"),
        pytest.param(f"{TEXT}\n- ```\n  {ROW}\n  ```\n\n{ROW}\n", ["Aa"], id="fence in a list"),
        pytest.param(f"{TEXT}\n1. ~~~\n   {ROW}\n\n{ROW}\n", ["Aa"], id="fence that ends with its item"),
        pytest.param(f"{TEXT}\n| Aa | Y |\n| *Aa* |\n| **** |\n| ** ** |\n|\n||\n", [], id="no name in bold"),
        pytest.param(f"{TEXT}\n> {ROW}\n- {ROW}\n", [], id="quoted, in a list"),
        pytest.param(f"{TEXT}\u2028{ROW}\n", [], id="U+2028 ends no line"),
        pytest.param(f"{TEXT}\n{ROW[:-1]}\x0b\x0c\x85\u2028 |\n", ["Aa"], id="separators within a cell"),
        pytest.param(f"{TEXT}\n\n| Model | tok/s |\n|-|-|\n{ROW}\n", [], id="another kind of table"),
        pytest.param(
            f"{TEXT}\n\n| M | A | B | C |\n|-|-|-|-|\n| **Aa** | 1 | 2 | 3 |\n", [], id="a wide one"
        ),
        pytest.param(
            f"{TEXT}\n\n| 架构 | 原生 | HF | 文件 | 例 |\n|-|-|-|-|-|\n{ROW}\n", ["Aa"], id="translated"
        ),
        pytest.param("", [], id="empty"),
    ],
)
def test_rows_are_found_in_sections_and_only_there(text: str, expected: list[str]) -> None:
    assert names(text) == expected
    assert render(parse(text)) == text


@pytest.mark.parametrize(
    ("line", "width", "cells"),
    [
        ("| a | b |", 2, ["a", "b"]),
        ("|a|b", 2, ["a", "b"]),
        ("a | b\r\n", 2, ["a", "b"]),
        ("|  |  |\n", 2, ["", ""]),
        (r"| a\|b | c |", 2, [r"a\|b", "c"]),
        (r"| a\\| c |", 2, [r"a\\", "c"]),
        ("| a\\", 1, ["a\\"]),
        ("| `a|b` | c |", 2, ["`a|b`", "c"]),
        ("| `a|b` | c |", 3, ["`a", "b`", "c"]),
        ("| `a | b` |", 2, ["`a", "b`"]),
        ("| ``a`|b`` | c |", 2, ["``a`|b``", "c"]),
        ("|", 1, []),
        ("", 1, []),
    ],
)
def test_cells_are_divided_by_pipes_that_are_not_escaped(line: str, width: int, cells: list[str]) -> None:
    assert cells_of(line, width) == cells


@pytest.mark.parametrize(
    ("line", "changes", "after"),
    [
        ("| a | b |\n", {1: "c"}, "| a | c |\n"),
        ("| a |  |\r\n", {1: "c"}, "| a | c |\r\n"),
        ("| a | b |", {1: ""}, "| a |  |"),
        ("| aaa | b   |", {0: "x", 1: "yy"}, "| x   | yy  |"),
        ("| a | b", {2: "c"}, "| a | b| c "),
        ("|a|b|", {1: "c", 2: "d"}, "|a|c|d|"),
        (r"| a\|b | b | keep |", {1: "c"}, r"| a\|b | c | keep |"),
        ("| a | b |", {}, "| a | b |"),
    ],
)
def test_replacing_cells_keeps_every_other_byte(line: str, changes: dict[int, str], after: str) -> None:
    assert with_cells(line, changes, 2) == after


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("meta-llama/Llama-3.1_8B", "meta-llama/Llama-3.1_8B"),
        ("", ""),
        (" a\tb\r\nc ", "a b c"),
        ("a|b", r"a\|b"),
        ("`<b>&*[x]", r"\`&lt;b&gt;&amp;\*\[x\]"),
        ("a\\", r"a\\"),
        ("\x00\x1b\u202e\u2028a", "\ufffd" * 4 + "a"),
        ("模型", "模型"),
    ],
)
def test_a_cell_cannot_become_markup(text: str, escaped: str) -> None:
    assert escape_cell(text) == escaped


def test_columns_are_found_by_name_and_the_rest_is_extra() -> None:
    header = "| HF | Owner | **File** | native | ARCHITECTURE |\n|-|-|-|-|-|\n"
    text = f"{TEXT}\n{header}| Y | me | f | n | **Aa** | more |\n"
    (row,) = parse(text).rows
    assert (row.name, row.native, row.hf, row.file, row.example) == ("Aa", "n", "Y", "f", "")
    assert row.extra == ("me", "more")


def test_a_tracking_table_whose_columns_cannot_be_told_is_a_problem_with_its_line() -> None:
    document = parse(f"{TEXT}\n\n| Native | Model | HF | x |\n|-|-|-|-|\n{ROW}\n")
    assert [(one.line, one.message.split(";")[0]) for one in document.problems] == [
        (3, "this table has no column named Architecture, File")
    ]
    assert not parse(f"{TEXT}\n\n| Native | Model | HF | x |\n|-|-|-|-|\n| plain |\n").problems


def test_bytes_that_are_not_utf8_are_refused_with_their_place() -> None:
    with pytest.raises(DocumentError, match=r"not UTF-8: byte 5 \(line 2\)"):
        decode(b"ab\ncd\xff")
    assert decode(b"\xef\xbb\xbfa\r\n") == "\ufeffa\r\n"
    assert encode("\ufeffa\r\n") == b"\xef\xbb\xbfa\r\n"
    with pytest.raises(DocumentError, match="character 1 "):
        encode("a\ud800")


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_lines_joined_are_the_text_and_end_only_at_line_feeds_and_carriage_returns(text: str) -> None:
    lines = split_lines(text)
    assert "".join(lines) == text
    assert all(not set("\r\n") & set(line.rstrip("\r\n")) for line in lines)
    assert len(lines) == len(re.findall(r"\r\n|\r|\n|[^\r\n]\Z", text))


FRAGMENTS = [
    *HEADINGS.values(), "## Overall Summary", "# T", "### N", HEADER, "|---|---|---|---|---|", "|-|",
    "| Native | HF |", "| **Aa** | Y |  | `a` | x |", "| **B\\|b** | y |", "|**Cc**", "| ** |", "||",
    "| **Total** | **1** |", "| Text-only | x |", "```", "~~~~", "<!--", "-->", "<!-- x -->",
    "> **1** natively supported (3%)", "> **** no fallback", "**1** native / 3",
    "**9** native / **0** HF-only / **0** no fallback / **1** total x", "**Last updated:** 2020-01-01",
    "\\", "`", "*", "|", " ", "\n", "\r", "\r\n", "\n\n", "\ufeff", "\u2028", "\x00", "\x85", "é", "9" * 5000,
]  # fmt: skip
COUNTED = st.lists(
    st.sampled_from(
        [
            HEADINGS[Category.TEXT], "| **Aa** | Y |  | `a` | x |", "| **Bb** |  | Y |  |", f"{HEADER}\n|-|-|-|-|-|",
            "|-|", "|", "", "x", "    | **Cc** | Y |", "****native /", "**1** native / 2",
            "**1** native / **2** HF-only / **3** no fallback / **4** total",
        ]
    ),
    max_size=14,
).map(lambda lines: "\n".join([HEADINGS[Category.TEXT], *lines]))  # fmt: skip
ANYTHING = st.text() | st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=25).map("".join)
LINES = st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("\n".join)
MATRIX = Matrix(
    rows=tuple(
        matrix_row(name, category, Status.UNSUPPORTED)
        for name, category in zip(("Aa", "Bb", "Cc"), Category, strict=True)
    ),
    inventories=READ,
    known=frozenset({"Aa", "Bb"}),
)


@settings(max_examples=300, deadline=None)
@given(ANYTHING | LINES | COUNTED)
def test_what_is_fixed_once_has_nothing_left_to_fix(text: str) -> None:
    fixed = fix(parse(text))
    assert not [one for one in lint(parse(fixed)) if one.fixable]
    assert fix(parse(fixed)) == fixed


def rendered_names(text: str) -> set[str]:
    """The names in bold that a reader of the rendered page sees; a comment that is left open hides the rest."""
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    visible = re.sub(r"<!--(?:>|.*?(?:-->|\Z))", "", html, flags=re.DOTALL)
    return set(re.findall(r"<strong>(\w+)</strong>", visible))


BLOCKS = [
    "{row}", "{row}", f"{HEADER}\n|---|---|---|---|---|", "", "word", "word <!-- x", "word <!-- x --> y", "<!-- x",
    "<!-- x -->", "-->", "x --> y", "<!-- a --> b <!-- c", "<!-- a --> b <!-- c -->", "a <!-- b --> c <!-- d",
    "`<!--`", "a \\<!-- b", "a `b` <!-- c", "- item <!-- x", "> quote <!-- x", "> more -->", "# h", "---", "<!-->",
    "a <!--> b", "***", "1. <!-- y", "- <!-- y -->",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(BLOCKS), max_size=9))
@example(["> more -->", "word <!-- x", "{row}", "> more -->"])
@example(["1. <!-- y", "1. <!-- y", "-->", "{row}"])
@example(["> more -->", "", "word <!-- x", "{row}", "> more -->"])
def test_a_row_counts_where_a_reader_sees_it(blocks: list[str]) -> None:
    lines = [each.format(row=f"| **R{number}** | Y |  | `a` | x |") for number, each in enumerate(blocks)]
    text = "\n".join([HEADINGS[Category.TEXT], "", *lines])
    document = parse(text)
    found = {row.name for row in document.rows} | {name for name, *_ in document.outside}
    assert found == rendered_names(text)


@settings(max_examples=400, deadline=None)
@given(ANYTHING | LINES, st.booleans(), st.booleans())
def test_any_text_is_a_document_and_merges_once_or_is_refused(text: str, refresh: bool, prune: bool) -> None:  # noqa: FBT001 - drawn
    document = parse(text)
    assert render(document) == text
    lint(document, matrix=MATRIX)
    options = MergeOptions(date="2026-01-01", refresh=refresh, prune=prune)
    try:
        result = merge(document, MATRIX, options=options)
    except DocumentError:
        return
    again = merge(parse(result.text), MATRIX, options=options)
    assert (again.changed, again.text) == (False, result.text)
