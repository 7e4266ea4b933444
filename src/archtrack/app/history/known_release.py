"""A source whose files are those of a known release is that release: the history has what reading it would give."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archtrack.core.history.inventory import inventory_of
from archtrack.core.verdict.release_facts import IMPORTS
from archtrack.engines.base import Identified
from archtrack.sources.disk.folder import LocalSource
from archtrack.sources.release_digest import digest_of_files

from .release_facts import facts_at

if TYPE_CHECKING:
    from archtrack.core.history.history import History, Release
    from archtrack.engines.base import Engine
    from archtrack.model import Import, Inventory
    from archtrack.sources.base import Source

    from .store import Histories

__all__ = ["known_inventory", "known_release"]


def known_release(engine: Engine, source: Source, histories: Histories) -> tuple[History, Release] | None:
    """The release that a source is, if its history has all that its files say; None for any other source.

    A release on the index is the one of its name. A folder or an installed package is the one whose digest its files
    have: a byte of difference makes it another.

    Raises:
        SourceError: a file cannot be read.
    """
    history = histories.get(engine.name)
    if history is None or not isinstance(engine, Identified) or history.revision != engine.revision:
        return None
    if isinstance(source, LocalSource):
        digest = digest_of_files(source, engine.identifying)
        found = next(
            (each for each in history.releases if digest is not None and each.digest == digest), None
        )
    elif source.origin.kind == "release" and source.origin.version is not None:
        named = history.find(source.origin.version)
        same = named is not None and source.origin.digest == f"sha256:{named.sha256}"
        found = named if named is not None and same and named.digest is not None else None
    else:
        found = None
    return None if found is None else (history, found)


def known_inventory(
    engine: Engine, source: Source, known: tuple[History, Release], histories: Histories
) -> Inventory | None:
    """What a known release registers, as reading this source would give it, but for the lines of what is older.

    None where the rows are not as the adapter writes them: the data may be handed in.
    """
    history, release = known
    facts = facts_at(history, release, histories).load
    try:
        return replace(
            inventory_of(history, release),
            origin=source.origin,
            facts=engine.statements(facts) if isinstance(engine, Identified) else (),
            imports=tuple(
                (path, tuple(_import(each) for each in row.value))
                for path, row in facts.tables.get(IMPORTS, {}).items()
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _import(each: dict[str, object]) -> Import:
    level, line = each.get("level", 0), each.get("line", 0)
    name, condition = each.get("name"), each.get("if")
    return (
        level if isinstance(level, int) else 0,
        str(each["module"]),
        name if isinstance(name, str) else None,
        line if isinstance(line, int) else 0,
        condition if isinstance(condition, str) else None,
    )
