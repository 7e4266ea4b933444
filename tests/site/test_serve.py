"""The page's own server: over real sockets, on the loopback address."""

from __future__ import annotations

import shutil
import socket
import threading
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

import pytest

from archtrack.app.history.store import Histories
from archtrack.data import HISTORY as SHIPPED
from archtrack.errors import DocumentError, UsageError
from archtrack.site.page import files_read, make_page
from archtrack.site.serve import HOST, Live, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = b'<p data-state="%s">'


@pytest.fixture
def shown(tmp_path: Path) -> Path:
    """The file that the page is made of."""
    path = tmp_path / "shown"
    path.write_text("one")
    return path


@pytest.fixture
def live(shown: Path) -> Live:
    def made() -> str:
        text = shown.read_text()
        if text == "broken":
            raise DocumentError("it is broken")
        return PAGE.decode() % text.strip()

    return Live(lambda: [shown, shown.parent / "missing"], made)


@pytest.fixture
def server(live: Live) -> Iterator[Server]:
    with Server(live, 0) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def got(server: Server, path: str, host: str | None = None) -> tuple[int, str]:
    connection = HTTPConnection(HOST, server.server_port, timeout=10)
    connection.request("GET", path, headers={} if host is None else {"Host": host})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


@pytest.mark.parametrize(
    ("path", "host", "status", "body"),
    [
        ("/", None, 200, PAGE.decode() % "one"),
        ("/index.html?x=1", None, 200, PAGE.decode() % "one"),
        ("/", "localhost", 200, PAGE.decode() % "one"),
        ("/", "localhost:{port}", 200, PAGE.decode() % "one"),
        ("/", "rebound.example.org:{port}", 403, None),
        ("/../pyproject.toml", None, 404, None),
        ("/other", None, 404, None),
    ],
)
def test_the_page_is_served_to_this_machine_and_nothing_else_is(
    server: Server, path: str, host: str | None, status: int, body: str | None
) -> None:
    found = got(server, path, host and host.format(port=server.server_port))
    assert found[0] == status
    assert body is None or found[1] == body


def test_the_next_request_gets_the_new_page(server: Server, live: Live, shown: Path) -> None:
    shown.write_text("two")
    live.look()
    assert got(server, "/") == (200, PAGE.decode() % "two")


def test_the_state_is_another_one_only_for_another_page(server: Server, live: Live, shown: Path) -> None:
    assert got(server, "/state") == (200, "one")
    shown.write_text("one   ")
    assert live.look() is None  # the page says the same
    assert got(server, "/state") == (200, "one")
    shown.write_text("two")
    live.look()
    assert got(server, "/state") == (200, "two")


def test_the_head_of_the_page_is_answered_without_its_body(server: Server) -> None:
    connection = HTTPConnection(HOST, server.server_port, timeout=10)
    connection.request("HEAD", "/")
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Content-Length"), answer.read()) == (200, "20", b"")
    connection.close()


def test_a_port_that_is_taken_is_said(live: Live, server: Server) -> None:
    with pytest.raises(
        UsageError, match=f"port {server.server_port} cannot be used: .*choose another --port"
    ):
        Server(live, server.server_port)


@pytest.mark.parametrize(
    ("text", "words", "page"),
    [
        ("three", "the data has changed; the page is new", PAGE % b"three"),
        ("broken", "the data has changed, but the page could not be made: it is broken", PAGE % b"one"),
        ("one  ", None, PAGE % b"one"),
        (None, None, PAGE % b"one"),
    ],
)
def test_a_change_of_a_file_makes_the_page_anew_and_a_broken_one_leaves_it(
    live: Live, shown: Path, text: str | None, words: str | None, page: bytes
) -> None:
    if text is not None:
        shown.write_text(text)
    assert live.look() == words
    assert live.page == page
    assert live.look() is None  # it is told once


def test_what_changes_while_the_page_is_made_is_noticed(shown: Path) -> None:
    def made() -> str:
        text = shown.read_text()
        if text == "one":
            shown.write_text("later")
        return text

    live = Live(lambda: [shown], made)
    assert live.page == b"one"
    live.look()
    assert live.page == b"later"


