"""Whether an engine has an architecture, by the engine's history: has it, had it, never had it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.model import Status

from .spans import bounds_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from .history import History, Release
    from .spans import SpanBounds

__all__ = ["STATUSES", "Difference", "Presence", "difference", "has_and_had", "presence_of"]

STATUSES = (Status.NATIVE, Status.FALLBACK, Status.REFUSED, Status.GONE, Status.ABSENT, Status.UNKNOWN)
"""The statuses that a ``Presence`` can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Whether one release of an engine has an architecture.

    Attributes:
        engine: the engine.
        status: ``native``: the release registers it, or runs it as one that it registers; ``fallback`` and
            ``refused``: it does not, and its Transformers backend takes it or turns it away; ``gone``: an older release
            did; ``absent``: none did; ``unknown``: what was not found may be there all the same, or what the backend
            does with it is not known.
        release: the release.
        bounds: the span that holds the release, or the last one before it; None where there is none.
        runs_as: the architecture that the release runs in its place, where it does not register the name itself.
        because: why the Transformers backend does or does not, or why it is not known; ``runs_as`` in words; None
            elsewhere.
    """

    engine: str
    status: Status
    release: Release
    bounds: SpanBounds | None = None
    runs_as: str | None = None
    because: str | None = None

    @classmethod
    def native(
        cls, engine: str, release: Release, *, bounds: SpanBounds | None = None, runs_as: str | None = None
    ) -> Presence:
        """That of an architecture that the release registers, or runs as another."""
        because = f"runs as {runs_as}" if runs_as is not None else None
        return cls(
            engine=engine,
            status=Status.NATIVE,
            release=release,
            bounds=bounds,
            runs_as=runs_as,
            because=because,
        )


def has_and_had(run_as: Collection[str | None]) -> tuple[str, str]:
    """The verb for an engine that has an architecture, and for one that had it.

    Args:
        run_as: all that it is run as: as in ``State``, each once, None for its own name.
    """
    if len(run_as) > 1:
        return "has it", "had it"
    (other,) = run_as
    return (
        ("registers it", "registered it") if other is None else (f"runs it as {other}", f"ran it as {other}")
    )


def presence_of(name: str, history: History, release: Release) -> Presence:
    """Whether a release that was read has an architecture, apart from the engine's Transformers backend."""
    place = history.positions[release.version]
    last = bounds_at(history, name, release)
    if last is not None and (last.last is None or place <= history.positions[last.last.version]):
        runs_as = history.entry(name, last.span, place).runs_as
        return Presence.native(history.engine, release, bounds=last, runs_as=runs_as)
    if release.unresolved:
        because = f"{release.unresolved} places of {release.version} could not be read"
        return Presence(
            engine=history.engine, status=Status.UNKNOWN, release=release, bounds=last, because=because
        )
    status = Status.ABSENT if last is None else Status.GONE
    return Presence(engine=history.engine, status=status, release=release, bounds=last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a release of one engine has and one of another lacks, and the other way round.

    Attributes:
        here: (name, presence here, presence there) of each architecture that only the first one has, by name.
        there: (name, presence there, presence here) of each that only the second one has.
        both: the names that both have.
    """

    here: tuple[tuple[str, Presence, Presence], ...]
    there: tuple[tuple[str, Presence, Presence], ...]
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
) -> Iterable[tuple[str, Presence, Presence]]:
    for name in sorted(names):
        yield name, presence_of(name, *having), presence_of(name, *lacking)
