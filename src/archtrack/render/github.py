"""GitHub workflow annotations: https://docs.github.com/actions/reference/workflow-commands-for-github-actions."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from archtrack.model import Inventory, Origin, Place

__all__ = ["annotation", "checkout_root", "document_path", "unresolved_annotations", "workspace_place"]


def annotation(level: str, message: str, *, title: str, path: str | None = None, line: int = 0) -> str:
    """One workflow command.

    Args:
        level: ``error``, ``warning`` or ``notice``.
        message: what is shown; any text.
        title: its heading.
        path: a file, relative to the root of the checkout; None where there is none to point at.
        line: of the file, from 1; 0 for none.
    """
    properties = []
    if path is not None:
        properties.append(f"file={_property(path)}")
        if line:
            properties.append(f"line={line}")
    properties.append(f"title={_property(title)}")
    return f"::{level} {','.join(properties)}::{_data(message)}"


def checkout_root(environ: Mapping[str, str], folder: Path) -> Path:
    """The folder that GitHub takes paths from: the checkout's if the working directory lies in it, else the latter."""
    root = Path(environ.get("GITHUB_WORKSPACE") or folder)
    return root if folder.is_relative_to(root) else folder


def document_path(path: Path, root: Path) -> str:
    """The document's path relative to ``root`` if it lies below, else as it is."""
    return _below(os.path.abspath(path), root) or path.as_posix()  # noqa: PTH100 -- resolve() would follow links


def workspace_place(origin: Origin, place: Place, root: Path) -> tuple[str | None, int]:
    """The file of a place relative to ``root`` and the line in it, if it is a file below it; else None and 0."""
    path = os.path.abspath(Path(origin.location) / origin.prefix / place.file)  # noqa: PTH100 -- as above
    found = _below(path, root) if origin.kind == "local" and Path(path).is_file() else None
    return found, place.line if found else 0


def unresolved_annotations(inventories: Iterable[Inventory], root: Path) -> Iterator[str]:
    """The places that could not be read, at their line where it is one of the checkout."""
    for inventory in inventories:
        for each in inventory.unresolved:
            where, line = workspace_place(inventory.origin, each.place, root)
            title = f"Unresolved in {inventory.engine}"
            yield annotation("warning", f"{each.place}: {each.reason}", title=title, path=where, line=line)


def _below(path: str, root: Path) -> str | None:
    return Path(path).relative_to(root).as_posix() if Path(path).is_relative_to(root) else None


def _data(text: str) -> str:
    text = "".join(
        char if char.isprintable() or char in "\r\n" else "\N{REPLACEMENT CHARACTER}" for char in text
    )
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
