"""Which releases of other packages a source pins or allows: by its metadata, its project file or its requirements."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from archtrack.core.parsing import parse_version
from archtrack.core.toml import TOMLDecodeError, loads

from .base import METADATA, PYPROJECT, REQUIREMENTS
from .disk.metadata import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .library import Library

__all__ = [
    "allowed_of",
    "pins_and_file_of",
    "pins_from_metadata",
    "pins_from_project",
    "pins_from_requirements",
    "pins_of",
]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]*")
_LARGEST = 1024**2  # bytes of a project file; the parser of TOML is not made for more
_LONGEST = 1000  # characters of a requirement


def pins_of(library: Library) -> tuple[tuple[str, str], ...]:
    """Distribution -> exactly pinned version, sorted; extras included, the unconditional pin first to count."""
    return pins_and_file_of(library)[0]


def pins_and_file_of(library: Library) -> tuple[tuple[tuple[str, str], ...], str | None]:
    """The same, and the file that says so; None where none does."""
    readers = (
        (METADATA, pins_from_metadata),
        (PYPROJECT, pins_from_project),
        (REQUIREMENTS, pins_from_requirements),
    )
    for path, extract in readers:
        if path in library.paths(path):
            facts = library.facts((path,), f"pins-{path}-2", extract)[path]
            if facts:
                return tuple((name, version) for name, version in facts), path
    return (), None


def allowed_of(library: Library, distribution: str) -> str | None:
    """The releases of another distribution that a source allows, as a specifier (``>=4.51.0,<5``; empty for any).

    Extras are included: a requirement without one counts first, else the first in order. None where the source does
    not require it.
    """
    readers = (
        (METADATA, _allowed_by_metadata),
        (PYPROJECT, _allowed_by_project),
        (REQUIREMENTS, _allowed_by_requirements),
    )
    for path, extract in readers:
        if path in library.paths(path):
            facts: dict[str, str] = library.facts((path,), f"requirements-{path}-1", extract)[path]
            if distribution in facts:
                return facts[distribution]
    return None


def pins_from_metadata(data: bytes) -> list[list[str]]:
    """The pins of a ``METADATA`` or ``PKG-INFO`` file: its ``Requires-Dist`` lines with one ``==``."""
    return _pins(_in_metadata(data))


def pins_from_project(data: bytes) -> list[list[str]]:
    """The pins of a ``pyproject.toml``: ``dependencies``, then ``optional-dependencies``."""
    return _pins(_in_project(data))


def pins_from_requirements(data: bytes) -> list[list[str]]:
    """The pins of a ``requirements.txt``; its options (``-c``, ``--extra-index-url``) are passed over."""
    return _pins(_in_requirements(data))


def _allowed_by_metadata(data: bytes) -> dict[str, str]:
    return _allowed(_in_metadata(data))


def _allowed_by_project(data: bytes) -> dict[str, str]:
    return _allowed(_in_project(data))


def _allowed_by_requirements(data: bytes) -> dict[str, str]:
    return _allowed(_in_requirements(data))


def _in_metadata(data: bytes) -> list[str]:
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    head = text.partition("\n\n")[0]
    return [line.partition(":")[2] for line in head.split("\n") if line.lower().startswith("requires-dist:")]


def _in_project(data: bytes) -> list[str]:
    if len(data) > _LARGEST:
        return []
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
    return [requirement for requirement in requirements if isinstance(requirement, str)]


def _in_requirements(data: bytes) -> list[str]:
    if len(data) > _LARGEST:
        return []
    # A comment begins a line, or stands behind a blank: `#` may be part of an address.
    lines = (
        re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
        for line in data.decode("utf-8", "replace").splitlines()
    )
    return [line for line in lines if line and not line.startswith("-")]


def _pins(requirements: Iterable[str]) -> list[list[str]]:
    """Name and version of every exact requirement, by name; without a marker before with one, then in order."""
    exact = [pin for pin in map(_exact, requirements) if pin is not None]
    pins: dict[str, str] = {}
    for _, name, version in sorted(exact, key=lambda pin: pin[0]):
        pins.setdefault(plain_name(name), version)
    return [[name, version] for name, version in sorted(pins.items())]


def _allowed(requirements: Iterable[str]) -> dict[str, str]:
    """Name -> specifier; a requirement that nothing switches on counts before one of an extra."""
    found: dict[str, tuple[bool, str]] = {}
    for text in requirements:
        if len(text) > _LONGEST:
            continue
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        name, switched = plain_name(requirement.name), requirement.marker is not None
        if name not in found or (found[name][0] and not switched):
            found[name] = switched, str(requirement.specifier)
    return {name: specifier for name, (_, specifier) in sorted(found.items())}


def _exact(requirement: str) -> tuple[bool, str, str] | None:
    """Of ``NAME[EXTRAS] (==VERSION); MARKER``: whether there is a marker, the name, the version; else None."""
    required, marker, _ = requirement.partition(";")
    before, equals, after = required.partition("==")
    name, bracket, extras = before.strip().removesuffix("(").rstrip().partition("[")
    if not equals or (bracket and extras.find("]") != len(extras) - 1):
        return None
    name, version = name.rstrip(), after.strip().removesuffix(")").rstrip()
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        return None
    try:
        parse_version(version)
    except ValueError:
        return None
    return bool(marker), name, version
