"""What changes in support from one state of an engine's source to another: native, by fallback, refused, gone.

``core.diff`` compares what two releases register; this compares what a checkpoint would meet.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from archtrack.model import Status

from .importable import follows
from .matrix import doubt
from .registry import STOPS
from .verdicts import status_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from archtrack.model import Broken, Inventory, Matrix, Place, Registration, Unresolved

__all__ = [
    "State",
    "SupportChange",
    "Supported",
    "joined",
    "newly_unresolved",
    "registered",
    "rests_on",
    "support_changes",
]

StateKind = Literal[
    "native",
    "unimportable",
    "fallback",
    "refused",
    "unsupported",
    "absent",
    "compatible",
    "public",
    "unknown",
]
ChangeKind = Literal["gained", "lost", "changed"]

_ORDER = ("gained", "lost", "changed")
_COMPATIBLE: Mapping[bool | None, StateKind] = {True: "compatible", False: "refused", None: "public"}
_OF_STATUS: Mapping[Status, StateKind] = {
    Status.NATIVE: "native",
    Status.UNIMPORTABLE: "unimportable",
    Status.FALLBACK: "fallback",
    Status.REFUSED: "refused",
    Status.UNSUPPORTED: "unsupported",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How an architecture stands with one state of the source.

    Attributes:
        kind: of SGLang a status of the matrix; of other engines ``native`` or ``absent``; of transformers
            ``compatible`` or ``refused`` by its gate for backends, ``public`` where that cannot be told, or ``absent``;
            ``unknown`` where a place that could not be read may register it.
        because: why, where that says more than the kind.
        source: the name of the engine whose file ``place`` is in.
        place: the evidence.
    """

    kind: StateKind
    because: str | None = None
    source: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportChange:
    """One architecture that stands otherwise than before: in another state, or under another condition.

    Attributes:
        kind: ``gained``: the engine has it now; ``lost``: it no longer does; ``changed``: anything else.
        name: the architecture.
        before: how it stood.
        after: how it stands.
    """

    kind: ChangeKind
    name: str
    before: State
    after: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Supported:
    """One state of the source: what is known of every architecture.

    Attributes:
        engine: what the engine registers.
        transformers: what transformers has, where the engine is joined with it.
        names: the architectures that are compared.
        broken: architecture -> why the module that registers it cannot be imported, or may not be.
        hiding: the places that could not be read and may register any architecture.
    """

    engine: Inventory
    transformers: Inventory | None = None
    names: frozenset[str] = frozenset()
    broken: Mapping[str, Broken] = field(default_factory=dict)
    hiding: tuple[Unresolved, ...] = ()


def joined(matrix: Matrix) -> Supported:
    """A state of SGLang's source, joined with transformers."""
    engine, transformers = matrix.inventories[:2]
    broken = {row.name: row.broken for row in matrix.rows if row.broken is not None}
    return Supported(
        engine=engine,
        transformers=transformers,
        names=frozenset(row.name for row in matrix.rows),
        broken=broken,
        hiding=_hiding(engine, broken.values()),
    )


def registered(inventory: Inventory) -> Supported:
    """A state of another engine's source, of which only is known what it registers."""
    return Supported(
        engine=inventory,
        names=frozenset(each.name for each in inventory.registrations),
        hiding=_hiding(inventory, ()),
    )


def support_changes(
    old: Supported, new: Supported, edited: Collection[str] = ()
) -> tuple[SupportChange, ...]:
    """The architectures that stand otherwise in ``new`` than in ``old``, by kind and name.

    Args:
        old: the one side.
        new: the other.
        edited: the files of which the two sides may say something else: they, or what they rest on, are not alike.
    """
    before, after = _States(old), _States(new)
    appeared = _only(new.hiding, old.hiding, edited)
    vanished = _only(old.hiding, new.hiding, edited)
    changes = []
    for name in old.names | new.names:
        was, now = before.of(name), after.of(name)
        if was.kind == now.kind and _terms(was, old) == _terms(now, new):
            continue
        # What one side registers may stand on the other side in a place that cannot be read, of whatever file.
        now = _unless_doubtful(now, before.natives.get(name), appeared, new.engine.engine)
        was = _unless_doubtful(was, after.natives.get(name), vanished, old.engine.engine)
        changes.append(SupportChange(kind=_kind(was, now), name=name, before=was, after=now))
    return tuple(sorted(changes, key=lambda each: (_ORDER.index(each.kind), each.name)))


