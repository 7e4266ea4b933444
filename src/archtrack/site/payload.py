"""What the page knows: the histories of all engines as one compact JSON value.

Texts that repeat (files, paths) stand in ``texts`` once and are named by their place in it. Releases are named by their
place in the engine's list. A cell is a list of spans ``[first, last or -1, first is exact, last is exact, states]``, a
state ``[release, file, path, line, compatible]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.categories import by_name
from archtrack.core.history import edges

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archtrack.core.history import Edge, History
    from archtrack.engines.base import About

__all__ = ["payload"]

_ORDER = ("sglang", "vllm", "lmdeploy", "mlx-lm", "exllamav3", "transformers")
"""Whose word on a category counts first, and the columns from left to right; engines from outside follow."""


def payload(
    histories: Sequence[History], abouts: Mapping[str, About], examples: Mapping[str, str], version: str
) -> dict[str, Any]:
    """The value that the page is made of: the same histories give the same value.

    Args:
        histories: of the engines.
        abouts: engine -> what people call it; an engine that is not there has only its name.
        examples: architecture -> a checkpoint that has it.
        version: of archtrack.
    """
    ordered = sorted(histories, key=lambda each: (_place(each.engine), each.engine))
    texts = _Texts()
    names = sorted({name for history in ordered for name in history.architectures})
    return {
        "version": version,
        "engines": [_engine(history, abouts.get(history.engine)) for history in ordered],
        "rows": [
            [
                name,
                *_category(name, ordered),
                examples.get(name),
                [_cell(history, name, texts) for history in ordered],
            ]
            for name in names
        ],
        "texts": texts.known,
    }


class _Texts:
    """Each text once."""

    def __init__(self) -> None:
        self.known: list[str] = []
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        if text not in self._places:
            self._places[text] = len(self.known)
            self.known.append(text)
        return self._places[text]


def _place(engine: str) -> int:
    return _ORDER.index(engine) if engine in _ORDER else len(_ORDER)


def _engine(history: History, about: About | None) -> dict[str, Any]:
    newest = history.newest
    return {
        "name": history.engine,
        "title": about.title if about is not None else history.engine,
        "source": about.source if about is not None else None,
        "backend": list(about.backend) if about is not None else [],
        "newest": history.places[newest.version] if newest is not None else -1,
        "releases": [
            [release.version, release.date, int(release.unknown is None)] for release in history.releases
        ],
    }


def _category(name: str, histories: Sequence[History]) -> tuple[str, str]:
    """The section, and the engine whose evidence says so; ``name`` where the name alone does."""
    for history in histories:
        if name in history.categories:
            return history.categories[name], history.engine
    return by_name(name).value, "name"


def _cell(history: History, name: str, texts: _Texts) -> list[Any]:
    return [_span(edge, history, texts) for edge in edges(history, name)]


def _span(edge: Edge, history: History, texts: _Texts) -> list[Any]:
    states = []
    for state in edge.span.states:
        path, _, line = state.at.rpartition(":")
        states.append(
            [
                history.places[state.since],
                texts.place(state.file),
                texts.place(path or state.at),
                int(line) if line.isdigit() else 0,
                None if state.compatible is None else int(state.compatible),
            ]
        )
    return [
        history.places[edge.first.version],
        -1 if edge.last is None else history.places[edge.last.version],
        int(edge.first_exact),
        int(edge.last_exact),
        states,
    ]
