"""The join of an engine's inventory with transformers': one row per architecture."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from archtrack.model import Example, Matrix, MatrixRow, Unresolved

from .categories import Registered, voices_of, weigh
from .elsewhere import models_elsewhere
from .examples import ExampleSources, example_of, targets_of
from .status import status_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from archtrack.model import Broken, Elsewhere, Inventory, Override

    from .categories import Others
    from .example_table import Entry
    from .examples import Attests

__all__ = ["backend_compatible", "join", "uncertain_import"]


def join(  # noqa: PLR0913 -- each is evidence of another kind
    engine: Inventory,
    transformers: Inventory,
    *,
    patterns: Sequence[str],
    overrides: Iterable[Override] = (),
    settings: str | None = None,
    broken: Mapping[str, Broken] | None = None,
    attested: Attests | None = None,
    table: Mapping[str, Entry] | None = None,
    hub: Mapping[str, Example] | None = None,
    others: Others | None = None,
    elsewhere: Mapping[str, tuple[Elsewhere, ...]] | None = None,
    run_as_others: Collection[str] = (),
) -> Matrix:
    """Every architecture that gets a row: the engine's natives, and the public classes that match a pattern.

    Beside them, the rows of what only other engines have.

    Args:
        engine: the engine's inventory.
        transformers: transformers' inventory; every registration in it is public.
        patterns: ``fnmatch`` patterns of the transformers classes that get a row of their own. Names that contain
            ``PreTrained`` or begin with ``Auto`` never do.
        overrides: what a maintainer says of single architectures.
        settings: the file that says so, to be named beside an example of it.
        broken: path of a module of the engine -> why it cannot be imported, or may not be.
        attested: the model index, for examples.
        table: the shipped table of examples, by architecture.
        hub: what the Hub was asked for, by architecture.
        others: what other engines say of categories.
        elsewhere: architecture -> the other engines that have it.
        run_as_others: the names that the engine does not register and runs as others all the same.
    """
    natives, public = engine.by_name(), transformers.by_name()
    own = {override.name: override for override in overrides}
    names = {name for name in public if _gets_row(name, patterns)} | set(natives)
    voices = voices_of(Registered.of(engine, transformers, others))
    examples = ExampleSources(
        overrides=_examples(own.values(), settings),
        hub=hub or {},
        attested=attested,
        table=table or {},
        targets=targets_of(dict(engine.facts)),
    )
    found, left_out = models_elsewhere(elsewhere or {}, {*natives, *public, *run_as_others})

    def row_of(name: str, seen: tuple[Elsewhere, ...] = ()) -> MatrixRow:
        override = own.get(name)
        native, hf = natives.get(name), public.get(name)
        flaw = (broken or {}).get(native.place.file) if native is not None else None
        said = override.category if override is not None else None
        category, source = (said, "override") if said is not None else weigh(name, voices)
        return MatrixRow(
            name=name,
            category=category,
            category_source=source,
            status=status_of(native, hf, flaw),
            broken=flaw,
            native=native,
            hf=hf,
            example=example_of(name, examples),
            note=override.note if override is not None else None,
            elsewhere=seen,
        )

    return Matrix(
        rows=tuple(map(row_of, sorted(names))),
        inventories=(_with_doubts(engine, broken or {}), transformers),
        known=frozenset((*natives, *public, *run_as_others, *(elsewhere or ()))),
        elsewhere=tuple(row_of(name, seen) for name, seen in found.items()),
        left_out=left_out,
    )


def _with_doubts(engine: Inventory, broken: Mapping[str, Broken]) -> Inventory:
    """The engine's inventory, with the imports that may fail in a running engine as unresolved places."""
    registering = {each.place.file for each in engine.registrations}
    doubts = {
        Unresolved(reason=uncertain_import(flaw), place=flaw.place)
        for path, flaw in broken.items()
        if path in registering and not flaw.certain
    }
    if not doubts:
        return engine
    unresolved = sorted({*engine.unresolved, *doubts}, key=lambda each: (each.place.file, each.place.line))
    return replace(engine, unresolved=tuple(unresolved))


def uncertain_import(flaw: Broken) -> str:
    """The reason of an unresolved place for an import that may fail in a running engine."""
    when = f", if {flaw.condition}" if flaw.condition else ""
    return f"{flaw.reason}: the module may not be importable{when}; archtrack takes it for importable"


def backend_compatible(row: MatrixRow) -> bool | None:
    """The answer of the Transformers backend's own check; None if there is no class or no answer."""
    if row.hf is None or row.hf.transformers is None:
        return None
    return row.hf.transformers.backend_compatible


def _gets_row(name: str, patterns: Sequence[str]) -> bool:
    if "PreTrained" in name or name.startswith("Auto"):
        return False
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _examples(overrides: Iterable[Override], settings: str | None) -> dict[str, Example]:
    """The checkpoints that overrides name, by architecture."""
    source = "override" if settings is None else f"override: {settings}"
    return {
        each.name: Example(id=each.example, source=source) for each in overrides if each.example is not None
    }
