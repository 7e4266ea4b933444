"""The history of one engine: what each release registers, and what its gates rest on, as spans of releases.

What is registered are keys: architectures, or model types where the engine looks a checkpoint up by these. A release
that was read registers a key or does not; of any other release nothing is known. Such a release does not end a span,
but a span that begins or ends beside one says that its bound is not exact. An architecture that a release runs as
another one has spans too, but does not count as registered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from archtrack.errors import DataError, UsageError

from .numbering import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .numbering import Numbering

__all__ = [
    "GIT",
    "REGISTRY",
    "Entry",
    "ExampleState",
    "History",
    "Release",
    "Row",
    "RowSpan",
    "RowState",
    "RulesState",
    "Span",
    "State",
    "Tables",
    "known_release",
]


REGISTRY = "registered"
"""What a release may be silent about, besides a table by its name: its registry."""


GIT = "git"
"""The channel of what is read from the repository itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One final release of an engine, and the file of it that was read.

    Attributes:
        version: in its normal form.
        date: the day on which its first file was uploaded (``2026-01-31``), None where the index does not say.
        file: name of the release file that was read, or would be.
        sha256: of that file, hex digits; None where the index does not say.
        unknown: why it was not read; None for a release that was.
        unresolved: how many places in it could not be read statically: it may register more than was found.
        accepted: a person has confirmed that its number of architectures is right although it looks implausible.
        transformers: the releases of transformers that its metadata allows, as a specifier; None where it names none.
        imports: the release of transformers with which the imports of its modules were followed; None for none.
        digest: over the files that make it: a folder with the same files is this release. None where that is not
            known, or the history does not have all that its files say.
        channel: where it is published, for an engine that has several such places; None for one that has one.
        silent: what this channel does not carry (``REGISTRY``, or the name of a table): nothing is known of that here.
        remark: what its own files say about which release they are, where that is not enough or contradicts itself.
    """

    version: str
    date: str | None
    file: str
    sha256: str | None
    unknown: str | None = None
    unresolved: int = 0
    accepted: bool = False
    transformers: str | None = None
    imports: str | None = None
    digest: str | None = None
    channel: str | None = None
    silent: tuple[str, ...] = ()
    remark: str | None = None

    @property
    def complete(self) -> bool:
        """Whether it registers nothing but what was found in it."""
        return self.tells(REGISTRY) and not self.unresolved

    def tells(self, what: str) -> bool:
        """Whether it was read, and its channel carries its registry (``REGISTRY``), or a table."""
        return self.unknown is None and what not in self.silent


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
            (``core.verdict.aliases``); ``file`` and ``category`` are that one's, ``at`` is the line that puts it in.
        settable: transformers only, as ``flex`` and ``model_type``: as ``attention_settable``, ``flex_attention`` and
            ``model_type`` of ``TransformersFacts``.
        flex: as above.
        model_type: as above.
    """

    file: str
    at: str
    groups: tuple[str, ...] = ()
    compatible: bool | None = None
    category: str | None = None
    example: str | None = None
    example_at: str | None = None
    runs_as: str | None = None
    settable: bool | None = None
    flex: bool | None = None
    model_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How an architecture is registered, from one release of a span until the next state or the span's end.

    The other attributes are those of ``Entry``; ``at`` is the place in the release ``since``.

    Attributes:
        since: the release.
    """

    since: str
    file: str
    at: str
    groups: tuple[str, ...] = ()
    compatible: bool | None = None
    category: str | None = None
    runs_as: str | None = None
    settable: bool | None = None
    flex: bool | None = None
    model_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleState:
    """The checkpoint that releases name for an architecture, from one of a span until the next of these or its end.

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
    """Consecutive releases that register an architecture, unknown ones between them included.

    Attributes:
        first: the first release that registers it.
        last: the last one; None where the newest release registers it.
        states: how they register it; the first one begins with ``first``.
        examples: which checkpoint they name; before the first of these, none that is known.
    """

    first: str
    last: str | None
    states: tuple[State, ...]
    examples: tuple[ExampleState, ...] = ()

    @property
    def changes(self) -> tuple[str, ...]:
        """The releases with which a state or an example begins, not in order."""
        return (*(state.since for state in self.states), *(each.since for each in self.examples))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table that a gate looks something up in, as one release has it.

    Attributes:
        at: the path and line that has it.
        value: what the gate finds there, as JSON.
    """

    at: str
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowState:
    """A row, from one release of a span until the next state or the span's end; ``at`` is of the release ``since``."""

    since: str
    at: str
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSpan:
    """Consecutive releases that have a row, unknown ones between them included; as ``Span``."""

    first: str
    last: str | None
    states: tuple[RowState, ...]


