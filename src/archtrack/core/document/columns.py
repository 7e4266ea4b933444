"""The columns that a document may have to the right of the five: chosen in the configuration, filled from a row.

To add a column, add an entry to ``FURTHER``: everything else (new rows, whole documents, ``--refresh``, ``lint``, the
configuration and its messages) follows that table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.core.matrix.join import backend_compatible
from archtrack.model import CellText, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from archtrack.model import MatrixRow

__all__ = ["FURTHER", "FurtherColumn", "further"]

_BROKEN = "cannot be imported: "
_RELEASE = re.compile(r"(?:until )?[≤≥]?\d+(?:\.\w+)*")
_FEATURES = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:, [a-z0-9]+(?:-[a-z0-9]+)*)*")
_DEMAND = re.compile(r"0|[\d.,]+[kMB]? / [\d.,]+[kMB]? models?")


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherColumn:
    """A column that may be chosen.

    Attributes:
        title: its title in the document.
        legend: what a whole new document says of it.
        cell: what it says of an architecture.
        ours: whether archtrack wrote the text of a cell, and may empty the cell if the sources say nothing.
        words_stay: whether the text of a cell that archtrack did not write stays also where the sources say something.
    """

    title: str
    legend: str
    cell: Callable[[MatrixRow], CellText]
    ours: Callable[[str], bool] = lambda _: True
    words_stay: bool = False


def further(names: Iterable[str]) -> tuple[FurtherColumn, ...]:
    """The columns of these names, in their order."""
    return tuple(FURTHER.get(name) or _of_engine(name, name) for name in names)


def _fallback(row: MatrixRow) -> CellText:
    if row.native is not None:
        source = f"registered in {row.native.file}: no fallback is needed"
        return CellText(text="", source=source, place=str(row.native.place))
    if row.hf is None:
        return CellText(text="", source="not public in transformers")
    answer = backend_compatible(row)
    place = row.hf.transformers.backend_place if row.hf.transformers is not None else None
    return CellText(
        text={Status.FALLBACK: "Y", Status.REFUSED: "refused"}.get(row.status, ""),
        source="is_backend_compatible() is not known"
        if answer is None
        else f"is_backend_compatible() is {answer}",
        place=str(place or row.hf.place),
    )


def _note(row: MatrixRow) -> CellText:
    """The note in the configuration, else why SGLang cannot import the module that registers the architecture."""
    if row.note:
        return CellText(text=row.note, source="note of an override")  # its place: see ``MergeOptions.notes``
    if row.broken is None or not row.broken.certain:
        return CellText(text="", source="no override has a note, and the module can be imported")
    return CellText(
        text=f"{_BROKEN}{row.broken.reason}",
        source="the module fails to import",
        place=str(row.broken.place),
    )


def _looked_up(row: MatrixRow, name: str, missing: str) -> CellText:
    return dict(row.looked_up).get(name) or CellText(text="", source=missing)


def _of_engine(engine: str, title: str) -> FurtherColumn:
    """Since which release an engine has the architecture, by its history."""
    return FurtherColumn(
        title=title,
        legend=f"the first release of {engine} that registers it, by the history of its releases.",
        cell=lambda row: _looked_up(row, engine, f"the history of {engine} was not read"),
        ours=lambda cell: _RELEASE.fullmatch(cell) is not None,
        words_stay=True,
    )


FURTHER = {
    "demand": FurtherColumn(
        title="Demand",
        legend="downloads of the models that name it / how many models these are, by a census of the Hub, rounded.",
        cell=lambda row: _looked_up(row, "demand", "not looked up: no source gives it a row"),
        ours=lambda cell: _DEMAND.fullmatch(cell) is not None,
        words_stay=True,
    ),
    "fallback": FurtherColumn(
        title="Fallback",
        legend="`Y` where the Transformers backend's own check lets the class through, `refused` where it does not.",
        cell=_fallback,
    ),
    "features": FurtherColumn(
        title="Features",
        legend="what its implementation can do, by the newest known release of SGLang: `lora`, `pp`, `image`, …",
        cell=lambda row: _looked_up(row, "features", "the history of sglang was not read"),
        ours=lambda cell: _FEATURES.fullmatch(cell) is not None,
        words_stay=True,
    ),
    "notes": FurtherColumn(
        title="Notes",
        legend="a remark from the configuration, or why SGLang cannot import the module.",
        cell=_note,
        ours=lambda cell: cell.startswith(_BROKEN),  # other text is a maintainer's
    ),
    "since": _of_engine("sglang", "Since"),
}
"""Name in the configuration -> column. Any other engine's name is a column, too."""
