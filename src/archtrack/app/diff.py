"""The use case of ``diff``: two sources of one engine, by its history where that knows both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.core.history.inventory import inventory_of

from .track import Scan, scan_engine

if TYPE_CHECKING:
    from archtrack.sources.workspace import Workspace

    from .history.store import Histories
    from .request import Request

__all__ = ["Compared", "scan_both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two sources of one engine.

    Attributes:
        before: the one.
        after: the other.
        by_history: they were not read: the history knows both releases.
    """

    before: Scan
    after: Scan
    by_history: bool


def scan_both(
    name: str,
    specs: tuple[str, str],
    workspace: Workspace,
    request: Request,
    *,
    histories: Histories | None = None,
) -> Compared:
    """Two inventories of one engine, to be compared.

    Args:
        name: of the engine.
        specs: specifications of the two sources.
        workspace: where the run takes place.
        request: as in ``scan_engine``.
        histories: where both releases are looked up first, without a request; None to read the sources in any case.

    Raises:
        UsageError: no such engine, or a specification that means nothing.
        SourceError: a source cannot be read.
        ImplausibleError: nothing at all was found in one.
    """
    changed = request.external is not None or bool(request.disabled)
    known = None if histories is None or changed else _from_history(name, specs, histories)
    if known is not None:
        return known
    old, new = (scan_engine(name, spec, workspace, request) for spec in specs)
    return Compared(before=old, after=new, by_history=False)


def _from_history(name: str, specs: tuple[str, str], histories: Histories) -> Compared | None:
    """Both releases by the engine's history; None where it does not know one of them for certain."""
    history = histories.get(name)
    if history is None or any("/" in spec for spec in specs):
        return None
    releases = [history.find(spec) for spec in specs]
    if any(release is None or not release.complete for release in releases):
        return None
    old, new = (Scan(inventory=inventory_of(history, release), notices=()) for release in releases if release)
    return Compared(before=old, after=new, by_history=True)
