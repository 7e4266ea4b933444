"""The difference between two inventories: lines, Markdown for release notes, JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.codec import SCHEMA_VERSION, source_to_json, unresolved_to_json

from .markdown import escape_cell
from .terminal import architectures, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archtrack.core.diff import Change
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
        if not found:
            continue
        yield ""
        yield f"### {title} ({len(found)})"
        yield ""
        for change in found:
            yield f"- **{escape_cell(change.name)}** ({escape_cell(_detail(change))})"


def changes_json(old: Inventory, new: Inventory, changes: Sequence[Change]) -> dict[str, Any]:
    """The changes for programs, by ``data/schema.json``."""
    return {
        "schema_version": SCHEMA_VERSION,
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
    return f"{new.engine} {names}: {counts}, {len(changes)} change{'' if len(changes) == 1 else 's'}"


def _detail(change: Change) -> str:
    if change.kind == "renamed":
        return f"was {change.old}, {change.file}"
    if change.kind == "moved":
        return f"{change.old} to {change.file}"
    if change.kind == "compatibility":
        return f"{change.old} to {change.new}"
    return change.file
