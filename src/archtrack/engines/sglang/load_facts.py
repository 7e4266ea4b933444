"""What the gates of a release of SGLang rest on: tables, and its rules as JSON.

Besides the tables of ``core.verdict.release_facts`` there are ``MULTIMODAL`` and ``POOLED`` (see ``tables``): the
architectures of the engine's own lists, and ``PROCESSOR_CLASSES``. The lists grow with nearly every release, which
rules need not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.verdict.gguf import RULE
from archtrack.core.verdict.release_facts import (
    FEATURES,
    GGUF_ARCHITECTURES,
    IMPORTS,
    MODEL_TYPES,
    QUANTISATION,
    Fact,
    LoadFacts,
)
from archtrack.model import Place

from .asked import asking, decided
from .choices import choices_of
from .config_types import types_of
from .config_ways import config_ways
from .features import features_of
from .files import LOAD_FILES, MODEL_CONFIG
from .gguf import gguf_of
from .lists import statements_of
from .loader_rules import rules_of
from .processors import processors_of
from .quantisation import quantisations_of
from .rules_json import rules_to_json
from .tables import CONFIG, MULTIMODAL, POOLED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.model import Import, Inventory
    from archtrack.sources.library import Library

__all__ = ["load_facts"]


def load_facts(library: Library, inventory: Inventory) -> LoadFacts:
    """The facts of one release.

    Args:
        library: its source.
        inventory: what it registers, and its own lists.

    Raises:
        SourceError: a file cannot be read, or is none of SGLang.
    """
    library.expect(*LOAD_FILES, *asking(library))
    rules: dict[str, Any] = {}
    tables: dict[str, Mapping[str, Fact] | None] = {
        **processors_of(library),
        QUANTISATION: quantisations_of(library),
    }
    statements = statements_of(library)
    for name, statement in ((MULTIMODAL, "multimodal_model_archs"), (POOLED, "is_generation_model")):
        tables[name] = {
            key: Fact(key=key, place=Place(file=MODEL_CONFIG, line=line))
            for key, line in sorted(statements.get(statement, {}).items())
        }
    if not inventory.unparsable:
        tables[IMPORTS] = {
            path: Fact(key=path, place=Place(file=path, line=0), value=[_import(each) for each in found])
            for path, found in inventory.imports
        }
    types = types_of(library)
    if types is not None:
        tables[MODEL_TYPES] = types.known
        rules[CONFIG] = {**config_ways(library), "unread": list(types.unread)}
    features = features_of(library, inventory)
    if features:
        tables[FEATURES] = features
        rules[FEATURES] = {"decided": decided(library)}
    tables |= choices_of(library)
    tables[GGUF_ARCHITECTURES], gguf = gguf_of(library)
    if gguf is not None:
        rules[RULE] = gguf
    rules |= rules_to_json(rules_of(library, inventory, expect=False))
    return LoadFacts(
        tables={name: table for name, table in tables.items() if table is not None},
        rules=rules,
    )


def _import(each: Import) -> dict[str, Any]:
    """An import as JSON; what is left out is 0 or None."""
    level, module, name, line, condition = each
    given = {"level": level or None, "module": module, "name": name, "line": line, "if": condition}
    return {key: value for key, value in given.items() if value is not None}
