"""The model index as a file, and what is wrong with one."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.core.models.data_file import WrongIndexError, parse_index, write_index
from archtrack.core.models.lint import lint_index
from archtrack.data import MODELS

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD: dict[str, Any] = {
    "schema_version": 1,
    "tool": "0.1.0",
    "sources": [
        {
            "package": "curated",
            "version": "1.0",
            "date": "2026-01-31",
            "file": "curated-1.0-py3-none-any.whl",
            "sha256": "a" * 64,
            "attests": True,
            "ids": 2,
            "unresolved": 0,
        }
    ],
    "files": ["a.py"],
    "claims": [[0, 0, ["AForCausalLM"], None, None, None], [0, 0, [], "b", "text-generation", None]],
    "models": {"owner": {"A": [10, [0, 7]], "B": [0, 1]}},
}


def text(data: dict[str, Any]) -> str:
    return write_index(parse_index(json.dumps(data)))


def test_the_same_index_gives_the_same_text_again() -> None:
    shipped = MODELS.read_text(encoding="utf-8")
    assert write_index(parse_index(shipped)) == shipped
    assert text(json.loads(text(GOOD))) == text(GOOD)


def test_the_shipped_index_is_right_and_no_larger_than_it_may_be() -> None:
    assert lint_index(MODELS.read_text(encoding="utf-8")) == ()
    assert MODELS.stat().st_size <= 1_000_000


def test_what_is_said_of_a_model_has_its_place() -> None:
    index = parse_index(text(GOOD))
    (said,) = index.said("owner/A")
    assert (said.claim.path, said.line, said.claim.architectures) == ("a.py", 7, ("AForCausalLM",))
    (said,) = index.said("owner/B")
    assert (said.line, said.claim.model_type, said.claim.task) == (0, "b", "text-generation")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("", "not JSON"),
        ("[]", "schema version None"),
        ('{"schema_version": 2}', "schema version 2, and this archtrack reads 1"),
        ('{"schema_version": 1}', "KeyError"),
        (json.dumps({**GOOD, "claims": [[0, 9, [], "b", None, None]]}), "IndexError"),
        (json.dumps({**GOOD, "claims": [[0, 0, [1], None, None, None]]}), "of another kind"),
        (json.dumps({**GOOD, "models": {"owner": {"A": 7}}}), "of another kind"),
        (json.dumps({**GOOD, "models": {"owner": []}}), "AttributeError"),
        (json.dumps({**GOOD, "sources": [{"package": "x"}]}), "TypeError"),
    ],
)
def test_what_is_no_index_is_said(wrong: str, words: str) -> None:
    with pytest.raises(WrongIndexError, match=words):
        parse_index(wrong)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _: None, ""),
        (lambda data: data["sources"][0].update(sha256="x"), "its sha256 is not valid"),
        (lambda data: data["sources"][0].update(version="one"), "'one' is not a version"),
        (lambda data: data["sources"][0].update(date="yesterday"), "'yesterday' is not a date"),
        (lambda data: data["sources"][0].update(ids=3), "it says something of 2 models, not of 3"),
        (
            lambda data: data["sources"].append(data["sources"][0]),
            "not sorted by package, or one is there twice",
        ),
        (lambda data: data["claims"].append([0, 0, [], None, None, None]), "claim 2 says nothing"),
        (lambda data: data["claims"].append([0, 0, [], "c", None, None]), "claim 2 is of no model"),
        (lambda data: data["claims"].append([4, 0, [], "c", None, None]), "claim 2 is of no source"),
        (lambda data: data["claims"].append([0, 0, ["B", "A"], None, None, None]), "are not sorted"),
        (lambda data: data["claims"].append([0, 0, ["B\n"], None, None, None]), "cannot be printed"),
        (lambda data: data["models"]["owner"].update(C=[0, 9]), "owner/C: 9 is not a claim"),
        (lambda data: data["models"]["owner"].update(C=[0, [0, 0]]), r"owner/C: \[0, 0\] is not a claim"),
        (lambda data: data["models"]["owner"].update(C=[-1, 0]), "owner/C: no source names it"),
        (lambda data: data["models"]["owner"].update(C=[]), "owner/C: no source names it"),
        (lambda data: data["models"].update({"..": {"x": [0, 0]}}), "is not an id on the Hub"),
    ],
)
def test_what_is_wrong_with_an_index_is_told(change: Callable[[Any], None], words: str) -> None:
    data = json.loads(json.dumps(GOOD))
    change(data)
    found = lint_index(text(data))
    assert bool(found) is bool(words)
    assert re.search(words, "\n".join(found)), found


def test_a_file_that_a_refresh_would_write_otherwise_is_told() -> None:
    assert lint_index(json.dumps(GOOD)) == ("it is not written as a refresh writes it",)
