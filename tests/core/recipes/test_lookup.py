"""Which recipes are about a model, and how the least release that one names stands to the history."""

from __future__ import annotations

import pytest

from archtrack.core.models.lookup import Candidate, Found
from archtrack.core.recipes.lookup import find_recipes, least_of, stands
from archtrack.core.recipes.recipe import Launch, Recipe, Recipes, RecipeSource


def recipe(model: str, **variants: str) -> Recipe:
    own = Launch(variant="default", model=model)
    others = (Launch(variant=name, model=other) for name, other in variants.items())
    return Recipe(path=f"{model}.yaml", model=model, least="1.0", launches=(own, *others))


RECIPES = Recipes(
    tool="0",
    engine="vllm",
    source=RecipeSource(version="1.0", date=None, file="a", sha256=None),
    recipes=(
        recipe("Acme/Bolt-3-32B", fp8="Acme/Bolt-3-32B-FP8", tuned="Acme/Bolt-3-32B"),
        recipe("Acme/Bolt-3-8B"),
        recipe("Acme/Bolt-3-VL-8B"),
        recipe("Acme/Nut-Instruct"),
    ),
)


def known(how: str, model: str | None, read_as: str | None = None) -> Found:
    one = Candidate(architecture="A", model_type=None, ids=1)
    return Found(how=how, model=model, candidates=(one,), others=(), ids=1, read_as=read_as)


@pytest.mark.parametrize(
    ("name", "found", "by", "launches"),
    [
        ("Acme/Bolt-3-32B-FP8", None, "id", ["fp8"]),
        ("acme/bolt-3-32b", None, "id", ["default", "tuned"]),
        ("bolt 3 32B", None, "name", ["default", "tuned"]),
        ("Bolt-3-32B", known("exact", "Acme/Bolt-3-32B"), "name", ["default", "tuned"]),
        ("other/Bolt-3-32B-FP8", None, None, []),  # an id is one checkpoint
        ("other/Bolt-3-32B-GGUF", known("copy of", "Acme/Bolt-3-32B"), "copy of", ["default", "tuned"]),
        ("nut", known("variant of", "Acme/Nut-Instruct"), "variant of", ["default"]),
        ("nut", known("variant of", "Acme/Nut-Base"), None, []),
        ("other/x", known("exact", "other/x"), None, []),
        ("bolt3", known("family", None), "family", ["default", "default"]),  # not those of Bolt 3 VL
        ("bolt 3 8b", known("family", None), "name", ["default"]),
        ("bolt-3-8b-chat", None, "family", ["default"]),
        ("bolt 3 70b", known("family", None), None, []),
        ("bolt", known("family", None), None, []),
        ("blot3", known("family", None, read_as="bolt3"), "family", ["default", "default"]),
        ("BoltForCasualLM", known("spelling of", "BoltForCausalLM", read_as="BoltForCausalLM"), None, []),
        ("", None, None, []),
        ("...", None, None, []),
    ],
)
def test_a_model_has_the_recipes_that_are_about_it(
    name: str, found: Found | None, by: str | None, launches: list[str]
) -> None:
    matches = find_recipes(name, found, RECIPES)
    assert [each.launch.variant for each in matches] == launches
    assert {each.by for each in matches} == ({by} if by is not None else set())


def test_the_least_release_of_a_launch_comes_before_that_of_its_recipe() -> None:
    own = Recipe(
        path="a",
        model="a/b",
        least="1.0",
        launches=(Launch(variant="x", model="a/b"), Launch(variant="y", model="a/c", least="1.1")),
    )
    recipes = Recipes(tool="0", engine="vllm", source=RECIPES.source, recipes=(own,))
    assert [least_of(*find_recipes(name, None, recipes)) for name in ("a/b", "a/c")] == ["1.0", "1.1"]


@pytest.mark.parametrize(
    ("least", "first", "how"),
    [
        ("0.11.0", "0.11.0", "same"),
        ("0.11", "0.11.0", "same"),
        ("0.9.0", "0.11.0", "earlier"),
        ("0.11.0", "0.9.2", "later"),
        ("0.11.0", "≤0.9.2", "later"),
        ("0.11.0", "≤0.11.0", None),  # it may have been there before
        ("0.9.0", "≤0.11.0", None),
        ("0.11.0", "b1234-x", None),
    ],
)
def test_how_a_least_release_stands_to_the_first(least: str, first: str, how: str | None) -> None:
    assert stands(least, first.removeprefix("≤"), exact=not first.startswith("≤")) == how
