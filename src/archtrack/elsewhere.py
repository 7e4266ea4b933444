"""What the engines do with an architecture, by their histories and the rules of their Transformers backends."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from .core.standing import Difference, Standing, StandingKind, difference, having, stands
from .engines import load_engine
from .engines.base import RunsTransformers
from .errors import UsageError
from .model import Since, Status, TransformersFacts

if TYPE_CHECKING:
    from .core.decision import Verdict
    from .core.history import History, Release
    from .histories import Histories

__all__ = ["as_decided", "compared", "elsewhere", "since_of", "standing_with"]

TRANSFORMERS = "transformers"
_KINDS = {Status.FALLBACK: StandingKind.FALLBACK, Status.REFUSED: StandingKind.REFUSED}


def elsewhere(name: str, histories: Histories) -> tuple[Standing, ...]:
    """How an architecture stands with the newest release of every engine there is data of; transformers left out."""
    found = []
    for engine in histories.engines:
        history = histories.get(engine)
        if engine != TRANSFORMERS and history is not None and history.newest is not None:
            found.append(standing_with(name, history, history.newest, histories))
    return tuple(found)


def standing_with(name: str, history: History, release: Release, histories: Histories) -> Standing:
    """How an architecture stands with one release of an engine, its Transformers backend included."""
    return _completed(name, stands(name, history, release), history, histories)


def as_decided(standing: Standing, verdict: Verdict) -> Standing:
    """How an architecture stands with a release that was itself read: by the verdict, where that knows more."""
    if standing.kind is StandingKind.NATIVE and standing.runs_as in {None, verdict.resolved}:
        return standing
    if verdict.status is Status.NATIVE:
        runs_as = verdict.resolved if verdict.resolved != verdict.asked[0] else None
        return Standing.native(standing.engine, standing.release, runs_as=runs_as)
    if standing.runs_as is not None:  # what the name alone told does not hold of this config
        standing = replace(standing, edge=None, runs_as=None)
    kind = _KINDS.get(verdict.status)
    if kind is not None:
        return replace(standing, kind=kind, because=verdict.because.text)
    kind = StandingKind.ABSENT if standing.edge is None else StandingKind.GONE
    return replace(standing, kind=kind, because=None)


def since_of(name: str, engine: str, histories: Histories) -> Since:
    """Since which release an engine has an architecture, for a cell of the document.

    Raises:
        UsageError: there is no history of the engine.
        DataError: it cannot be read.
    """
    history = histories.need(engine)
    if history.newest is None:
        return Since(engine=engine, text="", source=f"no release of {engine} could be read")
    standing = stands(name, history, history.newest)
    edge = standing.edge
    newest = f"{engine} {history.newest.version}"
    if standing.kind is StandingKind.UNKNOWN:
        return Since(engine=engine, text="", source=f"not known of {newest}: {standing.because}")
    if edge is None:
        return Since(engine=engine, text="", source=f"no release of {engine} up to {newest} registers it")
    first = edge.first.version if edge.first_exact else f"≤{edge.first.version}"
    state = edge.span.states[0]
    has, had = having({each.runs_as for each in edge.span.states})
    if standing.kind is StandingKind.GONE and edge.last is not None:
        last = edge.last.version if edge.last_exact else f"≥{edge.last.version}"
        source = f"{engine} {had} from {first} until {last}"
        return Since(engine=engine, text=f"until {last}", source=source, place=state.at)
    date = f" ({edge.first.date})" if edge.first.date else ""
    return Since(engine=engine, text=first, source=f"{engine} {has} since {first}{date}", place=state.at)


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


def _completed(name: str, standing: Standing, history: History, histories: Histories) -> Standing:
    """The standing, completed by what else is known than what the engine's registry holds."""
    joined = history.companion
    if standing.kind is StandingKind.ABSENT and joined is not None:
        other = histories.get(joined.engine)
        there = other.named(joined.version) if other is not None else None
        if other is None or there is None or there.unknown or name not in other.names(there.version):
            because = (
                f"{history.engine} knows model types, and {joined.engine} {joined.version} does not say which"
            )
            return replace(standing, kind=StandingKind.UNKNOWN, because=because)
    return _with_backend(name, standing, history, histories)


def _with_backend(name: str, standing: Standing, history: History, histories: Histories) -> Standing:
    """The standing, completed by what the engine's Transformers backend does with what it does not register.

    The class is looked up in the newest transformers that was out on the day of the engine's release: what came later
    may not work with it.
    """
    if standing.kind in {StandingKind.NATIVE, StandingKind.UNKNOWN}:
        return standing
    engine, day = _with_rules(history.engine), standing.release.date
    public = histories.get(TRANSFORMERS) if engine is not None else None
    library = public.out_on(day) if public is not None and day is not None else None
    if engine is None or public is None or library is None:
        return standing
    state = public.state(name, library.version)
    names = history.names(standing.release.version)
    if state is None:  # only what the engine does by the name alone
        status, because = engine.runs(names, TransformersFacts(exported=False, backend_compatible=None), name)
        if status is not Status.FALLBACK:
            return standing
        return replace(standing, kind=StandingKind.FALLBACK, because=because)
    facts = TransformersFacts(exported=True, backend_compatible=state.compatible)
    status, because = engine.runs(names, facts, name)
    kind = StandingKind.UNKNOWN if status is None else _KINDS.get(status)
    because = f"{because} (transformers {library.version})"
    return standing if kind is None else replace(standing, kind=kind, because=because)


@cache
def _with_rules(name: str) -> RunsTransformers | None:
    """The engine, if it says what its Transformers backend runs; there may be data of one that is not there."""
    try:
        engine = load_engine(name)
    except UsageError:
        return None
    return engine if isinstance(engine, RunsTransformers) else None
