"""The shipped table of examples: ``data/examples.toml`` as values.

The file is TOML, but every line is a comment, ``["RELEASE"."FILE"]``, ``NAME = "id"`` or ``NAME = { key = "value" }``.
Reading it line by line takes a millisecond. Importing a TOML parser takes ten, and nearly every run would pay for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Entry", "Locator", "example_table"]

_TABLE = re.compile(r'\["([^"]+)"\."([^"]+)"\]')
_LINE = re.compile(r'(\w+) = (?:"([^"]+)"|\{ (\w+ = "[^"]+"(?:, \w+ = "[^"]+")*) \})', re.ASCII)
_PAIR = re.compile(r'\b(\w+) = "([^"]+)"')
_KINDS = (("id",), ("target",), ("draft_of",), ("variant_of",), ("id", "near"), ("target", "near"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Locator:
    """Where an entry can be looked up.

    Attributes:
        package: distribution on the package index.
        version: the release.
        kind: ``wheel`` or ``sdist``: which of its files holds it.
        file: path in that.
    """

    package: str
    version: str
    kind: str
    file: str

    def __str__(self) -> str:
        """``vllm 0.33.0 tests/models/registry.py``."""
        return f"{self.package} {self.version} {self.file}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the table says about one architecture: exactly one of the first four is given.

    Attributes:
        id: a checkpoint that has the architecture.
        target: a checkpoint of the model that this draft guesses for.
        draft_of: the architecture that this draft guesses for.
        variant_of: the architecture that the engine loads this one in place of, or as a part of.
        near: the text beside the id in the file; the architecture if None.
        locator: where that is.
    """

    id: str | None = None
    target: str | None = None
    draft_of: str | None = None
    variant_of: str | None = None
    near: str | None = None
    locator: Locator


def example_table(text: str) -> dict[str, Entry]:
    """Architecture -> what the table says of it.

    Raises:
        ValueError: a line has none of these forms, or an architecture is there twice.
    """
    entries: dict[str, Entry] = {}
    locator = None
    for number, line in enumerate(text.split("\n"), start=1):
        if not line or line[0] == "#":
            continue
        if table := _TABLE.fullmatch(line):
            locator = _locator(table[1], table[2])
            continue
        match = _LINE.fullmatch(line)
        if match is None or locator is None or match[1] in entries:
            raise ValueError(
                f"line {number}: no entry of a form that is read here, or the second of its name"
            )
        keys = {"id": match[2]} if match[2] else dict(_PAIR.findall(match[3]))
        if tuple(keys) not in _KINDS:
            raise ValueError(f"line {number}: no entry has the keys {', '.join(keys)}")
        entries[match[1]] = Entry(**keys, locator=locator)
    return entries


def _locator(release: str, file: str) -> Locator:
    package, version, kind = release.split(" ")
    return Locator(package=package, version=version, kind=kind, file=file)
