"""The difference between two inventories: lines, Markdown for release notes, JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.document.markdown import escape_cell
from archtrack.core.json_values import source_to_json, unresolved_to_json
from archtrack.core.wording import counted

from .markdown import section
from .terminal import architectures, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archtrack.core.matrix.diff import Change
    from archtrack.model import Inventory

__all__ = ["changes_json", "changes_lines", "changes_markdown", "side_json"]

_SIGNS = {"added": "+", "removed": "-", "renamed": ">", "moved": "~", "compatibility": "!"}
_TITLES = {
    "added": "Added",
    "removed": "Removed",
    "renamed": "Renamed",
    "moved": "Moved to another file",
    "compatibility": "Compatibility with the Transformers backend changed",
}


def changes_lines(old: Inventory, new: Inventory, changes: Sequence[Change]) -> Iterator[str]:
    """The changes for people, one line each."""
    yield plain(_heading(old, new, changes))
    for change in changes:
        yield plain(f"  {_SIGNS[change.kind]} {change.name}  [{_detail(change)}]")


def changes_markdown(old: Inventory, new: Inventory, changes: Sequence[Change]) -> Iterator[str]:
    """The changes for release notes: a heading and a list per kind."""
    yield f"## {escape_cell(_heading(old, new, changes))}"
    for kind, title in _TITLES.items():
        found = [change for change in changes if change.kind == kind]
        yield from section(
            title, [f"**{escape_cell(each.name)}** ({escape_cell(_detail(each))})" for each in found]
        )


def changes_json(old: Inventory, new: Inventory, changes: Sequence[Change]) -> dict[str, Any]:
    """The changes for programs, by ``data/schema.json``."""
    return {
        "engine": new.engine,
        "old": side_json(old),
        "new": side_json(new),
        "changes": [
            {"kind": each.kind, "name": each.name, "file": each.file, "old": each.old, "new": each.new}
            for each in changes
        ],
    }


def side_json(inventory: Inventory) -> dict[str, Any]:
    """One of two inventories that are compared, for programs."""
    return {
        "version": inventory.version,
        "architectures": len(inventory.registrations),
        "source": source_to_json(inventory),
        "unresolved": [unresolved_to_json(each) for each in inventory.unresolved],
    }


def _heading(old: Inventory, new: Inventory, changes: Sequence[Change]) -> str:
    counts = f"{len(old.registrations)} to {architectures(len(new.registrations))}"
    names = f"{old.version or old.origin.location} to {new.version or new.origin.location}"
    return f"{new.engine} {names}: {counts}, {counted(len(changes), 'change')}"


def _detail(change: Change) -> str:
    if change.kind == "renamed":
        return f"was {change.old}, {change.file}"
    if change.kind == "moved":
        return f"{change.old} to {change.file}"
    if change.kind == "compatibility":
        return f"{change.old} to {change.new}"
    return change.file
