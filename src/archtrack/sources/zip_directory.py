"""The table of contents of a zip file, and how one member is taken out of the bytes of the file.

The table is parsed by ``zipfile``, from the end of the file alone. Members are inflated here, not by
``zipfile``, because only then can everything be bounded and checked before it is believed.
"""

from __future__ import annotations

import json
import re
import stat
import struct
import sys
import zlib
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from archtrack.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "MEMBER_LIMIT",
    "READ_LIMIT",
    "Member",
    "Readable",
    "ZipDirectory",
    "extract",
    "parse_directory",
    "tidy_names",
]

MEMBER_LIMIT = 64 * 1024**2  # bytes; no source file of any release comes near
READ_LIMIT = 512 * 1024**2
_RATIO_LIMIT = 200  # real source files compress 3 to 12 times, generated tables up to 50
_RATIO_FREE = 1024**2  # bytes below which the ratio does not matter
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LOCAL = struct.Struct("<4s5H3I2H")
_LOCAL_MAGIC = b"PK\x03\x04"
_ENCRYPTED = 0x1 | 0x40
_STORED, _DEFLATED = 0, 8
_COLUMNS = ("start", "end", "packed", "size", "crc", "method", "flags")
_SIZE, _CRC = _COLUMNS.index("size"), _COLUMNS.index("crc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One regular file in a zip file.

    Attributes:
        name: as in the table of contents.
        start: where its local header begins.
        end: where the next thing begins; header and data lie before it.
        packed: bytes of data in the file.
        size: bytes of the member.
        crc: CRC-32 of the member.
        method: 0 stored, 8 deflated; others cannot be read.
        flags: general purpose bits.
    """

    name: str
    start: int
    end: int
    packed: int
    size: int
    crc: int
    method: int
    flags: int


class ZipDirectory:
    """The regular files of a zip file.

    Attributes:
        names: of the members, in the order of the file.
        problems: what was left out, one sentence each.
    """

    def __init__(self, names: Iterable[str], columns: Iterable[array[int]], problems: Iterable[str]) -> None:
        """Columns of numbers as in ``Member``, one number per name."""
        self.names = tuple(names)
        self.problems = tuple(problems)
        self._columns = tuple(columns)
        self._at = {name: at for at, name in enumerate(self.names)}

    def __contains__(self, name: object) -> bool:
        """Whether there is such a file."""
        return name in self._at

    def __getitem__(self, name: str) -> Member:
        """The file of that name.

        Raises:
            KeyError: there is none.
        """
        at = self._at[name]
        start, end, packed, size, crc, method, flags = (column[at] for column in self._columns)
        return Member(
            name=name, start=start, end=end, packed=packed, size=size, crc=crc, method=method, flags=flags
        )

    def identity(self, name: str) -> str:
        """What tells the content of the file of that name from any other, without looking at it.

        Raises:
            KeyError: there is none.
        """
        at = self._at[name]
        return f"crc32:{self._columns[_CRC][at]:08x}:{self._columns[_SIZE][at]}"

    def to_bytes(self) -> bytes:
        """For the cache: a list of names is read in a millisecond where a table takes fifty."""
        head = json.dumps({"names": "\n".join(self.names), "problems": self.problems}).encode()
        return b"".join(
            (len(head).to_bytes(4, "big"), head, *(_native(column).tobytes() for column in self._columns))
        )

    @classmethod
    def from_bytes(cls, blob: bytes) -> ZipDirectory:
        """The other way round.

        Raises:
            ValueError: the bytes are something else.
        """
        try:
            start = 4 + int.from_bytes(blob[:4], "big")
            head = json.loads(blob[4:start])
            names = head["names"].split("\n") if head["names"] else []
            rows = 8 * len(names)
            if len(blob) != start + rows * len(_COLUMNS):
                raise ValueError("wrong length")
            columns = [
                array("Q", blob[start + at * rows : start + (at + 1) * rows]) for at in range(len(_COLUMNS))
            ]
            return cls(
                names, [_native(column) for column in columns], [str(line) for line in head["problems"]]
            )
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
            raise ValueError("not a directory") from error


class Readable(Protocol):
    """What ``zipfile`` needs to read a table of contents."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """As a file's."""
        ...

    def tell(self) -> int:
        """As a file's."""
        ...

    def read(self, size: int = -1, /) -> bytes:
        """As a file's."""
        ...


def parse_directory(file: Readable, shown: str) -> ZipDirectory:
    """The table of contents of an open zip file.

    Raises:
        SourceError: it is not a zip file, or a damaged one.
    """
    import zipfile  # noqa: PLC0415 - late: not needed when the cache has the table

    try:
        with zipfile.ZipFile(file) as archive:
            infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
            ends = [*(info.header_offset for info in infos), archive.start_dir][1:]
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        EOFError,
        OverflowError,
        struct.error,
    ) as error:
        raise SourceError(
            f"{shown}: not a readable zip file ({error}); run again or choose another release"
        ) from error
    usable, problems = tidy_names(info.orig_filename for info in infos)
    names: list[str] = []
    columns = tuple(array("Q") for _ in _COLUMNS)
    for info, end in zip(infos, ends, strict=True):
        name = info.orig_filename
        if name not in usable:
            continue
        if stat.S_ISLNK(info.external_attr >> 16):
            problems.append(f"{name!r} is a symbolic link; left out")
            continue
        names.append(name)
        row = (
            max(info.header_offset, 0),
            max(end, 0),
            info.compress_size,
            info.file_size,
            info.CRC,
            info.compress_type,
            info.flag_bits,
        )
        for column, number in zip(columns, row, strict=True):
            column.append(number)
    return ZipDirectory(names, columns, problems)


