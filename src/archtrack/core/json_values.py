"""Values as the JSON that ``--format json`` prints, by the schema in ``data/schema.json``, and back for the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.model import (
    Broken,
    Category,
    Elsewhere,
    Example,
    Inventory,
    Matrix,
    MatrixRow,
    Origin,
    Place,
    Registration,
    Signs,
    TransformersFacts,
    Unresolved,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "SCHEMA_VERSION",
    "broken_from_json",
    "broken_to_json",
    "elsewhere_to_json",
    "engine_source_to_json",
    "example_to_json",
    "inventory_from_json",
    "inventory_to_json",
    "matrix_to_json",
    "source_to_json",
    "unresolved_to_json",
    "well_formed",
]

SCHEMA_VERSION = 2


def source_to_json(inventory: Inventory) -> dict[str, Any]:
    """What was read: kind, location, version, digest."""
    origin = inventory.origin
    return {
        "distribution": origin.distribution,
        "kind": origin.kind,
        "location": origin.location,
        "prefix": origin.prefix,
        "version": origin.version,
        "digest": origin.digest,
    }


def engine_source_to_json(inventory: Inventory) -> dict[str, Any]:
    """The same with the engine, and with the version that the engine's own files name where the origin names none."""
    return {"engine": inventory.engine, **source_to_json(inventory), "version": inventory.version}


def inventory_to_json(inventory: Inventory) -> dict[str, Any]:
    """One engine's inventory: what ``scan --format json`` prints."""
    return {
        "schema_version": SCHEMA_VERSION,
        "engine": inventory.engine,
        "version": inventory.version,
        "source": source_to_json(inventory),
        "pins": dict(inventory.pins),
        "architectures": {each.name: _registration(each) for each in inventory.registrations},
        "statements": {name: list(values) for name, values in inventory.facts},
        "unresolved": [unresolved_to_json(each) for each in inventory.unresolved],
    }


def matrix_to_json(matrix: Matrix) -> dict[str, Any]:
    """The joined matrix: what ``list --format json`` prints."""
    return {
        "schema_version": SCHEMA_VERSION,
        "sources": [engine_source_to_json(inventory) for inventory in matrix.inventories],
        "architectures": [_row(row, matrix.inventories[0].engine) for row in matrix.rows],
        "left_out": [
            {"name": each.name, "reason": each.role.value, "source": each.source} for each in matrix.left_out
        ],
        "unresolved": [
            {"engine": inventory.engine, **unresolved_to_json(each)}
            for inventory in matrix.inventories
            for each in inventory.unresolved
        ],
    }


def inventory_from_json(data: dict[str, Any]) -> Inventory:
    """What ``inventory_to_json`` made, as a value again.

    Raises:
        KeyError, TypeError, ValueError: the data is not of this schema version.
    """
    if data["schema_version"] != SCHEMA_VERSION:
        raise ValueError(f"schema version {data['schema_version']}, not {SCHEMA_VERSION}")
    return Inventory(
        engine=data["engine"],
        version=data["version"],
        origin=Origin(**data["source"]),
        registrations=tuple(
            _registration_from(name, value, data["engine"]) for name, value in data["architectures"].items()
        ),
        unresolved=tuple(
            Unresolved(reason=each["reason"], place=Place(file=each["file"], line=each["line"]))
            for each in data["unresolved"]
        ),
        pins=tuple(data["pins"].items()),
        facts=tuple((name, tuple(values)) for name, values in data["statements"].items()),
    )


def _registration(each: Registration) -> dict[str, Any]:
    data: dict[str, Any] = {
        "file": each.file,
        "line": each.place.line,
        "path": each.place.file,
        "defined_in": each.defined_in,
        "defined_path": each.defined.file if each.defined else None,
        "defined_line": each.defined.line if each.defined else None,
        "condition": each.condition,
        "category": each.category.value if each.category else None,
        "category_source": each.category_source,
        "example": {"id": each.example, "source": each.example_source} if each.example else None,
    }
    if each.transformers is not None:
        data.update(_transformers(each.transformers))
    else:
        data["signs"] = _signs(each.signs)
        data["class"] = each.class_name or each.name
        data["groups"] = list(each.groups)
    return data


def _signs(signs: Signs) -> dict[str, Any]:
    return {
        "category": signs.category.value if signs.category else None,
        "source": signs.source,
        "targets": list(signs.targets),
        "targets_source": signs.targets_source,
    }


