"""What the page asks of the newest release of each engine: the same questions as ``check``, to the same code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.app.feature_runs import feature_runs
from archtrack.app.gguf import with_span
from archtrack.app.history.release_facts import facts_at
from archtrack.app.presence import presence_of, presence_with
from archtrack.app.remedy import remedy_of
from archtrack.core.verdict.checkpoint import Checkpoint
from archtrack.core.verdict.release_facts import FEATURES, LoadOptions

if TYPE_CHECKING:
    from archtrack.app.history.store import Histories
    from archtrack.app.presence import Presence
    from archtrack.core.history.history import History, Release
    from archtrack.core.history.runs import Run

__all__ = ["Answers", "gguf_file"]

_NAMED = LoadOptions()


class Answers:
    """The answers of the newest release of every engine that has one."""

    def __init__(self, histories: Histories) -> None:
        """Ask nothing yet.

        Args:
            histories: of every engine.
        """
        self._histories = histories

    def architecture(self, name: str, history: History) -> Presence:
        """What the engine does with an architecture of which the name alone is known."""
        return presence_with(name, history, _newest(history), self._histories)

    def gguf(self, name: str, history: History) -> Presence:
        """What the engine does with a GGUF file of a model with this GGUF architecture."""
        known = history, _newest(history)
        presence = presence_of(gguf_file(name), facts_at(*known, self._histories), known)
        return with_span(presence, gguf_file(name), known, self._histories, _NAMED)

    def remedy(self, checkpoint: Checkpoint, history: History, presence: Presence) -> str | None:
        """What would help where the engine does not run a checkpoint; None where nothing is known to."""
        facts = facts_at(history, _newest(history), self._histories)
        return remedy_of(presence, checkpoint, history, self._histories, _NAMED, facts)

    def features(self, history: History, presence: Presence) -> tuple[tuple[str, Run | None], ...]:
        """Each feature that the engine has there, with the run of releases up to the newest that have it.

        There is no run where the engine runs the architecture by a class that is registered under another name.
        """
        key, here = presence.key, [each.name for each in presence.features if each.has]
        if key is None or FEATURES not in history.tables or key not in history.registered:
            return tuple((name, None) for name in here)
        runs = {name: feature_runs(name, key, history, self._histories) for name in here}
        return tuple((name, its[-1] if its and its[-1].lasts else None) for name, its in runs.items())


def gguf_file(name: str) -> Checkpoint:
    """A GGUF file of a model with this GGUF architecture."""
    return Checkpoint(architectures=(), plain=(("general.type", "model"),), gguf_architecture=name)


def _newest(history: History) -> Release:
    """The newest release that was read; a history without one is not asked."""
    if history.newest is None:
        raise LookupError(history.engine)
    return history.newest
