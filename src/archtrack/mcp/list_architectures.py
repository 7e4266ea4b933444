"""The tool ``list_architectures``: what an engine's release registers, or what SGLang and transformers do with each."""

import os
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from archtrack.app.names import Names
from archtrack.app.track import refuse_nothing, track
from archtrack.core.history.history import known_release
from archtrack.core.json_values import SCHEMA_VERSION, engine_source_to_json
from archtrack.core.verdict.suggestions import nearest
from archtrack.core.wording import counted
from archtrack.errors import UsageError
from archtrack.model import Category, MatrixRow, Status
from archtrack.render.history import since_words
from archtrack.render.terminal import architectures

from .model_history import Name, history_of
from .tool import Answer, Call, Json, Record, SourceArguments, one_of, shipped, tool

__all__ = ["list_architectures"]

JOINED = ("sglang", "transformers")

CategoryName = Annotated[str, one_of(each.value for each in Category)]
StatusName = Annotated[str, one_of(each.value for each in Status if each is not Status.REMOTE_CODE)]


class Asked(SourceArguments):
    """What it takes."""

    engine: Name | None = None
    """sglang (the default), vllm, transformers, llama-cpp or another; a wrong name is answered with the
    nearest, or with all there are. From
    sources: sglang lists its own, transformers what is public there; left out, both."""

    version: Name | None = None
    """From the history: the release, such as 0.5.9. Left out: the newest."""

    name: Name | Annotated[list[Name], Field(min_length=1, max_length=20)] | None = None
    """Only names with this in them, in any case; with * or ? a pattern for the whole name (`Qwen3*ForCausalLM`). A
    list: any of them."""

    category: list[CategoryName] | None = Field(None, min_length=1)
    """Only these: text, embedding, multimodal."""

    status: list[StatusName] | None = Field(None, min_length=1)
    """Only these, as SGLang's code says: native, unimportable, fallback, refused, unsupported. Reads the sources."""

    origin: Literal["history", "sources"] | None = Field(None, alias="from")
    """history: what a release registers, at once. sources: read SGLang and transformers. Left out: sources if `status`,
    `sglang` or `transformers` is given, else history."""

    limit: int = Field(50, ge=1, le=500)
    """Entries of one answer, at most 500."""

    offset: int = Field(0, ge=0)
    """Entries to pass over: the `next_offset` of the answer before."""

    @property
    def patterns(self) -> list[str]:
        """What names are to match; empty where all do."""
        return [self.name] if isinstance(self.name, str) else self.name or []


class Row(Record):
    """One architecture."""

    name: str
    status: Annotated[str, shipped("status")] | None
    """null from the history, which says only that it is registered, or what it runs as."""

    category: Annotated[str, shipped("category")] | None
    """null where nothing tells it."""

    at: str
    """The path and line that registers or defines it, or puts `runs_as` in its place; from history, those of the
    release in which this first was so."""

    file: str
    runs_as: str | None
    """The registered architecture that it is run as, where its own name is not registered; from history only."""

    since: str | None
    """First release that has it, ≤ where an older one may; from history only."""

    example: str | None
    """A checkpoint that has it; from sources only."""


Head = TypedDict(
    "Head",
    {
        "from": Literal["history", "sources"],
        "engine": str | None,
        "version": str | None,
        "date": str | None,
        "sources": list[Annotated[Json, shipped("engine_source")]],
        "notices": list[str],
    },
)
"""Whose architectures these are, and what was read for it."""


class Found(Answer, Head):
    """What it answers."""

    total: int
    """That match, in this answer or not."""

    offset: int
    returned: int
    truncated: bool
    """There are more behind these."""

    next_offset: int | None
    """The offset of the next answer."""

    counts: dict[str, dict[str, int]]
    """Of all that match and have one, by `status` and by `category`."""

    architectures: list[Row]
    """By name."""


