"""The sources of examples for whatever shows one: the model index, the shipped table, the targets of drafts.

Every answer, row and page asks ``core.matrix.examples.example_of`` with these; only a document has more: overrides
and the Hub's answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.matrix.examples import ExampleSources, example_of, targets_of
from archtrack.core.models.examples import Attested
from archtrack.core.verdict.release_facts import MODEL_TYPES
from archtrack.data import shipped_examples
from archtrack.engines import load_engine
from archtrack.engines.base import Identified

from .history.counting import TRANSFORMERS
from .history.release_facts import facts_at
from .models.store import model_index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from archtrack.core.matrix.examples import DraftTarget
    from archtrack.model import Override

    from .history.store import Histories

__all__ = ["attested_examples", "contradiction_of", "example_sources"]

_ENGINE = "sglang"


def attested_examples(histories: Histories) -> Attested:
    """What the model index attests.

    Raises:
        DataError: the index, or the history of transformers, cannot be read.
    """
    library = histories.get(TRANSFORMERS)
    registered = {} if library is None else library.registered
    types = {} if library is None else library.tables.get(MODEL_TYPES, {})

    def classes(model_type: str) -> Mapping[str, str]:
        spans = types.get(model_type, ())
        found: Mapping[str, str] = (spans[-1].states[-1].value or {}).get("classes", {}) if spans else {}
        return found

    def type_of(name: str) -> str | None:
        spans = registered.get(name, ())
        return spans[-1].states[-1].model_type if spans else None

    return Attested(model_index(histories.environ), classes, type_of)


def example_sources(histories: Histories) -> ExampleSources:
    """Everything that is known of examples without a source, a configuration and the Hub.

    Raises:
        DataError: the index, or a history, cannot be read.
    """
    return ExampleSources(
        table=shipped_examples(), attested=attested_examples(histories), targets=_targets(histories)
    )


def contradiction_of(histories: Histories, overrides: Iterable[Override]) -> Callable[[str, str], str | None]:
    """Who contradicts that a model is an example of an architecture: a function of (architecture, id).

    Nobody contradicts what archtrack itself would show, an entry of the table, or what a maintainer has settled.

    Raises:
        DataError: the index, or a history, cannot be read.
    """
    attested, sources = attested_examples(histories), example_sources(histories)
    settled = {(each.name, each.example) for each in overrides}

    def contradicted(name: str, model: str) -> str | None:
        who = attested.contradiction(model, name)
        entry = sources.table.get(name)
        if who is None or (name, model) in settled or (entry and model in {entry.id, entry.target}):
            return None
        shown = example_of(name, sources)
        others = [target.name for target in sources.targets.get(name, ())]
        others += [other for other in (entry and (entry.draft_of or entry.variant_of),) if other]
        fits = any(attested.contradiction(model, other) is None for other in others)
        return None if fits or (shown is not None and shown.id == model) else who

    return contradicted


def _targets(histories: Histories) -> Mapping[str, tuple[DraftTarget, ...]]:
    """The targets of drafts by the engine's newest known release."""
    history, engine = histories.get(_ENGINE), load_engine(_ENGINE)
    if history is None or history.newest is None or not isinstance(engine, Identified):
        return {}
    facts = facts_at(history, history.newest, histories).load
    try:
        return targets_of(dict(engine.statements(facts)))
    except (KeyError, TypeError, ValueError, AttributeError):  # the data may be handed in
        return {}
