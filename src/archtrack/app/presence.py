"""What a release of an engine does with a checkpoint: its load path, and what its history says besides.

Whoever asks, on the command line, the page or the server, gets the answer from here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from archtrack.core.history.spans import bounds_at, has_and_had, row_bounds_at
from archtrack.core.verdict.by_registry import by_registry
from archtrack.core.verdict.checkpoint import Checkpoint, only_named
from archtrack.core.verdict.mlx_weights import not_by_mlx
from archtrack.core.verdict.release_facts import FEATURES, GGUF_ARCHITECTURES, LoadOptions
from archtrack.core.verdict.verdict import Steps
from archtrack.core.wording import counted
from archtrack.engines import load_engine
from archtrack.engines.base import Loads
from archtrack.errors import DataError, UsageError
from archtrack.model import CellText, Gate, Status

from .history.counting import TRANSFORMERS
from .history.features import asked_feature, stated_features
from .history.release_facts import facts_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from archtrack.core.history.history import History, Release
    from archtrack.core.history.spans import SpanBounds
    from archtrack.core.verdict.features import Feature
    from archtrack.core.verdict.release_facts import ReleaseFacts
    from archtrack.core.verdict.verdict import Step, Verdict
    from archtrack.engines.base import Engine

    from .history.store import Histories

__all__ = [
    "RUNS",
    "Compared",
    "Presence",
    "adds_nothing",
    "backend_of",
    "compared",
    "features_cell",
    "is_plugin",
    "key_of",
    "names_of",
    "no_data_yet",
    "presence_of",
    "presence_with",
    "presences",
    "since_of",
    "verdict_of",
]

NAMED = LoadOptions()
RUNS = frozenset((Status.NATIVE, Status.FALLBACK))
"""What an engine does with a checkpoint that gets through every gate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What one release of an engine does with a checkpoint.

    Attributes:
        engine: its name.
        version: the release; None for a source that does not say.
        date: the day on which it came out, where that is known.
        status: ``gone`` where the release lacks what an older one had, ``unknown`` where what was not found may be
            there all the same; else that of the verdict.
        verdict: what its load path came to.
        bounds: the span of its history that holds the release, or the last one before it; None where there is none.
        key: what the span is of: an architecture, a model type or a configuration class; None without one.
        why: why it is not known, where the history says so.
        adds_to: the engine whose registry it adds to, where it is a plugin of another one.
        features: what the release states of what it runs the checkpoint by; nothing where it runs none.
        wanted: of the features and quantisation methods that were asked for, whether it has them.
    """

    engine: str
    version: str | None
    date: str | None
    status: Status
    verdict: Verdict
    bounds: SpanBounds | None = None
    key: str | None = None
    why: str | None = None
    adds_to: str | None = None
    features: tuple[Feature, ...] = ()
    wanted: tuple[Feature, ...] = ()

    @property
    def gate(self) -> Gate | None:
        """The gate that stopped the checkpoint."""
        return self.verdict.gate

    @property
    def runs_as(self) -> str | None:
        """The architecture, wrapper or module that the release runs it as, where that has another name."""
        resolved = self.verdict.resolved
        return resolved if resolved not in {None, *self.verdict.asked} else None

    @property
    def because(self) -> Step:
        """The step that decided."""
        return self.verdict.because

    @property
    def reason(self) -> str:
        """Why, in words."""
        return self.why or self.verdict.because.text


def presences(name: str, histories: Histories) -> tuple[Presence, ...]:
    """What the newest known release of every engine but transformers does with an architecture."""
    found = []
    for engine in histories.engines:
        history = histories.get(engine)
        if engine != TRANSFORMERS and history is not None and history.newest is not None:
            found.append(presence_with(name, history, history.newest, histories))
    return tuple(found)


def presence_with(name: str, history: History, release: Release, histories: Histories) -> Presence:
    """What a known release of an engine does with an architecture of which nothing but the name is known."""
    return presence_of(only_named(name), facts_at(history, release, histories), (history, release))


def no_data_yet(checkpoint: Checkpoint, engine: str) -> Presence:
    """What is said of an engine whose releases nobody has read yet: nothing is known, which is no "no"."""
    steps = Steps(engine, checkpoint.architectures)
    because = steps.say(f"no data yet; `archtrack history refresh {engine}` reads its releases")
    verdict = steps.verdict(Status.UNKNOWN, because)
    return Presence(engine=engine, version=None, date=None, status=Status.UNKNOWN, verdict=verdict)


def presence_of(
    checkpoint: Checkpoint,
    facts: ReleaseFacts,
    known: tuple[History, Release] | None,
    options: LoadOptions = NAMED,
    wanted: Sequence[str] = (),
) -> Presence:
    """What a release of an engine does with a checkpoint.

    Args:
        checkpoint: what its config says, or a name.
        facts: what is known of the release.
        known: the history of the engine, and the release in it; the newest there for a source that is no release that
            it has. None where there is no history.
        options: how the engine is told to load it.
        wanted: features, and quantisation methods, that are asked for.
    """
    verdict = verdict_of(checkpoint, facts, options)
    nothing = not (checkpoint.given or checkpoint.architectures or checkpoint.gguf_architecture)
    if nothing and _goes_by_architecture(facts.engine, known):
        verdict = _without_architecture(checkpoint, facts)
    key, bounds = None, None
    if known is not None:
        verdict = _run_as_another(checkpoint, verdict, *known)
        key, bounds = _span(checkpoint, verdict, *known)
    status, why = verdict.status, None
    if status is Status.UNSUPPORTED and verdict.gate in {None, Gate.ARCHITECTURE}:
        if facts.unresolved:
            status, why = (
                Status.UNKNOWN,
                f"{counted(facts.unresolved, 'place')} of {facts.name} could not be read",
            )
        elif bounds is not None and bounds.last is not None:
            status = Status.GONE
        elif _names_too_little(checkpoint, known):
            status = Status.UNKNOWN
            why = f"nothing says which architecture model type `{checkpoint.model_type}` has; give a config"
    if (
        status is Status.NATIVE
        and facts.broken is None
        and known is not None
        and known[1].imports is not None
    ):
        status, why = Status.UNKNOWN, _not_looked_at(facts)
    same = known is not None and known[1].version == facts.version
    return Presence(
        engine=facts.engine,
        version=facts.version,
        date=known[1].date if known is not None and same else None,
        status=status,
        verdict=verdict,
        bounds=bounds,
        key=key,
        why=why,
        adds_to=_adds_to(facts.engine),
        features=stated_features(verdict.key or verdict.resolved, facts) if status in RUNS else (),
        wanted=tuple(asked_feature(name, verdict.key or verdict.resolved, facts) for name in wanted)
        if status in RUNS
        else (),
    )


def _not_looked_at(facts: ReleaseFacts) -> str:
    library = "this transformers" if facts.transformers is None else facts.transformers.name
    return (
        f"its own class is there; whether that can be imported with {library} was not looked at, as this"
        " takes their sources; run it once with the network"
    )


def _names_too_little(checkpoint: Checkpoint, known: tuple[History, Release] | None) -> bool:
    """Whether a model type is all that is known of the checkpoint, and the engine goes by architectures."""
    by_type = known is not None and known[0].key != "architecture"
    return not (checkpoint.given or checkpoint.architectures or by_type)


def verdict_of(checkpoint: Checkpoint, facts: ReleaseFacts, options: LoadOptions = NAMED) -> Verdict:
    """What a load path comes to; of an engine whose load path is not followed, what its registry says."""
    engine = _engine(facts.engine)
    if engine is None or not isinstance(engine, Loads):
        return by_registry(checkpoint, facts)
    verdict = _loaded(engine, checkpoint, facts, options)
    return verdict if engine.about.mlx else not_by_mlx(verdict, checkpoint, facts)


def _loaded(engine: Loads, checkpoint: Checkpoint, facts: ReleaseFacts, options: LoadOptions) -> Verdict:
    """What a load path comes to.

    Raises:
        DataError: it is followed by data that somebody handed in, and cannot be.
    """
    if not facts.handed_in:
        return engine.load(checkpoint, facts, options)
    try:
        return engine.load(checkpoint, facts, options)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        # Rules and rows are the adapter's own JSON, and nobody else can check them.
        raise DataError(
            f"the data of {facts.engine} has rules or tables of {facts.name} that cannot be followed"
            f" ({type(error).__name__}); `archtrack data update` gets data that fits"
        ) from error


def adds_nothing(presence: Presence) -> bool:
    """Whether a plugin of another engine has nothing to say of a checkpoint: it is that engine's to say."""
    return presence.status is Status.UNKNOWN and presence.adds_to is not None


