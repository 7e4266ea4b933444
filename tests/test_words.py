"""Words and phrasings that no text uses: ``docs/words.toml`` lists them, with what to write instead."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archtrack.core.toml import loads

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
INSTEAD: dict[str, str] = loads((ROOT / "docs" / "words.toml").read_text(encoding="utf-8"))
OWN = re.compile(
    r"README\.md|docs/(index|start/\w+|reference/(sources|exit-codes)|explanation/compared-with-the-script"
    r"|tasks/(audit|check|ci|demand|export|features|history|issue|models|requires|update))\.md"
)
FOLDERS = ("docs", "skills", "benchmarks", "src")

_CODE = re.compile(r"^ *```.*?^ *```$|`[^`\n]+`|(?<=\])\([^)\s]+\)", re.DOTALL | re.MULTILINE)


def pages() -> Iterator[tuple[str, str]]:
    """Every page without its code and the targets of its links."""
    for path in sorted(
        (*ROOT.glob("*.md"), *(path for name in FOLDERS for path in (ROOT / name).rglob("*.md")))
    ):
        name = path.relative_to(ROOT).as_posix()
        if OWN.fullmatch(name):
            yield name, _CODE.sub("", path.read_text(encoding="utf-8"))


def found(text: str) -> list[str]:
    """Which of the listed words and phrasings are in a text, wherever its lines end."""
    plain = re.sub(r"\s+", " ", text.lower())
    return [phrase for phrase in INSTEAD if re.search(rf"(?<![\w-]){re.escape(phrase)}(?![\w-])", plain)]


def test_no_text_uses_a_word_of_the_list() -> None:
    checked = list(pages())
    assert len(checked) > 10
    assert [
        f"{where}: {phrase}: {INSTEAD[phrase]}" for where, text in checked for phrase in found(text)
    ] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is simply\n  so.", ["simply"]),
        ("In order\nto adjust it", ["in order to"]),
        ("This justifies nothing.", []),
        ("An unjust-just case", []),
        ("", []),
    ],
)
def test_a_phrase_is_found_wherever_lines_end_and_not_within_a_word(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_code_and_the_targets_of_links_are_no_words() -> None:
    text = "a `just` [b](just.md)\n```sh\njust\n```\n- c\n  ```text\n  just\n  ```\njust"
    assert _CODE.sub("", text).count("just") == 1
