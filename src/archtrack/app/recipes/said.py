"""What an engine's recipes say of a target: a claim beside the answer, which changes nothing of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.core.parsing import parse_version
from archtrack.core.recipes.lookup import EARLIER, NOT_TAKEN, find_recipes, least_of, stands
from archtrack.hub.targets import model_named
from archtrack.model import Status

from .store import recipes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.app.presence import Presence
    from archtrack.core.recipes.lookup import Match
    from archtrack.core.recipes.recipe import RecipeSource
    from archtrack.hub.targets import Target

__all__ = ["Said", "said_of"]

_TAKES_NOT = frozenset({Status.UNSUPPORTED, Status.REFUSED, Status.GONE, Status.UNIMPORTABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one launch of a recipe says of a target.

    Attributes:
        engine: whose recipe it is.
        source: the release that holds it.
        match: the recipe, and how it was found.
        key: what the engine looked up in its registry; None where that is not known.
        first: the first release that registers it, by the history; None where that is not known, or the release that
            was asked does not run it itself.
        least_is: how the least release of the recipe stands to that: ``same``, ``earlier`` or ``later``; ``not taken``
            where the release that was asked should take it by the recipe and does not by its code; None where nothing
            can be said. Neither ``earlier`` nor ``not taken`` where the model may have another architecture, or the
            recipe asks for a build that is no release.
    """

    engine: str
    source: RecipeSource
    match: Match
    key: str | None
    first: str | None
    least_is: str | None


def said_of(target: Target, presence: Presence, environ: Mapping[str, str]) -> tuple[Said, ...]:
    """What the recipes of an engine say of a target.

    Args:
        target: a model, by its name or its id.
        presence: what the engine does with it.
        environ: the environment, for the user's own recipes.

    Raises:
        DataError: the recipes cannot be read.
    """
    recipes = recipes_of(presence.engine, environ)
    if recipes is None:
        return ()
    bounds = presence.bounds if presence.status is Status.NATIVE else None
    first = None if bounds is None else bounds.first.version
    exact = bounds is not None and bounds.first_exact
    sure = target.found is None or len(target.found.candidates) == 1
    return tuple(
        Said(
            engine=recipes.engine,
            source=recipes.source,
            match=match,
            key=presence.key,
            first=first,
            least_is=_least_is(match, presence, first, exact=exact, sure=sure and not match.is_no_release),
        )
        for match in find_recipes(model_named(target.text), target.found, recipes)
    )


def _least_is(match: Match, presence: Presence, first: str | None, *, exact: bool, sure: bool) -> str | None:
    least = least_of(match)
    if least is None:
        return None
    if first is not None:
        how = stands(least, first, exact=exact)
        return how if sure or how != EARLIER else None
    missed = sure and presence.status in _TAKES_NOT and _reaches(presence.version, least)
    return NOT_TAKEN if missed else None


def _reaches(version: str | None, least: str) -> bool:
    """Whether a release is a certain one or a later one; not where it does not say which it is."""
    try:
        return version is not None and parse_version(version) >= parse_version(least)
    except ValueError:
        return False
