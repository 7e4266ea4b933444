"""Which checkpoint is shown as an example of an architecture, and who says so.

The first source that knows one decides: an override, the Hub, a model for which a source of the model index names the
architecture, the shipped table, a model of the type of a class that every model of the type has, the model that a draft
guesses for. What transformers names in a docstring is no source, nor is a name that resembles another: an architecture
that none of them knows has no example.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from archtrack.model import Example

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.model import MatrixRow

    from .example_table import Entry

__all__ = [
    "DRAFT_TARGETS",
    "GENERIC",
    "Attests",
    "DraftTarget",
    "ExampleSources",
    "example_cell",
    "example_of",
    "is_generic",
    "targets_of",
]

GENERIC = "(generic)"
"""The example cell of the engine's wrappers, which run other architectures and which no checkpoint names."""

DRAFT_TARGETS = "draft_targets"
"""The name of the engine's facts ``DRAFT TARGET FILE:LINE``: it loads DRAFT if TARGET is to draft for itself.

They are in the order of the file: the first target that has an example counts."""

_WRAPPER = re.compile(
    r"Transformers(?:MultiModal)?(?:MoE)?(?:ForCausalLM|EmbeddingModel|ForSequenceClassification)"
    r"|MindSporeForCausalLM"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTarget:
    """An architecture for which an engine loads a draft.

    Attributes:
        name: the architecture.
        place: the line that says so, or the file.
    """

    name: str
    place: str


class Attests(Protocol):
    """What attests examples: ``core.models.examples.Attested``."""

    def named(self, name: str) -> Example | None:
        """A model for which a source names this architecture."""
        ...

    def of_type(self, name: str) -> Example | None:
        """A model of the type of a class that every model of the type has."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleSources:
    """Everything that may name an example, each by architecture.

    Attributes:
        overrides: of the configuration.
        hub: what the Hub was asked for.
        attested: the model index; None where it is not asked.
        table: the shipped table of facts.
        targets: the targets of drafts, the likeliest first.
    """

    overrides: Mapping[str, Example] = field(default_factory=dict)
    hub: Mapping[str, Example] = field(default_factory=dict)
    attested: Attests | None = None
    table: Mapping[str, Entry] = field(default_factory=dict)
    targets: Mapping[str, tuple[DraftTarget, ...]] = field(default_factory=dict)


def example_of(name: str, sources: ExampleSources) -> Example | None:
    """The example of an architecture; None if no source knows one."""
    return _ask(name, sources, frozenset({name}))


def example_cell(row: MatrixRow) -> str:
    """The example cell of a row: an id, ``(generic)``, or nothing."""
    if row.example is not None:
        return row.example.id
    return GENERIC if row.native is not None and is_generic(row.name) else ""


def is_generic(name: str) -> bool:
    """Whether an architecture is a wrapper of the engine's, which no checkpoint names."""
    return _WRAPPER.fullmatch(name) is not None


def targets_of(facts: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[DraftTarget, ...]]:
    """Draft -> its targets, in the order of the engine's facts."""
    found: dict[str, list[DraftTarget]] = {}
    for statement in facts.get(DRAFT_TARGETS, ()):
        draft, target, place = statement.split(" ", 2)
        found.setdefault(draft, []).append(DraftTarget(name=target, place=place))
    return {draft: tuple(targets) for draft, targets in found.items()}


def _ask(name: str, sources: ExampleSources, asked: frozenset[str]) -> Example | None:
    """The example by the first source that knows one; ``asked`` are the architectures that led to this one."""
    return (
        sources.overrides.get(name)
        or sources.hub.get(name)
        or (sources.attested.named(name) if sources.attested is not None else None)
        or _table(name, sources, asked)
        or (sources.attested.of_type(name) if sources.attested is not None else None)
        or _target(name, sources, asked)
    )


def _table(name: str, sources: ExampleSources, asked: frozenset[str]) -> Example | None:
    entry = sources.table.get(name)
    if entry is None:
        return None
    source = f"table: {entry.locator}"
    if entry.id is not None:
        return Example(id=entry.id, source=source)
    if entry.target is not None:
        return Example(id=entry.target, source=f"target of {name}: {source}")
    if entry.draft_of is not None:
        return _other(f"target of {name}", DraftTarget(name=entry.draft_of, place=source), sources, asked)
    if entry.variant_of is not None:
        return _other("variant", DraftTarget(name=entry.variant_of, place=source), sources, asked)
    return None


def _target(name: str, sources: ExampleSources, asked: frozenset[str]) -> Example | None:
    for target in sources.targets.get(name, ()):
        found = _other(f"target of {name}", target, sources, asked)
        if found is not None:
            return found
    return None


def _other(words: str, other: DraftTarget, sources: ExampleSources, asked: frozenset[str]) -> Example | None:
    """The example of another architecture, with that in its source; None if that one was asked already."""
    if other.name in asked:
        return None
    found = _ask(other.name, sources, asked | {other.name})
    if found is None:
        return None
    return Example(id=found.id, source=f"{words}: {other.name} ({other.place}): {found.source}")
