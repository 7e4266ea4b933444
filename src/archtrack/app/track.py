"""The use cases of reading: scan one engine, join it with transformers. ``document`` builds on them."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archtrack.census.saved import read_census
from archtrack.core.demand.census import demand_of
from archtrack.core.history.categories import others_of
from archtrack.core.matrix.examples import is_generic
from archtrack.core.matrix.join import join
from archtrack.data import shipped_examples
from archtrack.engines import load_engine
from archtrack.engines.base import External, ScanOptions
from archtrack.engines.sglang.files import MODELS
from archtrack.errors import ImplausibleError, SourceError
from archtrack.hub.examples import hub_examples
from archtrack.sources.base import Layout
from archtrack.sources.disk.folder import local_source
from archtrack.sources.disk.installed import installed_source
from archtrack.sources.library import Library
from archtrack.sources.opening import open_engine, open_transformers
from archtrack.sources.pins import pins_of

from .elsewhere import known_elsewhere, runs_as_others
from .examples import attested_examples
from .history.known_release import known_inventory, known_release
from .history.store import Histories
from .import_failures import broken_imports
from .presence import features_cell, since_of
from .scan import Plan, carry_out, known, plan, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from archtrack.config.settings import Settings
    from archtrack.core.matrix.categories import Others
    from archtrack.model import Broken, Example, Inventory, Matrix, MatrixRow
    from archtrack.sources.base import Source
    from archtrack.sources.cache import Cache
    from archtrack.sources.workspace import Workspace

    from .request import Request

__all__ = [
    "Both",
    "Scan",
    "Track",
    "about_disabled",
    "read_both",
    "refuse_nothing",
    "scan_engine",
    "scan_options",
    "track",
]

ENGINE = "sglang"
TRANSFORMERS = "transformers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One inventory, and what the user should know about how it came to be."""

    inventory: Inventory
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """The joined matrix, and what the user should know about how it came to be."""

    matrix: Matrix
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """The joined matrix, and the two scans that it was made from, whose sources may still be asked.

    Attributes:
        track: the matrix.
        engine: the engine's scan, and ``transformers`` that of transformers.
        transformers: as above.
        broken: path of a module of the engine -> why it cannot be imported, or may not be.
    """

    track: Track
    engine: Plan
    transformers: Plan
    broken: Mapping[str, Broken]


def scan_engine(name: str, spec: str | None, workspace: Workspace, request: Request) -> Scan:
    """One engine's inventory.

    Args:
        name: of the engine.
        spec: specification of its source, None for the default; for transformers ``pinned`` is the release that
            the engine of ``request`` pins.
        workspace: where the run takes place.
        request: the engine's source for ``pinned``, and what changes the registry.

    Raises:
        UsageError: no such engine, or a specification that means nothing.
        SourceError: the source cannot be read.
        ImplausibleError: nothing at all was found in it.
    """
    engine = load_engine(name)
    with workspace.open_cache() as cache:
        if name == TRANSFORMERS and spec == "pinned":
            base, notices = open_engine(request.engine, load_engine(ENGINE).layout, workspace, cache)
            pin, words = _pin(base, cache)
            source, more = open_transformers(spec, engine.layout, pin, words, workspace, cache)
            notices = [*notices, *more]
        else:
            source, notices = open_engine(spec, engine.layout, workspace, cache)
        options = scan_options(request, workspace, cache) if name == ENGINE else None
        inventory = scan(engine, source, cache, options)
        unknown = about_disabled(options, source) if options else ()
    refuse_nothing(inventory)
    return Scan(inventory=inventory, notices=(*notices, *unknown))


def track(request: Request, settings: Settings, workspace: Workspace, *, elsewhere: bool = True) -> Track:
    """The engine and transformers, read and joined; arguments as ``read_both``.

    Raises:
        UsageError: a specification means nothing.
        SourceError: a source cannot be read.
        DataError: the census that the document shows cannot be read.
    """
    with workspace.open_cache() as cache:
        tracked = read_both(request, settings, workspace, cache, elsewhere=elsewhere).track
    return replace(tracked, matrix=_with_demand(tracked.matrix, settings, workspace))


