"""Histories to make pages of, and a real browser to look at them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from page_histories import ByRegistry, history

from archtrack.app.history.store import SHIPPED, Histories
from archtrack.engines.base import About
from archtrack.site.page import make_page, page_html
from archtrack.site.page_data import page_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from archtrack.core.history.history import History


@pytest.fixture(scope="session")
def shipped() -> str:
    """The page of the shipped data."""
    return make_page(Histories({}, SHIPPED))


@pytest.fixture
def page(shipped: str, opened: Any) -> Page:
    """That page in the browser."""
    return opened(shipped).page  # type: ignore[no-any-return]


@pytest.fixture
def small(demo: list[History], made: Any, opened: Any) -> Page:
    """The page of two engines with three architectures."""
    return opened(made(demo)).page  # type: ignore[no-any-return]


@pytest.fixture
def demo() -> list[History]:
    """Two engines: one that lost an architecture and moved another, and one with one architecture."""
    one = history(
        "sglang",
        {
            "1.0": {"AlphaForCausalLM": "m/alpha.py:3", "BetaModel": "m/beta.py:9"},
            "1.1": {"AlphaForCausalLM": "m/alpha.py:3"},
            "1.2": {"AlphaForCausalLM": "m/new.py:7", "GammaForCausalLM": "m/gamma.py:1"},
        },
        {"1.0": "2024-02-01", "1.1": "2025-02-01", "1.2": "2026-02-01"},
    )
    other = history("vllm", {"0.1": {"BetaModel": "v/registry.py:2"}}, {"0.1": "2025-06-01"})
    return [other, one]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Makes what a page is made of, of engines of which only the registry is known."""
    monkeypatch.setattr("archtrack.app.presence._engine", lambda _: None)

    def make(histories: list[History], **more: Any) -> dict[str, Any]:
        abouts = {"sglang": About(title="SGLang", source="https://example.org/{version}/{path}")}
        given = {"abouts": abouts, "examples": {}, "version": "0", "answers": ByRegistry(), **more}
        return page_data(histories, given.pop("answers"), given.pop("abouts"), given.pop("examples"), **given)

    return make


@dataclass
class Opened:
    """A page in a browser, and what it complained of."""

    page: Page
    troubles: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium without a window. It ends with the module: its event loop would be in the way of other tests'."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- only for tests that need a browser

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--disable-gpu"])
        yield launched
        launched.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Opens a page from its file, and fails if it complained or asked for anything but its own file."""
    contexts, pages = [], []

    def open_page(content: dict[str, Any] | str, address: str = "", **options: Any) -> Opened:
        path = tmp_path / "index.html"
        path.write_text(content if isinstance(content, str) else page_html(content), encoding="utf-8")
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        context = browser.new_context(**options)
        shown = Opened(page=context.new_page())
        contexts.append(context)
        pages.append(shown)
        shown.page.on(
            "console", lambda it: shown.troubles.append(it.text) if it.type in {"error", "warning"} else None
        )
        shown.page.on("pageerror", lambda it: shown.troubles.append(str(it)))
        shown.page.on("dialog", lambda it: (shown.troubles.append(f"dialog {it.message}"), it.dismiss()))
        shown.page.on("request", lambda it: shown.requests.append(it.url.partition("#")[0]))
        shown.page.goto(path.as_uri() + address)
        shown.page.wait_for_function("() => document.getElementById('made').textContent !== ''")
        return shown

    yield open_page
    for shown in pages:
        assert shown.troubles == []
        own = {(tmp_path / "index.html").as_uri()}
        assert {each for each in shown.requests if not each.startswith(("data:", "blob:"))} <= own
    for context in contexts:
        context.close()
