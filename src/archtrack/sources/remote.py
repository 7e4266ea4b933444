"""Random access to one file of a release: by ranges over HTTP, or whole and verified.

Ranges are always given with both ends: some mirrors refuse ``bytes=-N``, and nobody needs it once the size
is known. A server whose answers to ranges cannot be relied on is not argued with: the file is taken whole.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal, Protocol
from urllib.parse import unquote, urlsplit

from archtrack.errors import SourceError

from .http import BrokenError, UnreachableError, shown_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .http import Body, Http
    from .progress import Progress

__all__ = ["Blob", "RangesError", "ReleaseFile", "RemoteFile", "WholeFile", "local_path", "open_local"]

_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
_REFUSED_RANGE = re.compile(r"bytes \*/(\d{1,18})")
_WHOLE, _PARTIAL, _RANGE_REFUSED = 200, 206, 416  # HTTP
_LARGEST = 2 * 1024**3  # bytes of a file taken whole; the largest wheels of engines are a quarter of it
_IN_MEMORY = 32 * 1024**2
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFile:
    """One file of a release, as an index lists it.

    Attributes:
        name: file name.
        url: where it is; no credentials.
        version: the release it belongs to.
        kind: wheel or sdist.
        size: bytes, None where the index does not say.
        sha256: hex digits, None where the index does not say.
    """

    name: str
    url: str
    version: str
    kind: Literal["wheel", "sdist"]
    size: int | None = None
    sha256: str | None = None


class RangesError(Exception):
    """The server's answers to ranges are of no use; the file has to be taken whole."""


class Blob(Protocol):
    """Bytes of known number that can be read from anywhere."""

    @property
    def size(self) -> int:
        """How many."""
        ...

    def spans(self, spans: Sequence[tuple[int, int]]) -> list[bytes]:
        """The bytes from start to before end, for each."""
        ...


class WholeFile:
    """A release file that is all here, its digest checked."""

    def __init__(self, file: IO[bytes]) -> None:
        """Take over an open file."""
        self.file = file
        self.size = file.seek(0, os.SEEK_END)

    def spans(self, spans: Sequence[tuple[int, int]]) -> list[bytes]:
        """The bytes from start to before end, for each."""
        found = []
        for start, end in spans:
            self.file.seek(start)
            found.append(self.file.read(end - start))
        return found

    def close(self) -> None:
        """Close the file; one that was fetched is gone then."""
        self.file.close()


def local_path(url: str) -> Path | None:
    """The path that a ``file:`` address means, or None for any other address."""
    if not url.startswith("file:"):
        return None
    parts = urlsplit(url)
    if parts.netloc not in {"", "localhost"}:
        return None
    if os.name == "nt":
        from urllib.request import url2pathname  # noqa: PLC0415 - late: 13 ms, and a warm run comes by here

        return Path(url2pathname(parts.path))
    return Path(unquote(parts.path))


