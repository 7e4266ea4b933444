"""Which releases a refresh has to read: new ones, changed ones, and the ones right after these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.core.parsing import parse_version

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from .history import History

__all__ = ["Plan", "refresh_plan", "versions_in_order"]


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


def versions_in_order(versions: Iterable[str]) -> list[str]:
    """Oldest first, by version."""
    return sorted(versions, key=parse_version)


def refresh_plan(
    listed: Collection[tuple[str, str, frozenset[str]]],
    old: History | None,
    *,
    floor: str,
    anew: bool = False,
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
    """
    least = parse_version(floor)
    there = {version for version, _, _ in listed}
    below = {
        version: f"older than {floor}, the oldest release that archtrack reads"
        for version in there
        if parse_version(version) < least
    }
    believed = set() if old is None else _believed(old, listed, there)
    if anew:
        believed -= there
    read, before_is_read = set(), False
    for version in versions_in_order(there | believed):
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
