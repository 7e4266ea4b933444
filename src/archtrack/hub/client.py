"""The Hugging Face Hub, through its own client: configs of repositories, and which model is most downloaded.

``HF_ENDPOINT``, ``HF_TOKEN``, ``HF_HOME`` and ``HF_HUB_OFFLINE`` mean what they mean to every client of the Hub.
"""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import cache
from inspect import signature
from io import StringIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from archtrack.core.matrix.repositories import is_repository
from archtrack.core.parsing import parse_json
from archtrack.core.verdict.checkpoint import MAX_CONFIG_BYTES
from archtrack.errors import HubDownError, TargetError, UsageError, extra
from archtrack.sources.address import (
    MOST_REDIRECTS,
    REDIRECTING,
    is_same_server,
    parse_address,
    redirected,
)
from archtrack.sources.deadline import LateError, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "ADVICE",
    "CONFIG",
    "Answer",
    "ask",
    "failure",
    "fetch_config",
    "hub_client",
    "is_offline",
    "most_downloaded",
    "unwarned",
]

CONFIG = "config.json"

_LOADING = Lock()  # of one thread at a time: where output goes is the process's
_TIMEOUT_SECONDS = 20
ADVICE = "check the network and HF_ENDPOINT, or work without the Hub (--offline, or a local file)"
_LONGEST_SECONDS = 300.0
_LATE = f"the Hub's answer did not end in {_LONGEST_SECONDS:.0f} s"
_LARGEST = 64 * 1024 * 1024  # bytes of a page; the Hub's have one or two million
_AT_ONCE = 64 * 1024
_OK = 200
_MOST_DOWNLOADS = 10**15
_SEARCHED = 100
"""Models looked at for one architecture: the most downloaded of those that a search gives."""


def is_offline() -> bool:
    """Whether the Hub's client itself is told to make no request."""
    return bool(hub_client("--hub").constants.HF_HUB_OFFLINE)


def fetch_config(repository: str, revision: str | None = None, *, offline: bool) -> tuple[bytes, str]:
    """A repository's ``config.json``, and where it came from.

    Args:
        repository: ``owner/name``.
        revision: a branch, tag or commit; None for the default one.
        offline: make no request: take what the Hub's own cache has.

    Raises:
        TargetError: it cannot be had: the client is not installed, the repository is not there or gated, it has no
            such file, the file is too large, the Hub does not answer.
    """
    shown = repository if revision is None else f"{repository}@{revision}"
    client = hub_client(shown)
    offline = offline or client.constants.HF_HUB_OFFLINE
    with _told(client, shown, offline=offline):
        if not offline:
            url = client.hf_hub_url(repository, CONFIG, revision=revision)
            size = client.get_hf_file_metadata(url, timeout=_TIMEOUT_SECONDS).size
            if size is not None and size > MAX_CONFIG_BYTES:
                raise TargetError(
                    f"{shown}: its {CONFIG} has {size:,} bytes; more than {MAX_CONFIG_BYTES:,} are not read"
                )
        path = Path(within(_LONGEST_SECONDS, lambda: _downloaded(client, repository, revision, offline)))
        with path.open("rb") as file:
            return file.read(MAX_CONFIG_BYTES + 1), f"{repository}@{path.parent.name}/{CONFIG}"


def _downloaded(client: Any, repository: str, revision: str | None, offline: bool) -> str:  # noqa: FBT001
    """Where the Hub's cache has a config; what is downloaded for that has a bound, whatever size was told."""
    bounds = {}
    if "tqdm_class" in signature(client.hf_hub_download).parameters:
        bounds["tqdm_class"] = _bar(client.utils.tqdm)
    found: str = client.hf_hub_download(
        repository,
        CONFIG,
        revision=revision,
        local_files_only=offline,
        etag_timeout=_TIMEOUT_SECONDS,
        **bounds,
    )
    return found


@cache
def _bar(base: Any) -> Any:
    """The client's progress bar, which is told of every piece that comes, and ends a download without end."""

    class Bar(base):  # type: ignore[misc]
        come: float = 0

        def update(self, count: float | None = 1) -> Any:
            self.come += count or 0
            if self.come > MAX_CONFIG_BYTES:
                raise _OddError(f"has more than {MAX_CONFIG_BYTES:,} bytes, more than announced; not read")
            return super().update(count)

    return Bar


