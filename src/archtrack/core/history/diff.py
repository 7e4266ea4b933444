"""What a newer history of an engine says and an older one does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .history import REGISTRY

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
        added: names that it has and ``before`` has not; if it is corrected, names that the older history lacked.
        removed: names that ``before`` has and it has not; if it is corrected, names that the older history had.
        changed: names in both that are registered now and were run as another one, or the other way round.
        corrected: the older history said something else of this release.
    """

    release: Release
    before: Release | None
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...] = ()
    corrected: bool = False


def history_changes(old: History | None, new: History) -> Iterator[HistoryChange]:
    """The releases of which the newer history says something else, oldest first."""
    before: Release | None = None
    names_before: dict[str, str | None] = {}
    for release in new.releases:
        known = None if old is None else old.release(release.version)
        names, earlier = _names(new, release), _names(old, known)
        if known is None or (known.unknown, known.sha256, earlier) != (
            release.unknown,
            release.sha256,
            names,
        ):
            compared = names_before if earlier is None else earlier
            yield _change(release, before, names, compared, corrected=earlier is not None)
        if names is not None:
            before, names_before = release, names


def _names(history: History | None, release: Release | None) -> dict[str, str | None] | None:
    """As ``History.run_as`` gives them; None for a release that was not read."""
    if history is None or release is None or not release.tells(REGISTRY):
        return None
    return history.run_as(release.version)


def _change(
    release: Release,
    before: Release | None,
    names: dict[str, str | None] | None,
    earlier: dict[str, str | None],
    *,
    corrected: bool,
) -> HistoryChange:
    if names is None:
        return HistoryChange(release=release, before=before, added=(), removed=())
    both = names.keys() & earlier.keys()
    return HistoryChange(
        release=release,
        before=before,
        added=tuple(sorted(names.keys() - earlier.keys())),
        removed=tuple(sorted(earlier.keys() - names.keys())),
        changed=tuple(sorted(name for name in both if names[name] != earlier[name])),
        corrected=corrected,
    )
