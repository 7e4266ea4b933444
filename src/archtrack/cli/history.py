"""``archtrack history``: since which release an engine registers an architecture."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archtrack.core.wording import counted, did_you_mean
from archtrack.errors import UsageError
from archtrack.render.terminal import plain, print_lines
from archtrack.sources.redaction import shown_argument

from ._options import (
    charts,
    complete_engine,
    complete_feature,
    complete_name,
    data_option,
    dated_histories,
    examples,
    format_option,
    histories,
    start,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from click.shell_completion import CompletionItem

    from archtrack.app.names import Names
    from archtrack.core.history.history import History

__all__ = ["SECTION", "command"]

SECTION = "ask"


class _WithDefault(click.Group):
    """A group that takes what is none of its commands for the arguments of one of them."""

    default = "show"

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands, and what the default one takes."""
        from click.shell_completion import CompletionItem

        names = complete_name(ctx, self.params[0] if self.params else click.Argument(["names"]), incomplete)
        return [*super().shell_complete(ctx, incomplete), *map(CompletionItem, names)]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, with the default command put in where it was left out."""
        completing = ctx.resilient_parsing and not args  # then it may become one of the commands
        if not completing and (not args or args[0] not in {*self.commands, "-h", "--help"}):
            args = [self.default, *args]
        return super().parse_args(ctx, args)


@click.group(
    "history",
    cls=_WithDefault,
    short_help="Show since which release each engine has an architecture.",
    epilog=examples(
        "archtrack history Qwen3ForCausalLM                    every engine, with the release and its date",
        "archtrack history LlamaForCausalLM --engine vllm",
        "archtrack history --engine sglang --at 0.5.9          what one release registers",
        "archtrack history --plot growth.svg",
        "archtrack history refresh vllm                        read new releases",
    ),
)
def command() -> None:
    """Show since which release each engine registers an architecture, until which release, and in which file.

    `history ARCH…` is short for `history show ARCH…`; see `history show --help` for its options. The data comes with
    archtrack; no request is made.
    """


@command.command(
    "show",
    epilog=examples(
        "archtrack history show                                what the data covers",
        "archtrack history show Qwen3ForCausalLM Qwen3MoeForCausalLM --format json",
        "archtrack history show --engine sglang --at 0.5.9",
        "archtrack history show Qwen3ForCausalLM --feature lora --feature pp",
    ),
)
@click.argument("names", nargs=-1, metavar="[ARCH]…", shell_complete=complete_name)
@click.option(
    "--engine",
    "engines",
    multiple=True,
    metavar="ENGINE",
    shell_complete=complete_engine,
    help="Show only this engine. Repeatable. ENGINE==VERSION is short for --at VERSION.",
)
@click.option(
    "--at",
    metavar="VERSION",
    help="Show everything that this release of --engine registers; `latest` for the newest.",
)
@click.option(
    "--feature",
    "features",
    multiple=True,
    metavar="FEATURE",
    shell_complete=complete_feature,
    help="Show since which release ARCH has this feature (lora, pp, image, …). Repeatable.",
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Draw the number of architectures per engine over time, as .svg or .png. Needs the extra `plot`.",
)
@data_option
@format_option("text", "json")
def show(
    *,
    names: tuple[str, ...],
    engines: tuple[str, ...],
    at: str | None,
    features: tuple[str, ...],
    plot: Path | None,
    data: Path | None,
    form: str,
) -> None:
    """Show since which release each engine registers each ARCH. Without ARCH: show what the data covers.

    `≤` before a release means that an older release may have had it, but archtrack could not read that one. `≥`
    means the same for the end. No end means that the newest release has it.

    Exits 0 even if no engine registers an ARCH.
    """
    from archtrack.app.examples import example_sources
    from archtrack.app.names import Names
    from archtrack.core.history.history import known_release
    from archtrack.render import feature_history
    from archtrack.render import history as render
    from archtrack.render.json import print_json
    from archtrack.render.models import models_json, models_lines

    found, names = dated_histories(data), tuple(map(shown_argument, names))
    known = Names(found, os.environ)
    asked = {name: known.asked(name) for name in names}
    engines, at = _at(engines, at)
    _expect_features(features, names, at, plot)
    if at is not None:
        if len(engines) != 1:
            raise UsageError("--at shows one release of one engine; name it with --engine ENGINE")
        if names or plot is not None:
            raise UsageError(_whole(engines[0], at, names))
        history = found.need(engines[0])
        release = known_release(history, at)
        entries = history.at(release.version)
        if form == "json":
            print_json(render.at_json(history, release, entries, example_sources(found)))
        else:
            render.print_at(history, release, entries)
        return
    chosen = [found.need(engine) for engine in engines or found.engines]
    awaited = () if engines else found.awaited
    if features:
        keyed = [
            (name, history, key)
            for name in _named(asked)
            for history in chosen
            for key in known.keys(name, history)
        ]
        if form == "json":
            print_json(feature_history.feature_json(keyed, features, found))
        else:
            print_lines((plain(line) for line in models_lines(known, names)), err=True)
            feature_history.print_features(keyed, features, found)
    elif plot is not None:
        if names or form == "json":
            raise UsageError("--plot only draws the chart; drop ARCH and --format")
        charts().plot_growth(chosen, plot)
        click.echo(plain(f"Wrote {plot}"), err=True)
    elif form == "json":
        told = (
            {
                **render.history_json(tuple(_named(asked)), chosen, known.keys, awaited),
                "models": models_json(known, names),
            }
            if names
            else render.overview_json(chosen, awaited)
        )
        print_json(told)
    elif names:
        print_lines((plain(line) for line in models_lines(known, names)), err=True)
        render.print_history(tuple(_named(asked)), chosen, known.keys)
        render.print_awaited(awaited)
        _print_near(tuple(_named(asked)), chosen, known)
    else:
        render.print_overview(chosen, awaited)


def _expect_features(
    features: tuple[str, ...], names: tuple[str, ...], at: str | None, plot: Path | None
) -> None:
    """Refuse a feature that is none, or one that is asked of nothing.

    Raises:
        UsageError: see above.
    """
    from archtrack.core.verdict.features import TITLES

    for name in features:
        if name not in TITLES:
            raise UsageError(f"no feature is called {shown_argument(name)!r}; {did_you_mean(name, TITLES)}")
    if features and (not names or at is not None or plot is not None):
        raise UsageError("--feature shows since when an ARCH has it; name an ARCH, and drop --at and --plot")


def _at(engines: tuple[str, ...], at: str | None) -> tuple[tuple[str, ...], str | None]:
    """The engines, and the release that ``--at`` or ``ENGINE==VERSION`` names.

    Raises:
        UsageError: both name one.
    """
    from archtrack.app.engine_source import parse_engine_source

    asked = [parse_engine_source(each) for each in engines]
    named = [each.source for each in asked if each.source is not None]
    if named and at is not None:
        raise UsageError(f"--at {at} and --engine {engines[0]} both name a release; drop one")
    return tuple(each.engine for each in asked), at if at is not None else next(iter(named), None)


def _whole(engine: str, at: str, names: tuple[str, ...]) -> str:
    """What to do instead of asking for one release and for something else."""
    message = f"{engine}=={at} lists one whole release; drop ARCH and --plot"
    if names:
        message += f", or ask about one: `archtrack check {names[0]} --engine {engine}=={at}`"
    return message


def _named(asked: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Each name that registries may have, once."""
    yield from dict.fromkeys(name for names in asked.values() for name in names)


