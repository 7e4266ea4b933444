"""Which releases of other packages a source pins: by its core metadata, else by its project file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archtrack.core.toml import TOMLDecodeError, loads

from .base import METADATA, PYPROJECT
from .disk.metadata import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .library import Library

__all__ = ["pins_from_metadata", "pins_from_project", "pins_of"]

_EXACT = re.compile(
    r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?\s*==\s*([A-Za-z0-9][A-Za-z0-9.!+_-]*)\s*\)?\s*(?:;.*)?"
)


def pins_of(library: Library) -> tuple[tuple[str, str], ...]:
    """Distribution -> exactly pinned version, sorted; extras included, the unconditional pin first to count."""
    for path, extract in ((METADATA, pins_from_metadata), (PYPROJECT, pins_from_project)):
        if path in library.paths(path):
            facts = library.facts((path,), f"pins-{path}-1", extract)[path]
            if facts:
                return tuple((name, version) for name, version in facts)
    return ()


def pins_from_metadata(data: bytes) -> list[list[str]]:
    """The pins of a ``METADATA`` or ``PKG-INFO`` file: its ``Requires-Dist`` lines with one ``==``."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    head = text.partition("\n\n")[0]
    requirements = [
        line.partition(":")[2] for line in head.split("\n") if line.lower().startswith("requires-dist:")
    ]
    return _pins(requirements)


def pins_from_project(data: bytes) -> list[list[str]]:
    """The pins of a ``pyproject.toml``: ``dependencies``, then ``optional-dependencies``."""
    try:
        project = loads(data.decode("utf-8", "replace")).get("project", {})
    except TOMLDecodeError:
        return []
    requirements: list[object] = []
    if isinstance(project, dict):
        groups = [project.get("dependencies", [])]
        extras = project.get("optional-dependencies", {})
        groups += list(extras.values()) if isinstance(extras, dict) else []
        for group in groups:
            requirements += group if isinstance(group, list) else []
    return _pins(requirement for requirement in requirements if isinstance(requirement, str))


def _pins(requirements: Iterable[str]) -> list[list[str]]:
    """Name and version of every exact requirement, by name; without a marker before with one, then in order."""
    exact = [match for match in map(_EXACT.fullmatch, requirements) if match]
    pins: dict[str, str] = {}
    for match in sorted(exact, key=lambda match: ";" in match[0]):
        pins.setdefault(plain_name(match[1]), match[2])
    return [[name, version] for name, version in sorted(pins.items())]
