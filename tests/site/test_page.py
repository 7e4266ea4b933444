"""The page in a real browser: its addresses, strangers' texts, what everybody can use, and what it takes."""

from __future__ import annotations

import json
import statistics
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from page_histories import history

from archtrack.app.history.store import SHIPPED
from archtrack.engines import load_engine
from archtrack.engines.base import About
from archtrack.site.document import TrackedDocument, TrackedRow
from archtrack.site.page import page_html as page_of
from archtrack.site.serve import Live, Server

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from archtrack.core.history.history import History

pytestmark = pytest.mark.browser

SIZES = [{"width": 360, "height": 740}, {"width": 768, "height": 1024}, {"width": 1440, "height": 900}]
HOSTILE = (
    '<img src=x onerror="alert(1)">',
    "</script><script>alert(2)</script>",
    "<!--<script>",
    '"><svg onload=alert(3)>',
    "a/../../b#/c?d=%00",
    "browse",
    "%E0%A4%A",
    "javascript:alert(4)",
    "=HYPERLINK(1)",
    "{{script}}",
    "__proto__",
    "constructor",
    "\u202eevil\u2028line",
)
ADDRESSES = {
    "#/": "Which engine runs your model?",
    "#/?q=Qwen3-32B": "Qwen/Qwen3-32B",
    "#/?q=zzzz": "No such model",
    "#/LlamaForCausalLM": "LlamaForCausalLM",
    "#/NoSuchForCausalLM": "NoSuchForCausalLM",
    "#/%E0%A4%A": "%E0%A4%A",
    "#/browse/": "Architectures by engine",
    "#/?engine=vllm": "Architectures by engine",
    "#/engine/vllm": "vLLM",
    "#/compare/": "Compare two engines",
    "#/compare/vllm/sglang": "Compare two engines",
    "#/new/": "What is new",
    "#/paste/": "Check a config.json or a GGUF file",
}
"""Address -> the heading of what it shows."""


def go(page: Page, address: str) -> None:
    page.evaluate("address => { location.hash = address; }", address)
    page.wait_for_timeout(50)


def heading(page: Page) -> str:
    return page.locator("h1:visible, main > :not([hidden]) h1").first.text_content() or ""


def test_the_start_has_a_box_five_examples_and_the_state_of_the_data_and_no_table(page: Page) -> None:
    assert page.evaluate("document.activeElement.id") == "search"
    assert page.locator("#examples a").all_text_contents() == [
        *("Qwen3-32B", "DeepSeek R1", "gpt-oss on SGLang", "What is new this month?", "Paste a config.json"),
    ]
    assert page.locator("table:visible").count() == 0
    data = json.loads(page.text_content("#data") or "")
    told = page.locator("#lately > li").all_inner_texts()
    shown = [each for each in data["engines"] if not each["empty"]]
    assert {each["title"] for each in shown} == {
        about.title
        for path in SHIPPED.glob("*.json")
        if path.stem != "schema" and (about := load_engine(path.stem).about).adds_to is None
    }
    for engine, words in zip(shown, told, strict=True):
        version, date, _ = engine["releases"][engine["newest"]]
        assert words.split("\n")[0] == engine["title"]
        assert (version if version == date else f"{version} {date}") in words
    for example in page.locator("#examples a").all():
        example.click()
        page.wait_for_function("() => document.body.dataset.view !== 'start'")
        assert heading(page)
        page.click("#home")
        page.wait_for_function("() => document.body.dataset.view === 'start'")


def test_every_address_shows_what_it_names_again_and_again(shipped: str, opened: Any) -> None:
    page = opened(shipped).page
    for address, title in ADDRESSES.items():
        go(page, address)
        assert heading(page) == title, address
        assert page.title() == (
            f"{title}: archtrack" if address != "#/" else "archtrack: which engine runs your model?"
        )
    page.go_back()
    page.wait_for_function("() => location.hash === '#/new/'")
    assert heading(page) == ADDRESSES["#/new/"]
    for address in ("#/?q=Qwen3-32B", "#/engine/vllm"):  # opened as they are
        assert heading(opened(shipped, address).page) == ADDRESSES[address]


