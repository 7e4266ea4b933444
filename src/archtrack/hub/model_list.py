"""The Hub's most downloaded models, kept page by page in the cache: what was read once is not read again that day.

A page is on disk, whole, before the state says so, and the state says what to ask next: a run that was stopped, or that
the Hub turned away, is taken up by the next one. Of each model only what a census needs is kept, as a line of JSON.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archtrack.core.demand.census import LONGEST_NAME
from archtrack.core.parsing import parse_json
from archtrack.errors import HubDownError, TargetError, UsageError
from archtrack.sources.files import document_lock, make_folder, write_atomic

from .client import is_offline
from .model_pages import FIRST, PAGE, StaleCursorError, fetch_page, hub_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archtrack.sources.workspace import Workspace

__all__ = ["Kept", "Watch", "clear_kept", "kept_models", "size_of_kept"]

_FOLDER = "hub-models"
_STATE = "state.json"
_FORMAT = 1
_FRESH = timedelta(days=1)
_NAMES = 50  # of architectures in one config; one or two are usual


@dataclass(frozen=True, slots=True)
class Watch:
    """How a reading meets the world beside the Hub: whom it tells, and the clock.

    Attributes:
        pages: told how many pages there are to read, None where nobody knows.
        page: told of each.
        wait: told to sleep so many seconds, and why.
        now: the time.
    """

    pages: Callable[[int | None], object] = lambda _: None
    page: Callable[[str], object] = lambda _: None
    wait: Callable[[float, str], object] = lambda seconds, _: time.sleep(seconds)
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Models that are on disk now.

    Attributes:
        files: JSON lines, most downloaded models first.
        models: lines in them.
        date: the day on which the reading began.
        ended: the list has no more.
        fetched: pages that this run asked for.
        endpoint: the address of the Hub.
    """

    files: tuple[Path, ...]
    models: int
    date: str
    ended: bool
    fetched: int
    endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What was read: (models, bytes) of each page, and what to ask next, None at the end of the list."""

    begun: datetime
    following: str | None = FIRST
    pages: tuple[tuple[int, int], ...] = field(default=())

    @property
    def models(self) -> int:
        return sum(count for count, _ in self.pages)

    @property
    def ended(self) -> bool:
        """Whether there are no more: a full page without a next one may have lost it on the way."""
        return self.following is None and not (self.pages and self.pages[-1][0] >= PAGE)

    def has(self, limit: int) -> bool:
        """Whether it holds so many models (0: all), or all that there are."""
        return self.following is None or 0 < limit <= self.models


@contextmanager
def kept_models(workspace: Workspace, *, limit: int, fresh: bool, watch: Watch) -> Iterator[Kept]:
    """The most downloaded models; what the cache lacks is read first.

    Args:
        workspace: where the run takes place.
        limit: how many of them; 0 for all.
        fresh: read anew what was read before.
        watch: whom to tell.

    Raises:
        UsageError: offline, and nothing was ever read.
        TargetError: the Hub does not give its list. What was read by then is kept.
        DocumentError: the cache's folder cannot be written, or another process is at it.
    """
    endpoint, offline = hub_endpoint(), workspace.offline or is_offline()
    if fresh and offline:
        raise UsageError("--fresh asks the Hub, but this run is offline; drop --fresh or --offline")
    folder = workspace.cache_folder / _FOLDER / sha256(endpoint.encode()).hexdigest()[:16]
    if str(folder).startswith("~"):
        raise UsageError("no home folder is known; set ARCHTRACK_CACHE_DIR to a folder")
    with document_lock(folder / _STATE, workspace.cache_folder / "locks"):
        state = None if fresh else _read_state(folder)
        if state is not None and not offline and not _is_fresh(state, watch.now()):
            state = None
        if offline:
            if state is None or not state.pages:
                raise UsageError(
                    "demand asks the Hub, but this run is offline; name a DUMP, or run once without --offline"
                )
            fetched = 0
        else:
            state, fetched = _completed(folder, state, limit, endpoint, watch)
        with tempfile.TemporaryDirectory(prefix="archtrack-demand-") as scratch:
            files, models = _first(folder, state, limit, Path(scratch))
            yield Kept(
                files=files,
                models=models,
                date=state.begun.date().isoformat(),
                ended=state.ended and models == state.models,
                fetched=fetched,
                endpoint=endpoint,
            )


def size_of_kept(folder: Path) -> int:
    """Bytes that kept pages have in a cache's folder."""
    return sum(path.stat().st_size for path in (folder / _FOLDER).rglob("*") if path.is_file())


