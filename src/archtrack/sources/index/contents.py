"""What a release file holds of a package: all that has to be known of the file to list, identify and read it."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from archtrack.core.parsing import parse_json
from archtrack.errors import SourceError
from archtrack.sources.base import METADATA, RECORD, package_paths
from archtrack.sources.disk.metadata import plain_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from archtrack.sources.base import Layout

    from .remote_file import ReleaseFile

__all__ = ["MEMBER_LIMIT", "READ_LIMIT", "Contents", "Member", "contents_of", "sdist_paths", "tidy_names"]

MEMBER_LIMIT = 64 * 1024**2  # bytes; no source file of any release comes near
READ_LIMIT = 512 * 1024**2
_LIBRARY = ("purelib", "platlib")
"""Where a wheel keeps, below its ``.data`` folder, what is installed beside the rest."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Member(NamedTuple):
    """One regular file in a release file.

    Attributes:
        name: in the release file.
        identity: what tells its content from any other.
        size: in bytes.
        crc: CRC-32; this and what follows only in a zip file.
        start: where its local header begins.
        end: where the next thing begins; header and data lie before it.
        packed: bytes of data in the file.
        method: 0 stored, 8 deflated; others cannot be read.
        flags: general purpose bits.
    """

    name: str
    identity: str
    size: int
    crc: int = 0
    start: int = 0
    end: int = 0
    packed: int = 0
    method: int = 0
    flags: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The package in a release file.

    Attributes:
        members: by canonical path, as ``Source`` has it.
        prefix: from the root of the file to the folder that holds the package.
        problems: what was left out, one sentence each.
    """

    members: dict[str, Member]
    prefix: str
    problems: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """For the cache."""
        data = {"members": self.members, "prefix": self.prefix, "problems": self.problems}
        return json.dumps(data, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Contents:
        """The other way round.

        Raises:
            ValueError: the bytes are something else.
        """
        try:
            found = parse_json(data)
            return cls(
                members={path: Member(*row) for path, row in found["members"].items()},
                prefix=found["prefix"],
                problems=tuple(found["problems"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("no contents of a release file") from error


def contents_of(
    file: ReleaseFile, members: Iterable[Member], problems: Iterable[str], layout: Layout
) -> Contents:
    """What a file with these members holds of a package.

    Raises:
        SourceError: there is no such package in it.
    """
    by_name = {member.name: member for member in members}
    paths, prefix = (_wheel_paths if file.kind == "wheel" else sdist_paths)(by_name.keys(), layout)
    if not any(path.startswith(f"{layout.package}/") for path in paths):
        raise SourceError(f"{file.name}: holds no {layout.shown}; {layout.advice}")
    found = {path: by_name[name] for path, name in paths.items()}
    return Contents(members=found, prefix=prefix, problems=tuple(problems))


def tidy_names(names: Iterable[str]) -> tuple[set[str], list[str]]:
    """The names that mean one file inside the archive, and a sentence for each that does not.

    Folders are left out without a word.
    """
    usable: set[str] = set()
    problems: list[str] = []
    for name, count in Counter(names).items():
        if name.endswith("/"):
            continue
        if count > 1:
            problems.append(f"{name!r} is there {count} times; left out")
        elif reason := _odd(name):
            problems.append(f"{name!r} {reason}; left out")
        else:
            usable.add(name)
    return usable, problems


def _odd(name: str) -> str | None:
    if not name or _CONTROL.search(name):
        return "is not a file name"
    if "\\" in name:
        return "holds a backslash"
    if name.startswith("/") or name[1:2] == ":":
        return "is an absolute path"
    if any(part in {"", ".", ".."} for part in name.split("/")):
        return "leads out of the archive or nowhere"
    return None


def _wheel_paths(names: Collection[str], layout: Layout) -> tuple[dict[str, str], str]:
    """Canonical path -> name in a wheel; and what was stripped: nothing but of a layout with markers."""
    if layout.markers:
        paths, prefix = package_paths(names, layout)
    else:
        own = f"{layout.package}/"
        unpacked = {path: name for name in names if (path := _installed(name)) is not None}
        paths = {path: name for path, name in unpacked.items() if path.startswith(own)}
        paths.update((name, name) for name in names if name.startswith(own))
        prefix = ""
    paths.update(
        (name, name) for name in names if name.startswith(tuple(f"{each}/" for each in layout.beside))
    )
    for file in (METADATA, RECORD):
        there = [name for name in names if _is_about(name, layout.distribution, file)]
        if len(there) == 1:
            paths[file] = there[0]
    return paths, prefix


def _installed(name: str) -> str | None:
    """Where a file that a wheel keeps below its ``.data`` folder for the library is installed; None of any other."""
    top, _, rest = name.partition("/")
    folder, _, path = rest.partition("/")
    return path if top.endswith(".data") and folder in _LIBRARY and path else None


def sdist_paths(names: Collection[str], layout: Layout) -> tuple[dict[str, str], str]:
    """Canonical path -> name in a source distribution; and what was stripped: its one top folder, and a parent."""
    roots = Counter(sorted(name.partition("/")[0] for name in names if "/" in name))
    root = f"{roots.most_common(1)[0][0]}/" if roots else ""
    paths, prefix = package_paths(names, layout, root)
    if there := [name for name in (f"{root}PKG-INFO", f"{prefix}PKG-INFO") if name in names]:
        paths[METADATA] = there[0]
    return paths, prefix


def _is_about(name: str, distribution: str, wanted: str) -> bool:
    folder, _, file = name.partition("/")
    stem = folder.removesuffix(".dist-info")
    return (
        file == wanted and stem != folder and plain_name(stem.partition("-")[0]) == plain_name(distribution)
    )
