"""What would open the gate that stopped a checkpoint: another release of the engine, or of transformers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.verdict.release_facts import MODEL_TYPES
from archtrack.model import Gate, Status

from .history.counting import TRANSFORMERS, allowed_release
from .history.release_facts import counting_release, facts_at
from .presence import presence_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.core.history.history import History, Release
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import LoadOptions, ReleaseFacts

    from .history.store import Histories
    from .presence import Presence

__all__ = ["RUNS", "remedy_of"]

RUNS = frozenset((Status.NATIVE, Status.FALLBACK))
"""What an engine does with a checkpoint that gets through every gate."""


def remedy_of(
    presence: Presence,
    checkpoint: Checkpoint,
    history: History | None,
    histories: Histories,
    options: LoadOptions,
    facts: ReleaseFacts,
) -> str | None:
    """What to do, in words; None where the checkpoint runs, or nothing is known to help.

    Args:
        presence: what the release does.
        checkpoint: what it was asked about.
        history: of the engine; None where there is none.
        histories: of the other engines.
        options: how the engine is told to load it.
        facts: of the release.
    """
    if presence.status in RUNS:
        return None
    if history is None:
        return presence.verdict.fix
    at = _position(presence, history)
    ways = (
        _counting(presence, checkpoint, history, histories, options, facts),
        _releases(presence, checkpoint, history, histories, options, at),
        _newer_transformers(presence, checkpoint, history, histories, options, facts),
    )
    return next((each for way in ways for each in way), presence.verdict.fix)


def _position(presence: Presence, history: History) -> int:
    """Where the release stands in the history; behind all of it for one that the history does not have."""
    return history.positions.get(presence.version or "", len(history.releases))


def _releases(
    presence: Presence,
    checkpoint: Checkpoint,
    history: History,
    histories: Histories,
    options: LoadOptions,
    at: int,
) -> Iterator[str]:
    """The first release after this one whose gates are all open, else the last one before it."""

    def runs(release: Release) -> bool:
        if release.unknown is not None:
            return False
        facts = facts_at(history, release, histories)
        if release.transformers is not None and facts.transformers is None:
            return False  # it pins a transformers of which nothing is known: nobody followed its gates
        return presence_of(checkpoint, facts, (history, release), options).status in RUNS

    later = next((each for each in history.releases[at + 1 :] if runs(each)), None)
    if later is not None:
        yield f"upgrade to {history.engine} {later.version}"
    elif presence.bounds is not None and presence.bounds.last is not None and runs(presence.bounds.last):
        yield f"use {history.engine} {presence.bounds.last.version}, the last release that has it"


def _counting(
    presence: Presence,
    checkpoint: Checkpoint,
    history: History,
    histories: Histories,
    options: LoadOptions,
    facts: ReleaseFacts,
) -> Iterator[str]:
    """The transformers that counts for the release, where it was asked about with another one."""
    library = histories.get(TRANSFORMERS)
    release = history.release(presence.version or "")
    if library is None or release is None or release.unknown is not None or facts.transformers is None:
        return
    counting = counting_release(release, library)
    if counting is None or counting.version == facts.transformers.version:
        return
    if _runs_with(counting, checkpoint, (history, release), histories, options):
        yield f"install transformers {counting.version}, which counts for {history.engine} {release.version}"


def _newer_transformers(
    presence: Presence,
    checkpoint: Checkpoint,
    history: History,
    histories: Histories,
    options: LoadOptions,
    facts: ReleaseFacts,
) -> Iterator[str]:
    """The first transformers that knows the model type, if the release allows it and runs the checkpoint with it."""
    library = histories.get(TRANSFORMERS)
    release = history.release(presence.version or "")
    if library is None or release is None or release.unknown is not None or facts.transformers is None:
        return
    spans = library.tables.get(MODEL_TYPES, {}).get(checkpoint.model_type or "", ())
    first = library.release(spans[0].first) if spans and presence.gate is Gate.CONFIG else None
    own = library.positions.get(facts.transformers.version or "", -1)
    if first is None or library.positions[first.version] <= own:
        return
    allowed = allowed_release(release.transformers, None, [first]) is not None
    if allowed and _runs_with(first, checkpoint, (history, release), histories, options):
        yield f"install transformers ≥ {first.version}"


def _runs_with(
    transformers: Release,
    checkpoint: Checkpoint,
    known: tuple[History, Release],
    histories: Histories,
    options: LoadOptions,
) -> bool:
    tried = facts_at(*known, histories, transformers)
    return presence_of(checkpoint, tried, known, options).status in RUNS
