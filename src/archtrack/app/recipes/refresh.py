"""The use case of ``data recipes``: read the recipes of the newest release that has some, and write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.app.newest_release import newest_release
from archtrack.core.recipes.data_file import write_recipes
from archtrack.core.recipes.recipe import Recipes, RecipeSource
from archtrack.core.wording import counted
from archtrack.errors import SourceError, UsageError
from archtrack.recipes import vllm
from archtrack.sources.files import make_folder, read_document, write_atomic
from archtrack.sources.index.http import Http
from archtrack.version import __version__

from .store import read_recipes, recipes_file

if TYPE_CHECKING:
    from pathlib import Path

    from archtrack.sources.workspace import Workspace

__all__ = ["RecipesRefreshed", "refresh_recipes"]

_FALL = 5
"""A release with less than four fifths of the recipes that are known is not believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipesRefreshed:
    """What became of the recipes.

    Attributes:
        recipes: as the newest release has them.
        doubt: why they are not believed; None where they are.
        written: the file was replaced.
    """

    recipes: Recipes
    doubt: str | None
    written: bool


def refresh_recipes(
    folder: Path, workspace: Workspace, *, base: Recipes | None = None, accepted: str | None = None
) -> RecipesRefreshed:
    """Read the recipes of vLLM's newest release, and write them.

    Args:
        folder: of the data file; created if it is missing.
        workspace: where the run takes place.
        base: the recipes that count where the folder has none.
        accepted: the release that a person has confirmed although it has so few.

    Raises:
        UsageError: no request may be made, or PyYAML is missing.
        SourceError: the release cannot be read, or has no recipes; nothing is changed then.
        DataError: the file in the folder holds no recipes.
        DocumentError: the file cannot be written.
    """
    if workspace.offline:
        raise UsageError("a refresh asks the package index; unset ARCHTRACK_OFFLINE")
    vllm.expect_library()
    make_folder(folder)
    path = recipes_file(folder, vllm.ENGINE)
    found = read_document(path) or b""
    old = read_recipes(path) if found else base
    recipes = _read(workspace)
    doubt = None
    if old is not None and len(recipes.recipes) * _FALL < len(old.recipes) * (_FALL - 1):
        doubt = f"{counted(len(recipes.recipes), 'recipe')}, after {len(old.recipes)} in {old.source.version}"
    if doubt is not None and accepted != recipes.source.version:
        return RecipesRefreshed(recipes=recipes, doubt=doubt, written=False)
    data = write_recipes(recipes).encode()
    written = data != found and not (not found and base is not None and write_recipes(base).encode() == data)
    if written:
        write_atomic(path, data, expected=found)
    return RecipesRefreshed(recipes=recipes, doubt=None, written=written)


def _read(workspace: Workspace) -> Recipes:
    """What the newest release says that is not withdrawn."""
    http = Http(workspace.index_settings())
    try:
        release, files = newest_release(vllm.ENGINE, "sdist", vllm.layout, vllm.FILES, workspace, http)
    finally:
        http.close()
    recipes, unresolved = vllm.read(files)
    if not recipes:
        raise SourceError(f"{release.file.name}: none of its {len(files)} recipes could be read")
    return Recipes(
        tool=__version__,
        engine=vllm.ENGINE,
        source=RecipeSource(
            version=release.version,
            date=release.date,
            file=release.file.name,
            sha256=release.file.sha256,
        ),
        recipes=recipes,
        unresolved=unresolved,
    )
