"""Where recipes lie, and reading them: what archtrack ships, and what a user has instead."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from archtrack.app.history.data_files import data_folder
from archtrack.app.history.store import read_data
from archtrack.core.parsing import parse_version
from archtrack.core.recipes.data_file import WrongRecipesError, parse_recipes
from archtrack.core.recipes.lint import lint_recipes
from archtrack.data import RECIPES
from archtrack.errors import DataError
from archtrack.sources.files import identity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from archtrack.core.recipes.recipe import Recipes

__all__ = ["read_recipes", "recipes_file", "recipes_folder", "recipes_of"]

_MEND = "remove it, and `archtrack data recipes` makes one that fits"


def recipes_folder(environ: Mapping[str, str]) -> Path:
    """The folder of the user's own recipes, within that of the user's data; it need not exist.

    Raises:
        UsageError: it is in a home folder that nobody knows.
    """
    return data_folder(environ) / RECIPES.name


def recipes_file(folder: Path, engine: str) -> Path:
    """The file of an engine's recipes in a folder."""
    return folder / f"{engine}.json"


def recipes_of(engine: str, environ: Mapping[str, str]) -> Recipes | None:
    """The recipes of an engine that count: the user's, if they are of the release of the shipped ones or a newer one.

    Returns:
        None for an engine without recipes.

    Raises:
        DataError: a file of them cannot be read.
    """
    shipped = recipes_file(RECIPES, engine)
    known = read_recipes(shipped) if shipped.is_file() else None
    own = recipes_file(recipes_folder(environ), engine)
    if not own.is_file():
        return known
    found = read_recipes(own)
    older = known is not None and parse_version(found.source.version) < parse_version(known.source.version)
    return known if older else found


def read_recipes(path: Path) -> Recipes:
    """The recipes that a file holds; the same ones again as long as the file is the same.

    Raises:
        DataError: it cannot be read, or holds none.
    """
    return _parsed(path, identity(path))


@lru_cache(maxsize=4)
def _parsed(path: Path, _as_it_is: tuple[int, ...] | None) -> Recipes:
    try:
        text = read_data(path)
        if path.parent != RECIPES:  # what is shipped has been checked
            problems = lint_recipes(text.decode("utf-8", "replace"), path.stem)
            if problems:
                raise DataError(f"{path}: {problems[0]}; {_MEND}")
        return parse_recipes(text)
    except WrongRecipesError as error:
        raise DataError(f"{path}: {error}; {_MEND}") from error
