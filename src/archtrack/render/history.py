"""The support history for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from archtrack.core.history.spans import bounds_at, span_bounds
from archtrack.core.json_values import example_to_json
from archtrack.core.matrix.examples import example_of
from archtrack.core.wording import counted

from .terminal import architectures, plain, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from archtrack.core.history.history import Entry, History, Release, Span
    from archtrack.core.history.spans import SpanBounds
    from archtrack.core.matrix.examples import ExampleSources

    Keys = Callable[[str, History], tuple[str, ...]]

__all__ = [
    "at_json",
    "bounds_json",
    "history_json",
    "or_other",
    "overview_json",
    "print_at",
    "print_awaited",
    "print_history",
    "print_overview",
    "since_words",
]


def print_overview(histories: Sequence[History], awaited: Sequence[str]) -> None:
    """One line per engine: what its history covers; and the engines of which there is no data yet."""
    table(
        ("Engine", "Releases", "Unknown", "From", "To", "To date", "Architectures"),
        (
            (
                history.engine,
                str(len(history.releases)),
                str(sum(each.unknown is not None for each in history.releases)),
                next((each.version for each in history.releases if each.unknown is None), ""),
                history.newest.version if history.newest else "",
                (history.newest.date or "") if history.newest else "",
                str(_count(history)),
            )
            for history in histories
        ),
    )
    print_awaited(awaited)


def print_awaited(awaited: Sequence[str]) -> None:
    """Say of which engines there is no data yet."""
    for engine in awaited:
        click.echo(
            plain(f"{engine}: no data yet; `archtrack history refresh {engine}` reads its releases"), err=True
        )


def overview_json(histories: Sequence[History], awaited: Sequence[str]) -> dict[str, Any]:
    """The same for programs, by ``data/schema.json``."""
    return {
        "engines": {history.engine: _coverage(history) for history in histories},
        "awaited": list(awaited),
    }


def print_history(names: Sequence[str], histories: Sequence[History], keys: Keys) -> None:
    """The spans of each name, engine by engine.

    Args:
        names: architectures and model types.
        histories: of the engines.
        keys: what an engine looks a name up by.
    """
    rows = [
        row
        for name in names
        for history in histories
        for key in keys(name, history)
        for row in _rows(name, key, history)
    ]
    if rows:
        table(("Architecture", "Engine", "Since", "Date", "Until", "File"), rows, whole=True)
    for name in names:
        if not any(key in history.registered for history in histories for key in keys(name, history)):
            engines = ", ".join(history.engine for history in histories)
            click.echo(plain(f"{name}: no known release of {engines} registers it"), err=True)


def history_json(
    names: Sequence[str], histories: Sequence[History], keys: Keys, awaited: Sequence[str]
) -> dict[str, Any]:
    """The same for programs, by ``data/schema.json``."""
    return {
        **overview_json(histories, awaited),
        "architectures": {
            name: {
                history.engine: {
                    "key": found[0],
                    "spans": [_span(bounds) for key in found for bounds in span_bounds(history, key)],
                }
                for history in histories
                if (found := [key for key in keys(name, history) if key in history.registered])
            }
            for name in names
        },
    }


def print_at(history: History, release: Release, entries: Mapping[str, Entry]) -> None:
    """What one release registers."""
    table(
        ("Architecture", "File", "Since"),
        (
            (name, or_other(entry.file, entry.runs_as), since_words(history, name, release))
            for name, entry in entries.items()
        ),
    )
    date = f" ({release.date})" if release.date else ""
    others = sum(entry.runs_as is not None for entry in entries.values())
    click.echo(
        plain(f"{history.engine} {release.version}{date}: {architectures(len(entries) - others, others)}"),
        err=True,
    )
    if release.remark is not None:
        click.echo(plain(f"{release.file}: {release.remark}"), err=True)
    if release.unresolved:
        click.echo(
            f"{counted(release.unresolved, 'place')} could not be resolved: it may register more", err=True
        )


def at_json(
    history: History, release: Release, entries: Mapping[str, Entry], examples: ExampleSources
) -> dict[str, Any]:
    """The same for programs, by ``data/schema.json``; with ``examples``, which a release's own claims are not."""
    own = {name: example_of(name, examples) for name in entries} if history.key == "architecture" else {}
    return {
        "engine": history.engine,
        "version": release.version,
        "date": release.date,
        "release": {"file": release.file, "sha256": release.sha256},
        "unresolved": release.unresolved,
        "architectures": {
            name: {
                "file": entry.file,
                "groups": list(entry.groups),
                "category": entry.category,
                "backend_compatible": entry.compatible,
                "runs_as": entry.runs_as,
                "example": example_to_json(own.get(name)),
            }
            for name, entry in entries.items()
        },
    }


def _rows(name: str, key: str, history: History) -> Iterable[tuple[str, ...]]:
    for bounds in span_bounds(history, key):
        yield (
            name if key == name else f"{name} ({key})",
            history.engine,
            bounds.since,
            bounds.first.date or "",
            bounds.until,
            or_other(bounds.span.states[-1].file, bounds.span.states[-1].runs_as),
        )


def or_other(text: str, runs_as: str | None) -> str:
    """A text about an architecture, and as which other one it is run, if it is."""
    return text if runs_as is None else f"{text} (runs as {runs_as})"


def since_words(history: History, name: str, release: Release) -> str:
    """Since which release that one has an architecture; empty where it never had it."""
    bounds = bounds_at(history, name, release)
    return bounds.since if bounds is not None else ""


def bounds_json(bounds: SpanBounds) -> dict[str, Any]:
    """Where a span begins and ends, and how sure that is, for programs."""
    return {
        "first": bounds.first.version,
        "first_date": bounds.first.date,
        "first_exact": bounds.first_exact,
        "last": None if bounds.last is None else bounds.last.version,
        "last_date": None if bounds.last is None else bounds.last.date,
        "last_exact": bounds.last_exact,
    }


def _span(bounds: SpanBounds) -> dict[str, Any]:
    span: Span = bounds.span
    return {
        **bounds_json(bounds),
        "file": span.states[-1].file,
        "states": [
            {
                "since": state.since,
                "file": state.file,
                "at": state.at,
                "groups": list(state.groups),
                "backend_compatible": state.compatible,
                "runs_as": state.runs_as,
            }
            for state in span.states
        ],
    }


def _coverage(history: History) -> dict[str, Any]:
    newest = history.newest
    return {
        "releases": len(history.releases),
        "unknown": [each.version for each in history.releases if each.unknown is not None],
        "floor": history.floor,
        "newest": None if newest is None else newest.version,
        "newest_date": None if newest is None else newest.date,
        "architectures": _count(history),
        "key": history.key,
    }


def _count(history: History) -> int:
    """Of what the newest release registers."""
    return len(history.names(history.newest.version)) if history.newest else 0
