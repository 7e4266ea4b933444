"""What an engine's release says of how to start models: one recipe per file, one launch per checkpoint of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EVERYWHERE", "Launch", "Option", "Recipe", "RecipeSource", "Recipes"]

EVERYWHERE = "default"
"""In the place of a piece of hardware: what holds for every one that is not named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How a recipe starts one checkpoint.

    Attributes:
        variant: what the recipe calls it.
        model: the checkpoint's id.
        precision: of its weights; None where the recipe does not say.
        least: the least release of the engine, where the recipe names one for this checkpoint.
        nightly: this checkpoint takes a build that is no release.
        args: its flags, behind those of the recipe.
        env: its environment variables.
        tensor_parallel: by hardware, or ``EVERYWHERE``: over how many devices the model is split.
        hardware: what alone it is meant for; empty where the recipe does not say.
    """

    variant: str
    model: str
    precision: str | None = None
    least: str | None = None
    nightly: bool = False
    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    tensor_parallel: tuple[tuple[str, int], ...] = ()
    hardware: tuple[str, ...] = ()

    @property
    def devices(self) -> int | None:
        """Over how many devices the model is split on all hardware; None where that depends, or is not said."""
        return dict(self.tensor_parallel).get(EVERYWHERE) if len(self.tensor_parallel) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """What a recipe can turn on besides, such as tool calls.

    Attributes:
        name: what the recipe calls it; ``NAME.WAY`` where there are several ways to have it.
        args: its flags.
        opt_in: it is off unless somebody asks for it.
        variants: the launches that it is for; empty for all.
        varies: other flags hold for some hardware or ways to serve, which are not kept.
    """

    name: str
    args: tuple[str, ...]
    opt_in: bool = False
    variants: tuple[str, ...] = ()
    varies: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One file of a release, as facts.

    Attributes:
        path: from the root of the source distribution.
        model: the id of the model that it is about.
        least: the least release of the engine; None where it names none.
        nightly: it asks for a build that is no release.
        image_only: by its own words no package of the engine runs the model, but an image of a container.
        updated: the day of its last change, by its own words.
        args: the flags of every launch.
        env: the environment variables of every launch.
        options: what can be turned on besides.
        verified: the hardware on which it was tried.
        unsupported: the hardware on which it does not run.
        varies: other flags hold for some hardware or ways to serve, which are not kept.
        launches: in the order of the file.
    """

    path: str
    model: str
    least: str | None = None
    nightly: bool = False
    image_only: bool = False
    updated: str | None = None
    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    options: tuple[Option, ...] = ()
    verified: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    varies: bool = False
    launches: tuple[Launch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeSource:
    """The release that holds the recipes.

    Attributes:
        version: of the engine.
        date: the day on which it came out; None where the index does not say.
        file: its source distribution.
        sha256: of that file, hex digits; None where the index does not say.
    """

    version: str
    date: str | None
    file: str
    sha256: str | None


@dataclass(frozen=True, kw_only=True)
class Recipes:
    """The recipes of one release of an engine.

    Attributes:
        tool: the archtrack that read them.
        engine: whose they are.
        source: the release.
        recipes: by path.
        unresolved: (path, reason) of what could not be read.
    """

    tool: str
    engine: str
    source: RecipeSource
    recipes: tuple[Recipe, ...]
    unresolved: tuple[tuple[str, str], ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, tuple[tuple[Recipe, Launch], ...]]:
        """The launches of each checkpoint, by its id in small letters."""
        found: dict[str, tuple[tuple[Recipe, Launch], ...]] = {}
        for recipe in self.recipes:
            for launch in recipe.launches:
                model = launch.model.lower()
                found[model] = (*found.get(model, ()), (recipe, launch))
        return found
