"""The page's own server: over real sockets, on the loopback address."""

from __future__ import annotations

import threading
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest

from archtrack.errors import DocumentError, UsageError
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
    with pytest.raises(UsageError, match=f"port {server.server_port} cannot be used: .*--port names another"):
        Server(live, server.server_port)


@pytest.mark.parametrize(
    ("text", "words", "page"),
    [
        ("three", "the data has changed: the page was made anew", PAGE % b"three"),
        ("broken", "the data has changed, and the page stays as it was: it is broken", PAGE % b"one"),
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
    assert live.look() == "the data has changed, and the page stays as it was: no such folder"
    assert live.look() is None
    assert live.page == b"1"
    away.rename(folder)
    (folder / "x").write_text("22")
    assert live.look() == "the data has changed: the page was made anew"
    assert live.page == b"22"
