"""What the page knows: the histories of all engines as one compact JSON value.

Texts that repeat (files, paths, reasons) stand in ``texts`` once and are named by their place in it; in a reason
``OWN`` stands for the name of its row, so that those of many rows are one text. Releases are named by their place in
the engine's list, kinds by their place in ``kinds``, features by their place in ``features``. A row is ``[name,
category, whose evidence, example, cells]``. A cell is 0 where no release ever had the architecture and there is nothing
to say about it, else ``[kind, reason or -1, spans, what it lacks or -1, features, remedy or -1, key or -1]``, without
what is -1 or empty at its end; what it lacks is a list of features, named by its place in ``lacks``, and the key is the
architecture whose spans these are, where that is another one. A span is ``[first, last or -1, first is exact, last is
exact, states]``, a state ``[release, file, path, line, groups or what it runs as, answer of transformers' gate]``; the
last two are -1 where there is nothing to say. A feature is ``[feature, release since which it is there or -1, that is
exact]``, and its place alone where it has been there as long as the architecture. A GGUF architecture has a cell per
engine: ``[kind, reason or -1, ends of its last span or 0, remedy or -1]``. What an engine does is decided here, by the
code that ``check`` uses: the page only shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.specifiers import SpecifierSet

from archtrack.app.presence import adds_nothing
from archtrack.app.requires import on_index
from archtrack.core.history.categories import place_of, voices_of
from archtrack.core.history.growth import growth
from archtrack.core.history.spans import span_bounds
from archtrack.core.matrix.categories import BY_NAME, weigh
from archtrack.core.verdict.checkpoint import only_named
from archtrack.core.verdict.features import TITLES
from archtrack.core.verdict.release_facts import GGUF_ARCHITECTURES
from archtrack.model import Gate, Status

from .answers import Answers, gguf_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archtrack.app.presence import Presence
    from archtrack.core.history.history import History, State
    from archtrack.core.history.runs import Run
    from archtrack.core.history.spans import SpanBounds
    from archtrack.core.matrix.categories import Voice
    from archtrack.engines.base import About
    from archtrack.site.document import TrackedDocument


__all__ = ["OWN", "page_data"]

_KINDS = tuple(kind.value for kind in Status)
_FEATURES = {name: place for place, name in enumerate(TITLES)}
_LEAST = 3
"""A cell has its kind, its reason and its spans, be they empty."""
OWN = "\ue000"
"""Stands for a row's own name in a reason; no text of a release has this character."""
_LIBRARY = "transformers"
"""The last column: no engine, but what the others fall back on."""


