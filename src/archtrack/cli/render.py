"""``archtrack render``: the document in another form, for another place."""

from __future__ import annotations

from pathlib import Path

import click

from archtrack.core.document.row_filter import KINDS
from archtrack.core.issue.parts import LEAST, LIMIT

from ._options import document_option, examples, format_option, start

__all__ = ["SECTION", "command"]

SECTION = "track"


def _kinds(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 -- click's
    """The kinds that ``--only`` names, in their own order."""
    named = {word.strip() for text in value for word in text.split(",") if word.strip()}
    unknown = sorted(named.difference(KINDS))
    if unknown or (value and not named):
        raise click.BadParameter(f"{', '.join(unknown) or 'nothing'} is not one of {', '.join(KINDS)}.")
    return tuple(word for word in KINDS if word in named)


@click.command(
    "render",
    short_help="Split the document into a tracking issue and its comments.",
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
    help="The form to render.",
)
@document_option
@click.option(
    "--only",
    multiple=True,
    callback=_kinds,
    metavar="KIND,…",
    help="Keep only rows of this kind: native (Native is Y), hf-only (only HF is Y) or unsupported (neither); with a "
    "column Fallback also fallback and refused.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=LEAST),
    default=LIMIT,
    show_default=True,
    metavar="N",
    help="The largest size of a body or comment, in bytes of UTF-8; a line end counts two.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write one file per part and a manifest to this folder, only where they differ. Default: print everything.",
)
@format_option("text", "json")
def command(
    *, target: str, doc: Path | None, only: tuple[str, ...], limit: int, out: Path | None, form: str
) -> None:
    """Render the document as a tracking issue on GitHub: a body, and numbered comments for what does not fit.

    Each part begins with a hidden line, so that a script can find its comment again. Tables are split between rows by
    name: a new architecture changes its own comment and the counts in the body, and no other comment.

    archtrack reads no source for this. A row's own cells tell its kind.
    """
    from archtrack.app.issue import PartFile, manifest, read_issue, write_issue
    from archtrack.render.issue import print_files, print_parts, unknown_note
    from archtrack.render.json import print_json

    document = start(doc=doc).document
    issue = read_issue(document, limit=limit, only=only)
    choice = issue.choice
    facts = {
        "document": str(document),
        "limit": limit,
        "only": list(only),
        "rows": choice.rows,
        "shown": choice.rows - len(choice.left_out),
        "unknown": list(choice.unknown),
    }
    printed = [PartFile(part=part) for part in issue.parts]
    parts = printed if out is None else write_issue(out, issue, document, facts)
    if form == "json":
        data = manifest(parts, {"target": target, "out": None if out is None else str(out), **facts})
        for listed, each in zip(data["parts"], parts, strict=True):
            listed |= {"written": each.written, "text": each.part.text}
        print_json(data)
    elif out is None:
        print_parts(parts, limit)
    else:
        print_files(parts, limit, out)
    if choice.unknown:
        click.echo(unknown_note(document, choice.unknown), err=True)
