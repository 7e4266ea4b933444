"""Requests that are repeated when it makes sense, counted, and told about in one line when they fail."""

from __future__ import annotations

import socket
import time
import zlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlunsplit

from archtrack.errors import SourceError
from archtrack.sources.address import (
    MOST_REDIRECTS,
    REDIRECTING,
    is_same_server,
    parse_address,
    redirected,
)
from archtrack.sources.deadline import LateError, within
from archtrack.sources.redaction import shown_address
from archtrack.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import requests

    from .pip_config import IndexSettings

__all__ = ["BrokenError", "GoneError", "Http", "Page", "UnreachableError", "chunks"]

_CHUNK = 16 * 1024  # what is lost at most when a connection breaks
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_RANGE_REFUSED = 416  # of interest to whoever asked for a range
_FRESH_START = 1024 * 1024  # bytes that have to come between two looks for the connection to count as alive
_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}

_T = TypeVar("_T")


class GoneError(SourceError):
    """The server has nothing (any more) at this address."""


class UnreachableError(SourceError):
    """The server could not be asked, or refused to answer: nothing is known of what it has."""


class BrokenError(Exception):
    """A request failed in a way that may pass: a dropped connection, a busy server.

    Attributes:
        wait: seconds that the server asks to wait, or None.
    """

    def __init__(self, message: str, wait: float | None = None) -> None:
        """Keep what happened, without the address."""
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole document.

    Attributes:
        content: its bytes, decoded where they came compressed.
        content_type: the header of that name; HTML where there is none.
        url: where it came from after redirects, without credentials.
    """

    content: bytes
    content_type: str
    url: str


class Http:
    """One session with everything that ``IndexSettings`` says. requests is imported with the first request."""

    def __init__(self, settings: IndexSettings, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Open no connection yet."""
        self._settings = settings
        self._sleep = sleep
        self._session: requests.Session | None = None
        self._being_read: list[requests.Response] = []
        self._credentials: dict[tuple[str, str], tuple[str, str]] = {}
        self.transfer = settings.transfer

    def close(self) -> None:
        """Close every connection. May be called twice."""
        if self._session is not None:
            self._session.close()

    def keep_credentials(self, url: str, *, listed: bool = False) -> str:
        """The address without credentials; they are sent to that server from now on, and no other.

        Args:
            url: the address.
            listed: an index has named it, so that it has no say over credentials that are there.

        Raises:
            SourceError: that is no address.
        """
        try:
            parts = parse_address(url)
        except ValueError:
            raise SourceError(f"{shown_address(url)}: cannot read it; check the index's address") from None
        userinfo, at, netloc = parts.netloc.rpartition("@")
        if at:
            user, _, password = userinfo.partition(":")
            if not listed or (parts.scheme, netloc) not in self._credentials:
                self._credentials[parts.scheme, netloc] = (unquote(user), unquote(password))
        return urlunsplit(parts._replace(netloc=netloc))

    def keep_index_credentials(self) -> None:
        """As ``keep_credentials``, for every index that is configured; a wrong address is told when it is asked."""
        for url in filter(None, (self._settings.index_url, *self._settings.extra_index_urls)):
            with suppress(SourceError):
                self.keep_credentials(url)

    def page(self, url: str, headers: Mapping[str, str], limit: int) -> Page:
        """A whole document of at most ``limit`` bytes, repeated on failures that may pass.

        Raises:
            GoneError: 404 or 410.
            SourceError: it could not be had.
        """

        def attempt() -> Page:
            with self.get(url, headers) as response:
                parts = parse_address(response.url)
                came_from = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
                body = bytearray()
                for chunk in chunks(response):
                    body += chunk
                    if len(body) > limit:
                        raise SourceError(
                            f"{shown_address(came_from)}: more than {limit // 1024**2} MB; check the address"
                        )
                content_type = response.headers.get("Content-Type", "text/html")
                return Page(content=bytes(body), content_type=content_type, url=came_from)

        return self.repeat(url, attempt)

    def repeat(self, url: str, attempt: Callable[[], _T], reached: Callable[[], int] = lambda: 0) -> _T:
        """What ``attempt`` gives; made again, after a pause, when it breaks.

        It runs in a thread of its own: with a byte now and then from the server no time-out of the socket ever passes.

        Args:
            url: what is asked, for the message.
            attempt: raises ``BrokenError`` if another try makes sense.
            reached: bytes that are there so far; a connection that delivers is not given up. Without it there is one
                span of time for everything.

        Raises:
            UnreachableError: too many failures in a row, or too little in too long.
        """
        at, seconds, given_up = 0, self._settings.longest_page, Event()

        def moved() -> bool:
            nonlocal at
            before, at = at, reached()
            return at - before >= _FRESH_START

        try:
            return within(seconds, lambda: self._repeated(url, attempt, reached, given_up), moved)
        except LateError:
            given_up.set()
            for response in tuple(self._being_read):  # whoever reads it finds the connection broken
                connection: Any = response.raw.connection
                with suppress(AttributeError, OSError):
                    connection.sock.shutdown(socket.SHUT_RDWR)
            raise UnreachableError(
                f"{shown_address(url)}: less than {_FRESH_START // 1024**2} MB in {seconds:g} s; "
                "check the network and the address, then run again"
            ) from None

    def _repeated(
        self, url: str, attempt: Callable[[], _T], reached: Callable[[], int], given_up: Event
    ) -> _T:
        failures, alive_at = 0, 0
        while True:
            try:
                return attempt()
            except BrokenError as error:
                if reached() - alive_at >= _FRESH_START:
                    failures, alive_at = 0, reached()
                failures += 1
                if failures > self._settings.retries or given_up.is_set():
                    raise UnreachableError(
                        f"{shown_address(url)}: {error} ({failures} tries); "
                        "check the network and the address, then run again"
                    ) from error
                pause = max(self._settings.backoff * 2 ** (failures - 1), error.wait or 0.0)
            self._sleep(min(pause, self._settings.longest_wait))

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str]) -> Iterator[requests.Response]:
        """The answer to one request, redirects followed; the connection is given back at the end of the block.

        Its status is 200 or 206, or 416 where a range was asked for. Read its body with ``chunks``.

        Raises:
            BrokenError: worth another try.
            GoneError: 404 or 410.
            SourceError: anything else but a success.
        """
        response = self._after_redirects(url, headers)
        self._being_read.append(response)
        try:
            if response.status_code != _RANGE_REFUSED or "Range" not in headers:
                _check(response, url)
            yield response
        finally:
            self._being_read.remove(response)
            self.transfer.bytes += response.raw.tell()
            response.close()

    def _after_redirects(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        """The answer, after a few redirects, of which only the headers are read. Cookies last for these alone."""
        asked = url
        self._requests().cookies.clear()
        for _ in range(MOST_REDIRECTS + 1):
            response = self._one_request(asked, headers)
            location = response.headers.get("Location")
            if response.status_code not in REDIRECTING or location is None:
                return response
            response.close()
            try:
                parts = redirected(asked, location)
            except ValueError:
                raise SourceError(
                    f"{shown_address(url)}: redirects to an address that is not secure; check the address"
                ) from None
            before, parts = parse_address(asked), parts._replace(netloc=parts.netloc.rpartition("@")[2])
            known = self._credentials.get((before.scheme, before.netloc))
            if known is not None and is_same_server(before, parts):
                self._credentials.setdefault((parts.scheme, parts.netloc), known)
            asked = urlunsplit(parts)
        raise SourceError(f"{shown_address(url)}: redirects without end; check the address")

    def _one_request(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        from requests import exceptions as failures

        shown = shown_address(url)
        self.transfer.requests += 1
        try:  # errors of requests may name the address, so none is passed on
            parts = parse_address(url)
            session = self._requests()
            return session.get(
                url,
                headers={"Accept-Encoding": "gzip", **headers},
                stream=True,
                allow_redirects=False,
                timeout=self._settings.timeout,
                verify=self._settings.verify,  # given here, as requests' environment beats its session
                cert=self._settings.client_cert,
                auth=self._credentials.get((parts.scheme, parts.netloc)),
            )
        except failures.SSLError as error:
            if "CERTIFICATE_VERIFY_FAILED" not in str(error):
                raise BrokenError("the secure connection broke") from None
            raise UnreachableError(
                f"{shown}: the server's certificate is not trusted; name your bundle with PIP_CERT"
            ) from None
        except (failures.ConnectionError, failures.Timeout, failures.ChunkedEncodingError) as error:
            timed_out = isinstance(error, failures.Timeout)
            raise BrokenError("no answer in time" if timed_out else "cannot be reached") from None
        except (failures.RequestException, OSError, ValueError) as error:
            # OSError: requests' own for a bundle of certificates that is not there.
            raise UnreachableError(
                f"{shown}: the request failed ({type(error).__name__}); "
                "check the index's address, proxy and PIP_CERT"
            ) from None

    def _requests(self) -> requests.Session:
        if self._session is None:
            import requests

            self._session = requests.Session()
            # Else requests reads the body of every redirect, and of those that it does not follow, too.
            self._session.get_redirect_target = lambda _: None  # type: ignore[method-assign, assignment]
            self._session.headers["User-Agent"] = f"archtrack/{__version__}"
            if self._settings.proxy:
                self._session.proxies = {"http": self._settings.proxy, "https": self._settings.proxy}
        return self._session


def chunks(response: requests.Response) -> Iterator[bytes]:
    """The body, piece by piece, unpacked where it is compressed; each piece is small, whatever it comes from.

    Raises:
        BrokenError: the connection broke, or the body is shorter than announced.
    """
    from urllib3.exceptions import HTTPError

    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    window = _WINDOWS.get(encoding)  # None also for words that servers write there by mistake
    inflater = None if window is None else _Inflater(window)
    try:
        while piece := response.raw.read(_CHUNK, decode_content=False):
            yield from (piece,) if inflater is None else inflater.unpacked(piece)
    except zlib.error as error:
        raise BrokenError("the answer could not be decompressed") from error
    except (HTTPError, OSError) as error:
        raise BrokenError("the connection broke before the end") from error
    if inflater is not None and not inflater.ended:
        raise BrokenError("the answer could not be decompressed")


class _Inflater:
    """Unpacks a stream of one member or more, each piece into small ones."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._member: zlib._Decompress | None = None

    @property
    def ended(self) -> bool:
        """Whether the stream is whole; an empty one is."""
        return self._member is None or self._member.eof

    def unpacked(self, packed: bytes) -> Iterator[bytes]:
        while packed:
            if self._member is None or self._member.eof:
                self._member = zlib.decompressobj(self._window)
            if chunk := self._member.decompress(packed, _CHUNK):
                yield chunk
            packed = self._member.unconsumed_tail or self._member.unused_data


def _check(response: requests.Response, url: str) -> None:
    status, shown = response.status_code, shown_address(url)
    if status in {200, 206}:
        return
    if status in _AGAIN:
        raise BrokenError(f"the server answers {status}", _retry_after(response))
    if status in {404, 410}:
        raise GoneError(f"{shown}: not there (the server answers {status})")
    if status in {401, 403, 407}:
        raise UnreachableError(
            f"{shown}: the server answers {status}; put credentials into the URL or .netrc"
        )
    raise UnreachableError(f"{shown}: the server answers {status}; check the index's address")


def _retry_after(response: requests.Response) -> float | None:
    """Seconds that the server asks to wait; None where it does not, or not in a way that means anything."""
    from urllib3 import Retry
    from urllib3.exceptions import InvalidHeader

    try:
        return Retry().get_retry_after(response.raw)
    except (InvalidHeader, ValueError, OverflowError):
        return None