def test_a_pasted_config_stays_out_of_the_address(page: Page) -> None:
    page.fill("#search", '{"architectures": ["LlamaForCausalLM"], "secret": 1}')
    assert page.url.endswith("#/given/")
    assert "secret" not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")


# -- hostile data ----------------------------------------------------------------------------------


def test_markup_in_names_and_examples_is_never_run(demo: list[History], made: Any, opened: Any) -> None:
    words = ("because", "by", "file", "place", "address", "example")
    rows = {
        name: TrackedRow(kind="native", category="text", **dict.fromkeys(words, name)) for name in HOSTILE
    }
    tracked = TrackedDocument(title="<b>Document</b>", words=HOSTILE[0], rows=rows)
    abouts = {
        "sglang": About(
            title="<i>SGLang</i>", source='https://example.org/"><script>/{path}', serve="{model}"
        )
    }
    page = opened(made(demo, tracked=tracked, abouts=abouts), "#/browse/?sort=.name").page
    listed = page.locator("#rows th").all_text_contents()
    assert sorted(set(listed) - {"AlphaForCausalLM", "BetaModel", "GammaForCausalLM"}) == sorted(HOSTILE)
    for name in HOSTILE:
        go(page, f"#/{page.evaluate('encodeURIComponent', name)}")
        page.wait_for_function("name => document.querySelector('#page h1')?.textContent === name", arg=name)
        assert page.locator("#page img, #page script, #page i, #page iframe").count() == 0
        page.fill("#search", json.dumps({"architectures": [name]}))
        assert page.locator("#card h2").text_content() == name
        assert page.locator("#card img, #card script, #card i").count() == 0
        page.fill("#search", name)
        assert page.locator("#card img, #card script, #card i").count() == 0
    links = page.evaluate("[...document.querySelectorAll('a')].map(each => each.protocol)")
    assert set(links) <= {"file:", "https:"}


def test_an_engine_may_be_called_as_what_every_object_has(made: Any, opened: Any) -> None:
    called = ("__proto__", "constructor", "toString", "</script>", "<!--", "\u2028")
    engines = [
        history(name, {"1.0": {"AlphaForCausalLM": "m/alpha.py:3", "constructor": "m/c.py:1"}}, {})
        for name in called
    ]
    page = opened(made(engines), "#/browse/").page
    for name in called:
        page.select_option("#f-on", name)
        page.select_option("#f-sort", name)
        assert sorted(page.locator("#rows th").all_text_contents()) == ["AlphaForCausalLM", "constructor"]
    go(page, "#/constructor")
    assert page.inner_text("#page h1") == "constructor"
    go(page, "#/engine/__proto__")
    assert page.inner_text("#page h1") == "__proto__"


