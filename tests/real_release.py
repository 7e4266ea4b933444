"""Real releases, from the package index and without a cache."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from archtrack.app.history.store import SHIPPED, read_history
from archtrack.core.verdict.release_facts import LoadFacts
from archtrack.engines import load_engine
from archtrack.engines.base import HasChannels, Loads, ScanOptions
from archtrack.sources.index.pip_config import index_settings
from archtrack.sources.index.release import open_release
from archtrack.sources.library import Library
from archtrack.sources.progress import SilentProgress

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from archtrack.model import Inventory
    from archtrack.sources.base import Layout, Source

__all__ = ["opened", "place_of", "read"]


def opened(layout: Layout, version: str) -> AbstractContextManager[Source]:
    """The files of a release on the index, which are fetched when they are read."""
    settings = index_settings(os.environ)
    return open_release(
        layout, version, settings=settings, cache=None, offline=False, progress=SilentProgress()
    )


def place_of(name: str, version: str) -> tuple[Layout, str]:
    """Where the files of a release are, and which version the index has there: a copy's own, where there are copies."""
    engine = load_engine(name)
    if not isinstance(engine, HasChannels):
        return engine.layout, version
    release = read_history(SHIPPED / f"{name}.json").release(version)
    assert release is not None
    (layout,) = (each.layout for each in engine.channels if each.layout.distribution == release.channel)
    return layout, release.file.removesuffix(".tar.gz").split("-")[1]


def read(name: str, version: str) -> tuple[Inventory, LoadFacts]:
    """What a release of an engine registers, and what its gates rest on; no facts without a load path."""
    engine = load_engine(name)
    with opened(*place_of(name, version)) as source:
        library = Library(source, None)
        library.expect(*engine.fetched)
        inventory = engine.scan(library, ScanOptions())
        facts = engine.load_facts(library, inventory) if isinstance(engine, Loads) else LoadFacts()
        return inventory, facts
