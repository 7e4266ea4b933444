"""What changes in support from one state of an engine's source to another.

``core.matrix.diff`` compares what two releases register. This compares what the engine would do with a checkpoint.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from archtrack.core.matrix.elsewhere import elsewhere_in_words
from archtrack.core.matrix.join import uncertain_import
from archtrack.core.matrix.status import status_of
from archtrack.model import STOPS, Status

from .import_failures import files_imported

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from archtrack.model import Broken, Inventory, Matrix, Place, Registration, Unresolved

__all__ = [
    "Side",
    "State",
    "SupportChange",
    "newly_unresolved",
    "side_of_inventory",
    "side_of_matrix",
    "support_changes",
    "with_imports",
]

ChangeKind = Literal["gained", "lost", "changed"]

_ORDER = ("gained", "lost", "changed")
_COMPATIBLE = {True: "compatible", False: "refused", None: "public"}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the engine does with an architecture, by one state of its source.

    Attributes:
        kind: of SGLang a status of the matrix; of other engines ``native`` or ``absent``; of transformers
            ``compatible`` or ``refused`` by its gate for backends, ``public`` where that cannot be told, or ``absent``;
            ``unknown`` where a place that could not be read may register it.
        because: why, if that says more than the kind.
        source: the name of the engine whose file ``place`` is in.
        place: the evidence.
    """

    kind: str
    because: str | None = None
    source: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportChange:
    """One architecture with another state than before, or under another condition.

    Attributes:
        kind: ``gained``: the engine has it now; ``lost``: it no longer does; ``changed``: anything else.
        name: the architecture.
        before: the old state.
        after: the new state.
    """

    kind: ChangeKind
    name: str
    before: State
    after: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of the comparison: a state of the source.

    Attributes:
        engine: what the engine registers.
        transformers: what transformers has, where the engine is joined with it.
        names: the architectures that are compared.
        broken: architecture -> why the module that registers it cannot be imported, or may not be.
        unresolved: the places that could not be read and may register any architecture.
        elsewhere: architecture that neither has -> the other engines that have it, in words.
    """

    engine: Inventory
    transformers: Inventory | None = None
    names: frozenset[str] = frozenset()
    broken: Mapping[str, Broken] = field(default_factory=dict)
    unresolved: tuple[Unresolved, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)


def side_of_matrix(matrix: Matrix) -> Side:
    """SGLang's source, joined with transformers."""
    engine, transformers = matrix.inventories[:2]
    broken = {row.name: row.broken for row in matrix.rows if row.broken is not None}
    return Side(
        engine=engine,
        transformers=transformers,
        names=frozenset(row.name for row in matrix.rows),
        broken=broken,
        unresolved=_hiding(engine, broken.values()),
        elsewhere={row.name: elsewhere_in_words(row.elsewhere) for row in matrix.elsewhere},
    )


def side_of_inventory(inventory: Inventory) -> Side:
    """Another engine's source, of which only the registry is known."""
    return Side(
        engine=inventory,
        names=frozenset(each.name for each in inventory.registrations),
        unresolved=_hiding(inventory, ()),
    )


def support_changes(old: Side, new: Side, edited: Collection[str] = ()) -> tuple[SupportChange, ...]:
    """The architectures with another state in ``new`` than in ``old``, by kind and name.

    Args:
        old: the one side.
        new: the other.
        edited: the files that differ between the sides, or import files that differ.
    """
    (old_own, old_hf), (new_own, new_hf) = _by_name(old), _by_name(new)
    appeared = _only(new.unresolved, old.unresolved, edited)
    vanished = _only(old.unresolved, new.unresolved, edited)
    changes = []
    for name in old.names | new.names:
        was = _state(old, name, old_own.get(name), old_hf.get(name))
        now = _state(new, name, new_own.get(name), new_hf.get(name))
        if was.kind == now.kind and _terms(was, old) == _terms(now, new):
            continue
        # What one side registers may be in a place of the other side that cannot be read, in any file.
        now = _unless_doubtful(now, old_own.get(name), appeared, new.engine.engine)
        was = _unless_doubtful(was, new_own.get(name), vanished, old.engine.engine)
        changes.append(SupportChange(kind=_kind(was, now), name=name, before=was, after=now))
    return tuple(sorted(changes, key=lambda each: (_ORDER.index(each.kind), each.name)))


