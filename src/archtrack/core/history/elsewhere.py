"""What the engines beside the first have in their newest known release, and what they have it for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.model import Elsewhere, Role

from .categories import place_of
from .inventory import place_from

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from .history import History, Release, State

__all__ = ["Purposes", "had_once", "others_have", "run_as_others"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purposes:
    """What an engine declares of the names in its registry that are no models of their own.

    Attributes:
        draft_tables: its tables (``State.groups``) that list drafts.
        wrapper_tables: those that list wrappers of other models.
    """

    draft_tables: tuple[str, ...] = ()
    wrapper_tables: tuple[str, ...] = ()

    @property
    def are_told(self) -> bool:
        """Whether its tables tell what a name is for."""
        return bool(self.draft_tables or self.wrapper_tables)


def others_have(
    histories: Iterable[History], purposes: Mapping[str, Purposes], wrappers: Collection[str]
) -> dict[str, tuple[Elsewhere, ...]]:
    """Architecture -> the engines whose newest known release registers it, or runs it as another.

    Args:
        histories: of the engines that count; one that goes by model types says nothing of architectures.
        purposes: engine -> what its tables are for.
        wrappers: the architectures that any engine declares as those of its backend.
    """
    found: dict[str, list[Elsewhere]] = {}
    for history in sorted(histories, key=lambda each: place_of(each.engine)):
        if history.key != "architecture" or history.newest is None:
            continue
        own = purposes.get(history.engine, Purposes())
        for name, state in _newest(history, history.newest):
            role, source = _role(name, state, own, wrappers)
            found.setdefault(name, []).append(
                Elsewhere(
                    engine=history.engine,
                    version=history.newest.version,
                    file=state.file,
                    place=place_from(state.at, state.since, history.newest),
                    role=role,
                    source=source,
                )
            )
    return {name: tuple(each) for name, each in found.items()}


def run_as_others(history: History, version: str | None) -> frozenset[str]:
    """The names that a release runs as others; of a release that is not known, those of the newest one."""
    known = version in history.known if version is not None else False
    release = version if known else history.newest.version if history.newest is not None else None
    if release is None:
        return frozenset()
    return frozenset(name for name, other in history.run_as(release).items() if other is not None)


def had_once(histories: Iterable[History]) -> frozenset[str]:
    """The architectures that some release has had."""
    return frozenset(name for each in histories if each.key == "architecture" for name in each.registered)


def _newest(history: History, release: Release) -> Iterator[tuple[str, State]]:
    for name in history.registered:
        state = history.state(name, release.version)
        if state is not None:
            yield name, state


def _role(
    name: str, state: State, own: Purposes, wrappers: Collection[str]
) -> tuple[Role | None, str | None]:
    """What an engine has a name for, and what says so."""
    if state.runs_as is not None:
        return Role.RUN_AS_ANOTHER, f"runs it as {state.runs_as}"
    if name in wrappers:
        return Role.WRAPPER, "declares it as a wrapper"
    for role, tables in ((Role.WRAPPER, own.wrapper_tables), (Role.DRAFT, own.draft_tables)):
        # What another table lists as well is a model that may also draft.
        if state.groups and set(state.groups) <= set(tables):
            return role, state.groups[0]
    return (Role.MODEL, state.groups[0]) if state.groups and own.are_told else (None, None)
