"""The releases of an engine on the index: of its own distribution, or of the channels that publish copies of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archtrack.engines.base import HasChannels
from archtrack.sources.index.final_releases import final_releases
from archtrack.sources.index.http import GoneError

if TYPE_CHECKING:
    from archtrack.core.history.history import History, Release
    from archtrack.engines.base import Channel, Engine
    from archtrack.sources.index.final_releases import FinalRelease
    from archtrack.sources.index.http import Http
    from archtrack.sources.index.pip_config import IndexSettings

__all__ = ["listed_releases"]


def listed_releases(
    engine: Engine, old: History | None, settings: IndexSettings, http: Http
) -> tuple[tuple[FinalRelease, ...], dict[str, Channel]]:
    """The releases on the index, and the channel of each, by version, where there are several.

    A copy whose file the data knows has the name of its release. Any other has a name that holds until it is read: its
    distribution and that one's version.

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
        for each in listed[-1:] if channel.newest_only else listed:
            if channel.wheels_only and each.file.kind != "wheel":
                continue
            before = known.get((distribution, each.file.name))
            named = replace(each, version=_name(each, distribution, before))
            found.append(named)
            channels[named.version] = channel
    if missing is not None and not found:
        raise missing
    return tuple(found), channels


def _name(listed: FinalRelease, distribution: str, before: Release | None) -> str:
    return f"{distribution}-{listed.version}" if before is None else before.version