def test_a_folder_that_is_away_for_a_while_is_told_once_and_then_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "x").write_text("1")

    def paths() -> list[Path]:
        if not folder.exists():
            raise UsageError("no such folder")
        return list(folder.iterdir())

    live = Live(paths, lambda: "".join(path.read_text() for path in paths()))
    away = folder.rename(tmp_path / "away")
    assert live.look() == "the data has changed, but the page could not be made: no such folder"
    assert live.look() is None
    assert live.page == b"1"
    away.rename(folder)
    (folder / "x").write_text("22")
    assert live.look() == "the data has changed; the page is new"
    assert live.page == b"22"


BAD = [
    b"",
    b"\n",
    b"\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: \r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: evil.example.org\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost.evil.example.org\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: evil@localhost\r\n\r\n",
    b"GET http://evil.example.org/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET //etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /..\\..\\x HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /\xff\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n",
    b"CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
    b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01",
]


@pytest.mark.parametrize("sent", BAD, ids=lambda sent: repr(sent[:50]))
def test_what_is_no_request_for_the_page_gets_nothing_of_it_and_is_not_told_at_length(
    server: Server, sent: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_connection((HOST, server.server_port), timeout=10) as connection:
        with suppress(ConnectionError):
            connection.sendall(sent)
        with suppress(OSError):  # ENOTCONN: the server has hung up already
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        with suppress(ConnectionError):
            while part := connection.recv(65536):
                answer += part
    assert b"data-state" not in answer
    assert b" 200 " not in answer.partition(b"\r\n")[0]
    assert got(server, "/")[0] == 200
    assert "Traceback" not in capfd.readouterr().err


def test_more_connections_than_it_takes_are_hung_up_and_then_it_goes_on(server: Server) -> None:
    waiting = [socket.create_connection((HOST, server.server_port), timeout=10) for _ in range(100)]
    hung_up = 0
    for each in waiting[64:]:  # the first are waited for, these are not
        with suppress(ConnectionError):
            hung_up += each.recv(1) == b""
    assert hung_up > 0
    for each in waiting:
        each.close()
    for _ in range(1000):
        with suppress(ConnectionError, HTTPException):
            if got(server, "/")[0] == 200:
                return
    pytest.fail("it did not go on")


def test_of_a_fault_one_line_is_told(server: Server, live: Live, capfd: pytest.CaptureFixture[str]) -> None:
    live.page = None  # type: ignore[assignment]
    with suppress(ConnectionError, HTTPException):
        got(server, "/")
    live.page = b"again"
    assert got(server, "/") == (200, "again")
    assert capfd.readouterr().err == "archtrack: a request could not be answered: TypeError\n"


def test_the_page_outlives_files_that_are_bad_and_follows_them_when_they_are_mended(tmp_path: Path) -> None:
    data, matrix = tmp_path / "data", tmp_path / "T.md"
    data.mkdir()
    shutil.copy(SHIPPED / "lmdeploy.json", data)
    good = (data / "lmdeploy.json").read_bytes()
    head = "## Text-only Language Models (Generative)\n\n| Architecture | Native | HF | SGLang File |\n"
    head += "|---|---|---|---|\n"
    matrix.write_text(head + "| **AForCausalLM** | Y |  |  |\n")
    live = Live(
        lambda: files_read(Histories({}, data), matrix), lambda: make_page(Histories({}, data), matrix)
    )
    bad: list[tuple[Path, bytes]] = [
        (data / "lmdeploy.json", b"{"),
        (data / "lmdeploy.json", good.replace(b'"last":null', b'"last":""', 1)),
        (data / "lmdeploy.json", good.replace(b".py:", b".py:" + b"1" * 5000, 1)),
        (data / "lmdeploy.json", b'{"schema_version":1}'),
        (matrix, b"\xff"),
        (matrix, b'{"sources": [{}, {}], "architectures": [Infinity]}'),
        (matrix, b'{"a": ' + b"1" * 5000 + b"}"),
        (matrix, b"# no row\n"),
    ]
    for number, (path, content) in enumerate(bad):
        whole = path.read_bytes()
        path.write_bytes(content)
        words = live.look()
        assert words is not None
        assert words.startswith("the data has changed, but the page could not be made: "), content
        assert "\n" not in words
        path.write_bytes(whole)
        live.look()  # it may be as it was, of which nothing is said
        matrix.write_text(head + f"| **A{number}ForCausalLM** | Y |  |  |\n")
        assert live.look() == "the data has changed; the page is new"
        assert f"A{number}ForCausalLM".encode() in live.page
