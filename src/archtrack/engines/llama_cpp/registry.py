"""What llama.cpp registers: the architectures that its conversion code takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.errors import SourceError
from archtrack.model import Category, Inventory, Place, Registration, Unresolved

from .conversion import conversion_code, groups_of
from .files import PACKED_CONSTANTS
from .load_facts import runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.engines.base import ScanOptions
    from archtrack.sources.library import Library

    from .conversion import Entry

__all__ = ["scan"]


def scan(library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG001 -- none concerns llama.cpp
    """The architectures that a version converts.

    Raises:
        SourceError: it is not llama.cpp, or too old, or a file cannot be read.
    """
    code, run = conversion_code(library), runs(library)
    if not code.found and not code.unresolved and not library.paths(*PACKED_CONSTANTS):
        raise SourceError(
            f"{library.origin.location}: its conversion code registers no architecture by name: it is not"
            " llama.cpp, or older than November 2023; name a newer one"
        )
    away = tuple(f"{name} {group} {path}:{line}" for name, group, path, line in sorted(code.turned_away))
    return Inventory(
        engine="llama-cpp",
        version=library.origin.version,
        origin=library.origin,
        registrations=tuple(
            _registration(name, groups) for name, groups in sorted(groups_of(code.found).items())
        ),
        unresolved=tuple(
            Unresolved(reason=reason, place=Place(file=file, line=line))
            for file, line, reason in sorted([*code.unresolved, *run.unresolved])
        ),
        facts=(("turned_away", away),) if away else (),
    )


def _registration(name: str, groups: Mapping[str, Entry]) -> Registration:
    """One architecture; the converter of its text stands for it where there is one."""
    entry = groups.get("text") or groups["mmproj"]
    sees = groups.get("mmproj")
    return Registration(
        name=name,
        file=entry.module,
        place=Place(file=entry.path, line=entry.line),
        defined_in=entry.module.removesuffix(".py").replace("/", "."),
        defined=Place(file=entry.module, line=entry.class_line) if entry.class_line else None,
        condition=entry.condition,
        category=Category.MULTIMODAL if sees is not None else None,
        category_source=f"{sees.path}:{sees.line} mmproj" if sees is not None else None,
        class_name=None if entry.class_name == name else entry.class_name,
        groups=tuple(groups),
    )
