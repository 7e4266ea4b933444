"""What the gates of a release of ONNX Runtime GenAI rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.verdict.release_facts import QUANTISATION, Fact, LoadFacts
from archtrack.model import Place

from .files import BASES, BUILDER, GGUF_LOADERS, QUANTISED_LOADERS
from .loading import base_facts, config_facts, loader_facts, rescued
from .registry import Classes, rows_of
from .tables import CHOICES, DROPS, GGUF_CLASSES, OWN_LOADERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    rows, classes = rows_of(library), Classes(library)
    quantised = _first(library, QUANTISED_LOADERS, "onnxruntime-genai-quantised-1", _quantised)
    gguf = _first(library, GGUF_LOADERS, "onnxruntime-genai-gguf-1", _gguf)
    tables = {
        CHOICES: _choices(rows),
        DROPS: {
            name: Fact(
                key=name,
                place=Place(file=BUILDER, line=drops["line"]),
                value={"unless": drops["unless"], "needs": drops["needs"]},
            )
            for name, (row, *_) in rows.items()
            if (drops := row["drops"]) is not None
        },
        OWN_LOADERS: _own_loaders(rows, classes),
        QUANTISATION: _taken(quantised),
        GGUF_CLASSES: _taken(gguf),
    }
    rules: dict[str, Any] = {}
    base = _first(library, BASES, "onnxruntime-genai-base-1", base_facts)
    if base is not None and quantised is not None and base[1]["quantised"]:
        rules["quantised"] = {"file": base[0], "line": base[1]["quantised"], "closed": quantised[1]["closed"]}
    if base is not None and gguf is not None and base[1]["gguf"]:
        rules["gguf"] = {"file": base[0], "line": base[1]["gguf"]}
    config = library.facts((BUILDER,), "onnxruntime-genai-config-1", config_facts)[BUILDER]
    if config is not None:
        rules["config"] = {**config, "rescue": _rescue(library, config["rescue"], classes)}
    return LoadFacts(tables={name: table for name, table in tables.items() if table}, rules=rules)


def _first(
    library: Library, paths: Sequence[str], kind: str, read: Callable[[bytes], dict[str, Any]]
) -> tuple[str, dict[str, Any]] | None:
    """The first of some files that is there, and what is read of it."""
    there = library.paths(*paths)
    path = next((each for each in paths if each in there), None)
    return None if path is None else (path, library.facts((path,), kind, read)[path])


def _quantised(data: bytes) -> dict[str, Any]:
    return loader_facts(data, "QuantModel", "quant_type")


def _gguf(data: bytes) -> dict[str, Any]:
    return loader_facts(data, "GGUFModel", "model_type")


def _taken(read: tuple[str, dict[str, Any]] | None) -> dict[str, Fact]:
    if read is None:
        return {}
    path, facts = read
    return {text: Fact(key=text, place=Place(file=path, line=line)) for text, line in facts["taken"].items()}


def _choices(rows: dict[str, list[dict[str, Any]]]) -> dict[str, Fact]:
    return {
        name: Fact(
            key=name,
            place=Place(file=BUILDER, line=own[0]["line"]),
            value=[{"class": row["class"], "tests": row["tests"]} for row in own],
        )
        for name, own in rows.items()
        if own[0]["tests"] or own[0]["class"] is None
    }


def _own_loaders(rows: dict[str, list[dict[str, Any]]], classes: Classes) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for name, own in rows.items():
        for row in own:
            home = None if row["class"] is None else classes.home(row["class"])
            place = None if home is None else classes.own_loader(home)
            if place is not None:
                found.setdefault(name, Fact(key=name, place=place))
    return found


def _rescue(library: Library, asked: list[str] | None, classes: Classes) -> dict[str, Any] | None:
    """What is done where AutoConfig fails: ``{"architectures": those that a method takes then}``, None for unread."""
    if asked is None:
        return None
    class_name, method = asked
    home = classes.home(class_name)
    if home is None:
        return {"architectures": None}
    path, name = home
    kind = f"onnxruntime-genai-rescued-1-{name}-{method}"
    read = library.facts((path,), kind, lambda data: rescued(data, name, method))
    return {"architectures": read[path]}
