"""The columns that a document may have to the right of the five: chosen in the configuration, filled from a row.

One more is one more entry in ``FURTHER``: everything else (new rows, whole documents, ``--refresh``, ``lint``, the
configuration and its messages) goes by this table. It is loaded only where a column is chosen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.model import Demand, Since, Status

from .stale import passes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from archtrack.model import MatrixRow

_BROKEN = "cannot be imported: "

__all__ = ["FURTHER", "FurtherColumn", "further"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherColumn:
    """A column that may be chosen.

    Attributes:
        title: its title in the document.
        legend: what a whole new document says of it.
        text: what its cell says of an architecture, not escaped; empty for nothing.
        source: what the sources say that this rests on, in words.
        place: the file and line that say so, None where there is no single one.
        ours: whether words that stand there are archtrack's, so that they go where the sources have none.
    """

    title: str
    legend: str
    text: Callable[[MatrixRow], str]
    source: Callable[[MatrixRow], str]
    place: Callable[[MatrixRow], str | None]
    ours: Callable[[str], bool] = lambda _: True


def further(names: Iterable[str]) -> tuple[FurtherColumn, ...]:
    """The columns of these names, in their order."""
    return tuple(FURTHER.get(name) or _of_engine(name, name) for name in names)


def _fallback(row: MatrixRow) -> str:
    return {Status.FALLBACK: "Y", Status.REFUSED: "refused"}.get(row.status, "")


def _fallback_source(row: MatrixRow) -> str:
    if row.native is not None:
        return f"registered in {row.native.file}: no fallback is needed"
    if row.hf is None:
        return "not public in transformers"
    answer = passes(row)
    return (
        "is_backend_compatible() cannot be told" if answer is None else f"is_backend_compatible() is {answer}"
    )


def _fallback_place(row: MatrixRow) -> str | None:
    if row.native is not None:
        return str(row.native.place)
    if row.hf is None:
        return None
    decided = row.hf.transformers.backend_place if row.hf.transformers is not None else None
    return str(decided or row.hf.place)


def _note(row: MatrixRow) -> str:
    """What the configuration remarks; else why SGLang passes over the module that registers the architecture."""
    if row.note or row.broken is None or not row.broken.certain:
        return row.note or ""
    return f"{_BROKEN}{row.broken.reason}"


def _note_source(row: MatrixRow) -> str:
    if row.note:
        return "note of an override"
    return (
        "the module fails to import"
        if _note(row)
        else "no override has a note, and the module can be imported"
    )


def _note_place(row: MatrixRow) -> str | None:
    """Of a note the core does not know the place: see ``MergeOptions.notes``."""
    return str(row.broken.place) if row.broken is not None and not row.note and _note(row) else None


def _demand(row: MatrixRow) -> Demand:
    return row.demand or Demand(text="", source="not looked up: no source gives it a row")


def _of_engine(engine: str, title: str) -> FurtherColumn:
    """Since which release an engine has the architecture, by its history."""

    def since(row: MatrixRow) -> Since:
        missing = Since(engine=engine, text="", source=f"the history of {engine} was not read")
        return next((each for each in row.since if each.engine == engine), missing)

    return FurtherColumn(
        title=title,
        legend=f"the first release of {engine} that registers it, by the history of its releases.",
        text=lambda row: since(row).text,
        source=lambda row: since(row).source,
        place=lambda row: since(row).place,
        ours=lambda cell: _RELEASE.fullmatch(cell) is not None,
    )


_RELEASE = re.compile(r"(?:until )?[≤≥]?\d+(?:\.\w+)*")

_DEMAND = re.compile(r"0|[\d.,]+[kMB]? / [\d.,]+[kMB]? models?")

FURTHER = {
    "demand": FurtherColumn(
        title="Demand",
        legend="downloads of the models that name it / how many models these are, by a census of the Hub, rounded.",
        text=lambda row: _demand(row).text,
        source=lambda row: _demand(row).source,
        place=lambda row: _demand(row).place,
        ours=lambda cell: _DEMAND.fullmatch(cell) is not None,
    ),
    "fallback": FurtherColumn(
        title="Fallback",
        legend="`Y` where the Transformers backend's own check lets the class through, `refused` where it does not.",
        text=_fallback,
        source=_fallback_source,
        place=_fallback_place,
    ),
    "notes": FurtherColumn(
        title="Notes",
        legend="a remark from the configuration, or why SGLang cannot import the module.",
        text=_note,
        source=_note_source,
        place=_note_place,
        ours=lambda cell: cell.startswith(_BROKEN),  # other words are a maintainer's
    ),
    "since": _of_engine("sglang", "Since"),
}
"""Name in the configuration -> column. Any other engine's name is a column, too."""
