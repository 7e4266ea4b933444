"""The join of an engine's inventory with transformers': one row per architecture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from archtrack.model import Category, Example, Matrix, MatrixRow, Unresolved

from .categories import Known, categorize
from .examples import ExampleSources, example_of, targets_of
from .verdicts import status_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archtrack.model import Broken, Inventory

    from .example_table import Entry

__all__ = ["Correction", "doubt", "join"]

_OVERRIDE = "override"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a maintainer's configuration says of one architecture.

    Attributes:
        category: its section, or None.
        example: a checkpoint, or None.
        note: a remark, or None.
        source: the place that says so (``archtrack.toml``).
    """

    category: Category | None = None
    example: str | None = None
    note: str | None = None
    source: str = _OVERRIDE


def join(
    engine: Inventory,
    transformers: Inventory,
    *,
    patterns: Sequence[str],
    corrections: Mapping[str, Correction] | None = None,
    broken: Mapping[str, Broken] | None = None,
    table: Mapping[str, Entry] | None = None,
    hub: Mapping[str, Example] | None = None,
) -> Matrix:
    """Every architecture that gets a row: the engine's natives, and the public classes that match a pattern.

    Args:
        engine: the engine's inventory.
        transformers: transformers' inventory; every registration in it is public.
        patterns: ``fnmatch`` patterns of the transformers classes that get a row of their own. Names that contain
            ``PreTrained`` or begin with ``Auto`` never do.
        corrections: by architecture.
        broken: path of a module of the engine -> why it cannot be imported, or may not be.
        table: the shipped table of examples, by architecture.
        hub: what the Hub was asked for, by architecture.
    """
    natives, public = engine.by_name(), transformers.by_name()
    names = {name for name in public if _gets_row(name, patterns)} | set(natives)
    known = Known(
        natives=natives,
        public=public,
        lists_pooled=bool(dict(engine.facts).get("is_generation_model")),
    )
    examples = ExampleSources(
        overrides=_overrides(corrections or {}),
        hub=hub or {},
        table=table or {},
        declared=public,
        targets=targets_of(dict(engine.facts)),
    )
    rows = []
    for name in sorted(names):
        correction = (corrections or {}).get(name, Correction())
        native, hf = natives.get(name), public.get(name)
        flaw = (broken or {}).get(native.place.file) if native is not None else None
        category, source = categorize(name, known, correction.category)
        rows.append(
            MatrixRow(
                name=name,
                category=category,
                category_source=source,
                status=status_of(native, hf, flaw),
                broken=flaw,
                native=native,
                hf=hf,
                example=example_of(name, examples),
                note=correction.note,
            )
        )
    return Matrix(
        rows=tuple(rows),
        inventories=(_with_doubts(engine, broken or {}), transformers),
        known=frozenset(natives) | frozenset(public),
    )


def _with_doubts(engine: Inventory, broken: Mapping[str, Broken]) -> Inventory:
    """The engine's inventory with the imports of which only a running engine would tell whether they fail."""
    registering = {each.place.file for each in engine.registrations}
    doubts = {
        Unresolved(reason=doubt(flaw), place=flaw.place)
        for path, flaw in broken.items()
        if path in registering and not flaw.certain
    }
    if not doubts:
        return engine
    unresolved = sorted({*engine.unresolved, *doubts}, key=lambda each: (each.place.file, each.place.line))
    return replace(engine, unresolved=tuple(unresolved))


def doubt(flaw: Broken) -> str:
    """What is said of an import of which only a running engine would tell whether it fails."""
    when = f", if {flaw.condition}" if flaw.condition else ""
    return f"{flaw.reason}: the module may not be importable{when}; archtrack takes it for importable"


def _gets_row(name: str, patterns: Sequence[str]) -> bool:
    if "PreTrained" in name or name.startswith("Auto"):
        return False
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _overrides(corrections: Mapping[str, Correction]) -> dict[str, Example]:
    return {
        name: Example(
            id=each.example, source=_OVERRIDE if each.source == _OVERRIDE else f"{_OVERRIDE}: {each.source}"
        )
        for name, each in corrections.items()
        if each.example is not None
    }
