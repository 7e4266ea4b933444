"""What an engine's code shows of the architectures that none of its lists names.

Their modules have been searched for signs together with the registrations (``core/module_signs.py``); here the signs
of a class and of what it inherits from come together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archtrack.core.module_signs import Listed, class_signs, shown_by
from archtrack.model import Signs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from archtrack.model import Place, Registration
    from archtrack.sources.library import Library

    from ._entry_class import EntryClasses

__all__ = ["with_signs"]


def with_signs(
    found: EntryClasses,
    libraries: Sequence[Library],
    drafts: Iterable[tuple[str, str, Place]],
    revision: int,
) -> tuple[Registration, ...]:
    """The registrations, sorted by name, with what the code shows of those without a category.

    Args:
        found: the registry.
        libraries: where their modules are; the last one is the engine's own.
        drafts: (target, draft, place) of what the engine turns into a draft.
        revision: of the engine.
    """
    registered = {
        name: Listed(path=each.defined.file, category=each.category, source=each.category_source)
        for name, each in found.registrations.items()
        if each.defined is not None
    }
    paths = {each.path for each in registered.values() if each.category is None}
    facts = {**found.signs, **_facts(sorted(paths - set(found.signs)), libraries, f"sglang-signs-{revision}")}
    targets: dict[str, dict[str, Place]] = {}
    for target, draft, place in drafts:
        targets.setdefault(draft, {}).setdefault(target, place)
    signed = []
    for name, each in sorted(found.registrations.items()):
        if each.category is None and each.defined is not None:
            category, source = shown_by(
                name, each.defined.file, lambda path: facts.get(path, {}), registered
            ) or (None, None)
            served = {target: place for target, place in targets.get(name, {}).items() if target != name}
            signs = Signs(
                category=category,
                source=source,
                targets=tuple(served),
                targets_source=str(next(iter(served.values()))) if served else None,
            )
            signed.append(replace(each, signs=signs))
        else:
            signed.append(each)
    return tuple(signed)


def _facts(paths: Sequence[str], libraries: Sequence[Library], kind: str) -> Mapping[str, Any]:
    """The signs of modules that register nothing themselves, from the first library that has each."""
    found: dict[str, Any] = {}
    for library in libraries:
        there = library.paths(*paths)
        found.update(library.facts([path for path in there if path not in found], kind, class_signs))
    return found
