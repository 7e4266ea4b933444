"""What people download and what an engine does with it: for people and for programs."""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from archtrack.core.demand.census import MEASURES, rounded
from archtrack.core.document.markdown import escape_cell
from archtrack.core.json_values import engine_source_to_json

from .terminal import plain, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archtrack.app.demand import Engine
    from archtrack.core.demand.census import Census, Flaws
    from archtrack.core.demand.ranking import Share, Wanted

__all__ = [
    "census_lines",
    "demand_json",
    "demand_markdown",
    "engine_line",
    "print_csv",
    "print_table",
    "shares_line",
]

_TITLES = ("Architecture", "Rank", "Status", "Downloads", "Models", "Most downloaded")
_NAMELESS = "no architecture named"
_CSV = (
    "rank",
    "architecture",
    "status",
    "downloads",
    "models",
    "example",
    "example_downloads",
    "because",
    "elsewhere",
)
_FORMULA = ("=", "+", "-", "@")  # no class is called so, and a spreadsheet would take it for a formula
_LEAST = 0.0005


def census_lines(census: Census) -> Iterator[str]:
    """What was counted, and what of it could not be counted as it stands."""
    day = f", {census.date}" if census.date else ""
    models = "1 model" if census.models == 1 else f"{census.models:,} models"
    yield plain(f"Counted {models}: {census.source}{day} ({MEASURES[census.measure]})")
    for words in _flaws(census.flaws):
        yield f"Note: {words}"
    if census.rest_names:
        yield (
            f"Note: only the {len(census.architectures):,} most downloaded architectures are counted one by one; the "
            f"other {census.rest_names:,} count together, as unknown"
        )


def engine_line(engine: Engine) -> str:
    """What the census is held against, where that is a history."""
    return plain(f"Compared with {_engine(engine)}, by the history of its releases")


def print_table(wanted: Sequence[Wanted]) -> None:
    """Print the architectures, a line each."""
    table(_TITLES, (_cells(each) for each in wanted))


def _cells(each: Wanted) -> tuple[str, ...]:
    counted = each.counted
    return (
        counted.name,
        str(each.rank),
        _status(each),
        f"{counted.downloads:,}",
        f"{counted.models:,}",
        counted.example,
    )


def _status(each: Wanted) -> str:
    """The status, and which other engines have the architecture where this one has nothing for it."""
    engines = ", ".join(one.engine for one in each.answered.elsewhere)
    return (
        f"{each.answered.status.value} (known elsewhere: {engines})"
        if engines
        else each.answered.status.value
    )


def shares_line(census: Census, engine: Engine, found: Sequence[Share]) -> str:
    """How much of all downloads each answer covers, in one line."""
    total = sum(each.downloads for each in found)
    more = "" if total == census.downloads else " (a model with several architectures counts for each)"
    parts = ", ".join(f"{each.status.value if each.status else _NAMELESS} {_part(each)}" for each in found)
    return plain(f"Of {rounded(total)} downloads{more}, with {_engine(engine)}: {parts or 'nothing'}")


def print_csv(wanted: Sequence[Wanted]) -> None:
    """Print the architectures as CSV, with a heading."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_CSV)
    for each in wanted:
        counted, answered = each.counted, each.answered
        writer.writerow(
            (
                each.rank,
                _cell(counted.name),
                answered.status.value,
                counted.downloads,
                counted.models,
                _cell(counted.example),
                counted.example_downloads,
                _cell(answered.because or ""),
                " ".join(one.engine for one in answered.elsewhere),
            )
        )


def demand_markdown(
    census: Census, engine: Engine, wanted: Sequence[Wanted], found: Sequence[Share]
) -> Iterator[str]:
    """The same as Markdown: what was read, the table, the shares."""
    yield from (escape_cell(line) + "  " for line in census_lines(census))
    yield ""
    for row in (_TITLES, ("---", "---:", "---", "---:", "---:", "---"), *map(_cells, wanted)):
        name, rank, *others = map(escape_cell, row)
        yield f"| {' | '.join((rank, name, *others))} |"
    yield ""
    yield escape_cell(shares_line(census, engine, found))


def demand_json(
    census: Census, engine: Engine, wanted: Sequence[Wanted], found: Sequence[Share], by: str
) -> dict[str, Any]:
    """The same for programs, by ``data/schema.json``."""
    return {
        "engine": {"name": engine.name, "version": engine.version, "date": engine.date},
        "sources": [engine_source_to_json(each) for each in engine.inventories],
        "census": {
            "source": census.source,
            "date": census.date,
            "measure": census.measure,
            "whole": census.whole,
            "models": census.models,
            "downloads": census.downloads,
            "architectures": len(census.architectures) + census.rest_names,
            "flaws": asdict(census.flaws),
        },
        "by": by,
        "shares": [
            {
                "status": each.status.value if each.status else None,
                "architectures": each.architectures,
                "models": each.models,
                "downloads": each.downloads,
                "part": round(each.part, 6),
            }
            for each in found
        ],
        "architectures": [_row(each) for each in wanted],
    }


def _row(each: Wanted) -> dict[str, Any]:
    counted, answered = each.counted, each.answered
    return {
        "rank": each.rank,
        "name": counted.name,
        "status": answered.status.value,
        "because": answered.because,
        "elsewhere": [{"engine": one.engine, "version": one.version} for one in answered.elsewhere],
        "downloads": counted.downloads,
        "models": counted.models,
        "example": {"id": counted.example, "downloads": counted.example_downloads},
    }


def _flaws(flaws: Flaws) -> Iterator[str]:
    for count, words in (
        (flaws.unreadable, "left out: not a model, or without an id"),
        (
            flaws.repeated,
            "of models already counted: the row with the most downloads counts",
        ),
        (flaws.without_downloads, "without a number of downloads, counted as 0"),
        (flaws.doubtful, "with an impossible number of downloads, counted as 0"),
        (flaws.overlong, "with an architecture name that is too long, which does not count"),
    ):
        if count:
            yield f"{count:,} row{'' if count == 1 else 's'} {words}"


def _engine(engine: Engine) -> str:
    date = f" ({engine.date})" if engine.date else ""
    return f"{engine.name} {engine.version or 'of unknown version'}{date}"


def _part(share: Share) -> str:
    return "<0.1%" if 0 < share.part < _LEAST else f"{share.part:.1%}"


def _cell(text: str) -> str:
    shown = plain(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
