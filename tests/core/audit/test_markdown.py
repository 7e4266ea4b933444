"""Which claims the tables of a Markdown text make."""

from __future__ import annotations

import pytest

from archtrack.core.audit.claims import Reach
from archtrack.core.audit.markdown import read_markdown
from archtrack.core.audit.words import Engines

ENGINES = Engines(("vllm", "sglang", "llama-cpp"))
HEAD = "| Architecture | Models | [LoRA](a.md) | [PP][b] |\n| --- | --- | --- | --- |\n"


def marks(text: str) -> list[tuple[str, str | None, bool]]:
    """(name, feature, what is claimed) of the claims that are understood."""
    return [
        (each.name, each.feature, each.holds)
        for each in read_markdown(text, ENGINES).claims
        if each.unclear is None
    ]


def each_of(*said: tuple[str, bool]) -> list[tuple[str, str | None, bool]]:
    """That both A and B are there, and what is said of both."""
    return [(name, feature, holds) for name in "AB" for feature, holds in ((None, True), *said)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("| `A` | a | ✅︎ | |", [("A", None, True), ("A", "lora", True), ("A", "pp", False)]),
        ("| A | a | ✅ | ❌ |", [("A", None, True), ("A", "lora", True), ("A", "pp", False)]),
        ("| `A`, `B` | a | Y | N |", each_of(("lora", True), ("pp", False))),
        ("| A / B | a | | |", each_of(("lora", False), ("pp", False))),
        (
            "| `A`<sup>C</sup>, etc. | a | yes | [✔️](b) |",
            [("A", None, True), ("A", "lora", True), ("A", "pp", True)],
        ),
        ("| `A` <sup>Q</sup> (see `note`) | a | ✅ |", [("A", None, True), ("A", "lora", True)]),
        ("| A (of B) | a | ✅ | &nbsp; |", [("A", None, True), ("A", "lora", True), ("A", "pp", False)]),
        ("|A|a|✅||", [("A", None, True), ("A", "lora", True), ("A", "pp", False)]),
        ("A | a | ✅ | -", [("A", None, True), ("A", "lora", True)]),
        ("| | a | ✅ | ✅ |", []),
        ("| **A** |", [("A", None, True)]),
        ("| [A][b] | a | [✅][c] |", [("A", None, True), ("A", "lora", True)]),
    ],
)
def test_a_row_claims_that_its_names_are_there_and_what_its_marks_say(
    row: str, expected: list[tuple[str, str | None, bool]]
) -> None:
    found = [each for each in marks(HEAD + row + "\n") if each[0] != "note"]
    assert found == expected


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("| `A` | a | ✅<sup>1</sup> | ✅ |", "`✅<sup>1</sup>` is not a plain mark"),
        ("| `A` | a | \\* | ✅ |", "`\\*` is not a plain mark"),
        ("| `A` | a | * | ✅ |", "`*` is not a plain mark"),
        ("| `A` | a | ⚠️ | ✅ |", "`⚠️` is not a plain mark"),
        ("| `A` | a | 🚧 | ✅ |", "`🚧` is not a plain mark"),
        ("| `*Model`<sup>C</sup> | a | ✅ | ✅ |", "the name stands for many architectures"),
        ("| two words | a | ✅ | ✅ |", "that is not the name of an architecture"),
        ("| `A` (deprecated) | a | ✅ | ✅ |", "the row says `deprecated`"),
        ("| ~~`A`~~ | a | ✅ | ✅ |", "the row says `~~`"),
    ],
)
def test_what_is_not_understood_is_said_with_the_reason(row: str, reason: str) -> None:
    claims = read_markdown(HEAD + row + "\n", ENGINES).claims
    assert reason in {each.unclear for each in claims}


