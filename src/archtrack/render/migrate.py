"""What one engine has and another lacks, for people and for programs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from archtrack.core.verdict.features import TITLES
from archtrack.core.verdict.release_facts import FEATURES
from archtrack.model import Status

from .history import or_other
from .presence import presence_json, presence_words
from .terminal import architectures, plain, print_lines, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archtrack.app.presence import Compared, Presence
    from archtrack.core.history.history import History, Release

__all__ = ["migrate_json", "print_migrate"]

_REASONS = 3
"""Of one kind that are printed."""
_NAMED = 5
"""Architectures that a line names; JSON has all."""


def print_migrate(
    one: tuple[History, Release], other: tuple[History, Release], found: Compared, *, asked: bool = False
) -> None:
    """Print both ways; of architectures that were asked for by name only what there is to say."""
    names = [f"{history.engine} {release.version}" for history, release in (one, other)]
    for have, lack, rows in ((names[0], names[1], found.here), (names[1], names[0], found.there)):
        if not rows and found.both and asked:
            continue
        end = ":" if rows else "."
        untold = sum(lacking.status is Status.UNKNOWN for _, _, lacking in rows)
        more = f"; {untold} more are unknown in {lack}" if untold else ""
        click.echo(plain(f"{have} has and {lack} lacks {architectures(len(rows) - untold)}{more}{end}"))
        if rows:
            table(
                ("Architecture", "Since", "Date", f"In {lack}"),
                (
                    (or_other(name, has_and_had.runs_as), *_since(has_and_had), _cell(lacking))
                    for name, has_and_had, lacking in rows
                ),
            )
        print_lines(plain(f"  {line}") for line in _reasons([each for _, _, each in rows]))
        click.echo("")
    click.echo(f"Both have {architectures(len(found.both))}.")
    for have, verb, lack, stated in (
        (names[0], "has not", names[1], found.lost),
        (names[1], "has not", names[0], found.won),
        (names[0], "may have", names[1], found.untold if len(found.both) <= _NAMED else ()),
    ):
        print_lines(plain(line) for line in _features(have, f"{lack} {verb}", stated))
    both_state = all(FEATURES in history.tables for history, _ in (one, other))
    if found.both and both_state and not (found.lost or found.won or found.untold):
        click.echo("No feature is known that only one of them has.")
    if found.neither:
        click.echo(plain(f"Neither has {', '.join(found.neither)}."))


def migrate_json(
    one: tuple[History, Release], other: tuple[History, Release], found: Compared
) -> dict[str, Any]:
    """The same for programs, by ``data/schema.json``."""
    return {
        "from": _side(one),
        "to": _side(other),
        "only_from": [_row(*row, one[0]) for row in found.here],
        "only_to": [_row(*row, other[0]) for row in found.there],
        "both": list(found.both),
        "neither": list(found.neither),
        "lost": {name: list(features) for name, features in found.lost},
        "won": {name: list(features) for name, features in found.won},
        "untold": {name: list(features) for name, features in found.untold},
    }


def _features(have: str, other: str, rows: Sequence[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    """What one release can do with architectures that both have, and what of the other one: a line per feature."""
    by_feature: dict[str, list[str]] = {}
    for name, features in rows:
        for feature in features:
            by_feature.setdefault(feature, []).append(name)
    if by_feature:
        yield f"Of these {have} has and {other}:"
    for feature in (each for each in TITLES if each in by_feature):
        named = by_feature[feature]
        more = f" and {len(named) - _NAMED} more (--format json)" if len(named) > _NAMED else ""
        yield f"  {feature}: {', '.join(named[:_NAMED])}{more}"


def _reasons(presences: Sequence[Presence]) -> Iterator[str]:
    """Why cells say what they do: per kind the most frequent reasons."""
    for status in Status:
        if status in {Status.UNSUPPORTED, Status.GONE, Status.NATIVE}:
            continue  # the cell says it all
        found = Counter(each.reason for each in presences if each.status is status)
        word = "not known" if status is Status.UNKNOWN else status.value
        shown = sorted(found, key=lambda because: (-found[because], because))[:_REASONS]
        yield from (f"{word}: {because}" for because in shown)
        if len(found) > len(shown):
            yield f"{word}: {len(found) - len(shown)} other reasons; --format json has each"


def _cell(presence: Presence) -> str:
    """The same without the reason: it is that of many."""
    if presence.status is Status.UNKNOWN:
        return "not known"
    return (
        presence_words(presence).partition(":")[0]
        if presence.status is not Status.GONE
        else presence_words(presence)
    )


def _since(presence: Presence) -> tuple[str, str]:
    """The release and its date."""
    bounds = presence.bounds
    return (bounds.since, bounds.first.date or "") if bounds is not None else ("", "")


def _side(side: tuple[History, Release]) -> dict[str, Any]:
    return {"engine": side[0].engine, "version": side[1].version, "date": side[1].date}


def _row(name: str, has_and_had: Presence, lacking: Presence, history: History) -> dict[str, Any]:
    return {
        "name": name,
        "category": history.categories.get(name),
        "here": presence_json(has_and_had),
        "there": presence_json(lacking),
    }