def _transformers(facts: TransformersFacts) -> dict[str, Any]:
    return {
        "exported": facts.exported,
        "backend_compatible": facts.backend_compatible,
        "backend_path": facts.backend_place.file if facts.backend_place else None,
        "backend_line": facts.backend_place.line if facts.backend_place else None,
        "bases": list(facts.bases),
        "auto_mappings": list(facts.auto_mappings),
        "attention_settable": facts.attention_settable,
        "flex_attention": facts.flex_attention,
        "model_type": facts.model_type,
        "inputs": list(facts.inputs),
    }


def _registration_from(name: str, data: dict[str, Any], engine: str) -> Registration:
    defined = data["defined_path"]
    facts = None
    if engine == "transformers":
        decided = data["backend_path"]
        facts = TransformersFacts(
            exported=data["exported"],
            backend_compatible=data["backend_compatible"],
            backend_place=Place(file=decided, line=data["backend_line"]) if decided else None,
            bases=tuple(data["bases"]),
            auto_mappings=tuple(data["auto_mappings"]),
            attention_settable=data["attention_settable"],
            flex_attention=data["flex_attention"],
            model_type=data["model_type"],
            inputs=tuple(data["inputs"]),
        )
    example = data["example"]
    return Registration(
        name=name,
        file=data["file"],
        place=Place(file=data["path"], line=data["line"]),
        defined_in=data["defined_in"],
        defined=Place(file=defined, line=data["defined_line"]) if defined else None,
        condition=data["condition"],
        category=Category(data["category"]) if data["category"] else None,
        category_source=data["category_source"],
        signs=Signs() if engine == "transformers" else _signs_from(data["signs"]),
        example=example["id"] if example else None,
        example_source=example["source"] if example else None,
        transformers=facts,
        class_name=None if data.get("class", name) == name else data["class"],
        groups=tuple(data.get("groups", ())),
    )


def broken_to_json(found: Mapping[str, Broken]) -> dict[str, Any]:
    """Modules that cannot be imported, by path."""
    return {path: _broken(each) for path, each in found.items()}


def broken_from_json(data: dict[str, Any]) -> dict[str, Broken]:
    """What ``broken_to_json`` made, as values again."""
    return {
        path: Broken(
            reason=each["reason"],
            place=Place(file=each["path"], line=each["line"]),
            condition=each["condition"],
            certain=each["certain"],
            through=tuple(each["through"]),
        )
        for path, each in data.items()
    }


def _broken(each: Broken) -> dict[str, Any]:
    return {
        "reason": each.reason,
        "path": each.place.file,
        "line": each.place.line,
        "condition": each.condition,
        "certain": each.certain,
        "through": list(each.through),
    }


def _signs_from(data: dict[str, Any]) -> Signs:
    return Signs(
        category=Category(data["category"]) if data["category"] else None,
        source=data["source"],
        targets=tuple(data["targets"]),
        targets_source=data["targets_source"],
    )


def example_to_json(example: Example | None) -> dict[str, Any] | None:
    """A checkpoint, and where it is from; None where there is none."""
    return {"id": example.id, "source": example.source} if example else None


def elsewhere_to_json(found: tuple[Elsewhere, ...]) -> list[dict[str, Any]]:
    """The other engines that have what neither the engine nor transformers has."""
    return [
        {
            "engine": each.engine,
            "version": each.version,
            "file": each.file,
            "path": each.place.file,
            "line": each.place.line,
            "line_of": each.place.release or each.version,
        }
        for each in found
    ]


def unresolved_to_json(each: Unresolved) -> dict[str, Any]:
    """A place that could not be read."""
    return {"file": each.place.file, "line": each.place.line, "reason": each.reason}


def well_formed(text: str) -> str:
    """The text with halves of surrogate pairs replaced: no encoding takes them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_NOT_PUBLIC = TransformersFacts(exported=False, backend_compatible=None)


def _where(each: Registration | None) -> dict[str, Any]:
    """The three keys that say where a registration stands, null where there is none."""
    if each is None:
        return {"file": None, "line": None, "path": None}
    return {"file": each.file, "line": each.place.line, "path": each.place.file}


def _row(row: MatrixRow, engine: str) -> dict[str, Any]:
    native, hf = row.native, row.hf
    facts = hf.transformers if hf is not None and hf.transformers is not None else _NOT_PUBLIC
    own = {
        "status": row.status.value,
        **_where(native),
        "condition": native.condition if native else None,
        "broken": _broken(row.broken) if row.broken else None,
    }
    other = {**_where(hf), **_transformers(facts)}
    return {
        "name": row.name,
        "category": row.category.value,
        "category_source": row.category_source,
        "engines": {engine: own, "transformers": other},
        "example": example_to_json(row.example),
        "note": row.note,
        "elsewhere": elsewhere_to_json(row.elsewhere),
    }
