"""What a person writes to name a source, read into values; and the checkout that needs no naming."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archtrack.errors import UsageError

from .git_address import check_ref, hide_credentials, is_remote
from .local import holds_package

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

    def __str__(self) -> str:
        """As it is written."""
        return self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledSpec:
    """The installed package."""

    def __str__(self) -> str:
        """As it is written."""
        return "installed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSpec:
    """A release on the package index.

    Attributes:
        version: the release as written, without a leading ``v`` or ``==``; None for the latest.
    """

    version: str | None

    def __str__(self) -> str:
        """As it is written."""
        return self.version or "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedSpec:
    """The release that the chosen engine pins."""

    def __str__(self) -> str:
        """As it is written."""
        return "pinned"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitSpec:
    """A reference of a git repository.

    Attributes:
        repository: a path or a URL, with the credentials that it may hold.
        ref: commit, tag or branch.
    """

    repository: str
    ref: str

    def __str__(self) -> str:
        """As it is written, without credentials."""
        return f"git:{hide_credentials(self.repository)}@{self.ref}"


Spec = PathSpec | InstalledSpec | ReleaseSpec | PinnedSpec | GitSpec

_WORDS: dict[str, Spec] = {
    "installed": InstalledSpec(),
    "latest": ReleaseSpec(version=None),
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
    if spec and "\0" not in spec and not _is_url(spec) and (_looks_like_path(spec) or _is_folder(spec)):
        return PathSpec(path=spec)
    if _is_url(spec):
        raise UsageError(
            f"{hide_credentials(spec)!r} is a URL; write git:{hide_credentials(spec)}@REF to read it"
        )
    reason = f"{text!r} is neither a folder nor a release" if spec else "an empty source"
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
    top = next((above for above in (absolute, *absolute.parents) if _is_git(above)), absolute)
    found = folder
    for above in (absolute, *absolute.parents):
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
        split = next((end for end in ends if _is_folder(os.path.expanduser(rest[:end]))), None)  # noqa: PTH111 - a text
        if split is not None:
            head, ref = rest[:split], rest[split + 1 :]
    repository = rest[:start] + head
    if not repository:
        raise UsageError(f"{hide_credentials(spec)!r} names no repository; write git:PATH-OR-URL@REF")
    check_ref(ref, hide_credentials(repository))
    return GitSpec(repository=repository, ref=ref)


def _version(spec: str) -> str | None:
    """The version that a text is, or None. The rule of ``packaging`` decides; most texts never get there."""
    plain = spec.removeprefix("==").strip()
    if not re.fullmatch(r"v?[0-9][0-9A-Za-z.!+_-]*", plain):
        return None
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 - late: 10 ms that paths do without

    try:
        Version(plain)
    except InvalidVersion:
        return None
    return plain.removeprefix("v")


def _is_url(spec: str) -> bool:
    return is_remote(spec) and ("://" in spec or "@" in spec)


def _looks_like_path(spec: str) -> bool:
    return spec in {".", "..", "~"} or "/" in spec or os.sep in spec


def _is_folder(spec: str) -> bool:
    try:
        return Path(spec).is_dir()
    except OSError:
        return False


def _is_git(folder: Path) -> bool:
    try:
        return (folder / ".git").exists()
    except OSError:
        return False


def _is_project(folder: Path) -> bool:
    return any((folder / name).exists() for name in (".git", "pyproject.toml", "setup.py"))
