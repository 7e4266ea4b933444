"""The answer of the page: a tile per engine, for a model, an architecture, a config or a GGUF file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from page_histories import history

from archtrack.app.gguf import with_span
from archtrack.app.history.release_facts import facts_at
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.presence import presence_of, presence_with
from archtrack.app.remedy import remedy_of
from archtrack.app.requires import on_index
from archtrack.core.verdict.checkpoint import Checkpoint, only_named
from archtrack.core.verdict.release_facts import LoadOptions
from archtrack.engines import load_engine
from archtrack.engines.base import About
from archtrack.model import Status
from gguf_files import LLAMA, gguf

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from archtrack.core.history.history import History

pytestmark = pytest.mark.browser

WORDS = {
    "native": "native",
    "fallback": "fallback",
    "refused": "refused",
    "gone": "gone",
    "unsupported": "not supported",
    "unknown": "not known",
    "unimportable": "cannot be imported",
    "remote code": "by the model's own code",
}


def tiles(page: Page) -> dict[str, list[str]]:
    """What each tile says, line by line, without its commands, by the engine's title."""
    found = {}
    for tile in page.locator("#card .tile, #page .tile").all():
        title, _, rest = tile.inner_text().partition("\n")
        lines = [line for line in rest.splitlines() if line.strip()]
        found[(tile.locator(".engine a").text_content() or title)] = lines
    return found


ASKED = (
    *("Qwen2VLForConditionalGeneration", "QWenLMHeadModel", "FalconForCausalLM"),
    "AriaForConditionalGeneration",
)


def test_a_tile_says_what_check_says(page: Page) -> None:
    histories = Histories({}, SHIPPED)
    for name in ASKED:
        page.fill("#search", name)
        told = tiles(page)
        for engine in histories.engines:
            known, about = histories.need(engine), load_engine(engine).about
            assert known.newest is not None
            presence = presence_with(name, known, known.newest, histories)
            if about.adds_to is not None and about.title not in told:
                continue
            lines = told[about.title]
            word = WORDS[presence.status.value]
            assert lines[0].split(" ", 1)[1] == (
                "public" if engine == "transformers" and word == "native" else word
            )
            if presence.status.value == "native" and presence.bounds is not None:
                assert lines[1].startswith(f"since {presence.bounds.since}")
            facts = facts_at(known, known.newest, histories)
            fix = remedy_of(presence, only_named(name), known, histories, LoadOptions(), facts)
            if fix is not None:
                assert f"What helps: {fix}".replace("`", "") in lines


def test_the_first_line_counts_the_engines(page: Page) -> None:
    page.fill("#search", "QWenLMHeadModel")
    assert page.inner_text("#card .summed") == "2 engines run it natively."
    page.fill("#search", "AriaForConditionalGeneration")
    assert (
        page.inner_text("#card .summed")
        == "1 engine runs it natively and 1 runs it by a Transformers backend."
    )


@pytest.mark.parametrize(
    ("engine", "lines"),
    [
        ("vllm", ['pip install "vllm>={}"', "vllm serve Qwen/Qwen3-32B"]),
        (
            "sglang",
            ['pip install "sglang>={}"', "python -m sglang.launch_server --model-path Qwen/Qwen3-32B"],
        ),
        ("exllamav3", ['pip install "exllamav3>={}"']),
        ("ollama", []),  # no package of the index
    ],
)
def test_an_engine_that_runs_it_shows_how_to_install_and_serve_it(
    shipped: str, opened: Any, engine: str, lines: list[str]
) -> None:
    known = Histories({}, SHIPPED).need(engine)
    assert known.newest is not None
    assert on_index(known) == bool(lines)
    page = opened(
        shipped, f"#/?q=Qwen%2FQwen3-32B&engines={engine}", permissions=["clipboard-read", "clipboard-write"]
    ).page
    assert page.locator(".tile").count() == 1
    commands = page.locator(".tile .command code")
    assert commands.all_text_contents() == [line.format(known.newest.version) for line in lines]
    if lines:
        page.click(".tile summary")
        page.click(".tile .command button >> nth=0")
        page.wait_for_selector(".command [role=status]:has-text('Copied')")
        assert page.evaluate("navigator.clipboard.readText()") == lines[0].format(known.newest.version)