def open_local(path: Path, release: ReleaseFile) -> WholeFile:
    """Open a release file on disk, and check its digest where one is known.

    Raises:
        SourceError: it cannot be read, or is not what the index says.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise SourceError(
            f"{path}: {error.strerror or error}; check the index in pip's configuration"
        ) from error
    try:
        digest = hashlib.sha256()
        while release.sha256 is not None and (chunk := file.read(_CHUNK)):
            digest.update(chunk)
        _verify(release, digest.hexdigest())
    except OSError as error:
        file.close()
        raise SourceError(f"{path}: {error.strerror or error}") from error
    except SourceError:
        file.close()
        raise
    return WholeFile(file)


class RemoteFile:
    """A release file on a server."""

    def __init__(self, http: Http, release: ReleaseFile, progress: Progress) -> None:
        """Ask nothing yet."""
        self.release = release
        self._http = http
        self._progress = progress
        self._size = release.size
        self._etag: str | None = None

    @property
    def size(self) -> int:
        """Bytes of the file; one request if the index does not tell.

        Raises:
            RangesError: the server does not do ranges.
            SourceError: the file could not be reached.
        """
        if self._size is None:
            self.spans([(0, 1)])
        if self._size is None:
            raise RangesError("the server does not tell the size")
        return self._size

    def spans(self, spans: Sequence[tuple[int, int]]) -> list[bytes]:
        """The bytes from start to before end: one request each, more only after a failure.

        Raises:
            RangesError: the server does not do ranges, or not right.
            SourceError: the file could not be reached.
        """
        self._progress.start(self.release.name, sum(end - start for start, end in spans))
        try:
            return [self._range(start, end) for start, end in spans]
        finally:
            self._progress.finish()

    def tail(self, length: int) -> bytes:
        """The last ``length`` bytes, or fewer, even where the index lists a wrong size.

        Raises:
            RangesError: the server does not do ranges, or not right.
            SourceError: the file could not be reached.
        """
        listed = self.size
        self._progress.start(self.release.name, min(length, listed))
        try:
            return self._range(max(0, listed - length), listed)
        except RangesError:
            if self._size == listed:
                raise
            return self._range(max(0, self.size - length), self.size)  # now as the server says
        finally:
            self._progress.finish()

    def whole(self) -> WholeFile:
        """The whole file, its sha256 checked against the index, in memory or a temporary file.

        Raises:
            SourceError: it could not be had, or is not what the index lists.
        """
        import tempfile  # noqa: PLC0415 - late: a warm run takes no file whole

        self._progress.start(self.release.name, self._size)
        file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - handed on
        try:
            digest = self._fill(file)
            _verify(self.release, digest)
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
        return WholeFile(file)

    def _range(self, start: int, end: int) -> bytes:
        found = bytearray()
        patience = self._http.patience(self.release.url)
        while len(found) < end - start:
            at = start + len(found)
            headers = {"Range": f"bytes={at}-{end - 1}", "Accept-Encoding": "identity"}
            try:
                with self._http.get(self.release.url, headers) as body:
                    self._check_range(body, at, end)
                    for chunk in body.chunks():
                        found += chunk
                        self._progress.advance(len(chunk))
                        if len(found) > end - start:
                            raise RangesError("more bytes than asked for")
            except BrokenError as error:
                patience.failed(error, len(found))
            else:
                if len(found) < end - start:
                    patience.failed(BrokenError("the answer is shorter than asked for"), len(found))
        return bytes(found)

    def _check_range(self, body: Body, at: int, end: int) -> None:
        refused = _REFUSED_RANGE.fullmatch(body.headers.get("Content-Range", ""))
        if body.status == _RANGE_REFUSED and refused is not None:
            self._size = int(refused[1])
            raise RangesError("the file has another size than the index says")
        if body.status != _PARTIAL:
            raise RangesError("the server ignores ranges")
        match = _CONTENT_RANGE.fullmatch(body.headers.get("Content-Range", "").strip())
        if match is None or body.headers.get("Content-Encoding", "identity") != "identity":
            raise RangesError("the server answers a range with something else")
        if match[3] != "*":
            total, known = int(match[3]), self._size
            self._size = total
            if known is not None and total != known:
                raise RangesError("the file has another size than the index says")
        if int(match[1]) != at or not at <= int(match[2]) < end:
            raise RangesError("the server answers with another range")
        etag = body.headers.get("ETag")
        if etag and not etag.startswith("W/"):
            if self._etag not in {None, etag}:
                raise RangesError("the file changed between two requests")
            self._etag = etag

    def _fill(self, file: IO[bytes]) -> str:
        """Copy the whole file; go on where a broken answer ended.

        Returns:
            The sha256 of what came.
        """
        patience = self._http.patience(self.release.url)
        digest = hashlib.sha256()
        while True:
            at = file.tell()
            headers = {"Accept-Encoding": "identity"}
            if at:
                headers["Range"] = f"bytes={at}-{(self._size or _LARGEST) - 1}"
            try:
                with self._http.get(self.release.url, headers) as body:
                    _refuse_html(body, self.release)
                    if at and not _continues(body, at):
                        digest = hashlib.sha256()
                        file.seek(0)
                        file.truncate()
                    length = body.headers.get("Content-Length", "")
                    if at == 0 and self._size is None and length.isdecimal():
                        self._progress.start(self.release.name, int(length))
                    if at == 0 or body.status == _WHOLE or _continues(body, at):
                        self._copy(body, file, digest)
                        return digest.hexdigest()
                error = BrokenError("the transfer could not be continued")
            except BrokenError as broken:
                error = broken
            patience.failed(error, file.tell())

    def _copy(self, body: Body, file: IO[bytes], digest: hashlib._Hash) -> None:
        # A listed size may be wrong, a digest is not: with one, the size needs no more than a bound.
        listed = None if self.release.sha256 else self.release.size
        limit = listed or _LARGEST
        for chunk in body.chunks():
            if file.tell() + len(chunk) > limit:
                raise SourceError(
                    f"{self.release.name}: larger than the {limit} bytes that the index lists; ask another index"
                )
            file.write(chunk)
            digest.update(chunk)
            self._progress.advance(len(chunk))


def _refuse_html(body: Body, release: ReleaseFile) -> None:
    if body.is_html:
        raise UnreachableError(
            f"{shown_url(release.url)}: a web page came instead of {release.name} (a login page?); "
            "sign in to the network or the index, then run again"
        )


def _continues(body: Body, at: int) -> bool:
    match = _CONTENT_RANGE.fullmatch(body.headers.get("Content-Range", "").strip())
    return body.status == _PARTIAL and match is not None and int(match[1]) == at


def _verify(release: ReleaseFile, digest: str) -> None:
    if release.sha256 is not None and digest != release.sha256:
        raise UnreachableError(
            f"{release.name}: its sha256 is {digest[:12]}…, the index says {release.sha256[:12]}…; "
            "run again, and if that does not help, ask another index"
        )
