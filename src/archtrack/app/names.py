"""What a name means: an architecture or a model type, by the histories, or a model, by the model index."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.core.models.lookup import Candidate, Found, architectures_of_type, find, nearest_ids
from archtrack.core.models.words import squashed
from archtrack.core.verdict.checkpoint import Checkpoint, only_named
from archtrack.core.verdict.release_facts import MODEL_TYPES
from archtrack.core.verdict.suggestions import looks_like_class, misspelled
from archtrack.hub.targets import model_named

from .history.counting import TRANSFORMERS
from .models.store import model_index
from .presence import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.core.history.history import History

    from .history.store import Histories

__all__ = ["BETWEEN", "MODEL", "Meaning", "Names"]

_ASKED = ("CAUSAL_LM", "IMAGE_TEXT_TO_TEXT")
"""AutoModelForCausalLM and AutoModelForImageTextToText: what they give for a type is what somebody means by it."""


BETWEEN = re.compile("[ _-]")
"""What may stand between the words of an architecture's name."""
MODEL = re.compile(r"[A-Za-z0-9_.:+() -]{1,200}(?:/[A-Za-z0-9_.:+() -]{1,200})?")
"""What may be the name of a model, with or without its owner."""


def _checkpoint(candidate: Candidate) -> Checkpoint:
    """What is known of a checkpoint of a model: its architecture, or the model type where that is all.

    An architecture is judged by itself, as everywhere. With the type the config gate would be asked about a config that
    nobody has seen: the model may bring its own class for it, which lets it through.
    """
    if candidate.architecture is not None:
        return only_named(candidate.architecture)
    return Checkpoint(architectures=(), model_type=candidate.model_type, given=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a name stands for.

    Attributes:
        kind: ``architecture``, ``model type`` or ``model``.
        checkpoints: what is known of a checkpoint by it: one, or one for each architecture that it may have.
        found: of a model: how it was found.
    """

    kind: str
    checkpoints: tuple[Checkpoint, ...]
    found: Found | None = None


class Names:
    """The names that the histories and the model index know."""

    def __init__(self, histories: Histories, environ: Mapping[str, str]) -> None:
        """Look at nothing yet.

        Args:
            histories: of every engine.
            environ: the environment, for the user's model index.
        """
        self._histories = histories
        self._environ = environ
        self._meanings: dict[str, Meaning] = {}

    def is_architecture(self, name: str) -> bool:
        """Whether a release of an engine or of transformers registers it."""
        return any(history.key == "architecture" and name in history.registered for history in self._all())

    def architectures_of(self, name: str) -> tuple[str, ...] | None:
        """The architectures of a model type; None for what is no known model type.

        They are those that AutoModelForCausalLM and AutoModelForImageTextToText give, in the last release of
        transformers that knows the type. Where no model of that type in the index has one of these, they are those that
        its models have: nobody means WhisperForCausalLM by ``whisper``.

        Raises:
            DataError: the model index cannot be read.
        """
        library = self._histories.get(TRANSFORMERS)
        spans = () if library is None else library.tables.get(MODEL_TYPES, {}).get(name, ())
        classes = (spans[-1].states[-1].value or {}).get("classes", {}) if spans else {}
        asked = tuple(dict.fromkeys(classes[table] for table in _ASKED if table in classes))
        known = bool(spans) or any(
            name
            in (history.registered if history.key == "model type" else history.tables.get(MODEL_TYPES, {}))
            for history in self._all()
        )
        if not known:
            return None
        own = architectures_of_type(name, model_index(self._environ))
        return asked if not own or set(asked) & set(own) else own

    def meaning(self, name: str) -> Meaning:
        """What a name stands for: an architecture, a model type, a model, or an architecture that nobody knows.

        An id with a revision, and an address of the Hub, stand for the id.

        Raises:
            DataError: the model index cannot be read.
        """
        if name not in self._meanings:
            self._meanings[name] = (
                self.registered(name)
                or self.model(name)
                or Meaning(kind="architecture", checkpoints=(only_named(name),))
            )
        return self._meanings[name]

    def registered(self, name: str) -> Meaning | None:
        """An architecture or model type that an engine or transformers knows by this very name; None for neither.

        A model type of which no architecture is known is passed over where models are called so.

        Raises:
            DataError: the model index cannot be read.
        """
        if self.is_architecture(name):
            return Meaning(kind="architecture", checkpoints=(only_named(name),))
        types = self.architectures_of(name)
        if types is None or (not types and self.model(name) is not None):
            return None
        named: list[tuple[str, ...]] = [(each,) for each in types] or [()]
        own = () if self._is_of_transformers(name) else (("AutoConfig", "the model's own class"),)
        checkpoints = (
            Checkpoint(architectures=each, model_type=name, auto_map=own, given=False) for each in named
        )
        return Meaning(kind="model type", checkpoints=tuple(checkpoints))

    def _is_of_transformers(self, model_type: str) -> bool:
        """Whether a release of transformers has a type; else its models bring a class for it, or nobody loads them."""
        library = self._histories.get(TRANSFORMERS)
        return library is not None and model_type in library.tables.get(MODEL_TYPES, {})

    def model(self, name: str, *, as_written: bool = False) -> Meaning | None:
        """What a name stands for that no registry has; None where nothing is known of it.

        A misspelled architecture stands for the one that is meant. Any other name is looked up in the model index.

        Args:
            name: the name.
            as_written: it is no misspelled architecture, and no misspelled model; nor a part of its name a family.

        Raises:
            DataError: the index cannot be read.
        """
        known = frozenset() if as_written else self.architectures()
        joined = BETWEEN.sub("", name)
        if looks_like_class(joined) or joined.casefold() in {each.casefold() for each in known}:
            meant = misspelled(joined, known)
            if meant is None:
                return None
            found = Found(
                how="spelling of",
                model=meant,
                candidates=(Candidate(architecture=meant, model_type=None, ids=0),),
                others=(),
                ids=0,
                read_as=meant,
            )
        else:
            name = model_named(name)
            looked_up = (
                find(name, model_index(self._environ), as_written=as_written)
                if self._may_be_model(name)
                else None
            )
            if looked_up is None:
                return None
            found = looked_up
        return Meaning(kind="model", checkpoints=tuple(map(_checkpoint, found.candidates)), found=found)

    def _may_be_model(self, name: str) -> bool:
        """Whether a text is a name at all, and not that of an engine."""
        engines = {squashed(engine) for engine in self._histories.engines}
        return MODEL.fullmatch(name) is not None and squashed(name) not in engines

    def asked(self, name: str) -> tuple[str, ...]:
        """The names that a registry may have for a name: its own, or of a model its architectures.

        A model of which only the model type is known has that.

        Raises:
            DataError: the model index cannot be read.
        """
        meaning = self.meaning(name)
        if meaning.found is None:
            return (name,)
        both = ((*each.architectures, each.model_type) for each in meaning.checkpoints)
        return tuple(dict.fromkeys(next(filter(None, each)) for each in both))

    def architectures_for(self, name: str) -> tuple[str, ...]:
        """The architectures of what a name stands for; the name itself where none is known.

        Raises:
            DataError: the model index cannot be read.
        """
        checkpoints = self.meaning(name).checkpoints
        return tuple(dict.fromkeys(each for known in checkpoints for each in known.architectures)) or (name,)

    def nearest_models(self, name: str) -> tuple[str, ...]:
        """The ids of models whose names are most like one.

        Raises:
            DataError: the index cannot be read.
        """
        return nearest_ids(name, model_index(self._environ))

    def keys(self, name: str, history: History) -> tuple[str, ...]:
        """What an engine looks a name up by: an architecture or what that has, a type by its architectures."""
        if name in history.registered:
            return (name,)
        names = (name,) if self.is_architecture(name) else self.architectures_of(name) or (name,)
        if history.key == "architecture":
            return names
        return tuple(dict.fromkeys(key_of(each, history, self._histories) for each in names))

    def architectures(self) -> frozenset[str]:
        """Every architecture that is known."""
        return frozenset(
            name for history in self._all() if history.key == "architecture" for name in history.registered
        )

    def model_types(self) -> frozenset[str]:
        """Every model type that is known."""
        return frozenset(
            name
            for history in self._all()
            for name in (
                *(history.registered if history.key == "model type" else ()),
                *history.tables.get(MODEL_TYPES, {}),
            )
        )

    def _all(self) -> Iterator[History]:
        for engine in self._histories.engines:
            history = self._histories.get(engine)
            if history is not None:
                yield history
