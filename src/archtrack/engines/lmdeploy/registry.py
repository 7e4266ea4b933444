"""What LMDeploy registers: the tables of its PyTorch engine, and the list of TurboMind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.engines._tables import tables_and_lines
from archtrack.engines._versions import version_of
from archtrack.errors import SourceError
from archtrack.model import Category, Inventory, Place, Registration, Unresolved
from archtrack.sources.pins import pins_of

from .files import ARCHS, MODULE_MAP, PYTORCH, SINCE, TABLES, TURBOMIND, VERSION_FILES
from .reading import vision_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.engines.base import ScanOptions
    from archtrack.sources.library import Library

__all__ = ["module_map", "scan"]

_SUPPORTED = ("SUPPORTED_ARCHS", "_SUPPORTED_ARCHS")
_REMOVED = "REMOVED_MODEL_MAP"
_MAP = "MODULE_MAP"
_DEVICES = "DEVICE_SPECIAL_MODULE_MAP"
_FACTS = "lmdeploy-tables-4"

Row = tuple[str, int, object, "str | None"]
"""(path, line, value, condition) of an entry."""


def scan(library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG001 -- none concerns LMDeploy
    """What a release's two engines run.

    Raises:
        SourceError: it is not LMDeploy, or too old a release, or a file cannot be read.
    """
    paths = library.paths(*TABLES)
    if MODULE_MAP not in paths or TURBOMIND not in paths:
        raise SourceError(
            f"{library.origin.location} has no {MODULE_MAP} with {TURBOMIND}: it is not LMDeploy, or a release"
            f" before {SINCE}; name a newer one, or another source"
        )
    facts = library.facts(paths, _FACTS, _tables)
    vision = library.facts(library.paths(ARCHS), "lmdeploy-vision-1", vision_facts).get(ARCHS, {})
    pytorch = _pytorch(facts)
    turbomind = _listed(facts[TURBOMIND], TURBOMIND)
    return Inventory(
        engine="lmdeploy",
        version=version_of(library, VERSION_FILES),
        origin=library.origin,
        registrations=tuple(
            _registration(name, pytorch.get(name), turbomind.get(name), vision.get(name))
            for name in sorted(pytorch.keys() | turbomind.keys())
        ),
        unresolved=tuple(
            sorted(_unresolved(facts), key=lambda each: (each.place.file, each.place.line, each.reason))
        ),
        pins=pins_of(library),
        facts=tuple(_notes(facts[MODULE_MAP])),
    )


def module_map(library: Library) -> dict[str, Any]:
    """The tables of the module of ``MODULE_MAP``, as ``tables_and_lines`` gives them.

    Raises:
        SourceError: the file cannot be read.
    """
    found: dict[str, Any] = library.facts((MODULE_MAP,), _FACTS, _tables)[MODULE_MAP]
    return found


def _tables(data: bytes) -> dict[str, Any]:
    return tables_and_lines(data, (_MAP, _REMOVED, _DEVICES, *_SUPPORTED))


def _pytorch(facts: Mapping[str, Any]) -> dict[str, Row]:
    """What the PyTorch engine runs: by its map, or where that holds parts of models, by its list of architectures."""
    read = facts[MODULE_MAP]
    found: dict[str, Row] = {}
    for device, _, table, _ in _rows(read, _DEVICES):
        name = table["name"] if isinstance(table, dict) else ""
        for key, line, value, condition in _rows(read, name):
            if "." not in key:
                found.setdefault(key, (MODULE_MAP, line, value, condition or f"device is {device}"))
    for key, line, value, condition in _rows(read, _MAP):
        if "." not in key:
            found[key] = (MODULE_MAP, line, value, condition)
    if not found and PYTORCH in facts:
        listed = _listed(facts[PYTORCH], PYTORCH)
        named = {key for name in _SUPPORTED for key, *_ in _rows(facts[PYTORCH], name)}
        return {**dict(_patched(_rows(read, _MAP), named)), **listed}
    removed = {key for key, *_, condition in _rows(read, _REMOVED) if condition is None}
    return {key: row for key, row in found.items() if key not in removed}


def _patched(rows: list[Any], named: set[str]) -> Iterator[tuple[str, Row]]:
    """The language models whose parts a map patches, but for families that the list knows by another name."""
    for key, line, value, condition in rows:
        module, _, class_name = key.rpartition(".")
        family = class_name.removesuffix("Model")
        if module.rpartition(".")[2].startswith("model") and family not in {class_name, ""}:
            begins = family.casefold()
            if not any(name.casefold().startswith(begins) for name in named):
                yield f"{family}ForCausalLM", (MODULE_MAP, line, value, condition)


def _listed(facts: Mapping[str, Any], path: str) -> dict[str, Row]:
    """The architectures of a list: those that it gives a name, or says yes to."""
    return {
        key: (path, line, value, condition)
        for name in _SUPPORTED
        for key, line, value, condition in _rows(facts, name)
        if value is True or isinstance(value, str)
    }


def _rows(facts: Mapping[str, Any], table: str) -> list[Any]:
    rows: list[Any] = facts["tables"].get(table, {"rows": []})["rows"]
    return rows


def _registration(name: str, pytorch: Row | None, turbomind: Row | None, vision: int | None) -> Registration:
    """One architecture; the PyTorch engine's class stands for it where there is one.

    Args:
        name: the architecture.
        pytorch: what the PyTorch engine's table says of it.
        turbomind: what TurboMind's list says of it.
        vision: the line that says that it takes images.
    """
    path, line, value, condition = pytorch or turbomind or (TURBOMIND, 0, None, None)
    groups = tuple(group for group, row in (("pytorch", pytorch), ("turbomind", turbomind)) if row)
    file, module, class_name = path.removeprefix("lmdeploy/"), path.rpartition("/")[0].replace("/", "."), None
    if path == MODULE_MAP and isinstance(value, str) and "." in value:
        module, _, class_name = value.rpartition(".")
        file = module.removeprefix("lmdeploy.pytorch.models.").replace(".", "/") + ".py"
    return Registration(
        name=name,
        file=file,
        place=Place(file=path, line=line),
        defined_in=module,
        condition=None if turbomind is not None and turbomind[3] is None else condition,
        category=None if vision is None else Category.MULTIMODAL,
        category_source=None if vision is None else f"{ARCHS}:{vision} check_vl_llm",
        class_name=None if class_name == name else class_name,
        groups=groups,
    )


def _unresolved(facts: Mapping[str, Any]) -> Iterator[Unresolved]:
    for path, read in facts.items():
        names = (_MAP,) if path == MODULE_MAP else _SUPPORTED
        wanted = {"", _REMOVED, *names}
        for table, line, reason in read["unresolved"]:
            if table in wanted or (path == MODULE_MAP and table.endswith(_MAP)):
                yield Unresolved(reason=reason, place=Place(file=path, line=line))
        for line, reason in _doubts(path, read, names):
            yield Unresolved(reason=reason, place=Place(file=path, line=line))


def _doubts(path: str, read: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """(line, reason) of what was read and does not say what it should."""
    told = {table for table, _, _ in read["unresolved"]}
    tables, lines = read["tables"], read["lines"]
    if "" not in told and not any(name in tables for name in names):
        name = next((each for each in names if each in lines), names[0])
        yield lines.get(name, 0), f"{name} is no dict that is written out"
    if path == MODULE_MAP:
        yield from _doubts_of_maps(read, told)
        return
    for name in names:
        for key, line, value, _ in _rows(read, name):
            if not isinstance(value, (str, bool)):
                yield line, f"cannot tell whether it runs {key}"


def _doubts_of_maps(read: Mapping[str, Any], told: set[str]) -> Iterator[tuple[int, str]]:
    """The same of the tables beside the map."""
    tables, lines = read["tables"], read["lines"]
    for name in (_REMOVED, _DEVICES):
        if name in lines and name not in tables and not told & {"", name}:
            yield lines[name], f"{name} is no dict that is written out"
    for key, line, _, condition in _rows(read, _REMOVED):
        if condition is not None:
            yield line, f"{key} may be removed: {condition}"
    for device, line, table, _ in _rows(read, _DEVICES):
        if not isinstance(table, dict) or table["name"] not in tables:
            yield line, f"cannot tell what is special about the device {device}"


def _notes(facts: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    removed = _rows(facts, _REMOVED)
    if removed:
        yield "removed", tuple(f"{key} {value}" for key, _, value, _ in removed)
