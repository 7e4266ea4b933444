"""The list of architectures by engine: filters, order, what is hidden at first, and what can be taken along."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from page_histories import history

from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.presence import RUNS, presence_with
from archtrack.model import Status
from archtrack.site.document import TrackedDocument, TrackedRow

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from archtrack.core.history.history import History

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
KEYS = ("status", "because", "since", "since_exact", "since_date", "last", "last_exact")


def names(page: Page) -> list[str]:
    return page.locator("#rows th a, #rows > li h2 a").all_text_contents()


def count(page: Page) -> int:
    return int(page.inner_text("#count").split(" ")[0].replace(",", ""))


def cells(page: Page, name: str) -> list[str]:
    """What a screen reader is told of a row: the words, without the signs."""
    row = page.locator("#rows tr", has=page.get_by_role("link", name=name, exact=True))
    return row.locator("td .hidden").all_text_contents()


def chips(page: Page) -> list[str]:
    """The filters that are set, as a screen reader names them."""
    labels = [each.get_attribute("aria-label") or "" for each in page.locator(".chip").all()]
    return [each.removeprefix("Remove: ") for each in labels]


def test_filters_count_what_the_data_counts(shipped: str, opened: Any) -> None:
    histories = Histories({}, SHIPPED)
    sglang, vllm = histories.need("sglang"), histories.need("vllm")
    data = json.loads(shipped.split('id="data">')[1].split("</script>", maxsplit=1)[0])

    def statuses(history: History) -> dict[str, Status]:
        assert history.newest is not None
        newest = history.newest
        return {row[0]: presence_with(row[0], history, newest, histories).status for row in data["rows"]}

    here, there = statuses(sglang), statuses(vllm)
    runs = {name for name, status in here.items() if status in RUNS}
    alone = {name for name in runs if there[name] not in {*RUNS, Status.UNKNOWN}}
    page = opened(shipped, "#/browse/?all=1&unnamed=1").page
    assert count(page) == len(data["rows"])
    page.select_option("#f-on", "sglang")
    assert count(page) == len(runs)
    page.select_option("#f-not", "vllm")
    assert count(page) == len(alone)
    assert set(names(page)) <= alone
    assert chips(page) == ["runs on SGLang", "but not on vLLM"]
    assert page.url.endswith("#/browse/?on=sglang&not=vllm&all=1&unnamed=1")
    page.select_option("#f-kind", "multimodal")
    multimodal = {row[0] for row in data["rows"] if row[1] == "multimodal"}
    assert count(page) == len(alone & multimodal)
    page.click("text=but not on vLLM")
    assert count(page) == len(runs & multimodal)
    page.click("text=Clear")
    assert page.url.endswith("#/browse/")


def test_at_first_there_is_what_an_engine_runs_and_the_rest_is_a_switch_away(page: Page) -> None:
    page.click("nav >> text=Browse all")
    total = len(json.loads(page.text_content("#data") or "")["rows"])
    first = count(page)
    assert "LlamaForCausalLM" in names(page)
    page.fill("#only", "AlignTextModel")
    assert names(page) == []
    page.fill("#only", "")
    page.check("#f-all")
    named = count(page)
    page.check("#f-unnamed")
    assert first < named < count(page) == total
    page.fill("#only", "AlignTextModel")
    assert names(page) == ["AlignTextModel"]


def test_a_feature_and_a_day_narrow_the_list(page: Page) -> None:
    data = json.loads(page.text_content("#data") or "")
    engines = [each["name"] for each in data["engines"]]
    vllm, lora = engines.index("vllm"), [name for name, _ in data["features"]].index("lora")
    has = {
        row[0]
        for row in data["rows"]
        if row[4][vllm]
        and any(
            (each if isinstance(each, int) else each[0]) == lora for each in (row[4][vllm][4:5] or [[]])[0]
        )
    }
    page.evaluate("location.hash = '#/browse/?on=vllm&with=lora&all=1&unnamed=1'")
    page.wait_for_selector("#count")
    assert count(page) == len(has) > 100
    newest = max(release[1] for each in data["engines"] for release in each["releases"] if release[1])
    page.evaluate(f"location.hash = '#/browse/?on=vllm&since={newest[:4]}-01-01'")
    page.wait_for_function("() => document.querySelectorAll('.chip').length === 2")
    for name in names(page)[:5]:
        (words,) = [each for each in cells(page, name)[1:2] if each]
        assert words.rpartition(", ")[2] >= f"{newest[:4]}-01-01"


def test_what_may_run_is_not_taken_for_a_no(made: Any, opened: Any) -> None:
    one = history("sglang", {"1.0": {"AForCausalLM": "m/a.py:1", "BForCausalLM": "m/b.py:1"}}, {})
    other = history("vllm", {"1.0": {"BForCausalLM": "v/r.py:1"}}, {})
    known = opened(made([one, other]), "#/browse/?on=sglang&not=vllm").page
    assert names(known) == ["AForCausalLM"]
    doubtful = replace(other, releases=(replace(other.releases[0], unresolved=2),))
    page = opened(made([one, doubtful]), "#/browse/?on=sglang&not=vllm").page
    assert names(page) == []
    assert "No architecture fits." in page.inner_text("#none")
    page.click(".chip >> nth=1")
    assert cells(page, "AForCausalLM") == ["native since 1.0, 2026-01-31", "not known"]


def test_an_order_puts_the_newest_of_an_engine_first(small: Page) -> None:
    small.click("nav >> text=Browse all")
    assert names(small) == ["AlphaForCausalLM", "BetaModel", "GammaForCausalLM"]
    small.select_option("#f-sort", ".newest")
    assert names(small) == ["GammaForCausalLM", "AlphaForCausalLM", "BetaModel"]
    small.select_option("#f-sort", "sglang")  # the newest natives first, then what is gone
    assert names(small) == ["GammaForCausalLM", "AlphaForCausalLM", "BetaModel"]
    small.select_option("#f-sort", "vllm")
    assert names(small)[0] == "BetaModel"
    assert small.url.endswith("#/browse/?sort=vllm")


def test_show_more_goes_on_where_the_list_ended(page: Page) -> None:
    page.click("nav >> text=Browse all")
    before = names(page)
    page.evaluate("document.getElementById('more').click()")
    after = names(page)
    assert after[: len(before)] == before
    assert len(after) == 2 * len(before) == len(set(after))
    assert page.evaluate("document.activeElement.textContent") == after[len(before)]


def test_back_leads_to_the_place_in_the_list_that_was_left(page: Page) -> None:
    page.click("nav >> text=Browse all")
    for _ in range(3):
        page.evaluate("document.getElementById('more').click()")
    before = names(page)
    page.evaluate("document.getElementById('table').scrollTop = 2000")
    page.wait_for_timeout(100)
    page.evaluate("place => document.querySelectorAll('#rows a')[place].click()", 90)
    page.wait_for_selector("#page:not([hidden]) h1")
    page.go_back()
    page.wait_for_selector("#browse:not([hidden])")
    page.wait_for_function("name => document.activeElement.textContent === name", arg=before[90])
    assert names(page)[: len(before)] == before
    assert page.evaluate("document.getElementById('table').scrollTop") == 2000


def test_a_choice_of_engines_keeps_its_boxes_open_and_the_focus(page: Page) -> None:
    page.click("nav >> text=Browse all")
    page.click(".chooser summary")
    for name in ("vllm", "sglang"):
        page.check(f".chooser input[value={name}]")
        assert page.evaluate("document.activeElement.value") == name
    assert page.locator("#table thead th").all_inner_texts() == ["Architecture", "SGLang", "vLLM"]


def test_typing_in_the_filter_keeps_the_caret(page: Page) -> None:
    page.click("nav >> text=Browse all")
    page.focus("#only")
    page.keyboard.type("qwen3moe")
    assert page.input_value("#only") == "qwen3moe"
    assert page.evaluate("document.activeElement.id") == "only"
    assert "Qwen3MoeForCausalLM" in names(page)
    assert "Qwen3ForCausalLM" not in names(page)


@pytest.mark.parametrize(
    ("address", "now"),
    [
        ("#/?engine=sglang&status=native&without=vllm", ["runs on SGLang", "but not on vLLM"]),
        ("#/?q=llama4&engine=vllm&category=multimodal", ["runs on vLLM", "multimodal"]),
        ("#/browse/?on=nobody,vllm&with=strange&since=x&kind=y&sort=z", ["runs on vLLM"]),
        ("#/browse/?on=vllm&kind=constructor&sort=__proto__", ["runs on vLLM"]),
    ],
)
def test_an_old_or_odd_address_shows_what_it_means(
    shipped: str, opened: Any, address: str, now: list[str]
) -> None:
    page = opened(shipped, address).page
    assert chips(page) == now
    assert names(page)


def test_the_grid_has_one_scroll_and_its_names_stay_in_sight(shipped: str, opened: Any) -> None:
    for width, height in ((1440, 900), (768, 1024)):
        page = opened(shipped, "#/browse/", viewport={"width": width, "height": height}).page
        page.wait_for_selector("#rows td")
        assert page.evaluate(
            "[document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
        ) == [
            height,
            width,
        ]
        page.evaluate("document.getElementById('table').scrollTo(500, 700)")
        table = page.locator("#table").bounding_box()
        head = page.locator("#table thead th").first.bounding_box()
        name = page.locator("#rows th").nth(20).bounding_box()
        assert table is not None
        assert head is not None
        assert name is not None
        assert abs(head["y"] - table["y"]) <= 2
        assert abs(head["x"] - table["x"]) <= 2
        assert abs(name["x"] - table["x"]) <= 2


def test_no_cell_of_the_grid_runs_into_the_next(shipped: str, opened: Any) -> None:
    page = opened(shipped, "#/browse/").page
    page.wait_for_selector("#rows td")
    every = "[...document.querySelectorAll('#table th, #table td')]"
    wide = f"{every}.filter((each) => each.scrollWidth > each.clientWidth + 1)"
    assert page.evaluate(f"{wide}.map((each) => each.textContent)") == []


def test_a_phone_shows_cards(shipped: str, opened: Any) -> None:
    page = opened(shipped, "#/browse/?on=vllm", viewport=PHONE).page
    assert page.locator("#table").count() == 0
    card = page.locator("#rows > li").first
    assert "vLLM ✓ native since" in card.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator("#f-on").is_hidden()
    page.click("text=Filter and order")
    page.select_option("#f-on", "sglang")
    assert page.locator("#f-on").is_visible()
    assert page.locator(".chip").count() == 2


# -- taking it along -------------------------------------------------------------------------------


def downloaded(page: Page, button: str) -> str:
    if not page.locator(button).is_visible():
        page.click(".take summary")
    with page.expect_download() as waiting:
        page.click(button)
    return Path(waiting.value.path()).read_bytes().decode()


def test_the_listed_rows_are_downloaded_as_csv_and_json(small: Page) -> None:
    small.click("nav >> text=Browse all")
    small.fill("#only", "ForCausalLM")
    rows = list(csv.reader(io.StringIO(downloaded(small, "#csv"))))
    native, lacking = ["text", "", "native", ""], ["", "", "unsupported", *[""] * 6]
    assert rows == [
        [
            "name",
            "category",
            "example",
            *(f"{engine} {key}" for engine in ("sglang", "vllm") for key in KEYS),
        ],
        ["AlphaForCausalLM", *native, "1.0", "true", "2024-02-01", *lacking],
        ["GammaForCausalLM", *native, "1.2", "true", "2026-02-01", *lacking],
    ]
    small.fill("#only", "beta")
    gone = ("gone", "sglang 1.2 registers none of `BetaModel`", "1.0", True, "2024-02-01", "1.0", True)
    since = ("native", None, "0.1", True, "2025-06-01", None, None)
    engines = {"sglang": dict(zip(KEYS, gone, strict=True)), "vllm": dict(zip(KEYS, since, strict=True))}
    assert json.loads(downloaded(small, "#json")) == [
        {"name": "BetaModel", "category": "text", "example": None, "engines": engines}
    ]


def test_the_list_is_copied_as_markdown(demo: list[History], made: Any, opened: Any) -> None:
    page = opened(made(demo), "#/browse/?q=beta", permissions=["clipboard-read", "clipboard-write"]).page
    page.click(".take summary")
    page.click("#markdown")
    page.wait_for_selector(".take [role=status]:has-text('1 architecture as Markdown: Copied.')")
    assert page.evaluate("navigator.clipboard.readText()") == (
        "| Architecture | Category | SGLang | vllm |\n| --- | --- | --- | --- |\n| BetaModel | text | † 1.0 | ✓ 0.1 |\n"
    )


def test_a_document_is_the_first_column(demo: list[History], made: Any, opened: Any) -> None:
    where = {"category": "text", "by": "the document", "file": "a.py", "place": "T.md:5"}
    row = TrackedRow(kind="unimportable", because="x is not there", **where)
    tracked = TrackedDocument(title="Document", words="T.md, 1 rows", rows={"AlphaForCausalLM": row})
    page = opened(made(demo, tracked=tracked), "#/browse/").page
    assert page.locator("#table thead th").all_inner_texts() == ["Architecture", "Document", "SGLang", "vllm"]
    assert cells(page, "AlphaForCausalLM")[0] == "cannot be imported"
    assert cells(page, "BetaModel")[0] == "no row"
    assert "T.md, 1 rows" in (page.text_content("#made") or "")
    page.get_by_role("link", name="AlphaForCausalLM").click()
    page.wait_for_selector("#page h1")
    assert "x is not there" in page.inner_text(".tiles")
    assert "T.md:5" in page.locator("#evidence tbody tr").first.inner_text()
