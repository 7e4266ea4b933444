"""From what each release registers to spans of releases, and back; and the bounds of a span.

``spans_of`` and ``entries_of`` undo each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .history import REGISTRY, ExampleState, Span, State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from .history import Entry, History, Release

__all__ = [
    "SpanBounds",
    "bounds_at",
    "entries_of",
    "has_and_had",
    "row_bounds_at",
    "row_span_bounds",
    "span_bounds",
    "spans_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanBounds:
    """Where a span begins and ends, and whether that is exact.

    Attributes:
        span: the span.
        first: its first release.
        first_exact: the release before is known not to have the architecture.
        last: its last release, None where the newest one has it.
        last_exact: the release after is known not to have the architecture, or there is no end.
    """

    span: Span
    first: Release
    first_exact: bool
    last: Release | None
    last_exact: bool

    @property
    def since(self) -> str:
        """The first release; ``≤`` where an earlier one may have had it."""
        return self.first.version if self.first_exact else f"≤{self.first.version}"

    @property
    def until(self) -> str:
        """The last release; ``≥`` where a later one may have it; empty where there is no end."""
        if self.last is None:
            return ""
        return self.last.version if self.last_exact else f"≥{self.last.version}"


def spans_of(
    releases: Sequence[Release], found: Mapping[str, Mapping[str, Entry]]
) -> dict[str, tuple[Span, ...]]:
    """The spans of every architecture.

    Args:
        releases: every release, oldest version first.
        found: version -> architecture -> entry, for each release that tells what it registers.

    Returns:
        Name -> spans, sorted by name.
    """
    telling = [release for release in releases if REGISTRY not in release.silent]
    known = [release.version for release in telling if release.unknown is None]
    newest = telling[-1].version if telling else None
    names = sorted({name for version in known for name in found[version]})
    return {name: tuple(_spans(name, known, found, newest)) for name in names}


def entries_of(history: History) -> dict[str, dict[str, Entry]]:
    """What each release that was read registers: the reverse of ``spans_of``.

    The lines in an entry are exact only for the release with which its state or its example begins.
    """
    found: dict[str, dict[str, Entry]] = {
        release.version: {} for release in history.releases if release.tells(REGISTRY)
    }
    for name, spans in history.registered.items():
        for span in spans:
            end = len(history.releases) if span.last is None else history.positions[span.last] + 1
            starts = sorted({history.positions[version] for version in span.changes})
            for start, stop in zip(starts, [*starts[1:], end], strict=True):
                entry = history.entry(span, start)
                for release in history.releases[start:stop]:
                    if release.tells(REGISTRY):
                        found[release.version][name] = entry
    return found


def span_bounds(history: History, name: str) -> Iterator[SpanBounds]:
    """The bounds of an architecture's spans, oldest first."""
    return (_bounds(history, span, REGISTRY) for span in history.registered.get(name, ()))


def bounds_at(history: History, name: str, release: Release) -> SpanBounds | None:
    """The bounds of the span that holds a release, or of the last one before it; None if there is none."""
    return _last_begun(history, span_bounds(history, name), release)


def row_bounds_at(history: History, table: str, key: str, release: Release) -> SpanBounds | None:
    """As ``bounds_at``, of a row of a table."""
    return _last_begun(history, row_span_bounds(history, table, key), release)


def row_span_bounds(history: History, table: str, key: str) -> Iterator[SpanBounds]:
    """As ``span_bounds``, of a row of a table; its states have the file of their line."""
    spans = (
        Span(
            first=row.first,
            last=row.last,
            states=tuple(
                State(since=each.since, file=each.at.rpartition(":")[0] or each.at, at=each.at)
                for each in row.states
            ),
        )
        for row in history.tables.get(table, {}).get(key, ())
    )
    return (_bounds(history, span, table) for span in spans)


def _bounds(history: History, span: Span, what: str) -> SpanBounds:
    """The bounds of a span of the registry (``REGISTRY``) or of a table."""
    begin = history.positions[span.first]
    last = None if span.last is None else history.positions[span.last]
    after = None if last is None else history.releases[last + 1 : last + 2]
    return SpanBounds(
        span=span,
        first=history.releases[begin],
        first_exact=history.whole if begin == 0 else _follows(history, begin, begin - 1, what),
        last=None if last is None else history.releases[last],
        last_exact=last is None or not after or _follows(history, last + 1, last + 1, what),
    )


def _follows(history: History, at: int, other: int, what: str) -> bool:
    """Whether the release at an index comes right after the one before it, and it is known what another one has."""
    before, after = history.releases[at - 1].version, history.releases[at].version
    known = history.releases[other]
    return known.tells(what) and not known.unresolved and history.numbering.is_next(before, after)


def _last_begun(history: History, every: Iterable[SpanBounds], release: Release) -> SpanBounds | None:
    place = history.positions[release.version]
    begun = [bounds for bounds in every if history.positions[bounds.first.version] <= place]
    return begun[-1] if begun else None


def has_and_had(run_as: Collection[str | None]) -> tuple[str, str]:
    """The verb for an engine that has an architecture, and for one that had it.

    Args:
        run_as: all that it is run as: as in ``State``, each once, None for its own name.
    """
    if len(run_as) > 1:
        return "has it", "had it"
    (other,) = run_as
    return (
        ("registers it", "registered it") if other is None else (f"runs it as {other}", f"ran it as {other}")
    )


def _spans(
    name: str, known: Sequence[str], found: Mapping[str, Mapping[str, Entry]], newest: str | None
) -> Iterator[Span]:
    states: list[State] = []
    examples: list[ExampleState] = []
    first = last = ""
    for version in known:
        entry = found[version].get(name)
        if entry is None:
            if states:
                yield Span(first=first, last=last, states=tuple(states), examples=tuple(examples))
                states, examples = [], []
            continue
        state = State(
            since=version,
            file=entry.file,
            at=entry.at,
            groups=entry.groups,
            compatible=entry.compatible,
            category=entry.category,
            runs_as=entry.runs_as,
            settable=entry.settable,
            flex=entry.flex,
            model_type=entry.model_type,
        )
        if not states:
            first = version
        if not states or _differs(states[-1], state):
            states.append(state)
        if entry.example != (examples[-1].example if examples else None):
            examples.append(ExampleState(since=version, example=entry.example, at=entry.example_at))
        last = version
    if states:
        end = None if last == newest else last
        yield Span(first=first, last=end, states=tuple(states), examples=tuple(examples))


def _differs(before: State, after: State) -> bool:
    """Whether anything but the line has changed."""
    return _kept(before) != _kept(after)


def _kept(state: State) -> tuple[object, ...]:
    """A state without its line. If it runs as another one, the path of that line is not ``file`` and counts too."""
    path = state.at.rpartition(":")[0] if state.runs_as is not None else None
    facts = (state.compatible, state.settable, state.flex, state.model_type)
    return state.file, state.groups, facts, state.category, state.runs_as, path
