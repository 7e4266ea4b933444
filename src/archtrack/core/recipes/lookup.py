"""Which recipes are about a model, and how the least release that one names stands to the history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.core.models.words import bare, squashed, words_of
from archtrack.core.parsing import parse_version

if TYPE_CHECKING:
    from archtrack.core.models.lookup import Found

    from .recipe import Launch, Recipe, Recipes

__all__ = ["EARLIER", "LATER", "NOT_TAKEN", "SAME", "Match", "find_recipes", "least_of", "stands"]

SAME, EARLIER, LATER, NOT_TAKEN = "same", "earlier", "later", "not taken"
"""How the least release of a recipe stands to the history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A launch of a recipe that is about a model.

    Attributes:
        recipe: which.
        launch: of which checkpoint.
        by: ``id``, ``name`` (the id without its owner), ``copy of`` or ``variant of`` (the model that it is one of), or
            ``family``.
    """

    recipe: Recipe
    launch: Launch
    by: str

    @property
    def is_no_release(self) -> bool:
        """Whether it asks for a build that is no release, which may have what no release has."""
        return self.recipe.nightly or self.launch.nightly or self.recipe.image_only


def find_recipes(name: str, found: Found | None, recipes: Recipes) -> tuple[Match, ...]:
    """The launches that are about a model, by the first of these that finds some.

    Its id; its name, however it is written; the model of the index that it is taken for; and of a family the recipes of
    its models, each by its first launch.

    Args:
        name: the id of a model, or what people call it.
        found: what the model index has for it; None where it was not asked, or has nothing.
        recipes: all that there are.
    """
    own = recipes.by_id.get(name.strip().lower())
    if own is not None:
        return _matches(own, "id")
    if "/" not in name:
        letters = squashed(name)
        same = [
            each
            for model, launches in recipes.by_id.items()
            if letters and squashed(bare(model)) == letters
            for each in launches
        ]
        if same:
            return _matches(tuple(same), "name")
    if found is not None and found.model is not None:
        own = recipes.by_id.get(found.model.lower(), ())
        return _matches(own, "name" if found.how == "exact" else found.how)
    if "/" in name:
        return ()
    return _of_family((found.read_as if found is not None else None) or name, recipes)


def _matches(launches: tuple[tuple[Recipe, Launch], ...], by: str) -> tuple[Match, ...]:
    return tuple(Match(recipe=recipe, launch=launch, by=by) for recipe, launch in launches)


def _of_family(name: str, recipes: Recipes) -> tuple[Match, ...]:
    """The recipes of the models of a family, of the sizes alone that the name has."""
    asked = words_of(name)
    matches = []
    for recipe in recipes.recipes:
        words = words_of(bare(recipe.model))
        if words.family == asked.family and set(asked.sizes) <= set(words.sizes):
            matches.append(Match(recipe=recipe, launch=recipe.launches[0], by="family"))
    return tuple(matches)


def least_of(match: Match) -> str | None:
    """The least release that a launch takes: its own, else that of its recipe; None where neither names one."""
    return match.launch.least or match.recipe.least


def stands(least: str, first: str, *, exact: bool) -> str | None:
    """How a least release stands to the first that takes a checkpoint: the same, earlier or later.

    Args:
        least: by a recipe.
        first: by the history.
        exact: False where the first one may have been before the oldest release that was read.

    Returns:
        None where that cannot be said.
    """
    try:
        said, known = parse_version(least), parse_version(first)
    except ValueError:  # a release may be called by its day
        return None
    if said > known:
        return LATER
    if not exact:
        return None
    return SAME if said == known else EARLIER
