"""What a name means, by the histories: an architecture, a model type, or nothing that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.verdict.checkpoint import Checkpoint, only_named
from archtrack.core.verdict.release_facts import MODEL_TYPES

from .history.counting import TRANSFORMERS
from .presence import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.core.history.history import History

    from .history.store import Histories

__all__ = ["Names"]

_ASKED = ("CAUSAL_LM", "IMAGE_TEXT_TO_TEXT")
"""AutoModelForCausalLM and AutoModelForImageTextToText: what they give for a type is what somebody means by it."""


class Names:
    """The names that the histories know."""

    def __init__(self, histories: Histories) -> None:
        """Look at nothing yet."""
        self._histories = histories

    def is_architecture(self, name: str) -> bool:
        """Whether a release of an engine or of transformers registers it."""
        return any(history.key == "architecture" and name in history.registered for history in self._all())

    def architectures_of(self, name: str) -> tuple[str, ...] | None:
        """The architectures of a model type; None for what is no known model type.

        They are those that AutoModelForCausalLM and AutoModelForImageTextToText give, in the last release of
        transformers that knows the type. A type that only an engine knows has none.
        """
        library = self._histories.get(TRANSFORMERS)
        spans = () if library is None else library.tables.get(MODEL_TYPES, {}).get(name, ())
        if spans:
            classes = (spans[-1].states[-1].value or {}).get("classes", {})
            return tuple(dict.fromkeys(classes[table] for table in _ASKED if table in classes))
        known = any(
            name
            in (history.registered if history.key == "model type" else history.tables.get(MODEL_TYPES, {}))
            for history in self._all()
        )
        return () if known else None

    def checkpoints(self, name: str) -> tuple[Checkpoint, ...]:
        """What is known of a checkpoint by a name: of a model type one per architecture, else the architecture."""
        types = None if self.is_architecture(name) else self.architectures_of(name)
        if types is None:
            return (only_named(name),)
        named: list[tuple[str, ...]] = [(each,) for each in types] or [()]
        return tuple(Checkpoint(architectures=each, model_type=name, given=False) for each in named)

    def keys(self, name: str, history: History) -> tuple[str, ...]:
        """What an engine looks a name up by: an architecture by itself or its type, a type by its architectures."""
        if name in history.registered:
            return (name,)
        if history.key == "architecture":
            return (name,) if self.is_architecture(name) else self.architectures_of(name) or (name,)
        return (key_of(name, history, self._histories),)

    def architectures(self) -> frozenset[str]:
        """Every architecture that is known."""
        return frozenset(
            name for history in self._all() if history.key == "architecture" for name in history.registered
        )

    def model_types(self) -> frozenset[str]:
        """Every model type that is known."""
        return frozenset(
            name
            for history in self._all()
            for name in (
                *(history.registered if history.key == "model type" else ()),
                *history.tables.get(MODEL_TYPES, {}),
            )
        )

    def _all(self) -> Iterator[History]:
        for engine in self._histories.engines:
            history = self._histories.get(engine)
            if history is not None:
                yield history
