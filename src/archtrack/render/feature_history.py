"""Since which release engines have a feature of an architecture, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from archtrack.app.history.features import feature_bounds
from archtrack.core.verdict.release_facts import FEATURES

from .history import bounds_json
from .terminal import plain, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archtrack.core.history.history import History

    Keyed = Sequence[tuple[str, History, str]]

__all__ = ["feature_json", "print_features"]


def print_features(keyed: Keyed, features: Sequence[str]) -> None:
    """A row per architecture, engine, feature and span.

    Args:
        keyed: (name as it was asked for, history of an engine, what that engine looks the name up by).
        features: which ones.
    """
    rows = [
        (key, history.engine, feature, each.since, each.first.date or "", each.until, each.span.states[0].at)
        for _, history, key in keyed
        for feature in features
        for each in feature_bounds(history, key, feature)
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
        click.echo(plain(f"Features are not read of {', '.join(sorted(silent))}"), err=True)


def feature_json(keyed: Keyed, features: Sequence[str]) -> dict[str, Any]:
    """The same for programs, by ``data/schema.json``."""
    found: dict[str, Any] = {}
    for name, history, key in keyed:
        if key in history.registered:
            found.setdefault(name, {})[history.engine] = {
                "key": key,
                "read": FEATURES in history.tables,
                "features": {
                    feature: [
                        {**bounds_json(each), "at": each.span.states[0].at}
                        for each in feature_bounds(history, key, feature)
                    ]
                    for feature in features
                },
            }
    return {"architectures": found}
