"""Options that verbs share, and the run that they describe."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archtrack.errors import UsageError, extra
from archtrack.render.terminal import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

    from click.shell_completion import CompletionItem

    from archtrack.app.history.store import Histories
    from archtrack.app.run import Run

__all__ = [
    "charts",
    "complete_engine",
    "complete_feature",
    "complete_name",
    "complete_target",
    "data_option",
    "dated_histories",
    "document_option",
    "examples",
    "format_option",
    "histories",
    "hub_option",
    "known_elsewhere_option",
    "note",
    "offline_option",
    "parted",
    "registry_options",
    "scan_option",
    "source_options",
    "start",
    "together",
]

_OLD = 60
"""Days after which a verdict says how old the data is."""

F = TypeVar("F", bound="Callable[..., Any]")


def parted(texts: Iterable[str]) -> tuple[str, ...]:
    """The names that texts hold between commas, each once."""
    return tuple(dict.fromkeys(name.strip() for text in texts for name in text.split(",") if name.strip()))


def examples(*lines: str) -> str:
    """The end of a verb's help: commands to copy, one per line, which click leaves as they are."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


def together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Several options as one, in the order in which the help has them."""

    def applied(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return applied


def format_option(*names: str) -> Callable[[F], F]:
    """``--format``, the first name being the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help="The output format.",
    )


def complete_engine(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001 -- click's
    """Engines that there is data of, for the shell."""
    return [name for name in histories(None).engines if name.startswith(incomplete)]


def complete_feature(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001 -- click's
    """The names of features, for the shell, behind those that stand there already."""
    from archtrack.core.verdict.features import TITLES

    before, comma, begun = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in TITLES if name.startswith(begun)]


def complete_target(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Architectures and models that begin so, for the shell; files where there are none."""
    from click.shell_completion import CompletionItem

    names = complete_name(ctx, param, incomplete)
    return [CompletionItem(name) for name in names] or [CompletionItem(incomplete, type="file")]


_MODELS = 20
"""Models that the shell is given at most."""


def complete_name(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001 -- click's
    """Architectures that begin so; where there are none, the most downloaded of the well-known models that do."""
    from archtrack.app.models.store import model_index
    from archtrack.core.models.words import bare

    if not incomplete:
        return []
    found = histories(None)
    known = {name for engine in found.engines for name in found.need(engine).registered}
    if architectures := sorted(name for name in known if name.startswith(incomplete)):
        return architectures
    index, begun = model_index(os.environ), incomplete.lower()
    models = [index.model(each) for each in index.names if begun in each.lower()]
    models.sort(key=lambda each: (-each.downloads, each.id))
    names = (name for each in models if each.known for name in (each.id, bare(each.id)))
    return list(dict.fromkeys(name for name in names if name.lower().startswith(begun)))[:_MODELS]


offline_option = click.option(
    "--offline",
    is_flag=True,
    help="Make no requests; use the cache only. [env: ARCHTRACK_OFFLINE]",
)
registry_options = together(
    click.option(
        "--external",
        metavar="PACKAGE-OR-PATH",
        envvar="SGLANG_EXTERNAL_MODEL_PACKAGE",
        help="Another package of models. archtrack reads it and never imports it. [env: SGLANG_EXTERNAL_MODEL_PACKAGE]",
    ),
    click.option(
        "--disabled",
        metavar="MODULE,…",
        envvar="SGLANG_DISABLED_MODEL_ARCHS",
        help="Modules for SGLang to skip. [env: SGLANG_DISABLED_MODEL_ARCHS]",
    ),
)
source_options = together(
    click.option(
        "--sglang",
        metavar="SOURCE",
        help="The SGLang to read. Default: a checkout in the working directory, else the installed package, else the "
        "latest release.",
    ),
    click.option(
        "--transformers",
        metavar="SOURCE",
        help="The transformers to read. Default: the release that SGLang pins, else the installed package, else the "
        "latest release.",
    ),
    offline_option,
    registry_options,
)
"""What a command has of these goes to ``start`` as it is."""

hub_option = click.option(
    "--hub",
    is_flag=True,
    help="Use the most downloaded model on the Hub as the example of each SGLang architecture. Overrides still win. "
    "Needs the extra `hub`.",
)
known_elsewhere_option = click.option(
    "--known-elsewhere/--no-known-elsewhere",
    default=None,
    help="Include architectures that only other engines have, from the shipped histories. Default: as configured, else "
    "on for `rebuild` and for a document that has such rows.",
)
scan_option = click.option(
    "--scan",
    is_flag=True,
    help="Read the sources even if the shipped data already knows the release.",
)
data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Use this folder or file of history data instead of the shipped and the updated data.",
)
document_option = click.option(
    "--doc",
    type=click.Path(path_type=Path, readable=False),  # what it is, and whether it can be read, is told later
    help="The document. Default: the configured one, else MODEL_SUPPORT_TRACKING.md in the working directory or in a "
    "parent folder of the checkout.",
)


def histories(data: Path | None) -> Histories:
    """The histories that ``--data`` names, else the user's and the shipped ones."""
    from archtrack.app.history.store import Histories

    advice = "using the shipped data instead of your own"
    return Histories(os.environ, data, troubled=lambda problem: note(f"{advice}: {problem}"))


def dated_histories(data: Path | None) -> Histories:
    """The same for a verdict, which says how old the data is where that is long ago and the user did not choose it."""
    from archtrack.app.today import today

    found = histories(data)
    day = found.newest_day if data is None else None
    if day is not None and (age := (today(os.environ) - day).days) > _OLD:
        note(
            f"the data is {age} days old: its newest release is of {day}; `archtrack data update` gets newer data"
        )
    return found


def start(**options: Any) -> Run:
    """``archtrack.app.run.start`` for a person at a terminal: with progress, and told of a cache that is not in use."""
    from archtrack.app.run import start as start_run
    from archtrack.sources.progress import progress_for

    # A run opens its cache several times, and says the same of it each time.
    return start_run(
        **options, progress=progress_for(sys.stderr, os.environ), cache_troubled=cache(_note_cache_trouble)
    )


def charts() -> ModuleType:
    """``archtrack.render.plot``, if what it needs is installed."""
    try:
        from archtrack.render import plot
    except ImportError as error:
        raise UsageError(f"--plot needs {extra('plot')}") from error
    return plot


def note(text: str) -> None:
    """Say something beside the result."""
    click.echo(plain(f"Note: {text}"), err=True)


def _note_cache_trouble(problem: str) -> None:
    advice = "" if "ARCHTRACK_CACHE_DIR" in problem else "; set ARCHTRACK_CACHE_DIR to another folder"
    note(f"running without the cache: {problem}{advice}")
