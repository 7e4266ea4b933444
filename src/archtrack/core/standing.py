"""How an architecture stands with an engine, by the engine's history: has it, had it, never had it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from .edges import last_begun

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from .edges import Edge
    from .history import History, Release

__all__ = ["Difference", "Standing", "StandingKind", "difference", "having", "stands"]


class StandingKind(str, Enum):
    """How an architecture stands with the newest release of an engine, or with another one."""

    NATIVE = "native"
    FALLBACK = "fallback"
    REFUSED = "refused"
    GONE = "gone"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one architecture stands with one release of an engine.

    Attributes:
        engine: the engine.
        kind: ``native``: the release registers it, or runs it as one that it registers; ``fallback`` and
            ``refused``: it does not, and its Transformers backend takes it or turns it away; ``gone``: an older release
            did; ``absent``: none did; ``unknown``: what was not found may be there all the same, or what the backend
            does with it is not known.
        release: the release that is meant.
        edge: the span that holds the release, or the last one before it; None where there is none.
        runs_as: the architecture that the release runs in its place, where it does not register the name itself.
        because: why the Transformers backend does or does not, or why it is not known; ``runs_as`` in words; None
            elsewhere.
    """

    engine: str
    kind: StandingKind
    release: Release
    edge: Edge | None = None
    runs_as: str | None = None
    because: str | None = None

    @classmethod
    def native(
        cls, engine: str, release: Release, *, edge: Edge | None = None, runs_as: str | None = None
    ) -> Standing:
        """That of an architecture that the release registers, or runs as another."""
        because = f"runs as {runs_as}" if runs_as is not None else None
        return cls(
            engine=engine,
            kind=StandingKind.NATIVE,
            release=release,
            edge=edge,
            runs_as=runs_as,
            because=because,
        )


def having(run_as: Collection[str | None]) -> tuple[str, str]:
    """How an engine has an architecture, in words of today and of the past, by all that it is run as.

    Args:
        run_as: as in ``State``, each once; with None for its own name.
    """
    if len(run_as) > 1:
        return "has it", "had it"
    (other,) = run_as
    return (
        ("registers it", "registered it") if other is None else (f"runs it as {other}", f"ran it as {other}")
    )


def stands(name: str, history: History, release: Release) -> Standing:
    """How an architecture stands with a release that was read; nothing is said of a Transformers backend."""
    place = history.places[release.version]
    last = last_begun(history, name, release)
    if last is not None and (last.last is None or place <= history.places[last.last.version]):
        runs_as = history.entry(name, last.span, place).runs_as
        return Standing.native(history.engine, release, edge=last, runs_as=runs_as)
    if release.unresolved:
        because = f"{release.unresolved} places of {release.version} could not be read"
        return Standing(
            engine=history.engine, kind=StandingKind.UNKNOWN, release=release, edge=last, because=because
        )
    kind = StandingKind.ABSENT if last is None else StandingKind.GONE
    return Standing(engine=history.engine, kind=kind, release=release, edge=last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a release of one engine has and one of another lacks, and the other way round.

    Attributes:
        here: (how it stands here, how it stands there) of each architecture that only the first one has, by name.
        there: the same of each that only the second one has: (how it stands there, how it stands here).
        both: the names that both have.
    """

    here: tuple[tuple[str, Standing, Standing], ...]
    there: tuple[tuple[str, Standing, Standing], ...]
    both: tuple[str, ...]


def difference(one: tuple[History, Release], other: tuple[History, Release]) -> Difference:
    """Compare what two releases register or run as another; names sorted."""
    mine, theirs = one[0].at(one[1].version).keys(), other[0].at(other[1].version).keys()
    return Difference(
        here=tuple(_pairs(mine - theirs, one, other)),
        there=tuple(_pairs(theirs - mine, other, one)),
        both=tuple(sorted(mine & theirs)),
    )


def _pairs(
    names: Iterable[str], having: tuple[History, Release], lacking: tuple[History, Release]
) -> Iterable[tuple[str, Standing, Standing]]:
    for name in sorted(names):
        yield name, stands(name, *having), stands(name, *lacking)
