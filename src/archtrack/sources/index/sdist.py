"""A source distribution (``.tar.gz``), taken whole and safely read.

A tar file has no table of contents, so each pass unpacks the stream to its end.
"""

from __future__ import annotations

import gzip
import tarfile
import zlib
from typing import IO, TYPE_CHECKING

from archtrack.errors import SourceError
from archtrack.sources.identity import content_identity

from .contents import MEMBER_LIMIT, Member, tidy_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

__all__ = ["SdistReader"]

_UNPACKED_LIMIT = 2 * 1024**3  # bytes; the largest sdist of an engine unpacks to 0.2 GB
_ENTRIES_LIMIT = 500_000
_HEADER_LIMIT = 1024**2
_LONG = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)


class SdistReader:
    """One ``.tar.gz``."""

    def __init__(self, shown: str, connect: Callable[[], IO[bytes]]) -> None:
        """Ask nothing yet.

        Args:
            shown: the file's name, for messages.
            connect: opens the file; called at most once, when bytes are needed.
        """
        self._shown = shown
        self._connect = connect
        self._file: IO[bytes] | None = None

    def survey(self) -> tuple[list[Member], list[str]]:
        """The regular files, and what was left out, one sentence each.

        Raises:
            SourceError: the file cannot be read.
        """
        found = [
            Member(name, f"large:{size}" if body is None else content_identity(body), size)
            for name, size, body in self._files()
        ]
        usable, problems = tidy_names(member.name for member in found)
        return [member for member in found if member.name in usable], problems

    def read(self, members: Sequence[Member]) -> dict[str, bytes]:
        """The bytes of members, by name.

        Raises:
            SourceError: one is not there, or the file cannot be read.
        """
        names = {member.name for member in members}
        bodies: dict[str, bytes] = {}
        for name, _, body in self._files(names):
            if body is None:
                raise SourceError(f"{self._shown}: {name}: too large to be a source file")
            bodies[name] = body
            if len(bodies) == len(names):
                break
        if left := names - bodies.keys():
            raise SourceError(f"{self._shown}: {min(left)} is not in it")
        return bodies

    def expect(self, members: Sequence[Member]) -> None:
        """Nothing to prepare: the file is taken whole."""

    def close(self) -> None:
        """Close the file. May be called twice."""
        if self._file is not None:
            self._file.close()
        self._file = None

    def _files(self, names: Collection[str] | None = None) -> Iterator[tuple[str, int, bytes | None]]:
        """Name, size and bytes of every regular file, or of those named; no bytes of one that is too large."""
        if self._file is None:
            self._file = self._connect()
        self._file.seek(0)
        try:
            with (
                _Bounded(fileobj=self._file, mode="rb") as unpacked,
                tarfile.open(fileobj=unpacked, mode="r|", tarinfo=_Header) as archive,
            ):
                for count, member in enumerate(archive):
                    if count > _ENTRIES_LIMIT:
                        raise SourceError(
                            f"{self._shown}: more than {_ENTRIES_LIMIT} entries; not to be trusted"
                        )
                    if member.isreg() and not member.issparse() and (names is None or member.name in names):
                        stream = archive.extractfile(member) if member.size <= MEMBER_LIMIT else None
                        yield member.name, member.size, None if stream is None else stream.read()
                    archive.members.clear()  # type: ignore[attr-defined]  # else it remembers every one
        except (tarfile.TarError, zlib.error, OSError, EOFError, ValueError, RecursionError) as error:
            raise SourceError(
                f"{self._shown}: not a readable archive ({error}); run again or choose another release"
            ) from error


class _Header(tarfile.TarInfo):
    """What stands before a file; one that goes on about it (a long name, pax records) has a bound."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.size > _HEADER_LIMIT and self.type in _LONG:
            raise ValueError("a header is too long")
        found: tarfile.TarInfo = super()._proc_member(archive)  # type: ignore[misc]  # typeshed has public ones
        return found


class _Bounded(gzip.GzipFile):
    """A stream that refuses to unpack without end."""

    def read(self, size: int | None = -1) -> bytes:
        chunk = super().read(size)
        if self.tell() > _UNPACKED_LIMIT:
            raise ValueError("unpacks to more than a source distribution can hold")
        return chunk
