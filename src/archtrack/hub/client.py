"""The Hugging Face Hub, through its own client: configs of repositories, and which model is most downloaded.

``HF_ENDPOINT``, ``HF_TOKEN``, ``HF_HOME`` and ``HF_HUB_OFFLINE`` mean what they mean to every client of the Hub.
"""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager, redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from archtrack.core.verdict.checkpoint import MAX_CONFIG_BYTES
from archtrack.errors import HubDownError, TargetError, UsageError, extra

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CONFIG", "failure", "fetch_config", "hub_client", "is_offline", "most_downloaded", "unwarned"]

CONFIG = "config.json"

_LOADING = Lock()  # of one thread at a time: where output goes is the process's
_TIMEOUT_SECONDS = 20
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
        path = Path(
            client.hf_hub_download(
                repository, CONFIG, revision=revision, local_files_only=offline, etag_timeout=_TIMEOUT_SECONDS
            )
        )
        with path.open("rb") as file:
            return file.read(MAX_CONFIG_BYTES + 1), f"{repository}@{path.parent.name}/{CONFIG}"


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
        found = client.HfApi().list_models(
            search=search,
            sort="downloads",
            limit=_SEARCHED,
            expand=["config", "downloads", "gated", "private"],
        )
        for model in found:
            config = model.config if isinstance(model.config, dict) else {}
            if architecture in (config.get("architectures") or ()) and not model.private and not model.gated:
                return str(model.id), int(model.downloads or 0)
    return None


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
            f"{shown}: the Hub cannot be asked: {failure(error)}; is HF_ENDPOINT an address?"
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
    except Exception as error:  # noqa: BLE001 -- its classes depend on its release and on what that is built on
        raise _refusal(error, shown, offline=offline, errors=client.errors) from None


def _refusal(error: Exception, shown: str, *, offline: bool, errors: Any) -> TargetError:
    # Nothing in the Hub's cache: offline that is the reason, else it could not be asked before.
    missing = isinstance(error, errors.LocalEntryNotFoundError)
    if missing and offline:
        return TargetError(f"{shown}: offline, and the Hub's cache has no {CONFIG} of it; try again online")
    reasons = (  # the narrower classes come first
        (
            errors.GatedRepoError,
            f"{shown} is gated: ask for access on its page, then set HF_TOKEN to a token of that account",
        ),
        (
            errors.RepositoryNotFoundError,
            f"{shown}: no such repository on the Hub, or it is private; check the id, or set HF_TOKEN",
        ),
        (errors.RevisionNotFoundError, f"{shown}: the repository has no such revision; check it on its page"),
        (
            errors.EntryNotFoundError,
            f"{shown} has no {CONFIG}: it is no checkpoint in the layout of transformers",
        ),
        (
            errors.HFValidationError,
            f"{shown}: the Hub takes no such id; one is OWNER/NAME, of at most 96 characters",
        ),
    )
    why = error.__cause__ if missing and isinstance(error.__cause__, Exception) else error
    words = next((words for kind, words in reasons if isinstance(why, kind)), None)
    if words is None:
        return HubDownError(f"{shown}: the Hub cannot be asked: {failure(why)}; try again later")
    return TargetError(words)


def failure(error: Exception) -> str:
    """What went wrong, in words of our own: the client's may hold the address, with a user and a password in it."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(status, int):
        return f"it answers {status}"
    return f"the request failed ({type(error).__name__})"
