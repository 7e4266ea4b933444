"""``archtrack demand``: which architectures people download that an engine refuses or lacks."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archtrack.core.demand.ranking import BY, LACKING
from archtrack.errors import UsageError
from archtrack.model import Status
from archtrack.render.terminal import plain, print_lines, read_lines, unresolved_lines

from ._options import (
    charts,
    complete_engine,
    data_option,
    examples,
    format_option,
    histories,
    note,
    offline_option,
    start,
)

if TYPE_CHECKING:
    from archtrack.app.demand import Engine
    from archtrack.app.run import Run
    from archtrack.core.demand.census import Census
    from archtrack.sources.workspace import Workspace

__all__ = ["SECTION", "command"]

SECTION = "ask"

_LIMIT = 20_000
_ENGINE = "sglang"


@click.command(
    "demand",
    short_help="Rank what people download and an engine refuses or lacks.",
    epilog=examples(
        "archtrack demand                                       the Hub's 20,000 most downloaded models, and SGLang",
        "archtrack demand --engine vllm --status unsupported --top 50",
        "archtrack demand models.parquet --save census.json     a dump of any size",
        "archtrack demand 'dump/*.jsonl.gz' --by models --format markdown",
        "archtrack demand census.json --sglang git:.@main       an earlier count, and a checkout",
        "archtrack demand census.json --plot demand.svg",
    ),
)
@click.argument("dumps", nargs=-1, metavar="[DUMP]…", type=click.Path())
@click.option(
    "--engine",
    metavar="ENGINE",
    default=_ENGINE,
    show_default=True,
    shell_complete=complete_engine,
    help="The engine to compare with, at its newest known release or at ENGINE==VERSION.",
)
@click.option(
    "--sglang",
    metavar="SOURCE",
    help="Compare with this source of SGLang instead.",
)
@click.option(
    "--transformers",
    metavar="SOURCE",
    help="The transformers that SGLang runs with. Default: the release that it pins.",
)
@data_option
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice([each.value for each in Status]),
    help="Show only this status. Repeatable. Default: all but native.",
)
@click.option(
    "--top",
    type=click.IntRange(min=0),
    metavar="N",
    default=30,
    show_default=True,
    help="Show this many architectures; 0 for all.",
)
@click.option(
    "--by",
    type=click.Choice(tuple(BY)),
    default="downloads",
    show_default=True,
    help="The order.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    metavar="N",
    help=f"Ask the Hub for this many models, most downloaded first; 0 for all.  [default: {_LIMIT}]",
)
@click.option("--fresh", is_flag=True, help="Ask the Hub again, even if its answer is less than a day old.")
@offline_option
@click.option(
    "--memory",
    type=click.IntRange(min=256),
    metavar="MB",
    default=1024,
    show_default=True,
    help="Use at most this much memory; the rest goes to temporary files.",
)
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Save the counts, for the document's column `demand` and as a DUMP for later.",
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Draw the architectures shown, at most 100, as .svg or .png. Needs the extra `plot`.",
)
@format_option("text", "markdown", "csv", "json")
def command(dumps: tuple[str, ...], form: str, **options: Any) -> None:
    """Show which architectures people download, most downloaded first, and what an engine does with each.

    A DUMP is a file with the Hub's list of models: Parquet or JSON lines (also .gz), a pattern such as
    'dump/*.parquet', or a file that --save wrote. Its columns: id, downloads (or downloadsAllTime), and
    architectures or config (JSON or a struct with `architectures`). Without a DUMP, archtrack asks the Hub, keeps
    the answer for a day and resumes an interrupted run. Needs the extra `demand`.

    Each model counts once, with its highest number of downloads. A model with several architectures counts for each of
    them. Adapters, GGUF files and other models without an architecture are counted separately.

    The statuses are those of `archtrack check`.
    """
    _check(dumps, options)
    begun = start(**{name: options[name] for name in ("sglang", "transformers", "offline")})
    census = _census(dumps, begun.workspace, options, quiet=form == "markdown")
    engine = _engine(census, begun, options)
    _print(census, engine, form, options)


def _check(dumps: tuple[str, ...], options: dict[str, Any]) -> None:
    """Refuse what makes no sense, before the work begins."""
    if dumps and (options["limit"] is not None or options["fresh"]):
        raise UsageError("--limit and --fresh are for the Hub; drop them, or drop the DUMP")
    if _read(options) and (options["engine"] != _ENGINE or options["data"] is not None):
        raise UsageError("--sglang and --transformers read sources; drop them, or drop --engine and --data")
    if options["plot"] is not None:
        charts().expect_plot(options["plot"])
    if options["save"] is not None:
        from archtrack.census.saved import expect_place

        expect_place(options["save"])


def _read(options: dict[str, Any]) -> bool:
    """Whether sources are to be read."""
    return options["sglang"] is not None or options["transformers"] is not None


def _census(dumps: tuple[str, ...], workspace: Workspace, options: dict[str, Any], *, quiet: bool) -> Census:
    """What people download; ``quiet``: what was counted is not told beside the result."""
    from archtrack.app.demand import census_of_dump
    from archtrack.render.demand import census_lines

    notices: tuple[str, ...] = ()
    if dumps:
        census = census_of_dump(dumps, workspace.folder, memory_mb=options["memory"])
    else:
        census, notices = _census_of_hub(workspace, options)
    if not quiet:
        print_lines(map(plain, census_lines(census)), err=True)
    for notice in notices:
        note(notice)
    if options["save"] is not None:
        from archtrack.census.saved import save_census

        save_census(census, options["save"])
        click.echo(plain(f"Wrote {options['save']}"), err=True)
    return census


def _census_of_hub(workspace: Workspace, options: dict[str, Any]) -> tuple[Census, tuple[str, ...]]:
    from archtrack.app.demand import census_of_hub
    from archtrack.hub.model_list import Watch
    from archtrack.render.steps import Steps

    def wait(seconds: float, why: str) -> None:
        note(why)
        time.sleep(seconds)

    steps = Steps(sys.stderr, os.environ, "pages")
    watch = Watch(pages=steps.start, page=steps.step, wait=wait)
    limit = _LIMIT if options["limit"] is None else options["limit"]
    try:
        return census_of_hub(
            workspace, limit=limit, fresh=options["fresh"], memory_mb=options["memory"], watch=watch
        )
    finally:
        steps.finish()


def _engine(census: Census, begun: Run, options: dict[str, Any]) -> Engine:
    from archtrack.app.demand import by_history, by_sources
    from archtrack.render.demand import engine_line

    names = [each.name for each in census.architectures]
    if not _read(options):
        engine = by_history(names, options["engine"], histories(options["data"]))
        click.echo(engine_line(engine), err=True)
        return engine
    engine = by_sources(names, begun.request, begun.workspace, histories(options["data"]))
    print_lines(read_lines(engine.inventories, engine.notices), err=True)
    for inventory in engine.inventories:
        print_lines(unresolved_lines(inventory.engine, inventory.unresolved), err=True)
    return engine


def _print(census: Census, engine: Engine, form: str, options: dict[str, Any]) -> None:
    from archtrack.core.demand.ranking import chosen, in_order, shares
    from archtrack.render import demand as render
    from archtrack.render.json import print_json

    wanted, by = in_order(census, engine.answers, options["by"]), options["by"]
    found = shares(census, wanted)
    statuses = [Status(each) for each in options["statuses"]] or LACKING
    shown = chosen(wanted, statuses, options["top"])
    if form == "json":
        print_json(render.demand_json(census, engine, shown, found, by))
    elif form == "csv":
        render.print_csv(shown)
    elif form == "markdown":
        print_lines(render.demand_markdown(census, engine, shown, found))
    else:
        render.print_table(shown)
    if form in {"text", "csv"}:
        click.echo(render.shares_line(census, engine, found), err=True)
    if options["plot"] is not None:
        from archtrack.render.plot import plot_demand

        version = f" {engine.version}" if engine.version else ""
        title = f"Most wanted of what {engine.name}{version} does not run natively"
        if options["statuses"]:
            title = f"Most wanted, by what {engine.name}{version} does with it"
        plot_demand(shown, by, title, options["plot"])
        click.echo(plain(f"Wrote {options['plot']}"), err=True)
