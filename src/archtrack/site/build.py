"""The page's file, put together from its parts: no file beside it, no request, nothing that a name could run."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from importlib.resources import files
from typing import Any

__all__ = ["page"]


def page(data: dict[str, Any]) -> str:
    """The whole page as HTML.

    Data stands in an element that is no script, with every ``<`` escaped; a content policy lets nothing run or load
    but the page's own script and style.

    Args:
        data: as ``payload`` gives it.
    """
    parts = files("archtrack.site") / "parts"
    style = parts.joinpath("page.css").read_text(encoding="utf-8")
    script = parts.joinpath("page.js").read_text(encoding="utf-8")
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    filled = parts.joinpath("page.html").read_text(encoding="utf-8")
    for mark, value in (
        (
            "{{policy}}",
            f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:",
        ),
        ("{{style}}", style),
        ("{{script}}", script),
        ("{{data}}", text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")),
    ):
        filled = filled.replace(mark, value)
    return filled


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"
