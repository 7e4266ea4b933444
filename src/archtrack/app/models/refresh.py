"""The use case of ``index refresh``: read the newest release of every catalogue, and write the model index."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.app.history.counting import TRANSFORMERS
from archtrack.app.newest_release import newest_release
from archtrack.catalogues import catalogues
from archtrack.core.matrix.repositories import is_hub_id
from archtrack.core.models.data_file import write_index
from archtrack.core.models.derivation import Entry, KnownType, claims_of
from archtrack.core.models.index import IndexSource, ModelIndex
from archtrack.core.verdict.release_facts import MODEL_TYPES
from archtrack.core.wording import did_you_mean
from archtrack.errors import DataError, UsageError
from archtrack.sources.files import make_folder, read_document, write_atomic
from archtrack.sources.index.http import Http
from archtrack.version import __version__

from .store import FILE, read_index

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from archtrack.app.history.refresh import Steps
    from archtrack.app.history.store import Histories
    from archtrack.catalogues.base import Catalogue
    from archtrack.core.history.history import History
    from archtrack.sources.workspace import Workspace

__all__ = ["IndexRefreshed", "Unbelieved", "refresh_index"]

_FALL = 5
"""A release that lists less than four fifths of the models of the last one is doubted, and so is one that ..."""
_RISE = 2
"""... lists more than half as many again, unless ..."""
_FEW = 200
"""... the difference is so small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbelieved:
    """A release of a catalogue whose number of models is not plausible; what is known already stays.

    Attributes:
        package: its name.
        version: the release.
        reason: why it is not believed.
    """

    package: str
    version: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRefreshed:
    """What became of the index.

    Attributes:
        index: as it is now.
        old: as it was; None where there was none.
        doubts: releases that are not believed until they are accepted.
        written: the file was replaced.
    """

    index: ModelIndex
    old: ModelIndex | None
    doubts: tuple[Unbelieved, ...]
    written: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A release of a catalogue that was read."""

    source: IndexSource
    entries: tuple[Entry, ...]


def refresh_index(
    folder: Path,
    workspace: Workspace,
    histories: Histories,
    steps: Steps,
    *,
    base: ModelIndex | None = None,
    accepted: Collection[str] = (),
) -> IndexRefreshed:
    """Make the index of what the newest releases list, and of the checkpoints that transformers names.

    Args:
        folder: of the data file; created if it is missing.
        workspace: where the run takes place.
        histories: for transformers' model types and checkpoints.
        steps: told how far it is.
        base: the index that counts where the folder has none; what it says stays where a release is not believed.
        accepted: ``PACKAGE==VERSION`` of releases that a person has confirmed although their counts look implausible.

    Raises:
        UsageError: no request may be made, or a release to accept is not read.
        SourceError: a release cannot be read; nothing is changed then.
        DataError: the file in the folder is no index, or there is no history of transformers.
        DocumentError: the file cannot be written.
    """
    if workspace.offline:
        raise UsageError("a refresh asks the package index; unset ARCHTRACK_OFFLINE")
    make_folder(folder)
    path = folder / FILE
    found = read_document(path) or b""
    old = read_index(path) if found else base
    library = histories.get(TRANSFORMERS)
    if library is None or library.newest is None:
        raise DataError(
            "the index needs a history of transformers; run `archtrack history refresh transformers`"
        )
    read = list(_read_all(workspace, steps))
    versions = [f"{each.source.package}=={each.source.version}" for each in read]
    if unknown := set(accepted).difference(versions):
        raise UsageError(
            f"--accept {min(unknown)}: this run read no such release; {did_you_mean(min(unknown), versions)}"
        )
    doubts = tuple(_doubts(read, old, accepted))
    doubted = {each.package for each in doubts}
    index = _index(read, library, old, doubted)
    data = write_index(index).encode()
    written = data != found and not (not found and base is not None and write_index(base).encode() == data)
    if written:
        write_atomic(path, data, expected=found)
    return IndexRefreshed(index=index, old=old, doubts=doubts, written=written)


def _read_all(workspace: Workspace, steps: Steps) -> Iterator[_Read]:
    settings = workspace.index_settings()
    all_of_them = catalogues()
    steps.start(len(all_of_them))
    http = Http(settings)
    try:
        for each in all_of_them:
            yield _read(each, workspace, http)
            steps.step(each.package)
    finally:
        steps.finish()
        http.close()


def _read(catalogue: Catalogue, workspace: Workspace, http: Http) -> _Read:
    """The newest release that is not withdrawn."""
    release, files = newest_release(
        catalogue.package, catalogue.kind, catalogue.layout, catalogue.files, workspace, http
    )
    listing = catalogue.read(files)
    entries = tuple(each for each in listing.entries if is_hub_id(each.id))
    return _Read(
        source=IndexSource(
            package=catalogue.package,
            version=release.version,
            date=release.date,
            file=release.file.name,
            sha256=release.file.sha256,
            attests=True,
            ids=len({each.id for each in entries}),
            unresolved=len(listing.unresolved),
        ),
        entries=entries,
    )


def _doubts(
    read: Collection[_Read], old: ModelIndex | None, accepted: Collection[str]
) -> Iterator[Unbelieved]:
    before = {} if old is None else {each.package: each for each in old.sources}
    for each in read:
        source, known = each.source, before.get(each.source.package)
        reason = None
        if not source.ids:
            reason = "no model was found"
        elif known is not None and _jumps(known.ids, source.ids):
            reason = f"{source.ids} models, after {known.ids} in {known.version}"
        if reason is not None and f"{source.package}=={source.version}" not in accepted:
            yield Unbelieved(package=source.package, version=source.version, reason=reason)


def _jumps(before: int, now: int) -> bool:
    """Whether a number of models is not plausible after another."""
    if abs(now - before) <= _FEW:
        return False
    return now * _FALL < before * (_FALL - 1) or now * _RISE > before * (_RISE + 1)


def _index(
    read: Collection[_Read], library: History, old: ModelIndex | None, doubted: Collection[str]
) -> ModelIndex:
    kept = [] if old is None else [each for each in old.sources if each.package in doubted]
    sources = [each.source for each in read if each.source.package not in doubted]
    own, examples = _transformers(library)
    sources = sorted([*sources, *kept, own], key=lambda each: each.package)
    position = {each.package: at for at, each in enumerate(sources)}
    said = [
        (position[each.source.package], entry)
        for each in read
        if each.source.package not in doubted
        for entry in each.entries
    ]
    if old is not None:
        for model in old.records:
            for each in old.said(model):
                package = old.sources[each.claim.source].package
                if package in doubted:
                    entry = Entry(
                        id=model,
                        path=each.claim.path,
                        line=each.line,
                        architectures=each.claim.architectures if each.claim.by is None else (),
                        model_type=each.claim.model_type,
                        task=each.claim.task,
                        downloads=old.downloads(model),
                    )
                    said.append((position[package], entry))
    said += [(position[TRANSFORMERS], example) for example in examples]
    downloads: Counter[str] = Counter()
    for _, entry in said:
        downloads[entry.id] = max(downloads[entry.id], entry.downloads)
    claims, places = claims_of(said, _types(library))
    return ModelIndex(
        tool=__version__,
        sources=tuple(sources),
        claims=claims,
        records={
            model: [downloads[model], *([at, line] if line else at for at, line in found)]
            for model, found in places.items()
        },
    )


def _types(library: History) -> Mapping[str, KnownType]:
    """What the last release of transformers that knows a model type has for it."""
    found = {}
    for name, spans in library.tables.get(MODEL_TYPES, {}).items():
        state = spans[-1].states[-1]
        classes = (state.value or {}).get("classes", {})
        found[name] = KnownType(classes=classes, at=f"{TRANSFORMERS} {state.since}: {state.at}")
    return found


def _transformers(library: History) -> tuple[IndexSource, list[Entry]]:
    """The checkpoints that transformers' configuration classes name: each is an example of a model type, no more."""
    types: dict[str, dict[str, str]] = {}
    for name, example in library.examples.items():
        model_type = library.registered[name][-1].states[-1].model_type
        if model_type is not None and example.example is not None and example.at is not None:
            types.setdefault(example.example, {}).setdefault(model_type, example.at)
    named = []
    for model, own in types.items():
        if len(own) == 1 and is_hub_id(model):  # an example of two types is wrong for one of them
            model_type, at = next(iter(own.items()))
            path, _, line = at.rpartition(":")
            named.append(Entry(id=model, path=path, line=int(line), model_type=model_type))
    newest = library.newest
    if newest is None:
        raise DataError(
            "no release of transformers could be read; run `archtrack history refresh transformers`"
        )
    source = IndexSource(
        package=TRANSFORMERS,
        version=newest.version,
        date=newest.date,
        file=newest.file,
        sha256=newest.sha256,
        attests=False,
        ids=len(named),
    )
    return source, named
