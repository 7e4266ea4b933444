"""The use case of ``export``: all keys of chosen engines with the releases that have them, as plain data.

``docs/tasks/export.md`` documents the form. ``FORMAT`` numbers it: a number stays as long as what it promises. The same
histories give the same value.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from archtrack.app.requires import on_index
from archtrack.core.history.spans import row_span_bounds, span_bounds
from archtrack.core.verdict.features import TITLES, row_of
from archtrack.core.verdict.release_facts import FEATURES, GGUF_ARCHITECTURES
from archtrack.engines import load_engine
from archtrack.errors import UsageError
from archtrack.model import Status
from archtrack.sources.redaction import shown_argument

from .engine_source import parse_engine_source
from .feature_runs import feature_runs
from .history.features import named_features, stated_feature, stated_features
from .history.release_facts import facts_at
from .presence import adds_nothing, presence_with

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from archtrack.core.history.history import History, Release
    from archtrack.core.history.spans import SpanBounds
    from archtrack.core.verdict.release_facts import Fact

    from .history.store import Histories

__all__ = [
    "FORMAT",
    "architecture_counts",
    "architecture_export",
    "chosen_histories",
    "engine_export",
    "export",
]

FORMAT = 1
"""Counts up when a key is removed, or changes its meaning or its type; not for a new key."""

GGUF = "GGUF architecture"


def export(histories: Histories, engines: Sequence[str] = ()) -> dict[str, Any]:
    """What the histories have, engine by engine.

    Args:
        histories: of every engine.
        engines: their names; none for all.

    Raises:
        UsageError: there is no history of one, or one is named with a release.
        DataError: a history cannot be read.
    """
    return {
        "format": FORMAT,
        "engines": [engine_export(each, histories) for each in chosen_histories(histories, engines)],
    }


def chosen_histories(histories: Histories, engines: Sequence[str] = ()) -> tuple[History, ...]:
    """The histories that are asked for, sorted by engine; the errors are those of ``export``."""
    asked = [parse_engine_source(each) for each in engines]
    for each in asked:
        if each.source is not None:
            raise UsageError(
                f"--engine {shown_argument(each.engine)}: an export covers all releases; name the engine without one"
            )
    names = sorted({each.engine for each in asked}) or histories.engines
    return tuple(histories.need(each) for each in names)


def engine_export(history: History, histories: Histories) -> dict[str, Any]:
    """One engine: what it is, and its keys, sorted by kind and name."""
    newest = history.newest
    return {
        "engine": history.engine,
        "title": _title(history.engine),
        "distribution": history.distribution if on_index(history) else None,
        "oldest": next((each.version for each in history.releases if each.unknown is None), None),
        "newest": None if newest is None else newest.version,
        "newest_date": None if newest is None else newest.date,
        "not_read": [each.version for each in history.releases if each.unknown is not None],
        "keys": [
            *(_key(name, history, histories) for name in sorted(history.registered)),
            *(
                _entry(name, GGUF, row_span_bounds(history, GGUF_ARCHITECTURES, name), {}, {})
                for name in sorted(history.tables.get(GGUF_ARCHITECTURES, {}))
            ),
        ],
    }


def architecture_counts(histories: Histories) -> dict[str, int]:
    """Every architecture, sorted -> how many engines have it or had it, transformers being one of them."""
    every = (histories.need(engine) for engine in histories.engines)
    found = Counter(name for each in every if each.key == "architecture" for name in each.registered)
    return dict(sorted(found.items()))


def architecture_export(name: str, histories: Histories) -> dict[str, Any]:
    """One architecture: what the newest release of each engine does with it, and since when.

    An engine that never had it, and has nothing to say of it, is left out.
    """
    engines = {}
    for engine in histories.engines:
        history = histories.need(engine)
        if history.newest is None:
            continue
        presence = presence_with(name, history, history.newest, histories)
        key = presence.key
        if key is None and (adds_nothing(presence) or presence.status is Status.UNSUPPORTED):
            continue
        engines[engine] = {
            "version": presence.version,
            "date": presence.date,
            "status": presence.status.value,
            "runs_as": presence.runs_as,
            "because": presence.reason,
            "key": None if key is None or key not in history.registered else _key(key, history, histories),
        }
    return {"format": FORMAT, "architecture": name, "engines": engines}


def _title(engine: str) -> str:
    try:
        return load_engine(engine).about.title
    except UsageError:  # there is data of an engine that is not there
        return engine


def _key(name: str, history: History, histories: Histories) -> dict[str, Any]:
    runs = dict(_features(name, history, histories))
    return _entry(name, history.key, span_bounds(history, name), runs, _in_newest(name, history, histories))


def _entry(
    name: str,
    kind: str,
    spans: Iterable[SpanBounds],
    features: dict[str, list[dict[str, Any]]],
    in_newest: dict[str, bool | None],
) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "spans": [_span(each) for each in spans],
        "features": features,
        "in_newest": in_newest,
    }


def _span(bounds: SpanBounds) -> dict[str, Any]:
    states = bounds.span.states
    return {
        **_bounds(bounds.first, bounds.last, first_exact=bounds.first_exact, last_exact=bounds.last_exact),
        "runs_as": states[-1].runs_as,
        "at": states[0].at,
    }


def _bounds(first: Release, last: Release | None, *, first_exact: bool, last_exact: bool) -> dict[str, Any]:
    return {
        "first": first.version,
        "first_date": first.date,
        "first_exact": first_exact,
        "last": None if last is None else last.version,
        "last_date": None if last is None else last.date,
        "last_exact": last_exact,
    }


# -- features -----------------------------------------------------------------------------------------------


def _features(key: str, history: History, histories: Histories) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each feature that releases state of a key, in the order of ``TITLES``, with the runs of those that have it."""
    for name in named_features(key, history):
        yield (
            name,
            [
                {
                    **_bounds(
                        each.first,
                        None if each.lasts else each.last,
                        first_exact=each.first_exact,
                        last_exact=each.last_exact,
                    ),
                    "at": _line(key, history, each.first),
                }
                for each in feature_runs(name, key, history, histories)
            ],
        )


def _line(key: str, history: History, release: Release) -> str | None:
    """The line by which a release has the features of a key; None where the history has none."""
    row = history.row(FEATURES, key, release.version)
    return None if row is None else row.at


def _in_newest(key: str, history: History, histories: Histories) -> dict[str, bool | None]:
    """Whether the newest release has each feature that it states of any key, or an older one of this key.

    None for one of which it cannot be told. Nothing where the newest release does not have the key.
    """
    newest = history.newest
    if newest is None or history.state(key, newest.version) is None:
        return {}
    facts = facts_at(history, newest, histories)
    named = {
        *(each.name for each in stated_features(key, facts)),
        *named_features(key, history),
        *_spoken_of(facts.load.tables.get(FEATURES, {})),
    }
    return {name: stated_feature(name, key, facts).has for name in TITLES if name in named}


def _spoken_of(rows: Mapping[str, Fact]) -> Iterator[str]:
    """The features that some key is said to have."""
    return (name for row in rows.values() for name in row_of(row.value).has)
