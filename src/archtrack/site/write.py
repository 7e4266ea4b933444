"""The use case of ``archtrack site``: the histories there are, as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack import __version__
from archtrack.engines import engine_names, load_engine
from archtrack.errors import DocumentError, UsageError
from archtrack.files import write_atomic
from archtrack.shipped import shipped_examples

from .build import page
from .payload import payload

if TYPE_CHECKING:
    from pathlib import Path

    from archtrack.histories import Histories

__all__ = ["write_site"]


def write_site(histories: Histories, folder: Path) -> Path:
    """Write the page, and say where it is.

    Args:
        histories: what there is.
        folder: where it goes; created if it is missing.

    Raises:
        DataError: a history cannot be read.
        DocumentError: the page cannot be written.
    """
    found = [histories.need(engine) for engine in histories.engines]
    if not found:
        raise UsageError("there is no history to show; `archtrack history refresh` makes one")
    here = engine_names()  # there may be data of an engine that is not installed
    abouts = {each.engine: load_engine(each.engine).about for each in found if each.engine in here}
    examples = {name: entry.id for name, entry in shipped_examples().items() if entry.id is not None}
    path = folder / "index.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DocumentError(f"{folder}: cannot be made: {error.strerror or error}") from error
    write_atomic(path, page(payload(found, abouts, examples, __version__)).encode())
    return path
