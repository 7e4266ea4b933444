"""Since which release an engine's own implementation of an architecture has a feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.history.runs import Run, runs_of
from archtrack.model import Status

from .history.features import stated_feature
from .history.release_facts import facts_at
from .presence import presence_with

if TYPE_CHECKING:
    from archtrack.core.history.history import History, Release

    from .history.store import Histories

__all__ = ["feature_runs"]


def feature_runs(name: str, key: str, history: History, histories: Histories) -> tuple[Run, ...]:
    """The runs of releases that have a feature of a key, oldest first.

    Where a release does not register the key and runs it natively all the same, as another one, that one's features
    count.

    Raises:
        DataError: the features of a release cannot be read.
    """
    releases = history.releases
    told = [_has(name, key, history, release, histories) for release in releases]
    for step in (-1, 1):
        for place in [place for place, has in enumerate(told) if has]:
            at = place + step
            while 0 <= at < len(told) and (releases[at].unknown is not None or told[at] is False):
                if releases[at].unknown is None:
                    if history.state(key, releases[at].version) is not None:
                        break
                    told[at] = _by_another(name, key, history, releases[at], histories)
                    if not told[at]:
                        break
                at += step
    return runs_of(history, told)


def _has(name: str, key: str, history: History, release: Release, histories: Histories) -> bool | None:
    """Whether a release has a feature of a key; it has none of a key that it does not have."""
    if release.unknown is not None:
        return None
    if history.state(key, release.version) is None:
        return False if release.complete else None
    return stated_feature(name, key, facts_at(history, release, histories)).has


def _by_another(name: str, key: str, history: History, release: Release, histories: Histories) -> bool | None:
    """Whether what a release runs a key as has a feature; it has none where it does not run it by its own classes."""
    presence = presence_with(key, history, release, histories)
    if presence.status is not Status.NATIVE:
        return None if presence.status is Status.UNKNOWN else False
    return stated_feature(name, presence.verdict.key, facts_at(history, release, histories)).has
