"""Since which release engines have a feature of an architecture, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from archtrack.app.feature_runs import feature_runs
from archtrack.core.verdict.release_facts import FEATURES

from .terminal import plain, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archtrack.app.history.store import Histories
    from archtrack.core.history.history import History
    from archtrack.core.history.runs import Run

    Keyed = Sequence[tuple[str, History, str]]

__all__ = ["feature_json", "print_features"]


def print_features(keyed: Keyed, features: Sequence[str], histories: Histories) -> None:
    """A row per architecture, engine, feature and run of releases.

    Args:
        keyed: (name as it was asked for, history of an engine, what that engine looks the name up by).
        features: which ones.
        histories: of every engine.
    """
    rows = [
        (key, history.engine, feature, run.since, run.first.date or "", run.until, _at(key, history, run))
        for _, history, key in keyed
        for feature in features
        for run in feature_runs(feature, key, history, histories)
    ]
    if rows:
        table(("Architecture", "Engine", "Feature", "Since", "Date", "Until", "At"), rows, whole=True)
    registered = [(history, key) for _, history, key in keyed if key in history.registered]
    has = {row[:3] for row in rows}
    for history, key in registered:
        lacking = [each for each in features if (key, history.engine, each) not in has]
        if lacking and FEATURES in history.tables:
            words = f"{key}: no release of {history.engine} is known to have {', '.join(lacking)}"
            click.echo(plain(words), err=True)
    silent = {history.engine for history, _ in registered if FEATURES not in history.tables}
    if silent:
        click.echo(plain(f"No feature data for {', '.join(sorted(silent))}"), err=True)
    known = {name for name, history, key in keyed if key in history.registered}
    for name in dict.fromkeys(name for name, _, _ in keyed if name not in known):
        engines = ", ".join(dict.fromkeys(history.engine for _, history, _ in keyed))
        click.echo(plain(f"{name}: no known release of {engines} registers it"), err=True)


def feature_json(keyed: Keyed, features: Sequence[str], histories: Histories) -> dict[str, Any]:
    """The same for programs, by ``data/schema.json``."""
    found: dict[str, Any] = {}
    for name, history, key in keyed:
        if key in history.registered:
            found.setdefault(name, {})[history.engine] = {
                "key": key,
                "read": FEATURES in history.tables,
                "features": {
                    feature: [
                        _run(key, history, run) for run in feature_runs(feature, key, history, histories)
                    ]
                    for feature in features
                },
            }
    return {"architectures": found}


def _run(key: str, history: History, run: Run) -> dict[str, Any]:
    return {
        "first": run.first.version,
        "first_date": run.first.date,
        "first_exact": run.first_exact,
        "last": None if run.lasts else run.last.version,
        "last_date": None if run.lasts else run.last.date,
        "last_exact": run.last_exact,
        "at": _at(key, history, run),
    }


def _at(key: str, history: History, run: Run) -> str:
    """The line that states it in the first release of a run."""
    row = history.row(FEATURES, key, run.first.version)
    return "" if row is None else row.at
