"""The known names that are most like an unknown one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["CLASS", "SLIPS", "looks_like_class", "misspelled", "nearest"]

_MOST = 3
_CUTOFF = 82.0  # of 100: `Lama` for `Llama` is near, another family with the same ending is not
_WHOLE = 93.0  # a letter or two of a whole name, endings included

SLIPS = 2
_DIGITS = re.compile("[0-9]+")
CLASS = re.compile(r"[A-Za-z]\w{0,200}?(?:For[A-Z]\w{0,200}|Model|LMHeadModel)")

# What a class is for: its beginning is enough, for the slip may be further on (`ForCausallLM`).
_ENDING = re.compile(
    r"(?<=.)(?:for(?:caus|cond|sequ|toke|mask|ques|class|imag|spee|rewa|pret|mult|audi|ctc)\w{0,40}|lmheadmodel|model)$"
)


def nearest(name: str, known: Collection[str]) -> tuple[str, ...]:
    """The names most like ``name``, nearest first. Names that differ only in case come before all others.

    Args:
        name: what was asked for.
        known: all names that there are.
    """
    from rapidfuzz import fuzz, process

    folded = name.casefold()
    # Endings such as ForCausalLM are shared by hundreds: what is before them counts as much as the whole.
    wholes, stems = _prepared(frozenset(known))
    stem = _stem(folded)
    same = sorted(each for each, whole in wholes.items() if whole == folded and each != name)
    near = process.extract(stem, stems, scorer=fuzz.ratio, limit=None, score_cutoff=_CUTOFF)
    near += process.extract(folded, wholes, scorer=fuzz.ratio, limit=None, score_cutoff=_WHOLE)
    others = sorted(
        {each for _, _, each in near}.difference(same, [name]),
        key=lambda each: (
            -max(fuzz.ratio(stem, stems[each]), fuzz.ratio(folded, wholes[each])),
            -fuzz.ratio(folded, wholes[each]),
            each,
        ),
    )
    return (*same, *others)[:_MOST]


@lru_cache(maxsize=2)  # of many names that are asked for, what is known is the same
def _prepared(known: frozenset[str]) -> tuple[dict[str, str], dict[str, str]]:
    """All names in small letters, and their stems without the endings."""
    wholes = {each: each.casefold() for each in sorted(known)}
    return wholes, {each: _stem(whole) for each, whole in wholes.items()}


def looks_like_class(name: str) -> bool:
    """Whether a name is built as those of architectures are: ``Qwen3ForCausalLM``, ``BertModel``."""
    return CLASS.fullmatch(name) is not None


def misspelled(name: str, known: Collection[str]) -> str | None:
    """The one known name that is meant by a misspelled one; None where there is none, or more than one.

    It differs in capitals alone (of two such names the one that differs less), or by one or two slips: a letter too
    many, too few, wrong, or two that are swapped.
    Digits are no slips: ``Qwen4ForCausalLM`` is not ``Qwen3ForCausalLM``.
    """
    from rapidfuzz.distance import OSA

    folded, digits = name.casefold(), _DIGITS.findall(name)
    near: dict[int, list[str]] = {}
    for each in known:
        if _DIGITS.findall(each) == digits:
            distance = OSA.distance(folded, each.casefold(), score_cutoff=SLIPS)
            if distance <= SLIPS:
                near.setdefault(distance, []).append(each)
    best = near[min(near)] if near else []
    if len({each.casefold() for each in best}) > 1:
        return None
    return min(best, key=lambda each: (OSA.distance(name, each), each), default=None)


def _stem(folded: str) -> str:
    return _ENDING.sub("", folded)
