"""Xinference: the language models that it serves, family by family. Apache 2.0.

``xinference/model/llm/models/*.json`` (``llm_family.json`` before) hold one object per family with the architectures of
its models and the Hub's id of each. Where a family has several architectures, a model may have any of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.parsing import parse_json
from archtrack.sources.base import Layout

from .base import Entry, Listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["CATALOGUE", "Xinference"]


class Xinference:
    """The declaration; see the module's docstring."""

    package = "xinference"
    kind = "wheel"
    files = ("xinference/model/llm/models/*.json", "xinference/model/llm/llm_family.json")

    def layout(self, version: str) -> Layout:  # noqa: ARG002 -- the same in every release
        """The package ``xinference``."""
        return Layout(package="xinference", distribution=self.package)

    def read(self, files: Mapping[str, bytes]) -> Listing:
        """The models of every family."""
        entries: list[Entry] = []
        unresolved: list[tuple[str, int, str]] = []
        for path, data in files.items():
            try:
                families = parse_json(data)
            except ValueError as error:
                unresolved.append((path, 0, f"is not JSON: {error}"))
                continue
            for family in families if isinstance(families, list) else [families]:
                entries += _models(family, path)
        return Listing(entries=tuple(dict.fromkeys(entries)), unresolved=tuple(unresolved))


def _models(family: Any, path: str) -> Iterator[Entry]:
    """The models of a family; nothing of one that names no architecture."""
    if not isinstance(family, dict):
        return
    named = family.get("architectures")
    architectures = tuple(each for each in named if isinstance(each, str)) if isinstance(named, list) else ()
    if not architectures:
        return
    specs = family.get("model_specs")
    for spec in specs if isinstance(specs, list) else []:
        sources = spec.get("model_src") if isinstance(spec, dict) else None
        hub = sources.get("huggingface") if isinstance(sources, dict) else spec
        found = hub.get("model_id") if isinstance(hub, dict) else None
        if isinstance(found, str):
            yield Entry(id=found, path=path, architectures=architectures)


CATALOGUE = Xinference()
