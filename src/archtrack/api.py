"""The Python API: what the command line does, as functions that take and give values.

Every function reads in the working directory with the process's environment, as the command does: the same
defaults, configuration files, cache and index. Paths and SOURCEs mean what they mean on the command line.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from .app.check import check as check_targets
from .app.document import Flags
from .app.document import update_document as update
from .app.export import export as export_engines
from .app.history.store import Histories
from .app.requires import requires as required_releases
from .app.run import day, start
from .app.track import scan_engine
from .app.track import track as track_sources
from .core.verdict.release_facts import LoadOptions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike
    from typing import Any, TypeAlias

    from .app.check import Answer
    from .app.document import DocumentUpdate
    from .app.requires import Requires
    from .core.history.history import History
    from .model import Inventory, Matrix

    Text: TypeAlias = str | PathLike[str]

__all__ = ["check", "export", "history", "requires", "scan", "track", "update_document"]


def scan(engine: str, source: Text | None = None, *, offline: bool = False) -> Inventory:
    """What one engine registers.

    Args:
        engine: its name, such as ``sglang`` or ``vllm``.
        source: a SOURCE; None for a checkout here, else the installed package, else the newest release.
        offline: make no request.

    Raises:
        UsageError: no such engine, or a SOURCE that means nothing.
        SourceError: the source cannot be read.
        ImplausibleError: nothing at all was found in it.
    """
    run = start(offline=offline)
    return scan_engine(engine, _text(source), run.workspace, run.request).inventory


def track(
    *,
    sglang: Text | None = None,
    transformers: Text | None = None,
    offline: bool = False,
) -> Matrix:
    """SGLang joined with transformers: one row per architecture, each with its evidence.

    What only other engines have is in ``elsewhere``, beside the rows.

    Args:
        sglang: a SOURCE; None as for ``scan``.
        transformers: a SOURCE; None for the release that SGLang pins.
        offline: make no request.

    Raises:
        UsageError: a SOURCE means nothing.
        SourceError: a source cannot be read.
    """
    run = start(sglang=_text(sglang), transformers=_text(transformers), offline=offline)
    return track_sources(run.request, run.settings, run.workspace).matrix


def check(
    *targets: Text,
    engines: Sequence[str] = (),
    sglang: Text | None = None,
    transformers: Text | None = None,
    draft: bool = False,
    embedding: bool = False,
    offline: bool = False,
) -> tuple[Answer, ...]:
    """What engines do with each target.

    Args:
        targets: architectures, model types, paths of configs or their folders, repositories on the Hub.
        engines: ``ENGINE``, ``ENGINE==VERSION`` or ``ENGINE@SOURCE``; none for all, at their newest known releases.
        sglang: a SOURCE; None for the newest known release.
        transformers: a SOURCE; None for the release that counts for each engine.
        draft: the targets are loaded as draft models.
        embedding: the engines are told to serve them as embedding models.
        offline: make no request.

    Returns:
        One answer per target, in order, of a model type one per architecture; a target that cannot be read has an
        ``error`` and no answer of an engine.

    Raises:
        UsageError: a SOURCE means nothing.
        SourceError: a source cannot be read.
    """
    run = start(sglang=_text(sglang), transformers=_text(transformers), offline=offline)
    wanted = [os.fspath(target) for target in targets]
    return check_targets(
        wanted,
        run.request,
        run.workspace,
        histories=Histories(run.workspace.environ),
        engines=engines,
        options=LoadOptions(draft=draft, pooled=embedding),
    ).answers


def requires(
    *targets: Text,
    engines: Sequence[str] = (),
    features: Sequence[str] = (),
    status: str = "native",
    offline: bool = False,
) -> tuple[Requires, ...]:
    """From which release on each engine takes each target.

    Args:
        targets: as for ``check``.
        engines: their names; none for all but transformers.
        features: what the releases have to have besides: names of features and of quantisation methods.
        status: ``native``, or ``fallback`` for what the Transformers backend runs, too.
        offline: make no request.

    Returns:
        One answer per target, in order, of a model type one per architecture; a target that cannot be read has an
        ``error`` and no requirement.

    Raises:
        UsageError: no such engine or feature, or not one target is any.
    """
    run = start(offline=offline)
    return required_releases(
        [os.fspath(target) for target in targets],
        run.workspace,
        histories=Histories(run.workspace.environ),
        engines=engines,
        features=features,
        status=status,
    )


def export(engines: Sequence[str] = (), data: Text | None = None) -> dict[str, Any]:
    """What engines have had in which releases, as plain data in the form that docs/tasks/export.md documents.

    Args:
        engines: their names; none for all.
        data: as for ``history``.

    Raises:
        UsageError: there is no history of an engine, or nothing at ``data``.
        DataError: a file cannot be read.
    """
    return export_engines(Histories(os.environ, None if data is None else Path(data)), engines)


def history(engine: str, data: Text | None = None) -> History:
    """What is known of every release of an engine; no request is made.

    Args:
        engine: its name.
        data: a folder of data files, or one of them; None for what ``data update`` got, else what is shipped.

    Raises:
        UsageError: there is no history of the engine, or nothing at ``data``.
        DataError: its file cannot be read.
    """
    return Histories(os.environ, None if data is None else Path(data)).need(engine)


def update_document(  # noqa: PLR0913 -- one parameter per flag of the command
    path: Text | None = None,
    *,
    sglang: Text | None = None,
    transformers: Text | None = None,
    write: bool = True,
    refresh: bool = False,
    prune: bool = False,
    force: bool = False,
    date: str | None = None,
    known_elsewhere: bool | None = None,
    offline: bool = False,
) -> DocumentUpdate:
    """Bring a document up to date; create it if it is not there.

    Args:
        path: the document; None for the configured one, as on the command line.
        sglang: a SOURCE; None as for ``scan``.
        transformers: a SOURCE; None for the release that SGLang pins.
        write: False to look only, as ``--check`` does.
        refresh: rewrite the cells of rows that are out of date.
        prune: remove the rows of architectures that no engine knows any more.
        force: write even what looks implausible.
        date: ``YYYY-MM-DD`` for the line that shows it; None for today.
        known_elsewhere: give rows to what only other engines have; None as configured, or as the document has it.
        offline: make no request.

    Raises:
        DocumentError: the document cannot be parsed or written.
        ImplausibleError: the scan found nothing, or lost more than a fifth of the natives that the document lists.
        UsageError: also for a date that is none.
        SourceError: as ``track``.
    """
    run = start(
        doc=None if path is None else Path(path),
        sglang=_text(sglang),
        transformers=_text(transformers),
        known_elsewhere=known_elsewhere,
        offline=offline,
    )
    flags = Flags(date=day(date).isoformat(), refresh=refresh, prune=prune, force=force, write=write)
    return update(run.document, run.request, run.settings, run.workspace, flags)


def _text(source: Text | None) -> str | None:
    return None if source is None else os.fspath(source)
