"""What only other engines have, by their histories; and whether a document has rows for that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archtrack.core.document.markdown import name_cell
from archtrack.core.history.elsewhere import Purposes, had_once, others_have, run_as_others
from archtrack.core.matrix.elsewhere import with_elsewhere
from archtrack.engines import load_engine
from archtrack.engines.base import Carries, MakesGguf
from archtrack.errors import UsageError

from .history.counting import TRANSFORMERS
from .history.store import Histories

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from archtrack.core.document.parse import Document
    from archtrack.core.history.history import History
    from archtrack.engines.base import About
    from archtrack.model import Elsewhere, Inventory, Matrix

__all__ = ["fitted", "known_elsewhere", "may_have_rows", "runs_as_others"]


def known_elsewhere(histories: Histories, *, but: str) -> dict[str, tuple[Elsewhere, ...]]:
    """Architecture -> the engines that have it in their newest known release.

    What nobody but a converter of files has (llama.cpp, Ollama) is left out: it lists parts, drafts and old spellings
    among models, and nothing tells them apart. So do plugins of an engine, which are left out for that.

    Args:
        histories: what is known.
        but: the engine that is asked about; it does not count, and neither does transformers.
    """
    about = {name: declared for name in histories.engines if (declared := _about(name)) is not None}
    purposes = {
        name: Purposes(draft_tables=each.draft_tables, wrapper_tables=each.wrapper_tables)
        for name, each in about.items()
    }
    wrappers = {name for each in about.values() for name in each.backend}
    plugins = {name for name, each in about.items() if each.adds_to is not None}
    found = others_have(_all(histories, but={but, TRANSFORMERS, *plugins}), purposes, wrappers)
    converters = {name for name in about if isinstance(load_engine(name), (MakesGguf, Carries))}
    return {name: own for name, own in found.items() if not {each.engine for each in own} <= converters}


def runs_as_others(inventory: Inventory, histories: Histories) -> frozenset[str]:
    """The names that an engine runs as others, by the history of that release, or else of its newest known one."""
    history = histories.get(inventory.engine)
    return frozenset() if history is None else run_as_others(history, inventory.version)


def may_have_rows(document: Document | None, *, wanted: bool | None) -> bool:
    """Whether a document has rows of what only other engines have, or may get some.

    Args:
        document: None for one that is written anew.
        wanted: what the user says, None for nothing.
    """
    if wanted or document is None:
        return wanted is not False
    return bool(_said_of_nobody(document))


def fitted(
    matrix: Matrix, document: Document | None, environ: Mapping[str, str], *, wanted: bool | None
) -> Matrix:
    """The matrix as a document needs it: with the rows of what only other engines have, or without them.

    Args:
        matrix: as ``track`` gives it.
        document: the one to bring up to date; None for one that is written anew.
        environ: the environment, for the user's own histories.
        wanted: what the user says; None for these rows in what is written anew and in a document that has such rows.
    """
    if document is None:
        return matrix if wanted is False else with_elsewhere(matrix)
    if wanted is None:
        there = {name_cell(row.name) for row in matrix.elsewhere}
        wanted = bool(there) and not there.isdisjoint(_said_of_nobody(document))
    unknown = {row.name for row in document.rows} - matrix.known
    if unknown and not unknown <= set(map(name_cell, matrix.known)):  # most documents have no such row
        matrix = _with_all_known(matrix, Histories(environ))
    return with_elsewhere(matrix) if wanted else matrix


def _said_of_nobody(document: Document) -> set[str]:
    """The rows that say of neither SGLang nor transformers that it has the architecture."""
    return {row.name for row in document.rows if row.native != "Y" and row.hf != "Y"}


def _with_all_known(matrix: Matrix, histories: Histories) -> Matrix:
    """The matrix with every name that any engine has, and with those that one has had."""
    engine = matrix.inventories[0]
    others = known_elsewhere(histories, but=engine.engine)
    known = matrix.known | others.keys() | runs_as_others(engine, histories)
    return replace(matrix, known=known, once=had_once(_all(histories)))


def _all(histories: Histories, *, but: Collection[str] = ()) -> Iterator[History]:
    for engine in histories.engines:
        history = None if engine in but else histories.get(engine)
        if history is not None:
            yield history


def _about(engine: str) -> About | None:
    """What an engine declares; None where there is only data of it."""
    try:
        return load_engine(engine).about
    except UsageError:
        return None
