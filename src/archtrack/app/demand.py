"""The use case of ``demand``: a census of the Hub, and what an engine does with each architecture in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.census.dump_files import DumpFile, Kind, dump_files
from archtrack.census.dumps import count_models, expect_duckdb
from archtrack.census.saved import is_census, read_census
from archtrack.core.demand.ranking import Answered
from archtrack.core.verdict.checkpoint import only_named
from archtrack.errors import UsageError
from archtrack.hub.model_list import kept_models
from archtrack.model import Status
from archtrack.sources.files import expanded
from archtrack.sources.redaction import shown_address

from .elsewhere import known_elsewhere
from .presence import presence_of, presence_with
from .release_reading import read_release_facts
from .track import ENGINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from archtrack.core.demand.census import Census
    from archtrack.hub.model_list import Watch
    from archtrack.model import Elsewhere, Inventory
    from archtrack.sources.workspace import Workspace

    from .history.store import Histories
    from .presence import Presence
    from .request import Request

__all__ = ["Engine", "by_history", "by_sources", "census_of_dump", "census_of_hub"]

_SHOWN = 3  # names of a dump's files in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What an engine does with the architectures of a census, and how that is known.

    Attributes:
        name: of the engine.
        version: the release; None where a source does not say.
        date: of the release; None where a source was read, or nobody says.
        answers: by architecture.
        inventories: what was read, empty for the history.
        notices: what the user should know about how they came to be.
    """

    name: str
    version: str | None
    date: str | None
    answers: dict[str, Answered]
    inventories: tuple[Inventory, ...] = ()
    notices: tuple[str, ...] = ()


def census_of_dump(names: Sequence[str], folder: Path, *, memory_mb: int) -> Census:
    """The census that files hold: one that was saved, or a dump that is counted now.

    Args:
        names: paths and patterns.
        folder: where relative ones start.
        memory_mb: megabytes that the counting keeps to.

    Raises:
        UsageError: there is no such file, or it is none of these; DuckDB is not installed; a column is missing.
        SourceError, DataError: a file cannot be read.
    """
    paths = {name: folder / expanded(name) for name in names}
    saved = [name for name, path in paths.items() if is_census(path)]
    if saved and len(names) > 1:
        raise UsageError(f"{saved[0]}: a saved census cannot be combined; drop the other files")
    if saved:
        return read_census(paths[saved[0]])

    files = dump_files(names, folder)
    shown = ", ".join(each.path.name for each in files[:_SHOWN])
    more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
    return count_models(files, f"{shown}{more}", date=None, memory_mb=memory_mb)


def census_of_hub(
    workspace: Workspace, *, limit: int, fresh: bool, memory_mb: int, watch: Watch
) -> tuple[Census, tuple[str, ...]]:
    """The census of the Hub's most downloaded models, and what the user should know about it.

    Args:
        workspace: where the run takes place.
        limit: how many models; 0 for all.
        fresh: read anew what was read today.
        memory_mb: megabytes that the counting keeps to.
        watch: told how far it is.

    Raises:
        UsageError: offline and nothing was read before; DuckDB is not installed.
        TargetError: the Hub does not give its list.
    """
    expect_duckdb()  # before anything is fetched
    with kept_models(workspace, limit=limit, fresh=fresh, watch=watch) as kept:
        which = "all" if kept.ended else f"the {kept.models:,} most downloaded"
        census = count_models(
            [DumpFile(path=path, kind=Kind.PLAIN) for path in kept.files],
            f"{which} models of {shown_address(kept.endpoint)}",
            date=kept.date,
            whole=kept.ended,
            memory_mb=memory_mb,
        )
        notices = []
        if not kept.fetched:
            notices.append(f"this is the list of {kept.date}; --fresh reads it again")
        if not kept.ended and kept.models < limit:
            notices.append(f"offline: these are the {kept.models:,} models of an earlier run")
    return census, tuple(notices)


def by_history(names: Iterable[str], engine: str, histories: Histories) -> Engine:
    """What an engine does, by the history of its releases; no request is made.

    Args:
        names: of architectures.
        engine: its name, or ENGINE==VERSION; without a version the newest release counts.
        histories: what is known.

    Raises:
        UsageError: there is no history of it, or no such release in it.
        DataError: the history cannot be read, or the release was not read.
    """
    history, release = histories.release(engine)
    others = known_elsewhere(histories, but=history.engine)
    answers = {
        name: _answered(presence_with(name, history, release, histories), others.get(name, ()))
        for name in names
    }
    return Engine(name=history.engine, version=release.version, date=release.date, answers=answers)


def by_sources(names: Iterable[str], request: Request, workspace: Workspace, histories: Histories) -> Engine:
    """What SGLang does, by its source and that of transformers, as ``check`` says it of a name.

    Raises:
        UsageError: a SOURCE means nothing.
        SourceError: a source cannot be read.
        ImplausibleError: nothing was found in one.
    """
    with workspace.open_cache() as cache:
        read = read_release_facts(ENGINE, request.engine, request, workspace, cache, histories)
    others = known_elsewhere(histories, but=ENGINE)
    answers = {
        name: _answered(presence_of(only_named(name), read.facts, None), others.get(name, ()))
        for name in names
    }
    return Engine(
        name=read.facts.engine,
        version=read.facts.version,
        date=None,
        answers=answers,
        inventories=read.inventories,
        notices=read.notices,
    )


def _answered(presence: Presence, others: tuple[Elsewhere, ...]) -> Answered:
    plainly = presence.status in {Status.NATIVE, Status.GONE} and presence.runs_as is None
    return Answered(
        status=presence.status,
        because=None if plainly else presence.reason,
        elsewhere=others if presence.status in {Status.UNSUPPORTED, Status.GONE} else (),
    )
