"""What axe says of the page, and whether anything is wider than the screen, at three sizes in both themes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PHONE, TABLET, DESK = (
    {"width": 360, "height": 740},
    {"width": 768, "height": 1024},
    {"width": 1440, "height": 900},
)
CONFIG = '{"architectures": ["FalconForCausalLM", "NobodyForCausalLM"], "auto_map": {"a": "b"}}'
VIEWS = ("#/", "#/?q=Qwen3-32B", "#/LlamaForCausalLM", "#/browse/")
REST = (
    CONFIG,
    "#/compare/mlx-lm/vllm",
    "#/?q=zzzz",
    "#/NoSuchForCausalLM",
    "#/?engine=vllm",
    "#/engine/vllm",
    "#/compare/",
    "#/new/",
    "#/paste/",
)


def troubles(page: Page, view: str) -> list[Any]:
    """What axe finds on a view with what is folded open, and how much wider than the screen it is."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 -- only for these tests

    if view.startswith("#"):
        page.evaluate("address => { location.hash = address; }", view)
    else:
        page.fill("#search", view)
    page.wait_for_timeout(50)
    for folded in page.locator("details:visible").all()[:3]:
        folded.evaluate("each => { each.open = true; }")
    found = Axe().run(page).response["violations"]
    told = [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found]
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [*told, *([f"{wider} pixels wider than the screen"] if wider > 0 else [])]


@pytest.mark.parametrize(
    ("size", "scheme", "views"),
    [
        (PHONE, "light", VIEWS),
        (PHONE, "dark", (*VIEWS, *REST)),
        (TABLET, "light", VIEWS),
        (TABLET, "dark", VIEWS),
        (DESK, "light", (*VIEWS, *REST)),
        (DESK, "dark", VIEWS),
    ],
    ids=["phone-light", "phone-dark", "tablet-light", "tablet-dark", "desk-light", "desk-dark"],
)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    shipped: str, opened: Any, size: dict[str, int], scheme: str, views: tuple[str, ...]
) -> None:
    page = opened(shipped, color_scheme=scheme, viewport=size).page
    assert {view: found for view in views if (found := troubles(page, view))} == {}
