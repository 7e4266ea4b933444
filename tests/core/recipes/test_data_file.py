"""Recipes as a file, and what is wrong with one."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.core.recipes.data_file import WrongRecipesError, holds_recipes, parse_recipes, write_recipes
from archtrack.core.recipes.lint import lint_recipes
from archtrack.core.recipes.recipe import Launch, Option
from archtrack.data import HISTORY, MODELS, RECIPES

if TYPE_CHECKING:
    from collections.abc import Callable

SHIPPED = (RECIPES / "vllm.json").read_text(encoding="utf-8")
GOOD: dict[str, Any] = {
    "schema_version": 1,
    "tool": "0.1.0",
    "engine": "vllm",
    "source": {"version": "1.0", "date": "2026-01-31", "file": "vllm-1.0.tar.gz", "sha256": "a" * 64},
    "unresolved": [["recipes/models/b/C.yaml", "is no YAML"]],
    "recipes": [
        {
            "path": "recipes/models/a/B.yaml",
            "model": "a/B",
            "least": "0.11.0",
            "updated": "2026-01-01",
            "args": ["-x"],
            "env": {"A": "1"},
            "options": [{"name": "tool_calling", "args": ["-y"], "opt_in": True}],
            "verified": ["h200"],
            "launches": [
                {"variant": "default", "model": "a/B", "tensor_parallel": {"default": 8}},
                {"variant": "fp8", "model": "a/B-FP8", "least": "0.12.0"},
            ],
        }
    ],
}


def text(data: dict[str, Any]) -> str:
    return write_recipes(parse_recipes(json.dumps(data)))


def changed(change: Callable[[Any], object]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(GOOD))
    change(data)
    return data


def test_the_same_recipes_give_the_same_text_again() -> None:
    assert write_recipes(parse_recipes(SHIPPED)) == SHIPPED
    assert text(json.loads(text(GOOD))) == text(GOOD)


def test_the_shipped_recipes_are_right_and_no_larger_than_they_may_be() -> None:
    assert lint_recipes(SHIPPED, "vllm") == ()
    assert len(SHIPPED.encode()) <= 300_000


def test_what_a_recipe_does_not_say_is_left_out_and_comes_back_as_it_was() -> None:
    recipes = parse_recipes(text(GOOD))
    (recipe,) = recipes.recipes
    assert (recipe.nightly, recipe.image_only, recipe.varies, recipe.unsupported) == (False, False, False, ())
    assert recipe.launches == (
        Launch(variant="default", model="a/B", tensor_parallel=(("default", 8),)),
        Launch(variant="fp8", model="a/B-FP8", least="0.12.0"),
    )
    assert recipe.options == (Option(name="tool_calling", args=("-y",), opt_in=True),)
    assert recipes.unresolved == (("recipes/models/b/C.yaml", "is no YAML"),)
    assert "nightly" not in text(GOOD)


# What the recipes of vLLM 0.33.0 say, read by hand.
@pytest.mark.parametrize(
    ("model", "path", "variant", "least", "args", "verified"),
    [
        ("Qwen/Qwen3-32B-AWQ", "Qwen/Qwen3-32B", "awq", "0.8.5", ("--quantization", "awq"), 4),
        ("deepseek-ai/DeepSeek-R1", "deepseek-ai/DeepSeek-R1", "default", "0.12.0", ("--trust-remote-code",), 7),
        ("google/gemma-4-12B-it", "Google/gemma-4-12B-it", "default", "0.23.0", (), 3),
        (
            "ByteDance-Seed/Seed-OSS-36B-Instruct", "ByteDance-Seed/Seed-OSS-36B-Instruct", "default", "0.11.0",
            ("--tensor-parallel-size", "8"), 0,
        ),
        ("IFM/Jais-3-7B", "IFM/Jais-3-7B", "default", None,
         ("--trust-remote-code", "--chat-template-content-format", "string", "--dtype", "bfloat16"), 1),
        ("inclusionAI/Ling-3.1-flash", "inclusionAI/Ling-3.1-flash", "default", None, (), 1),
        ("openai/whisper-large-v3", "openai/whisper-large-v3", "default", "0.7.0", (), 1),
    ],
)  # fmt: skip
def test_what_is_shipped_is_what_the_files_say(
    model: str, path: str, variant: str, least: str | None, args: tuple[str, ...], verified: int
) -> None:
    ((recipe, launch),) = parse_recipes(SHIPPED).by_id[model.lower()]
    assert recipe.path == f"recipes/models/{path}.yaml"
    assert (launch.variant, launch.least or recipe.least) == (variant, least)
    assert (*recipe.args, *launch.args) == args or model == "inclusionAI/Ling-3.1-flash"
    assert len(recipe.verified) == verified
    assert recipe.nightly is (model == "inclusionAI/Ling-3.1-flash")


def test_all_recipes_of_the_release_are_shipped() -> None:
    recipes = parse_recipes(SHIPPED)
    assert (recipes.engine, recipes.source.version, len(recipes.recipes)) == ("vllm", "0.33.0", 188)
    assert recipes.unresolved == ()
    assert sum(each.least is not None for each in recipes.recipes) == 165
    assert sum(len(each.launches) for each in recipes.recipes) == 472


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "schema version None"),
        ('{"schema_version": 2}', "schema version 2, and this archtrack reads 1"),
        ('{"schema_version": true}', "schema version True"),
        ('{"schema_version": 1}', "KeyError"),
        (changed(lambda data: data.update(engine=1)), "TypeError '1' is no text"),
        (changed(lambda data: data.update(recipes={})), "TypeError '{}' is no list"),
        (changed(lambda data: data.update(recipes=[[]])), "AttributeError"),
        (changed(lambda data: data.update(source=None)), "AttributeError"),
        (changed(lambda data: data.update(unresolved=[["a"]])), "ValueError"),
        (changed(lambda data: data["source"].pop("file")), "TypeError"),
        (changed(lambda data: data["recipes"][0].pop("launches")), "TypeError"),
        (changed(lambda data: data["recipes"][0].update(text="x")), "KeyError 'text'"),
        (changed(lambda data: data["recipes"][0].update(variant="x")), "TypeError"),
        (changed(lambda data: data["recipes"][0].update(args="-x")), "'-x' is no list"),
        (changed(lambda data: data["recipes"][0].update(args=[1])), "'1' is no text"),
        (changed(lambda data: data["recipes"][0].update(env=[])), "AttributeError"),
        (changed(lambda data: data["recipes"][0].update(nightly=1)), "'1' is neither true nor false"),
        (changed(lambda data: data["recipes"][0].update(launches=["a"])), "AttributeError"),
        (
            changed(lambda data: data["recipes"][0]["launches"][0].update(tensor_parallel={"a": True})),
            "'True' is no number",
        ),
    ],
)
def test_what_holds_no_recipes_is_said(wrong: str | dict[str, Any], words: str) -> None:
    given = wrong if isinstance(wrong, str) else json.dumps(wrong)
    with pytest.raises(WrongRecipesError, match=re.escape(words)) as told:
        parse_recipes(given)
    assert "\n" not in str(told.value)
    assert lint_recipes(given, "vllm") == (str(told.value),)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _: None, ""),
        (lambda data: data.update(engine="sglang"), "it has recipes of 'sglang', and is named after 'vllm'"),
        (lambda data: data["source"].update(sha256="x"), "its sha256 is not valid"),
        (lambda data: data["source"].update(sha256=None), ""),
        (lambda data: data["source"].update(version="one"), "its source: 'one' is not a version"),
        (lambda data: data["source"].update(date="today"), "its source: 'today' is not a date"),
        (
            lambda data: data["recipes"].append(data["recipes"][0]),
            "not sorted by path, or one is there twice",
        ),
        (lambda data: data["recipes"][0].update(least="soon"), "B.yaml: 'soon' is not a version"),
        (lambda data: data["recipes"][0].update(least="9" * 300), "is not a version"),
        (lambda data: data["recipes"][0].update(updated="2026-02-30"), "B.yaml: '2026-02-30' is not a date"),
        (lambda data: data["recipes"][0]["launches"][1].update(least="x"), "B.yaml: 'x' is not a version"),
        (lambda data: data["recipes"][0].update(launches=[]), "names no model, or no launch of it"),
        (lambda data: data["recipes"][0].update(model=""), "names no model, or no launch of it"),
        (lambda data: data["recipes"][0].update(args=["a\nb"]), "has characters that cannot be printed"),
        (lambda data: data["recipes"][0].update(env={"A": "\x1b"}), "has characters that cannot be printed"),
        (
            lambda data: data["recipes"][0]["options"][0].update(name="\0"),
            "characters that cannot be printed",
        ),
        (
            lambda data: data["recipes"][0]["launches"][0].update(tensor_parallel={"default": 0}),
            "B.yaml: 'default' has a number of devices that is none",
        ),
    ],
)
def test_what_is_wrong_with_recipes_is_told(change: Callable[[Any], None], words: str) -> None:
    found = lint_recipes(text(changed(change)), "vllm")
    assert bool(found) is bool(words)
    assert words in "\n".join(found)


def test_a_file_that_a_refresh_would_write_otherwise_is_told() -> None:
    assert lint_recipes(json.dumps(GOOD), "vllm") == ("it is not written as a refresh writes it",)


def test_a_file_of_recipes_is_told_from_others() -> None:
    assert holds_recipes(SHIPPED)
    assert holds_recipes('{"recipes": 1}')
    for other in (HISTORY / "vllm-rbln.json", MODELS):
        assert not holds_recipes(other.read_text(encoding="utf-8"))
    assert not holds_recipes("[")