def tidy_names(names: Iterable[str]) -> tuple[set[str], list[str]]:
    """The names that mean one file inside the archive, and a sentence for each that does not.

    Folders are left out without a word.
    """
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    usable: set[str] = set()
    problems: list[str] = []
    for name, count in seen.items():
        if name.endswith("/"):
            continue
        if count > 1:
            problems.append(f"{name!r} is there {count} times; left out")
        elif reason := _odd(name):
            problems.append(f"{name!r} {reason}; left out")
        else:
            usable.add(name)
    return usable, problems


def extract(member: Member, start: int, blob: bytes | memoryview, shown: str) -> bytes:
    """The bytes of a member, from a piece of the file that begins at ``start``.

    Raises:
        SourceError: anything about the member is not as it should be.
    """
    where = f"{shown}: {member.name}"
    if member.flags & _ENCRYPTED:
        raise SourceError(f"{where}: is encrypted and cannot be read")
    if member.method not in {_STORED, _DEFLATED}:
        raise SourceError(f"{where}: is packed with method {member.method}, which no wheel should use")
    _check_size(member, where)
    data = _data(member, start, memoryview(blob), where)
    if member.method == _DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            body = inflater.decompress(
                data, member.size + 1
            )  # one more than declared, and not a byte further
        except zlib.error as error:
            raise SourceError(f"{where}: is damaged ({error}); run again") from error
        if not inflater.eof and len(body) <= member.size:
            raise SourceError(f"{where}: is damaged (it ends too early); run again")
    else:
        body = bytes(data)
    if len(body) != member.size:
        raise SourceError(f"{where}: has another size than declared ({member.size} bytes); not to be trusted")
    if zlib.crc32(body) != member.crc:
        raise SourceError(f"{where}: wrong CRC; run again, and if that does not help, ask another index")
    return body


def _data(member: Member, start: int, piece: memoryview, where: str) -> memoryview:
    """The packed bytes: after the local header, which is longer than the table can tell."""
    at = member.start - start
    damaged = SourceError(f"{where}: its header is damaged; run again, or choose another release")
    if at < 0 or at + _LOCAL.size > len(piece):
        raise damaged
    magic, _, flags, method, *_, name_length, extra_length = _LOCAL.unpack_from(piece, at)
    begin = at + _LOCAL.size + name_length + extra_length
    name = bytes(piece[at + _LOCAL.size : at + _LOCAL.size + name_length])
    if magic != _LOCAL_MAGIC or method != member.method or flags & _ENCRYPTED:
        raise damaged
    if name.decode("utf-8" if flags & 0x800 else "cp437", "replace") != member.name:
        raise SourceError(f"{where}: has another name inside the file; not to be trusted")
    if member.start + (begin - at) + member.packed > member.end:
        raise SourceError(f"{where}: overlaps another member; not to be trusted")
    if begin + member.packed > len(piece):
        raise damaged
    return piece[begin : begin + member.packed]


def _check_size(member: Member, where: str) -> None:
    if member.size > MEMBER_LIMIT:
        raise SourceError(f"{where}: {member.size} bytes are more than a source file can have")
    if member.size > _RATIO_FREE and member.size > _RATIO_LIMIT * member.packed:
        raise SourceError(
            f"{where}: would grow {member.size // max(member.packed, 1)}-fold; a zip bomb, not read"
        )
    if member.method == _STORED and member.size != member.packed:
        raise SourceError(f"{where}: has another size than declared ({member.size} bytes); not to be trusted")


def _odd(name: str) -> str | None:
    if not name or _CONTROL.search(name):
        return "is no name of a file"
    if "\\" in name:
        return "holds a backslash"
    if name.startswith("/") or name[1:2] == ":":
        return "is an absolute path"
    if any(part in {"", ".", ".."} for part in name.split("/")):
        return "leads out of the archive or nowhere"
    return None


def _native(column: array[int]) -> array[int]:
    """Little-endian, whatever the machine."""
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    return column
