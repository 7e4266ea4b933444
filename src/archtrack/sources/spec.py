"""What a person writes to name a source, read into values; and the checkout that needs no naming."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archtrack.core.parsing import parse_version
from archtrack.errors import UsageError

from .disk.folder import holds_package
from .git.address import check_ref, is_remote, shown_repository
from .redaction import WITHHELD, shown_address, shown_source

if TYPE_CHECKING:
    from .base import Layout

__all__ = [
    "GitSpec",
    "InstalledSpec",
    "PathSpec",
    "PinnedSpec",
    "ReleaseSpec",
    "Spec",
    "find_checkout",
    "parse_spec",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSpec:
    """A folder: a repository root, ``python/``, or the package itself; as it was written."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledSpec:
    """The installed package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSpec:
    """A release on the package index.

    Attributes:
        version: the release as written, without a leading ``v`` or ``==``; or ``latest``.
    """

    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedSpec:
    """The release that the chosen engine pins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitSpec:
    """A reference of a git repository.

    Attributes:
        repository: a path or a URL, with the credentials that it may hold.
        ref: commit, tag or branch.
    """

    repository: str
    ref: str


_IN_A_DOMAIN = re.compile(r"(localhost|[\w-]+(\.[\w-]+)*\.[A-Za-z][\w-]*)/")

Spec = PathSpec | InstalledSpec | ReleaseSpec | PinnedSpec | GitSpec

_WORDS: dict[str, Spec] = {
    "installed": InstalledSpec(),
    "latest": ReleaseSpec(version="latest"),
    "pinned": PinnedSpec(),
}


def parse_spec(text: str, *, pinned: bool = True) -> Spec:
    """Read a source spec.

    The words ``installed``, ``latest`` and ``pinned``, versions and ``git:`` come first, whatever folders
    there are: ``./latest`` is a folder. Then anything with a slash in it, ``.``, ``..``, ``~`` and whatever
    is a folder is a path.

    Args:
        text: what was written.
        pinned: whether the message for what is none of these offers ``pinned``.

    Raises:
        UsageError: it is none of these.
    """
    spec = text.strip()
    if spec in _WORDS:
        return _WORDS[spec]
    if spec.startswith("git:"):
        return _git_spec(spec)
    if (version := _version(spec)) is not None:
        return ReleaseSpec(version=version)
    is_folder = os.path.isdir(spec)  # noqa: PTH112 - a text, and here as below False for what names none
    if spec and "\0" not in spec and not _is_url(spec) and (_looks_like_path(spec) or is_folder):
        return PathSpec(path=spec)
    if _is_url(spec):
        shown = shown_address(spec)
        again = "URL" if shown == WITHHELD else shown
        raise UsageError(f"{shown!r} is a URL; write git:{again}@REF to read it")
    reason = f"{shown_source(text)!r} is neither a folder nor a release" if spec else "an empty source"
    word = ", `pinned`" if pinned else ""
    raise UsageError(
        f"{reason}; give a path, `installed`, a release such as `0.5.23`, `latest`{word} or `git:PATH-OR-URL@REF`"
    )


def find_checkout(folder: Path, layout: Layout) -> Path | None:
    """The checkout of an engine that a folder is, or lies in.

    A folder that merely holds the package (``site-packages`` does) is none: without a folder of its own for
    the package, as ``python/``, it must have a project file or be a git checkout.

    Args:
        folder: usually the working directory.
        layout: which package, and where repositories keep it.

    Returns:
        The repository's root, spelled relative to ``folder``; None if there is none. Folders above are
        looked at as far as the git checkout reaches that ``folder`` lies in.
    """
    absolute = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow links
    every = (absolute, *absolute.parents)
    top = next((above for above in every if os.path.exists(above / ".git")), absolute)  # noqa: PTH110 - or no access
    found = folder
    for above in every:
        with suppress(OSError):  # a folder above that may not be looked into
            for parent in layout.parents:
                if holds_package(above / parent, layout) and (parent or _is_project(above)):
                    return found
        if above == top:
            return None
        found = found / ".." if found.name in {"", ".."} else found.parent
    return None


def _git_spec(spec: str) -> GitSpec:
    rest = spec.removeprefix("git:")
    # An "@" before the host, or followed by what no reference contains, is part of the address.
    start = match.end() if (match := re.match(r"[^:/@]+://[^/]*", rest)) else 0
    head, at, ref = rest[start:].rpartition("@")
    if not at or (":" in ref and not start):
        head, ref = rest[start:], "HEAD"
    elif not is_remote(rest):  # a reference may hold an "@" too: the first folder counts
        ends = (match.start() for match in re.finditer("@", rest))
        split = next((end for end in ends if os.path.isdir(os.path.expanduser(rest[:end]))), None)  # noqa: PTH111, PTH112
        if split is not None:
            head, ref = rest[:split], rest[split + 1 :]
    repository = rest[:start] + head
    # "user:password@host/…", an address without its scheme, would be a host, a path and a branch.
    is_address = ":" in repository and not start and not os.path.isdir(repository)  # noqa: PTH112
    is_user = "/" in ref and not re.search(r"[/@]|\.git\Z", repository)
    if is_address and (is_user or _IN_A_DOMAIN.match(ref)):
        raise UsageError(f"git:{WITHHELD}: an address begins with its scheme; write git:https://…@REF")
    if not repository:
        raise UsageError("'git:' names no repository; write git:PATH-OR-URL@REF")
    check_ref(ref, shown_repository(repository))
    return GitSpec(repository=repository, ref=ref)


def _version(spec: str) -> str | None:
    """The version that a text is, or None. The rule of ``packaging`` decides; most texts never get there."""
    plain = spec.removeprefix("==").strip()
    if not re.fullmatch(r"v?[0-9][0-9A-Za-z.!+_-]*", plain):
        return None
    try:
        parse_version(plain)
    except ValueError:
        return None
    return plain.removeprefix("v")


def _is_url(spec: str) -> bool:
    return is_remote(spec) and ("://" in spec or "@" in spec)


def _looks_like_path(spec: str) -> bool:
    return spec in {".", "..", "~"} or "/" in spec or os.sep in spec


def _is_project(folder: Path) -> bool:
    return any((folder / name).exists() for name in (".git", "pyproject.toml", "setup.py"))