Tables = Mapping[str, Mapping[str, tuple[RowSpan, ...]]]
"""Name of a table -> key -> spans, oldest first; both sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesState:
    """How releases decide, from one on until the next of these; the lines are those of the release ``since``."""

    since: str
    rules: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class History:
    """The history of one engine.

    Attributes:
        engine: its name.
        distribution: its name on the package index.
        floor: the oldest release that can be read; those before it are unknown.
        tool: the version of archtrack that read the releases.
        revision: of the engine's adapter that did.
        key: what a checkpoint is looked up by: ``architecture`` or ``model type``.
        numbering: how its releases are named and ordered.
        releases: every final release, the oldest first.
        registered: key -> spans, oldest first; sorted by key.
        tables: what its gates look up besides.
        rules: how its releases decide, oldest first.
    """

    engine: str
    distribution: str
    floor: str
    tool: str
    revision: int
    releases: tuple[Release, ...]
    registered: Mapping[str, tuple[Span, ...]]
    key: str = "architecture"
    tables: Tables = field(default_factory=dict)
    rules: tuple[RulesState, ...] = ()
    numbering: Numbering = VERSIONS

    @cached_property
    def whole(self) -> bool:
        """Whether it begins at the floor: an index may lack the first releases."""
        if not self.releases or self.releases[0].version == self.floor:
            return True
        return not self.numbering.is_before(self.floor, self.releases[0].version)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Version -> its index in ``releases``."""
        return {release.version: index for index, release in enumerate(self.releases)}

    def distribution_of(self, release: Release) -> str:
        """The distribution on the index that a release is of; the engine's own where it was read elsewhere."""
        return self.distribution if release.channel in {None, GIT} else str(release.channel)

    def release(self, version: str) -> Release | None:
        """The release of that version, in its normal form."""
        place = self.positions.get(version)
        return None if place is None else self.releases[place]

    def find(self, text: str) -> Release | None:
        """The release that a text names, in whatever form; None if there is none."""
        if text in self.positions:
            return self.release(text)
        try:
            wanted = self.numbering.normal(text)
        except ValueError:
            return None
        return next((each for each in self.releases if self.numbering.is_same(each.version, wanted)), None)

    def around(self, text: str) -> tuple[Release, ...]:
        """The release that a text names if it was read, else the last that was read before it and the first behind it.

        Only what its name tells counts: of a release that is called by its day it is not known what lies before it.
        """
        read = [each for each in self.releases if each.unknown is None]
        found = self.find(text)
        if found is not None and found.unknown is None:
            return (found,)
        try:
            wanted = self.numbering.normal(text)
        except ValueError:
            return ()
        before = [each for each in read if self.numbering.is_before(each.version, wanted)]
        behind = [each for each in read if self.numbering.is_before(wanted, each.version)]
        return (*before[-1:], *behind[:1])

    def expect(self, text: str) -> Release:
        """The release that a text names, in whatever form.

        Raises:
            UsageError: it names no release, or none that is here; the message names what is near.
        """
        numbering = self.numbering
        try:
            wanted = numbering.normal(text)
        except ValueError as error:
            like = "0.5.23" if numbering is VERSIONS else self.releases[-1].version
            raise UsageError(f"{text[:40]!r} is not a release; write one like {like}") from error
        release = self.find(text)
        if release is not None:
            return release
        raise UsageError(
            f"the history of {self.engine} has no release {wanted}{self.nearest_words(text)};"
            f" `archtrack history refresh {self.engine}` adds newer ones, `archtrack scan` reads any source"
        )

    def nearest_words(self, text: str) -> str:
        """The releases around a version that is not here, as the end of a sentence; empty for what is no version."""
        try:
            wanted = self.numbering.normal(text)
        except ValueError:
            return ""
        versions = [each.version for each in self.releases]
        near = [
            *[each for each in versions if self.numbering.is_before(each, wanted)][-2:],
            *[each for each in versions if self.numbering.is_before(wanted, each)][:2],
        ]
        return f"; the nearest are {', '.join(near)}" if near else ""

    @cached_property
    def categories(self) -> dict[str, str]:
        """Key -> section, where the last release that registers it has evidence for one."""
        last = ((name, spans[-1].states[-1].category) for name, spans in self.registered.items())
        return {name: category for name, category in last if category is not None}

    def last_said(self, name: str) -> str | None:
        """The section of a key by the last release that has evidence for one."""
        for span in reversed(self.registered.get(name, ())):
            for state in reversed(span.states):
                if state.category is not None:
                    return state.category
        return None

    @cached_property
    def known(self) -> frozenset[str]:
        """The versions that were read."""
        return frozenset(each.version for each in self.releases if each.unknown is None)

    @cached_property
    def newest(self) -> Release | None:
        """The newest release that was read and tells what it registers."""
        return next((each for each in reversed(self.releases) if each.tells(REGISTRY)), None)

    def at(self, version: str) -> dict[str, Entry]:
        """What a release that was read registers or runs as another, by name.

        The lines are those of the first release of each state.
        """
        index = self.positions[version]
        return {name: self.entry(span, index) for name, span in self._spans(index)}

    def run_as(self, version: str) -> dict[str, str | None]:
        """Name -> the architecture that a release runs in its place; None where it registers the name itself."""
        index = self.positions[version]
        return {name: self._state(span, index).runs_as for name, span in self._spans(index)}

    def names(self, version: str) -> frozenset[str]:
        """The names that a release itself registers."""
        if version not in self._names:
            self._names[version] = frozenset(
                name for name, other in self.run_as(version).items() if other is None
            )
        return self._names[version]

    @cached_property
    def _names(self) -> dict[str, frozenset[str]]:
        return {}

    def entry(self, span: Span, index: int) -> Entry:
        """What the release at an index says of an architecture, by the span that it lies in."""
        state = self._state(span, index)
        named = [each for each in span.examples if self.positions[each.since] <= index]
        return Entry(
            file=state.file,
            at=state.at,
            groups=state.groups,
            compatible=state.compatible,
            category=state.category,
            example=named[-1].example if named else None,
            example_at=named[-1].at if named else None,
            runs_as=state.runs_as,
            settable=state.settable,
            flex=state.flex,
            model_type=state.model_type,
        )

    def example(self, name: str) -> ExampleState | None:
        """The checkpoint of the last release that registers a key and names one for it; None where none does."""
        named = [
            each
            for span in self.registered.get(name, ())
            for each in span.examples
            if each.example is not None
        ]
        return named[-1] if named else None

    @cached_property
    def examples(self) -> dict[str, ExampleState]:
        """Name -> the checkpoint of the last release that registers it and names one for it; sorted by name.

        ``since`` is the first of the consecutive releases that name it, and ``at`` the place in that one.
        """
        found = ((name, self.example(name)) for name in self.registered)
        return {name: each for name, each in found if each is not None}

    def newest_on(self, day: str) -> Release | None:
        """The highest version that was read and had come out by a day (``2026-01-31``); None if there is none."""
        read = (each for each in reversed(self.releases) if each.tells(REGISTRY))
        return next((each for each in read if each.date is not None and each.date <= day), None)

    def row(self, table: str, key: str, version: str) -> RowState | None:
        """What a release that was read has in a table; None where it has no such row."""
        index = self.positions[version]
        if table in self.releases[index].silent:
            return None
        for span in self.tables.get(table, {}).get(key, ()):
            end = len(self.releases) - 1 if span.last is None else self.positions[span.last]
            if self.positions[span.first] <= index <= end:
                return [state for state in span.states if self.positions[state.since] <= index][-1]
        return None

    def rules_at(self, version: str) -> RulesState | None:
        """How a release that was read decides; None where that is not known."""
        index = self.positions[version]
        begun = [each for each in self.rules if self.positions[each.since] <= index]
        return begun[-1] if begun else None

    def state(self, name: str, version: str) -> State | None:
        """How a release that was read registers an architecture; None where it does not."""
        index = self.positions[version]
        span = self._span(self.registered.get(name, ()), index)
        return None if span is None else self._state(span, index)

    def _spans(self, index: int) -> Iterator[tuple[str, Span]]:
        """The architectures of the release at an index, each with the span that it lies in."""
        for name, spans in self.registered.items():
            span = self._span(spans, index)
            if span is not None:
                yield name, span

    def _span(self, spans: tuple[Span, ...], index: int) -> Span | None:
        if REGISTRY in self.releases[index].silent:
            return None
        for span in spans:
            end = len(self.releases) - 1 if span.last is None else self.positions[span.last]
            if self.positions[span.first] <= index <= end:
                return span
        return None

    def _state(self, span: Span, index: int) -> State:
        return [state for state in span.states if self.positions[state.since] <= index][-1]


def known_release(history: History, version: str | None) -> Release:
    """The release that a user names, if it is known what it registers; the newest for ``latest``, and for None.

    Raises:
        UsageError: that is no version, or the history does not have it; the message names what is near.
        DataError: it is not known what it registers, or what any release does; the message says why.
    """
    if version is None or version == "latest":
        if history.newest is None:
            raise DataError(
                f"no release of {history.engine} could be read; run `archtrack history refresh {history.engine}`"
            )
        return history.newest
    release = history.expect(version)
    if release.unknown is not None:
        raise DataError(
            f"{history.engine} {release.version} was not read: {release.unknown}; name another release"
        )
    if not release.tells(REGISTRY):
        raise DataError(
            f"what {history.engine} {release.version} registers is not known: {release.channel} does not carry it;"
            " name another release"
        )
    return release
