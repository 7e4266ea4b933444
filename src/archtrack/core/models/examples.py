"""Which model of the index is an example of an architecture, and which it contradicts.

What a source says of its own accord comes first: that a model has this architecture. Of a model type an example
follows only for a class that every such checkpoint has: the one without a head, or the only one that generates. A
checkpoint of a type is no example of a head that nobody has trained.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from archtrack.core.matrix.categories import base_models
from archtrack.model import Example

from .index import OFTEN
from .words import is_gguf, is_quantised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .index import ModelIndex, Said

__all__ = ["Attested"]

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


class Attested:
    """The examples that the index bears out; a source that only names examples bears out nothing."""

    def __init__(
        self,
        index: ModelIndex,
        classes: Callable[[str], Mapping[str, str]],
        type_of: Callable[[str], str | None],
    ) -> None:
        """Of an index.

        Args:
            index: the models that are known.
            classes: of a model type in transformers: auto table (``CAUSAL_LM``) -> class; empty for an unknown type.
            type_of: the model type of a class of transformers; None for what it does not have.
        """
        self._index = index
        self._classes = classes
        self._type_of = type_of

    def named(self, name: str) -> Example | None:
        """The best known model for which a source names this architecture alone, and no more sources another.

        A quantised copy comes last. Of others, one of which nobody says anything else comes first, then the most
        downloaded. A repository of GGUF files has no config that could name an architecture.
        """
        index, found = self._index, []
        for model in {model for at in index.naming.get(name, ()) for model in index.with_claim[at]}:
            taken = index.model(model)
            if name in taken.architectures:
                found.append((len(taken.architectures) > 1, -taken.downloads, model))
        ranked = [model for *_, model in sorted(found)]
        best = next((each for each in ranked if not is_quantised(each)), None)
        best = best or next((each for each in ranked if not is_gguf(each)), None)
        if best is None:
            return None
        said = next(each for each in self._attesting(best) if _names(each, name))
        return Example(id=best, source=self._place(said))

    def of_type(self, name: str) -> Example | None:
        """The best known model of the type of a class that every checkpoint of the type has.

        Those that transformers names as well come first, then the most downloaded. What one source alone names counts
        if it is often downloaded.
        """
        if name not in self._of_types:
            return None
        model_type, base = self._of_types[name]
        for model in self._well_known(model_type):
            taken = self._index.model(model)
            fits = base or taken.architectures == (name,)
            if fits and taken.model_type == model_type and not is_quantised(model):
                said = next(each for each in self._attesting(model) if each.claim.model_type == model_type)
                return Example(id=model, source=f"{self._place(said)}: model type {model_type}")
        return None

    @cached_property
    def _of_types(self) -> dict[str, tuple[str, bool]]:
        """Class that every checkpoint of a type has -> that type, and whether it is the one without a head.

        Of several types the one counts that the class's own configuration has.
        """
        found: dict[str, dict[str, bool]] = {}
        for model_type in self._index.typing:
            tables = self._classes(model_type)
            generating = {tables[table] for table in _GENERATING if table in tables}
            if len(generating) == 1:
                found.setdefault(generating.pop(), {})[model_type] = False
            if "MODEL" in tables:
                found.setdefault(tables["MODEL"], {})[model_type] = True
        one = {
            name: next(iter(types)) if len(types) == 1 else self._type_of(name)
            for name, types in found.items()
        }
        return {
            name: (each, found[name][each])
            for name, each in one.items()
            if each is not None and each in found[name]
        }

    def _well_known(self, model_type: str) -> list[str]:
        """The models of a type that several sources know, or that are often downloaded; the best known first."""
        index, found = self._index, []
        for at in index.typing[model_type]:
            for model in index.with_claim[at]:
                record = index.records[model]
                several = (
                    len(record) > _ONE_CLAIM and len({said.claim.source for said in index.said(model)}) > 1
                )
                if several or record[0] >= OFTEN:
                    found.append((not several, -record[0], model))
        return [model for *_, model in sorted(found)]

    def contradiction(self, model: str, name: str) -> str | None:
        """Who says what else of a model that stands as an example of an architecture; None where nobody does.

        A model of which only the type is known contradicts nothing but an architecture of another type.
        """
        known = next(iter(self._index.ids_like(model)), None)
        said = () if known is None else tuple(self._attesting(known))
        own = self._type_of(name)
        names = {each: one for one in said if one.claim.by is None for each in one.claim.architectures}
        if known is not None and names:
            if {name, *base_models(name)} & names.keys() or self._is_base_of(name, names, known):
                return None
            return f"{self._place(next(iter(names.values())))} says {', '.join(sorted(names))}"
        types = {each.claim.model_type: each for each in said if each.claim.model_type is not None}
        if own is None or not types or any(_related(own, each) for each in types):
            return None
        one = next(iter(types))
        return f"{self._place(types[one])} says model type {one}, and it is of {own}"

    def _is_base_of(self, name: str, names: Iterable[str], model: str) -> bool:
        """Whether a class is the one without a head of the type of a model, of which other classes are named."""
        types = {*map(self._type_of, names), self._index.model(model).model_type}
        return any(self._classes(each).get("MODEL") == name for each in types if each is not None)

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
