"""What a table claims, where it does, and what was found of it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archtrack.model import Place

__all__ = ["ENDING", "NOT_TRUE", "Claim", "Judged", "Lines", "Outcome", "Reach", "Read"]


class Outcome(str, Enum):
    """What becomes of a claim."""

    TRUE = "true"
    LATE = "late"
    """It says since which release, and an older one has it, too."""
    EARLY = "early"
    """It says since which release, and only a newer one has it."""
    WRONG = "wrong"
    UNSAID = "cannot be said"


NOT_TRUE = frozenset({Outcome.LATE, Outcome.EARLY, Outcome.WRONG})


class Reach(str, Enum):
    """Which releases a claim is about."""

    IN = "in"
    """That one release."""
    SINCE = "since"
    """The release, and all behind it."""
    WITHIN = "within"
    """The release, and those behind it up to one that is not read: ``~=0.9``, ``>=0.9,<1.0``."""
    AFTER = "after"
    """All behind the release."""
    BETWEEN = "between"
    """Those behind the release up to one that is not read: ``>0.9,<1.0``."""


ENDING = frozenset({Reach.WITHIN, Reach.BETWEEN})
"""What is no claim about the newest release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One thing that a table says of an architecture or a model.

    Attributes:
        name: as the table has it.
        line: of the name, or of the cell that says it; from 1.
        column: of its first character; from 1.
        is_model: the name is that of a model, not of an architecture.
        engine: the engine that the table names; None where it names none.
        release: the release that it names, as it writes it; None where it names none.
        reach: which releases it is about.
        feature: a key of ``core.verdict.features.TITLES``; None where it is about the architecture itself.
        holds: what it claims: that the engine has it, or that it has not.
        unclear: why what it says is not understood; None where it is.
        unread: a version that stands beside it and is not read, in words: it may not be called true. None where none
            does.
        where: the characters (from, to) that would have to change; None where nothing can be.
        yes_and_no: what would stand there for a yes and for a no; None where a release stands there.
    """

    name: str
    line: int
    column: int
    is_model: bool = False
    engine: str | None = None
    release: str | None = None
    reach: Reach = Reach.IN
    feature: str | None = None
    holds: bool = True
    unclear: str | None = None
    unread: str | None = None
    where: tuple[int, int] | None = None
    yes_and_no: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A claim, and what was found of it.

    Attributes:
        claim: the claim.
        outcome: what becomes of it.
        why: in words.
        engine: the engine that was asked; None where none is meant.
        version: the release of it that was asked; None where none could be.
        since: since which release the engine has it, for a claim that says so; None where that is not known exactly.
        place: the evidence; None where there is none.
        instead: what has to stand at ``claim.where`` for the claim to be true; None where that cannot be told.
    """

    claim: Claim
    outcome: Outcome
    why: str
    engine: str | None = None
    version: str | None = None
    since: str | None = None
    place: Place | None = None
    instead: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read of a file.

    Attributes:
        form: ``markdown``, ``list``, ``python``, ``json`` or ``yaml``.
        claims: in the order in which they stand there.
        passed_over: what was not read: columns that say nothing that is known here, or what another one says, and those
            of tables that stand where none is read; where there is no claim at all, the
            first of the columns or keys that there are.
    """

    form: str
    claims: tuple[Claim, ...]
    passed_over: tuple[str, ...] = ()


class Lines:
    """From the place of a character in a text to its line and column, both from 1."""

    def __init__(self, starts: list[int]) -> None:
        """Of the places where the lines begin, the first being 0."""
        self._starts = starts

    def at(self, place: int) -> tuple[int, int]:
        """The line and the column."""
        line = bisect_right(self._starts, place)
        return line, place - self._starts[line - 1] + 1

    def place(self, line: int, offset: int) -> int:
        """The place of a character, by its line (from 1) and how many stand before it there."""
        return self._starts[line - 1] + offset
