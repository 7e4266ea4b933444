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
DESK = {"width": 1280, "height": 760}
SHOTS = (
    # name, theme, size, address
    ("page-light", "light", DESK, ""),
    ("page-answer", "light", DESK, "#/?q=gpt-oss-20b"),
    ("page-dark", "dark", DESK, "#/browse/?on=sglang&not=vllm"),
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
        for name, theme, size, address in SHOTS:
            context = chromium.new_context(color_scheme=theme, viewport=size)
            page = context.new_page()
            page.goto(page_file.as_uri() + address)
            page.wait_for_timeout(300)
            page.screenshot(path=IMAGES / f"{name}.png")
            context.close()
        chromium.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
