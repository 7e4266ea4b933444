"""Small histories to make pages of."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from archtrack.core.history.history import Entry, History, Release
from archtrack.site.answers import Answers
from made_history import made_history

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.app.history.store import Histories


def release(version: str, date: str | None, *, unresolved: int = 0) -> Release:
    return Release(
        version=version, date=date, file=f"x-{version}.whl", sha256="0" * 64, unresolved=unresolved
    )


def history(engine: str, found: Mapping[str, Mapping[str, str]], dates: Mapping[str, str | None]) -> History:
    """An engine's history: version -> architecture -> the line that registers it."""
    releases = [release(version, dates.get(version, "2026-01-31")) for version in found]
    entries = {
        version: {
            name: Entry(file=at.rpartition("/")[2].partition(":")[0], at=at, category="text")
            for name, at in names.items()
        }
        for version, names in found.items()
    }
    return made_history(releases, entries, engine=engine, floor=next(iter(found)))


class ByRegistry(Answers):
    """The answers of engines of which there is no history but the one that is asked."""

    def __init__(self) -> None:
        """Ask nothing yet."""
        super().__init__(
            cast("Histories", SimpleNamespace(get=lambda _: None, facts={}, is_shipped=lambda _: True))
        )
