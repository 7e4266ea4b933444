"""The known names nearest to one that is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["nearest"]

_CUTOFF = 82.0  # of 100: `Lama` for `Llama` is near, another family with the same ending is not


def nearest(name: str, known: Collection[str], limit: int = 3) -> tuple[str, ...]:
    """The names most like ``name``, nearest first; those that differ only in capitals come before all others.

    Args:
        name: what was asked for.
        known: all names that there are.
        limit: how many at most.
    """
    from rapidfuzz import fuzz, process  # noqa: PLC0415 -- late: most names are known

    folded = name.casefold()
    same = sorted(each for each in known if each != name and each.casefold() == folded)
    # Endings such as ForCausalLM are shared by hundreds: what is before them counts as much as the whole.
    scored = process.extract(_stem(folded), {each: _stem(each.casefold()) for each in known}, scorer=fuzz.ratio,
                             limit=4 * limit, score_cutoff=_CUTOFF)  # fmt: skip
    ranked = sorted(scored, key=lambda found: (-found[1], -fuzz.ratio(folded, found[2].casefold()), found[2]))
    others = [each for _, _, each in ranked if each != name and each not in same]
    return (*same, *others)[:limit]


def _stem(name: str) -> str:
    for ending in (
        "forconditionalgeneration",
        "forsequenceclassification",
        "forcausallm",
        "lmheadmodel",
        "model",
    ):
        if name.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name
