"""What is wrong with a data file of the history: order, spans, versions, counts that nobody confirmed."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from archtrack.core.matrix.repositories import is_hub_id
from archtrack.core.parsing import parse_date
from archtrack.model import Category

from .data_file import ENGINE_NAME, KEYS, WrongHistoryError, parse_history, write_history
from .history import Span
from .plausibility import doubts_of
from .spans import entries_of, spans_of
from .tables import rows_of, rules_of, rules_states, table_spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .history import Entry, History, Release, RowSpan

__all__ = ["lint_history"]

_MOST = 20_000_000
"""The most releases times architectures of one engine; transformers has half a million."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLACE = re.compile(r"[^\s:/][^:]*(:[1-9][0-9]{0,8})?")
"""A path in the release, and a line, unless the whole file is meant."""
_CATEGORIES = frozenset([None, *(each.value for each in Category)])


def lint_history(text: str, engine: str) -> tuple[str, ...]:
    """What is wrong with the text of a data file; nothing if a refresh would write the same text.

    Args:
        text: the content of the file.
        engine: the engine that it should be about.
    """
    try:
        history = parse_history(text)
    except WrongHistoryError as error:
        return (str(error),)
    found = []
    if history.engine != engine:
        found.append(f"it is the history of {history.engine}, not of {engine}")
    found += _releases(history)
    found = found or list(_head(history))
    if found:
        return tuple(found)  # what follows relies on the order of the releases
    for name, spans in history.registered.items():
        found += [f"{name}: {problem}" for problem in _spans(spans, history)]
    found += _rows(history)
    found += [
        f"{name}: {state.category!r} is not a category"
        for name, spans in history.registered.items()
        for span in spans
        for state in span.states
        if state.category not in _CATEGORIES
    ]
    return tuple(found) or tuple(_whole(history, text))


def _head(history: History) -> Iterator[str]:
    if not ENGINE_NAME.fullmatch(history.engine):
        yield f"{history.engine[:40]!r} is not a name of an engine"
    if history.key not in KEYS:
        yield f"{history.key[:40]!r} is nothing that an engine looks a checkpoint up by"
    if not history.distribution:
        yield "it names no distribution"
    if all(release.unknown is not None for release in history.releases):
        yield "no release in it was read"
    if len(history.releases) * len(history.registered) > _MOST:
        yield f"{len(history.releases)} releases of {len(history.registered)} architectures are too many"
    try:
        floor = history.numbering.normal(history.floor)
    except ValueError:
        yield f"the oldest release that is read, {history.floor[:40]!r}, is not a version"
        return
    for release in history.releases:
        if release.unknown is None and history.numbering.is_before(release.version, floor):
            yield f"release {release.version} is older than {history.floor}, the oldest that is read"
    yield from _characters(history)


def _characters(history: History) -> Iterator[str]:
    """Texts that cannot be printed, and places that are none."""
    for text in _texts(history):
        if not text or not text.isprintable():
            yield f"{text[:40]!r} is empty or has characters that cannot be printed"
    for text in dict.fromkeys(_places(history)):
        if text and not (_PLACE.fullmatch(text) and ".." not in text.split("/")):
            yield f"{text[:40]!r} is not a place in a source (`folder/file.py:7`)"


def _places(history: History) -> Iterator[str]:
    for span in (span for spans in history.registered.values() for span in spans):
        yield from (state.at for state in span.states)
        yield from (each.at for each in span.examples if each.at is not None)
    for row in _row_spans(history):
        yield from (state.at for state in row.states)


def _row_spans(history: History) -> Iterator[RowSpan]:
    return (span for rows in history.tables.values() for spans in rows.values() for span in spans)


def _texts(history: History) -> list[str]:
    texts = [history.floor, history.tool, *history.registered, *_places(history)]
    texts += [text for table, rows in history.tables.items() for text in (table, *rows)]
    for release in history.releases:
        said = (release.unknown, release.channel, release.remark, *release.silent)
        texts += [release.file, *(each for each in said if each is not None)]
    for span in (span for spans in history.registered.values() for span in spans):
        for state in span.states:
            texts += [state.file, *state.groups, *(() if state.runs_as is None else (state.runs_as,))]
    return texts


def _releases(history: History) -> Iterator[str]:
    numbering, versions = history.numbering, []
    for release in history.releases:
        try:
            version = numbering.normal(release.version)
        except ValueError:
            yield f"release {release.version[:40]!r} is not a version"
            return
        if version != release.version:
            yield f"release {release.version} should be written {version}"
        if not numbering.is_final(version):
            yield f"release {release.version} is not final"
        if release.date is not None and not _is_day(release.date):
            yield f"release {release.version}: {release.date!r} is not a date"
        if release.sha256 is not None and not _SHA256.fullmatch(release.sha256):
            yield f"release {release.version}: its sha256 is not valid"
        if not _is_specifier(release.transformers or ""):
            yield f"release {release.version}: {(release.transformers or '')[:40]!r} is not a specifier"
        if release.unresolved < 0 or (release.unresolved and release.unknown is not None):
            yield f"release {release.version}: {release.unresolved} unresolved places"
        versions.append(release.version)
    yield from _order(versions, numbering.ordered({each.version: each.date for each in history.releases}))


