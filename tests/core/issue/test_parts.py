"""A document as the body and the comments of an issue: nothing lost, nothing too long, and little changed."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archtrack.core.document.markdown import HEADINGS
from archtrack.core.document.parse import parse
from archtrack.core.issue.parts import LEAST, LIMIT, emptied, issue_of, title_of
from archtrack.core.issue.splitting import Line, size, split_rows
from archtrack.errors import DocumentError

if TYPE_CHECKING:
    from archtrack.core.issue.parts import Issue, Part

SEED = (Path(__file__).parents[2] / "data" / "seed_short.md").read_text(encoding="utf-8")
HEADER = "| Architecture | Native | HF | SGLang File | Example HF Model |"
DELIMITER = "|---|---|---|---|---|"
OURS = re.compile(
    r"<!-- archtrack: part \d+ of tracking issue \S+ -->|_In comments? \d+(?: to \d+)?\._|.* \(continued\)"
    r"|_The table continues in the next comment\._|_Continued from the body:_"
)
TEXT, EMBEDDING, MULTIMODAL = HEADINGS.values()


def row(name: str) -> str:
    return f"| **{name}** | Y |  | `{name.lower()}.py` | lab/{name} |"


def document(names: dict[str, list[str]], *, above: str = "", below: str = "") -> str:
    """One with prose everywhere; ``names`` by heading."""
    lines = ["# Support", "", "Words.", "", "- one", "- two", "", "---", ""]
    for heading in HEADINGS.values():
        rows = [row(name) for name in sorted(names.get(heading, []))]
        lines += [heading, "", *above.splitlines(), *([""] if above else []), HEADER, DELIMITER, *rows, ""]
        lines += [f"**{len(rows)}** native / **0** HF-only / **0** no fallback / **{len(rows)}** total", ""]
        lines += [*below.splitlines(), "", "---", ""]
    lines += ["## Overall Summary", "", "| Category | Native |", "|---|---|", "| **Total** | **3** |", ""]
    return "\n".join(lines)


def split(text: str, limit: int = LEAST, only: tuple[str, ...] = ()) -> Issue:
    return issue_of(parse(text), "TRACKING.md", limit=limit, only=only)


def table(names: list[str], head: str = "") -> str:
    """One of rows with these names."""
    return f"{head}{HEADER}\n{DELIMITER}\n" + "".join(f"{row(name)}\n" for name in names)


def numbered(letters: str, count: int) -> list[str]:
    return [f"{letter}{n:02d}Model" for letter in letters for n in range(count)]


def shown(issue: Issue) -> list[str]:
    return [name for part in issue.parts for name in part.names]


def unnumbered(part: Part) -> str:
    """A part's text but for its marker."""
    return part.text.partition("\n")[2]


def lines_of(text: str) -> Counter[str]:
    return Counter(line for line in re.split(r"\r\n|\r|\n", text) if line.strip())


def kept_whole(text: str, limit: int = LEAST) -> Issue:
    """With every line of the document; what is there besides is archtrack's or the head of a table."""
    issue = split(text, limit)
    assert all(part.size <= limit for part in issue.parts)
    assert [part.number for part in issue.parts] == list(range(len(issue.parts)))
    assert all(title_of(part.text) == "TRACKING.md" and part.text.endswith("\n") for part in issue.parts)
    there, before = lines_of("\n".join(part.text for part in issue.parts)), lines_of(text)
    assert not before - there
    repeated = {HEADER, DELIMITER, *HEADINGS.values()}
    assert [line for line in there - before if line not in repeated and not OURS.fullmatch(line)] == []
    return issue