def rests_on(engine: Inventory, path: str) -> frozenset[str]:
    """A module of the engine and those that it imports, directly or not, as far as the inventory has them."""
    imports = dict(engine.imports)
    found, waiting = {path}, [path]
    while waiting:
        at = waiting.pop()
        reached = {file for each in imports.get(at, ()) for file in follows(at, each, imports.__contains__)}
        waiting += reached - found
        found |= reached
    return frozenset(found)


def newly_unresolved(old: Supported, new: Supported) -> tuple[Unresolved, ...]:
    """The places of the engine that could not be resolved in ``new``, and of which ``old`` says nothing alike."""
    known = Counter((each.place.file, each.reason) for each in old.engine.unresolved)
    found = []
    for each in new.engine.unresolved:
        known[each.place.file, each.reason] -= 1
        if known[each.place.file, each.reason] < 0:
            found.append(each)
    return tuple(found)


def _terms(state: State, side: Supported) -> str | None:
    """The condition under which the engine registers it; None where it does so always, or not at all."""
    own = state.source == side.engine.engine and state.kind not in {"unimportable", "unknown"}
    return state.because if own else None


def _kind(before: State, after: State) -> ChangeKind:
    if before.kind == after.kind or "unknown" in {before.kind, after.kind}:
        return "changed"
    if after.kind == "native" or before.kind == "absent":
        return "gained"
    return "lost" if before.kind == "native" or after.kind == "absent" else "changed"


class _States:
    """The states of one side, by name."""

    def __init__(self, side: Supported) -> None:
        self._side = side
        self.natives = side.engine.by_name()
        self._public = side.transformers.by_name() if side.transformers is not None else None

    def of(self, name: str) -> State:
        native = self.natives.get(name)
        if self._public is None:
            return self._alone(native)
        return self._with_transformers(name, native, self._public.get(name))

    def _alone(self, native: Registration | None) -> State:
        if native is None:
            return State(kind="absent")
        kind: StateKind = "native"
        if native.transformers is not None:
            kind = _COMPATIBLE[native.transformers.backend_compatible]
        return State(
            kind=kind, because=_condition(native), source=self._side.engine.engine, place=native.place
        )

    def _with_transformers(self, name: str, native: Registration | None, hf: Registration | None) -> State:
        flaw = self._side.broken.get(name)
        status = status_of(native, hf, flaw)
        kind = _OF_STATUS[status]
        if native is not None:
            because = (
                flaw.reason if flaw is not None and status is Status.UNIMPORTABLE else _condition(native)
            )
            return State(kind=kind, because=because, source=self._side.engine.engine, place=native.place)
        words = f"transformers {self._version()}".strip()
        if hf is None:
            return State(kind=kind, because=f"{words} has no such class either")
        because = {
            Status.FALLBACK: f"{words} lets it through",
            Status.REFUSED: f"{words} does not let it through",
        }.get(status, f"{words} does not say whether it lets it through")
        gate = hf.transformers.backend_place if hf.transformers is not None else None
        return State(kind=kind, because=because, source="transformers", place=gate or hf.place)

    def _version(self) -> str:
        library = self._side.transformers
        return (library.version if library is not None else None) or ""


def _condition(native: Registration) -> str | None:
    return f"only if {native.condition}" if native.condition else None


def _hiding(engine: Inventory, broken: Collection[Broken]) -> tuple[Unresolved, ...]:
    """The unresolved places that may register something which is not known.

    The others say something of an architecture that is known: its module may not be importable, or a second one
    registers it.
    """
    known = {(doubt(each), each.place) for each in broken if not each.certain}
    return tuple(
        each
        for each in engine.unresolved
        if (each.reason, each.place) not in known and not each.reason.endswith(STOPS)
    )


def _only(
    these: tuple[Unresolved, ...], those: tuple[Unresolved, ...], edited: Collection[str]
) -> tuple[Unresolved, ...]:
    """The places that this side alone could not read, or of which the other side's file says something else.

    What stands in the same words in the same file may hold another architecture if the file was edited.
    """
    known = {(each.place.file, each.reason) for each in those}
    return tuple(
        each for each in these if (each.place.file, each.reason) not in known or each.place.file in edited
    )


def _unless_doubtful(
    state: State, other: Registration | None, doubts: tuple[Unresolved, ...], engine: str
) -> State:
    """A state without a registration, or ``unknown`` where a place that could not be read here may hold it."""
    if other is None or state.source == engine or not doubts:
        return state
    near = next((each for each in doubts if each.place.file == other.place.file), doubts[0])
    return State(kind="unknown", because=near.reason, source=engine, place=near.place)
