"""What the page knows of models: the model index without its evidence, and the rules by which a name is looked up.

An owner's models stand in one text, the owner first: ``Qwen 0Qwen3-4B:5,2s 68B:,1k``. A name begins with how many
letters it shares with the one before, in base 36. Behind it comes its place in ``kinds``, where that is another than
before, and its downloads in a month, where somebody counted them; both in base 36. A kind is ``[architectures, model
type or -1, whether a curated source names them]``; these are places in ``names``. The patterns and numbers are those of
``core/models`` and of ``hub/targets.py``, so that the page, which has the same steps in ``parts/models.js``, gives the
same answers.
"""

from __future__ import annotations

import re
from dataclasses import astuple
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Any, TypeAlias

from archtrack.app import names as names_of
from archtrack.core.models import lookup, words
from archtrack.core.models.index import OFTEN
from archtrack.core.verdict import suggestions
from archtrack.hub import targets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from archtrack.core.models.index import Model, ModelIndex

__all__ = ["model_data"]

_Kind: TypeAlias = "tuple[tuple[str, ...], str | None, bool]"

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def model_data(index: ModelIndex, types: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The models, and how to find them: the same arguments give the same value.

    Args:
        index: the models that are known.
        types: model type -> the architectures that are meant by it.
    """
    names: dict[str, int] = {}
    models = [index.model(each) for each in index.records]
    kinds = list(dict.fromkeys(map(_kind, models)))
    return {
        "sources": [[source.name, source.date] for source in index.sources],
        "owners": list(_owners(models, {kind: at for at, kind in enumerate(kinds)})),
        "kinds": [
            [
                [names.setdefault(each, len(names)) for each in architectures],
                -1 if model_type is None else names.setdefault(model_type, len(names)),
                int(curated),
            ]
            for architectures, model_type, curated in kinds
        ],
        "types": {
            model_type: [names.setdefault(each, len(names)) for each in architectures]
            for model_type, architectures in sorted(types.items())
        },
        "names": list(names),
        "patterns": {name: _in_script(pattern) for name, pattern in _PATTERNS.items()},
        "rules": {level: astuple(rule) for level, rule in lookup.RULES.items()},
        "otherSize": astuple(lookup.OTHER_SIZE),
        "numbers": {
            "longestName": words.LONGEST,
            "longest": targets.LONGEST,
            "often": OFTEN,
            "most": lookup.MOST,
            "seenToo": lookup.SEEN_TOO,
            "part": lookup.PART,
            "letters": lookup.LETTERS,
            "mostSlips": lookup.MOST_SLIPS,
            "ownWords": lookup.OWN_WORDS,
            "longestPart": lookup.LONGEST_PART,
            "slips": suggestions.SLIPS,
        },
        "sure": lookup.SURE,
        "oneWord": sorted(lookup.ONE_WORD),
        "partly": sorted(lookup.PARTLY),
        "loose": sorted(lookup.LOOSE),
        "hosts": targets.HOSTS,
        "withoutModels": targets.WITHOUT_MODELS,
        "withRevision": targets.WITH_REVISION,
    }


_PATTERNS = {
    **words.PATTERNS,
    "between": names_of.BETWEEN.pattern,
    "model": names_of.MODEL.pattern,
    "class": suggestions.CLASS.pattern,
    "repository": targets.REPOSITORY.pattern,
    "revision": targets.REVISION.pattern,
}


def _in_script(pattern: str) -> str:
    r"""A pattern as JavaScript writes it, where ``\w`` has no letters but those of ASCII."""
    letters = r"\p{L}\p{N}_"
    inside = re.sub(r"(?<=\[)\\w", lambda _: letters, pattern.replace("(?P<", "(?<"))
    return inside.replace(r"\w", f"[{letters}]")


def _kind(model: Model) -> _Kind:
    return model.architectures, model.model_type, model.curated


def _owners(models: Iterable[Model], kinds: Mapping[_Kind, int]) -> Iterator[str]:
    """A text per owner, in the order of the index: of ids that differ in case alone the last one counts."""
    for owner, its in groupby(models, key=lambda each: each.id.partition("/")[0]):
        told, before, kind = [owner], "", -1
        for each in its:
            name, place = each.id.partition("/")[2], kinds[_kind(each)]
            shared = _shared(before, name)
            own = "" if place == kind else f":{_base36(place)}"
            often = f",{_base36(each.downloads)}" if each.downloads else ""
            told.append(f"{_DIGITS[shared]}{name[shared:]}{own}{often}")
            before, kind = name, place
        yield " ".join(told)


def _shared(before: str, name: str) -> int:
    """How many letters two names begin with in common, as far as one digit counts."""
    pairs = zip(before, name, range(len(_DIGITS) - 1))  # noqa: B905 -- the shortest counts
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _base36(number: int) -> str:
    """A number as JavaScript's ``toString(36)`` writes it."""
    found = _DIGITS[number % 36]
    while number := number // 36:
        found = _DIGITS[number % 36] + found
    return found
