"""A git repository on this machine: its commits, and where a branch left another one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from archtrack.errors import SourceError
from archtrack.sources.files import read_bounded
from archtrack.sources.redaction import shown_source

from .address import check_ref, folder_of
from .command import LARGEST, Git, GitError, explained
from .tree import tree_entries

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["commit_of", "edited_since", "local_git", "merge_base", "place_in_repository"]


def local_git(repository: str, environ: Mapping[str, str]) -> Git:
    """Git in the repository of a folder.

    Raises:
        SourceError: there is no such folder.
    """
    path = folder_of(repository)
    if not os.path.isdir(path):  # noqa: PTH112 - False for what is no name for a folder
        raise SourceError(
            f"{shown_source(repository)}: no such folder; give a git repository's path or URL, then @ and a reference"
        )
    return Git("-C", str(path.absolute()), environ=environ)


def commit_of(git: Git, repository: str, ref: str) -> str:
    """The full id of the commit that a reference names.

    Raises:
        SourceError: it names none.
        GitError: git ended with another error.
    """
    try:
        return git.run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}").decode().strip()
    except GitError as error:
        if str(error).strip() and "expected commit type" not in str(error):  # --quiet: said of the repository
            raise
        advice = (
            "the clone is shallow and may lack it:"
            " `git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'` gets all branches, in CI"
            " `fetch-depth: 0`"
            if _is_shallow(git)
            else "`git branch -a` and `git tag` list them, `git fetch --tags` gets new ones"
        )
        raise SourceError(f"{repository}: no commit, tag or branch {ref!r}; {advice}") from error


def merge_base(folder: str, ref: str, environ: Mapping[str, str]) -> str:
    """The commit at which the checkout's branch left a reference: what a pull request is compared with.

    Args:
        folder: any folder of the checkout.
        ref: commit, tag or branch.
        environ: the environment for git.

    Raises:
        UsageError: the reference is of a kind that is refused.
        SourceError: there is no such repository or reference, or the two have no commit in common.
    """
    check_ref(ref, folder)
    git = local_git(folder, environ)
    try:
        head = _head(git, folder)
        base = _known(git, folder, ref)
        return _common(git, folder, ref, base, head)
    except GitError as error:
        raise explained(error, folder) from error


def edited_since(
    folder: str, commit: str, paths: Collection[str], environ: Mapping[str, str]
) -> frozenset[str]:
    """Those of some files that the working tree does not have as a commit has them, whatever the lines' ends.

    Git itself is not asked: to compare a file it runs the filters that the repository names for it.

    Args:
        folder: any folder of the checkout.
        commit: full id.
        paths: of files, from the repository's root. One that git does not track in either is not found.
        environ: the environment for git.

    Raises:
        SourceError: git could not tell.
    """
    if not paths:
        return frozenset()
    git = local_git(folder, environ)
    named = [f":(top,literal){path}" for path in sorted(paths)]
    try:
        files, links, _ = tree_entries(git, commit, *sorted(paths))
        committed = {**files, **links}
        tracked = {*committed, *_names(git.run("ls-files", "-z", "--full-name", "--", *named))}
        contents = git.blobs(sorted(set(committed.values())))
        root = Path(folder) / os.fsdecode(git.run("rev-parse", "--show-cdup")).rstrip("\n")
    except GitError as error:
        raise explained(error, folder) from error
    return frozenset(
        path
        for path in tracked & set(paths)
        if _in_lines(contents.get(committed.get(path, ""))) != _in_lines(_content(root / path))
    )


def place_in_repository(folder: str, environ: Mapping[str, str]) -> str:
    """The path from the repository's root to one of its folders; empty for the root itself.

    Raises:
        SourceError: there is no such repository.
    """
    try:
        found = local_git(folder, environ).run("rev-parse", "--show-prefix")
    except GitError as error:
        raise explained(error, folder) from error
    return found.decode("utf-8", "replace").strip().rstrip("/")


def _names(output: bytes) -> list[str]:
    return [os.fsdecode(name) for name in output.split(b"\0") if name]


def _content(path: Path) -> bytes | None:
    """The bytes of a file, or where a link leads; None where there is neither, or more than any source has."""
    try:
        if path.is_symlink():
            return os.fsencode(path.readlink())
        return read_bounded(path, LARGEST) if path.is_file() else None
    except OSError:
        return None


def _in_lines(content: bytes | None) -> bytes | None:
    return None if content is None else content.replace(b"\r\n", b"\n")


def _head(git: Git, folder: str) -> str:
    try:
        return commit_of(git, folder, "HEAD")
    except SourceError as error:
        raise SourceError(
            f"{folder}: the repository has no commit yet, so there is nothing to compare with; commit first"
        ) from error


def _known(git: Git, folder: str, ref: str) -> str:
    """As ``commit_of``; of a branch that only the remote has, the message says how it is called here."""
    try:
        return commit_of(git, folder, ref)
    except SourceError as error:
        remote = f"origin/{ref}"
        try:
            commit_of(git, folder, remote)
        except SourceError:
            raise error from None
        raise SourceError(f"{folder}: no branch {ref!r} here; did you mean --base {remote}?") from error


def _common(git: Git, folder: str, ref: str, base: str, head: str) -> str:
    try:
        return git.run("merge-base", base, head).decode().split()[0]
    except GitError as error:
        if str(error).strip():  # without a word: there is none
            raise
        advice = (
            "the clone is shallow: `git fetch --unshallow` gets the older commits, in CI `fetch-depth: 0`"
            if _is_shallow(git)
            else "name a branch, tag or commit that this branch comes from"
        )
        raise SourceError(f"{folder}: {ref} and HEAD have no commit in common; {advice}") from error


def _is_shallow(git: Git) -> bool:
    return git.run("rev-parse", "--is-shallow-repository").strip() == b"true"
