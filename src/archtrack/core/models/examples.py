"""Which model of the index is an example of an architecture, and which it contradicts.

What a source says of its own accord comes first: that a model has this architecture. Of a model type an example
follows only for a class that every such checkpoint has: the one without a head, or the only one that generates. A
checkpoint of a type is no example of a head that nobody has trained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.core.matrix.categories import base_models
from archtrack.model import Example

from .index import OFTEN
from .words import is_gguf, is_quantised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .index import ModelIndex, Said

__all__ = ["Attested", "ClassOfType"]

_GENERATING = (
    "CAUSAL_LM",
    "IMAGE_TEXT_TO_TEXT",
    "MULTIMODAL_LM",
    "SEQ_TO_SEQ_CAUSAL_LM",
    "SPEECH_SEQ_2_SEQ",
    "TEXT_TO_WAVEFORM",
    "VISION_2_SEQ",
)
"""The auto tables of transformers whose classes generate."""
_PARTS = ("audio", "decoder", "encoder", "language", "talker", "text", "thinker", "vision")
"""What the types of the parts of a model are called behind its own type."""
_ONE_CLAIM = 2
"""Length of the record of a model with one claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassOfType:
    """What transformers has an architecture for.

    Attributes:
        model_type: of its configuration.
        base: it is the class without a head, which every checkpoint of the type has.
        generates: it is the only class of the type that generates.
    """

    model_type: str
    base: bool
    generates: bool

    @classmethod
    def of(cls, name: str, model_type: str, tables: dict[str, str]) -> ClassOfType:
        """By the auto tables of a model type: table (``CAUSAL_LM``) -> class."""
        generating = {tables[table] for table in _GENERATING if table in tables}
        return cls(model_type=model_type, base=tables.get("MODEL") == name, generates=generating == {name})


class Attested:
    """The examples that the index bears out; a source that only names examples bears out nothing."""

    def __init__(self, index: ModelIndex, class_of: Callable[[str], ClassOfType | None]) -> None:
        """Of an index.

        Args:
            index: the models that are known.
            class_of: what transformers has an architecture for; None for what it does not have.
        """
        self._index = index
        self._class_of = class_of

    def named(self, name: str) -> Example | None:
        """The best known model for which a source names this architecture alone, and no more sources another.

        A quantised copy comes last. Of others, one of which nobody says anything else comes first, then the most
        downloaded. A repository of GGUF files has no config that could name an architecture.
        """
        index, found = self._index, {}
        for at in index.naming.get(name, ()):
            for model in index.with_claim[at]:
                taken = index.model(model).architectures
                if name in taken and not is_gguf(model):
                    found[model] = (is_quantised(model), taken != (name,), -index.downloads(model), model)
        if not found:
            return None
        best = min(found, key=found.__getitem__)
        said = next(each for each in self._attesting(best) if _names(each, name))
        return Example(id=best, source=self._place(said))

    def of_type(self, name: str) -> Example | None:
        """The best known model of the type of a class that every checkpoint of the type has.

        Those that transformers names as well come first, then those whose architecture is known to be this one. What
        one source alone names counts if it is often downloaded.
        """
        own = self._class_of(name)
        if own is None or not (own.base or own.generates):
            return None
        found = {}
        for model in self._well_known(own.model_type):
            taken = self._index.model(model)
            exact = taken.architectures == (name,)
            if taken.model_type == own.model_type and (own.base or exact) and not is_quantised(model):
                sources = {each.claim.source for each in self._index.said(model)}
                if len(sources) > 1 or taken.downloads >= OFTEN:
                    found[model] = (len(sources) == 1, not exact, -taken.downloads, model)
        if not found:
            return None
        best = min(found, key=found.__getitem__)
        said = next(each for each in self._attesting(best) if each.claim.model_type == own.model_type)
        return Example(id=best, source=f"{self._place(said)}: model type {own.model_type}")

    def _well_known(self, model_type: str) -> Iterator[str]:
        """The models of a type that are often downloaded or of which more than one thing is said."""
        records = self._index.records
        for at in self._index.typing.get(model_type, ()):
            for model in self._index.with_claim[at]:
                record = records[model]
                if record[0] >= OFTEN or len(record) > _ONE_CLAIM:
                    yield model

    def contradiction(self, model: str, name: str) -> str | None:
        """Who says what else of a model that stands as an example of an architecture; None where nobody does.

        A model of which only the type is known contradicts nothing but an architecture of another type.
        """
        known = self._index.folded.get(model.lower())
        said = () if known is None else tuple(self._attesting(known))
        own = self._class_of(name)
        names = {each: one for one in said if one.claim.by is None for each in one.claim.architectures}
        if known is not None and names:
            if {name, *base_models(name)} & names.keys() or self._same_type(own, names, known):
                return None
            return f"{self._place(next(iter(names.values())))} says {', '.join(sorted(names))}"
        types = {each.claim.model_type: each for each in said if each.claim.model_type is not None}
        if own is None or not types or any(_related(own.model_type, each) for each in types):
            return None
        one = next(iter(types))
        return f"{self._place(types[one])} says model type {one}, and it is of {own.model_type}"

    def _same_type(self, own: ClassOfType | None, names: dict[str, Said], model: str) -> bool:
        """Whether a class without a head is of the type of a model of which other classes are named."""
        if own is None or not own.base:
            return False
        types = {found.model_type for each in names if (found := self._class_of(each)) is not None}
        return own.model_type in {*types, self._index.model(model).model_type}

    def _attesting(self, model: str) -> Iterator[Said]:
        index = self._index
        return (each for each in index.said(model) if index.sources[each.claim.source].attests)

    def _place(self, said: Said) -> str:
        """``vllm 0.33.0 tests/models/registry.py:611``."""
        line = f":{said.line}" if said.line else ""
        return f"{self._index.sources[said.claim.source].name} {said.claim.path.removeprefix('./')}{line}"


def _names(said: Said, name: str) -> bool:
    return said.claim.by is None and said.claim.architectures == (name,)


def _related(one: str, other: str) -> bool:
    """Whether one type is the other or a part of it: ``gemma3`` and ``gemma3_text``, but not ``gemma3_v2``."""
    whole, part = sorted((one, other), key=len)
    return part == whole or (part.startswith(f"{whole}_") and part[len(whole) + 1 :].startswith(_PARTS))
