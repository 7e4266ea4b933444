"""LMDeploy.

It has two engines, and an architecture is registered if either runs it; ``groups`` says which.

How the PyTorch engine registers models: ``MODULE_MAP`` in ``lmdeploy/pytorch/models/module_map.py``, made by a chain of
``.update(…)``, maps an architecture to the dotted path of its class. Maps of single devices beside it
(``DEVICE_SPECIAL_MODULE_MAP``) may replace a class there; what only they have is given with the device as its
condition. Until 0.5.3 the map patched parts of models of transformers and remote code (its keys are dotted), and
``_SUPPORTED_ARCHS`` in ``lmdeploy/pytorch/supported_models.py`` says which architectures that makes run.

How TurboMind registers models: ``SUPPORTED_ARCHS`` (until 0.3.0 ``_SUPPORTED_ARCHS``) in
``lmdeploy/turbomind/supported_models.py`` maps an architecture to its own name of the model, or to whether it runs it.

While the map holds parts, the list is no gate: what it does not name is tried, with a warning. So a class whose parts
the map patches (``modeling_phi3.Phi3Model``) is registered as the language model of that name (``Phi3ForCausalLM``),
unless the list has an architecture of that family.

``REMOVED_MODEL_MAP`` is no registration: since 0.15.0 the PyTorch engine turns away what it names, whatever the map
says. It is given as a note (``Inventory.facts``).

``check_vl_llm`` in ``lmdeploy/archs.py`` names the architectures that take images: a statement of their category.

How it loads a checkpoint: see ``loading``.

Covers the releases from 0.2.5 on; before, neither engine has a table of architectures: the PyTorch engine has only the
map of parts, and TurboMind goes by names that the user gives. It cannot see what a user adds with
``--custom-module-map``, nor whether a class takes the transformers that is installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.engines._tables import tables_and_lines
from archtrack.engines._versions import version_of
from archtrack.engines.base import About
from archtrack.errors import SourceError
from archtrack.model import Category, Inventory, Place, Registration, Unresolved
from archtrack.sources.base import METADATA, PYPROJECT, Layout
from archtrack.sources.pins import pins_of

from .files import ARCHS, LOADING, MODULE_MAP, PYTORCH, TABLES, TURBOMIND, VERSION_FILES
from .reading import vision_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import LoadFacts, LoadOptions, ReleaseFacts
    from archtrack.core.verdict.verdict import Verdict
    from archtrack.engines.base import ScanOptions
    from archtrack.sources.library import Library

__all__ = ["ENGINE", "LMDeploy"]

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
    revision = 3
    since = "0.2.5"
    fetched = (*TABLES, *LOADING, METADATA)
    watched = (*fetched, *VERSION_FILES, PYPROJECT)

    def scan(self, library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG002 -- none concerns LMDeploy
        """What LMDeploy's two engines run."""
        paths = library.paths(*TABLES)
        if MODULE_MAP not in paths or TURBOMIND not in paths:
            raise SourceError(
                f"{library.origin.location} has no {MODULE_MAP} with {TURBOMIND}: it is not LMDeploy, or a release"
                f" before {self.since}; name a newer one, or another source"
            )
        facts = library.facts(paths, "lmdeploy-tables-4", _tables)
        vision = library.facts(library.paths(ARCHS), "lmdeploy-vision-1", vision_facts).get(ARCHS, {})
        pytorch = _pytorch(facts)
        turbomind = _listed(facts[TURBOMIND], TURBOMIND)
        return Inventory(
            engine=self.name,
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

    def load_facts(self, library: Library, inventory: Inventory) -> LoadFacts:  # noqa: ARG002 -- the files say it all
        """What the gates of LMDeploy's two engines rest on."""
        from .loading import load_facts

        tables = library.facts((MODULE_MAP,), "lmdeploy-tables-4", _tables)[MODULE_MAP]
        return load_facts(library, tables)

    def load(self, checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:  # noqa: ARG002 -- none concerns LMDeploy
        """Follow TurboMind, then the PyTorch engine."""
        from .loading import load

        return load(checkpoint, release)


ENGINE = LMDeploy()

Row = tuple[str, int, object, "str | None"]
"""(path, line, value, condition) of an entry."""


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
