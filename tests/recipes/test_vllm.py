"""What vLLM's recipes say, as facts: by texts of recipes, and of the release itself."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
import recipe_lines

from archtrack.app.recipes.store import read_recipes
from archtrack.core.recipes.recipe import Launch, Option
from archtrack.data import RECIPES
from archtrack.errors import UsageError
from archtrack.recipes import vllm
from archtrack.sources.index.final_releases import final_releases
from archtrack.sources.index.http import Http
from archtrack.sources.index.pip_config import index_settings
from archtrack.sources.index.release import open_release
from archtrack.sources.progress import SilentProgress

if TYPE_CHECKING:
    from archtrack.core.recipes.recipe import Recipe

PATH = "./recipes/models/acme/A-7B.yaml"
WHOLE = """\
meta:
  title: "A"
  description: "Prose: not a fact"
  date_updated: 2026-09-10
  hardware:
    h200: verified
    mi300x: unsupported
    b200: verified
model:
  model_id: "acme/A-7B"
  min_vllm_version: 0.10
  architecture: dense
  base_args: ["--trust-remote-code"]
  base_env:
    VLLM_A: "1"
features:
  tool_calling:
    description: "Prose"
    args: ["--tool-call-parser", "a"]
  spec_decoding:
    default_mode: mtp
    modes:
      mtp:
        args: ["--speculative-config", '{"method":"mtp"}']
      eagle3:
        variants: [default]
        args: ["-x"]
        hardware_overrides: {amd: {args: []}}
opt_in_features:
  - spec_decoding
variants:
  default:
    precision: bf16
    description: "Prose"
    tp: 8
  fp8:
    model_id: "acme/A-7B-FP8"
    precision: fp8
    min_vllm_version: "0.11.0"
    nightly_required: true
    extra_args: ["--kv-cache-dtype", "fp8"]
    extra_env: {VLLM_B: on}
    supported_hardware: [h200]
    tp: {h200: 2, default: 4}
hardware_overrides: {}
strategy_overrides: {}
guide: |
  ## Prose
