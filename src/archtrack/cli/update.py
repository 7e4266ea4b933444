"""``archtrack update``: bring the document up to date. ``rebuild`` has its options, and runs as it does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from archtrack.render.colour import wants_colour
from archtrack.render.terminal import print_lines

from ._options import (
    document_option,
    examples,
    format_option,
    hub_option,
    known_elsewhere_option,
    scan_option,
    source_options,
    start,
    together,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archtrack.app.document import DocumentUpdate
    from archtrack.sources.workspace import Workspace

__all__ = ["SECTION", "command", "run", "writing_options"]

SECTION = "track"

writing_options = together(
    document_option,
    source_options,
    hub_option,
    known_elsewhere_option,
    scan_option,
    click.option("--check", is_flag=True, help="Write nothing; exit 1 if an update would write something."),
    click.option("--diff", is_flag=True, help="Write nothing; print the changes as a unified diff."),
    click.option("--date", metavar="YYYY-MM-DD", help="The date to write into the document. [today]"),
    click.option("--force", is_flag=True, help="Write the document even if the result looks implausible."),
    click.option("--strict", is_flag=True, help="Exit 1 if a place in the sources is unresolved."),
)


@click.command(
    "update",
    short_help="Add missing architectures to the document.",
    epilog=examples(
        "archtrack update                                       the newest SGLang, or the checkout you are in",
        "archtrack update --check                               exit 1 if an update would write something",
        "archtrack update --check --refresh --format github     the same for CI, with annotations",
        "archtrack update --check --format markdown             the same as Markdown, for a job's summary",
        "archtrack update --diff                                show the changes",
        "archtrack update --sglang git:.@v0.5.9 --transformers pinned",
    ),
)
@writing_options
@click.option(
    "--refresh",
    is_flag=True,
    help="Update the cells of existing rows: Native, HF, File, empty examples and configured columns. Each change is "
    "shown with its evidence.",
)
@click.option("--prune", is_flag=True, help="Remove rows that no engine knows any more.")
@format_option("text", "markdown", "json", "github")
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Add missing architectures to MODEL_SUPPORT_TRACKING.md and correct its counts.

    Existing rows keep every byte; archtrack reports rows that are out of date. If nothing is new, it writes
    nothing, not even the date. It creates a missing document.
    """
    from archtrack.app.document import update_document

    ctx.exit(run(update_document, **options))


def run(  # noqa: PLR0913 -- one parameter per option
    use_case: Callable[..., DocumentUpdate],
    /,
    *,
    doc: Path | None,
    check: bool,
    diff: bool,
    date: str | None,
    force: bool,
    strict: bool,
    refresh: bool,
    prune: bool,
    form: str,
    scan: bool,
    **sources: Any,
) -> int:
    """Run ``update`` or ``rebuild``; returns the exit code."""
    from archtrack.app.document import Flags
    from archtrack.app.run import day

    # What a history has of a release are the lines of the release with which something began.
    scan = scan or form in {"json", "github"}
    begun, looking = start(doc=doc, scan=scan, **sources), check or diff
    flags = Flags(date=day(date).isoformat(), refresh=refresh, prune=prune, force=force, write=not looking)
    update = use_case(begun.document, begun.request, begun.settings, begun.workspace, flags)
    _print(update, form, begun.workspace, looking=looking, diff=diff)
    unresolved = any(inventory.unresolved for inventory in update.track.matrix.inventories)
    return 1 if (check and update.differs) or (strict and unresolved) else 0


def _print(update: DocumentUpdate, form: str, workspace: Workspace, *, looking: bool, diff: bool) -> None:
    from archtrack.render.github import checkout_root
    from archtrack.render.json import print_json
    from archtrack.render.update import report_annotations, report_json, report_lines, unified_diff
    from archtrack.render.update_markdown import report_markdown

    if form == "json":
        print_json(report_json(update))
    elif form == "github":
        print_lines(report_annotations(update, checkout_root(workspace.environ, workspace.folder)))
    else:
        print_lines((report_markdown if form == "markdown" else report_lines)(update, check=looking))
    if diff and form == "text":
        click.echo()
        terminal = sys.stdout.isatty()
        color = wants_colour()
        sys.stdout.writelines(unified_diff(update, terminal=terminal, color=color))
