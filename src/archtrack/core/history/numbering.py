"""How an engine numbers its releases: which names they have, in which order they came, and what lies between two.

``versions`` are those of the package index (PEP 440): the index lists each of them, and the higher one is the newer.

``builds`` are those of a repository that is tagged many times a day, of which somebody packs a few. They are known by
the tag (``b5480``, ``gguf-v0.19.0``, ``v0.2.0``), or by the day on which the copy was published, where nothing says for
certain which tag it is. Builds are in the order of their numbers; whatever has no number has its place by its day.
Between two of them there is always something that nobody has read, unless their numbers follow on each other.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from archtrack.core.parsing import LONGEST_VERSION, parse_date, parse_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.version import Version

__all__ = ["BUILDS", "NUMBERINGS", "VERSIONS", "Numbering", "build_number"]

_BUILD = re.compile(r"b(0|[1-9][0-9]{0,8})", re.ASCII)
_PLAIN = re.compile(r"v?[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}", re.ASCII)
_GGUF = "gguf-v"


class Numbering(Protocol):
    """The names of an engine's releases."""

    @property
    def name(self) -> str:
        """As the data has it."""
        ...

    def normal(self, text: str) -> str:
        """The name that a text means, in its normal form.

        Raises:
            ValueError: it means none.
        """
        ...

    def ordered(self, dates: Mapping[str, str | None]) -> list[str]:
        """Names, the oldest first.

        Args:
            dates: name -> the day on which it came out.
        """
        ...

    def is_same(self, one: str, other: str) -> bool:
        """Whether two names in their normal form mean one release."""
        ...

    def is_before(self, one: str, other: str) -> bool:
        """Whether one is certainly older than another, by their names."""
        ...

    def is_next(self, one: str, other: str) -> bool:
        """Whether nothing can lie between two that are neighbours in the data."""
        ...

    def is_final(self, name: str) -> bool:
        """Whether it is no preview, and no build of another one."""
        ...

    def is_tag(self, name: str) -> bool:
        """Whether a release is called by what its repository calls it."""
        ...

    def of_tag(self, tag: str) -> str | None:
        """The final release that a tag of the repository names; None for a tag of another kind."""
        ...

    def is_alone(self, text: str) -> bool:
        """Whether a text can mean nothing but one of these releases: the index has no version of that form."""
        ...


@dataclass(frozen=True, slots=True)
class _Versions:
    name: str = "versions"

    def normal(self, text: str) -> str:
        return str(parse_version(text))

    def ordered(self, dates: Mapping[str, str | None]) -> list[str]:
        return sorted(dates, key=lambda name: (parse_version(name), name))

    def is_same(self, one: str, other: str) -> bool:
        return parse_version(one) == parse_version(other)

    def is_before(self, one: str, other: str) -> bool:
        return parse_version(one) < parse_version(other)

    def is_next(self, one: str, other: str) -> bool:  # noqa: ARG002 -- the index lists all of them
        return True

    def is_final(self, name: str) -> bool:
        version = parse_version(name)
        return not version.is_prerelease and not version.local

    def is_tag(self, name: str) -> bool:  # noqa: ARG002 -- the engine says which are none
        return True

    def of_tag(self, tag: str) -> str | None:
        """``v1.2.3`` is 1.2.3; what PEP 440 would write otherwise is another kind of tag."""
        name = tag.removeprefix("v")
        try:
            return name if name != tag and self.normal(name) == name and self.is_final(name) else None
        except ValueError:
            return None

    def is_alone(self, text: str) -> bool:  # noqa: ARG002 -- they are those of the index
        return False


@dataclass(frozen=True, slots=True)
class _Builds:
    name: str = "builds"

    def normal(self, text: str) -> str:
        if len(text) > LONGEST_VERSION:
            raise ValueError(f"a name of {len(text)} characters")
        if _BUILD.fullmatch(text):
            return text
        if _PLAIN.fullmatch(text):
            return f"v{text.removeprefix('v')}"
        if text.startswith(_GGUF):
            return f"{_GGUF}{parse_version(text.removeprefix(_GGUF))}"
        return parse_date(text).isoformat()

    def ordered(self, dates: Mapping[str, str | None]) -> list[str]:
        """By number; whatever has none comes behind the highest number of its day and all days before."""
        numbers = {name: number for name in dates if (number := build_number(name)) is not None}
        highest: list[tuple[str, int]] = []
        for day, number in sorted((dates[name] or "", number) for name, number in numbers.items()):
            if not highest or number > highest[-1][1]:
                highest.append((day, number))
        days = [day for day, _ in highest]

        def place(name: str) -> tuple[int, int, str, Version, str]:
            if name in numbers:
                return numbers[name], 0, "", _NONE, name
            day = dates[name] or ""
            at = bisect_right(days, day) - 1
            return (highest[at][1] if at >= 0 else -1), 1, day, _version_in(name), name

        return sorted(dates, key=place)

    def is_same(self, one: str, other: str) -> bool:
        return one == other

    def is_before(self, one: str, other: str) -> bool:
        first, second = build_number(one), build_number(other)
        return first is not None and second is not None and first < second

    def is_next(self, one: str, other: str) -> bool:
        first, second = build_number(one), build_number(other)
        return first is not None and second is not None and second == first + 1

    def is_final(self, name: str) -> bool:  # noqa: ARG002 -- there are no others
        return True

    def is_tag(self, name: str) -> bool:
        return not name[:1].isdigit()  # else it is a day

    def of_tag(self, tag: str) -> str | None:
        try:
            return tag if self.normal(tag) == tag and self.is_tag(tag) else None
        except ValueError:
            return None

    def is_alone(self, text: str) -> bool:
        try:
            name = self.normal(text)
        except ValueError:
            return False
        return not name.startswith("v")


def build_number(name: str) -> int | None:
    """The number of a build (``b5480``); None for a name of another kind."""
    found = _BUILD.fullmatch(name)
    return None if found is None else int(found[1])


def _version_in(name: str) -> Version:
    """What tells names of one day apart: the version at their end; a day has none, and comes first."""
    try:
        return _NONE if name[:1].isdigit() else parse_version(name.rpartition("-")[2])
    except ValueError:
        return _NONE


_NONE = parse_version("0")
VERSIONS: Numbering = _Versions()
BUILDS: Numbering = _Builds()
NUMBERINGS: Mapping[str, Numbering] = {each.name: each for each in (VERSIONS, BUILDS)}
"""Name -> numbering."""
