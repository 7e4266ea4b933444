"""Which files a dump of the Hub's list of models consists of, and what is in each: by its first bytes, not its name."""

from __future__ import annotations

import glob
import gzip
import zlib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from archtrack.errors import SourceError, UsageError
from archtrack.sources.files import expanded, like_it

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["DumpFile", "Kind", "dump_files", "expect_whole"]

_LOOKED_AT = 4096  # bytes
_AT_ONCE = 4 * 1024 * 1024
_MAGIC_GZIP, _MAGIC_ZSTD, _MAGIC_PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"
_MARK = b"\xef\xbb\xbf"
_KNOWN = "a dump is Parquet or JSON lines (plain or .gz)"


class Kind(str, Enum):
    """What a file is, in the words that DuckDB has for it."""

    PARQUET = "parquet"
    PLAIN = "uncompressed"
    GZIP = "gzip"


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpFile:
    """One file of a dump.

    Attributes:
        path: absolute.
        kind: what is in it; everything but Parquet is JSON lines.
    """

    path: Path
    kind: Kind


def dump_files(names: Iterable[str], folder: Path) -> tuple[DumpFile, ...]:
    """The files that paths and patterns (``*``, ``?``, ``[…]``, ``**``) name, each once.

    A name of an existing file is that file, whatever characters are in it.

    Args:
        names: as the user gave them.
        folder: where relative ones start.

    Raises:
        UsageError: there is no such file, or one is neither Parquet nor JSON lines.
    """
    found: dict[Path, DumpFile] = {}
    for name in names:
        paths = list(_paths(name, folder))
        if not paths:
            advice = like_it(name) or f"; {_KNOWN}, or a census that --save wrote"
            raise UsageError(f"{name}: no such file{advice}")
        for path in paths:
            found.setdefault(path, DumpFile(path=path, kind=_kind(path, name)))
    return tuple(found.values())


def expect_whole(file: DumpFile) -> None:
    """Refuse a packed file that is not what was packed; DuckDB does not look at the checksum.

    Raises:
        SourceError: it is damaged.
    """
    if file.kind is not Kind.GZIP:
        return
    try:
        with gzip.open(file.path) as content:
            while content.read(_AT_ONCE):
                pass
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{file.path.name}: damaged: {error}; get it again") from error


def _paths(name: str, folder: Path) -> Iterator[Path]:
    try:
        path = folder / expanded(name)
        if path.is_dir():
            raise UsageError(f"{name}: a folder; name the files in it, such as {name.rstrip('/')}/*.parquet")
        if path.exists():
            yield path.resolve()
            return
        matches = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207 -- Path.glob takes no absolute pattern
    except (OSError, ValueError) as error:  # no name for a file, no such user
        raise UsageError(f"{name}: not a file name ({error})") from error
    yield from (Path(match).resolve() for match in matches if not Path(match).is_dir())


def _kind(path: Path, name: str) -> Kind:
    try:
        if not path.is_file():
            raise UsageError(f"{name}: {path.name} is not a regular file; {_KNOWN}")
        with path.open("rb") as file:
            head = file.read(_LOOKED_AT)
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror or error}") from error
    if head.startswith(_MAGIC_PARQUET):
        return Kind.PARQUET
    if head.startswith(_MAGIC_ZSTD):
        # DuckDB reads it, but takes half a file for a whole one.
        raise UsageError(f"{name}: compressed with zstd; unpack it first (`zstd -d`)")
    kind = Kind.PLAIN
    if head.startswith(_MAGIC_GZIP):
        kind, head = Kind.GZIP, _unpacked(path)
    _expect_lines(head, name)
    return kind


def _unpacked(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(_LOOKED_AT)
    except (OSError, EOFError, zlib.error):  # what is wrong with it is told by whoever reads it whole
        return b""


def _expect_lines(head: bytes, name: str) -> None:
    """Refuse what is surely not JSON lines; a first line that is damaged may be."""
    if head.startswith(_MARK):  # some releases of DuckDB lose the first row for it
        raise UsageError(f"{name}: begins with a byte order mark; remove it (`tail -c +4`)")
    start = head.lstrip()[:1]
    if start == b"[":
        raise UsageError(f"{name}: one JSON list, not JSON lines; `jq -c '.[]'` converts it")
    if start and start != b"{" and b"\n{" not in head:
        raise UsageError(f"{name}: {_KNOWN}, and this is neither")
