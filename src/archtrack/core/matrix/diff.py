"""What changed from one inventory of an engine to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from archtrack.model import Inventory, Registration

__all__ = ["Change", "compare"]

ChangeKind = Literal["added", "removed", "renamed", "moved", "compatibility"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference.

    Attributes:
        kind: ``added``, ``removed``, ``renamed`` (one name went and another came in the same file, at the place
            of the same class), ``moved`` (another file registers it) or ``compatibility`` (transformers'
            backend gate changed).
        name: the architecture, as it is called now; the old name for ``removed``.
        old: what it was: the old name of a renamed one, the old file of a moved one; None otherwise.
        file: the file that registers it now, or did for ``removed``.
        new: the new state of ``compatibility``; None otherwise.
    """

    kind: ChangeKind
    name: str
    file: str
    old: str | None = None
    new: str | None = None


def compare(old: Inventory, new: Inventory) -> tuple[Change, ...]:
    """The changes, sorted by kind and name."""
    before, after = old.by_name(), new.by_name()
    gone = {name for name in before if name not in after}
    came = {name for name in after if name not in before}
    changes = []
    for earlier, later in _renamed(
        {name: before[name] for name in gone}, {name: after[name] for name in came}
    ):
        changes.append(Change(kind="renamed", name=later, file=after[later].file, old=earlier))
        gone.discard(earlier)
        came.discard(later)
    changes += [Change(kind="added", name=name, file=after[name].file) for name in came]
    changes += [Change(kind="removed", name=name, file=before[name].file) for name in gone]
    for name in before.keys() & after.keys():
        changes += _changed(before[name], after[name])
    return tuple(sorted(changes, key=lambda change: (_ORDER.index(change.kind), change.name)))


_ORDER = ("added", "removed", "renamed", "moved", "compatibility")


def _changed(before: Registration, after: Registration) -> list[Change]:
    changes = []
    if before.file != after.file:
        changes.append(Change(kind="moved", name=after.name, file=after.file, old=before.file))
    if before.transformers and after.transformers:
        old, new = before.transformers.backend_compatible, after.transformers.backend_compatible
        if old != new:
            changes.append(
                Change(kind="compatibility", name=after.name, file=after.file, old=_word(old), new=_word(new))
            )
    return changes


def _word(compatible: bool | None) -> str:  # noqa: FBT001 -- a value in three states, not a switch
    return {True: "compatible", False: "refused", None: "unknown"}[compatible]


def _renamed(gone: dict[str, Registration], came: dict[str, Registration]) -> list[tuple[str, str]]:
    """Pairs of old and new names: those that differ in case or underscores only, or are the only change of a file."""
    spelled = {_plain(name): name for name in sorted(came)}
    pairs = [(name, spelled[_plain(name)]) for name in sorted(gone) if _plain(name) in spelled]
    taken = {name for pair in pairs for name in pair}
    for file in sorted({registration.file for registration in gone.values()}):
        old = [name for name in sorted(gone) if gone[name].file == file and name not in taken]
        new = [name for name in sorted(came) if came[name].file == file and name not in taken]
        if len(old) == len(new) == 1 and _suffix(old[0]) == _suffix(new[0]):
            pairs.append((old[0], new[0]))
    return pairs


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _suffix(name: str) -> str:
    """The task in an architecture's name: ``ForCausalLM``, ``Model``."""
    at = name.rfind("For")
    return name[at:] if at > 0 else name[-5:]