def test_an_engine_that_does_not_run_it_shows_no_command(page: Page) -> None:
    page.fill("#search", "QWenLMHeadModel")
    assert page.locator(".tile:not(.native) .command").count() == 0
    assert page.locator(".tile.native .command").count() > 0


def test_engines_that_are_chosen_stay_chosen(page: Page) -> None:
    page.fill("#search", "Qwen3-32B")
    assert page.locator(".tile").count() > 10
    page.click(".chooser summary")
    page.check(".chooser input[value=vllm]")
    assert list(tiles(page)) == ["vLLM"]
    assert page.url.endswith("#/?q=Qwen3-32B&engines=vllm")
    page.goto(page.url.partition("#")[0])  # another visit
    page.fill("#search", "DeepSeek R1")
    assert list(tiles(page)) == ["vLLM"]
    page.click(".chooser summary")
    page.click("text=Show all")
    assert page.locator(".tile").count() > 10


def test_an_address_may_choose_engines_that_there_are(shipped: str, opened: Any) -> None:
    page = opened(shipped, "#/?q=Qwen3-32B&engines=sglang,nobody,vllm").page
    assert sorted(tiles(page)) == ["SGLang", "vLLM"]
    page = opened(shipped, "#/?q=gpt-oss+on+SGLang").page
    assert list(tiles(page)) == ["SGLang"]


def test_a_feature_that_is_not_there_is_said_where_it_matters(page: Page) -> None:
    page.fill("#search", "Phi4MMForCausalLM")
    lines = tiles(page)["vLLM"]
    assert "Without pipeline parallel and video." in lines
    assert any("LoRA" in line for line in lines)


def test_of_a_copy_its_format_is_said_not_to_be_checked_and_no_command_is_shown(page: Page) -> None:
    for words, said in (("Qwen3-32B-AWQ", True), ("unsloth/gpt-oss-20b-GGUF", True), ("Qwen3-32B", False)):
        page.fill("#search", words)
        assert ("quantization are not checked here" in page.inner_text("#card")) is said
        assert (page.locator(".command").count() == 0) is said


def test_a_feature_that_came_later_says_since_when(page: Page) -> None:
    page.fill("#search", "glm 4.6 on vllm with LoRA")
    (lines,) = tiles(page).values()
    assert lines[1].startswith("since 0.10.0")
    assert any("LoRA since 0.10.1" in line for line in lines)


def test_a_model_of_which_only_the_type_is_known_is_answered_by_engines_that_go_by_it(page: Page) -> None:
    page.fill("#search", "pfnet/plamo-2-1b")
    assert page.inner_text("#card h1") == "pfnet/plamo-2-1b"
    assert tiles(page)["MLX-LM"] == ["✓ native", "it runs model type plamo2", "Install"]
    assert "No architecture is known for model type plamo2" in page.inner_text("#card")


# -- a config --------------------------------------------------------------------------------------

