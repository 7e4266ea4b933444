"""A package index on 127.0.0.1 that speaks the simple API, does ranges, and fails as it is told."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import re
import tarfile
import threading
import zipfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from typing_extensions import Self

JSON = "application/vnd.pypi.simple.v1+json"
PORTAL = b"<html><head><title>Welcome</title></head><body><a href='/login'>Sign in</a></body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One answer that is not as it should be.

    Attributes:
        status: sent instead of the answer.
        headers: added.
        cut: the connection ends after so many bytes of the body.
        html: a web page comes, with status 200.
        shift: the range begins so many bytes later than asked.
        etag: sent as the file's.
        total: sent as the file's size.
        no_range: the range is ignored.
        body: the bytes are replaced by these, as far as they go.
        whole: the body is this.
    """

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    cut: int | None = None
    html: bool = False
    shift: int = 0
    etag: str | None = None
    total: int | None = None
    no_range: bool = False
    body: bytes | None = None
    whole: bytes | None = None


@dataclass(slots=True)
class IndexServer:
    """Projects, files, faults, and a log of what was asked.

    Attributes:
        packed: whether project pages come compressed.
        form: what project pages are written in: ``json`` or ``html``.
        requests: path and Range header of every request.
        connections: the ports of those who asked.
        ranges: whether files can be had in parts.
    """

    form: str = "json"
    ranges: bool = True
    projects: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    page_faults: list[Fault] = field(default_factory=list)
    file_faults: list[Fault] = field(default_factory=list)
    always_page: Fault | None = None
    always_file: Fault | None = None
    redirect: bool = False
    credentials: str | None = None
    packed: bool = False
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    connections: set[int] = field(default_factory=set)
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        outer = self

        class Handler(_Handler):
            index = outer

        self._server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        assert self._server is not None
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.address}/simple"

    def add(self, name: str, content: bytes, project: str = "demo-engine", **listed: Any) -> None:
        """Offer a file; ``listed`` replaces what the page says of it (None removes it)."""
        self.files[name] = content
        entry: dict[str, Any] = {
            "filename": name,
            "url": f"/files/{name}",
            "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
            "size": len(content),
            "yanked": False,
        }
        entry.update(listed)
        self.projects.setdefault(project, []).append({k: v for k, v in entry.items() if v is not None})

    def file_requests(self) -> list[str | None]:
        """The Range headers of the requests for files."""
        return [wanted for path, wanted in self.requests if path.startswith("/files/")]


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing: a client that has heard enough goes."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    index: IndexServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Stay silent."""

    def do_GET(self) -> None:
        index, wanted = self.index, self.headers.get("Range")
        index.requests.append((self.path, wanted))
        index.connections.add(self.client_address[1])
        if wanted is not None and wanted.startswith("bytes=-"):
            self._send(501, b"no suffix ranges", {})
        elif index.credentials is not None and self.headers.get("Authorization") != index.credentials:
            self._send(401, b"who are you?", {})
        elif self.path.startswith("/simple/"):
            self._page(self.path.split("/")[2])
        else:
            self._file(self.path.removeprefix("/files/").removeprefix("moved/"), wanted)

    def _page(self, project: str) -> None:
        index = self.index
        fault = index.page_faults.pop(0) if index.page_faults else index.always_page
        entries = index.projects.get(project)
        if fault is not None or entries is None:
            self._send(404, b"nothing here", {}, fault)
        elif index.form == "json":
            page = {"meta": {"api-version": "1.1"}, "name": project, "files": entries}
            body, headers = json.dumps(page).encode(), {"Content-Type": JSON}
            if index.packed and "gzip" in self.headers.get("Accept-Encoding", ""):
                body, headers = gzip.compress(body), {**headers, "Content-Encoding": "gzip"}
            self._send(200, body, headers)
        else:
            links = "".join(
                f'<a href="{e["url"]}#sha256={e["hashes"].get("sha256", "")}"'
                f"{' data-yanked' if e['yanked'] else ''}>{e['filename']}</a>"
                for e in entries
            )
            page_text = f"<html><body><h1>Links for {project}</h1>{links}</body></html>"
            self._send(200, page_text.encode(), {"Content-Type": "text/html"})

    def _file(self, name: str, wanted: str | None) -> None:
        index = self.index
        fault = index.file_faults.pop(0) if index.file_faults else index.always_file
        content = index.files.get(name)
        if content is None:
            self._send(404, b"nothing here", {})
            return
        if index.redirect and not self.path.startswith("/files/moved/"):
            self._send(302, b"", {"Location": f"/files/moved/{name}"})
            return
        headers = {"Content-Type": "application/octet-stream", "ETag": (fault and fault.etag) or '"one"'}
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", wanted or "")
        if match is None or not index.ranges or (fault is not None and fault.no_range):
            self._send(200, content, headers, fault)
            return
        start, end = int(match[1]), min(int(match[2]), len(content) - 1)
        if start >= len(content):
            self._send(416, b"", {"Content-Range": f"bytes */{len(content)}"})
            return
        total = len(content) if fault is None or fault.total is None else fault.total
        start += fault.shift if fault is not None else 0
        headers["Content-Range"] = f"bytes {start}-{end}/{total}"
        self._send(206, content[start : end + 1], headers, fault)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str], fault: Fault | None = None) -> None:
        headers = dict(headers)
        if fault is not None:
            status = fault.status or (200 if fault.html else status)
            if fault.html:
                body, headers = PORTAL, {"Content-Type": "text/html; charset=utf-8"}
            if fault.body is not None:
                body = (fault.body + body[len(fault.body) :])[: max(len(body), 1)]
            body = body if fault.whole is None else fault.whole
            headers.update(fault.headers)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        if fault is not None and fault.cut is not None:
            body, self.close_connection = body[: fault.cut], True
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:  # the client has heard enough
            self.close_connection = True


