"""The search box of the page, in a real browser: what a text leads to, and how it is used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from model_lookups import ROWS

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

NAMES: dict[str, list[str]] = json.loads(
    (Path(__file__).parents[1] / "data" / "model-names.json").read_text(encoding="utf-8")
)
QUERIES = [
    *((row["text"] * row.get("times", 1), row["architectures"]) for row in ROWS if any(row["architectures"])),
    *NAMES.items(),
]
"""What people type, and the architectures of which one has to be found."""


def results(page: Page, words: str) -> list[tuple[str, str | None]]:
    """(architecture, model) of each result, in order."""
    page.fill("#search", words)
    found = page.evaluate(
        "[...document.querySelectorAll('#results [data-architecture]')].map("
        "each => [each.dataset.architecture, each.dataset.model ?? null])"
    )
    return [(architecture, model) for architecture, model in found]


def test_what_people_type_leads_to_its_architecture_among_the_first_three(page: Page) -> None:
    assert len(QUERIES) > 100
    missed = [
        (words, wanted)
        for words, wanted in QUERIES
        if not {architecture for architecture, _ in results(page, words)[:3]} & set(wanted)
    ]
    assert len(missed) <= 0.05 * len(QUERIES), missed


FIRST = {
    "Qwen3-32B": ("Qwen3ForCausalLM", "Qwen/Qwen3-32B"),
    "DeepSeek R1": ("DeepseekV3ForCausalLM", "deepseek-ai/DeepSeek-R1"),
    "https://hf.co/Qwen/Qwen3-32B": ("Qwen3ForCausalLM", "Qwen/Qwen3-32B"),
    "gpt-oss on SGLang": ("GptOssForCausalLM", "openai/gpt-oss-20b"),
    "does vLLM run GLM 4.6 with LoRA?": ("Glm4MoeForCausalLM", "zai-org/GLM-4.6"),
    "ollama run qwen2.5:14b": ("Qwen2ForCausalLM", "Qwen/Qwen2.5-14B"),
    "Mistral-7B-Instruct-v0.3.Q4_K_M.gguf": ("MistralForCausalLM", "mistralai/Mistral-7B-Instruct-v0.3"),
    "stable lm 2 1.6b": ("StableLmForCausalLM", "stabilityai/stablelm-2-1_6b"),
    "Qwen3ForCausalLM": ("Qwen3ForCausalLM", None),
    "Qwen3ForCasualLM": ("Qwen3ForCausalLM", None),
    '{"architectures": ["LlamaForCausalLM"]}': ("LlamaForCausalLM", None),
}
"""What is typed -> architecture and model of the first result."""


def test_the_likeliest_result_comes_first(page: Page) -> None:
    assert {words: results(page, words)[0] for words in FIRST} == FIRST


def test_models_come_before_architectures(page: Page) -> None:
    found = results(page, "qwen3 next")
    models = [model is not None for _, model in found]
    assert models == sorted(models, reverse=True)
    assert len(set(models)) == 2


HOW = {
    "Qwen3-32B": "a known model",
    "nobody/Qwen3-32B": "a copy of Qwen/Qwen3-32B",
    "gemma 3 27b": "a variant of google/gemma-3-27b-it",
    "llamma 3": "read as “llama 3”, 11 of 11 known models of this family",
    "Qwen3ForCasualLM": "read as “Qwen3ForCausalLM”",
    "qwen3": "found by its model type",
}


def test_the_card_says_how_the_name_was_found(page: Page) -> None:
    for words, how in HOW.items():
        page.fill("#search", words)
        assert how in page.inner_text("#card .facts"), words


def test_several_architectures_of_one_name_are_results_of_their_own(page: Page) -> None:
    found = results(page, "deepseek-r1:8b")
    assert [architecture for architecture, _ in found[:2]] == ["LlamaForCausalLM", "Qwen3ForCausalLM"]
    assert "12 of 24 known models of this family" in page.inner_text("#card .facts")


def test_what_nobody_knows_has_no_result_and_says_what_to_do(page: Page) -> None:
    for words in ("zzzzzz", "x" * 300, "((+)+$", "<img onerror=alert(1)>", "\u202e"):
        assert results(page, words) == []
        assert page.inner_text("#card h1") == "No such model"
        assert page.locator("#card a[href='#/paste/']").count() == 1
        assert page.locator("#card img").count() == 0
    for words in ("a " * 6000, "a:" * 20000, "x on " * 4000, "\U0001f600" * 10000):
        assert results(page, words) == []
        assert len(page.url) < 3000


def test_a_misspelled_architecture_of_which_several_are_near_is_answered_with_them(page: Page) -> None:
    page.fill("#search", "DeepseekV3FrCausLMX")
    assert results(page, "DeepseekV3FrCausLMX") == []
    assert "Did you mean" in page.inner_text("#card")
    assert "DeepseekV3ForCausalLM" in page.inner_text("#card")


# -- the box and the keys --------------------------------------------------------------------------


def test_the_box_is_ready_when_the_page_is_and_a_slash_leads_back_to_it(page: Page) -> None:
    page.keyboard.type("qwen3")
    assert page.input_value("#search") == "qwen3"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("a")
    assert page.input_value("#search") == "a"  # what stood there was selected


def test_arrows_choose_a_result_and_escape_clears_the_box(page: Page) -> None:
    found = results(page, "deepseek-r1:8b")
    assert page.inner_text("#card h1") == found[0][1]
    page.keyboard.press("ArrowDown")
    assert page.inner_text("#card h1") == found[1][1]
    assert page.locator("#results [aria-current]").count() == 1
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.inner_text("#card h1") == (found[-1][1] or found[-1][0])
    page.keyboard.press("Escape")
    assert page.input_value("#search") == ""
    assert page.locator("#start").is_visible()
    assert page.url.endswith("#/")


def test_a_result_that_is_clicked_is_shown(page: Page) -> None:
    found = results(page, "deepseek-r1:8b")
    page.click("#results li:nth-child(2) a")
    assert page.inner_text("#card h1") == found[1][1]


def test_back_leads_to_the_result_that_was_chosen_and_the_box_says_what_was_asked(page: Page) -> None:
    found = results(page, "deepseek-r1:8b")
    page.keyboard.press("ArrowDown")
    page.click("text=Evidence and history")
    page.wait_for_selector("#page:not([hidden]) h1")
    page.go_back()
    page.wait_for_selector("#answer:not([hidden])")
    assert page.inner_text("#card h1") == found[1][1]
    assert page.input_value("#search") == "deepseek-r1:8b"
    page.go_back()
    page.wait_for_selector("#start:not([hidden])")
    page.go_forward()
    page.wait_for_selector("#answer:not([hidden])")
    assert page.input_value("#search") == "deepseek-r1:8b"


def test_words_may_name_engines_as_people_do(page: Page) -> None:
    for words, titles in {
        "gpt-oss on mlx": ["MLX-LM", "MLX-VLM"],
        "gpt-oss for vllm": ["vLLM"],
        "does SGLang run gpt-oss?": ["SGLang"],
    }.items():
        page.fill("#search", words)
        assert sorted(page.locator(".tile .engine a").all_text_contents()) == titles, words


def test_back_leads_from_an_answer_to_what_was_left(page: Page) -> None:
    page.click("text=What is new this month?")
    page.wait_for_selector("#page h1")
    page.fill("#search", "qwen3-32b")
    assert page.locator("#answer").is_visible()
    page.go_back()
    page.wait_for_selector("#page:not([hidden]) h1")
    assert page.inner_text("#page h1") == "What is new"


def test_a_page_without_an_index_finds_architectures_alone(made: Any, demo: Any, opened: Any) -> None:
    page = opened(made(demo)).page
    assert results(page, "DeepSeek R1") == []
    assert results(page, "beta") == [("BetaModel", None)]
