"""``archtrack render``: the document in another form, for another place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archtrack.core.issue_parts import LEAST, LIMIT
from archtrack.core.said import SAID

from ._options import document_option, examples, format_option, start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archtrack.core.issue_parts import Issue
    from archtrack.issue_files import PartFile

__all__ = ["command"]


def _kinds(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 -- click's
    """What ``--only`` names, in the order in which it can be named."""
    named = {word.strip() for text in value for word in text.split(",") if word.strip()}
    unknown = sorted(named - SAID.keys())
    if unknown or (value and not named):
        raise click.BadParameter(f"{', '.join(unknown) or 'nothing'} is not one of {', '.join(SAID)}.")
    return tuple(word for word in SAID if word in named)


@click.command(
    "render",
    short_help="Give the document as the body and the comments of a tracking issue.",
    epilog=examples(
        "archtrack render --target issue --out tracking       body.md, comment-01.md, …, manifest.json",
        "archtrack render --target issue --only native,hf-only",
        "archtrack render --target issue --format json",
    ),
)
@click.option(
    "--target",
    type=click.Choice(("issue",)),
    default="issue",
    show_default=True,
    help="What it is to become.",
)
@document_option
@click.option(
    "--only",
    multiple=True,
    callback=_kinds,
    metavar="KIND,…",
    help="Leave out other rows. By their own cells a row is native (Native is Y), hf-only (only HF is Y), unsupported "
    "(neither), or, in a document with the column Fallback, fallback or refused.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=LEAST),
    default=LIMIT,
    show_default=True,
    metavar="N",
    help="What a body or a comment may hold, in bytes of UTF-8 with two for each line's end.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="A folder for one file per part and a manifest; only files that differ are written. Without it everything is "
    "printed.",
)
@format_option("text", "json")
def command(
    *, target: str, doc: Path | None, only: tuple[str, ...], limit: int, out: Path | None, form: str
) -> None:
    """Give the document as a tracking issue on GitHub: a body and, where it does not fit, numbered comments.

    Each part begins with a hidden line by which a script finds its comment again. Tables are divided between rows only,
    by name: an architecture more changes the comment that it belongs to and the counts in the body, not the comments
    behind it.

    No source is read. What a row is, its own cells say.
    """
    from archtrack.issue_files import PartFile, read_issue, write_issue  # noqa: PLC0415 -- `--help` needs none of it
    from archtrack.render.issue import print_files, print_parts, unknown_note  # noqa: PLC0415 -- as above

    document = start(doc=doc).document
    issue = read_issue(document, limit=limit, only=only)
    facts = _facts(issue, document, limit, only)
    printed = [PartFile(part=part) for part in issue.parts]
    parts = printed if out is None else write_issue(out, issue, document, facts)
    if form == "json":
        _print_json(parts, {"target": target, "out": None if out is None else str(out), **facts})
    elif out is None:
        print_parts(parts, limit)
    else:
        print_files(parts, limit, out)
    if issue.choice.unknown:
        click.echo(unknown_note(document, issue.choice.unknown), err=True)


def _facts(issue: Issue, document: Path, limit: int, only: Sequence[str]) -> dict[str, object]:
    choice = issue.choice
    return {
        "document": str(document),
        "limit": limit,
        "only": list(only),
        "rows": choice.rows,
        "shown": choice.rows - len(choice.left_out),
        "unknown": list(choice.unknown),
    }


def _print_json(parts: Sequence[PartFile], facts: dict[str, object]) -> None:
    from archtrack.issue_files import manifest  # noqa: PLC0415 -- one form of two
    from archtrack.render.json import print_json  # noqa: PLC0415 -- as above

    data = manifest(parts, facts)
    for listed, each in zip(data["parts"], parts, strict=True):
        listed |= {"written": each.written, "text": each.part.text}
    print_json(data)
