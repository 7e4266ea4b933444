"""The facts of one release, read from a source: for a folder, an installed package, a commit, or an unknown release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.core.verdict.release_facts import LoadFacts, ReleaseFacts
from archtrack.engines import load_engine
from archtrack.engines.base import Loads, ScanOptions
from archtrack.sources.library import Library
from archtrack.sources.opening import open_engine, open_transformers
from archtrack.sources.pins import allowed_of, pins_of

from .history.counting import TRANSFORMERS, allowed_release
from .history.release_facts import carried_by, facts_at
from .import_failures import broken_imports
from .scan import carry_out, plan
from .track import ENGINE, about_disabled, refuse_nothing, scan_options

if TYPE_CHECKING:
    from archtrack.core.history.history import Release
    from archtrack.model import Inventory
    from archtrack.sources.cache import Cache
    from archtrack.sources.workspace import Workspace

    from .history.store import Histories
    from .request import Request
    from .scan import Plan

__all__ = ["ReadRelease", "read_release_facts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRelease:
    """A release that was read.

    Attributes:
        facts: what is known of it.
        inventories: what was read: the engine first.
        notices: what the user should know about how it came to be.
    """

    facts: ReleaseFacts
    inventories: tuple[Inventory, ...]
    notices: tuple[str, ...]


def read_release_facts(
    name: str,
    spec: str | None,
    request: Request,
    workspace: Workspace,
    cache: Cache,
    histories: Histories,
) -> ReadRelease:
    """Read a release of an engine, and the transformers that counts for it.

    The facts of a release of transformers that the histories know are taken from there, but for an engine whose modules
    import names of transformers: whether these are there, only its files say.

    Args:
        name: of the engine.
        spec: specification of its source; None for the default.
        request: the transformers that the user names, and what changes SGLang's registry.
        workspace: where the run takes place.
        cache: of the calling thread.
        histories: for releases of transformers that are known.

    Raises:
        UsageError: a specification means nothing.
        SourceError: a source cannot be read.
        ImplausibleError: nothing was found in it.
    """
    engine = load_engine(name)
    source, notices = open_engine(spec, engine.layout, workspace, cache)
    options = scan_options(request, workspace, cache) if name == ENGINE else ScanOptions()
    own = plan(engine, source, options)
    inventory = carry_out(own, cache)
    refuse_nothing(inventory)
    library = Library(source, cache)
    load = engine.load_facts(library, inventory) if isinstance(engine, Loads) else LoadFacts()
    found = [*notices, *about_disabled(options, source)]
    inventories = [inventory]
    transformers, broken = None, None
    if name != TRANSFORMERS:
        other = _known(request.transformers, inventory, library, histories)
        if other is not None and not inventory.imports:
            history = histories.need(TRANSFORMERS)
            transformers = facts_at(history, other, histories)
        else:
            version = other.version if other is not None else None
            their, public, more = _transformers(request, version, inventory, library, workspace, cache)
            found += more
            inventories.append(public)
            transformers = _facts(their, public, cache)
            broken = broken_imports(own, inventory, their, public, cache)
    return ReadRelease(
        facts=ReleaseFacts(
            engine=name,
            version=inventory.version,
            registered=inventory.by_name(),
            load=load,
            broken=broken,
            unresolved=len(inventory.unresolved),
            transformers=transformers,
            carried=carried_by(name, load, histories),
        ),
        inventories=tuple(inventories),
        notices=tuple(found),
    )


def _known(
    wanted: str | None, inventory: Inventory, library: Library, histories: Histories
) -> Release | None:
    """The release of transformers that is meant, if the histories know it."""
    history = histories.get(TRANSFORMERS)
    if history is None:
        return None
    if wanted in {None, "pinned"}:
        own = histories.get(inventory.engine)
        release = own.find(inventory.version) if own is not None and inventory.version is not None else None
        day = release.date if release is not None else None
        known = [each for each in history.releases if each.unknown is None]
        return allowed_release(allowed_of(library, TRANSFORMERS), day, known)
    if wanted == "latest":
        return history.newest
    release = history.find(wanted or "")
    return release if release is not None and release.unknown is None else None


def _transformers(
    request: Request,
    version: str | None,
    inventory: Inventory,
    library: Library,
    workspace: Workspace,
    cache: Cache,
) -> tuple[Plan, Inventory, list[str]]:
    """The transformers of the request, read: the one that the user names, else the one that counts."""
    engine = load_engine(TRANSFORMERS)
    words = f"{inventory.engine} {inventory.version or ''}".strip()
    pin = dict(pins_of(library)).get(TRANSFORMERS)
    spec = request.transformers
    if spec in {None, "pinned"} and pin is None and version is not None:
        spec = version
    source, notices = open_transformers(spec, engine.layout, pin, words, workspace, cache)
    planned = plan(engine, source)
    public = carry_out(planned, cache)
    if pin is not None and public.version != pin:
        notices = [*notices, f"{words} pins transformers {pin}; read {public.version}, as asked"]
    elif pin is not None and spec in {None, "pinned"}:
        notices = [*notices, f"{words} pins transformers {pin}"]
    return planned, public, notices


def _facts(planned: Plan, public: Inventory, cache: Cache) -> ReleaseFacts:
    engine = planned.engine
    load = LoadFacts()
    if isinstance(engine, Loads):
        load = engine.load_facts(Library(planned.source, cache), public)
    return ReleaseFacts(
        engine=TRANSFORMERS,
        version=public.version,
        registered=public.by_name(),
        load=load,
        unresolved=len(public.unresolved),
    )
