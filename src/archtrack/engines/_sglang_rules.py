"""How a release of SGLang chooses the class for a checkpoint: the rules of ``core.decision``, read from its source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.config_rules import class_rules, config_rules
from archtrack.core.engine_rules import loader_rules
from archtrack.core.support import Rewrite, Rules
from archtrack.model import Place

from ._sglang_drafts import drafts_of
from .sglang import MODEL_CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["rules_of"]

REVISION = 4
"""Counts up whenever equal files would give other facts."""

LOADER = "sglang/srt/model_loader/utils.py"
GET_CONFIG = (
    "sglang/srt/utils/hf_transformers/config.py",
    "sglang/srt/utils/hf_transformers_utils.py",
    "sglang/srt/hf_transformers_utils.py",
)
"""Where ``get_config`` is, over the releases; the first one that is there counts."""
COMMON = "sglang/srt/utils/hf_transformers/common.py"
"""What newer releases' ``get_config`` asks about a config."""
CONFIGS = "sglang/srt/configs/*.py"
"""The engine's own configuration classes."""


def rules_of(library: Library, inventory: Inventory) -> Rules:
    """The rules of one release.

    Args:
        library: its source.
        inventory: what it registers, and its own lists.
    """
    paths = library.paths(LOADER)
    library.expect(LOADER, MODEL_CONFIG, *GET_CONFIG, COMMON, CONFIGS)
    statements = dict(inventory.facts)
    loader = {}
    if LOADER in paths:
        loader = library.facts((LOADER,), f"sglang-loader-{REVISION}", loader_rules)[LOADER]
    return Rules(
        path=LOADER if LOADER in paths else None,
        loader=loader,
        rewrites=tuple(_rewrites(library)),
        drafts=drafts_of(library),
        pooled=frozenset(statements.get("is_generation_model", ())),
        multimodal=frozenset(statements.get("multimodal_model_archs", ())),
    )


def _rewrites(library: Library) -> Iterator[Rewrite]:
    """What configuration classes write, and after them ``get_config``."""
    paths = library.paths(CONFIGS)
    for path, rules in library.facts(paths, f"sglang-config-classes-{REVISION}", class_rules).items():
        yield from (_rewrite(path, rule, {}) for rule in rules)
    there = library.paths(*GET_CONFIG, COMMON)
    config = next((path for path in GET_CONFIG if path in there), None)
    if config is None:
        return
    facts = library.facts(there, f"sglang-get-config-{REVISION}", config_rules)
    remote = {name: reference for found in facts.values() for name, reference in found["remote"].items()}
    yield from (_rewrite(config, rule, remote) for rule in facts[config]["rules"])


def _rewrite(path: str, rule: dict[str, Any], remote: dict[str, str]) -> Rewrite:
    return Rewrite(
        to=rule["to"],
        place=Place(file=path, line=rule["line"]),
        model_type=rule.get("model_type"),
        replaced=tuple(rule.get("of", ())),
        alone=rule.get("alone", False),
        missing=rule.get("missing", False),
        # A function that could not be read is one that no reference fits.
        remote=tuple(remote.get(name, "") for name in rule.get("remote", ())),
        keys=tuple(rule.get("keys", ())),
    )
