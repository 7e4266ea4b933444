"""The tool ``model_history``: since which release engines have architectures, by archtrack's history."""

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated, cast

from pydantic import Field

from archtrack.app.category import category_of
from archtrack.app.history.release_facts import facts_at
from archtrack.app.history.store import Histories
from archtrack.app.names import Names
from archtrack.app.presence import Presence, adds_nothing, presence_of
from archtrack.core.history.history import History, Release, known_release
from archtrack.core.history.spans import SpanBounds, has_and_had, span_bounds
from archtrack.core.json_values import SCHEMA_VERSION
from archtrack.core.verdict.suggestions import nearest
from archtrack.errors import UsageError
from archtrack.model import Status
from archtrack.render.history import bounds_json
from archtrack.render.models import models_lines
from archtrack.render.presence import presence_json, presence_words

from .tool import Answer, Arguments, Call, Json, Record, shipped, tool

__all__ = ["Name", "history_of", "model_history"]

_NAME = re.compile(r"[A-Za-z_]\w*")

Name = Annotated[str, Field(min_length=1, max_length=200)]
"""Of an architecture, an engine or a release."""


class Asked(Arguments):
    """What it takes."""

    architectures: list[Name] = Field(min_length=1, max_length=20)
    """Class names such as LlamaForCausalLM, or models as people name them (Qwen3-32B); up to 20."""

    engine: Name | None = None
    """Only this engine: sglang, vllm, llama-cpp, …; a wrong name is answered with the nearest, or with
    all there are. Left out: all."""

    version: Name | None = None
    """How they stand with this release of `engine`, such as 0.5.9, instead of the newest."""


class EngineRelease(Record):
    """The release of an engine that is spoken of."""

    version: str
    date: str | None
    releases: Annotated[int, shipped("count")]


class ReleaseSpan(Record):
    """Releases in a row that register an architecture, or run it as another."""

    first: str
    first_date: str | None
    first_exact: Annotated[bool, shipped("span", "first_exact")]
    last: Annotated[str | None, shipped("span", "last")]
    last_date: str | None
    last_exact: Annotated[bool, shipped("span", "last_exact")]
    file: str
    """In the last of these releases."""

    at: str
    """The path and line that registers it, or puts `runs_as` in its place, in the first of these releases."""

    runs_as: str | None
    """In the last of these releases: the registered architecture that it is run as; null where its own name is
    registered."""


class EngineHistory(Record):
    """How an architecture stands with an engine."""

    standing: Annotated[Json, shipped("standing")]
    spans: list[ReleaseSpan]
    """Oldest first."""


class ArchitectureHistory(Record):
    """How an architecture stands with each engine."""

    name: str
    known: bool
    """Whether any release of any engine registers the name, or runs it as another."""

    near: list[str]
    """Known names like one that is not known."""

    category: Annotated[str, shipped("category")] | None
    engines: dict[str, EngineHistory]


class Found(Answer):
    """What it answers."""

    engines: dict[str, EngineRelease]
    """The release of each engine that `standing` speaks of."""

    architectures: list[ArchitectureHistory]


@tool("Since which release engines have an architecture", open_world=False)
def model_history(asked: Asked, call: Call) -> Found:
    """Since which release does an inference engine have a model architecture, until which, and in which file?

    Use it to choose an engine or the least version of one, and to date a change in support. Answers at once from the
    history that comes with archtrack (SGLang, vLLM, transformers, llama.cpp, Ollama and more), without a request. For
    each architecture and engine: how it stands with the newest release (native, fallback, refused, gone, unsupported,
    unknown; or with `version` of one engine), and the spans of releases that register it, or run it natively as another
    one that they register (`runs_as`). `unknown` means that it cannot be told, never a no. Takes class names such as
    Qwen3ForCausalLM and models as people name them; to go from a config to an architecture, use check_model.
    """
    histories = call.histories()
    names = Names(histories, os.environ)
    for name in asked.architectures:
        if names.meaning(name).found is None and not _NAME.fullmatch(name):
            raise UsageError(
                f"{name[:60]!r} is no architecture's name (LlamaForCausalLM), and no model that is known; check_model"
                " takes configs, paths and repositories, and says which architecture they have"
            )
    if asked.engine is None and asked.version is not None:
        raise UsageError("version goes with one engine; set engine too")
    all_of_them = [histories.need(engine) for engine in histories.engines]
    if asked.engine is None:
        chosen = [(history, history.newest) for history in all_of_them if history.newest is not None]
    else:
        history = history_of(asked.engine, histories)
        chosen = [(history, known_release(history, asked.version))]
    known = {name for each in all_of_them for name in each.registered}
    registered = dict.fromkeys(each for name in asked.architectures for each in names.asked(name))
    found = [_architecture(name, chosen, histories, names, known) for name in registered]
    models = [f"{line}." for line in models_lines(names, asked.architectures)]
    return {
        "schema_version": SCHEMA_VERSION,
        "summary": " ".join([*models, *(sentence for _, sentences in found for sentence in sentences)]),
        "engines": {
            history.engine: {
                "version": release.version,
                "date": release.date,
                "releases": len(history.releases),
            }
            for history, release in chosen
        },
        "architectures": [architecture for architecture, _ in found],
    }


