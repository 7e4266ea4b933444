"""Whether what was read of a release is plausible: a renamed table must not look like models that came or went."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .history import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from .history import Entry, Release

__all__ = ["doubts_of"]

_FALL = 5
"""A release that loses more than a fifth of the architectures is doubted, and so is one that ..."""
_RISE = 2
"""... gains more than half as many as there were."""
_FEW = 8
"""A change of so few or fewer is never doubted: the first releases of an engine double from one to the next."""

_SOME = 4
"""Of so many or more, a release that loses more than half is doubted all the same."""


def doubts_of(
    releases: Sequence[Release],
    found: Mapping[str, Mapping[str, Entry]],
    accepted: Collection[str],
) -> tuple[tuple[Release, ...], dict[str, str]]:
    """Mark the releases that are not plausible as unknown.

    Each release is compared with the last two plausible ones before it and has to fit one of them. So the release after
    one that has lost its tables by mistake is plausible again.

    Args:
        releases: every release, oldest version first.
        found: version -> architecture -> entry, for each release that is not unknown.
        accepted: versions that a person has confirmed.

    Returns:
        The releases, and the reason for each that is doubted: version -> reason.
    """
    judged: list[Release] = []
    doubts: dict[str, str] = {}
    recent: list[Release] = []
    for release in releases:
        if not release.tells(REGISTRY):
            judged.append(release)
            continue
        reasons = [_reason(release, before, found) for before in recent] or [_reason(release, None, found)]
        reason = None if None in reasons else reasons[-1]
        if reason is not None and release.version not in accepted:
            doubts[release.version] = reason
            judged.append(replace(release, unknown=reason, unresolved=0))
            continue
        judged.append(replace(release, accepted=reason is not None))
        recent = [*recent[-1:], release]
    return tuple(judged), doubts


def _reason(release: Release, before: Release | None, found: Mapping[str, Mapping[str, Entry]]) -> str | None:
    names = found[release.version].keys()
    if not names:
        return "implausible: no architecture was found"
    if before is None:
        return None
    old = found[before.version].keys()
    lost, gained = len(old - names), len(names - old)
    if lost > max(_FEW, len(old) // _FALL) or (len(old) >= _SOME and lost > len(old) // 2):
        return f"implausible: {lost} of the {len(old)} architectures of {before.version} are gone"
    if gained > max(_FEW, len(old) // _RISE):
        return f"implausible: {gained} architectures came to the {len(old)} of {before.version}"
    return None
