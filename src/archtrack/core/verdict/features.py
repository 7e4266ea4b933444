"""What an engine's implementation of an architecture can do: LoRA, pipeline parallel, images and the like.

An engine's adapter states it as a table and a rule of ``LoadFacts``:

- the table ``FEATURES``: key (as the registry has it) -> ``{"has": [feature, …], "unsure": {feature: why}}``, either
  left out where it is empty; the place is the line of the class, or of what stands for one;
- the rule ``features``: ``{"decided": [feature, …]}``: what the release states of every key. Such a feature that a key
  does not have is not there. Of any other feature nothing is known unless the key has it: "not declared" is no "no".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .release_facts import (
    ATTENTION_BACKENDS,
    FEATURES,
    QUANTISATION,
    REASONING_PARSERS,
    SPECULATIVE,
    TOOL_PARSERS,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from archtrack.model import Place

    from .release_facts import Fact, ReleaseFacts

__all__ = [
    "LISTS",
    "TITLES",
    "Feature",
    "Row",
    "asked_of",
    "feature_of",
    "features_of",
    "in_words",
    "list_of",
    "listed_of",
    "row_of",
]

TITLES = {
    "lora": "LoRA",
    "pp": "pipeline parallel",
    "image": "images",
    "video": "video",
    "audio": "audio",
    "multimodal": "multimodal input",
    "transcription": "transcription",
    "pooling": "pooling",
    "embedding": "embedding",
    "rerank": "cross-encoding",
    "eagle": "EAGLE drafts",
    "eagle3": "EAGLE-3 drafts",
    "hybrid": "hybrid layers",
    "attention-free": "attention-free layers",
    "quant-hooks": "quantisation hooks",
    "bitsandbytes": "bitsandbytes",
    "gguf": "GGUF weights",
}
"""Every feature, in the order in which they are shown -> what people call it."""

_QUANTISATION = "quantisation"
LISTS = {
    _QUANTISATION: (QUANTISATION, "quantisation method"),
    "tool-parser": (TOOL_PARSERS, "tool parser"),
    "reasoning-parser": (REASONING_PARSERS, "reasoning parser"),
    "attention": (ATTENTION_BACKENDS, "attention backend"),
    "speculative": (SPECULATIVE, "speculative algorithm"),
}
"""What a release lists for a user to choose from -> its table, and what one of its rows is."""
_METHODS = frozenset({"bitsandbytes", "gguf"})
"""Features that are quantisation methods as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Whether an implementation has a feature.

    Attributes:
        name: of the feature, a key of ``TITLES``, or the name of a quantisation method.
        has: the answer; None where it cannot be told.
        why: what the answer rests on, in words.
        place: the evidence; None where there is none.
    """

    name: str
    has: bool | None
    why: str
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a release states of a key.

    Attributes:
        has: its features.
        unsure: those of which that cannot be told, and why.
    """

    has: tuple[str, ...]
    unsure: Mapping[str, str]


def row_of(value: object) -> Row:
    """A row of the table ``FEATURES``.

    Raises:
        TypeError: it is none: somebody handed it in.
    """
    has = value.get("has", []) if isinstance(value, dict) else None
    unsure = value.get("unsure", {}) if isinstance(value, dict) else None
    if not (isinstance(has, (list, tuple)) and isinstance(unsure, dict)):
        raise TypeError
    if not all(isinstance(each, str) for each in (*has, *unsure, *unsure.values())):
        raise TypeError
    return Row(has=tuple(has), unsure=unsure)


def _decided(release: ReleaseFacts) -> tuple[str, ...]:
    rule = release.load.rules.get("features", {})
    return row_of({"has": rule.get("decided", [])}).has


