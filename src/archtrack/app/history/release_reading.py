"""What one release registers, as the history keeps it: read once per release file, and kept."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from archtrack.app.history.counting import TRANSFORMERS, allowed_release
from archtrack.app.import_failures import broken_imports
from archtrack.app.scan import carry_out, plan
from archtrack.core.history.history import Entry, Row
from archtrack.core.matrix.categories import own_categories
from archtrack.core.matrix.examples import is_generic
from archtrack.core.matrix.repositories import is_hub_id
from archtrack.core.parsing import parse_json
from archtrack.core.verdict.release_facts import IMPORT_FAILURES, LoadFacts
from archtrack.engines import load_engine
from archtrack.engines.base import HasChannels, Identified, Loads, RunsOthers, ScanOptions
from archtrack.errors import SourceError
from archtrack.sources.base import METADATA, PYPROJECT, RECORD
from archtrack.sources.identity import digest_of
from archtrack.sources.index.http import GoneError, UnreachableError
from archtrack.sources.index.release import open_release
from archtrack.sources.library import Library
from archtrack.sources.pins import allowed_of
from archtrack.sources.progress import SilentProgress
from archtrack.sources.release_digest import recorded_digest
from archtrack.sources.syntax_check import PYTHON
from archtrack.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archtrack.app.scan import Plan
    from archtrack.engines.base import Channel, Engine
    from archtrack.model import Category, Inventory, Registration
    from archtrack.sources.base import Layout, Source
    from archtrack.sources.cache import Cache
    from archtrack.sources.index.final_releases import FinalRelease
    from archtrack.sources.index.http import Http
    from archtrack.sources.index.pip_config import IndexSettings
    from archtrack.sources.index.release import ReleaseSource

__all__ = ["Reading", "entries_from", "kept_reading", "read_release"]

_KIND = "history-release"
_REVISION = 11
"""Counts up whenever the same inventory would give other entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read in one release.

    Attributes:
        entries: key -> entry.
        tables: name of a table -> key -> row, of what its gates look up.
        rules: how it decides.
        transformers: the releases of transformers that it allows, as a specifier.
        imports: the release of transformers with which its imports were followed; None where it imports none of it.
        digest: as ``Release.digest``.
        unresolved: places that could not be read statically.
        problem: why the release cannot be read; None where it can.
        version: which release it is, by its own files; None where the index says it.
        remark: as ``Release.remark``.
        missing: that is because its file is not there, which says nothing about what it registers.
    """

    entries: Mapping[str, Entry] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, Row]] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)
    transformers: str | None = None
    imports: str | None = None
    digest: str | None = None
    unresolved: int = 0
    problem: str | None = None
    version: str | None = None
    remark: str | None = None
    missing: bool = False


def entries_from(inventory: Inventory) -> dict[str, Entry]:
    """What an inventory says, as the history keeps it."""
    said = own_categories(inventory)
    return {each.name: _entry(each, said.get(each.name)) for each in inventory.registrations}


def _run_as_others(
    engine: Engine, inventory: Inventory, facts: LoadFacts, entries: Mapping[str, Entry]
) -> dict[str, Entry]:
    """What the release runs as an architecture that it registers, with what is said of that one."""
    if not isinstance(engine, RunsOthers):
        return {}

    return {
        each.name: replace(
            entries[each.runs.name],
            at=str(each.place),
            groups=(),
            example=None,
            example_at=None,
            runs_as=each.runs.name,
        )
        for each in engine.aliases(inventory, facts)
    }


def kept_reading(engine: Engine, release: FinalRelease, cache: Cache) -> Reading | None:
    """The reading of an earlier run, without a request; None if there is none.

    Args:
        engine: whose registry.
        release: which release.
        cache: of the calling thread.
    """
    key = _key(engine, release)
    data = cache.get_many(_KIND, [key]).get(key) if key is not None else None
    return None if data is None else _from_bytes(data)


def read_release(
    engine: Engine,
    release: FinalRelease,
    libraries: Sequence[FinalRelease],
    cache: Cache,
    settings: IndexSettings,
    http: Http,
    channel: Channel | None = None,
    given: Source | None = None,
) -> Reading:
    """Read one release; what was read is kept, unless something prevented it.

    Args:
        engine: whose registry.
        release: which release, with its file.
        libraries: the releases of transformers, oldest version first.
        cache: of the calling thread.
        settings: where the index is.
        http: connections to it, which stay open for the next release.
        channel: where it is published, for an engine that has several such places.
        given: its files, where they are not on the index.

    Raises:
        UnreachableError: the index did not answer, which says nothing about the release.
    """
    try:
        layout = engine.layout if channel is None else channel.layout
        opened = _opened(layout, release, cache, settings, http) if given is None else nullcontext(given)
        with opened as source:
            library = Library(source, cache)
            library.expect(*engine.fetched)
            inventory = engine.scan(library, ScanOptions())
            entries = entries_from(inventory)
            facts = engine.load_facts(library, inventory) if isinstance(engine, Loads) else LoadFacts()
            entries |= _run_as_others(engine, inventory, facts, entries)
            allowed = allowed_of(library, TRANSFORMERS)
            digest = _digest(engine, library, inventory)
            named = None
            if isinstance(engine, HasChannels) and channel is not None:
                named = engine.named(library, channel.layout.distribution, release.date)
            other = allowed_release(allowed, release.date, libraries) if inventory.imports else None
            failures: dict[str, Row] = {}
            if other is not None:
                with _opened(load_engine(TRANSFORMERS).layout, other, cache, settings, http) as theirs:
                    failures = _failures(plan(engine, source), inventory, theirs, cache)
    except UnreachableError:
        raise
    except GoneError:
        # the message has an address
        return Reading(problem=f"{release.file.name} is listed and not there", missing=True)
    except SourceError as error:
        return Reading(problem=str(error))
    reading = Reading(
        entries=entries,
        tables={
            **{
                table: {key: Row(at=str(fact.place), value=fact.value) for key, fact in rows.items()}
                for table, rows in facts.tables.items()
            },
            **({IMPORT_FAILURES: failures} if failures else {}),
        },
        rules=facts.rules,
        transformers=allowed,
        imports=None if other is None else other.version,
        digest=digest,
        unresolved=len(inventory.unresolved),
        version=None if named is None else named.version,
        remark=None if named is None else named.remark,
    )
    key = _key(engine, release)
    if key is not None:
        cache.put_many(_KIND, {key: _to_bytes(reading)})
    return reading


def _opened(
    layout: Layout, release: FinalRelease, cache: Cache, settings: IndexSettings, http: Http
) -> ReleaseSource:
    return open_release(
        layout,
        release.file.version,
        settings=settings,
        cache=cache,
        offline=False,
        progress=SilentProgress(),
        file=release.file,
        http=http,
    )


def _digest(engine: Engine, library: Library, inventory: Inventory) -> str | None:
    """What tells a folder with the same files; None where the history does not have all that they say."""
    if not isinstance(engine, Identified) or inventory.unresolved or inventory.unparsable:
        return None
    if any(each.condition is not None for each in inventory.registrations):
        return None
    known = (*engine.identifying, *engine.watched, METADATA, PYPROJECT, RECORD)
    beyond = library.asked_beyond(known)
    if any(path.startswith(f"{engine.layout.package}/") for path in beyond):
        return None
    return recorded_digest(library, engine.identifying)


def _failures(own: Plan, inventory: Inventory, theirs: ReleaseSource, cache: Cache) -> dict[str, Row]:
    """The modules that cannot be imported with a release of transformers, or may not be."""
    other = plan(load_engine(TRANSFORMERS), theirs)
    broken = broken_imports(own, inventory, other, carry_out(other, cache), cache)
    return {
        path: Row(
            at=str(each.place),
            value={
                "reason": each.reason,
                "condition": each.condition,
                "certain": each.certain,
                "through": list(each.through),
            },
        )
        for path, each in broken.items()
        if path in {registration.place.file for registration in inventory.registrations}
    }


def _entry(each: Registration, said: tuple[Category, str] | None) -> Entry:
    example, example_at = _example(each)
    facts = each.transformers
    return Entry(
        file=each.file,
        at=str(each.place),
        groups=each.groups if facts is None else facts.auto_mappings,
        compatible=None if facts is None else facts.backend_compatible,
        settable=None if facts is None else facts.attention_settable,
        flex=None if facts is None else facts.flex_attention,
        model_type=None if facts is None else facts.model_type,
        category=None if said is None else said[0].value,
        example=example,
        example_at=example_at,
    )


def _example(each: Registration) -> tuple[str | None, str | None]:
    """The checkpoint that the registration itself names, and where, if the Hub could have one of that id."""
    named = each.example is not None and is_hub_id(each.example) and each.example_source
    return (each.example, each.example_source) if named and not is_generic(each.name) else (None, None)


def _key(engine: Engine, release: FinalRelease) -> str | None:
    if release.file.kept_as is None:
        return None
    parts = (
        __version__,
        str(_REVISION),
        PYTHON,
        engine.name,
        str(engine.revision),
        release.file.version,
        release.file.kept_as,
    )
    return digest_of(*parts)


def _to_bytes(reading: Reading) -> bytes:
    rows = {
        name: (
            each.file,
            each.at,
            each.groups,
            each.compatible,
            each.category,
            each.example,
            each.example_at,
            each.runs_as,
            each.settable,
            each.flex,
            each.model_type,
        )
        for name, each in reading.entries.items()
    }
    tables = {
        table: {key: (row.at, row.value) for key, row in rows.items()}
        for table, rows in reading.tables.items()
    }
    data = {
        "unresolved": reading.unresolved,
        "entries": rows,
        "tables": tables,
        "rules": reading.rules,
        "transformers": reading.transformers,
        "imports": reading.imports,
        "digest": reading.digest,
        "version": reading.version,
        "remark": reading.remark,
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _from_bytes(data: bytes) -> Reading | None:
    try:
        found = parse_json(data)
        return Reading(
            unresolved=found["unresolved"],
            entries={name: _entry_of(*row) for name, row in found["entries"].items()},
            tables={
                table: {key: Row(at=at, value=value) for key, (at, value) in rows.items()}
                for table, rows in found["tables"].items()
            },
            rules=found["rules"],
            transformers=found["transformers"],
            imports=found["imports"],
            digest=found["digest"],
            version=found["version"],
            remark=found["remark"],
        )
    except (ValueError, KeyError, TypeError):
        return None


def _entry_of(file: str, at: str, groups: list[str], *rest: Any) -> Entry:
    compatible, category, example, example_at, runs_as, settable, flex, model_type = rest
    return Entry(
        file=file,
        at=at,
        groups=tuple(groups),
        compatible=compatible,
        category=category,
        example=example,
        example_at=example_at,
        runs_as=runs_as,
        settable=settable,
        flex=flex,
        model_type=model_type,
    )
