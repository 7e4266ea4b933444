"""The public PyTorch model classes of transformers, read from its lazy package.

The engine's file says how the library publishes classes and which files are read; this one reads them, follows base
classes and names through the files, and decides what is public and compatible.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archtrack.core.auto_tables import auto_tables
from archtrack.core.config_code import configuration_facts
from archtrack.core.import_structure import import_structure
from archtrack.core.model_code import model_facts
from archtrack.core.model_graph import MODELS, ModelGraph, wanted_files
from archtrack.core.model_tree import ATTENTION, GATE
from archtrack.core.modules import dotted
from archtrack.core.repositories import is_repository
from archtrack.errors import SourceError
from archtrack.model import Inventory, Place, Registration, TransformersFacts, Unresolved

from .transformers import AUTO, CORE_FILES, FLAT, INIT, MODELING_UTILS, NESTED, ROOT_CLASS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.core.model_graph import Class
    from archtrack.sources.library import Library

__all__ = ["INIT_KIND", "public_classes"]

REVISION = 8
"""Counts up whenever equal files would give other facts."""

INIT_KIND = f"transformers-init-{REVISION}"

_OTHER_FRAMEWORKS = ("modeling_tf_", "modeling_flax_")
_MODEL_NAME = re.compile(
    r"(?:ForCausalLM|ForConditionalGeneration|ForSequenceClassification|LMHeadModel|Model)$"
)
_VERSION = re.compile(rb"^__version__[ \t]*=[ \t]*[\"']([^\"'\n]+)", re.MULTILINE)
_GATE = re.compile(
    rb"def is_backend_compatible\(cls\)[^\n]*:\n"
    rb"(?:[ \t]*(?:\"\"\"[^\"]*\"\"\"|#[^\n]*)?\n)*[ \t]*return cls\.(\w+)[ \t]*\n"
)
_HAS_GATE = b"def is_backend_compatible("


def public_classes(library: Library, patterns: tuple[str, ...]) -> Inventory:
    """The inventory of a transformers source.

    Args:
        library: where it is read.
        patterns: of the files that are looked at in any case.

    Raises:
        SourceError: it is not transformers 2.0 or later, or cannot be read.
    """
    listed = library.paths(*patterns)
    if INIT not in listed or MODELING_UTILS not in listed:
        raise SourceError(
            f"{library.origin.location} has no {MODELING_UTILS}: it is not transformers 2.0 or later"
        )
    home = NESTED if any(path.startswith(MODELS) for path in listed) else FLAT
    graph = _read(library, sorted(filter(_is_code, {*listed, *library.paths(home)})))
    exports = dict(_exports(library, graph))
    graph = _read(library, sorted({*exports.values()} - graph.files.keys()), graph.files)
    graph.public = exports
    tables = _tables(library, listed)
    checkpoints, configurations = _configurations(library, listed)
    gate = _gate(library)
    decider = _Decider(graph, gate)
    registrations = []
    unsure = set()
    for name, path in sorted(exports.items()):
        found = graph.resolve(path, name)
        if found is not None and ROOT_CLASS in graph.order(found):
            example = _example(found, graph, checkpoints)
            registrations.append(_registration(name, path, found, graph, tables, decider, example))
        elif found is not None and _MODEL_NAME.search(name) and (loose := graph.open_base(found)) is not None:
            unsure.add(_unsure(name, graph, *loose))
    unresolved = {*unsure, *_problems(library, home, graph, exports), *decider.unresolved}
    if gate.problem:
        unresolved.add(gate.problem)
    return Inventory(
        engine="transformers",
        version=_version(library),
        origin=library.origin,
        registrations=tuple(registrations),
        unresolved=tuple(
            sorted(unresolved, key=lambda each: (each.place.file, each.place.line, each.reason))
        ),
        facts=(("exports", configurations),) if configurations else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gate:
    """How this release decides compatibility: the attribute, or None where it has no such method."""

    attribute: str | None
    problem: Unresolved | None = None


def _read(
    library: Library, paths: list[str], known: Mapping[str, dict[str, Any]] | None = None
) -> ModelGraph:
    """The files at ``paths``, layer by layer those that their base classes come from, and what is known already."""
    kind = f"transformers-model-code-{REVISION}"
    files = dict(known or {})
    fresh = paths
    while fresh:
        files.update(library.facts(fresh, kind, model_facts))
        wanted = {other for path in fresh for other in wanted_files(path, files[path])} - files.keys()
        fresh = list(library.paths(*sorted(path for path in wanted if not path.endswith("/__init__.py"))))
    return ModelGraph(files)


_Checkpoints = dict[str, list[tuple[str, dict[str, list[Any]]]]]


def _configurations(library: Library, listed: tuple[str, ...]) -> tuple[_Checkpoints, tuple[str, ...]]:
    """What the files of configuration classes say.

    Folder -> the files in it that declare checkpoints, each with those of its classes; and the names that the files
    export.
    """
    paths = [path for path in listed if path.rpartition("/")[2].startswith("configuration_")]
    found: _Checkpoints = {}
    exports: list[str] = []
    facts = library.facts(paths, f"transformers-configuration-{REVISION}", configuration_facts)
    for path, each in facts.items():
        exports.extend(each["exports"])
        if each["checkpoints"]:
            found.setdefault(path.rpartition("/")[0], []).append((path, each["checkpoints"]))
    return found, tuple(sorted(set(exports)))


def _is_code(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    if path in CORE_FILES:
        return True
    if (folder != "transformers" and not path.startswith(MODELS)) or folder == f"{MODELS}auto":
        return False
    return name.startswith("modeling_") and not name.startswith(_OTHER_FRAMEWORKS)


def _problems(
    library: Library, home: str, graph: ModelGraph, exports: Mapping[str, str]
) -> Iterator[Unresolved]:
    """What could not be read: files that do not parse, and exported names that only running a file would tell."""
    init = library.facts((INIT,), INIT_KIND, import_structure)[INIT]
    for path, facts in ((INIT, init), *graph.files.items()):
        if facts["problem"] is not None:
            reason, line = facts["problem"]
            yield Unresolved(reason=reason, place=Place(file=path, line=line))
    for path in filter(_is_code, library.broken_links(home)):
        yield Unresolved(reason="a link to a file that is not there", place=Place(file=path, line=1))
    for name, path in exports.items():
        line = graph.files[path]["unclear"].get(name, 0) if path in graph.files else 0
        if line:
            reason = f"`{name}` is public, but what it is cannot be told without running the file"
            yield Unresolved(reason=reason, place=Place(file=path, line=line))
    for path, facts in graph.files.items():
        for name, line in facts["patched"]:
            if graph.resolve(path, name) is None or not name:
                reason = (
                    f"`{ATTENTION}` of `{name or 'something'}` is set here; the classes meant are not known"
                )
                yield Unresolved(reason=reason, place=Place(file=path, line=line))


def _unsure(name: str, graph: ModelGraph, owner: Class, base: str) -> Unresolved:
    """That a class which is named like a model has a base of which nothing is known."""
    reason = f"`{name}` is public, but whether it is a model cannot be told: its base `{base}` is not found"
    return Unresolved(reason=reason, place=Place(file=owner[0], line=graph.facts(owner)["line"]))


def _patches(graph: ModelGraph) -> dict[Class, Place]:
    """The classes whose attribute another file sets, and where."""
    found: dict[Class, Place] = {}
    for path, facts in graph.files.items():
        for name, line in facts["patched"]:
            cls = graph.resolve(path, name) if name else None
            if cls is not None:
                found[cls] = Place(file=path, line=line)
    return found


def _exports(library: Library, graph: ModelGraph) -> Iterator[tuple[str, str]]:
    """Public name -> the file that is asked for it; a later pair for a name wins."""
    facts = library.facts((INIT,), INIT_KIND, import_structure)[INIT]
    if facts["scans_models"]:
        # A name that two files export (`BlipTextModel`) is taken from the file named like its folder.
        for path in sorted(graph.files, key=lambda path: (_is_main_file(path), path)):
            if path.startswith(MODELS) and _is_code(path):
                for name in graph.files[path]["exports"]:
                    yield name, path
    for module, names in (facts["structure"] or facts["eager"]).items():
        yield from _structure_exports(library, graph, module, names)


def _is_main_file(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return name == f"modeling_{folder.rpartition('/')[2]}.py"


def _structure_exports(
    library: Library, graph: ModelGraph, module: str, names: list[str]
) -> Iterator[tuple[str, str]]:
    """The pairs of one key of ``_import_structure``."""
    base = "transformers/" + module.replace(".", "/")
    if module.startswith("models.") or f"{base}.py" in graph.files:
        inside = sorted(graph.folder(base), key=lambda path: (_is_main_file(path), path))
        for path in (file for file in (*inside, f"{base}.py") if file in graph.files):
            facts = graph.files[path]
            found = {*facts["classes"], *facts["aliases"], *facts["imports"], *facts["unclear"]}
            yield from ((name, path) for name in names if name in found)
        return
    names = [name for name in names if name.endswith("Model")]
    if not names or module.startswith(_OTHER_FRAMEWORKS):
        return
    if library.paths(f"{base}.py"):
        yield from ((name, f"{base}.py") for name in names)
    elif library.paths(f"{base}/__init__.py"):
        init = f"{base}/__init__.py"
        inner = library.facts((init,), INIT_KIND, import_structure)[init]
        for submodule, exported in inner["structure"].items():
            path = f"{base}/{submodule}.py"
            if library.paths(path):
                yield from ((name, path) for name in names if name in exported)


class _Decider:
    """What ``is_backend_compatible()`` of a class returns, and why that cannot be said of some."""

    def __init__(self, graph: ModelGraph, gate: _Gate) -> None:
        self._graph = graph
        self._gate = gate
        self._patches = _patches(graph)
        self.unresolved: set[Unresolved] = set()

    def decide(self, name: str, cls: Class) -> tuple[bool | None, Place | None]:
        """The answer and the line that it comes from."""
        if self._gate.attribute is None:
            return None, None
        gate = self._graph.attribute(cls, "gate")
        if gate is not None and gate[1] != ROOT_CLASS:
            return self._unknown(f"{name} has an `{GATE}` of its own", Place(file=gate[1][0], line=gate[0]))
        decision = self._graph.attribute(cls, "attention")
        if decision is None:
            place = Place(file=cls[0], line=self._graph.facts(cls)["line"])
            return self._unknown(f"no base class of {name} sets `{ATTENTION}`", place)
        (value, line), owner = decision
        place = Place(file=owner[0], line=line)
        for earlier in self._graph.order(cls):
            if earlier in self._patches:
                reason = f"`{ATTENTION}` of {name} is set from another file"
                return self._unknown(reason, self._patches[earlier])
            if earlier == owner:
                break
        loose = self._graph.loose_base(cls, owner)
        if loose is not None:
            (file, _), base = loose
            line = self._graph.facts(loose[0])["line"]
            return self._unknown(f"the base `{base}` of {name} is not found", Place(file=file, line=line))
        if value is None:
            return self._unknown(f"`{ATTENTION}` of {name} is not simply True or False", place)
        return value, place

    def _unknown(self, reason: str, place: Place) -> tuple[None, Place]:
        reason = f"{reason}: whether it is compatible cannot be told"
        self.unresolved.add(Unresolved(reason=reason, place=place))
        return None, place


def _registration(
    name: str,
    path: str,
    found: Class,
    graph: ModelGraph,
    tables: Mapping[str, list[str]],
    decider: _Decider,
    example: tuple[str | None, str | None],
) -> Registration:
    own = graph.facts(found)
    compatible, decided = decider.decide(name, found)
    return Registration(
        name=name,
        file=path.removeprefix("transformers/"),
        place=Place(file=found[0], line=own["line"]),
        defined_in=dotted(found[0]),
        defined=Place(file=found[0], line=own["line"]),
        example=example[0],
        example_source=example[1],
        transformers=TransformersFacts(
            exported=True,
            backend_compatible=compatible,
            backend_place=decided,
            bases=tuple(own["bases"]),
            auto_mappings=tuple(tables.get(name, ())),
        ),
    )


def _example(cls: Class, graph: ModelGraph, checkpoints: _Checkpoints) -> tuple[str | None, str | None]:
    """The checkpoint that the class, its own configuration class or its file names, and where."""
    path, _ = cls
    own = graph.facts(cls)["checkpoint"]
    if own and is_repository(own[0]):
        return own[0], f"{path}:{own[1]}"
    config = graph.attribute(cls, "config")
    if config is not None:
        for file, found in checkpoints.get(config[1][0].rpartition("/")[0], ()):
            declared = found.get(config[0])
            if declared and is_repository(declared[0]):
                return declared[0], f"{file}:{declared[1]}"
    constant = graph.files[path]["checkpoint"]
    if constant and is_repository(constant[0]):
        return constant[0], f"{path}:{constant[1]}"
    return None, None


def _tables(library: Library, listed: tuple[str, ...]) -> dict[str, list[str]]:
    """Class name -> the auto-mapping tables that name it, sorted."""
    if AUTO not in listed:
        return {}
    found: dict[str, list[str]] = {}
    for table, names in library.facts((AUTO,), f"transformers-auto-{REVISION}", auto_tables)[AUTO].items():
        for name in names:
            found.setdefault(name, []).append(table)
    return {name: sorted(set(tables)) for name, tables in found.items()}


def _gate(library: Library) -> _Gate:
    facts = library.facts((MODELING_UTILS,), f"transformers-gate-{REVISION}", _gate_facts)[MODELING_UTILS]
    if facts is None:
        return _Gate(attribute=None)
    attribute, line = facts
    if attribute == "_supports_attention_backend":
        return _Gate(attribute=attribute)
    reason = (
        "is_backend_compatible() no longer returns _supports_attention_backend: compatibility is not known"
    )
    return _Gate(
        attribute=None, problem=Unresolved(reason=reason, place=Place(file=MODELING_UTILS, line=line))
    )


def _gate_facts(data: bytes) -> list[Any] | None:
    """[attribute that the gate returns or None, line]; None where the release has no gate."""
    at = data.find(_HAS_GATE)
    if at < 0:
        return None
    match = _GATE.match(data, at)
    return [match[1].decode() if match else None, data.count(b"\n", 0, at) + 1]


def _version(library: Library) -> str | None:
    if library.origin.version is not None:
        return library.origin.version
    found: str | None = library.facts((INIT,), "transformers-version-1", _version_facts)[INIT]
    return found


def _version_facts(data: bytes) -> str | None:
    match = _VERSION.search(data)
    return match[1].decode("utf-8", "replace") if match else None
