"""What one engine has and another lacks, for people and for programs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from archtrack.codec import SCHEMA_VERSION
from archtrack.core.standing import StandingKind

from .history import first_words, or_other
from .terminal import architectures, plain, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archtrack.core.history import History, Release
    from archtrack.core.standing import Difference, Standing

__all__ = ["migrate_json", "print_migrate", "standing_json", "standing_words"]

_REASONS = 3
"""Of one kind that are printed."""


def print_migrate(one: tuple[History, Release], other: tuple[History, Release], found: Difference) -> None:
    """Print both ways."""
    names = [f"{history.engine} {release.version}" for history, release in (one, other)]
    for have, lack, rows in ((names[0], names[1], found.here), (names[1], names[0], found.there)):
        end = ":" if rows else "."
        click.echo(plain(f"{have} has and {lack} lacks {architectures(len(rows))}{end}"))
        if rows:
            table(
                ("Architecture", "Since", "Date", f"In {lack}"),
                (
                    (or_other(name, having.runs_as), _since(having), _date(having), _cell(lacking))
                    for name, having, lacking in rows
                ),
            )
        for line in _reasons([each for _, _, each in rows]):
            click.echo(plain(f"  {line}"))
        click.echo("")
    click.echo(f"Both have {architectures(len(found.both))}.")


def migrate_json(
    one: tuple[History, Release], other: tuple[History, Release], found: Difference
) -> dict[str, Any]:
    """The same for programs, by ``data/schema.json``."""
    return {
        "schema_version": SCHEMA_VERSION,
        "from": _side(one),
        "to": _side(other),
        "only_from": [_row(*row, one[0]) for row in found.here],
        "only_to": [_row(*row, other[0]) for row in found.there],
        "both": list(found.both),
    }


def standing_words(standing: Standing) -> str:
    """How an architecture stands with an engine, in a few words."""
    edge = standing.edge
    if standing.kind is StandingKind.NATIVE and edge is not None:
        return f"since {first_words(edge)}"
    if standing.kind is StandingKind.GONE and edge is not None and edge.last is not None:
        return f"gone: until {edge.last.version}"
    if standing.kind is StandingKind.ABSENT:
        return "no"
    if standing.kind is StandingKind.UNKNOWN:
        return f"not known: {standing.because}"
    return f"{standing.kind.value}: {standing.because}"


def _reasons(standings: Sequence[Standing]) -> Iterator[str]:
    """Why cells say what they do: per kind the most frequent reasons."""
    for kind in StandingKind:
        found = Counter(each.because for each in standings if each.kind is kind and each.because is not None)
        word = "not known" if kind is StandingKind.UNKNOWN else kind.value
        shown = sorted(found, key=lambda because: (-found[because], because))[:_REASONS]
        yield from (f"{word}: {because}" for because in shown)
        if len(found) > len(shown):
            yield f"{word}: {len(found) - len(shown)} other reasons; --format json has each"


def _cell(standing: Standing) -> str:
    """The same without the reason: it is that of many."""
    if standing.kind is StandingKind.UNKNOWN:
        return "not known"
    return standing.kind.value if standing.because is not None else standing_words(standing)


def standing_json(standing: Standing) -> dict[str, Any]:
    """How an architecture stands with an engine, for programs."""
    edge = standing.edge
    return {
        "status": standing.kind.value,
        "version": standing.release.version,
        "date": standing.release.date,
        "since": None if edge is None else edge.first.version,
        "since_date": None if edge is None else edge.first.date,
        "since_exact": None if edge is None else edge.first_exact,
        "last": None if edge is None or edge.last is None else edge.last.version,
        "file": None if edge is None else edge.span.states[-1].file,
        "runs_as": standing.runs_as,
        "because": standing.because,
    }


def _since(standing: Standing) -> str:
    return first_words(standing.edge) if standing.edge is not None else ""


def _date(standing: Standing) -> str:
    return (standing.edge.first.date or "") if standing.edge is not None else ""


def _side(side: tuple[History, Release]) -> dict[str, Any]:
    return {"engine": side[0].engine, "version": side[1].version, "date": side[1].date}


def _row(name: str, having: Standing, lacking: Standing, history: History) -> dict[str, Any]:
    return {
        "name": name,
        "category": history.categories.get(name),
        "here": standing_json(having),
        "there": standing_json(lacking),
    }