def noise(size: int, seed: int = 0) -> bytes:
    """Bytes that do not compress; the same every time."""
    return random.Random(seed).randbytes(size)  # noqa: S311 - no secret


def source(number: int) -> bytes:
    """A module of some length."""
    return f"class Model{number}:\n    '''{noise(900, number).hex()}'''\n".encode()


def make_wheel(
    files: Mapping[str, bytes],
    version: str = "1.0",
    *,
    stem: str = "demo_engine",
    packed: bool = True,
    requires: Sequence[str] = (),
) -> bytes:
    """A wheel with these files and the metadata that belongs to it."""
    blob = io.BytesIO()
    required = "".join(f"Requires-Dist: {each}\n" for each in requires)
    metadata = f"Metadata-Version: 2.1\nName: {stem}\nVersion: {version}\n{required}".encode()
    with zipfile.ZipFile(blob, "w") as archive:
        for name, body in {**files, f"{stem}-{version}.dist-info/METADATA": metadata}.items():
            stored = name.endswith(".bin") or not packed
            info = zipfile.ZipInfo(name)
            info.extra = b"\x01\xca\x02\x00ok"  # local headers with something extra
            archive.writestr(info, body, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
    return blob.getvalue()


def large_files() -> dict[str, bytes]:
    """A package whose models lie in three places far apart, with a megabyte of other things between."""
    files: dict[str, bytes] = {"demo/__init__.py": b""}
    for place in range(3):
        files[f"demo/data/{place}.bin"] = noise(400_000, place)
        for number in range(place * 20, place * 20 + 20):
            files[f"demo/models/m{number:02}.py"] = source(number)
    files["demo/data/last.bin"] = noise(200_000, 9)
    return files


def make_sdist(files: Mapping[str, bytes], root: str = "demo_engine-1.0", extra: object = ()) -> bytes:
    """A ``.tar.gz`` with these files below ``root``; ``extra`` are TarInfo objects without a body."""
    blob = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=blob, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for name, body in files.items():
            info = tarfile.TarInfo(f"{root}/{name}" if root else name)
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
        for info in extra:  # type: ignore[attr-defined]  # a list of TarInfo
            tar.addfile(info)
    return blob.getvalue()
