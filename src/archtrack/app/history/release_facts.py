"""What is known of a release, for its load path: from the history, or read from a source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from archtrack.core.history.history import REGISTRY
from archtrack.core.history.inventory import place_from, transformers_facts
from archtrack.core.verdict.release_facts import IMPORT_FAILURES, Fact, LoadFacts, ReleaseFacts
from archtrack.engines import load_engine
from archtrack.engines.base import Carries
from archtrack.errors import UsageError
from archtrack.model import Broken, Category, Registration

from .counting import TRANSFORMERS, allowed_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archtrack.core.history.history import History, Release, RowState

    from .store import Histories

__all__ = ["carried_by", "counting_release", "facts_at"]

_T = TypeVar("_T")


def facts_at(
    history: History, release: Release, histories: Histories, transformers: Release | None = None
) -> ReleaseFacts:
    """What the history knows of a release that was read; nothing is read for it.

    Args:
        history: of the engine.
        release: which release of it.
        histories: for the transformers that it runs with.
        transformers: the release of transformers that the user names; None for the one that counts.
    """
    key = history.engine, release.version, None if transformers is None else transformers.version
    if key not in histories.facts:
        library = histories.get(TRANSFORMERS) if history.engine != TRANSFORMERS else None
        if library is not None and transformers is None:
            # What type the configs of an architecture have does not hang on the release that is asked.
            by_type = history.key == "model type"
            transformers = library.newest if by_type else counting_release(release, library)
        below = (
            None if library is None or transformers is None else facts_at(library, transformers, histories)
        )
        found = _facts(history, release, below, handed_in=not histories.is_shipped(history.engine))
        histories.facts[key] = replace(found, carried=carried_by(history.engine, found.load, histories))
    return histories.facts[key]


def carried_by(name: str, load: LoadFacts, histories: Histories) -> tuple[ReleaseFacts, ...]:
    """What is known of the release of another engine that a release of an engine carries; see ``ReleaseFacts.carried``.

    Args:
        name: of the engine.
        load: what the gates of its release rest on.
        histories: for the other engine.
    """
    try:
        engine = load_engine(name)
    except UsageError:  # there is data of an engine that is not there
        return ()
    if not isinstance(engine, Carries):
        return ()
    version, other = engine.carried(load), histories.get(engine.carries)
    if version is None or other is None:
        return ()
    return tuple(facts_at(other, each, histories) for each in other.around(version))


def _facts(
    history: History, release: Release, transformers: ReleaseFacts | None, *, handed_in: bool
) -> ReleaseFacts:
    rules = history.rules_at(release.version)
    return ReleaseFacts(
        engine=history.engine,
        version=release.version,
        registered=_Looked(history.registered, _registering(history, release)),
        load=LoadFacts(
            tables=_tables(history, release),
            rules={} if rules is None else rules.rules,
            lines_of=None if rules is None or rules.since == release.version else rules.since,
        ),
        broken=_broken(history, release, transformers),
        unresolved=release.unresolved,
        silent=not release.tells(REGISTRY),
        transformers=transformers,
        handed_in=handed_in or (transformers is not None and transformers.handed_in),
    )


def counting_release(release: Release, library: History) -> Release | None:
    """The transformers that counts for a release: the newest that its metadata allows on the day it came out."""
    known = [each for each in library.releases if each.unknown is None]
    return allowed_release(release.transformers, release.date, known)


# -- the registry and the tables at a release -----------------------------------------------------------------


class _Looked(Mapping[str, _T]):
    """What a release has of a mapping of spans, made for a key when it is looked up.

    ``find`` gives the value of a key at the release, or None where the release does not have it.
    """

    def __init__(self, spans: Mapping[str, Any], find: Callable[[str], _T | None]) -> None:
        self._spans = spans
        self._find = find
        self._found: dict[str, _T | None] = {}

    def __getitem__(self, key: str) -> _T:
        if key not in self._found:
            self._found[key] = self._find(key) if key in self._spans else None
        found = self._found[key]
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return (key for key in self._spans if self.get(key) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:  # without counting all of them
        return next(iter(self), None) is not None

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.get(key) is not None


def _registering(history: History, release: Release) -> Callable[[str], Registration | None]:
    public = history.engine == TRANSFORMERS

    def find(name: str) -> Registration | None:
        state = history.state(name, release.version)
        if state is None or state.runs_as is not None:
            return None
        category = state.category
        return Registration(
            name=name,
            file=state.file,
            place=place_from(state.at, state.since, release),
            defined_in="",
            category=Category(category) if category is not None and not public else None,
            category_source=f"the history of {history.engine}" if category is not None else None,
            groups=() if public else state.groups,
            transformers=transformers_facts(state) if public else None,
        )

    return find


def _tables(history: History, release: Release) -> dict[str, Mapping[str, Fact]]:
    """The tables of the release: those that have a row in it."""
    found: dict[str, Mapping[str, Fact]] = {}
    for name, spans in history.tables.items():
        rows = _Looked(spans, _row(history, release, name))
        if name != IMPORT_FAILURES and next(iter(rows), None) is not None:
            found[name] = rows
    return found


def _row(history: History, release: Release, table: str) -> Callable[[str], Fact | None]:
    def find(key: str) -> Fact | None:
        state: RowState | None = history.row(table, key, release.version)
        if state is None:
            return None
        return Fact(key=key, place=place_from(state.at, state.since, release), value=state.value)

    return find


def _broken(
    history: History, release: Release, transformers: ReleaseFacts | None
) -> Mapping[str, Broken] | None:
    """The modules that cannot be imported with that transformers; None where nobody has looked, or that is unclear."""
    if release.imports is None or transformers is None or release.imports != transformers.version:
        return None
    found = {}
    for path in history.tables.get(IMPORT_FAILURES, {}):
        state = history.row(IMPORT_FAILURES, path, release.version)
        if state is None:
            continue
        match state.value:
            case {
                "reason": str(reason),
                "condition": condition,
                "certain": bool(certain),
                "through": list(through),
            }:
                found[path] = Broken(
                    reason=reason,
                    place=place_from(state.at, state.since, release),
                    condition=None if condition is None else str(condition),
                    certain=certain,
                    through=tuple(map(str, through)),
                )
            case _:  # of data that is handed in
                return None
    return found
