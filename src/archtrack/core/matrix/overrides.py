"""Overrides of the configuration that are expired, redundant or for an unknown architecture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archtrack.core.wording import counted
from archtrack.model import Example, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from archtrack.model import Matrix, MatrixRow, Override

__all__ = ["lint_overrides", "with_overrides"]


def lint_overrides(
    overrides: Iterable[Override], matrix: Matrix, today: date, places: Mapping[str, tuple[str, int]]
) -> tuple[Finding, ...]:
    """What is wrong with the overrides, in the order of their lines.

    Args:
        overrides: as the configuration has them.
        matrix: what the sources say without any of them.
        today: the day by which they have expired or not.
        places: architecture -> file and line of its override.
    """
    rows = {row.name: row for row in (*matrix.elsewhere, *matrix.rows)}
    found = [
        Finding(line=places[each.name][1], code=code, message=message, path=places[each.name][0])
        for each in overrides
        for code, message in (*_expired(each, today), *_idle(each, rows, matrix))
    ]
    return tuple(sorted(found, key=lambda finding: (finding.line, finding.code, finding.message)))


def with_overrides(matrix: Matrix, overrides: Iterable[Override]) -> Matrix:
    """A matrix that was joined without overrides, with the overrides applied."""
    by_name = {each.name: each for each in overrides}
    rows, elsewhere = (
        tuple(_with(row, by_name[row.name]) if row.name in by_name else row for row in each)
        for each in (matrix.rows, matrix.elsewhere)
    )
    return replace(matrix, rows=rows, elsewhere=elsewhere)


def _with(row: MatrixRow, override: Override) -> MatrixRow:
    if override.category is not None:
        row = replace(row, category=override.category, category_source="override")
    if override.example is not None:
        row = replace(row, example=Example(id=override.example, source="override"))
    return replace(row, note=override.note)


def _expired(override: Override, today: date) -> Iterator[tuple[str, str]]:
    if override.expires is not None and override.expires < today:
        reason = override.reason.rstrip(".")
        problem = f"the override of {override.name} has expired: its last day was {override.expires}"
        remedy = f"check whether its reason ({reason}) still holds, then give it a later date or remove it"
        yield "override-expired", f"{problem}; {remedy}"


def _idle(override: Override, rows: Mapping[str, MatrixRow], matrix: Matrix) -> Iterator[tuple[str, str]]:
    row = rows.get(override.name)
    if row is None:
        yield "override-unknown", _without_row(override.name, rows, matrix)
        return
    if override.category is row.category:
        fact = f"the category {row.category.value!r} without it (by {row.category_source})"
        yield "override-redundant", _redundant(override, "category", fact)
    if override.example is not None and row.example is not None and override.example == row.example.id:
        fact = f"the example {row.example.id!r} without it ({row.example.source})"
        yield "override-redundant", _redundant(override, "example", fact)


def _redundant(override: Override, key: str, fact: str) -> str:
    others = [
        name
        for name, value in (
            ("category", override.category),
            ("example", override.example),
            ("note", override.note),
        )
        if value is not None and name != key
    ]
    what = f"its {key}" if others else "it"
    return f"the override of {override.name} is redundant: the sources say {fact}; remove {what}"


def _without_row(name: str, rows: Mapping[str, MatrixRow], matrix: Matrix) -> str:
    from rapidfuzz import fuzz, process

    if name in matrix.known:
        return f"{name} gets no row (see the setting `rows`), so its override does nothing; remove it"
    close = process.extractOne(name, rows.keys(), scorer=fuzz.ratio, score_cutoff=80)
    remedy = f"did you mean {close[0]}?" if close else "correct its name or remove it"
    unread = sum(len(inventory.unresolved) for inventory in matrix.inventories)
    uncertain_import = f" ({counted(unread, 'place')} in the sources could not be read)" if unread else ""
    return f"no source knows {name}{uncertain_import}, so its override does nothing; {remedy}"
