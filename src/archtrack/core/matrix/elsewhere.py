"""The third kind of row: architectures that other engines have, and neither the engine nor transformers.

Which of them are models of their own, the engines say: a table of drafts or of wrappers that lists a name, a backend
that an engine declares, an architecture that is run in a name's place. A name tells only where no table of any engine
does: ``XMTPModel`` is a draft if somebody has the model X (``categories.base_models``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archtrack.model import LeftOut, Role

from .categories import base_models

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from archtrack.model import Elsewhere, Matrix

__all__ = ["elsewhere_in_words", "models_elsewhere", "with_elsewhere"]


def models_elsewhere(
    others: Mapping[str, tuple[Elsewhere, ...]], known: Collection[str]
) -> tuple[dict[str, tuple[Elsewhere, ...]], tuple[LeftOut, ...]]:
    """The models that only other engines have, each with the engines that register it; and what is left out, and why.

    Args:
        others: architecture -> the other engines that have it.
        known: what the engine or transformers has.
    """
    models: dict[str, tuple[Elsewhere, ...]] = {}
    left_out = []
    for name in sorted(others.keys() - set(known)):
        found = others[name]
        why = _left_out(name, found, others.keys() | known)
        if why is None:
            models[name] = tuple(each for each in found if each.role is not Role.RUN_AS_ANOTHER)
        else:
            left_out.append(why)
    return models, tuple(left_out)


def _left_out(name: str, found: tuple[Elsewhere, ...], known: Collection[str]) -> LeftOut | None:
    """Why an architecture is no model of its own; None where it is one."""
    said = {each.role: each for each in reversed(found)}  # of several engines the first one is named
    if Role.WRAPPER not in said and Role.MODEL in said:
        return None
    for role in (Role.WRAPPER, Role.DRAFT):
        if role in said:
            return LeftOut(name=name, role=role, source=f"{said[role].engine} {said[role].source}")
    if None not in said:
        one = said[Role.RUN_AS_ANOTHER]
        return LeftOut(name=name, role=Role.RUN_AS_ANOTHER, source=f"{one.engine} {one.source}")
    base = next((each for each in base_models(name) if each in known), None)
    return LeftOut(name=name, role=Role.DRAFT, source=f"its name: {base}") if base is not None else None


def with_elsewhere(matrix: Matrix) -> Matrix:
    """The matrix with the rows of the third kind among the others."""
    return replace(matrix, rows=tuple(sorted((*matrix.rows, *matrix.elsewhere), key=lambda row: row.name)))


def elsewhere_in_words(found: tuple[Elsewhere, ...]) -> str:
    """The engines with their releases: ``vllm 0.33.0, lmdeploy 0.18.0``."""
    return ", ".join(f"{each.engine} {each.version}" for each in found)
