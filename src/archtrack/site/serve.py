"""``archtrack site --serve``: the page on this machine, made anew when the data changes.

The server answers two addresses: the page, and a stream of events that tells the page to load itself again. It listens
on the loopback address only, and takes no request that names another host: a page of somebody else's must not read this
one through a name of its own.
"""

from __future__ import annotations

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from archtrack.errors import ArchtrackError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

__all__ = ["Live", "Server"]

HOST = "127.0.0.1"
_NAMES = frozenset({HOST, "localhost"})
_BREATH = 15.0
"""Seconds between two signs of life in a stream: so often it is noticed that nobody listens any more."""


class Live:
    """The page as it is now, made anew when a file that it is made of changes."""

    def __init__(self, paths: Callable[[], Iterable[Path]], made: Callable[[], str]) -> None:
        """Make it.

        Args:
            paths: the files that it is made of, as of now.
            made: makes it, and raises an error of archtrack's where it cannot.
        """
        self._changed = threading.Condition()
        self._paths, self._made = paths, made
        self._state = _state(
            paths()
        )  # before the page is made: what changes meanwhile is noticed at the next look
        self._page = made()
        self._number = 0
        self._ended = threading.Event()

    @property
    def page(self) -> bytes:
        """The page's bytes."""
        return self._page.encode()

    @property
    def number(self) -> int:
        """How often it has become another one."""
        return self._number

    @property
    def ended(self) -> bool:
        """Whether nobody is to wait for it any longer."""
        return self._ended.is_set()

    def look(self) -> str | None:
        """See whether a file has changed, and make the page anew.

        Returns:
            what happened, in words: that it was made, or why it could not be and stays as it was; None for nothing.
        """
        state = _state(self._paths())
        if state == self._state:
            return None
        self._state = state
        try:
            page = self._made()
        except ArchtrackError as error:
            return f"the data has changed, and the page stays as it was: {error}"
        with self._changed:
            if page == self._page:
                return None
            self._page = page
            self._number += 1
            self._changed.notify_all()
        return "the data has changed: the page was made anew"

    def follow(self, told: Callable[[str], None], *, every: float = 0.5) -> None:
        """Look again and again, until the end.

        Args:
            told: is told what happened.
            every: seconds between two looks.
        """
        while not self._ended.wait(every):
            words = self.look()
            if words is not None:
                told(words)

    def end(self) -> None:
        """Let nobody wait any longer."""
        self._ended.set()
        with self._changed:
            self._changed.notify_all()

    def wait(self, number: int) -> int:
        """The page's number, once it is another one or some time has passed."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended or self._number != number, _BREATH)
            return self._number


class Server(ThreadingHTTPServer):
    """Serves one page on the loopback address."""

    daemon_threads = True

    def __init__(self, live: Live, port: int) -> None:
        """Listen.

        Args:
            live: the page.
            port: 0 for any that is free.

        Raises:
            UsageError: the port is taken, or may not be used.
        """
        self.live = live
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise UsageError(
                f"port {port} cannot be used: {error.strerror or error}; --port names another one, 0 any that is free"
            ) from error

    @property
    def address(self) -> str:
        """Where a browser finds the page."""
        return f"http://{HOST}:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version = "archtrack"
    sys_version = ""
    timeout = 60

    def do_GET(self) -> None:
        """The page, or the stream of its changes."""
        path = self.path.partition("?")[0]
        if self.headers.get("Host", "").rpartition(":")[0] not in _NAMES:
            self.send_error(HTTPStatus.FORBIDDEN)
        elif path in {"/", "/index.html"}:
            self._send_page()
        elif path == "/events":
            self._send_events()
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _send_page(self) -> None:
        page = self.server.live.page
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(page)

    def _send_events(self) -> None:
        live = self.server.live
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        number = live.number
        try:
            while not live.ended:
                self.wfile.write(b": here\n\n")
                now = live.wait(number)
                if now != number:
                    self.wfile.write(b"event: changed\ndata: 1\n\n")
                number = now
        except OSError:  # nobody listens any more
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
        """Say nothing of each request."""


def _state(paths: Iterable[Path]) -> tuple[tuple[str, int, int], ...]:
    """What tells that a file is another one: its name, when it was written, its size."""
    found = []
    for path in paths:
        try:
            stat = path.stat()
        except OSError:
            continue
        found.append((str(path), stat.st_mtime_ns, stat.st_size))
    return tuple(sorted(found))
