"""The tags of a repository, with their commits and days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.errors import SourceError

from .address import check_url, is_remote, shown_repository
from .command import GitError, explained
from .local import local_git
from .mirror import TAGS, Mirror

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

__all__ = ["Tag", "tags_of"]

_FORMAT = "%(refname) %(creatordate:short)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag: its name, the full id of the commit that it means, and its day (``2026-01-31``)."""

    name: str
    commit: str
    date: str


def tags_of(
    repository: str, wanted: Callable[[str], bool], *, environ: Mapping[str, str], folder: Path
) -> tuple[Tag, ...]:
    """The tags that are wanted, sorted by name. Those of a URL are fetched, with their trees and without any file.

    Args:
        repository: a path, or a URL.
        wanted: says of a tag's name whether it is wanted.
        environ: the environment for git.
        folder: the cache folder; only a URL needs one.

    Raises:
        UsageError: the URL is of a kind that is refused.
        SourceError: there is no such repository, or git could not get the tags.
    """
    shown = shown_repository(repository)
    try:
        if is_remote(repository):
            check_url(repository, "HEAD")
            mirror = Mirror(repository, folder=folder, environ=environ)
            names = mirror.fetch_tags(wanted)
            git, where = mirror.git, TAGS
        else:
            names = None
            git, where = local_git(repository, environ), "refs/tags"
        listed = git.run("for-each-ref", f"--format={_FORMAT}", where).decode("utf-8", "replace")
        dates = dict(_dates(listed, f"{where}/"))
        named = [name for name in dates if (wanted(name) if names is None else name in names)]
        commits = git.commits([f"{where}/{name}" for name in named])
    except GitError as error:
        raise explained(error, shown) from error
    found = [
        Tag(name=name, commit=commits[f"{where}/{name}"], date=dates[name])
        for name in named
        if f"{where}/{name}" in commits  # a tag may name a tree or a blob
    ]
    if not found:
        raise SourceError(f"{shown}: it has no tag of a release; `git fetch --tags` there gets tags")
    return tuple(sorted(found, key=lambda tag: tag.name))


def _dates(listed: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Name and day of each tag that has a day, from the lines of ``for-each-ref``."""
    for line in listed.splitlines():
        name, _, date = line.partition(" ")
        if name.startswith(prefix) and date:
            yield name.removeprefix(prefix), date