CONFIGS = [
    (
        '{"architectures": ["LlamaForCausalLM"]}',
        ["LlamaForCausalLM", "since 0.1.3", "goes by the architecture"],
    ),
    ('{\n "architectures": ["FalconForCausalLM"],\n "x": Infinity}', ["refused", "() is false"]),
    ('{"architectures": ["A", "LlamaForCausalLM"]}', ["several architectures", "read registers it."]),
    ('{"architectures": ["LlamaForCausalLM"], "auto_map": {"AutoModel": "x.Y"}}', ["code of its own"]),
    ('{"architectures": ["LlamaForCausalLM"], "quantization_config": {"bits": 4}}', ["quantized"]),
    # an engine that goes by the model type answers by that of the config
    ('{"architectures": ["LlamaForCausalLM"], "model_type": "internlm2"}', ["it runs model type internlm2"]),
    (
        '{"architectures": ["LlamaForCausalLM"], "model_type": "nobodys"}',
        ["no module for model type nobodys"],
    ),
    ('{"architectures": ["XLMRobertaForCausalLM"], "model_type": "xlm-roberta"}', ["fill-mask"]),
    ('{"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"}', ["since 0.24.0 2025-04-28", "LoRA"]),
    ('{"model_type": "llama"}', ["names no architecture", "it runs model type llama"]),
    ('"architectures": ["LlamaForCausalLM"], "x": NaN,', ["since 0.1.3"]),
    ('config.json: {"architectures": ["LlamaForCausalLM"]}', ["since 0.1.3"]),
    ('{"base_model_name_or_path": "Qwen/Qwen3-8B"}', ["adapter", "Qwen/Qwen3-8B"]),
    ('{"architectures": "LlamaForCausalLM"}', ["not a list of names"]),
    ('{"architectures": [1]}', ["not a list of names"]),
    ('{"architectures": ["Llama', ["no JSON, or not all of it"]),
    ("[1]", ["no config.json"]),
]


@pytest.mark.parametrize("way", ["box", "page", "file"])
def test_a_config_gets_its_answer_here(page: Page, tmp_path: Path, way: str) -> None:
    for config, words in CONFIGS:
        page.click("#home")
        if way == "box":
            page.fill("#search", config.replace("\n", " "))
        else:
            page.click("text=Paste a config.json")
            if way == "page":
                page.fill("#pasted", config)
            else:
                (tmp_path / "config.json").write_text(config, encoding="utf-8")
                page.set_input_files("#file", tmp_path / "config.json")
        page.wait_for_selector("#answer:not([hidden]) #card h1, #problem:not(:empty)")
        found = page.inner_text("#problem" if page.locator("#problem").is_visible() else "#card")
        assert all(each in found for each in words), found
        assert "architectures" not in page.url


