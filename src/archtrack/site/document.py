"""What a tracking document, or the matrix that ``archtrack list --format json`` prints, adds to the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archtrack.core.document.cells import example_in, plain_text
from archtrack.core.document.columns import further
from archtrack.core.document.parse import decode, parse
from archtrack.core.parsing import parse_json
from archtrack.core.wording import counted
from archtrack.errors import DocumentError
from archtrack.model import Category, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.core.document.rows import Row

__all__ = ["TrackedDocument", "TrackedRow", "read_document_rows"]

_KINDS = {
    Status.NATIVE.value: "native",
    Status.UNIMPORTABLE.value: "unimportable",
    Status.FALLBACK.value: "fallback",
    Status.REFUSED.value: "refused",
    Status.REMOTE_CODE.value: "remote code",
    Status.UNSUPPORTED.value: "unsupported",
}
_CATEGORIES = frozenset(each.value for each in Category)
_JSON = re.compile(r'[\ufeff\s]*\{\s*(?:["}]|\Z)')
_LINES = 10**9  # more than any file has
_FALLBACK = "fallback"
_FALLBACKS = {"Y": "fallback", "refused": "refused"}
"""What the further column of that name may say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedRow:
    """One architecture as the document has it.

    Attributes:
        kind: a kind of ``Status``, or ``unimportable``.
        because: why, in a sentence; None where there is nothing to add.
        category: its section, and ``by`` whose word that is.
        by: as above.
        file: as the document names it.
        place: file and line that register it, or the line of the document.
        address: where a person can look at it; empty where nobody can.
        example: a checkpoint; empty where there is none.
    """

    kind: str
    because: str | None
    category: str
    by: str
    file: str = ""
    place: str = ""
    address: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedDocument:
    """A document.

    Attributes:
        title: what its column is called.
        words: what it is, for the foot of the page.
        rows: by architecture.
        notes: the lines that the page does not show as they stand there, and why.
    """

    title: str
    words: str
    rows: Mapping[str, TrackedRow]
    notes: tuple[str, ...] = ()


def read_document_rows(data: bytes, name: str, sources: Mapping[str, str]) -> TrackedDocument:
    """A document (Markdown), or a matrix (JSON).

    Args:
        data: the file.
        name: of the file, for messages.
        sources: engine -> address of a file at a release, with ``{version}`` and ``{path}``.

    Raises:
        DocumentError: it is neither.
    """
    try:
        text = decode(data)
    except DocumentError as error:
        raise DocumentError(f"{name}: {error}") from error
    if _JSON.match(text):
        return _of_matrix(text, name, sources)
    return _of_document(text, name)


def _of_document(text: str, name: str) -> TrackedDocument:
    document = parse(text)
    if document.problems:
        problem = document.problems[0]
        raise DocumentError(f"{name}:{problem.line}: {problem.message}")
    (fallback,) = further((_FALLBACK,))
    rows: dict[str, TrackedRow] = {}
    notes: list[str] = []
    for section in document.sections:
        for table in section.tables:
            at = table.place(fallback.title)
            notes += [
                f"{name}:{line}: is not a row of an architecture, so the page leaves it out"
                for line in table.strays
            ]
            for row in table.rows:
                said = table.cell(row, at) if at is not None else ""
                found = _document_row(row, said, section.category.value, name)
                first = rows.setdefault(plain_text(row.name), found)
                if first is not found:
                    notes.append(f"{found.place}: {row.name} has a row already, {first.place}, which counts")
    notes += [
        f"{name}:{line}: {each} is outside the three sections, so the page leaves it out"
        for each, line, tracking in document.outside
        if tracking
    ]
    if not rows:
        raise DocumentError(
            f"{name}: no row of a tracking table was found; give a document that `archtrack update` keeps, "
            "or what `archtrack list --format json` prints"
        )
    return TrackedDocument(
        title="Document", words=f"{name}, {counted(len(rows), 'row')}", rows=rows, notes=tuple(notes)
    )


