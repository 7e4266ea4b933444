"""``archtrack diff``: what changed between two sources of one engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from archtrack.comparing import scan_both
from archtrack.core.diff import compare
from archtrack.engines import engine_names
from archtrack.render.terminal import plain, read_lines

from ._options import data_option, examples, format_option, histories, offline_option, registry_options, start

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["command"]


@click.command(
    "diff",
    short_help="Show what changed between two sources of one engine.",
    epilog=examples(
        "archtrack diff sglang 0.5.9 0.5.23 --format markdown     for release notes",
        "archtrack diff sglang git:.@main .                       what a working tree changes",
        "archtrack diff transformers 4.57.6 5.23.0",
    ),
)
@click.argument("engine", type=click.Choice(engine_names()))
@click.argument("old")
@click.argument("new")
@registry_options
@offline_option
@data_option
@click.option("--scan", is_flag=True, help="Read both releases, also those that the history knows.")
@click.option("--strict", is_flag=True, help="Exit 1 if a place in either source could not be resolved.")
@format_option("text", "markdown", "json")
@click.pass_context
def command(  # noqa: PLR0913 -- one parameter per option
    ctx: click.Context,
    *,
    engine: str,
    old: str,
    new: str,
    external: str | None,
    disabled: str | None,
    form: str,
    offline: bool,
    data: Path | None,
    scan: bool,
    strict: bool,
) -> None:
    """Show which architectures came, went, moved or were renamed from OLD to NEW, two sources of ENGINE.

    Two final releases that the history knows are compared by it, at once and without a request; anything else is read.

    Exits 0 whether or not there are changes.
    """
    begun = start(external=external, disabled=disabled, offline=offline)
    known = None if scan else histories(data)
    found = scan_both(engine, (old, new), begun.workspace, begun.request, histories=known)
    before, after = found.before, found.after
    if found.by_history:
        versions = f"{engine} {before.inventory.version} and {after.inventory.version}"
        click.echo(plain(f"By the history: {versions}; --scan reads the releases themselves"), err=True)
    else:
        notices = dict.fromkeys((*before.notices, *after.notices))
        for line in read_lines((before.inventory, after.inventory), notices):
            click.echo(line, err=True)
    changes = compare(before.inventory, after.inventory)
    from archtrack.render.changes import changes_json, changes_lines, changes_markdown  # noqa: PLC0415 -- printing

    if form == "json":
        from archtrack.render.json import print_json  # noqa: PLC0415 -- one form of three

        print_json(changes_json(before.inventory, after.inventory, changes))
    else:
        lines = changes_markdown if form == "markdown" else changes_lines
        for line in lines(before.inventory, after.inventory, changes):
            click.echo(line)
    for inventory in (before.inventory, after.inventory):
        words = f"{inventory.engine} {inventory.version or inventory.origin.location}"
        for each in inventory.unresolved:
            click.echo(plain(f"? {words}: {each.place}: {each.reason}"), err=True)
    ctx.exit(1 if strict and (before.inventory.unresolved or after.inventory.unresolved) else 0)
