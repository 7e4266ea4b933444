"""The history of one engine: which architectures each release registers, as spans of releases.

A release is known to register an architecture or not to, or nothing is known of it. An unknown release breaks no
span, and a span that begins or ends beside one says so: what lies beyond is not claimed. What a release runs as an
architecture that it registers is known in the same way, and does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from archtrack.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Companion",
    "Entry",
    "History",
    "Naming",
    "Release",
    "Span",
    "State",
    "known_release",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One final release of an engine, and the file of it that was read.

    Attributes:
        version: in its normal form.
        date: the day on which its first file was uploaded (``2026-01-31``), None where the index does not say.
        file: name of the release file that was read, or would be.
        sha256: of that file, hex digits; None where the index does not say.
        unknown: why it is not known what it registers; None where it is.
        unresolved: places in it that could not be read statically: more may be registered than was found.
        accepted: a person has confirmed that its count is right although it looks implausible.
    """

    version: str
    date: str | None
    file: str
    sha256: str | None
    unknown: str | None = None
    unresolved: int = 0
    accepted: bool = False

    @property
    def complete(self) -> bool:
        """Whether what was not found in it is not registered."""
        return self.unknown is None and not self.unresolved


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one release says of an architecture that it registers.

    Attributes:
        file: as in ``Registration.file``.
        at: the path and line that registers it (``vllm/model_executor/models/registry.py:78``).
        groups: the tables that list it.
        compatible: transformers only: the answer of its gate for engines; None where it has none.
        category: the section it belongs to, by the engine's own evidence; None where there is none.
        example: a checkpoint that the release itself names for it; None where it names none.
        example_at: the path and line that does.
        runs_as: the architecture that the release runs in its place, where it does not register the name itself
            (``core.aliases``); ``file`` and ``category`` are that one's, and ``at`` is the line that puts it in.
    """

    file: str
    at: str
    groups: tuple[str, ...] = ()
    compatible: bool | None = None
    category: str | None = None
    example: str | None = None
    example_at: str | None = None
    runs_as: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How an architecture is registered, from one release of a span until the next state or the span's end.

    Attributes:
        since: the release.
        file: and ``at``, ``groups``, ``compatible`` as in ``Entry``; ``at`` is the place in the release ``since``.
        at: as above.
        groups: as above.
        compatible: as above.
        runs_as: as in ``Entry``.
    """

    since: str
    file: str
    at: str
    groups: tuple[str, ...] = ()
    compatible: bool | None = None
    runs_as: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """The checkpoint that the releases name for an architecture, from one of a span until the next naming or its end.

    Attributes:
        since: the release.
        example: the checkpoint; None where they name none any more.
        at: the path and line that names it in the release ``since``; None with ``example``.
    """

    since: str
    example: str | None
    at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Releases in a row that register an architecture, unknown ones between them included.

    Attributes:
        first: the first release that is known to.
        last: the last one that is; None where the newest release does.
        states: how; the first one begins with ``first``.
        namings: which checkpoint they name; before the first naming, none that is known.
    """

    first: str
    last: str | None
    states: tuple[State, ...]
    namings: tuple[Naming, ...] = ()

    @property
    def changes(self) -> tuple[str, ...]:
        """The releases with which a state or a naming begins, not in order."""
        return (*(state.since for state in self.states), *(naming.since for naming in self.namings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """The release of another engine by which this one's registry was joined to architectures."""

    engine: str
    version: str
    sha256: str | None


