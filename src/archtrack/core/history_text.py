"""A history as the text of its data file, and back.

One line per release and one per architecture, sorted: what a new release changes is what a diff shows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .history import Companion, History, Release, Span, State

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SCHEMA_VERSION", "WrongHistoryError", "parse_history", "write_history"]

SCHEMA_VERSION = 1

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class WrongHistoryError(Exception):
    """A text is no history, or of another schema version; the message says why."""


def write_history(history: History) -> str:
    """The text of a data file: the same history gives the same text."""
    companion = history.companion
    head = {
        "schema_version": SCHEMA_VERSION,
        "engine": history.engine,
        "distribution": history.distribution,
        "floor": history.floor,
        "tool": history.tool,
        "revision": history.revision,
        "companion": None
        if companion is None
        else {"engine": companion.engine, "version": companion.version, "sha256": companion.sha256},
    }
    lines = [f'"{key}":{_encode(value)},' for key, value in head.items()]
    lines.append('"releases":[')
    lines += _separated(_encode(_release(each)) for each in history.releases)
    lines.append('],"architectures":{')
    lines += _separated(
        f"{_encode(name)}:{_encode(_architecture(history, name, spans))}"
        for name, spans in sorted(history.architectures.items())
    )
    return "{\n" + "\n".join(lines) + "\n}}\n"


def parse_history(text: str | bytes) -> History:
    """The history that a data file holds.

    Raises:
        WrongHistoryError: the text is none.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WrongHistoryError(f"not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("schema_version") != SCHEMA_VERSION:
        found = data.get("schema_version") if isinstance(data, dict) else None
        raise WrongHistoryError(f"schema version {found}, and this archtrack reads {SCHEMA_VERSION}")
    try:
        return _history(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WrongHistoryError(f"not a history: {type(error).__name__} {error}") from error


def _separated(lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return [*(f"{line}," for line in found[:-1]), *found[-1:]]


def _release(release: Release) -> dict[str, Any]:
    data: dict[str, Any] = {
        "version": release.version,
        "date": release.date,
        "file": release.file,
        "sha256": release.sha256,
    }
    if release.unknown is not None:
        data["unknown"] = release.unknown
    if release.unresolved:
        data["unresolved"] = release.unresolved
    if release.accepted:
        data["accepted"] = True
    return data


def _architecture(history: History, name: str, spans: tuple[Span, ...]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if name in history.categories:
        data["category"] = history.categories[name]
    data["spans"] = [
        {"first": span.first, "last": span.last, "states": [_state(state) for state in span.states]}
        for span in spans
    ]
    return data


def _state(state: State) -> dict[str, Any]:
    data: dict[str, Any] = {"since": state.since, "file": state.file, "at": state.at}
    if state.groups:
        data["groups"] = list(state.groups)
    if state.compatible is not None:
        data["compatible"] = state.compatible
    return data


def _history(data: dict[str, Any]) -> History:
    companion = data["companion"]
    table = data["architectures"]
    return History(
        engine=data["engine"],
        distribution=data["distribution"],
        floor=data["floor"],
        tool=data["tool"],
        revision=data["revision"],
        companion=None if companion is None else Companion(**companion),
        releases=tuple(
            Release(
                version=each["version"],
                date=each["date"],
                file=each["file"],
                sha256=each["sha256"],
                unknown=each.get("unknown"),
                unresolved=each.get("unresolved", 0),
                accepted=each.get("accepted", False),
            )
            for each in data["releases"]
        ),
        architectures={name: tuple(map(_span, each["spans"])) for name, each in table.items()},
        categories={name: each["category"] for name, each in table.items() if "category" in each},
    )


def _span(data: dict[str, Any]) -> Span:
    return Span(
        first=data["first"],
        last=data["last"],
        states=tuple(
            State(
                since=each["since"],
                file=each["file"],
                at=each["at"],
                groups=tuple(each.get("groups", ())),
                compatible=each.get("compatible"),
            )
            for each in data["states"]
        ),
    )