def _document_row(row: Row, fallback: str, category: str, name: str) -> TrackedRow:
    kind, because = _document_kind(row, plain_text(fallback))
    return TrackedRow(
        kind=kind,
        because=because,
        category=category,
        by="the document",
        file=plain_text(row.file),
        place=f"{name}:{row.line}",
        example=example_in(row.example),
    )


def _document_kind(row: Row, fallback: str) -> tuple[str, str | None]:
    """What the cells say, and no more: HF says that the class is public, not that the engine takes it."""
    if row.native == "Y":
        return "native", None
    if row.native:
        return "unknown", f"the document's cell Native says {plain_text(row.native)!r}, neither Y nor nothing"
    if fallback in _FALLBACKS:
        return _FALLBACKS[fallback], None
    if row.hf == "Y":
        return "unknown", "public in transformers; the document does not say whether the engine takes it"
    return "unsupported", None


def _of_matrix(text: str, name: str, sources: Mapping[str, str]) -> TrackedDocument:
    try:
        data = parse_json(text.removeprefix("\ufeff"))
        engine, library = map(_checked_source, data["sources"])
        rows = {
            _text(row["name"]): _matrix_row(row, engine, library, sources) for row in data["architectures"]
        }
        title = f"{engine['engine']} {engine['version'] or engine['location']}"
        words = " with ".join(
            f"{each['engine']} {each['version'] or each['location']}" for each in (engine, library)
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        words = f"{type(error).__name__}: {str(error)[:200]}"
        raise DocumentError(
            f"{name}: is JSON, but not what `archtrack list --format json` prints ({words})"
        ) from error
    if not rows:
        raise DocumentError(f"{name}: lists no architecture")
    return TrackedDocument(title=title, words=f"{words}, {counted(len(rows), 'row')}", rows=rows)


def _matrix_row(
    row: dict[str, Any], engine: dict[str, Any], library: dict[str, Any], sources: Mapping[str, str]
) -> TrackedRow:
    own, other = row["engines"][engine["engine"]], row["engines"]["transformers"]
    native = own["path"] is not None
    where, at = (own, engine) if native else (other, library)
    example = _text(row["example"]["id"]) if row["example"] else ""
    broken = own["broken"]
    if row["category"] not in _CATEGORIES:
        raise ValueError(f"{row['name'][:40]!r} has no category")
    kind, because = _KINDS[own["status"]], None
    if broken is not None:
        because = f"{_text(broken['reason'])} ({_place(broken['path'], broken['line'])})"
    elif own["status"] == Status.UNSUPPORTED.value and other["exported"]:
        kind, because = "unknown", "whether the Transformers backend takes it cannot be said"
    elif not native and other["backend_path"] is not None:
        answer = "true" if other["backend_compatible"] else "false"
        because = (
            f"is_backend_compatible() is {answer} ({_place(other['backend_path'], other['backend_line'])})"
        )
    return TrackedRow(
        kind=kind,
        because=because,
        category=row["category"],
        by=_text(row["category_source"]),
        file=_text(where["file"] or ""),
        place=_place(where["path"], where["line"]) if where["path"] else "",
        address=_address(where, at, sources) if where["path"] else "",
        example=example,
    )


def _address(where: dict[str, Any], engine: dict[str, Any], sources: Mapping[str, str]) -> str:
    """Where a release's line can be looked at; a checkout's may be nowhere."""
    template = sources.get(engine["engine"], "")
    if engine["kind"] != "release" or not template.startswith("https://"):
        return ""
    address = template.replace("{version}", _text(engine["version"])).replace("{path}", where["path"])
    return f"{address}#L{where['line']}"


def _checked_source(source: dict[str, Any]) -> dict[str, Any]:
    """What was read, if each value is of its kind."""
    _text(source["engine"])
    _text(source["version"] or source["location"])
    return source


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:40]!r} is no text")
    return value


def _place(path: object, line: object) -> str:
    """A file and its line, such as ``a.py:7``."""
    if type(line) is not int or not 0 <= line < _LINES:
        raise ValueError(f"{str(line)[:40]!r} is not a line number")
    return f"{_text(path)}:{line}"
