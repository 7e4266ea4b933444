"""The use case of ``archtrack site``: the histories there are, and a document, as a file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from archtrack import __version__
from archtrack.elsewhere import standing_with
from archtrack.engines import engine_names, load_engine
from archtrack.errors import DocumentError, UsageError
from archtrack.files import make_folder, read_document, write_atomic
from archtrack.shipped import shipped_examples

from .build import MARK, page
from .payload import payload
from .tracked import read_tracked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from archtrack.core.history import History
    from archtrack.core.standing import Standing
    from archtrack.histories import Histories

__all__ = ["made_page", "read_by", "write_site"]

_NAMING = ("sglang", "transformers")
"""The engines whose releases are asked first for a checkpoint; the others follow by name."""


def write_site(
    histories: Histories,
    folder: Path,
    matrix: Path | None = None,
    *,
    told: Callable[[str], None] = lambda _: None,
) -> Path:
    """Write the page, and say where it is.

    Args:
        histories: what there is.
        folder: where it goes; created if it is missing.
        matrix: a document, or what ``list --format json`` printed; None for neither.
        told: is told of each line of the document that the page does not show as it stands there.

    Raises:
        DataError: a history cannot be read.
        DocumentError: the document cannot be read, or the page cannot be written.
        UsageError: there is nothing to show.
    """
    text = made_page(histories, matrix, told=told)
    make_folder(folder)
    path = folder / "index.html"
    there = read_document(path)
    if there is not None and MARK.encode() not in there:
        raise DocumentError(f"{path}: is not a page of archtrack's; name another folder, or remove it")
    write_atomic(path, text.encode(), expected=there or b"")
    return path


def made_page(
    histories: Histories,
    matrix: Path | None = None,
    *,
    live: bool = False,
    told: Callable[[str], None] = lambda _: None,
) -> str:
    """The page as ``write_site`` writes it; ``live`` as in ``build.page``, and the errors as there."""
    found = [histories.need(engine) for engine in histories.engines]
    known = [history for history in found if history.newest is not None]
    if not known:
        raise UsageError("there is no history to show; `archtrack history refresh` makes one")
    here = engine_names()  # there may be data of an engine that is not installed
    abouts = {each.engine: load_engine(each.engine).about for each in known if each.engine in here}
    sources = {name: about.source for name, about in abouts.items() if about.source is not None}
    tracked = None if matrix is None else read_tracked(_read(matrix), matrix.name, sources)
    for note in tracked.notes if tracked is not None else ():
        told(note)
    data = payload(
        known,
        partial(_standing, histories),
        abouts,
        _examples(known),
        version=__version__,
        unread=(history.engine for history in found if history.newest is None),
        tracked=tracked,
    )
    return page(data, live=live)


def _examples(known: Sequence[History]) -> dict[str, str]:
    """Architecture -> a checkpoint: of the shipped table, else what the releases of an engine name, in ``_NAMING``."""
    found = {name: entry.id for name, entry in shipped_examples().items() if entry.id is not None}
    for history in sorted(known, key=lambda each: (_rank(each.engine), each.engine)):
        for name, naming in history.examples.items():
            if naming.example is not None:
                found.setdefault(name, naming.example)
    return found


def _rank(engine: str) -> int:
    return _NAMING.index(engine) if engine in _NAMING else len(_NAMING)


def _standing(histories: Histories, name: str, history: History) -> Standing:
    if history.newest is None:  # `made_page` has left such ones out
        raise AssertionError(history.engine)
    return standing_with(name, history, history.newest, histories)


def _read(path: Path) -> bytes:
    data = read_document(path)
    if data is None:
        raise DocumentError(
            f"{path}: no such file; --matrix names a document or what `archtrack list` printed"
        )
    return data


def read_by(histories: Histories, matrix: Path | None) -> tuple[Path, ...]:
    """The files that the page is made of."""
    return histories.files + (() if matrix is None else (matrix,))
