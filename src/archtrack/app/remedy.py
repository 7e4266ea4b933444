"""What would open the gate that stopped a checkpoint: another release of the engine, or of transformers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.core.verdict.release_facts import GGUF_ARCHITECTURES, MODEL_TYPES
from archtrack.model import Gate, Status

from .history.counting import TRANSFORMERS, allowed_release
from .history.release_facts import counting_release, facts_at
from .presence import RUNS, adds_nothing, presence_of

if TYPE_CHECKING:
    from archtrack.core.history.history import History, Release
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import LoadOptions, ReleaseFacts

    from .history.store import Histories
    from .presence import Presence

__all__ = ["remedy_of"]


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
    if presence.status in RUNS or adds_nothing(presence):
        return None
    if history is None:
        return presence.verdict.fix
    asked = _Asked(presence, checkpoint, history, histories, options, facts)
    # What opens the gate of this release is better than the older one that had none.
    own = presence.verdict.fix if presence.status is Status.GONE else None
    return (
        asked.counting_transformers()
        or own
        or asked.other_release()
        or asked.newer_transformers()
        or presence.verdict.fix
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A checkpoint that a release does not run, and the ways out: each in words, None where it does not help."""

    presence: Presence
    checkpoint: Checkpoint
    history: History
    histories: Histories
    options: LoadOptions
    facts: ReleaseFacts

    def counting_transformers(self) -> str | None:
        """The transformers that counts for the release, where it was asked about with another one."""
        library, release = self.histories.get(TRANSFORMERS), self._known_release()
        if library is None or release is None or self.facts.transformers is None:
            return None
        if facts_at(self.history, release, self.histories) is self.facts:
            return None  # it was asked about with that one
        counting = counting_release(release, library)
        if counting is None or counting.version == self.facts.transformers.version:
            return None
        if not self._runs(release, counting):
            return None
        return f"install transformers {counting.version}, which counts for {self.history.engine} {release.version}"

    def other_release(self) -> str | None:
        """The first release after this one whose gates are all open, else the last one before it."""
        history, bounds = self.history, self.presence.bounds
        # A release that the history does not have stands behind all of it.
        at = history.positions.get(self.presence.version or "", len(history.releases))
        later = next((each for each in history.releases[at + 1 :] if self._runs(each)), None)
        if later is not None:
            return f"upgrade to {history.engine} {later.version}"
        if bounds is not None and bounds.last is not None and self._runs(bounds.last):
            return f"use {history.engine} {bounds.last.version}, the last release that has it"
        return None

    def newer_transformers(self) -> str | None:
        """The first transformers that knows the model type or GGUF architecture, if the release runs it with that."""
        library, release = self.histories.get(TRANSFORMERS), self._known_release()
        if library is None or release is None or self.facts.transformers is None:
            return None
        of_file = self.checkpoint.gguf_architecture
        table, key = (
            (MODEL_TYPES, self.checkpoint.model_type) if of_file is None else (GGUF_ARCHITECTURES, of_file)
        )
        spans = library.tables.get(table, {}).get(key or "", ())
        first = library.release(spans[0].first) if spans and self.presence.gate is Gate.CONFIG else None
        own = library.positions.get(self.facts.transformers.version or "", -1)
        if first is None or library.positions[first.version] <= own:
            return None
        allowed = allowed_release(release.transformers, None, [first]) is not None
        return f"install transformers ≥ {first.version}" if allowed and self._runs(release, first) else None

    def _known_release(self) -> Release | None:
        """The release that was asked about, where the history has read it."""
        release = self.history.release(self.presence.version or "")
        return None if release is None or release.unknown is not None else release

    def _runs(self, release: Release, transformers: Release | None = None) -> bool:
        """Whether a release runs the checkpoint, with the transformers that counts for it or with another one."""
        if release.unknown is not None:
            return False
        facts = facts_at(self.history, release, self.histories, transformers)
        if release.transformers is not None and facts.transformers is None:
            return False  # it pins a transformers of which nothing is known: nobody followed its gates
        known = self.history, release
        return presence_of(self.checkpoint, facts, known, self.options).status in RUNS
