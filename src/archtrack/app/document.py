"""The use cases of the document: update and rebuild. Compute, compare, then write."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

from archtrack.config.settings import override_lines
from archtrack.core.document.columns import further
from archtrack.core.document.markdown import name_cell
from archtrack.core.document.merge import MergeOptions, MergeResult, merge
from archtrack.core.document.outdated import Expectations, OutdatedRow, outdated_rows
from archtrack.core.document.parse import decode, encode, parse
from archtrack.core.document.rebuild import rebuild
from archtrack.errors import DocumentError, ImplausibleError
from archtrack.sources.files import clear_leftovers, document_lock, read_document, write_atomic

from .elsewhere import fitted, may_have_rows
from .track import track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archtrack.config.settings import Settings
    from archtrack.core.document.parse import Document
    from archtrack.model import Matrix
    from archtrack.sources.workspace import Workspace

    from .request import Request
    from .track import Track

__all__ = [
    "DocumentUpdate",
    "Flags",
    "lock_folder",
    "parsed",
    "rebuild_document",
    "update_document",
]

_LOST_SHARE = 5  # a scan that loses more than one native in five is refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What an update may do.

    Attributes:
        date: ``YYYY-MM-DD``, written if anything else changes.
        refresh: rewrite the cells of rows that are out of date.
        prune: remove the rows of architectures that no engine knows any more.
        force: write even what looks implausible.
        write: False to look only.
    """

    date: str
    refresh: bool = False
    prune: bool = False
    force: bool = False
    write: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentUpdate:
    """What an update did, or would do.

    Attributes:
        path: the document.
        track: the matrix it was held against.
        merge: what changed; ``text`` is the whole new document.
        before: the document's text as it was; None where there was none.
        written: the file was written.
    """

    path: Path
    track: Track
    merge: MergeResult
    before: str | None
    written: bool = False

    @property
    def created(self) -> bool:
        """Whether there was no document before, or nothing in it."""
        return self.before is None or parse(self.before).is_blank

    @property
    def differs(self) -> bool:
        """Whether the document's text is another one now."""
        return self.before != self.merge.text


def update_document(
    path: Path, request: Request, settings: Settings, workspace: Workspace, flags: Flags
) -> DocumentUpdate:
    """Bring a document up to date; create it if it is not there.

    Args:
        path: the document.
        request: which sources.
        settings: from the configuration.
        workspace: where the run takes place.
        flags: what may be done.

    Raises:
        DocumentError: the document cannot be parsed or written.
        ImplausibleError: the scan found nothing, or lost more than a fifth of the natives that the document lists.
        SourceError, UsageError: as ``track``.
    """

    def merged(before: str | None, document: Document, matrix: Matrix) -> MergeResult:
        if before is None or document.is_blank:
            return _anew(before, document, matrix, settings, flags)
        options = MergeOptions(
            date=flags.date,
            refresh=flags.refresh,
            prune=flags.prune,
            force=flags.force,
            columns=settings.columns,
            notes=_notes(settings) if flags.refresh else (),
        )
        return merge(document, matrix, options=options)

    return _change(path, request, settings, workspace, flags, merged)


def rebuild_document(
    path: Path, request: Request, settings: Settings, workspace: Workspace, flags: Flags
) -> DocumentUpdate:
    """Write the whole document anew from the sources alone; arguments and errors as ``update_document``."""

    def rebuilt(before: str | None, document: Document, matrix: Matrix) -> MergeResult:
        return _anew(before, document, matrix, settings, flags)

    return _change(path, request, settings, workspace, flags, rebuilt, anew=True)


def _change(
    path: Path,
    request: Request,
    settings: Settings,
    workspace: Workspace,
    flags: Flags,
    compute: Callable[[str | None, Document, Matrix], MergeResult],
    *,
    anew: bool = False,
) -> DocumentUpdate:
    """Read, compute, compare, and write under a lock; computed again if the document changed meanwhile.

    ``anew``: what is in the document now does not decide which rows the new one has.
    """
    if flags.write:
        clear_leftovers(path)
    data = read_document(path)
    text, document = parsed(path, data)  # a document that cannot be read is told before anything is fetched
    wanted = request.known_elsewhere
    elsewhere = may_have_rows(None if anew else document, wanted=wanted)
    tracked = track(request, settings, workspace, elsewhere=elsewhere)

    def computed(text: str | None, document: Document) -> DocumentUpdate:
        kept = None if anew else document
        matrix = fitted(tracked.matrix, kept, workspace.environ, wanted=wanted)
        _canary(matrix, document, force=flags.force)
        try:
            merged = compute(text, document, matrix)
        except DocumentError as error:
            raise DocumentError(f"{path}: {error}") from error
        return DocumentUpdate(path=path, track=replace(tracked, matrix=matrix), merge=merged, before=text)

    result = computed(text, document)
    if not (flags.write and result.differs):
        return result
    with document_lock(path, lock_folder(workspace)):
        current = read_document(path)
        if current != data:
            result = computed(*parsed(path, current))
        if result.differs:
            write_atomic(path, encode(result.merge.text), expected=current or b"")
    return replace(result, written=result.differs)