def features_of(key: str | None, release: ReleaseFacts) -> tuple[Feature, ...]:
    """What a release states of a key, in the order of ``TITLES``; nothing where it states nothing of it.

    Args:
        key: what the registry was asked for in the end (``Verdict.key``).
        release: what is known of the release.
    """
    fact = release.load.find(FEATURES, key)
    if fact is None:
        return ()
    row, decided = row_of(fact.value), _decided(release)
    named = {*decided, *row.has, *row.unsure}
    return tuple(_stated(name, fact, row, decided, release) for name in TITLES if name in named)


def asked_of(name: str, key: str | None, release: ReleaseFacts) -> Feature:
    """Whether a release has what somebody asks for: a feature of the implementation, or what the release lists.

    Of a name that is a feature and a quantisation method, what the implementation states counts, and the method where
    it states nothing.

    Args:
        name: a key of ``TITLES``, or as in ``listed_of``.
        key: as in ``features_of``.
        release: what is known of the release.
    """
    if name not in TITLES:
        return listed_of(name, release)
    feature = feature_of(name, key, release)
    return listed_of(name, release) if feature.has is None and name in _METHODS else feature


def feature_of(name: str, key: str | None, release: ReleaseFacts) -> Feature:
    """Whether the implementation of a key has a feature.

    Args:
        name: a key of ``TITLES``.
        key: as in ``features_of``.
        release: what is known of the release.
    """
    title = TITLES[name]
    if FEATURES not in release.load.tables:
        return Feature(name=name, has=None, why=f"what {release.name} says of {title} is not read")
    fact = release.load.find(FEATURES, key)
    if fact is None:
        return Feature(name=name, has=None, why=f"{release.name} does not say whether `{key}` has {title}")
    return _stated(name, fact, row_of(fact.value), _decided(release), release)


def _stated(name: str, fact: Fact, row: Row, decided: Collection[str], release: ReleaseFacts) -> Feature:
    """What a row says of a feature."""
    key, title = fact.key, TITLES[name]
    has: bool | None = None
    if name in row.has:
        has, why = True, f"`{key}` has {title} in {release.name}"
    elif name in row.unsure:
        why = row.unsure[name]
    elif name in decided:
        has, why = False, f"`{key}` has no {title} in {release.name}"
    else:
        why = f"{release.name} does not say whether `{key}` has {title}"
    return Feature(name=name, has=has, why=why, place=fact.place)


def listed_of(name: str, release: ReleaseFacts) -> Feature:
    """Whether a release lists a name that a user may choose, whatever the architecture.

    Args:
        name: ``KIND:NAME`` with a key of ``LISTS``; a name alone is that of a quantisation method.
        release: what is known of the release.
    """
    table, title, item = list_of(name)
    if table not in release.load.tables:
        return Feature(name=name, has=None, why=f"which {title}s {release.name} has is not known")
    fact = release.load.find(table, item)
    if fact is None:
        return Feature(name=name, has=False, why=f"{release.name} has no {title} `{item}`")
    return Feature(name=name, has=True, why=f"{release.name} has the {title} `{item}`", place=fact.place)


def list_of(name: str) -> tuple[str, str, str]:
    """The table of a release that a name is looked up in, what its rows are, and the name in it.

    Raises:
        KeyError: there is no list of that kind.
    """
    kind, colon, item = name.partition(":")
    table, title = LISTS[kind if colon else _QUANTISATION]
    return table, title, item if colon else name


def in_words(features: Iterable[Feature], *, lacking: bool = False) -> str:
    """Which features there are, and which are not told of; empty where there are neither.

    Args:
        features: as ``features_of`` gives them.
        lacking: name those as well that are not there.
    """
    stated = tuple(features)
    has = ", ".join(each.name for each in stated if each.has)
    unsure = ", ".join(each.name for each in stated if each.has is None)
    not_there = ", ".join(each.name for each in stated if each.has is False and lacking)
    parts = [has, f"not known: {unsure}" if unsure else "", f"not there: {not_there}" if not_there else ""]
    parts = [part for part in parts if part]
    return f"features: {'; '.join(parts)}" if parts else ""
