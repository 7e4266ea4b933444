"""The Hugging Face Hub, through its own client: configs of repositories, and which model is most downloaded.

``HF_ENDPOINT``, ``HF_TOKEN``, ``HF_HOME`` and ``HF_HUB_OFFLINE`` mean what they mean to every client of the Hub.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .core.checkpoint import MAX_CONFIG_BYTES
from .errors import HubDownError, TargetError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CONFIG", "fetch_config", "is_offline", "most_downloaded"]

CONFIG = "config.json"

_TIMEOUT_SECONDS = 20
_SEARCHED = 100
"""Models looked at for one architecture: the most downloaded of those that a search gives."""


def is_offline() -> bool:
    """Whether the Hub's client itself is told to make no request."""
    return bool(_client("the Hub")[1].HF_HUB_OFFLINE)


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
    client, constants = _client(shown)
    offline = offline or constants.HF_HUB_OFFLINE
    with _told(shown, offline=offline):
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
        data = path.read_bytes()
    return data, f"{repository}@{path.parent.name}/{CONFIG}"


def most_downloaded(architecture: str, search: str) -> tuple[str, int] | None:
    """The most downloaded public model whose config names an architecture, and its downloads of the last month.

    Args:
        architecture: that its config has to name.
        search: what the Hub is searched for; models that do not name the architecture are passed over.

    Raises:
        TargetError: the Hub cannot be asked.
    """
    client, _ = _client(architecture)
    with _told(f"models with {architecture}", offline=False):
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


def _client(shown: str) -> tuple[Any, Any]:
    """The Hub's client and its constants."""
    try:
        import huggingface_hub  # noqa: PLC0415 -- an extra, and slow to import
        from huggingface_hub import constants  # noqa: PLC0415 -- as above
    except ImportError as error:
        raise TargetError(
            f"{shown}: to ask the Hub, install archtrack with its extra: pip install 'archtrack[hub]'"
        ) from error
    return huggingface_hub, constants


@contextmanager
def _told(shown: str, *, offline: bool) -> Iterator[None]:
    """The client's errors as ours: what happened, and what to do."""
    from huggingface_hub import errors  # noqa: PLC0415 -- there by now

    try:
        yield
    except errors.GatedRepoError as error:
        raise TargetError(
            f"{shown} is gated: ask for access on its page, then set HF_TOKEN to a token of that account"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise TargetError(
            f"{shown}: no such repository on the Hub, or it is private; check the id, or set HF_TOKEN"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise TargetError(f"{shown}: the repository has no such revision; check it on its page") from error
    except errors.LocalEntryNotFoundError as error:
        why = "offline, and" if offline else "the Hub does not answer, and"
        raise TargetError(
            f"{shown}: {why} the Hub's cache has no {CONFIG} of it; try again online"
        ) from error
    except errors.EntryNotFoundError as error:
        raise TargetError(
            f"{shown} has no {CONFIG}: it is no checkpoint in the layout of transformers"
        ) from error
    except errors.HFValidationError as error:
        raise TargetError(f"{shown}: {_line(error)}") from error
    except (errors.HTTPError, OSError) as error:  # type: ignore[attr-defined]  # what the client is built on
        raise HubDownError(f"{shown}: the Hub cannot be asked: {_line(error)}; try again later") from error


def _line(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 200 else f"{text[:200]}…"  # noqa: PLR2004 -- one line of a terminal or two