def clear_kept(folder: Path) -> int:
    """Remove the kept pages from a cache's folder; the bytes that were freed."""
    before = size_of_kept(folder)
    shutil.rmtree(folder / _FOLDER, ignore_errors=True)
    return before - size_of_kept(folder)


def _is_fresh(state: _State, now: datetime) -> bool:
    return timedelta(0) <= now - state.begun < _FRESH


def _completed(
    folder: Path, state: _State | None, limit: int, endpoint: str, watch: Watch
) -> tuple[_State, int]:
    """The state with enough pages, and how many of them were asked for."""
    anew = state is None
    state = state or _State(begun=watch.now())
    if not state.has(limit):
        watch.pages(-(-(limit - state.models) // PAGE) if limit else None)
    fetched = 0
    while not state.has(limit) and state.following is not None:
        try:
            page = fetch_page(state.following, endpoint=endpoint, wait=watch.wait)
        except StaleCursorError as error:
            if fetched:  # the Hub itself has named the page a moment ago
                raise _to_be_resumed(error, state) from error
            state, anew = _State(begun=watch.now()), True
            continue
        except HubDownError as error:
            raise _to_be_resumed(error, state) from error
        if anew:  # not before: what is old is better than nothing where the Hub is down
            shutil.rmtree(folder, ignore_errors=True)
            anew = False
        make_folder(folder)
        data = b"".join(_line(model) for model in page.models)
        write_atomic(_page_path(folder, len(state.pages)), data)
        sizes = (*state.pages, (len(page.models), len(data)))
        state = replace(state, pages=sizes, following=page.following)
        write_atomic(folder / _STATE, _state_text(state))
        fetched += 1
        watch.page(f"{state.models:,} models")
    return state, fetched


def _to_be_resumed(error: HubDownError, state: _State) -> TargetError:
    if not state.pages:
        return error
    return HubDownError(f"{error}: {state.models:,} models are kept; run the same command to continue")


def _first(folder: Path, state: _State, limit: int, scratch: Path) -> tuple[tuple[Path, ...], int]:
    """The files with the first ``limit`` models: the last page may have to be cut, in a copy."""
    files: list[Path] = []
    left = limit or state.models
    for place, (count, _) in enumerate(state.pages):
        if left <= 0:
            break
        path = _page_path(folder, place)
        if count > left:
            lines = path.read_bytes().splitlines(keepends=True)[:left]
            path = scratch / path.name
            path.write_bytes(b"".join(lines))
        files.append(path)
        left -= min(count, left)
    return tuple(files), min(limit or state.models, state.models)


def _page_path(folder: Path, place: int) -> Path:
    return folder / f"page-{place:05d}.jsonl"


def _line(model: Any) -> bytes:
    """One model as a line: its id, its downloads, its architectures. ``null`` for what is none."""
    kept: dict[str, Any] | None = None
    name = (model.get("id") or model.get("modelId")) if isinstance(model, dict) else None
    if isinstance(name, str):
        config = model.get("config")
        names = config.get("architectures") if isinstance(config, dict) else None
        names = [names] if isinstance(names, str) else names if isinstance(names, list) else []
        downloads = model.get("downloads")
        kept = {
            "id": _clean(name),
            "downloads": downloads if isinstance(downloads, int) else None,
            "architectures": [_clean(each) for each in names if isinstance(each, str)][:_NAMES],
        }
    return json.dumps(kept).encode() + b"\n"


def _clean(text: str) -> str:
    """A text that any reader takes: without halves of characters and NUL, and one character too long at most."""
    short = text[: LONGEST_NAME + 1].replace("\0", "\N{REPLACEMENT CHARACTER}")
    return short.encode("utf-8", "replace").decode()


def _state_text(state: _State) -> bytes:
    data = {
        "format": _FORMAT,
        "begun": state.begun.isoformat(),
        "next": state.following,
        "pages": [list(page) for page in state.pages],
    }
    return json.dumps(data).encode()


def _read_state(folder: Path) -> _State | None:
    """What was read before; None where there is nothing, or where it is not what was written."""
    try:
        data = parse_json((folder / _STATE).read_bytes())
        begun, pages = (
            datetime.fromisoformat(data["begun"]),
            tuple((int(a), int(b)) for a, b in data["pages"]),
        )
        following = data["next"]
        whole = all(_page_path(folder, place).stat().st_size == size for place, (_, size) in enumerate(pages))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if (
        data.get("format") != _FORMAT
        or not whole
        or not isinstance(following, str | None)
        or begun.tzinfo is None
    ):
        return None
    return _State(begun=begun, following=following, pages=pages)
