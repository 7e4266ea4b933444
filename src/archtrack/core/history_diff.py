"""What a newer history of an engine says that an older one does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .history import History, Release

__all__ = ["HistoryChange", "history_changes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryChange:
    """What became known of one release.

    Attributes:
        release: the release.
        before: the release before it that is known, None for the first.
        added: names that it registers, or runs as another, and ``before`` does not; of a corrected one, that were not
            known of it.
        removed: names that ``before`` registers and it does not; of a corrected one, that were wrongly said of it.
        otherwise: names in both that are registered now and were run as another, or the other way round.
        corrected: something else was known of this release before.
    """

    release: Release
    before: Release | None
    added: tuple[str, ...]
    removed: tuple[str, ...]
    otherwise: tuple[str, ...] = ()
    corrected: bool = False


def history_changes(old: History | None, new: History) -> Iterator[HistoryChange]:
    """The releases of which the newer history knows something else, oldest first."""
    names: dict[str, _Names] = {}
    before: Release | None = None
    for release in new.releases:
        if release.unknown is None:
            names[release.version] = new.run_as(release.version)
        if old is None or _differs(old, release, names.get(release.version)):
            yield _change(old, release, before, names)
        if release.unknown is None:
            before = release


_Names = dict[str, "str | None"]
"""As ``History.run_as`` gives them."""


def _change(
    old: History | None, release: Release, before: Release | None, names: dict[str, _Names]
) -> HistoryChange:
    if release.unknown is not None:
        return HistoryChange(release=release, before=before, added=(), removed=())
    mine = names[release.version]
    known = None if old is None else old.release(release.version)
    corrected = old is not None and known is not None and known.unknown is None
    if old is not None and corrected:
        earlier = old.run_as(release.version)
    else:
        earlier = names[before.version] if before is not None else {}
    return HistoryChange(
        release=release,
        before=before,
        added=tuple(sorted(mine.keys() - earlier.keys())),
        removed=tuple(sorted(earlier.keys() - mine.keys())),
        otherwise=tuple(sorted(name for name in mine.keys() & earlier.keys() if mine[name] != earlier[name])),
        corrected=corrected,
    )


def _differs(old: History, release: Release, names: _Names | None) -> bool:
    earlier = old.release(release.version)
    if earlier is None or earlier.unknown != release.unknown or earlier.sha256 != release.sha256:
        return True
    return names is not None and names != old.run_as(release.version)