def _order(versions: Sequence[str], ordered: Sequence[str]) -> Iterator[str]:
    """What is wrong with the order of the releases."""
    places = {version: place for place, version in enumerate(ordered)}
    for before, after in pairwise(versions):
        if places[before] >= places[after]:
            yield f"release {after} comes after {before}"


def _is_specifier(text: str) -> bool:
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True


def _is_day(text: str) -> bool:
    try:
        parse_date(text)
    except ValueError:
        return False
    return True


def _spans(spans: Sequence[Span | RowSpan], history: History) -> Iterator[str]:
    if not spans:
        yield "no span"
    end = -1
    for span in spans:
        named = [
            span.first,
            *(span.changes if isinstance(span, Span) else [each.since for each in span.states]),
        ]
        named += [span.last] if span.last is not None else []
        wrong = [version for version in named if not _is_read(history.release(version))]
        if wrong:
            yield f"{wrong[0]} is not a release that was read"
            return
        first = history.positions[span.first]
        last = len(history.releases) if span.last is None else history.positions[span.last]
        if not end < first <= last:
            yield f"the span from {span.first} overlaps the one before it, or ends before it begins"
        starts = [history.positions[state.since] for state in span.states]
        if not starts or starts[0] != first or starts != sorted(set(starts)) or starts[-1] > last:
            yield f"the states of the span from {span.first} are not in its order"
        if isinstance(span, Span):
            yield from _examples(span, (first, last), history)
        end = last


def _rows(history: History) -> Iterator[str]:
    """What is wrong with the order of tables and rules."""
    for table, rows in history.tables.items():
        for key, spans in rows.items():
            yield from (f"{table} {key}: {problem}" for problem in _spans(spans, history))
    starts = [history.positions.get(each.since, -1) for each in history.rules]
    if starts != sorted(set(starts)) or -1 in starts:
        yield "its rules are not in the order of the releases"


def _examples(span: Span, ends: tuple[int, int], history: History) -> Iterator[str]:
    starts = [history.positions[each.since] for each in span.examples]
    if starts != sorted(set(starts)) or any(not ends[0] <= start <= ends[1] for start in starts):
        yield f"the examples of the span from {span.first} are not in its order"
    for example in (each.example for each in span.examples):
        if example is not None and not is_hub_id(example):
            yield f"{example[:60]!r} is not a checkpoint on the Hub"


def _is_read(release: Release | None) -> bool:
    return release is not None and release.unknown is None


def _run_as(found: Mapping[str, Mapping[str, Entry]]) -> Iterator[str]:
    """What contradicts itself about a name that is run as another one; once for each name."""
    wrong: dict[str, str] = {}
    newest = [*found][-1] if found else None
    for version, entries in found.items():
        for name, entry in entries.items():
            if entry.runs_as is None or name in wrong:
                continue
            other = entries.get(entry.runs_as)
            if other is None or other.runs_as is not None:
                wrong[name] = f"{version} does not register {entry.runs_as[:60]!r}, which it runs as"
            elif other.file != entry.file:
                wrong[name] = f"in {version} it runs as {entry.runs_as}, but has another file"
            elif entry.groups or entry.compatible is not None or entry.example is not None:
                wrong[name] = f"in {version} it runs as another one, but has what only a registered one has"
            elif version == newest and other.category != entry.category:
                wrong[name] = f"it runs as {entry.runs_as}, but has another category"
    yield from (f"{name}: {problem}" for name, problem in wrong.items())


def _whole(history: History, text: str) -> Iterator[str]:
    """What shows only when the whole history is looked at."""
    found = entries_of(history)
    again = spans_of(history.releases, found)
    for name, spans in history.registered.items():
        if again.get(name) != spans:
            yield f"{name}: its spans are not in their shortest form"
    if table_spans(history.releases, rows_of(history)) != {
        table: dict(rows) for table, rows in history.tables.items()
    }:
        yield "its tables are not in their shortest form"
    if rules_states(history.releases, rules_of(history)) != history.rules:
        yield "its rules are not in their shortest form"
    yield from _run_as(found)
    accepted = {release.version for release in history.releases if release.accepted}
    judged, doubts = doubts_of(history.releases, found, accepted)
    yield from (f"release {version}: {reason}" for version, reason in doubts.items())
    needed = {release.version for release in judged if release.accepted}
    yield from (
        f"release {version} is accepted, but its count is plausible" for version in sorted(accepted - needed)
    )
    if write_history(history) != text:
        yield "it is not written as `archtrack history refresh` writes it"
