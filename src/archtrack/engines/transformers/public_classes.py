"""The public PyTorch model classes of transformers, read from its lazy package.

The engine's file says how the library publishes classes and which files are read; this one reads them, follows base
classes and names through the files, and decides what is public and compatible.
"""

from __future__ import annotations

import json
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from archtrack.core.matrix.repositories import is_repository
from archtrack.core.python.source import module_name
from archtrack.engines._versions import version_of
from archtrack.errors import SourceError
from archtrack.model import Inventory, Place, Registration, TransformersFacts, Unresolved

from .attention_gate import METHOD, rule_of
from .auto_tables import auto_tables
from .class_graph import ClassGraph, wanted_files
from .exports import structure_of
from .files import (
    AUTO,
    CORE_FILES,
    FLAT,
    FLAT_CONFIGURATIONS,
    INIT,
    MODELING_UTILS,
    MODELS,
    NESTED,
    REVISION,
    ROOT_CLASS,
)
from .model_file import ATTENTION, GATE, configuration_facts, gate_facts, model_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.sources.library import Library

    from .class_graph import Class

__all__ = ["public_classes"]

_OTHER_FRAMEWORKS = ("modeling_tf_", "modeling_flax_")
_MODEL_ENDINGS = (
    "ForCausalLM",
    "ForConditionalGeneration",
    "ForSequenceClassification",
    "LMHeadModel",
    "Model",
)


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
    rule = library.facts((MODELING_UTILS,), f"transformers-settable-{REVISION}", rule_of)[MODELING_UTILS]
    graph = _read(library, sorted(filter(_is_code, {*listed, *library.paths(home)})), {}, rule)
    exports = dict(_exports(library, graph))
    graph = _read(library, sorted({*exports.values()} - graph.files.keys()), graph.files, rule)
    graph.public = exports
    configurations = _Configurations(
        library, listed if home == NESTED else library.paths(FLAT_CONFIGURATIONS)
    )
    tables = _tables(library, listed)
    decider = _Decider(library, graph)
    registrations = []
    unresolved = {*_problems(library, home, graph)}
    for name, path in sorted(exports.items()):
        found = graph.resolve(path, name)
        if found is None:
            continue
        if ROOT_CLASS in graph.order(found):
            registrations.append(_registration(name, path, found, graph, tables, decider, configurations))
        elif name.endswith(_MODEL_ENDINGS) and (unknown := graph.unknown_base(found)) is not None:
            unresolved.add(_unsure(name, graph, *unknown))
    unresolved |= decider.unresolved
    if rule is not None and rule["texts"] is None:
        reason = f"{METHOD}() has an unknown form, so it is not known whether attention can be set"
        unresolved.add(Unresolved(reason=reason, place=Place(file=MODELING_UTILS, line=rule["line"])))
    return Inventory(
        engine="transformers",
        version=version_of(library, (INIT,)),
        origin=library.origin,
        registrations=tuple(registrations),
        unresolved=tuple(
            sorted(unresolved, key=lambda each: (each.place.file, each.place.line, each.reason))
        ),
        facts=(("exports", configurations.exports),) if configurations.exports else (),
    )


# -- files -------------------------------------------------------------------------------------------------


def _read(
    library: Library, paths: list[str], known: Mapping[str, dict[str, Any]], rule: Mapping[str, Any] | None
) -> ClassGraph:
    """The files at ``paths``, layer by layer those that their base classes come from, and what is known already.

    ``rule`` is how the release tells whether the attention of a class can be set.
    """
    files = dict(known)
    rule = rule and {key: rule[key] for key in ("texts", "pattern")}
    kind = f"transformers-model-file-{REVISION}-{sha256(json.dumps(rule).encode()).hexdigest()[:8]}"
    while paths:
        files.update(library.facts(paths, kind, partial(model_facts, rule=rule)))
        wanted = {other for path in paths for other in wanted_files(path, files[path])} - files.keys()
        paths = list(library.paths(*sorted(path for path in wanted if not path.endswith("/__init__.py"))))
    return ClassGraph(files)


