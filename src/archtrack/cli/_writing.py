"""What ``update`` and ``rebuild`` share: their flags, and one run from options to exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archtrack.documents import Flags, rebuild_document, update_document

from ._options import day, start

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from archtrack.documents import DocumentUpdate
    from archtrack.workspace import Workspace

__all__ = ["run", "writing_options"]

F = TypeVar("F", bound="Callable[..., Any]")


def writing_options(function: F) -> F:
    """The flags that decide whether and how a document is written."""
    for option in reversed(
        (
            click.option("--check", is_flag=True, help="Write nothing; exit 1 if there is something to do."),
            click.option(
                "--diff", is_flag=True, help="Write nothing; print what would change as a unified diff."
            ),
            click.option(
                "--date",
                metavar="YYYY-MM-DD",
                help="The date that the document shows if it is written. [today]",
            ),
            click.option("--force", is_flag=True, help="Write even what looks implausible."),
            click.option(
                "--strict", is_flag=True, help="Exit 1 if a place in the sources could not be resolved."
            ),
        )
    ):
        function = option(function)
    return function


def run(verb: str, doc: Path | None, options: Mapping[str, Any]) -> int:
    """Run one of the two verbs; returns the exit code."""
    begun = start(
        doc=doc,
        sglang=options["sglang"],
        transformers=options["transformers"],
        external=options["external"],
        disabled=options["disabled"],
        offline=options["offline"],
        hub=options["hub"],
    )
    flags = Flags(
        date=day(options["date"]).isoformat(),
        refresh=options["refresh"],
        prune=options["prune"],
        force=options["force"],
        write=not (options["check"] or options["diff"]),
    )
    use_case = update_document if verb == "update" else rebuild_document
    update = use_case(begun.document, begun.request, begun.settings, begun.workspace, flags)
    _print(update, options, begun.workspace)
    unresolved = any(inventory.unresolved for inventory in update.track.matrix.inventories)
    if (options["check"] and update.differs) or (options["strict"] and unresolved):
        return 1
    return 0


def _print(update: DocumentUpdate, options: Mapping[str, Any], workspace: Workspace) -> None:
    looking = options["check"] or options["diff"]
    if options["form"] == "json":
        from archtrack.render.json import print_json  # noqa: PLC0415 -- one form of several
        from archtrack.render.report import report_json  # noqa: PLC0415 -- as above

        print_json(report_json(update))
    elif options["form"] == "github":
        from archtrack.render.github import checkout_root  # noqa: PLC0415 -- one form of several
        from archtrack.render.report import report_annotations  # noqa: PLC0415 -- as above

        for line in report_annotations(update, checkout_root(workspace.environ, workspace.folder)):
            click.echo(line)
    elif options["form"] == "markdown":
        from archtrack.render.summary import report_markdown  # noqa: PLC0415 -- one form of several

        for line in report_markdown(update, check=looking):
            click.echo(line)
    else:
        from archtrack.render.report import report_lines  # noqa: PLC0415 -- one form of several

        for line in report_lines(update, check=looking):
            click.echo(line)
    if options["diff"] and options["form"] == "text":
        from archtrack.render.report import unified_diff  # noqa: PLC0415 -- only with --diff

        click.echo()
        terminal = sys.stdout.isatty()
        color = terminal and not workspace.environ.get("NO_COLOR")
        sys.stdout.writelines(unified_diff(update, terminal=terminal, color=color))
