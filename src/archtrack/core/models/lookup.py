"""From what people type to a model of the index: the same id, a copy or a variant of it, or its family.

The steps stand in their order; the first that finds something answers. The page has the same steps in
``site/parts/models.js``; ``tests/data/model-lookups.json`` is run by both.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from .words import LONGEST, bare, is_version, squashed, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .index import Model, ModelIndex
    from .words import Words

__all__ = [
    "LETTERS",
    "LOOSE",
    "MOST",
    "MOST_SLIPS",
    "OWN_WORDS",
    "PART",
    "PARTLY",
    "RULES",
    "SEEN_TOO",
    "SURE",
    "Candidate",
    "Found",
    "Rule",
    "architectures_of_type",
    "find",
    "nearest_ids",
]

MOST = 3
"""Architectures that an answer has at most."""
SEEN_TOO = 0.1
"""Share of the variants from which an architecture is an alternative to that of the exact id."""
PART = 0.6
"""Of a family by a part of its name, what the architectures given make up at least."""
LETTERS = (5, 8)
"""Letters from which a word may have one slip, and two."""
SURE = {"same": 1, "revision": 1, "beginning": 2, "inside": 2}
"""Levels of a family at which so few models answer if no other level has more."""
PARTLY = frozenset({"inside", "word", "part", "first"})
"""Levels that are not by the whole of a name, from its beginning."""
LOOSE = frozenset({"word", "part", "first"})
"""Levels at which a few models say nothing."""
LONGEST_PART = 8
"""Words of the beginning of a name that is looked for, at most."""
ONE_WORD = frozenset({"word", "first"})
"""Levels by a word alone: several architectures say nothing then."""
MOST_SLIPS = 3
"""Words of a name that may be misspelled."""
OWN_WORDS = 2
"""Names that a word stands in from which a misspelled one is taken for it."""


_Cut: TypeAlias = "tuple[str, Words]"
"""The id of a model, and the parts of its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An architecture that a name may stand for.

    Attributes:
        architecture: None where only the model type is known.
        model_type: of most of its models; None where none names one.
        ids: how many of the models found have it.
    """

    architecture: str | None
    model_type: str | None
    ids: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a name stands for.

    Attributes:
        how: ``exact``, ``copy of``, ``variant of`` or ``family``; ``spelling of`` for an architecture.
        model: the id that it is, or is a copy or variant of, or the architecture; None of a family.
        candidates: one to three, the likeliest first.
        others: further architectures that models found have, with their number.
        ids: how many models were found.
        read_as: the name with its spelling corrected; None where it was found as it is.
    """

    how: str
    model: str | None
    candidates: tuple[Candidate, ...]
    others: tuple[tuple[str, int], ...]
    ids: int
    read_as: str | None = None

    @property
    def words(self) -> str:
        """``exact``, ``copy of Qwen/Qwen3-8B``, ``family: 41 of 43 ids``; before that, what was corrected."""
        if self.how == "family":
            told = f"family: {self.candidates[0].ids} of {self.ids} ids"
        else:
            told = self.how if self.how == "exact" else f"{self.how} {self.model}"
        return told if self.read_as in {None, self.model} else f"spelling of {self.read_as}, {told}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When one architecture is given for a family.

    Attributes:
        share: of its models that have it, at least.
        least: models that there are then, at least.
        known: the same where one of them is known.
    """

    share: float
    least: int
    known: int


RULES = {
    "same": Rule(share=0.9, least=2, known=1),
    "revision": Rule(share=0.93, least=3, known=1),
    "generation": Rule(share=0.95, least=4, known=2),
    "beginning": Rule(share=0.95, least=3, known=2),
    "next": Rule(share=0.95, least=4, known=2),
    "inside": Rule(share=0.97, least=6, known=3),
    "word": Rule(share=0.97, least=6, known=6),
    "part": Rule(share=0.97, least=12, known=12),
    "first": Rule(share=0.97, least=12, known=12),
}
"""How sure a family has to be of its architecture, level by level; ``benchmarks/model_index.py`` measures that."""
OTHER_SIZE = Rule(share=0.99, least=5, known=5)
"""The same of all that begins so, where no model has the size asked for."""


def find(text: str, index: ModelIndex, *, as_written: bool = False) -> Found | None:
    """What a text stands for: an id on the Hub, the name of one with or without its owner, or of a family.

    Args:
        text: as somebody types it, without the Hub's address.
        index: the models that are known.
        as_written: look for no word that may be misspelled, and for no family by a part of the name.

    Returns:
        None where nothing is known of it, or too little to say anything.
    """
    found = _find(text, index, whole=as_written)
    if found is not None or as_written:
        return found
    corrected = _corrected(text, index)
    if corrected is None:
        return None
    found = _find(corrected, index, whole=True)
    return None if found is None else replace(found, read_as=corrected)


def _find(text: str, index: ModelIndex, *, whole: bool = False) -> Found | None:
    """As ``find``, without correcting anything; ``whole``: a family by the whole of its name alone."""
    text = text.strip()
    if own := index.ids_like(text) if "/" in text else ():
        return _answer("exact", [index.model(each) for each in own], ())
    name = bare(text)
    words = words_of(name)
    if not _is_name(words.family):
        return None
    near = [
        (each, its)
        for each, its in _with((*words.family, *words.sizes), index)
        if its.variant == words.variant
    ]
    wide = [index.model(each) for each, _ in near]
    letters = squashed(name)
    same = [each for each, _ in near if squashed(index.names[each]) == letters]
    if same:
        return _answer("copy of" if "/" in text else "exact", [index.model(each) for each in same], wide)
    copies = [each for each, its in near if its.named == words.named]
    if copies:
        return _answer("copy of", [index.model(each) for each in copies], wide)
    if wide:
        return _answer("variant of", wide, wide)
    found = _family(words, index, whole=whole)
    if found is not None and len(found.candidates) > 1 and "/" in text:
        return None  # an id is one checkpoint: a family of several architectures says nothing of it
    return found


def _is_name(family: tuple[str, ...]) -> bool:
    """Whether the words are those of a family: a word of two letters, or a letter with a number behind it."""
    if any(len(word) > 1 and word.isalpha() for word in family):
        return True
    return len(family) > 1 and family[0].isalpha()


def _answer(how: str, models: Sequence[Model], wide: Sequence[Model]) -> Found | None:
    """The architectures of models, and of their variants those that are not rare.

    If curated sources name some of the models of that very name, the others have no say: they may be another layout of
    the same weights.
    """
    curated = [each for each in models if each.curated] if how == "exact" else []
    own, seen = _count(curated or models), _count(wide)
    total = max(len(wide), len(models))
    ranked = [name for name in _ranked(own) if how != "variant of" or own[name] >= SEEN_TOO * total]
    if not curated:
        ranked += [name for name in _ranked(seen) if name not in own and seen[name] >= SEEN_TOO * total]
    if not ranked:
        return None
    counts = seen or _count(models)
    return Found(
        how=how,
        model=_best_known(curated or models, shortest=how == "copy of").id,
        candidates=tuple(_candidate(each, counts, (*models, *wide)) for each in ranked[:MOST]),
        others=_others(counts, ranked[:MOST]),
        ids=total,
    )


def _family(words: Words, index: ModelIndex, *, whole: bool) -> Found | None:
    """The architectures of a family: of its own name, of what begins so, of what has it inside, of its beginning.

    Only models of the size asked for count. Where there is none, the family answers if all that begins so is the same.
    """
    few: Found | None = None
    for level, ids in _levels(words.family, index):
        if whole and level in PARTLY:  # and so is every level behind it
            return few
        if not ids:
            continue
        sized = [each for each, its in ids if set(words.sizes) <= set(its.sizes)]
        rule = RULES[level] if sized else OTHER_SIZE
        if not sized and level != "next":
            continue
        every = [index.model(each) for each in sized or [each for each, _ in ids]]
        models = [each for each in every if each.architectures] or every
        counts = _count(models)
        ranked, total = _ranked(counts)[:MOST], len(models)
        if not ranked or (level in LOOSE and total < rule.least):
            continue
        if _is_sure(ranked, counts, total, rule):
            if total >= (rule.known if any(each.known for each in models) else rule.least):
                return _of_family(ranked[:1], counts, models)
            if few is None and sized and total >= SURE.get(level, total + 1):
                few = _of_family(ranked[:1], counts, models)
        elif not sized:
            continue
        elif level in PARTLY and sum(counts[each] for each in ranked) < PART * total:
            return few
        elif len(ranked) > 1 and level not in ONE_WORD:
            return _of_family(ranked, counts, models)
    return few


def _is_sure(ranked: Sequence[str | None], counts: Counter[str | None], total: int, rule: Rule) -> bool:
    """Whether nearly all models of a family have the same architecture, and hardly one another."""
    second = counts[ranked[1]] if len(ranked) > 1 else 0
    return counts[ranked[0]] >= rule.share * total and second <= (1 - rule.share) * total


def _of_family(given: Sequence[str | None], counts: Counter[str | None], models: Sequence[Model]) -> Found:
    return Found(
        how="family",
        model=None,
        candidates=tuple(_candidate(each, counts, models) for each in given),
        others=_others(counts, given),
        ids=len(models),
    )


def _with(words: Iterable[str], index: ModelIndex) -> Iterator[_Cut]:
    """The models in whose names some words stand: cutting names up costs more than to look for these."""
    ids: Iterable[str] = index.names
    for word in sorted(set(words), key=len, reverse=True):
        ids = [each for each in ids if word in index.names[each]]
    return ((each, words_of(index.names[each])) for each in ids)


def _levels(family: tuple[str, ...], index: ModelIndex) -> Iterator[tuple[str, list[_Cut]]]:
    """The models of a family, from those that are surely of it to those that may be."""
    length, like = len(family), list(_with(family, index))
    begun = [(each, its, its.family[length:]) for each, its in like if its.family[:length] == family]
    yield "same", [(each, its) for each, its, rest in begun if rest in {(), ("hf",)}]
    yield (
        "revision",
        [
            (each, its)
            for each, its, rest in begun
            if not rest or ((length in its.revised or rest[0] == "hf") and all(map(is_version, rest)))
        ],
    )
    yield "generation", [(each, its) for each, its, rest in begun if all(map(is_version, rest))]
    yield "beginning", [(each, its) for each, its, rest in begun if rest and not rest[0].isdigit()]
    yield "next", [(each, its) for each, its, _ in begun]
    yield "word" if length == 1 else "inside", [each for each in like if _holds(each[1].family, family)]
    for shorter in range(min(length - 1, LONGEST_PART), 0, -1):
        part = family[:shorter]
        if not any(len(word) > 1 and word.isalpha() for word in part):
            return
        yield (
            "part" if shorter > 1 else "first",
            [(each, its) for each, its in _with(part, index) if its.family[:shorter] == part],
        )


def _holds(words: tuple[str, ...], inner: tuple[str, ...]) -> bool:
    """Whether words hold others in a row, behind their first."""
    length = len(inner)
    return any(words[at : at + length] == inner for at in range(1, len(words) - length + 1))


def _count(models: Iterable[Model]) -> Counter[str | None]:
    count: Counter[str | None] = Counter()
    for each in models:
        count.update(each.architectures or ((None,) if each.model_type is not None else ()))
    return count


def _ranked(counts: Counter[str | None]) -> list[str | None]:
    """The most frequent first, those that are even by code point; None only where nothing else is there."""
    named = sorted((each for each in counts if each is not None), key=lambda each: (-counts[each], each))
    return [*named] or [*counts]


def _candidate(architecture: str | None, counts: Counter[str | None], models: Iterable[Model]) -> Candidate:
    own = (each for each in models if architecture in (each.architectures or (None,)))
    types: Counter[str | None] = Counter(each.model_type for each in own if each.model_type is not None)
    return Candidate(
        architecture=architecture,
        model_type=next(iter(_ranked(types)), None),
        ids=counts[architecture],
    )


def _others(counts: Counter[str | None], given: Sequence[str | None]) -> tuple[tuple[str, int], ...]:
    left = [each for each in _ranked(counts) if each is not None and each not in given]
    return tuple((each, counts[each]) for each in left)


def _best_known(models: Sequence[Model], *, shortest: bool) -> Model:
    """The most downloaded of those that curated sources name, else of all; of those that are even the first by id.

    Of copies those with the shortest name come before others: they have no mark of a copy themselves.
    """

    def order(model: Model) -> tuple[bool, int, int, str]:
        return not model.curated, len(bare(model.id)) if shortest else 0, -model.downloads, model.id

    return min(models, key=order)


def _corrected(text: str, index: ModelIndex) -> str | None:
    """The text with each unknown word in place of which there is a likely one; None where that changes nothing."""
    name = bare(text.strip()).lower()[:LONGEST]
    wanted = {word for word in re.findall("[a-z]+", name) if len(word) >= LETTERS[0]}
    count = Counter(re.findall("[a-z]+", "\n".join(index.names.values())))
    unknown = {word for word in wanted if count[word] < OWN_WORDS}
    if len(unknown) > MOST_SLIPS:
        return None
    slips = {word: near for word in unknown if (near := _likely(word, count)) is not None}
    return re.sub("[a-z]+", lambda match: slips.get(match[0], match[0]), name) if slips else None


def _likely(word: str, count: Counter[str]) -> str | None:
    """The word that is meant by a misspelled one; the nearest, of those the most frequent."""
    from rapidfuzz.distance import OSA

    most = 2 if len(word) >= LETTERS[1] else 1
    near = []
    for each, often in count.items():
        if often >= OWN_WORDS and len(each) >= LETTERS[0] and each[0] == word[0]:
            distance = OSA.distance(word, each, score_cutoff=most)
            if distance <= most:
                near.append((distance, -often, each))
    return min(near)[2] if near else None


def architectures_of_type(model_type: str, index: ModelIndex) -> tuple[str, ...]:
    """The architectures of the models of a type that are not rare among them, at most three, the likeliest first."""
    ids = index.typed.get(model_type, ())
    models = [each for each in map(index.model, ids) if each.model_type == model_type]
    counts = _count(models)
    ranked = [each for each in _ranked(counts) if each is not None]
    return tuple(each for each in ranked[:MOST] if counts[each] >= SEEN_TOO * len(models))


def nearest_ids(text: str, index: ModelIndex) -> tuple[str, ...]:
    """The ids whose names are most like a text, for a message that nothing was found."""
    from rapidfuzz import fuzz, process

    near = process.extract(
        bare(text.strip()).lower(), index.names, scorer=fuzz.ratio, limit=MOST, score_cutoff=60
    )
    return tuple(each for _, _, each in near)
