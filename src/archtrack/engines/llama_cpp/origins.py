"""Which architectures a GGUF architecture comes from: the converter's map, the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import CONVERTS

if TYPE_CHECKING:
    from archtrack.core.history.history import History, Release

__all__ = ["origins_of"]


def origins_of(gguf_architecture: str, history: History, release: Release | None = None) -> tuple[str, ...]:
    """The architectures that a release converts to a GGUF architecture, or may convert to it; sorted.

    Args:
        gguf_architecture: as in a file's ``general.architecture``.
        history: of llama.cpp.
        release: a release of it that was read; None for the newest that has a converter.
    """
    release = release or history.newest
    if release is None:
        return ()
    found = []
    for name in history.tables.get(CONVERTS, {}):
        row = history.row(CONVERTS, name, release.version)
        if row is not None and gguf_architecture in (
            *row.value.get("text", ()),
            *row.value.get("mmproj", ()),
        ):
            found.append(name)
    return tuple(found)
