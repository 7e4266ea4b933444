"""Members of a wheel on a server, with few requests and few bytes.

First the end of the file, which holds the table of contents; then the members wanted, where neighbours share
a request. What is fetched is kept, so that a second look at the same corner costs nothing.
"""

from __future__ import annotations

import io
from itertools import pairwise
from typing import TYPE_CHECKING

from archtrack.errors import SourceError

from .remote import RangesError, RemoteFile, WholeFile
from .zip_directory import READ_LIMIT, Member, ZipDirectory, extract, parse_directory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .remote import Blob

__all__ = ["WheelReader", "merge_spans", "take_whole"]

# The end that is fetched first. The table of contents takes 1 to 3 % of an engine's wheel, so a fiftieth of
# the file often spares a second request, and wastes less than that request is worth.
_TAIL_LEAST, _TAIL_MOST, _TAIL_SHARE = 64 * 1024, 768 * 1024, 50
_DIRECTORY_LIMIT = 64 * 1024**2
# A request costs about as much as this many bytes do (50 ms at 20 Mbit/s): closer members share one.
_GAP = 128 * 1024
# Beyond three requests there is little to gain: two to five pieces of a wheel hold all that an engine reads.
_MOST_SPANS = 3
# Of many releases in a row, whose members are mostly known.
_THRIFTY_GAP, _THRIFTY_SPANS = 64 * 1024, 24
# What a wheel may cost: 13 MB less the index's page. A wheel of which more than half is wanted is taken whole,
# for its sha256 says more than the CRCs of members do; but not where that would break the budget
# (transformers 5.23.0: 13.3 MB whole, 11.6 MB in three pieces).
_BUDGET = 12_500_000
_NEARLY_ALL = 0.9  # of the bytes: from here on pieces save nothing
_KEPT = 32 * 1024**2


