"""What a document or a matrix adds to the page."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.errors import DocumentError
from archtrack.site.document import read_document_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from miniature import Cli

HEAD = (
    "## Text-only Language Models (Generative)\n\n"
    "| Architecture | Native | HF | SGLang File | Example HF Model |{}\n|---|---|---|---|---|{}\n"
)

SOURCES = (
    b'{"sources": [{"engine": "sglang", "version": "1"}, {"engine": "transformers", "version": "5"}], '
    b'"architectures": [%s]}'
)


def document(*rows: str, fallback: bool = False) -> bytes:
    more = (" Fallback |", "---|") if fallback else ("", "")
    return (HEAD.format(*more) + "\n".join(rows) + "\n").encode()


def row_of(line: str, *, fallback: bool = False) -> Any:
    """What is read of the row of AForCausalLM."""
    return read_document_rows(document(line, fallback=fallback), "T.md", {}).rows["AForCausalLM"]


@pytest.mark.parametrize(
    ("row", "fallback", "kind"),
    [
        ("| **AForCausalLM** | Y | Y | `a.py` | `x/a` |", False, "native"),
        ("| **AForCausalLM** | Y |  | `a.py` | `x/a` |", False, "native"),
        ("| **AForCausalLM** |  | Y |  |  |", False, "unknown"),  # HF says public, not that it runs
        ("| **AForCausalLM** |  |  |  |  |", False, "unsupported"),
        # Neither Y nor empty is not taken for a no.
        ("| **AForCausalLM** | Yes |  | `a.py` |  |", False, "unknown"),
        ("| **AForCausalLM** | `Y` |  | `a.py` |  |", False, "unknown"),
        ("| **AForCausalLM** | \N{CHECK MARK} |  | `a.py` |  |", False, "unknown"),
        ("| **AForCausalLM** |  | Y |  |  | Y |", True, "fallback"),
        ("| **AForCausalLM** |  | Y |  |  | refused |", True, "refused"),
        ("| **AForCausalLM** |  | Y |  |  |  |", True, "unknown"),
        ("| **AForCausalLM** | Y | Y | `a.py` |  | refused |", True, "native"),
    ],
)
def test_the_cells_of_a_row_say_what_they_say_and_no_more(row: str, fallback: bool, kind: str) -> None:  # noqa: FBT001
    assert row_of(row, fallback=fallback).kind == kind


def test_a_row_brings_its_section_file_example_and_line() -> None:
    found = read_document_rows(document("| **A\\_BForCausalLM** | Y | Y | `a_b.py` | `x/a` |"), "T.md", {})
    row = found.rows["A_BForCausalLM"]
    told = (row.category, row.by, row.file, row.example, row.place)
    assert told == ("text", "the document", "a_b.py", "x/a", "T.md:5")
    assert found.words == "T.md, 1 row"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"# nothing\n", "T.md: no row of a tracking table was found"),
        (b"\xff\xfe", "T.md: "),
        (b"{}", "T.md: is JSON, but not what `archtrack list --format json` prints"),
        (b"{", "T.md: is JSON, but not"),
        (b'{"sources": [], "architectures": []}', "T.md: is JSON, but not"),
        (SOURCES % b"", "lists no architecture"),
        (SOURCES % b'{"name": "A"}', "KeyError"),
        (b'{"a":' * 100000, "T.md: is JSON, but not"),
        (b"{" * 100000, "T.md: no row"),
        (b"{% raw %}\n", "T.md: no row"),
    ],
)
def test_what_is_neither_is_an_error_that_says_so(data: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=r"T\.md") as caught:
        read_document_rows(data, "T.md", {})
    assert message in str(caught.value)


def test_what_list_prints_is_read_back_with_its_evidence(cli: Cli, trees: Any) -> None:
    printed = cli("list", *trees.options, "--format", "json").out
    matrix = json.loads(printed)
    tags = {"sglang": "https://example.org/{version}/{path}"}
    found = read_document_rows(printed.encode(), "now.json", tags)
    assert sorted(found.rows) == sorted(row["name"] for row in matrix["architectures"])
    for row in matrix["architectures"]:
        told = found.rows[row["name"]]
        status = row["engines"]["sglang"]["status"]
        assert told.kind == {"unsupported": "unknown"}.get(status, status)
        assert told.category == row["category"]
        assert told.example == (row["example"]["id"] if row["example"] else "")
        assert told.address == ""  # a checkout is nowhere to be looked at
    assert {told.kind for told in found.rows.values()} >= {"native", "fallback", "refused"}


MATRIX = {
    "sources": [
        {"engine": "sglang", "version": "1", "kind": "release", "location": "x"},
        {"engine": "transformers", "version": "5", "kind": "release", "location": "y"},
    ],
    "architectures": [
        {
            "name": "A",
            "category": "text",
            "category_source": "name",
            "example": {"id": "o/n", "source": "x"},
            "engines": {
                "sglang": {
                    "status": "native", "file": "a.py", "line": 7, "path": "sglang/a.py", "condition": None,
                    "broken": {"reason": "r", "path": "b.py", "line": 1},
                },
                "transformers": {
                    "file": "m.py", "line": 1, "path": "m.py", "exported": True, "backend_compatible": True,
                    "backend_path": "m.py", "backend_line": 3,
                },
            },
        }
    ],
}  # fmt: skip


def places(value: Any, *above: Any) -> Iterator[tuple[Any, ...]]:
    """Every place of a JSON value, as keys from the outermost on."""
    yield above
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, dict | list):
            yield from places(inner, *above, key)
        else:
            yield (*above, key)


@pytest.mark.parametrize(
    "odd", [None, True, -1, 2.5, 10**12, "", "\ud800", [], {}, [[]], float("inf")], ids=repr
)
def test_a_matrix_with_a_value_of_another_kind_is_shown_or_an_error_that_says_so(odd: Any) -> None:
    for place in places(MATRIX):
        changed: Any = copy.deepcopy(MATRIX)
        inner = changed
        for key in place[:-1]:
            inner = inner[key]
        if place:
            inner[place[-1]] = odd
        else:
            changed = odd
        with suppress(DocumentError):
            found = read_document_rows(
                json.dumps(changed).encode(), "T.json", {"sglang": "https://x/{version}/{path}"}
            )
            texts = [value for row in found.rows.values() for value in asdict(row).values()]
            assert all(text is None or isinstance(text, str) for text in [found.title, found.words, *texts])


@pytest.mark.parametrize("line", ["Infinity", "NaN", "1e999", "1" * 5000, "true", "-1", "7.0", '"7"'])
def test_a_line_of_a_matrix_is_a_number_or_the_error_says_so(line: str) -> None:
    text = json.dumps(MATRIX)
    assert read_document_rows(text.encode(), "T.json", {}).rows["A"].place == "sglang/a.py:7"
    with pytest.raises(DocumentError, match=r"T\.json: is JSON, but not what"):
        read_document_rows(text.replace('"line": 7', f'"line": {line}').encode(), "T.json", {})


def test_a_release_is_linked_at_its_tag() -> None:
    here = {
        "status": "native",
        "file": "a.py",
        "line": 7,
        "path": "sglang/a.py",
        "condition": None,
        "broken": None,
    }
    there = {**dict.fromkeys(("file", "line", "path", "backend_path")), "exported": False}
    row = {
        "name": "AForCausalLM",
        "category": "text",
        "category_source": "name rules",
        "engines": {"sglang": here, "transformers": there},
        "example": None,
        "note": None,
    }
    sources = [
        {"engine": "sglang", "version": "1.2", "kind": "release", "location": "x.whl"},
        {"engine": "transformers", "version": "5", "kind": "release", "location": "y.whl"},
    ]
    printed = json.dumps({"sources": sources, "architectures": [row]}).encode()
    found = read_document_rows(printed, "now.json", {"sglang": "https://example.org/v{version}/{path}"})
    assert found.title == "sglang 1.2"
    assert found.rows["AForCausalLM"].address == "https://example.org/v1.2/sglang/a.py#L7"
    assert found.rows["AForCausalLM"].place == "sglang/a.py:7"


@pytest.mark.parametrize(
    ("cell", "example"),
    [
        ("`x/a`", "x/a"),
        ("https://huggingface.co/x/a", "x/a"),
        ("[x/a](https://huggingface.co/x/a)", "x/a"),
        ("`x/a`, `x/b`", "x/a, x/b"),
        ("(generic)", ""),
        ("-", ""),
        ("", ""),
    ],
)
def test_an_example_is_named_as_the_hub_names_it(cell: str, example: str) -> None:
    assert row_of(f"| **AForCausalLM** | Y | Y | `a.py` | {cell} |").example == example


def test_what_a_page_cannot_show_of_a_document_is_told_with_its_line() -> None:
    first = "| **AForCausalLM** |  | Y |  |  |"
    text = document(first, "| **AForCausalLM** | Y | Y | `a.py` |  |", "| AForCausalLM | Y | Y | `a.py` |  |")
    found = read_document_rows(text + b"\n## Other\n\n" + first.encode() + b"\n", "T.md", {})
    assert found.rows["AForCausalLM"].kind == "unknown"
    assert found.notes[:2] == (
        "T.md:7: is not a row of an architecture, so the page leaves it out",
        "T.md:6: AForCausalLM has a row already, T.md:5, which counts",
    )
    assert read_document_rows(document(first), "T.md", {}).notes == ()


@pytest.mark.parametrize("piece", ["[", "[a](", "[a](b", "](", "\\", "&", "* "])
def test_a_cell_of_many_beginnings_is_read_in_one_pass(piece: str) -> None:
    """Where each beginning was looked at to the end of the cell, this took minutes."""
    cell = piece * 300_000
    found = read_document_rows(document(f"| **AForCausalLM** | Y |  | {cell} |  |"), "T.md", {})
    assert "AForCausalLM" in found.rows