FIRST, NEXT, KINDS = "ABCDEFGHIJKLMNOPQRSTUVWXYZaz0", "aeiorQ3", ("ForCausalLM", "Model", "")
NAME = st.integers(0, 29 * 7 * 7 * 3 - 1).map(
    lambda n: FIRST[n % 29] + NEXT[n // 29 % 7] + NEXT[n // 203 % 7] + KINDS[n // 1421 % 3]
)
NAMES = st.lists(NAME, unique=True, max_size=90)
DOCUMENTS = st.fixed_dictionaries({TEXT: NAMES, EMBEDDING: NAMES, MULTIMODAL: NAMES})
LIMITS = st.sampled_from((LEAST, 3_000, 8_000, LIMIT))


# -- nothing is lost -------------------------------------------------------------------------------


@given(names=DOCUMENTS, limit=LIMITS)
@settings(max_examples=60)
def test_every_row_is_in_one_part_and_every_line_is_kept(names: dict[str, list[str]], limit: int) -> None:
    text = document(names, above="Above.", below="Below.\n\nFar below.")
    issue = kept_whole(text, limit)
    assert shown(issue) == [each.name for each in parse(text).rows]


@pytest.mark.parametrize("text", [SEED, SEED.replace("\n", "\r\n"), "\ufeff" + SEED, "", "Words\n", "| a |"])
def test_what_fits_stays_in_the_body_line_for_line(text: str) -> None:
    (body,) = split(text, LIMIT).parts
    kept = text.removeprefix("\ufeff").replace("\r\n", "\n").strip("\n")
    assert body.text == f"<!-- archtrack: part 0 of tracking issue TRACKING.md -->\n\n{kept}\n".replace(
        "\n\n\n", "\n\n" if not kept else "\n\n\n"
    )
    assert body.names == tuple(each.name for each in parse(text).rows)


def test_each_section_has_its_comment_and_the_body_says_which() -> None:
    issue = split(document(dict.fromkeys(HEADINGS.values(), numbered("AM", 15))), 3_000)
    sections = ["", "Text-only", "Embedding/Classification", "Multimodal"]
    assert [part.section for part in issue.parts] == sections
    for number, heading in enumerate(HEADINGS.values(), 1):
        counts = "**30** native / **0** HF-only / **0** no fallback / **30** total"
        assert f"{heading}\n\n{counts}\n\n_In comment {number}._\n" in issue.parts[0].text
        assert f"\n\n{heading}\n\n{HEADER}\n" in issue.parts[number].text
    assert "## Overall Summary\n" in issue.parts[0].text
    assert "(continued)" not in "".join(part.text for part in issue.parts)


def test_a_table_that_is_split_has_its_head_in_every_part_and_says_that_it_goes_on() -> None:
    names = {TEXT: numbered("AM", 25), EMBEDDING: ["XModel"]}
    issue = split(document(names, above="Above.", below="Below."))
    first, *_, last = [part for part in issue.parts if part.section == "Text-only"]
    assert first.text.partition("\n\n")[2].startswith(table(["A00Model"], f"{TEXT}\n\nAbove.\n\n"))
    assert first.text.endswith(" |\n\n_The table continues in the next comment._\n")
    assert last.text.partition("\n\n")[2].startswith(f"{TEXT} (continued)\n\n{HEADER}\n{DELIMITER}\n")
    assert f"{row('M24Model')}\n\n" in last.text
    assert last.text.endswith("Below.\n\n---\n")
    assert f"**50** total\n\n_In comments 1 to {last.number}._" in issue.parts[0].text


# -- little is changed -----------------------------------------------------------------------------


@given(names=DOCUMENTS, name=NAME)
@settings(max_examples=60)
def test_a_row_more_or_less_changes_its_part_and_no_other(names: dict[str, list[str]], name: str) -> None:
    names = {heading: [each for each in some if each != name] for heading, some in names.items()}
    before = split(document(names))
    after = split(document({**names, EMBEDDING: [*names[EMBEDDING], name]}))
    if len(before.parts) == 1 or len(after.parts) == 1:
        return
    old, new = ({(part.section, part.names) for part in issue.parts[1:]} for issue in (before, after))
    gone, came = old - new, new - old
    assert len(gone) <= 1
    assert {each for _, part in came for each in part} == {each for _, part in gone for each in part} | {name}
    texts = {unnumbered(part) for part in before.parts}
    changed = [part for part in after.parts if part.section and unnumbered(part) not in texts]
    assert {part.section for part in changed} == {"Embedding/Classification"}
    ends = [part.names for part in after.parts if part.section == "Embedding/Classification"]
    neighbour = not gone and name in (ends[0] + ends[-1])  # it is no longer the first, or the last
    assert len(changed) == len(came) + neighbour


def test_of_parts_that_keep_their_number_a_row_changes_one_and_the_counts_of_the_body() -> None:
    names = dict.fromkeys(HEADINGS.values(), numbered("ADGKMQTX", 15))
    before = split(document(names))
    after = split(document({**names, TEXT: [*names[TEXT], "A07bModel"]}))
    assert len(before.parts) == len(after.parts) > 10
    changed = [new.number for old, new in zip(before.parts, after.parts, strict=True) if old != new]
    assert changed == [0, 1]
    assert row("A07bModel") in after.parts[1].text
    assert "**121** native" in after.parts[0].text


def test_positions_mean_nothing_a_thousand_rows_above_move_no_boundary() -> None:
    tail = [f"T{n:03d}Model" for n in range(200)]
    few, many = (
        split(document({TEXT: [*tail, *(f"B{n:04d}Model" for n in range(count))]}), 4_000)
        for count in (40, 1_000)
    )
    kept = {part.names for part in few.parts if part.names and part.names[0].startswith("T")}
    assert len(kept) > 2
    assert kept <= {part.names for part in many.parts}


# -- what is not a tidy document -------------------------------------------------------------------


SIMPLE = ("", "Words.", "- item", "```", "~~~", "<!--", "-->", "<!-- a -->", "===", "---", "> q")
OTHERS = (
    "    | **X** | Y |",
    "| a | b |",
    "|---|---|",
    HEADER,
    DELIMITER,
    "## Other",
    "### Sub",
    "<details>",
    "| **X** | Y |",
)
LINES = st.sampled_from((*SIMPLE, *OTHERS, *HEADINGS.values()))
ROWS_AMONG = st.lists(NAME.map(row), min_size=1, max_size=40)


@given(
    lines=st.lists(st.one_of(LINES.map(lambda line: [line]), ROWS_AMONG), max_size=60),
    newline=st.sampled_from(("\n", "\r\n", "\r")),
)
@settings(max_examples=100)
def test_of_any_text_nothing_is_lost(lines: list[list[str]], newline: str) -> None:
    text = newline.join(line for some in lines for line in some)
    try:
        issue = split(text)
    except DocumentError:  # a line that is too long, as below
        return
    assert all(part.size <= LEAST for part in issue.parts)
    assert Counter(shown(issue)) == Counter(each.name for each in parse(text).rows)
    parts = "\n".join(part.text for part in issue.parts)
    there, before = (Counter(map(str.strip, lines_of(each).elements())) for each in (parts, text))
    assert not before - there


@pytest.mark.parametrize("line", ["", "Words.", "| a | b |"])
def test_a_row_above_a_blank_line_is_no_head_of_a_table(line: str) -> None:
    text = f"{TEXT}\n{row('AModel')}\n{line}\n{row('BModel')}\n"
    assert shown(split(text, LIMIT)) == ["AModel", "BModel"]


def test_rows_out_of_order_go_to_the_part_of_their_name_and_keep_their_order_there() -> None:
    names = [f"{letter}{n:02d}Model" for n in range(20) for letter in "BXA"]
    rows = [row(name) for name in names]
    text = table(names, f"{TEXT}\n\n").replace(rows[6], f"{rows[6]}\n| stray |") + "\nBelow.\n"
    issue = kept_whole(text)
    assert sorted(shown(issue)) == sorted(names)
    for part in issue.parts:
        assert sorted(part.names, key=names.index) == list(part.names)
    (stray,) = [part for part in issue.parts if "| stray |" in part.text]
    assert f"{rows[6]}\n| stray |\n" in stray.text


def test_one_name_in_more_rows_than_a_part_holds_is_split_too() -> None:
    text = table(["SameModel"] * 100, f"{TEXT}\n\n")
    assert shown(kept_whole(text)) == ["SameModel"] * 100


def test_subheadings_stay_above_their_tables_and_text_that_is_too_long_is_split() -> None:
    some = {f"### Family {letter}": [f"{letter}{n}Model" for n in range(10)] for letter in "ABCDEF"}
    tables = "\n".join(table(names, f"{key}\n\n") for key, names in some.items())
    prose = "\n\n".join(f"Paragraph {n} " + "with words " * 20 for n in range(20))
    lines = "\n".join(f"- item {n} {'of a list ' * 5}" for n in range(80))
    text = f"# Title\n\n{prose}\n\n{TEXT}\n\nSaid first.\n\n{tables}\n## Notes\n\n{lines}\n"
    issue = kept_whole(text)
    for key in some:
        assert f"{key}\n\n{HEADER}\n" in "".join(part.text for part in issue.parts)
    rest = [part for part in issue.parts if part.text.split("\n\n")[1] == "_Continued from the body:_"]
    assert rest == [part for part in issue.parts[1:] if not part.section]
    assert "item 79" in rest[-1].text


def test_another_table_is_split_between_its_lines_in_its_own_order() -> None:
    rows = [f"| {n} | {'word ' * 5}|" for n in range(150)]
    text = "## Ranks\n\n| Rank | Words |\n|--:|---|\n" + "\n".join(rows) + "\n"
    issue = kept_whole(text)
    got = [line for part in issue.parts for line in part.text.split("\n") if line in rows]
    assert got == rows
    assert len(issue.parts) > 2


def test_the_tables_of_one_section_share_comments_and_each_piece_has_its_head() -> None:
    families = {f"### Family {n}": [f"{letter}{n}Model" for letter in "ABCDEF"] for n in range(9)}
    families["### Many"] = numbered("BM", 24)
    tables = [table(names, f"{key}\n\n") for key, names in families.items()]
    text = f"{TEXT}\n\n" + "\n".join([*tables, tables[0].replace("Family 0", "Last")])
    issue = kept_whole(text)
    comments = [part.text for part in issue.parts[1:]]
    assert len(comments) < len(families)
    for comment in comments:
        body = comment.split(" (continued)\n\n")[-1]
        assert body.index(f"{HEADER}\n{DELIMITER}\n") < body.index("| **")
    (beside,) = [comment for comment in comments if "### Last" in comment]
    assert row("M23Model") in beside
    for comment in comments:
        if comment.endswith("_The table continues in the next comment._\n"):
            assert row("M00Model") in comment or row("B00Model") in comment


def test_a_fence_and_a_comment_that_fit_are_not_split_and_what_looks_like_a_table_in_them_is_none() -> None:
    inner = "\n\n".join(f"| **X{n}** | Y |" for n in range(30))
    for opening, closing in (("```", "```"), ("<!--", "-->"), ("~~~~", "~~~~")):
        text = document({TEXT: [f"A{n}Model" for n in range(40)]}, above=f"{opening}\n{inner}\n{closing}")
        issue = kept_whole(text)
        whole = f"\n\n{opening}\n{inner}\n{closing}\n"
        assert sum(whole in part.text for part in issue.parts) == 3  # once in each section
        assert shown(issue) == sorted(f"A{n}Model" for n in range(40))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (table(["AModel", "B" * 2000], f"{TEXT}\n\n"), 6),
        ("Words.\n\n" + "w" * 3_000, 3),
        (table(["AModel"], f"{TEXT}\n\n").replace("File", "File" * 500), 3),
    ],
)
def test_what_fits_nowhere_is_told_with_its_line(text: str, line: int) -> None:
    with pytest.raises(DocumentError, match=f"line {line}: the line does not fit"):
        split(text)


