"""GitHub workflow annotations: https://docs.github.com/actions/reference/workflow-commands-for-github-actions."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.model import Place
    from archtrack.sources.base import Origin

__all__ = ["annotation", "checkout_root", "document_path", "workspace_path"]


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


def workspace_path(origin: Origin, place: Place, root: Path) -> str | None:
    """The file of a place relative to ``root``, if it is a file below it."""
    if origin.kind != "local":
        return None
    path = os.path.abspath(Path(origin.location) / origin.prefix / place.file)  # noqa: PTH100 -- as above
    return _below(path, root) if Path(path).is_file() else None


def _below(path: str, root: Path) -> str | None:
    return Path(path).relative_to(root).as_posix() if Path(path).is_relative_to(root) else None


def _data(text: str) -> str:
    text = "".join(
        char if char.isprintable() or char in "\r\n" else "\N{REPLACEMENT CHARACTER}" for char in text
    )
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