@dataclass(frozen=True, kw_only=True)
class History:
    """What is known of one engine.

    Attributes:
        engine: its name.
        distribution: its name on the package index.
        floor: the oldest release whose layout is read; those before it are unknown.
        tool: the version of archtrack that read the releases.
        revision: of the engine's adapter that did.
        companion: what the registry was joined with; None for nothing.
        releases: every final release, oldest version first.
        architectures: name -> spans, oldest first; sorted by name.
        categories: name -> section, where the last release that registers it has evidence for one.
    """

    engine: str
    distribution: str
    floor: str
    tool: str
    revision: int
    releases: tuple[Release, ...]
    architectures: Mapping[str, tuple[Span, ...]]
    categories: Mapping[str, str]
    companion: Companion | None = None

    @cached_property
    def whole(self) -> bool:
        """Whether it begins at the floor: an index may lack the first releases."""
        first = self.releases[0].version if self.releases else None
        if first is None or first == self.floor:
            return True
        from packaging.version import Version  # noqa: PLC0415 -- only where they differ

        return Version(first) <= Version(self.floor)

    @cached_property
    def places(self) -> dict[str, int]:
        """Version -> its place in ``releases``."""
        return {release.version: place for place, release in enumerate(self.releases)}

    def release(self, version: str) -> Release | None:
        """The release of that version, in its normal form."""
        place = self.places.get(version)
        return None if place is None else self.releases[place]

    def named(self, text: str) -> Release | None:
        """The release that a text names, however it is written; None where there is none."""
        if text in self.places:
            return self.release(text)
        from packaging.version import Version  # noqa: PLC0415 -- only where it is written otherwise

        try:
            wanted = Version(text)
        except ValueError:  # InvalidVersion is one, and so is what thousands of digits raise
            return None
        return next((each for each in self.releases if Version(each.version) == wanted), None)

    @cached_property
    def known(self) -> frozenset[str]:
        """The versions that were read."""
        return frozenset(each.version for each in self.releases if each.unknown is None)

    @cached_property
    def newest(self) -> Release | None:
        """The newest release that was read."""
        return next((each for each in reversed(self.releases) if each.unknown is None), None)

    def at(self, version: str) -> dict[str, Entry]:
        """What a release that was read registers or runs as another, by name.

        Each place is that of the state's first release.
        """
        place = self.places[version]
        found = {}
        for name, spans in self.architectures.items():
            span = self._span(spans, place)
            if span is not None:
                found[name] = self.entry(name, span, place)
        return found

    def run_as(self, version: str) -> dict[str, str | None]:
        """Name -> as which architecture a release that was read runs it; None where it registers the name itself."""
        place = self.places[version]
        spans = ((name, self._span(each, place)) for name, each in self.architectures.items())
        return {name: self._state(span, place).runs_as for name, span in spans if span is not None}

    def names(self, version: str) -> frozenset[str]:
        """The names that a release itself registers; worked out once for each release that is asked about."""
        if version not in self._names:
            self._names[version] = frozenset(
                name for name, other in self.run_as(version).items() if other is None
            )
        return self._names[version]

    @cached_property
    def _names(self) -> dict[str, frozenset[str]]:
        return {}

    def entry(self, name: str, span: Span, place: int) -> Entry:
        """What the release at a place says of an architecture, by the span that it lies in."""
        state = self._state(span, place)
        naming = None
        for each in span.namings:
            if self.places[each.since] <= place:
                naming = each
        return Entry(
            file=state.file,
            at=state.at,
            groups=state.groups,
            compatible=state.compatible,
            category=self.categories.get(name),
            example=naming.example if naming is not None else None,
            example_at=naming.at if naming is not None else None,
            runs_as=state.runs_as,
        )

    @cached_property
    def examples(self) -> dict[str, Naming]:
        """Name -> the checkpoint of the last release that registers it and names one for it; sorted by name.

        ``since`` is the first of the releases in a row that name the same one, and ``at`` the place in that.
        """
        found = {}
        for name, spans in self.architectures.items():
            for naming in (each for span in spans for each in span.namings if each.example is not None):
                found[name] = naming
        return found

    def out_on(self, day: str) -> Release | None:
        """The highest version that was read and had come out by that day (``2026-01-31``); None where there is none."""
        return next(
            (
                each
                for each in reversed(self.releases)
                if each.unknown is None and each.date is not None and each.date <= day
            ),
            None,
        )

    def state(self, name: str, version: str) -> State | None:
        """How a release that was read registers an architecture; None where it does not."""
        place = self.places[version]
        span = self._span(self.architectures.get(name, ()), place)
        return None if span is None else self._state(span, place)

    def _span(self, spans: tuple[Span, ...], place: int) -> Span | None:
        """The span of one architecture in which a release lies."""
        for span in spans:
            end = len(self.releases) - 1 if span.last is None else self.places[span.last]
            if self.places[span.first] <= place <= end:
                return span
        return None

    def _state(self, span: Span, place: int) -> State:
        """The state of a span at a release in it."""
        return [state for state in span.states if self.places[state.since] <= place][-1]


def known_release(history: History, version: str) -> Release:
    """The release that a user names, if it is known what it registers.

    Raises:
        UsageError: that is no version, or the history does not have it; the message names what is near.
        DataError: it is not known what it registers; the message says why.
    """
    from packaging.version import Version  # noqa: PLC0415 -- only where a version is asked for

    try:
        wanted = Version(version)
    except ValueError as error:  # InvalidVersion is one, and so is what thousands of digits raise
        raise UsageError(f"{version[:40]!r} is no release; give one like 0.5.23") from error
    release = history.named(version)
    if release is None:
        versions = [Version(each.version) for each in history.releases]
        near = [
            *[each for each in versions if each < wanted][-2:],
            *[each for each in versions if each > wanted][:2],
        ]
        raise UsageError(
            f"the history of {history.engine} has no release {wanted}; near it: {', '.join(map(str, near))};"
            f" `archtrack history refresh {history.engine}` adds newer ones, `archtrack scan` reads any source"
        )
    if release.unknown is not None:
        raise DataError(
            f"it is not known what {history.engine} {release.version} registers: {release.unknown}"
        )
    return release