def most_downloaded(architecture: str, search: str) -> tuple[str, int] | None:
    """The most downloaded public model whose config names an architecture, and its downloads of the last month.

    Args:
        architecture: that its config has to name.
        search: what the Hub is searched for; models that do not name the architecture are passed over.

    Raises:
        TargetError: the Hub cannot be asked.
    """
    client = hub_client(architecture)
    with _told(client, f"models with {architecture}", offline=False):
        asked = [("search", search), ("sort", "downloads"), ("direction", "-1"), ("limit", str(_SEARCHED))]
        asked += [("expand", each) for each in ("config", "downloads", "gated", "private")]
        answer = ask(
            client,
            f"models with {architecture}",
            f"{client.constants.ENDPOINT}/api/models?{urlencode(asked)}",
            timeout=_TIMEOUT_SECONDS,
        )
        if answer.status != _OK:
            raise HubDownError(f"models with {architecture}: the Hub answers {answer.status}; {ADVICE}")
        for model in parse_json(answer.body):
            if (found := _model(model, architecture)) is not None:
                return found
    return None


def _model(model: Any, architecture: str) -> tuple[str, int] | None:
    """The id and the downloads of a public model whose config names an architecture; None of any other."""
    config = model.get("config") if isinstance(model, dict) else None
    names = config.get("architectures") if isinstance(config, dict) else None
    if not isinstance(names, list) or architecture not in names or model.get("private") or model.get("gated"):
        return None
    name, downloads = model.get("id"), model.get("downloads")
    if not isinstance(name, str) or not is_repository(name):
        return None
    return name, downloads if isinstance(downloads, int) and 0 <= downloads < _MOST_DOWNLOADS else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the Hub answers.

    Attributes:
        status: of HTTP.
        headers: of it.
        links: of its header of that name.
        body: unpacked; of a success alone.
    """

    status: int
    headers: Any
    links: Any
    body: bytes


def ask(client: Any, shown: str, url: str, *, timeout: float) -> Answer:
    """What the Hub answers, bounded in bytes and seconds; the client's own methods read whatever comes.

    Args:
        client: of the Hub.
        shown: what is asked for, for messages.
        url: where.
        timeout: seconds without a byte.

    Raises:
        HubDownError: it is larger than any page, does not end, or leads to another host.
        Exception: of the client, whose classes depend on what it is built on.
    """
    try:
        return within(_LONGEST_SECONDS, lambda: _asked(client, url, timeout))
    except _OddError as error:
        raise HubDownError(f"{shown}: the Hub's answer {error}; {ADVICE}") from None
    except LateError:
        raise HubDownError(f"{shown}: {_LATE}; {ADVICE}") from None


class _OddError(Exception):
    """An answer that is not taken; the text goes on from "the answer"."""


def _asked(client: Any, url: str, timeout: float) -> Answer:
    session = client.utils.get_session()
    headers = {**client.utils.build_hf_headers(), "Accept-Encoding": "gzip"}
    for _ in range(MOST_REDIRECTS + 1):
        with _streamed(session, url, headers, timeout) as response:
            status = int(response.status_code)
            location = response.headers.get("location")
            if status not in REDIRECTING or not location:
                return Answer(
                    status=status,
                    headers=response.headers,
                    links=response.links,
                    body=_body(response) if status == _OK else b"",
                )
        try:
            parts = redirected(url, location)
        except ValueError:
            raise _OddError("leads to an address that is not secure") from None
        if not is_same_server(parse_address(url), parts):  # a token is for the server that was asked
            headers = {name: value for name, value in headers.items() if name.lower() != "authorization"}
        url = parts.geturl()
    raise _OddError("redirects without end")


def _streamed(session: Any, url: str, headers: Mapping[str, str], timeout: float) -> Any:
    """The answer before its body is read: newer clients are built on httpx, older ones on requests."""
    if hasattr(session, "stream") and callable(session.stream):
        return session.stream("GET", url, headers=headers, timeout=timeout, follow_redirects=False)
    session.get_redirect_target = lambda _: None  # else requests reads the bodies of redirects
    return session.get(url, headers=headers, timeout=timeout, stream=True, allow_redirects=False)


def _body(response: Any) -> bytes:
    if response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity", "gzip"}:
        raise _OddError("is compressed in an unexpected way")
    pieces = response.iter_bytes() if hasattr(response, "iter_bytes") else response.iter_content(_AT_ONCE)
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > _LARGEST:
            raise _OddError(f"has more than {_LARGEST // 1024**2} MB")
    return bytes(body)


@cache
def _loaded() -> Any:
    """The Hub's client, with its log and its progress bars off: what goes wrong is said in one line."""
    # It prints what it cannot import, where our JSON goes, and warns programmers.
    with _LOADING, redirect_stdout(StringIO()), unwarned():
        import huggingface_hub
        from huggingface_hub import constants, errors, hf_hub_download  # noqa: F401 -- its own are lazy

        client: Any = huggingface_hub
        client.utils.logging.set_verbosity(logging.CRITICAL)
        client.utils.disable_progress_bars()
    return client


