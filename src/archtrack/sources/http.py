"""Requests that are repeated when it makes sense, counted, and told about in one line when they fail."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

from archtrack import __version__
from archtrack.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import requests

    from .pip_config import IndexSettings

__all__ = ["Body", "BrokenError", "GoneError", "Http", "Patience", "UnreachableError", "shown_url"]

_CHUNK = 16 * 1024  # what is lost at most when a connection breaks
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_RANGE_REFUSED = 416  # of interest to whoever asked for a range
_FRESH_START = 1024 * 1024  # bytes that came since the last failure after which the line counts as alive


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


def shown_url(url: str) -> str:
    """The address as it may be shown: without credentials, query (signatures) and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:  # nothing of it can be told from a secret
        return "an address that is none"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


class Patience:
    """Counts the failures of one piece of work, waits between them, and gives up."""

    def __init__(self, settings: IndexSettings, url: str, sleep: Callable[[float], None]) -> None:
        """Start with no failure."""
        self._settings = settings
        self._url = url
        self._sleep = sleep
        self._failures = 0
        self._reached = 0

    def failed(self, error: BrokenError, reached: int = 0) -> None:
        """Wait before the next try.

        Args:
            error: what happened.
            reached: bytes that are there so far; a line that delivers is not given up.

        Raises:
            SourceError: too many failures in a row.
        """
        if reached - self._reached >= _FRESH_START:
            self._failures, self._reached = 0, reached
        self._failures += 1
        if self._failures > self._settings.retries:
            raise UnreachableError(
                f"{shown_url(self._url)}: {error} ({self._failures} tries); "
                "check the network or the index, then run again"
            ) from error
        pause = self._settings.backoff * 2 ** (self._failures - 1)
        self._sleep(min(max(pause, error.wait or 0.0), self._settings.longest_wait))


class Body:
    """The answer to one request, while it is being read.

    Attributes:
        status: HTTP status: 200 or 206, or 416 where a range was asked for.
        headers: the answer's headers; names in any case.
        url: where it came from after redirects, without credentials.
    """

    def __init__(self, response: requests.Response) -> None:
        """Take over an answer whose body has not been read."""
        self._response = response
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        parts = urlsplit(response.url)
        self.url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))

    @property
    def is_html(self) -> bool:
        """A web page, whatever was asked for."""
        return self.headers.get("Content-Type", "").lower().startswith(("text/html", "application/xhtml"))

    def chunks(self) -> Iterator[bytes]:
        """The body, piece by piece, decoded where it is compressed.

        Raises:
            BrokenError: the connection broke, or the body is shorter than announced.
        """
        from urllib3.exceptions import DecodeError, HTTPError  # noqa: PLC0415 - late: network only

        try:
            while chunk := self._response.raw.read(_CHUNK, decode_content=True):
                yield chunk
        except DecodeError as error:
            raise BrokenError("the answer could not be decompressed") from error
        except (HTTPError, OSError) as error:
            raise BrokenError("the connection broke before the end") from error

    def read(self, limit: int) -> bytes:
        """The whole body, at most ``limit`` bytes of it.

        Raises:
            BrokenError: as ``chunks``.
            SourceError: more than that.
        """
        body = bytearray()
        for chunk in self.chunks():
            body += chunk
            if len(body) > limit:
                raise SourceError(f"{shown_url(self.url)}: more than {limit // 1024**2} MB; is it an index?")
        return bytes(body)