def read_both(
    request: Request, settings: Settings, workspace: Workspace, cache: Cache, *, elsewhere: bool = True
) -> Both:
    """As ``track``, with the sources still open: for what looks further into them.

    Args:
        request: which sources.
        settings: which rows, and overrides.
        workspace: where the run takes place.
        cache: of the calling thread.
        elsewhere: look also for what only other engines have.

    Raises:
        UsageError: a specification means nothing.
        SourceError: a source cannot be read.
    """
    engine, transformers = load_engine(ENGINE), load_engine(TRANSFORMERS)
    source, notices = open_engine(request.engine, engine.layout, workspace, cache)
    pin, words = _pin(source, cache)
    other, more = open_transformers(request.transformers, transformers.layout, pin, words, workspace, cache)
    options = scan_options(request, workspace, cache)
    own, their = plan(engine, source, options), plan(transformers, other)
    histories = Histories(workspace.environ)
    changed = options.external is not None or bool(options.disabled)
    inventory = None if request.scan or changed else _known(own, histories, cache)
    public = None if request.scan else _known(their, histories, cache)
    inventory, public, broken = _joined(own, inventory, their, public, cache)
    unknown = about_disabled(options, source)
    matrix = join(
        inventory,
        public,
        patterns=settings.rows,
        overrides=settings.overrides,
        settings=settings.path,
        broken=broken,
        attested=attested_examples(histories),
        table=shipped_examples(),
        hub=_from_hub(inventory, settings, workspace) if request.hub else None,
        others=_others(histories),
        elsewhere=known_elsewhere(histories, but=ENGINE) if elsewhere else None,
        run_as_others=runs_as_others(inventory, histories) if elsewhere else (),
    )
    matrix = _with_history(matrix, settings, workspace)
    asked = request.transformers not in {None, "pinned"}
    pins = _about_pin(inventory, public, pin, asked=asked)
    found = (*notices, *more, *pins, *unknown)
    return Both(track=Track(matrix=matrix, notices=found), engine=own, transformers=their, broken=broken)


def _others(histories: Histories) -> Others:
    """What the histories of other engines say of categories; transformers itself is read."""
    names = (name for name in histories.engines if name not in {ENGINE, TRANSFORMERS})
    return others_of(found for name in names if (found := histories.get(name)) is not None)


def _known(planned: Plan, histories: Histories, cache: Cache) -> Inventory | None:
    """What a source registers by the history, where it is a release that this knows."""

    def find() -> Inventory | None:
        found = known_release(planned.engine, planned.source, histories)
        if found is None:
            return None
        return known_inventory(planned.engine, planned.source, found, histories)

    return known(planned, cache, find)


def _joined(
    own: Plan, inventory: Inventory | None, their: Plan, public: Inventory | None, cache: Cache
) -> tuple[Inventory, Inventory, Mapping[str, Broken]]:
    """Both inventories, and the modules that cannot be imported. What is missing is read.

    What an engine imports is looked up in transformers' files. Of a known release the history does not have all the
    names that these give: where one seems to be missing, the files have the last word.
    """
    engine = inventory or carry_out(own, cache)
    library = public or carry_out(their, cache)
    read = inventory is None and public is None
    broken = broken_imports(own, engine, their, library, cache, read=read)
    if broken and not read:
        engine, library = carry_out(own, cache), carry_out(their, cache)
        broken = broken_imports(own, engine, their, library, cache)
    return engine, library, broken


def _with_history(matrix: Matrix, settings: Settings, workspace: Workspace) -> Matrix:
    """The matrix, with what the histories say of each row where the document has a column for it."""
    engines = [
        ENGINE if name == "since" else name
        for name in settings.columns
        if name not in {"demand", "fallback", "features", "notes"}
    ]
    features = "features" in settings.columns
    if not engines and not features:
        return matrix

    histories = Histories(workspace.environ)

    def seen(row: MatrixRow) -> MatrixRow:
        cells = tuple((engine, since_of(row.name, engine, histories)) for engine in engines)
        stated = (("features", features_cell(row.name, ENGINE, histories)),) if features else ()
        return replace(row, looked_up=(*cells, *stated))

    return _each(matrix, seen)


