"""What the gates of a release of llama.cpp rest on: what its converter makes of an architecture, and what it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archtrack.core.verdict.release_facts import FEATURES, GGUF_ARCHITECTURES, Fact, LoadFacts
from archtrack.model import Place

from .conversion import Modules, conversion_code, groups_of
from .cpp_table import gguf_architectures
from .features import features
from .files import CONSTANTS, MODULES, PACKED_CONSTANTS, RUNTIME, SCRIPTS, in_repository
from .gguf_names import gguf_names
from .model_arch import Converters, given_architectures
from .part_configs import part_configs
from .tables import CONVERTS, PART, PART_CONFIGS, PROJECTOR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archtrack.model import Inventory
    from archtrack.sources.library import Library

    from .conversion import Entry

__all__ = ["Runs", "load_facts", "runs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """The GGUF architectures that a version runs; ``clip`` is none, whether a list has it or not.

    Attributes:
        path: of the file that lists them; None where there is none.
        rows: name -> line.
        constants: name -> what it is called in C++; none where the list is not of C++.
        unresolved: (path, line, reason) of what could not be read: then the rows are not all of them.
    """

    path: str | None = None
    rows: Mapping[str, int] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    unresolved: tuple[tuple[str, int, str], ...] = ()


def runs(library: Library) -> Runs:
    """What ``LLM_ARCH_NAMES`` lists; in a wheel of gguf, which has no C++, ``MODEL_ARCH_NAMES``.

    Raises:
        SourceError: a file cannot be read.
    """
    there = library.paths(*(f"./{path}" for path in RUNTIME))
    for path in RUNTIME:
        if f"./{path}" in there:
            found = library.facts((f"./{path}",), "llama-cpp-runs-2", gguf_architectures)[f"./{path}"]
            if found["there"]:
                return _runs(path, found["rows"], found["unresolved"], found["constants"])
    for packed in library.paths(*PACKED_CONSTANTS):
        found = _names(library, packed)
        if found["names"]:
            return _runs(in_repository(packed), dict(found["names"].values()), found["unresolved"])
    return Runs()


def _runs(
    path: str,
    rows: Mapping[str, int],
    unresolved: Sequence[Sequence[Any]],
    constants: Mapping[str, str] | None = None,
) -> Runs:
    return Runs(
        path=path,
        rows={name: line for name, line in rows.items() if name != PROJECTOR},
        constants={name: each for name, each in (constants or {}).items() if name != PROJECTOR},
        unresolved=tuple((path, line, reason) for line, reason in unresolved),
    )


def load_facts(library: Library, inventory: Inventory) -> LoadFacts:  # noqa: ARG001 -- the files say it all
    """What the gates of a release rest on.

    Args:
        library: the release.
        inventory: what it registers.

    Raises:
        SourceError: a file cannot be read.
    """
    found = runs(library)
    tables: dict[str, dict[str, Fact]] = {}
    if found.path is not None and not found.unresolved:
        tables[GGUF_ARCHITECTURES] = {
            name: Fact(key=name, place=Place(file=found.path, line=line))
            for name, line in sorted(found.rows.items())
        }
    converts = _converts(library)
    if converts:
        tables[CONVERTS] = converts
    parts = _part_configs(library)
    if parts:
        tables[PART_CONFIGS] = parts
    constants = {name: (each, found.rows[name]) for name, each in found.constants.items()}
    rows, decided = features(library, found.path, {} if found.unresolved else constants, converts)
    if not rows:
        return LoadFacts(tables=tables)
    return LoadFacts(tables={**tables, FEATURES: rows}, rules={"features": {"decided": decided}})


def _names(library: Library, path: str) -> Any:
    return library.facts((path,), "llama-cpp-gguf-names-1", gguf_names)[path]


def _converts(library: Library) -> dict[str, Fact]:
    """Architecture -> what its file becomes; of those whose converters are known."""
    constants = library.paths(*(f"./{path}" for path in CONSTANTS))
    names: dict[str, str] = {}
    for path in constants:
        names |= {member: name for member, (name, _) in _names(library, path)["names"].items()}
    if not names:
        return {}
    modules = Modules(library)
    paths = [f"./{path}" for path in modules.facts]
    given = {
        path.removeprefix("./"): each
        for path, each in library.facts(paths, "llama-cpp-model-arch-2", given_architectures).items()
    }
    converters = Converters(modules.facts, given)
    found = {}
    for name, groups in sorted(groups_of(conversion_code(library).found).items()):
        fact = _fact(name, groups, converters, names)
        if fact is not None:
            found[name] = fact
    return found


def _fact(
    name: str, groups: Mapping[str, Entry], converters: Converters, names: Mapping[str, str]
) -> Fact | None:
    value: dict[str, Any] = {}
    unresolved: list[str] = []
    place: Place | None = None
    for group, entry in groups.items():
        if entry.class_name is None:
            continue
        found = converters.model_arch(entry.module, entry.class_name)
        known = [names[member] for member in found.members if member in names]
        if known:
            value[group] = list(dict.fromkeys(known))
        if found.unresolved or len(known) < len(found.members) or not known:
            unresolved.append(group)
        at = found.unresolved[0][:2] if found.unresolved else (found.path, found.line)
        place = place or Place(file=at[0], line=at[1])
    if place is None:
        return None
    return Fact(key=name, place=place, value={**value, **({"unresolved": unresolved} if unresolved else {})})


def _part_configs(library: Library) -> dict[str, Fact]:
    paths = library.paths(f"./{MODULES}", *(f"./{path}" for path in SCRIPTS))
    for path, found in library.facts(paths, "llama-cpp-part-configs-1", part_configs).items():
        if found["line"]:
            place = Place(file=in_repository(path), line=found["line"])
            return {PART: Fact(key=PART, place=place, value={"first": sorted(found["first"])})}
    return {}