def lock_folder(workspace: Workspace) -> Path:
    """Where locks are kept: beside the cache, or in the temporary folder where the cache cannot be written."""
    for folder in (workspace.cache_folder / "locks", *_temporary()):
        if not str(folder).startswith("~"):
            with suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
                if os.access(folder, os.W_OK):
                    return folder
    return workspace.cache_folder / "locks"


def _temporary() -> Iterator[Path]:

    user = os.getuid() if hasattr(os, "getuid") else "locks"
    with suppress(OSError):  # no folder for temporary files either
        yield Path(gettempdir()) / f"archtrack-{user}"


def parsed(path: Path, data: bytes | None) -> tuple[str | None, Document]:
    """A document's text (None where there is none) and what it says."""
    if data is None:
        return None, parse("")
    try:
        text = decode(data)
    except DocumentError as error:
        raise DocumentError(f"{path}: {error}") from error
    return text, parse(text)


def _notes(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Where the configuration says the note of an architecture; looked for only where the document shows notes."""
    if "notes" not in settings.columns:
        return ()
    lines = override_lines(settings)
    return tuple(
        (each.name, f"{settings.path}:{lines[each.name]}" if each.name in lines else settings.path or "")
        for each in settings.overrides
        if each.note
    )


def _anew(
    before: str | None, document: Document, matrix: Matrix, settings: Settings, flags: Flags
) -> MergeResult:
    """A whole new document, and what that changes about the old one's rows."""
    _check_ours(before, document, force=flags.force)
    newline = "\r\n" if before and "\r\n" in before else "\n"
    text = rebuild(matrix, flags.date, columns=settings.columns, newline=newline)
    if before is not None and _undated(before) == _undated(text):
        text = before
    listed, rows = {row.name for row in document.rows}, {name_cell(row.name) for row in matrix.rows}
    expectations = Expectations(matrix)
    chosen = further(settings.columns)
    found = outdated_rows(document, expectations, chosen, notes=dict(_notes(settings)))
    outdated = {one.row.line: one for one in found}
    dropped = tuple(
        outdated.get(row.line) or OutdatedRow(row=row, category=section.category, changes=())
        for section in document.sections
        for row in section.rows
        if row.name not in rows
    )
    written = parse(text)
    return MergeResult(
        text=text,
        changed=text != before,
        added=tuple(row for row in matrix.rows if name_cell(row.name) not in listed),
        refreshed=tuple(one for one in outdated.values() if one.in_cells and one.row.name in rows),
        pruned=dropped,
        before=tuple(document.counts().items()),
        after=tuple(written.counts().items()),
        passing=expectations.passing(written.rows),
    )


def _check_ours(before: str | None, document: Document, *, force: bool) -> None:
    """Refuse to write a whole document over a text that never was one."""
    if force or not before or document.is_blank or document.sections or document.problems:
        return
    raise DocumentError(
        "has none of the document's headings; name another with --doc, or overwrite it with --force"
    )


def _canary(matrix: Matrix, document: Document, *, force: bool) -> None:
    """Refuse a result that would gut the document."""
    if force:
        return
    engine, transformers = matrix.inventories[:2]
    natives = {row.name for row in matrix.rows if row.native is not None}
    hint = "check the source, or use --force if it is right"
    if not natives:
        raise ImplausibleError(f"{engine.origin.location}: it registers no architecture; {hint}")
    if all(
        "PreTrained" in each.name for each in transformers.registrations
    ):  # its base classes are always there
        raise ImplausibleError(f"{transformers.origin.location}: it has no public model class; {hint}")
    listed = {row.name for row in document.rows if row.native == "Y"}
    lost = sorted(listed - natives)
    if len(lost) * _LOST_SHARE > len(listed):
        shown = ", ".join(lost[:5]) + (", …" if len(lost) > 5 else "")  # noqa: PLR2004 -- enough to recognise
        raise ImplausibleError(
            f"{len(lost)} of the {len(listed)} natives in the document are not registered in "
            f"{engine.origin.location} ({shown}); {hint}"
        )


def _undated(text: str) -> str:
    """A document without the line that holds its date."""
    return "\n".join(line for line in text.split("\n") if "**Last updated:**" not in line)
