"""From what was read of an engine's releases, and what its data had, to its history."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from archtrack.core.history.data_file import write_history
from archtrack.core.history.history import GIT, REGISTRY, History, Release
from archtrack.core.history.numbering import NUMBERINGS
from archtrack.core.history.plausibility import doubts_of
from archtrack.core.history.spans import entries_of, spans_of
from archtrack.core.history.tables import rows_of, rules_of, rules_states, table_spans
from archtrack.engines.base import HasChannels
from archtrack.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archtrack.core.history.history import Entry, Row
    from archtrack.core.history.refresh_plan import Plan
    from archtrack.engines.base import Channel, Engine
    from archtrack.sources.index.final_releases import FinalRelease

    from .release_reading import Reading

__all__ = ["Work", "assemble", "dates_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One engine that is being refreshed.

    Attributes:
        engine: the engine.
        old: its history before.
        found: what its data file held when the refresh began; empty for none.
        listed: the final releases on the index.
        plan: what is to be read.
        libraries: the final releases of transformers on the index.
        readings: what was read so far, by version.
        channels: version -> where it is published, for an engine that has several such places.
        repository: whose tags are read in place of the index; None for the index.
    """

    engine: Engine
    old: History | None
    found: bytes
    listed: tuple[FinalRelease, ...]
    plan: Plan
    libraries: tuple[FinalRelease, ...]
    readings: dict[str, Reading]
    channels: Mapping[str, Channel] = field(default_factory=dict)
    repository: str | None = None


def assemble(work: Work, accepted: set[str]) -> tuple[History, dict[str, str], dict[str, str]]:
    """The history; why releases are doubted; and which known ones could not be had again: version -> reason.

    Args:
        work: the engine, all that was to be read of it has been read.
        accepted: versions that a person confirms.
    """
    engine, plan = work.engine, work.plan
    before = {} if work.old is None else {each.version: each for each in work.old.releases}
    listed = {each.version: each for each in work.listed}
    kept = work.old if plan.kept else None
    known = entries_of(kept) if kept is not None else {}
    known_tables = {} if kept is None else rows_of(kept)
    known_rules = {} if kept is None else rules_of(kept)
    numbering = NUMBERINGS[engine.about.numbering]
    releases: dict[str, Release] = {}
    found: dict[str, Mapping[str, Entry]] = {}
    tables: dict[str, Mapping[str, Mapping[str, Row]]] = {}
    rules: dict[str, Mapping[str, Any]] = {}
    lost: dict[str, str] = {}
    for version in numbering.ordered(
        {**{each: before[each].date for each in plan.kept}, **dates_of(work.listed)}
    ):
        reading = None if version in plan.kept else work.readings.get(version)
        release = before[version] if version in plan.kept else _release(listed[version], work, reading)
        if release is None or not _is_taken(release, releases.get(release.version)):
            continue
        releases[release.version] = release
        found.pop(release.version, None)
        if reading is not None and _is_lost(reading, before.get(version), listed[version], work):
            lost[version] = release.unknown or ""
        if release.unknown is not None:
            continue
        if release.tells(REGISTRY):
            found[release.version] = known[version] if reading is None else reading.entries
        tables[release.version] = known_tables[version] if reading is None else reading.tables
        rules[release.version] = known_rules[version] if reading is None else reading.rules
    ordered = [
        releases[each] for each in numbering.ordered({each.version: each.date for each in releases.values()})
    ]
    confirmed = {*accepted, *engine.about.confirmed, *_still_accepted(work, listed)}
    judged, doubts = doubts_of(ordered, found, confirmed)
    history = History(
        engine=engine.name,
        distribution=engine.layout.distribution,
        floor=engine.since,
        tool=__version__,
        revision=engine.revision,
        key=engine.about.key,
        numbering=numbering,
        releases=judged,
        registered=spans_of(judged, found),
        tables=table_spans(judged, tables),
        rules=rules_states(judged, rules),
    )
    return _unchanged(history, work.old), doubts, lost


def _is_taken(release: Release, other: Release | None) -> bool:
    """Whether a copy of a release counts before another one: the repository's own does, else the later one."""
    if other is None or other.unknown is not None:
        return True
    return release.unknown is None and not (other.channel == GIT and release.channel != GIT)


def _is_lost(reading: Reading, before: Release | None, listed: FinalRelease, work: Work) -> bool:
    """Whether a known release could not be had again: if the same reader has read the same file, the index changed."""
    if reading.problem is None or not _same_file(before, listed):
        return False
    return reading.missing or (work.old is not None and work.old.revision == work.engine.revision)


def _still_accepted(work: Work, listed: Mapping[str, FinalRelease]) -> set[str]:
    """The releases that somebody has confirmed, as far as they are what was confirmed."""
    if work.old is None or work.old.revision != work.engine.revision:
        return set()
    return {
        each.version
        for each in work.old.releases
        if each.accepted and (each.version not in listed or _same_file(each, listed[each.version]))
    }


def _same_file(before: Release | None, listed: FinalRelease) -> bool:
    """Whether a release was known, and by a file that the index still has."""
    if before is None or before.unknown is not None:
        return False
    if before.sha256 is None:
        return before.file == listed.file.name
    return before.sha256 in listed.digests


def _unchanged(new: History, old: History | None) -> History:
    """The old history where nothing but the tool that read it is another."""
    if old is not None and write_history(replace(new, tool=old.tool)) == write_history(old):
        return old
    return new


def dates_of(listed: Sequence[FinalRelease]) -> dict[str, str | None]:
    """Version -> the day on which it came out."""
    return {each.version: each.date for each in listed}


def _release(listed: FinalRelease, work: Work, reading: Reading | None) -> Release | None:
    """One release; None for a copy of which nothing says which one it is."""
    unknown = work.plan.below.get(listed.version)
    if unknown is None:
        unknown = "not read" if reading is None else reading.problem
    channel = work.channels.get(listed.version)
    version: str | None = listed.version
    if channel is not None:
        version = reading.version if reading is not None and reading.version is not None else listed.date
    if version is None:
        return None
    return Release(
        version=version,
        date=listed.date,
        file=listed.file.name,
        sha256=listed.file.sha256,
        unknown=unknown,
        unresolved=0 if reading is None else reading.unresolved,
        transformers=None if reading is None else reading.transformers,
        imports=None if reading is None else reading.imports,
        digest=None if reading is None else reading.digest,
        channel=_channel_name(work, channel),
        silent=() if channel is None else channel.silent,
        remark=None if reading is None else reading.remark,
    )


def _channel_name(work: Work, channel: Channel | None) -> str | None:
    if work.repository is not None:
        return GIT if isinstance(work.engine, HasChannels) else None
    return None if channel is None else channel.layout.distribution
