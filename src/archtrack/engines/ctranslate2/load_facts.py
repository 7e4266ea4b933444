"""What the gates of a release of CTranslate2 rest on: how the converter asks for a config, and what each loader asks.

Rules: ``config``: ``{"line", "trust"}`` of the call of AutoConfig, ``trust``: it hands ``trust_remote_code`` over;
``direct``: ``{"types", "line"}``, the model types that are loaded before AutoConfig is asked; ``tables``: name of a
dict of the module -> ``{"keys", "line"}``, of those that a loader looks a value up in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.verdict.release_facts import Fact, LoadFacts
from archtrack.model import Place

from .files import CONVERTER
from .loaders import loader_facts
from .registry import loaders_of
from .tables import LOADERS

if TYPE_CHECKING:
    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["load_facts"]


def load_facts(library: Library, inventory: Inventory) -> LoadFacts:  # noqa: ARG001 -- the file says it all
    """What the gates of a release rest on.

    Args:
        library: the release.
        inventory: what it registers.

    Raises:
        SourceError: a file cannot be read.
    """
    facts = library.facts((CONVERTER,), "ctranslate2-loaders-1", loader_facts)[CONVERTER]
    rows = {}
    for name, loader in sorted(loaders_of(library).items()):
        found = facts["loaders"].get(loader)
        if found is None:
            continue
        value = {key: each for key, each in found.items() if key not in {"line", "chosen"} and each}
        if name in found["chosen"]:
            value["loads"] = found["chosen"][name]
        rows[name] = Fact(key=name, place=Place(file=CONVERTER, line=found["line"]), value=value)
    rules = {key: facts[key] for key in ("config", "direct", "tables") if facts[key]}
    return LoadFacts(tables={LOADERS: rows} if rows else {}, rules=rules)