def page_data(
    histories: Sequence[History],
    answers: Answers,
    abouts: Mapping[str, About],
    examples: Mapping[str, str],
    *,
    version: str,
    unread: Mapping[str, str] | None = None,
    tracked: TrackedDocument | None = None,
    models: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The value that the page is made of: the same arguments give the same value.

    Args:
        histories: of the engines, each with a newest release.
        answers: what the newest release of a history's engine does.
        abouts: engine -> what people call it; an engine that is not there has only its name.
        examples: architecture -> a checkpoint that has it.
        version: of archtrack.
        unread: engine -> why nothing is known of it, in a sentence; of those that have no column.
        tracked: what a document, or a matrix, says; it comes first, and its sections and examples count.
        models: as ``model_data`` gives it; None where no model is to be found by its name.
    """
    ordered = sorted(histories, key=lambda each: place_of(each.engine))
    voices = voices_of(ordered)
    texts: dict[str, int] = {}
    lacks: dict[tuple[int, ...], int] = {}
    names = {name for history in ordered if history.key == "architecture" for name in history.registered}
    rows = tracked.rows if tracked is not None else {}
    return {
        "version": version,
        "kinds": list(_KINDS),
        "features": list(TITLES.items()),
        "engines": [_engine(history, abouts.get(history.engine)) for history in ordered],
        "unread": dict(sorted((unread or {}).items())),
        "tracked": None if tracked is None else {"title": tracked.title, "words": tracked.words},
        "rows": [
            [
                name,
                *(_category(name, voices) if name not in rows else (rows[name].category, rows[name].by)),
                (rows[name].example if name in rows else None) or examples.get(name),
                [_cell(name, history, answers, texts, lacks) for history in ordered],
                *([_tracked(name, tracked, texts)] if tracked is not None else []),
            ]
            for name in sorted(names | rows.keys())
        ],
        "gguf": {
            name: [_gguf_cell(name, history, answers, texts) for history in ordered]
            for name in sorted({name for each in ordered for name in each.tables.get(GGUF_ARCHITECTURES, ())})
        },
        "texts": list(texts),
        "lacks": list(lacks),
        "models": models,
    }


def _text(text: str | None, texts: dict[str, int]) -> int:
    """A text's place among the others, -1 for no text."""
    return -1 if text is None else texts.setdefault(text, len(texts))


def _engine(history: History, about: About | None) -> dict[str, Any]:
    newest = history.newest
    untagged = [SpecifierSet(each) for each in about.untagged] if about is not None else []
    source = about.source if about is not None else None
    adds_to = about.adds_to if about is not None else None
    return {
        "name": history.engine,
        "title": about.title if about is not None else history.engine,
        # A link runs nothing, whoever wrote the engine's file.
        "source": source if source is not None and source.startswith("https://") else None,
        "library": history.engine == _LIBRARY,
        "key": history.key,
        # It runs what has a model type that it has, whatever the architecture is called.
        "any": about.mlx if about is not None else False,
        # Where what was not found may be there all the same, "not known" does not mean "not native".
        "doubtful": bool(history.key != "architecture" or (newest and newest.unresolved) or adds_to),
        # Of a plugin: what an empty cell says.
        "empty": f"it registers nothing for it: what {adds_to} itself does counts" if adds_to else None,
        # Of an engine that goes by the model type of a config: those that it runs.
        "types": sorted(history.names(newest.version)) if newest and history.key == "model type" else None,
        # By which pip knows it, and how it serves a model.
        "package": history.distribution if on_index(history) else None,
        "serve": about.serve if about is not None else None,
        "newest": history.positions[newest.version] if newest is not None else -1,
        "releases": [
            [release.version, release.date, int(_is_tagged(release.version, history, untagged))]
            for release in history.releases
        ],
        "growth": [list(point) for point in growth(history)],
    }


def _is_tagged(version: str, history: History, untagged: Sequence[SpecifierSet]) -> bool:
    return history.numbering.is_tag(version) and not any(
        each.contains(version, prereleases=True) for each in untagged
    )


def _category(name: str, voices: Sequence[Voice]) -> tuple[str, str]:
    """The section, and the engine whose evidence says so; ``name`` where the name alone does."""
    category, source = weigh(name, voices)
    return category.value, "name" if source == BY_NAME else source


def _cell(
    name: str,
    history: History,
    answers: Answers,
    texts: dict[str, int],
    lacks: dict[tuple[int, ...], int],
) -> Any:
    presence = answers.architecture(name, history)
    key = presence.key
    spans = [] if key is None else [_span(bounds, history, texts) for bounds in span_bounds(history, key)]
    fix = answers.remedy(only_named(name), history, presence)
    plainly = presence.gate is Gate.ARCHITECTURE and fix is None
    if not spans and ((presence.status is Status.UNSUPPORTED and plainly) or adds_nothing(presence)):
        return 0
    because = None
    if presence.status is not Status.NATIVE or presence.runs_as is not None:
        because = presence.reason.replace(name, OWN)
    begin = spans[-1] if spans else None
    features = [_feature(each, run, begin, history) for each, run in answers.features(history, presence)]
    cell = [
        *(_KINDS.index(presence.status.value), _text(because, texts), spans),
        _lacking(presence, lacks),
        features,
        _text(None if fix is None else fix.replace(name, OWN), texts),
        _text(key if history.key == "architecture" and key != name else None, texts),
    ]
    while cell[-1] in (-1, []) and len(cell) > _LEAST:
        cell.pop()
    return cell


def _lacking(presence: Presence, lacks: dict[tuple[int, ...], int]) -> int:
    """The place of the features that the release is known to lack among all such lists, -1 for none."""
    found = tuple(_FEATURES[each.name] for each in presence.features if each.has is False)
    return lacks.setdefault(found, len(lacks)) if found else -1


def _feature(name: str, run: Run | None, span: list[Any] | None, history: History) -> Any:
    """A feature, and since when: nothing where it has been there as long as the architecture."""
    place = _FEATURES[name]
    if run is None:
        return [place, -1, 1]
    first, exact = history.positions[run.first.version], int(run.first_exact)
    if span is not None and [first, exact] == [span[0], span[2]]:
        return place
    return [place, first, exact]


def _gguf_cell(name: str, history: History, answers: Answers, texts: dict[str, int]) -> Any:
    presence = answers.gguf(name, history)
    bounds, fix = presence.bounds, answers.remedy(gguf_file(name), history, presence)
    because = None if presence.status is Status.NATIVE else presence.reason.replace(f"`{name}`", f"`{OWN}`")
    return [
        *(_KINDS.index(presence.status.value), _text(because, texts)),
        0 if bounds is None else _ends(bounds, history),
        _text(fix, texts),
    ]


def _span(bounds: SpanBounds, history: History, texts: dict[str, int]) -> list[Any]:
    states = []
    for state in bounds.span.states:
        path, _, line = state.at.rpartition(":")
        states.append(
            [
                history.positions[state.since],
                _text(state.file, texts),
                _text(path or state.at, texts),
                int(line) if line.isdigit() else 0,
                _text(_besides(state), texts),
                -1 if state.compatible is None else int(state.compatible),
            ]
        )
    return [*_ends(bounds, history), states]


def _ends(bounds: SpanBounds, history: History) -> list[int]:
    """``[first, last or -1, first is exact, last is exact]`` of a span."""
    return [
        history.positions[bounds.first.version],
        -1 if bounds.last is None else history.positions[bounds.last.version],
        int(bounds.first_exact),
        int(bounds.last_exact),
    ]


def _besides(state: State) -> str | None:
    """What is said beside the file: as which architecture it runs, or which tables list it."""
    if state.runs_as is not None:
        return f"runs as {state.runs_as}"
    return ", ".join(state.groups) or None


def _tracked(name: str, tracked: TrackedDocument, texts: dict[str, int]) -> Any:
    """``[kind, reason, file, place, address]`` of a row of the document; 0 where it has none."""
    row = tracked.rows.get(name)
    if row is None:
        return 0
    return [
        _KINDS.index(row.kind),
        _text(row.because, texts),
        *(_text(text or None, texts) for text in (row.file, row.place, row.address)),
    ]
