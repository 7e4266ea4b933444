"""What a recipe says, in words and for programs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from archtrack.app.recipes.said import Said
from archtrack.core.recipes.lookup import Match
from archtrack.core.recipes.recipe import Launch, Option, Recipe, RecipeSource
from archtrack.render.recipes import said_json, said_lines

LAUNCH = Launch(variant="default", model="a/B", args=("--x", '{"y": 1}'), env=(("V", "2"),))
RECIPE = Recipe(
    path="recipes/models/a/B.yaml", model="a/B", args=("--t",), env=(("V", "1"),), launches=(LAUNCH,)
)
WHERE = "(recipes/models/a/B.yaml, vllm 1.0)"
FLAGS = "--t --x '{\"y\": 1}'"


def said(
    recipe: dict[str, Any] | None = None, launch: dict[str, Any] | None = None, **others: str | None
) -> Said:
    match = Match(recipe=replace(RECIPE, **recipe or {}), launch=replace(LAUNCH, **launch or {}), by="id")
    known = {"key": "BForCausalLM", "first": None, "least_is": None, **others}
    source = RecipeSource(version="1.0", date=None, file="vllm-1.0.tar.gz", sha256=None)
    return Said(engine="vllm", source=source, match=match, **known)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (said(), FLAGS),
        (said({"args": ()}, {"args": ()}), "nothing of releases and flags"),
        (said({"least": "0.9"}), f"vllm >= 0.9, {FLAGS}"),
        (said({"least": "0.9"}, {"least": "0.10"}), f"vllm >= 0.10, {FLAGS}"),
        (said({"nightly": True}), f"a nightly build, {FLAGS}"),
        (
            said({"image_only": True}, {"nightly": True}),
            f"a nightly build, only a container image, {FLAGS}",
        ),
        (said(launch={"tensor_parallel": (("default", 8),)}), f"{FLAGS}, tensor parallel 8"),
        (
            said(launch={"tensor_parallel": (("h200", 2), ("default", 4))}),
            f"{FLAGS}, tensor parallel by hardware (h200: 2, default: 4)",
        ),
        (said(launch={"tensor_parallel": (("h200", 2),)}), f"{FLAGS}, tensor parallel by hardware (h200: 2)"),
    ],
)
def test_a_line_says_what_the_recipe_says(given: Said, words: str) -> None:
    assert next(said_lines([given])) == f"vLLM's recipe for a/B says: {words} {WHERE}"


FIRST = "its code: vllm 0.9 is the first that registers BForCausalLM"


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        (said(), []),
        (said({"least": "0.9"}, first="0.9", least_is="same"), []),
        (
            said({"least": "0.8"}, first="0.9", least_is="earlier"),
            [f"{FIRST}; the recipe names an earlier one"],
        ),
        (said({"least": "1.0"}, first="0.9", least_is="later"), [f"{FIRST}; the recipe names a later one"]),
        (said({"least": "0.9", "nightly": True}, first="0.9", least_is="same"), [FIRST]),
        (said(first="0.9"), [FIRST]),
        (
            said({"least": "0.9"}, least_is="not taken"),
            ["its code: this release does not take it, although the recipe says so"],
        ),
        (said(launch={"hardware": ("b200", "b300")}), ["this checkpoint is for b200, b300"]),
        (said({"verified": ("h200",)}), ["the recipe as a whole was verified on h200"]),
        (
            said({"options": (Option(name="o", args=("-o",)), Option(name="p", args=(), opt_in=True))}),
            ["o: -o", "p (if asked for): no flags"],
        ),
        (said({"options": (Option(name="o", args=("-o",), variants=("fp8",)),)}), []),
        (
            said({"options": (Option(name="o", args=("-o",), variants=("default",), varies=True),)}),
            ["o: -o", "the recipe has more flags for some hardware or ways to serve"],
        ),
        (said({"varies": True}), ["the recipe has more flags for some hardware or ways to serve"]),
    ],
)
def test_below_it_stands_what_is_known_besides(given: Said, lines: list[str]) -> None:
    assert list(said_lines([given]))[1:] == [f"  {line}" for line in lines]


def test_of_many_launches_the_first_are_told() -> None:
    assert len(list(said_lines([said()] * 4))) == 4
    assert list(said_lines([said()] * 6))[4:] == ["and 2 more of its launches (--format json has all)"]


def test_no_sequence_of_a_terminal_comes_through() -> None:
    (line,) = said_lines([said(launch={"model": "a/\x1b[31mB"})])
    assert "\x1b" not in line


def test_for_programs_a_launch_has_the_flags_and_the_environment_of_both() -> None:
    found = said_json(said({"least": "0.9"}, first="0.9", least_is="same"))
    assert found["args"] == ["--t", "--x", '{"y": 1}']
    assert found["env"] == {"V": "2"}  # the launch's own counts
    assert (found["least"], found["first"], found["least_is"]) == ("0.9", "0.9", "same")