@pytest.mark.parametrize(
    "text",
    [
        f"```\n{HEAD}| A | a | ✅ | ✅ |\n```\n",
        f"<!--\n{HEAD}| A | a | ✅ | ✅ |\n-->\n",
        f"{HEAD}```\n```\n| A | a | ✅ | ✅ |\n",
        f"{HEAD}\n| A | a | ✅ | ✅ |\n",
        "| Feature | LoRA |\n| --- | --- |\n| A | ✅ |\n",
        "| Architecture | LoRA |\n| A | ✅ |\n",
        "| Architecture | LoRA |\n| --- |\n| A | ✅ |\n",
        "Architecture\n---\nA\n",
        "",
        f"See <!-- what was\n{HEAD}| A | a | ✅ | ✅ |\n-->\n",
        f"See <!-- what was\n\n{HEAD}| A | a | ✅ | ✅ |\n\nbefore -->\n",
        f"See <!-- a --> <!-- `b`\n{HEAD}| A | a | ✅ | ✅ |\n--> <!--\n{HEAD}| B |\n-->\n",
        "Code:\n\n" + "".join(f"    {each}\n" for each in [*HEAD.splitlines(), "| A |"]),
        "# Code\n" + "".join(f"\t{each}\n" for each in [*HEAD.splitlines(), "| A |"]),
        "- x\n\n" + "".join(f"      {each}\n" for each in [*HEAD.splitlines(), "| A |"]),
        "".join(f"> {each}\n" for each in [*HEAD.splitlines(), "| A |"]),
        "````\n```\n" + HEAD + "| A |\n````\n",
        "~~~ `x`\n" + HEAD + "| A |\n~~~\n",
        "---\nx: |\n" + "".join(f"  {each}\n" for each in [*HEAD.splitlines(), "| A |"]) + "---\n",
    ],
)
def test_what_is_no_table_of_architectures_claims_nothing(text: str) -> None:
    assert read_markdown(text, ENGINES).claims == ()


@pytest.mark.parametrize(
    "before",
    [
        "```` ```x``` ````\n",
        "``` a ` b\n",
        "`<!--` begins a comment\n",
        "What <!-- no mark ends\n\n",
        "Two <!-- of <!-- these\n\nand <!-- that -->\n",
        "A comment <!-- a --> and\n",
        "<!-- a -->\n",
        "see <!-- a\nb -->\n",
        "---\ntitle: x\n---\n",
        "---\n\ntext\n",
        "> | x |\n\n",
        "    code\n\n",
        "- item\n\n",
    ],
)
def test_a_table_behind_what_is_no_text_is_read(before: str) -> None:
    assert marks(f"{before}{HEAD}| A | a | ✅ |\n") == [("A", None, True), ("A", "lora", True)]


@pytest.mark.parametrize(
    "before", ["- item\n\n", "10. item\n\n", "!!! note\n\n", '=== "vLLM"\n\n', "[^1]: a\n\n"]
)
def test_a_table_within_an_item_is_read(before: str) -> None:
    lines = "".join(f"    {each}\n" for each in [*HEAD.splitlines(), "| A | a | ✅ |"])
    assert marks(before + lines) == [("A", None, True), ("A", "lora", True)]
    assert marks("text\n\n" + lines) == []


@pytest.mark.parametrize(
    ("before", "passed_over"),
    [
        ("> ", ("those of a table in a block quote (line 3)",)),
        ("    ", ("those of a table in indented code (line 3)",)),
    ],
)
def test_a_table_that_is_not_read_for_where_it_stands_is_named(
    before: str, passed_over: tuple[str, ...]
) -> None:
    lines = "".join(f"{before}{each}\n" for each in [*HEAD.splitlines(), "| A | a | ✅ |"])
    assert read_markdown(f"# A\n\n{lines}", ENGINES).passed_over == passed_over
    other = lines.replace("Architecture", "Thing").replace("Models", "Best")
    assert "those of" not in "".join(read_markdown(f"# A\n\n{other}", ENGINES).passed_over)


