"""A Hub on 127.0.0.1 that speaks the routes of files and of the list of models, and fails as it is told."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlencode

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

COMMIT = "0123456789abcdef0123456789abcdef01234567"
_ROUTE = re.compile(r"/(?P<repository>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>.+)")
_MODELS = "/api/models?"
_CLIENTS_OWN = "/api/agent-harnesses"
"""What the client asks for itself and keeps: no fault of a test's must get there."""
_CDN = re.compile(r"/cdn/(?P<repository>[^/]+/[^/]+)/(?P<file>.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """What the Hub knows of one repository.

    Attributes:
        files: name -> content.
        revisions: that there are; the default one and the commit always are.
        token: that has to be sent; None for a public one.
        gated: those without the token are told of a gate.
        elsewhere: files come from another address, as large ones do.
        moved: the name that the repository has now.
    """

    files: dict[str, bytes]
    revisions: tuple[str, ...] = ()
    token: str | None = None
    gated: bool = False
    elsewhere: bool = False
    moved: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What the Hub does instead of answering.

    Attributes:
        status: that it sends.
        body: with it.
        size: that it claims the file to have.
        cut: the connection ends after so many bytes of the answer to a GET, 0 for none at all.
        endless: a GET brings many megabytes, whatever size is told.
        plain: the headers of a Hub are missing: some other server.
        headers: that it sends besides.
    """

    status: int | None = None
    body: bytes = b""
    size: int | None = None
    cut: int | None = None
    endless: bool = False
    plain: bool = False
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class HubServer:
    """Repositories, a fault, and a log of what was asked.

    Attributes:
        repositories: by ``owner/name``.
        models: what the list of models holds: id, downloads, config and the like, as the Hub's API gives them.
        pages: the list's pages as they are sent, where they are not made of ``models``.
        page_size: that no page of the list exceeds.
        link_to: the address that the links to next pages begin with; None for the own one.
        fault: of every answer.
        faults: of the next answers about the list, one each; None for none.
        requests: method, path and ``Authorization`` of each request.
    """

    repositories: dict[str, Repository] = field(default_factory=dict)
    models: list[dict[str, Any]] = field(default_factory=list)
    pages: list[Any] | None = None
    page_size: int = 1000
    link_to: str | None = None
    fault: Fault | None = None
    faults: list[Fault | None] = field(default_factory=list)
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                _Answer(hub, self).send()

            def do_GET(self) -> None:
                _Answer(hub, self).send()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """What ``HF_ENDPOINT`` has to be."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def asked(self) -> set[str]:
        """The files that were asked for."""
        return {path.rpartition("/")[2] for _, path, _ in self.requests}

    @property
    def cursors(self) -> list[str]:
        """The pages of the list that were asked for, in order; the first one has none."""
        return [parse_qs(query).get("cursor", [""])[0] for query in self.queries]

    @property
    def queries(self) -> list[str]:
        """What was asked of the list, in order; the client has other routes that it asks for itself."""
        return [path.removeprefix(_MODELS) for _, path, _ in self.requests if path.startswith(_MODELS)]


class _Answer:
    """The answer to one request."""

    def __init__(self, hub: HubServer, handler: BaseHTTPRequestHandler) -> None:
        self.hub = hub
        self.handler = handler
        self.fault = hub.fault
        if handler.path.startswith(_MODELS) and hub.faults:
            self.fault = hub.faults.pop(0)
        if handler.path == _CLIENTS_OWN:
            self.fault = None
        hub.requests.append((handler.command, unquote(handler.path), handler.headers.get("Authorization")))

    def send(self) -> None:
        fault = self.fault
        if fault is not None and fault.status is not None:
            self._write(fault.status, fault.body, dict(fault.headers))
        elif self.handler.path.startswith(_MODELS):
            self._list()
        elif self.handler.path == _CLIENTS_OWN:
            self._error(404, "EntryNotFound")
        else:
            self._send_file()

    def _send_file(self) -> None:
        cdn = _CDN.fullmatch(self.handler.path)
        if cdn is not None:
            body = self.hub.repositories[cdn["repository"]].files[cdn["file"]]
            self._write(200, body, {"Content-Type": "application/json"})
            return
        route = _ROUTE.fullmatch(self.handler.path)
        repository = self.hub.repositories.get(route["repository"]) if route else None
        if route is None or repository is None:
            self._error(401, "RepoNotFound")
            return
        if repository.moved is not None:
            place = self.handler.path.replace(route["repository"], repository.moved)
            self._write(307, b"", {"Location": place})
            return
        sent = self.handler.headers.get("Authorization")
        if repository.token is not None and sent != f"Bearer {repository.token}":
            self._error(403 if repository.gated else 401, "GatedRepo" if repository.gated else "RepoNotFound")
            return
        revision = unquote(route["revision"])
        if revision not in {"main", COMMIT, *repository.revisions}:
            self._error(404, "RevisionNotFound")
            return
        data = repository.files.get(route["file"])
        if data is None:
            self._error(404, "EntryNotFound")
            return
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{abs(hash(data)):x}"'}
        if repository.elsewhere:
            headers |= {"X-Linked-Size": str(len(data)), "X-Linked-ETag": headers["ETag"]}
            headers["Location"] = (
                f"{self.hub.url.replace('127.0.0.1', 'localhost')}/cdn/{route['repository']}/{route['file']}"
            )
            self._write(302, b"Found.", headers)
            return
        self._write(200, data, headers)

    def _list(self) -> None:
        """One page of the models that a search gives, most downloaded first, and a link to the next one."""
        query = parse_qs(self.handler.path.partition("?")[2])
        begin = int(query.get("cursor", ["0"])[0])
        if self.hub.pages is not None:
            page, end = self.hub.pages[begin], begin + 1
            more = end < len(self.hub.pages)
        else:
            found = self._found(query)
            end = begin + min(int(query["limit"][0]), self.hub.page_size)
            page, more = found[begin:end], end < len(found)
        headers = {"Content-Type": "application/json"}
        if more:
            asked = urlencode(
                [*((key, each) for key in query for each in query[key] if key != "cursor"), ("cursor", end)]
            )
            headers["Link"] = f'<{self.hub.link_to or self.hub.url}{_MODELS}{asked}>; rel="next"'
        self._write(200, json.dumps(page).encode(), headers)

    def _found(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        (words,) = query.get("search", [""])
        found = [model for model in self.hub.models if words.lower() in model["id"].lower()]
        assert query["sort"] == ["downloads"]
        found.sort(key=lambda model: -model["downloads"])
        sent = {"_id", "id", *query.get("expand", [])}
        return [{key: value for key, value in model.items() if key in sent} for model in found]

    def _error(self, status: int, code: str) -> None:
        message = f"{code}: some words of the Hub"
        self._write(status, message.encode(), {"X-Error-Code": code, "X-Error-Message": message})

    def _go_on(self) -> None:
        """A body of 100 MB, so that a test ends even where nobody minds."""
        self.handler.send_header("Transfer-Encoding", "chunked")
        self.handler.end_headers()
        try:
            for _ in range(100):
                self.handler.wfile.write(b"100000\r\n" + bytes(1024**2) + b"\r\n")
            self.handler.wfile.write(b"0\r\n\r\n")
        except OSError:  # the client has heard enough
            self.handler.close_connection = True

    def _write(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        handler, fault = self.handler, self.fault or Fault()
        got = handler.command == "GET"
        if fault.cut == 0:
            handler.close_connection = True
            return
        handler.send_response(status)
        for name, value in {} if fault.plain else headers.items():
            handler.send_header(name, value)
        if fault.endless and got:
            self._go_on()
            return
        handler.send_header("Content-Length", str(fault.size or len(body)))
        handler.end_headers()
        if got:
            handler.wfile.write(body[: fault.cut])
        if got and fault.cut is not None:
            handler.close_connection = True
