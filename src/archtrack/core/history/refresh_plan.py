"""Which releases a refresh has to read: new ones, changed ones, and the ones right after these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .numbering import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .history import History
    from .numbering import Numbering

__all__ = ["Plan", "refresh_plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a refresh does with each release.

    Attributes:
        read: versions to read.
        kept: versions whose data is kept.
        below: version -> why it is not read: it is older than anything that the engine's adapter can read.
    """

    read: frozenset[str]
    kept: frozenset[str]
    below: Mapping[str, str]


def refresh_plan(
    listed: Collection[tuple[str, str, frozenset[str]]],
    old: History | None,
    *,
    floor: str,
    anew: bool = False,
    numbering: Numbering = VERSIONS,
    dates: Mapping[str, str | None] | None = None,
) -> Plan:
    """Plan a refresh.

    A release that the data knows is read again only if its file on the index is another one, or if the release before
    it is read: the line of a registration is kept where a state begins, and that may now be here. Unknown releases are
    tried again. A release that has left the index stays as it is.

    Args:
        listed: version, name of the file and digests of all files, of each final release on the index.
        old: the data, None where there is none.
        floor: the oldest release that the engine's adapter reads.
        anew: read all that the index has.
        numbering: how the engine's releases are ordered.
        dates: version -> its day, of those that are listed, where the order rests on it.
    """
    there = {version for version, _, _ in listed}
    below = {
        version: f"older than {floor}, the oldest release that archtrack reads"
        for version in there
        if numbering.is_before(version, floor)
    }
    believed = set() if old is None else _believed(old, listed, there)
    if anew:
        believed -= there
    read, before_is_read = set(), False
    days = {} if old is None else {each.version: each.date for each in old.releases}
    days.update(dates or {})
    for version in numbering.ordered({each: days.get(each) for each in there | believed}):
        if version in below:
            continue
        if version not in believed or before_is_read:
            before_is_read = version not in believed
            read.add(version)
    wanted = read & there
    return Plan(read=frozenset(wanted), kept=frozenset(believed - wanted - below.keys()), below=below)


def _believed(old: History, listed: Collection[tuple[str, str, frozenset[str]]], there: set[str]) -> set[str]:
    """The releases in the data that need not be read again."""
    digests = {version: found for version, _, found in listed}
    files = {version: file for version, file, _ in listed}
    return {
        release.version
        for release in old.releases
        if release.version not in there
        or (
            release.unknown is None
            and (
                release.sha256 in digests[release.version]
                if release.sha256 is not None
                else release.file == files[release.version]
            )
        )
    }