def hub_client(shown: str) -> Any:
    """The Hub's client.

    Args:
        shown: what it is needed for, for the message.

    Raises:
        UsageError: it is not installed.
        HubDownError: its settings make no sense.
    """
    try:
        client = _loaded()
    except ImportError as error:
        raise UsageError(f"{shown}: asking the Hub needs {extra('hub')}") from error
    except Exception as error:  # noqa: BLE001 -- it looks at its settings while it is imported
        raise HubDownError(
            f"{shown}: cannot ask the Hub: {failure(error)}; is HF_ENDPOINT an address?"
        ) from None
    return client


@contextmanager
def unwarned() -> Iterator[None]:
    """Without the warnings of the client, which are meant for programmers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _told(client: Any, shown: str, *, offline: bool) -> Iterator[None]:
    """The client's errors as ours: what happened, and what to do."""
    try:
        with unwarned():
            yield
    except TargetError:
        raise
    except _OddError as error:
        raise TargetError(f"{shown}: its {CONFIG} {error}") from None
    except LateError:
        raise HubDownError(f"{shown}: {_LATE}; {ADVICE}") from None
    except Exception as error:  # noqa: BLE001 -- its classes depend on its release and on what that is built on
        raise _refusal(error, shown, offline=offline, errors=client.errors) from None


def _refusal(error: Exception, shown: str, *, offline: bool, errors: Any) -> TargetError:
    # Nothing in the Hub's cache: offline that is the reason, else it could not be asked before.
    missing = isinstance(error, errors.LocalEntryNotFoundError)
    if missing and offline:
        return HubDownError(
            f"{shown}: offline, and the Hub's cache lacks its {CONFIG}; run once without --offline"
        )
    reasons = (  # the narrower classes come first
        (
            errors.GatedRepoError,
            f"{shown} is gated: ask for access on its page, then set HF_TOKEN",
        ),
        (
            errors.RepositoryNotFoundError,
            f"{shown}: no such repository on the Hub, or it is private; check the id, or set HF_TOKEN",
        ),
        (errors.RevisionNotFoundError, f"{shown}: the repository has no such revision; its page lists them"),
        (
            errors.EntryNotFoundError,
            f"{shown} has no {CONFIG}, so it is not a transformers checkpoint; name another repository",
        ),
        (
            errors.HFValidationError,
            f"{shown}: not an id on the Hub; write OWNER/NAME, at most 96 characters",
        ),
    )
    why = error.__cause__ if missing and isinstance(error.__cause__, Exception) else error
    words = next((words for kind, words in reasons if isinstance(why, kind)), None)
    if words is None:
        return HubDownError(f"{shown}: cannot ask the Hub: {failure(why)}; {ADVICE}")
    return TargetError(words)


def failure(error: Exception) -> str:
    """What went wrong, in words of our own: the client's may hold the address, with a user and a password in it."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(status, int):
        return f"it answers {status}"
    return f"the request failed ({type(error).__name__})"
