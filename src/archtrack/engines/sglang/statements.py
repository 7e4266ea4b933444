"""SGLang's own lists, as an inventory has them, from the facts of its gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.matrix.examples import DRAFT_TARGETS

from .rules_json import rules_from_json
from .tables import MULTIMODAL, POOLED

if TYPE_CHECKING:
    from archtrack.core.verdict.release_facts import LoadFacts

__all__ = ["statements_from"]


def statements_from(facts: LoadFacts) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """``Inventory.facts`` of a release, as ``registry`` gives them, from the facts of its gates."""
    found = {
        "is_generation_model": tuple(sorted(facts.tables.get(POOLED, ()))),
        "multimodal_model_archs": tuple(sorted(facts.tables.get(MULTIMODAL, ()))),
        DRAFT_TARGETS: tuple(
            f"{draft} {target} {place}"
            for target, draft, place in rules_from_json(facts.rules, facts.lines_of).drafts
        ),
    }
    return tuple(sorted((name, values) for name, values in found.items() if values))
