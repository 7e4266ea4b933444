"""Take the pictures of the page that the documentation shows, from the shipped data: ``python docs/screenshots.py``."""  # noqa: INP001 -- a script beside the pages, no package

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from archtrack.app.history.store import SHIPPED, Histories
from archtrack.site.page import write_page

IMAGES = Path(__file__).resolve().parent / "images"
DESK, PHONE = {"width": 1280, "height": 760}, {"width": 390, "height": 760}
CONFIG = '{"architectures": ["FalconForCausalLM"]}'
SHOTS = (
    # name, theme, size, address, what is pasted
    ("page-light", "light", DESK, "", ""),
    ("page-dark", "dark", DESK, "#/?engine=sglang&status=native&without=vllm", ""),
    ("page-config", "light", DESK, "", CONFIG),
    ("page-architecture", "light", DESK, "#/QWenLMHeadModel", ""),
    ("page-phone", "dark", PHONE, "#/DeepseekV3ForCausalLM", ""),
)


def main() -> int:
    """Write every picture."""
    browser = os.environ.get("ARCHTRACK_CHROMIUM") or shutil.which("chromium")
    if browser is None:
        sys.stderr.write("no Chromium was found; name its file in ARCHTRACK_CHROMIUM\n")
        return 1
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = write_page(Histories({}, SHIPPED), Path(folder))
        chromium = playwright.chromium.launch(executable_path=browser)
        for name, theme, size, address, pasted in SHOTS:
            context = chromium.new_context(color_scheme=theme, viewport=size)
            page = context.new_page()
            page.goto(page_file.as_uri() + address)
            if pasted:
                page.fill("#query", pasted)
            page.wait_for_timeout(300)
            page.screenshot(path=IMAGES / f"{name}.png")
            context.close()
        chromium.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
