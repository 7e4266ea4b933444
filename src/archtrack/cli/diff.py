"""``archtrack diff``: what changed between two sources of one engine, or what a working tree changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from archtrack.engines import engine_names
from archtrack.errors import UsageError
from archtrack.render.terminal import plain, print_lines, read_lines

from ._options import data_option, examples, format_option, histories, offline_option, registry_options, start

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archtrack.app.run import Run
    from archtrack.model import Inventory

__all__ = ["SECTION", "command"]

SECTION = "track"


@click.command(
    "diff",
    short_help="Compare two sources of an engine, or a branch with its base.",
    epilog=examples(
        "archtrack diff sglang 0.5.9 0.5.23 --format markdown     for release notes",
        "archtrack diff --base origin/main                        what this branch changes in support",
        "archtrack diff --base origin/main --format github        the same as annotations of a pull request",
        "archtrack diff sglang git:.@v0.5.9 .                     what a working tree registers, against a tag",
        "archtrack diff transformers 4.57.6 5.23.0",
    ),
)
@click.argument("engine", type=click.Choice(engine_names()), required=False)
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option(
    "--base",
    metavar="REF",
    help="Compare the working tree of a checkout with its merge base with REF: a branch, tag or commit.",
)
@click.option(
    "--transformers",
    metavar="SOURCE",
    help="With --base: the transformers for both sides. Default: the release that each side pins.",
)
@registry_options
@offline_option
@data_option
@click.option("--scan", is_flag=True, help="Read both releases even if the shipped data knows them.")
@click.option("--strict", is_flag=True, help="Exit 1 if a place in either source is unresolved.")
@format_option("text", "markdown", "json", "github")
@click.pass_context
def command(
    ctx: click.Context, /, *, engine: str | None, old: str | None, new: str | None, **options: Any
) -> None:
    """Show which architectures came, went, moved or were renamed from OLD to NEW, two sources of ENGINE.

    Two final releases that the history knows are compared at once, without a request. archtrack reads anything else.

    With --base instead of OLD and NEW: show what the working tree changes in support, uncommitted files included,
    as a pull request would. ENGINE is the engine of this checkout. For SGLang it shows the status of each
    architecture before and after, each side with the transformers that it pins.

    Exits 0 with or without changes.
    """
    if options["base"] is None:
        _refuse_what_needs_a_base(engine, old, new, options)
    elif old is not None:
        raise UsageError(
            f"--base compares the working tree; drop {old!r}, or drop --base to compare two sources"
        )
    elif options["scan"] or options["data"] is not None:
        raise UsageError(
            "--scan and --data go with OLD and NEW; drop them, as --base always reads both sides"
        )
    begun = start(**{name: options[name] for name in ("transformers", "external", "disabled", "offline")})
    if options["base"] is not None:
        inventories = _against_base(engine, begun, options)
    else:
        inventories = _two_sources(str(engine), (str(old), str(new)), begun, options)
    # Each place once: both sides may have read the same transformers.
    unresolved = dict.fromkeys(
        plain(f"? {each.engine} {each.version or each.origin.location}: {place.place}: {place.reason}")
        for each in inventories
        for place in each.unresolved
    )
    print_lines(unresolved, err=True)
    ctx.exit(1 if options["strict"] and unresolved else 0)


def _refuse_what_needs_a_base(
    engine: str | None, old: str | None, new: str | None, options: Mapping[str, Any]
) -> None:
    if new is None:
        missing = "ENGINE, OLD and NEW" if engine is None else "OLD and NEW" if old is None else "NEW"
        raise UsageError(
            f"{missing} missing: `archtrack diff sglang 0.5.9 0.5.23` compares two sources,"
            " `archtrack diff --base origin/main` a working tree with its base"
        )
    if options["form"] == "github":
        raise UsageError("--format github annotates a working tree; add --base REF, or choose another format")
    if options["transformers"] is not None:
        raise UsageError(
            "--transformers goes with --base; drop it, as OLD and NEW are compared by what they register"
        )


def _two_sources(
    engine: str, specs: tuple[str, str], begun: Run, options: Mapping[str, Any]
) -> tuple[Inventory, ...]:
    from archtrack.app.diff import scan_both
    from archtrack.core.matrix.diff import compare
    from archtrack.render.diff import changes_json, changes_lines, changes_markdown
    from archtrack.render.json import print_json

    known = None if options["scan"] else histories(options["data"])
    found = scan_both(engine, specs, begun.workspace, begun.request, histories=known)
    before, after = inventories = (found.before.inventory, found.after.inventory)
    if found.by_history:
        versions = f"{engine} {before.version} and {after.version}"
        click.echo(plain(f"From the history: {versions}; --scan reads the releases themselves"), err=True)
    else:
        _say_what_was_read(inventories, (*found.before.notices, *found.after.notices))
    changes = compare(before, after)
    if options["form"] == "json":
        print_json(changes_json(before, after, changes))
    else:
        lines = changes_markdown if options["form"] == "markdown" else changes_lines
        print_lines(lines(before, after, changes))
    return inventories


def _against_base(engine: str | None, begun: Run, options: Mapping[str, Any]) -> tuple[Inventory, ...]:
    from archtrack.app.diff_base import compare_with_base
    from archtrack.render.diff_base import support_annotations, support_json, support_lines, support_markdown
    from archtrack.render.github import checkout_root
    from archtrack.render.json import print_json

    branch = compare_with_base(engine, options["base"], begun.request, begun.settings, begun.workspace)
    sides = (branch.before, branch.after)
    inventories = tuple(
        inventory for side in sides for inventory in (side.engine, side.transformers) if inventory is not None
    )
    _say_what_was_read(inventories, branch.notices)
    if options["form"] == "json":
        print_json(support_json(branch))
    elif options["form"] == "github":
        root = checkout_root(begun.workspace.environ, begun.workspace.folder)
        print_lines(support_annotations(branch, root))
    else:
        print_lines((support_markdown if options["form"] == "markdown" else support_lines)(branch))
    return inventories


def _say_what_was_read(inventories: Iterable[Inventory], notices: Iterable[str]) -> None:
    print_lines(dict.fromkeys(read_lines(inventories, dict.fromkeys(notices))), err=True)