def _is_code(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    if path in CORE_FILES:
        return True
    if (folder != "transformers" and not path.startswith(MODELS)) or folder == f"{MODELS}auto":
        return False
    return name.startswith("modeling_") and not name.startswith(_OTHER_FRAMEWORKS)


class _Configurations:
    """What the files of configuration classes say.

    Attributes:
        checkpoints: folder and class -> the files that declare a checkpoint for it, each with [id, line].
        exports: the names that the files make public, sorted.
    """

    # a class without a type of its own has that of a base; no release has more than three such in a row
    _MAX_BASES = 10

    def __init__(self, library: Library, listed: tuple[str, ...]) -> None:
        paths = [path for path in listed if path.rpartition("/")[2].startswith("configuration_")]
        facts = library.facts(paths, f"transformers-configuration-{REVISION}", configuration_facts)
        self.checkpoints: dict[tuple[str, str], list[tuple[str, list[Any]]]] = {}
        for path, each in facts.items():
            for name, checkpoint in each["checkpoints"].items():
                self.checkpoints.setdefault((path.rpartition("/")[0], name), []).append((path, checkpoint))
        self.exports = tuple(sorted({name for each in facts.values() for name in each["exports"]}))
        self._types: dict[str, list[tuple[str, list[str | None]]]] = {}
        for path, each in facts.items():
            for name, bases in each["types"].items():
                self._types.setdefault(name, []).append((path.rpartition("/")[0], bases))

    def model_type(self, name: str, folder: str) -> str | None:
        """The model type of a configuration class that a file in a folder names; None where that cannot be told."""
        waiting = [name]
        for _ in range(self._MAX_BASES):
            if not waiting:
                break
            found = self._types.get(waiting.pop(0), [])
            here = [bases for place, bases in found if place == folder] or [bases for _, bases in found]
            if len(here) != 1:
                continue
            own, *bases = here[0]
            if own is not None:
                return own
            waiting[:0] = [base for base in bases if base is not None]
        return None


def _tables(library: Library, listed: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Class name -> the auto-mapping tables that name it, sorted."""
    found: dict[str, set[str]] = {}
    paths = [path for path in listed if path == AUTO]
    for facts in library.facts(paths, f"transformers-auto-{REVISION}", auto_tables).values():
        for table, names in facts.items():
            for name in names:
                found.setdefault(name, set()).add(table)
    return {name: tuple(sorted(tables)) for name, tables in found.items()}


# -- which names are public --------------------------------------------------------------------------------


def _exports(library: Library, graph: ClassGraph) -> Iterator[tuple[str, str]]:
    """Public name -> the file that is asked for it; a later pair for a name wins."""
    package = structure_of(library, INIT)
    if package["scans_models"]:
        for path in sorted(graph.files, key=_main_file_last):
            if path.startswith(MODELS) and _is_code(path):
                for name in graph.files[path]["exports"]:
                    yield name, path
    for module, names in (package["structure"] or package["eager"]).items():
        base = "transformers/" + module.replace(".", "/")
        if module.startswith("models.") or f"{base}.py" in graph.files:
            yield from _of_models(graph, base, names)
        elif not module.startswith(_OTHER_FRAMEWORKS):
            yield from _of_others(library, base, [name for name in names if name.endswith("Model")])


def _main_file_last(path: str) -> tuple[bool, str]:
    """A name that two files export (`BlipTextModel`) is taken from the file named like its folder."""
    folder, _, name = path.rpartition("/")
    return name == f"modeling_{folder.rpartition('/')[2]}.py", path


def _of_models(graph: ClassGraph, base: str, names: list[str]) -> Iterator[tuple[str, str]]:
    """The pairs of one key of ``_import_structure``: a folder of models, or a file that is read."""
    for path in (*sorted(graph.folder(base), key=_main_file_last), f"{base}.py"):
        facts = graph.files.get(path)
        if facts is not None:
            found = {*facts["classes"], *facts["aliases"], *facts["imports"], *facts["unclear"]}
            yield from ((name, path) for name in names if name in found)


def _of_others(library: Library, base: str, names: list[str]) -> Iterator[tuple[str, str]]:
    """Those of a module, or lazy package, of which nothing is read yet."""
    if names and library.paths(f"{base}.py"):
        yield from ((name, f"{base}.py") for name in names)
    elif names and library.paths(f"{base}/__init__.py"):
        for submodule, exported in structure_of(library, f"{base}/__init__.py")["structure"].items():
            path = f"{base}/{submodule}.py"
            if library.paths(path):
                yield from ((name, path) for name in names if name in exported)


# -- what a public class is --------------------------------------------------------------------------------


def _registration(
    name: str,
    path: str,
    found: Class,
    graph: ClassGraph,
    tables: Mapping[str, tuple[str, ...]],
    decider: _Decider,
    configurations: _Configurations,
) -> Registration:
    own = graph.facts(found)
    place = Place(file=found[0], line=own["line"])
    compatible, decided = decider.decide(name, found)
    example = _example(found, graph, configurations)
    flex = graph.attribute(found, "flex")
    config = graph.attribute(found, "config")
    inputs = graph.attribute(found, "inputs")
    return Registration(
        name=name,
        file=path.removeprefix("transformers/"),
        place=place,
        defined_in=module_name(found[0]),
        defined=place,
        example=example[0],
        example_source=example[1],
        transformers=TransformersFacts(
            exported=True,
            backend_compatible=compatible,
            backend_place=decided,
            bases=tuple(own["bases"]),
            auto_mappings=tables.get(name, ()),
            attention_settable=_settable(found, graph),
            flex_attention=flex[0][0] if flex is not None else None,
            model_type=configurations.model_type(config[0], config[1][0].rpartition("/")[0])
            if config is not None
            else None,
            inputs=tuple(inputs[0]) if inputs is not None else (),
        ),
    )


def _settable(cls: Class, graph: ClassGraph) -> bool | None:
    """What ``_can_set_attn_implementation()`` returns; None where a class has one of its own."""
    own = graph.attribute(cls, "settable")
    if own is not None and own[1] != ROOT_CLASS:
        return None
    found: bool | None = graph.files[cls[0]]["settable"]
    return found


def _example(cls: Class, graph: ClassGraph, configurations: _Configurations) -> tuple[str | None, str | None]:
    """The checkpoint that the class, its own configuration class or its file names, and where."""
    path, _ = cls
    named = [(path, graph.facts(cls)["checkpoint"])]
    config = graph.attribute(cls, "config")
    if config is not None:
        name, (file, _) = config
        named += configurations.checkpoints.get((file.rpartition("/")[0], name), ())
    named.append((path, graph.files[path]["checkpoint"]))
    for file, checkpoint in named:
        if checkpoint is not None and is_repository(checkpoint[0]):
            return checkpoint[0], f"{file}:{checkpoint[1]}"
    return None, None


class _Decider:
    """What ``is_backend_compatible()`` of a class returns, and why that cannot be said of some."""

    def __init__(self, library: Library, graph: ClassGraph) -> None:
        self._graph = graph
        self.unresolved: set[Unresolved] = set()
        self._patches: dict[Class, Place] = {}
        for path, facts in graph.files.items():
            for name, line in facts["patched"]:
                self._patch(name, Place(file=path, line=line))
        gate = library.facts((MODELING_UTILS,), f"transformers-gate-{REVISION}", gate_facts)[MODELING_UTILS]
        self._has_gate = gate is not None and gate[0] == ATTENTION
        if gate is not None and not self._has_gate:
            reason = f"{GATE}() no longer returns {ATTENTION}: compatibility is not known"
            place = Place(file=MODELING_UTILS, line=gate[1])
            self.unresolved.add(Unresolved(reason=reason, place=place))

    def _patch(self, name: str, place: Place) -> None:
        """Note that a file sets the attribute of a class of another one."""
        cls = self._graph.resolve(place.file, name)
        if cls is not None:
            self._patches[cls] = place
        else:
            reason = f"`{ATTENTION}` of `{name or 'something'}` is set here; the classes meant are not known"
            self.unresolved.add(Unresolved(reason=reason, place=place))

    def decide(self, name: str, cls: Class) -> tuple[bool | None, Place | None]:
        """The answer and the line that it comes from; neither where the release has no such method."""
        if not self._has_gate:
            return None, None
        graph = self._graph
        gate = graph.attribute(cls, "gate")
        if gate is not None and gate[1] != ROOT_CLASS:
            return self._unknown(f"{name} has an `{GATE}` of its own", Place(file=gate[1][0], line=gate[0]))
        decision = graph.attribute(cls, "attention")
        if decision is None:
            return self._unknown(f"no base class of {name} sets `{ATTENTION}`", _place(graph, cls))
        (value, line), owner = decision
        before = graph.order(cls)[: graph.order(cls).index(owner) + 1]
        patched = next((self._patches[each] for each in before if each in self._patches), None)
        if patched is not None:
            return self._unknown(f"`{ATTENTION}` of {name} is set from another file", patched)
        unknown = graph.unknown_base(cls, until=owner)
        if unknown is not None:
            return self._unknown(f"the base `{unknown[1]}` of {name} is not found", _place(graph, unknown[0]))
        place = Place(file=owner[0], line=line)
        if value is None:
            return self._unknown(f"`{ATTENTION}` of {name} is neither True nor False", place)
        return value, place

    def _unknown(self, reason: str, place: Place) -> tuple[None, Place]:
        reason = f"{reason}, so it is not known whether it is compatible"
        self.unresolved.add(Unresolved(reason=reason, place=place))
        return None, place


def _place(graph: ClassGraph, cls: Class) -> Place:
    return Place(file=cls[0], line=graph.facts(cls)["line"])


# -- what cannot be told -----------------------------------------------------------------------------------


def _problems(library: Library, home: str, graph: ClassGraph) -> Iterator[Unresolved]:
    """Files that do not parse, or are not there, and public names that only running a file would tell."""
    for path, facts in ((INIT, structure_of(library, INIT)), *graph.files.items()):
        if facts["problem"] is not None:
            reason, line = facts["problem"]
            yield Unresolved(reason=reason, place=Place(file=path, line=line))
    for path in filter(_is_code, library.broken_links(home)):
        yield Unresolved(reason="a link to a file that is not there", place=Place(file=path, line=1))
    for name, path in graph.public.items():
        line = graph.files[path]["unclear"].get(name, 0) if path in graph.files else 0
        if line:
            reason = f"`{name}` is public, but only running the file would tell what it is"
            yield Unresolved(reason=reason, place=Place(file=path, line=line))


def _unsure(name: str, graph: ClassGraph, owner: Class, base: str) -> Unresolved:
    """That a class which is named like a model has a base of which nothing is known."""
    reason = f"`{name}` is public, but may not be a model: its base `{base}` is not found"
    return Unresolved(reason=reason, place=_place(graph, owner))