"""


def read(text: str) -> Recipe:
    recipes, unresolved = vllm.read({PATH: text.encode()})
    assert unresolved == ()
    (recipe,) = recipes
    return recipe


def minimal(model: str = "", rest: str = "") -> str:
    return f"model:\n  model_id: a/b\n{model}{rest}"


def test_a_recipe_is_its_facts_without_its_text() -> None:
    recipe = read(WHOLE)
    assert (recipe.path, recipe.model) == ("recipes/models/acme/A-7B.yaml", "acme/A-7B")
    assert (recipe.least, recipe.nightly, recipe.image_only) == ("0.10", False, False)  # 0.10 is no number
    assert recipe.updated == "2026-09-10"
    assert (recipe.args, recipe.env) == (("--trust-remote-code",), (("VLLM_A", "1"),))
    assert (recipe.verified, recipe.unsupported, recipe.varies) == (("h200", "b200"), ("mi300x",), False)
    assert recipe.launches == (
        Launch(variant="default", model="acme/A-7B", precision="bf16", tensor_parallel=(("default", 8),)),
        Launch(
            variant="fp8",
            model="acme/A-7B-FP8",
            precision="fp8",
            least="0.11.0",
            nightly=True,
            args=("--kv-cache-dtype", "fp8"),
            env=(("VLLM_B", "on"),),
            tensor_parallel=(("h200", 2), ("default", 4)),
            hardware=("h200",),
        ),
    )
    assert recipe.options == (
        Option(name="tool_calling", args=("--tool-call-parser", "a")),
        Option(name="spec_decoding.mtp", args=("--speculative-config", '{"method":"mtp"}'), opt_in=True),
        Option(name="spec_decoding.eagle3", args=("-x",), opt_in=True, variants=("default",), varies=True),
    )


@pytest.mark.parametrize(
    ("text", "least", "nightly", "image_only"),
    [
        (minimal(), None, False, False),
        (minimal("  min_vllm_version: nightly\n"), None, True, False),
        (minimal("  min_vllm_version: 0.33.0\n  nightly_required: true\n"), "0.33.0", True, False),
        (minimal("  min_vllm_version: 0.33.0\n  nightly_required: false\n"), "0.33.0", False, False),
        (minimal("  install:\n    pip: false\n"), None, False, True),
        (minimal("  install:\n    pip:\n      note: x\n"), None, False, False),
        (minimal("  install:\n    pip: null\n"), None, False, False),
    ],
)
def test_which_release_it_takes(text: str, least: str | None, nightly: bool, image_only: bool) -> None:  # noqa: FBT001
    recipe = read(text)
    assert (recipe.least, recipe.nightly, recipe.image_only) == (least, nightly, image_only)
    assert [each.model for each in recipe.launches] == ["a/b"]


@pytest.mark.parametrize(
    ("rest", "varies"),
    [
        ("", False),
        ("hardware_overrides: {}\nstrategy_overrides: null\n", False),
        ("hardware_overrides: {amd: {extra_args: [-x]}}\n", True),
        ("strategy_overrides: {single_node_tp: {tp: 1}}\n", True),
        ("presets: {a: {args: [-x]}}\n", True),
        ("variants: {default: {hardware_overrides: {amd: {extra_args: [-x]}}}}\n", True),
        ("variants: {default: {hardware_overrides: {}}}\n", False),
    ],
)
def test_that_there_are_flags_for_some_hardware_is_said(rest: str, varies: bool) -> None:  # noqa: FBT001
    assert read(minimal(rest=rest)).varies is varies


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "is no YAML"),
        ("a: b: c", "is no YAML"),
        ("\udcff", "is no YAML"),
        ("a: !!python/object/apply:os.system [x]", "names no model_id"),  # text, and nothing is made of it
        ("[" * 5000, "is nested too deeply"),
        ("model: *a", "is no YAML"),
        ("", "is no object"),
        ("- a", "is no object"),
        ("model: a", "`model` is no object"),
        ("model: {}", "names no model_id"),
        ("model:\n  model_id: [a]\n", "`model_id` is no text"),
        (minimal("  min_vllm_version: soon\n"), "a release that is none: 'soon'"),
        (minimal("  min_vllm_version: [1]\n"), "`min_vllm_version` is no text"),
        (minimal("  base_args: --x\n"), "`base_args` is no list"),
        (minimal("  base_args: [[a]]\n"), "`base_args` is no list"),
        (minimal(f"  base_args: [{'a' * 5000}]\n"), "`base_args` is no list"),
        (minimal(f"  base_args: [{'a, ' * 1001}]\n"), "`base_args` is no list"),
        (minimal("  base_env: [a]\n"), "`base_env` is no object"),
        (minimal(rest="variants: {a: [b]}\n"), "`a` is no object"),
        (minimal(rest="variants: {a: {tp: many}}\n"), "no number: 'many'"),
        (minimal(rest="variants: {a: {tp: ²}}\n"), "no number: '²'"),
        (minimal(rest="meta: {date_updated: today}\n"), "a day that is none: 'today'"),
        (f"a: {'a' * vllm.LONGEST}", "has more than 1048576 bytes"),
    ],
)
def test_what_a_recipe_does_not_plainly_say_is_unresolved(text: str, words: str) -> None:
    data = text.encode("utf-8", "surrogateescape")
    recipes, (unresolved,) = vllm.read({PATH: data, "./recipes/models/b.yaml": minimal().encode()})
    assert [each.path for each in recipes] == ["recipes/models/b.yaml"]  # the others are read all the same
    assert unresolved[0] == "recipes/models/acme/A-7B.yaml"
    assert words in unresolved[1]
    assert "\n" not in unresolved[1]


def test_without_its_library_it_says_which_extra_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(UsageError, match="needs the extra `yaml`"):
        read(WHOLE)


@pytest.mark.network
def test_the_shipped_recipes_are_those_of_the_release_by_a_second_reader() -> None:
    shipped = read_recipes(RECIPES / "vllm.json")
    with open_release(
        vllm.layout(shipped.source.version),
        shipped.source.version,
        settings=index_settings(os.environ),
        cache=None,
        offline=False,
        progress=SilentProgress(),
        file=sdist(shipped.source.version),
    ) as source:
        files = source.read(source.list(vllm.FILES))
    assert len(files) == len(shipped.recipes) + len(shipped.unresolved)
    assert vllm.read(files) == (shipped.recipes, shipped.unresolved)
    for recipe in shipped.recipes:
        said = recipe_lines.facts(files[f"./{recipe.path}"].decode())
        least = "nightly" if recipe.least is None and recipe.nightly else recipe.least
        own: dict[str, Any] = {
            "model": recipe.model,
            "least": least,
            "verified": list(recipe.verified),
            "variants": {each.variant: each.model for each in recipe.launches},
            "args": list(recipe.args),
        }
        assert own == said, recipe.path


def sdist(version: str) -> Any:
    settings = index_settings(os.environ)
    http = Http(settings)
    try:
        listed = final_releases(vllm.ENGINE, settings, http, kind="sdist")
        return next(each.file for each in listed if each.version == version)
    finally:
        http.close()
