"""What the gates of a release of MLX-VLM rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.python.changes import ANY
from archtrack.core.verdict.release_facts import QUANTISATION, Fact, LoadFacts
from archtrack.engines._mlx_loaders import imported_modules
from archtrack.model import Place

from .files import DRAFTERS, LOADERS, MODELS, UTILS
from .quantisation import first_weight_line, loader_facts, turned_methods
from .tables import LACKS, NAMED, QUANTISED_WEIGHTS, REMAPPED, WITHOUT_MODEL
from .types import Types

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["load_facts"]


def load_facts(library: Library, inventory: Inventory) -> LoadFacts:  # noqa: ARG001 -- the files say it all
    """What the gates of a release rest on.

    Args:
        library: the release.
        inventory: what it registers.

    Raises:
        SourceError: a file cannot be read.
    """
    types = Types(library)
    loader = library.facts((UTILS,), "mlx-vlm-loader-2", loader_facts)[UTILS]
    tables = {
        LACKS: dict(_lacks(types, loader["classes"])),
        NAMED: {
            method: Fact(key=method, place=Place(file=UTILS, line=ways[0][0]), value=[way for _, way in ways])
            for method, ways in loader["named"].items()
        },
        REMAPPED: {
            key: Fact(key=key, place=Place(file=UTILS, line=line), value=value)
            for key, line, value, _ in types.tables.get("MODEL_REMAPPING", {"rows": []})["rows"]
            if isinstance(value, str)
        },
        WITHOUT_MODEL: {
            name: Fact(key=name, place=Place(file=path, line=1)) for name, path in types.without.items()
        },
        QUANTISATION: _turned(library),
        QUANTISED_WEIGHTS: _quantised_weights(library, types),
    }
    rules: dict[str, Any] = {}
    if loader["line"]:
        rules["load_model"] = {"line": loader["line"], "looks": loader["looks"], "inside": loader["inside"]}
    if loader["config"]:
        rules["config"] = {"line": loader["config"]}
    if types.rules["line"]:
        rules["type"] = {
            "line": types.rules["line"],
            "lower": types.rules["lower"],
            "speculators": types.rules["speculators"],
            "chain": types.rules["chain"],
        }
        if types.rules["model_file"]:
            rules["model_file"] = {"line": types.rules["model_file"]}
        if types.rules["otherwise"]:
            module, line = types.rules["otherwise"]
            rules["otherwise"] = {"line": line, "module": module}
        if types.rules["unread"]:
            rules["unread"] = {"line": types.rules["unread"][0][0]}
    return LoadFacts(tables={name: table for name, table in tables.items() if table}, rules=rules)


def _lacks(types: Types, classes: list[list[Any]]) -> dict[str, Fact]:
    """The model types whose module does not have what ``load_model`` takes from it in any case."""
    found: dict[str, Fact] = {}
    for model_type, runs in types.runs.items():
        facts = types.names[runs.module]
        if facts["stars"] or not facts["names"].keys().isdisjoint({ANY, "__getattr__"}):
            continue
        missing = [[name, line] for name, line in classes if name not in facts["names"]]
        if missing:
            place = Place(file=UTILS, line=missing[0][1])
            found[model_type] = Fact(key=model_type, place=place, value=[name for name, _ in missing])
    return found


def _turned(library: Library) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    facts = library.facts(library.paths(*LOADERS), "mlx-vlm-turned-2", turned_methods)
    for path, methods in facts.items():
        for method, ways in methods.items():
            place = Place(file=path, line=ways[0][0])
            value = [asked for _, asked in ways]
            if method in found:
                place, value = found[method].place, [*found[method].value, *value]
            found[method] = Fact(key=method, place=place, value=value)
    return found


def _quantised_weights(library: Library, types: Types) -> dict[str, Fact]:
    """The model types of which a module names such weights, or leads to one that does by its imports."""
    own = library.facts(tuple(types.names), "mlx-vlm-weights-1", first_weight_line)
    named = {path: line for path, line in own.items() if line}
    imports = imported_modules(library, tuple(types.names))
    importers: dict[str, list[tuple[str, int]]] = {}
    for path, sources in imports.items():
        for line, files in sources:
            for file in files:
                importers.setdefault(file, []).append((path, line))
    waiting = list(named)
    while waiting:
        for path, line in importers.get(waiting.pop(), ()):
            if path not in named:
                named[path] = line
                waiting.append(path)
    folders: dict[str, list[str]] = {}
    for path in sorted(named):
        folders.setdefault(path.rpartition("/")[0], []).append(path)
    return dict(_of_types(types, named, folders))


def _of_types(types: Types, named: Mapping[str, int], folders: Mapping[str, list[str]]) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for model_type, runs in types.runs.items():
        files = [path for path in (runs.module, runs.model.path) if path in named]
        for path in (runs.module, runs.model.path):
            folder = path.rpartition("/")[0]
            if folder not in {MODELS, DRAFTERS}:  # there it is a file of its own
                files += folders.get(folder, [])
        if files:
            place = Place(file=files[0], line=named[files[0]])
            found[model_type] = Fact(key=model_type, place=place)
    return found
