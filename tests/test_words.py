"""Words and phrasings that no text uses: ``docs/words.toml`` lists them, with what to write instead."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from archtrack.cli import archtrack
from archtrack.core.toml import loads

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
INSTEAD: dict[str, str] = loads((ROOT / "docs" / "words.toml").read_text(encoding="utf-8"))
FOLDERS = ("docs", "skills", "benchmarks", "src")

_CODE = re.compile(r"^ *```.*?^ *```$|`[^`\n]+`|(?<=\])\([^)\s]+\)", re.DOTALL | re.MULTILINE)


def pages() -> Iterator[tuple[str, str]]:
    """Every page, without its code and the targets of its links."""
    below = (path for name in FOLDERS for path in (ROOT / name).rglob("*.md"))
    for path in sorted((*ROOT.glob("*.md"), *below)):
        if path.name != "CHANGELOG.md":  # it says what was, in the words of then
            yield path.relative_to(ROOT).as_posix(), _CODE.sub("", path.read_text(encoding="utf-8"))


def helps(name: str = "archtrack", command: click.Command = archtrack) -> Iterator[tuple[str, str]]:
    """What ``--help`` says, verb by verb."""
    options = [option.help or "" for option in command.params if isinstance(option, click.Option)]
    yield f"{name} --help", "\n".join((command.help or "", *options, command.epilog or ""))
    if isinstance(command, click.Group):
        context = click.Context(command)
        for inner in command.list_commands(context):
            below = command.get_command(context, inner)
            if below is not None:
                yield from helps(f"{name} {inner}", below)


def texts_of(source: str) -> Iterator[tuple[int, str]]:
    """Every string of a module that is no docstring, with its line; what an f-string puts in is `…`."""
    nodes = list(ast.walk(ast.parse(source)))
    parts = {id(value) for node in nodes if isinstance(node, ast.JoinedStr) for value in node.values}
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            yield (
                node.lineno,
                "".join(
                    str(value.value) if isinstance(value, ast.Constant) else "…" for value in node.values
                ),
            )
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in parts | docstrings
        ):
            yield node.lineno, node.value


def messages() -> Iterator[tuple[str, str]]:
    """Every text in the source that somebody may read."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        for line, text in texts_of(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(ROOT).as_posix()}:{line}", text


def page() -> Iterator[tuple[str, str]]:
    """The parts of the page, with their comments."""
    for path in sorted((ROOT / "src" / "archtrack" / "site" / "parts").rglob("*.*")):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def found(text: str) -> list[str]:
    """Which of the listed words and phrasings are in a text, wherever its lines end."""
    plain = re.sub(r"\s+", " ", text.lower())
    return [phrase for phrase in INSTEAD if re.search(rf"(?<![\w-]){re.escape(phrase)}(?![\w-])", plain)]


@pytest.mark.parametrize("texts", [pages, helps, messages, page])
def test_no_text_uses_a_word_of_the_list(texts: Any) -> None:
    checked = list(texts())
    assert len(checked) > 15
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


def test_the_strings_of_a_module_are_texts_and_its_docstrings_and_comments_are_not() -> None:
    source = '"""just"""\nx = "a"  # just\n\n\ndef f(y):\n    """just"""\n    return f"b {y} c" "d"\n'
    assert list(texts_of(source)) == [(2, "a"), (7, "b … cd")]
