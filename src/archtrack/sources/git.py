"""A package at a commit, tag or branch of a git repository, read as blobs, without a checkout.

One ``git ls-tree`` tells the files with their blob ids, one ``git cat-file --batch`` reads as many as are
wanted. Blobs that a partial clone lacks are fetched first, all in one request. Links in the tree are not
followed and submodules not entered: what a repository contains never leads out of it.
"""

from __future__ import annotations

import re
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from archtrack.errors import SourceError

from .base import PYPROJECT, Origin
from .git_address import check_ref, check_url, hide_credentials, is_commit_id, is_remote
from .git_command import Git, GitError
from .git_mirror import Mirror
from .patterns import match_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from .base import Layout

__all__ = ["GitSource", "git_source"]

_FILE_MODES = ("100644", "100755", "100664")  # the last one is of old repositories
_UNKNOWN_REF = re.compile(r"couldn't find remote ref|is no commit|not our ref|Server does not allow request")


class GitSource:
    """One package at one commit; ``git_source`` finds it."""

    def __init__(
        self,
        git: Git,
        *,
        origin: Origin,
        blobs: Mapping[str, str],
        fetching: Callable[[], AbstractContextManager[object]] | None,
    ) -> None:
        """Describe a package.

        Args:
            git: runs in the repository.
            origin: what to say of it.
            blobs: source path -> blob id.
            fetching: what to hold while missing blobs are fetched; None if none may be.
        """
        self._git = git
        self._origin = origin
        self._blobs = blobs
        self._fetching = fetching

    @property
    def origin(self) -> Origin:
        """What is read here."""
        return self._origin

    def list(self, patterns: Sequence[str]) -> tuple[str, ...]:
        """Paths that match any pattern, as ``Source.list`` says."""
        return match_paths(self._blobs, patterns)

    def identify(self, paths: Sequence[str]) -> dict[str, str]:
        """``git:<blob id>`` per path.

        Raises:
            SourceError: a path is not in the source.
        """
        return {path: f"git:{self._blob(path)}" for path in paths}

    def read(self, paths: Sequence[str]) -> dict[str, bytes]:
        """The bytes per path.

        Raises:
            SourceError: a path is not in the source, or blobs could not be read or fetched.
        """
        wanted = {path: self._blob(path) for path in paths}
        if not wanted:
            return {}
        ids = sorted(set(wanted.values()))
        try:
            if remote := self._promisor():
                self._complete(remote, ids)
            contents = self._git.blobs(ids)
        except GitError as error:
            raise _explained(error, self._origin.location) from error
        for path, name in wanted.items():
            if name not in contents:
                raise SourceError(
                    f"{self._origin.location}: {path}: blob {name} is missing; `git fsck` tells what is damaged"
                )
        return {path: contents[name] for path, name in wanted.items()}

    def _blob(self, path: str) -> str:
        try:
            return self._blobs[path]
        except KeyError:
            raise SourceError(f"{self._origin.location}: no file {path!r}") from None

    def _promisor(self) -> str | None:
        """The remote that a partial clone takes missing blobs from; None in a whole repository."""
        try:
            found = self._git.run("config", "--null", "--get-regexp", r"^remote\..*\.promisor$")
        except GitError:  # no such setting
            return None
        names = [entry.partition("\n")[0] for entry in found.decode("utf-8", "replace").split("\0") if entry]
        return names[0].removeprefix("remote.").removesuffix(".promisor") if names else None

    def _complete(self, remote: str, ids: Sequence[str]) -> None:
        """Fetch the blobs that are missing, all at once."""
        present = self._git.run(
            "cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)"
        )
        missing = sorted(set(ids).difference(present.decode().split()))
        if not missing:
            return
        if self._fetching is None:
            raise SourceError(
                f"{self._origin.location}: {len(missing)} files were never fetched; run once without --offline"
            )
        with self._fetching():
            self._git.run(
                "fetch",
                "--quiet",
                "--no-tags",
                "--no-write-fetch-head",
                "--recurse-submodules=no",
                "--filter=blob:none",
                "--upload-pack=git-upload-pack",
                "--stdin",
                remote,
                stdin="".join(f"{name}\n" for name in missing).encode(),
                network=True,
            )


def git_source(
    repository: str,
    ref: str,
    layout: Layout,
    *,
    environ: Mapping[str, str],
    folder: Path | None,
    offline: bool = False,
) -> GitSource:
    """The package at a reference of a repository.

    Args:
        repository: a path, or a URL (``https://``, ``ssh://``, ``git://``, ``file://``, ``user@host:path``).
        ref: commit, tag or branch; on a path anything that names a commit (``HEAD~3``).
        layout: which package, and where repositories keep it.
        environ: the environment for git.
        folder: the cache folder; only a URL needs one.
        offline: use what is there, and never the network.

    Raises:
        UsageError: the reference or the URL is of a kind that is refused.
        SourceError: there is no such repository, reference or package, or git could not get it.
    """
    shown = hide_credentials(repository)
    location = f"{shown}@{ref}"
    check_ref(ref, shown)
    fetching: Callable[[], AbstractContextManager[object]]
    try:
        if is_remote(repository):
            check_url(repository, ref)
            if folder is None:
                raise SourceError(
                    f"{shown}: a URL needs the cache folder; set ARCHTRACK_CACHE_DIR, or clone it"
                )
            mirror = Mirror(repository, folder=folder, environ=environ)
            git, fetching = mirror.git, mirror.writing
            commit, files = _remote_files(mirror, ref, layout, offline=offline)
        else:
            git, fetching = _local(repository, environ), nullcontext
            commit = _local_commit(git, repository, ref)
            files = _files(git, commit, layout)
    except GitError as error:
        raise _explained(error, location) from error
    blobs, prefix = _package(files, layout, location)
    origin = Origin(
        distribution=layout.distribution,
        kind="git",
        location=location,
        digest=f"commit:{commit}",
        prefix=prefix,
    )
    return GitSource(git, origin=origin, blobs=blobs, fetching=None if offline else fetching)