@pytest.mark.parametrize(
    ("above", "unclear"),
    [
        ("## Not supported\n", "not supported"),
        ("## No support\n", "no support"),
        ("## Not yet officially supported\n", "not supported"),
        ("## Models that don't work\n", "don work"),
        ("## Planned\n", "planned"),
        ("Not supported\n====\n", "not supported"),
        ("Not yet\n supported \n---\n", "not supported"),
        ("Removed\n---\n\nSupported\n===\n", None),
        ("# Removed\n\nSupported\n---\n", "removed"),
        ("Removed\n\n---\n", None),
        ("- Removed\n---\n", None),
        ("## Supported, not tested\n", None),
        ("## No tables of models\n", None),
    ],
)
def test_a_heading_that_says_that_nothing_is_there_is_understood(above: str, unclear: str | None) -> None:
    (claim,) = read_markdown(f"{above}\n| Architecture |\n|---|\n| A |\n", ENGINES).claims
    assert claim.unclear == (unclear and f"the table or a heading above it says `{unclear}`")


def test_an_underlined_heading_names_the_engine() -> None:
    text = f"vLLM\n====\n\n{HEAD}| A |\n\nSGLang\n------\n\n{HEAD}| B |\n"
    assert [each.engine for each in read_markdown(text, ENGINES).claims] == ["vllm", "sglang"]


@pytest.mark.parametrize(
    ("heading", "head", "unclear"),
    [
        ("## Models", "| Architecture | Models |", None),
        ("### Plugins", "| Architecture | Models |", "the table or a heading above it says `plugins`"),
        (
            "## Models",
            "| Architecture | Plugin Repository |",
            "the table or a heading above it says `plugin`",
        ),
        ("## Unsupported", "| Architecture | Models |", "the table or a heading above it says `unsupported`"),
    ],
)
def test_a_table_about_plugins_or_what_is_gone_claims_nothing_of_an_engine(
    heading: str, head: str, unclear: str | None
) -> None:
    (claim,) = read_markdown(f"{heading}\n\n{head}\n| --- | --- |\n| A | x |\n", ENGINES).claims
    assert claim.unclear == unclear


def test_a_heading_ends_those_below_it() -> None:
    text = f"# vLLM\n## Plugins\n{HEAD}| A |\n\n## SGLang models\n{HEAD}| B |\n\n# Others\n{HEAD}| C |\n"
    found = [(each.name, each.engine, each.unclear is None) for each in read_markdown(text, ENGINES).claims]
    assert found == [("A", "vllm", False), ("B", "sglang", True), ("C", None, True)]


@pytest.mark.parametrize(
    ("head", "row", "expected"),
    [
        (
            "| Architecture | vLLM | SGLang |",
            "| A | ✅ | ❌ |",
            [("vllm", None, True), ("sglang", None, False)],
        ),
        ("| Architecture | llama.cpp |", "| A | v1.2+ |", [("llama-cpp", "1.2", True)]),
        ("| Architecture | vLLM |", "| A | ≥ 0.8.1 |", [("vllm", "0.8.1", True)]),
        ("| Architecture | Backend | Since |", "| A | vLLM | 0.8.1 |", [("vllm", "0.8.1", True)]),
        ("| Architecture | Backend | Since |", "| A | Nothing | 0.8.1 |", []),
        ("| Architecture | Backend | Since |", "| A | vLLM | soon |", []),
        ("| Architecture | Min vLLM |", "| A | `0.8.1` |", [("vllm", "0.8.1", True)]),
        ("| Architecture | vLLM version |", "| A | 0.8.1+ |", [("vllm", "0.8.1", True)]),
        (
            "| Architecture | Min vLLM | Min. SGLang version |",
            "| A | 0.8.1 | 0.4 |",
            [("vllm", "0.8.1", True), ("sglang", "0.4", True)],
        ),
        ("| Architecture | Min vLLM | Min SGLang |", "| A | 0.8.1 | - |", [("vllm", "0.8.1", True)]),
        ("| Architecture | Needs |", "| A | `vllm>=0.8.1` |", [("vllm", "0.8.1", True)]),
        ("| Architecture | vLLM (min) |", "| A | 0.8.1 or newer |", [("vllm", "0.8.1", True)]),
        ("| Architecture | Requires |", "| A | vllm>=0.8.1 |", [("vllm", "0.8.1", True)]),
        ("| Architecture | Engine | Version |", "| A | vLLM | 0.8.1 |", [("vllm", "0.8.1", True)]),
        ("| Architecture | Version |", "| A | 0.8.1 |", [(None, None, True)]),
        ("| Model | Architecture | Supported |", "| m | A | ✅ |", [(None, None, True)]),
        ("| Model | Architecture | Supported |", "| m | A | |", []),
    ],
)
def test_a_column_of_an_engine_or_of_releases_says_what_is_claimed(
    head: str, row: str, expected: list[tuple[str | None, str | None, bool]]
) -> None:
    delimiter = "|" + " --- |" * (head.count("|") - 1)
    claims = read_markdown(f"{head}\n{delimiter}\n{row}\n", ENGINES).claims
    found = [(each.engine, each.release, each.holds) for each in claims if each.unclear is None]
    assert found == expected


