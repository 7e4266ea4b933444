"""The model index: which architectures and model types the models have, by what released packages say of them.

Packages disagree. All that they say is kept; what a model is taken for is what most of them say.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["OFTEN", "Claim", "IndexSource", "Model", "ModelIndex", "Said"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSource:
    """A released package that lists models.

    Attributes:
        package: its name on the package index.
        version: the release that was read.
        date: of the release (``2026-01-31``); None where the index does not say.
        file: the release file that was read.
        sha256: of that file, hex digits; None where the index does not say.
        attests: it says what a checkpoint is. False: it names checkpoints as examples, which may be wrong.
        ids: how many models it says something of.
        unresolved: how many entries could not be read.
    """

    package: str
    version: str
    date: str | None
    file: str
    sha256: str | None
    attests: bool
    ids: int
    unresolved: int = 0

    @property
    def name(self) -> str:
        """``ms-swift 4.6.0``."""
        return f"{self.package} {self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a source says of several models in the same words.

    Attributes:
        source: position of the source in ``ModelIndex.sources``.
        path: of the file in the release.
        architectures: that it names, sorted; or those of the model type, where ``by`` says how.
        model_type: that it names; None where it names none.
        task: what the models are for, as the Hub calls it; None where it does not say.
        by: how the architectures follow from the model type; None where the source itself names them.
    """

    source: int
    path: str
    architectures: tuple[str, ...] = ()
    model_type: str | None = None
    task: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of one model, with its place.

    Attributes:
        claim: what.
        line: of the file that says so; 0 where the model's id is a key or value in that file.
    """

    claim: Claim
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What a model is taken for.

    Attributes:
        id: on the Hub.
        architectures: what most sources say, more than one where they are even; sorted. Empty where only a model type
            is known, for which nobody has an architecture.
        model_type: what most sources say; None where none names one.
        downloads: in a month, as a source has counted; 0 where none did.
        curated: a source that people keep by hand names its architecture.
    """

    id: str
    architectures: tuple[str, ...]
    model_type: str | None
    downloads: int
    curated: bool

    @property
    def known(self) -> bool:
        """Whether it counts as well known: curated, or often downloaded."""
        return self.curated or self.downloads >= OFTEN


Record = list[Any]
"""Of a model, as the data file has it: its downloads, and for each claim its position, or that and a line."""

OFTEN = 20_000
"""Downloads in a month from which a model counts as known."""


@dataclass(frozen=True, kw_only=True)
class ModelIndex:
    """All that is known of models.

    Attributes:
        tool: the version of archtrack that read the sources.
        sources: in the order of their packages.
        claims: what they say.
        records: id -> what is said of it; sorted by id.
    """

    tool: str
    sources: tuple[IndexSource, ...]
    claims: Sequence[Claim]
    records: Mapping[str, Record]

    @cached_property
    def names(self) -> dict[str, str]:
        """Id -> the name without its owner, in small letters."""
        return {each: each[each.find("/") + 1 :].lower() for each in self.records}

    def ids_like(self, text: str) -> tuple[str, ...]:
        """The id itself, else the ids that differ from a text in capitals alone."""
        if text in self.records:
            return (text,)
        return tuple(self._by_letters.get(text.lower(), ()))

    @cached_property
    def _by_letters(self) -> dict[str, list[str]]:
        """The ids by what they are in small letters."""
        found: dict[str, list[str]] = {}
        for each in self.records:
            found.setdefault(each.lower(), []).append(each)
        return found

    @cached_property
    def typed(self) -> dict[str, list[str]]:
        """Model type -> the ids of which a source names it."""
        found: dict[str, dict[str, None]] = {}
        for at, each in enumerate(self.claims):
            if each.model_type is not None:
                found.setdefault(each.model_type, {}).update(dict.fromkeys(self.with_claim.get(at, ())))
        return {model_type: [*ids] for model_type, ids in found.items()}

    @cached_property
    def naming(self) -> dict[str, list[int]]:
        """Architecture -> the positions of the claims that attest it alone, and do not derive it from a type."""
        found: dict[str, list[int]] = {}
        for at, each in enumerate(self.claims):
            if each.by is None and len(each.architectures) == 1 and self.sources[each.source].attests:
                found.setdefault(each.architectures[0], []).append(at)
        return found

    @cached_property
    def typing(self) -> dict[str, list[int]]:
        """Model type -> the positions of the claims that attest it."""
        found: dict[str, list[int]] = {}
        for at, each in enumerate(self.claims):
            if each.model_type is not None and self.sources[each.source].attests:
                found.setdefault(each.model_type, []).append(at)
        return found

    @cached_property
    def with_claim(self) -> dict[int, list[str]]:
        """Position of a claim -> the models that it is about."""
        found: dict[int, list[str]] = {}
        for model, record in self.records.items():
            for each in record[1:]:
                found.setdefault(each[0] if isinstance(each, list) else each, []).append(model)
        return found

    def said(self, model: str) -> tuple[Said, ...]:
        """All that is said of a model, in the order of the sources."""
        return tuple(Said(claim=self.claims[at], line=line) for at, line in self.places(model))

    def downloads(self, model: str) -> int:
        """The downloads of a model in a month; 0 where nobody counted them."""
        count: int = self.records[model][0]
        return count

    def places(self, model: str) -> tuple[tuple[int, int], ...]:
        """The position of each claim on a model, and the line that says so, or 0."""
        return tuple(
            (each[0], each[1]) if isinstance(each, list) else (each, 0) for each in self.records[model][1:]
        )

    def model(self, model: str) -> Model:
        """What a model is taken for."""
        downloads, places = self.downloads(model), self.places(model)
        positions = tuple(at for at, _ in places)
        if positions not in self._taken:
            self._taken[positions] = self._take(positions)
        architectures, model_type, curated = self._taken[positions]
        return Model(
            id=model,
            architectures=architectures,
            model_type=model_type,
            downloads=downloads,
            curated=curated,
        )

    @cached_property
    def _taken(self) -> dict[tuple[int, ...], tuple[tuple[str, ...], str | None, bool]]:
        return {}

    def _take(self, positions: tuple[int, ...]) -> tuple[tuple[str, ...], str | None, bool]:
        claims = [self.claims[at] for at in positions]
        attested = [each for each in claims if self.sources[each.source].attests] or claims
        types = _most({each.source: (each.model_type,) for each in attested if each.model_type is not None})
        votes: dict[int, tuple[str, ...]] = {}
        for each in attested:
            votes[each.source] = tuple({*votes.get(each.source, ()), *each.architectures})
        curated = any(
            each.by is None and each.architectures and self.sources[each.source].attests for each in claims
        )
        most = _most(votes)
        if len(most) > 1:  # where the sources are even, what follows from the type counts
            typed = {name for each in attested if each.by is not None for name in each.architectures}
            most = tuple(name for name in most if name in typed) or most
        return most, next(iter(types), None), curated


def _most(votes: Mapping[int, tuple[str, ...]]) -> tuple[str, ...]:
    """What most sources name, sorted; several where they are even."""
    count: dict[str, int] = {}
    for named in votes.values():
        for each in named:
            count[each] = count.get(each, 0) + 1
    most = max(count.values(), default=0)
    return tuple(sorted(name for name, votes_for in count.items() if votes_for == most))