class Http:
    """One session with everything that ``IndexSettings`` says. Import of requests is late."""

    def __init__(self, settings: IndexSettings, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Open no connection yet."""
        import requests  # noqa: PLC0415 - late: a warm run needs no network

        self._settings = settings
        self._sleep = sleep
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"archtrack/{__version__}"
        if settings.proxy:
            self._session.proxies = {"http": settings.proxy, "https": settings.proxy}
        self._credentials: dict[tuple[str, str], tuple[str, str]] = {}
        self.transfer = settings.transfer

    def close(self) -> None:
        """Close every connection. May be called twice."""
        self._session.close()

    def keep_credentials(self, url: str) -> str:
        """The address without credentials; they are sent to that server from now on, and no other.

        Raises:
            SourceError: that is no address.
        """
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise SourceError(f"{shown_url(url)} is configured; check the index's address") from error
        userinfo, at, netloc = parts.netloc.rpartition("@")
        if at:
            user, _, password = userinfo.partition(":")
            self._credentials[parts.scheme, netloc] = (unquote(user), unquote(password))
        return urlunsplit(parts._replace(netloc=netloc))

    def patience(self, url: str) -> Patience:
        """For the failures of one piece of work at ``url``."""
        return Patience(self._settings, url, self._sleep)

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str]) -> Iterator[Body]:
        """One request, redirects followed; the connection is given back at the end of the block.

        Raises:
            BrokenError: worth another try.
            GoneError: 404 or 410.
            SourceError: anything else but a success.
        """
        response = self._send(url, headers)
        try:
            if response.status_code != _RANGE_REFUSED or "Range" not in headers:
                self._check(response, url)
            yield Body(response)
        finally:
            tell = getattr(response.raw, "tell", None)
            self.transfer.add(bytes=tell() if tell is not None else 0)
            response.close()

    def page(self, url: str, headers: Mapping[str, str], limit: int) -> tuple[Body, bytes]:
        """A whole document, repeated on failures that may pass.

        Raises:
            GoneError: 404 or 410.
            SourceError: it could not be had.
        """
        patience = self.patience(url)
        while True:
            answer = self._page(url, headers, limit)
            if not isinstance(answer, BrokenError):
                return answer
            patience.failed(answer)

    def _page(self, url: str, headers: Mapping[str, str], limit: int) -> tuple[Body, bytes] | BrokenError:
        try:
            with self.get(url, headers) as body:
                return body, body.read(limit)
        except BrokenError as error:
            return error

    def _send(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        from requests import exceptions as failures  # noqa: PLC0415 - late: network only

        shown = shown_url(url)
        try:
            parts = urlsplit(url)
            response = self._session.get(
                url,
                headers=dict(headers),
                stream=True,
                timeout=self._settings.timeout,
                verify=self._settings.verify,  # given here, as requests' environment beats its session
                cert=self._settings.client_cert,
                auth=self._credentials.get((parts.scheme, parts.netloc)),
            )
        except failures.SSLError as error:
            self.transfer.add(requests=1)
            if "CERTIFICATE_VERIFY_FAILED" not in str(error):
                raise BrokenError("the secure connection broke") from error
            raise UnreachableError(
                f"{shown}: the server's certificate is not trusted; name your bundle with PIP_CERT"
            ) from error
        except (failures.ConnectionError, failures.Timeout, failures.ChunkedEncodingError) as error:
            self.transfer.add(requests=1)
            timed_out = isinstance(error, failures.Timeout)
            raise BrokenError("no answer in time" if timed_out else "cannot be reached") from error
        except failures.TooManyRedirects as error:
            self.transfer.add(requests=1 + self._session.max_redirects)
            raise SourceError(f"{shown}: redirects without end; check the index's address") from error
        except (failures.RequestException, OSError, ValueError) as error:
            # OSError: requests' own for a bundle of certificates that is not there.
            raise UnreachableError(
                f"{shown}: the request could not be made ({type(error).__name__}); "
                "check the index's address, proxy and PIP_CERT"
            ) from error
        self.transfer.add(
            requests=1 + len(response.history), bytes=sum(len(hop.content) for hop in response.history)
        )
        return response

    def _check(self, response: requests.Response, url: str) -> None:
        status, shown = response.status_code, shown_url(url)
        if status in {200, 206}:
            return
        if status in _AGAIN:
            raise BrokenError(f"the server answers {status}", _retry_after(response.headers))
        if status in {404, 410}:
            raise GoneError(f"{shown}: not there (the server answers {status})")
        if status in {401, 403, 407}:
            raise UnreachableError(
                f"{shown}: the server answers {status}; it wants (other) credentials, in the URL or in .netrc"
            )
        raise UnreachableError(f"{shown}: the server answers {status}; check the index's address")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds; the header may also hold a date."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:6])
    if not text:
        return None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - late: rare

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