def test_the_models_of_a_table_without_architectures_are_its_examples() -> None:
    text = (
        "| Model Family | Example HuggingFace Identifier |\n|---|---|\n| **X** (1, 2) | `o/x-1`, `o/x-2 ` |\n"
    )
    found = [(each.name, each.is_model, each.column) for each in read_markdown(text, ENGINES).claims]
    assert found == [("o/x-1", True, 19), ("o/x-2", True, 28)]


def test_a_claim_has_its_line_its_column_and_the_cell_that_would_change() -> None:
    text = f"# A\r\n\r\n{HEAD}| `A` | a |    | ✅︎ |\n"
    support, lora, pp = read_markdown(text, ENGINES).claims
    assert [(each.line, each.column) for each in (support, lora, pp)] == [(5, 4), (5, 12), (5, 18)]
    assert [text[slice(*each.where)] for each in (lora, pp) if each.where] == ["    ", "✅︎"]
    assert (support.where, lora.yes_and_no, pp.yes_and_no) == (None, (" ✅︎ ", "    "), ("✅︎", ""))


@pytest.mark.parametrize(
    ("row", "yes", "no"),
    [
        ("| A | ✅ |", "| A | ✅ |", "| A |  |"),
        ("|A|✅|", "|A|✅|", "|A||"),
        ("| A |\t✅\t|", "| A |\t✅\t|", "| A |\t\t|"),
        ("| A |   ✅ |  ", "| A |   ✅ |  ", "| A |    |  "),
        ("| A | ✅     | x |", "| A | ✅     | x |", "| A |       | x |"),
        ("| A |\t\t|", "| A |\t✅\t|", "| A |\t\t|"),
        ("| A | |", "| A | ✅ |", "| A | |"),
        ("| A |      |", "| A | ✅    |", "| A |      |"),
        ("| A ||", "| A | ✅ |", "| A ||"),
        ("A | ✅ |", "A | ✅ |", "A |  |"),
        ("A | ✅", None, None),
        ("| A | [✅](b) |", None, None),
        ("| A | &nbsp; |", None, None),
    ],
)
def test_a_mark_that_is_replaced_leaves_every_other_character(
    row: str, yes: str | None, no: str | None
) -> None:
    text = f"| Architecture | LoRA |\n|---|---|\n{row}\n"
    (claim,) = [each for each in read_markdown(text, ENGINES).claims if each.feature]
    assert (claim.where is None, claim.yes_and_no is None) == (yes is None, yes is None)
    if claim.where is not None and claim.yes_and_no is not None:
        start, end = claim.where
        assert [text[:start] + each + text[end:] for each in claim.yes_and_no] == [
            text.replace(row, str(each)) for each in (yes, no)
        ]


@pytest.mark.parametrize(
    ("row", "has_place"),
    [("✅ | A", False), ("| ✅ | A |", True), ("✅ | A |", False), ("❌ | A\n✅ | B", True)],
)
def test_no_cell_becomes_the_pipe_before_a_row(row: str, has_place: bool) -> None:  # noqa: FBT001 -- a row
    claims = read_markdown(f"LoRA | Architecture\n---|---\n{row}\n", ENGINES).claims
    assert {each.where is not None for each in claims if each.feature} == {has_place}


