"""One engine's inventory from one source, or from the cache when its files are those of an earlier scan."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from archtrack.core.json_values import inventory_from_json, inventory_to_json
from archtrack.core.parsing import parse_json
from archtrack.engines.base import ScanOptions
from archtrack.model import Place, Unresolved
from archtrack.sources.disk.folder import LocalSource
from archtrack.sources.identity import content_digest, digest_of
from archtrack.sources.library import Library
from archtrack.sources.syntax_check import PYTHON
from archtrack.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from archtrack.engines.base import Engine
    from archtrack.model import Inventory
    from archtrack.sources.base import Source
    from archtrack.sources.cache import Cache

__all__ = ["Plan", "carry_out", "known", "plan", "scan"]

_KIND = "inventory"
_KNOWN = "known-inventory"
"""What the history has of a source, whose lines may be those of another release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A scan that is about to be made.

    Attributes:
        engine: whose registry is read.
        source: where it is read.
        options: what changes about it.
        key: under which the inventory is kept: what identifies every file that the engine watches, the engine's
            revision and the version of archtrack; None for one that cannot be kept.
    """

    engine: Engine
    source: Source
    options: ScanOptions
    key: str | None


def plan(engine: Engine, source: Source, options: ScanOptions | None = None) -> Plan:
    """Look at the files that an engine watches, without reading them.

    Raises:
        SourceError: the source cannot be read.
    """
    options = options or ScanOptions()
    return Plan(engine=engine, source=source, options=options, key=_key(engine, source, options))


def carry_out(planned: Plan, cache: Cache) -> Inventory:
    """What the engine registers: as an earlier scan of the same files found it, else read and kept for the next time.

    Args:
        planned: the scan.
        cache: of the calling thread.

    Raises:
        SourceError: the source cannot be read or is not this engine.
    """
    return _kept(planned, cache, _KIND) or _read(planned, cache)


def scan(engine: Engine, source: Source, cache: Cache, options: ScanOptions | None = None) -> Inventory:
    """What an engine registers: ``plan``, carried out.

    Raises:
        SourceError: the source cannot be read or is not this engine.
    """
    return carry_out(plan(engine, source, options), cache)


def known(planned: Plan, cache: Cache, find: Callable[[], Inventory | None]) -> Inventory | None:
    """What a source registers by the history: as an earlier run found it, else found and kept for the next time.

    Args:
        planned: the scan that need not be made then.
        cache: of the calling thread.
        find: looks at the history; None where the source is no release that it knows.
    """
    kept = _kept(planned, cache, _KNOWN)
    if kept is not None:
        return kept
    found = find()
    if found is not None:
        _keep(planned, found, cache, _KNOWN, ())
    return found


def _kept(planned: Plan, cache: Cache, kind: str) -> Inventory | None:
    if planned.key is None:
        return None
    data = cache.get_many(kind, [planned.key]).get(planned.key)
    return None if data is None else _restored(data, planned.source)


def _keep(planned: Plan, inventory: Inventory, cache: Cache, kind: str, beyond: tuple[str, ...]) -> None:
    """Keep an inventory, with the content of what was looked at beyond the watched files."""
    if planned.key is None:
        return
    data = {
        "beyond": beyond,
        "content": _beyond(planned.source, beyond),
        "inventory": inventory_to_json(inventory),
        "imports": inventory.imports,
        "unparsable": inventory.unparsable,
    }
    cache.put_many(kind, {planned.key: json.dumps(data, separators=(",", ":")).encode()})


def _read(planned: Plan, cache: Cache) -> Inventory:
    """What the engine registers, kept together with what else the scan looked at."""
    engine, source = planned.engine, planned.source
    library = Library(source, cache)
    library.expect(*engine.fetched)
    inventory = engine.scan(library, planned.options)
    if isinstance(source, LocalSource) and (outside := source.links_outside()):
        reason = "a link to a folder outside the tree, which is not followed"
        left_out = (Unresolved(reason=reason, place=Place(file=path, line=0)) for path in outside)
        inventory = replace(inventory, unresolved=(*inventory.unresolved, *left_out))
    _keep(planned, inventory, cache, _KIND, library.asked_beyond(engine.watched))
    return inventory


def _key(engine: Engine, source: Source, options: ScanOptions) -> str | None:
    content = None if options.external is not None else _content(engine, source)
    if content is None:
        return None
    return digest_of(__version__, PYTHON, engine.name, str(engine.revision), *options.disabled, content)


def _content(engine: Engine, source: Source) -> str | None:
    """What identifies the watched files: the release's or commit's digest and where it is from, or the files' stats.

    None for files on disk that were changed so recently that another change might not show; their facts are still
    kept by content.
    """
    if isinstance(source, LocalSource):
        digest = source.stat_digest(source.list(engine.watched))
        links = (*source.broken_links(engine.watched), "", *source.links_outside())
        return None if digest is None else "\0".join((digest, *links))
    return source.kept_as


def _beyond(source: Source, paths: Sequence[str]) -> str:
    """The content of files that are not watched; one that is not there counts by its absence."""
    return content_digest(source, source.list(paths)) if paths else ""


def _restored(kept: bytes, source: Source) -> Inventory | None:
    """A kept inventory, as read from this source; None if something it rests on has changed."""
    try:
        data: dict[str, Any] = parse_json(kept)
        if _beyond(source, data["beyond"]) != data["content"]:
            return None
        inventory = inventory_from_json(data["inventory"])
        imports = tuple((path, tuple(map(tuple, found))) for path, found in data["imports"])
        unparsable = tuple((path, reason, line) for path, reason, line in data["unparsable"])
    except (ValueError, KeyError, TypeError):
        return None
    return replace(
        inventory,
        origin=source.origin,
        version=source.origin.version or inventory.version,
        imports=imports,
        unparsable=unparsable,
    )