def history_of(engine: str, histories: Histories) -> History:
    """The history of an engine.

    Raises:
        UsageError: there is none; the message names the engine that may have been meant.
        DataError: it cannot be read.
    """
    return histories.need(engine)


def _architecture(
    name: str,
    chosen: Sequence[tuple[History, Release]],
    histories: Histories,
    names: Names,
    known: Collection[str],
) -> tuple[ArchitectureHistory, Iterable[str]]:
    """What is known of an architecture, and that in words."""
    checkpoint, keys = names.meaning(name).checkpoints[0], names.keys
    presences = [
        presence_of(checkpoint, facts_at(history, release, histories), (history, release))
        for history, release in chosen
    ]
    spans = {
        history.engine: [bounds for key in keys(name, history) for bounds in span_bounds(history, key)]
        for history, _ in chosen
    }
    is_known = name in known or names.architectures_of(name) is not None
    near = [] if is_known else list(nearest(name, known))
    category, _ = category_of(checkpoint, None, histories)
    found: ArchitectureHistory = {
        "name": name,
        "known": is_known,
        "near": near,
        "category": category.value if is_known else None,
        "engines": {
            each.engine: {
                "standing": presence_json(each),
                "spans": [_span(bounds) for bounds in spans[each.engine]],
            }
            for each in presences
        },
    }
    told = [each for each in presences if len(chosen) == 1 or not adds_nothing(each)]
    return found, _sentences(name, told, spans, near)


def _span(bounds: SpanBounds) -> ReleaseSpan:
    first, last = bounds.span.states[0], bounds.span.states[-1]
    return cast(
        "ReleaseSpan", {**bounds_json(bounds), "file": last.file, "at": first.at, "runs_as": last.runs_as}
    )


def _sentences(
    name: str, presences: Sequence[Presence], spans: Mapping[str, Sequence[SpanBounds]], near: Sequence[str]
) -> Iterable[str]:
    native = [f"{each.engine} {_since(each)}" for each in presences if each.status is Status.NATIVE]
    if native:
        yield f"{name}: {', '.join(native)}."
        return
    lacking: dict[str, list[str]] = {}
    for each in presences:
        lacking.setdefault(each.status.value, []).append(f"{each.engine} {each.version}")
    words = {"unsupported": "not in", "gone": "gone from", "unknown": "not known of"}
    parts = [f"{words.get(kind, kind + ' by')} {', '.join(who)}" for kind, who in lacking.items()]
    yield f"{name}: {'; '.join(parts)}."
    for engine, held in spans.items():
        if held:
            has, _ = has_and_had({bounds.span.states[-1].runs_as for bounds in held})
            when = [f"from {bounds.since} {f'to {bounds.until}' if bounds.last else 'on'}" for bounds in held]
            yield f"{engine} {has} {', '.join(when)}."
    if near:
        yield f"No known release registers the name; similar names: {', '.join(near)}."


def _since(presence: Presence) -> str:
    if presence.bounds is None:
        return presence_words(presence)
    more = [presence.bounds.first.date, f"runs as {presence.runs_as}" if presence.runs_as else None]
    said = "; ".join(filter(None, more))
    return f"since {presence.bounds.since}{f' ({said})' if said else ''}"
