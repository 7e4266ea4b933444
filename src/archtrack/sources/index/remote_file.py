"""Random access to one file of a release: by ranges over HTTP, or whole and verified.

Ranges are always given with both ends: some mirrors refuse ``bytes=-N``, and nobody needs it once the size
is known. A server whose answers to ranges cannot be relied on is not argued with: the file is taken whole.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal
from urllib.parse import unquote

from archtrack.errors import SourceError
from archtrack.sources.address import parse_address
from archtrack.sources.files import open_regular, why
from archtrack.sources.redaction import shown_address

from .http import BrokenError, UnreachableError, chunks

if TYPE_CHECKING:
    from collections.abc import Iterable

    import requests

    from archtrack.sources.progress import Progress

    from .http import Http

__all__ = ["RangesError", "ReleaseFile", "RemoteFile", "local_path", "open_local"]

_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
_REFUSED_RANGE = re.compile(r"bytes \*/(\d{1,18})")
_WHOLE, _PARTIAL, _RANGE_REFUSED = 200, 206, 416  # HTTP
_LARGEST = 2 * 1024**3  # bytes of a file taken whole; the largest wheels of engines are a quarter of it
_LARGEST_READ = 64 * 1024**2  # bytes that are read without having been fetched: a table of contents
_DIGITS = 19  # no file has a size of as many
_IN_MEMORY = 32 * 1024**2
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFile:
    """One file of a release, as an index lists it.

    Attributes:
        name: file name.
        url: where it is; no credentials.
        scope: tells the index that lists it and the distribution from all others.
        version: the release it belongs to.
        kind: wheel or sdist; ``commit`` for what stands for a file where a release is a tag: ``version`` is the
            commit's id then, and ``scope`` tells its repository.
        size: bytes, None where the index does not say.
        sha256: hex digits, None where the index does not say.
    """

    name: str
    url: str
    scope: str
    version: str
    kind: Literal["wheel", "sdist", "commit"]
    size: int | None = None
    sha256: str | None = None

    @property
    def kept_as(self) -> str | None:
        """What stands for the file in the cache: its digest, which is the index's word only until all of it is read."""
        if self.kind == "commit":
            return f"{self.scope}:commit:{self.version}"
        return f"{self.scope}:sha256:{self.sha256}" if self.sha256 else None


class RangesError(Exception):
    """The server's answers to ranges are of no use; the file has to be taken whole."""


def local_path(url: str) -> Path | None:
    """The path that a ``file:`` address means, or None for any other address."""
    if not url.startswith("file:"):
        return None
    try:
        parts = parse_address(url)
    except ValueError:
        return None
    if parts.netloc not in {"", "localhost"}:
        return None
    if os.name == "nt":
        from urllib.request import url2pathname

        return Path(url2pathname(parts.path))
    return Path(unquote(parts.path))


def open_local(path: Path, release: ReleaseFile) -> IO[bytes]:
    """Open a release file on disk, and check its digest where one is known.

    Raises:
        SourceError: it cannot be read, or is not what the index says.
    """
    try:
        file = open_regular(path)
        try:
            _verify(file, release)
        except BaseException:
            file.close()
            raise
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: {why(error)}; check the index in pip's configuration") from error
    return file


