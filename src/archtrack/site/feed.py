"""The feed beside the page: a JSON file per engine and per architecture, for programs that ask a static host.

``feed/v1/index.json`` names every file. A file is the same bytes for the same data, and is written only where it
differs: each in one step, the index last.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from archtrack.app.export import (
    FORMAT,
    architecture_counts,
    architecture_export,
    chosen_histories,
    engine_export,
)
from archtrack.errors import DocumentError
from archtrack.sources.files import make_folder, replace_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from archtrack.app.history.store import Histories

__all__ = ["FOLDER", "feed_files", "file_names", "write_feed"]

FOLDER = f"feed/v{FORMAT}"
_MARK = f'{{\n  "format": {FORMAT},\n'.encode()
"""How each of its files begins: no other one is replaced."""
_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_ENGINES, _ARCHITECTURES = "engines", "architectures"


def write_feed(histories: Histories, folder: Path) -> tuple[Path, int]:
    """Write the feed below the folder of the page; where its index is, and how many files there are.

    Raises:
        DataError: a history cannot be read.
        DocumentError: a file cannot be written, or one that is not of a feed stands in its place.
    """
    files = dict(feed_files(histories))
    root = folder / FOLDER
    for part in (root / _ENGINES, root / _ARCHITECTURES):
        make_folder(part)
        replace_files(
            part,
            {
                name.rpartition("/")[2]: data
                for name, data in files.items()
                if name.startswith(f"{part.name}/")
            },
            own=_is_own,
        )
    replace_files(root, {"index.json": files["index.json"]}, own=_is_own)
    return root / "index.json", len(files)


def feed_files(histories: Histories) -> Iterator[tuple[str, bytes]]:
    """The files: path below ``FOLDER`` -> what is in it; the index comes last."""
    engines = {each.engine: each for each in chosen_histories(histories)}
    paths = {name: f"{_ENGINES}/{file}" for name, file in file_names(dict.fromkeys(engines, 1)).items()}
    for name, history in engines.items():
        yield paths[name], _text({"format": FORMAT, **engine_export(history, histories)})
    counts = architecture_counts(histories)
    places = {name: f"{_ARCHITECTURES}/{file}" for name, file in file_names(counts).items()}
    for name in counts:
        yield places[name], _text(architecture_export(name, histories))
    yield "index.json", _text({"format": FORMAT, _ENGINES: paths, _ARCHITECTURES: places})


def file_names(names: Mapping[str, int]) -> dict[str, str]:
    """Name -> file name: ``NAME.json``; with a digest where that is no plain name, or another one is called so.

    Some disks do not tell small letters from capitals. Of names that differ by these alone the one that counts most has
    the plain file name, and of such that count the same the last one.

    Args:
        names: name -> how much it counts.
    """
    plain = {name.casefold(): name for name in sorted(names, key=lambda name: (names[name], name))}
    return {
        name: f"{name}.json"
        if _SAFE.fullmatch(name) and plain[name.casefold()] == name
        else f"{re.sub('[^A-Za-z0-9_-]', '_', name)[:100]}~{_digest(name)}.json"
        for name in names
    }


def _digest(name: str) -> str:
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _text(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, indent=2) + "\n").encode()


def _is_own(path: Path, data: bytes) -> None:
    """Refuse to replace a file that is not of a feed.

    Raises:
        DocumentError: it is none.
    """
    if data and not data.startswith(_MARK):
        raise DocumentError(f"{path}: not a file that archtrack wrote; name another folder, or remove it")