def test_a_config_that_is_dropped_anywhere_is_read(page: Page) -> None:
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(['{"architectures": ["LlamaForCausalLM"]}'], "my-config.json"));
            document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
        }"""
    )
    page.wait_for_selector("#answer:not([hidden]) h2")
    assert page.inner_text("#card h1") == "my-config.json"
    assert page.inner_text("#card h2") == "LlamaForCausalLM"


def test_a_config_is_typed_letter_by_letter_and_back_leads_to_its_answer(page: Page) -> None:
    page.click("text=Paste a config.json")
    page.focus("#pasted")
    page.keyboard.type('{"architectures": ["LlamaForCausalLM"]')
    assert page.evaluate("document.activeElement.id") == "pasted"
    assert "not all of it" in page.inner_text("#problem")
    page.keyboard.type("}")
    assert page.inner_text("#card h2") == "LlamaForCausalLM"
    page.click("#card h2 a")
    page.wait_for_selector("#page:not([hidden]) h1")
    page.go_back()
    page.wait_for_selector("#answer:not([hidden])")
    assert page.inner_text("#card h2") == "LlamaForCausalLM"
    assert page.title() == "Your config.json: archtrack"


# -- a GGUF file -----------------------------------------------------------------------------------


def give(page: Page, path: Path, data: bytes) -> str:
    """Choose a file, and what is said of it."""
    path.write_bytes(data)
    page.click("#home")
    page.click("text=Paste a config.json")
    page.set_input_files("#file", path)
    page.wait_for_selector("#answer:not([hidden]) #card h1")
    page.wait_for_function("() => document.activeElement.tagName === 'H1'")
    return page.inner_text("#card")


def test_a_gguf_file_is_read_in_every_version_and_order(page: Page, tmp_path: Path) -> None:
    tokens = {"tokenizer.ggml.tokens": ["a", "b" * 300, ""], **LLAMA}
    for version, order in ((1, "<"), (2, "<"), (3, "<"), (3, ">")):
        said = give(page, tmp_path / "m.gguf", gguf(tokens, version=version, order=order))
        assert "GGUF architecture llama · Llama 3.1 8B" in said
        assert "native" in tiles(page)["llama.cpp"][0]


def test_a_gguf_file_is_answered_as_check_answers_it(page: Page, tmp_path: Path) -> None:
    histories = Histories({}, SHIPPED)
    for name in ("llama", "qwen3moe", "gemma3", "mamba"):
        give(page, tmp_path / "m.gguf", gguf({"general.architecture": name}))
        told = tiles(page)
        for engine in histories.engines:
            known, about = histories.need(engine), load_engine(engine).about
            if about.adds_to is not None or known.newest is None:
                continue
            checkpoint = Checkpoint(
                architectures=(), plain=(("general.type", "model"),), gguf_architecture=name
            )
            asked = (known, known.newest)
            presence = presence_of(checkpoint, facts_at(*asked, histories), asked)
            presence = with_span(presence, checkpoint, asked, histories, LoadOptions())
            if presence.status is Status.NATIVE and presence.bounds is not None:
                assert told[about.title][1].startswith(f"since {presence.bounds.since}")
            assert (
                told[about.title][0].split(" ", 1)[1].replace("public", "native")
                == WORDS[presence.status.value]
            )


BAD = [
    (gguf({"general.architecture": "nobodys"}), "No release that archtrack has read names"),
    (gguf({"general.architecture": "clip", "general.type": "mmproj"}), "no model by itself (mmproj)"),
    (gguf({"general.name": "x"}), "does not say which architecture"),
    (gguf(LLAMA)[:40], "ends inside its header"),
    (gguf(LLAMA, keys=2**40), "more keys than any model has"),
    (b"GGUF" + b"\x09" * 40, "version of GGUF"),
    (b"GGUF", "is no GGUF file"),
]


def test_a_gguf_file_that_is_none_or_unknown_is_told_so(page: Page, tmp_path: Path) -> None:
    for data, words in BAD:
        assert words in give(page, tmp_path / "m.gguf", data)


# -- with a document, and with an engine of one's own ----------------------------------------------


def test_the_answer_is_that_of_the_newest_release(demo: list[History], made: Any, opened: Any) -> None:
    page = opened(made(demo), "#/?q=BetaModel").page
    assert tiles(page) == {
        "vllm": ["✓ native", "since 0.1 2025-06-01", "Install"],
        "SGLang": [
            "† gone",
            "last in 1.0 2024-02-01",
            "sglang 1.2 registers none of BetaModel",
            "What helps: use sglang 1.0, the last release that has it",
        ],
    }


def test_what_is_not_known_is_not_taken_for_a_no(made: Any, opened: Any) -> None:
    one = history("sglang", {"1.0": {"AForCausalLM": "m/a.py:1"}}, {})
    plugin = history("vllm-x", {"1.0": {"BForCausalLM": "v/r.py:1"}}, {})
    abouts = {"vllm-x": About(title="vLLM + x", adds_to="vllm")}
    page = opened(made([one, plugin], abouts=abouts), "#/?q=AForCausalLM&engines=vllm-x").page
    assert tiles(page)["vLLM + x"][0] == "? not known"


def test_old_data_is_said_to_be_old(demo: list[History], made: Any, opened: Any) -> None:
    old = opened(made(demo)).page  # up to 2026-02-01
    assert old.inner_text("#aged").startswith("This page knows releases up to 2026-02-01, ")
    newest = history("sglang", {"1.0": {"AForCausalLM": "m/a.py:1"}}, {"1.0": "2999-01-01"})
    assert opened(made([newest])).page.locator("#aged").is_hidden()


def test_an_unread_engine_is_named(demo: list[History], made: Any, opened: Any) -> None:
    page = opened(made(demo, unread={"lost": "No release of lost could be read."})).page
    assert page.inner_text("#made").endswith("No release of lost could be read.")
    assert json.loads(page.text_content("#data") or "")["unread"] == {
        "lost": "No release of lost could be read."
    }