class RemoteFile:
    """A release file on a server, to be read like an open one. What was fetched is kept.

    Attributes:
        release: which file.
        fetched: bytes so far.
    """

    def __init__(self, http: Http, release: ReleaseFile, progress: Progress) -> None:
        """Ask nothing yet."""
        self.release = release
        self.fetched = 0
        self._http = http
        self._progress = progress
        self._size = release.size
        self._etag: str | None = None
        self._position = 0
        self._pieces: list[tuple[int, bytes]] = []

    @property
    def size(self) -> int:
        """Bytes of the file; one request if the index does not tell.

        Raises:
            RangesError: the server does not do ranges.
            SourceError: the file could not be reached.
        """
        if self._size is None:
            self.fetch([(0, 1)])
        if self._size is None:
            raise RangesError("the server does not state the size")
        return self._size

    def fetch(self, spans: Iterable[tuple[int, int]]) -> None:
        """Have the bytes from start to before end here: one request for each span, more only after a failure.

        Raises:
            RangesError: the server does not do ranges, or not right.
            SourceError: the file could not be reached.
        """
        spans = tuple(spans)
        self._progress.start(self.release.name, sum(end - start for start, end in spans))
        try:
            for start, end in spans:
                piece = self._range(start, end)
                self._pieces.append((start, piece))
                self.fetched += len(piece)
        finally:
            self._progress.finish()

    def fetch_end(self, length: int) -> None:
        """Have the last ``length`` bytes here, or fewer, even where the index lists a wrong size.

        Raises:
            RangesError: the server does not do ranges, or not right.
            SourceError: the file could not be reached.
        """
        listed = self.size
        try:
            self.fetch([(max(0, listed - length), listed)])
        except RangesError:
            if self.size == listed:
                raise
            self.fetch([(max(0, self.size - length), self.size)])  # now as the server says

    def has(self, start: int, end: int) -> bool:
        """Whether these bytes are here."""
        return start >= end or any(at <= start and end <= at + len(piece) for at, piece in self._pieces)

    def forget(self, most: int) -> None:
        """Keep no more than ``most`` bytes of what was fetched."""
        while sum(len(piece) for _, piece in self._pieces) > most:
            self._pieces.pop(0)

    def tell(self) -> int:
        """As a file's."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """As a file's."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("a position before the file")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        """As a file's; what is not here is fetched.

        Raises:
            RangesError: the server does not do ranges, or not right.
            SourceError: the file could not be reached.
            ValueError: too much is not here.
        """
        end = self.size if size is None or size < 0 else min(self._position + size, self.size)
        found = b""
        while self._position < end:
            at = self._position
            part = next(
                (
                    piece[at - start : end - start]
                    for start, piece in self._pieces
                    if start <= at < start + len(piece)
                ),
                None,
            )
            if part is None:
                until = min([end, *(start for start, _ in self._pieces if start > at)])
                if until - at > _LARGEST_READ:
                    raise ValueError("its table of contents is too large")
                self.fetch([(at, until)])
            else:
                found += part
                self._position += len(part)
        return found

    def whole(self) -> IO[bytes]:
        """The whole file, its sha256 checked against the index, in memory or a temporary file.

        Raises:
            SourceError: it could not be had, or is not what the index lists.
        """
        self._progress.start(self.release.name, self._size)
        file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - handed on
        try:
            self._http.repeat(self.release.url, lambda: self._fill(file), file.tell)
            _verify(file, self.release)
        except OSError as error:
            file.close()
            raise SourceError(
                f"{self.release.name}: no room for it ({error.strerror or error}); set TMPDIR to a folder with room"
            ) from error
        except BaseException:
            file.close()
            raise
        finally:
            self._progress.finish()
        return file

    def _range(self, start: int, end: int) -> bytes:
        found = bytearray()

        def attempt() -> None:
            at = start + len(found)
            headers = {"Range": f"bytes={at}-{end - 1}", "Accept-Encoding": "identity"}
            with self._http.get(self.release.url, headers) as response:
                self._check_range(response, at, end)
                for chunk in chunks(response):
                    found.extend(chunk)
                    self._progress.advance(len(chunk))
                    if len(found) > end - start:
                        raise RangesError("more bytes than asked for")
            if len(found) < end - start:
                raise BrokenError("the answer is shorter than asked for")

        self._http.repeat(self.release.url, attempt, lambda: len(found))
        return bytes(found)

    def _check_range(self, response: requests.Response, at: int, end: int) -> None:
        content_range = response.headers.get("Content-Range", "").strip()
        refused = _REFUSED_RANGE.fullmatch(content_range)
        if response.status_code == _RANGE_REFUSED and refused is not None:
            self._size = int(refused[1])
            raise RangesError("the file has another size than the index says")
        if response.status_code != _PARTIAL:
            raise RangesError("the server ignores ranges")
        match = _CONTENT_RANGE.fullmatch(content_range)
        if match is None or response.headers.get("Content-Encoding", "identity") != "identity":
            raise RangesError("the server answers a range with something else")
        if match[3] != "*":
            total, known = int(match[3]), self._size
            self._size = total
            if known is not None and total != known:
                raise RangesError("the file has another size than the index says")
        if int(match[1]) != at or not at <= int(match[2]) < end:
            raise RangesError("the server answers with another range")
        etag = response.headers.get("ETag")
        if etag and not etag.startswith("W/"):
            if self._etag not in {None, etag}:
                raise RangesError("the file changed between two requests")
            self._etag = etag

    def _fill(self, file: IO[bytes]) -> None:
        """Fetch what the file lacks; all of it, where the server does not go on where it ended."""
        at = file.tell()
        headers = {"Accept-Encoding": "identity"}
        if at:
            headers["Range"] = f"bytes={at}-{(self._size or _LARGEST) - 1}"
        with self._http.get(self.release.url, headers) as response:
            _refuse_html(response, self.release)
            if at and not _continues(response, at):
                file.seek(0)
                file.truncate()
                if response.status_code != _WHOLE:
                    raise BrokenError("the transfer could not be continued")
            length = response.headers.get("Content-Length", "")
            if at == 0 and self._size is None and len(length) < _DIGITS and length.isdecimal():
                self._progress.start(self.release.name, int(length))
            # A listed size may be wrong, a digest is not: with one, the size needs no more than a bound.
            limit = (None if self.release.sha256 else self.release.size) or _LARGEST
            for chunk in chunks(response):
                if file.tell() + len(chunk) > limit:
                    raise SourceError(
                        f"{self.release.name}: larger than the {limit} bytes that the index lists; ask another index"
                    )
                file.write(chunk)
                self._progress.advance(len(chunk))


def _refuse_html(response: requests.Response, release: ReleaseFile) -> None:
    if response.headers.get("Content-Type", "").lower().startswith(("text/html", "application/xhtml")):
        raise UnreachableError(
            f"{shown_address(release.url)}: a web page came instead of {release.name} (a login page?); "
            "sign in to the network or the index, then run again"
        )


def _continues(response: requests.Response, at: int) -> bool:
    match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    return response.status_code == _PARTIAL and match is not None and int(match[1]) == at


def _verify(file: IO[bytes], release: ReleaseFile) -> None:
    if release.sha256 is None:
        return
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    if digest.hexdigest() != release.sha256:
        raise UnreachableError(
            f"{release.name}: its sha256 is {digest.hexdigest()[:12]}…, the index says {release.sha256[:12]}…; "
            "run again, and if that does not help, ask another index"
        )
