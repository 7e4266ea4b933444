"""Models by their names, in the page: the same answers as on the command line, and what somebody sees of them."""

from __future__ import annotations

import random
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.models.store import read_index
from archtrack.data import MODELS
from archtrack.site.page import make_page
from model_lookups import ROWS, looked_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
ODD = (
    *("(a+)+$", "<script>", "0", "7b", "gpt-4o", "claude", "\u202eQwen3", "hf.co/Qwen/Qwen3-32B", "pixtral"),
    *(
        "LlamaForCasualLM",
        "Qw\u00e9n3ForCausalLM",
        "Qwen3ForCasualLM\u0661",
        "microsoft/Phi-3-mini-4k-instruct",
    ),
    *("https://huggingface.co/Qwen", "https://example.org/Qwen/Qwen3-32B", "https://hf.co:x/Qwen/Qwen3-32B"),
    *("https://me@HF.co:443/Qwen/Qwen3-32B", "https://hf.co/Qwen/Qwen3-32B/tree/a b", "https://hf.co/a/../b"),
    *(
        "THUDM/glm-4-9b-chat",
        "minimax m2",
        "x" * 200,
        "qwen3 " * 33,
        "llama-" * 33,
        "7" * 199,
        "\u212aimi K2",
    ),
)
_ASKED = """texts.map((words) => {
    const found = meaning(words);
    if (!found) return null;
    const { candidates, model, others, ids, readAs } = found;
    const told = { found: foundWords(found), architectures: candidates.map((each) => each.architecture), model };
    if (found.how === "model type") return told;
    const counts = candidates.map((each) => [each.architecture, each.type, each.ids]);
    return { ...told, candidates: counts, others, ids, read_as: readAs };
})"""


@pytest.fixture(scope="module")
def shipped() -> str:
    return make_page(Histories({}, SHIPPED))


@pytest.fixture
def page(shipped: str, opened: Any) -> Page:
    return opened(shipped).page  # type: ignore[no-any-return]


def evaluated(page: Page, value: str, texts: Sequence[str] = ()) -> Any:
    """A value that the page's own script gives, of the page's own data."""
    parts = files("archtrack.site") / "parts"
    script = "".join((parts / f"{name}.js").read_text(encoding="utf-8") for name in ("data", "models"))
    return page.evaluate(f"(texts) => {{ {script} return {value}; }}", list(texts))


def test_the_page_answers_as_the_table_says(page: Page) -> None:
    nothing = {"found": None, "architectures": [], "model": None}
    found = evaluated(page, _ASKED, [row["text"] * row.get("times", 1) for row in ROWS])
    keys = ("text", "found", "architectures", "model")
    told = [{"text": row["text"], **(each or nothing)} for row, each in zip(ROWS, found, strict=True)]
    assert [[each[key] for key in keys] for each in told] == [[row[key] for key in keys] for row in ROWS]


def typed_texts(seed: int, count: int) -> Iterator[str]:
    """Names of models as people shorten, rewrite, copy and misspell them."""
    chance = random.Random(seed)  # noqa: S311 -- the same names each time
    for each in chance.sample(list(read_index(MODELS).records), count):
        name = each.partition("/")[2]
        words, at = name.replace("-", " ").split(), chance.randrange(len(name))
        yield chance.choice(
            [
                each,
                name,
                name.rpartition("-")[0] or name,
                name.replace("-", " ").upper(),
                f"TheBloke/{name}{chance.choice(['-AWQ', '-GPTQ-Int4', '-FP8', '-GGUF', '-4bit', '-bnb-4bit'])}",
                name[:at] + chance.choice(["", "x", name[at] * 2, name[at : at + 2][::-1]]) + name[at + 1 :],
                f"https://huggingface.co/{each}{chance.choice(['', '/tree/main', '?x=1'])}",
                " ".join(words[: chance.randrange(1, len(words) + 1)]),
                name.split("-")[0],
            ]
        )


