"""Options that verbs share, and the run that they describe."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archtrack.app import Request
from archtrack.config import Settings, find_settings
from archtrack.errors import UsageError
from archtrack.render.terminal import plain
from archtrack.sources.progress import progress_for
from archtrack.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Run",
    "day",
    "document_option",
    "examples",
    "format_option",
    "hub_option",
    "offline_option",
    "registry_options",
    "source_options",
    "start",
]

F = TypeVar("F", bound="Callable[..., Any]")

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a verb needs to begin: the request, the configuration, the outside world, the document."""

    request: Request
    settings: Settings
    workspace: Workspace
    document: Path


def start(
    *,
    doc: Path | None = None,
    sglang: str | None = None,
    transformers: str | None = None,
    external: str | None = None,
    disabled: str | None = None,
    offline: bool = False,
    hub: bool = False,
) -> Run:
    """The run that options, environment and configuration describe; options win, then the environment.

    Raises:
        ConfigError: the configuration says something that it cannot say.
        UsageError: ``ARCHTRACK_OFFLINE`` is neither yes nor no.
    """
    environ = dict(os.environ)
    settings = find_settings(doc.absolute().parent if doc is not None else Path.cwd())
    workspace = Workspace(
        folder=Path.cwd(),
        environ=environ,
        offline=offline or _offline(environ.get("ARCHTRACK_OFFLINE", "")) or settings.offline,
        cache_limit=settings.cache_limit_mb * 1024 * 1024,
        progress=progress_for(sys.stderr, environ),
        cache_troubled=_once(_say_cache_trouble),
    )
    skipped = tuple(name.strip() for name in (disabled or "").split(",") if name.strip())
    request = Request(
        engine=sglang or settings.sglang,
        transformers=transformers or settings.transformers,
        external=external or settings.external,
        disabled=skipped or settings.disabled,
        hub=hub,
    )
    return Run(request=request, settings=settings, workspace=workspace, document=doc or _document(settings))


def _once(say: Callable[[str], None]) -> Callable[[str], None]:
    """The function, heard the first time only: a run opens its cache several times."""
    said: list[str] = []

    def first(problem: str) -> None:
        if not said:
            said.append(problem)
            say(problem)

    return first


def _say_cache_trouble(problem: str) -> None:
    advice = "" if "ARCHTRACK_CACHE_DIR" in problem else "; ARCHTRACK_CACHE_DIR names another folder"
    click.echo(plain(f"Note: the cache is not in use: {problem}{advice}"), err=True)


def day(text: str | None) -> date:
    """The day that ``--date`` names; today without it.

    Raises:
        UsageError: it names none.
    """
    if text is None:
        return date.today()  # noqa: DTZ011 -- the reader's calendar, as the document has always had it
    with suppress(ValueError):
        found = date.fromisoformat(text)
        if found.isoformat() == text:  # newer Pythons read more forms than one
            return found
    raise UsageError(f"--date {text!r} is not a date; write it as 2026-01-31")


def _document(settings: Settings) -> Path:
    """The configured document, as a path that is short to read where it lies below the working directory."""
    if settings.path is None:
        return _above(settings.document)
    path = Path.cwd() / Path(settings.path).parent / settings.document
    return Path(os.path.relpath(path)) if path.is_relative_to(Path.cwd()) else path


def _above(name: str) -> Path:
    """The document here, else one in a folder above, up to the root of the checkout; a new one goes here."""
    folders = [Path.cwd(), *Path.cwd().parents]
    root = next((index for index, folder in enumerate(folders) if (folder / ".git").exists()), 0)
    found = next((folder / name for folder in folders[: root + 1] if (folder / name).is_file()), None)
    return Path(name) if found is None else Path(os.path.relpath(found))


def _offline(text: str) -> bool:
    if text.strip().lower() in _TRUE:
        return True
    if text.strip().lower() in _FALSE:
        return False
    raise UsageError(f"ARCHTRACK_OFFLINE is {text!r}; set it to 1 or 0")
