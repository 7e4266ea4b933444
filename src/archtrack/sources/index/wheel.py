"""A wheel, on a server or on disk: its table of contents and its members, with few requests and few bytes.

First the end of the file, which holds the table of contents; then the members wanted, where neighbours share
a request. What is fetched is kept, so that a second look at the same corner costs nothing.

The table is parsed by ``zipfile``, from the end of the file alone. Members are inflated here, not by
``zipfile``, because only then can everything be bounded and checked before it is believed.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from itertools import pairwise
from typing import IO, TYPE_CHECKING, TypeVar, cast

from archtrack.errors import SourceError

from .contents import MEMBER_LIMIT, READ_LIMIT, Member, tidy_names
from .remote_file import RangesError, RemoteFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    File = IO[bytes] | RemoteFile

__all__ = ["WheelReader", "merge_spans", "take_whole"]

# The end that is fetched first. The table of contents takes 1 to 3 % of an engine's wheel, so a fiftieth of
# the file often spares a second request, and wastes less than that request is worth.
_TAIL_LEAST, _TAIL_MOST, _TAIL_SHARE = 64 * 1024, 768 * 1024, 50
# Members share a request where no more bytes lie between them, and there are no more requests than these. A request
# costs about as much as 128 kB do (50 ms at 20 Mbit/s), and beyond three there is little to gain: two to five pieces
# of a wheel hold all that an engine reads. Of many releases in a row, most members are known already.
_USUAL, _THRIFTY = (128 * 1024, 3), (64 * 1024, 24)
# What a wheel may cost: 13 MB less the index's page. A wheel of which more than half is wanted is taken whole,
# for its sha256 says more than the CRCs of members do; but not where that would break the budget
# (transformers 5.23.0: 13.3 MB whole, 11.6 MB in three pieces).
_BUDGET = 12_500_000
_NEARLY_ALL = 0.9  # of the bytes: from here on pieces save nothing
_PIECES_LIMIT = 128 * 1024**2  # bytes held in memory; the whole file is on disk
_TABLE_LIMIT = 16 * 1024**2  # bytes; ten times what the largest wheels of all have
_KEPT = 32 * 1024**2
_RATIO_LIMIT = 200  # real source files compress 3 to 12 times, generated tables up to 50
_RATIO_FREE = 1024**2  # bytes below which the ratio does not matter
_LOCAL = struct.Struct("<4s5H3I2H")
_LOCAL_MOST = _LOCAL.size + 2 * 0xFFFF  # with a name and something extra, as long as they can be
_LOCAL_MAGIC = b"PK\x03\x04"
_ENCRYPTED = 0x1 | 0x40
_STORED, _DEFLATED = 0, 8

_T = TypeVar("_T")


class _End:
    """A file whose table of contents is read, which has a bound: its sizes are whatever its maker wrote."""

    def __init__(self, file: File) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        if size > _TABLE_LIMIT:
            raise ValueError("its table of contents is too large")
        return self._file.read(size if size >= 0 else _TABLE_LIMIT)


class WheelReader:
    """One wheel, local or remote."""

    def __init__(self, shown: str, connect: Callable[[], File], *, thrifty: bool = False) -> None:
        """Ask nothing yet.

        Args:
            shown: the wheel's name, for messages.
            connect: opens the wheel; called at most once, when bytes are needed.
            thrifty: rather ask more often than fetch what is not wanted: of many releases in a row, each is wanted in
                a few places only.
        """
        self._shown = shown
        self._connect = connect
        self._spread = _THRIFTY if thrifty else _USUAL
        self._file: File | None = None
        self._expected: Sequence[Member] = ()

    def survey(self) -> tuple[list[Member], list[str]]:
        """The regular files, in their order, and what was left out, one sentence each.

        Raises:
            SourceError: the wheel cannot be read.
        """
        return self._with_file(self._survey)

    def read(self, members: Sequence[Member]) -> dict[str, bytes]:
        """The bytes of members, by name, checked; fetched together.

        Raises:
            SourceError: one is not as it should be, or the wheel cannot be read.
        """
        return self._with_file(lambda file: self._read(file, members))

    def expect(self, members: Sequence[Member]) -> None:
        """Have these fetched along with what the next ``read`` fetches."""
        self._expected = members

    def close(self) -> None:
        """Forget everything, temporary files included. May be called twice."""
        if self._file is not None and not isinstance(self._file, RemoteFile):
            self._file.close()
        self._file = None

    def _with_file(self, work: Callable[[File], _T]) -> _T:
        """Do the work on the file; on the whole of it where ranges cannot be relied on, or save nothing."""
        if self._file is None:
            self._file = self._connect()
        if isinstance(self._file, RemoteFile):
            try:
                return work(self._file)
            except RangesError:
                self._file = self._file.whole()
        return work(self._file)

    def _survey(self, file: File) -> tuple[list[Member], list[str]]:
        if isinstance(file, RemoteFile):
            length = min(max(_TAIL_LEAST, file.size // _TAIL_SHARE), _TAIL_MOST)
            if length >= file.size:
                raise RangesError("the end is all of it")  # one request without a range, and its sha256
            file.fetch_end(length)
        try:
            with zipfile.ZipFile(cast("IO[bytes]", _End(file))) as archive:
                infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
                starts = [min(max(info.header_offset, 0), archive.start_dir) for info in infos]
                ends = [*starts, archive.start_dir][1:]
        except (
            zipfile.BadZipFile,
            NotImplementedError,
            ValueError,
            EOFError,
            OverflowError,
            struct.error,
        ) as error:
            raise SourceError(
                f"{self._shown}: not a readable zip file ({error}); run again or choose another release"
            ) from error
        usable, problems = tidy_names(info.orig_filename for info in infos)
        members: list[Member] = []
        for info, start, end in zip(infos, starts, ends, strict=True):
            name = info.orig_filename
            if name not in usable:
                continue
            if stat.S_ISLNK(info.external_attr >> 16):
                problems.append(f"{name!r} is a symbolic link; left out")
                continue
            members.append(
                Member(
                    name=name,
                    identity=f"crc32:{info.CRC:08x}:{info.file_size}",
                    size=info.file_size,
                    crc=info.CRC,
                    start=start,
                    end=min(end, start + _LOCAL_MOST + info.compress_size),
                    packed=info.compress_size,
                    method=info.compress_type,
                    flags=info.flag_bits,
                )
            )
        return members, problems

    def _read(self, file: File, members: Sequence[Member]) -> dict[str, bytes]:
        members = sorted(members, key=lambda member: member.start)
        if isinstance(file, RemoteFile):
            self._fetch(file, members)
        bodies = {member.name: _extract(member, file, f"{self._shown}: {member.name}") for member in members}
        if isinstance(file, RemoteFile):
            file.forget(_KEPT)
        return bodies

    def _fetch(self, file: RemoteFile, members: Sequence[Member]) -> None:
        """Have the members here, and what is expected with them, in few requests."""
        if all(file.has(member.start, member.end) for member in members):
            return
        together = {member.start: member for member in (*self._expected, *members)}.values()
        self._expected = ()
        if sum(member.packed for member in together) > READ_LIMIT:
            raise SourceError(
                f"{self._shown}: more than {READ_LIMIT // 1024**2} MB to fetch; not to be trusted"
            )
        extents = [(one.start, one.end) for one in together if not file.has(one.start, one.end)]
        spans = merge_spans(extents, *self._spread)
        if take_whole(sum(member.packed for member in together), spans, file.size, file.fetched):
            raise RangesError("most of it is wanted")
        file.fetch(spans)


def merge_spans(extents: Iterable[tuple[int, int]], gap: int, most: int) -> list[tuple[int, int]]:
    """Few spans that cover all extents: parted only at the widest gaps, and only where a gap is wider than ``gap``.

    Args:
        extents: start and end of each; in any order.
        gap: bytes that are fetched for nothing rather than ask once more.
        most: number of spans at most.
    """
    runs: list[tuple[int, int]] = []
    for start, end in sorted(extents):
        if runs and start - runs[-1][1] <= gap:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    widths = [(after[0] - before[1], at) for at, (before, after) in enumerate(pairwise(runs), 1)]
    cuts = [0, *sorted(at for _, at in sorted(widths, reverse=True)[: most - 1]), len(runs)]
    return [(runs[first][0], runs[last - 1][1]) for first, last in pairwise(cuts) if first < last]


def take_whole(wanted: int, spans: Sequence[tuple[int, int]], size: int, spent: int) -> bool:
    """Whether to take the whole file rather than pieces of it.

    Args:
        wanted: packed bytes of the members asked for.
        spans: what would be fetched instead.
        size: bytes of the file.
        spent: bytes of it that were fetched before.
    """
    pieces = sum(end - start for start, end in spans)
    return (
        pieces >= _NEARLY_ALL * size
        or pieces > _PIECES_LIMIT
        or (wanted > size / 2 and spent + size <= _BUDGET)
    )


def _extract(member: Member, file: File, where: str) -> bytes:
    """The bytes of a member.

    Raises:
        SourceError: anything about the member is not as it should be.
    """
    if member.flags & _ENCRYPTED:
        raise SourceError(f"{where}: is encrypted and cannot be read")
    if member.method not in {_STORED, _DEFLATED}:
        raise SourceError(f"{where}: is packed with method {member.method}, which no wheel should use")
    if member.packed > member.size + MEMBER_LIMIT:
        raise SourceError(f"{where}: {member.packed} bytes packed are more than its size can need")
    if member.size > MEMBER_LIMIT:
        raise SourceError(f"{where}: {member.size} bytes are more than a source file can have")
    if member.size > _RATIO_FREE and member.size > _RATIO_LIMIT * member.packed:
        raise SourceError(
            f"{where}: would grow {member.size // max(member.packed, 1)}-fold; a zip bomb, not read"
        )
    data = _packed(member, file, where)
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
        body = data
    if len(body) != member.size:
        raise SourceError(f"{where}: has another size than declared ({member.size} bytes); not to be trusted")
    if zlib.crc32(body) != member.crc:
        raise SourceError(f"{where}: wrong CRC; run again, and if that does not help, ask another index")
    return body


def _packed(member: Member, file: File, where: str) -> bytes:
    """The packed bytes: after the local header, which is longer than the table can tell."""
    damaged = SourceError(f"{where}: its header is damaged; run again, or choose another release")
    file.seek(member.start)
    piece = file.read(member.end - member.start)
    if len(piece) < _LOCAL.size:
        raise damaged
    magic, _, flags, method, *_, name_length, extra_length = _LOCAL.unpack_from(piece)
    name = piece[_LOCAL.size :][:name_length]
    if magic != _LOCAL_MAGIC or method != member.method or flags & _ENCRYPTED:
        raise damaged
    if name.decode("utf-8" if flags & 0x800 else "cp437", "replace") != member.name:
        raise SourceError(f"{where}: has another name inside the file; not to be trusted")
    begin = _LOCAL.size + name_length + extra_length
    if begin + member.packed > member.end - member.start:
        raise SourceError(f"{where}: overlaps another member; not to be trusted")
    if begin + member.packed > len(piece):
        raise damaged
    return piece[begin : begin + member.packed]