def is_plugin(engine: str) -> bool:
    """Whether an engine is a plugin of another one, whose registry it adds to."""
    return _adds_to(engine) is not None


def backend_of(engine: str) -> tuple[str, ...]:
    """The architectures under which an engine registers its wrappers of transformers models, if it has any."""
    found = _engine(engine)
    return () if found is None else found.about.backend


def _adds_to(engine: str) -> str | None:
    found = _engine(engine)
    return None if found is None else found.about.adds_to


def key_of(name: str, history: History, histories: Histories) -> str:
    """What an engine looks an architecture up by: its name, or the model type or configuration class that it has."""
    if history.key == "architecture" or name in history.registered or history.newest is None:
        return name
    verdict = verdict_of(only_named(name), facts_at(history, history.newest, histories))
    return verdict.key or name


def since_of(name: str, engine: str, histories: Histories) -> CellText:
    """Since which release an engine has an architecture, for a cell of the document.

    Raises:
        UsageError: there is no history of the engine.
        DataError: it cannot be read.
    """
    history = histories.need(engine)
    if history.newest is None:
        return CellText(text="", source=f"no release of {engine} could be read")
    presence = presence_with(name, history, history.newest, histories)
    bounds = presence.bounds
    newest = f"{engine} {history.newest.version}"
    if presence.status is Status.UNKNOWN:
        return CellText(text="", source=f"not known of {newest}: {presence.reason}")
    if bounds is None:
        return CellText(text="", source=f"no release of {engine} up to {newest} registers it")
    state = bounds.span.states[0]
    has, had = has_and_had({each.runs_as for each in bounds.span.states})
    if bounds.last is not None:
        source = f"{engine} {had} from {bounds.since} until {bounds.until}"
        return CellText(text=f"until {bounds.until}", source=source, place=state.at)
    date = f" ({bounds.first.date})" if bounds.first.date else ""
    return CellText(text=bounds.since, source=f"{engine} {has} since {bounds.since}{date}", place=state.at)


