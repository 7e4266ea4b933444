"""From what packages list to the claims of the index: the architectures of a model type, where only that is named."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .index import Claim

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Entry", "KnownType", "claims_of"]

_TASKS = {
    "text-generation": ("CAUSAL_LM", "IMAGE_TEXT_TO_TEXT", "SEQ_TO_SEQ_CAUSAL_LM"),
    "image-text-to-text": ("IMAGE_TEXT_TO_TEXT", "MULTIMODAL_LM", "VISION_2_SEQ"),
    "any-to-any": ("MULTIMODAL_LM", "IMAGE_TEXT_TO_TEXT"),
    "automatic-speech-recognition": ("SPEECH_SEQ_2_SEQ",),
    "feature-extraction": ("MODEL",),
    "sentence-similarity": ("MODEL",),
    "text-to-speech": ("MODEL",),
}
_ANY_TASK = ("CAUSAL_LM", "IMAGE_TEXT_TO_TEXT", "SEQ_TO_SEQ_CAUSAL_LM", "SPEECH_SEQ_2_SEQ")
"""The auto tables of transformers in which the class for a task is looked up, the first that has the type."""
_MOST_HAVE = 0.8
"""Share of the models of a type that have an architecture, from which it is that of the type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a source says of one model.

    Attributes:
        id: on the Hub, as the source has it.
        path: of the file.
        line: that says so; 0 where the id is a key or value in that file.
        architectures: that it names.
        model_type: that it names; None where it names none.
        task: what the model is for, as the Hub calls it (``text-generation``); None where the file does not say.
        downloads: in a month; 0 where the file does not say.
    """

    id: str
    path: str
    line: int = 0
    architectures: tuple[str, ...] = ()
    model_type: str | None = None
    task: str | None = None
    downloads: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownType:
    """What a release of transformers has for a model type.

    Attributes:
        classes: auto table -> class.
        at: the release, the path and the line.
    """

    classes: Mapping[str, str]
    at: str


def claims_of(
    said: Iterable[tuple[int, Entry]], types: Mapping[str, KnownType]
) -> tuple[tuple[Claim, ...], dict[str, list[tuple[int, int]]]]:
    """The claims, and for each model the positions of its claims, with the line of each.

    A source that names a type alone gets its architecture from the models of that type whose architecture another
    source names, if most have the same, else from transformers' auto tables.

    Args:
        said: by all sources, each with the position of its source.
        types: what transformers has.
    """
    entries = list(said)
    common = _common([entry for _, entry in entries], types)
    found: dict[Claim, int] = {}
    models: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for source, each in entries:
        claim = _claim(source, each, common, types)
        place = (found.setdefault(claim, len(found)), each.line)
        if not any(at == place[0] for at, _ in models[each.id]):
            models[each.id].append(place)
    order = sorted(found, key=_order)
    position = {found[claim]: at for at, claim in enumerate(order)}
    return tuple(order), {
        model: sorted((position[at], line) for at, line in places) for model, places in sorted(models.items())
    }


def _order(claim: Claim) -> tuple[int, str, tuple[str, ...], str, str, str]:
    return (
        claim.source,
        claim.path,
        claim.architectures,
        claim.model_type or "",
        claim.task or "",
        claim.by or "",
    )


def _common(entries: Iterable[Entry], types: Mapping[str, KnownType]) -> dict[str, tuple[str, str]]:
    """Model type -> the architecture that most of its models have, and how many do, in words.

    One model alone says nothing of a type that transformers knows, but how the class is spelled.
    """
    named: dict[str, set[str]] = defaultdict(set)
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for each in entries:
        if each.model_type is not None:
            named[each.id].add(each.model_type)
        votes[each.id].update(each.architectures)
    count: dict[str, Counter[str]] = defaultdict(Counter)
    for model, own in named.items():
        if len(own) == 1 and votes[model]:
            architecture = min(votes[model], key=lambda name: (-votes[model][name], name))
            count[next(iter(own))][architecture] += 1
    found = {}
    for model_type, architectures in count.items():
        architecture = min(architectures, key=lambda name: (-architectures[name], name))
        total = architectures.total()
        if architectures[architecture] >= _MOST_HAVE * total and (
            total > 1 or _is_own(architecture, types.get(model_type))
        ):
            found[model_type] = (
                architecture,
                f"{architectures[architecture]} of {total} models of this type",
            )
    return found


def _is_own(architecture: str, known: KnownType | None) -> bool:
    """Whether an architecture is the class that generates, for a type, or nobody knows which that is."""
    if known is None:
        return True
    classes = {name.casefold() for table, name in known.classes.items() if table in _ANY_TASK}
    return architecture.casefold() in classes


def _claim(
    source: int, each: Entry, common: Mapping[str, tuple[str, str]], types: Mapping[str, KnownType]
) -> Claim:
    architectures, by = tuple(sorted(set(each.architectures))), None
    if not architectures and each.model_type is not None:
        known = types.get(each.model_type)
        if each.model_type in common:
            architecture, by = common[each.model_type]
            architectures = (architecture,)
        elif known is not None:
            table = next(
                (name for name in _TASKS.get(each.task or "", _ANY_TASK) if name in known.classes), None
            )
            if table is not None:
                architectures, by = (known.classes[table],), f"{known.at} {table}"
    return Claim(
        source=source,
        path=each.path,
        architectures=architectures,
        model_type=each.model_type,
        task=each.task,
        by=by,
    )
