"""The Hugging Face Hub, through its own client: one repository's ``config.json`` and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .core.checkpoint import MAX_CONFIG_BYTES
from .errors import TargetError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["fetch_config"]

_TIMEOUT_SECONDS = 20


def fetch_config(
    repository: str, revision: str | None, *, filename: str, environ: Mapping[str, str], offline: bool
) -> tuple[bytes, str]:
    """A repository's config, and where it came from.

    ``HF_ENDPOINT``, ``HF_TOKEN``, ``HF_HOME`` and ``HF_HUB_OFFLINE`` mean what they mean to every client of the Hub.

    Args:
        repository: ``owner/name``.
        revision: a branch, tag or commit; None for the default one.
        filename: the file.
        environ: the environment.
        offline: make no request.

    Raises:
        TargetError: it cannot be had: the client is not installed, the repository is not there or gated, it has no
            such file, the Hub does not answer.
    """
    del environ  # the client reads the process's own
    try:
        import huggingface_hub as client  # noqa: PLC0415 -- an extra, and slow to import
        from huggingface_hub import constants, errors  # noqa: PLC0415 -- as above
    except ImportError as error:
        raise TargetError(
            f"{repository}: to look at the Hub, install archtrack with its extra: pip install 'archtrack[hub]'"
        ) from error
    shown = repository if revision is None else f"{repository}@{revision}"
    offline = offline or constants.HF_HUB_OFFLINE
    try:
        if not offline:
            url = client.hf_hub_url(repository, filename, revision=revision)
            size = client.get_hf_file_metadata(url, timeout=_TIMEOUT_SECONDS).size
            if size is not None and size > MAX_CONFIG_BYTES:
                raise TargetError(
                    f"{shown}: its {filename} has {size:,} bytes; more than {MAX_CONFIG_BYTES:,} are not read"
                )
        path = Path(
            client.hf_hub_download(
                repository,
                filename,
                revision=revision,
                local_files_only=offline,
                etag_timeout=_TIMEOUT_SECONDS,
            )
        )
        data = path.read_bytes()
    except errors.GatedRepoError as error:
        raise TargetError(
            f"{shown} is gated: ask for access on its page, then set HF_TOKEN to a token of that account"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise TargetError(
            f"{shown}: no such repository on the Hub, or it is private; check the id, or set HF_TOKEN"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise TargetError(f"{shown}: the repository has no such revision") from error
    except errors.LocalEntryNotFoundError as error:
        why = "offline, and" if offline else "the Hub does not answer, and"
        raise TargetError(
            f"{shown}: {why} the Hub's cache has no {filename} of it; try again online"
        ) from error
    except errors.EntryNotFoundError as error:
        raise TargetError(
            f"{shown} has no {filename}: it is no checkpoint in the layout of transformers"
        ) from error
    except errors.HFValidationError as error:
        raise TargetError(f"{shown}: {error}") from error
    except (errors.HTTPError, OSError) as error:  # type: ignore[attr-defined]  # what the client is built on
        raise TargetError(f"{shown}: the Hub cannot be asked: {_line(error)}; try again later") from error
    commit = path.parent.name
    return data, f"{repository}@{commit}/{filename}"


def _line(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 200 else f"{text[:200]}…"  # noqa: PLR2004 -- one line of a terminal or two
