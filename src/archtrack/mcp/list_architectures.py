"""The tool ``list_architectures``: what an engine's release registers, or what SGLang and transformers do with each."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from archtrack.errors import UsageError
from archtrack.model import Category, Status

from .base import Call, Hints, Tool, arguments_schema, source_properties
from .model_history import chosen_release, history_of
from .schemas import answer_schema, closed, listing, nullable, ref

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archtrack.model import MatrixRow

__all__ = ["TOOL"]

HISTORY, SOURCES = "history", "sources"
JOINED = ("sglang", "transformers")
_MOST = 500
_DEFAULT = 50
_LONGEST = 200

DESCRIPTION = f"""\
Which architectures does an engine have? Use it to browse or count: "all Qwen architectures that vLLM \
registers", "what does SGLang refuse", "how many embedding models". By default (from `history`) it answers \
at once and without a request what one release of one engine registers, with the release since which it \
does. With `from: sources`, or a `status`, or a source, it reads SGLang and transformers, which takes \
seconds, and says of each architecture what SGLang does with it. At most `limit` come at a time ({_DEFAULT} \
unless you say otherwise): `truncated` says that there are more, `next_offset` how to get them, and `counts` \
counts all that match. Narrow it with `name` and `category` before you page. For one known architecture use \
check_model or model_history."""

PROPERTIES = {
    "engine": {
        "type": "string",
        "minLength": 1,
        "maxLength": _LONGEST,
        "description": "sglang (the default), vllm, transformers, lmdeploy, mlx-lm or exllamav3. From sources: sglang "
        "lists its own, transformers what is public there; left out, both.",
    },
    "version": {
        "type": "string",
        "minLength": 1,
        "maxLength": _LONGEST,
        "description": "From the history: the release, such as 0.5.9. Left out: the newest.",
    },
    "name": {
        "type": ["string", "array"],
        "items": {"type": "string", "minLength": 1, "maxLength": _LONGEST},
        "minItems": 1,
        "maxItems": 20,
        "minLength": 1,
        "maxLength": _LONGEST,
        "description": "Only names with this in them, in any case; with * or ? a pattern for the whole name "
        "(`Qwen3*ForCausalLM`). A list: any of them.",
    },
    "category": {
        "type": "array",
        "items": {"enum": [each.value for each in Category]},
        "minItems": 1,
        "description": "Only these: text, embedding, multimodal.",
    },
    "status": {
        "type": "array",
        "items": {"enum": [each.value for each in Status if each is not Status.REMOTE_CODE]},
        "minItems": 1,
        "description": "Only these, as SGLang's code says: native, unimportable, fallback, refused, unsupported. "
        "Reads the sources.",
    },
    "from": {
        "type": "string",
        "enum": [HISTORY, SOURCES],
        "description": "history: what a release registers, at once. sources: read SGLang and transformers. Left out: "
        "sources if `status`, `sglang` or `transformers` is given, else history.",
    },
    "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": _MOST,
        "default": _DEFAULT,
        "description": f"Entries of one answer, at most {_MOST}.",
    },
    "offset": {
        "type": "integer",
        "minimum": 0,
        "default": 0,
        "description": "Entries to pass over: the `next_offset` of the answer before.",
    },
    **source_properties(),
}


def _schema() -> dict[str, Any]:
    text, maybe, number = {"type": "string"}, {"type": ["string", "null"]}, ref("count")
    row = closed(
        {
            "name": text,
            "status": {
                **nullable(ref("status")),
                "description": "null from the history, which says only that it is registered, or what it runs as.",
            },
            "category": {**nullable(ref("category")), "description": "null where nothing tells it."},
            "at": {
                **text,
                "description": "The path and line that registers or defines it, or puts `runs_as` in its place; from "
                "history, those of the release in which this first was so.",
            },
            "file": text,
            "runs_as": {
                **maybe,
                "description": "The registered architecture that it is run as, where its own name is not registered; "
                "from history only.",
            },
            "since": {
                **maybe,
                "description": "First release that has it, ≤ where an older one may; from history only.",
            },
            "example": {**maybe, "description": "A checkpoint that has it; from sources only."},
        }
    )
    of_kinds = {"type": "object", "additionalProperties": number}
    return answer_schema(
        {
            "from": {"enum": [HISTORY, SOURCES]},
            "engine": maybe,
            "version": maybe,
            "date": maybe,
            "total": {**number, "description": "That match, in this answer or not."},
            "offset": number,
            "returned": number,
            "truncated": {"type": "boolean", "description": "There are more behind these."},
            "next_offset": {"type": ["integer", "null"], "description": "The offset of the next answer."},
            "counts": {
                **closed({"status": of_kinds, "category": of_kinds}),
                "description": "Of all that match and have one.",
            },
            "architectures": {**listing(row), "description": "By name."},
            "sources": listing(ref("engine_source")),
            "notices": listing(text),
        }
    )


def _run(arguments: Mapping[str, Any], call: Call) -> dict[str, Any]:
    from archtrack.codec import SCHEMA_VERSION  # noqa: PLC0415 -- a list of the tools needs none of it

    origin = _origin(arguments)
    head, rows = (_from_history if origin == HISTORY else _from_sources)(arguments, call)
    wanted = [row for row in rows if _matches(row, arguments)]
    offset, limit = arguments.get("offset", 0), arguments.get("limit", _DEFAULT)
    page = wanted[offset : offset + limit]
    end = offset + len(page)
    more = end < len(wanted)
    answer = {
        "from": origin,
        **head,
        "total": len(wanted),
        "offset": offset,
        "returned": len(page),
        "truncated": more,
        "next_offset": end if more else None,
        "counts": {
            key: dict(sorted(Counter(row[key] for row in wanted if row[key] is not None).items()))
            for key in ("status", "category")
        },
        "architectures": page,
    }
    return {"schema_version": SCHEMA_VERSION, "summary": _summary(answer, rows, arguments), **answer}


def _origin(arguments: Mapping[str, Any]) -> str:
    """Where the answer comes from.

    Raises:
        UsageError: arguments that exclude each other.
    """
    of_sources = [name for name in ("status", "sglang", "transformers") if name in arguments]
    origin = arguments.get("from") or (SOURCES if of_sources else HISTORY)
    if origin == HISTORY and of_sources:
        raise UsageError(f"the history does not know {of_sources[0]}: leave it out, or say from: sources")
    engine = arguments.get("engine")
    if origin == SOURCES and "version" in arguments:
        raise UsageError(
            "version is of the history; from sources, say which release with sglang and transformers"
        )
    if origin == SOURCES and engine is not None and engine not in JOINED:
        raise UsageError(
            f"the sources are those of {' and '.join(JOINED)}; leave out status and sources to see what "
            f"{engine[:_LONGEST]} registers"
        )
    return str(origin)


def _from_history(arguments: Mapping[str, Any], call: Call) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    from archtrack.render.history import since_words  # noqa: PLC0415 -- one way of two

    history = history_of(arguments.get("engine", JOINED[0]), call.histories())
    release = chosen_release(history, arguments.get("version"))
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "status": None,
            "category": entry.category,
            "at": entry.at,
            "file": entry.file,
            "runs_as": entry.runs_as,
            "since": since_words(history, name, release),
            "example": None,
        }
        for name, entry in history.at(release.version).items()
    ]
    notices = []
    if release.unresolved:
        notices.append(f"{release.unresolved} places of it could not be read: more may be registered")
    head = {"engine": history.engine, "version": release.version, "date": release.date}
    return {**head, "sources": [], "notices": notices}, rows


def _from_sources(arguments: Mapping[str, Any], call: Call) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    from archtrack.app import refuse_nothing, track  # noqa: PLC0415 -- one way of two
    from archtrack.codec import engine_source_to_json  # noqa: PLC0415 -- as above
    from archtrack.start import start  # noqa: PLC0415 -- as above

    begun = start(
        sglang=arguments.get("sglang"),
        transformers=arguments.get("transformers"),
        offline=call.offline or arguments.get("offline", False),
        progress=call.progress,
    )
    tracked = track(begun.request, begun.settings, begun.workspace)
    for inventory in tracked.matrix.inventories:
        refuse_nothing(inventory)
    engine = arguments.get("engine")
    known = {"sglang": lambda row: row.native is not None, "transformers": lambda row: row.hf is not None}
    rows = [_row(row) for row in tracked.matrix.rows if engine is None or known[engine](row)]
    notices = [
        *tracked.notices,
        *(
            f"{len(each.unresolved)} places in {each.engine} could not be resolved: more may be there"
            for each in tracked.matrix.inventories
            if each.unresolved
        ),
    ]
    about = next((each for each in tracked.matrix.inventories if each.engine == engine), None)
    head = {"engine": engine, "version": about.version if about is not None else None, "date": None}
    sources = [engine_source_to_json(each) for each in tracked.matrix.inventories]
    return {**head, "sources": sources, "notices": notices}, rows


def _row(row: MatrixRow) -> dict[str, Any]:
    found = row.native or row.hf
    return {
        "name": row.name,
        "status": row.status.value,
        "category": row.category.value,
        "at": str(found.place) if found else "",
        "file": found.file if found else "",
        "runs_as": None,
        "since": None,
        "example": row.example.id if row.example else None,
    }


def _matches(row: Mapping[str, Any], arguments: Mapping[str, Any]) -> bool:
    return (
        row["category"] in arguments.get("category", [row["category"]])
        and row["status"] in arguments.get("status", [row["status"]])
        and ("name" not in arguments or any(_named(row["name"], each) for each in _patterns(arguments)))
    )


def _patterns(arguments: Mapping[str, Any]) -> list[str]:
    name = arguments["name"]
    return [name] if isinstance(name, str) else list(name)


def _named(name: str, pattern: str) -> bool:
    folded, wanted = name.casefold(), pattern.casefold()
    return fnmatchcase(folded, wanted.replace("[", "[[]")) if set("*?") & set(wanted) else wanted in folded


def _summary(
    answer: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], arguments: Mapping[str, Any]
) -> str:
    from archtrack.render.terminal import architectures  # noqa: PLC0415 -- a list of the tools needs none of it

    who = "SGLang and transformers"
    if answer["engine"] is not None:
        who = f"{answer['engine']} {answer['version'] or 'of unknown version'}"
    total, first = answer["total"], answer["offset"]
    if not total:
        return f"None of the {len(rows)} architectures of {who} matches.{_near(rows, arguments)}"
    said = f"{architectures(total)} of {who} match{'es' if total == 1 else ''}."
    if len(rows) == total:
        others = sum(row["runs_as"] is not None for row in rows)
        said = f"{who}: {architectures(total - others, others)}."
    if answer["truncated"]:
        rest = (
            f"call again with offset: {answer['next_offset']} for more, or narrow it with name and category"
        )
        return f"{said} These are {first + 1} to {first + answer['returned']}; {rest}."
    return said if answer["returned"] else f"{said} offset {first} is behind the last of them."


def _near(rows: Sequence[Mapping[str, Any]], arguments: Mapping[str, Any]) -> str:
    """Names like the one that was asked for."""
    from archtrack.core.nearest import nearest  # noqa: PLC0415 -- most names match

    if "name" not in arguments:
        return ""
    names = frozenset(row["name"] for row in rows)
    near = [found for pattern in _patterns(arguments) for found in nearest(pattern, names)]
    return f" Names like it: {', '.join(dict.fromkeys(near))}." if near else ""


TOOL = Tool(
    name="list_architectures",
    title="List the architectures of an engine",
    description=DESCRIPTION,
    hints=Hints(read_only=True, destructive=False, idempotent=True, open_world=True),
    arguments=arguments_schema(PROPERTIES),
    answer=_schema,
    run=_run,
)
