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
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["Tag", "tags_of"]

_FORMAT = "%(refname) %(objectname) %(*objectname) %(creatordate:short)"


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
    except GitError as error:
        raise explained(error, shown) from error
    tags = (_tag(line, f"{where}/") for line in listed.splitlines())
    found = [
        tag for tag in tags if tag is not None and (wanted(tag.name) if names is None else tag.name in names)
    ]
    if not found:
        raise SourceError(f"{shown}: it has no tag of a release; `git fetch --tags` there gets tags")
    return tuple(sorted(found, key=lambda tag: tag.name))


def _tag(line: str, prefix: str) -> Tag | None:
    """One line of ``for-each-ref``; an annotated tag has an id of its own before that of its commit."""
    match line.split(" "):
        case [name, own, commit, date] if name.startswith(prefix) and date:
            return Tag(name=name.removeprefix(prefix), commit=commit or own, date=date)
        case _:
            return None
