"""The releases of an engine: of its own distribution, of channels that publish copies of it, or by its tags."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archtrack.core.history.numbering import NUMBERINGS
from archtrack.engines.base import HasChannels
from archtrack.errors import UsageError
from archtrack.sources.git.address import scope_of
from archtrack.sources.git.tags import tags_of
from archtrack.sources.index.final_releases import FinalRelease, final_releases
from archtrack.sources.index.http import GoneError
from archtrack.sources.index.remote_file import ReleaseFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.core.history.history import History, Release
    from archtrack.engines.base import Channel, Engine
    from archtrack.sources.index.http import Http
    from archtrack.sources.index.pip_config import IndexSettings
    from archtrack.sources.workspace import Workspace

__all__ = ["listed_releases", "tagged_releases"]


def listed_releases(
    engine: Engine, old: History | None, settings: IndexSettings, http: Http
) -> tuple[tuple[FinalRelease, ...], dict[str, Channel]]:
    """The releases on the index, and the channel of each, by version, where there are several.

    A copy whose file the data knows has the name of its release. Any other has a name that holds until it is read: its
    distribution and that one's version. Of the copies that one channel published on one day, and that nothing but the
    day names, the last one counts: the others are left out once the data knows that one.

    Args:
        engine: the engine.
        old: its data; None for none.
        settings: where the index is.
        http: connections to it.

    Raises:
        GoneError: the index has none of the distributions.
        SourceError: it could not be asked.
    """
    if not isinstance(engine, HasChannels):
        return final_releases(engine.layout.distribution, settings, http), {}
    known = {} if old is None else {(each.channel, each.file): each for each in old.releases}
    found: list[FinalRelease] = []
    channels: dict[str, Channel] = {}
    missing: GoneError | None = None
    for channel in engine.channels:
        distribution = channel.layout.distribution
        try:
            listed = final_releases(distribution, settings, http)
        except GoneError as error:
            missing = error
            continue
        places = {each.file.name: place for place, each in enumerate(listed)}
        for place, each in enumerate(listed):
            if channel.newest_only and each is not listed[-1]:
                continue
            if channel.wheels_only and each.file.kind != "wheel":
                continue
            before = known.get((distribution, each.file.name))
            if before is None and place < _place_of_that_day(each, old, distribution, places):
                continue
            named = replace(each, version=_name(each, distribution, before))
            found.append(named)
            channels[named.version] = channel
    if missing is not None and not found:
        raise missing
    return tuple(found), channels


def _place_of_that_day(
    listed: FinalRelease, old: History | None, distribution: str, places: Mapping[str, int]
) -> int:
    """Where the copy stands in its channel that the data calls by the day of this one; -1 where there is none."""
    known = None if old is None or listed.date is None else old.release(listed.date)
    return places.get(known.file, -1) if known is not None and known.channel == distribution else -1


def _name(listed: FinalRelease, distribution: str, before: Release | None) -> str:
    return f"{distribution}-{listed.version}" if before is None else before.version


def tagged_releases(engine: Engine, repository: str, workspace: Workspace) -> tuple[FinalRelease, ...]:
    """The releases that a repository has tags of; the "file" of each is its commit.

    Raises:
        UsageError: the engine's releases are not called by tags, or the URL is of a kind that is refused.
        SourceError: the repository cannot be read, or has no such tag.
    """
    if not isinstance(engine, HasChannels) and engine.layout.repository is None:
        raise UsageError(
            f"--from is for engines whose releases are tags; {engine.name} is on the package index, so drop --from"
        )
    numbering = NUMBERINGS[engine.about.numbering]
    scope = scope_of(repository)
    tags = tags_of(
        repository,
        lambda name: numbering.of_tag(name) is not None,
        environ=workspace.environ,
        folder=workspace.cache_folder,
    )
    by_version = {numbering.of_tag(tag.name) or tag.name: tag for tag in tags}
    found: list[FinalRelease] = []
    for version in numbering.ordered({version: tag.date for version, tag in by_version.items()}):
        tag = by_version[version]
        if found and numbering.is_same(found[-1].version, version):
            found.pop()  # v1.2 beside v1.2.0: one release
        file = ReleaseFile(
            name=f"commit {tag.commit}", url="", scope=scope, version=tag.commit, kind="commit"
        )
        found.append(FinalRelease(version=version, date=tag.date, file=file, digests=frozenset()))
    return tuple(found)
