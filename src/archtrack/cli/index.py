"""``archtrack index``: which architectures the models have that people name, and who says so."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from archtrack.core.wording import counted
from archtrack.errors import UsageError
from archtrack.render.terminal import plain, print_lines
from archtrack.sources.redaction import shown_argument

from ._options import examples, format_option, histories, start

__all__ = ["SECTION", "command"]

SECTION = "ask"


@click.group(
    "index",
    short_help="Show which architectures a model has, and which sources say so.",
    epilog=examples(
        "archtrack index show                                  what the index covers",
        'archtrack index show "DeepSeek R1"                    one model, with file and line of each source',
        "archtrack index refresh                               read the newest releases",
        "archtrack index lint",
    ),
)
def command() -> None:
    """Show which architectures a model has, and which sources say so.

    The model index collects what released packages say about models. `check`, `history`, `migrate`, `list --name`
    and the page look names up in it.
    """


@command.command(
    "show",
    epilog=examples(
        "archtrack index show",
        'archtrack index show Qwen3-32B "gemma 3 27b"',
        "archtrack index show unsloth/Qwen3-8B-GGUF --format json",
    ),
)
@click.argument("names", nargs=-1, metavar="[NAME]…")
@format_option("text", "json")
@click.pass_context
def show(ctx: click.Context, *, names: tuple[str, ...], form: str) -> None:
    """Show what a NAME stands for, and what each source says about it. Without NAME: show what the index covers.

    Exits 1 if a NAME is not found.
    """
    from archtrack.app.models.store import model_index
    from archtrack.core.models.lookup import find, nearest_ids
    from archtrack.hub.targets import model_named
    from archtrack.render.json import print_json
    from archtrack.render.models import looked_up_json, overview_json, print_looked_up, print_overview

    index = model_index(os.environ)
    asked = {shown_argument(name): model_named(name) for name in names}
    found = {shown: find(name, index) for shown, name in asked.items()}
    near = {shown: () if found[shown] else nearest_ids(name, index) for shown, name in asked.items()}
    if form == "json":
        print_json(looked_up_json(found, near, index) if names else overview_json(index))
    elif names:
        print_looked_up(found, near, index)
    else:
        print_overview(index)
    ctx.exit(0 if all(found.values()) else 1)


@command.command(
    "refresh",
    epilog=examples(
        "archtrack index refresh                               into your data folder",
        "archtrack index refresh --data src/archtrack/data/models",
        "archtrack index refresh --accept ms-swift==4.7.0      accept a release with fewer models",
    ),
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="The folder of the data file. Default: your data folder (see `archtrack data info`).",
)
@click.option(
    "--accept",
    multiple=True,
    metavar="PACKAGE==VERSION",
    help="Accept a release although its number of models looks implausible. Repeatable.",
)
@click.pass_context
def refresh(ctx: click.Context, *, data: Path | None, accept: tuple[str, ...]) -> None:
    """Read the newest release of each package that lists models, and write the index.

    Exits 4 if a release is implausible: its number of models fell or rose so far that archtrack probably misread
    it. The index keeps the old entries of that package until --accept names the release.
    """
    from archtrack.app.models.refresh import refresh_index
    from archtrack.app.models.store import model_index, models_folder
    from archtrack.render.steps import Steps

    begun = start()
    folder = data or models_folder(begun.workspace.environ)
    if folder.is_file():
        raise UsageError(f"--data {folder}: is a file; name its folder")
    result = refresh_index(
        folder,
        begun.workspace,
        histories(None),
        Steps(sys.stderr, os.environ, "packages"),
        base=model_index(os.environ) if data is None else None,
        accepted=accept,
    )
    for each in result.index.sources:
        unread = f", {counted(each.unresolved, 'unresolved place')}" if each.unresolved else ""
        click.echo(plain(f"{each.name}: {counted(each.ids, 'model')}{unread}"))
    for doubt in result.doubts:
        advice = f"--accept {doubt.package}=={doubt.version} takes it anyway"
        click.echo(
            plain(f"Not accepted: {doubt.package} {doubt.version}: {doubt.reason}; {advice}"), err=True
        )
    state = "written" if result.written else "unchanged"
    transfer = begun.workspace.transfer
    requests = f"{counted(transfer.requests, 'request')}, {transfer.bytes / 1e6:.1f} MB transferred"
    click.echo(plain(f"{counted(len(result.index.records), 'model')} in {folder}: {state}"))
    click.echo(plain(requests), err=True)
    ctx.exit(4 if result.doubts else 0)


@command.command("lint", epilog=examples("archtrack index lint", "archtrack index lint ./index.json"))
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.pass_context
def lint(ctx: click.Context, path: Path | None) -> None:
    """Check a data file: schema, order, ids, claims, counts. Without PATH: the shipped file.

    Exits 1 if it finds a problem.
    """
    from archtrack.app.models.store import lint_file
    from archtrack.data import MODELS

    file = path or MODELS
    problems = lint_file(file)
    print_lines(plain(f"{file}: {problem}") for problem in problems)
    click.echo(counted(len(problems), "problem"), err=True)
    ctx.exit(1 if problems else 0)
