"""The tool ``update_document``: what an update of the document would change; and, if asked for, the update."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from archtrack.errors import ImplausibleError, UsageError

from .base import Call, Hints, Tool, arguments_schema, source_properties
from .schemas import answer_schema, closed, listing, ref

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.documents import DocumentUpdate
    from archtrack.start import Run

__all__ = ["TOOL"]

LISTS = ("added", "stale", "refreshed", "pruned", "outside", "unresolved")
_ENDINGS = {".md", ".markdown"}
_MOST_CHARACTERS = 60_000
"""Of the diff: a row may be of any length."""

_SHOWN = 200
"""Characters of a path in a message."""

DESCRIPTION = """\
Bring MODEL_SUPPORT_TRACKING.md up to date with SGLang's and transformers' code: use it after a model was \
merged, after transformers was bumped, or to see whether anything was missed. It writes nothing unless \
`write` is true: call it without first, look at `diff` and `totals`, then call again with `write: true`. It \
adds rows for new architectures and puts the counts right; existing rows keep every byte and are reported in \
`stale` if they no longer tell the truth. `refresh: true` rewrites the cells of those, `prune: true` removes \
rows of architectures that no engine knows any more. `changed: false` means that there is nothing to do. \
Only the document in the server's working directory is written."""

PROPERTIES = {
    "write": {
        "type": "boolean",
        "default": False,
        "description": "Write the document. Left out: only say what would change.",
    },
    "refresh": {
        "type": "boolean",
        "default": False,
        "description": "Rewrite the cells of rows that are out of date: Native, HF, File, an example that is empty.",
    },
    "prune": {
        "type": "boolean",
        "default": False,
        "description": "Remove the rows of architectures that no engine knows any more.",
    },
    "document": {
        "type": "string",
        "minLength": 1,
        "maxLength": 4096,
        "description": "The document: a Markdown file in the server's working directory or below it. Left out: the "
        "configured one, else MODEL_SUPPORT_TRACKING.md.",
    },
    "limit": {
        "type": "integer",
        "minimum": 0,
        "maximum": 2000,
        "default": 50,
        "description": "Entries of each list of the answer; `totals` always counts all.",
    },
    "diff_lines": {
        "type": "integer",
        "minimum": 0,
        "maximum": 5000,
        "default": 200,
        "description": "Lines of the diff.",
    },
    **source_properties(),
}


def _schema() -> dict[str, Any]:
    number = ref("count")
    rows = {
        "added": {**listing(ref("added_row")), "description": "Architectures that had no row."},
        "stale": {
            **listing(ref("stale_row")),
            "description": "Rows that no longer tell the truth, or stand in another section, and stay as they are.",
        },
        "refreshed": {**listing(ref("stale_row")), "description": "Rows that `refresh` rewrites."},
        "pruned": {**listing(ref("stale_row")), "description": "Rows that `prune` removes."},
        "outside": {
            **listing(closed({"name": {"type": "string"}, "line": ref("line")})),
            "description": "Rows that stand in none of the three sections: nobody keeps them up to date.",
        },
        "unresolved": {
            **listing(ref("unresolved_in")),
            "description": "Places of the sources that were not read.",
        },
    }
    return answer_schema(
        {
            "document": {"type": "string"},
            "created": {"type": "boolean", "description": "There was no such document."},
            "changed": {"type": "boolean", "description": "The document is, or would be, another one."},
            "written": {"type": "boolean"},
            "counts": {
                "type": "object",
                "description": "Per section, as the document has them afterwards.",
                "additionalProperties": ref("counts"),
            },
            "totals": {
                **closed(dict.fromkeys(LISTS, number)),
                "description": "How many there are of each list.",
            },
            **rows,
            "diff": closed(
                {
                    "text": {
                        "type": "string",
                        "description": "Unified; its beginning where it is truncated.",
                    },
                    "lines": {**number, "description": "Of the whole diff."},
                    "truncated": {"type": "boolean"},
                }
            ),
            "truncated": {
                "type": "boolean",
                "description": "A list or the diff is cut; `summary` says how to get it.",
            },
            "sources": listing(ref("engine_source")),
            "notices": listing({"type": "string"}),
        }
    )


