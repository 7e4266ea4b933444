"""A run's beginning: what options, environment and configuration together say."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archtrack.config.settings import Settings, find_settings
from archtrack.core.parsing import parse_date
from archtrack.errors import UsageError
from archtrack.sources.progress import SilentProgress
from archtrack.sources.workspace import Workspace

from .request import Request
from .today import today

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from archtrack.sources.progress import Progress

__all__ = ["Run", "day", "start"]

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a verb needs to begin: the request, the configuration, the outside world, the document."""

    request: Request
    settings: Settings
    workspace: Workspace
    document: Path


def start(  # noqa: PLR0913 -- one parameter per option
    *,
    doc: Path | None = None,
    sglang: str | None = None,
    transformers: str | None = None,
    external: str | None = None,
    disabled: str | None = None,
    offline: bool = False,
    hub: bool = False,
    scan: bool = False,
    known_elsewhere: bool | None = None,
    progress: Progress | None = None,
    cache_troubled: Callable[[str], object] | None = None,
) -> Run:
    """The run that options, environment and configuration describe; options win, then the environment.

    Args:
        doc: the document, None for the configured one.
        sglang: a SOURCE, and so is ``transformers``; None for the configured one, else the default.
        transformers: as above.
        external: a further package of models.
        disabled: names of modules that SGLang is told to skip, with commas between them.
        offline: make no request.
        hub: ask the Hub for examples.
        scan: read the sources also where the history has what they say.
        known_elsewhere: give rows to what only other engines have; None for what the configuration says.
        progress: told about transfers.
        cache_troubled: told once if the cache is not in use.

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
        progress=progress or SilentProgress(),
        cache_troubled=cache_troubled,
    )
    disabled = disabled or environ.get("SGLANG_DISABLED_MODEL_ARCHS")
    skipped = tuple(name.strip() for name in (disabled or "").split(",") if name.strip())
    request = Request(
        engine=sglang or settings.sglang,
        transformers=transformers or settings.transformers,
        external=external or environ.get("SGLANG_EXTERNAL_MODEL_PACKAGE") or settings.external,
        disabled=skipped or settings.disabled,
        hub=hub,
        scan=scan,
        known_elsewhere=settings.known_elsewhere if known_elsewhere is None else known_elsewhere,
    )
    return Run(request=request, settings=settings, workspace=workspace, document=doc or _document(settings))


def day(text: str | None) -> date:
    """The day that ``--date`` names; today without it.

    Raises:
        UsageError: it names none.
    """
    if text is None:
        return today(os.environ)
    with suppress(ValueError):
        return parse_date(text)
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