def test_a_release_has_the_place_of_its_number() -> None:
    text = "| Architecture | vLLM |\n|---|---|\n| A | >= 0.8.1 |\n"
    (claim,) = read_markdown(text, ENGINES).claims
    assert claim.where is not None
    assert (text[slice(*claim.where)], claim.reach) == ("0.8.1", Reach.SINCE)


@pytest.mark.parametrize(
    ("title", "cell", "unread"),
    [
        ("Version", "0.8.1", "what `Version: 0.8.1` is the version of is not known"),
        ("Tested vLLM", "`0.8.1`", "what `Tested vLLM: 0.8.1` is the version of is not known"),
        ("Remark", "vllm>=0.8.1", "`Remark: vllm>=0.8.1` is not read"),
        ("Remark", "numpy>=0.8.1", None),
        ("Version", "2", None),
        ("CUDA version", "12.4", None),
        ("Size", "0.5", None),
        ("Min vLLM", "0.8.1", None),
    ],
)
def test_a_version_of_a_row_that_is_not_read_is_said(title: str, cell: str, unread: str | None) -> None:
    text = f"| Architecture | {title} |\n|---|---|\n| A | {cell} |\n"
    assert [each.unread for each in read_markdown(text, ENGINES).claims] == [unread]


@pytest.mark.parametrize(
    ("head", "reach"),
    [("vLLM", "since"), ("Min vLLM", "since"), ("Engine version", "in"), ("Since", "since")],
)
def test_a_column_says_which_releases_it_is_about(head: str, reach: str) -> None:
    text = f"| Architecture | {head} |\n|---|---|\n| A | ** 0.8.1 ** |\n"
    (claim,) = read_markdown(text, ENGINES).claims
    assert claim.where is not None
    assert (claim.reach.value, text[slice(*claim.where)]) == (reach, "0.8.1")


def test_the_columns_of_a_text_without_a_claim_are_named() -> None:
    text = "| Thing | LoRA |\n|---|---|\n| A | x |\n"
    assert read_markdown(text, ENGINES).passed_over == ("Thing", "LoRA")
    assert read_markdown(f"{text}\n{HEAD}| A |\n", ENGINES).passed_over == ()


def test_columns_that_say_nothing_known_are_named() -> None:
    head = "| Architecture | Models | Inputs | LoRA |\n|---|---|---|---|\n"
    assert read_markdown(head, ENGINES).passed_over == ("Inputs",)


@pytest.mark.parametrize(
    ("titles", "cells"),
    [(("PP", "Pipeline parallel"), "✅"), (("vLLM", "`vllm`"), "✅"), (("Min vLLM", "vLLM since"), "1")],
)
def test_of_two_columns_with_one_name_neither_is_read(titles: tuple[str, str], cells: str) -> None:
    text = f"| Architecture | {' | '.join(titles)} |\n|---|---|---|\n| A | {cells} | {cells} |\n"
    assert marks(text) == [("A", None, True)]
    assert read_markdown(text, ENGINES).passed_over == tuple(each.strip("`") for each in titles)


def test_a_row_that_makes_too_many_claims_is_not_understood() -> None:
    engines = Engines([f"engine{i}" for i in range(20)])
    head = f"| Architecture |{''.join(f' engine{i} |' for i in range(20))}\n|---|{'---|' * 20}\n"
    row = f"| {', '.join('ABCDEFGHIJKLMNOPQRSTUVWXYZ')} |{' ✅ |' * 20}\n"
    (many, *one) = read_markdown(f"{head}{row}| A |{' ✅ |' * 20}\n", engines).claims
    assert (many.unclear, many.where, len(one)) == ("a row of 546 claims", None, 20)


def test_the_rows_behind_very_many_claims_are_named() -> None:
    names = ", ".join(["A"] * 50)
    found = read_markdown("| Architecture |\n|---|\n" + f"| {names} |\n" * 1_001, ENGINES)
    assert len(found.claims) == 50_000
    assert found.passed_over == ("those of the rows from line 1003 on (there are more than 50,000 claims)",)
