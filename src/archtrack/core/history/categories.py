"""What the histories say of the sections that architectures belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.matrix.categories import CONVERTERS, VOICES, Others
from archtrack.model import Category

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archtrack.core.matrix.categories import Voice

    from .history import History

__all__ = ["others_of", "place_of", "voices_of"]

_LIBRARY = "transformers"


def place_of(engine: str) -> tuple[bool, int, str]:
    """Where an engine comes among the others: by ``VOICES``, then by name; transformers last."""
    return engine == _LIBRARY, VOICES.index(engine) if engine in VOICES else len(VOICES), engine


def voices_of(histories: Iterable[History]) -> tuple[Voice, ...]:
    """What the histories of all engines say, for ``core.matrix.categories.weigh``.

    Of the first engine and of transformers counts what the last release says that registers an architecture, as it does
    where these are read; of the others, what the last release says that says something.
    """
    given = list(histories)
    by_name = {each.engine: each for each in given}
    others = others_of(given)
    own, library = (_voice(by_name.get(name)) for name in (VOICES[0], _LIBRARY))
    return own, others.said.get, library, others.beside.get


def _voice(history: History | None) -> Voice:
    def say(name: str) -> tuple[Category, str] | None:
        spans = () if history is None else history.registered.get(name, ())
        section = spans[-1].states[-1].category if spans else None
        return None if history is None or section is None else (Category(section), history.engine)

    return say


def others_of(histories: Iterable[History]) -> Others:
    """What the engines beside the first say; one that goes by model types, or converts, says nothing."""
    said: dict[str, tuple[Category, str]] = {}
    beside: dict[str, tuple[Category, str]] = {}
    for history in sorted(histories, key=lambda each: place_of(each.engine)):
        if history.engine in {VOICES[0], _LIBRARY, *CONVERTERS} or history.key != "architecture":
            continue
        for name in history.registered:
            section = history.last_said(name)
            if section is not None:
                said.setdefault(name, (Category(section), history.engine))
        for name, found in _beside(history):
            beside.setdefault(name, found)
    return Others(said=said, beside=beside)


def _beside(history: History) -> Iterator[tuple[str, tuple[Category, str]]]:
    """The architectures without a section whose file has others of one section; a file of tables says nothing."""
    last = {name: spans[-1].states[-1] for name, spans in history.registered.items()}
    files = {
        name: state.file
        for name, state in last.items()
        if not state.at.partition(":")[0].endswith(state.file)
    }
    sections: dict[str, set[str]] = {}
    for name, file in files.items():
        if name in history.categories:
            sections.setdefault(file, set()).add(history.categories[name])
    for name, file in files.items():
        found = sections.get(file, set())
        if name not in history.categories and len(found) == 1:
            yield name, (Category(min(found)), f"{history.engine}: what else is in {file}")
