"""The Python API: what the command line does, as functions that take and give values.

Every function reads in the working directory with the process's environment, as the command does: the same
defaults, configuration files, cache and index. Paths and SOURCEs mean what they mean on the command line.
"""

from __future__ import annotations

import os
from datetime import date as calendar_date
from pathlib import Path
from typing import TYPE_CHECKING

from .app import Request, scan_engine
from .app import track as track_sources
from .config import find_settings
from .documents import Flags
from .documents import update_document as update
from .workspace import Workspace

if TYPE_CHECKING:
    from .checking import Answer
    from .documents import DocumentUpdate
    from .model import Inventory, Matrix

__all__ = ["check", "scan", "track", "update_document"]


def scan(engine: str, source: str | None = None, *, offline: bool = False) -> Inventory:
    """What one engine registers.

    Args:
        engine: ``sglang`` or ``transformers``.
        source: a SOURCE; None for a checkout here, else the installed package, else the newest release.
        offline: make no request.

    Raises:
        UsageError: no such engine, or a SOURCE that means nothing.
        SourceError: the source cannot be read.
        ImplausibleError: nothing at all was found in it.
    """
    return scan_engine(engine, source, _workspace(offline=offline), Request()).inventory


def track(*, sglang: str | None = None, transformers: str | None = None, offline: bool = False) -> Matrix:
    """SGLang joined with transformers: one row per architecture, each with its evidence.

    Args:
        sglang: a SOURCE; None as for ``scan``.
        transformers: a SOURCE; None for the release that SGLang pins.
        offline: make no request.

    Raises:
        UsageError: a SOURCE means nothing.
        SourceError: a source cannot be read.
    """
    settings = find_settings(Path.cwd())
    request = Request(engine=sglang, transformers=transformers)
    return track_sources(request, settings, _workspace(offline=offline)).matrix


def check(
    *targets: str,
    sglang: str | None = None,
    transformers: str | None = None,
    draft: bool = False,
    embedding: bool = False,
    offline: bool = False,
) -> tuple[Answer, ...]:
    """What SGLang does with each target.

    Args:
        targets: architectures, paths of configs or their folders, repositories on the Hub.
        sglang: a SOURCE; None as for ``scan``.
        transformers: a SOURCE; None for the release that SGLang pins.
        draft: the targets are loaded as draft models.
        embedding: SGLang is told to serve them as embedding models.
        offline: make no request.

    Returns:
        One answer per target, in order; a target that cannot be read has an ``error`` and no ``verdict``.

    Raises:
        UsageError: a SOURCE means nothing.
        SourceError: a source cannot be read.
    """
    from .checking import check as check_targets  # noqa: PLC0415 -- late: the other functions need none of it

    settings = find_settings(Path.cwd())
    request = Request(engine=sglang, transformers=transformers)
    workspace = _workspace(offline=offline)
    return check_targets(targets, request, settings, workspace, draft=draft, pooled=embedding).answers


def update_document(  # noqa: PLR0913 -- one parameter per flag of the command
    path: str | Path = "MODEL_SUPPORT_TRACKING.md",
    *,
    sglang: str | None = None,
    transformers: str | None = None,
    write: bool = True,
    refresh: bool = False,
    prune: bool = False,
    force: bool = False,
    date: str | None = None,
    offline: bool = False,
) -> DocumentUpdate:
    """Bring a document up to date; create it if it is not there.

    Args:
        path: the document.
        sglang: a SOURCE; None as for ``scan``.
        transformers: a SOURCE; None for the release that SGLang pins.
        write: False to look only, as ``--check`` does.
        refresh: rewrite the cells of rows that are out of date.
        prune: remove the rows of architectures that no engine knows any more.
        force: write even what looks implausible.
        date: ``YYYY-MM-DD`` for the line that shows it; None for today.
        offline: make no request.

    Raises:
        DocumentError: the document cannot be parsed or written.
        ImplausibleError: the scan found nothing, or lost more than a fifth of the natives that the document lists.
        UsageError, SourceError: as ``track``.
    """
    path = Path(path)
    today = calendar_date.today().isoformat()  # noqa: DTZ011 -- the reader's calendar, as on the command line
    flags = Flags(date=date or today, refresh=refresh, prune=prune, force=force, write=write)
    settings = find_settings(path.absolute().parent)
    request = Request(engine=sglang or settings.sglang, transformers=transformers or settings.transformers)
    return update(path, request, settings, _workspace(offline=offline), flags)


def _workspace(*, offline: bool) -> Workspace:
    return Workspace(folder=Path.cwd(), environ=dict(os.environ), offline=offline)
