"""Which architectures SGLang turns into which draft when it loads a checkpoint as a draft model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.drafts import CONSTANT, draft_targets
from archtrack.core.listed import strings_in
from archtrack.core.modules import import_of
from archtrack.core.outline import outline
from archtrack.model import Place

from .sglang import MODEL_CONFIG, constant_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.sources.library import Library

__all__ = ["drafts_of"]

REVISION = 2
"""Counts up whenever equal files would give other facts."""


def drafts_of(library: Library) -> tuple[tuple[str, str, Place], ...]:
    """(target, draft, place) of what the engine writes into a config that it loads as a draft model."""
    return tuple(_drafts(library))


def _drafts(library: Library) -> Iterator[tuple[str, str, Place]]:
    if MODEL_CONFIG not in library.paths(MODEL_CONFIG):
        return
    facts = library.facts((MODEL_CONFIG,), f"sglang-drafts-{REVISION}", _draft_facts)[MODEL_CONFIG]
    for draft, entries in facts["drafts"].items():
        for target, line in entries:
            names = [target]
            if target.startswith(CONSTANT):
                constant = target.removeprefix(CONSTANT)
                origin = facts["imported"].get(constant)
                names = facts["own"].get(constant, [])
                names = constant_list(library, *origin) if origin is not None else names
            yield from ((name, draft, Place(file=MODEL_CONFIG, line=line)) for name in names)


def _draft_facts(data: bytes) -> dict[str, Any]:
    """The facts of the file.

    ``{"drafts": as core.drafts gives them, "imported": {constant: [level, module, attribute]}, "own": {constant:
    [architectures]}}``.
    """
    drafts = draft_targets(data)
    read = outline(data)
    imported, own = {}, {}
    for target in (target for entries in drafts.values() for target, _ in entries):
        name = target.removeprefix(CONSTANT)
        if name == target or read is None:
            continue
        origin = import_of(read, name)
        if origin is not None:
            imported[name] = list(origin[:3])
        else:
            own[name] = strings_in(read, name)
    return {"drafts": drafts, "imported": imported, "own": own}
