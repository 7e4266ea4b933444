"""The use case of ``history refresh``: read the releases that are not known yet, and write each engine's data.

What was read stays in the cache release by release, so a run that is killed goes on where it was. An engine's file is
replaced in one step when all of its releases are there.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Protocol

from archtrack.app.history.counting import TRANSFORMERS
from archtrack.core.history.data_file import write_history
from archtrack.core.history.numbering import NUMBERINGS, VERSIONS
from archtrack.core.history.refresh_plan import refresh_plan
from archtrack.engines import engine_names, load_engine
from archtrack.errors import DataError, DocumentError, SourceError, UsageError
from archtrack.sources.cache import Cache
from archtrack.sources.files import make_folder, read_document, write_atomic
from archtrack.sources.git.source import fetch_files, git_source
from archtrack.sources.index.final_releases import FinalRelease, final_releases
from archtrack.sources.index.http import GoneError, Http

from .assembly import Work, assemble, dates_of
from .channels import listed_releases, tagged_releases
from .release_reading import kept_reading, read_release
from .store import read_history

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from archtrack.core.history.history import History
    from archtrack.engines.base import Engine
    from archtrack.sources.index.pip_config import IndexSettings
    from archtrack.sources.workspace import Workspace

    from .release_reading import Reading
    from .store import Histories

__all__ = ["Refreshed", "Steps", "refresh", "refreshed_by_default"]

WORKERS = 4
"""Connections at a time: enough to have the next file while one is parsed, few enough for a public index."""
_CHUNK = 24
"""Releases in a row that one worker reads: neighbours share most files, and only the first has to be read whole."""
_CACHE_LIMIT = 2 * 1024**3
"""Bytes. The facts of every release of the engines take 0.4 GB; what is dropped would be fetched again."""


class Steps(Protocol):
    """Told how far a refresh is."""

    def start(self, total: int) -> None:
        """So many releases are to be read."""
        ...

    def step(self, label: str) -> None:
        """One more was."""
        ...

    def finish(self) -> None:
        """The work is over, well or not."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What became of one engine.

    Attributes:
        engine: its name.
        old: its history before; None for none.
        new: its history now; None where it could not be made.
        read: releases that were read, from the index or from the cache.
        doubts: version -> why a release is not believed until it is accepted.
        written: the file was replaced.
        error: why there is no new history.
    """

    engine: str
    old: History | None
    new: History | None
    read: int = 0
    doubts: Mapping[str, str]
    written: bool = False
    error: str | None = None


def refreshed_by_default() -> tuple[str, ...]:
    """The engines that a refresh without names is of."""
    return tuple(name for name in engine_names() if load_engine(name).about.refreshed)


def refresh(
    names: Sequence[str],
    folder: Path,
    workspace: Workspace,
    steps: Steps,
    *,
    accepted: Collection[tuple[str, str]] = (),
    anew: bool = False,
    base: Histories | None = None,
    repository: str | None = None,
) -> Iterator[Refreshed]:
    """Bring the data of engines up to the releases on the index; each engine's result as soon as it is there.

    Args:
        names: of the engines.
        folder: of the data files; created if it is missing.
        workspace: where the run takes place.
        steps: told how far it is.
        accepted: (engine, version) of releases that a person has confirmed although their counts look implausible.
        anew: read every release again, also those that the data has.
        base: what is known already where the folder has no data of an engine; None to start from nothing there.
        repository: a path or a URL, whose tags are read in place of the index, or of the engine's own repository; of
            one engine.

    Raises:
        UsageError: an engine's history cannot be made, or a release to accept is not there.
        DocumentError: the folder cannot be created.
    """
    make_folder(folder)
    if repository is not None and len(set(names)) != 1:
        raise UsageError("--from is the repository of one engine; name that engine too")
    if workspace.offline:
        raise UsageError("a refresh asks the package index; unset ARCHTRACK_OFFLINE")
    http = Http(workspace.index_settings())
    engines = [load_engine(name) for name in dict.fromkeys(names)]
    origins = {engine.name: repository or engine.layout.repository for engine in engines}
    try:
        # No engine that is read by its tags imports names of transformers.
        libraries = _libraries(workspace, http) if None in origins.values() else ()
        begun = [
            _begin(engine, folder, base, workspace, http, libraries, origins[engine.name], anew=anew)
            for engine in engines
        ]
    finally:
        http.close()
    works = [work for work in begun if isinstance(work, Work)]
    accepted = _accepted(accepted, works)
    yield from (failed for failed in begun if isinstance(failed, Refreshed))
    steps.start(sum(len(work.plan.read) for work in works))
    try:
        for work, failure in _read_all(works, workspace, steps):
            own = {version for name, version in accepted if name == work.engine.name}
            yield _end(work, folder, failure, own, base=base is not None)
    finally:
        steps.finish()


def _libraries(workspace: Workspace, http: Http) -> tuple[FinalRelease, ...] | SourceError:
    """The final releases of transformers; none for an index that does not have it, else why it cannot be asked."""
    try:
        return final_releases(TRANSFORMERS, workspace.index_settings(), http)
    except GoneError:
        return ()
    except SourceError as error:
        return error


def _begin(
    engine: Engine,
    folder: Path,
    base: Histories | None,
    workspace: Workspace,
    http: Http,
    libraries: tuple[FinalRelease, ...] | SourceError,
    repository: str | None,
    *,
    anew: bool,
) -> Work | Refreshed:
    settings = workspace.index_settings()
    path = folder / f"{engine.name}.json"
    try:
        found = read_document(path) or b""
        old = read_history(path) if found else None
        if base is not None:
            old = base.get(engine.name)
    except (DataError, DocumentError) as error:
        return Refreshed(engine=engine.name, old=None, new=None, doubts={}, error=str(error))
    try:
        if repository is None:
            listed, channels = listed_releases(engine, old, settings, http)
        else:
            listed, channels = tagged_releases(engine, repository, workspace), {}
        if repository is None and isinstance(libraries, SourceError):
            raise libraries
    except SourceError as error:
        return Refreshed(engine=engine.name, old=old, new=None, doubts={}, error=str(error))
    plan = refresh_plan(
        tuple((each.version, each.file.name, each.digests) for each in listed),
        old,
        floor=engine.since,
        anew=anew or old is None or not _still_holds(old, engine),
        numbering=NUMBERINGS[engine.about.numbering],
        dates=dates_of(listed),
    )
    return Work(
        engine=engine,
        old=old,
        found=found,
        listed=listed,
        plan=plan,
        libraries=() if isinstance(libraries, SourceError) else libraries,
        readings={},
        channels=channels,
        repository=repository,
    )


def _still_holds(old: History, engine: Engine) -> bool:
    """Whether what the data says of a release is what a reading would give now."""
    return old.revision == engine.revision and old.floor == engine.since


def _accepted(accepted: Collection[tuple[str, str]], works: Sequence[Work]) -> frozenset[tuple[str, str]]:
    """The releases that are accepted, as the index writes them.

    Raises:
        UsageError: one is not part of the refresh.
    """
    numberings = {work.engine.name: NUMBERINGS[work.engine.about.numbering] for work in works}
    found = set()
    for name, version in accepted:
        numbering = numberings.get(name, VERSIONS)
        try:
            wanted = numbering.normal(version)
        except ValueError as error:
            raise UsageError(
                f"--accept {name}=={version}: not a release; write one like {name}==0.5.23"
            ) from error
        written = next((each for each in _names_of(name, works) if numbering.is_same(each, wanted)), None)
        if written is None:
            raise UsageError(
                f"--accept {name}=={version}: "
                + (
                    f"{name} has no final release {version}; name one of its releases"
                    if name in {work.engine.name for work in works}
                    else f"this refresh leaves out {name}; name it as ENGINE too"
                )
            )
        found.add((name, written))
    return frozenset(found)


def _names_of(name: str, works: Sequence[Work]) -> Iterator[str]:
    """The releases of an engine that are part of a refresh, as far as their names are known."""
    for work in works:
        if work.engine.name == name:
            yield from (each.version for each in work.listed)
            yield from (reading.version for reading in work.readings.values() if reading.version is not None)


def _read_all(works: Sequence[Work], workspace: Workspace, steps: Steps) -> Iterator[tuple[Work, str | None]]:
    """Read what is to be read; each engine as soon as it is through, with the error that prevented it."""
    stop = Event()
    waiting: dict[Future[None], Work] = {}
    errors: dict[str, str] = {}
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="refresh") as pool:
        try:
            for work in works:
                for chunk in _chunks(work):
                    waiting[pool.submit(_read_chunk, work, chunk, workspace, steps, stop)] = work
                if not work.plan.read:
                    yield work, None
            while waiting:
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    work = waiting.pop(future)
                    try:
                        future.result()
                    except SourceError as error:
                        errors.setdefault(work.engine.name, str(error))
                    if work not in waiting.values():
                        yield work, errors.get(work.engine.name)
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)


def _chunks(work: Work) -> Iterator[list[FinalRelease]]:
    releases = [each for each in work.listed if each.version in work.plan.read]
    for start in range(0, len(releases), _CHUNK):
        yield releases[start : start + _CHUNK]


def _read_chunk(
    work: Work, chunk: Sequence[FinalRelease], workspace: Workspace, steps: Steps, stop: Event
) -> None:
    settings = workspace.index_settings()
    with (
        closing(Http(settings)) as http,
        Cache(
            workspace.cache_folder, limit=_CACHE_LIMIT, busy_seconds=60, troubled=workspace.cache_troubled
        ) as cache,
    ):
        kept = {release.version: kept_reading(work.engine, release, cache) for release in chunk}
        if work.repository is not None:
            fetch_files(
                work.repository,
                [release.file.version for release in chunk if kept[release.version] is None],
                work.engine.layout,
                work.engine.fetched,
                environ=workspace.environ,
                folder=workspace.cache_folder,
            )
        for release in chunk:
            if stop.is_set():
                return
            reading = kept[release.version] or _read(work, release, cache, workspace, settings, http)
            work.readings[release.version] = reading
            steps.step(f"{work.engine.name} {release.version}")


def _read(
    work: Work,
    release: FinalRelease,
    cache: Cache,
    workspace: Workspace,
    settings: IndexSettings,
    http: Http,
) -> Reading:
    """What one release is, from the index or from the repository."""
    source = None
    if work.repository is not None:
        source = git_source(
            work.repository,
            release.file.version,
            work.engine.layout,
            environ=workspace.environ,
            folder=workspace.cache_folder,
        )
    channel = work.channels.get(release.version)
    return read_release(work.engine, release, work.libraries, cache, settings, http, channel, source)


def _end(work: Work, folder: Path, error: str | None, accepted: set[str], *, base: bool) -> Refreshed:
    name = work.engine.name
    if error is not None:
        advice = f"{error}; what was read so far is kept; run again"
        return Refreshed(engine=name, old=work.old, new=None, doubts={}, error=advice)
    new, doubts, lost = assemble(work, accepted)
    if lost:
        reasons = "; ".join(f"{version}: {reason}" for version, reason in lost.items())
        return Refreshed(
            engine=name,
            old=work.old,
            new=None,
            doubts={},
            error=f"known releases could not be read again, so nothing changes ({reasons})",
        )
    if new.newest is None:
        reason = next((each.unknown for each in reversed(new.releases)), "the index has no final release")
        return Refreshed(
            engine=name, old=work.old, new=None, doubts={}, error=f"no release could be read: {reason}"
        )
    path = folder / f"{name}.json"
    data = write_history(new).encode()
    if work.found:
        same = work.found == data
    else:  # what is known already may lie elsewhere
        same = base and work.old is not None and write_history(work.old).encode() == data
    if not same:
        try:
            write_atomic(path, data, expected=work.found)
        except DocumentError as wrong:
            return Refreshed(engine=name, old=work.old, new=None, doubts={}, error=str(wrong))
    return Refreshed(
        engine=name, old=work.old, new=new, read=len(work.plan.read), doubts=doubts, written=not same
    )
