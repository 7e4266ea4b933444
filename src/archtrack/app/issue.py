"""The use case of ``render``: the document as the files of a tracking issue; only what differs is written."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from archtrack.core.document.parse import encode
from archtrack.core.issue.parts import emptied, issue_of, safe_title, title_of
from archtrack.core.json_values import SCHEMA_VERSION
from archtrack.core.parsing import parse_json
from archtrack.errors import DocumentError
from archtrack.sources.files import make_folder, read_document, write_atomic

from .document import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from archtrack.core.issue.parts import Issue, Part

__all__ = ["MANIFEST", "PartFile", "manifest", "read_issue", "write_issue"]

MANIFEST = "manifest.json"
_COMMENT = re.compile(r"comment-(\d{2,5})\.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFile:
    """A part, and the file that holds it.

    Attributes:
        part: what it holds.
        written: the file is new, or held something else.
    """

    part: Part
    written: bool = False

    @property
    def name(self) -> str:
        """Of the file."""
        return f"comment-{self.part.number:02d}.md" if self.part.number else "body.md"

    @property
    def digest(self) -> str:
        """The sha256 of the file."""
        return sha256(encode(self.part.text)).hexdigest()


def read_issue(path: Path, *, limit: int, only: Sequence[str]) -> Issue:
    """A document as an issue.

    Raises:
        DocumentError: there is none, it cannot be read, it does not say what ``only`` asks for, or does not fit.
    """
    data = read_document(path)
    if data is None:
        raise DocumentError(f"{path}: no such document; `archtrack update` creates one")
    _, document = parsed(path, data)
    try:
        return issue_of(document, path.name, limit=limit, only=only)
    except DocumentError as error:
        raise DocumentError(f"{path}: {error}") from error


def write_issue(folder: Path, issue: Issue, document: Path, facts: dict[str, Any]) -> list[PartFile]:
    """Write what differs; the comments of an earlier run that are no longer needed say so.

    Args:
        folder: where to; created if it is missing.
        issue: what is to be there.
        document: what it is made from.
        facts: what else the manifest says.

    Raises:
        DocumentError: a file cannot be read or written, or one that is in the way is not archtrack's.
    """
    make_folder(folder)
    title, last = document.name, issue.parts[-1].number
    parts = [*issue.parts, *(emptied(number, title) for number in _unneeded(folder, last, title))]
    files = [PartFile(part=part) for part in parts]
    before = {each.name: _ours(folder / each.name, title) for each in files}
    old = read_document(folder / MANIFEST)
    if old is not None and not _is_manifest(old):
        raise _not_ours(folder / MANIFEST)
    files = [replace(each, written=before[each.name] != encode(each.part.text)) for each in files]
    for each in files:
        if each.written:
            write_atomic(folder / each.name, encode(each.part.text))
    new = (json.dumps({**manifest(files, facts), "document": title}, indent=2) + "\n").encode("ascii")
    if new != old:
        write_atomic(folder / MANIFEST, new)
    return files


def manifest(files: Sequence[PartFile], facts: dict[str, Any]) -> dict[str, Any]:
    """Everything about the parts but their texts."""
    parts = [
        {
            "part": each.part.number,
            "file": each.name,
            "section": each.part.section or None,
            "rows": len(each.part.names),
            "first": each.part.names[0] if each.part.names else None,
            "last": each.part.names[-1] if each.part.names else None,
            "size": each.part.size,
            "empty": each.part.empty,
            "sha256": each.digest,
        }
        for each in files
    ]
    return {"schema_version": SCHEMA_VERSION, **facts, "parts": parts}


def _unneeded(folder: Path, last: int, title: str) -> Iterator[int]:
    """The numbers of archtrack's comments in a folder beyond the last one that is needed."""
    try:
        names = sorted(each.name for each in folder.iterdir())
    except OSError as error:
        raise DocumentError(
            f"{folder}: cannot be read: {error.strerror}; name another folder with --out"
        ) from error
    for match in filter(None, map(_COMMENT.fullmatch, names)):
        number = int(match[1])
        data = read_document(folder / match[0]) if number > last else None
        text = "" if data is None else data.decode("utf-8", "replace")
        if title_of(text) == safe_title(title) and f"{number:02d}" == match[1]:
            yield number


def _ours(path: Path, title: str) -> bytes | None:
    """What a file of an earlier run holds, None if there is none."""
    data = read_document(path)
    if data is None:
        return None
    found = title_of(data.decode("utf-8", "replace"))
    if found is None:
        raise _not_ours(path)
    if found != safe_title(title):
        raise DocumentError(f"{path}: a part of {found}, not of {title}; name another folder with --out")
    return data


def _not_ours(path: Path) -> DocumentError:
    return DocumentError(
        f"{path}: archtrack did not write this file and keeps it; move it, or name another folder with --out"
    )


def _is_manifest(data: bytes) -> bool:
    try:
        found = parse_json(data)
    except ValueError:
        return False
    return isinstance(found, dict) and {"schema_version", "parts", "limit"} <= found.keys()
