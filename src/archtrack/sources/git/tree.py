"""The files of a commit, links followed as a checkout would, but never out of the repository."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from archtrack.errors import SourceError

from .command import GitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .command import Git

__all__ = ["Tree", "read_tree", "tree_entries"]

_FILE_MODES = ("100644", "100755", "100664")  # the last one is of old repositories
_LINK_MODE = "120000"
_SUBMODULE_MODE = "160000"
_MOST_LINKS = 40  # in a row, as Linux has it
_LONGEST = 4096  # bytes of a link, as Linux has it
_MOST_FILES = 200_000
_MOST_PATHS = 200_000  # SGLang has 5,000, and links to folders can multiply them


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """Some of a commit's files.

    Attributes:
        files: path in the repository -> blob id.
        broken: paths of links that lead to nothing in the commit.
        submodules: path of a submodule -> the commit of the other repository, which is not entered.
    """

    files: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    submodules: dict[str, str] = field(default_factory=dict)


def read_tree(
    git: Git, commit: str, wanted: Sequence[str], complete: Callable[[Sequence[str]], None]
) -> Tree:
    """The files below some of a commit's top-level names.

    Args:
        git: runs in the repository.
        commit: its id.
        wanted: files and folders of the root; one that is not there gives nothing.
        complete: fetches the blobs that are missing, of a partial clone.

    Raises:
        GitError: git ended with an error.
        SourceError: git could not be run, or links multiply the files.
    """
    files, links, submodules = tree_entries(git, commit, *wanted)
    tree = Tree(files=files, submodules=submodules)
    if links:
        every, anywhere, _ = tree_entries(git, commit)  # a link may lead to another one anywhere
        ids = sorted(set(anywhere.values()))
        complete(ids)
        texts = git.blobs(ids)
        if missing := [name for name in ids if name not in texts]:
            raise GitError(f"fatal: the link {missing[0]} is missing")
        targets = {path: texts[name].decode("utf-8", "surrogateescape") for path, name in anywhere.items()}
        _follow(tree, sorted(links), every, targets)
    return tree


def tree_entries(
    git: Git, commit: str, *wanted: str
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Path -> id of the files, of the links, and of the submodules."""
    files: dict[str, str] = {}
    links: dict[str, str] = {}
    submodules: dict[str, str] = {}
    kinds = {**dict.fromkeys(_FILE_MODES, files), _LINK_MODE: links, _SUBMODULE_MODE: submodules}
    output = git.run("ls-tree", "-r", "-z", "--full-tree", commit, "--", *wanted)
    if output.count(b"\0") > _MOST_FILES:
        raise SourceError(f"more than {_MOST_FILES:,} files in the commit; give the path of a checkout")
    for entry in output.split(b"\0"):
        about, _, path = entry.partition(b"\t")
        mode, _, rest = about.decode().partition(" ")
        if mode in kinds:
            kinds[mode][path.decode("utf-8", "surrogateescape")] = rest.split()[1]
    return files, links, submodules


def _follow(tree: Tree, links: Sequence[str], every: Mapping[str, str], targets: Mapping[str, str]) -> None:
    """Add what links lead to, those included that come to light on the way."""
    paths = sorted((*every, *targets))
    waiting = [(path, frozenset[str]()) for path in links]  # with the folders entered on the way
    followed = 0
    while waiting:
        path, entered = waiting.pop()
        real = _real(path, targets)
        folder = f"{real}/" if real else ""
        if real is None or not (real in every or _inside(paths, folder, 1)):
            tree.broken.add(path)
        elif real in every:
            tree.files[path] = every[real]
        elif folder not in entered and not path.startswith(folder):  # else round in a circle
            for below in _inside(paths, folder):
                copy = f"{path}/{below.removeprefix(folder)}"
                if below in every:
                    tree.files[copy] = every[below]
                else:
                    waiting.append((copy, entered | {folder}))
        followed += 1
        if followed + len(waiting) + len(tree.files) > _MOST_PATHS:
            raise SourceError(
                "links to folders multiply the files of the commit; give the path of a checkout"
            )


def _real(path: str, targets: Mapping[str, str]) -> str | None:
    """The path without links that a path leads to; None if that is outside, or never ends."""
    ahead, at, links = path.split("/")[::-1], list[str](), 0
    while ahead:
        part = ahead.pop()
        if part == "..":
            if not at:
                return None
            at.pop()
        elif part not in {"", "."}:
            at.append(part)
            target = targets.get("/".join(at))
            if target is not None:
                links += 1
                if links > _MOST_LINKS or len(target) > _LONGEST or target.startswith("/"):
                    return None
                at.pop()
                ahead.extend(target.split("/")[::-1])
    return "/".join(at)


def _inside(paths: Sequence[str], folder: str, most: int | None = None) -> list[str]:
    """The paths in a folder, which ends with a slash unless it is the root."""
    start = bisect_left(paths, folder)
    return list(takewhile(lambda path: path.startswith(folder), islice(paths, start, most and start + most)))