def test_nothing_but_the_page_itself_may_run_or_load(shipped: str, opened: Any) -> None:
    shown = opened(shipped)
    ran = shown.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            return window.ran === true;
        }"""
    )
    assert ran is False
    assert any("Content Security Policy" in each for each in shown.troubles)
    shown.troubles.clear()


# -- for everybody ---------------------------------------------------------------------------------


def test_a_keyboard_is_enough(page: Page) -> None:
    page.keyboard.type("MistralForCausalLM")
    page.keyboard.press("Enter")  # to the answer
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # its link
    page.wait_for_selector("#page:not([hidden]) h1")
    assert page.inner_text("#page h1") == "MistralForCausalLM"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")  # Browse all
    page.wait_for_selector("#rows")
    page.focus("#skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "H1"


def test_a_screen_reader_is_told_each_status_in_words(page: Page) -> None:
    go(page, "#/?q=FalconForCausalLM")
    assert page.get_by_role("searchbox").count() == 1
    assert page.get_by_role("status").first.text_content() == page.text_content("#found")
    spoken = "[...each.childNodes].filter(n => !n.ariaHidden).map(n => n.textContent).join('').trim()"
    told = page.locator(".tile .status").evaluate_all(f"all => all.map(each => {spoken})")
    assert set(told) <= {"native", "public", "fallback", "refused", "not supported", "not known", "gone"}
    assert len(told) == page.locator(".tile").count() > 10


def test_print_shows_the_answer_and_not_the_box(page: Page) -> None:
    go(page, "#/?q=Qwen3-32B")
    page.emulate_media(media="print")
    assert page.locator("#search").is_hidden()
    assert page.locator(".tile").first.is_visible()
    page.emulate_media(media="screen", reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_who_shares_the_page_shows_what_it_is(shipped: str) -> None:
    for name in ("og:title", "og:description", "og:type", "twitter:card"):
        assert f'"{name}" content="' in shipped
    assert '<meta name="description" content="Type a model' in shipped


def test_without_scripts_the_page_says_where_else_to_look(shipped: str, browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "index.html"
    path.write_text(shipped, encoding="utf-8")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert "archtrack check NAME" in page.inner_text("noscript")
    context.close()


# -- served ----------------------------------------------------------------------------------------


def test_an_open_page_loads_itself_again_when_the_data_changes(
    demo: list[History], made: Any, browser: Any, tmp_path: Path
) -> None:
    engines = tmp_path / "engines"
    engines.write_text("1")

    def content() -> str:
        return page_of(made(demo[: int(engines.read_text())]), live=True)

    live = Live(lambda: [engines], content)
    with Server(live, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        context = browser.new_context()
        try:
            # A browser has six connections for one server: none is kept.
            pages = [context.new_page() for _ in range(7)]
            for page in pages:
                page.goto(server.address)
                assert page.locator("#lately > li").count() == 1
            page.fill("#search", '{"architectures": ["BetaModel"]}')
            engines.write_text("2 ")
            live.look()
            page.wait_for_function("() => document.querySelectorAll('.tile').length === 2")
            assert "native" in page.inner_text("#card")  # what was pasted is still there
        finally:
            context.close()
            server.shutdown()
            thread.join()


# -- size and speed --------------------------------------------------------------------------------


_WATCH_KEYS = """() => {
    window.keys = [];
    new PerformanceObserver(list => {
        for (const each of list.getEntries()) if (each.name === "keydown") window.keys.push(each.duration);
    }).observe({type: "event", durationThreshold: 16, buffered: true});
}"""


def test_the_page_stays_below_two_megabytes_and_what_it_takes_is_measured(
    shipped: str, opened: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the size is held; the times are printed, from a key's event to the next frame, in steps of 8 ms."""
    told = []
    for size in SIZES:
        for scheme in ("light", "dark"):
            page = opened(shipped, color_scheme=scheme, viewport=size).page
            page.wait_for_timeout(500)
            page.evaluate(_WATCH_KEYS)
            typed = "qwen3 vl 30b"
            for key in typed:
                page.keyboard.press(key if key != " " else "Space")
                page.wait_for_timeout(80)
            assert page.locator("#results li").count() > 0
            paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
            keys = page.evaluate("window.keys")
            typical = statistics.median(
                [*keys, *[16.0] * (len(typed) - len(keys))]
            )  # what is not seen took less
            told.append(
                f"{size['width']} px {scheme}: first paint {paint:.0f} ms; {len(typed)} keystrokes: "
                f"median {typical:.0f} ms, at most {max(keys, default=16):.0f} ms"
            )
    size_bytes = len(shipped.encode())
    total = len(json.loads(page.text_content("#data"))["rows"])
    with capsys.disabled():
        sys.stdout.write("\n".join(("", f"page of {total} rows, {size_bytes / 1e6:.2f} MB", *told, "")))
    assert total > 2500
    assert size_bytes < 2_000_000
