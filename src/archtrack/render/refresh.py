"""What a refresh of the history brought: lines for people, Markdown for a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.document.markdown import escape_cell
from archtrack.core.history.diff import history_changes
from archtrack.core.wording import counted

from .terminal import architectures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.app.history.refresh import Refreshed
    from archtrack.core.history.diff import HistoryChange

__all__ = ["refreshed_lines", "refreshed_markdown"]

_SHOWN = 20
"""Releases of which each is told; of a history from nothing, all but the newest are left out."""


def refreshed_lines(result: Refreshed) -> Iterator[str]:
    """What became of one engine, one line each."""
    if result.new is None:
        return
    yield _heading(result)
    for change in _told(result):
        yield f"  {_words(change)}"
        yield from (f"    + {name}" for name in change.added)
        yield from (f"    - {name}" for name in change.removed)
        yield from (f"    ~ {name}: {_now(name, change, result)}" for name in change.changed)
    for version, reason in result.doubts.items():
        yield f"  ! {version}: {reason}"
        yield f"    If it is right: archtrack history refresh {result.engine} --accept {result.engine}=={version}"


def refreshed_markdown(result: Refreshed) -> Iterator[str]:
    """The same as Markdown: nothing where nothing changed."""
    if result.new is None or not (result.written or result.doubts):
        return
    yield f"## {escape_cell(_heading(result))}"
    yield ""
    for change in _told(result):
        yield f"- {escape_cell(_words(change))}"
        yield from (f"  - added **{escape_cell(name)}**" for name in change.added)
        yield from (f"  - removed **{escape_cell(name)}**" for name in change.removed)
        yield from (
            f"  - **{escape_cell(name)}**: {escape_cell(_now(name, change, result))}"
            for name in change.changed
        )
    for version, reason in result.doubts.items():
        yield f"- **not believed:** {escape_cell(f'{version}: {reason}')}"
    yield ""


def _now(name: str, change: HistoryChange, result: Refreshed) -> str:
    state = None if result.new is None else result.new.state(name, change.release.version)
    return f"runs as {state.runs_as}" if state is not None and state.runs_as is not None else "registered"


def _told(result: Refreshed) -> list[HistoryChange]:
    if result.new is None or not result.written:
        return []
    changes = list(history_changes(result.old, result.new))
    return changes if len(changes) <= _SHOWN else changes[-1:]


def _heading(result: Refreshed) -> str:
    new = result.new
    if new is None or new.newest is None:
        return f"{result.engine}: no release could be read"
    count = len(new.names(new.newest.version))
    read = f"{counted(result.read, 'release')} read"
    state = "written" if result.written else "unchanged"
    return f"{result.engine} {new.newest.version}: {architectures(count)}, {read}, data {state}"


def _words(change: HistoryChange) -> str:
    release = change.release
    date = f" ({release.date})" if release.date else ""
    if release.unknown is not None:
        return f"{release.version}{date}: unknown: {release.unknown}"
    if change.corrected:
        return f"{release.version}{date}: corrected: {len(change.added)} added, {len(change.removed)} removed"
    since = f" since {change.before.version}" if change.before is not None else ""
    return f"{release.version}{date}: {len(change.added)} added, {len(change.removed)} removed{since}"
