"""The tool ``model_history``: since which release engines have architectures, by archtrack's history."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archtrack.errors import DataError, UsageError

from .arguments import alike
from .base import Call, Hints, Tool, arguments_schema
from .schemas import answer_schema, closed, listing, nullable, ref

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from archtrack.core.edges import Edge
    from archtrack.core.history import History, Release
    from archtrack.histories import Histories

__all__ = ["TOOL", "chosen_release", "history_of"]

_NAME = re.compile(r"[A-Za-z_]\w*")
_LONGEST_NAME = 200
_MOST = 20

DESCRIPTION = """\
Since which release does an inference engine have a model architecture, until which, and in which file? Use \
it to choose an engine or the least version of one, and to date a change in support. Answers at once from \
the history that comes with archtrack (sglang, vllm, transformers, lmdeploy, mlx-lm, exllamav3); makes no \
request. For each architecture and engine: how it stands with the newest release (native, fallback, refused, \
gone, absent, unknown; or with `version` of one engine), and the spans of releases that register it, or run it \
natively as another one that they register (`runs_as`). \
`unknown` means that it cannot be told, never that it is absent. Takes class names such as Qwen3ForCausalLM; \
to go from a checkpoint or a config to an architecture, use check_model."""

PROPERTIES = {
    "architectures": {
        "type": "array",
        "items": {"type": "string", "minLength": 1, "maxLength": _LONGEST_NAME},
        "minItems": 1,
        "maxItems": _MOST,
        "description": f"Class names such as LlamaForCausalLM; up to {_MOST}.",
    },
    "engine": {
        "type": "string",
        "minLength": 1,
        "maxLength": _LONGEST_NAME,
        "description": "Only this engine: sglang, vllm, transformers, lmdeploy, mlx-lm or exllamav3. Left out: all.",
    },
    "version": {
        "type": "string",
        "minLength": 1,
        "maxLength": _LONGEST_NAME,
        "description": "How they stand with this release of `engine`, such as 0.5.9, instead of the newest.",
    },
}


def _schema() -> dict[str, Any]:
    text, maybe = {"type": "string"}, {"type": ["string", "null"]}
    span = closed(
        {
            "first": text,
            "first_date": maybe,
            "first_exact": {
                "type": "boolean",
                "description": "false where an older release may have had it.",
            },
            "last": {
                **maybe,
                "description": "The last release that has it; null while the newest still does.",
            },
            "last_date": maybe,
            "last_exact": {
                "type": "boolean",
                "description": "false where a newer release may have it still.",
            },
            "file": {**text, "description": "In the last of these releases."},
            "at": {
                **text,
                "description": "The path and line that registers it, or puts `runs_as` in its place, in the first of "
                "these releases.",
            },
            "runs_as": {
                **maybe,
                "description": "In the last of these releases: the registered architecture that it is run as; null "
                "where its own name is registered.",
            },
        }
    )
    engine = closed({"standing": ref("standing"), "spans": {**listing(span), "description": "Oldest first."}})
    return answer_schema(
        {
            "engines": {
                "type": "object",
                "description": "The release of each engine that `standing` speaks of.",
                "additionalProperties": closed({"version": text, "date": maybe, "releases": ref("count")}),
            },
            "architectures": listing(
                closed(
                    {
                        "name": text,
                        "known": {
                            "type": "boolean",
                            "description": "Whether any release of any engine registers the name, or runs it as "
                            "another.",
                        },
                        "near": {**listing(text), "description": "Known names like one that is not known."},
                        "category": nullable(ref("category")),
                        "engines": {"type": "object", "additionalProperties": engine},
                    }
                )
            ),
        }
    )


def _run(arguments: Mapping[str, Any], call: Call) -> dict[str, Any]:
    from archtrack.codec import SCHEMA_VERSION  # noqa: PLC0415 -- a list of the tools needs none of it

    histories = call.histories()
    names = list(dict.fromkeys(arguments["architectures"]))
    _expect_names(names)
    engine, version = arguments.get("engine"), arguments.get("version")
    if engine is None and version is not None:
        raise UsageError("version is that of one engine: say which, with engine")
    asked = _all(histories) if engine is None else [history_of(engine, histories)]
    chosen = [(history, chosen_release(history, version)) for history in asked]
    known = {name for each in histories.engines for name in _names(each, histories)}
    found = [_architecture(name, chosen, histories, known) for name in names]
    return {
        "schema_version": SCHEMA_VERSION,
        "summary": _summary(found, chosen),
        "engines": {
            history.engine: {
                "version": release.version,
                "date": release.date,
                "releases": len(history.releases),
            }
            for history, release in chosen
        },
        "architectures": found,
    }


def history_of(engine: str, histories: Histories) -> History:
    """The history of an engine.

    Raises:
        UsageError: there is none; the message names the engine that may have been meant.
        DataError: it cannot be read.
    """
    try:
        return histories.need(engine)
    except UsageError as error:
        raise UsageError(f"{error}{alike(engine, histories.engines)}") from error


def chosen_release(history: History, version: str | None) -> Release:
    """The release that is asked about: the newest one that was read, where none is named.

    Raises:
        UsageError: there is no such release; the message names those near it.
        DataError: it is not known what it registers.
    """
    from archtrack.core.history import known_release  # noqa: PLC0415 -- a list of the tools needs none of it

    if version is not None and version != "latest":
        return known_release(history, version)
    if history.newest is None:
        raise DataError(f"of no release of {history.engine} it is known what it registers")
    return history.newest


def _all(histories: Histories) -> list[History]:
    found = (histories.get(engine) for engine in histories.engines)
    return [history for history in found if history is not None and history.newest is not None]


def _names(engine: str, histories: Histories) -> Collection[str]:
    history = histories.get(engine)
    return () if history is None else history.architectures.keys()


def _expect_names(names: Sequence[str]) -> None:
    for name in names:
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{name[:60]!r} is no architecture's name (LlamaForCausalLM); check_model takes configs, paths and "
                "repositories, and says which architecture they have"
            )


def _architecture(
    name: str,
    chosen: Sequence[tuple[History, Release]],
    histories: Histories,
    known: Collection[str],
) -> dict[str, Any]:
    from archtrack.core.edges import edges  # noqa: PLC0415 -- a list of the tools needs none of it
    from archtrack.core.nearest import nearest  # noqa: PLC0415 -- as above
    from archtrack.elsewhere import standing_with  # noqa: PLC0415 -- as above
    from archtrack.render.standing import standing_json  # noqa: PLC0415 -- as above

    categories = (history.categories.get(name) for history, _ in chosen)
    return {
        "name": name,
        "known": name in known,
        "near": [] if name in known else list(nearest(name, known)),
        "category": next((each for each in categories if each is not None), None),
        "engines": {
            history.engine: {
                "standing": standing_json(standing_with(name, history, release, histories)),
                "spans": [_span(edge) for edge in edges(history, name)],
            }
            for history, release in chosen
        },
    }


def _span(edge: Edge) -> dict[str, Any]:
    from archtrack.render.history import edge_json  # noqa: PLC0415 -- a list of the tools needs none of it

    return {
        **edge_json(edge),
        "file": edge.span.states[-1].file,
        "at": edge.span.states[0].at,
        "runs_as": edge.span.states[-1].runs_as,
    }


def _summary(found: Sequence[Mapping[str, Any]], chosen: Sequence[tuple[History, Release]]) -> str:
    from archtrack.core.standing import having  # noqa: PLC0415 -- a list of the tools needs none of it

    releases = {history.engine: release.version for history, release in chosen}
    said = []
    for each in found:
        name, engines = each["name"], each["engines"]
        native = [f"{engine} since {_since(value)}" for engine, value in engines.items() if _is_native(value)]
        if native:
            said.append(f"{name}: {', '.join(native)}.")
            continue
        lacking: dict[str, list[str]] = {}
        for engine, value in engines.items():
            lacking.setdefault(value["standing"]["status"], []).append(f"{engine} {releases[engine]}")
        words = {"absent": "not in", "gone": "gone from", "unknown": "not known of"}
        parts = [f"{words.get(kind, kind + ' by')} {', '.join(who)}" for kind, who in lacking.items()]
        said.append(f"{name}: {'; '.join(parts)}.")
        said.extend(
            f"{engine} {having({span['runs_as'] for span in value['spans']})[0]} {_spans(value)}."
            for engine, value in engines.items()
            if value["spans"]
        )
        if each["near"]:
            said.append(f"No release is known to register the name; like it: {', '.join(each['near'])}.")
    return " ".join(said)


def _spans(value: Mapping[str, Any]) -> str:
    """When an engine has it that has it not in the release that was asked about; ≤ and ≥ where that is not exact."""
    said = []
    for span in value["spans"]:
        first = f"from {'' if span['first_exact'] else '≤'}{span['first']}"
        last = f"to {'' if span['last_exact'] else '≥'}{span['last']}" if span["last"] else "on"
        said.append(f"{first} {last}")
    return ", ".join(said)


def _is_native(value: Mapping[str, Any]) -> bool:
    return bool(value["standing"]["status"] == "native")


def _since(value: Mapping[str, Any]) -> str:
    standing = value["standing"]
    runs_as = f"runs as {standing['runs_as']}" if standing["runs_as"] else None
    more = "; ".join(each for each in (standing["since_date"], runs_as) if each)
    return f"{'' if standing['since_exact'] else '≤'}{standing['since']}{f' ({more})' if more else ''}"


TOOL = Tool(
    name="model_history",
    title="Since which release engines have an architecture",
    description=DESCRIPTION,
    hints=Hints(read_only=True, destructive=False, idempotent=True, open_world=False),
    arguments=arguments_schema(PROPERTIES, "architectures"),
    answer=_schema,
    run=_run,
)
