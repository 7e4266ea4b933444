"""The page as one file: put together from its parts and what is known, and written.

No file beside it, no request, nothing that a name could run.
"""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from archtrack.app.examples import example_sources
from archtrack.app.models.store import model_index
from archtrack.app.names import Names
from archtrack.core.json_values import well_formed
from archtrack.core.matrix.examples import example_of
from archtrack.engines import engine_names, load_engine
from archtrack.errors import DocumentError, UsageError
from archtrack.sources.files import like_it, make_folder, read_document, write_atomic
from archtrack.version import __version__

from .answers import Answers
from .document import read_document_rows
from .model_data import model_data
from .page_data import page_data

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from archtrack.app.history.store import Histories
    from archtrack.core.history.history import History

__all__ = ["files_read", "make_page", "page_html", "write_page"]

_SCRIPTS = (
    *("data", "models", "nodes", "address", "rows", "engines", "config", "gguf", "search", "tiles"),
    *("timeline", "chart", "export"),
    *(
        f"views/{name}"
        for name in ("start", "answer", "paste", "browse", "architecture", "engine", "news", "compare")
    ),
    "main",
)
"""The script's parts in their order: each uses what those before it declare."""
_LIVE = "live"
_MARK = '<meta name="generator" content="archtrack">'
"""By which a page of archtrack's is known: no other one is replaced."""


def write_page(
    histories: Histories,
    folder: Path,
    matrix: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Path:
    """Write the page, and say where it is.

    Args:
        histories: what there is.
        folder: where it goes; created if it is missing.
        matrix: a document, or what ``list --format json`` printed; None for neither.
        environ: the environment, for the user's model index; None for the one that is shipped.
        told: is told of each line of the document that the page does not show as it stands there.

    Raises:
        DataError: a history or the model index cannot be read.
        DocumentError: the document cannot be read, or the page cannot be written.
        UsageError: there is nothing to show.
    """
    text = make_page(histories, matrix, environ=environ, told=told)
    make_folder(folder)
    path = folder / "index.html"
    there = read_document(path)
    if there is not None and _MARK.encode() not in there:
        raise DocumentError(f"{path}: not a page that archtrack wrote; name another folder, or remove it")
    write_atomic(path, text.encode(), expected=there or b"")
    return path


def make_page(
    histories: Histories,
    matrix: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    live: bool = False,
    told: Callable[[str], None] = lambda _: None,
) -> str:
    """The page as ``write_page`` writes it; ``live`` as in ``page_html``, and the errors as there."""
    found = [histories.need(engine) for engine in histories.engines]
    known = [history for history in found if history.newest is not None]
    if not known:
        raise UsageError("no history to show; run `archtrack history refresh`")
    here = engine_names()  # there may be data of an engine that is not installed
    abouts = {each.engine: load_engine(each.engine).about for each in known if each.engine in here}
    sources = {name: about.source for name, about in abouts.items() if about.source is not None}
    tracked = None
    if matrix is not None:
        tracked = read_document_rows(_read(matrix), matrix.name, sources)
        for note in tracked.notes:
            told(note)
    environ = environ or {}
    names = Names(histories, environ)
    data = page_data(
        known,
        Answers(histories),
        abouts,
        _examples(known, histories),
        version=__version__,
        unread={
            **{
                history.engine: f"No release of {history.engine} could be read."
                for history in found
                if history.newest is None
            },
            **{
                name: f"There is no data yet of {load_engine(name).about.title}."
                for name in histories.awaited
            },
        },
        tracked=tracked,
        models=model_data(
            model_index(environ),
            {name: names.architectures_of(name) or () for name in names.model_types()},
        ),
    )
    return page_html(data, live=live)


def _examples(known: Sequence[History], histories: Histories) -> dict[str, str]:
    """Architecture -> a checkpoint, of those that have one."""
    sources = example_sources(histories)
    names = {name for each in known if each.key == "architecture" for name in each.registered}
    return {name: each.id for name in names if (each := example_of(name, sources)) is not None}


_TAKEN = "; --matrix takes a document, or what `archtrack list --format json` printed"


def _read(path: Path) -> bytes:
    data = read_document(path)
    if data is None:
        raise DocumentError(f"{path}: no such file{like_it(path) or _TAKEN}")
    return data


def files_read(histories: Histories, matrix: Path | None) -> tuple[Path, ...]:
    """The files that the page is made of."""
    return histories.files + (() if matrix is None else (matrix,))


def page_html(data: dict[str, Any], *, live: bool = False) -> str:
    """The whole page as HTML.

    The data stands in an element that is no script, with every ``<`` escaped. A content policy lets nothing run or
    load but the page's own script and style.

    Args:
        data: as ``page_data`` gives it.
        live: the page asks its server whether the data has changed.
    """
    style, script = _part("page.css"), _script(live=live)
    connect = "'self'" if live else "'none'"
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; "
        f"connect-src {connect}; base-uri 'none'; form-action 'none'"
    )
    # Escaped, what a name holds cannot end the element, and the data is filled in last.
    text = well_formed(json.dumps(data, ensure_ascii=False, separators=(",", ":"))).replace("<", "\\u003c")
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


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"
