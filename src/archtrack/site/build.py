"""The page's file, put together from its parts: no file beside it, no request, nothing that a name could run."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from importlib.resources import files
from typing import Any

__all__ = ["MARK", "page"]

_SCRIPTS = ("data", "nodes", "choose", "list", "verdict", "timeline", "detail", "chart", "export", "main")
"""The script's parts in their order: each uses what those before it declare."""
_LIVE = "live"
MARK = '<meta name="generator" content="archtrack">'
"""By which a page of archtrack's is known: no other one is replaced."""


def page(data: dict[str, Any], *, live: bool = False) -> str:
    """The whole page as HTML.

    The data stands in an element that is no script, with every ``<`` escaped. A content policy lets nothing run or
    load but the page's own script and style.

    Args:
        data: as ``payload`` gives it.
        live: the page asks its server whether the data has changed.
    """
    style, script = _part("page.css"), _script(live=live)
    connect = "'self'" if live else "'none'"
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; "
        f"connect-src {connect}; base-uri 'none'; form-action 'none'"
    )
    # Escaped, what a name holds cannot end the element, and the data is filled in last.
    text = _well_formed(json.dumps(data, ensure_ascii=False, separators=(",", ":"))).replace("<", "\\u003c")
    state = sha256(text.encode()).hexdigest()[:16]
    filled = _part("page.html")
    for mark, value in (
        ("policy", policy),
        ("state", state),
        ("style", style),
        ("script", script),
        ("data", text),
    ):
        filled = filled.replace(f"{{{{{mark}}}}}", value)
    return filled


def _script(*, live: bool) -> str:
    names = (*_SCRIPTS, _LIVE) if live else _SCRIPTS
    body = "\n".join(_part(f"{name}.js") for name in names)
    return f'"use strict";\n(() => {{\n{body}}})();\n'


def _part(name: str) -> str:
    return (files("archtrack.site") / "parts" / name).read_text(encoding="utf-8")


def _well_formed(text: str) -> str:
    """The text without halves of surrogate pairs: a browser can put none into an address."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"
