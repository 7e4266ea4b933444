"""Which registered modules fail to import, by the names that another package lacks.

An engine that imports its modules one by one skips one that fails, and every module that imports that one. So a
missing name travels: from the module that asks for it to those that import it, with the conditions on the way.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.core.python.conditions import both
from archtrack.core.python.source import candidates, module_name
from archtrack.model import Broken, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from archtrack.model import Import

__all__ = ["Missing", "broken_modules", "files_imported", "names_imported"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A name, or a whole module, that the other package lacks.

    Attributes:
        module: dotted, as imported.
        name: None where the module itself is missing.
        certain: False if that could not be told; then no module counts as broken because of it.
        reason: why, in words.
    """

    module: str
    name: str | None
    certain: bool
    reason: str


def names_imported(imports: Iterable[Import], package: str) -> set[tuple[str, str | None]]:
    """The (module, name) pairs that are imported from another package."""
    return {
        (module, name)
        for level, module, name, _, _ in imports
        if not level and (module == package or module.startswith(f"{package}."))
    }


def files_imported(path: str, each: Import, exists: Callable[[str], bool]) -> tuple[str, ...]:
    """The files that run when a module imports ``each`` from its own package; none for other packages.

    These are the module, the ``__init__.py`` of the packages around it, and a submodule that is imported by name.

    Args:
        path: of the importing module.
        each: one of its imports.
        exists: whether there is such a file.
    """
    level, module, name, _, _ = each
    tried = candidates(path, level, module)
    found = [one for one in tried if exists(one)][:1]
    if not tried:
        return ()
    base = (found or tried)[0].removesuffix(".py").removesuffix("/__init__")
    if name is not None and (
        not found or found[0].endswith("/__init__.py")
    ):  # a package may do without __init__.py
        found += [one for one in (f"{base}/{name}/__init__.py", f"{base}/{name}.py") if exists(one)][:1]
    if not found:
        return ()
    parts = base.split("/")
    around = (f"{'/'.join(parts[:depth])}/__init__.py" for depth in range(1, len(parts)))
    return (*(one for one in around if exists(one)), *found)


def broken_modules(
    imports: Mapping[str, Sequence[Import]],
    missing: Iterable[Missing],
    exists: Callable[[str], bool],
    unparsable: Mapping[str, tuple[str, int]] | None = None,
) -> dict[str, Broken]:
    """The modules that cannot be imported, or may not be: path -> why.

    Args:
        imports: path -> what the module imports.
        missing: what the other package lacks.
        exists: whether there is such a file in the engine.
        unparsable: path of a module that fails on its own (``Inventory.unparsable``) -> why, and the line.
    """
    lacking = {(each.module, each.name): each for each in missing}
    if not lacking and not unparsable:
        return {}
    importers: dict[str, list[tuple[str, str | None]]] = {}
    found = {
        path: Broken(
            reason=reason, place=Place(file=path, line=line), condition=None, certain=True, through=()
        )
        for path, (reason, line) in (unparsable or {}).items()
    }
    queue: deque[str] = deque()
    for path, statements in imports.items():
        for each in statements:
            _, module, name, line, condition = each
            absent = None if each[0] else lacking.get((module, name)) or lacking.get((module, None))
            if absent is not None and _worse(found.get(path), condition, certain=absent.certain):
                found[path] = Broken(
                    reason=absent.reason,
                    place=Place(file=path, line=line),
                    condition=condition,
                    certain=absent.certain and condition is None,
                    through=(),
                )
            for other in files_imported(path, each, exists):
                importers.setdefault(other, []).append((path, condition))
    queue.extend(found)
    while queue:
        path = queue.popleft()
        inner = found[path]
        for importer, condition in importers.get(path, ()):
            joined = both(condition, inner.condition)
            certain = inner.certain and condition is None
            if importer != path and _worse(found.get(importer), joined, certain=certain):
                found[importer] = Broken(
                    reason=inner.reason,
                    place=inner.place,
                    condition=joined,
                    certain=certain,
                    through=(module_name(path), *inner.through),
                )
                queue.append(importer)
    return found


def _worse(known: Broken | None, condition: str | None, *, certain: bool) -> bool:
    """Whether a finding replaces the known one: a certain one replaces one that depends on a condition."""
    return known is None or (certain and condition is None and not known.certain)
