"""The tool ``update_document``: what an update of the document would change; and, if asked for, the update."""

from functools import partial
from pathlib import Path
from typing import Annotated, cast

from pydantic import Field

from archtrack.app.document import DocumentUpdate, Flags
from archtrack.app.document import update_document as update
from archtrack.app.run import Run, day
from archtrack.core.json_values import SCHEMA_VERSION
from archtrack.core.wording import counted
from archtrack.errors import ImplausibleError, UsageError
from archtrack.render.outdated import telling
from archtrack.render.update import report_json, report_lines, unified_diff

from .tool import Answer, Call, Json, Record, SourceArguments, shipped, tool

__all__ = ["update_document"]

LISTS = ("added", "stale", "refreshed", "pruned", "outside", "unresolved")
_ENDINGS = {".md", ".markdown"}
_MOST_CHARACTERS = 60_000
"""Of the diff: a row may be of any length."""

_SHOWN = 200
"""Characters of a path in a message."""


class Asked(SourceArguments):
    """What it takes."""

    write: bool = False
    """Write the document. Left out: only say what would change."""

    refresh: bool = False
    """Rewrite the cells of rows that are out of date: Native, HF, File, an example that is empty."""

    prune: bool = False
    """Remove the rows of architectures that no engine knows any more."""

    document: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    """The document: a Markdown file in the server's working directory or below it. Left out: the configured one, else
    MODEL_SUPPORT_TRACKING.md."""

    limit: int = Field(50, ge=0, le=2000)
    """Entries of each list of the answer; `totals` always counts all."""

    diff_lines: int = Field(200, ge=0, le=5000)
    """Lines of the diff."""


class Diff(Record):
    """The change of the text."""

    text: str
    """Unified; its beginning where it is truncated."""

    lines: int
    """Of the whole diff."""

    truncated: bool


of_report = partial(shipped, "report")


class Found(Answer):
    """What it answers: the report of ``update --format json`` with its lists cut, and the diff."""

    document: Annotated[str, of_report("document")]
    created: Annotated[bool, of_report("created")]
    changed: Annotated[bool, of_report("changed")]
    written: bool
    counts: Annotated[Json, of_report("counts")]
    totals: dict[str, int]
    """How many there are of each list."""

    added: Annotated[list[Json], of_report("added")]
    stale: Annotated[list[Json], of_report("stale")]
    refreshed: Annotated[list[Json], of_report("refreshed")]
    pruned: Annotated[list[Json], of_report("pruned")]
    outside: Annotated[list[Json], of_report("outside")]
    unresolved: Annotated[list[Json], of_report("unresolved")]
    diff: Diff
    truncated: bool
    """A list or the diff is cut; `summary` says how to get it."""

    sources: Annotated[list[Json], of_report("sources")]
    notices: Annotated[list[str], of_report("notices")]


@tool("Update MODEL_SUPPORT_TRACKING.md", writes="write")
def update_document(asked: Asked, call: Call) -> Found:
    """Bring MODEL_SUPPORT_TRACKING.md up to date with SGLang's and transformers' code.

    Use it after a model was merged, after transformers was bumped, or to see whether anything was missed. It writes
    nothing unless `write` is true: call it without first, look at `diff` and `totals`, then call again with `write:
    true`. It adds rows for new architectures and puts the counts right; existing rows keep every byte and are reported
    in `stale` if they no longer tell the truth. `refresh: true` rewrites the cells of those, `prune: true` removes rows
    of architectures that no engine knows any more. `changed: false` means that there is nothing to do. Only the
    document in the server's working directory is written.
    """
    begun = call.start(asked, None if asked.document is None else _inside(asked.document))
    path = _inside(str(begun.document))
    if not _is_document(begun):
        raise UsageError(
            f"document {str(path)[:_SHOWN]!r} is not a Markdown file (.md); drop it for the usual one"
        )
    flags = Flags(date=day(None).isoformat(), refresh=asked.refresh, prune=asked.prune, write=asked.write)
    try:
        found = update(path, begun.request, begun.settings, begun.workspace, flags)
    except ImplausibleError as error:
        raise ImplausibleError(
            f"{error} (only a person can do that, with `archtrack update --force`)"
        ) from error
    report, diff = report_json(found), _diff(found, asked.diff_lines)
    truncated = diff["truncated"] or any(len(report[name]) > asked.limit for name in LISTS)
    answer = {
        **{key: report[key] for key in report.keys() & Found.__annotations__.keys()},
        "schema_version": SCHEMA_VERSION,
        "summary": _summary(found, truncated=truncated, write=asked.write),
        "totals": {name: len(report[name]) for name in LISTS},
        **{name: report[name][: asked.limit] for name in LISTS},
        "diff": diff,
        "truncated": truncated,
    }
    return cast("Found", {key: answer[key] for key in Found.__annotations__})


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
        raise UsageError(f"document {shown!r} is not a file path; drop it for the usual one") from error
    if not real.is_relative_to(folder):
        raise UsageError(
            f"document {shown!r} is outside {folder}, where this server works; start `archtrack mcp` in the "
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


def _diff(found: DocumentUpdate, most: int) -> Diff:
    lines = list(unified_diff(found, terminal=False, color=False))
    text = "".join(lines[:most])
    return {
        "text": text[:_MOST_CHARACTERS],
        "lines": len(lines),
        "truncated": len(lines) > most or len(text) > _MOST_CHARACTERS,
    }


def _summary(found: DocumentUpdate, *, truncated: bool, write: bool) -> str:
    *_, last = "\n".join(report_lines(found, check=not write)).split("\n\n")
    said = [" ".join(last.split())]
    if found.differs and not write:
        said.append("Call again with write: true to write it.")
    if wrong := telling(found.merge.outdated):
        said.append(f"Out of date and unchanged: {counted(len(wrong), 'row')}; see stale, refresh and prune.")
    if truncated:
        said.append(
            "The answer is cut: limit and diff_lines take more, `archtrack update --diff` prints all."
        )
    return " ".join(said)
