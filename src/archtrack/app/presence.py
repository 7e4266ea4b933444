"""What the engines do with an architecture, by their histories and the rules of their Transformers backends."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from archtrack.core.history.presence import Difference, Presence, difference, has_and_had, presence_of
from archtrack.engines import load_engine
from archtrack.engines.base import RunsTransformers
from archtrack.errors import UsageError
from archtrack.model import CellText, Status, TransformersFacts

if TYPE_CHECKING:
    from archtrack.core.history.history import History, Release
    from archtrack.core.verdict.verdict import Verdict

    from .history.store import Histories

__all__ = ["as_decided", "compared", "presence_with", "presences", "since_of"]

TRANSFORMERS = "transformers"
_BACKEND = frozenset((Status.FALLBACK, Status.REFUSED))
"""What a Transformers backend can do with an architecture."""


def presences(name: str, histories: Histories) -> tuple[Presence, ...]:
    """Whether the newest release of every engine that there is data of has an architecture; without transformers."""
    found = []
    for engine in histories.engines:
        history = histories.get(engine)
        if engine != TRANSFORMERS and history is not None and history.newest is not None:
            found.append(presence_with(name, history, history.newest, histories))
    return tuple(found)


def presence_with(name: str, history: History, release: Release, histories: Histories) -> Presence:
    """Whether a release of an engine has an architecture, its Transformers backend included."""
    return _completed(name, presence_of(name, history, release), history, histories)


def as_decided(presence: Presence, verdict: Verdict) -> Presence:
    """The presence in a release that was itself read: by the verdict, where that knows more."""
    if presence.status is Status.NATIVE and presence.runs_as in {None, verdict.resolved}:
        return presence
    if verdict.status is Status.NATIVE:
        runs_as = verdict.resolved if verdict.resolved != verdict.asked[0] else None
        return Presence.native(presence.engine, presence.release, runs_as=runs_as)
    if presence.runs_as is not None:  # what the name alone told does not hold of this config
        presence = replace(presence, bounds=None, runs_as=None)
    if verdict.status in _BACKEND:
        return replace(presence, status=verdict.status, because=verdict.because.text)
    status = Status.ABSENT if presence.bounds is None else Status.GONE
    return replace(presence, status=status, because=None)


def since_of(name: str, engine: str, histories: Histories) -> CellText:
    """Since which release an engine has an architecture, for a cell of the document.

    Raises:
        UsageError: there is no history of the engine.
        DataError: it cannot be read.
    """
    history = histories.need(engine)
    if history.newest is None:
        return CellText(text="", source=f"no release of {engine} could be read")
    presence = presence_of(name, history, history.newest)
    bounds = presence.bounds
    newest = f"{engine} {history.newest.version}"
    if presence.status is Status.UNKNOWN:
        return CellText(text="", source=f"not known of {newest}: {presence.because}")
    if bounds is None:
        return CellText(text="", source=f"no release of {engine} up to {newest} registers it")
    state = bounds.span.states[0]
    has, had = has_and_had({each.runs_as for each in bounds.span.states})
    if presence.status is Status.GONE and bounds.last is not None:
        source = f"{engine} {had} from {bounds.since} until {bounds.until}"
        return CellText(text=f"until {bounds.until}", source=source, place=state.at)
    date = f" ({bounds.first.date})" if bounds.first.date else ""
    return CellText(text=bounds.since, source=f"{engine} {has} since {bounds.since}{date}", place=state.at)


def compared(
    one: tuple[History, Release], other: tuple[History, Release], histories: Histories
) -> Difference:
    """What two releases register, with what the Transformers backend of the one that lacks it does."""
    found = difference(one, other)
    return replace(
        found,
        here=tuple((name, a, _completed(name, b, other[0], histories)) for name, a, b in found.here),
        there=tuple((name, a, _completed(name, b, one[0], histories)) for name, a, b in found.there),
    )


def _completed(name: str, presence: Presence, history: History, histories: Histories) -> Presence:
    """The presence, completed by what else is known than the engine's registry."""
    joined = history.companion
    if presence.status is Status.ABSENT and joined is not None:
        other = histories.get(joined.engine)
        there = other.find(joined.version) if other is not None else None
        if other is None or there is None or there.unknown or name not in other.names(there.version):
            because = (
                f"{history.engine} knows model types, and {joined.engine} {joined.version} does not say which"
            )
            return replace(presence, status=Status.UNKNOWN, because=because)
    return _with_backend(name, presence, history, histories)


def _with_backend(name: str, presence: Presence, history: History, histories: Histories) -> Presence:
    """The presence, completed by what the engine's Transformers backend does with an architecture that it lacks.

    The class is looked up in the newest transformers that was out on the day of the engine's release: what came later
    may not work with it.
    """
    if presence.status in {Status.NATIVE, Status.UNKNOWN}:
        return presence
    engine, day = _with_rules(history.engine), presence.release.date
    public = histories.get(TRANSFORMERS) if engine is not None else None
    library = public.newest_on(day) if public is not None and day is not None else None
    if engine is None or public is None or library is None:
        return presence
    state = public.state(name, library.version)
    names = history.names(presence.release.version)
    facts = TransformersFacts(
        exported=state is not None, backend_compatible=None if state is None else state.compatible
    )
    status, because = engine.runs(names, facts, name)
    if state is None:  # what the engine does by the name alone
        found = status is Status.FALLBACK
        return replace(presence, status=Status.FALLBACK, because=because) if found else presence
    status = Status.UNKNOWN if status is None else status
    if status not in {*_BACKEND, Status.UNKNOWN}:
        return presence
    return replace(presence, status=status, because=f"{because} (transformers {library.version})")


@cache
def _with_rules(name: str) -> RunsTransformers | None:
    """The engine, if it says what its Transformers backend runs; there may be data of one that is not there."""
    try:
        engine = load_engine(name)
    except UsageError:
        return None
    return engine if isinstance(engine, RunsTransformers) else None