def features_cell(name: str, engine: str, histories: Histories) -> CellText:
    """What the newest known release of an engine can do with an architecture, for a cell of the document.

    Raises:
        UsageError: there is no history of the engine.
        DataError: it cannot be read.
    """
    history = histories.need(engine)
    if history.newest is None:
        return CellText(text="", source=f"no release of {engine} could be read")
    features = presence_with(name, history, history.newest, histories).features
    has = [each for each in features if each.has]
    release = f"{engine} {history.newest.version}"
    if not has:
        return CellText(text="", source=f"{release} states no feature of it")
    place = None if has[0].place is None else str(has[0].place)
    return CellText(text=", ".join(each.name for each in has), source=f"stated by {release}", place=place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a release of one engine has and one of another lacks, and the other way round.

    Attributes:
        here: (name, what the first does, what the second does) of each that only the first one has, by name.
        there: (name, what the second does, what the first does) of each that only the second one has.
        both: the names that both have.
        neither: of the names that were asked for, those that neither has.
        lost: (name, features) of what both have: those that the first one states and the second one has not.
        won: the other way round.
        untold: those that the first one states, where it is not known whether the second one has them.
    """

    here: tuple[tuple[str, Presence, Presence], ...]
    there: tuple[tuple[str, Presence, Presence], ...]
    both: tuple[str, ...]
    neither: tuple[str, ...] = ()
    lost: tuple[tuple[str, tuple[str, ...]], ...] = ()
    won: tuple[tuple[str, tuple[str, ...]], ...] = ()
    untold: tuple[tuple[str, tuple[str, ...]], ...] = ()


def compared(
    one: tuple[History, Release],
    other: tuple[History, Release],
    histories: Histories,
    asked: Collection[str] = (),
) -> Compared:
    """What two releases register or run as another, and what the one that lacks it does with it.

    What one registers and the other runs natively all the same, as vLLM converts classes of its own, both have.

    Args:
        one: a release of an engine.
        other: another one, of the same engine or of another.
        histories: of every engine.
        asked: the architectures that matter; none for all.
    """
    mine, theirs = names_of(*one, histories), names_of(*other, histories)
    if asked:
        mine, theirs = mine & set(asked), theirs & set(asked)

    def pairs(
        names: Iterable[str], having: tuple[History, Release], lacking: tuple[History, Release]
    ) -> tuple[tuple[str, Presence, Presence], ...]:
        return tuple(
            (name, presence_with(name, *having, histories), presence_with(name, *lacking, histories))
            for name in sorted(names)
        )

    here, there = pairs(mine - theirs, one, other), pairs(theirs - mine, other, one)
    converted = {name for name, _, lacking in (*here, *there) if lacking.status is Status.NATIVE}
    both = tuple(sorted((mine & theirs) | converted))
    stated = {
        name: (_features(name, *one, histories), _features(name, *other, histories))
        for name in both
        if all(FEATURES in history.tables for history, _ in (one, other))
    }
    return Compared(
        here=tuple(each for each in here if each[0] not in converted),
        there=tuple(each for each in there if each[0] not in converted),
        both=both,
        neither=tuple(sorted(set(asked) - mine - theirs)),
        lost=tuple(
            (name, lost) for name, (own, others) in stated.items() if (lost := _only(own, others, has=False))
        ),
        won=tuple(
            (name, won) for name, (own, others) in stated.items() if (won := _only(others, own, has=False))
        ),
        untold=tuple(
            (name, left) for name, (own, others) in stated.items() if (left := _only(own, others, has=None))
        ),
    )


def _features(name: str, history: History, release: Release, histories: Histories) -> dict[str, bool | None]:
    return {each.name: each.has for each in presence_with(name, history, release, histories).features}


def _only(
    having: Mapping[str, bool | None], lacking: Mapping[str, bool | None], *, has: bool | None
) -> tuple[str, ...]:
    """The features that one has, and the other has not (False), or of which that is not known (None)."""
    return tuple(name for name, there in having.items() if there and lacking.get(name) is has)


def names_of(history: History, release: Release, histories: Histories) -> frozenset[str]:
    """The architectures that a known release registers or runs as another.

    Of an engine that goes by model types or configuration classes: those architectures of other engines that it runs by
    these.
    """
    if history.key == "architecture":
        return frozenset(history.run_as(release.version))
    known = {
        name
        for engine in histories.engines
        if (other := histories.get(engine)) is not None and other.key == "architecture"
        for name in other.registered
    }
    return frozenset(
        name for name in known if presence_with(name, history, release, histories).status is Status.NATIVE
    )


def _goes_by_architecture(engine: str, known: tuple[History, Release] | None) -> bool:
    return engine != TRANSFORMERS and (known is None or known[0].key == "architecture")


def _without_architecture(checkpoint: Checkpoint, facts: ReleaseFacts) -> Verdict:
    """The verdict of an engine that goes by architectures on a model type of which none is known."""
    steps = Steps(facts.engine, ())
    because = steps.say(
        f"{facts.engine} goes by architectures; that of model type `{checkpoint.model_type}` is unknown; give a config"
    )
    return steps.verdict(Status.UNKNOWN, because)


def _span(
    checkpoint: Checkpoint, verdict: Verdict, history: History, release: Release
) -> tuple[str | None, SpanBounds | None]:
    """The span of what the registry was asked for, else of what the checkpoint itself names; with what it is of.

    What the release runs as another has a span of its own, which tells since when it does.
    """
    if checkpoint.gguf_architecture is not None:
        file = checkpoint.gguf_architecture
        return file, row_bounds_at(history, GGUF_ARCHITECTURES, file, release)
    # Since when there is a wrapper says nothing of the class that it runs.
    keys = [verdict.key] if verdict.key is not None and verdict.status is not Status.FALLBACK else []
    if history.key == "architecture":
        states = {name: history.state(name, release.version) for name in checkpoint.architectures}
        run_as = {name: each.runs_as for name, each in states.items() if each is not None and each.runs_as}
        # What a name alone is run as need not hold of this config.
        others = [name for name, other in run_as.items() if other == verdict.resolved]
        keys = [*others, *keys, *(name for name in checkpoint.architectures if name not in run_as)]
        keys = [key for key in keys if key not in run_as or key in others]
    found = [(key, bounds) for key in keys if (bounds := bounds_at(history, key, release)) is not None]
    holding = (each for each in found if _holds(each[1], history, release))
    return next(holding, found[0] if found else (None, None))


def _holds(bounds: SpanBounds, history: History, release: Release) -> bool:
    last = bounds.last
    return last is None or history.positions[release.version] <= history.positions[last.version]


def _run_as_another(checkpoint: Checkpoint, verdict: Verdict, history: History, release: Release) -> Verdict:
    """The verdict of an engine whose load path is not followed, where its history says what it runs a name as."""
    if isinstance(_engine(history.engine), Loads) or not checkpoint.architectures:
        return verdict
    state = history.state(checkpoint.architectures[0], release.version)
    if state is None or state.runs_as is None:
        return verdict
    return replace(verdict, status=Status.NATIVE, resolved=state.runs_as, gate=None, key=state.runs_as)


@cache
def _engine(name: str) -> Engine | None:
    """The engine; None where there is data of one that is not there."""
    try:
        return load_engine(name)
    except UsageError:
        return None
