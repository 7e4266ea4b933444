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
    short_help="Look at, update or check the data of the support history.",
    epilog=examples(
        "archtrack data info",
        "archtrack data update ./history/",
        "archtrack data recipes",
        "archtrack data lint src/archtrack/data/history",
    ),
)
def command() -> None:
    """Look at, update or check the data of the support history: one JSON file per engine.

    archtrack ships a set. A file in your data folder counts instead if it knows as many releases or more;
    ARCHTRACK_DATA_DIR moves that folder. Recipes are beside it: how the engines' own maintainers start models.
    """


@command.command("info", epilog=examples("archtrack data info", "archtrack data info --format json"))
@format_option("text", "json")
def info(form: str) -> None:
    """Show which file counts for each engine, and what it covers."""
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
        click.echo(
            plain(f"{which.capitalize()}: {folder} ({', '.join(used) or 'nothing from there'})"), err=True
        )


@command.command(
    "update",
    epilog=examples(
        "archtrack data update ./vllm.json",
        "archtrack data update ./history/",
        "archtrack data update https://example.org/history/",
    ),
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…")
@click.option("--force", is_flag=True, help="Take also data that knows fewer releases than what is there.")
@offline_option
def update(*, sources: tuple[str, ...], force: bool, offline: bool) -> None:
    """Take newer data from each SOURCE: a file, a folder, an address of a file, or one of a folder (ending with `/`).

    All of it is checked before any of it is used.
    """
    from archtrack.app.history.data_files import data_folder
    from archtrack.app.history.data_update import update_data

    workspace = start(offline=offline).workspace
    folder = data_folder(workspace.environ)
    for taken in update_data(sources, folder, workspace, force=force):
        state = "taken" if taken.written else "already there"
        click.echo(plain(f"{taken.engine}: {taken.releases} releases, {state} ({taken.source})"))
    click.echo(plain(f"In {folder}"), err=True)


@command.command(
    "recipes",
    epilog=examples(
        "archtrack data recipes                                into your data folder",
        "archtrack data recipes --data src/archtrack/data/recipes",
        "archtrack data recipes --accept 0.34.0                that it has so few is real",
    ),
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where the data file is, and is written. Default: `recipes` in your data folder (`archtrack data info`).",
)
@click.option("--accept", metavar="VERSION", help="Believe this release although it has far fewer recipes.")
@click.pass_context
def recipes(ctx: click.Context, *, data: Path | None, accept: str | None) -> None:
    """Read the recipes in the source of vLLM's newest release; `check --explain` shows what they say of a model.

    Needs the extra `yaml`. Exits 4 if the release was not believed, as it has less than four fifths of the recipes
    that are known. Those stay until --accept names it.
    """
    from archtrack.app.recipes.refresh import refresh_recipes
    from archtrack.app.recipes.store import recipes_folder, recipes_of

    workspace = start().workspace
    folder = data or recipes_folder(workspace.environ)
    if folder.is_file():
        raise UsageError(f"--data {folder}: is a file; name the folder of the data file")
    base = recipes_of("vllm", workspace.environ) if data is None else None
    result = refresh_recipes(folder, workspace, base=base, accepted=accept)
    found = result.recipes
    print_lines((plain(f"{path}: not read: {reason}") for path, reason in found.unresolved), err=True)
    if result.doubt is not None:
        advice = f"--accept {found.source.version} takes it"
        told = f"Not believed: {found.engine} {found.source.version}: {result.doubt}; {advice}"
        click.echo(plain(told), err=True)
        ctx.exit(4)
    state = "written" if result.written else "nothing new"
    name = f"{found.engine} {found.source.version}"
    click.echo(plain(f"{name}: {counted(len(found.recipes), 'recipe')} in {folder}: {state}"))


@command.command("lint", epilog=examples("archtrack data lint", "archtrack data lint ./history/vllm.json"))
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.pass_context
def lint(ctx: click.Context, path: Path | None) -> None:
    """Check data files: schema, order, spans, versions, counts that nobody confirmed. Without PATH: the shipped ones.

    Exits 1 if something is wrong.
    """
    from archtrack.app.history.data_update import lint_files
    from archtrack.app.history.store import SHIPPED
    from archtrack.data import RECIPES

    found = lint_files(path) if path is not None else {**lint_files(SHIPPED), **lint_files(RECIPES)}
    print_lines(plain(f"{file}: {problem}") for file, problems in found.items() for problem in problems)
    wrong = sum(map(len, found.values()))
    click.echo(f"{counted(len(found), 'file')}, {counted(wrong, 'problem')}", err=True)
    ctx.exit(1 if wrong else 0)
