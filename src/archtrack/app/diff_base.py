"""The use case of ``diff --base``: what a checkout's working tree changes in support against where it began."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archtrack.core.verdict.support_changes import (
    newly_unresolved,
    side_of_inventory,
    side_of_matrix,
    support_changes,
    with_imports,
)
from archtrack.engines import engine_names, load_engine
from archtrack.errors import SourceError, UsageError
from archtrack.sources.git.local import edited_since, merge_base, place_in_repository
from archtrack.sources.library import Library
from archtrack.sources.opening import open_engine
from archtrack.sources.pins import pins_and_file_of
from archtrack.sources.spec import find_checkout

from .track import ENGINE, TRANSFORMERS, refuse_nothing, scan_engine, track

if TYPE_CHECKING:
    from archtrack.config.settings import Settings
    from archtrack.core.verdict.support_changes import Side, SupportChange
    from archtrack.model import Unresolved
    from archtrack.sources.workspace import Workspace

    from .request import Request

__all__ = ["Branch", "compare_with_base"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A working tree against the commit where it left a reference.

    Attributes:
        ref: the reference, as it was given.
        commit: the merge base of it and HEAD.
        before: the engine at that commit.
        after: the engine as the working tree has it.
        changes: the architectures that have another state.
        unresolved: the engine's places that the working tree alone has and that could not be resolved.
        notices: what the user should know about how it came to be.
    """

    ref: str
    commit: str
    before: Side
    after: Side
    changes: tuple[SupportChange, ...]
    unresolved: tuple[Unresolved, ...]
    notices: tuple[str, ...]


def compare_with_base(
    name: str | None, ref: str, request: Request, settings: Settings, workspace: Workspace
) -> Branch:
    """What the working tree changes in support.

    Args:
        name: of the engine; None for the one whose checkout the working directory lies in.
        ref: commit, tag or branch.
        request: the source of transformers, and what changes the registry; its engine is not asked for.
        settings: which of transformers' classes are compared.
        workspace: where the run takes place.

    Raises:
        UsageError: no such engine, several that it could be, or a reference of a kind that is refused.
        SourceError: there is no checkout, or one of the two sides cannot be read.
        ImplausibleError: nothing at all was found in one.
    """
    engine, folder = _checkout(name, workspace)
    _refuse_a_part(engine, folder, workspace)
    commit = merge_base(folder, ref, workspace.environ)
    specs = (f"git:{folder}@{commit}", folder)
    request, notices = _agreed(engine, specs, request, workspace)
    sides = [_side(engine, spec, request, settings, workspace) for spec in specs]
    (before, first), (after, second) = sides
    return Branch(
        ref=ref,
        commit=commit,
        before=before,
        after=after,
        changes=support_changes(before, after, _edited(before, after, folder, commit, workspace)),
        unresolved=newly_unresolved(before, after),
        notices=tuple(dict.fromkeys((*notices, *first, *second))),
    )


def _agreed(
    engine: str, specs: tuple[str, str], request: Request, workspace: Workspace
) -> tuple[Request, tuple[str, ...]]:
    """The request, with one transformers for both sides where they do not say alike which one they pin.

    A working tree may hold the metadata of an unpacked release, which no commit has. Two pins in the same file are what
    the branch changes: each side is then joined with its own.
    """
    if engine != ENGINE or request.transformers is not None:
        return request, ()
    layout = load_engine(engine).layout
    found = []
    with workspace.open_cache() as cache:
        for spec in specs:
            source, _ = open_engine(spec, layout, workspace, cache)
            pins, file = pins_and_file_of(Library(source, cache))
            found.append((dict(pins).get(TRANSFORMERS), file))
    (before, one), (after, other) = found
    if one == other:
        return request, ()
    version = after or before
    if version is None:
        return request, ()
    where = other if after is not None else one
    words = (
        f"both sides are joined with transformers {version}, which {where} pins: only one side has that file"
    )
    return replace(request, transformers=version), (words,)


def _side(
    engine: str, spec: str, request: Request, settings: Settings, workspace: Workspace
) -> tuple[Side, tuple[str, ...]]:
    if engine == ENGINE:
        tracked = track(replace(request, engine=spec), settings, workspace)
        for inventory in tracked.matrix.inventories:
            refuse_nothing(inventory)
        return side_of_matrix(tracked.matrix), tracked.notices
    scanned = scan_engine(engine, spec, workspace, request)
    return side_of_inventory(scanned.inventory), scanned.notices


def _edited(before: Side, after: Side, folder: str, commit: str, workspace: Workspace) -> frozenset[str]:
    """The files with a place that neither side could read, if they or what they import differ."""
    both = {each.place.file for each in before.unresolved} & {each.place.file for each in after.unresolved}
    prefixes = {before.engine.origin.prefix, after.engine.origin.prefix}
    rests = {file: with_imports(before.engine, file) | with_imports(after.engine, file) for file in both}
    paths = {f"{prefix}{path}": path for prefix in prefixes for path in frozenset().union(*rests.values())}
    found = {paths[path] for path in edited_since(folder, commit, paths, workspace.environ)}
    return frozenset(file for file, rest in rests.items() if rest & found)


def _checkout(name: str | None, workspace: Workspace) -> tuple[str, str]:
    """The engine, and its checkout as a path that no source specification takes for anything else."""
    names = (name,) if name is not None else engine_names()
    found = {each: find_checkout(workspace.folder, load_engine(each).layout) for each in names}
    checkouts = {each: path for each, path in found.items() if path is not None}
    if len(checkouts) == 1:
        ((engine, path),) = checkouts.items()
        return engine, os.path.relpath(path, workspace.folder)
    if checkouts:
        raise UsageError(
            f"{workspace.folder} is in a checkout of {' and of '.join(checkouts)}; name the engine:"
            f" `archtrack diff {next(iter(checkouts))} --base REF`"
        )
    what = f"a checkout of {name}" if name is not None else "a checkout of an engine"
    raise SourceError(f"{workspace.folder} is not in {what}; run --base inside one")


def _refuse_a_part(engine: str, folder: str, workspace: Workspace) -> None:
    """Refuse a checkout that a larger repository holds: older states are looked for at the repository's root."""
    within = place_in_repository(folder, workspace.environ)
    if within and within not in load_engine(engine).layout.parents:
        raise SourceError(
            f"{workspace.folder}: the checkout is the folder {within} of a larger repository, in which --base does not"
            f" find older states; `archtrack diff {engine} OLD NEW` compares two folders"
        )
