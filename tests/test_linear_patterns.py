"""Every regular expression of the package looks at a number of characters in proportion to the text."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import archtrack
from pattern_steps import Matcher, TooManyError, hostile_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES = (
    24,
    48,
    96,
)  # characters that are repeated; twice the text is twice the steps, or four times if it is quadratic
AT_THE_START = {"match", "fullmatch"}
MADE = {
    "archtrack.core.models.words",
    "archtrack.core.verdict.error_messages",
    "archtrack.mcp.tool",
    "archtrack.sources.patterns",
}
"""Modules that make a pattern of escaped pieces, or all patterns of a tuple or dict, which is looked into."""
FUNCTIONS = AT_THE_START | {"search", "sub", "finditer", "findall", "split"}


def patterns() -> Iterator[Any]:
    """Every pattern with the place where it stands, and how it is held against texts."""
    for found in pkgutil.walk_packages(archtrack.__path__, "archtrack."):
        module = importlib.import_module(found.name)
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        tree = ast.parse(source)
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=attr), args=[argument, *_]):
                    if attr not in FUNCTIONS | {"compile"}:
                        continue
                    where = f"{found.name}:{node.lineno}"
                    expression = ast.Expression(node if attr == "compile" else argument)
                    try:
                        pattern = re.compile(eval(compile(expression, where, "eval"), vars(module)))  # noqa: S307 - our own
                    except NameError:
                        assert found.name in MADE, f"{where}: of names that only a function has; see MADE"
                        continue
                    uses = {attr} if attr != "compile" else _uses(tree, node)
                    yield pytest.param(pattern, uses, id=where)
        uses = {"search"} if ".search(" in source else {"match"}
        for name, value in vars(module).items():
            for number, pattern in enumerate(_held(value)):
                yield pytest.param(pattern, uses, id=f"{found.name}:{name}[{number}]")


def _held(value: object) -> Iterator[re.Pattern[Any]]:
    """The patterns in a tuple or dict, at whatever depth."""
    parts = value if isinstance(value, tuple) else tuple(value.values()) if type(value) is dict else ()
    for each in parts:
        if isinstance(each, re.Pattern):
            yield each
        else:
            yield from _held(each)


def _uses(tree: ast.AST, call: ast.Call) -> set[str]:
    """The methods that are called of the name that a compiled pattern has; ``search`` where it has none."""
    names = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and node.value is call
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    uses = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names
    }
    return uses & FUNCTIONS or {"search"}


def steps(pattern: re.Pattern[Any], uses: set[str], text: str) -> int:
    matcher = Matcher(pattern)
    if uses <= AT_THE_START:
        return max(matcher.first(text, whole="fullmatch" in uses), matcher.first(text, whole=True))
    return matcher.all(text)


def growth(pattern: re.Pattern[Any], uses: set[str]) -> str | None:
    """The text on which the steps grow faster than it does, in words; None for a pattern that has none."""
    for start, pump, end in hostile_shapes(pattern):
        texts = [start + pump * max(size // len(pump), size // SIZES[0]) + end for size in SIZES]
        shown = f"{start!r}, {pump!r} over and over, {end!r}"
        try:
            first, second, third = (steps(pattern, uses, text) for text in texts)
        except (TooManyError, RecursionError):
            return f"{shown}: it does not end"
        # Few steps for each character are no growth, whatever the pattern begins with.
        if third > 4 * len(texts[-1]) and third - second > 3 * (second - first):
            return f"{shown}: {first}, {second}, {third} steps"
    return None


@pytest.mark.parametrize(("pattern", "uses"), list(patterns()))
def test_a_pattern_looks_at_each_character_a_bounded_number_of_times(
    pattern: re.Pattern[Any], uses: set[str]
) -> None:
    assert growth(pattern, uses) is None


@pytest.mark.parametrize(
    ("pattern", "is_linear"),
    [
        (r"\s+#+$", False),
        (r"(?:(?:[-+*]|\d{1,9}[.)])\s+)+(?=```|~~~)", False),
        (r"(a+)+b", False),
        (r'"(?:[^"\\\n]|\\.)*"', False),
        (r"[a-z]+", True),
        (r"x(?:a|b)*y?", True),
    ],
)
def test_the_count_of_steps_tells_a_pattern_that_backtracks_from_one_that_does_not(
    pattern: str, *, is_linear: bool
) -> None:
    assert (growth(re.compile(pattern), {"search"}) is None) == is_linear
