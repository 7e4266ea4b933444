"""Which registered modules the engine cannot import with the transformers that was chosen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from archtrack.core.json_values import broken_from_json, broken_to_json
from archtrack.core.parsing import parse_json
from archtrack.core.verdict.import_failures import broken_modules, names_imported
from archtrack.engines.base import GivesNames
from archtrack.sources.identity import digest_of
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.model import Broken, Inventory
    from archtrack.sources.cache import Cache

    from .scan import Plan

__all__ = ["broken_imports"]

_KIND = "import-failures"


def broken_imports(
    own: Plan, inventory: Inventory, other: Plan, public: Inventory, cache: Cache, *, read: bool = True
) -> Mapping[str, Broken]:
    """Path of a module -> why it cannot be imported, or may not be; kept for the next time.

    Args:
        own: the scan of the engine, and ``inventory`` what it found.
        inventory: of the engine.
        other: the scan of the package that it imports names from, and ``public`` what that found.
        public: of that package.
        cache: of the calling thread.
        read: both were read. What a history does not have may be there all the same, so that only "none" is kept.

    Raises:
        SourceError: a file of the other package cannot be read.
    """
    if not inventory.imports or not isinstance(other.engine, GivesNames):
        return {}
    key = None
    if own.key is not None and other.key is not None:
        key = digest_of(f"{own.key} {other.key}")
        known = cache.get_many(_KIND, [key]).get(key)
        if known is not None:
            return broken_from_json(parse_json(known))

    imports = dict(inventory.imports)
    wanted = names_imported((each for found in imports.values() for each in found), other.engine.name)
    missing = other.engine.missing(Library(other.source, cache), public, wanted)
    unparsable = {path: (f"{path}: {reason}", line) for path, reason, line in inventory.unparsable}
    found = broken_modules(imports, missing, imports.__contains__, unparsable)
    if key is not None and (read or not found):
        cache.put_many(_KIND, {key: json.dumps(broken_to_json(found), separators=(",", ":")).encode()})
    return found
