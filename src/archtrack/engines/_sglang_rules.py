"""How a release of SGLang chooses the class for a checkpoint: the rules of ``core.decision``, read from its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.decision import Rules
from archtrack.core.engine_rules import config_rules, loader_rules
from archtrack.model import Place

from ._sglang_drafts import drafts_of
from .sglang import MODEL_CONFIG

if TYPE_CHECKING:
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
        drafts=drafts_of(library),
        pooled=frozenset(statements.get("is_generation_model", ())),
        multimodal=frozenset(statements.get("multimodal_model_archs", ())),
    )
