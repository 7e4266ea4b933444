"""``archtrack data``: where the history data lies; newer data from elsewhere; recipes; the lint of all."""

from __future__ import annotations

import os
from pathlib import Path

import click

from archtrack.core.wording import counted
from archtrack.errors import UsageError
from archtrack.render.terminal import plain, print_lines

from ._options import examples, format_option, histories, offline_option, start

__all__ = ["SECTION", "command"]

SECTION = "data"


@click.group(
    "data",
    short_help="Show, update or check the data that answers come from.",
    epilog=examples(
        "archtrack data info",
        "archtrack data update ./history/",
        "archtrack data recipes",
        "archtrack data lint src/archtrack/data/history",
    ),
)
def command() -> None:
    """Show, update or check the history data: one JSON file per engine.

    archtrack ships a set. A file in your data folder wins if it knows at least as many releases. ARCHTRACK_DATA_DIR
    moves that folder. It also holds recipes: how the engines' maintainers start models.
    """


@command.command("info", epilog=examples("archtrack data info", "archtrack data info --format json"))
@format_option("text", "json")
def info(form: str) -> None:
    """Show which data file each engine uses, and what it covers."""
    from archtrack.app.history.data_files import data_folder
    from archtrack.app.history.store import SHIPPED
    from archtrack.render.history import overview_json, print_overview
    from archtrack.render.json import print_json

    found = histories(None)
    chosen = [found.need(engine) for engine in found.engines]
    files = {engine: str(found.path(engine)) for engine in found.engines}
    folders = {"shipped": str(SHIPPED), "user": str(data_folder(os.environ))}
    if form == "json":
        print_json({**overview_json(chosen, found.awaited), **folders, "files": files})
        return
    print_overview(chosen, found.awaited)
    for which, folder in folders.items():
        used = [engine for engine, file in files.items() if Path(file).parent == Path(folder)]
        click.echo(plain(f"{which.capitalize()}: {folder} ({', '.join(used) or 'not used'})"), err=True)


@command.command(
    "update",
    epilog=examples(
        "archtrack data update                                 from ARCHTRACK_DATA_URL",
        "archtrack data update ./vllm.json",
        "archtrack data update ./history/",
        "archtrack data update https://example.org/data/",
    ),
)
@click.argument("sources", nargs=-1, metavar="[SOURCE…]", envvar="ARCHTRACK_DATA_URL")
@click.option("--force", is_flag=True, help="Replace data even with data that knows fewer releases.")
@offline_option
def update(*, sources: tuple[str, ...], force: bool, offline: bool) -> None:
    """Update the data from each SOURCE.

    A SOURCE is a file, a folder, or the address of a file or of a folder (ending in `/`). Without one,
    ARCHTRACK_DATA_URL names it: the address of published data. archtrack checks all of it before it uses any of it.
    """
    from archtrack.app.history.data_files import data_folder
    from archtrack.app.history.data_update import update_data

    if not sources:
        raise UsageError(
            "no SOURCE is named; name one, or set ARCHTRACK_DATA_URL to the address of published data, such as"
            " https://example.org/data/"
        )
    workspace = start(offline=offline).workspace
    folder = data_folder(workspace.environ)
    for taken in update_data(sources, folder, workspace, force=force):
        state = "taken" if taken.written else "already there"
        click.echo(plain(f"{taken.engine}: {counted(taken.releases, 'release')}, {state} ({taken.source})"))
    click.echo(plain(f"In {folder}"), err=True)


@command.command(
    "recipes",
    epilog=examples(
        "archtrack data recipes                                into your data folder",
        "archtrack data recipes --data src/archtrack/data/recipes",
        "archtrack data recipes --accept 0.34.0                accept a release with fewer recipes",
    ),
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="The folder of the data file. Default: `recipes` in your data folder (see `archtrack data info`).",
)
@click.option("--accept", metavar="VERSION", help="Accept this release although it has far fewer recipes.")
@click.pass_context
def recipes(ctx: click.Context, *, data: Path | None, accept: str | None) -> None:
    """Read the recipes of vLLM's newest release. `check --explain` shows what they say about a model.

    Needs the extra `yaml`. Exits 4 and keeps the old recipes if the release has less than four fifths of them; --accept
    takes it anyway.
    """
    from archtrack.app.recipes.refresh import refresh_recipes
    from archtrack.app.recipes.store import recipes_folder, recipes_of

    workspace = start().workspace
    folder = data or recipes_folder(workspace.environ)
    if folder.is_file():
        raise UsageError(f"--data {folder}: is a file; name its folder")
    base = recipes_of("vllm", workspace.environ) if data is None else None
    result = refresh_recipes(folder, workspace, base=base, accepted=accept)
    found = result.recipes
    print_lines((plain(f"{path}: not read: {reason}") for path, reason in found.unresolved), err=True)
    if result.doubt is not None:
        advice = f"--accept {found.source.version} takes it anyway"
        told = f"Not accepted: {found.engine} {found.source.version}: {result.doubt}; {advice}"
        click.echo(plain(told), err=True)
        ctx.exit(4)
    state = "written" if result.written else "unchanged"
    name = f"{found.engine} {found.source.version}"
    click.echo(plain(f"{name}: {counted(len(found.recipes), 'recipe')} in {folder}: {state}"))


@command.command("lint", epilog=examples("archtrack data lint", "archtrack data lint ./history/vllm.json"))
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.pass_context
def lint(ctx: click.Context, path: Path | None) -> None:
    """Check data files: schema, order, spans, versions, implausible counts. Without PATH: the shipped files.

    Exits 1 if it finds a problem.
    """
    from archtrack.app.history.data_update import lint_files
    from archtrack.app.history.store import SHIPPED
    from archtrack.data import RECIPES

    found = lint_files(path) if path is not None else {**lint_files(SHIPPED), **lint_files(RECIPES)}
    print_lines(plain(f"{file}: {problem}") for file, problems in found.items() for problem in problems)
    wrong = sum(map(len, found.values()))
    click.echo(f"{counted(len(found), 'file')}, {counted(wrong, 'problem')}", err=True)
    ctx.exit(1 if wrong else 0)
