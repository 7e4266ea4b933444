"""The outcome of a load path, and the one way to put it together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archtrack.model import Gate, Place, Status

__all__ = ["Step", "Steps", "Verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a load path.

    Attributes:
        text: what was found, in a sentence.
        source: whose file ``place`` is in: the engine's name or ``transformers``; None for the config itself.
        place: the evidence.
    """

    text: str
    source: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an engine does with a checkpoint, and how that is known.

    Attributes:
        status: the answer.
        asked: the architectures that the checkpoint names.
        resolved: what the engine runs: an architecture, or of MLX-LM a module of models; None where it runs none, or
            where only a config would tell.
        because: the step that decided.
        steps: what led there, in order.
        gate: the gate that stopped it; None where nothing did.
        fix: what would open that gate without another release of the engine; None where nothing is known to.
        key: what the registry was asked for in the end, by which the history says since when; None for nothing.
    """

    status: Status
    asked: tuple[str, ...]
    resolved: str | None
    because: Step
    steps: tuple[Step, ...]
    gate: Gate | None = None
    fix: str | None = None
    key: str | None = None


class Steps:
    """The steps of one load path in the making.

    ``say`` adds a step; ``verdict`` ends the path with one that decides.
    """

    def __init__(self, engine: str, asked: tuple[str, ...]) -> None:
        """Begin the path of a checkpoint that names these architectures."""
        self.engine = engine
        self._asked = asked
        self.steps: list[Step] = []

    def say(self, text: str, place: Place | None = None, source: str | None = None) -> Step:
        """Add a step; the place is in the engine's files unless ``source`` says whose."""
        step = Step(text=text, source=source or (self.engine if place is not None else None), place=place)
        self.steps.append(step)
        return step

    def verdict(
        self,
        status: Status,
        because: Step,
        *,
        gate: Gate | None = None,
        resolved: str | None = None,
        fix: str | None = None,
        key: str | None = None,
    ) -> Verdict:
        """The outcome, which one of the steps decided."""
        return Verdict(
            status=status,
            asked=self._asked,
            resolved=resolved,
            because=because,
            steps=tuple(self.steps),
            gate=gate,
            fix=fix,
            key=key,
        )
