"""What may be given to git as a repository and as a reference."""

from __future__ import annotations

import os
import re
from pathlib import Path

from archtrack.errors import UsageError
from archtrack.sources.files import expanded
from archtrack.sources.identity import digest_of
from archtrack.sources.redaction import address_key, shown_address, shown_source

__all__ = ["check_ref", "check_url", "folder_of", "is_commit_id", "is_remote", "scope_of", "shown_repository"]

_PROTOCOLS = ("file", "git", "http", "https", "ssh")


def is_remote(repository: str) -> bool:
    """Whether a repository is given as a URL, or as ``host:path`` as ssh and scp take it."""
    if "://" in repository or "::" in repository:
        return True
    if not re.match(r"[^/\\:]{2,}:", repository):
        return False
    return not os.path.exists(repository)  # noqa: PTH110 - False for what is no name for a file


def shown_repository(repository: str) -> str:
    """A repository as it may be shown: a path as it was given, an address as ``shown_address``."""
    return repository if os.path.exists(repository) else shown_source(repository)  # noqa: PTH110 - as above


def folder_of(repository: str) -> Path:
    """The folder that a repository's path names.

    Raises:
        UsageError: it is in the home folder, and nobody knows that.
    """
    return expanded(repository) if repository.startswith("~/") else Path(repository)


def scope_of(repository: str) -> str:
    """What tells a repository from all others, and shows nothing of a password.

    Raises:
        UsageError: it is in the home folder, and nobody knows that.
    """
    return digest_of(
        address_key(repository) if is_remote(repository) else os.path.realpath(folder_of(repository))
    )


def check_ref(ref: str, repository: str) -> None:
    """Refuse what git could take for an option, a range or a pattern.

    Raises:
        UsageError: it is one.
    """
    if not ref or ref.startswith(("-", "^")) or ".." in ref or re.search(r"[\s\x00-\x1f\x7f:?*\[\\]", ref):
        shown, query, _ = ref.partition("?")  # behind it may stand a token
        shown += f"{query}…" if query else ""
        raise UsageError(f"{repository}: {shown!r} is not a reference; give a commit, a tag or a branch")


def check_url(url: str, ref: str) -> None:
    """Refuse an address that git would not simply connect to, and a reference that no server knows.

    Raises:
        UsageError: it is one.
    """
    shown = shown_address(url)
    scheme = url.partition("://")[0].lower() if "://" in url else "ssh"
    if "::" in url.partition("://")[0] or scheme not in _PROTOCOLS or url.startswith("-"):
        raise UsageError(
            f"{shown}: not an address that archtrack reads; use {', '.join(_PROTOCOLS)} or user@host:path"
        )
    if re.search(r"[\s\x00-\x1f\x7f'\"]", url) or re.match(r"(ssh://)?([^/@]*@)?-", url):
        raise UsageError(f"{shown!r} is not an address; write spaces and quotes in one as %20, %27 and %22")
    if re.search(r"[~^@{}]", ref):
        raise UsageError(f"{shown}: {ref!r} is not a commit, tag or branch of a remote repository; name one")


def is_commit_id(ref: str) -> bool:
    """Whether a reference is a full commit id, which never means anything else."""
    return re.fullmatch(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}", ref) is not None
