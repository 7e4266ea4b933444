"""One release of a history as an inventory, for whatever compares inventories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.model import Category, Inventory, Origin, Place, Registration, TransformersFacts

if TYPE_CHECKING:
    from .history import Entry, History, Release, State

__all__ = ["inventory_of", "place_from", "transformers_facts"]


def inventory_of(history: History, release: Release) -> Inventory:
    """What a release that was read registers.

    Of each architecture the history has the file, the groups, the answer of transformers' gate, and the checkpoint that
    the release names. Lines are those of the release in which these last changed, which places name. An architecture
    that is run as another one is not a registration.
    """
    return Inventory(
        engine=history.engine,
        version=release.version,
        origin=Origin(
            distribution=history.distribution_of(release),
            kind="release",
            location=release.file,
            version=release.version,
            digest=f"sha256:{release.sha256}" if release.sha256 is not None else None,
        ),
        registrations=tuple(
            _registration(name, entry, history, release)
            for name, entry in sorted(history.at(release.version).items())
            if entry.runs_as is None
        ),
    )


def _registration(name: str, entry: Entry, history: History, release: Release) -> Registration:
    public = history.engine == "transformers"
    state = history.state(name, release.version)
    since = release.version if state is None else state.since
    return Registration(
        name=name,
        file=entry.file,
        place=place_from(entry.at, since, release),
        defined_in="",
        category=Category(entry.category) if entry.category is not None else None,
        category_source=history.engine if entry.category is not None else None,
        transformers=transformers_facts(entry) if public else None,
        example=entry.example,
        example_source=entry.example_at,
        groups=() if public else entry.groups,
    )


def place_from(at: str, since: str, release: Release) -> Place:
    """A place of the history; it names its release where that is another one."""
    path, _, line = at.rpartition(":")
    other = None if since == release.version else since
    if line.isdigit():
        return Place(file=path, line=int(line), release=other)
    return Place(file=at, line=0, release=other)


def transformers_facts(known: Entry | State) -> TransformersFacts:
    """What a history of transformers has of a public class."""
    return TransformersFacts(
        exported=True,
        backend_compatible=known.compatible,
        auto_mappings=known.groups,
        attention_settable=known.settable,
        flex_attention=known.flex,
        model_type=known.model_type,
    )
