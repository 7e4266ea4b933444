"""A package at a commit, tag or branch of a git repository, read as blobs, without a checkout.

One ``git ls-tree`` tells the files with their blob ids, one ``git cat-file --batch`` reads as many as are
wanted. Blobs that a partial clone lacks are fetched first, all in one request. Links are followed within the
commit and submodules not entered: what a repository contains never leads out of it.
"""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import TYPE_CHECKING

from archtrack.errors import SourceError

from .base import PYPROJECT, Origin
from .git_address import check_ref, check_url, hide_credentials, is_commit_id, is_remote
from .git_command import Git, GitError, explained
from .git_local import commit_of, local_git
from .git_mirror import Mirror
from .git_tree import Tree, read_tree
from .patterns import match_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from .base import Layout

__all__ = ["GitSource", "git_source"]

_UNKNOWN_REF = re.compile(r"couldn't find remote ref|is no commit|not our ref|Server does not allow request")


class GitSource:
    """One package at one commit; ``git_source`` finds it."""

    def __init__(
        self,
        git: Git,
        *,
        origin: Origin,
        tree: Tree,
        complete: Callable[[Sequence[str]], None],
    ) -> None:
        """Describe a package.

        Args:
            git: runs in the repository.
            origin: what to say of it.
            tree: its files and broken links, by source path.
            complete: fetches those of some blobs that are missing.
        """
        self._git = git
        self._origin = origin
        self._blobs = tree.files
        self._broken = tree.broken
        self._complete = complete

    @property
    def origin(self) -> Origin:
        """What is read here."""
        return self._origin

    def list(self, patterns: Sequence[str]) -> tuple[str, ...]:
        """Paths that match any pattern, as ``Source.list`` says."""
        return match_paths(self._blobs, patterns)

    def broken_links(self, patterns: Sequence[str]) -> tuple[str, ...]:
        """Links to nothing in the commit that match any pattern, sorted."""
        return match_paths(self._broken, patterns)

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
            self._complete(ids)
            contents = self._git.blobs(ids)
        except GitError as error:
            raise explained(error, self._origin.location) from error
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
            complete = _completing(git, location, None if offline else fetching)
            commit, found = _remote_tree(mirror, ref, layout, complete, offline=offline)
        else:
            git, fetching = local_git(repository, environ), nullcontext
            complete = _completing(git, location, None if offline else fetching)
            commit = commit_of(git, repository, ref)
            found = _tree(git, commit, layout, complete)
    except GitError as error:
        raise explained(error, location) from error
    tree, prefix = _package(found, layout, location)
    origin = Origin(
        distribution=layout.distribution,
        kind="git",
        location=location,
        digest=f"commit:{commit}",
        prefix=prefix,
    )
    return GitSource(git, origin=origin, tree=tree, complete=complete)


def _completing(
    git: Git, location: str, fetching: Callable[[], AbstractContextManager[object]] | None
) -> Callable[[Sequence[str]], None]:
    """What fetches the blobs that a partial clone lacks, all at once.

    ``fetching`` is what to hold meanwhile; None forbids it.
    """

    def complete(ids: Sequence[str]) -> None:
        remote = _promisor(git)
        if remote is None:
            return
        present = git.run("cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)")
        missing = sorted(set(ids).difference(present.decode().split()))
        if not missing:
            return
        if fetching is None:
            raise SourceError(
                f"{location}: {len(missing)} files were never fetched; run once without --offline"
            )
        try:
            with fetching():
                git.run(
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
        except GitError as error:  # of the network: what is here is sound
            raise explained(error, location) from error

    return complete


def _promisor(git: Git) -> str | None:
    """The remote that a partial clone takes missing blobs from; None in a whole repository."""
    try:
        found = git.run("config", "--null", "--get-regexp", r"^remote\..*\.promisor$")
    except GitError:  # no such setting
        return None
    names = [entry.partition("\n")[0] for entry in found.decode("utf-8", "replace").split("\0") if entry]
    return names[0].removeprefix("remote.").removesuffix(".promisor") if names else None


def _remote_tree(
    mirror: Mirror, ref: str, layout: Layout, complete: Callable[[Sequence[str]], None], *, offline: bool
) -> tuple[str, Tree]:
    if offline:
        if (known := mirror.commit(ref)) is None:
            raise SourceError(f"{mirror.shown}@{ref}: not in the cache; run once without --offline")
        return known, _tree(mirror.git, known, layout, complete)
    commit = _remote_commit(mirror, ref)
    try:
        return commit, _tree(mirror.git, commit, layout, complete)
    except GitError:  # what was fetched long ago is damaged
        commit = mirror.fetch(ref, afresh=True)
        return commit, _tree(mirror.git, commit, layout, complete)


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


def _tree(git: Git, commit: str, layout: Layout, complete: Callable[[Sequence[str]], None]) -> Tree:
    """The files of every place where the layout looks: its folders may be links, too."""
    names = layout.tops or {layout.package}
    wanted = {f"{_prefix(parent)}{name}".partition("/")[0] for parent in layout.parents for name in names}
    return read_tree(git, commit, sorted({PYPROJECT, *wanted}), complete)


def _package(found: Tree, layout: Layout, location: str) -> tuple[Tree, str]:
    """The package's own part of a tree, and the prefix of the folder that holds it."""
    files = found.files
    prefixes = [_prefix(parent) for parent in layout.parents]
    if layout.markers:
        return _root(found, layout, prefixes, location)
    real = [prefix for prefix in prefixes if f"{prefix}{layout.package}/__init__.py" in files]
    for prefix in (*real, *prefixes):
        start = f"{prefix}{layout.package}/"
        if blobs := {
            path.removeprefix(prefix): name for path, name in files.items() if path.startswith(start)
        }:
            if project := files.get(f"{prefix}{PYPROJECT}") or files.get(PYPROJECT):
                blobs[PYPROJECT] = project
            broken = {path.removeprefix(prefix) for path in found.broken if path.startswith(start)}
            return Tree(files=blobs, broken=broken), prefix
    places = " or ".join(f"{prefix}{layout.package}" for prefix in prefixes)
    raise SourceError(
        f"{location}: no package {layout.package} in it (looked for {places}); try another reference"
    )


def _root(found: Tree, layout: Layout, prefixes: Sequence[str], location: str) -> tuple[Tree, str]:
    """The root of an engine that has no package, and its prefix."""
    for prefix in prefixes:
        if any(f"{prefix}{marker}" in found.files for marker in layout.markers):
            blobs = {
                f"./{path.removeprefix(prefix)}": name
                for path, name in found.files.items()
                if path.startswith(prefix) and path.removeprefix(prefix).partition("/")[0] in layout.tops
            }
            return Tree(files=blobs, broken=set()), prefix
    raise SourceError(f"{location}: no {layout.shown} in it; try another reference")


def _prefix(parent: str) -> str:
    return f"{parent}/" if parent else ""
