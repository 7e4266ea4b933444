"""What is said of a GGUF file besides a verdict: since which release it runs, and what it may have been made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archtrack.core.history.history import Span, State
from archtrack.core.history.spans import SpanBounds
from archtrack.core.verdict.checkpoint import only_named
from archtrack.engines import load_engine
from archtrack.engines.base import MakesGguf
from archtrack.model import Status

from .history.release_facts import facts_at
from .presence import RUNS, Presence, is_plugin, presence_of, verdict_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archtrack.core.history.history import History, Release
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import LoadOptions, ReleaseFacts
    from archtrack.core.verdict.verdict import Verdict

    from .history.store import Histories

__all__ = ["MadeFrom", "made_from", "with_span"]

_MOST = 40
"""Architectures that a GGUF architecture is made from; the converter has two dozen for `llama`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFrom:
    """An architecture whose checkpoints become files like the one that is asked about.

    Attributes:
        architecture: its name.
        presences: what the engines that do not run the file do with the original checkpoint, by its name alone.
    """

    architecture: str
    presences: tuple[Presence, ...]


def made_from(
    gguf_architecture: str,
    histories: Histories,
    idle: Sequence[tuple[ReleaseFacts, tuple[History, Release] | None]],
) -> tuple[MadeFrom, ...]:
    """What a GGUF file may have been made from, and what the engines that do not run it do with that.

    What most engines have comes first.

    Args:
        gguf_architecture: of the file.
        histories: of every engine; those that make GGUF files know what becomes of which architecture.
        idle: the releases that do not run the file, each with its history, as ``presence_of`` takes them.
    """
    names = [
        name
        for engine in histories.engines
        if isinstance(converter := load_engine(engine), MakesGguf)
        and (history := histories.get(engine)) is not None
        for name in converter.made_from(gguf_architecture, history)
    ]
    found = [
        MadeFrom(
            architecture=name,
            presences=tuple(presence_of(only_named(name), facts, known) for facts, known in idle),
        )
        for name in list(dict.fromkeys(names))[:_MOST]
    ]
    known = [
        history
        for engine in histories.engines
        if not is_plugin(engine) and (history := histories.get(engine)) is not None
    ]
    return tuple(
        sorted(found, key=lambda each: -sum(each.architecture in history.registered for history in known))
    )


def with_span(
    presence: Presence,
    checkpoint: Checkpoint,
    known: tuple[History, Release],
    histories: Histories,
    options: LoadOptions,
) -> Presence:
    """The same with the run of releases that run the GGUF file, each with the transformers that counts for it.

    No registry says since when, as a GGUF file goes through tables of two packages. So releases are asked one by one.
    An engine that looks the GGUF architecture itself up has told its span.

    Args:
        presence: what the release does with it.
        checkpoint: of the file.
        known: the history of the engine and the release in it.
        histories: of every engine.
        options: how the engine is told to load it.
    """
    if presence.verdict.key == checkpoint.gguf_architecture:
        return presence
    bounds = _Releases(checkpoint, known[0], histories, options).span_at(known[1])
    gone = presence.status is Status.UNSUPPORTED and bounds is not None and bounds.last is not None
    return replace(
        presence,
        status=Status.GONE if gone else presence.status,
        bounds=bounds,
        key=None if bounds is None else checkpoint.gguf_architecture,
    )


class _Releases:
    """The releases of an engine, asked about one GGUF file."""

    def __init__(
        self, checkpoint: Checkpoint, history: History, histories: Histories, options: LoadOptions
    ) -> None:
        self._checkpoint = checkpoint
        self._history = history
        self._histories = histories
        self._options = options
        self._verdicts: dict[int, Verdict | None] = {}

    def span_at(self, release: Release) -> SpanBounds | None:
        """The span that holds a release, else the last one before it; None where none before runs the file."""
        history, at = self._history, self._history.positions[release.version]
        last = next((place for place in range(at, -1, -1) if self._runs(place)), None)
        if last is None:
            return None
        first = self._end(last, -1)
        last = self._end(last, 1)
        end = len(history.releases) - 1
        verdict = self._verdict(first)
        place = None if verdict is None else verdict.because.place
        state = State(
            since=history.releases[first].version,
            file="" if place is None else place.file,
            at="" if place is None else str(place),
        )
        return SpanBounds(
            span=Span(first=state.since, last=None, states=(state,), examples=()),
            first=history.releases[first],
            first_exact=history.whole if first == 0 else self._is_told(first - 1),
            last=None if last == end else history.releases[last],
            last_exact=last == end or self._is_told(last + 1),
        )

    def _end(self, place: int, step: int) -> int:
        """The last release on that side which runs the file; releases of which it is not told do not end the run."""
        found, other = place, place + step
        while 0 <= other < len(self._history.releases):
            if self._runs(other):
                found = other
            elif self._is_told(other):
                break
            other += step
        return found

    def _verdict(self, place: int) -> Verdict | None:
        """What a release does with the file; None where it could not be read."""
        release = self._history.releases[place]
        if place not in self._verdicts:
            self._verdicts[place] = (
                verdict_of(self._checkpoint, facts_at(self._history, release, self._histories), self._options)
                if release.unknown is None
                else None
            )
        return self._verdicts[place]

    def _runs(self, place: int) -> bool:
        verdict = self._verdict(place)
        return verdict is not None and verdict.status in RUNS

    def _is_told(self, place: int) -> bool:
        """Whether it is known what a release does with the file."""
        verdict = self._verdict(place)
        return verdict is not None and verdict.status is not Status.UNKNOWN