def _local(repository: str, environ: Mapping[str, str]) -> Git:
    path = Path(repository).expanduser() if repository.startswith("~/") else Path(repository)
    if not _is_folder(path):
        raise SourceError(
            f"{repository}: no such folder; give a git repository's path or URL, then @ and a reference"
        )
    return Git("-C", str(path.absolute()), environ=environ)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # no name for a folder, or not to be looked into
        return False


def _local_commit(git: Git, repository: str, ref: str) -> str:
    try:
        return git.run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}").decode().strip()
    except GitError as error:
        if str(error).strip() and "expected commit type" not in str(error):  # --quiet: said of the repository
            raise
        raise SourceError(
            f"{repository}: no commit, tag or branch {ref!r}; `git branch -a` and `git tag` there list them,"
            " `git fetch --tags` gets new ones"
        ) from error


def _remote_files(mirror: Mirror, ref: str, layout: Layout, *, offline: bool) -> tuple[str, dict[str, str]]:
    if offline:
        if (known := mirror.commit(ref)) is None:
            raise SourceError(f"{mirror.shown}@{ref}: not in the cache; run once without --offline")
        return known, _files(mirror.git, known, layout)
    commit = _remote_commit(mirror, ref)
    try:
        return commit, _files(mirror.git, commit, layout)
    except GitError:  # what was fetched long ago is damaged
        commit = mirror.fetch(ref, afresh=True)
        return commit, _files(mirror.git, commit, layout)


def _remote_commit(mirror: Mirror, ref: str) -> str:
    try:
        return mirror.fetch(ref)
    except GitError as error:
        if not _UNKNOWN_REF.search(str(error)):
            raise
        hint = "" if is_commit_id(ref) else "; a commit needs its full id"
        raise SourceError(
            f"{mirror.shown}: no commit, tag or branch {ref!r}; `git ls-remote {mirror.shown}` lists them{hint}"
        ) from error


def _files(git: Git, commit: str, layout: Layout) -> dict[str, str]:
    """Path in the repository -> blob id, for every place where the layout looks."""
    wanted = {PYPROJECT}
    for parent in layout.parents:
        prefix = _prefix(parent)
        wanted |= {f"{prefix}{layout.package}/", f"{prefix}{PYPROJECT}"}
    files: dict[str, str] = {}
    for entry in git.run("ls-tree", "-r", "-z", "--full-tree", commit, "--", *sorted(wanted)).split(b"\0"):
        about, _, path = entry.partition(b"\t")
        mode, _, rest = about.decode().partition(" ")
        if mode in _FILE_MODES:
            files[path.decode("utf-8", "surrogateescape")] = rest.split()[1]
    return files


def _package(files: Mapping[str, str], layout: Layout, location: str) -> tuple[dict[str, str], str]:
    """Source path -> blob id, and the prefix of the folder that holds the package."""
    prefixes = [_prefix(parent) for parent in layout.parents]
    real = [prefix for prefix in prefixes if f"{prefix}{layout.package}/__init__.py" in files]
    for prefix in (*real, *prefixes):
        start = f"{prefix}{layout.package}/"
        if blobs := {
            path.removeprefix(prefix): name for path, name in files.items() if path.startswith(start)
        }:
            if project := files.get(f"{prefix}{PYPROJECT}") or files.get(PYPROJECT):
                blobs[PYPROJECT] = project
            return blobs, prefix
    places = " or ".join(f"{prefix}{layout.package}" for prefix in prefixes)
    raise SourceError(
        f"{location}: no package {layout.package} in it (looked for {places}); try another reference"
    )


def _prefix(parent: str) -> str:
    return f"{parent}/" if parent else ""


def _explained(error: GitError, where: str) -> SourceError:
    """What git said, in one line, with what to do where that is known."""
    lines = [line.strip() for line in hide_credentials(str(error)).splitlines() if line.strip()]
    said = next(
        (line for line in lines if line.startswith(("fatal:", "error:", "ERROR:"))),
        lines[-1] if lines else "",
    )
    said = re.sub(r"^(fatal|error|ERROR): ?", "", said).rstrip(".") or "git failed without a word"
    text = "\n".join(lines)
    if "dubious ownership" in text or "safe.directory" in text:
        advice = "it belongs to another user; `git config --global --add safe.directory PATH` trusts it"
    elif "not a git repository" in text:
        return SourceError(f"{where}: not a git repository; give the path of one, or a plain path")
    elif re.search(
        r"could not read Username|Authentication failed|Permission denied|terminal prompts disabled", text
    ):
        advice = "no access; set up a credential helper or an ssh key that needs no question"
    elif re.search(
        r"[Cc]ould not resolve|unable to access|Could not read from remote|unable to connect|Connection", text
    ):
        advice = "check the address and the network"
    elif "does not appear to be a git repository" in text or "not found" in text:
        advice = "check the address"
    else:
        return SourceError(f"{where}: git: {said}")
    return SourceError(f"{where}: git: {said}; {advice}")
