"""A history as the text of its data file, and back.

Releases, keys and rows have one line each, sorted, so that a diff shows what a new release changes. A state has what
differs from the state before it in the span, ``null`` where there is nothing any more; of a place in the same file it
has the line (``:762``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from archtrack.core.matrix.repositories import is_hub_id
from archtrack.core.parsing import parse_date, parse_json
from archtrack.model import Category

from .history import ExampleState, History, Release, RowSpan, RowState, RulesState, Span, State
from .numbering import NUMBERINGS, VERSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = [
    "ENGINE_NAME",
    "KEYS",
    "SCHEMA_VERSION",
    "WrongHistoryError",
    "checked",
    "parse_history",
    "write_history",
]

SCHEMA_VERSION = 2

KEYS = ("architecture", "model type", "configuration class")
"""What an engine may look a checkpoint up by."""

ENGINE_NAME = re.compile(r"(?!schema$)[a-z0-9][a-z0-9-]{0,39}")
"""The name of an engine becomes that of a file, and a word of an address of the page."""

_LINE = re.compile(r"[0-9]{1,9}")
_MOST = 10**9  # of whatever is counted

_T = TypeVar("_T")

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class WrongHistoryError(Exception):
    """A text is not a history, or has another schema version; the message says why."""


def write_history(history: History) -> str:
    """The text of a data file: the same history gives the same text."""
    head = {
        "schema_version": SCHEMA_VERSION,
        "engine": history.engine,
        "distribution": history.distribution,
        "floor": history.floor,
        "tool": history.tool,
        "revision": history.revision,
        "key": history.key,
        **({} if history.numbering is VERSIONS else {"numbering": history.numbering.name}),
    }
    lines = [f'"{key}":{_encode(value)},' for key, value in head.items()]
    lines.append('"releases":[')
    lines += _separated(_encode(_release(each)) for each in history.releases)
    lines.append('],"registered":{')
    lines += _separated(
        f"{_encode(name)}:{_encode(_registered(spans))}" for name, spans in sorted(history.registered.items())
    )
    lines.append('},"rules":[')
    lines += _separated(_encode({"since": each.since, "rules": each.rules}) for each in history.rules)
    lines.append('],"tables":{')
    lines += _separated(
        _encode(table) + ":{\n" + "\n".join(_separated(_rows(keys))) + "\n}"
        for table, keys in sorted(history.tables.items())
    )
    return "{\n" + "\n".join(lines) + "\n}}\n"


def _rows(keys: Mapping[str, tuple[RowSpan, ...]]) -> Iterator[str]:
    for key, spans in sorted(keys.items()):
        yield f"{_encode(key)}:{_encode([_row_span(span) for span in spans])}"


def _row_span(span: RowSpan) -> list[Any]:
    """``[first, last, states]``; a state is ``[since, at]``, and has a value where there is one."""
    states = [[state.since, state.at, *_some(state.value)] for state in span.states]
    return [span.first, span.last, states]


def _some(value: object) -> list[object]:
    return [] if value is None else [value]


def parse_history(text: str | bytes, *, lazily: bool = False) -> History:
    """The history that a data file holds.

    Args:
        text: of the file.
        lazily: read a key when it is asked for, which is for files that are known to be right: what is wrong with a
            key shows only then, as an error of another kind.

    Raises:
        WrongHistoryError: the text is not a history.
    """
    try:
        data = parse_json(text)
    except ValueError as error:
        raise WrongHistoryError(f"not a history: not JSON: {str(error)[:200]}") from error
    found = data.get("schema_version") if isinstance(data, dict) else None
    if type(found) is not int or found != SCHEMA_VERSION:
        newer = type(found) is int and found > SCHEMA_VERSION
        raise WrongHistoryError(
            f"schema version {str(found)[:40]}, and this archtrack reads {SCHEMA_VERSION};"
            f" {'upgrade archtrack' if newer else 'run `archtrack data update` again'}"
        )
    try:
        return _history(data, lazily=lazily)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WrongHistoryError(f"not a history: {type(error).__name__} {str(error)[:200]}") from error


def _separated(lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return [*(f"{line}," for line in found[:-1]), *found[-1:]]


def _given(**values: Any) -> dict[str, Any]:
    """The values that are not None."""
    return {key: value for key, value in values.items() if value is not None}


def _release(release: Release) -> dict[str, Any]:
    return {
        "version": release.version,
        "date": release.date,
        "file": release.file,
        "sha256": release.sha256,
        **_given(
            unknown=release.unknown,
            unresolved=release.unresolved or None,
            accepted=release.accepted or None,
            transformers=release.transformers,
            imports=release.imports,
            digest=release.digest,
            channel=release.channel,
            silent=list(release.silent) or None,
            remark=release.remark,
        ),
    }


def _registered(spans: tuple[Span, ...]) -> dict[str, Any]:
    return {"spans": [_span_data(span) for span in spans]}


def _span_data(span: Span) -> dict[str, Any]:
    return {
        "first": span.first,
        "last": span.last,
        "states": [
            _state(state, before) for before, state in zip((None, *span.states), span.states, strict=False)
        ],
        **_given(examples=[_example(each) for each in span.examples] or None),
    }


def _example(state: ExampleState) -> dict[str, Any]:
    return {"since": state.since, "id": state.example, **_given(at=state.at)}


def _state(state: State, before: State | None) -> dict[str, Any]:
    facts = _facts(state)
    if before is None:
        return {"since": state.since, **_given(**facts)}
    old = _facts(before)
    changed = {key: value for key, value in facts.items() if value != old[key]}
    path, _, line = state.at.rpartition(":")
    if "at" in changed and path and path == before.at.rpartition(":")[0]:
        changed["at"] = f":{line}"
    return {"since": state.since, **changed}


def _facts(state: State) -> dict[str, Any]:
    return {
        "file": state.file,
        "at": state.at,
        "groups": list(state.groups) or None,
        "compatible": state.compatible,
        "category": state.category,
        "settable": state.settable,
        "flex": state.flex,
        "model_type": state.model_type,
        "runs_as": state.runs_as,
    }


class _Lazily(Mapping[str, _T]):
    """A mapping whose values are made when they are asked for, each once."""

    def __init__(self, raw: Mapping[str, Any], make: Callable[[Any], _T]) -> None:
        self._raw = raw
        self._make = make
        self._made: dict[str, _T] = {}

    def __getitem__(self, key: str) -> _T:
        if key not in self._made:
            self._made[key] = self._make(self._raw[key])
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def __contains__(self, key: object) -> bool:
        return key in self._raw


def _mapped(raw: object, make: Callable[[Any], _T], *, lazily: bool) -> Mapping[str, _T]:
    table: dict[str, Any] = _a(dict, raw)
    return _Lazily(table, make) if lazily else {key: make(each) for key, each in table.items()}


def _history(data: dict[str, Any], *, lazily: bool) -> History:
    table: dict[str, Any] = _a(dict, data["registered"])
    return History(
        engine=_a(str, data["engine"]),
        distribution=_a(str, data["distribution"]),
        floor=_a(str, data["floor"]),
        tool=_a(str, data["tool"]),
        revision=_count(data["revision"]),
        key=_a(str, data["key"]),
        numbering=NUMBERINGS[_a(str, data.get("numbering", VERSIONS.name))],
        releases=tuple(map(_release_from, _a(list, data["releases"]))),
        registered=_mapped(table, _spans_from, lazily=lazily),
        rules=tuple(map(_rules_from, _a(list, data["rules"]))),
        tables={
            name: _mapped(rows, _row_spans_from, lazily=lazily)
            for name, rows in _a(dict, data["tables"]).items()
        },
    )


def checked(history: History) -> History:
    """The history, if it holds what everything that uses one relies on; ``lint_history`` tells all that is wrong.

    Raises:
        WrongHistoryError: it does not.
    """
    try:
        _check(history)
    except ValueError as error:
        raise WrongHistoryError(f"not a history: {error}; `archtrack data lint` says more") from error
    return history


def _check(history: History) -> None:
    _check_releases(history)
    examples: set[str | None] = set()  # each once: thousands of states name some hundred checkpoints
    places: set[str] = set()
    for name, spans in history.registered.items():
        for span in spans:
            if not _in_order(span, history):
                raise ValueError(
                    f"{name[:40]}: a span without states, or with releases that are not in it or out of order"
                )
            examples.update([each.example for each in span.examples])
            places.update([state.at for state in span.states])
    places.update(_checked_rows(history))
    if any(each.since not in history.positions for each in history.rules):
        raise ValueError("rules of a release that is not in it")
    for example in examples:
        if example is not None and not is_hub_id(example):
            raise ValueError(f"{example[:40]!r} is not a checkpoint on the Hub")
    for place in places:
        line = place.rpartition(":")[2]
        if line.isdigit() and not _LINE.fullmatch(line):
            raise ValueError(f"{place[:40]!r} has no line's number")
    for category in _sections(history):
        Category(category)


def _sections(history: History) -> set[str]:
    states = (state for spans in history.registered.values() for span in spans for state in span.states)
    return {state.category for state in states if state.category is not None}


def _checked_rows(history: History) -> Iterator[str]:
    """The places of the rows of tables, if their releases are in order."""
    for table, rows in history.tables.items():
        for span in (span for spans in rows.values() for span in spans):
            if not _in_order(span, history):
                raise ValueError(f"{table[:40]}: a row without states, or with releases out of order")
            yield from (state.at for state in span.states)


def _check_releases(history: History) -> None:
    if not ENGINE_NAME.fullmatch(history.engine):
        raise ValueError(f"{history.engine[:40]!r} is not a name of an engine")
    for release in history.releases:
        history.numbering.normal(release.version)
        if release.date is not None:
            parse_date(release.date)
    history.numbering.normal(history.floor)
    if history.key not in KEYS:
        raise ValueError(f"{history.key[:40]!r} is nothing that an engine looks a checkpoint up by")
    if len(history.positions) != len(history.releases):
        raise ValueError("a release is in it twice")


def _in_order(span: Span | RowSpan, history: History) -> bool:
    """Whether its releases are in the history, its states in their order from the first on, its examples within."""
    positions = history.positions
    first = positions.get(span.first, -1)
    last = len(positions) - 1 if span.last is None else positions.get(span.last, -1)
    before = first
    for state in span.states:
        at = positions.get(state.since, -1)
        if not before <= at <= last:
            return False
        before = at
    return (
        first >= 0
        and bool(span.states)
        and span.states[0].since == span.first
        and all(first <= positions.get(each.since, -1) <= last for each in getattr(span, "examples", ()))
    )


def _spans_from(data: dict[str, Any]) -> tuple[Span, ...]:
    return tuple(map(_span, _a(list, data["spans"])))


def _row_spans_from(data: object) -> tuple[RowSpan, ...]:
    return tuple(
        RowSpan(
            first=_a(str, first),
            last=_a_or_none(str, last),
            states=tuple(_row_state(*_a(list, state)) for state in _a(list, states)),
        )
        for first, last, states in _a(list, data)
    )


def _row_state(since: object, at: object, value: object = None) -> RowState:
    return RowState(since=_a(str, since), at=_a(str, at), value=value)


def _rules_from(data: dict[str, Any]) -> RulesState:
    return RulesState(since=_a(str, data["since"]), rules=_a(dict, data["rules"]))


def _release_from(data: dict[str, Any]) -> Release:
    return Release(
        version=_a(str, data["version"]),
        date=_a_or_none(str, data["date"]),
        file=_a(str, data["file"]),
        sha256=_a_or_none(str, data["sha256"]),
        unknown=_a_or_none(str, data.get("unknown")),
        unresolved=_count(data.get("unresolved", 0)),
        accepted=_a(bool, data.get("accepted", False)),
        transformers=_a_or_none(str, data.get("transformers")),
        imports=_a_or_none(str, data.get("imports")),
        digest=_a_or_none(str, data.get("digest")),
        channel=_a_or_none(str, data.get("channel")),
        silent=tuple(_a(str, each) for each in _a(list, data.get("silent", []))),
        remark=_a_or_none(str, data.get("remark")),
    )


def _span(data: dict[str, Any]) -> Span:
    return Span(
        first=_a(str, data["first"]),
        last=_a_or_none(str, data["last"]),
        states=_states_from(_a(list, data["states"])),
        examples=tuple(map(_example_from, _a(list, data.get("examples", [])))),
    )


def _example_from(data: dict[str, Any]) -> ExampleState:
    example = _a_or_none(str, data["id"])
    at = None if example is None else _a(str, data["at"])
    return ExampleState(since=_a(str, data["since"]), example=example, at=at)


def _states_from(states: list[Any]) -> tuple[State, ...]:
    """The states of a span, each with what the one before it has and it does not say otherwise."""
    found: list[State] = []
    whole: dict[str, Any] = {}
    for each in states:
        data = _a(dict, each)
        at = data.get("at")
        if isinstance(at, str) and at.startswith(":") and "at" in whole:
            data = {**data, "at": f"{_a(str, whole['at']).rpartition(':')[0]}{at}"}
        whole = {**whole, **data}
        found.append(_state_from(whole))
    return tuple(found)


def _state_from(data: dict[str, Any]) -> State:
    return State(
        since=_a(str, data["since"]),
        file=_a(str, data["file"]),
        at=_a(str, data["at"]),
        groups=tuple(_a(str, each) for each in _a_or_none(list, data.get("groups")) or ()),
        compatible=_a_or_none(bool, data.get("compatible")),
        category=_a_or_none(str, data.get("category")),
        runs_as=_a_or_none(str, data.get("runs_as")),
        settable=_a_or_none(bool, data.get("settable")),
        flex=_a_or_none(bool, data.get("flex")),
        model_type=_a_or_none(str, data.get("model_type")),
    )


def _a(kind: type[_T], value: object) -> _T:
    """The value, if it is of a type, and not of one below it: `true` is no number.

    Raises:
        TypeError: it is not.
    """
    if type(value) is not kind:
        raise TypeError(f"{str(value)[:40]!r} is not a {kind.__name__}")
    return value


def _count(value: object) -> int:
    number = _a(int, value)
    if not 0 <= number <= _MOST:
        raise ValueError(f"{str(number)[:40]} is too small or too large a number")
    return number


def _a_or_none(kind: type[_T], value: object) -> _T | None:
    return None if value is None else _a(kind, value)