class WheelReader:
    """One wheel (or other zip file), local or remote.

    Attributes:
        shown: its name, for messages.
    """

    def __init__(
        self,
        shown: str,
        connect: Callable[[], RemoteFile | WholeFile],
        directory: ZipDirectory | None = None,
        *,
        thrifty: bool = False,
    ) -> None:
        """Ask nothing yet.

        Args:
            shown: the wheel's name, for messages.
            connect: opens the wheel; called at most once, when bytes are needed.
            directory: the table of contents if it is known from an earlier run.
            thrifty: rather ask more often than fetch what is not wanted: of many releases in a row, each is wanted in
                a few places only.
        """
        self._thrifty = thrifty
        self.shown = shown
        self._connect = connect
        self._blob: RemoteFile | WholeFile | None = None
        self._directory = directory
        self._kept: list[tuple[int, bytes]] = []
        self._spent = 0
        self._expected: tuple[Member, ...] = ()

    @property
    def directory(self) -> ZipDirectory:
        """The table of contents.

        Raises:
            SourceError: the wheel cannot be read.
        """
        if self._directory is None:
            blob = self._opened()
            if isinstance(blob, RemoteFile):
                try:
                    self._directory = self._remote_directory(blob)
                except RangesError:
                    blob = self._take_whole(blob)
            if isinstance(blob, WholeFile):
                self._directory = parse_directory(blob.file, self.shown)
        if self._directory is None:  # both branches above set it
            raise SourceError(f"{self.shown}: cannot be read")
        return self._directory

    def read(self, names: Sequence[str]) -> dict[str, bytes]:
        """The members, checked; fetched together.

        Raises:
            SourceError: one is not there, or not as it should be, or the wheel cannot be read.
        """
        directory = self.directory
        if missing := [name for name in names if name not in directory]:
            raise SourceError(f"{self.shown}: {missing[0]} is not in it")
        members = sorted((directory[name] for name in dict.fromkeys(names)), key=lambda member: member.start)
        if sum(member.size for member in members) > READ_LIMIT:
            raise SourceError(
                f"{self.shown}: more than {READ_LIMIT // 1024**2} MB to read; not to be trusted"
            )
        blob = self._opened()
        if isinstance(blob, RemoteFile):
            try:
                return self._remote(blob, members)
            except RangesError:
                blob = self._take_whole(blob)
        return self._extract(members, lambda member: (member.start, self._local(blob, member)))

    def expect(self, names: Sequence[str]) -> None:
        """Have these fetched along with what the next ``read`` fetches."""
        self._expected = tuple(self.directory[name] for name in names)

    def close(self) -> None:
        """Forget everything, temporary files included. May be called twice."""
        if isinstance(self._blob, WholeFile):
            self._blob.close()
        self._blob = None
        self._kept.clear()

    def _opened(self) -> RemoteFile | WholeFile:
        if self._blob is None:
            self._blob = self._connect()
        return self._blob

    def _take_whole(self, remote: RemoteFile) -> WholeFile:
        self._blob = whole = remote.whole()
        self._kept.clear()
        return whole

    def _remote_directory(self, remote: RemoteFile) -> ZipDirectory | None:
        length = min(max(_TAIL_LEAST, remote.size // _TAIL_SHARE), _TAIL_MOST)
        if length >= remote.size:
            raise RangesError("the end is all of it")  # one request without a range, and its sha256
        tail = remote.tail(length)
        view = _Ending(remote, tail)
        directory = parse_directory(view, self.shown)
        self._keep(view.start, view.ending)
        return directory

    def _remote(self, remote: RemoteFile, members: Sequence[Member]) -> dict[str, bytes]:
        if any(self._piece(member) is None for member in members):
            together = {member.start: member for member in (*self._expected, *members)}.values()
            self._expected = ()
            extents = [(one.start, one.end) for one in together if self._piece(one) is None]
            spans = (
                merge_spans(extents, gap=_THRIFTY_GAP, most=_THRIFTY_SPANS)
                if self._thrifty
                else merge_spans(extents)
            )
            wanted = sum(member.packed for member in together)
            if take_whole(wanted, spans, remote.size, self._spent):
                raise RangesError("most of it is wanted")
            for (start, _), piece in zip(spans, remote.spans(spans), strict=True):
                self._keep(start, piece)

        def piece_of(member: Member) -> tuple[int, bytes]:
            found = self._piece(member)
            if found is None:
                raise SourceError(f"{self.shown}: {member.name}: overlaps another member; not to be trusted")
            return found

        found = self._extract(members, piece_of)
        while sum(len(piece) for _, piece in self._kept) > _KEPT:
            self._kept.pop(0)
        return found

    def _keep(self, start: int, piece: bytes) -> None:
        self._kept.append((start, piece))
        self._spent += len(piece)

    def _piece(self, member: Member) -> tuple[int, bytes] | None:
        for start, piece in self._kept:
            if start <= member.start < member.end <= start + len(piece):
                return start, piece
        return None

    def _extract(
        self, members: Iterable[Member], piece_of: Callable[[Member], tuple[int, bytes]]
    ) -> dict[str, bytes]:
        return {member.name: extract(member, *piece_of(member), self.shown) for member in members}

    def _local(self, blob: Blob, member: Member) -> bytes:
        return blob.spans([(member.start, member.end)])[0]


def merge_spans(
    extents: Iterable[tuple[int, int]], *, gap: int = _GAP, most: int = _MOST_SPANS
) -> list[tuple[int, int]]:
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
    return pieces >= _NEARLY_ALL * size or (wanted > size / 2 and spent + size <= _BUDGET)


class _Ending:
    """Looks like the whole file to ``zipfile``, and fetches what it reads beyond the end that is here."""

    def __init__(self, remote: RemoteFile, ending: bytes) -> None:
        self._remote = remote
        self._position = 0
        self.ending = ending
        self.start = remote.size - len(ending)

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._remote.size}[whence]
        if base + offset < 0:
            raise ValueError("a position before the file")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        rest = max(0, self._remote.size - self._position)
        size = rest if size is None or size < 0 else min(size, rest)
        if size and self._position < self.start:
            if self._remote.size - self._position > _DIRECTORY_LIMIT:
                raise ValueError("its table of contents is too large")
            self.ending = self._remote.spans([(self._position, self.start)])[0] + self.ending
            self.start = self._position
        at = self._position - self.start
        self._position += size
        return self.ending[at : at + size]