def _run(arguments: Mapping[str, Any], call: Call) -> dict[str, Any]:
    from archtrack.documents import Flags, update_document  # noqa: PLC0415 -- a list of the tools needs none of it
    from archtrack.start import day, start  # noqa: PLC0415 -- as above

    asked = arguments.get("document")
    begun = start(
        doc=None if asked is None else _inside(asked),
        sglang=arguments.get("sglang"),
        transformers=arguments.get("transformers"),
        offline=call.offline or arguments.get("offline", False),
        progress=call.progress,
    )
    flags = Flags(
        date=day(None).isoformat(),
        refresh=arguments.get("refresh", False),
        prune=arguments.get("prune", False),
        write=arguments.get("write", False),
    )
    path = _inside(str(begun.document))
    if not _is_document(begun):
        raise UsageError(
            f"document {str(path)[:_SHOWN]!r} is no Markdown file (.md); leave it out for the usual one"
        )
    try:
        update = update_document(path, begun.request, begun.settings, begun.workspace, flags)
    except ImplausibleError as error:
        raise ImplausibleError(
            f"{error} (not here: a person decides that, with `archtrack update --force`)"
        ) from error
    return _answer(update, arguments)


def _inside(text: str) -> Path:
    """A document's path, if it lies in the working directory and leads nowhere else.

    Raises:
        UsageError: it does not, or it is no path.
    """
    folder = Path.cwd().resolve()
    shown = text[:_SHOWN]
    try:
        real = (folder / text).resolve()
    except (OSError, ValueError, RuntimeError) as error:  # too long, a NUL, a link to itself
        raise UsageError(
            f"document {shown!r} is no path of a file; leave it out for the usual one"
        ) from error
    if not real.is_relative_to(folder):
        raise UsageError(
            f"document {shown!r} is outside of {folder}, where this server works; start `archtrack mcp` in the "
            "document's folder, or name a document inside"
        )
    return Path(text)


def _is_document(begun: Run) -> bool:
    """Whether the path is that of a Markdown file, or the one that the configuration names."""
    settings, path = begun.settings, Path.cwd() / begun.document
    if path.resolve().suffix.lower() in _ENDINGS:
        return True
    if settings.path is None:
        return False
    return path.resolve() == (Path.cwd() / Path(settings.path).parent / settings.document).resolve()


def _answer(update: DocumentUpdate, arguments: Mapping[str, Any]) -> dict[str, Any]:
    from archtrack.render.report import report_json  # noqa: PLC0415 -- a list of the tools needs none of it

    report = report_json(update)
    limit = arguments.get("limit", 50)
    diff = _diff(update, arguments.get("diff_lines", 200))
    truncated = diff["truncated"] or any(len(report[name]) > limit for name in LISTS)
    return {
        "schema_version": report["schema_version"],
        "summary": _summary(update, truncated=truncated, write=arguments.get("write", False)),
        **{key: report[key] for key in ("document", "created", "changed", "written", "counts")},
        "totals": {name: len(report[name]) for name in LISTS},
        **{name: report[name][:limit] for name in LISTS},
        "diff": diff,
        "truncated": truncated,
        "sources": report["sources"],
        "notices": report["notices"],
    }


def _diff(update: DocumentUpdate, most: int) -> dict[str, Any]:
    from archtrack.render.report import unified_diff  # noqa: PLC0415 -- a list of the tools needs none of it

    lines = list(unified_diff(update, terminal=False, color=False))
    text = "".join(lines[:most])
    return {
        "text": text[:_MOST_CHARACTERS],
        "lines": len(lines),
        "truncated": len(lines) > most or len(text) > _MOST_CHARACTERS,
    }


def _summary(update: DocumentUpdate, *, truncated: bool, write: bool) -> str:
    from archtrack.render.report import report_lines  # noqa: PLC0415 -- a list of the tools needs none of it
    from archtrack.render.stale import telling  # noqa: PLC0415 -- as above

    *_, last = "\n".join(report_lines(update, check=not write)).split("\n\n")
    said = [" ".join(last.split())]
    if update.differs and not write:
        said.append("Call again with write: true to write it.")
    if wrong := telling(update.merge.stale):
        said.append(f"Out of date, and left as they are: {len(wrong)} rows; see stale, refresh and prune.")
    if truncated:
        said.append(
            "The answer is cut: limit and diff_lines take more, `archtrack update --diff` prints all."
        )
    return " ".join(said)


def _may_write(arguments: Mapping[str, Any]) -> bool:
    return bool(arguments.get("write"))


TOOL = Tool(
    name="update_document",
    title="Update MODEL_SUPPORT_TRACKING.md",
    description=DESCRIPTION,
    hints=Hints(read_only=False, destructive=True, idempotent=True, open_world=True),
    arguments=arguments_schema(PROPERTIES),
    answer=_schema,
    run=_run,
    writes=_may_write,
    preview=lambda arguments: {**arguments, "write": False},
)
