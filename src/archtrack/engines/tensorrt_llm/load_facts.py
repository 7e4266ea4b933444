"""What the gates of a release of TensorRT-LLM rest on: those of the PyTorch backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.verdict.release_facts import MODEL_TYPES, QUANTISATION, Fact, LoadFacts
from archtrack.model import Place
from archtrack.sources.pins import allowed_of

from .files import API, AUTO, CONFIG, LOADER, OWN_CONFIGS
from .reading import auto_facts, config_facts, default_facts, own_config_facts, quantisation_facts
from .tables import MODELOPT

if TYPE_CHECKING:
    from collections.abc import Callable

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
    rules: dict[str, Any] = {}
    if allowed_of(library, "transformers") is not None:
        rules["pinned"] = True
    api = _read(library, API, "tensorrt-llm-default-1", default_facts)
    if api.get("torch"):
        rules["default"] = {"file": API, "line": api["line"]}
    auto = _read(library, AUTO, "tensorrt-llm-auto-1", auto_facts)
    if auto.get("draft"):
        rules["draft"] = {**auto["draft"], "file": AUTO}
    if auto.get("unread"):
        rules["unread"] = [{"key": key, "file": AUTO, "line": line} for key, line in auto["unread"]]
    types, config = _config(library)
    if config is not None:
        rules["config"] = config
    methods, quantisation = _quantisation(library)
    if quantisation is not None:
        rules["quantisation"] = quantisation
    tables = {MODEL_TYPES: types, QUANTISATION: methods}
    return LoadFacts(tables={name: table for name, table in tables.items() if table}, rules=rules)


def _read(library: Library, path: str, kind: str, reader: Callable[[bytes], Any]) -> dict[str, Any]:
    """What a reader says of a file; nothing where the release does not have it."""
    found: dict[str, Any] = library.facts(library.paths(path), kind, reader).get(path, {})
    return found


def _config(library: Library) -> tuple[dict[str, Fact], dict[str, Any] | None]:
    """The model types that it makes configs of itself, and where it asks AutoConfig of any other."""
    asks = _read(library, CONFIG, "tensorrt-llm-config-1", config_facts)
    if not asks.get("own"):
        line = asks.get("auto", 0)
        return {}, {"file": CONFIG, "line": line, "names": []} if line else None
    own = _read(library, OWN_CONFIGS, "tensorrt-llm-own-configs-1", own_config_facts)
    if not own.get("auto"):
        return {}, None
    types = {
        name: Fact(key=name, place=Place(file=OWN_CONFIGS, line=line)) for name, line in own["types"].items()
    }
    return types, {"file": OWN_CONFIGS, "line": own["auto"], "names": sorted(own["names"])}


def _quantisation(library: Library) -> tuple[dict[str, Fact], dict[str, Any] | None]:
    """The methods that the loader of the PyTorch backend takes, and where it refuses all others."""
    found = _read(library, LOADER, "tensorrt-llm-quantisation-1", quantisation_facts)
    if not found.get("asked") or not found["raises"]:
        return {}, None
    methods = {
        method: Fact(key=method, place=Place(file=LOADER, line=line), value=needs)
        for method, (line, needs) in found["methods"].items()
    }
    if found["modelopt"]:
        methods[MODELOPT] = Fact(key=MODELOPT, place=Place(file=LOADER, line=found["modelopt"]), value=[[]])
    return methods, {"file": LOADER, "line": found["raises"], "none": found["none"]}