def _with_demand(matrix: Matrix, settings: Settings, workspace: Workspace) -> Matrix:
    """The matrix, with what the configured census says of each row where the document has a column for it."""
    if settings.demand is None or "demand" not in settings.columns:
        return matrix

    census = read_census(workspace.folder / settings.demand)
    source = settings.demand

    def counted(row: MatrixRow) -> MatrixRow:
        return replace(row, looked_up=(*row.looked_up, ("demand", demand_of(row.name, census, source))))

    return _each(matrix, counted)


def _each(matrix: Matrix, change: Callable[[MatrixRow], MatrixRow]) -> Matrix:
    """The matrix with every row changed."""
    return replace(
        matrix, rows=tuple(map(change, matrix.rows)), elsewhere=tuple(map(change, matrix.elsewhere))
    )


def _from_hub(inventory: Inventory, settings: Settings, workspace: Workspace) -> dict[str, Example]:
    """What the Hub knows of the engine's own architectures, but for those that a maintainer has settled."""
    settled = {override.name for override in settings.overrides if override.example is not None}
    names = {each.name for each in inventory.registrations} - settled
    return hub_examples((name for name in names if not is_generic(name)), offline=workspace.offline)


def refuse_nothing(inventory: Inventory) -> None:
    """Take an inventory of nothing, with nothing unresolved either, for a source that is not what it was taken for.

    Raises:
        ImplausibleError: it is empty.
    """
    if not inventory.registrations and not inventory.unresolved:
        name = f"{inventory.engine} {inventory.version or ''}".strip()
        where = inventory.origin.location
        raise ImplausibleError(f"{where}: no architecture found in {name}{_covered(inventory.engine)}")


def _covered(engine: str) -> str:
    """What to try instead of a source in which nothing was found."""
    since = load_engine(engine).since
    return f"; archtrack reads releases since {since}; name a newer one, or another source"


def _about_pin(engine: Inventory, public: Inventory, pin: str | None, *, asked: bool) -> Iterator[str]:
    """That a pin was followed, or that another transformers than the pinned one was asked for and read.

    Said after the scan: a checkout names its version in its own files only.
    """
    words = f"{engine.engine} {engine.version or ''}".strip()
    if pin is not None and not asked:
        yield f"{words} pins transformers {pin}"
    elif pin is not None and public.version not in {None, pin}:
        yield f"{words} pins transformers {pin}; read {public.version}, as asked"


def about_disabled(options: ScanOptions, source: Source) -> tuple[str, ...]:
    """That a module is to be skipped which is not there: most likely its name is misspelled."""
    if not options.disabled:
        return ()

    paths = source.list((f"{MODELS}/*.py",))
    if options.external is not None:
        paths += options.external.library.paths(f"{options.external.folder}/*.py")
    known = {path.rpartition("/")[2].removesuffix(".py") for path in paths}
    return tuple(
        f"--disabled {name}: SGLang has no such module (a module is named without .py)"
        for name in options.disabled
        if name not in known
    )


def _pin(source: Source, cache: Cache) -> tuple[str | None, str]:
    """The transformers release that an engine's source pins, and the engine in words."""
    library = Library(source, cache)
    library.expect(*load_engine(ENGINE).fetched)
    words = f"{source.origin.distribution} {source.origin.version or ''}".strip()
    return dict(pins_of(library)).get(TRANSFORMERS), words


def scan_options(request: Request, workspace: Workspace, cache: Cache) -> ScanOptions:
    """What the request changes about the registry."""
    if request.external is None:
        return ScanOptions(disabled=request.disabled)
    return ScanOptions(disabled=request.disabled, external=_external(request.external, workspace, cache))


def _external(name: str, workspace: Workspace, cache: Cache) -> External:
    """An external package of models: a folder, or an importable name that is located and not imported."""
    path = (workspace.folder / name).resolve()
    if path.is_dir():
        layout = Layout(package=path.name, distribution=path.name)
        return External(
            package=path.name, folder=path.name, library=Library(local_source(path, layout), cache)
        )
    if "/" in name or os.sep in name or not all(name.split(".")):
        raise SourceError(
            f"external package {name}: no such folder; name its folder, or an installed package"
        )
    top = name.partition(".")[0]
    source = installed_source(Layout(package=top, distribution=top), environ=workspace.environ)
    if source is None:
        raise SourceError(f"external package {name}: neither a folder nor installed; name its folder")
    return External(package=name, folder=name.replace(".", "/"), library=Library(source, cache))
