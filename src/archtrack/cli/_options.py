"""Options that verbs share, and the run that they describe."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archtrack.render.terminal import plain
from archtrack.sources.progress import progress_for
from archtrack.start import Run, day
from archtrack.start import start as start_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from archtrack.histories import Histories

__all__ = [
    "Run",
    "complete_architecture",
    "complete_engine",
    "data_option",
    "day",
    "document_option",
    "examples",
    "format_option",
    "histories",
    "hub_option",
    "offline_option",
    "registry_options",
    "source_options",
    "start",
]

F = TypeVar("F", bound="Callable[..., Any]")


def examples(*lines: str) -> str:
    """The end of a verb's help: commands to copy, one per line, which click leaves as they are."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


def format_option(*names: str) -> Callable[[F], F]:
    """``--format``, the first name being the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help="How to print it.",
    )


def offline_option(function: F) -> F:
    """``--offline``."""
    return click.option(
        "--offline",
        is_flag=True,
        help="Make no request; use what the cache has. ARCHTRACK_OFFLINE=1 is the same.",
    )(function)


def registry_options(function: F) -> F:
    """``--external`` and ``--disabled``: what a user's environment changes about SGLang's registry."""
    function = click.option(
        "--disabled",
        metavar="MODULE,…",
        envvar="SGLANG_DISABLED_MODEL_ARCHS",
        help="Modules that SGLang is told to skip. [env: SGLANG_DISABLED_MODEL_ARCHS]",
    )(function)
    return click.option(
        "--external",
        metavar="PACKAGE-OR-PATH",
        envvar="SGLANG_EXTERNAL_MODEL_PACKAGE",
        help="A further package of models. It is located, never imported. [env: SGLANG_EXTERNAL_MODEL_PACKAGE]",
    )(function)


def source_options(function: F) -> F:
    """``--sglang``, ``--transformers`` and what goes with them."""
    function = offline_option(registry_options(function))
    function = click.option(
        "--transformers",
        metavar="SOURCE",
        help="Where transformers is read from. Default: the release that SGLang pins, else the installed one, "
        "else the latest.",
    )(function)
    return click.option(
        "--sglang",
        metavar="SOURCE",
        help="Where SGLang is read from. Default: a checkout in the working directory, else the installed package, "
        "else the latest release.",
    )(function)


def hub_option(function: F) -> F:
    """``--hub`` of the verbs that show examples."""
    return click.option(
        "--hub",
        is_flag=True,
        help="Ask the Hub for the most downloaded model of each of SGLang's architectures: the first choice of "
        "examples but for overrides. Needs the extra `hub`.",
    )(function)


def data_option(function: F) -> F:
    """``--data``."""
    return click.option(
        "--data",
        type=click.Path(path_type=Path),
        metavar="PATH",
        help="A folder of history data, or one file of it, in place of what archtrack ships and `data update` got.",
    )(function)


def histories(data: Path | None) -> Histories:
    """The histories that ``--data`` names, else the user's and the shipped ones."""
    from archtrack.histories import Histories  # noqa: PLC0415 -- `--help` needs none of it

    return Histories(os.environ, data, troubled=_say_data_trouble)


def complete_engine(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001 -- click's
    """Engines that there is data of, for the shell."""
    return [name for name in histories(None).engines if name.startswith(incomplete)]


def complete_architecture(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001 -- click's
    """Architectures that begin so, for the shell."""
    found = histories(None)
    known = {name for engine in found.engines for name in found.need(engine).architectures}
    return sorted(name for name in known if name.startswith(incomplete)) if incomplete else []


def document_option(function: F) -> F:
    """``--doc``."""
    return click.option(
        "--doc",
        type=click.Path(
            path_type=Path, readable=False
        ),  # what it is, and whether it can be read, is told later
        help="The document. Default: the configured one, else MODEL_SUPPORT_TRACKING.md in the working directory or "
        "above it in the checkout.",
    )(function)


def start(**options: Any) -> Run:
    """``archtrack.start.start`` for a person at a terminal: with progress, and told of a cache that is not in use."""
    return start_run(
        **options,
        progress=progress_for(sys.stderr, os.environ),
        cache_troubled=_once(_say_cache_trouble),
    )


def _once(say: Callable[[str], None]) -> Callable[[str], None]:
    """The function, heard the first time only: a run opens its cache several times."""
    said: list[str] = []

    def first(problem: str) -> None:
        if not said:
            said.append(problem)
            say(problem)

    return first


def _say_data_trouble(problem: str) -> None:
    click.echo(
        plain(f"Note: the data that came with archtrack is used instead of your own: {problem}"), err=True
    )


def _say_cache_trouble(problem: str) -> None:
    advice = "" if "ARCHTRACK_CACHE_DIR" in problem else "; ARCHTRACK_CACHE_DIR names another folder"
    click.echo(plain(f"Note: the cache is not in use: {problem}{advice}"), err=True)