def _print_near(names: Sequence[str], chosen: Sequence[History], known_names: Names) -> None:
    from archtrack.core.verdict.suggestions import nearest

    known = known_names.architectures()
    for name in names:
        if name in known or known_names.architectures_of(name) is not None:
            continue
        if near := nearest(name, known):
            click.echo(plain(f"{name} is unknown; did you mean {' or '.join(near)}?"), err=True)
        elif advice := _advice(name, chosen):
            click.echo(plain(f"{name} is {advice}"), err=True)
        elif models := known_names.nearest_models(name):
            click.echo(plain(f"{name} is unknown; models with similar names: {', '.join(models)}"), err=True)


def _advice(name: str, chosen: Sequence[History]) -> str | None:
    """What somebody may have meant who asks for what is no architecture."""
    if name in {history.engine for history in chosen}:
        return f"an engine; `archtrack history --engine {name} --at latest` shows what it registers"
    if "/" in name or name.endswith(".json"):
        return f"not an architecture; `archtrack check {name}` reads a config"
    return None


@command.command(
    "refresh",
    epilog=examples(
        "archtrack history refresh                             every engine, into your data folder",
        "archtrack history refresh vllm sglang --data ./data",
        "archtrack history refresh vllm --accept vllm==0.12.0  accept a release with fewer architectures",
        "archtrack history refresh ollama                      from the tags of its repository",
        "archtrack history refresh llama-cpp --from git:../llama.cpp",
        "archtrack history refresh --format markdown > body.md",
    ),
)
@click.argument("names", nargs=-1, metavar="[ENGINE]…", shell_complete=complete_engine)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="The folder of the data files. Default: your data folder (see `archtrack data info`).",
)
@click.option(
    "--accept",
    multiple=True,
    metavar="ENGINE==VERSION",
    help="Accept a release although its count looks implausible. Repeatable.",
)
@click.option(
    "--from",
    "origin",
    metavar="git:REPO",
    help="Read the tags of this repository (a path or a URL). Only for engines whose releases are tags.",
)
@click.option("--anew", is_flag=True, help="Read every release again, even those that the data has.")
@format_option("text", "markdown")
@click.pass_context
def refresh_command(
    ctx: click.Context,
    *,
    names: tuple[str, ...],
    data: Path | None,
    accept: tuple[str, ...],
    origin: str | None,
    anew: bool,
    form: str,
) -> None:
    """Read the new final releases of each ENGINE, and add them to the data. Without ENGINE: of every engine.

    Releases come from the package index, or from the tags of the engine's repository. archtrack fetches only what
    changed between releases. You can stop it at any time; the next run continues.

    Without --data, it extends the shipped data or yours, and writes to your data folder. With --data, it extends that
    folder; an empty folder is filled from the first release on.

    Exits 3 if an engine could not be refreshed. Exits 4 if a release is implausible: its count fell or rose so far that
    archtrack probably misread it. Such a release stays unknown until --accept names it.
    """
    from archtrack.app.history.data_files import data_folder
    from archtrack.app.history.refresh import refresh, refreshed_by_default
    from archtrack.render.refresh import refreshed_lines, refreshed_markdown
    from archtrack.render.steps import Steps

    begun = start()
    folder = data or data_folder(begun.workspace.environ)
    if folder.is_file():
        raise UsageError(
            f"--data {folder}: is a file; name a folder, as a refresh writes one file per engine"
        )
    lines = refreshed_markdown if form == "markdown" else refreshed_lines
    results = []
    for result in refresh(
        names or refreshed_by_default(),
        folder,
        begun.workspace,
        Steps(sys.stderr, os.environ, "releases"),
        accepted=[_accepted(each) for each in accept],
        anew=anew,
        base=histories(None) if data is None else None,
        repository=None if origin is None else _repository(origin),
    ):
        results.append(result)
        for line in lines(result):
            click.echo(plain(line))
        if result.error is not None:
            click.echo(plain(f"archtrack: error: {result.engine}: {result.error}"), err=True)
    transfer = begun.workspace.transfer
    click.echo(
        plain(
            f"{folder}: {counted(transfer.requests, 'request')}, {transfer.bytes / 1e6:.1f} MB transferred"
        ),
        err=True,
    )
    failed, doubted = any(each.error for each in results), any(each.doubts for each in results)
    ctx.exit(3 if failed else 4 if doubted else 0)


def _repository(text: str) -> str:
    repository = text.removeprefix("git:")
    if repository == text or not repository:
        raise UsageError(f"--from {shown_argument(text)}: write git:PATH-OR-URL, such as git:../llama.cpp")
    return repository


def _accepted(text: str) -> tuple[str, str]:
    engine, found, version = text.partition("==")
    if not found:
        raise UsageError(f"--accept {text}: write ENGINE==VERSION, such as vllm==0.12.0")
    return engine, version
