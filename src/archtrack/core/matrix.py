"""The join of an engine's inventory with transformers': one row per architecture."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from archtrack.model import Category, Example, Matrix, MatrixRow

from .categories import BY_NAME, categorize, drafted
from .verdicts import status_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archtrack.model import Inventory, Registration

__all__ = ["Correction", "join"]


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
    source: str = "override"


def join(
    engine: Inventory,
    transformers: Inventory,
    *,
    patterns: Sequence[str],
    corrections: Mapping[str, Correction] | None = None,
) -> Matrix:
    """Every architecture that gets a row: the engine's natives, and the public classes that match a pattern.

    Args:
        engine: the engine's inventory.
        transformers: transformers' inventory; every registration in it is public.
        patterns: ``fnmatch`` patterns of the transformers classes that get a row of their own. Names that contain
            ``PreTrained`` or begin with ``Auto`` never do.
        corrections: by architecture.
    """
    natives, public = engine.by_name(), transformers.by_name()
    names = {name for name in public if _gets_row(name, patterns)} | set(natives)
    lists_pooled = bool(dict(engine.facts).get("is_generation_model"))
    rows = []
    for name in sorted(names):
        correction = (corrections or {}).get(name, Correction())
        native, hf = natives.get(name), public.get(name)
        category, source = categorize(name, native, hf, correction.category, lists_pooled=lists_pooled)
        if source == BY_NAME and (target := drafted(name)) is not None:
            category, source = categorize(target, natives.get(target), public.get(target))
            source = source if source == BY_NAME else f"{target}: {source}"
        rows.append(
            MatrixRow(
                name=name,
                category=category,
                category_source=source,
                status=status_of(native, hf),
                native=native,
                hf=hf,
                example=_example(hf, correction),
                note=correction.note,
            )
        )
    return Matrix(
        rows=tuple(rows), inventories=(engine, transformers), known=frozenset(natives) | frozenset(public)
    )


def _gets_row(name: str, patterns: Sequence[str]) -> bool:
    if "PreTrained" in name or name.startswith("Auto"):
        return False
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _example(hf: Registration | None, correction: Correction) -> Example | None:
    if correction.example is not None:
        return Example(id=correction.example, source="override")
    if hf is not None and hf.example is not None:
        return Example(id=hf.example, source=hf.example_source or "transformers")
    return None