# -- how it is measured, and marked ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "measured"), [("", 2), ("a", 3), ("ä", 4), ("漢", 5), ("🌈", 6), ("a\tb", 5)]
)
def test_a_line_counts_at_its_longest_reading(text: str, measured: int) -> None:
    assert size([text]) == measured
    assert measured >= max(len(text), len(text.encode("utf-16-le")) // 2, len(text.encode())) + len("\r\n")


def test_the_marker_cannot_be_broken_out_of_and_numbers_a_part() -> None:
    issue = issue_of(parse("Words"), "a-->b <script>\n.md", limit=LIMIT)
    assert issue.parts[0].text.startswith("<!-- archtrack: part 0 of tracking issue a-b-script-.md -->\n")
    assert emptied(7, "T.md").text == (
        "<!-- archtrack: part 7 of tracking issue T.md -->\n\n_This comment is no longer needed._\n"
    )
    assert title_of(emptied(7, "T.md").text) == "T.md"
    assert title_of("# A title\n\n<!-- archtrack: part 1 of tracking issue T.md -->") is None


# -- which rows ------------------------------------------------------------------------------------

ROWS = {
    "AModel": ("Y", "", ""),
    "BModel": ("", "Y", "Y"),
    "CModel": ("", "Y", "refused"),
    "DModel": ("", "Y", ""),
    "EModel": ("", "", ""),
    "FModel": ("Y", "Y", "Y"),
}
CELLS = [f"| **{name}** | {native} | {hf} | | | {mode} |" for name, (native, hf, mode) in ROWS.items()]
CHOSEN = f"{TEXT}\n\n{HEADER} Fallback |\n{DELIMITER}---|\n" + "\n".join(CELLS) + "\n| stray |\n"


@pytest.mark.parametrize(
    ("only", "names", "unknown"),
    [
        ((), "ABCDEF", ""),
        (("native",), "AF", ""),
        (("hf-only",), "BCD", ""),
        (("fallback",), "B", "D"),
        (("refused",), "C", "D"),
        (("native", "fallback"), "ABF", "D"),
        (("unsupported",), "E", ""),
        (("native", "hf-only", "unsupported"), "ABCDEF", ""),
    ],
)
def test_rows_are_chosen_by_their_own_cells_and_what_they_do_not_say_is_not_guessed(
    only: tuple[str, ...], names: str, unknown: str
) -> None:
    issue = split(CHOSEN, LIMIT, only)
    assert shown(issue) == [f"{letter}Model" for letter in names]
    assert issue.choice.unknown == tuple(f"{letter}Model" for letter in unknown)
    text = issue.parts[0].text
    assert "| stray |" in text
    note = f"_Only rows that are {', '.join(sorted(only))}: {len(names)} of 6. Counts are those of the whole document._"
    assert (note in text) == bool(only)


def test_without_the_column_that_tells_it_is_an_error_and_only_where_a_row_depends_on_it() -> None:
    text = document({TEXT: ["AModel"]})
    assert shown(split(text, LIMIT, ("fallback",))) == []
    lacking = text.replace("| **AModel** | Y |  |", "| **AModel** |  | Y |")
    said = r"line 14: the table has no column Fallback.*archtrack update --refresh"
    with pytest.raises(DocumentError, match=said):
        split(lacking, LIMIT, ("fallback",))
    assert shown(split(lacking, LIMIT, ("native",))) == []
    assert shown(split(lacking, LIMIT, ("fallback", "hf-only"))) == ["AModel"]
    unclear = text.replace("| Native | HF |", "| HF | Other |")
    with pytest.raises(DocumentError, match="has no column named Native"):
        split(unclear, LIMIT, ("native",))
    assert kept_whole(unclear, LIMIT)


# -- splitting -------------------------------------------------------------------------------------


@given(names=st.lists(st.text(min_size=1, max_size=6)), most=st.integers(1, 9))
def test_rows_are_split_in_the_order_of_their_names_and_none_is_lost(names: list[str], most: int) -> None:
    rows = [Line(number=at, text="row", name=name) for at, name in enumerate(names)]
    parts = split_rows(rows, most * size(["row"]))
    assert sorted(row.number for part in parts for row in part) == list(range(len(names)))
    assert all(len(part) <= most for part in parts)
    assert all(part == sorted(part, key=lambda row: row.number) for part in parts)
    assert all(
        max(one) <= min(next_) for one, next_ in pairwise([row.name for row in part] for part in parts)
    )


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("- [ ] todo\n" * 12_000, LIMIT),
        ("".join(f"### Notes\n\nParagraph {n} has words.\n\n" for n in range(2_500)), LIMIT),
        ("## Ranks\n\n| a | b |\n|---|---|\n" + "| the same | row |\n" * 3_000, 4_096),
        (table(["SameModel"] * 300, f"{TEXT}\n\n"), LEAST),
    ],
    ids=["lines", "headings", "rows of another table", "rows of one name"],
)
def test_what_repeats_takes_not_many_more_parts_than_it_must(text: str, limit: int) -> None:
    issue = split(text, limit)
    assert all(part.size <= limit for part in issue.parts)
    assert len(issue.parts) <= 2 * size(text.splitlines()) / limit + 4
    assert not lines_of(text) - lines_of("\n".join(part.text for part in issue.parts))