@tool("List the architectures of an engine")
def list_architectures(asked: Asked, call: Call) -> Found:
    """Which architectures does an engine have?

    Use it to browse or count: "all Qwen architectures that vLLM registers", "what does SGLang refuse", "how many
    embedding models". By default (from `history`) it answers at once and without a request what one release of one
    engine registers, with the release since which it does. With `from: sources`, or a `status`, or a source, it reads
    SGLang and transformers, which takes seconds, and says of each architecture what SGLang does with it. At most
    `limit` come at a time (50 unless you say otherwise): `truncated` says that there are more, `next_offset` how to get
    them, and `counts` counts all that match. Narrow it with `name` and `category` before you page. For one known
    architecture use check_model or model_history.
    """
    head, rows = _from_sources(asked, call) if _reads_sources(asked) else _from_history(asked, call)
    names = Names(call.histories(), os.environ)
    meant = [names.meaning(each) for each in asked.patterns if not set("*?") & set(each)]
    found = [each for each in meant if each.found is not None]
    named = {name for each in found for known in each.checkpoints for name in known.architectures}
    wanted = [row for row in rows if _matches(row, asked, named)]
    page = wanted[asked.offset : asked.offset + asked.limit]
    end = asked.offset + len(page)
    answer: Found = {
        "schema_version": SCHEMA_VERSION,
        "summary": "",
        **head,
        "total": len(wanted),
        "offset": asked.offset,
        "returned": len(page),
        "truncated": end < len(wanted),
        "next_offset": end if end < len(wanted) else None,
        "counts": {
            "status": _counts(row["status"] for row in wanted),
            "category": _counts(row["category"] for row in wanted),
        },
        "architectures": page,
    }
    answer["summary"] = _summary(answer, rows, asked)
    return answer


def _counts(values: Iterable[str | None]) -> dict[str, int]:
    return dict(sorted(Counter(each for each in values if each is not None).items()))


def _reads_sources(asked: Asked) -> bool:
    """Whether the answer comes from sources.

    Raises:
        UsageError: arguments that exclude each other.
    """
    of_sources = [name for name in ("status", "sglang", "transformers") if getattr(asked, name) is not None]
    if asked.origin == "history" and of_sources:
        raise UsageError(f"the history does not know {of_sources[0]}; drop it, or set from: sources")
    if asked.origin != "sources" and not of_sources:
        return False
    if asked.version is not None:
        raise UsageError("version goes with the history; with from: sources, set sglang and transformers")
    if asked.engine is not None and asked.engine not in JOINED:
        raise UsageError(
            f"status and sources are for {' and '.join(JOINED)}; drop them to see what "
            f"{asked.engine} registers"
        )
    return True


def _from_history(asked: Asked, call: Call) -> tuple[Head, list[Row]]:
    history = history_of(asked.engine or JOINED[0], call.histories())
    release = known_release(history, asked.version)
    rows: list[Row] = [
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
        notices.append(f"{counted(release.unresolved, 'place')} could not be read; it may register more")
    head: Head = {
        "from": "history",
        "engine": history.engine,
        "version": release.version,
        "date": release.date,
        "sources": [],
        "notices": notices,
    }
    return head, rows


def _from_sources(asked: Asked, call: Call) -> tuple[Head, list[Row]]:
    begun, engine = call.start(asked), asked.engine
    tracked = track(begun.request, begun.settings, begun.workspace, elsewhere=False)
    read = tracked.matrix.inventories
    for inventory in read:
        refuse_nothing(inventory)
    known = {"sglang": lambda row: row.native is not None, "transformers": lambda row: row.hf is not None}
    notices = [
        f"{counted(len(each.unresolved), 'place')} in {each.engine} could not be resolved; there may be more"
        for each in read
        if each.unresolved
    ]
    head: Head = {
        "from": "sources",
        "engine": engine,
        "version": next((each.version for each in read if each.engine == engine), None),
        "date": None,
        "sources": [engine_source_to_json(each) for each in read],
        "notices": [*tracked.notices, *notices],
    }
    return head, [_row(row) for row in tracked.matrix.rows if engine is None or known[engine](row)]


def _row(row: MatrixRow) -> Row:
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


def _matches(row: Row, asked: Asked, named: Collection[str]) -> bool:
    return (
        (asked.category is None or row["category"] in asked.category)
        and (asked.status is None or row["status"] in asked.status)
        and (
            not asked.patterns
            or row["name"] in named
            or any(_is_named(row["name"], each) for each in asked.patterns)
        )
    )


def _is_named(name: str, pattern: str) -> bool:
    folded, wanted = name.casefold(), pattern.casefold()
    return fnmatchcase(folded, wanted.replace("[", "[[]")) if set("*?") & set(wanted) else wanted in folded


def _summary(answer: Found, rows: Sequence[Row], asked: Asked) -> str:
    who = "SGLang and transformers"
    if answer["engine"] is not None:
        who = f"{answer['engine']} {answer['version'] or 'of unknown version'}"
    total, first = answer["total"], answer["offset"]
    if not total:
        names = frozenset(row["name"] for row in rows)
        near = dict.fromkeys(found for pattern in asked.patterns for found in nearest(pattern, names))
        like = f" Similar names: {', '.join(near)}." if near else ""
        return f"None of the {len(rows)} architectures of {who} matches.{like}"
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
