"""What ``check`` shows of recipes: a claim beside the answer, which changes nothing of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.data import RECIPES

if TYPE_CHECKING:
    from pathlib import Path

    from miniature import Cli, Conforms


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch, work: Path) -> None:  # noqa: ARG001 -- its folder is the working one
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "1")


def said(cli: Cli, *words: str) -> list[dict[str, Any]]:
    done = cli("check", *words, "--format", "json")
    assert done.code == 0, done.err
    return [each for target in done.json["targets"] for each in target["recipes"]]


def test_explain_shows_what_the_recipe_says_and_how_it_stands_to_the_code(cli: Cli) -> None:
    done = cli("check", "Qwen3-32B-AWQ", "--engine", "vllm", "--explain")
    at = next(number for number, line in enumerate(done.lines) if "recipe" in line)
    place = "(recipes/models/Qwen/Qwen3-32B.yaml, vllm 0.33.0)"
    assert done.lines[at : at + 5] == [
        f"    vLLM's recipe for Qwen/Qwen3-32B-AWQ says: vllm >= 0.8.5, --quantization awq {place}",
        "      its code: vllm 0.8.4 is the first that registers Qwen3ForCausalLM; the recipe names a later one",
        "      the recipe as a whole was verified on trillium, ironwood, arc_pro_b60, arc_pro_b70",
        "      tool_calling: --enable-auto-tool-choice --tool-call-parser hermes",
        "      reasoning: --reasoning-parser qwen3",
    ]
    assert done.lines[at + 5].startswith("      long_context (if asked for): --hf-overrides '{")
    assert "recipe" not in cli("check", "Qwen3-32B-AWQ", "--engine", "vllm").out


@pytest.mark.parametrize(
    ("words", "model", "by", "least", "first", "least_is"),
    [
        (("Qwen/Qwen3-32B-AWQ", "--engine", "vllm"), "Qwen/Qwen3-32B-AWQ", "id", "0.8.5", "0.8.4", "later"),
        (("DeepSeek R1", "--engine", "vllm"), "deepseek-ai/DeepSeek-R1", "name", "0.12.0", "0.6.6", "later"),
        (("MiniMax-M2", "--engine", "vllm"), "MiniMaxAI/MiniMax-M2", "name", "0.11.1", "0.11.1", "same"),
        (
            ("Kimi K2", "--engine", "vllm"),
            "moonshotai/Kimi-K2-Instruct", "variant of", "0.12.0", "0.6.6", "later",
        ),
        (  # the index has it by its model type alone
            ("nvidia/Qwen3.8-27B-NVFP4", "--engine", "vllm"),
            "nvidia/Qwen3.8-27B-NVFP4", "id", "0.17.0", "0.27.0", "earlier",
        ),
        (  # a build after that release, which may have it
            ("zai-org/GLM-5.3-Flash", "--engine", "vllm"),
            "zai-org/GLM-5.3-Flash", "id", "0.29.0", "0.30.0", None,
        ),
        (  # it may have another architecture, which 0.11.0 has
            ("mistralai/Ministral-3-3B-Instruct-2512", "--engine", "vllm"),
            "mistralai/Ministral-3-3B-Instruct-2512", "id", "0.11.0", "0.20.0", None,
        ),
        (  # the release that is asked is older than what the recipe names
            ("MiniMax-M2", "--engine", "vllm==0.10.0"),
            "MiniMaxAI/MiniMax-M2", "name", "0.11.1", None, None,
        ),
    ],
)  # fmt: skip
def test_a_claim_stands_beside_the_history(
    cli: Cli, words: tuple[str, ...], model: str, by: str, least: str, first: str | None, least_is: str | None
) -> None:
    found = said(cli, *words)[0]
    assert (found["model"], found["by"], found["least"]) == (model, by, least)
    assert (found["first"], found["least_is"]) == (first, least_is)


def test_json_has_it_apart_by_the_schema(cli: Cli, conforms: Conforms) -> None:
    done = cli("check", "Qwen3-32B", "nemotron 3 super", "gemma-4-26B-A4B-it", "--format", "json")
    conforms(done.json, "check")
    found = done.json["targets"][0]["recipes"]
    assert [each["engine"] for each in found] == ["vllm"]
    assert found[0]["options"][0] == {
        "name": "tool_calling",
        "args": ["--enable-auto-tool-choice", "--tool-call-parser", "hermes"],
        "opt_in": False,
        "varies": False,
    }
    assert found[0]["updated"] == "2026-09-10"


@pytest.mark.parametrize(
    "words",
    [
        ("Qwen3-32B", "--engine", "sglang"),  # whose recipes nobody has
        ("Qwen3ForCausalLM", "--engine", "vllm"),
        ("qwen3", "--engine", "vllm"),
        ("config.json", "--engine", "vllm"),
        ("codestral", "--engine", "vllm"),
    ],
)
def test_of_anything_else_no_recipe_speaks(cli: Cli, work: Path, words: tuple[str, ...]) -> None:
    (work / "config.json").write_text('{"architectures": ["Qwen3ForCausalLM"]}', encoding="utf-8")
    assert said(cli, *words) == []


def test_a_recipe_changes_no_status(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(recipes: str) -> Any:
        path = tmp_path / "own" / "recipes" / "vllm.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(recipes, encoding="utf-8")
        monkeypatch.setenv("ARCHTRACK_DATA_DIR", str(tmp_path / "own"))
        done = cli("check", "Qwen3-32B", "--require", "native", "--engine", "vllm", "--format", "json")
        target = done.json["targets"][0]
        return done.code, target.pop("recipes"), target

    shipped = (RECIPES / "vllm.json").read_text(encoding="utf-8")
    code, recipes, target = answer(shipped)
    odd = shipped.replace(
        '"model":"Qwen/Qwen3-32B","least":"0.8.5"', '"model":"Qwen/Qwen3-32B","least":"99.0"'
    )
    assert odd != shipped
    other_code, others, other = answer(odd)
    assert (code, target) == (other_code, other) == (0, target)
    assert (recipes[0]["least_is"], others[0]["least"], others[0]["least_is"]) == ("later", "99.0", "later")


@pytest.mark.parametrize("image_only", [{}, {"image_only": True}])
def test_what_the_recipe_has_and_the_code_has_not_is_said(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, image_only: dict[str, bool]
) -> None:
    model = "internlm/internlm-xcomposer2-7b"
    recipe = {
        "path": "recipes/models/z.yaml", "model": model, "least": "0.30.0", **image_only,
        "launches": [{"variant": "default", "model": model}],
    }  # fmt: skip
    head = (RECIPES / "vllm.json").read_text(encoding="utf-8").partition('"recipes":[\n')[0]
    path = tmp_path / "own" / "recipes" / "vllm.json"
    path.parent.mkdir(parents=True)
    line = json.dumps(recipe, separators=(",", ":"))
    path.write_text(f'{head}"recipes":[\n{line}\n]}}\n', encoding="utf-8")
    monkeypatch.setenv("ARCHTRACK_DATA_DIR", str(tmp_path / "own"))
    (found,) = said(cli, model, "--engine", "vllm")
    # An image may have what no release has.
    assert (found["least_is"], found["first"]) == (None if image_only else "not taken", None)
    assert said(cli, model, "--engine", "vllm==0.29.0")[0]["least_is"] is None
    text = cli("check", model, "--engine", "vllm", "--explain").out
    told = "its code: this release does not take it, although the recipe says so"
    assert (told in text) is not bool(image_only)


def test_the_shipped_recipes_have_nothing_wrong(cli: Cli) -> None:
    done = cli("data", "lint", RECIPES)
    assert (done.code, done.out, done.err) == (0, "", "1 file, 0 problems\n")
    assert cli("data", "lint").code == 0


def test_lint_says_what_is_wrong_with_recipes(cli: Cli, work: Path) -> None:
    text = (RECIPES / "vllm.json").read_text(encoding="utf-8")
    (work / "vllm.json").write_text(text.replace('"0.8.5"', '"soon"', 1), encoding="utf-8")
    done = cli("data", "lint", "vllm.json")
    assert (done.code, done.out.count("\n")) == (1, 1)
    assert done.out.endswith(": 'soon' is not a version\n")
