"""LMDeploy.

It has two engines, and an architecture is registered if either runs it; ``groups`` says which.

How the PyTorch engine registers models: ``MODULE_MAP`` in ``lmdeploy/pytorch/models/module_map.py``, made by a chain of
``.update(…)``, maps an architecture to the dotted path of its class. Maps of single devices beside it
(``DEVICE_SPECIAL_MODULE_MAP``) may replace a class there; what only they have is given with the device as its
condition. Until 0.5.3 the map patched parts of models of transformers and remote code (its keys are dotted), and
``_SUPPORTED_ARCHS`` in ``lmdeploy/pytorch/supported_models.py`` says which architectures that makes run.

How TurboMind registers models: ``SUPPORTED_ARCHS`` (until 0.3.0 ``_SUPPORTED_ARCHS``) in
``lmdeploy/turbomind/supported_models.py`` maps an architecture to its own name of the model, or to whether it runs it.

``REMOVED_MODEL_MAP`` is no registration: since 0.15.0 the PyTorch engine turns away what it names, whatever the map
says. It is given as a note (``Inventory.facts``).

Covers the releases from 0.2.5 on; before, neither engine has a table of architectures: the PyTorch engine has only the
map of parts, and TurboMind goes by names that the user gives. It cannot see which sizes of a model TurboMind turns away
(Baichuan-13B), which transformers' version a class wants, what a user adds with ``--custom-module-map``, nor that the
PyTorch engine, since 0.6.0, takes the name from a checkpoint's ``auto_map`` where there is one: it runs checkpoints of
``ChatGLMModel`` by its entry ``ChatGLMForConditionalGeneration``, which they name there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.python.tables import table_facts
from archtrack.errors import SourceError
from archtrack.model import Inventory, Place, Registration, Unresolved
from archtrack.sources.base import METADATA, PYPROJECT, Layout
from archtrack.sources.pins import pins_of

from ._versions import version_of
from .base import About

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.sources.library import Library

    from .base import ScanOptions

__all__ = ["ENGINE", "LMDeploy"]

MODULE_MAP = "lmdeploy/pytorch/models/module_map.py"
PYTORCH = "lmdeploy/pytorch/supported_models.py"
TURBOMIND = "lmdeploy/turbomind/supported_models.py"
TABLES = (MODULE_MAP, PYTORCH, TURBOMIND)
VERSION_FILES = ("lmdeploy/version.py",)
_SUPPORTED = ("SUPPORTED_ARCHS", "_SUPPORTED_ARCHS")
_REMOVED = "REMOVED_MODEL_MAP"
_MAP = "MODULE_MAP"
_DEVICES = "DEVICE_SPECIAL_MODULE_MAP"


class LMDeploy:
    """The declaration; see the module's docstring."""

    name = "lmdeploy"
    about = About(
        title="LMDeploy",
        source="https://github.com/InternLM/lmdeploy/blob/v{version}/{path}",
        untagged=("==0.6.5",),  # its tag has no v
    )
    layout = Layout(package="lmdeploy", distribution="lmdeploy")
    revision = 2
    since = "0.2.5"
    fetched = (*TABLES, METADATA)
    watched = (*fetched, *VERSION_FILES, PYPROJECT)

    def scan(self, library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG002 -- none concerns LMDeploy
        """What LMDeploy's two engines run."""
        paths = library.paths(*TABLES)
        if MODULE_MAP not in paths or TURBOMIND not in paths:
            raise SourceError(
                f"{library.origin.location} has no {MODULE_MAP} with {TURBOMIND}: it is not LMDeploy, or a release"
                f" before {self.since}; name a newer one, or another source"
            )
        facts = library.facts(paths, "lmdeploy-tables-3", table_facts)
        pytorch = _pytorch(facts)
        turbomind = _listed(facts[TURBOMIND], TURBOMIND)
        return Inventory(
            engine=self.name,
            version=version_of(library, VERSION_FILES),
            origin=library.origin,
            registrations=tuple(
                _registration(name, pytorch.get(name), turbomind.get(name))
                for name in sorted(pytorch.keys() | turbomind.keys())
            ),
            unresolved=tuple(
                sorted(_unresolved(facts), key=lambda each: (each.place.file, each.place.line, each.reason))
            ),
            pins=pins_of(library),
            facts=tuple(_notes(facts[MODULE_MAP])),
        )


ENGINE = LMDeploy()

Row = tuple[str, int, object, "str | None"]
"""(path, line, value, condition) of an entry."""


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
        return _listed(facts[PYTORCH], PYTORCH)
    removed = {key for key, *_ in _rows(read, _REMOVED)}
    return {key: row for key, row in found.items() if key not in removed}


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


def _registration(name: str, pytorch: Row | None, turbomind: Row | None) -> Registration:
    """One architecture; the PyTorch engine's class stands for it where there is one."""
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
    unparsable = any(not table for table, _, _ in read["unresolved"])
    if not unparsable and not any(name in read["tables"] for name in names):
        yield 0, f"{names[0]} is no dict that is written out"
    if path == MODULE_MAP:
        for device, line, table, _ in _rows(read, _DEVICES):
            if not isinstance(table, dict) or table["name"] not in read["tables"]:
                yield line, f"cannot tell what is special about the device {device}"
        return
    for name in names:
        for key, line, value, _ in _rows(read, name):
            if not isinstance(value, (str, bool)):
                yield line, f"cannot tell whether it runs {key}"


def _notes(facts: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    removed = _rows(facts, _REMOVED)
    if removed:
        yield "removed", tuple(f"{key} {value}" for key, _, value, _ in removed)
