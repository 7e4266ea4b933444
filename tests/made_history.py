"""Histories put together by hand: from what each release registers, as a refresh puts them together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.history.history import History, Release
from archtrack.core.history.numbering import VERSIONS
from archtrack.core.history.spans import spans_of
from archtrack.core.history.tables import rules_states, table_spans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archtrack.core.history.history import Entry, Row
    from archtrack.core.history.numbering import Numbering


SHA = "0" * 64


def release(
    version: str, *, date: str | None = "2026-01-31", sha256: str | None = SHA, **more: Any
) -> Release:
    return Release(version=version, date=date, file=f"x-{version}.whl", sha256=sha256, **more)


def made_history(
    releases: Sequence[Release],
    found: Mapping[str, Mapping[str, Entry]],
    *,
    engine: str = "demo",
    floor: str = "1",
    key: str = "architecture",
    tables: Mapping[str, Mapping[str, Mapping[str, Row]]] | None = None,
    rules: Mapping[str, Mapping[str, Any]] | None = None,
    numbering: Numbering = VERSIONS,
) -> History:
    """The history of an engine: version -> architecture -> entry, for each release that is not unknown.

    Args:
        releases: every release, oldest version first.
        found: what each registers.
        engine: its name.
        floor: the oldest release that can be read.
        key: what a checkpoint is looked up by.
        tables: version -> table -> key -> row.
        rules: version -> rules.
        numbering: how the releases are named.
    """
    return History(
        engine=engine,
        distribution=engine,
        floor=floor,
        numbering=numbering,
        tool="0",
        revision=1,
        releases=tuple(releases),
        key=key,
        registered=spans_of(releases, found),
        tables=table_spans(releases, tables or {}),
        rules=rules_states(releases, rules or {}),
    )
