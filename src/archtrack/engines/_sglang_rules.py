"""How a release of SGLang chooses the class for a checkpoint: the rules of ``core.decision``, read from its source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.decision import Rules
from archtrack.core.drafts import CONSTANT, draft_targets
from archtrack.core.engine_rules import config_rules, loader_rules
from archtrack.core.modules import import_of
from archtrack.core.outline import outline
from archtrack.model import Place

from .sglang import MODEL_CONFIG, constant_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["rules_of"]

REVISION = 1
"""Counts up whenever equal files would give other facts."""

LOADER = "sglang/srt/model_loader/utils.py"
GET_CONFIG = (
    "sglang/srt/utils/hf_transformers/config.py",
    "sglang/srt/utils/hf_transformers_utils.py",
    "sglang/srt/hf_transformers_utils.py",
)
"""Where ``get_config`` is, over the releases; the first one that is there counts."""


def rules_of(library: Library, inventory: Inventory) -> Rules:
    """The rules of one release.

    Args:
        library: its source.
        inventory: what it registers, and its own lists.
    """
    paths = library.paths(LOADER, *GET_CONFIG)
    library.expect(LOADER, MODEL_CONFIG, *GET_CONFIG)
    statements = dict(inventory.facts)
    loader = {}
    if LOADER in paths:
        loader = library.facts((LOADER,), f"sglang-loader-{REVISION}", loader_rules)[LOADER]
    written: list[tuple[str, str, Place]] = []
    config = next((path for path in GET_CONFIG if path in paths), None)
    if config is not None:
        facts = library.facts((config,), f"sglang-get-config-{REVISION}", config_rules)[config]
        written = [(model, name, Place(file=config, line=line)) for model, name, line in facts]
    return Rules(
        path=LOADER if LOADER in paths else None,
        loader=loader,
        written=tuple(written),
        drafts=tuple(_drafts(library)),
        pooled=frozenset(statements.get("is_generation_model", ())),
        multimodal=frozenset(statements.get("multimodal_model_archs", ())),
    )


def _drafts(library: Library) -> Iterator[tuple[str, str, Place]]:
    """(target, draft, place) of what the engine writes into a config that it loads as a draft model."""
    if MODEL_CONFIG not in library.paths(MODEL_CONFIG):
        return
    facts = library.facts((MODEL_CONFIG,), f"sglang-drafts-{REVISION}", _draft_facts)[MODEL_CONFIG]
    for draft, entries in facts["drafts"].items():
        for target, line in entries:
            names = [target]
            if target.startswith(CONSTANT):
                origin = facts["constants"].get(target.removeprefix(CONSTANT))
                names = constant_list(library, *origin) if origin is not None else []
            yield from ((name, draft, Place(file=MODEL_CONFIG, line=line)) for name in names)


def _draft_facts(data: bytes) -> dict[str, Any]:
    """``{"drafts": as core.drafts gives them, "constants": {name: [level, module, attribute]}}``."""
    drafts = draft_targets(data)
    read = outline(data)
    constants = {}
    for target in (target for entries in drafts.values() for target, _ in entries):
        name = target.removeprefix(CONSTANT)
        if name != target and read is not None and (origin := import_of(read, name)) is not None:
            constants[name] = list(origin[:3])
    return {"drafts": drafts, "constants": constants}
