"""What the gates of a release of MLX-LM rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.verdict.release_facts import FEATURES, QUANTISATION, Fact, LoadFacts
from archtrack.engines._mlx_loaders import imported_modules
from archtrack.model import Place

from .features import features
from .files import MODELS, UTILS, module_of
from .quantisation import loader_facts, names_quantised_weights
from .tables import PAIRS, QUANTISED_WEIGHTS, SUB_CONFIGS
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
    loader = library.facts((UTILS,), "mlx-lm-loader-3", loader_facts)[UTILS]
    modules = library.facts(library.paths(f"{MODELS}/**/*.py"), "mlx-lm-modules-1", names_quantised_weights)
    tables = {
        PAIRS: {
            f"{model_type} {architecture}": Fact(
                key=f"{model_type} {architecture}", place=runs.place, value=module_of(runs.model.path)
            )
            for (model_type, architecture), runs in types.architectures.items()
        },
        QUANTISATION: {
            method: Fact(
                key=method,
                place=Place(file=UTILS, line=line),
                value={name: part for name, part in more.items() if part} or None,
            )
            for method, (line, more) in loader["methods"].items()
        },
        SUB_CONFIGS: _sub_configs(types, modules),
        QUANTISED_WEIGHTS: _quantised_weights(library, modules),
    }
    tables[FEATURES], decided = features(library, types)
    rules: dict[str, Any] = {"features": {"decided": decided}} if tables[FEATURES] else {}
    if loader["line"]:
        rules["load_model"] = {"line": loader["line"], "inside": loader["inside"]}
    if loader["config"]:
        rules["config"] = {"line": loader["config"]}
    if loader["model_file"]:
        line, asks = loader["model_file"]
        rules["model_file"] = {"line": line, "asks": asks}
    return LoadFacts(tables={name: table for name, table in tables.items() if table}, rules=rules)


def _sub_configs(types: Types, modules: Mapping[str, Any]) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for runs in (*types.runs.values(), *types.architectures.values()):
        fields = modules[runs.arguments.path]["sub_configs"].get(runs.arguments.name)
        if fields:
            key = module_of(runs.model.path)
            place = Place(file=runs.arguments.path, line=fields[0][1])
            found[key] = Fact(key=key, place=place, value=[name for name, _ in fields])
    return found


def _quantised_weights(library: Library, modules: Mapping[str, Any]) -> dict[str, Fact]:
    """The modules that name such weights, and those that take a name from one of them."""
    found = {path: facts["line"] for path, facts in modules.items() if facts["line"]}
    for path, sources in imported_modules(library, tuple(modules)).items():
        if path not in found:
            lines = [
                line
                for line, files in sources
                if any(modules.get(each, {"line": 0})["line"] for each in files)
            ]
            if lines:
                found[path] = min(lines)
    return {
        module_of(path): Fact(key=module_of(path), place=Place(file=path, line=line))
        for path, line in found.items()
    }
