"""From what each release registers to spans of releases, and back: two functions that undo each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .history import Naming, Span, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .history import Entry, History, Release

__all__ = ["categories_of", "entries_of", "spans_of"]


def spans_of(
    releases: Sequence[Release], found: Mapping[str, Mapping[str, Entry]]
) -> dict[str, tuple[Span, ...]]:
    """The spans of every architecture.

    Args:
        releases: every release, oldest version first.
        found: version -> architecture -> entry, for each release that is not unknown.

    Returns:
        Name -> spans, sorted by name.
    """
    known = [release.version for release in releases if release.unknown is None]
    newest = releases[-1].version if releases else None
    names = sorted({name for version in known for name in found[version]})
    return {name: tuple(_spans(name, known, found, newest)) for name in names}


def categories_of(releases: Sequence[Release], found: Mapping[str, Mapping[str, Entry]]) -> dict[str, str]:
    """Name -> the section by the last release that registers the name, where that has evidence; sorted by name."""
    last: dict[str, Entry] = {}
    for release in releases:
        if release.unknown is None:
            last.update(found[release.version])
    sections = ((name, last[name].category) for name in sorted(last))
    return {name: category for name, category in sections if category is not None}


def entries_of(history: History) -> dict[str, dict[str, Entry]]:
    """What each release that was read registers: the other way round.

    A place in an entry is exact only in the release with which its state or its naming begins.
    """
    found: dict[str, dict[str, Entry]] = {
        release.version: {} for release in history.releases if release.unknown is None
    }
    for name, spans in history.architectures.items():
        for span in spans:
            end = len(history.releases) if span.last is None else history.places[span.last] + 1
            starts = sorted({history.places[version] for version in span.changes})
            for start, stop in zip(starts, [*starts[1:], end], strict=True):
                entry = history.entry(name, span, start)
                for release in history.releases[start:stop]:
                    if release.unknown is None:
                        found[release.version][name] = entry
    return found


def _spans(
    name: str, known: Sequence[str], found: Mapping[str, Mapping[str, Entry]], newest: str | None
) -> Iterator[Span]:
    states: list[State] = []
    namings: list[Naming] = []
    first = last = ""
    for version in known:
        entry = found[version].get(name)
        if entry is None:
            if states:
                yield Span(first=first, last=last, states=tuple(states), namings=tuple(namings))
                states, namings = [], []
            continue
        state = State(
            since=version,
            file=entry.file,
            at=entry.at,
            groups=entry.groups,
            compatible=entry.compatible,
            runs_as=entry.runs_as,
        )
        if not states:
            first = version
        if not states or _differs(states[-1], state):
            states.append(state)
        if entry.example != (namings[-1].example if namings else None):
            namings.append(Naming(since=version, example=entry.example, at=entry.example_at))
        last = version
    if states:
        end = None if last == newest else last
        yield Span(first=first, last=end, states=tuple(states), namings=tuple(namings))


def _differs(before: State, after: State) -> bool:
    """Whether more than the line has changed."""
    return _kept(before) != _kept(after)


def _kept(state: State) -> tuple[object, ...]:
    """What a state says but for its line; of what runs as another, the path of that line is another than ``file``."""
    path = state.at.rpartition(":")[0] if state.runs_as is not None else None
    return state.file, state.groups, state.compatible, state.runs_as, path
