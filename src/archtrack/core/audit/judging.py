"""What becomes of a claim, by what is known of the releases that it is about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .claims import ENDING, Judged, Outcome, Reach

if TYPE_CHECKING:
    from archtrack.model import Place

    from .claims import Claim

__all__ = ["Begin", "Standing", "judge_release", "judge_since", "unsaid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a release of an engine stands to what is claimed.

    Attributes:
        engine: its name.
        version: the release.
        has: whether it has it; None where that cannot be told.
        why: in words.
        place: the evidence.
        sure: what the name means is known, not guessed: a guess may confirm a claim, and contradicts none.
    """

    engine: str
    version: str
    has: bool | None
    why: str
    place: Place | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """The release with which an engine begins to have something, up to now or until that ended.

    Attributes:
        version: the release.
        exact: the one before it is known not to have it.
        place: the evidence.
        behind: it stands behind the release that is claimed.
        until: the last release that has it; empty where there is no end.
        before: the release that is claimed has it, too, until this one, and others between them have not; None where
            that is not so.
    """

    version: str
    exact: bool
    place: Place | None
    behind: bool
    until: str = ""
    before: str | None = None


def unsaid(claim: Claim, why: str, engine: str | None = None, version: str | None = None) -> Judged:
    """A claim of which nothing can be said."""
    return Judged(claim=claim, outcome=Outcome.UNSAID, why=why, engine=engine, version=version)


def judge_release(claim: Claim, standing: Standing) -> Judged:
    """A claim about one release."""
    outcome = Outcome.TRUE if standing.has == claim.holds else Outcome.WRONG
    instead = None
    if claim.yes_and_no is not None and standing.has is not None:
        instead = claim.yes_and_no[0 if standing.has else 1]
    return _judged(claim, standing, outcome, standing.why, instead=instead)


def judge_since(
    claim: Claim, standing: Standing, before: Standing | None, newest: Standing, begin: Begin | None
) -> Judged:
    """A claim about a release and all behind it.

    Args:
        claim: the claim.
        standing: how the first of these releases stands.
        before: how the release before it does; None where none is known.
        newest: how the last of them does.
        begin: with which release that begins; None where no release has it.
    """
    engine = standing.engine
    if standing.has is None:
        return _judged(claim, standing, Outcome.UNSAID, standing.why)
    if begin is None or not (standing.has or begin.behind):
        return _judged_nowhere(claim, standing, newest, begin)
    if newest.has is False and claim.reach not in ENDING:
        return _judged(claim, newest, Outcome.WRONG, newest.why)
    words = f"{engine} has it since {begin.version}"
    if begin.behind:
        found = words if begin.exact else f"{engine} {begin.version} has it"
        why = standing.why if begin.before is None else f"{engine} had it until {begin.before}"
        return _judged(claim, standing, Outcome.EARLY, f"{why}; {found}", begin=begin)
    if begin.version != standing.version:
        why = words if begin.exact else f"{engine} {begin.version} has it already"
        return _judged(claim, standing, Outcome.LATE, why, begin=begin)
    if not begin.exact:
        older = "" if before is None else f": {before.why}"
        why = f"{engine} {standing.version} has it; whether an older one does is not known{older}"
        return _judged(claim, standing, Outcome.UNSAID, why)
    if not begin.until:
        return _judged(claim, standing, Outcome.TRUE, words, begin=begin)
    left = f"{words} until {begin.until}; up to which release it is claimed is not read"
    if claim.reach not in ENDING:
        left = f"{words}; whether {newest.engine} {newest.version} still has it is not known: {newest.why}"
    return _judged(claim, standing, Outcome.UNSAID, left)


def _judged_nowhere(claim: Claim, standing: Standing, newest: Standing, begin: Begin | None) -> Judged:
    """A claim about a release that does not have it, as none behind it does."""
    if newest.has is None:
        return _judged(claim, newest, Outcome.UNSAID, f"{standing.why}; {newest.why}")
    if begin is not None:
        return _judged(claim, newest, Outcome.WRONG, newest.why)
    why = f"{standing.why}; no release behind it has it either"
    return _judged(claim, standing, Outcome.WRONG, why)


def _judged(
    claim: Claim,
    standing: Standing,
    outcome: Outcome,
    why: str,
    *,
    begin: Begin | None = None,
    instead: str | None = None,
) -> Judged:
    if standing.has is None:
        outcome = Outcome.UNSAID
    elif not standing.sure and outcome is not Outcome.TRUE:
        outcome, why = Outcome.UNSAID, f"{why}; but what `{claim.name}` is, is a guess"
    since = begin.version if begin is not None and begin.exact else None
    place = standing.place if begin is None else begin.place
    if (
        begin is not None
        and place is not None
        and place.release is None
        and begin.version != standing.version
    ):
        place = replace(place, release=begin.version)
    # Behind the release of an "after" the next one follows: no release put in its place makes it right. And what
    # stands beside a bound moves that, or leaves nothing below it.
    right = instead if begin is None else since if claim.reach is Reach.SINCE else None
    return Judged(
        claim=claim,
        outcome=outcome,
        why=why,
        engine=standing.engine,
        version=standing.version,
        since=since,
        place=place,
        instead=None if outcome is Outcome.UNSAID else right,
    )
