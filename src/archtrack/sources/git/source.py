"""A package at a commit, tag or branch of a git repository, read as blobs, without a checkout.

One ``git ls-tree`` tells the files with their blob ids, one ``git cat-file --batch`` reads as many as are
wanted. Of a repository behind a URL the blobs that its mirror lacks are fetched first, all in one request; into a
repository on this machine nothing is ever fetched. Links are followed within the
commit and submodules not entered: what a repository contains never leads out of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archtrack.core.wording import counted
from archtrack.errors import SourceError
from archtrack.model import Origin
from archtrack.sources.base import PYPROJECT, REQUIREMENTS, package_paths
from archtrack.sources.patterns import match_paths

from .address import check_ref, check_url, is_commit_id, is_remote, scope_of, shown_repository
from .command import GitError, explained
from .local import commit_of, local_git
from .mirror import Mirror
from .tree import Tree, read_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from archtrack.sources.base import Layout

    from .command import Git

__all__ = ["GitSource", "fetch_files", "git_source"]

_UNKNOWN_REF = re.compile(r"couldn't find remote ref|is no commit|not our ref|Server does not allow request")


class GitSource:
    """One package at one commit; ``git_source`` finds it."""

    def __init__(
        self,
        git: Git,
        *,
        origin: Origin,
        scope: str,
        tree: Tree,
        complete: Callable[[Sequence[str]], None],
    ) -> None:
        """Describe a package.

        Args:
            git: runs in the repository.
            origin: what to say of it.
            scope: tells the repository from all others.
            tree: its files, broken links and submodules, by source path.
            complete: fetches those of some blobs that are missing.
        """
        self._git = git
        self._origin = origin
        self._scope = scope
        self._blobs = tree.files
        self._broken = tree.broken
        self._submodules = tree.submodules
        self._complete = complete

    @property
    def origin(self) -> Origin:
        """What is read here."""
        return self._origin

    @property
    def kept_as(self) -> str | None:
        """As ``Source.kept_as``: the commit, with the repository."""
        return f"{self._scope}:{self._origin.digest}"

    def list(self, patterns: Sequence[str]) -> tuple[str, ...]:
        """Paths that match any pattern, as ``Source.list`` says."""
        return match_paths(self._blobs, patterns)

    def broken_links(self, patterns: Sequence[str]) -> tuple[str, ...]:
        """Links to nothing in the commit that match any pattern, sorted."""
        return match_paths(self._broken, patterns)

    def submodule(self, path: str) -> str | None:
        """The commit that a submodule of that path stands at; None where there is none."""
        return self._submodules.get(path)

    def identify(self, paths: Sequence[str]) -> dict[str, str]:
        """``<scope>:git:<blob id>`` per path: a repository can hold under an id what is not of that id.

        Raises:
            SourceError: a path is not in the source.
        """
        return {path: f"{self._scope}:git:{self._blob(path)}" for path in paths}

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
                    f"{self._origin.location}: {path!r}: blob {name} is missing; `git fsck` tells what is damaged"
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
    version: str | None = None,
) -> GitSource:
    """The package at a reference of a repository.

    Args:
        repository: a path, or a URL (``https://``, ``ssh://``, ``git://``, ``file://``, ``user@host:path``).
        ref: commit, tag or branch; on a path anything that names a commit (``HEAD~3``).
        layout: which package, and where repositories keep it.
        environ: the environment for git.
        folder: the cache folder; only a URL needs one.
        offline: use what is there, and never the network.
        version: the release that the reference is, where it is one.

    Raises:
        UsageError: the reference or the URL is of a kind that is refused.
        SourceError: there is no such repository, reference or package, or git could not get it.
    """
    shown = shown_repository(repository)
    location = f"{shown}@{ref}"
    check_ref(ref, shown)
    try:
        if is_remote(repository):
            check_url(repository, ref)
            if folder is None:
                raise SourceError(
                    f"{shown}: a URL needs the cache folder; set ARCHTRACK_CACHE_DIR, or clone it"
                )
            mirror = Mirror(repository, folder=folder, environ=environ)
            git, complete = mirror.git, _completing(mirror, location, offline=offline)
            commit, found = _remote_tree(mirror, ref, layout, complete, offline=offline)
        else:
            git, complete = local_git(repository, environ), _nothing_fetched
            commit = commit_of(git, repository, ref)
            found = _tree(git, commit, layout, complete)
    except GitError as error:
        raise explained(error, location) from error
    tree, prefix = _package(found, layout, location)
    origin = Origin(
        distribution=layout.distribution,
        kind="git",
        location=location,
        version=version,
        digest=f"commit:{commit}",
        prefix=prefix,
    )
    return GitSource(git, origin=origin, scope=scope_of(repository), tree=tree, complete=complete)


def fetch_files(
    repository: str,
    commits: Sequence[str],
    layout: Layout,
    patterns: Sequence[str],
    *,
    environ: Mapping[str, str],
    folder: Path,
) -> None:
    """Fetch what will be read of many commits of a URL, all in one request; of a path there is nothing to fetch.

    Args:
        repository: a path, or a URL.
        commits: full ids, which ``tags_of`` has fetched.
        layout: which package, and where the repository keeps it.
        patterns: of the files.
        environ: the environment for git.
        folder: the cache folder.

    Raises:
        SourceError: git could not get them, or a commit is not there.
    """
    if not is_remote(repository):
        return
    mirror = Mirror(repository, folder=folder, environ=environ)
    complete = _completing(mirror, mirror.shown, offline=False)
    wanted: set[str] = set()
    try:
        for commit in commits:
            tree = _tree(mirror.git, commit, layout, complete)
            paths, _ = package_paths(tree.files.keys(), layout)
            wanted.update(tree.files[paths[path]] for path in match_paths(paths, patterns))
    except GitError as error:
        raise explained(error, mirror.shown) from error
    complete(sorted(wanted))


def _nothing_fetched(_: Sequence[str]) -> None:
    """For a repository on this machine: what it lacks is an error when it is read."""


def _completing(mirror: Mirror, location: str, *, offline: bool) -> Callable[[Sequence[str]], None]:
    """What fetches the blobs that a mirror lacks."""

    def complete(ids: Sequence[str]) -> None:
        missing = mirror.missing(ids)
        if missing and offline:
            raise SourceError(
                f"{location}: {counted(len(missing), 'file')} not fetched yet; run once without --offline"
            )
        try:
            if missing:
                mirror.fetch_blobs(missing)
        except GitError as error:  # of the network: what is here is sound
            raise explained(error, location) from error

    return complete


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
    wanted = {(parent or name).partition("/")[0] for parent in layout.parents for name in names}
    beside = {PYPROJECT, REQUIREMENTS} if layout.requirements else {PYPROJECT}
    return read_tree(git, commit, sorted({*beside, *wanted}), complete)


def _package(found: Tree, layout: Layout, location: str) -> tuple[Tree, str]:
    """The package's own part of a tree, and the prefix of the folder that holds it."""
    paths, prefix = package_paths(found.files.keys(), layout)
    if not paths:
        places = " or ".join(
            f"{parent}/{layout.package}" if parent else layout.package for parent in layout.parents
        )
        looked = "" if layout.markers else f" (looked for {places})"
        raise SourceError(f"{location}: no {layout.shown} in it{looked}; try another reference")
    start = f"{prefix}{layout.package}/"
    broken = {path.removeprefix(prefix) for path in found.broken if path.startswith(start)}
    submodules = {path.removeprefix(prefix): commit for path, commit in found.submodules.items()}
    files = {path: found.files[name] for path, name in paths.items()}
    return Tree(files=files, broken=broken, submodules=submodules), prefix