def with_imports(engine: Inventory, path: str) -> frozenset[str]:
    """A module of the engine, and the modules that it imports, directly or not."""
    imports = dict(engine.imports)
    found, waiting = {path}, [path]
    while waiting:
        at = waiting.pop()
        reached = {
            file for each in imports.get(at, ()) for file in files_imported(at, each, imports.__contains__)
        }
        waiting += reached - found
        found |= reached
    return frozenset(found)


def newly_unresolved(old: Side, new: Side) -> tuple[Unresolved, ...]:
    """The engine's unresolved places in ``new`` that ``old`` does not have as well."""
    known = Counter((each.place.file, each.reason) for each in old.engine.unresolved)
    found = []
    for each in new.engine.unresolved:
        known[each.place.file, each.reason] -= 1
        if known[each.place.file, each.reason] < 0:
            found.append(each)
    return tuple(found)


def _by_name(side: Side) -> tuple[dict[str, Registration], dict[str, Registration]]:
    """What the engine and transformers register, by name."""
    return side.engine.by_name(), side.transformers.by_name() if side.transformers is not None else {}


def _terms(state: State, side: Side) -> str | None:
    """The condition of the registration; None if it has none, or there is no registration."""
    own = state.source == side.engine.engine and state.kind not in {"unimportable", "unknown"}
    return state.because if own else None


def _kind(before: State, after: State) -> ChangeKind:
    if before.kind == after.kind or "unknown" in {before.kind, after.kind}:
        return "changed"
    if after.kind == "native" or before.kind == "absent":
        return "gained"
    return "lost" if before.kind == "native" or after.kind == "absent" else "changed"


def _state(side: Side, name: str, native: Registration | None, hf: Registration | None) -> State:
    """The state of an architecture on one side, by its registrations there."""
    if side.transformers is not None:
        return _joined_state(side, name, native, hf)
    if native is None:
        return State(kind="absent")
    facts = native.transformers
    kind = "native" if facts is None else _COMPATIBLE[facts.backend_compatible]
    return State(kind=kind, because=_condition(native), source=side.engine.engine, place=native.place)


def _joined_state(side: Side, name: str, native: Registration | None, hf: Registration | None) -> State:
    flaw = side.broken.get(name)
    status = status_of(native, hf, flaw)
    if native is not None:
        unimportable = flaw is not None and status is Status.UNIMPORTABLE
        because = flaw.reason if flaw is not None and unimportable else _condition(native)
        return State(kind=status.value, because=because, source=side.engine.engine, place=native.place)
    version = side.transformers.version if side.transformers is not None else None
    words = f"transformers {version or ''}".strip()
    if hf is None:
        others = f"; known elsewhere: {side.elsewhere[name]}" if name in side.elsewhere else ""
        return State(kind=status.value, because=f"{words} has no such class either{others}")
    because = {
        Status.FALLBACK: f"{words} lets it through",
        Status.REFUSED: f"{words} does not let it through",
    }.get(status, f"{words} does not say whether it lets it through")
    gate = hf.transformers.backend_place if hf.transformers is not None else None
    return State(kind=status.value, because=because, source="transformers", place=gate or hf.place)


def _condition(native: Registration) -> str | None:
    return f"only if {native.condition}" if native.condition else None


def _hiding(engine: Inventory, broken: Collection[Broken]) -> tuple[Unresolved, ...]:
    """The unresolved places that may register an unknown architecture.

    The others are about a known architecture: its module may fail to import, or a second module registers it.
    """
    known = {(uncertain_import(each), each.place) for each in broken if not each.certain}
    return tuple(
        each
        for each in engine.unresolved
        if (each.reason, each.place) not in known and not each.reason.endswith(STOPS)
    )


def _only(
    these: tuple[Unresolved, ...], those: tuple[Unresolved, ...], edited: Collection[str]
) -> tuple[Unresolved, ...]:
    """The places that only this side could not read, or whose file differs on the other side.

    The same reason in the same file may hide another architecture if the file was edited.
    """
    known = {(each.place.file, each.reason) for each in those}
    return tuple(
        each for each in these if (each.place.file, each.reason) not in known or each.place.file in edited
    )


def _unless_doubtful(
    state: State, other: Registration | None, doubts: tuple[Unresolved, ...], engine: str
) -> State:
    """The state, or ``unknown`` if it has no registration and a place that could not be read may have one."""
    if other is None or state.source == engine or not doubts:
        return state
    near = next((each for each in doubts if each.place.file == other.place.file), doubts[0])
    return State(kind="unknown", because=near.reason, source=engine, place=near.place)
