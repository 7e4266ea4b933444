"""What is wrong with a data file of recipes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archtrack.core.parsing import parse_date, parse_version

from .data_file import WrongRecipesError, parse_recipes, write_recipes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .recipe import Recipe, Recipes

__all__ = ["lint_recipes"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_DEVICES = 10**6
_SHOWN = 20
"""Problems of recipes that are told."""


def lint_recipes(text: str, engine: str) -> tuple[str, ...]:
    """What is wrong with the text of a data file; nothing if a refresh would write the same text.

    Args:
        text: of the file.
        engine: whose it is, by its name.
    """
    try:
        recipes = parse_recipes(text)
    except WrongRecipesError as error:
        return (str(error),)
    found = [*_source(recipes, engine)]
    found += [problem for each in recipes.recipes for problem in _recipe(each)][:_SHOWN]
    if not found and write_recipes(recipes) != text:
        found.append("it is not written as a refresh writes it")
    return tuple(found)


def _source(recipes: Recipes, engine: str) -> Iterator[str]:
    source = recipes.source
    if recipes.engine != engine:
        yield f"it has recipes of {recipes.engine[:40]!r}, and is named after {engine!r}"
    if source.sha256 is not None and not _SHA256.fullmatch(source.sha256):
        yield "its sha256 is not valid"
    yield from _version(source.version, "its source")
    yield from _day(source.date, "its source")
    paths = [each.path for each in recipes.recipes]
    if paths != sorted(set(paths)):
        yield "the recipes are not sorted by path, or one is there twice"


def _recipe(recipe: Recipe) -> Iterator[str]:
    where = recipe.path[:200]
    texts = [recipe.path, recipe.model, *recipe.args, *recipe.verified, *recipe.unsupported]
    texts += [each for pair in recipe.env for each in pair]
    for option in recipe.options:
        texts += [option.name, *option.args, *option.variants]
    for launch in recipe.launches:
        texts += [launch.variant, launch.model, *launch.args, *launch.hardware]
        texts += [each for pair in launch.env for each in pair]
        yield from _version(launch.least, where)
        if not all(0 < count < _MOST_DEVICES for _, count in launch.tensor_parallel):
            yield f"{where}: {launch.variant[:40]!r} has a number of devices that is none"
    if not all(each.isprintable() for each in texts):
        yield f"{where!r}: has characters that cannot be printed"
    if not recipe.model or not recipe.launches or not all(each.model for each in recipe.launches):
        yield f"{where}: names no model, or no launch of it"
    yield from _version(recipe.least, where)
    yield from _day(recipe.updated, where)


def _version(text: str | None, where: str) -> Iterator[str]:
    try:
        if text is not None:
            parse_version(text)
    except ValueError:
        yield f"{where}: {str(text)[:40]!r} is not a version"


def _day(text: str | None, where: str) -> Iterator[str]:
    try:
        if text is not None:
            parse_date(text)
    except ValueError:
        yield f"{where}: {str(text)[:40]!r} is not a date"
