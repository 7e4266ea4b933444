"""What one release of SGLang registers, with all that its files say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.matrix.examples import DRAFT_TARGETS
from archtrack.engines._comparisons import chained_classes
from archtrack.engines._versions import version_of
from archtrack.errors import SourceError
from archtrack.model import Inventory, Place, Registration
from archtrack.sources.pins import pins_of

from .drafts import drafts_of
from .entry_classes import EntryClasses
from .files import MODELS, RUNNER, SINCE, VERSION_FILES
from .lists import categories_of, statements_of
from .remapping import add_remapped
from .signs import with_signs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.engines.base import ScanOptions
    from archtrack.sources.library import Library

__all__ = ["scan"]

ENGINE = "sglang"


def scan(library: Library, options: ScanOptions) -> Inventory:
    """What ``ModelRegistry`` registers.

    Args:
        library: the release.
        options: what the user told SGLang.

    Raises:
        SourceError: the source is no SGLang, or an external package has no modules.
    """
    paths = library.paths(f"{MODELS}/*.py")
    if not paths:
        raise SourceError(
            f"{library.origin.location} has no {MODELS}/*.py: it is not SGLang, or a release before"
            f" {SINCE}; name a newer one, or another source"
        )
    by_hand = _by_hand(library)
    if by_hand:
        return Inventory(
            engine=ENGINE,
            version=version_of(library, VERSION_FILES),
            origin=library.origin,
            registrations=by_hand,
            pins=pins_of(library),
        )
    statements = statements_of(library)
    found = EntryClasses(MODELS, categories_of(statements), options.disabled)
    libraries: tuple[Library, ...] = (library,)
    if options.external is not None:
        external = options.external
        inside = external.library.paths(f"{external.folder}/*.py", f"{external.folder}/*/__init__.py")
        if not any(path.count("/") == external.folder.count("/") + 1 for path in inside):
            raise SourceError(f"{external.library.origin.location} has no modules in {external.folder}")
        found.add_package(external.folder, inside, (external.library, library))
        libraries = (external.library, library)
    packages = library.paths(f"{MODELS}/*/__init__.py")
    inner = library.paths(f"{MODELS}/*/**/*.py")
    found.add_package(MODELS, (*paths, *packages), (library,), inner)
    add_remapped(found, library)
    drafts = drafts_of(library)
    return Inventory(
        engine=ENGINE,
        version=version_of(library, VERSION_FILES),
        origin=library.origin,
        registrations=with_signs(found.registrations, found.signs, libraries, drafts),
        unresolved=tuple(sorted(found.unresolved, key=lambda each: (each.place.file, each.place.line))),
        pins=pins_of(library),
        imports=tuple(sorted(found.imports.items())),
        unparsable=tuple((path, *found.unparsable[path]) for path in sorted(found.unparsable)),
        facts=_facts(statements, drafts),
    )


def _facts(
    statements: Mapping[str, Mapping[str, int]], drafts: tuple[tuple[str, str, Place], ...]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The engine's own lists, and what it loads as a draft in place of what, in the order of the file."""
    facts = {name: tuple(sorted(values)) for name, values in statements.items()}
    facts[DRAFT_TARGETS] = tuple(f"{draft} {target} {place}" for target, draft, place in drafts)
    return tuple(sorted((name, values) for name, values in facts.items() if values))


def _by_hand(library: Library) -> tuple[Registration, ...]:
    """What the first releases compare an architecture with; nothing for all others."""
    if RUNNER not in library.paths(RUNNER):
        return ()
    facts = library.facts((RUNNER,), "sglang-chain-2", lambda data: chained_classes(data, "arch"))[RUNNER]
    found = {}
    for name, line, class_name in facts["chained"]:
        _, module, attribute = facts["imports"].get(class_name) or [0, "", class_name]
        found[name] = Registration(
            name=name,
            file=f"{module.rpartition('.')[2]}.py",
            place=Place(file=RUNNER, line=line),
            defined_in=module,
            class_name=None if attribute == name else attribute,
        )
    return tuple(found[name] for name in sorted(found))
