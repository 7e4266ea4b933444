"""The use cases of ``lint``: a document's own consistency, the configuration's overrides, examples on the Hub."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archtrack.config.settings import override_lines
from archtrack.core.document.columns import further
from archtrack.core.document.lint import fix as fixed
from archtrack.core.document.lint import lint
from archtrack.core.document.parse import encode, parse
from archtrack.core.matrix.examples import targets_of
from archtrack.core.matrix.overrides import lint_overrides, with_overrides
from archtrack.errors import DocumentError, SourceError
from archtrack.hub.examples import lint_examples
from archtrack.sources.files import document_lock, read_document, write_atomic

from .document import lock_folder, parsed
from .elsewhere import fitted
from .examples import contradiction_of
from .history.store import Histories
from .track import refuse_nothing, track

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from archtrack.config.settings import Settings
    from archtrack.model import Finding, Override
    from archtrack.sources.workspace import Workspace

    from .request import Request
    from .track import Track

__all__ = ["lint_configuration", "lint_document", "lint_hub"]


def lint_document(
    path: Path,
    tracked: Track | None,
    workspace: Workspace,
    *,
    fix: bool,
    columns: tuple[str, ...] = (),
    known_elsewhere: bool | None = None,
    overrides: Iterable[Override] = (),
) -> tuple[tuple[Finding, ...], bool]:
    """A document's findings, and whether it was written.

    Args:
        path: the document.
        tracked: the sources to hold it against, None for its own consistency alone.
        workspace: where the run takes place.
        fix: put right what is mechanical, and return what is left.
        columns: names of the further columns that were chosen.
        known_elsewhere: as in ``Request``.
        overrides: of the configuration, whose examples nobody contradicts.

    Raises:
        DocumentError: the document is not there, cannot be parsed or cannot be written.
        DataError: the model index or a history cannot be read.
    """
    data = read_document(path)
    if data is None:
        raise DocumentError(f"{path}: no such document; `archtrack update` creates one")
    chosen = further(columns)
    before, document = parsed(path, data)
    matrix = None
    if tracked is not None:
        matrix = fitted(tracked.matrix, document, workspace.environ, wanted=known_elsewhere)
    contradicted = contradiction_of(Histories(workspace.environ), overrides)
    if not fix or fixed(document) == before:
        return lint(document, matrix=matrix, columns=chosen, contradicted=contradicted), False
    with document_lock(path, lock_folder(workspace)):
        data = read_document(path) or b""
        text = fixed(parsed(path, data)[1])
        write_atomic(path, encode(text), expected=data)
    return lint(parse(text), matrix=matrix, columns=chosen, contradicted=contradicted), True


def lint_configuration(
    request: Request, settings: Settings, workspace: Workspace, today: date
) -> tuple[tuple[Finding, ...], Track]:
    """What is wrong with the overrides of the configuration, and the sources joined with them.

    Args:
        request: which sources.
        settings: from the configuration.
        workspace: where the run takes place.
        today: the day by which an override has expired or not.

    Raises:
        ImplausibleError: nothing at all was found in a source.
        SourceError, UsageError: as ``track``.
    """
    try:
        tracked = track(request, replace(settings, overrides=()), workspace)
    except SourceError as error:
        what = f"`lint` reads the sources because {settings.path} has overrides to check"
        raise SourceError(f"{error}; {what}") from error
    for inventory in tracked.matrix.inventories:
        refuse_nothing(inventory)
    lines = override_lines(settings)
    places = {each.name: (settings.path or "", lines.get(each.name, 0)) for each in settings.overrides}
    findings = lint_overrides(settings.overrides, tracked.matrix, today, places)
    return findings, replace(tracked, matrix=with_overrides(tracked.matrix, settings.overrides))


def lint_hub(path: Path, tracked: Track, workspace: Workspace) -> tuple[Finding, ...]:
    """The examples of a document that are not what they say, by the Hub.

    Args:
        path: the document.
        tracked: the sources, which know drafts and the models that they draft for.
        workspace: where the run takes place.

    Raises:
        DocumentError: the document cannot be parsed.
        TargetError: the Hub cannot be asked.
    """
    _, document = parsed(path, read_document(path))
    targets = targets_of(dict(tracked.matrix.inventories[0].facts))
    names = {draft: [target.name for target in found] for draft, found in targets.items()}
    return lint_examples(document.rows, names, offline=workspace.offline)