FILLER = "\n\n".join(f"Paragraph {n} " + "of words " * 12 for n in range(40))
CODE = "\n".join(f"    line {n} of code" for n in range(20))


@pytest.mark.parametrize("opener", ["```", "<!--", "~~~", "<details>"])
def test_what_is_indented_as_code_opens_nothing(opener: str) -> None:
    text = f"Words.\n\n    {opener}\n{CODE}\n\n{FILLER}\n\n" + document({TEXT: ["AModel"]})
    assert shown(kept_whole(text)) == ["AModel"]


@pytest.mark.parametrize(
    "block",
    [
        "intro <!-- secret\n" + "more of it\n" * 60 + "the end -->",
        "<!-- secret\n\n" + "more of it\n\n" * 60 + "the end -->",
        "```\n" + "code\n\n" * 60 + "```",
        "- one\n" * 60,
    ],
    ids=["comment from the middle of a line", "comment", "fence", "paragraph"],
)
def test_what_belongs_together_stays_in_one_part(block: str) -> None:
    text = f"# Title\n\n{FILLER}\n\n{block}\n\n{FILLER}\n"
    assert sum(block in part.text for part in kept_whole(text).parts) == 1


@pytest.mark.parametrize(("first", "last"), [("```", "```"), ("<!--", "-->"), ("```", "never closed")])
def test_a_fence_or_a_comment_that_fits_nowhere_is_split_between_its_lines(first: str, last: str) -> None:
    text = f"# Title\n\n{first}\n{CODE}\n\n" + "more\n" * 600 + f"{last}\n"
    assert len(kept_whole(text).parts) > 2


def test_rows_in_a_details_block_have_names() -> None:
    names = numbered("ABM", 9)
    for some in (names, names[:2]):
        text = f"{FILLER}\n\n{TEXT}\n\n<details>\n\n{table(some)}\n</details>\n"
        assert shown(kept_whole(text)) == some
