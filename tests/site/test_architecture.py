"""The pages of an architecture and of an engine, what is new, and the comparison of two engines."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from page_histories import history

from archtrack.app.feature_runs import feature_runs
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.presence import compared, presence_with
from archtrack.engines.base import About
from archtrack.model import Status

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from archtrack.core.history.history import History

pytestmark = pytest.mark.browser


def to(page: Page, address: str) -> None:
    """Go to an address on the page that is open, and wait until its view is there."""
    page.evaluate("address => { location.hash = address; }", address)
    page.wait_for_function("() => document.querySelector('main > :not([hidden]) h1')")


def evidence(page: Page) -> list[list[str]]:
    return [
        [" ".join(cell.inner_text().split()) for cell in row.locator("th, td").all()]
        for row in page.locator("#evidence tbody tr").all()
    ]


def test_evidence_stands_at_today_s_release_and_where_it_began(
    demo: list[History], made: Any, opened: Any
) -> None:
    page = opened(made(demo, examples={"AlphaForCausalLM": "acme/alpha"}), "#/AlphaForCausalLM").page
    began = "1.0 2024-02-01 m/alpha.py:3 changed 1 time"
    assert evidence(page) == [
        ["SGLang", "✓ native since 1.0", "1.2 2026-02-01 m/new.py:7", began],
        ["vllm", "\N{EN DASH} not supported", "nothing up to 0.1", ""],
    ]
    links = [each.get_attribute("href") for each in page.locator("#evidence a").all()]
    moved = "https://example.org/1.2/m/new.py#L7"
    assert links == [moved, "https://example.org/1.0/m/alpha.py#L3", moved]
    example = page.get_by_role("link", name="acme/alpha")
    assert example.get_attribute("href") == "https://huggingface.co/acme/alpha"
    to(page, "#/BetaModel")
    page.wait_for_function("() => document.querySelector('#page h1').textContent === 'BetaModel'")
    assert evidence(page)[0][2] == "last in 1.0 2024-02-01 m/beta.py:9"
    titles = page.locator("#timeline rect title").all_text_contents()
    assert titles == ["SGLang: 1.0 to 1.0", "vllm: 0.1 and since"]


def test_the_time_line_fits_its_life_and_what_holds_runs_on_to_today(
    demo: list[History], made: Any, opened: Any
) -> None:
    page = opened(made(demo), "#/BetaModel").page
    bars = page.evaluate(
        "[...document.querySelectorAll('#timeline rect')].map(e => [e.x.baseVal.value, e.width.baseVal.value])"
    )
    lines = page.evaluate(
        "[...document.querySelectorAll('#timeline line')].map(e => [e.x1.baseVal.value, e.x2.baseVal.value])"
    )
    left, right = min(each for each, _ in lines if each), max(each for _, each in lines)
    assert bars[0][0] == left  # its first day, not that of the oldest release of any engine
    assert sum(bars[1]) == pytest.approx(right)


def test_a_release_without_a_tag_has_no_link_and_one_without_a_date_has_a_bar(made: Any, opened: Any) -> None:
    given = history(
        "demo",
        {"1.0": {"AModel": "m/a.py:1"}, "1.1": {"AModel": "m/b.py:1"}, "1.2": {"AModel": "m/c.py:1"}},
        {"1.0": "2024-01-01", "1.1": None, "1.2": None},
    )
    unread = replace(given.releases[2], version="1.3", unknown="broken")
    given = replace(given, releases=(*given.releases, unread))
    about = About(title="Demo", source="https://example.org/{version}/{path}", untagged=("<1.1", "==1.2"))
    page = opened(made([given], abouts={"demo": about}), "#/AModel").page
    links = [each.get_attribute("href") for each in page.locator("#evidence a").all()]
    assert links == ["https://example.org/1.1/m/b.py#L1"]
    assert page.locator("#timeline rect").count() == 1
    assert evidence(page)[0][2] == "1.2 m/c.py:1"


def test_what_a_change_changed_is_said(made: Any, opened: Any) -> None:
    given = history("demo", {"1.0": {"AModel": "m/a.py:1"}, "1.1": {"AModel": "m/b.py:1"}}, {})
    (span,) = given.registered["AModel"]
    states = (replace(span.states[0], groups=("one", "two")), replace(span.states[1], compatible=False))
    given = replace(given, registered={"AModel": (replace(span, states=states),)})
    page = opened(made([given]), "#/AModel").page
    (row,) = evidence(page)
    assert row[2].endswith("m/b.py:1 is_backend_compatible() is false")
    assert "m/a.py:1 one, two" in row[3]


def test_features_say_since_when(page: Page) -> None:
    histories = Histories({}, SHIPPED)
    vllm = histories.need("vllm")
    to(page, "#/AquilaForCausalLM")
    to(page, "#/Qwen2ForCausalLM")
    page.wait_for_function("() => document.querySelector('#page h1').textContent === 'Qwen2ForCausalLM'")
    told = page.locator("dl.features dt:has-text('vLLM') + dd li").all_inner_texts()
    runs = {
        title: feature_runs(name, "Qwen2ForCausalLM", vllm, histories)[-1]
        for name, title in (("lora", "LoRA"), ("pp", "pipeline parallel"))
    }
    for title, run in runs.items():
        assert f"{title} since {run.since} {run.first.date}" in told


def test_an_architecture_has_its_models_and_its_relatives(page: Page) -> None:
    to(page, "#/Qwen3ForCausalLM")
    assert "known models" in page.inner_text("#page")
    page.click("text=Qwen/Qwen3-0.6B >> nth=-1")
    page.wait_for_selector("#answer:not([hidden])")
    assert page.inner_text("#card h1") == "Qwen/Qwen3-0.6B"
    page.go_back()
    page.wait_for_selector("#page:not([hidden])")
    assert "Qwen2ForCausalLM" in page.inner_text("#page ul.names >> nth=-1")


def test_an_architecture_is_taken_along(shipped: str, opened: Any) -> None:
    clipboard = ["clipboard-read", "clipboard-write"]
    page = opened(shipped, "#/QWenLMHeadModel", permissions=clipboard).page
    page.click("text=Copy as Markdown")
    page.wait_for_selector(".tools [role=status]:has-text('Copied')")
    markdown = page.evaluate("navigator.clipboard.readText()")
    assert markdown.startswith("QWenLMHeadModel\n\n| Engine | Status | Date | Why |\n")
    assert "| SGLang | ✓ native since 0.1.9 | 2024-01-24 |  |" in markdown
    page.click("text=Copy as JSON")
    page.wait_for_timeout(100)
    value = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert (value["name"], value["engines"]["sglang"]["since"]) == ("QWenLMHeadModel", "0.1.9")
    with page.expect_download() as waiting:
        page.click("text=Download badge")
    badge = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert badge.startswith("<svg")
    assert "SGLang ≥ 0.1.9" in badge
    assert waiting.value.suggested_filename == "QWenLMHeadModel.svg"


def test_a_name_that_nobody_registers_leads_to_what_is_near(page: Page) -> None:
    to(page, "#/Qwen3ForCausalLMX")
    assert "No release that archtrack has read registers it" in page.inner_text("#page")
    assert "Qwen3ForCausalLM" in page.inner_text("#page p >> nth=-1")


# -- engines ---------------------------------------------------------------------------------------


def test_an_engine_says_what_came_and_went_with_each_release(
    demo: list[History], made: Any, opened: Any
) -> None:
    page = opened(made(demo), "#/engine/sglang").page
    assert page.inner_text("#page h1") == "SGLang"
    assert "It runs 2 architectures natively." in page.inner_text("#page")
    changes = [" ".join(each.inner_text().split()) for each in page.locator(".change").all()]
    assert changes == [
        "1.2 2026-02-01 + 1 added GammaForCausalLM",
        "1.1 2025-02-01 \N{MINUS SIGN} 1 removed BetaModel",
    ]
    assert page.locator("#chart path").count() == 1
    to(page, "#/engine/nobody")
    assert "no such engine" in page.inner_text("#page")


def test_an_engine_says_how_much_of_what_people_download_it_runs(page: Page) -> None:
    histories = Histories({}, SHIPPED)
    sglang = histories.need("sglang")
    assert sglang.newest is not None
    to(page, "#/engine/sglang")
    words = page.inner_text("#page p:has-text('most downloaded models that archtrack knows')")
    native, fallback = (int(part.split(" ")[0]) for part in words.partition("it runs ")[2].split(" and "))
    page.click("summary:has-text('that it does not run')")
    lacking = page.locator("details[open] .names a").all_inner_texts()
    assert native + fallback + len(lacking) == 100
    assert native > 50
    page.click("details[open] .names a >> nth=0")
    page.wait_for_selector("#card h1")
    name = page.locator("#card .facts a").first.inner_text()
    assert presence_with(name, sglang, sglang.newest, histories).status not in {
        Status.NATIVE,
        Status.FALLBACK,
    }


def test_the_comparison_is_that_of_migrate(page: Page) -> None:
    histories = Histories({}, SHIPPED)
    for one, other in (("vllm", "sglang"), ("mlx-lm", "llama-cpp")):
        here, there = histories.need(one), histories.need(other)
        assert here.newest is not None
        assert there.newest is not None
        found = compared((here, here.newest), (there, there.newest), histories)
        to(page, f"#/compare/{one}/{other}")
        page.wait_for_function(
            "title => document.querySelector('.summed')?.textContent.includes(title)",
            arg=there.newest.version,
        )
        listed = [
            table.locator("tbody th").all_text_contents() for table in page.locator("#page table").all()
        ]
        unknown = [
            [name for name, _, lacking in found.there if lacking.status is Status.UNKNOWN],
            [name for name, _, lacking in found.here if lacking.status is Status.UNKNOWN],
        ]
        lost = [name for name, _, _ in found.here if name not in unknown[1]]
        gained = [name for name, _, _ in found.there if name not in unknown[0]]
        assert listed == [each for each in (gained, lost, *unknown) if each]
        for title, pairs in (("lose", found.lost), ("gain", found.won)):
            items = page.locator(f"h2:has-text('Features that you {title}') + details li a")
            assert items.all_text_contents() == [name for name, _ in pairs]
        words = page.inner_text("#page")
        assert f"you gain {len(gained)}, you lose {len(lost)}, both have {len(found.both)} " in words
        assert (f"Of {sum(map(len, unknown))} more it is not known" in words) == any(unknown)


def test_engines_to_compare_are_chosen_and_swapped(page: Page) -> None:
    page.click("nav >> text=Compare")
    page.wait_for_selector("#from")
    page.select_option("#from", "vllm")
    page.wait_for_function("() => document.getElementById('from').value === 'vllm'")
    page.select_option("#to", "sglang")
    page.wait_for_selector("text=Swap")
    assert page.url.endswith("#/compare/vllm/sglang")
    page.click("text=Swap")
    page.wait_for_function("() => document.getElementById('from').value === 'sglang'")


def test_what_is_new_is_what_came_in_the_last_month_of_the_data(made: Any, opened: Any) -> None:
    given = history(
        "sglang",
        {
            "1.0": {"AModel": "m/a.py:1"},
            "1.1": {"AModel": "m/a.py:1", "BModel": "m/b.py:1"},
            "1.2": {"BModel": "m/b.py:1", "CModel": "m/c.py:1"},
        },
        {"1.0": "2026-01-01", "1.1": "2026-02-01", "1.2": "2026-03-20"},
    )
    page = opened(made([given]), "#/new/").page
    assert "releases from 2026-02-17 to 2026-03-20" in page.inner_text("#page")
    (change,) = [" ".join(each.inner_text().split()) for each in page.locator(".change").all()]
    assert change == "1.2 2026-03-20 + 1 added CModel \N{MINUS SIGN} 1 removed AModel"
    start = page.goto(page.url.partition("#")[0])
    assert start is None or start.ok
    assert "1.2 added CModel" in page.inner_text("#lately")