def test_the_page_and_the_command_line_give_one_answer(page: Page, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    texts = [*typed_texts(1, 500), *ODD]
    found = dict(zip(texts, evaluated(page, _ASKED, texts), strict=True))
    wanted = {text: looked_up(text, empty) for text in texts}
    assert {text: each for text, each in found.items() if each != wanted[text]} == {}
    assert sum(each is not None for each in wanted.values()) > 400


def test_the_page_has_every_model_with_what_it_is_taken_for(page: Page) -> None:
    index = read_index(MODELS)
    row = "[each.id, each.architectures, each.type, each.downloads, each.curated]"
    models = map(index.model, index.records)
    assert evaluated(page, f"theIndex().models.map((each) => {row})") == [
        [each.id, list(each.architectures), each.model_type, each.downloads, each.curated] for each in models
    ]


# -- what somebody sees ----------------------------------------------------------------------------


def names(page: Page) -> list[str]:
    return [each.inner_text() for each in page.locator("#results tbody th").all()]


@pytest.mark.parametrize(
    ("typed", "architecture", "how"),
    [
        ("Qwen3-32B", "Qwen3ForCausalLM", "exact: Qwen/Qwen3-32B"),
        ("DeepSeek R1", "DeepseekV3ForCausalLM", "exact: deepseek-ai/DeepSeek-R1"),
        ("https://hf.co/Qwen/Qwen3-32B", "Qwen3ForCausalLM", "exact: Qwen/Qwen3-32B"),
        ("nobody/Qwen3-32B", "Qwen3ForCausalLM", "copy of Qwen/Qwen3-32B"),
        ("gemma 3 27b", "Gemma3ForConditionalGeneration", "variant of google/gemma-3-27b-it"),
        ("llamma 3", "LlamaForCausalLM", "spelling of llama 3, family: 11 of 11 ids"),
        ("Qwen3ForCasualLM", "Qwen3ForCausalLM", "spelling of Qwen3ForCausalLM"),
    ],
)
def test_a_model_leads_to_its_architecture(page: Page, typed: str, architecture: str, how: str) -> None:
    line = f"{typed}: {architecture} ({how})"
    page.fill("#query", typed)
    assert page.inner_text("#verdict") == line
    assert architecture in names(page)
    assert page.locator("#verdict").get_attribute("aria-live") == "polite"
    hub = [each.get_attribute("href") for each in page.locator("#verdict a[rel]").all()]
    assert hub == ([f"https://huggingface.co/{how.rsplit(maxsplit=1)[-1]}"] if "/" in how else [])
    page.click("#verdict a >> nth=0")
    page.wait_for_selector("#detail:not([hidden]) h2")
    assert page.inner_text("#detail h2") == architecture
    page.go_back()
    page.wait_for_selector("#list:not([hidden])")
    assert page.inner_text("#verdict") == line


def test_where_no_row_is_called_so_the_model_s_are_listed_and_enter_opens_the_only_one(page: Page) -> None:
    page.fill("#query", "DeepSeek R1 0528")
    assert names(page) == ["DeepseekV3ForCausalLM"]
    page.keyboard.press("Enter")
    page.wait_for_selector("#detail:not([hidden]) h2")
    assert page.inner_text("#detail h2") == "DeepseekV3ForCausalLM"


def test_a_model_stands_beside_the_rows_that_are_called_so(page: Page) -> None:
    page.fill("#query", "qwen3 next")
    assert page.inner_text("#verdict") == "qwen3 next: Qwen3NextForCausalLM (family: 18 of 18 ids)"
    assert "Qwen3NextForCausalLM" in names(page)
    assert len(names(page)) > 1
    page.fill("#query", "qwen3")
    assert page.inner_text("#verdict") == "qwen3: Qwen3ForCausalLM (model type)"
    assert len(names(page)) > 3


def test_several_architectures_are_told_with_their_numbers_and_filtered_as_rows_are(page: Page) -> None:
    page.fill("#query", "deepseek-r1:8b")
    links = page.locator("#verdict a").all()
    given = ["LlamaForCausalLM", "Qwen3ForCausalLM"]
    assert [each.get_attribute("href") for each in links] == [f"#/{name}" for name in given]
    line = page.inner_text("#verdict")
    assert line.startswith("deepseek-r1:8b: LlamaForCausalLM 12 ids, Qwen3ForCausalLM 12 ids (family: ")
    assert sorted(names(page)) == sorted(given)
    page.select_option("#category", "embedding")
    assert names(page) == []
    page.select_option("#category", "")
    assert "q=deepseek-r1" in page.url


@pytest.mark.parametrize(
    "typed", ["zzzzzz", "Qwen3ForCausalLM", '{"architectures": ["Qwen3ForCausalLM"]}', "x" * 201]
)
def test_what_is_no_model_s_name_has_no_line(page: Page, typed: str) -> None:
    page.fill("#query", typed)
    assert page.locator("#verdict > p:has(strong)").count() == 0


def test_a_name_with_markup_is_shown_and_not_run(page: Page) -> None:
    page.fill("#query", "Qwen3-32B <img src=x onerror=alert(1)>")
    assert page.locator("#verdict img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_to_complain_of(
    shipped: str, opened: Any, scheme: str, size: dict[str, int]
) -> None:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 -- only for this test

    page = opened(shipped, "#/?q=Qwen+3", color_scheme=scheme, viewport=size).page
    assert page.locator("#verdict a").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    found = Axe().run(page).response
    assert [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found["violations"]] == []


def test_a_page_without_an_index_finds_architectures_alone(made: Any, demo: Any, opened: Any) -> None:
    page = opened(made(demo)).page
    page.fill("#query", "DeepSeek R1")
    assert page.locator("#verdict").is_hidden()
    page.fill("#query", "beta")
    assert names(page) == ["BetaModel"]
