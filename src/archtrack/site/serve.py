"""``archtrack site --serve``: the page on this machine, made anew when the data changes.

The server answers two addresses: the page, and the state of the page, by which an open one sees that it has become
another. It listens on the loopback address only, and takes no request that names another host: a page of somebody
else's must not read this one through a name of its own.
"""

from __future__ import annotations

import re
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from archtrack.errors import ArchtrackError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

__all__ = ["Live", "Server"]

HOST = "127.0.0.1"
_NAMES = frozenset({HOST, "localhost"})
_MOST = 64  # connections at the same time
_STATE = re.compile(rb'data-state="(\w+)"')


class Live:
    """The page as it is now, made anew when a file that it is made of changes."""

    def __init__(self, paths: Callable[[], Iterable[Path]], made: Callable[[], str]) -> None:
        """Make it.

        Args:
            paths: the files that it is made of, as of now.
            made: makes it, and raises an error of archtrack's where it cannot.
        """
        self._paths, self._made = paths, made
        self._files = self._now()  # first: what changes while the page is made is noticed at the next look
        self.page = made().encode()

    @property
    def state(self) -> bytes:
        """What the page says of itself: another one for other data."""
        found = _STATE.search(self.page)
        return found[1] if found else b""

    def look(self) -> str | None:
        """See whether a file has changed, and make the page anew.

        Returns:
            what happened, in words: that it was made, or why it could not be and stays as it was; None for nothing.
        """
        files = self._now()
        if files == self._files:
            return None
        self._files = files
        try:
            page = self._made().encode()
        except ArchtrackError as error:
            return f"the data has changed, but the page could not be made: {error}"
        if page == self.page:
            return None
        self.page = page
        return "the data has changed; the page is new"

    def _now(self) -> tuple[tuple[str, int, int], ...]:
        """What tells that a file is another one: its name, when it was written, its size."""
        try:
            paths = tuple(self._paths())
        except ArchtrackError:  # a folder that is away: making the page says so
            return ()
        found = []
        for path in paths:
            try:
                stat = path.stat()
            except OSError:
                continue
            found.append((str(path), stat.st_mtime_ns, stat.st_size))
        return tuple(sorted(found))


class Server(ThreadingHTTPServer):
    """Serves one page on the loopback address."""

    daemon_threads = True
    request_queue_size = _MOST

    def __init__(self, live: Live, port: int) -> None:
        """Listen.

        Args:
            live: the page.
            port: 0 for any that is free.

        Raises:
            UsageError: the port is taken, or may not be used.
        """
        self.live = live
        self._free = BoundedSemaphore(_MOST)
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise UsageError(
                f"port {port} cannot be used: {error.strerror or error}; choose another --port, or 0 for any free one"
            ) from error

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own; hang up where too many wait already."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """What such a thread does."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 -- the library's signature
        """Say nothing of a browser that went away or is slow, and of all else one line."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            sys.stderr.write(f"archtrack: a request could not be answered: {type(error).__name__}\n")

    @property
    def address(self) -> str:
        """Where a browser finds the page."""
        return f"http://{HOST}:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version = "archtrack"
    sys_version = ""
    timeout = 20  # seconds that a client may be silent

    def do_GET(self) -> None:
        """The page, or its state."""
        path = self.path.partition("?")[0]
        if self.headers.get("Host", "").partition(":")[0] not in _NAMES:
            self.send_error(HTTPStatus.FORBIDDEN)
        elif path in {"/", "/index.html"}:
            self._send(self.server.live.page, "text/html; charset=utf-8")
        elif path == "/state":
            self._send(self.server.live.state, "text/plain; charset=utf-8")
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET  # noqa: N815 -- the library's name

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
        """Say nothing of each request."""
