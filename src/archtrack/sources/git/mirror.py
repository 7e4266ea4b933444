"""Repositories behind a URL: bare, blobless and shallow ones in the cache folder, one per URL.

A mirror holds the commits that were asked for, their trees, and the blobs that were read. Everything that
writes to one holds its lock, so whatever a killed run left behind can be cleared by the next. Credentials
in a URL are given to git for the call and never stored.
"""

from __future__ import annotations

import shutil
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from archtrack.errors import SourceError
from archtrack.sources.identity import digest_of
from archtrack.sources.redaction import WITHHELD, shown_address

from .address import is_commit_id, scope_of
from .command import FetchingGit, GitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from .command import Git

__all__ = ["TAGS", "Mirror", "clear_mirrors", "size_of_mirrors"]

TAGS = "refs/archtrack-tags"
"""Where a mirror keeps the tags that were asked for."""

_FORMAT = "1"
_LOCK_SECONDS = 900
_KEPT_SECONDS = 60 * 86_400  # mirrors not fetched into for that long go when a new one is made


class Mirror:
    """The local copy of one remote repository."""

    def __init__(self, url: str, *, folder: Path, environ: Mapping[str, str]) -> None:
        """Say where it is; nothing is touched.

        Args:
            url: of the remote repository.
            folder: the cache folder.
            environ: the environment for git.
        """
        self.shown = shown_address(url)
        self.scope = name = scope_of(url)
        self._root = folder / "git"
        self._path = self._root / f"{name}.git"
        self._lock = self._root / f"{name}.lock"
        self._remote = self.shown if self.shown != WITHHELD else f"archtrack:{name}"
        secret = {f"url.{url}.insteadOf": self._remote} if url != self._remote else {}
        self._git = FetchingGit(f"--git-dir={self._path}", environ=environ, config=secret)

    @property
    def git(self) -> Git:
        """For reading what is there."""
        return self._git

    def commit(self, ref: str) -> str | None:
        """The commit that a reference had when it was last fetched; None if it never was."""
        if not (self._path / "ready").is_file():
            return None
        name = ref.lower() if is_commit_id(ref) else _kept_as(ref)
        try:
            return self.git.run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
        except GitError:
            return None

    def fetch(self, ref: str, *, afresh: bool = False) -> str:
        """Fetch one commit with its trees, and no blobs if the server can leave them out.

        Args:
            ref: a branch, a tag or a full commit id.
            afresh: throw away what is there first: it turned out to be damaged.

        Returns:
            The commit's id.

        Raises:
            GitError: git could not.
            SourceError: the cache folder cannot be used, or another run holds the mirror for too long.
        """
        with self._locked():
            if afresh:
                shutil.rmtree(self._path, ignore_errors=True)
            if is_commit_id(ref) and (known := self.commit(ref)) is not None:
                return known
            self._prepare()
            self._git.fetch("--depth=1", "origin", f"+{ref}:{_kept_as(ref)}")
            found = self.commit(ref)
        if found is None:
            raise GitError(f"fatal: {ref} is no commit")
        return found

    def fetch_tags(self, wanted: Callable[[str], bool]) -> frozenset[str]:
        """Fetch the commits of tags with their trees, and no blobs if the server can leave them out.

        Args:
            wanted: says of a tag's name whether it is wanted. What is here already is not fetched again.

        Returns:
            The names of the wanted tags that the remote repository has now.

        Raises:
            GitError: git could not.
            SourceError: the cache folder cannot be used, or another run holds the mirror for too long.
        """
        with self._locked():
            self._prepare()
            names = frozenset(filter(wanted, self._git.remote_tags()))
            if names:
                refs = "".join(f"+refs/tags/{name}:{TAGS}/{name}\n" for name in sorted(names))
                self._git.fetch("--depth=1", "--stdin", "origin", stdin=refs.encode())
        return names

    def missing(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Those of some blobs that were never fetched, sorted.

        Raises:
            GitError: git could not tell.
        """
        present = self.git.run(
            "cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)"
        )
        return tuple(sorted(set(ids).difference(present.decode().split())))

    def fetch_blobs(self, ids: Sequence[str]) -> None:
        """Fetch blobs, all at once.

        Raises:
            GitError: git could not.
            SourceError: the cache folder cannot be used, or another run holds the mirror for too long.
        """
        with self._locked():
            self._clear_locks()
            self._git.fetch("--stdin", "origin", stdin="".join(f"{name}\n" for name in ids).encode())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        if str(self._root).startswith("~"):
            raise SourceError(
                "no home folder is known; set ARCHTRACK_CACHE_DIR to a folder that can be written"
            )
        try:
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = FileLock(self._lock, timeout=_LOCK_SECONDS)
            lock.acquire()
        except Timeout as error:
            raise SourceError(
                f"{self.shown}: another run has been fetching it for long; run again"
            ) from error
        except OSError as error:
            raise SourceError(
                f"{self._root}: {error.strerror or error}; set ARCHTRACK_CACHE_DIR to a folder that can be written"
            ) from error
        try:
            yield
        finally:
            lock.release()

    def _prepare(self) -> None:
        """Have a repository to fetch into, whatever is there."""
        ready = self._path / "ready"
        try:
            if ready.is_file() and ready.read_text() == _FORMAT and self._is_sound():
                self._clear_locks()
                ready.touch()
                return
            _clear(self._root, older_than=time.time() - _KEPT_SECONDS)
            shutil.rmtree(self._path, ignore_errors=True)
            self.git.run("init", "--quiet", "--bare", "--template=")
            settings = {
                "remote.origin.url": self._remote,
                "remote.origin.promisor": "true",
                "remote.origin.partialCloneFilter": "blob:none",
                "extensions.partialClone": "origin",
                "core.repositoryFormatVersion": "1",
            }
            for name, value in settings.items():
                self.git.run("config", name, value)
            ready.write_text(_FORMAT)
        except OSError as error:
            raise SourceError(
                f"{self._path}: {error.strerror or error}; remove that folder, or set ARCHTRACK_CACHE_DIR"
            ) from error

    def _is_sound(self) -> bool:
        try:
            self.git.run("config", "remote.origin.url")
            self.git.run("for-each-ref", "refs/archtrack")
            # Every tip must still be there: git would build on a damaged one.
            self.git.run("rev-list", "--all", "--max-count=1", "--quiet")
        except GitError:
            return False
        return (self._path / "objects").is_dir()

    def _clear_locks(self) -> None:
        for left in (*self._path.glob("*.lock"), *self._path.glob("refs/**/*.lock")):
            left.unlink(missing_ok=True)
        for left in self._path.glob("objects/pack/tmp_*"):
            left.unlink(missing_ok=True)


def _kept_as(ref: str) -> str:
    return f"refs/archtrack/{digest_of(ref)}"


def size_of_mirrors(folder: Path) -> int:
    """Bytes that the mirrors in a cache folder take."""
    return sum(_size(mirror) for mirror in (folder / "git").glob("*.git"))


def clear_mirrors(folder: Path) -> int:
    """Remove the mirrors in a cache folder that no run is fetching into.

    Returns:
        The bytes that were freed.
    """
    before = size_of_mirrors(folder)
    _clear(folder / "git", older_than=float("inf"))
    return before - size_of_mirrors(folder)


def _clear(root: Path, *, older_than: float) -> None:
    from filelock import FileLock, Timeout

    for mirror in root.glob("*.git"):
        with suppress(OSError, Timeout):
            ready = mirror / "ready"
            if (ready if ready.is_file() else mirror).stat().st_mtime < older_than:
                with FileLock(mirror.with_suffix(".lock"), timeout=0):
                    shutil.rmtree(mirror, ignore_errors=True)


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # another run may be at work in it
            total += path.lstat().st_size if path.is_file() else 0
    return total
