"""A Hub on 127.0.0.1 that speaks the routes of files, and fails as it is told."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

COMMIT = "0123456789abcdef0123456789abcdef01234567"
_ROUTE = re.compile(r"/(?P<repository>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>.+)")
_MODELS = "/api/models?"
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
        plain: the headers of a Hub are missing: some other server.
    """

    status: int | None = None
    body: bytes = b""
    size: int | None = None
    cut: int | None = None
    plain: bool = False


@dataclass(slots=True)
class HubServer:
    """Repositories, a fault, and a log of what was asked.

    Attributes:
        repositories: by ``owner/name``.
        models: what the list of models holds: id, downloads, config and the like, as the Hub's API gives them.
        fault: of every answer.
        requests: method, path and ``Authorization`` of each request.
    """

    repositories: dict[str, Repository] = field(default_factory=dict)
    models: list[dict[str, Any]] = field(default_factory=list)
    fault: Fault | None = None
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
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
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


class _Answer:
    """The answer to one request."""

    def __init__(self, hub: HubServer, handler: BaseHTTPRequestHandler) -> None:
        self.hub = hub
        self.handler = handler
        hub.requests.append((handler.command, unquote(handler.path), handler.headers.get("Authorization")))

    def send(self) -> None:
        fault = self.hub.fault
        if fault is not None and fault.status is not None:
            self._write(fault.status, fault.body, {})
            return
        cdn = _CDN.fullmatch(self.handler.path)
        if cdn is not None or self.handler.path.startswith(_MODELS):
            listed = json.dumps(self._listed()).encode() if cdn is None else b""
            body = listed if cdn is None else self.hub.repositories[cdn["repository"]].files[cdn["file"]]
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

    def _listed(self) -> list[dict[str, Any]]:
        """The models that a search gives, most downloaded first."""
        query = {key: values[0] for key, values in parse_qs(self.handler.path.partition("?")[2]).items()}
        found = [model for model in self.hub.models if query.get("search", "").lower() in model["id"].lower()]
        assert query["sort"] == "downloads"
        found.sort(key=lambda model: -model["downloads"])
        return found[: int(query["limit"])]

    def _error(self, status: int, code: str) -> None:
        message = f"{code}: some words of the Hub"
        self._write(status, message.encode(), {"X-Error-Code": code, "X-Error-Message": message})

    def _write(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        handler, fault = self.handler, self.hub.fault or Fault()
        got = handler.command == "GET"
        if fault.cut == 0:
            handler.close_connection = True
            return
        handler.send_response(status)
        for name, value in {} if fault.plain else headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(fault.size or len(body)))
        handler.end_headers()
        if got:
            handler.wfile.write(body[: fault.cut])
        if got and fault.cut is not None:
            handler.close_connection = True
